#!/bin/sh
# SPDX-License-Identifier: BSD-2-Clause
# What scan tells of the executables of bundles: who signed them, and which hash
# joins them to macOS's own lists.
# shellcheck source=tests/story/lib.sh
. "${0%/*}/lib.sh"

# of SOURCE FIELD...: these facts of each kext's trace from a source.
of() {
  source=$1
  shift
  echo "[[t[f] for f in '$*'.split()] for k in j['kexts'] for t in k['traces'] if t['source'] == '$source']"
}
same='len({t["cdhash"] for k in j["kexts"] if k["bundle_id"] == "com.example.capture.driver" for t in k["traces"] if t["source"] in ("bundle", "staged", "stashed", "kcgen", "uakl")})'
driver=$mac/Library/Extensions/ExampleCaptureDriver.kext
code=$driver/Contents/MacOS/ExampleCaptureDriver

for chip in apple intel; do
  echo "# $chip"
  new 15.7 "$chip" capture-card
  expect 1 "$chip: scan" kextirpate scan --json
  for source in bundle staged stashed; do
    json "$(of $source team_id signature note)" \
      "[['EXAMPLE001', 'unverified', None], ['EXAMPLE001', 'unverified', None]]"
    json "$(of $source cdhash) == $(of kcgen cdhash)" True
    json "$(of $source uuid) == $(of loaded uuid)" True
  done
  json "$same" 1
done

echo '# the team of a case is the bundle'"'"'s before that of a list'
sed -i 's/EXAMPLE001/EXAMPLE002/' \
  "$mac/private/var/db/KernelExtensionManagement/AuxKC/CurrentAuxKC/com.apple.kcgen.uakl.plist"
expect 1 'scan' kextirpate scan --json
json "$(of uakl team_id)" "[['EXAMPLE002'], ['EXAMPLE002']]"
json "[k['team_id'] for k in j['kexts']]" "['EXAMPLE001', 'EXAMPLE001']"

echo '# executables that are not as they should be: what they say themselves, without codesign'
set_mac tool.codesign=fail
size=$(wc -c <"$code")
truncate -s $((size - 9)) "$code"
expect 1 'one that was cut off' kextirpate scan --json com.example.capture.driver
json "$(of bundle team_id cdhash uuid signature note)" \
  "[[None, None, None, None, 'its executable could not be read: points outside of itself']]"
json "j['problems']" '[]'
rm "$code"
expect 1 'none' kextirpate scan --json com.example.capture.driver
json "$(of bundle team_id cdhash uuid signature note)" '[[None, None, None, None, None]]'
json "j['problems']" '[]'
ln -s /etc/passwd "$code"
expect 1 'a link' kextirpate scan --json com.example.capture.driver
json "$(of bundle signature note)" \
  "[[None, 'its executable could not be read: is reached through a symbolic link, which is not followed']]"
rm "$code"
sed -i 's|<string>ExampleCaptureDriver</string>|<string>../../../../etc/passwd</string>|' \
  "$driver/Contents/Info.plist"
expect 1 'a name that leads out of the bundle' kextirpate scan --json com.example.capture.driver
json "$(of bundle signature note)" \
  "[[None, 'its executable could not be read: points outside of itself']]"

echo '# beside a flat Info.plist'
flat="$mac/Library/Application Support/Flat/Flat.kext"
mkdir -p "$flat"
cp "$mac/Library/Extensions/ExampleCaptureEvent.kext/Contents/MacOS/ExampleCaptureEvent" "$flat/Flat"
printf '%s\n' '<plist version="1.0"><dict><key>CFBundleIdentifier</key><string>org.flat.kext</string>' \
  '<key>CFBundleExecutable</key><string>Flat</string></dict></plist>' >"$flat/Info.plist"
expect 1 'scan' kextirpate scan --json org.flat.kext
json "$(of bundle team_id signature)" "[['EXAMPLE001', 'unverified']]"

done_testing
