#!/bin/sh
# SPDX-License-Identifier: BSD-2-Clause
# explain: which sentences it tells in which situation, by what they rest on, and
# that it stays on one screen.
# shellcheck source=tests/story/lib.sh
. "${0%/*}/lib.sh"

situations=0

# rest ABOUT: the assumption ids of the sentences about something, "-" without one.
rest() {
  echo "' '.join(s['assumption'] or '-' for s in j['sentences'] if s['about'] == '$1')"
}

# screen NAME: for a person at most 24 lines of at most 80 columns, mark and legend.
screen() {
  situations=$((situations + 1))
  expect 0 "$1: explain" kextirpate explain example-capture
  is "$1: one screen" "$(awk 'length > 80 { wide++ } END { print (NR <= 24 && NR > 2 && !wide) }' "$out")" 1
}

# tells NAME NOW RESTART UPDATE WAY-OUT: the exact ids of each part.
tells() {
  screen "$1"
  kextirpate explain example-capture --json
  json "$(rest now)" "$2"
  json "$(rest restart)" "$3"
  json "$(rest update)" "$4"
  json "$(rest way-out)" "$5"
  json "[s['text'] for s in j['sentences'] if s['basis'] == 'inferred' and 'robably' not in s['text'] or s['basis'] == 'guess' and 'obody' not in s['text'] and 'not shown' not in s['text']]" '[]'
  json "{(s['basis'] == 'observed') == (s['assumption'] is None) for s in j['sentences']}" '{True}'
}

# script WANTED: the ids behind the lines of the old script.
script() { json "$(rest old-script)" "$1"; }

old_script() {
  mkdir -p "$mac/private/tmp"
  cp "$top/tests/story/old-script.sh" "$mac/private/tmp/"
  on sh /private/tmp/old-script.sh "$1"
}

ways='- rebuild-drops-missing rebuild-drops-stash-and-instructions rebuild-needs-approval'
tools='update-command-is-inert update-command-is-inert system-caches-do-nothing'
no_rebuild="extensions-are-roots forget-works update-relinks-from-stash clear-staging-empties-all rebuild-since-14 $tools"
spoils=rebuild-without-collection-keeps-stash
apple="extensions-are-roots forget-works $spoils clear-staging-empties-all $spoils $tools"
intel="extensions-are-roots forget-works intel-root-unlink clear-staging-empties-all $spoils $tools"

for version in 15.7 26.1; do
  new "$version" apple capture-card
  tells "$version, installed" '- - - - attached-kext-blocks-dext' restart-drops-nothing \
    update-relinks-from-stash "$ways"
  script "$apple"
  json "$(rest blocked)" ''
done
new 13.6 apple capture-card
tells '13.6, installed' '- - - - attached-kext-blocks-dext' restart-drops-nothing \
  update-relinks-from-stash '- rebuild-since-14'
script "$no_rebuild"
new 15.7 intel capture-card
tells 'Intel, installed' '- - - - attached-kext-blocks-dext' restart-drops-nothing \
  update-relinks-from-stash "$ways"
script "$intel"
new 13.6 intel capture-card
screen '13.6, Intel'
kextirpate explain example-capture --json
script "extensions-are-roots forget-works intel-root-unlink clear-staging-empties-all rebuild-since-14 $tools"

# The script of old, and what it leaves: nothing lists the kext until the next update.
new 15.7 apple capture-card
old_script first
tells 'after the old script' '- - - - - attached-kext-blocks-dext' loaded-until-restart \
  update-relinks-from-stash "- $spoils"
restart
tells 'and a restart' '- - - - inert-does-not-block-dext' restart-drops-nothing \
  update-relinks-from-stash "- $spoils"
update 15.7.1
tells 'and an update: listed again' '- - - - inert-does-not-block-dext' \
  missing-bundle-not-loadable update-relinks-from-stash "$ways"
json "[s['text'] for s in j['sentences'] if s['about'] == 'past']" \
  "['No receipt tells who installed them.']"

# Ours: nobody there, then a person, then a restart, then an update.
new 15.7 apple capture-card
set_mac console=none
kextirpate uninstall example-capture
tells 'uninstalled, not approved' '- - - - - attached-kext-blocks-dext' \
  missing-bundle-not-loadable update-relinks-from-stash "$ways"
says 'kextirpate approve'
set_mac console=user approval=yes
kextirpate approve example-capture
tells 'approved' '- - - - - attached-kext-blocks-dext' rebuild-drops-missing \
  pending-survives-update '-'
restart
tells 'gone' '- - -' '' '' ''
script ''
json "$(rest past)" '- - policy-remembers'
update 15.7.1
tells 'gone after an update' '- - -' '' '' ''

# A rebuild that does not let go ends with the last resort and what it costs.
new 15.7 apple capture-card
assume rebuild-drops-missing no
kextirpate uninstall --approval=ask example-capture
restart
kextirpate recheck
screen 'a rebuild that does not let go'
kextirpate status --json
says '"standing"'

# What is in the way is the plan's own judgement.
new 15.7 apple capture-card-nodext
screen 'no replacement'
kextirpate explain example-capture --json
json "$(rest blocked)" '- -'
says 'com.example.capture.dext is not activated; install the replacement first'
says 'when that is cleared'
kextirpate plan example-capture --json
cp "$out" "$story/plan"
kextirpate explain example-capture --json
json "[s['text'][len('In the way: '):-1] for s in j['sentences'] if s['about'] == 'blocked'] == json.load(open('$story/plan'))['refusals']" True

# A pattern is repeated so that a shell takes it as one word.
kextirpate explain 'com.example.*' --json
says "uninstall 'com.example.\*'"

# What -v adds, and what a person sees of the basis.
kextirpate explain example-capture -v
says '\[inferred: update-relinks-from-stash\]'
says '^= rm -r /Library/Extensions/'
is 'no line is wide' "$(awk 'length > 80' "$out")" ''

echo "# $situations situations on one screen each"
done_testing
