#!/bin/sh
# SPDX-License-Identifier: BSD-2-Clause
# A product whose kexts two extensions replace, a dext and one that is no driver: all of them
# have to run, and what waits is named.
# shellcheck source=tests/story/lib.sh
. "${0%/*}/lib.sh"

card=example-capture
folder=/usr/local/kextirpate/several
several() { kextirpate "$@" --rules="$folder" "$card"; }
mac_of_two() { # MACOS STATE
  new "$1" apple capture-card
  set_mac "sysext.state=$2"
  mkdir -p "$mac$folder"
  sed 's|<app |<sysext id="com.example.capture.monitor" team="EXAMPLE001"/><app |' \
    "$top/tests/macsim/rules/example-capture.xml" >"$mac$folder/example-capture.xml"
}

echo '# one of the two is missing'
mac_of_two 15.7 none
set_mac dext.state=activated_enabled
expect 5 'the kext stays while one of its replacements is not there' several uninstall
says 'its replacement com.example.capture.monitor is not activated'
expect 2 'plan of a migration' several migrate --dry-run --approval=ask --json
json "[(s['kind'], s['subject'], s['state']) for s in j['steps'] if s['kind'] in ('activate', 'verify')]" \
  "[('activate', 'com.example.capture.dext', 'done'), ('activate', 'com.example.capture.monitor', 'planned'), ('verify', 'com.example.capture.dext', 'planned'), ('verify', 'com.example.capture.monitor', 'planned')]"

echo '# it waits for a person'
set_mac dext.allowed=no sysext.state=activated_waiting_for_user dext.state=activated_enabled
expect 4 'handoff waits' several handoff
says 'com.example.capture.monitor is activated waiting for user; a person allows it in System Settings > General > Login Items & Extensions > Endpoint Security Extensions'
set_mac profile=forbid
expect 4 'and where a profile leaves a person no say' several handoff
says 'adds com.example.capture.monitor of team EXAMPLE001'

echo '# the app asks for both at once'
mac_of_two 15.7 none
set_mac profile=allow dext.state=none
expect 2 'migrate' several migrate --approval=ask --json
json "[s['state'] for s in j['steps'] if s['kind'] == 'activate']" "['done', 'done']"
restart
expect 0 'recheck finishes it' kextirpate recheck --rules="$folder" --json
json "[(s['subject'], s['state']) for s in j['steps'] if s['kind'] == 'verify']" \
  "[('com.example.capture.dext', 'done'), ('com.example.capture.monitor', 'done')]"
expect 0 'handoff' several handoff
is 'tells of both' "$(cat "$out")" \
  'com.example.capture.dext is active and drives its device; com.example.capture.monitor is active'
expect 0 'explain tells of both' several explain
says 'The replacement com.example.capture.monitor is activated enabled'

echo '# one is switched off afterwards'
set_mac sysext.state=activated_disabled
expect 4 'the kext is gone, and one of its replacements waits' several status
says 'waits for a person to allow it, or for a restart: handoff says which, and where'
expect 4 'and its next step is a command' several status --json
json "j['kexts'][0]['next']['command']" "['kextirpate', 'handoff', 'example-capture']"
expect 4 'handoff says which' several handoff
is 'and not what is well' "$(cut -c 1-50 "$out")" 'com.example.capture.monitor is activated disabled;'

echo '# a migration that one of them does not follow'
mac_of_two 15.7 none
set_mac dext.allowed=no dext.state=none
expect 2 'migrate: both wait for a person while the kext works' several migrate --approval=ask --json
says 'com.example.capture.monitor is activated waiting for user'
set_mac dext.state=activated_enabled
restart
expect 4 'recheck does not finish it' kextirpate recheck --rules="$folder" --json
json "[(s['subject'], s['state']) for s in j['steps'] if s['kind'] == 'verify']" \
  "[('com.example.capture.dext', 'done'), ('com.example.capture.monitor', 'skipped')]"
set_mac sysext.state=activated_enabled
expect 0 'until the last one runs' kextirpate recheck --rules="$folder" --json
json "[(s['subject'], s['state']) for s in j['steps'] if s['kind'] == 'verify']" \
  "[('com.example.capture.monitor', 'done')]"

echo '# the app lacks one of them'
mac_of_two 15.7 none
set_mac dext.state=none
rm -r "$mac/Applications/Example Capture.app/Contents/Library/SystemExtensions/com.example.capture.monitor.systemextension"
expect 5 'is not asked' several handoff
says 'holds no com.example.capture.monitor; install the version of it that does'

echo '# an older version than the one that drives the device'
new 15.7 apple capture-card
mkdir -p "$mac$folder"
sed 's|<replacement>|<replacement minimum="300">|' \
  "$top/tests/macsim/rules/example-capture.xml" >"$mac$folder/example-capture.xml"
set_mac dext.state=activated_enabled
expect 5 'takes over from no kext' several uninstall
says 'its replacement com.example.capture.dext is active in version 200, and the device needs 300'

echo '# a kext that no rule knows'
new 15.7 apple capture-card
mkdir -p "$mac$folder"
no_rule() { kextirpate "$1" --rules="$folder" com.example.capture.driver; }
expect 64 'migrate does not take it' no_rule migrate
says 'migrate takes products that rules know (kextirpate rules list), and uninstall takes others, too'
expect 64 'nor does handoff' no_rule handoff
says 'handoff takes one product that a rule knows; kextirpate rules list has them'

echo '# an older version that still runs'
new 15.7 apple capture-card
kextirpate uninstall --approval=ask "$card"
restart
mkdir -p "$mac$folder"
set_mac dext.old=runs
expect 0 'beside the one that is enabled' kextirpate handoff "$card"
says 'drives its device; its version 100 still runs until the device is unplugged or the Mac is restarted'
sed 's|<replacement>|<replacement minimum="150">|' \
  "$top/tests/macsim/rules/example-capture.xml" >"$mac$folder/example-capture.xml"
expect 4 'waits where that one is too old' several handoff
restart
expect 0 'for the restart' several handoff
says_not 'still runs'

echo '# putting a dext aside needs less than activating it'
new 15.7 apple capture-card
mkdir -p "$mac$folder"
sed 's|<activate program|<deactivate program|; s|<argument>activate|<argument>deactivate|; s|</activate>|</deactivate>|' \
  "$top/tests/macsim/rules/example-capture.xml" >"$mac$folder/example-capture.xml"
set_mac dext.state=activated_enabled profile=forbid
expect 0 'nor does a profile forbid that' several handoff --deactivate
says 'com.example.capture.dext is not active; a restart ends what is left of it'
expect 5 'which nobody knows how to ask for' several handoff
says 'no rule says how this app is asked to activate com.example.capture.dext; open it by hand'
set_mac dext.state=activated_enabled app-team=OTHERTEAM1
expect 5 'but not by an app of others' several handoff --deactivate
says 'its signature is not the one that the rule names'

echo '# and a rule that names a replacement of no known team'
sed -i 's|\(<dext [^>]*\) team="EXAMPLE001"/>|\1/>|; s|<sysext[^>]*>||' "$mac$folder/example-capture.xml"
expect 5 'is no rule without a replacement' several handoff
says 'its rule names the replacement com.example.capture.dext, and not its Team ID'
done_testing
