#!/bin/sh
# SPDX-License-Identifier: BSD-2-Clause
# The dext takes over, through its own app and as the person at the console; or the
# tool says why not.
# shellcheck source=tests/story/lib.sh
. "${0%/*}/lib.sh"

card=example-capture
app='/Applications/Example Capture.app'
program="$app/Contents/MacOS/Example Capture"

as() { # as USER VERB: the vendor's app
  "$macsim" run --as "$1" "$mac" -- "$program" "$2" >"$out" 2>"$err"
  status=$?
}

# A Mac whose dext was switched off.
without_dext() {
  new "$@"
  expect 0 'the app switches its dext off' as user deactivate
}

dext_is() {
  on systemextensionsctl list
  says "com.example.capture.dext.*\\[$1\\]"
}

for chip in apple intel; do
  echo "# 15.7 $chip, with a person"
  new 15.7 "$chip" capture-card
  expect 4 'a dext behind a loaded kext waits' kextirpate handoff "$card"
  says 'is still loaded and holds PXSX'
  on ioreg -l
  says '"IODEXTMatchCount" = 1'

  expect 0 'the app switches its dext off' as user deactivate
  dext_is 'terminated waiting to uninstall on reboot'
  expect 4 'a dry run asks nobody' kextirpate handoff --dry-run "$card"
  says 'would be asked to activate it'
  dext_is 'terminated waiting to uninstall on reboot'
  expect 4 'handoff has the app switch it on' kextirpate handoff "$card"
  says 'com.example.capture.dext is active'
  dext_is 'activated enabled'

  expect 0 'the app switches its dext off again' as user deactivate
  expect 2 'migrate activates the dext first, then uninstalls' \
    kextirpate migrate --approval=ask --json "$card"
  standing restart-pending
  dext_is 'activated enabled'
  restart
  is 'the dext runs' "$(show dext)" running
  on ioreg -l
  says '"IODEXTMatchCount" = 1' # one that drives the device is counted, too
  expect 0 'after the restart recheck finishes it' kextirpate recheck --json
  standing gone
  expect 0 'and handoff agrees' kextirpate handoff "$card"
  says 'com.example.capture.dext is active'
  expect 0 'migrate again has nothing to do' kextirpate migrate --approval=ask "$card"
done

echo '# who is asked'
without_dext 15.7 apple capture-card
expect 1 'the app refuses root' as root activate
set_mac console=anna
expect 1 'and whoever is not at the console' as user activate
dext_is 'terminated waiting to uninstall on reboot'
expect 4 'handoff asks as the person at the console' kextirpate handoff "$card"
dext_is 'activated enabled'

echo '# nobody logged in'
without_dext 15.7 apple capture-card
set_mac console=none
expect 4 'nobody is there who could be asked' kextirpate handoff "$card"
says 'nobody is logged in'
expect 4 'migrate leaves the kext while nothing can take over' kextirpate migrate "$card"
is 'the kext is still there' "$(find "$mac/Library/Extensions" -name 'ExampleCaptureDriver.kext')" \
  "$mac/Library/Extensions/ExampleCaptureDriver.kext"
restart
expect 1 'and is still installed after a restart' kextirpate status --json "$card"

echo '# a dext that a person has to allow'
without_dext 15.7 apple capture-card
set_mac dext.allowed=no
expect 4 'it waits for the person' kextirpate handoff "$card"
says 'activated waiting for user; a person allows it in System Settings > General > Login Items'
expect 4 'and is not asked for twice' kextirpate handoff "$card"
without_dext 14.6 apple capture-card
set_mac dext.allowed=no
expect 4 'on 14 as well' kextirpate handoff "$card"
says 'allows it in System Settings > Privacy & Security'

echo '# an app that does not do as it is asked'
without_dext 15.7 apple capture-card
set_mac tool.helper=fail
expect 4 'it fails' kextirpate handoff "$card"
says 'its app can be asked again; the app said: helper: internal error'
set_mac tool.helper=ok alone=yes
expect 4 'macOS refuses it' kextirpate handoff "$card"
says 'OSSystemExtensionErrorDomain error 1: macOS gives no reason; kextirpate doctor'
set_mac alone=no tool.helper=exit0
expect 4 'it does nothing' kextirpate handoff "$card"
says 'terminated waiting to uninstall on reboot'
set_mac tool.helper=garbage
expect 4 'it prints garbage' kextirpate handoff "$card"
set_mac tool.helper=ok tool.systemextensionsctl=garbage
expect 4 'what macOS says is not understood' kextirpate handoff "$card"
says 'is active is not known'

echo '# an app that was tampered with'
without_dext 15.7 apple capture-card
set_mac app-team=OTHERTEAM1
expect 5 'of another team' kextirpate handoff "$card"
says 'its signature is not the one that the rule names'
expect 5 'migrate does not run it either' kextirpate migrate "$card"
expect 5 'nor does a dry run promise it' kextirpate handoff --dry-run "$card"
dext_is 'terminated waiting to uninstall on reboot'
set_mac app-team=EXAMPLE001
rm "$mac$program"
printf '#!/bin/sh\necho >/tmp/ran\n' >"$mac$program"
chmod 755 "$mac$program"
expect 5 'its program was replaced' kextirpate handoff "$card"
says 'was not run'
expect 5 'by another that migrate does not run' kextirpate migrate "$card"
is 'it was not run' "$(ls "$mac/private/tmp")" ""
is 'and the kexts are still there' \
  "$(find "$mac/Library/Extensions" -maxdepth 1 -name 'ExampleCapture*' | wc -l)" 2
on "$program"
is 'though it would have run' "$(ls "$mac/private/tmp")" ran

echo '# no app, no rule'
new 15.7 apple capture-card-nodext
expect 5 'the app is not there' kextirpate handoff "$card"
says 'install it first'
expect 5 'migrate refuses without an app' kextirpate migrate "$card"
expect 64 'handoff needs one product that a rule knows' kextirpate handoff org.nobody.knows

done_testing
