# SPDX-License-Identifier: BSD-2-Clause
# `make oracle`: what our readers read, beside what plistlib, pyapplebom and lief read.

ORACLE := build/oracle

$(B)/tests/oracle/reader: $(B)/tests/oracle/reader.o $(LIB_OBJECTS)
	@echo "link $@"
	$(Q)$(COMPILE) -o $@ $^ $(LDFLAGS) $(LIBS)

oracle:
	tests/deps.sh build oracle
	$(MAKE) $(B)/tests/oracle/reader
	tests/oracle/fetch.sh $(ORACLE)/venv
	$(ORACLE)/venv/bin/python tests/oracle/oracle.py $(B)/tests/oracle/reader $(ORACLE)/files

-include $(wildcard $(B)/tests/oracle/*.d)
