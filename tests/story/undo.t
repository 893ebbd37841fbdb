#!/bin/sh
# SPDX-License-Identifier: BSD-2-Clause
# undo: says first what macOS will have to rebuild; gives back what the run moved, whoever
# acted on the kexts since; and refuses while the dext owns the device, until that is put
# aside.
# shellcheck source=tests/story/lib.sh
. "${0%/*}/lib.sh"

card=example-capture
both='com.example.capture.driver, com.example.capture.event'
rules="$mac/usr/local/kextirpate/more"
# removed MACOS CHIP [RULE-EDIT]: the kexts are away, and the ledger knows the rule.
removed() {
  new "$1" "$2" capture-card
  mkdir -p "$rules"
  sed "${3:-}" "$top/tests/macsim/rules/example-capture.xml" >"$rules/example-capture.xml"
  on true
  known >"$story/before"
  kextirpate uninstall --approval=ask --rules /usr/local/kextirpate/more "$card"
}
undo() { kextirpate undo --rules /usr/local/kextirpate/more "$@"; }
# known: the tree without what sysextd keeps.
known() { tree | grep -v SystemExtensions/db.plist; }
as_before() { is "$1: the tree is as before" "$(known | diff "$story/before" -)" ''; }
aside='s/<activate /<deactivate program="Contents\/MacOS\/Example Capture"><argument>deactivate<\/argument><\/deactivate><activate /'

echo '# what is said before the run'
removed 15.7 apple
expect 2 'dry: what would follow' undo --dry-run
is 'by name' "$(cat "$err")" "undoing run 1 (uninstall): macOS loads them again only after a \
rebuild of its collection (kmutil rebuild), which an administrator has to approve, and a restart: $both"
expect 2 'undo' undo --json
says 'kmutil rebuild'
standing installed
as_before 'undone'
removed 13.6 apple
restart
set_mac device=absent
expect 2 'a macOS without a rebuild' undo
says 'only when it builds its collection anew'
says_not 'kmutil rebuild), which'
new 15.7 apple capture-card
kextirpate uninstall --approval=never "$card"
expect 0 'before anybody approved' kextirpate undo
is 'nothing has to be rebuilt' "$(cat "$err")" \
  "undoing run 1 (uninstall): nothing has to be rebuilt: the kernel has not changed yet for $both"

echo '# a later run asked for the rebuild'
new 15.7 apple capture-card
on true
known >"$story/before"
expect 3 'uninstall' kextirpate uninstall --approval=never "$card"
expect 2 'approve' kextirpate approve
expect 2 'undo: what is approved still has to be taken back' kextirpate undo
says 'kmutil rebuild'
expect 1 'the cases are closed' kextirpate status --json
standing installed
as_before 'undone'

echo '# runs that moved nothing, or are undone'
new 15.7 apple capture-card
kextirpate uninstall --approval=never "$card"
kextirpate approve
expect 0 'undo of the run that asked for the rebuild' kextirpate undo 2
says '^there is nothing to give back'
expect 2 'its case is as it was' kextirpate status --json
standing restart-pending
expect 2 'undo of the run before it' kextirpate undo 1
expect 2 'once more: the same answer' kextirpate undo 1
says '^everything is back already'
kextirpate history --json
json "[(r['command'], r['state']) for r in j['runs']]" \
  "[('uninstall', 'undone'), ('approve', 'done'), ('undo', 'done')]"

echo '# something else is there now'
new 15.7 apple capture-card
kextirpate uninstall --approval=never "$card"
echo 'a new one' >"$mac/Library/Application Support/Example Capture/Presets.plist"
expect 6 'undo gives back the rest' kextirpate undo --json
json "[s['message'] for s in j['steps'] if s['state'] == 'failed']" \
  "['something else is there now; the old one stays in the vault']"
is 'what is there stays' "$(cat "$mac/Library/Application Support/Example Capture/Presets.plist")" 'a new one'
is 'the bundles are back' "$(cd "$mac/Library/Extensions" && echo Example*)" \
  'ExampleCaptureDriver.kext ExampleCaptureEvent.kext'
rm "$mac/Library/Application Support/Example Capture/Presets.plist"
expect 0 'once it is away, undo gives that back too' kextirpate undo
is 'the old one' "$(grep -c 'a new one' "$mac/Library/Application Support/Example Capture/Presets.plist")" 0

echo '# its folder is away'
new 15.7 apple capture-card
kextirpate uninstall --approval=never "$card"
mv "$mac/Library/Application Support/Example Capture" "$story/folder"
expect 6 'undo gives back the rest' kextirpate undo --json
json "[s['message'] for s in j['steps'] if s['state'] == 'failed']" \
  "['the folder that it was in is not there; it stays in the vault']"
mv "$story/folder" "$mac/Library/Application Support/Example Capture"
expect 0 'once it is there, undo gives that back too' kextirpate undo

echo '# the dext drives the device'
removed 15.7 apple
restart
known >"$story/without"
expect 5 'nobody knows how to put it aside' undo --json
says 'com.example.capture.dext drives its device'
says 'removing /Applications/Example Capture.app in the Finder deactivates it'
json "len(j['refusals'])" 1
json "{s['state'] for s in j['steps']}" "{'planned'}"
is 'nothing was given back' "$(known | diff "$story/without" -)" ''
set_mac tool.systemextensionsctl=fail
expect 5 'the registry alone tells it' undo
set_mac tool.systemextensionsctl=ok server=dead
expect 5 'a dext whose program does not run holds it too' undo
says 'holds its device, though its program does not run'
set_mac server=ok tool.ioreg=garbage
expect 5 'an active dext of which nobody can tell' undo
says 'whether it drives its device is not known'
set_mac tool.ioreg=ok device=absent
expect 2 'its device is unplugged' undo
as_before 'undone'

echo '# the kext still runs: the dext has no device'
removed 15.7 intel
set_mac tool.ioreg=garbage
expect 2 'whatever the registry says' undo
as_before 'undone'

echo '# a dext that can be put aside'
removed 15.7 apple "$aside"
restart
expect 5 'not without a person' undo
says "kextirpate handoff --deactivate $card puts it aside"
expect 0 'by hand' kextirpate handoff --deactivate --rules /usr/local/kextirpate/more "$card"
restart
expect 2 'then undo goes on' undo
as_before 'undone'
removed 15.7 apple "$aside"
restart
# at_terminal COMMAND...: with a terminal, as a person has.
at_terminal() {
  python3 -c 'import os, pty, sys; sys.exit(os.waitstatus_to_exitcode(pty.spawn(sys.argv[1:])))' \
    "$macsim" run "$mac" -- "$@" >"$out" 2>"$err" </dev/null
  status=$?
}
expect 2 'on a terminal its app is asked first' \
  at_terminal kextirpate undo --dry-run --rules /usr/local/kextirpate/more
says 'Capture.app would be asked to deactivate com.example.capture.dext'
is 'not by a dry run' "$(show dext)" running
expect 2 'and the files follow' at_terminal kextirpate undo --rules /usr/local/kextirpate/more
is 'the dext is put aside' "$(show dext)" 'not activated'
as_before 'undone'
removed 15.7 apple "$aside"
restart
set_mac console=none
expect 5 'nobody is logged in who could be asked' \
  at_terminal kextirpate undo --rules /usr/local/kextirpate/more
says 'could not be put aside'

done_testing
