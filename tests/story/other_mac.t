#!/bin/sh
# SPDX-License-Identifier: BSD-2-Clause
# Migration Assistant, a cloned disk, an image: the state folder of another Mac is on this
# one. Nothing that its ledger says is believed here: not that a kext was gone, not who
# owned a file, not that a run waits to be finished. It is set aside whole, and said.
# shellcheck source=tests/story/lib.sh
. "${0%/*}/lib.sh"

card=example-capture
state="$mac/Library/Application Support/kextirpate"
other=5117A7ED-0000-4000-8000-0000000000BB

# copied_state: the state folder of a Mac that did something, on a new Mac of the same kind.
copied_state() {
  cp -a "$state" "$story/copied"
  new 15.7 apple capture-card
  set_mac hardware-uuid=$other
  mkdir -p "${state%/*}"
  cp -a "$story/copied" "$state"
  rm -rf "$story/copied"
}

echo '# gone there, installed here'
new 15.7 apple capture-card
expect 2 'there: uninstall' kextirpate uninstall --approval=ask "$card"
restart
expect 0 'there: gone' kextirpate recheck
expect 0 'the same Mac after an update is itself' kextirpate status --json
json "[p for p in j['problems'] if 'another Mac' in p['message']]" '[]'
copied_state
on true
tree >"$story/before"
expect 1 'here status does not believe it' kextirpate status --json "$card"
standing installed
says 'was written on another Mac'
expect 0 'nor does history' kextirpate history --json
json "(j['runs'], j['standings'], j['sightings'])" '([], [], [])'
expect 0 'recheck sets it aside' kextirpate recheck --policy=repair --approval=ask --json
says 'other-mac-1'
says 'the ledger here was written on another Mac'
json "(j['kexts'], j['steps'])" '([], [])'
is 'vault and ledger lie there together' \
  "$(find "$state/other-mac-1" -maxdepth 1 -name ledger.db -o -maxdepth 1 -name vault | wc -l)" 2
is 'with what was in the vault' "$(find "$state/other-mac-1/vault/1" -name Info.plist | wc -l)" 2
is 'only root looks in' "$(stat -c %a "$state/other-mac-1")" 700
tree >"$story/after"
is 'nothing else was touched' "$(diff "$story/before" "$story/after")" ''
expect 0 'the next one has nothing to say of it' kextirpate recheck --json
json "[p for p in j['problems'] if 'another Mac' in p['message']]" '[]'
expect 1 'a scan does not find the other vault' kextirpate scan --json "$card"
json "[t['path'] for k in j['kexts'] for t in k['traces'] if 'other-mac' in str(t['path'])]" '[]'
expect 0 'there is nothing to undo here' kextirpate undo
expect 2 'this Mac does its own' kextirpate uninstall --approval=ask --json "$card"
json "j['run']" 1
restart
expect 0 'and knows it' kextirpate status

echo '# a run was cut off there, and its dext was pending'
new 15.7 apple capture-card
"$macsim" run --kill 240 "$mac" -- kextirpate uninstall --approval=ask "$card" >"$out" 2>"$err"
echo "$card" >"$state/handoff-pending"
copied_state
on true
tree >"$story/before"
expect 0 'here it is not finished' kextirpate recheck --policy=repair --approval=ask --json
json "j['steps']" '[]'
says_not 'was cut off'
tree >"$story/after"
is 'no file went' "$(diff "$story/before" "$story/after")" ''
is 'nothing waits for the agent' "$(find "$state" -maxdepth 1 -name handoff-pending)" ''

echo '# killed while it sets it aside'
new 15.7 apple capture-card
kextirpate uninstall --approval=ask "$card"
for n in 1 2 3 4 5 6 7 8; do
  copied_state
  "$macsim" run --kill $n "$mac" -- kextirpate recheck >"$out" 2>"$err"
  expect 0 "killed at $n: the next one ends it" kextirpate recheck
  is 'the ledger lies with its vault' \
    "$(find "$state"/other-mac-* -name ledger.db | wc -l) $(find "$state"/other-mac-1/vault/1 -name Info.plist | wc -l)" '1 2'
  new 15.7 apple capture-card
  kextirpate uninstall --approval=ask "$card"
done

echo '# a folder that --state names is left as it is'
copied_state
mkdir -p "$mac/opt"
mv "$state" "$mac/opt/kept"
expect 65 'said, and not touched' kextirpate recheck --state /opt/kept
says 'was written on another Mac; nothing was changed'
is 'it is whole' "$(find "$mac/opt/kept" -maxdepth 1 -name 'other-mac*')" ''

echo '# twice'
cp -a "$mac/opt/kept" "$state"
expect 0 'the first' kextirpate recheck
rm -rf "$state/vault" "$state/ledger.db"
cp -a "$mac/opt/kept/vault" "$mac/opt/kept/ledger.db" "$state/"
expect 0 'the second' kextirpate recheck
says 'other-mac-2'
is 'beside each other' "$(find "$state" -mindepth 2 -maxdepth 2 -name ledger.db | wc -l)" 2

echo '# which Mac this is cannot be told'
set_mac tool.ioreg=fail
expect 0 'then nothing is judged' kextirpate recheck --json
json "[p for p in j['problems'] if 'another Mac' in p['message']]" '[]'
done_testing
