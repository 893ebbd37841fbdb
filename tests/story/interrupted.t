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

echo '# approve, asked twice and cut off late'
new 15.7 apple capture-card
expect 3 'uninstall without a person' kextirpate uninstall --approval=never "$card"
expect 137 'approve is killed' kill_at 142 approve
expect 2 'approve knows that the restart is what is left' kextirpate approve
expect 2 'so it does once more' kextirpate approve
restart
expect 0 'gone' kextirpate recheck
expect 0 'and then nothing waits for approval' kextirpate approve

done_testing
