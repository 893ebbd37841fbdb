#!/bin/sh
# SPDX-License-Identifier: BSD-2-Clause
# A volume that answers late, and one that never does: a slow one changes no answer; on the
# other each command ends itself by its clock, keeps nobody waiting, and leaves a whole
# ledger and a free lock, so that the next one on a healthy volume ends as it should.
# shellcheck source=tests/story/lib.sh
. "${0%/*}/lib.sh"

card=example-capture
state="$mac/Library/Application Support/kextirpate"
own="/Library/Application Support/kextirpate"

# removed: a Mac that was restarted after the removal.
removed() {
  new 15.7 apple capture-card
  expect 2 'uninstall' kextirpate uninstall --approval=ask "$card"
  restart
}

is_free() { is "$1" "$(flock -n "$state/lock" echo free)" free; }

# ends_by_clock STATUS COMMAND...: and says so.
ends_by_clock() {
  wanted=$1
  shift
  expect "$wanted" "$*" kextirpate "$@"
  says "kextirpate: $1 has not come to its end in .* minutes and ends itself: a volume or a tool of macOS does not answer"
  is 'and nothing else' "$(wc -c <"$out")" 0
}

echo '# slow'
new 15.7 apple capture-card
set_mac slow=/Library/Extensions:5
expect 2 'uninstall' kextirpate uninstall --approval=ask "$card"
restart
set_mac "slow=$own:2"
expect 0 'recheck' kextirpate recheck --json
standing gone
set_mac slow=/private/var/db:1
expect 0 'idle' kextirpate recheck
says 'nothing has changed since the last look'
expect 0 'status' kextirpate status

echo '# never, where kexts are looked for'
removed
before=$(ledger)
set_mac slow=/Library/Extensions:never
ends_by_clock 74 recheck
says '50 minutes'
is 'nothing is half recorded' "$(ledger)" "$before"
is_free 'nobody holds the lock'
ends_by_clock 74 status
ends_by_clock 74 scan
ends_by_clock 1 status --installcheck "$card"
ends_by_clock 74 status --wait=10m
says '60 minutes'
set_mac slow=none
expect 0 'the next recheck does it all' kextirpate recheck --json
standing gone
set_mac slow=/Library/Extensions:never
ends_by_clock 74 recheck
is_free 'nor does an idle one'

echo '# meanwhile others are told at once, and SIGTERM ends it'
removed
before=$(ledger)
set_mac slow=/Library/Extensions:never
# shellcheck disable=SC2016 # the inner shell's
"$macsim" run "$mac" -- sh -c 'kextirpate recheck --wait=20h & echo $! >/private/tmp/pid; wait $!' >"$story/waiting" 2>&1 </dev/null &
waiting=$!
# Who tries the lock himself may be the one that it meets.
until grep -q ":$(stat -c %i "$state/lock") " /proc/locks || ! kill -0 $waiting; do :; done
for command in recheck "uninstall $card" undo; do
  # shellcheck disable=SC2086 # words
  expect 75 "$command" kextirpate $command
done
kill -TERM "$(cat "$mac/private/tmp/pid")"
wait $waiting
is 'SIGTERM ends what waits' $? 143
is 'nothing is half recorded' "$(ledger)" "$before"
set_mac slow=none
expect 0 'the next one does it all' kextirpate recheck

echo '# never, where the ledger is'
removed
before=$(ledger)
set_mac "slow=$own:never"
ends_by_clock 74 recheck
ends_by_clock 74 status
set_mac slow=none
is 'nothing is half recorded' "$(ledger)" "$before"
expect 0 'the next recheck does it all' kextirpate recheck

echo '# never, in the middle of a removal'
new 15.7 apple capture-card
kextirpate recheck
set_mac "slow=$own/vault/1:never"
ends_by_clock 74 uninstall --approval=ask "$card"
set_mac slow=none
expect 6 'a reader sees that it is not finished' kextirpate scan
expect 6 'so does the daemon' kextirpate recheck --json
standing removing
expect 2 'the next run ends it' kextirpate uninstall --approval=ask "$card"
restart
expect 0 'gone' kextirpate recheck
done_testing
