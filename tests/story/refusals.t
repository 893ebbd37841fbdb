#!/bin/sh
# SPDX-License-Identifier: BSD-2-Clause
# What the tool refuses, with which status and words, and that it changed nothing.
# shellcheck source=tests/story/lib.sh
. "${0%/*}/lib.sh"

card=example-capture
state="$mac/Library/Application Support/kextirpate"
new 15.7 apple capture-card
on true
tree >"$story/before"
unchanged() {
  tree >"$story/after"
  if cmp -s "$story/before" "$story/after"; then ok "$1: nothing was changed"; else not_ok "$1: nothing was changed" "$(diff "$story/before" "$story/after" | head -n 5)"; fi
}

expect 64 'no command' on kextirpate
expect 64 'an unknown command' kextirpate unistall
says 'did you mean uninstall?'
expect 64 'an unknown option' kextirpate scan --frobnicate
says '--frobnicate is not an option of this command'
expect 64 'uninstall without a target' kextirpate uninstall
says 'an argument is missing'
expect 64 'an unknown target' kextirpate uninstall example-captur
says 'did you mean example-capture?'
expect 64 'a pattern that is too wide' kextirpate uninstall 'com.*'
says 'at least two whole labels'
expect 64 'another root is for looking only' kextirpate uninstall --root /tmp "$card"
expect 64 'an option that needs a word of its list' kextirpate uninstall --approval=maybe "$card"
says 'never|ask'
expect 64 'an empty target' kextirpate uninstall ''
expect 0 'help' kextirpate uninstall --help
says '--accept-bystanders'
expect 0 'version' kextirpate --version
unchanged 'usage errors'

"$macsim" run --as user "$mac" -- kextirpate uninstall "$card" >"$out" 2>"$err"
is 'uninstall as a person who is not root' "$?" 77
says 'must be run as root'
"$macsim" run --as user "$mac" -- kextirpate scan --json >"$out" 2>"$err"
is 'scan as a person sees the bundles' "$?" 1
unchanged 'not root'

expect 64 'a rule that is known, a kext that is not its' kextirpate scan com.example.capture.nothing
expect 0 'a known product that is not on this Mac' kextirpate uninstall magewell-pro-capture
says 'nothing is left to do'
unchanged 'a product that is not here'

expect 5 'a kext without a rule has no known replacement' kextirpate uninstall --rules /opt com.example.capture.driver
says 'no rule knows a replacement for it'
set_mac tool.ioreg=fail
expect 5 'and may drive anything' kextirpate uninstall --rules /opt --without-replacement com.example.capture.driver
says 'it may be a storage driver, and what hangs on it cannot be told'
set_mac tool.ioreg=ok
unchanged 'no rule'
expect 3 'nothing hangs on it: it goes' kextirpate uninstall --rules /opt --without-replacement com.example.capture.driver
is 'its bundle, and no other' "$(cd "$mac/Library/Extensions" && echo Example*)" ExampleCaptureEvent.kext
expect 0 'and comes back' kextirpate undo

echo '# a folder that others may write'
chmod 777 "$mac/usr/local/kextirpate"
expect 77 'rules below a folder that others may write' kextirpate uninstall "$card"
says '/usr/local/kextirpate: others than root may write it'
chmod 755 "$mac/usr/local/kextirpate"
unchanged 'untrusted rules'

echo '# no replacement'
new 15.7 apple capture-card-nodext
on true
tree >"$story/before"
expect 5 'a loaded kext without a replacement' kextirpate uninstall "$card"
says 'go on with --without-replacement'
unchanged 'no replacement'
expect 3 'told to go on' kextirpate uninstall --without-replacement "$card"

echo '# a replacement that nobody has to allow any more'
new 15.7 apple capture-card
"$macsim" run --as user "$mac" -- \
  '/Applications/Example Capture.app/Contents/MacOS/Example Capture' deactivate >"$out" 2>&1
restart
# allows KEY VALUE: a System Extensions policy payload.
allows() {
  printf '<plist version="1.0"><dict><key>%s</key>%s</dict></plist>\n' "$1" "$2" \
    >"$mac/Library/Managed Preferences/com.apple.system-extension-policy.plist"
}
expect 5 'a dext that is not active' kextirpate plan "$card"
says 'com.example.capture.dext is not activated'
allows AllowedTeamIdentifiers '<array><string>OTHER00001</string></array>'
expect 5 'a profile for another team' kextirpate plan "$card"
allows AllowedSystemExtensions '<dict><key>EXAMPLE001</key><array><string>org.other.dext</string></array></dict>'
expect 5 'a profile for another dext of the team' kextirpate plan "$card"
allows AllowedSystemExtensions \
  '<dict><key>EXAMPLE001</key><array><string>com.example.capture.dext</string></array></dict>'
expect 3 'its app is there and a profile allows it' kextirpate plan "$card"
set_mac app-team=OTHER00001
expect 5 'but not the app of someone else' kextirpate plan "$card"
set_mac app-team=EXAMPLE001
mv "$mac/Applications/Example Capture.app" "$mac/Applications/Moved.app"
expect 5 'and not an app that is not there' kextirpate plan "$card"

echo '# another product'
new 15.7 apple capture-card
mkdir -p "$mac/Library/Extensions/Other.kext/Contents"
printf '%s\n' '<plist version="1.0"><dict><key>CFBundleIdentifier</key><string>org.other.kext</string></dict></plist>' \
  >"$mac/Library/Extensions/Other.kext/Contents/Info.plist"
on true
tree >"$story/before"
expect 5 'a kext that a rebuild may build in' kextirpate uninstall --approval=ask "$card"
says "org.other.kext, which is another product's, would be added"
unchanged 'a bystander'
expect 2 'bystanders accepted' kextirpate uninstall --approval=ask --accept-bystanders "$card"
is 'the other kext stays' "$(ls -d "$mac/Library/Extensions/Other.kext")" "$mac/Library/Extensions/Other.kext"

echo '# a kext of others that nobody asked about'
new 15.7 apple capture-card
mkdir -p "$mac/Library/Application Support/Other/Other.kext/Contents"
printf '%s\n' '<plist version="1.0"><dict><key>CFBundleIdentifier</key><string>org.other.kext</string></dict></plist>' \
  >"$mac/Library/Application Support/Other/Other.kext/Contents/Info.plist"
expect 3 'uninstall' kextirpate uninstall --approval=never --accept-bystanders "$card"
expect 5 'approve asks about its own cases alone, and stops for the other' kextirpate approve
says 'org.other.kext'
rm -r "$mac/Library/Application Support/Other"
expect 2 'approve' kextirpate approve
says_not 'org.other.kext'

echo '# the ledger'
new 15.7 apple capture-card
expect 3 'a first run' kextirpate uninstall --approval=never "$card"
sqlite3 "$state/ledger.db" 'PRAGMA user_version = 99'
expect 74 'a newer ledger is left alone' kextirpate uninstall "$card"
says 'written by a newer kextirpate'
sqlite3 "$state/ledger.db" 'PRAGMA user_version = 1'
( flock 9; "$macsim" run "$mac" -- kextirpate uninstall "$card" >"$out" 2>"$err" </dev/null; echo $? >"$story/status" ) 9>"$state/lock"
is 'another run at work' "$(cat "$story/status")" 75
says 'another run of kextirpate is at work'

echo '# a ledger that only root may read'
new 15.7 apple capture-card
expect 2 'uninstall' kextirpate uninstall --approval=ask "$card"
"$macsim" run --as user "$mac" -- kextirpate status >"$out" 2>"$err"
says 'ledger.db: Permission denied; what earlier runs did is unknown'
done_testing
