#!/bin/sh
# SPDX-License-Identifier: BSD-2-Clause
# A command parses no rules that it does not need: one that is broken is told by those
# that name products, and by no other.
# shellcheck source=tests/story/lib.sh
. "${0%/*}/lib.sh"

new 15.7 apple capture-card
on true
echo '<rule' >"$mac/usr/local/kextirpate/rules/broken.xml"
told() { # told TRUE|FALSE COMMAND...: whether its problems name the broken rule
  wanted=$1
  shift
  kextirpate "$@" --json
  is "$*: the broken rule is told: $wanted" "$(python3 -c 'import json,sys
print(any(p["source"] == "rules" for p in json.load(open(sys.argv[1]))["problems"]))' "$out" 2>&1)" "$wanted"
}
told True scan
told True uninstall --approval=ask example-capture
told True plan example-capture
told False doctor
told True undo --dry-run
restart
expect 0 'recheck after the restart' kextirpate recheck
expect 0 'recheck with nothing to do' kextirpate recheck
says_not broken.xml
told True undo
done_testing
