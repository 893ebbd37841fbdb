#!/bin/sh
# SPDX-License-Identifier: BSD-2-Clause
# Every assumption flipped, one at a time: the end need not be happy, but what
# kextirpate says must stay true, and it must not go round in circles.
# shellcheck source=tests/story/lib.sh
. "${0%/*}/lib.sh"

card=example-capture

# What the tool calls each kext, against what the simulated Mac knows.
told_the_truth() {
  said=$(python3 -c 'import json,sys
for k in json.load(open(sys.argv[1]))["kexts"]: print(k["standing"])' "$out" 2>&1 | sort -u | tr '\n' ' ')
  loaded=$(show loaded | grep -c com.example)
  held=$({ show listed; show stashed; show instructions; } | grep -c com.example)
  case " $said " in
  *' gone '*) [ "$loaded" = 0 ] && [ "$held" = 0 ] || lies="$lies; gone, but loaded $loaded, held $held" ;;
  *' inert '*) [ "$loaded" = 0 ] || lies="$lies; inert, but loaded" ;;
  *' restart-pending '* | *' approval-pending '* | *' blocked '* | *' returned '* | *' unknown '* | *' removing '*) ;;
  *) lies="$lies; says \"$said\"" ;;
  esac
}

look() {
  kextirpate status --json
  told_the_truth
}

# The whole story; the last status of recheck is what scripts would see.
story_with() { # story_with MACOS ID VALUE
  new "$1" apple capture-card
  assume "$2" "$3"
  lies=
  kextirpate uninstall --approval=ask "$card"
  look
  restart
  look
  if [ "$1" = 13.6 ]; then
    update 15.7
    look
  fi
  kextirpate recheck --policy=repair --approval=ask --json
  look
  restart
  look
  update 15.7.1
  kextirpate recheck --policy=repair --approval=ask --json
  look
  restart
  look
  ended=$status
}

flips=$("$macsim" assumptions --json | python3 -c 'import json,sys
a=json.load(sys.stdin)
a=a["assumptions"] if isinstance(a, dict) else a
for x in a:
  starts = x.get("default", x.get("starts"))
  yes = starts in ("yes", True)
  if x["grade"] != "verbatim" or x.get("cure"): print(x["id"], "no" if yes else "yes")')
[ -n "$flips" ] || not_ok 'macsim names assumptions'
happy=0
for macos in 15.7 13.6; do
  while read -r id value; do
    story_with "$macos" "$id" "$value"
    if [ -z "$lies" ]; then
      ok "$macos with $id=$value: all true, ends with $ended"
    else
      not_ok "$macos with $id=$value: all true" "$lies"
    fi
    [ "$ended" = 0 ] && happy=$((happy + 1))
  done <<LIST
$flips
LIST
done
# A tool that never says gone would pass all of the above.
if [ "$happy" -gt 20 ]; then ok "most flips still end well ($happy)"; else not_ok "only $happy flips end well"; fi
done_testing
