#!/bin/sh
# SPDX-License-Identifier: BSD-2-Clause
# What lies in the vault expires where VaultDays says so: off without it, never early whatever
# the clock says, only what is over, only what the ledger lists and what went in.
# shellcheck source=tests/story/lib.sh
. "${0%/*}/lib.sh"

card=example-capture
state="$mac/Library/Application Support/kextirpate"
managed="$mac/Library/Managed Preferences/org.kextirpate.plist"
own="$mac/Library/Preferences/org.kextirpate.plist"

sql() { sqlite3 "$state/ledger.db" "$1" | tr '\n' ' '; }
# days XML [FILE]: the value of the setting.
days() {
  mkdir -p "${managed%/*}" "${own%/*}"
  printf '<plist version="1.0"><dict><key>VaultDays</key>%s</dict></plist>\n' "$1" >"${2:-$managed}"
}
# pass DAYS: so long ago was the last look, by the clock that nobody can set.
pass() { sql "UPDATE expiring SET steady = steady - $1 * 86400"; }
in_vault() { (cd "$state/vault" && find . -mindepth 2 -maxdepth 2 | sort | tr '\n' ' '); }
# over: a Mac whose kexts are gone, with the setting at 30 days.
over() {
  new 15.7 apple capture-card
  on true
  kextirpate uninstall --approval=ask "$card"
  restart
  days '<integer>30</integer>'
  expect 0 'gone, and counted from now on' kextirpate recheck
}
# stays NAME: a look at which nothing expires.
stays() {
  before=$(in_vault)
  kextirpate recheck
  is "$1: all stays in the vault" "$(in_vault)" "$before"
  is "$1: and the ledger says so" "$(sql 'SELECT count(*) FROM vaulted WHERE expiry IS NOT NULL')" '0 '
}

echo '# off'
new 15.7 apple capture-card
kextirpate uninstall --approval=ask "$card"
restart
expect 0 'gone' kextirpate recheck
sql "UPDATE run SET began_at = '1999-01-01T00:00:00Z', ended_at = began_at"
stays 'an old run, without the setting'
is 'nothing is counted' "$(sql 'SELECT count(*) FROM expiring')" '0 '
days '<integer>0</integer>'
stays 'with 0'
is 'nothing is counted' "$(sql 'SELECT count(*) FROM expiring')" '0 '
kextirpate doctor
says 'VaultDays *never'

echo '# 30 days'
over
is 'three items wait' "$(in_vault)" './1/1 ./1/2 ./1/3 '
kextirpate doctor
says 'VaultDays *30 days'
json_days() { kextirpate doctor --json; json "[(s['value'], s['from']) for s in j['settings'] if s['name'] == 'VaultDays']" "[('$1', '$2')]"; }
json_days '30 days' '/Library/Managed Preferences/org.kextirpate.plist'
"$macsim" run --count "$mac" -- kextirpate recheck >"$out" 2>"$err"
says 'nothing has changed since the last look'
is 'an idle look writes nothing' "$(grep -o '[0-9]* writing calls' "$err")" '0 writing calls'
sed -i 's/^\(quiet 0\) [0-9]*$/\1 1/' "$state/seen"
kextirpate recheck
says_not 'nothing has changed'
kextirpate recheck
says 'nothing has changed since the last look'
pass 29
stays '29 days'
is 'they count' "$(sql 'SELECT seconds / 86400 FROM expiring')" '29 '
pass 1
expect 0 'dry' kextirpate recheck --dry-run --json
json "[(s['kind'], s['state']) for s in j['steps']]" "[('expire', 'planned'), ('expire', 'planned'), ('expire', 'planned')]"
is 'nothing has changed' "$(in_vault)" './1/1 ./1/2 ./1/3 '
kextirpate recheck --dry-run
says '1 planned  expire        /Library/Extensions/ExampleCaptureDriver.kext (run 1 moved it, and its days in the vault are over)'
on true
tree >"$story/before"
expect 0 '30 days' kextirpate recheck --json
json "[(s['kind'], s['subject'].rsplit('/')[-1], s['state'], s['message']) for s in j['steps']]" \
  "[('expire', 'ExampleCaptureDriver.kext', 'done', 'removed from the vault'), ('expire', 'ExampleCaptureEvent.kext', 'done', 'removed from the vault'), ('expire', 'Presets.plist', 'done', 'removed from the vault')]"
json "j['run']" 2
is 'the vault is empty' "$(in_vault)" ''
is 'nothing else was touched' "$(tree | diff "$story/before" -)" ''
today=$(date -u +%Y-%m-%d)
expect 5 'undo is refused' kextirpate undo
says "^refused: what run 1 moved was removed from the vault on $today, because the setting VaultDays says so, and cannot be given back; nothing was given back"
expect 5 'also by its number' kextirpate undo 1 --json
is 'nothing was given back' "$(tree | diff "$story/before" -)" ''
expect 0 'history' kextirpate history
says "run 1: uninstall $card  done, removed from the vault on $today"
says 'run 2: recheck   done'
kextirpate history --json
json "[str(r['expired_at'])[:10] for r in j['runs']]" "['$today', 'None']"
expect 0 'and nothing is left to do' kextirpate recheck
expect 0 'idle' kextirpate recheck
says 'nothing has changed since the last look'
is 'no look is due' "$(sed -n '$p' "$state/seen")" 'quiet 0 0'
kextirpate status --json
standing gone

echo '# a clock that was put forward, and time of which nobody can tell'
over
sql "UPDATE run SET began_at = '1999-01-01T00:00:00Z', ended_at = began_at"
stays 'ten years later, says the clock'
pass 20
kextirpate recheck
pass 300
restart
stays 'switched off for long'
is 'what was counted before is kept' "$(sql 'SELECT seconds / 86400 FROM expiring')" '20 '
pass -5
stays 'a clock that ran backwards'
is 'counts nothing' "$(sql 'SELECT seconds / 86400 FROM expiring')" '20 '

echo '# what is not over'
over
pass 29
"$macsim" bring "$mac" package >/dev/null
stays 'its package is back'
is 'and the days begin anew' "$(sql 'SELECT count(*) FROM expiring')" '0 '
over
pass 99
set_mac dext.state=activated_waiting_for_user
stays 'its dext waits'
set_mac dext.state=activated_enabled
expect 0 'no longer' kextirpate recheck
is 'and the days begin anew' "$(sql 'SELECT seconds FROM expiring')" '0 '
new 15.7 apple capture-card
kextirpate uninstall --approval=ask "$card"
days '<integer>1</integer>'
stays 'a restart is pending'
is 'nothing is counted' "$(sql 'SELECT count(*) FROM expiring')" '0 '
new 13.6 apple capture-card
kextirpate uninstall --approval=ask "$card"
restart
days '<integer>1</integer>'
expect 1 'inert' kextirpate recheck
stays 'inert'
is 'nothing is counted' "$(sql 'SELECT count(*) FROM expiring')" '0 '
over
pass 99
sql "UPDATE run SET state = 'failed'"
stays 'a run that did not come to its end'
over
pass 99
sql "UPDATE vaulted SET restored = 1 WHERE n = 3"
stays 'what is half given back'
over
pass 99
sql "DELETE FROM kext_case WHERE key = 'com.example.capture.event'"
stays 'a bundle of which no case is known'
over
pass 99
sql 'UPDATE vaulted SET digest = NULL WHERE n = 1'
stays 'what an older kextirpate put there without a digest'
over
pass 20
rm "$managed"
stays 'the setting has gone'
is 'and nothing is counted any more' "$(sql 'SELECT count(*) FROM expiring')" '0 '
over
pass 99
set_mac tool.systemextensionsctl=fail
stays 'nobody can tell what dexts there are'

echo '# what is not what went in stays'
over
pass 30
echo 'a change' >>"$state/vault/1/3"
mkdir -p "$state/vault/1/7" "$state/vault/9/1"
mkdir "$mac/Library/precious"
echo precious >"$mac/Library/precious/file"
rm -r "$state/vault/1/2"
ln -s /Library/precious "$state/vault/1/2"
ln -s /Library/precious "$state/vault/1/1/Contents/way"
expect 0 'recheck' kextirpate recheck --json
json "[(s['n'], s['state'], s['message'].split('kextirpate/')[-1]) for s in j['steps']]" \
  "[(1, 'skipped', 'vault/1/1 is not what went into the vault; it stays there'), (2, 'skipped', 'vault/1/2 is not what went into the vault; it stays there'), (3, 'skipped', 'vault/1/3 is not what went into the vault; it stays there')]"
is 'all of it is there' "$(in_vault)" './1/1 ./1/2 ./1/3 ./1/7 ./9/1 '
is 'and what the links lead to' "$(cat "$mac/Library/precious/file")" precious
expect 5 'undo does not half give it back' kextirpate undo
kextirpate recheck --json
json "j['steps']" '[]'
over
pass 30
mkdir "$mac/Library/precious"
cp -a "$state/vault/1/." "$mac/Library/precious"
mv "$state/vault/1" "$story/moved"
ln -s /Library/precious "$state/vault/1"
expect 6 'a folder of the vault that is a link' kextirpate recheck
says 'vault/1/1: is reached through a symbolic link, which is not followed; the next recheck tries again'
is 'nothing behind it was touched' "$(find "$mac/Library/precious" -mindepth 1 -maxdepth 1 | wc -l)" 3
rm "$state/vault/1"
mv "$story/moved" "$state/vault/1"
expect 0 'once it is a folder again' kextirpate recheck
is 'the vault is empty' "$(in_vault)" ''

echo '# a cut-off expiry is finished, whatever the setting says by then'
over
pass 30
sql "UPDATE vaulted SET expiry = 'begun', expired_at = '2026-01-02T03:04:05Z'; DELETE FROM expiring"
rm "$managed"
expect 5 'undo knows' kextirpate undo
says 'removed from the vault on 2026-01-02'
expect 0 'recheck' kextirpate recheck
is 'the vault is empty' "$(in_vault)" ''

echo '# what is no number of days'
over
pass 40000
for value in '<string>30</string>' '<real>30</real>' '<true/>' '<integer>-1</integer>' \
  '<integer>36501</integer>' '<integer>99999999999999999999</integer>' '<array><integer>1</integer></array>'; do
  days "$value"
  days '<integer>1</integer>' "$own"
  stays "$value"
  says 'org.kextirpate.plist: VaultDays: must be a whole number of days, 0 (never) to 36500; it was left out'
  kextirpate doctor
  says 'VaultDays *never'
done
for how in 'chmod 666' 'truncate -s 20'; do
  $how "$managed"
  days '<integer>1</integer>' "$own"
  stays "a file that cannot be believed ($how)"
done

echo '# another job is another matter'
over
pass 30
"$macsim" bring "$mac" package >/dev/null
kextirpate recheck
expect 0 'uninstalled once more' kextirpate uninstall --approval=ask "$card"
expect 0 'gone' kextirpate recheck
is 'both are counted' "$(sql 'SELECT job FROM expiring')" '1 2 '
sql 'UPDATE expiring SET steady = steady - 30 * 86400 WHERE job = 1'
expect 0 'recheck' kextirpate recheck
is 'the older one expires' "$(in_vault)" './2/1 ./2/2 ./2/3 ./2/4 ./2/5 ./2/6-bom ./2/6-plist '
kextirpate undo --dry-run --json
json "(j['undoes'], ['expired' in r for r in j['refusals']])" '([2], [False])'
pass 30
expect 0 'then the other' kextirpate recheck
is 'with the copies of its receipt' "$(in_vault)" ''

done_testing
