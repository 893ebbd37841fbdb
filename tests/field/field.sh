#!/bin/sh
# SPDX-License-Identifier: BSD-2-Clause
# field.sh: settles on a throw-away Mac what this project only believes of macOS.
# For macOS's own /bin/sh and macOS's own tools; README.md beside it says how.
#
#   sh field.sh look [FILE]   reads only; writes FILE (default kextirpate-look.txt)
#   sudo sh field.sh start    asks for a sentence, then goes from part to part
#   sudo sh field.sh continue after each restart
#   sudo sh field.sh next     one part only
#   sudo sh field.sh stop     takes its kext away and ends
#
# Every part says what it will do and how to go back, and waits for a word. A closed
# stdin or another word: nothing is done (status 5). Statuses: 0 done, 2 waits for a
# restart or an update, 5 no consent, 64 usage, 73 cannot write, 77 not root.
set -u
PATH=/usr/bin:/bin:/usr/sbin:/sbin
LC_ALL=C
export PATH LC_ALL
umask 077

id=org.kextirpate.field
kext=KextirpateField.kext
bundle=/Library/Extensions/$kext
home=/private/var/root/kextirpate-field
sentence='this Mac may be wiped'
auxkc=/private/var/db/KernelExtensionManagement/AuxKC/CurrentAuxKC
policy=/private/var/db/SystemPolicyConfiguration/KextPolicy
limit=${FIELD_LIMIT:-180} # seconds that a command may take; 0: as many as it wants
pause=${FIELD_PAUSE:-5}   # seconds between two looks at kernelmanagerd
looks=20                  # looks at the most

say() { printf '%s\n' "$@"; }

fail() { # fail STATUS TEXT...
  code=$1
  shift
  printf 'field: %s\n' "$@" >&2
  exit "$code"
}

# --- the capture -------------------------------------------------------------

# Names of persons and of this Mac become others before anything is written.
hide_rules() {
  n=0
  for folder in /Users/*; do
    name=${folder#/Users/}
    case $name in '*' | Shared | Guest) continue ;; esac
    n=$((n + 1))
    safe=$(printf '%s' "$name" | sed 's/[][\.*^$/]/\\&/g')
    printf 's/\\/Users\\/%s/\\/Users\\/person%s/g\n' "$safe" "$n"
    case $name in
    user | admin | root | apple | macos | test | kext | ? | ?? | ???) ;;
    *) printf 's/%s/person%s/g\n' "$safe" "$n" ;;
    esac
  done
  for key in ComputerName LocalHostName HostName; do
    name=$(scutil --get "$key" 2>/dev/null) || continue
    [ "${#name}" -gt 3 ] || continue
    printf 's/%s/this-mac/g\n' "$(printf '%s' "$name" | sed 's/[][\.*^$/]/\\&/g')"
  done
  for key in SerialNumber UUID; do
    ioreg -rd1 -c IOPlatformExpertDevice 2>/dev/null |
      sed -n "s/.*\"IOPlatform$key\" = \"\\([0-9A-Za-z-]*\\)\".*/s\\/\\1\\/hidden\\/g/p"
  done
}

capture_open() { # capture_open FILE FOLDER
  capture=$1 work=$2
  if [ -s "$capture" ]; then
    [ "$(tail -n 1 "$capture")" = '#close' ] || printf '\n#cut\n' >>"$capture"
  else
    say '#kextirpate-capture 1' >"$capture" || fail 73 "$capture: cannot be written; nothing was done"
  fi
  rm -rf "$work"
  mkdir "$work" || fail 73 "$work: cannot be made; nothing was done"
  hide_rules | sort -u >"$work/hide"
  trap 'rm -rf "$work"' EXIT
  trap 'exit 1' INT TERM HUP
}

capture_close() { say '#close' >>"$capture"; }

now() { date -u +%Y-%m-%dT%H:%M:%SZ; }

# Lines of a file, each after a bar, with their number before them.
lines() { # lines NAME FILE
  head -n 20000 "$2" | sed -f "$work/hide" | awk '{ print "|" $0 }' >"$work/lines"
  say "$1: $(($(wc -l <"$work/lines")))"
  cat "$work/lines"
}

fact() { # fact LABEL TEXT: what is no command's output
  { say "#section fact $1" "value: $2" '#end'; } >>"$capture"
}

# Runs a command without stdin and for a limited time; $status is its status.
cap() { # cap LABEL COMMAND...
  label=$1
  shift
  began=$(now)
  "$@" </dev/null >"$work/out" 2>"$work/err" &
  job=$! watch=
  if [ "$limit" -gt 0 ]; then
    (
      i=0
      while [ "$i" -lt "$limit" ]; do
        sleep 1
        i=$((i + 1))
      done
      kill "$job"
    ) >/dev/null 2>&1 &
    watch=$!
  fi
  wait "$job"
  status=$?
  if [ -n "$watch" ]; then
    kill "$watch" 2>/dev/null
    wait "$watch" 2>/dev/null
  fi
  {
    say "#section command $label"
    printf 'argv:'
    for word in "$@"; do printf '\t%s' "$word"; done | sed -f "$work/hide"
    printf '\n'
    say "began: $began" "ended: $(now)" "status: $status"
    lines out "$work/out"
    lines err "$work/err"
    say '#end'
  } >>"$capture"
}

# Every file below places, with owner, mode and (on macOS) flags.
list_files() { # list_files LABEL PLACE...
  label=$1
  shift
  cap "$label" find "$@" -exec ls $list {} +
}

# --- looking -----------------------------------------------------------------

list='-ldn'
ls -ldnO / >/dev/null 2>&1 && list='-ldnO'

collections() {
  find /System/Volumes/Preboot /Library/KernelCollections \
    \( -name 'kernelcache.auxk*' -o -name 'AuxiliaryKernelExtensions.kc*' \) -type f 2>/dev/null
}

snap() { # snap LABEL: what this Mac says of its kexts
  cap "$1/sw_vers" sw_vers
  cap "$1/csrutil" csrutil status
  for key in hw.machine hw.optional.arm64 kern.osversion kern.bootsessionuuid kern.safeboot \
    kern.auxiliaryfilesetuuid kern.kernelcacheuuid kern.filesetuuid kern.bootobjectspath; do
    cap "$1/$key" sysctl -n "$key"
  done
  cap "$1/inspect" kmutil inspect
  cap "$1/inspect-uuids" kmutil inspect --show-kext-uuids
  cap "$1/loaded" kmutil showloaded --list-only
  cap "$1/showloaded" kmutil showloaded --collection aux --show all
  cap "$1/check" kmutil check --collection aux --load-info
  list_files "$1/kept" "$auxkc"
  cap "$1/instructions" cat "$auxkc/com.apple.kcgen.instructions.plist"
  cap "$1/uakl" cat "$auxkc/com.apple.kcgen.uakl.plist"
  list_files "$1/staged" /Library/StagedExtensions
  list_files "$1/extensions" /Library/Extensions
  list_files "$1/collections" /System/Volumes/Preboot /Library/KernelCollections \
    \( -name 'kernelcache.auxk*' -o -name 'AuxiliaryKernelExtensions.kc*' \)
  cap "$1/boot-folders" find /System/Volumes/Preboot -maxdepth 3 -path '*/boot/*'
  cap "$1/active" find /System/Volumes/Preboot -maxdepth 3 -name active -exec cat {} \;
  cap "$1/bputil" bputil -d
  cap "$1/enrolled" profiles status -type enrollment
}

look() { # look FILE
  out=$1
  [ ! -e "$out" ] || fail 73 "$out: is there already; nothing was done"
  capture_open "$out" "$out.work"
  fact part look
  snap look
  cap look/help kmutil --help
  cap look/unknown kmutil kextirpate-no-such-verb
  cap look/unload kmutil unload -b org.kextirpate.nobody
  cap look/policy sqlite3 "file:$policy?immutable=1" .schema
  cap look/dumpstate kmutil dumpstate
  cap look/ioreg ioreg -l -w 0
  cap look/dexts systemextensionsctl list
  cap look/console stat -f '%Su %u' /dev/console
  cap look/scutil sh -c 'echo "show State:/Users/ConsoleUser" | scutil'
  capture_close
  chmod 644 "$out"
  say "$out: written; nothing else was changed"
}

# --- the state, which outlasts restarts --------------------------------------

state_get() { sed -n "s/^$1=//p" "$home/state" 2>/dev/null; }

state_put() { # state_put KEY=VALUE...
  for pair in "$@"; do
    if ! { grep -v "^${pair%%=*}=" "$home/state" 2>/dev/null; say "$pair"; } >"$home/state.new" ||
      ! mv "$home/state.new" "$home/state"; then
      fail 73 "$home/state: cannot be written"
    fi
  done
}

boot_id() { sysctl -n kern.bootsessionuuid; }
build_id() { sysctl -n kern.osversion; }

# then WHAT PART: what has to happen before which part.
then_do() {
  state_put "part=$2" "waits=$1" "boot=$(boot_id)" "build=$(build_id)"
}

# consent WORD TEXT...: explains; only that word agrees.
consent() {
  word=$1
  shift
  say '' "== $word ==" "$@" '' "Type $word to go on, anything else to leave it:"
  IFS= read -r answer || answer=
  [ "$answer" = "$word" ] && return 0
  say "Nothing was done. \"field.sh continue\" asks again, \"field.sh stop\" ends."
  capture_close
  exit 5
}

ask() { # ask LABEL QUESTION
  say "$2 [yes/no]"
  IFS= read -r answer || answer=
  case $answer in yes | no) ;; *) answer=unknown ;; esac
  fact "$1" "$answer"
}

# --- acting ------------------------------------------------------------------

# A kext without code: a personality that no device matches.
make_kext() {
  rm -rf "${home:?}/$kext"
  if [ -n "$(state_get kext)" ]; then
    cp -R "$(state_get kext)" "$home/$kext"
    return
  fi
  mkdir -p "$home/$kext/Contents"
  cat >"$home/$kext/Contents/Info.plist" <<PLIST
<?xml version="1.0" encoding="UTF-8"?>
<!DOCTYPE plist PUBLIC "-//Apple//DTD PLIST 1.0//EN" "http://www.apple.com/DTDs/PropertyList-1.0.dtd">
<plist version="1.0">
<dict>
	<key>CFBundleIdentifier</key>
	<string>$id</string>
	<key>CFBundleInfoDictionaryVersion</key>
	<string>6.0</string>
	<key>CFBundleName</key>
	<string>KextirpateField</string>
	<key>CFBundlePackageType</key>
	<string>KEXT</string>
	<key>CFBundleShortVersionString</key>
	<string>1.0</string>
	<key>CFBundleVersion</key>
	<string>1.0.0</string>
	<key>IOKitPersonalities</key>
	<dict>
		<key>Nothing</key>
		<dict>
			<key>CFBundleIdentifier</key>
			<string>com.apple.kpi.iokit</string>
			<key>IOClass</key>
			<string>IOService</string>
			<key>IOProviderClass</key>
			<string>OrgKextirpateFieldNothing</string>
		</dict>
	</dict>
	<key>OSBundleRequired</key>
	<string>Auxiliary</string>
</dict>
</plist>
PLIST
  [ -z "${FIELD_SIGN:-}" ] || cap make/codesign codesign --force --sign "$FIELD_SIGN" "$home/$kext"
}

put_kext() { # put_kext LABEL
  make_kext
  cap "$1/put" cp -R "$home/$kext" "$bundle"
  chown -R 0:0 "$bundle"
  chmod -R go+rX "$bundle"
}

take_kext() { # take_kext LABEL
  rm -rf "$home/away"
  cap "$1/mv" mv "$bundle" "$home/away"
}

# Looks at kernelmanagerd's log until two looks in a row show nothing of it.
settle() { # settle LABEL
  quiet=0 i=0
  while [ "$quiet" -lt 2 ] && [ "$i" -lt "$looks" ]; do
    [ "$i" = 0 ] || sleep "$pause"
    i=$((i + 1))
    cap "$1/log-$i" kmutil log show --last "${pause}s"
    if grep -q kernelmanagerd "$work/out"; then quiet=0; else quiet=$((quiet + 1)); fi
  done
}

# rebuild LABEL WHAT: $changes is yes when it proposed anything.
rebuild() {
  say "-> kmutil rebuild: $2"
  cap "$1" kmutil rebuild
  changes=no
  grep -qE '^\[[-+]\] ' "$work/out" && changes=yes
  sed 's/^/   /' "$work/out" "$work/err"
}

is_listed() { kmutil inspect 2>/dev/null | grep -q "^$(kext_id)[[:space:]]"; }

kext_id() { state_get id; }

# --- the parts ---------------------------------------------------------------

part_add() {
  consent add \
    "Puts $bundle in place, asks kmutil to rebuild (a dialog comes: allow it)." \
    "Way back: field.sh stop."
  fact part add
  snap add.before
  cap add/unknown kmutil kextirpate-no-such-verb
  cap add/unload kmutil unload -b org.kextirpate.nobody
  put_kext add
  cap add/log-0 kmutil log show --last "${pause}s"
  rebuild add/rebuild-at-once 'allow it when asked'
  if [ "$changes" = no ] && [ "$status" = 0 ]; then
    settle add
    rebuild add/rebuild-later 'allow it when asked'
  fi
  # Up to macOS 13 a load asks.
  [ "$changes" = yes ] || cap add/load kmutil load -p "$bundle"
  ask add/allowed 'Did a dialog come, and did you allow it?'
  rebuild add/rebuild-again 'if asked once more, allow it once more'
  snap add.after
  then_do restart remove
}

part_remove() {
  consent remove \
    "Takes $bundle away, asks kmutil to rebuild (press Cancel), empties the staging folder." \
    "Way back: none needed; the bundle is kept in $home/away."
  fact part remove
  take_kext remove
  snap remove.after
  settle remove
  rebuild remove/rebuild 'press Cancel when asked'
  ask remove/refused 'Did a dialog come, and did you press Cancel?'
  cap remove/clear-staging kmutil clear-staging
  snap remove.cleared
  then_do restart refuse
}

part_refuse() {
  consent refuse \
    "Asks kmutil twice to rebuild without the kext: press Cancel the first time, allow it" \
    "the second time. Way back: field.sh stop."
  fact part refuse
  settle refuse
  rebuild refuse/rebuild 'press Cancel when asked'
  ask refuse/refused 'Did a dialog come, and did you press Cancel?'
  snap refuse.between
  then_do '' refuse-again
}

part_refuse_again() {
  consent allow "Asks kmutil to rebuild again: allow it this time."
  fact part refuse-again
  rebuild refuse/rebuild-again 'allow it when asked'
  ask refuse/allowed 'Did a dialog come, and did you allow it?'
  snap refuse.after
  then_do restart approve
}

part_approve() {
  if is_listed; then
    consent approve "Asks kmutil to rebuild without the kext once more: allow it."
    fact part approve
    rebuild approve/rebuild 'allow it when asked'
    ask approve/allowed 'Did a dialog come, and did you allow it?'
    snap approve.after
    then_do restart nobody
  else
    then_do '' nobody
  fi
}

part_nobody() {
  if is_listed; then
    say 'The kext stays listed on this Mac: what would follow cannot be measured.'
    then_do '' update
    return
  fi
  consent nobody \
    "Puts the kext in place again and asks kmutil to rebuild: leave the dialog alone until" \
    "it goes away (60 seconds). Way back: field.sh stop."
  fact part nobody
  put_kext nobody
  settle nobody
  rebuild nobody/rebuild 'do not touch anything'
  ask nobody/left 'Did you leave the dialog alone?'
  snap nobody.after
  then_do restart again
}

part_again() {
  consent again "Asks kmutil to rebuild with the kext: allow it."
  fact part again
  settle again
  rebuild again/rebuild 'allow it when asked'
  ask again/allowed 'Did a dialog come, and did you allow it?'
  snap again.after
  then_do restart without
}

part_without() {
  consent without \
    "Takes the kext away and removes the auxiliary kernel collection by hand: every third-party" \
    "kext of this Mac is gone after the restart. Then asks kmutil to rebuild: press Cancel." \
    "Way back: field.sh stop, or installing those kexts again."
  fact part without
  take_kext without
  cap without/clear-staging kmutil clear-staging
  n=0
  for file in $(collections); do
    n=$((n + 1))
    cap "without/unlink-$n" rm "$file"
  done
  snap without.unlinked
  settle without
  rebuild without/rebuild 'press Cancel when asked'
  ask without/refused 'Did a dialog come, and did you press Cancel?'
  snap without.after
  then_do restart update
}

part_update() {
  [ "$(state_get after)" != without ] ||
    ask update/warned 'Did macOS say at the start that it started without third-party kexts?'
  fact part update
  then_do update mdm
}

part_mdm() {
  fact part mdm
  profiles status -type enrollment 2>/dev/null | grep -q '^MDM enrollment: Yes' || {
    say 'No server manages this Mac: the part about MDM is left out.'
    then_do '' clean
    return
  }
  then_do mdm clean
}

part_clean() {
  consent clean "Takes away what is left of the kit's kext and asks kmutil to rebuild: allow it."
  fact part clean
  if [ -e "$bundle" ]; then take_kext clean; fi
  for copy in "$auxkc"/StashedExtensions/*/*.kext/Contents/Info.plist; do
    if grep -q "<string>$(kext_id)</string>" "$copy" 2>/dev/null; then cap clean/unlink-stash rm "$copy"; fi
  done
  cap clean/clear-staging kmutil clear-staging
  settle clean
  is_listed && rebuild clean/rebuild 'allow it when asked'
  then_do restart 'done'
}

part_done() {
  fact part 'done'
  cp "$capture" /Users/Shared/kextirpate-field.txt && chmod 644 /Users/Shared/kextirpate-field.txt
  say '' 'That was all. Please send /Users/Shared/kextirpate-field.txt.'
  if is_listed; then say "$(kext_id) is still in the collection: see README.md, Afterwards."; fi
  then_do '' ended
}

# --- going on ----------------------------------------------------------------

# Has what the last part waits for come? Asks for the other ways out.
arrived() {
  case $(state_get waits) in
  '') return 0 ;;
  restart)
    [ "$(boot_id)" != "$(state_get boot)" ] && return 0
    say 'Restart this Mac now, then: sudo sh field.sh continue'
    ;;
  update)
    [ "$(build_id)" != "$(state_get build)" ] && return 0
    say 'Install an update of macOS now, then: sudo sh field.sh continue' \
      'Type skip to leave that part out:'
    IFS= read -r answer || answer=
    [ "$answer" = skip ] && return 0
    ;;
  mdm)
    if [ "$(boot_id)" != "$(state_get boot)" ]; then
      ask mdm/sent 'Did the server send RestartDevice with RebuildKernelCache?'
      return 0
    fi
    say 'Have the MDM server send RestartDevice with RebuildKernelCache, then: field.sh continue' \
      'Type skip to leave that part out:'
    IFS= read -r answer || answer=
    [ "$answer" = skip ] && return 0
    ;;
  esac
  capture_close
  exit 2
}

one_part() {
  part=$(state_get part)
  [ -n "$part" ] || fail 64 'there is nothing to go on with; "field.sh start" begins'
  if [ "$part" = ended ]; then
    say 'The kit is at its end.'
    capture_close
    exit 0
  fi
  arrived
  if [ -n "$(state_get waits)" ]; then
    snap "$part.start"
    state_put waits=
  fi
  if [ "$part" = remove ] && ! is_listed; then
    say 'macOS did not take the kext: only the end is left.'
    then_do '' clean
    return
  fi
  case $part in
  refuse-again) part_refuse_again ;;
  add | remove | refuse | approve | nobody | again | without | update | mdm | clean | done) "part_$part" ;;
  *) fail 65 "$home/state: part \"$part\" is not known" ;;
  esac
  state_put "after=$part"
}

begin() { # begin [KEXT]
  [ ! -e "$home/state" ] || fail 64 "$home: a run is under way; \"field.sh continue\" or \"stop\""
  [ -z "${1:-}" ] || [ -f "$1/Contents/Info.plist" ] || fail 66 "$1: no kext; nothing was done"
  say 'This is for a Mac that nobody needs: it changes what the kernel loads, and a mistake' \
    'of ours can cost a new installation. Each part asks first.' '' \
    "Is this such a Mac? Then type: $sentence"
  IFS= read -r answer || answer=
  [ "$answer" = "$sentence" ] || {
    say 'Nothing was done.'
    exit 5
  }
  mkdir -p "$home" || fail 73 "$home: cannot be made; nothing was done"
  [ -z "${1:-}" ] || id=$(sed -n '/<key>CFBundleIdentifier</{n;s/.*<string>\(.*\)<.*/\1/p;}' \
    "$1/Contents/Info.plist" | head -n 1)
  state_put "part=add" waits= "boot=$(boot_id)" "build=$(build_id)" "kext=${1:-}" "id=$id"
  capture_open "$home/capture.txt" "$home/work"
  fact kext "$id"
}

stop() {
  consent stop "Takes $bundle away, asks kmutil to rebuild (allow it) and forgets where the kit was."
  if [ -e "$bundle" ]; then take_kext stop; fi
  cap stop/clear-staging kmutil clear-staging
  is_listed && rebuild stop/rebuild 'allow it when asked'
  snap stop
  capture_close
  mv "$home/state" "$home/state.stopped"
  say "Restart this Mac. What was seen is in $home/capture.txt."
  exit 0
}

[ "$#" -gt 0 ] || fail 64 'usage: field.sh look [FILE] | start [--kext KEXT] | continue | next | stop'
sw_vers >/dev/null 2>&1 || fail 69 'this is no Mac'
case $1 in
look) look "${2:-kextirpate-look.txt}" && exit 0 ;;
start | continue | next | stop) ;;
*) fail 64 "\"$1\" is not known; look, start, continue, next, stop are" ;;
esac
[ "$(id -u)" = 0 ] || fail 77 "$1 needs root: sudo sh field.sh $1; nothing was done"
case $1 in
start)
  case ${2:-} in
  '') begin ;;
  --kext) begin "${3:-/}" ;;
  *) fail 64 "\"$2\" is not known; nothing was done" ;;
  esac
  ;;
*)
  [ -e "$home/state" ] || fail 64 'nothing was begun; "field.sh start" begins'
  capture_open "$home/capture.txt" "$home/work"
  ;;
esac
case $1 in
stop) stop ;;
next) one_part ;;
*) while :; do one_part; done ;;
esac
capture_close
