#!/bin/sh
# SPDX-License-Identifier: BSD-2-Clause
# approve: says first what comes, who may answer and for how long; refused and unanswered
# are outcomes. What kmutil answers is understood, not passed on. Who can do it with nobody
# at the Mac is named only where it is allowed.
# shellcheck source=tests/story/lib.sh
. "${0%/*}/lib.sh"

card=example-capture
rebuilt="[s['message'] for s in j['steps'] if s['kind'] == 'rebuild']"

# waiting CHIP [SETTING...]: a Mac on which the rebuild waits for a person.
waiting() {
  new 15.7 "$1" capture-card
  expect 3 "$1: uninstall without a person" kextirpate uninstall --approval=never "$card"
  says_not 'dialog on this Mac'
  shift
  [ $# = 0 ] || set_mac "$@"
}

echo '# what is said before'
waiting apple
expect 2 'approve' kextirpate approve "$card"
is 'who may answer, and for how long' "$(tr '\n' ' ' <"$err")" \
  "macOS will ask in a dialog on this Mac's screen whether the kernel extensions may be \
changed. It waits 60 seconds for an administrator who owns the volume; logged in is user. "
waiting intel console=none
kextirpate approve "$card"
says 'for an administrator; nobody seems to be logged in'
new 15.7 apple capture-card
expect 2 'uninstall says it, too' kextirpate uninstall --approval=ask "$card"
says 'It waits 60 seconds for an administrator who owns the volume'

echo '# outcomes'
waiting apple approval=no
expect 3 'refused' kextirpate approve --json "$card"
json "$rebuilt" "['the approval was refused; nothing was changed']"
standing approval-pending
expect 3 'and asked again in the same boot' kextirpate approve --json "$card"
says 'it may ask again only after the restart'
says 'asked for in this boot already: where macOS then sees nothing to change, restart first'
waiting apple approval=none assumption.timeout-is-authentication-error=yes
expect 3 'nobody answers' kextirpate approve --json "$card"
json "$rebuilt" "['nobody answered in time; nothing was changed']"
standing approval-pending
waiting apple console=none
expect 3 'nobody is there' kextirpate approve --json "$card"
json "$rebuilt" "['nobody was there who could approve; nothing was changed']"
restart
set_mac console=user
expect 2 'after the restart a person may still do it' kextirpate approve "$card"
restart
expect 0 'gone' kextirpate status "$card"

echo '# builds that come to nothing'
waiting apple rebuild=loops
expect 5 'the same kext in both lists' kextirpate approve --json "$card"
says 'the same kext is to be added and removed: such a rebuild never ends'
restart
expect 3 'is no approval' kextirpate status --json "$card"
waiting apple rebuild=broken
expect 5 'another kext breaks the build' kextirpate approve --json "$card"
says 'com.example.broken stops every rebuild on this Mac, and must be mended or removed first'
json "j['next']['text']" 'macOS cannot build its collection: what the step rebuild says has to be mended first, then approve asks again'

echo '# nothing was taken away yet'
new 15.7 apple capture-card
expect 0 'nobody waits for a rebuild' kextirpate approve
says 'nothing is left to do'
expect 1 'but who is named is still there' kextirpate approve --json "$card"
standing installed
json "j['next']['command']" "['kextirpate', 'uninstall', 'example-capture']"
is 'and nobody is asked' "$(show asked)" 0

echo '# a kext that is on disk again: a rebuild would keep it'
waiting apple
mkdir -p "$mac/Library/Extensions/ExampleCaptureDriver.kext/Contents"
printf '%s\n' '<plist version="1.0"><dict><key>CFBundleIdentifier</key><string>com.example.capture.driver</string></dict></plist>' \
  >"$mac/Library/Extensions/ExampleCaptureDriver.kext/Contents/Info.plist"
expect 5 'approve refuses' kextirpate approve --json
json "j['refusals']" "['com.example.capture.driver is on disk, at /Library/Extensions/ExampleCaptureDriver.kext, \
so that a rebuild would keep it; kextirpate uninstall takes it away first']"
json "[s['n'] for s in j['steps']]" '[1, 2]'
is 'and nobody is asked' "$(cat "$err")" ''
expect 2 'uninstall takes it away' kextirpate uninstall --approval=ask "$card"
restart
expect 0 'gone' kextirpate status "$card"

echo '# MDM, only where it may'
waiting apple console=none mdm=allowed
expect 3 'allowed' kextirpate status --json "$card"
says 'RestartDevice with RebuildKernelCache'
says 'unproven'
for no in 'apple enrolled' 'apple none' 'intel none'; do
  waiting "${no% *}" console=none "mdm=${no#* }"
  expect 3 "not allowed: $no" kextirpate status --json "$card"
  says_not RestartDevice
  says approve
done
done_testing
