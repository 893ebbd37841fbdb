#!/bin/sh
# SPDX-License-Identifier: BSD-2-Clause
# One archive for whoever helps: --root on it answers as the Mac did, no code and no name
# of a person or of the Mac is in it, and it says what is missing.
# shellcheck source=tests/story/lib.sh
. "${0%/*}/lib.sh"

archive=$top/tests/story/archive.py
in=$mac/private/tmp/in
unpack() {
  rm -rf "$in"
  mkdir "$in"
  if tar -C "$in" -xf "$mac/private/tmp/c.tar" 2>"$err"; then ok 'tar unpacks it'; else not_ok 'tar unpacks it'; fi
  at=$in/kextirpate-collect
}

new 15.7 apple every-source
on kextirpate scan --root / --json
cp "$out" "$story/mac.json"
expect 0 'an archive is written' kextirpate collect /private/tmp/c.tar
says '^/private/tmp/c.tar: [0-9]* KiB; look through it before you send it on$'
is 'it is for its owner alone' "$(stat -c %a "$mac/private/tmp/c.tar")" 600
unpack
kextirpate scan --root /private/tmp/in/kextirpate-collect/root --json
rm -rf "$story/in" && cp -a "$in" "$story/in"
if got=$(python3 "$archive" same "$story/mac.json" "$out"); then ok "--root answers as on the Mac ($got)"; else not_ok '--root answers as on the Mac' "$got"; fi
is 'the parts are all that is there' "$(find "$at" -maxdepth 1 -mindepth 1 -printf '%f\n' | sort | tr '\n' ' ')" \
  'README.txt explain.txt history.html report-for-apple.txt root scan-root.json scan.json tools '
is 'and README.txt names them' "$(sed -n '3,/^$/s/^\([^ /][^ /]*\).*/\1/p' "$at/README.txt" | sort | tr '\n' ' ')" \
  'explain.txt history.html report-for-apple.txt root scan-root.json scan.json tools '
is 'each tool has its words and its status' \
  "$(grep -L -e '^# status\|^# could not be run\|^# did not end\|^# ended by' "$at"/tools/*.txt | wc -l) $(grep -c '^\$ /usr/bin/kmutil inspect$' "$at/tools/kmutil-inspect.txt")" '0 1'
is 'the page for Apple has steps and evidence' \
  "$(grep -c -e '^Steps to reproduce$' -e '^Expected:' -e '^Evidence in this archive$' "$at/report-for-apple.txt")" 3
is 'an archive is smaller than what it speaks of' \
  "$([ "$(stat -c %s "$mac/private/tmp/c.tar")" -lt 1500000 ] && echo yes)" yes

echo '# the page for Apple tells what this Mac has shown, and no more'
apple() { # apple: the page of a new archive
  rm -f "$mac/private/tmp/apple.tar"
  kextirpate collect /private/tmp/apple.tar
  tar -xOf "$mac/private/tmp/apple.tar" kextirpate-collect/report-for-apple.txt >"$out"
}
new 15.7 apple capture-card
kextirpate uninstall --approval=ask example-capture
restart
kextirpate recheck
apple
says '^Nothing to report: no removed kext is kept on this Mac, and none came back$'
says_not 'Steps to reproduce'
new 15.7 apple capture-card
assume rebuild-drops-stash-and-instructions no
assume missing-bundle-not-loadable no
kextirpate uninstall --approval=ask example-capture
restart
kextirpate recheck
apple
says '^A kext that was removed from the disk is kept by kernelmanagerd$'
update 15.7.1
kextirpate recheck
apple
says '^A kext that was removed is linked into the collection again by an OS update$'
says 'macOS 15.7.1 (24G231), Apple silicon'
says 'security mode: reduced; third-party kexts: allowed'
says '^  20..-..-..  15.7.1 (24G231)    OS update          -      kept   kept   yes  <- back$'
says 'stashed  /private/var/db/.*/ExampleCaptureDriver.kext, version 1.2.3, UUID [0-9A-F-]*$'
says 'It came back once: with macOS 15.7.1'

echo '# no name of a person, none of the Mac'
new 15.7 apple capture-card
user=wilhelmina
mkdir -p "$mac/Users/$user/Drivers/Own.kext/Contents"
printf '%s' '<plist version="1.0"><dict><key>CFBundleIdentifier</key><string>net.example.own</string></dict></plist>' \
  >"$mac/Users/$user/Drivers/Own.kext/Contents/Info.plist"
python3 - "$mac/Library/LaunchAgents/net.$user.agent.plist" "$user" <<'PY'
import os, plistlib, sys
os.makedirs(os.path.dirname(sys.argv[1]), exist_ok=True)
with open(sys.argv[1], "wb") as f:  # the comment is not ASCII: UTF-16 in a binary list
    plistlib.dump({"Label": f"net.{sys.argv[2]}.agent", "RunAtLoad": True,
                   "ProgramArguments": ["/sbin/kextload", f"/Users/{sys.argv[2]}/Drivers/Own.kext"],
                   "Comment": f"für {sys.argv[2].title()} an simulated-mac, C02SIMULATED, "
                              "5117A7ED-0000-4000-8000-00000000C02A"}, f, fmt=plistlib.FMT_BINARY)
PY
sqlite3 "$mac/private/var/db/SystemPolicyConfiguration/KextPolicy" \
  "INSERT INTO kext_load_history_v3 (path, team_id, bundle_id, boot_uuid, created_at, last_seen, flags)
   VALUES ('/Users/$user/Drivers/Own.kext', 'EXAMPLE009', 'net.example.own', 'x', '', '', 0)" || not_ok 'a row of KextPolicy'
expect 2 'something is in the ledger' kextirpate uninstall --approval=ask --accept-bystanders example-capture
on kextirpate scan --root / --json
says "/Users/$user/Drivers/Own.kext"
expect 0 'an archive' kextirpate collect --json /private/tmp/c.tar
json "j['file'], j['replaced'] > 20" "('/private/tmp/c.tar', True)"
words="$user Simulated-Mac C02SIMULATED 5117A7ED-0000-4000-8000-00000000C02A"
# shellcheck disable=SC2086 # words
if got=$(python3 "$archive" free "$mac/private/tmp/c.tar" $words); then ok "none of it is in any byte ($got)"; else not_ok 'none of it is in any byte' "$got"; fi
# shellcheck disable=SC2086 # words
if python3 "$archive" free "$mac/private/tmp/c.tar" $words com.example.capture.driver >/dev/null; then
  not_ok 'the search finds what is there'
else ok 'the search finds what is there'; fi
unpack
is 'the same person has the same name everywhere' \
  "$(grep -ho 'Users/u[0-9]ser[^/"]*' -r "$at/scan.json" "$at/scan-root.json" | sort -u | wc -l) $(find "$at/root/Users" -maxdepth 1 -name 'u[0-9]ser*' | wc -l)" '1 1'
kextirpate scan --root /private/tmp/in/kextirpate-collect/root --json
if got=$(python3 "$archive" same "$at/scan-root.json" "$out"); then ok "--root answers as the archive says ($got)"; else not_ok '--root answers as the archive says' "$got"; fi
is 'vendors keep their ids' "$(grep -c EXAMPLE009 "$out")" 1
is 'the ledger is one, and whole' \
  "$(sqlite3 "$at/state/ledger.db" 'PRAGMA integrity_check; SELECT count(*) FROM run')" "$(printf 'ok\n1')"
expect 0 'history reads it' kextirpate history --state /private/tmp/in/kextirpate-collect/state --json
json "[r['command'] for r in j['runs']]" "['uninstall']"

set_mac hardware-uuid=5117A7ED-0000-4000-8000-0000000000BB
expect 0 'on another Mac, too' kextirpate history --state /private/tmp/in/kextirpate-collect/state --json
json "[r['command'] for r in j['runs']]" "['uninstall']"
says 'was written on another Mac; what it says is true there'
set_mac hardware-uuid=5117A7ED-0000-4000-8000-00000000C02A

echo '# an ordinary user'
chmod 1777 "$mac/private/tmp"
"$macsim" run --as user "$mac" -- kextirpate collect /private/tmp/mine.tar >"$out" 2>"$err" </dev/null
is 'gets an archive, too' "$?" 0
tar -xOf "$mac/private/tmp/mine.tar" kextirpate-collect/README.txt | sed -n '/could not be read/,$p' >"$out"
says 'KextPolicy: Permission denied; which kexts were approved is unknown'

echo '# where it is not written'
echo precious >"$mac/Library/precious"
ln -s /Library/precious "$mac/private/tmp/link"
expect 73 'a link is not followed' kextirpate collect /private/tmp/link
is 'what it leads to is as before' "$(cat "$mac/Library/precious")" precious
is 'nothing is left beside it' "$(find "$mac/private/tmp" -name '.link*' | wc -l)" 0
cp "$mac/private/tmp/c.tar" "$story/c.tar"
expect 73 'an archive that is there is not replaced' kextirpate collect /private/tmp/c.tar
says '/private/tmp/c.tar: is there already, and was left as it is; name another file'
is 'it is as before' "$(cmp "$mac/private/tmp/c.tar" "$story/c.tar")" ''
expect 73 'a place that cannot be written' kextirpate collect /System/c.tar
says '/System/c.tar: Read-only file system; nothing was written'
expect 73 'a folder' kextirpate collect /private/tmp
full=0
for n in $(seq 1 3 60); do
  rm -f "$mac/private/tmp/full.tar"
  "$macsim" run --fail "$n:ENOSPC" "$mac" -- kextirpate collect /private/tmp/full.tar >"$out" 2>"$err"
  case $? in
  0) tar -tf "$mac/private/tmp/full.tar" >/dev/null || not_ok "ENOSPC at $n: half an archive is called done" ;;
  73 | 74)
    full=$((full + 1))
    [ ! -e "$mac/private/tmp/full.tar" ] || not_ok "ENOSPC at $n: half an archive is left"
    ;;
  *) not_ok "ENOSPC at $n: $? is no end for it" ;;
  esac
done
is 'a full disk leaves no half of one' "$([ $full -gt 4 ] && echo yes || echo "$full times") $(find "$mac/private/tmp" -name '.full*' | wc -l)" 'yes 0'
rm -f "$mac/private/tmp/full.tar"
"$macsim" run --kill 20 "$mac" -- kextirpate collect /private/tmp/full.tar >"$out" 2>"$err"
is 'killed, it leaves none by that name' "$(find "$mac/private/tmp" -name full.tar)" ''
expect 0 'and the next one is whole' kextirpate collect /private/tmp/full.tar
expect 64 'a file is needed' kextirpate collect

done_testing
