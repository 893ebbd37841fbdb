#!/bin/sh
# SPDX-License-Identifier: BSD-2-Clause
# Another vendor's installer lays a kext while the steps are taken: the rebuild would build
# it in. That one step stops, by name; what was done before it stays done.
# shellcheck source=tests/story/lib.sh
. "${0%/*}/lib.sh"

card=example-capture
steps="[(s['kind'], s['state']) for s in j['steps'] if s['kind'] in ('clear-staging', 'rebuild')]"

for chip in apple intel; do
  echo "# $chip: a kext arrives after the plan"
  new 15.7 "$chip" capture-card
  set_mac arrives=settle
  expect 2 "$chip: the plan knows of nobody" kextirpate plan --approval=ask --json "$card"
  json "j['bystanders']" '[]'
  expect 5 "$chip: uninstall" kextirpate uninstall --approval=ask --json "$card"
  standing blocked
  json "$steps" "[('clear-staging', 'done'), ('rebuild', 'skipped')]"
  json "[(b['bundle_id'], b['effect']) for b in j['bystanders']]" "[('com.example.arrival', 'added')]"
  says 'blocked: com.example.arrival'
  is "$chip: nobody was asked" "$(show used | grep -c rebuild-needs-approval)" 0
  is "$chip: the bundles are in the vault" "$(find "$mac/Library/Extensions" -name 'ExampleCapture*')" ''
  expect 5 "$chip: status" kextirpate status --json "$card"
  standing blocked
  expect 5 "$chip: approve is refused as long as it is there" kextirpate approve "$card"
  says '^refused: com.example.arrival'
  rm -r "$mac/Library/Extensions/Arrival.kext"
  expect 2 "$chip: its installer took it away again: approve" kextirpate approve --json "$card"
  standing restart-pending
  restart
  expect 0 "$chip: gone" kextirpate status --json "$card"
  standing gone
done

echo '# not approved before the restart: it may be asked for again'
new 15.7 apple capture-card
set_mac arrives=settle
expect 5 'uninstall' kextirpate uninstall --approval=ask "$card"
restart
expect 3 'after the restart it waits for approval' kextirpate status --json "$card"
standing inert
expect 2 'who accepts the bystander goes on' kextirpate uninstall --approval=ask --accept-bystanders "$card"

echo '# accepted beforehand'
new 15.7 apple capture-card
set_mac arrives=settle
expect 2 'uninstall' kextirpate uninstall --approval=ask --accept-bystanders --json "$card"
json "$steps" "[('clear-staging', 'done'), ('rebuild', 'done')]"
done_testing
