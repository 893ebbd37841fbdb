#!/bin/sh
# SPDX-License-Identifier: BSD-2-Clause
# Inside an installer, which is noticed: the bundles move, nothing else does, no tool that
# changes anything is asked, and the script that called never fails the installation.
# shellcheck source=tests/story/lib.sh
. "${0%/*}/lib.sh"

card=example-capture
inside() { on sh -c 'COMMAND_LINE_INSTALL=1 exec kextirpate "$@"' sh "$@"; }
receipts() { (cd "$mac/private/var/db/receipts" && ls); }

new 15.7 apple capture-card
mkdir -p "$mac/Library/LaunchDaemons"
on true
receipts >"$story/receipts"
find "$mac/Library/Application Support/Example Capture" | sort >"$story/files"
find "$mac/Library/StagedExtensions" | sort >"$story/staged"

expect 0 'uninstall from a script' inside uninstall --json --approval=ask "$card"
json 'j["host"]["context"]' installer
json 'j["exit"]' 3
json '[(s["kind"], s["state"]) for s in j["steps"]]' \
  "[('vault', 'done'), ('vault', 'done'), ('settle', 'skipped'), ('clear-staging', 'skipped'), ('rebuild', 'skipped')]"
receipts >"$story/after"
is 'no receipt was touched' "$(diff "$story/receipts" "$story/after")" ''
find "$mac/Library/Application Support/Example Capture" | sort >"$story/after"
is 'no file was touched' "$(diff "$story/files" "$story/after")" ''
find "$mac/Library/StagedExtensions" | sort >"$story/after"
is 'staging was not cleared' "$(diff "$story/staged" "$story/after")" ''
is 'no rebuild was asked for' "$(show listed | wc -l)" 2
is 'the bundles are in the vault' "$(find "$mac/Library/Extensions" -name 'ExampleCapture*')" ''

echo '# the next scripts of the same installation'
expect 0 'again' inside uninstall --approval=ask "$card"
expect 0 'approve asks nobody' inside approve --json
json '[s["state"] for s in j["steps"] if s["kind"] == "rebuild"]' "['skipped']"

expect 3 'what is pending' kextirpate recheck
expect 0 'an idle recheck is no failure of the installation' inside recheck

echo '# after the installation'
expect 2 'uninstall does the rest' kextirpate uninstall --approval=ask "$card"
restart
expect 0 'gone' kextirpate status "$card"

echo '# a plan that is refused'
new 15.7 apple capture-card-nodext
expect 0 'is no failure of the installation' inside uninstall "$card"
expect 5 'unless told so' inside uninstall --strict "$card"
expect 64 'a mistake in the script is one' inside uninstall --strikt "$card"
expect 5 'told that it is a terminal' inside uninstall --context=terminal "$card"
expect 0 'told that it is an installer' kextirpate uninstall --context=installer "$card"
expect 1 'a command that only looks tells the truth' inside scan "$card"

done_testing
