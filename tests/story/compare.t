#!/bin/sh
# SPDX-License-Identifier: BSD-2-Clause
# What a new driver does not take over: on bundles of our own, and on the real pair
# of WCH's CH34x, counted by hand from the two property lists.
# shellcheck source=tests/story/lib.sh
. "${0%/*}/lib.sh"

product=${MACSIM_BUILD:-$top/build}/kextirpate
compare() {
  "$product" compare --rules "$top/rules/catalogue" "$@" >"$out" 2>"$err"
  status=$?
}

# driver FILE KEYS...: an Info.plist with one personality of a USB device.
driver() {
  mkdir -p "${1%/*}"
  {
    echo '<plist version="1.0"><dict><key>IOKitPersonalities</key><dict><key>One</key><dict>'
    echo '<key>IOProviderClass</key><string>IOUSBHostDevice</string>'
    echo "$2</dict></dict></dict></plist>"
  } >"$1"
}
vendor='<key>idVendor</key><integer>6790</integer>'

driver "$story/Old.kext/Contents/Info.plist" "$vendor"
driver "$story/New.dext/Info.plist" "$vendor<key>idProduct</key><real>21971.0</real>"
expect 1 'a dext that names one product of many' compare "$story/Old.kext" "$story/New.dext"
is 'says what is lost' "$(sed -n 1,3p "$out")" 'devices that lose their driver: 1
  the dext takes only some of these (One)
    usb 0x1a86:any'
says 'One of the kext: its keys are no set that USB matches by (Apple, QA1076)'
says_not 'of the dext: its keys'
is 'says what to do' "$(tail -n 2 "$out" | head -n 1 | cut -c 1-60)" \
  'next: who has one of the lost devices keeps the kext, or ask'
expect 0 'the other way nothing is lost' compare "$story/New.dext" "$story/Old.kext"
expect 1 'as JSON' compare --json "$story/Old.kext" "$story/New.dext"
json "[[r['bus'], r['vendor_id'], r['product_id'], r['match'], r['personality']] for r in j['lost']]" \
  "[['usb', 6790, None, '0x1a86:any', 'One']]"
json "[j['schema'], j['exit'], len(j['gained']), len(j['contested'])]" \
  "['kextirpate/compare/1', 1, 0, 1]"
mkdir -p "$story/Umbrella.kext/Contents"
echo '<plist version="1.0"><dict/></plist>' >"$story/Umbrella.kext/Contents/Info.plist"
expect 0 'a kext that names no device itself' compare "$story/Umbrella.kext" "$story/New.dext"
is 'is not said to be free to go' "$(tail -n 2 "$out")" \
  'next: compare each kext in its Contents/PlugIns, if it has any; it names no
device itself'
says 'the kext has no IOKitPersonalities'
driver "$story/Odd.kext/Contents/Info.plist" '<key>idVendor</key><integer>70000</integer>'
expect 0 'a kext whose numbers are no device' compare "$story/Odd.kext" "$story/New.dext"
says 'One of the kext: its numbers name no device'
(cd "$story" && compare Old.kext New.dext; exit "$status")
is 'relative paths will do' "$?" 1

echo '# what the dext is signed for'
# signed FILE ENTITLEMENTS: a thin executable whose signature has a CodeDirectory and
# those entitlements.
signed() {
  python3 - "$@" <<'PY'
import struct, sys
text = ('<plist version="1.0"><dict>%s</dict></plist>' % sys.argv[2]).encode()
directory = struct.pack('>9I4BI', 0xfade0c02, 78, 0x20100, 0, 46, 44, 0, 1, 0, 32, 2, 0, 12, 0)
directory += b'a\0' + bytes(32)
rights = struct.pack('>II', 0xfade7171, 8 + len(text)) + text
blob = struct.pack('>7I', 0xfade0cc0, 28 + 78 + len(rights), 2, 0, 28, 5, 28 + 78)
blob += directory + rights
head = struct.pack('<8I4I', 0xfeedfacf, 0x0100000c, 0, 2, 1, 16, 0, 0, 0x1d, 16, 48, len(blob))
open(sys.argv[1], 'wb').write(head + blob)
PY
}
right='<key>com.apple.developer.driverkit'
usb="$right</key><true/>$right.transport.usb</key><array><dict>"
mkdir -p "$story/Signed.dext"
sed 's|<plist version="1.0"><dict>|&<key>CFBundleExecutable</key><string>Signed</string>|' \
  "$story/New.dext/Info.plist" >"$story/Signed.dext/Info.plist"
signed "$story/Signed.dext/Signed" "$usb$vendor</dict></array>"
expect 0 'for the vendor of its products' compare --json "$story/New.dext" "$story/Signed.dext"
json "j['notes']" '[]'
signed "$story/Signed.dext/Signed" "$usb<key>idVendor</key><integer>1</integer></dict></array>"
expect 1 'for another vendor' compare --json "$story/New.dext" "$story/Signed.dext"
json "[[r['match'], r['why']] for r in j['lost']]" \
  "[['0x1a86:0x55d3', 'the dext names it and is not signed for it (One)']]"
json "['provider entitlements check failed' in n for n in j['notes']]" '[True]'
signed "$story/Signed.dext/Signed" ''
expect 1 'for nothing' compare "$story/New.dext" "$story/Signed.dext"
is 'says so' "$(grep -c 'macOS does not start it' "$out")" 1
truncate -s 100 "$story/Signed.dext/Signed"
expect 0 'cut off: a problem, and not taken into account' compare --json "$story/New.dext" "$story/Signed.dext"
json "[[p['source'], p['matters']] for p in j['problems']]" "[['compare', False]]"
printf 'no profile' >"$story/Signed.dext/embedded.provisionprofile"
expect 0 'a profile that is none' compare --json "$story/New.dext" "$story/Signed.dext"
json "len(j['problems'])" 2

echo '# what cannot be compared'
expect 66 'no such bundle' compare "$story/None.kext" "$story/New.dext"
expect 64 'one driver alone' compare "$story/New.dext"
echo '<plist><dict>' >"$story/Old.kext/Contents/Info.plist"
expect 65 'a list that is cut off' compare "$story/Old.kext" "$story/New.dext"
is 'named with its file' "$(grep -c 'Old.kext/Contents/Info.plist: ' "$err")" 1
echo '<plist version="1.0"><array/></plist>' >"$story/Old.kext/Contents/Info.plist"
expect 65 'another kind of list' compare "$story/Old.kext" "$story/New.dext"
echo '<plist version="1.0"><dict/></plist>' >"$story/Old.kext/Contents/Info.plist"
expect 0 'a driver of nothing loses nothing' compare "$story/Old.kext" "$story/New.dext"

echo '# the real pair'
samples=$(cd "${KEXTIRPATE_SAMPLES:-$top/../shared/samples}/info-plists" 2>/dev/null && pwd -P)
dext=$samples/cn.wch.CH34xVCPDriver.dext.plist
if [ -e "$dext" ]; then
  expect 1 'CH34xVCPDriver' compare --json "$samples/CH34xVCPDriver.kext.plist" "$dext"
  # The kext names 22 products; 4348:5523 is missing in the dext, which adds 1a86:55de.
  json "[[r['match'], r['personality']] for r in j['lost']]" "[['0x4348:0x5523', 'CH340Device3']]"
  json "[r['match'] for r in j['gained']]" "['0x1a86:0x55de']"
  json "[len(j['contested']), len([r for r in j['contested'] if 'categories differ' in r['why']])]" \
    '[21, 3]'
  expect 0 'CH34xVCPControlDriver' compare --json "$samples/CH34xVCPControlDriver.kext.plist" "$dext"
  # It takes the control interfaces, the dext those of data: nobody's way is barred.
  json "[r['match'] for r in j['gained']]" \
    "['0x1a86:0x5523', '0x1a86:0x55de', '0x1a86:0x7522', '0x1a86:0x7523', '0x1a86:0xe523']"
  json "j['contested']" '[]'
  expect 1 'a virtual device' compare --json \
    "$samples/org.pqrs.driver.Karabiner.VirtualHIDDevice.v061000.kext.plist" "$dext"
  json "[[r['bus'], r['vendor_id'], r['match']] for r in j['lost']]" \
    "[['virtual', None, 'IOResources, IOResourceMatch IOKit']]"
  expect 1 'names instead of numbers' compare --json "$samples/VoodooPS2Controller.kext.plist" "$dext"
  json "[r['match'] for r in j['lost']]" \
    "['IOACPIPlatformDevice, IONameMatch PNP0303 PNP030B PNP0320', 'IOPlatformDevice, IONameMatch ps2controller']"
else
  echo '# skipped: no samples here'
fi
done_testing
