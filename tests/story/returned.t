#!/bin/sh
# SPDX-License-Identifier: BSD-2-Clause
# A Mac that is worse than believed: the rebuild leaves the stash, and the kernel takes
# a kext without its bundle. The update brings the kext back; recheck notices, and
# repairs it by policy. A package that installs it again is reported, never fought.
# shellcheck source=tests/story/lib.sh
. "${0%/*}/lib.sh"

card=example-capture
new 15.7 apple capture-card
assume rebuild-drops-stash-and-instructions no
assume missing-bundle-not-loadable no
expect 2 'uninstall waits for a restart' kextirpate uninstall --approval=ask "$card"
restart
expect 1 'what is left in the stash is inert, and nothing is left to ask for' kextirpate recheck --json
standing inert
update 15.7.1
is 'the update brought it back' "$(show loaded | grep -c com.example)" 2
expect 1 'recheck reports it' kextirpate recheck --json
says 'macOS was updated since the last look: 24G222 is now 24G231'
standing returned
json "sorted({k['return_cause'] for k in j['kexts']})" "['relinked']"
expect 1 'and changes nothing by itself' kextirpate recheck
is 'it is still loaded' "$(show loaded | grep -c com.example)" 2
mkdir -p "$mac/opt/rules"
sed 's/<rule /<rule policy="report" /' "$top/tests/macsim/rules/$card.xml" >"$mac/opt/rules/$card.xml"
expect 1 'a rule with policy="report" is never repaired' kextirpate recheck --policy=repair --approval=ask --rules /opt/rules --json
standing returned
expect 2 'with the policy to repair it asks for the rebuild' kextirpate recheck --policy=repair --approval=ask --json
standing restart-pending
restart
expect 1 'and it is out of the kernel again' kextirpate recheck --json
standing inert
is 'the Mac agrees' "$(show loaded | grep -c com.example)" 0

echo '# a package installs it again'
new 15.7 apple capture-card
expect 2 'uninstall' kextirpate uninstall --approval=ask "$card"
restart
expect 0 'gone' kextirpate recheck
on cp -R '/Applications/Example Capture.app' '/Library/Extensions/ExampleCaptureDriver.kext'
printf '%s\n' '<plist version="1.0"><dict><key>CFBundleIdentifier</key><string>com.example.capture.driver</string></dict></plist>' \
  >"$mac/Library/Extensions/ExampleCaptureDriver.kext/Contents/Info.plist"
expect 1 'recheck reports what was installed again' kextirpate recheck --policy=repair --approval=ask --json
json "[k['return_cause'] for k in j['kexts'] if k['standing'] == 'returned']" "['reinstalled']"
is 'and leaves it' "$(find "$mac/Library/Extensions" -maxdepth 1 -name 'ExampleCaptureDriver.kext')" \
  "$mac/Library/Extensions/ExampleCaptureDriver.kext"

echo '# refused, then allowed'
new 15.7 apple capture-card
set_mac approval=no
expect 3 'a refusal is an outcome' kextirpate uninstall --approval=ask --json "$card"
standing approval-pending
expect 3 'asked again in the same boot, it is still not approved' kextirpate approve
restart
set_mac approval=yes
expect 2 'after the restart a person approves' kextirpate approve
restart
expect 0 'gone' kextirpate status

echo '# questions of other systems'
new 15.7 apple capture-card
expect 0 'munki: there is something to do' kextirpate status --installcheck "$card"
expect 1 'an OS update would bring it back' kextirpate status --update-ready
expect 3 'uninstall' kextirpate uninstall --approval=never "$card"
expect 1 'munki: the rest waits for others' kextirpate status --installcheck "$card"
expect 1 'an OS update would still bring it back' kextirpate status --update-ready
expect 2 'approve' kextirpate approve
restart
expect 1 'munki: nothing to do' kextirpate status --installcheck "$card"
expect 0 'ready for an OS update' kextirpate status --update-ready
expect 1 'munki: an error is no reason to act' kextirpate status --installcheck nonsense
says 'no rule, no kext or package of this Mac'
expect 1 'munki: a target is needed' kextirpate status --installcheck

new 15.7 apple studio
expect 0 'munki: one that can go' kextirpate status --installcheck studio-link
expect 5 'one whose removal is refused' kextirpate plan studio-disk
expect 1 'munki: is not tried every hour' kextirpate status --installcheck studio-disk
says 'would be refused: '
expect 1 'munki: nor beside one that is refused, too' kextirpate status --installcheck studio-audio studio-disk
expect 0 'munki: beside what stood in its way it can go' kextirpate status --installcheck studio-link studio-disk
new 15.7 apple capture-card
assume rebuild-drops-stash-and-instructions no
assume missing-bundle-not-loadable no
kextirpate uninstall --approval=ask "$card"
restart
kextirpate recheck
update 15.7.1
expect 1 'munki: what only a person can approve waits for others' kextirpate status --installcheck "$card"
says 'returned: it is back; macOS linked it in again'

echo '# undo'
new 15.7 apple capture-card
on true
tree >"$story/before"
expect 2 'uninstall' kextirpate uninstall --approval=ask "$card"
expect 2 'undo gives the files back; the kernel must follow' kextirpate undo
tree >"$story/after"
if cmp -s "$story/before" "$story/after"; then ok 'the tree is as before'; else not_ok 'the tree is as before'; fi
expect 1 'it is installed again' kextirpate status --json "$card"
standing installed
expect 0 'history tells of both runs' kextirpate history --json
json "[(r['command'], r['state']) for r in j['runs']]" "[('uninstall', 'undone'), ('undo', 'done')]"


echo '# kernelmanagerd is slow to notice, and nothing tells so'
new 15.7 apple capture-card
set_mac settle=3
expect 2 'asked again a moment later, macOS sees the change' kextirpate uninstall --approval=ask "$card"
says 'approved; it takes effect at the restart'
restart
expect 0 'gone' kextirpate recheck

echo '# one kext of two'
new 15.7 apple capture-card
expect 2 'one kext of a product goes alone' kextirpate uninstall --approval=ask com.example.capture.event
is 'its bundle is away, the other stays whole' \
  "$(find "$mac/Library/Extensions" -path '*ExampleCapture*' -name Info.plist)" \
  "$mac/Library/Extensions/ExampleCaptureDriver.kext/Contents/Info.plist"
is 'the package keeps its other files and its receipt' \
  "$(find "$mac/Library/Application Support/Example Capture" "$mac/private/var/db/receipts/com.example.capture.pkg.plist" -type f | wc -l)" 3
restart
expect 1 'and the other is loaded as before' kextirpate scan --json
json "sorted((k['bundle_id'], k['standing']) for k in j['kexts'])" \
  "[('com.example.capture.driver', 'installed'), ('com.example.capture.event', 'gone')]"
is 'the Mac agrees' "$(show loaded | grep com.example)" com.example.capture.driver

done_testing
