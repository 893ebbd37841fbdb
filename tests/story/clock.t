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

echo '# returns are counted by their order, wherever the clock was'
# worse: a Mac on which each OS update brings the kext back, unless it is told not to.
worse() {
  new 15.7 apple capture-card
  assume rebuild-drops-stash-and-instructions no
  assume missing-bundle-not-loadable no
  expect 2 'uninstall' kextirpate uninstall --approval=ask "$card"
  restart
  kextirpate recheck
}
repaired() {
  update "$1"
  expect 2 "$1: repaired" kextirpate recheck --policy=repair --approval=ask
  restart
  kextirpate recheck
}
stays_away() {
  assume update-relinks-from-stash no
  update "$1"
  expect 1 "$1: it stays away" kextirpate recheck --json
  standing inert
  assume update-relinks-from-stash yes
}
worse
stays_away 15.7.1
clock +10
repaired 15.7.2
repaired 15.7.3
update 26.0.1
expect 5 'put back ten years: the third return is the third' kextirpate recheck --policy=repair --approval=ask --json
standing blocked
worse
repaired 15.7.1
clock +10
repaired 15.7.2
clock +10
stays_away 15.7.3
clock +10
repaired 26.0.1
# A ledger that was written before the order was recorded; its clock was right.
sqlite3 "$state/ledger.db" "
  UPDATE sighting SET at = printf('%d-01-01T00:00:00Z', 2000 + id);
  UPDATE standing SET at = printf('%d-06-01T00:00:00Z', 2000 + sighting);
  ALTER TABLE standing DROP COLUMN sighting;
  PRAGMA user_version = 9;"
repaired 26.1
update 26.2
expect 5 'an older ledger: by its times, the third since it stayed away' kextirpate recheck --policy=repair --approval=ask --json
standing blocked

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
