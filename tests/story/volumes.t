#!/bin/sh
# SPDX-License-Identifier: BSD-2-Clause
# A product on other volumes than the vault: what leaves is copied and compared before it
# goes, what comes back is what went in, and a volume that is away loses nothing. What of
# the vault is gone or has no room is told.
# shellcheck source=tests/story/lib.sh
. "${0%/*}/lib.sh"

card=example-capture
support='/Library/Application Support/Example Capture'
state='/Library/Application Support/kextirpate'
apart() {
  new 15.7 apple capture-card
  set_mac 'volumes=disk4s1:/Library/Extensions:apfs,disk5s1:/Library/Application\040Support/Example\040Capture:apfs'
  on true
  tree >"$story/before"
}
as_before() {
  tree >"$story/after"
  is "$1: everything is as it was" "$(diff "$story/before" "$story/after")" ''
}
leftovers() { find "$mac/Library" -name '*.kextirpate-*' -o -name '*.part'; }

echo '# there and back'
apart
expect 3 'uninstall' kextirpate uninstall --approval=never --json "$card"
json "[s['message'] for s in j['steps'] if s['kind'] == 'vault']" "['in the vault', 'in the vault', 'in the vault']"
is 'the bundles are gone' "$(ls "$mac/Library/Extensions")" "$(printf 'HighPointRR.kext\nSoftRAID.kext')"
is 'nothing is left half way' "$(leftovers)" ''
is 'the ledger knows that they crossed' \
  "$(sqlite3 "$mac$state/ledger.db" 'SELECT group_concat(DISTINCT crossing) FROM vaulted')" 'done'
expect 0 'undo' kextirpate undo
as_before undo
is 'nothing is left half way' "$(leftovers)" ''

echo '# somebody was at the vault'
apart
expect 3 'uninstall' kextirpate uninstall --approval=never "$card"
program="$mac$state/vault/1/1/Contents/MacOS/ExampleCaptureDriver"
cp -p "$program" "$story/program"
echo more >>"$program"
expect 6 'undo leaves what is not what went in' kextirpate undo
says "$state/vault/1/1 is not what went into the vault; it stays there"
is 'it is not back' "$(ls -d "$mac/Library/Extensions/ExampleCaptureDriver.kext" 2>/dev/null)" ''
cp -p "$story/program" "$program"
expect 0 'undo' kextirpate undo
as_before 'undo after that'

echo '# the volume is away'
apart
expect 3 'uninstall' kextirpate uninstall --approval=never "$card"
mv "$mac$support" "$story/away"
expect 6 'undo without the volume' kextirpate undo
says 'Presets.plist: the folder that it was in is not there; it stays in the vault'
mv "$story/away" "$mac$support"
expect 0 'undo with it' kextirpate undo
as_before 'undo with the volume'

echo '# an emptied vault is told'
new 15.7 apple capture-card
expect 3 'uninstall' kextirpate uninstall --approval=never "$card"
rm -r "$mac$state/vault/1/1"
expect 6 'undo of what somebody has removed' kextirpate undo
says 'ExampleCaptureDriver.kext: is not in the vault any more, and cannot be given back'
is 'the other one is back' "$(cd "$mac/Library/Extensions" && echo Example*)" ExampleCaptureEvent.kext
mkdir "$mac/Library/Extensions/ExampleCaptureDriver.kext"
expect 0 'undo where something has come since' kextirpate undo
says 'ExampleCaptureDriver.kext: is not in the vault; what is there now was left as it is'

echo '# what has the number of what went in is not what went in'
new 15.7 apple capture-card
expect 3 'uninstall' kextirpate uninstall --approval=never "$card"
mv "$mac$state/vault/1/1" "$mac/Library/Extensions/ExampleCaptureDriver.kext"
echo more >>"$mac/Library/Extensions/ExampleCaptureDriver.kext/Contents/Info.plist"
expect 0 'undo where the bundle has been put back by hand, and changed' kextirpate undo
says 'ExampleCaptureDriver.kext: is not in the vault; what is there now was left as it is'

echo '# what cannot be copied whole stays'
apart
mkfifo "$mac/Library/Extensions/ExampleCaptureDriver.kext/Contents/pipe"
tree >"$story/before"
expect 6 'a pipe in a bundle' kextirpate uninstall --approval=never "$card"
says 'ExampleCaptureDriver.kext: is not an ordinary file; it was left where it is'
is 'nothing is left half way' "$(leftovers)" ''
kextirpate undo
as_before 'a pipe in a bundle'

echo '# a full vault volume is noticed before anything moves'
apart
truncate -s 60000000 "$mac/Library/Extensions/ExampleCaptureDriver.kext/Contents/firmware.bin"
tree >"$story/before"
set_mac free=50000000
for how in plan 'uninstall --dry-run' 'uninstall --approval=never'; do
  # shellcheck disable=SC2086 # words of a command
  expect 5 "$how" kextirpate $how "$card"
  says "refused: $state: vault and ledger need 64.[0-9] MB there, and 50.0 MB are free; make room"
done
as_before 'a full vault volume'
is 'no run is in the ledger' "$(sqlite3 "$mac$state/ledger.db" 'SELECT count(*) FROM run')" 0
set_mac free=70000000
expect 3 'with room' kextirpate uninstall --approval=never "$card"
expect 0 'undo' kextirpate undo
as_before 'undo after that'

echo '# on the vault'"'"'s own volume only the ledger needs room'
set_mac volumes=none free=10000000
tree >"$story/before"
expect 3 'a bundle that is larger than what is free' kextirpate uninstall --approval=never "$card"
kextirpate undo
set_mac free=900000
expect 5 'no room for the ledger' kextirpate uninstall --approval=never "$card"
says 'need 4.[0-9] MB there, and 897.0 kB are free'
as_before 'no room for the ledger'

done_testing
