#!/bin/sh
# SPDX-License-Identifier: BSD-2-Clause
# status.json: what status --json answers as root, for whoever is not. Written by what
# changes the ledger, whole at each moment, and no run fails over it.
# shellcheck source=tests/story/lib.sh
. "${0%/*}/lib.sh"

card=example-capture
state="$mac/Library/Application Support/kextirpate"
file="$state/status.json"

# says_the_same NAME: the file is what status --json answers, but for when and who asked.
says_the_same() {
  cp "$file" "$story/status.json"
  kextirpate status --json
  is "$1: the file says what status says" "$(python3 -c 'import json, sys
def load(name):
    report = json.load(open(name))
    del report["at"], report["problems"] # a run has some of its own
    # What each command asks of the Mac beside the kexts differs.
    for name in ("context", "console_user", "filevault", "mdm"):
        del report["host"][name]
    return report
a, b = load(sys.argv[1]), load(sys.argv[2])
print("same" if a == b else (a, b), len(a["kexts"]) > 0)' "$story/status.json" "$out")" "${2:-same True}"
}
stamp() { stat -c '%i %y %s' "$file"; }

echo '# after each command that changes the ledger'
new 15.7 apple capture-card
for command in 'status' 'scan' "plan $card" "uninstall --dry-run $card" 'recheck --dry-run'; do
  # shellcheck disable=SC2086 # words
  kextirpate $command
done
is 'what only looks writes none' "$(find "$state" -name 'status.json*' 2>/dev/null)" ''
on sh -c "umask 077; exec kextirpate uninstall --approval=never $card"
is 'uninstall' "$status" 3
is 'it is for all to read, whatever the umask' "$(stat -c '%a %U' "$file")" '644 root'
says_the_same uninstall
on_as user cat '/Library/Application Support/kextirpate/status.json'
json "sorted((k['bundle_id'], k['standing'], k['exit']) for k in j['kexts'])" \
  "[('com.example.capture.driver', 'approval-pending', 3), ('com.example.capture.event', 'approval-pending', 3)]"
on_as user sh -c 'sed -n '\''s/.*"exit":\([0-9]*\)}$/\1/p'\'' "/Library/Application Support/kextirpate/status.json"'
is 'the status is the last number, for a script' "$(cat "$out")" 3
expect 7 'what waits for an approval cannot be told without the ledger' on_as user kextirpate approve --dry-run
expect 7 'status itself points a person there' on_as user kextirpate status
says 'status.json beside it is for all to read'
expect 2 'approve' kextirpate approve
says_the_same approve
restart
expect 0 'recheck' kextirpate recheck
says_the_same recheck
before=$(stamp)
kextirpate recheck
says 'nothing has changed since the last look'
is 'idle it is left alone' "$(stamp)" "$before"
kextirpate undo
says_the_same undo
new 15.7 apple capture-card
expect 5 'a command that is refused' kextirpate uninstall --rules /opt com.example.capture.driver
is 'writes none' "$(find "$state" -name 'status.json*')" ''
kextirpate migrate --approval=ask "$card"
says_the_same migrate

echo '# handoff'
new 15.7 apple capture-card
expect 2 'uninstall' kextirpate uninstall --approval=ask "$card"
restart
kextirpate recheck
"$macsim" run --as user "$mac" -- \
  '/Applications/Example Capture.app/Contents/MacOS/Example Capture' deactivate >"$out" 2>&1
kextirpate handoff "$card"
says_the_same handoff
before=$(stamp)
( flock 9; "$macsim" run "$mac" -- kextirpate handoff "$card" >"$out" 2>"$err" </dev/null ) 9>"$state/lock"
is 'while another run is at work it is that one'\''s' "$(stamp)" "$before"

echo '# a disk that is full, and one that fails: whole at each moment'
new 15.7 apple capture-card
expect 2 'uninstall' kextirpate uninstall --approval=ask "$card"
restart
cp -R "$state" "$story/state"
said=0
step=${LEDGER_STEP:-4}
for error in ENOSPC EIO; do
  n=$((1 - step))
  while n=$((n + step)) && [ $n -lt 60 ]; do
    rm -rf "$state" && cp -R "$story/state" "$state"
    "$macsim" run --fail $n:$error "$mac" -- kextirpate recheck >"$out" 2>"$err"
    status=$?
    python3 -m json.tool "$file" >/dev/null 2>&1 || not_ok "$error at $n: the file is whole"
    grep -q 'status.json: .*; what it says may be old' "$err" || continue
    said=$((said + 1))
    is "$error at $n: the run does not fail over it" "$status" 0
    kextirpate recheck
    says_the_same "$error at $n: the next recheck"
  done
done
is 'it was said' "$([ $said -gt 1 ] && echo yes || echo $said)" yes

echo '# cut off'
step=${LEDGER_STEP:-17}
n=$((1 - step))
while n=$((n + step)) && [ $n -lt 200 ]; do
  rm -rf "$state" && cp -R "$story/state" "$state"
  "$macsim" run --kill $n "$mac" -- kextirpate recheck >"$out" 2>"$err" || status=$?
  python3 -m json.tool "$file" >/dev/null 2>&1 || not_ok "killed at $n: the file is whole"
  [ "$status" -gt 128 ] || break
  status=0
done
is 'at each call, the file is whole' "$([ $n -gt 20 ] && echo yes || echo $n)" yes
kextirpate recheck
says_the_same 'and the next recheck'
done_testing
