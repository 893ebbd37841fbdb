# SPDX-License-Identifier: BSD-2-Clause
# macsim, and mactool: the Apple tools of the simulated Mac in one static program.
# tool*.c only in mactool; cmd_* main sandbox* hostlink* scenario* only in macsim.
# Neither is ever built with sanitizers: mactool is static.

MACSIM_B := build/tests/macsim
MACSIM_COMPILE = $(CC) -std=c17 -D_GNU_SOURCE -I. -I$(B) $(WARN) $(FLAGS_release) $(CPPFLAGS) $(CFLAGS)
MACSIM_OTHER := $(if $(filter darwin,$(OS)),$(wildcard tests/macsim/sandbox*.c tests/macsim/hostlink*.c),\
	tests/macsim/sandbox_none.c)
MACSIM_C := $(filter-out $(filter-out $(if $(filter darwin,$(OS)),%/sandbox_none.c),$(MACSIM_OTHER)),\
	$(wildcard tests/macsim/*.c))
MACSIM_ONLY := $(filter tests/macsim/cmd_% tests/macsim/main.c tests/macsim/sandbox% \
	tests/macsim/hostlink% tests/macsim/scenario%,$(MACSIM_C))
MACTOOL_ONLY := $(filter tests/macsim/tool%,$(MACSIM_C))
macsim_objects = $(patsubst %.c,build/%.o,$(1))

all: tests/macsim/macsim $(MACSIM_B)/mactool

tests/macsim/macsim: $(call macsim_objects,$(filter-out $(MACTOOL_ONLY),$(MACSIM_C)))
	@echo "link $@"
	$(Q)$(MACSIM_COMPILE) -o $@ $^ $(LDFLAGS) -lsqlite3

$(MACSIM_B)/mactool: $(call macsim_objects,$(filter-out $(MACSIM_ONLY),$(MACSIM_C)))
	@echo "link $@"
	$(Q)$(MACSIM_COMPILE) $(if $(filter linux,$(OS)),-static) -o $@ $^ $(LDFLAGS)

$(MACSIM_B)/%.o: tests/macsim/%.c Makefile tests/macsim/macsim.mk | $(B)/gen/assumptions.inc
	@mkdir -p $(@D)
	@echo "cc $<"
	$(Q)$(MACSIM_COMPILE) -MMD -MP -c -o $@ $<

-include $(wildcard $(MACSIM_B)/*.d)
