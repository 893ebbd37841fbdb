#!/bin/sh
# SPDX-License-Identifier: BSD-2-Clause
# Other products' kexts: who is merely restaged or stays is told of and stops nobody; who
# would be lost or newly built in stops the whole plan, by name, before its first step.
# shellcheck source=tests/story/lib.sh
. "${0%/*}/lib.sh"

card=example-capture
# other PATH: a kext of another vendor.
other() {
  mkdir -p "$mac$1/Contents"
  printf '%s\n' '<plist version="1.0"><dict><key>CFBundleIdentifier</key><string>org.other.kext</string></dict></plist>' \
    >"$mac$1/Contents/Info.plist"
}
effects='sorted((b["bundle_id"], b["effect"]) for b in j["bystanders"])'
files() { (cd "$mac/Library" && find . -path './Application Support/kextirpate' -prune -o -print | sort); }

echo '# a neighbour that only has its staged copy cleared'
new 15.7 apple capture-card
other /Library/StagedExtensions/Library/Extensions/Other.kext
expect 3 'plan' kextirpate plan --approval=never "$card"
says 'vault         /Library/Extensions/ExampleCaptureDriver.kext (the bundle of com.example.capture.driver)'
says 'clear-staging (a staged copy is left)'
says 'bystander org.other.kext: restaged, its staged copy is cleared; macOS stages it again when it is loaded'
expect 2 'uninstall goes on' kextirpate uninstall --json --approval=ask "$card"
json "$effects" "[('org.other.kext', 'restaged')]"

echo '# a neighbour nested in a bundle that goes'
new 15.7 apple capture-card
other /Library/Extensions/ExampleCaptureDriver.kext/Contents/PlugIns/Other.kext
expect 5 'uninstall refuses' kextirpate uninstall --json --approval=ask "$card"
json "[b['effect'] for b in j['bystanders']]" "['lost']"
says '/Library/Extensions/ExampleCaptureDriver.kext goes, and its bundle with it'
expect 2 'unless it is named too' kextirpate uninstall --approval=ask "$card" org.other.kext

echo '# a pending addition'
new 15.7 apple capture-card
other /Library/Extensions/Other.kext
on true
files >"$story/before"
expect 5 'plan refuses' kextirpate plan --approval=never "$card"
says 'bystander org.other.kext: added'
expect 5 'uninstall refuses' kextirpate uninstall --json --approval=never "$card"
json "$effects" "[('org.other.kext', 'added')]"
json "{s['state'] for s in j['steps']} - {'planned', 'skipped'}" 'set()'
files >"$story/after"
is 'no file moved' "$(diff "$story/before" "$story/after")" ''
expect 2 'told to go on' kextirpate uninstall --accept-bystanders --approval=ask "$card"

echo '# a neighbour without its bundle: the old way took one kext, uninstall the other'
new 15.7 apple capture-card
rm -r "$mac/Library/Extensions/ExampleCaptureEvent.kext"
sed 's/<rule id="[^"]*"/<rule id="only-driver"/; /capture\.event/,/<\/kext>/d; /<receipt/d; /<package/d' \
  "$top/tests/macsim/rules/example-capture.xml" >"$story/only-driver.xml"
mkdir -p "$mac/private/var/root/rules"
cp "$story/only-driver.xml" "$mac/private/var/root/rules/only-driver.xml"
expect 5 'uninstall refuses' kextirpate uninstall --json --rules /private/var/root/rules --approval=ask only-driver
json "$effects" "[('com.example.capture.event', 'lost')]"
says 'com.example.capture.event, which is another product'

echo '# who only plans writes nothing'
# writes COMMAND...: how often it wrote.
writes() { "$macsim" run --count "$mac" -- kextirpate "$@" 2>&1 >/dev/null </dev/null | tail -n 1; }
new 15.7 apple capture-card
for known in no yes; do
  [ $known = no ] || expect 3 'uninstall' kextirpate uninstall --approval=never "$card"
  is "plan, ledger: $known" "$(writes plan "$card")" 'macsim: 0 writing calls'
  is "uninstall --dry-run, ledger: $known" "$(writes uninstall --dry-run "$card")" 'macsim: 0 writing calls'
  is "approve --dry-run, ledger: $known" "$(writes approve --dry-run)" 'macsim: 0 writing calls'
  is "undo --dry-run, ledger: $known" "$(writes undo --dry-run)" 'macsim: 0 writing calls'
done

done_testing
