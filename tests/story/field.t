#!/bin/sh
# SPDX-License-Identifier: BSD-2-Clause
# The field kit on simulated Macs: it does nothing without consent, and what its
# parser concludes from a capture is what the simulated Mac was set to, also when
# assumptions are flipped. FIELD_RUNS: how many whole runs of the kit; 9 is all.
# shellcheck source=tests/story/lib.sh
. "${0%/*}/lib.sh"

kit=$top/tests/field

if [ "${MODE:-}" = asan ]; then
  echo '1..0 # SKIP the kit runs no program of ours'
  exit 0
fi
home=private/var/root/kextirpate-field
sentence='this Mac may be wiped'

# A vendor's kext with code, for the kit's own has none and is never loaded.
"$macsim" new "$story/vendor" --macos 15.7 --chip apple --scenario capture-card-nodext

put_kit() {
  cp "$kit/field.sh" "$mac/private/tmp/field.sh"
  cp -R "$story/vendor/Library/Extensions/ExampleCaptureEvent.kext" "$mac/private/tmp/Vendor.kext"
}

field() { # field "ANSWERS" VERB [ARGUMENT...]: with answers, a word a line
  answers=$1
  shift
  # shellcheck disable=SC2086 # words without blanks
  printf '%s\n' $answers | "$macsim" run "$mac" -- env FIELD_LIMIT=0 FIELD_PAUSE=0 \
    sh /private/tmp/field.sh "$@" >"$out" 2>"$err"
  status=$?
}

begin() { # begin [OPTION...]: with the sentence, and no word after it
  echo "$sentence" | "$macsim" run "$mac" -- env FIELD_LIMIT=0 FIELD_PAUSE=0 \
    sh /private/tmp/field.sh start "$@" >"$out" 2>"$err"
  status=$?
}

state_of() { sed -n "s/^$1=//p" "$mac/$home/state"; }

# All that the kit could have changed, and all that macOS remembers.
truth() {
  tree | grep -v -e kextirpate-field -e "^./private/var/root d"
  show | grep -v '^used='
}

grades() { # grades FILE...: of the parser
  python3 "$kit/grades.py" "$@" >"$out" 2>"$err"
  status=$?
}

# --- the whole kit -----------------------------------------------------------

# What a person does and answers in each part.
answers_of() {
  case $1 in
  add) set_mac approval=yes settle=3 && echo add yes ;;
  remove) set_mac approval=no && echo remove yes ;;
  refuse) set_mac approval=no && echo refuse yes ;;
  refuse-again) set_mac approval=yes && echo allow yes ;;
  approve) set_mac approval=yes && echo approve yes ;;
  nobody) set_mac console=none && echo nobody yes ;;
  again) set_mac console=user approval=yes && echo again yes ;;
  without) set_mac approval=no && echo without yes ;;
  update) echo "$warned" ;;
  clean) set_mac approval=yes && echo "$sent" clean ;;
  esac
}

# Asks for a part and does not agree: nothing may change.
refuse_part() {
  case $1 in refuse-again | update | mdm | done) return ;; esac
  before=$(truth)
  for word in '' no yes ADD; do
    field "$word" next
    [ "$status" = 5 ] || bad="$bad $1:$word:$status"
  done
  [ "$(truth)" = "$before" ] || bad="$bad $1:changed"
}

# drive LATER: from the start to the end, with an update to macOS LATER.
drive() {
  put_kit
  warned=no sent='' bad='' turns=0
  set_mac approval=yes settle=3
  # shellcheck disable=SC2086 # words
  begin $with
  while [ "$(state_of part)" != ended ] && [ "$turns" -lt 30 ]; do
    turns=$((turns + 1)) sent=''
    case $(state_of waits) in
    restart)
      restart
      grep -q 'started without third-party' "$story/macsim" && warned=yes
      ;;
    update) update "$1" ;;
    mdm)
      "$macsim" restart --mdm-rebuild "$mac" >"$story/macsim" 2>&1
      sent=yes
      ;;
    esac
    part=$(state_of part)
    [ -z "$declining" ] || [ -n "$(state_of waits)$sent" ] || refuse_part "$part"
    # shellcheck disable=SC2046 # words
    field "$(answers_of "$part")" next
    case $status in 0 | 2) ;; *) bad="$bad $part:$status" ;; esac
  done
  cp "$mac/$home/capture.txt" "$story/capture"
}

# Every verdict of the capture is what the Mac was set to; enough are no "open".
agrees() { # agrees NAME LEAST [ID...]: the ids must have been settled
  name=$1 least=$2
  shift 2
  show assumptions >"$story/set"
  "$macsim" assumptions --json >"$story/starts"
  grades --json "$story/capture"
  told=$(python3 - "$out" "$story/set" "$story/starts" "$least" "$@" 2>&1 <<'PY'
import json, sys
verdicts = {v['id']: v for v in json.load(open(sys.argv[1]))['verdicts']}
real = {a['id']: a['starts'] for a in json.load(open(sys.argv[3]))['assumptions']}
for line in open(sys.argv[2]):
    key, value = line.strip().split('=')
    real[key] = value == 'yes'
settled = [v for v in verdicts.values() if v['holds'] is not None]
for v in settled:
    if v['id'] not in real:
        print('unknown id', v['id'])
    elif v['holds'] != real[v['id']]:
        print('%s: the capture says %s (%s)' % (v['id'], v['holds'], v['evidence']))
for name in sys.argv[5:]:
    if verdicts.get(name, {'holds': None})['holds'] is None:
        print('%s: is open (%s)' % (name, verdicts.get(name, {}).get('evidence')))
if len(settled) < int(sys.argv[4]):
    print('only %d are settled' % len(settled))
print('# %d settled' % len(settled), file=sys.stderr)
PY
)
  count_told=$(echo "$told" | sed -n 's/^# //p')
  told=$(echo "$told" | grep -v '^# ')
  if [ -z "$told" ] && [ -z "$bad" ] && [ "$(state_of part)" = ended ]; then
    ok "$name: the capture tells what the Mac is ($count_told)"
  else
    not_ok "$name: the capture tells what the Mac is" "$told" "bad:$bad" "part: $(state_of part)"
  fi
}

# run MACOS CHIP: whether there is a turn for one more whole run; its Mac.
run() {
  [ "$((runs = runs + 1))" -le "${FIELD_RUNS:-3}" ] && new "$1" "$2" clean
}

runs=0
declining=
with='--kext /private/tmp/Vendor.kext'
unproven='rebuild-success-is-zero rebuild-omits-empty-blocks collection-changes-at-once
 empty-collection-goes refusal-can-be-repeated refusal-is-authentication-error log-shows-work
 rebuild-sees-change-at-once clear-staging-removes-folders tampered-collection-is-refused
 update-removes-old-boot-folder sealed-collection-shows-in-policy staged-is-not-found
 unknown-verb-is-usage-error unload-of-missing-is-three mdm-rebuild-removes'

flip() { # flip VALUE ID...
  value=$1
  shift
  for one in "$@"; do assume "$one" "$value"; done
}

echo '# without consent nothing happens'
new 15.7 apple clean
put_kit
before=$(truth)
"$macsim" run "$mac" -- sh /private/tmp/field.sh start </dev/null >"$out" 2>"$err"
is 'start with an empty stdin' $? 5
"$macsim" run "$mac" -- sh /private/tmp/field.sh start <&- >"$out" 2>"$err"
is 'start with a closed stdin' $? 5
for word in no yes add 'THIS MAC MAY BE WIPED'; do
  echo "$word" | "$macsim" run "$mac" -- sh /private/tmp/field.sh start >"$out" 2>"$err"
  is "start, and the answer is \"$word\"" $? 5
done
says '^Nothing was done.$'
echo "$sentence" | "$macsim" run --as user "$mac" -- sh /private/tmp/field.sh start >"$out" 2>"$err"
is 'start without root' $? 77
says '^field: start needs root: sudo sh field.sh start; nothing was done$'
for verb in continue next stop; do
  expect 64 "$verb before start" field '' "$verb"
done
says '^field: nothing was begun; "field.sh start" begins$'
expect 64 'no verb' field ''
expect 64 'another verb' field '' wipe
expect 66 'start with a kext that is not there' field '' start --kext /nowhere.kext
is 'all of which changed nothing' "$(truth)" "$before"
is 'no folder of the kit' "$(ls "$mac/private/var/root")" ''
begin
is 'with the sentence, and no word for the first part' $status 5
is 'nothing changed but its own folder' "$(truth)" "$before"
expect 64 'start a second time' field '' start
expect 0 'stop' field stop stop
is 'no kext stays' "$(find "$mac/Library/Extensions" -name 'Kextirpate*')" ''

echo '# look'
new 15.7 apple capture-card
put_kit
before=$(truth)
"$macsim" run --as user "$mac" -- env FIELD_LIMIT=0 sh /private/tmp/field.sh look /private/tmp/look.txt \
  >"$out" 2>"$err" </dev/null
is 'look without root' $? 0
is 'look changes nothing' "$(truth)" "$before"
cp "$mac/private/tmp/look.txt" "$story/look"
expect 0 'the parser reads it' grades "$story/look"
says '^unknown-verb-is-usage-error  *no '
"$macsim" run "$mac" -- sh /private/tmp/field.sh look /private/tmp/look.txt >"$out" 2>"$err"
is 'look replaces no file' $? 73
set_mac console=carlotta
mkdir -p "$mac/Users/carlotta/Example"
on sh /private/tmp/field.sh look /private/tmp/named.txt
if grep -q carlotta "$mac/private/tmp/named.txt"; then not_ok 'a name is hidden'; else ok 'a name is hidden'; fi
if grep -q Simulated-Mac "$mac/private/tmp/named.txt"; then not_ok 'the Mac is not named'; else ok 'the Mac is not named'; fi

echo '# the whole kit'
declining=yes
run 15.7 apple
drive 15.7.1
agrees 'as macsim stands' 35 rebuild-drops-missing rebuild-drops-stash-and-instructions \
  stash-is-not-found update-relinks-from-stash rebuild-without-collection-keeps-stash
declining=
cp "$story/capture" "$story/whole"
is 'nothing of the kit stays' "$(show listed)$(show loaded)$(show stashed)" ''

if run 13.6 apple; then
  with=
  drive 14.6
  agrees '13' 2 rebuild-since-14 unload-of-missing-is-three
  with='--kext /private/tmp/Vendor.kext'
fi

if run 26.0 intel; then
  flip yes intel-root-unlink
  flip no update-relinks-from-stash
  drive 26.2
  agrees 'Intel' 30 intel-root-unlink collection-on-data update-relinks-from-stash
fi

if run 15.7 apple; then
  set_mac mdm=allowed
  # shellcheck disable=SC2086 # words
  flip yes $unproven rebuild-repeats-while-pending
  drive 15.7.1
  # shellcheck disable=SC2046,SC2086 # words
  agrees 'all guesses kind' 35 $(echo $unproven | tr ' ' '\n' | grep -v tampered)
fi

if run 15.7 apple; then
  flip yes rebuild-repeats-while-pending tampered-collection-is-refused
  flip no rebuild-drops-stash-and-instructions missing-bundle-not-loadable \
    rebuild-without-collection-keeps-stash update-changes-boot-folder start-stages-loaded
  drive 15.7.1
  agrees 'cures that do not hold' 25 start-stages-loaded rebuild-drops-stash-and-instructions \
    missing-bundle-not-loadable rebuild-without-collection-keeps-stash \
    update-changes-boot-folder rebuild-repeats-while-pending tampered-collection-is-refused
fi

if run 15.7 apple; then
  flip no rebuild-drops-missing addition-is-stashed
  drive 15.7.1
  agrees 'no rebuild drops anything' 15 addition-is-stashed rebuild-drops-missing
fi

if run 15.7 apple; then
  flip no stash-is-not-found
  drive 15.7.1
  agrees 'the stash counts as found' 15 stash-is-not-found
fi

if run 15.7 apple; then
  flip no preboot-root-unlink third-party-needs-bundle-approval loaded-until-restart
  drive 15.7.1
  agrees 'Preboot is kept' 25 preboot-root-unlink third-party-needs-bundle-approval \
    loaded-until-restart
fi

if run 15.7 apple; then
  with=
  drive 15.7.1
  agrees 'with the kit'"'"'s own kext, without code' 28 rebuild-drops-missing stash-is-not-found
fi

echo '# captures that are not whole'
broken() { # broken NAME: the parser refuses $story/broken with the line
  grades "$story/broken"
  if [ "$status" = 65 ] && grep -qE "^$story/broken:[0-9]+: " "$err" && [ ! -s "$out" ]; then
    return 0
  fi
  not_ok "$1" "status $status"
  return 1
}
lines=$(wc -l <"$story/look") refused=0 at=1
while [ "$at" -lt "$lines" ]; do
  head -n "$at" "$story/look" >"$story/broken"
  broken "cut after line $at" || break
  refused=$((refused + 1)) at=$((at + lines / 20 + 1))
done
bytes=$(wc -c <"$story/look") at=1
while [ "$at" -lt "$bytes" ]; do
  head -c "$at" "$story/look" >"$story/broken"
  broken "cut after byte $at" || break
  refused=$((refused + 1)) at=$((at + bytes / 20 + 1))
done
for change in 's/^out: .*/out: 99999/' 's/^out: .*/out: 99999999999/' 's/^status: .*/status: many/' \
  's/^argv:/argw:/' 's/^#end$/#ende/' 's/^#section .*/#section/' 's/capture 1$/capture 2/' '/^|/d' \
  '/^began/d' 's/^status: .*/status: 256/' 's/^#section command look/#section command look me/'; do
  sed "$change" "$story/look" >"$story/broken"
  broken "$change" || continue
  refused=$((refused + 1))
done
head -c 5000 /dev/urandom >"$story/broken"
broken 'garbage' && refused=$((refused + 1))
: >"$story/broken"
broken 'an empty file' && refused=$((refused + 1))
if [ "$refused" -ge 50 ]; then ok "$refused broken captures refused, each with its line"; else not_ok "only $refused refused"; fi
{
  sed '$d' "$story/look"
  printf '#section command cut/off\nargv:\tls\n#cut\n#close\n'
} >"$story/cut"
expect 0 'a run that was cut off and went on is read' grades "$story/cut"
expect 66 'no such file' grades "$story/none"
expect 64 'no file' grades

echo '# fixtures'
expect 0 'fixtures are written' grades --fixtures "$story/fixtures" "$story/whole"
is 'each command has its output and its error' "$(find "$story/fixtures" -name '*.out' | wc -l)" \
  "$(grep -c '^#section command' "$story/whole")"
is 'as the tool printed it' "$(cat "$story"/fixtures/*-nobody-rebuild.out | tail -n 1)" \
  'Error Domain=com.apple.LocalAuthentication Code=-6 "Biometry is not available on this device."'
done_testing
