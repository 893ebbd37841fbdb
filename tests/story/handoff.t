#!/bin/sh
# SPDX-License-Identifier: BSD-2-Clause
# The dext takes over, through its own app and as the person at the console; or the
# tool says why not.
# shellcheck source=tests/story/lib.sh
. "${0%/*}/lib.sh"

card=example-capture
app='/Applications/Example Capture.app'

deactivate() {
  "$macsim" run --as user "$mac" -- "$app/Contents/MacOS/Example Capture" deactivate >"$out" 2>"$err" ||
    not_ok 'the app deactivates its dext'
}

new 15.7 apple capture-card
expect 4 'a dext behind a loaded kext waits' kextirpate handoff "$card"
says 'is still loaded and may hold its device'

deactivate
expect 4 'handoff has the app activate it again' kextirpate handoff "$card"
says 'com.example.capture.dext is active'
on systemextensionsctl list
says 'activated enabled'

deactivate
expect 2 'migrate activates the dext first, then uninstalls' kextirpate migrate --approval=ask "$card"
on systemextensionsctl list
says 'activated enabled'
restart
expect 0 'after the restart recheck finishes it' kextirpate recheck --json
standing gone
is 'the dext runs' "$(show dext)" running
expect 0 'and handoff agrees' kextirpate handoff "$card"

echo '# nobody logged in'
new 15.7 apple capture-card
deactivate
set_mac console=none
expect 4 'nobody is there who could be asked' kextirpate handoff "$card"
says 'nobody is logged in'
expect 4 'migrate leaves the kext while nothing can take over' kextirpate migrate "$card"
is 'the kext is still there' "$(find "$mac/Library/Extensions" -name 'ExampleCaptureDriver.kext')" \
  "$mac/Library/Extensions/ExampleCaptureDriver.kext"

echo '# an app that was tampered with'
new 15.7 apple capture-card
deactivate
rm "$mac$app/Contents/MacOS/Example Capture"
cp "$mac/bin/echo" "$mac$app/Contents/MacOS/Example Capture"
expect 5 'its program is not run' kextirpate handoff "$card"
says 'its signature is not the one that the rule names'
says 'it was not run'

echo '# no app, no rule'
new 15.7 apple capture-card-nodext
expect 5 'the app is not there' kextirpate handoff "$card"
says 'install it first'
expect 5 'migrate refuses without an app' kextirpate migrate "$card"
expect 64 'handoff needs one product that a rule knows' kextirpate handoff org.nobody.knows

done_testing
