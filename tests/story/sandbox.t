#!/bin/sh
# SPDX-License-Identifier: BSD-2-Clause
# macsim run: what a command finds in the simulated Mac, and what macOS refuses it.
# shellcheck source=tests/story/lib.sh
. "${0%/*}/lib.sh"

new 15.7 apple capture-card

echo '# its input, output and status'
expect 0 'true' on true
expect 7 'a status' on sh -c 'exit 7'
# shellcheck disable=SC2016 # the inner shell's
expect 143 'a signal' on sh -c 'kill -TERM $$'
"$macsim" run "$mac" -- sh -c 'cat; echo spoken >&2' >"$out" 2>"$err" <<IN
handed in
IN
is 'input and output' "$(cat "$out")" 'handed in'
is 'errors apart' "$(cat "$err")" spoken
expect 127 'no such command, as env says it' on /usr/bin/no-such-command
on sh -c '(sleep 0.3; echo late) & echo early'
is 'it waits for all processes' "$(tr '\n' ' ' <"$out")" 'early late '
on id -u
is 'root by default' "$(cat "$out")" 0
"$macsim" run --as user "$mac" -- id -u >"$out" 2>"$err"
is 'a person by --as' "$(cat "$out")" 501
"$macsim" run --as stranger "$mac" -- id -u >"$out" 2>"$err"
is 'no stranger' "$?" 125
# shellcheck disable=SC2016 # the inner shell's
on sh -c 'echo $PATH'
is 'PATH' "$(cat "$out")" /usr/local/bin:/usr/bin:/bin:/usr/sbin:/sbin

echo '# what macOS refuses'
boot=$(cd "$mac" && echo System/Volumes/Preboot/*/boot/*/System/Library/Caches/com.apple.kernelcaches)
table() { # table SYSTEM-SETTING, rows on stdin: the errno's words, a command
  while IFS='|' read -r says command; do
    on sh -c "$command"
    case $says in
    '') is "$1: allowed: $command" "$status" 0 ;;
    *) if grep -q "$says" "$err"; then ok "$1: $says: $command"; else not_ok "$1: $says: $command"; fi ;;
    esac
  done
}
R='Read-only file system' P='Operation not permitted' X='cross-device'
table 'SIP on' <<TABLE
$R|echo x >/System/Library/x
$R|echo x >/usr/bin/x
$R|rm /usr/bin/kmutil
$R|mkdir /x
$R|echo x >/x
$R|mv /Users /Persons
$R|ln -s /tmp /x
$R|mv /private/tmp /System/Library/x
|mkdir /usr/local/x && rmdir /usr/local/x
|mkdir /Library/x && mv /Library/x /Library/y && rmdir /Library/y
$P|rm /private/var/db/KernelExtensionManagement/AuxKC/CurrentAuxKC/com.apple.kcgen.uakl.plist
$P|rm /var/db/KernelExtensionManagement/AuxKC/CurrentAuxKC/com.apple.kcgen.uakl.plist
$P|rm -r /Library/StagedExtensions/Library/Extensions/ExampleCaptureEvent.kext
$P|echo x >/private/var/db/SystemPolicyConfiguration/KextPolicy
$P|mv /Library/SystemExtensions/db.plist /Library/db.plist
$P|mv /Library/SystemExtensions /Library/x
$P|ln /Library/SystemExtensions/db.plist /Library/x
$P|ln -s /Library/SystemExtensions/db.plist /Library/x; trap 'rm /Library/x' 0; echo x >>/Library/x
$P|ln -s /Library/SystemExtensions/db.plist /Library/x; trap 'rm /Library/x' 0; chmod 600 /Library/x
$P|ln -s /Library/SystemExtensions/db.plist /Library/x; trap 'rm /Library/x' 0; ln -L /Library/x /Library/y
$P|cp /etc/passwd /Library/Apple/x
$P|echo x >/Library/KernelCollections/x
$P|mkdir /$boot/x
$P|rm /$boot/kernelcache
$P|echo x >>/$boot/kernelcache.auxkc
$P|rmdir /$boot
$X|echo x >/Library/x; trap 'rm /Library/x' 0; ln /Library/x /$boot/x
$P|echo x >/.macsim/model
$P|rm -r /.macsim
|rm /$boot/kernelcache.auxkc
TABLE
on kmutil clear-staging
is "Apple's tools may" "$(find "$mac/Library/StagedExtensions" -name '*.kext')" ''
set_mac sip=off
table 'SIP off' <<TABLE
|echo x >/Library/Apple/x && rm /Library/Apple/x
$R|echo x >/System/Library/x
$P|echo x >/.macsim/model
TABLE
set_mac sip=on tcc=denied
table 'no permission for apps' <<TABLE
$P|rm -r '/Applications/Example Capture.app'
$P|echo x >'/Applications/Example Capture.app/x'
$P|mv /private/tmp /Applications/x
|echo x >/Library/x && rm /Library/x
TABLE

echo '# counting, killing, failing'
new 15.7 apple capture-card
# shellcheck disable=SC2016 # the inner shell's
work='mkdir /Library/w && echo 1 >/Library/w/1 && mv /Library/w/1 /Library/w/2; s=$?; rm -rf /Library/w; exit $s'
counted() { "$macsim" run --count "$mac" -- sh -c "$work" 2>&1 >/dev/null | tail -n 1; }
first=$(counted)
is 'calls are counted' "$first" 'macsim: 6 writing calls'
is 'the same each time' "$(counted)" "$first"
"$macsim" run --kill 4 "$mac" -- sh -c "$work" >"$out" 2>"$err"
is 'killed at the fourth' "$?" 137
is 'three were carried out' "$(cd "$mac/Library/w" && ls)" 1
rm -rf "$mac/Library/w"
"$macsim" run --kill 99 "$mac" -- sh -c "$work" >"$out" 2>"$err"
is 'fewer than that: its own status' "$?" 0
for errno in 'ENOSPC:No space left' 'EIO:Input/output error'; do
  "$macsim" run --fail "4:${errno%:*}" "$mac" -- sh -c "$work" >"$out" 2>"$err"
  is "the fourth fails with ${errno%:*}" "$?" 1
  says "${errno#*:}"
done
"$macsim" run --fail 1:NOTHING "$mac" -- true >"$out" 2>"$err"
is 'no such errno' "$?" 125
"$macsim" run --count "$mac" -- kmutil clear-staging >"$out" 2>"$err"
says '^macsim: 0 writing calls$'

echo '# a signal while a program is at work'
programs='kmutil clear-staging; kmutil inspect; true'
"$macsim" run --programs "$mac" -- sh -c "$programs" >"$out" 2>"$err"
says '^macsim: 2 programs$'
"$macsim" run --signal 2:TERM "$mac" -- sh -c "$programs" >"$out" 2>"$err"
is 'the second' "$?" 143
says '^macsim: /usr/bin/kmutil works on behind its command$'
says com.example.capture.driver
"$macsim" run --signal 3:TERM "$mac" -- sh -c "$programs" >"$out" 2>"$err"
is 'there is no third' "$?" 0
"$macsim" run --signal 1:NOTHING "$mac" -- true >"$out" 2>"$err"
is 'no such signal' "$?" 125

echo '# a slow volume'
set_mac slow=/Library/Extensions:100
before=$(date +%s%N)
expect 0 'its files are there' on ls /Library/Extensions/ExampleCaptureDriver.kext
is 'and take their time' "$([ $(($(date +%s%N) - before)) -gt 200000000 ] && echo yes)" yes
set_mac slow=/Library/Extensions:never
expect 137 'one that never answers is waited for, for ever' on ls /Library/Extensions
says '^macsim: it waits for a volume that never answers, for ever$'
expect 0 'others answer' on ls /Library
set_mac slow=none

echo '# others'
cp -a "$mac" "$story/copy"
"$macsim" run "$story/copy" -- sh -c 'kmutil inspect && touch /Library/only-here' >"$out" 2>"$err"
is 'a copy by cp -a is a Mac' "$?" 0
says com.example.capture.driver
is 'and one of its own' "$(ls "$mac/Library/only-here" 2>/dev/null)" ''

for i in 1 2 3 4 5 6 7 8; do
  cp -a "$mac" "$story/mac$i"
  (
    "$macsim" run "$story/mac$i" -- sh -c "echo $i >/private/tmp/number; kmutil clear-staging; cat /tmp/number" \
      >"$story/said$i" 2>&1
  ) &
done
wait
is 'eight side by side' "$(cat "$story"/said? | tr -d '\n')" 12345678
rm -rf "$story"/mac?

mark=$((40000 + $$ % 20000))
"$macsim" run "$mac" -- sh -c "sleep $mark & sleep $mark" >"$out" 2>"$err" &
sleep 0.5
is 'two processes run' "$(pgrep -fc "^sleep $mark")" 2
{ kill -KILL $! && wait $!; } 2>/dev/null
sleep 0.5
is 'none is left when macsim is killed' "$(pgrep -fc "^sleep $mark")" 0

echo '# an ordinary user'
if [ "$(id -u)" = 0 ] && command -v setpriv >/dev/null && unshare -U true 2>/dev/null; then
  chmod 755 "$story"
  mkdir -p "$story/top/tests" "$story/top/build/tests"
  cp -r "$top/tests/macsim" "$story/top/tests/macsim"
  cp -r "$top/build/tests/macsim" "$story/top/build/tests/macsim"
  cp "$top/build/kextirpate" "$story/top/build/"
  cp -r "$top/rules" "$story/top/rules"
  chmod -R a+rX "$story/top"
  mkdir -m 777 "$story/theirs"
  they() {
    setpriv --reuid=65534 --regid=65534 --clear-groups "$story/top/tests/macsim/macsim" "$@" >"$out" 2>"$err"
    status=$?
  }
  expect 0 'they make a Mac' they new "$story/theirs/mac" --macos 15.7 --chip apple --scenario capture-card
  expect 1 'and scan it' they run "$story/theirs/mac" -- kextirpate scan
  expect 0 'as root of it' they run "$story/theirs/mac" -- id -u
  is 'uid' "$(cat "$out")" 0
  expect 2 'refusals too' they run "$story/theirs/mac" -- sh -c 'echo x >/System/x'
  says "$R"
  expect 2 'an uninstall' they run "$story/theirs/mac" -- kextirpate uninstall --approval=ask example-capture
  expect 0 'a restart' they restart "$story/theirs/mac"
  expect 0 'gone' they run "$story/theirs/mac" -- kextirpate status example-capture
else
  echo '# SKIP: no root, no setpriv or no user namespaces'
fi
done_testing
