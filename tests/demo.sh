#!/bin/sh
# SPDX-License-Identifier: BSD-2-Clause
# The user's own story on two simulated Macs with Apple silicon: on the left the old
# script, on the right kextirpate. Then the same with nobody there to approve.
set -eu

top=$(cd "${0%/*}/.." && pwd)
macsim=$top/tests/macsim/macsim
if [ "$(uname -s)" != Linux ]; then
  echo "The simulated Mac needs Linux. On this Mac kextirpate is built; a look at it, changing nothing:"
  "$top/build/kextirpate" scan --rules "$top/rules/catalogue" || true
  exit 0
fi
demo=$(mktemp -d "${TMPDIR:-/tmp}/demo.XXXXXX")
trap 'rm -rf "$demo"' EXIT
trap 'exit 1' INT TERM
left=$demo/old right=$demo/new nobody=$demo/nobody
stages="" # what the picture's columns are called

heading() { printf '\n== %s\n' "$*"; }

# Two files beside each other, long lines folded into their column.
beside() {
  for side in left right; do
    fold -s -w 56 "$demo/$side.out" >"$demo/$side.folded"
  done
  pr -m -t -l 200 -w 116 "$demo/left.folded" "$demo/right.folded" | expand | sed 's/ *$//'
}

# on_left / on_right LABEL COMMAND...: what a person types and sees.
on_left() {
  label=$1; shift
  { echo "# $label"; "$macsim" run "$left" -- "$@" 2>&1 || true; } >>"$demo/left.out"
}
on_right() {
  label=$1; shift
  { echo "# $label"; status=0; "$macsim" run "$right" -- "$@" 2>&1 || status=$?
    echo "(exit $status)"; } >>"$demo/right.out"
}
listing() {
  { echo "# kmutil inspect | grep capture"
    "$macsim" run "$1" -- sh -c "kmutil inspect | grep capture | cut -f1 | grep . || echo '(nothing)'" 2>/dev/null; } >>"$2"
}
begin() { : >"$demo/left.out"; : >"$demo/right.out"; }

# The picture: for each place and stage ● can load, ○ only listed or kept, · nothing.
mark() { # mark MAC STAGE
  collection=·
  [ -z "$("$macsim" show "$1" listed)" ] || collection=○
  loaded=·
  [ -z "$("$macsim" show "$1" loaded | grep com.example || true)" ] || { loaded=●; collection=●; }
  kept=·
  [ -z "$("$macsim" show "$1" stashed)" ] || kept=○
  bundle=·
  [ ! -d "$1/Library/Extensions/ExampleCaptureDriver.kext" ] || bundle=●
  dext=$("$macsim" show "$1" dext)
  echo "$bundle $collection $kept $loaded $dext" >>"$1.picture"
}
stage() {
  stages="$stages $1"
  mark "$left"
  mark "$right"
}
picture() { # picture MAC TITLE STAGES...
  file=$1.picture title=$2
  shift 2
  printf '\n%s\n%-24s' "$title" ''
  for s in "$@"; do printf '%-11s' "$s"; done
  echo
  row=1
  for name in 'bundle on disk' 'kernel collection' 'instructions and stash' 'loaded'; do
    printf '%-24s' "$name"
    # printf counts bytes: the marks are padded by hand.
    while read -r a b c d _; do
      case $row in 1) m=$a ;; 2) m=$b ;; 3) m=$c ;; *) m=$d ;; esac
      printf '%s          ' "$m"
    done <"$file"
    echo
    row=$((row + 1))
  done
  printf '%-24s' 'dext'
  while read -r _ _ _ _ d; do printf '%-11s' "$d"; done <"$file"
  echo
}

old_script() { on_left "the old script ($1)" sh -c "$(cat "$top/tests/story/old-script.sh")" sh "$1"; }

for mac in "$left" "$right" "$nobody"; do
  "$macsim" new "$mac" --macos 13.6 --chip apple --scenario capture-card >/dev/null
done

echo 'Left: the script that a vendor gave its customers. Right: kextirpate.'
echo 'Both Macs are simulated, Apple silicon, with the kexts of an old capture card.'

heading 'macOS 13.6: the kexts are there, the dext waits behind them'
begin
listing "$left" "$demo/left.out"
on_right 'kextirpate status' kextirpate status
beside
stage 13.6

heading 'macOS 13.6: clean-up, restart'
begin
old_script first
"$macsim" restart "$left" >/dev/null
listing "$left" "$demo/left.out"
on_right 'kextirpate uninstall' kextirpate uninstall --approval=ask example-capture
"$macsim" restart "$right" >/dev/null
on_right 'after the restart: kextirpate status' kextirpate status
beside
stage cleaned

heading 'Upgrade to macOS 15.7'
begin
for mac in "$left" "$right"; do "$macsim" update "$mac" 15.7 >/dev/null; done
listing "$left" "$demo/left.out"
on_right 'kextirpate recheck' kextirpate recheck
beside
stage 15.7

heading 'macOS 15.7: clean-up again, restart'
begin
old_script again
"$macsim" restart "$left" >/dev/null
listing "$left" "$demo/left.out"
on_right 'a person is there: kextirpate approve' kextirpate approve
"$macsim" restart "$right" >/dev/null
on_right 'after the restart: kextirpate status' kextirpate status
beside
stage cleaned

heading 'Update to macOS 15.7.1'
begin
for mac in "$left" "$right"; do "$macsim" update "$mac" 15.7.1 >/dev/null; done
listing "$left" "$demo/left.out"
on_right 'kextirpate recheck' kextirpate recheck
beside
stage 15.7.1

heading 'The same on 15.7 with nobody there to approve'
"$macsim" new "$nobody" --macos 15.7 --chip apple --scenario capture-card >/dev/null
"$macsim" set "$nobody" console=none approval=none
for words in 'uninstall example-capture' status; do
  echo "# kextirpate $words"
  status=0
  # shellcheck disable=SC2086
  "$macsim" run "$nobody" -- kextirpate $words || status=$?
  echo "(exit $status)"
  [ "$words" = status ] || "$macsim" restart "$nobody" >/dev/null
done

# shellcheck disable=SC2086
picture "$left" 'The old script' $stages
# shellcheck disable=SC2086
picture "$right" kextirpate $stages
echo
echo '● there, and can load   ○ only listed or kept: the next update can bring it back   · nothing'
echo
echo 'That it ends well on the right rests on these, which nobody has proven on a Mac'
echo '("cure": without it no removal exists at all; but for dext-stays-approved the others hurt):'
"$macsim" assumptions >"$demo/assumptions"
"$macsim" show "$right" used | sort -u | while read -r id; do
  grep -A 1 "^$id " "$demo/assumptions" | fold -s -w 100 | sed '2,$s/^ */      /; 1s/^/  /'
done
echo 'Flip one on a Mac of your own: tests/macsim/macsim set DIR assumption.ID=no'
