#!/bin/sh
# SPDX-License-Identifier: BSD-2-Clause
# The state folder as it must not be: someone else's, writable by others, below a folder
# that is, a link, read-only; ledger, lock, vault or a small file of another kind. Each is
# refused by status and word, and nothing is written, here or elsewhere.
# shellcheck source=tests/story/lib.sh
. "${0%/*}/lib.sh"

card=example-capture
place="$mac/Library/Application Support"
state="$place/kextirpate"

# everything: all of the Mac with what the tool keeps, byte for byte; times too below the
# state folder.
everything() {
  tree
  (cd "$place" && find kextirpate elsewhere -exec stat -c '%n %F %a %U %s %i %h' {} \; 2>/dev/null | sort
    find kextirpate elsewhere -type f -exec cksum {} \; 2>/dev/null | sort)
}
unchanged() {
  everything >"$story/after"
  is "$1: nothing was changed" "$(diff "$story/before" "$story/after" | head -n 5)" ''
}

# refuses WORDS NAME: what changes the Mac says so, and nothing is changed; what only looks
# answers, and changes nothing either.
refuses() {
  everything >"$story/before"
  for command in "uninstall --approval=never $card" recheck; do
    # shellcheck disable=SC2086 # words
    expect 77 "$2: ${command%% *}" kextirpate $command
    says "$1"
  done
  kextirpate status "$card" --json
  json "j['schema']" kextirpate/status/1
  unchanged "$2"
}

# used: a Mac with one run behind it, and nothing wrong.
used() {
  [ -d "$story/used" ] || {
    new 15.7 apple capture-card
    expect 3 'uninstall' kextirpate uninstall --approval=never "$card"
    cp -a "$state" "$story/used"
  }
  rm -rf "$state" "$place/elsewhere"
  cp -a "$story/used" "$state"
  chmod 755 "$place"
}

echo '# whose it is'
used
chown 501 "$state"
refuses 'kextirpate: belongs to user 501, not to root; nothing was changed' "someone else's"
used
chmod 777 "$state"
refuses 'kextirpate: others than root may write it (mode 777); nothing was changed' 'writable by others'
used
chmod 1777 "$state"
refuses 'may write it (mode 1777)' 'sticky is not enough for itself'
used
chmod 775 "$place"
refuses 'Application Support: others than root may write it (mode 775); nothing was changed' 'below a writable folder'
used
mv "$state" "$place/elsewhere"
ln -s elsewhere "$state"
refuses 'kextirpate: is a symbolic link, which is not followed; nothing was changed' 'a link'
is 'handoff believes it no more' "$(kextirpate handoff "$card"; echo "$status")" 77

echo '# a volume that cannot be written'
used
everything >"$story/before"
for n in 1 2 3; do
  "$macsim" run --fail $n:EROFS "$mac" -- kextirpate uninstall --approval=never "$card" >"$out" 2>"$err"
  case $? in
  73 | 74) ok "EROFS at $n" ;;
  *) not_ok "EROFS at $n" ;;
  esac
done

echo '# what stands in it'
# instead NAME HOW: NAME is of another kind.
instead() {
  used
  mkdir "$place/elsewhere"
  case $2 in
  folder) rm -rf "${state:?}/$1" && mkdir "$state/$1" ;;
  fifo) rm -rf "${state:?}/$1" && mkfifo "$state/$1" ;;
  file) rm -rf "${state:?}/$1" && : >"$state/$1" ;;
  link) if [ -e "$state/$1" ]; then rm -rf "$place/elsewhere" && mv "$state/$1" "$place/elsewhere"; fi
    ln -sf ../elsewhere "$state/$1" ;;
  hardlink) ln "$state/$1" "$place/elsewhere/other" ;;
  others) chmod 666 "$state/$1" ;;
  theirs) chown 501 "$state/$1" ;;
  esac
}
words() {
  case $1 in
  folder | fifo) echo 'is not an ordinary file; nothing was changed' ;;
  file) echo 'is not a folder; nothing was changed' ;;
  link) echo 'is a symbolic link, which is not followed; nothing was changed' ;;
  hardlink) echo 'has another name elsewhere (a hard link); nothing was changed' ;;
  others) echo 'others than root may write it (mode 666); nothing was changed' ;;
  theirs) echo 'belongs to user 501, not to root; nothing was changed' ;;
  esac
}
for thing in ledger.db lock; do
  for how in folder fifo link hardlink others theirs; do
    instead $thing $how
    refuses "$thing: $(words $how)" "$thing: $how"
  done
done
for how in file link others theirs; do
  instead vault $how
  refuses "vault: $(words $how)" "vault: $how"
done
for how in folder fifo link; do
  instead ledger.db $how
  expect 7 "a reader does not follow: $how" kextirpate status "$card" --json
  standing unknown
done
echo '# what stands in for a small file goes, and what it leads to stays'
for thing in seen status.json status.json.new; do
  for how in fifo link hardlink; do
    used
    echo kept >"$place/elsewhere"
    rm -f "$state/$thing"
    case $how in
    fifo) mkfifo "$state/$thing" ;;
    link) ln -s ../elsewhere "$state/$thing" ;;
    hardlink) ln "$place/elsewhere" "$state/$thing" ;;
    esac
    expect 3 "$thing: $how" kextirpate recheck
    says_not 'status.json: '
    is 'elsewhere is as it was' "$(cat "$place/elsewhere")" kept
    is 'and here is a file' "$(stat -c '%F %h' "$state/${thing%.new}")" 'regular file 1'
  done
done
done_testing
