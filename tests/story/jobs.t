#!/bin/sh
# SPDX-License-Identifier: BSD-2-Clause
# Jobs of launchd: a daemon that loads the kext and an agent of a person end first, their
# files go, the neighbours' and the replacement's stay; undo brings them back to life.
# shellcheck source=tests/story/lib.sh
. "${0%/*}/lib.sh"

card=example-capture
driver=/Library/Extensions/ExampleCaptureDriver.kext
job() { # job FOLDER LABEL WORD...
  file=$mac/Library/$1/$2.plist label=$2
  shift 2
  {
    printf '<plist version="1.0"><dict><key>Label</key><string>%s</string>' "$label"
    printf '<key>RunAtLoad</key><true/><key>ProgramArguments</key><array>'
    for word in "$@"; do printf '<string>%s</string>' "$word"; done
    echo '</array></dict></plist>'
  } >"$file"
}
jobs() { show job | tr '\n' ' '; }

new 15.7 apple capture-card
job LaunchDaemons com.example.capture.load /usr/bin/kmutil load -p "$driver"
job LaunchAgents com.example.capture.agent /sbin/kextload "$driver"
job LaunchDaemons org.other.daemon /usr/local/bin/other
restart
on true
tree >"$story/before"
all='system/com.example.capture.load system/org.other.daemon gui/501/com.example.capture.agent '
is 'launchd has them all' "$(jobs)" "$all"

expect 3 'plan' kextirpate plan --approval=never "$card"
says 'stop-job.*gui/501 /Library/LaunchAgents/com.example.capture.agent.plist'
says 'stop-job.*system /Library/LaunchDaemons/com.example.capture.load.plist'
is 'plan ended nothing' "$(jobs)" "$all"

expect 3 'uninstall' kextirpate uninstall --json --approval=never "$card"
json "[(s['subject'].split()[0], s['state']) for s in j['steps'][:2]]" "[('gui/501', 'done'), ('system', 'done')]"
is 'only the neighbour runs' "$(jobs)" 'system/org.other.daemon '
is 'the files of both are gone' "$(find "$mac"/Library/Launch* -name '*capture*')" ''
expect 3 'again: nothing to stop' kextirpate uninstall --json --approval=never "$card"
json "[s['kind'] for s in j['steps'] if s['kind'] == 'stop-job']" '[]'

expect 0 'undo' kextirpate undo
tree >"$story/after"
is 'the tree is as before' "$(diff "$story/before" "$story/after")" ''
is 'the jobs run again' "$(show job | sort | tr '\n' ' ')" \
  "$(echo "$all" | tr ' ' '\n' | sed '/^$/d' | sort | tr '\n' ' ')"

echo '# nobody is logged in any more when undo comes'
expect 3 'uninstall' kextirpate uninstall --approval=never "$card"
set_mac console=none
expect 0 'undo' kextirpate undo
says 'it starts by itself at the next restart or login'

echo '# a job that loads another product too'
new 15.7 apple capture-card
mkdir -p "$mac/Library/Extensions/Other.kext/Contents"
printf '%s\n' '<plist version="1.0"><dict><key>CFBundleIdentifier</key><string>org.other.kext</string></dict></plist>' \
  >"$mac/Library/Extensions/Other.kext/Contents/Info.plist"
job LaunchDaemons com.example.both /sbin/kextload "$driver" /Library/Extensions/Other.kext
restart
expect 5 'uninstall' kextirpate uninstall --accept-bystanders --approval=never "$card"
says 'com.example.both.plist, which stays: it loads org.other.kext too'
is 'it runs on' "$(jobs)" 'system/com.example.both '

echo '# the helper of the replacement'
new 15.7 apple capture-card
job LaunchDaemons com.example.capture.helper '/Applications/Example Capture.app/Contents/MacOS/Example Capture' "$driver"
restart
expect 5 'uninstall' kextirpate uninstall --approval=never "$card"
says 'it starts a program of the replacement'
is 'it runs on' "$(jobs)" 'system/com.example.capture.helper '

echo '# launchctl fails'
new 15.7 apple capture-card
job LaunchDaemons com.example.capture.load /usr/bin/kmutil load -p "$driver"
restart
assume bootout-ends-job no
expect 6 'a job that does not end' kextirpate uninstall --approval=never "$card"
says 'it runs until the next restart'

echo '# a job that is a link to a file of the app, as launchd reads it'
new 15.7 apple capture-card
job LaunchDaemons com.example.capture.load /usr/bin/kmutil load -p "$driver"
mkdir -p "$mac/Library/Example Jobs"
mv "$mac/Library/LaunchDaemons/com.example.capture.load.plist" "$mac/Library/Example Jobs/load.plist"
ln -s '../Example Jobs/load.plist' "$mac/Library/LaunchDaemons/com.example.capture.load.plist"
restart
is 'launchd has it' "$(jobs)" 'system/com.example.capture.load '
expect 3 'uninstall' kextirpate uninstall --json --approval=never "$card"
json "[s['state'] for s in j['steps'] if s['kind'] == 'stop-job']" "['done']"
is 'it was ended' "$(jobs)" ''

echo '# a path in macOS'"'"'s own list ends in a slash'
new 15.7 apple capture-card
instructions=$mac/private/var/db/KernelExtensionManagement/AuxKC/CurrentAuxKC/com.apple.kcgen.instructions.plist
sed -i "s,$driver<,$driver/<," "$instructions"
expect 1 'scan' kextirpate scan --json
json "[t['path'] for k in j['kexts'] for t in k['traces'] if t['source'] == 'kcgen' and 'Driver' in t['path']]" "['$driver']"

echo '# a job that loads a kext behind a link, and one in a place that nobody may look into'
new 15.7 apple clean
laid() { # laid PATH ID
  mkdir -p "$mac$1/Contents"
  printf '<plist version="1.0"><dict><key>CFBundleIdentifier</key><string>%s</string></dict></plist>\n' "$2" \
    >"$mac$1/Contents/Info.plist"
}
bundles="sorted(t['path'] for k in j['kexts'] for t in k['traces'] if t['source'] == 'bundle')"
laid /Users/me/vendor/Linked.kext org.linked.kext
mkdir -p "$mac/private/opt"
ln -s ../../Users/me/vendor "$mac/private/opt/link"
job LaunchDaemons org.linked.load /sbin/kextload /private/opt/link/Linked.kext
expect 1 'the bundle is found where the link leads' kextirpate scan --json org.linked.kext
json "$bundles" "['/Users/me/vendor/Linked.kext']"
ln -sfn link "$mac/private/opt/link"
expect 1 'a link that leads nowhere is told' kextirpate scan --json
json "[(p['path'], p['matters']) for p in j['problems']]" "[('/private/opt/link/Linked.kext', True)]"

echo '# macOS means to build one in from a place that nobody may look into'
new 15.7 apple capture-card
instructions=$mac/private/var/db/KernelExtensionManagement/AuxKC/CurrentAuxKC/com.apple.kcgen.instructions.plist
sed -i "s,$driver,/Users/me/vendor/Driver.kext," "$instructions"
mkdir -p "$mac/Users/me/vendor"
expect 1 'it is not there' kextirpate scan --json
json "j['problems']" '[]'
set_mac unreadable=/Users/me
expect 1 'it may be there' kextirpate scan --json
json "[(p['path'], p['source'], p['matters']) for p in j['problems']]" \
  "[('/Users/me/vendor/Driver.kext', 'bundle', True)]"

done_testing
