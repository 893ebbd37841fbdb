# SPDX-License-Identifier: BSD-2-Clause
# make bench: ratios beside the peers, in one run. BENCH: names of jobs, --small.

build/bench/%: tests/bench/%.c
	@mkdir -p $(@D)
	$(Q)$(CC) -D_GNU_SOURCE $(XML_CFLAGS) $(WARN) -O2 -o $@ $< -Wl,--no-as-needed $(LIBS)

bench:
	tests/deps.sh build bench
	$(MAKE) all tests/macsim/macsim build/bench/empty build/bench/timed
	tests/bench/peers.sh
	tests/bench/bench.py $(BENCH)
