#!/bin/sh
# SPDX-License-Identifier: BSD-2-Clause
# A clock that was another one: put forward, put back, between two runs and within one.
# Restarts, standings, undo and the order of the history do not rest on it, and what does
# rest on it is not told. The times in the ledger stand in for the clock.
# shellcheck source=tests/story/lib.sh
. "${0%/*}/lib.sh"

card=example-capture
state="$mac/Library/Application Support/kextirpate"

# clock YEARS: what the ledger holds by now was written by a clock that was off by so much.
clock() {
  sqlite3 "$state/ledger.db" "
    UPDATE run SET began_at = strftime('%Y-%m-%dT%H:%M:%SZ', began_at, '$1 years'),
                   ended_at = strftime('%Y-%m-%dT%H:%M:%SZ', ended_at, '$1 years');
    UPDATE standing SET at = strftime('%Y-%m-%dT%H:%M:%SZ', at, '$1 years');
    UPDATE sighting SET at = strftime('%Y-%m-%dT%H:%M:%SZ', at, '$1 years');
    UPDATE kext_case SET since = strftime('%Y-%m-%dT%H:%M:%SZ', since, '$1 years');" >/dev/null
}
# order: the events of the history, one word each.
order() {
  kextirpate history
  sed -n 's/^[0-9-]*T[0-9:]*Z .*run \([0-9]*\): .*/run-\1/p; s/^[0-9-]*T[0-9:]*Z .*driver  \(.*\)/\1/p;
    s/^[0-9-]*T[0-9:]*Z .*an update, noticed then/update/p' "$out" | tr '\n' ' '
}

# life YEARS: a kext goes, an update comes, it goes on; after each step the clock is put
# right by YEARS, so that all before lies so far away.
life() {
  new 15.7 apple capture-card
  assume rebuild-drops-stash-and-instructions no
  assume missing-bundle-not-loadable no
  expect 3 'uninstall' kextirpate uninstall --approval=never "$card"
  clock "$1"
  expect 2 'approve' kextirpate approve
  clock "$1"
  restart
  kextirpate recheck --json
  standing inert
  expect 1 'nothing has changed' kextirpate recheck
  says 'nothing has changed since the last look'
  clock "$1"
  update 15.7.1
  kextirpate recheck --json
  standing returned
  clock "$1"
  expect 2 'repaired' kextirpate recheck --policy=repair --approval=ask
  before=$(order)
}

life +0
right='run-1 removing approval-pending run-2 removing restart-pending inert update returned: relinked run-3 removing restart-pending '
is 'the history tells it in order' "$before" "$right"
for years in ${CLOCK_YEARS:-+10 -50}; do
  echo "# the clock was off by $years years, each time more"
  life "$years"
  is 'the history has the same order' "$before" "$right"
  kextirpate history --html /private/tmp/page.html
  is 'and its page is written' "$status" 0
  kextirpate undo 1
  case $status in
  0 | 2) ok 'undo' ;;
  *) not_ok 'undo' "$status" ;;
  esac
  is 'the bundles are back' "$(cd "$mac/Library/Extensions" && echo Example*)" \
    'ExampleCaptureDriver.kext ExampleCaptureEvent.kext'
done

echo '# within one run'
new 15.7 apple capture-card
expect 2 'uninstall' kextirpate uninstall --approval=ask "$card"
sqlite3 "$state/ledger.db" "UPDATE run SET ended_at = '2001-01-01T00:00:00Z'"
restart
expect 0 'recheck' kextirpate recheck --json
standing gone

echo '# how it came back is not told by a clock that was another one'
# bring YEARS CAUSE
bring() {
  new 15.7 apple capture-card
  expect 2 'uninstall' kextirpate uninstall --approval=ask "$card"
  restart
  expect 0 'gone' kextirpate recheck
  clock "$1"
  "$macsim" bring "$mac" package >/dev/null
  expect 1 "by $1 years: it is back" kextirpate recheck --json
  json "sorted({k['return_cause'] for k in j['kexts']})" "['$2']"
}
bring +0 reinstalled
bring +10 unknown
says 'how cannot be told: this Mac.s clock was another one when it was removed'
is 'and is not taken away' "$(cd "$mac/Library/Extensions" && echo Example*)" \
  'ExampleCaptureDriver.kext ExampleCaptureEvent.kext'

echo '# while another run is at work each of the others is turned away, and reads all the same'
new 15.7 apple capture-card
expect 3 'uninstall' kextirpate uninstall --approval=never "$card"
before=$(cksum <"$state/ledger.db")
exec 9>"$state/lock"
flock 9
for command in recheck "uninstall $card" approve undo "migrate $card"; do
  # shellcheck disable=SC2086 # words
  expect 75 "$command" kextirpate $command
  says 'another run of kextirpate is at work; nothing was changed'
done
expect 3 'status' kextirpate status
exec 9>&-
is 'the ledger is as it was' "$(cksum <"$state/ledger.db")" "$before"
expect 3 'and the next one does it all' kextirpate recheck
done_testing
