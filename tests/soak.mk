# SPDX-License-Identifier: BSD-2-Clause
# make soak: whole sets of what make test only samples. Hours; numbers in the output.
# make mutants: takes safety out piece by piece; some test must notice each.

.PHONY: soak mutants
mutants: all units
	tests/mutants/run.py

soak:
	tests/deps.sh build test
	$(MAKE) all
	KILL_STEP=1 prove --timer --comments --failures tests/story/kill.t
	STOP_STEP=1 prove --timer --comments --failures tests/story/stop.t
	DRIVEN_STEP=1 prove --timer --comments --failures tests/story/driven.t
	LEDGER_STEP=1 prove --timer --comments --failures tests/story/ledger.t tests/story/status_file.t
	CLOCK_YEARS='+1 -1 +10 -10 +30 -50' prove --timer --comments --failures tests/story/clock.t
	FAIL_STEP=1 prove --timer --comments --failures tests/story/fail.t
	PRODUCTS=all prove --timer --comments --failures tests/story/products.t
	YEARS_SEEDS=300 prove --timer --comments --failures tests/story/years.t
	FIELD_RUNS=9 prove --timer --comments --failures tests/story/field.t
	POWER_MOMENTS=50 prove --timer --comments --failures tests/story/power.t
	MACS=200 prove --timer --comments --failures tests/story/macs.t
