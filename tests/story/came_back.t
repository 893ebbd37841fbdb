#!/bin/sh
# SPDX-License-Identifier: BSD-2-Clause
# A kext that was gone is there again: by its package, out of a backup, by Migration
# Assistant, or because macOS linked it in. Each is told for what it is, with package and
# time; none of the first three is fought.
# shellcheck source=tests/story/lib.sh
. "${0%/*}/lib.sh"

card=example-capture

# gone_first: a Mac from which the kexts are gone.
gone_first() {
  new 15.7 apple capture-card
  [ $# = 0 ] || assume "$@"
  expect 2 'uninstall' kextirpate uninstall --approval=ask "$card"
  restart
  expect 0 'gone' kextirpate recheck
}

# bring HOW CAUSE: and what recheck says of it, with the policy to repair.
bring() {
  "$macsim" bring "$mac" "$1" || not_ok "macsim bring $1"
  on true
  tree >"$story/before"
  expect 1 "$1: recheck tells" kextirpate recheck --policy=repair --approval=ask --json
  standing returned
  json "sorted({k['return_cause'] for k in j['kexts']})" "['$2']"
  json "[(s['kind'], s['state']) for s in j['steps']]" '[]'
  tree >"$story/after"
  is "$1: nothing was touched" "$(diff "$story/before" "$story/after")" ''
  is "$1: nothing was asked of macOS" "$(show asked)" 1
  expect 1 "$1: status says the same" kextirpate status --json
  json "sorted({k['return_cause'] for k in j['kexts']})" "['$2']"
}

gone_first
bring package reinstalled
says 'came back with the package com.example.capture.pkg, which installer installed at 20'
# A deployment system that sends it every day: told every day, fought never.
for day in 1 2 3; do
  kextirpate uninstall --approval=ask "$card"
  restart
  expect 0 "day $day: taken away by hand" kextirpate recheck
  "$macsim" bring "$mac" package
  expect 1 "day $day: the package is back" kextirpate recheck --policy=repair --approval=ask --json
  json "sorted({k['return_cause'] for k in j['kexts']})" "['reinstalled']"
  json "[s['kind'] for s in j['steps']]" '[]'
done

gone_first
bring backup restored
says 'came back with files of 2023-11-14T.*older than its removal'

# A package whose receipt was taken away again is still in the history of installations.
gone_first
python3 - "$mac/Library/Receipts/InstallHistory.plist" <<'PY'
import datetime, plistlib, sys
with open(sys.argv[1], "rb") as f:
    history = plistlib.load(f)
history += [{"date": datetime.datetime.now(datetime.timezone.utc).replace(tzinfo=None, microsecond=0),
             "packageIdentifiers": [ident], "displayName": "x", "processName": "jamf"}
            for ident in ("com.example.other", "com.example.capture.pkg")]
with open(sys.argv[1], "wb") as f:
    plistlib.dump(history, f)
PY
bring backup reinstalled
says 'came back with the package com.example.capture.pkg, which jamf installed at 20'

gone_first migration-leaves-attempt yes
bring migration restored
says 'Migration Assistant brought files to this Mac at 20'

gone_first
bring migration restored # without its mark it is like a backup, which is no worse

echo '# two ways in one update: one is repaired, the other is told'
new 15.7 apple capture-card
assume rebuild-drops-stash-and-instructions no
assume missing-bundle-not-loadable no
cp -a "$mac/Library/Extensions/ExampleCaptureDriver.kext" "$story/driver"
kextirpate uninstall --approval=ask "$card"
restart
kextirpate recheck
cp -a "$story/driver" "$mac/Library/Extensions/ExampleCaptureDriver.kext"
update 15.7.1
expect 1 'both are back' kextirpate recheck --json
json "sorted((k['bundle_id'][20:], k['standing'], k['return_cause']) for k in j['kexts'])" \
  "[('driver', 'returned', 'restored'), ('event', 'returned', 'relinked')]"
expect 2 'policy repairs what macOS did' kextirpate recheck --policy=repair --approval=ask --json
json "sorted((k['bundle_id'][20:], k['standing']) for k in j['kexts'])" \
  "[('driver', 'returned'), ('event', 'restart-pending')]"
restart
expect 1 'after the restart' kextirpate recheck --json
json "sorted((k['bundle_id'][20:], k['standing']) for k in j['kexts'])" \
  "[('driver', 'returned'), ('event', 'inert')]"
is 'the bundle was left where somebody had put it' \
  "$(find "$mac/Library/Extensions" -maxdepth 1 -name 'ExampleCapture*')" "$mac/Library/Extensions/ExampleCaptureDriver.kext"

echo '# by the rung that worked on this Mac before'
new 15.7 apple capture-card
assume rebuild-drops-stash-and-instructions no
assume missing-bundle-not-loadable no
kextirpate uninstall --approval=ask "$card"
restart
kextirpate recheck --json
json "sorted({k['rung'] for k in j['kexts']})" "['rebuild']"
update 15.7.1
expect 1 'a person reads how it came back, and the way that worked' kextirpate recheck
says 'com.example.capture.driver  returned: it is back; macOS linked it in again, build 24G231'
says 'next: macOS linked it in again; the rebuild that took it out before is to do so again'
says '^  kextirpate approve$'

new 15.7 apple capture-card
assume rebuild-drops-stash-and-instructions no
assume missing-bundle-not-loadable no
assume mdm-rebuild-removes yes
set_mac mdm=allowed console=none
expect 3 'nobody is there' kextirpate uninstall --approval=never "$card"
"$macsim" restart --mdm-rebuild "$mac" >"$story/macsim" 2>&1 || not_ok 'MDM restarts the Mac'
expect 1 'what MDM sent took it out' kextirpate recheck --json
json "sorted({k['rung'] for k in j['kexts']})" "['others']"
update 15.7.1
set_mac console=user
expect 1 'back: nobody is asked for what MDM did before' kextirpate recheck --policy=repair --approval=ask --json
is 'no dialog' "$(show asked)" 0
json "j['next']['command']" "['kextirpate', 'mdm', 'restart-device']"
json "'RestartDevice' in j['next']['text']" True
expect 2 'a person may all the same' kextirpate approve

echo '# blocked for want of an approval is not macOS that holds on'
new 15.7 apple capture-card
assume missing-bundle-not-loadable no
kextirpate uninstall --approval=never "$card"
restart
expect 5 'still in the kernel' kextirpate status --json
standing blocked
json "j['kexts'][0]['next']['command']" "['kextirpate', 'approve']"
json "'was not approved before the restart' in j['kexts'][0]['next']['text']" True
expect 2 'so it is approved' kextirpate approve
restart
expect 0 'and gone' kextirpate recheck

echo '# before macOS 14 there is nothing to ask for, and that is said'
new 13.6 apple capture-card
assume missing-bundle-not-loadable no
kextirpate uninstall "$card"
restart
expect 5 'it loads without its bundle' kextirpate recheck
says 'before macOS 14 there is no rebuild to ask for'
says_not 'tried once more'
update 13.7
expect 5 'nor on the next 13' kextirpate recheck --policy=repair --approval=ask --json
is 'nothing was asked of macOS' "$(show asked)" 0
update 14.6.1
expect 2 'the upgrade brings the rebuild, and policy uses it' kextirpate recheck --policy=repair --approval=ask
restart
expect 0 'gone at last' kextirpate recheck

echo '# macOS itself, again and again: after the ladder is used up it is blocked'
new 15.7 apple capture-card
assume rebuild-drops-stash-and-instructions no
assume missing-bundle-not-loadable no
expect 2 'uninstall' kextirpate uninstall --approval=ask "$card"
restart
kextirpate recheck
for version in 15.7.1 15.7.2; do
  update "$version"
  expect 2 "$version: repaired" kextirpate recheck --policy=repair --approval=ask --json
  restart
  expect 1 "$version: out of the kernel again" kextirpate recheck --json
  standing inert
done
update 15.7.3
asked=$(show asked)
expect 5 'the third time it is blocked' kextirpate recheck --policy=repair --approval=ask --json
standing blocked
is 'and nothing more was asked of macOS' "$(show asked)" "$asked"
json "'Recovery' in j['next']['text']" True

echo '# years between: what stayed away through an update is no loop'
new 15.7 apple capture-card
assume rebuild-drops-stash-and-instructions no
assume missing-bundle-not-loadable no
kextirpate uninstall --approval=ask "$card"
restart
kextirpate recheck
for version in 15.7.1 15.7.2; do
  update "$version"
  expect 2 "$version: repaired" kextirpate recheck --policy=repair --approval=ask
  restart
  kextirpate recheck
done
assume update-relinks-from-stash no
update 26.0.1
expect 1 'it stays away' kextirpate recheck --json
standing inert
assume update-relinks-from-stash yes
update 26.1
expect 2 'and is repaired the next time' kextirpate recheck --policy=repair --approval=ask --json
standing restart-pending
done_testing
