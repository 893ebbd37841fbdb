# SPDX-License-Identifier: BSD-2-Clause
# `make fuzz`: libFuzzer over every reader of kmutil-helpers, from generated files.
# FUZZ_SECONDS for each target; FUZZ names some of them (bom kc ...).

FUZZ_SECONDS ?= 60
FUZZ ?= $(patsubst tests/fuzz/%.c,%,$(wildcard tests/fuzz/*.c))
FUZZ_OBJECTS := $(filter $(B)/kmutil-helpers/%,$(LIB_OBJECTS))

fuzz:
	tests/deps.sh build fuzz
	$(MAKE) MODE=fuzz CC=clang $(patsubst %,build/fuzz/tests/fuzz/%,$(FUZZ))
	tests/fuzz/corpus.py build/fuzz/seeds
	tests/fuzz/run.sh build/fuzz $(FUZZ_SECONDS) $(FUZZ)

build/fuzz/tests/fuzz/%: build/fuzz/tests/fuzz/%.o $(FUZZ_OBJECTS)
	@echo "link $@"
	$(Q)$(COMPILE) -fsanitize=fuzzer -o $@ $^ $(LDFLAGS) $(LIBS)

-include $(wildcard build/fuzz/tests/fuzz/*.d)
