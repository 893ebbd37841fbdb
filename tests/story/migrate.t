#!/bin/sh
# SPDX-License-Identifier: BSD-2-Clause
# A migration keeps the device driven: at no moment but the one restart is it without a
# driver. macsim notes who drives it after all that happens, as BOOT:kext|dext|none.
# shellcheck source=tests/story/lib.sh
. "${0%/*}/lib.sh"

card=example-capture
app='/Applications/Example Capture.app'
state="$mac/Library/Application Support/kextirpate"
drivers() { show driver | tr '\n' ' '; }
always_driven() { is "$1: never without a driver" "$(drivers)" '1:kext 2:dext '; }

# A Mac whose dext is not activated yet.
without_dext() {
  new "$@"
  set_mac dext.state=none
}
kinds() { json "' '.join(s['kind'] + '=' + s['state'] for s in j['steps'])" "$1"; }
# kept WANTED: the steps of the last migrate behind the removal, as the history has them.
kept() {
  kextirpate history --json "$card"
  json "' '.join(s['kind'] + '=' + s['state'] for s in [r for r in j['runs'] if r['command'] == 'migrate'][-1]['steps'] if s['kind'] in ('activate', 'verify'))" "$1"
}

for chip in apple intel; do
  echo "# 15.7 $chip"
  without_dext 15.7 "$chip" capture-card
  tree >"$story/before"
  expect 2 'a dry run shows the whole plan' \
    kextirpate migrate --dry-run --approval=ask --json "$card"
  json "j['next']['text'][:21]" 'migrate does it; then'
  kinds 'prepare=planned activate=planned vault=planned vault=planned vault=planned settle=planned clear-staging=planned rebuild=planned verify=planned'
  tree >"$story/after"
  is 'and changes nothing' "$(diff "$story/before" "$story/after")" ''
  is 'nobody was asked' "$(show dext)" 'not activated'
  expect 2 'migrate' kextirpate migrate --approval=ask --json "$card"
  kinds 'prepare=done activate=done vault=done vault=done vault=done settle=done clear-staging=done rebuild=done verify=skipped'
  standing restart-pending
  restart
  kept 'activate=done verify=skipped'
  expect 0 'recheck verifies it' kextirpate recheck --json
  standing gone
  json "[(s['kind'], s['n'], s['state'], s['message'].split(' (')[0]) for s in j['steps']]" \
    "[('verify', 9, 'done', 'the kext is gone, and com.example.capture.dext is active and drives its device')]"
  json "j['run']" 1
  expect 0 'once' kextirpate recheck --json
  kinds ''
  kept 'activate=done verify=done'
  expect 0 'history tells it' kextirpate history
  says 'verify done: the kext is gone, and'
  expect 0 'migrate again finds it done' kextirpate migrate --json "$card"
  kinds ''
  standing gone
  always_driven "$chip"
  # What a person does to the dext later is nobody's unfinished business.
  set_mac dext.state=none
  restart
  expect 0 'a dext that was taken away later' kextirpate recheck
  is 'is not activated again' "$(show dext)" 'not activated'
done

echo '# kexts as targets'
without_dext 15.7 apple capture-card
expect 2 'two kexts of one product' \
  kextirpate migrate --approval=ask com.example.capture.driver com.example.capture.event
expect 2 'beside a product that is not here' kextirpate migrate --approval=ask "$card" wch-ch34x-vcp
restart
always_driven 'several targets'
new 15.7 apple studio
expect 5 'a product without a replacement' kextirpate migrate studio-link
says 'no rule knows a replacement'

echo '# a person has to allow it'
without_dext 15.7 apple capture-card
set_mac profile=none
expect 2 'it is staged, which is enough' kextirpate migrate --approval=ask --restart=now \
  --restart-even-if-logged-in "$card"
says 'allows it in System Settings > General > Login Items & Extensions > Driver Extensions'
says 'would need nobody (kextirpate mdm system-extension-profile example-capture prints it)'
is 'but no restart before it is allowed' "$(show boots)" 1
set_mac dext.state=activated_enabled
restart
expect 0 'allowed in time' kextirpate recheck
always_driven 'allowed in time'
without_dext 15.7 apple capture-card
set_mac profile=none
kextirpate migrate --approval=ask "$card"
restart
expect 4 'not allowed in time: it does not end well, and says so' kextirpate recheck
says 'activated waiting for user'
kept 'activate=skipped verify=skipped'
is 'the device is told to be without a driver' "$(drivers)" '1:kext 2:none '
set_mac dext.state=activated_enabled
expect 0 'until it is allowed' kextirpate migrate --json "$card"
kinds 'activate=done verify=done'
kept 'activate=done verify=done'

echo '# a kext that does not go'
without_dext 15.7 apple capture-card
assume missing-bundle-not-loadable no
assume rebuild-drops-missing no
kextirpate migrate --approval=ask "$card"
restart
expect 5 'it is loaded all the same' kextirpate recheck --json
kinds 'verify=failed'
json "j['steps'][0]['message'][:40]" 'com.example.capture.event is blocked (20'
kept 'activate=done verify=failed'
expect 5 'and stays so' kextirpate recheck --json
assume rebuild-drops-missing yes
kextirpate approve
restart
expect 0 'until it went' kextirpate recheck --json
kinds 'verify=done'

echo '# a dext that cannot take over: the kext stays'
for trouble in console=none tool.helper=fail tool.helper=crash dext.state=activated_disabled \
  dext.state=staging dext.state=terminating_for_disable; do
  without_dext 15.7 apple capture-card
  set_mac "$trouble"
  tree >"$story/before"
  expect 4 "$trouble" kextirpate migrate --approval=ask "$card"
  tree >"$story/after"
  is 'no file was touched' "$(diff "$story/before" "$story/after")" ''
  expect 1 'the kext is as before' kextirpate status --json "$card"
  standing installed
  is 'and drives' "$(drivers)" '1:kext '
done
without_dext 15.7 apple capture-card
set_mac profile=forbid
expect 5 'forbidden by a profile' kextirpate migrate --approval=ask "$card"
says 'allows other extensions only'
without_dext 15.7 apple capture-card
set_mac dext.state=activated_waiting_for_user profile=forbid
tree >"$story/before"
expect 5 'uninstall does not activate it' kextirpate plan "$card"
says 'install the replacement first and let migrate activate it, or go on with --without-replacement'
expect 4 'staged, and nobody may allow it' kextirpate migrate --dry-run --approval=ask "$card"
expect 4 'so that it is no replacement' kextirpate migrate --approval=ask "$card"
says 'allows other extensions only .*adds com.example.capture.dext of team EXAMPLE001'
tree >"$story/after"
is 'no file was touched' "$(diff "$story/before" "$story/after")" ''
expect 5 'nor one for uninstall' kextirpate uninstall --approval=ask "$card"
says 'is activated waiting for user, and a profile forbids it'
tree >"$story/after"
is 'which touches nothing either' "$(diff "$story/before" "$story/after")" ''
is 'the kext drives the device' "$(drivers)" '1:kext '
json_of() { python3 -c "import plistlib; p=plistlib.load(open(\"$1\",'rb')); p['LSMinimumSystemVersion']='$2'; plistlib.dump(p, open(\"$1\",'wb'))"; }
without_dext 15.7 apple capture-card
json_of "$mac$app/Contents/Library/SystemExtensions/com.example.capture.dext.dext/Info.plist" 26.0
expect 5 'for a later macOS' kextirpate migrate --approval=ask "$card"
says 'needs macOS 26.0, and this is 15.7'
# The app and its dext name their macOS by other keys; each is heeded before anybody is asked.
info_key() {
  python3 -c "import plistlib, sys
p = plistlib.load(open(sys.argv[1], 'rb'))
p[sys.argv[2]] = sys.argv[3]
plistlib.dump(p, open(sys.argv[1], 'wb'))" "$mac$app/$1" "$2" "$3"
}
dext_info=Contents/Library/SystemExtensions/com.example.capture.dext.dext/Info.plist
without_dext 15.7 apple capture-card
info_key Contents/Info.plist LSMinimumSystemVersion 26.0
expect 5 'an app for a later macOS' kextirpate migrate --approval=ask "$card"
says 'Example Capture.app: needs macOS 26.0, and this is 15.7; install a version for this macOS'
without_dext 15.7 apple capture-card
info_key "$dext_info" OSMinimumDriverKitVersion 25.0
tree >"$story/before"
expect 5 'a dext for a later DriverKit' kextirpate migrate --approval=ask "$card"
says 'dext.dext: needs DriverKit 25.0 (macOS 26), and this is 24.6.0 (macOS 15); install'
is 'nobody was asked' "$(show dext)" 'not activated'
tree >"$story/after"
is 'and nothing changed' "$(diff "$story/before" "$story/after")" ''
is 'macOS would not have taken it' "$("$macsim" run --as user "$mac" -- \
  "$app/Contents/MacOS/Example Capture" activate 2>&1)" \
  'Error: request of com.example.capture.dext is failed with error: OSSystemExtensionErrorDomain error 9'
update 26.2
expect 2 'and migrate goes on' kextirpate migrate --approval=ask "$card"
restart
expect 0 'to the end' kextirpate recheck

echo '# the agent goes on when a person logs in'
without_dext 15.7 apple capture-card
set_mac console=none
expect 4 'nobody is logged in' kextirpate migrate --approval=ask "$card"
is 'what is pending can be read by all' "$(cat "$state/handoff-pending"; stat -c %a "$state/handoff-pending")" \
  "$(printf '%s\n644' "$card")"
set_mac console=user
agent() {
  python3 -c 'import plistlib, sys; print(" ".join(plistlib.load(open(sys.argv[1], "rb"))["ProgramArguments"]))' \
    "$top/pkg/launchd/org.kextirpate.handoff.plist"
}
set_mac console=second
# shellcheck disable=SC2046 # words without blanks
on_as user $(agent)
is 'a person whose session is not at the screen is asked nothing' "$status $(show dext)" '4 not activated'
says 'another person is at the screen, and its app is asked in that person'
says_not 'the app said'
set_mac console=user
# shellcheck disable=SC2046 # words without blanks
"$macsim" run --as user "$mac" -- $(agent) >"$out" 2>"$err"
is 'the agent asks the app, without root' "$(show dext)" 'held off'
expect 2 'and migrate goes on' kextirpate migrate --approval=ask "$card"
restart
expect 0 'to the end' kextirpate recheck
is 'nothing is pending any more' "$(cat "$state/handoff-pending")" ''
always_driven 'the agent'
# shellcheck disable=SC2046 # words without blanks
on_as user $(agent)
is 'an idle agent ends with 0, says nothing' "$status$(cat "$out" "$err")" 0
rm "$state/handoff-pending"
echo "$card" >"$state/handoff-pending"
chmod 666 "$state/handoff-pending"
# shellcheck disable=SC2046 # words without blanks
on_as user $(agent)
is 'what others could have written is nothing to it' "$status$(cat "$out" "$err")" 0
"$macsim" run --as user "$mac" -- kextirpate handoff "$card" >"$out" 2>"$err"
is 'handoff of a TARGET is root'"'"'s' "$?" 77

echo '# a dext that is not staged beside its kext'
rules="$mac/usr/local/kextirpate/alone"
alone() { kextirpate "$@" --rules=/usr/local/kextirpate/alone "$card"; }
lone() {
  without_dext 15.7 apple capture-card
  mkdir -p "$rules"
  sed 's/<replacement>/<replacement coexists="no">/; s/<activate /<deactivate program="Contents\/MacOS\/Example Capture"><argument>deactivate<\/argument><\/deactivate><activate /' \
    "$top/tests/macsim/rules/example-capture.xml" >"$rules/example-capture.xml"
  set_mac alone=yes "$@"
}
lone profile=none
expect 5 'without a profile it is refused' alone migrate --approval=ask
says 'its device would be without a driver until a person has allowed it'
lone profile=allow
alone plan
says 'skipped  activate .*only after the restart, by handoff or migrate'
expect 2 'the old order' alone migrate --approval=ask --json
kinds 'prepare=done vault=done vault=done vault=done settle=done clear-staging=done rebuild=done activate=skipped verify=skipped'
restart
expect 0 'behind the restart' alone migrate
kept 'activate=done verify=done'
is 'there is the one gap that cannot be avoided' "$(drivers)" '1:kext 2:none 2:dext '
expect 0 'its app switches it off again' alone handoff --deactivate
is 'as an undo may want it' "$(show dext)" 'not activated'

echo '# an app that is only to be opened'
without_dext 15.7 apple capture-card
mkdir -p "$rules"
sed '/<activate /,/<\/activate>/d; s/<\/replacement>/<open\/><\/replacement>/' \
  "$top/tests/macsim/rules/example-capture.xml" >"$rules/example-capture.xml"
expect 4 'nobody has shown that this is enough' alone handoff
assume app-opens-by-program yes
expect 4 'if it is, the dext is activated' alone handoff
is 'beside the kext' "$(show dext)" 'held off'

echo '# a system extension that is no driver'
new 15.7 apple capture-card
mkdir -p "$rules"
sed 's/<dext /<sysext /' "$top/tests/macsim/rules/example-capture.xml" >"$rules/example-capture.xml"
expect 0 'active, it runs: there is no device' alone handoff
is 'and says no more' "$(cat "$out")" 'com.example.capture.dext is active'
expect 2 'migrate' alone migrate --approval=ask
restart
expect 0 'recheck' kextirpate recheck --rules=/usr/local/kextirpate/alone --json
kinds 'verify=done'

echo '# active is not yet driving'
without_dext 15.7 apple capture-card
kextirpate migrate --approval=ask "$card"
restart
set_mac server=dead
expect 4 'a program that does not run' kextirpate migrate "$card"
says 'is active and has a device, but its program does not run'
set_mac server=ok device=absent
expect 0 'no device' kextirpate handoff "$card"
says 'none of its devices is attached, or it matches none'
expect 0 'nothing to verify it by' kextirpate migrate --json "$card"
kinds 'verify=skipped'
json "'none of its devices is attached' in j['steps'][0]['message']" True
set_mac device=present
restart
expect 0 'until the device is there' kextirpate recheck --json
kinds 'verify=done'
done_testing
