#!/bin/sh
# SPDX-License-Identifier: BSD-2-Clause
# Runs that were cut off, and the same command goes on: while macOS was asked for the rebuild;
# and in the middle of the files, which is one job all the same, and wants one undo.
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
# again_at COMMAND...: the same cut once more, and then the look that the daemon takes.
again_at() {
  prepare
  kill_at "$low" "$@"
  expect 3 'the daemon looks in between and cannot know the answer' kextirpate recheck --json
  standing approval-pending
}
again_at uninstall --approval=ask "$card"
expect 2 'the restart is what is left all the same' kextirpate approve --json
standing restart-pending
prepare() { new 15.7 apple capture-card >"$story/new"; set_mac console=none; }
asked_at uninstall --approval=ask "$card"
expect 3 'nobody was there who could: approval is still missing' \
  kextirpate uninstall --approval=ask --json "$card"
standing approval-pending
again_at uninstall --approval=ask "$card"
expect 3 'and is missing all the same' kextirpate approve --json
standing approval-pending
restart
expect 3 'nor is it said after the restart that macOS does not let go' kextirpate recheck --json
standing inert
set_mac console=user
expect 2 'a person approves' kextirpate approve

echo '# one undo for what a crash split'
runs="[(r['run'], r['job'], r['command'], r['targets'], r['state']) for r in j['runs']]"
driver="$mac/Library/Extensions/ExampleCaptureDriver.kext"
# split: an uninstall that was killed right behind its first move, and a second one that did
# the rest.
split() {
  high=${first:-$("$macsim" run --count "$mac" -- kextirpate uninstall --approval=never "$card" 2>&1 >/dev/null </dev/null |
    sed -n 's/^macsim: \([0-9]*\) .*/\1/p')} low=${first:-1}
  while [ $((high - low)) -gt 0 ]; do
    middle=$(((low + high) / 2))
    new 15.7 apple capture-card >"$story/new"
    kill_at $middle uninstall --approval=never "$card"
    if [ -e "$driver" ]; then low=$((middle + 1)); else high=$middle; fi
  done
  first=$low
  new 15.7 apple capture-card
  on true
  tree >"$story/before"
  kill_at "$first" uninstall --approval=never "$card"
  is "uninstall is killed behind its first move, at call $first" \
    "$status $(cd "$mac/Library/Extensions" && echo Example*)" '137 ExampleCaptureEvent.kext'
  expect 3 'the next one does the rest' kextirpate uninstall --approval=never "$card"
}
as_before() { is "$1: the tree is as before" "$(tree | diff "$story/before" -)" ''; }
new 15.7 apple capture-card
split
kextirpate history --json
json "$runs" "[(1, 2, 'uninstall', '$card', 'failed'), (2, 2, 'uninstall', '$card', 'done')]"
kextirpate history
says 'run 1: uninstall example-capture  failed, carried on by run 2'
expect 0 'dry: which runs that would be' kextirpate undo --dry-run --json
json "j['undoes']" '[2, 1]'
json "sorted({s['why'] for s in j['steps']})" "['run 1 moved it', 'run 2 moved it']"
expect 0 'undo gives back the whole job' kextirpate undo
is 'and says so first' "$(sed 's/:.*//' "$err")" 'undoing run 2 (uninstall) with run 1 (uninstall), which it carried on'
as_before 'undone once'
kextirpate history --json
json "$runs" "[(1, 2, 'uninstall', '$card', 'undone'), (2, 2, 'uninstall', '$card', 'undone'), (3, 3, 'undo', '2 1', 'done')]"
expect 0 'once more' kextirpate undo
says '^there is nothing to give back'
expect 3 'the next removal is another job' kextirpate uninstall --approval=never "$card" --json
expect 0 'and its undo gives that back' kextirpate undo --json
json "j['undoes']" '[4]'
as_before 'undone'

echo '# one of its runs alone'
split
expect 0 'the last of the two' kextirpate undo --json 2
json "j['undoes']" '[2]'
says 'run 2 is a part of a job that more than one run took, and undo without a number gives back what is left'
is 'a driver is still away' "$(cd "$mac/Library/Extensions" && echo Example*)" ExampleCaptureEvent.kext
json "[k['bundle_id'] for k in j['kexts']]" "['com.example.capture.event']"
kextirpate status --json com.example.capture.driver
standing approval-pending
expect 0 'undo without a number' kextirpate undo --json
json "j['undoes']" '[1]'
as_before 'the rest is back'
split
expect 0 'the first of them' kextirpate undo --json 1
json "j['undoes']" '[1]'
expect 0 'and what is left' kextirpate undo
as_before 'undone'

echo '# a product that came back between the two is no rest'
split
cp -a "$mac/Library/Application Support/kextirpate/vault/1/1" "$mac/Library/Extensions/ExampleCaptureDriver.kext"
expect 3 'uninstalled again' kextirpate uninstall --approval=never --without-replacement com.example.capture.driver
expect 0 'undo gives back that one' kextirpate undo --json
json "j['undoes']" '[3]'

echo '# killed when its run had begun and nothing had moved'
low=1 high=400
while [ $((high - low)) -gt 0 ]; do
  middle=$(((low + high) / 2))
  new 15.7 apple capture-card >"$story/new"
  kill_at $middle uninstall --approval=never "$card"
  kextirpate status --json "$card"
  if grep -q '"installed"' "$out"; then low=$((middle + 1)); else high=$middle; fi
done
new 15.7 apple capture-card >"$story/new"
kill_at "$low" uninstall --approval=never "$card"
for again in '' ' again'; do
  expect 6 "the daemon says that it is not finished$again" kextirpate recheck --json
  standing removing
done
is 'and that nothing is there to approve' "$(grep -c 'kextirpate approve' "$out")" 0
expect 0 'munki runs it again' kextirpate status --installcheck "$card"
expect 6 'and so does a person' kextirpate status "$card"
says "kextirpate uninstall $card"
expect 3 'which goes on' kextirpate uninstall --approval=never --json "$card"
standing approval-pending

done_testing
