#!/bin/sh
# SPDX-License-Identifier: BSD-2-Clause
# A macOS that is newer than anything known: bundles go to the vault and come back, the rest
# is told and not done, each step by the assumption that says nothing of it.
# shellcheck source=tests/story/lib.sh
. "${0%/*}/lib.sh"

card=example-capture
states="' '.join(s['kind'] + ':' + s['state'] for s in j['steps'])"
held="vault:skipped settle:skipped clear-staging:skipped rebuild:skipped"
receipts() { (cd "$mac/private/var/db/receipts" && ls); }

new 28.0 apple capture-card
on true
tree >"$story/before"
receipts >"$story/receipts"
members=$(show member)
bundles() { tree | grep '^./Library/Extensions/'; }
bundles >"$story/bundles"

echo '# the plan says what is not taken, and why'
expect 2 'plan' kextirpate plan --json "$card"
json "$states" "vault:planned vault:planned $held"
json "[s['message'] for s in j['steps'] if s['kind'] == 'rebuild']" \
  "['not taken: it rests on rebuild-drops-missing, which says nothing about macOS 28; a newer kextirpate may']"
json "[j['refusals'], j['bystanders']]" '[[], []]'
expect 0 'doctor' kextirpate doctor --json
json "[(c['holds'], c['evidence']) for c in j['checks'] if c['id'] == 'macos-is-known']" \
  "[(False, '28.0, build 27A200')]"

echo '# only the bundles go'
expect 2 'uninstall waits for the restart' kextirpate uninstall --approval=ask --json "$card"
json "$states" "vault:done vault:done $held"
standing restart-pending
is 'macOS was asked for nothing' "$(show member)" "$members"
receipts >"$story/receipts.after"
is 'no receipt went' "$(diff "$story/receipts" "$story/receipts.after")" ''
expect 5 'approve is refused' kextirpate approve
says 'nothing says what a rebuild does on macOS 28'
expect 5 'migrate is refused' kextirpate migrate "$card"
says 'nothing says what activating a dext does on macOS 28'
expect 2 'once more changes nothing' kextirpate uninstall "$card"
expect 2 'the restart is what it waits for' kextirpate status

echo '# what a restart shows'
restart
expect 5 'a staged copy loads all the same' kextirpate recheck --json
standing blocked
expect 5 'status' kextirpate status
says 'nothing says how macOS 28 lets go of it: install a newer kextirpate'
says_not 'before macOS 14'
expect 0 'explain' kextirpate explain "$card"
says 'Nothing says how a macOS as new as this one lets go of them'
says_not 'approve may be tried'
expect 2 'undo' kextirpate undo
bundles >"$story/after"
is 'the bundles are as they were' "$(diff "$story/bundles" "$story/after")" ''

echo '# without a staged copy the kext is refused from the restart on'
new 28.0 apple capture-card
rm -rf "$mac/Library/StagedExtensions/Library"
expect 2 'uninstall' kextirpate uninstall "$card"
restart
expect 1 'recheck' kextirpate recheck --json
standing inert
expect 1 'nothing else can be done here' kextirpate uninstall "$card"
is 'that is no run' "$(sqlite3 "$mac/Library/Application Support/kextirpate/ledger.db" 'SELECT count(*) FROM run')" 1

echo '# a job that stays would bring it back'
new 28.0 apple capture-card
cat >"$mac/Library/LaunchDaemons/com.example.capture.load.plist" <<'END'
<plist version="1.0"><dict><key>Label</key><string>com.example.capture.load</string>
<key>ProgramArguments</key><array><string>/sbin/kextload</string>
<string>/Library/Extensions/ExampleCaptureDriver.kext</string></array></dict></plist>
END
on true
tree >"$story/before"
expect 5 'a job that cannot be taken' kextirpate uninstall "$card"
says 'launchd job /Library/LaunchDaemons/com.example.capture.load.plist, which stays: not taken: it rests on'
tree >"$story/after"
is 'nothing was changed' "$(diff "$story/before" "$story/after")" ''

echo '# the update from a known one'
new 26.2 apple capture-card
expect 2 'uninstall on 26' kextirpate uninstall --approval=ask "$card"
restart
expect 0 'gone on 26' kextirpate recheck
update 28.0
expect 0 'gone is told by what is there' kextirpate recheck

done_testing
