#!/bin/sh
# SPDX-License-Identifier: BSD-2-Clause
# The user's own story on four Macs: with a person, with nobody, and on a macOS
# that has no rebuild.
# shellcheck source=tests/story/lib.sh
. "${0%/*}/lib.sh"

card=example-capture

for chip in apple intel; do
  echo "# 15.7 $chip, with a person"
  new 15.7 "$chip" capture-card
  expect 1 "$chip: scan finds it" kextirpate scan --json
  standing installed
  expect 2 "$chip: uninstall waits for a restart" kextirpate uninstall --approval=ask --json "$card"
  standing restart-pending
  expect 2 "$chip: nothing says gone before the restart" kextirpate status
  says_not 'gone$'
  restart
  expect 0 "$chip: after the restart it is gone" kextirpate status --json "$card"
  standing gone
  is "$chip: the Mac agrees: nothing is loaded" "$(show loaded)" ""
  is "$chip: the dext runs" "$(show dext)" running
  expect 0 "$chip: recheck finds nothing to do" kextirpate recheck
  update 15.7.1
  expect 0 "$chip: after the update it is still gone" kextirpate recheck --json
  standing gone
  expect 0 "$chip: and status says so" kextirpate status --json
  standing gone
done

for chip in apple intel; do
  echo "# 13.6 $chip: macOS has no rebuild there"
  new 13.6 "$chip" capture-card
  expect 2 "13.6 $chip: uninstall waits for a restart" kextirpate uninstall --approval=ask "$card"
  restart
  expect 1 "13.6 $chip: after the restart it is inert" kextirpate status --json
  standing inert
  is "13.6 $chip: the dext runs" "$(show dext)" running
  update 15.7
  expect 3 "13.6 $chip: after the upgrade recheck sees it" kextirpate recheck --json
  standing inert
  expect 2 "13.6 $chip: approve" kextirpate approve
  restart
  expect 0 "13.6 $chip: gone" kextirpate status --json
  standing gone
  update 15.7.1
  expect 0 "13.6 $chip: gone for good" kextirpate recheck --json
  standing gone
done

echo "# 15.7 apple, nobody there"
new 15.7 apple capture-card
set_mac console=none approval=none
expect 3 'nobody: uninstall waits for approval' kextirpate uninstall --json "$card"
standing approval-pending
is 'nobody: the files are in the vault' "$(find "$mac/Library/Extensions" -name 'ExampleCapture*')" ""
restart
expect 3 'nobody: after the restart inert, still waiting for approval' kextirpate status --json
standing inert
says_not '"gone"'

done_testing
