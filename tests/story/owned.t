#!/bin/sh
# SPDX-License-Identifier: BSD-2-Clause
# An installer of macOS wipes the receipts: the next uninstall knows from the ledger which
# files are the product's, and takes no other.
# shellcheck source=tests/story/lib.sh
. "${0%/*}/lib.sh"

card=example-capture
support='/Library/Application Support/Example Capture'
vaulted="[s['subject'] for s in j['steps'] if s['kind'] == 'vault']"

for known in yes no; do
  echo "# a run was recorded before the receipts went: $known"
  new 15.7 apple capture-card
  if [ $known = yes ]; then
    expect 2 'uninstall, recorded' kextirpate uninstall --approval=ask --json "$card"
    json "$vaulted" "['/Library/Extensions/ExampleCaptureDriver.kext', \
'/Library/Extensions/ExampleCaptureEvent.kext', '$support/Presets.plist']"
    kextirpate undo
    is 'undo gave the file back' "$([ -f "$mac$support/Presets.plist" ] && echo yes)" yes
  fi
  set_mac update-wipes=receipts
  update 15.7.1
  is 'the update wiped the receipts' "$(find "$mac/private/var/db/receipts" -type f)" ''
  kextirpate plan --json --approval=ask "$card"
  if [ $known = yes ]; then
    json "$vaulted" "['/Library/Extensions/ExampleCaptureDriver.kext', \
'/Library/Extensions/ExampleCaptureEvent.kext', '$support/Presets.plist']"
    says 'only the package com.example.capture.pkg listed it, as the ledger remembers'
    json "[k['why'] for k in j['kept'] if k['path'].endswith('Profile.dat')]" \
      "['it is not as the package installed it']"
    json "[s for s in j['steps'] if s['kind'] == 'forget']" '[]'
    kextirpate uninstall --json --approval=ask "$card"
    json "{s['state'] for s in j['steps'] if s['kind'] == 'vault'}" "{'done'}"
    is 'the unchanged file is in the vault, the changed one stays' \
      "$(cd "$mac$support" && ls)" 'Profile.dat'
  else
    json "$vaulted" "['/Library/Extensions/ExampleCaptureDriver.kext', \
'/Library/Extensions/ExampleCaptureEvent.kext']"
  fi
done

echo '# a file that changed since'
new 15.7 apple capture-card
expect 2 'uninstall, recorded' kextirpate uninstall --approval=ask "$card"
kextirpate undo
set_mac update-wipes=receipts
update 15.7.1
echo 'the user has changed it' >"$mac$support/Presets.plist"
kextirpate plan --json --approval=ask "$card"
json "[k['why'] for k in j['kept'] if k['path'].endswith('Presets.plist')]" \
  "['it is not as the package installed it']"
done_testing
