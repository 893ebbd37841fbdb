#!/bin/sh
# SPDX-License-Identifier: BSD-2-Clause
# What every command owes whoever calls it: words that are wrong, output that cannot be
# written, descriptors that are closed, names that would move a cursor.
# shellcheck source=tests/story/lib.sh
. "${0%/*}/lib.sh"

card=example-capture
escape=$(printf '\033')
new 15.7 apple capture-card

echo '# words'
expect 64 'no command' on kextirpate
is 'says how it is called on stderr' "$(wc -c <"$out") $(head -n 1 "$err" | cut -c 1-17)" '0 usage: kextirpate'
for command in scan uninstall mdm; do
  expect 0 "$command --version" kextirpate "$command" --version
  says '^kextirpate [0-9]'
done
for option in --rules --state --root; do
  expect 64 "an empty $option" kextirpate status "$option="
  says "$option needs a value"
done
expect 64 'compare with one driver' kextirpate compare /Library/Extensions/ExampleCaptureDriver.kext
says_not 'TARGET'
expect 64 'an agent with a target' kextirpate handoff --pending "$card"
says 'takes no TARGET'
expect 64 'a run that no number holds' kextirpate undo 99999999999999999999
says '99999999999999999999: there is no such run'
expect 3 'uninstall takes --policy, as recheck does' kextirpate uninstall --dry-run --policy=repair "$card"

echo '# names that forge a line'
forged=$(printf 'x\033[2J\nkextirpate: all is well')
is_told_plainly() { # is_told_plainly ARGUMENT...
  kextirpate "$@"
  is "no line and no escape of its own: ${1%%"$escape"*} ${2%%"$escape"*}" \
    "$(grep -c 'x.x1b' "$err") $(grep -c "^kextirpate: all\|$escape" "$err")" '1 0'
}
is_told_plainly "$forged" ''
is_told_plainly scan "$forged"
is_told_plainly plan "--approval=$forged"
is_told_plainly scan "--rules=/$forged"
is_told_plainly mdm "$forged"
is_told_plainly collect "/nowhere/$forged"
is_told_plainly rules lint "/$forged"
is_told_plainly doctor "$forged"

echo '# what is next after a plan'
kextirpate plan --json --keep-receipts "$card"
json 'j["next"]["command"]' "['kextirpate', 'uninstall', '--keep-receipts', '$card']"
kextirpate migrate --dry-run "$card"
says "^next: kextirpate migrate $card"

echo '# words of scripts'
expect 64 'an item for a rule that nobody knows' kextirpate mdm munki exampel
kextirpate mdm extension-attribute "com.a'; touch /tmp/run '"
sed -i 's,^tool=.*,tool=/bin/echo,' "$out"
cp "$out" "$mac/private/tmp/attribute"
expect 0 'a quote in a target' on sh /tmp/attribute
says "<result>done: status -q com.a'; touch /tmp/run ';</result>"
is 'runs nothing' "$(ls "$mac/private/tmp")" attribute
expect 5 'a refusal of mdm has its JSON' kextirpate mdm restart-device --json
json 'j["exit"], j["text"], len(j["problems"])' '(5, None, 1)'

echo '# output that goes nowhere'
"$macsim" run "$mac" -- kextirpate --help >/dev/full 2>"$err"
status=$?
is 'help that cannot be written' "$status" 74
says 'could not be written'
new 15.7 apple capture-card
reader=true
[ "${MODE:-}" != asan ] || reader='sed /^==/!q' # the sanitizer has lines of its own first
# shellcheck disable=SC2086
{ "$macsim" run "$mac" -- kextirpate uninstall --approval=ask "$card" 2>&1 </dev/null; echo $? >"$story/ended"; } |
  $reader >"$story/read"
is 'a run is not cut off by who reads no further' "$(cat "$story/ended")" 2
new 15.7 apple capture-card
on sh -c 'exec kextirpate uninstall --approval=never example-capture <&- >&- 2>&-'
is 'with nothing open it does its work' "$status" 3
is 'no file of the state has its words' "$(cat "$mac/Library/Application Support/kextirpate/lock")" ''
"$macsim" run "$mac" -- kextirpate undo >/dev/full 2>"$err"
status=$?
is 'undo whose report cannot be written' "$status" 74
says 'what was done is in the ledger'
done_testing
