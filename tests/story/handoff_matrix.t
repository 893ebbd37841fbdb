#!/bin/sh
# SPDX-License-Identifier: BSD-2-Clause
# Every state of a dext, beside or behind its kext, with and without a profile, a person,
# and an app that is in order: the status, the kext's standing and the words that
# handoff_matrix.txt expects. The table is printed.
# shellcheck source=tests/story/lib.sh
. "${0%/*}/lib.sh"

card=example-capture
new 15.7 apple capture-card
cp -a "$mac" "$story/loaded"
kextirpate uninstall --approval=ask "$card"
restart
is 'the kext is gone on the second Mac' "$(show loaded)" ''
cp -a "$mac" "$story/gone"
new 13.6 apple capture-card
kextirpate uninstall "$card"
restart
cp -a "$mac" "$story/inert"

if python3 "$top/tests/story/handoff_matrix.py" "$macsim" "$story" \
  "$top/tests/story/handoff_matrix.txt" >"$story/table" 2>&1; then
  ok "every cell is as expected: $(tail -n 1 "$story/table")"
else
  not_ok "every cell is as expected: $(tail -n 1 "$story/table")"
fi
sed 's/^/# /' "$story/table"

# A table that expects what is not so is noticed, and so is a tool that always waits.
sed 's/^\(activated_enabled *gone .*\) 0 /\1 4 /' "$top/tests/story/handoff_matrix.txt" >"$story/wrong"
if python3 "$top/tests/story/handoff_matrix.py" "$macsim" "$story" "$story/wrong" \
  activated_enabled >"$story/told" 2>&1; then
  not_ok 'a wrong table fails'
else
  ok 'a wrong table fails'
fi
done_testing
