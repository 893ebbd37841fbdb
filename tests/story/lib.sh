# SPDX-License-Identifier: BSD-2-Clause
# shellcheck shell=sh
# What every story begins with. TAP on stdout; the last command's output is in
# $out and $err, its status in $status, its JSON is asked with json.
set -u

if [ "$(uname -s)" != Linux ]; then
  echo '1..0 # SKIP the simulated Mac needs Linux'
  exit 0
fi

top=$(cd "${0%/*}/../.." && pwd)
macsim=$top/tests/macsim/macsim
story=$(mktemp -d "${TMPDIR:-/tmp}/story.XXXXXX")
trap 'rm -rf "$story"' EXIT
trap 'exit 1' INT TERM
mac=$story/mac
out=$story/out
err=$story/err
count=0
failures=0
status=0

# ok NAME: a test that passed. not_ok NAME [WHY...]: one that did not.
ok() {
  count=$((count + 1))
  echo "ok $count - $*"
}

not_ok() {
  count=$((count + 1))
  failures=$((failures + 1))
  echo "not ok $count - $1"
  shift
  for line in "$@"; do echo "# $line"; done
  sed 's/^/# out: /' "$out" 2>/dev/null | head -n 40
  sed 's/^/# err: /' "$err" 2>/dev/null | head -n 20
}

is() { # is NAME GOT WANTED
  if [ "$2" = "$3" ]; then ok "$1"; else not_ok "$1" "got:    $2" "wanted: $3"; fi
}

# A story that ends well leans on what nobody has proven: it says on what.
rests_on() {
  [ ! -d "$mac/.macsim" ] || echo "# rests on: $(show used | sort -u | tr '\n' ' ')"
}

# new MACOS CHIP SCENARIO: a simulated Mac.
new() {
  rests_on
  "$macsim" new "$mac" --macos "$1" --chip "$2" --scenario "$3" >"$out" 2>"$err" ||
    { not_ok "macsim new $*"; done_testing; exit 1; }
}

# on COMMAND...: runs it on the simulated Mac as root. on_as USER COMMAND...
on() { on_as "" "$@"; }

on_as() {
  who=$1
  shift
  "$macsim" run ${who:+--as "$who"} "$mac" -- "$@" >"$out" 2>"$err" </dev/null
  status=$?
  # The sanitizer misses /proc in the sandbox.
  [ "${MODE:-}" != asan ] || sed -i '/^==[0-9]*==WARNING: reading executable name/d' "$err"
}

kextirpate() { on kextirpate "$@"; }

# ledger: whether it is whole, what it says of each case, and how many runs are unfinished.
ledger() {
  python3 -c 'import sqlite3, sys
db = sqlite3.connect(sys.argv[1])
print(db.execute("PRAGMA integrity_check").fetchone()[0],
      db.execute("SELECT standing, rebuild, was_clean FROM kext_case ORDER BY key").fetchall(),
      db.execute("SELECT count(*) FROM run WHERE state = ?", ("running",)).fetchone()[0])' \
    "$mac/Library/Application Support/kextirpate/ledger.db"
}

# expect STATUS NAME COMMAND...
expect() {
  wanted=$1 name=$2
  shift 2
  "$@"
  if [ "$status" = "$wanted" ]; then
    ok "$name ($wanted)"
  else
    not_ok "$name" "status $status, wanted $wanted: $*"
  fi
}

restart() { "$macsim" restart "$mac" >"$story/macsim" 2>&1 || not_ok restart "$(cat "$story/macsim")"; }
update() { "$macsim" update "$mac" "$1" >"$story/macsim" 2>&1 || not_ok "update $1" "$(cat "$story/macsim")"; }
set_mac() { "$macsim" set "$mac" "$@" >"$story/macsim" 2>&1 || not_ok "set $*" "$(cat "$story/macsim")"; }
assume() { set_mac "assumption.$1=$2"; }
show() { "$macsim" show "$mac" "$@" 2>/dev/null; }

# json EXPRESSION WANTED: a Python expression over j, the JSON of the last command.
json() {
  got=$(python3 -c 'import json,sys; j=json.load(open(sys.argv[1])); print(eval(sys.argv[2]))' \
    "$out" "$1" 2>&1)
  is "$1" "$got" "$2"
}

# standing WANTED: every case has that standing.
standing() {
  json "sorted({str(k['standing']) for k in j['kexts']})" "['$1']"
}

# says WORDS / says_not WORDS: what stands in the last output.
says() {
  if cat "$out" "$err" | grep -q -e "$1"; then ok "says: $1"; else not_ok "says: $1"; fi
}
says_not() {
  if cat "$out" "$err" | grep -q -e "$1"; then not_ok "does not say: $1"; else ok "does not say: $1"; fi
}

# exactly NAME [all] [copy]: the last scan tells what the scenario has laid, no trace
# less and none more (tests/story/traces.py).
exactly() {
  name=$1
  shift
  show --traces >"$story/laid"
  if told=$(python3 "$top/tests/story/traces.py" "$out" "$story/laid" "$@" 2>&1); then
    ok "$name: exactly what was laid ($told)"
  else
    not_ok "$name: exactly what was laid"
    echo "$told" | sed 's/^/# /'
  fi
}

# tree: a line for everything on the Mac that root could have moved: path, kind, mode,
# owner, size, checksum. What macOS and the tool keep for themselves is left out.
tree() {
  (cd "$mac" && find . \( -path ./.macsim -o -path ./dev -o -path ./lib -o -path ./lib64 \
    -o -path ./bin -o -path ./usr -o -path ./private/tmp -o -path ./System \
    -o -path './Library/Application Support/kextirpate' -o -path ./private/var/db/KernelExtensionManagement \
    -o -path ./Library/StagedExtensions -o -path ./private/var/db/SystemPolicyConfiguration \) -prune \
    -o \( -type f -printf '%p f %m %U %G %s ' -exec cksum {} \; \) \
    -o -printf '%p %y %m %U %G %l\n') | sort
}

done_testing() {
  rests_on
  echo "1..$count"
  [ "$failures" = 0 ]
}
