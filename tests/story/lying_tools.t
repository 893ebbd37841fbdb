#!/bin/sh
# SPDX-License-Identifier: BSD-2-Clause
# Tools that say what is not so, or nothing at all: what counts is what is found afterwards,
# and what cannot be told is taken for the worse.
# shellcheck source=tests/story/lib.sh
. "${0%/*}/lib.sh"

card=example-capture
step="[(s['state'], s['message']) for s in j['steps'] if s['kind'] == '%s']"
# fresh SCENARIO: nothing of the product stays, so that its receipt is forgotten.
fresh() {
  new 15.7 apple "$1"
  rm "$mac/Library/Application Support/Example Capture/Profile.dat"
}
# step KIND WANTED: state and message of that step.
step() {
  # shellcheck disable=SC2059 # a format of our own
  json "$(printf "$step" "$1")" "$2"
}
driver=/Library/Extensions/ExampleCaptureDriver.kext

# A Mac that never gets quiet takes half a minute, and has it beside the others.
"$macsim" new "$story/busy" --macos 15.7 --chip apple --scenario capture-card >/dev/null
"$macsim" set "$story/busy" settle=900 assumption.log-shows-work=yes
"$macsim" run "$story/busy" -- kextirpate uninstall --json --approval=ask "$card" \
  >"$story/busy.out" 2>"$story/busy.err" </dev/null &
busy=$!

for how in exit0 garbage; do
  echo "# kmutil: $how"
  fresh capture-card
  set_mac tool.kmutil=$how
  expect 6 'the staged copy is still there' kextirpate uninstall --json --approval=ask "$card"
  step clear-staging "[('failed', 'kmutil clear-staging ended well, but /Library/StagedExtensions$driver is still there')]"
  step rebuild "[('skipped', 'an earlier step failed')]"
  set_mac tool.kmutil=ok
  expect 2 'the next run does the rest' kextirpate uninstall --json --approval=ask "$card"

  echo "# pkgutil: $how"
  fresh capture-card
  set_mac tool.pkgutil=$how
  expect 6 'the receipt is still there' kextirpate uninstall --json --approval=ask "$card"
  json "[s['state'] for s in j['steps'] if s['kind'] == 'forget']" "['failed']"
  says 'the receipt was kept'
  step rebuild "[('done', 'approved; it takes effect at the restart')]"
  is 'and so it is' "$(find "$mac/private/var/db/receipts" -name 'com.example.capture.pkg*' | wc -l)" 2
  set_mac tool.pkgutil=ok
  expect 2 'the next run does the rest' kextirpate uninstall --json --approval=ask "$card"
  is 'the receipt too' "$(find "$mac/private/var/db/receipts" -name 'com.example.capture.pkg*' | wc -l)" 0
done

echo '# what is loaded cannot be told: the last working driver stays'
for how in fail garbage exit0; do
  new 15.7 apple capture-card-nodext
  on true
  tree >"$story/before"
  set_mac tool.kmutil=$how
  expect 5 "kmutil: $how" kextirpate uninstall --approval=never "$card"
  says 'com.example.capture.driver may be loaded, which could not be told, and its replacement'
  is 'nothing was changed' "$(tree | diff "$story/before" -)" ''
done
new 15.7 apple capture-card-nodext
set_mac safe-mode=on
restart
is 'in safe mode it does not run' "$(show loaded | grep -c com.example)" 0
expect 5 'and may be the last driver all the same' kextirpate plan "$card"
says 'may be loaded'
expect 7 'told to go on' kextirpate plan --json --without-replacement --approval=ask "$card"
step rebuild "[('skipped', 'in safe mode macOS sees nothing to change: start the Mac normally, then kextirpate approve')]"
expect 7 'so it is' kextirpate uninstall --json --without-replacement --approval=ask "$card"
is 'nobody was asked' "$(show used | grep -c rebuild-needs-approval)" 0
says 'start the Mac normally'
set_mac safe-mode=off
restart
expect 2 'after a normal start it can be approved' kextirpate approve
restart
expect 0 'gone' kextirpate status

echo '# whether the dext is there cannot be told'
new 15.7 apple capture-card
set_mac tool.systemextensionsctl=fail
expect 5 'the kext stays' kextirpate plan "$card"
says 'whether its replacement com.example.capture.dext is activated is not known'

echo '# a rebuild that does not say what it takes away'
new 15.7 apple capture-card
set_mac rebuild=silent
expect 3 'is not taken for done' kextirpate uninstall --json --approval=ask "$card"
json "[s['state'] for s in j['steps'] if s['kind'] == 'rebuild']" "['skipped']"
says 'does not say that it takes the kext away: a look after the restart decides'
standing approval-pending
restart
expect 0 'a look after the restart shows it gone' kextirpate status --json
standing gone

echo '# what is loaded cannot be told: nothing is called inert'
new 15.7 apple capture-card
expect 3 'uninstall' kextirpate uninstall --approval=never "$card"
restart
expect 3 'after the restart' kextirpate status --json "$card"
standing inert
for how in fail garbage exit0; do
  set_mac tool.kmutil=$how
  expect 7 "kmutil: $how" kextirpate status --json "$card"
  standing unknown
done
set_mac tool.kmutil=ok
expect 3 'it answers again' kextirpate status --json "$card"
standing inert

echo '# a rebuild whose answer nobody understands'
new 15.7 apple capture-card
expect 3 'uninstall' kextirpate uninstall --approval=never "$card"
set_mac tool.kmutil=garbage
expect 6 'is a step that failed' kextirpate approve --json
json "[s['state'] for s in j['steps'] if s['kind'] == 'rebuild']" "['failed']"
json "j['next']['command']" "['kextirpate', 'uninstall', '$card']"

echo '# macOS never gets quiet'
wait "$busy"
is 'some steps failed' "$?" 6
cp "$story/busy.out" "$out"
cp "$story/busy.err" "$err"
step settle "[('failed', 'macOS was still busy after 30 seconds; nothing was asked of it')]"
json "[(s['kind'], s['state']) for s in j['steps'] if s['kind'] in ('clear-staging', 'rebuild')]" \
  "[('clear-staging', 'skipped'), ('rebuild', 'skipped')]"
is 'nobody was asked' "$("$macsim" show "$story/busy" asked)" 0
done_testing
