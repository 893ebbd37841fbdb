# SPDX-License-Identifier: BSD-2-Clause
# `make darwin`: build/darwin/kextirpate, a Linux program that holds the x86_64 program
# of `make macos` and runs it. `make darwin-stories`: whole jobs of that program on
# simulated Macs; MACSIM_BUILD=$PWD/build/darwin makes any story use it. What needs
# Apple's own libraries (LZFSE in collections.t) cannot pass here.

DARWIN := build/darwin
DARWIN_STORIES := approve capture_card ch34x collect handoff history installer jobs migrate \
	owned refusals returned scan slow stop studio volumes
DARWIN_OBJECTS := $(patsubst tests/darwin/%.c,$(DARWIN)/%.o,$(filter-out %/layout.c,$(wildcard tests/darwin/*.c)))
DARWIN_COMPILE = $(CC) -std=c17 -D_GNU_SOURCE -I. $(filter-out -Wvla,$(WARN)) -O1 -g

ifeq ($(HOST) $(shell uname -m),Linux x86_64)
darwin: $(DARWIN)/kextirpate

darwin-stories:
	tests/deps.sh build test macos
	$(MAKE) all darwin
	MACSIM_BUILD=$(CURDIR)/$(DARWIN) prove --timer --failures --jobs 2 \
		$(patsubst %,tests/story/%.t,$(DARWIN_STORIES))
	MACSIM_BUILD=$(CURDIR)/$(DARWIN) KILL_STEP=97 prove --timer --failures tests/story/kill.t

$(DARWIN)/layout.o: tests/darwin/layout.c tests/darwin/layout.h | $(ZIG)
	@mkdir -p $(@D)
	$(Q)$(ZIG_ENV) $(ZIG) cc -target $(MACOS_TARGET_x86_64) -I. -c -o $@ $<

$(DARWIN)/%.o: tests/darwin/%.c tests/darwin/machrun.h tests/darwin/layout.h
	@mkdir -p $(@D)
	@echo "cc $<"
	$(Q)$(DARWIN_COMPILE) -c -o $@ $<

$(DARWIN)/image.o: tests/darwin/image.S $(MACOS)/x86_64/kextirpate
	@mkdir -p $(@D)
	$(Q)$(CC) -DIMAGE='"$(MACOS)/x86_64/kextirpate"' -c -o $@ $<

$(DARWIN)/kextirpate: $(DARWIN_OBJECTS) $(addprefix build/kmutil-helpers/,os_linux.o buf.o die.o) $(DARWIN)/image.o $(DARWIN)/layout.o
	@echo "link $@"
	$(Q)$(DARWIN_COMPILE) -rdynamic -o $@ $(filter-out %/layout.o,$^) -Wl,--no-as-needed $(LIBS) -ldl
	$(Q)$@ --machrun-check
else
darwin darwin-stories:
	@echo 'make darwin: the macOS program runs on Linux with an x86_64 chip alone'
endif
