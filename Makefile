# SPDX-License-Identifier: BSD-2-Clause
# kextirpate. Targets: all demo test soak mutants lint bench oracle fuzz macos install uninstall clean.
# MODE=asan builds beside the release, in build/asan.

MODE ?= release
B := build$(if $(filter-out release,$(MODE)),/$(MODE))
HOST := $(shell uname -s)
OS := $(if $(filter Darwin,$(HOST)),darwin,linux)

# V=1 shows the whole commands.
Q := $(if $(V),,@)

WARN := -Wall -Wextra -Wshadow -Wmissing-prototypes -Wstrict-prototypes -Wconversion -Wvla \
	-Wformat=2 -Wundef -Wpointer-arith -Werror
FLAGS_release := -O2 -g
FLAGS_asan := -O1 -g -fsanitize=address,undefined -fno-sanitize-recover=all -fno-omit-frame-pointer
FLAGS_fuzz := -O1 -g -fsanitize=fuzzer-no-link,address,undefined -fno-sanitize-recover=all
MODE_FLAGS := $(or $(FLAGS_$(MODE)),$(error unknown MODE "$(MODE)"))

XML_CFLAGS := $(shell xml2-config --cflags 2>/dev/null || echo -I/usr/include/libxml2)
LIBS := -lxml2 -lsqlite3 $(if $(filter darwin,$(OS)),-lcompression)
COMPILE = $(CC) -std=c17 -D_GNU_SOURCE -I. -I$(B) $(XML_CFLAGS) $(WARN) $(MODE_FLAGS) $(CPPFLAGS) $(CFLAGS)

OTHER_OS := $(if $(filter darwin,$(OS)),linux,darwin)
ROOMS := kmutil-helpers rules uninstall migrate
SOURCES := $(filter-out %_gen.c %/os_$(OTHER_OS).c,$(wildcard $(addsuffix /*.c,$(ROOMS))))
LIB_OBJECTS := $(patsubst %.c,$(B)/%.o,$(filter-out migrate/main.c,$(SOURCES)))
UNIT_TESTS := $(patsubst tests/unit/%.c,$(B)/tests/unit/%,$(wildcard tests/unit/*_test.c))

all: $(B)/kextirpate

.DELETE_ON_ERROR:
.SECONDARY:
.PHONY: all test demo install units print-stories lint macos darwin darwin-stories bench oracle fuzz clean FORCE kmutil-helpers rules uninstall migrate pkg tests

$(B)/kextirpate: $(B)/migrate/main.o $(LIB_OBJECTS) $(if $(filter asan,$(MODE)),$(B)/tests/asan_options.o)
	@echo "link $@"
	$(Q)$(COMPILE) -o $@ $^ $(LDFLAGS) $(LIBS)

$(B)/gen/assumptions.inc: rules/assumptions.xml $(B)/rules/assumption_gen
	@mkdir -p $(@D)
	$(Q)$(B)/rules/assumption_gen $< > $@

$(B)/gen/rules_rng.inc: rules/rules.rng $(B)/rules/schema_gen
	@mkdir -p $(@D)
	$(Q)$(B)/rules/schema_gen $< > $@

pkg/man/kextirpate-rules.5: rules/rules.rng $(B)/rules/schema_gen
	$(Q)$(B)/rules/schema_gen --man $< > $@

docs/assumptions.md: rules/assumptions.xml $(B)/rules/assumption_gen
	$(Q)$(B)/rules/assumption_gen --markdown $< > $@

pkg/man/kextirpate-assumptions.7: rules/assumptions.xml $(B)/rules/assumption_gen
	$(Q)$(B)/rules/assumption_gen --man $< > $@

$(B)/rules/%_gen: rules/%_gen.c $(B)/flags
	@mkdir -p $(@D)
	$(Q)$(COMPILE) -o $@ $< -lxml2

$(B)/%.o: %.c $(B)/flags | $(B)/gen/assumptions.inc $(B)/gen/rules_rng.inc
	@mkdir -p $(@D)
	@echo "cc $<"
	$(Q)$(COMPILE) -MMD -MP -c -o $@ $<

$(B)/flags: FORCE
	@mkdir -p $(@D); echo '$(COMPILE)' | cmp -s - $@ || echo '$(COMPILE)' > $@

$(B)/tests/unit/%_test: $(B)/tests/unit/%_test.o $(LIB_OBJECTS)
	$(Q)$(COMPILE) -o $@ $^ $(LDFLAGS) $(LIBS) -lcmocka

# The long ones first, so that none is left alone at the end.
LONG_STORIES := $(patsubst %,tests/story/%.t,daemon flips years kill fail products)
STORIES := $(LONG_STORIES) $(filter-out $(LONG_STORIES),$(sort $(wildcard tests/story/*.t)))

print-stories:
	@echo $(STORIES)

units: $(UNIT_TESTS)
	@for t in $^; do echo "# $$t"; ./$$t || exit 1; done

# Two commands for a fresh machine: both install what they need first.
test:
	tests/deps.sh build test
	$(MAKE) all
	$(MAKE) units
	prove --timer --jobs 3 $(STORIES)

demo:
	tests/deps.sh build
	$(MAKE) all
	tests/demo.sh

# Where things live on a Mac; DESTDIR for packages. State and vault are not touched.
PREFIX := $(DESTDIR)/usr/local/kextirpate
OWNER := $(if $(filter 0,$(shell id -u)),-o 0 -g 0)
# Folders of others that are there keep their owner and mode: on an Intel Mac Homebrew's.
SHARED := $(addprefix $(DESTDIR),/usr/local/bin /Library/LaunchDaemons /Library/LaunchAgents \
	$(addprefix /usr/local/share/man/man,5 7 8))
install: all
	for d in $(SHARED); do [ -d "$$d" ] || install -d -m 0755 $(OWNER) "$$d" || exit 1; done
	install -d -m 0755 $(OWNER) $(PREFIX) $(addprefix $(PREFIX)/,bin rules share)
	install -m 0755 $(OWNER) $(B)/kextirpate $(PREFIX)/bin/kextirpate
	install -m 0644 $(OWNER) rules/catalogue/*.xml $(PREFIX)/rules/
	install -m 0644 $(OWNER) pkg/man/kextirpate.8 $(DESTDIR)/usr/local/share/man/man8/
	install -m 0644 $(OWNER) pkg/man/kextirpate-assumptions.7 $(DESTDIR)/usr/local/share/man/man7/
	install -m 0644 $(OWNER) pkg/man/kextirpate-rules.5 $(DESTDIR)/usr/local/share/man/man5/
	ln -sf ../kextirpate/bin/kextirpate $(DESTDIR)/usr/local/bin/kextirpate
	install -m 0644 $(OWNER) pkg/mdm/org.kextirpate.* $(PREFIX)/share/
	install -m 0644 $(OWNER) pkg/launchd/org.kextirpate.recheck.plist $(DESTDIR)/Library/LaunchDaemons/
	install -m 0644 $(OWNER) pkg/launchd/org.kextirpate.handoff.plist $(DESTDIR)/Library/LaunchAgents/
	@echo 'The daemon runs from the next restart on, or at once:'
	@echo '  launchctl bootstrap system /Library/LaunchDaemons/org.kextirpate.recheck.plist'

uninstall:
	-$(if $(DESTDIR),,launchctl bootout system/org.kextirpate.recheck)
	-$(if $(DESTDIR),,launchctl bootout gui/$$(stat -f %u /dev/console)/org.kextirpate.handoff)
	rm -f $(PREFIX)/bin/kextirpate $(DESTDIR)/usr/local/bin/kextirpate \
		$(DESTDIR)/Library/LaunchDaemons/org.kextirpate.recheck.plist \
		$(DESTDIR)/Library/LaunchAgents/org.kextirpate.handoff.plist \
		$(patsubst pkg/mdm/%,$(PREFIX)/share/%,$(wildcard pkg/mdm/org.kextirpate.*)) \
		$(DESTDIR)/usr/local/share/man/man8/kextirpate.8 \
		$(DESTDIR)/usr/local/share/man/man7/kextirpate-assumptions.7 \
		$(DESTDIR)/usr/local/share/man/man5/kextirpate-rules.5 \
		$(patsubst rules/catalogue/%,$(PREFIX)/rules/%,$(wildcard rules/catalogue/*.xml))
	-rmdir $(PREFIX)/bin $(PREFIX)/rules $(PREFIX)/share $(PREFIX)
	@echo 'Ledger and vault stay in /Library/Application Support/kextirpate.'

include pkg/macos/macos.mk
include tests/darwin/darwin.mk
include tests/macsim/macsim.mk
include tests/bench/bench.mk
include tests/oracle/oracle.mk
include tests/fuzz/fuzz.mk
include tests/soak.mk

lint:
	tests/lint/run.sh

clean:
	rm -rf build tests/macsim/macsim

-include $(wildcard $(B)/*/*.d $(B)/tests/unit/*.d)
