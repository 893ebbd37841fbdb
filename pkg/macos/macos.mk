# SPDX-License-Identifier: BSD-2-Clause
# `make macos`: kextirpate for both chips, made on Linux; minimum macOS 11.
# Included by the Makefile at the top. zig brings Apple's libc headers and a
# stub of libSystem; libxml2, SQLite and libcompression are linked against
# pkg/macos/lib/*.tbd.

ifeq ($(HOST),Darwin)
macos:
	@echo 'make macos: on a Mac plain `make` builds kextirpate; this target is for Linux'
else

MACOS := build/macos
ZIG := $(MACOS)/venv/zig
ZIG_ENV := ZIG_GLOBAL_CACHE_DIR=$(MACOS)/cache ZIG_LOCAL_CACHE_DIR=$(MACOS)/cache
MACOS_TARGET_arm64 := aarch64-macos.11.0
MACOS_TARGET_x86_64 := x86_64-macos.11.0
# Apple's fortified string functions are macros, which banned.h cannot poison.
MACOS_FLAGS := -std=c17 -I. -Ibuild -isystem $(MACOS)/include $(WARN) \
	-Wunguarded-availability-new -O2 -g0 -ffile-prefix-map=$(CURDIR)=.
MACOS_SOURCES := $(filter-out %_gen.c %/os_linux.c,$(wildcard $(addsuffix /*.c,$(ROOMS))))
MACOS_LIPO := $(firstword $(shell command -v llvm-lipo-14 llvm-lipo 2>/dev/null) llvm-lipo-14)
macos_objects = $(patsubst %.c,$(MACOS)/$(1)/%.o,$(MACOS_SOURCES))

macos: $(MACOS)/checked

$(ZIG): pkg/macos/requirements.txt
	pkg/macos/fetch-zig.sh $(MACOS)/venv $<
	@touch $@

$(MACOS)/include/.made: pkg/macos/copy-headers.sh
	pkg/macos/copy-headers.sh $(@D)
	@touch $@

$(MACOS)/flags: FORCE
	@mkdir -p $(@D); echo '$(MACOS_FLAGS)' | cmp -s - $@ || echo '$(MACOS_FLAGS)' > $@

define macos_rules
$(MACOS)/$(1)/%.o: %.c $(MACOS)/flags | $(ZIG) $(MACOS)/include/.made build/gen/assumptions.inc build/gen/rules_rng.inc
	@mkdir -p $$(@D)
	@echo "cc ($(1)) $$<"
	$(Q)$(ZIG_ENV) $(ZIG) cc -target $(MACOS_TARGET_$(1)) $$(MACOS_FLAGS) -MMD -MP -c -o $$@ $$<

$(MACOS)/$(1)/kextirpate: $$(call macos_objects,$(1)) $(wildcard pkg/macos/lib/*.tbd)
	@echo "link $$@"
	$(Q)$(ZIG_ENV) $(ZIG) cc -target $(MACOS_TARGET_$(1)) -s -o $$@ $$(filter %.o,$$^) \
		-Lpkg/macos/lib -lxml2 -lsqlite3 -lcompression
endef
$(foreach arch,arm64 x86_64,$(eval $(call macos_rules,$(arch))))

$(MACOS)/kextirpate: $(MACOS)/arm64/kextirpate $(MACOS)/x86_64/kextirpate
	$(MACOS_LIPO) -create -output $@ $^

$(MACOS)/checked: $(MACOS)/kextirpate pkg/macos/check.py
	python3 pkg/macos/check.py $(MACOS)/arm64/kextirpate $(MACOS)/x86_64/kextirpate $<
	@touch $@

-include $(wildcard $(MACOS)/*/*/*.d)
endif
