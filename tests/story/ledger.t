#!/bin/sh
# SPDX-License-Identifier: BSD-2-Clause
# A ledger that is damaged, lost or someone else's: it is kept under another name, what can
# be read of it lives on, no file of the vault is lost or overwritten, and nothing is called
# gone or installed that is not known to be.
# shellcheck source=tests/story/lib.sh
. "${0%/*}/lib.sh"

card=example-capture
state="$mac/Library/Application Support/kextirpate"

# sql WORDS FILE: what the database answers, one line.
sql() { sqlite3 "$2" "$1" 2>&1 | tr '\n' ' '; }
kept() { find "$state" -name 'ledger.db.damaged-*' ! -name '*-journal' | wc -l; }
vault() { (cd "$state/vault" && find . -type f ! -name '.*' -exec cksum {} \; | sort); }

# removed: a Mac where everything waits for the restart; the vault as it was then.
removed() {
  new 15.7 apple capture-card
  on true
  tree >"$story/before"
  expect 2 'uninstall' kextirpate uninstall --approval=ask "$card"
  vault >"$story/vault"
  cp "$state/ledger.db" "$story/ledger.db"
}
same_vault() {
  vault >"$story/vault.now"
  is 'the vault is as it was' "$(diff "$story/vault" "$story/vault.now")" ''
}

# damage HOW: one way in which the file is no ledger any more.
damage() {
  case $1 in
  garbage) head -c 5000 /dev/urandom >"$state/ledger.db" ;;
  half) truncate -s $(($(stat -c %s "$state/ledger.db") / 2)) "$state/ledger.db" ;;
  empty) : >"$state/ledger.db" ;;
  foreign) rm "$state/ledger.db" && sqlite3 "$state/ledger.db" 'CREATE TABLE x (y); PRAGMA user_version = 4' ;;
  # A page of the steps: what reads the cases does not meet it.
  steps) scribble step ;;
  cases) scribble kext_case ;;
  standing) scribble standing ;;
  register) scribble vaulted ;;
  esac
}

# scribble TABLE: its root page is nonsense.
scribble() {
  page=$(sqlite3 "$state/ledger.db" "SELECT rootpage FROM sqlite_master WHERE name = '$1'")
  head -c 4096 /dev/urandom | dd of="$state/ledger.db" bs=4096 seek=$((page - 1)) conv=notrunc status=none
}

echo '# each kind of damage, met by the daemon after a restart'
for how in garbage half empty foreign steps cases register; do
  echo "# $how"
  removed
  damage $how
  cp "$state/ledger.db" "$story/damaged.db"
  restart
  if [ $how != steps ] && [ $how != register ]; then
    expect 7 'a reader cannot tell' kextirpate status "$card" --json
    standing unknown
    json "[p['matters'] for p in j['problems'] if p['source'] == 'ledger']" '[True]'
    is 'and touches nothing' "$(cmp "$story/damaged.db" "$state/ledger.db" && kept)" 0
    expect 6 'nor does undo say that there is nothing' kextirpate undo --dry-run
    says 'the ledger could not be read'
  fi
  expect 7 'the daemon cannot tell either' kextirpate recheck --json
  json "[p['source'] for p in j['problems'] if 'is kept beside it as ledger.db.damaged-' in p['message'] and 'part of it is lost' in p['message']]" "['ledger']"
  is 'the old one is kept, to the last byte' "$(cmp "$story/damaged.db" "$state"/ledger.db.damaged-*Z && kept)" 1
  is 'the new one is whole' "$(sql 'PRAGMA integrity_check' "$state/ledger.db")" 'ok '
  same_vault
  kextirpate recheck
  says_not 'damaged'
  expect 0 'and the daemon is alive again' kextirpate status
  is 'the new one is for root alone' "$(stat -c %a "$state/ledger.db")" 600
done

echo '# what could be read lives on: the cases'
for how in steps register; do
  removed
  damage $how
  restart
  kextirpate recheck
  expect 0 "without the $how" kextirpate status --json
  standing gone
  json "len(j['kexts'])" 2
done

echo '# the register: undo gives everything back'
for how in steps cases; do
  removed
  damage $how
  kextirpate undo 1
  case $status in
  0 | 2) ok "without the $how" ;;
  *) not_ok "without the $how" "$status" ;;
  esac
  on true
  tree >"$story/after"
  is 'as it was' "$(diff "$story/before" "$story/after")" ''
done

echo '# without the register: the files stay, and that is said'
removed
damage register
expect 6 'undo' kextirpate undo
says 'vault/1: holds [0-9]* of which the ledger does not know any more where they were'
same_vault
expect 6 'undo of that run' kextirpate undo 1
says 'vault/1: holds'
expect 64 'a run that never was' kextirpate undo 9

echo '# a new run does not meet what the old ones left'
removed
damage garbage
cp -R "$state/vault/1" "$story/kept.1"
mkdir -p "$mac/Library/Extensions/ExampleCapture.kext/Contents"
cp "$(find "$state/vault/1" -name Info.plist | head -n 1)" "$mac/Library/Extensions/ExampleCapture.kext/Contents/"
kextirpate uninstall --approval=never --without-replacement "$card" --json
json "j['run']" 2
is 'what the first run took is where it was' "$(diff -r "$story/kept.1" "$state/vault/1")" ''

echo '# a run that it calls unfinished is not gone on with'
removed
cp -R "$state/vault/1/1" "$mac/Library/Extensions/ExampleCaptureDriver.kext"
sqlite3 "$state/ledger.db" "UPDATE run SET state = 'running'; UPDATE step SET state = 'begun' WHERE n = 1"
damage standing
expect 6 'recheck' kextirpate recheck
says_not 'of its steps were finished'
is 'nothing was moved' "$(cd "$mac/Library/Extensions" && echo Example*)" ExampleCaptureDriver.kext
is 'the run has failed' "$(sql 'SELECT state, exit FROM run; SELECT n, state FROM step WHERE n = 1' "$state/ledger.db")" 'failed|6 1|failed '
kextirpate status --json
standing removing

echo '# a ledger that is not there any more'
removed
rm "$state/ledger.db"
restart
expect 7 'a reader cannot tell' kextirpate status "$card"
says 'is missing, although something that belongs to it is there'
expect 7 'the daemon says so once' kextirpate recheck
says 'was missing, although the vault holds what earlier runs moved'
kextirpate recheck
says_not 'was missing'
same_vault

echo '# a ledger that somebody put back is older than the vault'
new 15.7 apple capture-card
expect 2 'uninstall' kextirpate uninstall --approval=ask "$card"
cp "$state/ledger.db" "$story/ledger.db"
kextirpate undo
mkdir -p "$state/vault/7"
kextirpate uninstall --approval=never "$card" --json
json "j['run']" 8

echo '# idle, nothing of it is read'
removed
restart
expect 0 'recheck' kextirpate recheck
touch -r "$state/ledger.db" "$story/when"
head -c 4096 /dev/urandom | dd of="$state/ledger.db" bs=4096 conv=notrunc status=none
touch -r "$story/when" "$state/ledger.db"
expect 0 'as long as its name, size and time are as they were' kextirpate recheck
says 'nothing has changed since the last look'
is 'and it is left alone' "$(kept)" 0

echo '# twice in one second: both are kept'
removed
for n in 1 2 3; do
  echo garbage-$n >"$state/ledger.db"
  kextirpate recheck
done
is 'three files' "$(cat "$state"/ledger.db.damaged-* | sort | tr '\n' ' ')" 'garbage-1 garbage-2 garbage-3 '

echo '# the change of places is cut off at each of its calls'
removed
damage steps
cp -R "$state" "$story/state"
step=${LEDGER_STEP:-17}
n=$((1 - step))
while n=$((n + step)) && [ $n -lt 400 ]; do
  rm -rf "$state" && cp -R "$story/state" "$state"
  "$macsim" run --kill $n "$mac" -- kextirpate recheck >"$out" 2>"$err" || status=$?
  [ "$status" -gt 128 ] || break
  kextirpate recheck
  ids=$(sql 'SELECT count(*), (SELECT count(*) = 3 FROM vaulted) FROM kext_case' "$state/ledger.db")
  [ "$ids" = '2|1 ' ] || not_ok "killed at $n: cases and register live on" "$ids"
  [ "$(find "$state" -name 'ledger.db.damaged-*Z' | wc -l)" = 1 ] || not_ok "killed at $n: the old one is kept"
done
is 'cut off at each call, all is there' "$([ $n -gt 40 ] && echo yes || echo $n)" yes

echo '# a full disk, and one that fails'
for error in ENOSPC EIO; do
  for n in 2 9 23 40; do
    rm -rf "$state" && cp -R "$story/state" "$state"
    "$macsim" run --fail $n:$error "$mac" -- kextirpate recheck >"$out" 2>"$err"
    kextirpate recheck
    ids=$(sql 'SELECT count(*), (SELECT count(*) = 3 FROM vaulted) FROM kext_case' "$state/ledger.db")
    [ "$ids" = '2|1 ' ] || not_ok "$error at $n: cases and register live on" "$ids"
  done
  ok "$error: the next one has it all"
done

echo '# a newer one is nobody else'\''s'
removed
sqlite3 "$state/ledger.db" 'PRAGMA user_version = 99'
cp "$state/ledger.db" "$story/newer.db"
restart
for command in "uninstall $card" undo approve recheck "migrate $card"; do
  # shellcheck disable=SC2086 # words
  expect 74 "$command" kextirpate $command
  says 'was written by a newer kextirpate; it was left alone, and nothing was changed; install that version'
done
expect 7 'status' kextirpate status "$card"
says 'was written by a newer version; what earlier runs did is unknown'
is 'it is left alone' "$(cmp "$story/newer.db" "$state/ledger.db" && kept)" 0
done_testing
