#!/bin/sh
# SPDX-License-Identifier: BSD-2-Clause
# What doctor tells of a Mac and of a dext; what it contradicts, plans refuse.
# shellcheck source=tests/story/lib.sh
. "${0%/*}/lib.sh"

dext=com.example.capture.dext
held() { # held ID WANTED: True, False or None
  json "[c['holds'] for c in j['checks'] if c['id'] == '$1']" "[$2]"
}

for row in '13.6 apple' '15.7 apple' '15.7 intel' '26.2 apple' '26.2 intel'; do
  # shellcheck disable=SC2086 # two words
  set -- $row
  echo "# $1 $2"
  new "$1" "$2" capture-card
  tree >"$story/before"
  expect 0 "$1 $2" kextirpate doctor --json
  tree >"$story/after"
  is 'nothing was changed' "$(cmp "$story/before" "$story/after" && echo same)" same
  held extensions-are-roots True
  held rebuild-since-14 True
  held sip-keeps-kernel-folders True
  held inspect-lists-collection True
  held stash-on-data True
  if [ "$2" = apple ]; then held collection-in-preboot True; else held collection-on-data True; fi
  held forget-works None
  json "sorted(set(c['holds'] for c in j['checks'] if c['grade']), key=str)" '[None, True]'
  json "[j['host']['filevault'], j['host']['console_user'], j['host']['mdm']]" \
    "[False, 'user', {'enrolled': False, 'may_rebuild': False, 'bootstrap_token': False}]"
  json "[s['from'] for s in j['settings']]" '[None, None, None, None, None, None]'
  kextirpate doctor
  is 'fits a terminal' "$(awk 'length > 80' "$out")" ''
  is 'short' "$(wc -l <"$out" | awk '{ print ($1 < 44) }')" 1
done

# A database that others write is read from a copy, which goes again.
is 'nothing is left of the copies' "$(find "$mac/private/tmp" "$mac/private/var/folders" -type f 2>/dev/null)" ''

echo '# the facts of a Mac'
new 15.7 apple capture-card
assume prepared-update-is-mounted yes
set_mac mdm=allowed filevault=on console=none tcc=denied update=prepared
expect 0 'no fact is a failure' kextirpate doctor --json
held mdm-may-rebuild True
held filevault-is-on True
held somebody-is-there False
held full-disk-access False
held no-update-waits False
held kexts-are-allowed True
json "[j['host']['filevault'], j['host']['console_user'], j['host']['mdm']]" \
  "[True, None, {'enrolled': True, 'may_rebuild': True, 'bootstrap_token': True}]"
set_mac mdm=enrolled sip=off console=user tcc=granted update=none
expect 0 'and the others' kextirpate doctor --json
held mdm-may-rebuild False
held sip-is-on False
held somebody-is-there True
held full-disk-access True
held no-update-waits None
json "j['host']['mdm']" "{'enrolled': True, 'may_rebuild': False, 'bootstrap_token': False}"
"$macsim" run --as user "$mac" -- kextirpate doctor --json >"$out" 2>"$err" </dev/null
status=$?
is 'without root what it may not read is not guessed' "$status" 7
held kexts-are-allowed None
held mdm-may-rebuild None

echo '# what does not hold'
# flip MACOS ID STEP: doctor ends with 5, and the plan refuses by name.
flip() {
  new "$1" apple capture-card
  # Without the file that was changed the receipt goes, too.
  rm "$mac/Library/Application Support/Example Capture/Profile.dat"
  assume "$2" no
  expect 5 "$1: $2 does not hold" kextirpate doctor --json
  held "$2" False
  kextirpate doctor
  is 'it stands first' "$(sed -n 2p "$out" | grep -c "NO  $2 ")" 1
  tree >"$story/before"
  expect 5 "$1: the plan refuses" kextirpate uninstall --approval=ask example-capture
  says "the step $3 rests on $2 "
  tree >"$story/after"
  is 'nothing was changed' "$(cmp "$story/before" "$story/after" && echo same)" same
  assume "$2" yes
  expect 0 "$1: and when it holds, all is well" kextirpate doctor
}
flip 15.7 extensions-are-roots vault
flip 26.2 extensions-are-roots vault
flip 13.6 extensions-are-roots vault
flip 15.7 rebuild-since-14 rebuild
flip 15.7 forget-works forget

echo '# what nothing rests on fails nobody'
new 15.7 apple clean
expect 0 'a guess that is wrong' kextirpate doctor --json
held sealed-collection-shows-in-policy False
new 15.7 apple capture-card
assume sip-keeps-kernel-folders no
expect 0 'a folder that is not kept' kextirpate doctor --json
held sip-keeps-kernel-folders False

echo '# tools that do not answer'
new 15.7 apple capture-card
for tool in stat kmutil sw_vers; do
  for how in fail garbage exit0; do
    set_mac "tool.$tool=$how"
    expect 7 "$tool: $how" kextirpate doctor
    set_mac "tool.$tool=ok"
  done
done
set_mac tool.profiles=garbage tool.fdesetup=fail tool.bputil=garbage
kextirpate doctor --json
held mdm-may-rebuild None
held filevault-is-on None
held kexts-are-allowed None

kextirpate doctor --json
held kmutil-is-understood True
held kext-policy-is-known True
store=$mac/private/var/db/SystemPolicyConfiguration/KextPolicy
python3 - "$store" <<'PY'
import sqlite3, sys
db = sqlite3.connect(sys.argv[1])
names = [r[0] for r in db.execute("select name from sqlite_master where type = 'table'")]
for name in names:
    db.execute(f"alter table {name} rename to other_{name}")
db.commit()
PY
set_mac tool.kmutil=garbage
kextirpate doctor --json
held kext-policy-is-known False
held kmutil-is-understood False
set_mac tool.kmutil=ok

echo '# another disk'
new 15.7 apple capture-card
"$top/build/kextirpate" doctor --root "$mac" --rules "$top/rules/catalogue" --json >"$out" 2>"$err"
is 'a copy' "$?" 0
held stash-on-data True
held extensions-are-roots None
held aux-uuid-tells-boot None
held somebody-is-there None

echo '# after a removal'
new 15.7 apple capture-card
kextirpate uninstall --approval=ask example-capture
kextirpate doctor --json
held loaded-until-restart True
restart
kextirpate recheck
kextirpate doctor --json
held rebuild-drops-missing True
held policy-remembers True
new 15.7 apple capture-card
assume rebuild-drops-missing no
kextirpate uninstall --approval=ask example-capture
restart
kextirpate recheck
kextirpate doctor --json
held restart-drops-nothing True
held missing-bundle-not-loadable True

echo '# a dext'
# lines WANTED: the bad lines of the last answer. checks WANTED: what holds.
lines() { json "[l['name'] for l in j['lines'] if l['bad']]" "$1"; }
checks() { json "{c['id'][5:]: c['holds'] for c in j['checks']}" "$1"; }
for macos in 15.7 26.2 27.0; do
  new "$macos" apple capture-card
  expect 5 "$macos: behind its kext" kextirpate doctor --json example-capture
  checks "{'active': True, 'fits-macos': True, 'signed': True, 'drives': False, 'log': True}"
  kextirpate uninstall --approval=ask example-capture
  restart
  expect 0 "$macos: nothing against it" kextirpate doctor --json example-capture
  checks "{'active': True, 'fits-macos': True, 'signed': True, 'drives': True, 'log': True}"
  lines '[]'
  while read -r kind names; do
    set_mac "dext.log=$kind"
    expect 5 "$macos: $kind" kextirpate doctor --json "$dext"
    lines "$names"
    json "[c['holds'] for c in j['checks']]" '[True, True, True, True, False]'
  done <<'LIST'
crash ['crashed']
provider ['provider-entitlements', 'server-exit']
userclient ['userclient-access', 'userclient-entitlements']
format ['exec-format', 'no-server']
invalid ['not-valid', 'not-valid', 'uninstalled']
state ['not-in-state']
profile ['no-profile', 'signature-refused', 'not-started']
LIST
  for kind in runs other; do
    set_mac "dext.log=$kind"
    expect 0 "$macos: $kind" kextirpate doctor --json "$dext"
    lines '[]'
  done
done
older=$mac/Library/SystemExtensions/00000000-0000-0000-0000-000000000000/$dext.dext
mkdir -p "$older"
echo '<plist version="1.0"><dict><key>CFBundleVersion</key><string>100</string><key>OSMinimumDriverKitVersion</key><string>99.0</string></dict></plist>' \
  >"$older/Info.plist"
set_mac dext.log=none
expect 0 'an older version that is staged beside it, and goes at the restart' kextirpate doctor --json "$dext"
json "'00000000-' in j['dext']['path']" False
rm -r "${older%/*}"
set_mac dext.log=crash
kextirpate doctor "$dext"
says 'crashed: 3 times, last 2026-01-01 10:00:03'
says 'do: look for its crash report'
is 'fits a terminal' "$(awk 'length > 80' "$out")" ''
set_mac tool.log=fail
expect 7 'a log that does not answer' kextirpate doctor "$dext"
says 'what macOS logged of the dext is unknown'
set_mac tool.log=ok dext.log=none server=dead
expect 5 'a program that does not run' kextirpate doctor "$dext"
says 'ioreg shows it at a device, but its program does not run'
set_mac server=ok device=absent
expect 0 'no device is attached' kextirpate doctor "$dext"
says 'none of its devices is attached, or it matches none'
set_mac device=present tool.ioreg=fail
expect 7 'a registry that does not answer' kextirpate doctor "$dext"
says 'whether the dext drives its device is unknown'
set_mac tool.ioreg=ok dext.state=activated_waiting_for_user
expect 5 'a person is missing' kextirpate doctor "$dext"
says 'do: a person allows it in System Settings > General > Login Items &'
set_mac profile=forbid
kextirpate doctor "$dext"
says 'allows other extensions only'
set_mac profile=none dext.state=none
expect 5 'a dext that macOS does not know' kextirpate doctor --json "$dext"
checks "{'active': False, 'fits-macos': True, 'signed': True, 'drives': None, 'log': True}"

is 'all that without a writing call' \
  "$("$macsim" run --count "$mac" -- kextirpate doctor "$dext" 2>&1 >/dev/null | tail -n 1)" \
  'macsim: 0 writing calls'

echo '# which dext is meant'
new 15.7 apple capture-card
for target in com.example.capture.driver 'com.example.capture.*' receipt:com.example.capture.pkg \
  /Library/Extensions/ExampleCaptureDriver.kext \
  "/Applications/Example Capture.app/Contents/Library/SystemExtensions/$dext.dext"; do
  expect 5 "$target" kextirpate doctor --json "$target"
  json "j['dext']['bundle_id']" "$dext"
done
expect 64 'an id that nobody knows' kextirpate doctor com.example.capture.dexd
says 'no such system extension; kextirpate rules list .*; did you mean com.example.capture.dext'
expect 64 'another' kextirpate doctor com.other.driver
says_not 'did you mean'
expect 64 'more than one product' kextirpate doctor 'com.*'
says 'means more than one product: '
mkdir -p "$mac/Library/Extensions/Other.kext/Contents"
echo '<plist version="1.0"><dict><key>CFBundleIdentifier</key><string>com.other.kext</string></dict></plist>' \
  >"$mac/Library/Extensions/Other.kext/Contents/Info.plist"
expect 64 'a kext of no rule' kextirpate doctor /Library/Extensions/Other.kext
says 'is a kext, and no rule knows a dext that replaces it'
set_mac tool.systemextensionsctl=fail
expect 7 'whether macOS knows it cannot be told' kextirpate doctor com.other.driver
set_mac tool.systemextensionsctl=ok
expect 64 'no dext' kextirpate doctor nonsense
expect 64 'a rule without one' kextirpate doctor magewell-pro-capture

echo '# a dext for a later macOS'
# needs VERSION: the DriverKit that both copies of the dext ask for.
needs() {
  find "$mac/Applications" "$mac/Library/SystemExtensions" -path "*$dext.dext/Info.plist" -exec \
    sed -i '/OSMinimumDriverKitVersion/{n;s|<string>.*<|<string>'"$1"'<|}' {} +
}
for row in '13.6 22.6 22.7' '15.7 24.6 25.0' '26.2 25.2 25.4' '27.0 26.0 27.0'; do
  # shellcheck disable=SC2086 # three words
  set -- $row
  new "$1" apple capture-card
  needs "$2"
  kextirpate doctor --json "$dext"
  json "[c['holds'] for c in j['checks'] if c['id'] == 'dext-fits-macos']" '[True]'
  needs "$3"
  expect 5 "$1: DriverKit $3" kextirpate doctor --json "$dext"
  json "[c['holds'] for c in j['checks'] if c['id'] == 'dext-fits-macos']" '[False]'
  kextirpate doctor "$dext"
  says "needs DriverKit $3 (macOS .*), and this is .* (macOS ${1%.*})"
  says 'do: install a version for this macOS, or update macOS'
done

echo '# a saved log'
new 15.7 apple capture-card
product=${MACSIM_BUILD:-$top/build}/kextirpate
here() {
  "$product" doctor --root "$mac" --rules "$top/rules/catalogue" "$@" >"$out" 2>"$err"
  status=$?
}
cat >"$story/log" <<'LOG'
2025-01-26 12:05:57.1-0600 0x1 Default 0x0 0 0 kernel: DK: MyDriver-0x100000d60: provider entitlements check failed
2025-01-26 12:05:58.1-0600 0x1 Default 0x0 0 0 kernel: DK: Other-0x100000d61: family entitlements check failed
LOG
expect 0 'objects that are not known to be its' here --log "$story/log" "$dext"
cp -R "$mac/Applications/Example Capture.app/Contents/Library/SystemExtensions/$dext.dext" "$story/My.dext"
sed -i 's|<key>IOClass</key>|<key>IOUserClass</key><string>MyDriver</string>&|' "$story/My.dext/Info.plist"
"$product" doctor --rules "$top/rules/catalogue" --log "$story/log" --json "$story/My.dext" >"$out" 2>"$err"
json "[(l['service'], l['count'], l['last']) for l in j['lines']]" "[('MyDriver', 1, '2025-01-26 12:05:57')]"
echo '2025-01-26 12:05:57.1-0600 0x1 Default 0x0 0 0 kernel: Driver com.other.driver has crashed 3 time(s)' \
  >>"$story/log"
expect 5 'a dext that only the log knows' here --log "$story/log" com.other.driver
expect 64 'one that it does not name' here --log "$story/log" com.other.drivers
says 'the log names none'
expect 66 'a log that is not there' here --log "$story/none" "$dext"
expect 64 'a relative one' here --log log "$dext"
done_testing
