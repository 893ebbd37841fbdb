#!/bin/sh
# SPDX-License-Identifier: BSD-2-Clause
# The launch daemon on Macs that nobody looks at: idle it writes nothing, after a restart
# it waits until macOS is quiet, in safe mode it concludes nothing, and it lives through
# a full disk, a torn ledger, missing rules, a kmutil that hangs, the end of the system
# and a missing privacy permission. What a fleet's settings and options tell it.
# shellcheck source=tests/story/lib.sh
. "${0%/*}/lib.sh"

card=example-capture
state="$mac/Library/Application Support/kextirpate"
managed="$mac/Library/Managed Preferences/org.kextirpate.plist"
own="$mac/Library/Preferences/org.kextirpate.plist"

# removed [ASSUMPTION VALUE]...: a Mac that was restarted after the removal.
removed() {
  new 15.7 apple capture-card
  while [ $# -gt 1 ]; do
    assume "$1" "$2"
    shift 2
  done
  expect 2 'uninstall' kextirpate uninstall --approval=ask "$card"
  restart
}

pending="ok [('restart-pending', 'approved', 0), ('restart-pending', 'approved', 0)] 0"

settings() { # settings FILE XML
  mkdir -p "${1%/*}"
  printf '<plist version="1.0"><dict>%s</dict></plist>\n' "$2" >"$1"
}

echo '# installed, and off again'
mkdir "$story/dest"
if make -s -C "$top" install DESTDIR="$story/dest" >"$out" 2>"$err"; then ok 'make install'; else not_ok 'make install'; fi
plist=Library/LaunchDaemons/org.kextirpate.recheck.plist
is 'the daemon is there, 0644' "$(stat -c %a "$story/dest/$plist")" 644
is 'named like its label, as launchd wants' "$(python3 -c 'import plistlib,sys
p = plistlib.load(open(sys.argv[1], "rb"))
print(p["Label"], p["RunAtLoad"], p["ProgramArguments"][0], "WatchPaths" in p, "KeepAlive" in p)' \
  "$story/dest/$plist")" 'org.kextirpate.recheck True /usr/local/kextirpate/bin/kextirpate False False'
is 'profile and manifest name the same settings' "$(python3 -c 'import plistlib,sys
a = plistlib.load(open(sys.argv[1] + ".mobileconfig", "rb"))["PayloadContent"][0]
b = plistlib.load(open(sys.argv[1] + ".plist", "rb"))["pfm_subkeys"]
print(sorted(k for k in a if not k.startswith("Payload")) == sorted(k["pfm_name"] for k in b), len(b))' \
  "$story/dest/usr/local/kextirpate/share/org.kextirpate")" 'True 6'
make -s -C "$top" uninstall DESTDIR="$story/dest" >"$out" 2>&1
is 'make uninstall takes every file' "$(find "$story/dest" ! -type d)" ''

echo '# through restarts and updates'
new 15.7 apple capture-card
mkdir -p "$mac/Library/LaunchDaemons"
cp "$top/pkg/launchd/org.kextirpate.recheck.plist" "$mac/Library/LaunchDaemons/"
kextirpate uninstall --approval=ask "$card"
restart
is 'it runs at the start' "$(grep -c 'org.kextirpate.recheck ended with status 0' "$story/macsim")" 1
update 15.7.1
is 'and after an update' "$(grep 'was updated\|ended with' "$story/macsim" | sort | tr '\n' ' ')" \
  'kextirpate: macOS was updated since the last look: 24G222 is now 24G231 launchd: org.kextirpate.recheck ended with status 0 '
kextirpate status --json
standing gone

echo '# idle'
on true
tree >"$story/before"
(cd "$state" && find . -exec stat -c '%n %y %z' {} \;) >"$story/before.state"
daemon='kextirpate recheck --approval=never --restart=never --context=mdm'
# shellcheck disable=SC2086 # words
"$macsim" run --count "$mac" -- $daemon >"$out" 2>"$err"
is 'ends with the last answer' $? 0
says 'nothing has changed since the last look'
is 'no writing call' "$(grep -o '[0-9]* writing calls' "$err")" '0 writing calls'
tree >"$story/after"
is 'no file changed' "$(diff "$story/before" "$story/after")" ''
(cd "$state" && find . -exec stat -c '%n %y %z' {} \;) >"$story/after.state"
is 'nor any of its own' "$(diff "$story/before.state" "$story/after.state")" ''
# shellcheck disable=SC2086 # words
"$macsim" run --count "$mac" -- $daemon --json >"$out" 2>"$err"
is 'a machine is told everything, and nothing is written' "$(grep -o '[0-9]* writing calls' "$err")" '0 writing calls'
standing gone
mkdir "$mac/Library/Extensions/New.kext"
# shellcheck disable=SC2086 # words
on $daemon
says_not 'nothing has changed'

echo '# no update, no restart: what is noticed within the hour'
printf 'kext\t/Library/Application Support/Vendor/Plug/Own.kext\tcom.example.own\tEXAMPLE009\n' >"$story/described"
"$macsim" new "$mac" --macos 15.7 --chip apple --scenario described --describe "$story/described" >"$out" 2>"$err"
own_kext="$mac/Library/Application Support/Vendor/Plug/Own.kext"
cp -a "$own_kext" "$story/own"
expect 2 'a kext that lies where no folder is watched' kextirpate uninstall --approval=ask --without-replacement com.example.own
restart
expect 0 'gone' kextirpate recheck
expect 0 'idle' kextirpate recheck
says 'nothing has changed since the last look'
mkdir -p "${own_kext%/*}"
cp -a "$story/own" "$own_kext"
expect 1 'its bundle is there again' kextirpate recheck --json
json "[(k['standing'], k['return_cause']) for k in j['kexts']]" "[('returned', 'restored')]"
# noticed NAME COMMAND...: idle before, and not behind it.
noticed() {
  name=$1
  shift
  kextirpate recheck --approval=never
  kextirpate recheck --approval=never
  says 'nothing has changed since the last look'
  "$@"
  kextirpate recheck --approval=never
  if grep -q 'nothing has changed' "$out"; then not_ok "$name is noticed"; else ok "$name is noticed"; fi
}
removed
aux="$mac/private/var/db/KernelExtensionManagement/AuxKC/CurrentAuxKC"
# shellcheck disable=SC2016 # the inner shell's
noticed 'a job that may load a kext' sh -c 'echo "<plist version=\"1.0\"><dict/></plist>" >"$1/Library/LaunchDaemons/new.plist"' sh "$mac"
noticed 'a stashed kext' mkdir -p "$aux/StashedExtensions/NEW"
noticed 'new instructions' touch "$aux/com.apple.kcgen.instructions.plist"
# shellcheck disable=SC2016 # the inner shell's
noticed 'a collection that was built' sh -c 'for f in "$1"/System/Volumes/Preboot/*/boot/*/System/Library/Caches/com.apple.kernelcaches; do touch "$f/new"; done' sh "$mac"
noticed 'a staged copy' mkdir -p "$mac/Library/StagedExtensions/Applications"

sed -i 's/^build .*/build 25A1/' "$state/seen"
expect 0 'an older macOS was put on the disk' kextirpate recheck
says 'macOS is an older one than at the last look: 25A1 is now 24G222'

echo '# macOS is still busy'
removed log-shows-work yes
set_mac settle=900
expect 7 'after its time it says so' kextirpate recheck --wait=1s --json
standing verifying
is 'and records nothing' "$(ledger)" "$pending"
set_mac settle=900
expect 7 'status does not conclude either' kextirpate status --json
standing verifying
set_mac settle=1
expect 0 'status waits' kextirpate status --wait=1m --json
standing gone
set_mac settle=2
expect 0 'recheck waits' kextirpate recheck --json
standing gone

echo '# safe mode'
removed
set_mac safe-mode=on
expect 7 'no verdict in safe mode' kextirpate recheck --json
standing unknown
is 'nothing is recorded' "$(ledger)" "$pending"
set_mac safe-mode=off
restart
expect 0 'the verdict comes with the next start' kextirpate recheck

echo '# no disk space'
removed
failed=0
for n in 1 2 3 5 8 11 14 17 20 23 26 29 32; do
  "$macsim" run --fail $n:ENOSPC "$mac" -- kextirpate recheck >"$out" 2>"$err"
  status=$?
  case $status in
  0) continue ;;
  7 | 73 | 74) failed=$((failed + 1)) ;;
  *) not_ok "ENOSPC at $n: $status is no end for it" ;;
  esac
done
is 'it is said, and nothing is called gone by half' "$([ "$failed" -gt 2 ] && echo yes || echo "$failed times")" yes
kextirpate recheck
expect 0 'and with room again all is well' kextirpate status --json
standing gone
is 'the ledger is whole' "$(ledger | cut -c1-2)" ok

echo '# a torn ledger'
removed
size=$(stat -c %s "$state/ledger.db")
truncate -s $((size / 2)) "$state/ledger.db"
kextirpate recheck --json
case $status in
0) not_ok 'a torn ledger is no good end' ;;
*) ok "it ends with $status" ;;
esac
says 'ledger'
is 'what is left of it is kept' "$(find "$state" -name 'ledger.db.damaged-*' ! -name '*-journal' -size +4k | wc -l)" 1

echo '# rules are missing'
removed
mkdir -p "$mac/opt/empty"
expect 0 'cases are verified without rules' kextirpate recheck --rules /opt/empty --json
standing gone
expect 66 'a folder that is not there is said' kextirpate recheck --rules /opt/none

echo '# the system ends while it waits'
removed log-shows-work yes
set_mac settle=9000
before=$(ledger)
# shellcheck disable=SC2016 # the inner shell's
on sh -c 'kextirpate recheck & p=$!; kextirpate status >/dev/null; kill -TERM $p; wait $p'
is 'SIGTERM ends it at once' "$status" 143
is 'nothing is half recorded' "$(ledger)" "$before"
set_mac settle=0
expect 0 'the next one does it all' kextirpate recheck

echo '# a volume that does not answer: it ends by its clock'
removed log-shows-work yes
set_mac settle=9000
before=$(ledger)
# The alarm is what its clock sends; the shell does not wait for that.
# shellcheck disable=SC2016 # the inner shell's
on sh -c 'kextirpate recheck & p=$!; kextirpate status >/dev/null; kill -ALRM $p; wait $p'
is 'with the status of an error' "$status" 74
says 'recheck has not come to its end in 50 minutes and ends itself: a volume or a tool of macOS does not answer'
is 'nothing is half recorded' "$(ledger)" "$before"
is 'nobody holds the lock' "$(flock -n "$state/lock" echo free)" free
set_mac settle=0
expect 0 'the next one does it all' kextirpate recheck

echo '# a privacy permission is missing'
removed
set_mac tcc=denied
expect 0 'what it looks at needs none' kextirpate recheck --json
standing gone

echo '# kmutil hangs'
removed
set_mac tool.kmutil=hang
expect 7 'it ends by itself, and cannot tell' kextirpate recheck --json
standing unknown
is 'nobody holds the lock' "$(flock -n "$state/lock" echo free)" free
set_mac tool.kmutil=ok
expect 0 'the next one can' kextirpate recheck

echo '# which boot this is cannot be told'
set_mac tool.sysctl=fail
expect 7 'then nothing is concluded' kextirpate recheck
says 'next: a place that could hold a kext could not be read: see the problems$'
is 'no line is empty' "$(grep -c '^ *$' "$out")" 0
set_mac tool.sysctl=ok
expect 0 'told again' kextirpate recheck
says_not 'was restarted since'

echo '# settings for fleets'
removed rebuild-drops-stash-and-instructions no missing-bundle-not-loadable no
kextirpate recheck
kextirpate doctor --json
json "{s['name']: (s['value'], s['from']) for s in j['settings']}['Policy']" "('report', None)"
update 15.7.1
settings "$own" '<key>Policy</key><string>report</string><key>Restart</key><string>now</string>'
settings "$managed" '<key>Policy</key><string>repair</string><key>Approval</key><string>ask</string>'
kextirpate doctor
says 'Policy  *repair (/Library/Managed Preferences/org.kextirpate.plist)'
says 'Restart  *now (/Library/Preferences/org.kextirpate.plist)'
expect 1 'the command line goes first' kextirpate recheck --policy=report --json
standing returned
asked=$(show asked)
kextirpate recheck --approval=never --restart=never --json
is 'the daemon asks nobody' "$(show asked)" "$asked"
expect 2 'the settings let it repair' kextirpate recheck --restart=never --json
standing restart-pending
settings "$managed" '<key>Policy</key><string>war</string>'
kextirpate recheck --approval=never --restart=never
says 'org.kextirpate.plist: Policy: must be report|repair; it was left out'
settings "$managed" '<key>Targets</key><integer>1</integer><key>Policy</key><integer>1</integer><key>Approval</key><integer>1</integer><key>Restart</key><integer>1</integer><key>AcceptBystanders</key><integer>1</integer><key>VaultDays</key><true/>'
kextirpate doctor
is 'the manifest offers what the program takes, key by key' "$(sed -n 's/.*plist: \(.*\): must be \(.*\); it was left out/\1 \2/p' "$err" | sort)" \
  "$(python3 -c 'import plistlib,sys
words = {"array": "an array of strings", "boolean": "true or false"}
for key in plistlib.load(open(sys.argv[1], "rb"))["pfm_subkeys"]:
    if key["pfm_type"] == "integer":
        words["integer"] = "a whole number of days, {pfm_range_min} (never) to {pfm_range_max}".format(**key)
    print(key["pfm_name"], words.get(key["pfm_type"]) or "|".join(key["pfm_range_list"]))' \
    "$top/pkg/mdm/org.kextirpate.plist" | sort)"
chmod 666 "$own"
kextirpate doctor
says 'others than root could have written it; nothing of it is believed'

new 15.7 apple capture-card
settings "$managed" "<key>Targets</key><array><string>$card</string></array>"
expect 3 'plan takes the targets of the settings' kextirpate plan --json
json "len(j['kexts'])" 2

echo '# the restart'
expect 2 'someone is logged in' kextirpate uninstall --approval=ask --restart=now
says 'the Mac was not restarted: user is logged in'
says_not 'restarts now'

# on_13 SETTING...: there an uninstall waits for the restart alone.
on_13() {
  new 13.6 apple capture-card
  assume prepared-update-is-mounted yes
  set_mac "$@"
}
on_13 console=none
expect 2 'nobody is logged in' kextirpate uninstall --restart=now "$card"
says 'the Mac restarts now; with FileVault on'
on_13 console=none behind=second
expect 2 'someone is logged in behind the login window' kextirpate uninstall --restart=now "$card"
says 'not restarted: second is logged in, in a session that is not at the screen'
says_not 'restarts now'
on_13 console=none tool.scutil=fail
expect 2 'who is logged in cannot be told' kextirpate uninstall --restart=now "$card"
says 'not restarted: whether someone is logged in behind the screen cannot be told'
on_13 console=none update=prepared
expect 2 'an update is prepared' kextirpate uninstall --restart=now "$card"
says 'the Mac was not restarted: an OS update seems to be prepared'
on_13 console=user update=prepared
expect 2 'told to, whoever is there' kextirpate uninstall --restart=now --restart-even-if-logged-in "$card"
says 'the Mac restarts now'
on_13 console=user
expect 2 'to ask without a terminal is never' kextirpate uninstall --restart=ask "$card"
says_not 'restarts now'
done_testing
