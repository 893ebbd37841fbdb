#!/bin/sh
# SPDX-License-Identifier: BSD-2-Clause
# Runs that were cut off while macOS was asked for the rebuild: the same command goes on.
# shellcheck source=tests/story/lib.sh
. "${0%/*}/lib.sh"

card=example-capture
kill_at() { # kill_at N COMMAND...
  n=$1
  shift
  "$macsim" run --kill "$n" "$mac" -- kextirpate "$@" >"$out" 2>"$err" </dev/null
  status=$?
}

echo '# a repair by policy'
for n in 80 110 140; do
  new 15.7 apple capture-card
  expect 3 'uninstall without a person' kextirpate uninstall --approval=never "$card"
  restart
  expect 137 "the repair is killed at its call $n" kill_at $n recheck --policy=repair --approval=ask
  expect 2 'the next one ends it' kextirpate recheck --policy=repair --approval=ask
done
restart
expect 0 'gone' kextirpate recheck

# asked_at COMMAND...: the first writing call behind macOS's answer, by halving; the Mac is
# then one on which the command was killed there.
asked_at() {
  prepare
  low=1 high=$("$macsim" run --count "$mac" -- kextirpate "$@" 2>&1 >/dev/null </dev/null |
    sed -n 's/^macsim: \([0-9]*\) .*/\1/p')
  while [ $((high - low)) -gt 0 ]; do
    middle=$(((low + high) / 2))
    prepare
    kill_at $middle "$@"
    if [ "$status" = 137 ] && [ "$(show asked)" = 0 ]; then low=$((middle + 1)); else high=$middle; fi
  done
  prepare
  kill_at "$low" "$@"
  is "killed right behind the answer, at call $low" "$status $(show asked)" '137 1'
}

echo '# approve, asked twice and cut off late'
new 15.7 apple capture-card
expect 3 'uninstall without a person' kextirpate uninstall --approval=never "$card"
expect 137 'approve is killed' kill_at 142 approve
expect 2 'approve knows that the restart is what is left' kextirpate approve
expect 2 'so it does once more' kextirpate approve
restart
expect 0 'gone' kextirpate recheck
expect 0 'and then nothing waits for approval' kextirpate approve

echo '# killed right behind the answer'
prepare() { new 15.7 apple capture-card >"$story/new"; }
asked_at uninstall --approval=ask "$card"
expect 2 'it was approved: the restart is left' kextirpate uninstall --approval=ask --json "$card"
standing restart-pending
restart
expect 0 'gone' kextirpate recheck
prepare() { new 15.7 apple capture-card >"$story/new"; set_mac console=none; }
asked_at uninstall --approval=ask "$card"
expect 3 'nobody was there who could: approval is still missing' \
  kextirpate uninstall --approval=ask --json "$card"
standing approval-pending

done_testing
