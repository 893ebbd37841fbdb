#!/bin/sh
# SPDX-License-Identifier: BSD-2-Clause
# The simulated Mac itself: what it refuses, the user's report as it happened, the
# cures one by one, Apple's formats, tools that misbehave.
# shellcheck source=tests/story/lib.sh
. "${0%/*}/lib.sh"

sim() { # sim ARGUMENT...: macsim itself
  "$macsim" "$@" >"$out" 2>"$err"
  status=$?
}

# The same places whatever they are called this time.
aux() { find "$mac/System/Volumes/Preboot" "$mac/Library/KernelCollections" -name '*aux*' -o -name 'Aux*'; }
listed() { show listed | grep -c com.example; }
kexts_are() { # kexts_are NAME LISTED LOADED STASHED
  is "$1" "$(listed) listed, $(show loaded | grep -c com.example) loaded, $(show stashed | grep -c com.example) stashed" \
    "$2 listed, $3 loaded, $4 stashed"
}

echo '# refusals'
mkdir -p "$story/full" && touch "$story/full/file"
expect 125 'new: a folder that is not empty' sim new "$story/full" --macos 15.7 --chip apple --scenario clean
says "^macsim: $story/full: is not empty and is no simulated Mac; nothing was changed\$"
is 'and it is as it was' "$(ls -A "$story/full")" file
expect 125 'new: an old macOS' sim new "$mac" --macos 10.15 --chip intel --scenario clean
says '^macsim: macOS 10.15 is not known; 11 to 15 and 26 to 28 are$'
expect 125 'new: 27 on Intel' sim new "$mac" --macos 27.0 --chip intel --scenario clean
says '^macsim: macOS 27.0 does not run on Intel$'
expect 125 'new: no version' sim new "$mac" --macos 15. --chip apple --scenario clean
says '^macsim: "15." is no macOS version$'
expect 125 'new: another chip' sim new "$mac" --macos 15.7 --chip ppc --scenario clean
says '^macsim: chip is apple or intel, not "ppc"$'
expect 125 'new: another scenario' sim new "$mac" --macos 15.7 --chip apple --scenario nothing
# shellcheck disable=SC2016 # backquotes as macsim says them
says '^macsim: no scenario is called "nothing"; `macsim scenarios` lists them$'
expect 125 'an unknown command' sim conquer
expect 125 'run: no simulated Mac' sim run "$story/full" -- true
expect 125 'set: no simulated Mac' sim set "$story/full" sip=off
says "^macsim: $story/full: not a simulated Mac (no .macsim/model)\$"
is 'set leaves no lock there' "$(ls -A "$story/full")" file

new 15.7 apple capture-card
before=$(cksum <"$mac/.macsim/model")
for wrong in sip=maybe colour=red assumption.no-such-thing=no assumption.stash-is-not-found=maybe \
  tool.kmutil=explode tool.ls=hang settle=-1 console= sip; do
  expect 125 "set: $wrong" sim set "$mac" sip=off "$wrong"
  says 'nothing was changed$'
done
is 'set changed nothing' "$(cksum <"$mac/.macsim/model")" "$before"
expect 125 'update: downward' sim update "$mac" 15.6
says '^macsim: macOS 15.6 is not newer than 15.7, and an update goes only upward$'
expect 125 'update: the same' sim update "$mac" 15.7
expect 125 'update: no version' sim update "$mac" sonoma
says '^macsim: "sonoma" is no macOS version$'
is 'update changed nothing' "$(cksum <"$mac/.macsim/model")" "$before"

echo '# formats, twice the same'
for chip in apple intel; do
  for scenario in clean capture-card-nodext capture-card; do
    new 15.7 "$chip" "$scenario"
    if python3 "$top/tests/lint/fileset.py" "$mac" >"$out" 2>"$err"; then
      ok "$chip $scenario: $(cat "$out")"
    else
      not_ok "$chip $scenario: formats"
    fi
  done
  sim new "$story/twin" --macos 15.7 --chip "$chip" --scenario capture-card
  # SQLite writes salts of its own into the log beside its file.
  if diff -r --exclude='KextPolicy*' --exclude=.macsim "$mac" "$story/twin" >"$out" 2>&1 &&
    cmp "$mac/.macsim/model" "$story/twin/.macsim/model" >>"$out"; then
    ok "$chip: new makes the same Mac twice"
  else
    not_ok "$chip: new makes the same Mac twice"
  fi
  yes | head -c 400 | dd of="$(aux | head -n 1)" bs=1 seek=33000 conv=notrunc 2>/dev/null
  if python3 "$top/tests/lint/fileset.py" "$mac" >"$out" 2>"$err"; then
    not_ok "$chip: a spoilt collection is noticed"
  else
    ok "$chip: a spoilt collection is noticed"
  fi
done
new 15.7 apple clean
is 'clean: nothing' "$(show listed)$(show loaded)$(show stashed)" ''
is 'clean: no dext' "$(show dext)" absent
new 15.7 apple capture-card-nodext
kexts_are 'capture-card-nodext' 2 2 2
is 'capture-card-nodext: no dext' "$(show dext)" absent

echo '# the report of the user, as it happened'
old_script() { on sh /private/tmp/old-script "$1"; }
put_script() { cp "$top/tests/story/old-script.sh" "$mac/private/tmp/old-script"; }
new 13.6 apple capture-card
put_script
old_script first
says 'Missing Developer Kit: As of macOS 13.0, you will need to install a KDK matching your build'
restart
kexts_are '13.6: nothing listed, as they saw' 0 0 2
update 15.7
kexts_are '15.7: both listed again' 2 0 2
on kmutil inspect
says '/Library/Extensions/ExampleCaptureDriver.kext'
old_script again
says 'No changes detected'
restart
kexts_are '15.7 after the script: nothing listed' 0 0 2
update 15.7.1
kexts_are '15.7.1: both listed again' 2 0 2

echo '# what is left of the old commands'
new 15.7 apple capture-card
expect 71 'install on 15.7' on kmutil install --update-preboot
says 'Missing Developer Kit: .* KDK matching your build 24G222 to rebuild'
expect 0 'kextcache -system-caches' on kextcache -system-caches
says "^It looks like you're trying to update the system caches. As of macOS 11, the personality"
expect 0 'kextcache -prelinked-kernel' on kextcache -prelinked-kernel /tmp/x
says 'Kextcache is deprecated and no longer suitable for use'
expect 0 'kextcache, another' on kextcache -e
says '^This option is no longer supported as of macOS 11. For supported modern kext'
expect 71 'kextcache -i /' on kextcache -i /
says '^Executing: /usr/bin/kmutil install --volume-root /$'
expect 64 'kcditto takes nothing' on kcditto -x
says '^It takes no arguments.$'
expect 71 'unload of a busy kext' on kmutil unload -b com.example.capture.driver
says 'kext is in use or retained (cannot unload) (-603946984)'
expect 71 'unload of one that is not there' on kmutil unload -b com.example.none
assume unload-of-missing-is-three yes
expect 3 'the same as the manual has it' on kmutil unload -b com.example.none
says 'unloading extensions: Missing extension with identifier com.example.none'
kexts_are 'all of which changed nothing' 2 2 2
on pkgutil --only-files --files com.example.capture.pkg
says '^Library/Extensions/ExampleCaptureDriver.kext/Contents/Info.plist$'
says_not '^Library/Extensions/ExampleCaptureDriver.kext$'
on pkgutil --only-dirs --files com.example.capture.pkg
says '^Library/Extensions/ExampleCaptureDriver.kext$'
says_not 'Info.plist'
expect 1 'no such receipt' on pkgutil --pkg-info com.example.none
says "^No receipt for 'com.example.none' found at '/'.\$"
set_mac settle=2 assumption.log-shows-work=yes
seen=
for look in 1 2 3; do
  on kmutil log show
  seen="$seen $look:$(grep -c kernelmanagerd "$out")"
done
is 'settle counts looks' "$seen" ' 1:1 2:1 3:0'
new 13.6 intel capture-card
expect 34 'install on 13.6' on kmutil install --update-preboot

echo '# Macs without each of the cures'
remove() { on rm -r /Library/Extensions/ExampleCaptureDriver.kext /Library/Extensions/ExampleCaptureEvent.kext; }
after() { # after ID: files gone, a rebuild, a restart
  new 15.7 apple capture-card
  [ -z "$1" ] || assume "$1" no
  remove
  on kmutil clear-staging
  on kmutil rebuild
  restart
}
after ''
kexts_are 'as it is: gone' 0 0 0
is 'as it is: the dext runs' "$(show dext)" running
after rebuild-drops-missing
kexts_are 'rebuild-drops-missing=no: still listed' 2 0 2
after rebuild-drops-stash-and-instructions
kexts_are 'rebuild-drops-stash-and-instructions=no: stays in the stash' 0 0 2
update 15.7.1
kexts_are 'and comes back' 2 0 2
after stash-is-not-found
kexts_are 'stash-is-not-found=no: even loaded' 2 2 2
is 'and the dext waits' "$(show dext)" 'held off'
new 13.6 apple capture-card
assume missing-bundle-not-loadable no
remove
on kmutil clear-staging
restart
kexts_are 'missing-bundle-not-loadable=no: loaded without its bundle' 2 2 2
new 13.6 apple capture-card
assume inert-does-not-block-dext no
remove
on kmutil clear-staging
restart
kexts_are 'inert-does-not-block-dext=no: inert' 2 0 2
is 'and the dext waits all the same' "$(show dext)" 'held off'
sim assumptions --json
json 'sorted(a["id"] for a in j["assumptions"] if a["cure"])' \
  "['inert-does-not-block-dext', 'missing-bundle-not-loadable', 'rebuild-drops-missing', 'rebuild-drops-stash-and-instructions', 'stash-is-not-found']"

new 15.7 apple capture-card
on rm -r /Library/Extensions/ExampleCaptureDriver.kext
on kmutil showloaded
says com.example.capture.driver
assume loaded-until-restart no
on kmutil showloaded
says_not com.example.capture.driver
new 15.7 apple capture-card
assume update-command-is-inert no
aux | grep auxkc | tr '\n' '\0' | xargs -0 rm
kexts_are 'the collection is gone' 0 2 2
on kcditto
kexts_are 'update-command-is-inert=no: kcditto brings it back' 2 2 2
new 13.6 apple capture-card
assume third-party-needs-bundle-approval no
cp -R "$mac/Library/Extensions/ExampleCaptureEvent.kext" "$mac/Library/Extensions/Other.kext"
sed -i s/com.example.capture.event/com.example.other/ "$mac/Library/Extensions/Other.kext/Contents/Info.plist"
restart
is 'third-party-needs-bundle-approval=no: it enters by itself' "$(show listed | grep -c com.example.other)" 1
new 13.6 apple capture-card
cp -R "$mac/Library/Extensions/ExampleCaptureEvent.kext" "$mac/Library/Extensions/Other.kext"
sed -i s/com.example.capture.event/com.example.other/ "$mac/Library/Extensions/Other.kext/Contents/Info.plist"
restart
is 'else it does not' "$(show listed | grep -c com.example.other)" 0

echo '# what it rests on'
new 15.7 apple clean
restart
on kmutil inspect
on kmutil rebuild
is 'nothing unproven on a clean Mac' "$(show used)" ''
new 15.7 intel capture-card
on rm /Library/KernelCollections/AuxiliaryKernelExtensions.kc
is 'a refused rm rests on intel-root-unlink' "$(show used)" intel-root-unlink
new 13.6 apple capture-card
expect 0 'the verb rebuild is not on 13: help, and nothing done' on kmutil rebuild
says '^USAGE: kmutil'
is 'which rests on what nobody has shown' "$(show used)" unknown-verb-is-usage-error
assume unknown-verb-is-usage-error yes
expect 64 'the same said as an error' on kmutil rebuild
says "^Error: Unexpected argument 'rebuild'\$"
is 'and no assumption of 14 is asked' "$(show used | grep -v unknown-verb)" ''
flips=$(sim assumptions --json; python3 -c 'import json,sys
for a in json.load(open(sys.argv[1]))["assumptions"]:
  print("assumption.%s=%s" % (a["id"], "no" if a["starts"] else "yes"))' "$out")
new 15.7 apple capture-card
# shellcheck disable=SC2086 # words without blanks
expect 0 'every assumption can be flipped' sim set "$mac" $flips
is 'all of them' "$(show assumptions | wc -l)" "$(echo "$flips" | wc -l)"

echo '# a collection that is not the one macOS wrote'
new 15.7 apple capture-card
file=$(aux | grep 'auxkc$')
cp "$file" "$story/kept"
printf x >>"$file"
on kmutil inspect
says 'Could not read the kext collection'
is 'it is listed nowhere' "$(show listed)" ''
says_not com.example.capture
cp "$story/kept" "$file"
kexts_are 'the same file put back is read again' 2 2 2

echo '# tools that misbehave'
for tool in kmutil:/usr/bin systemextensionsctl:/usr/bin csrutil:/usr/bin sw_vers:/usr/bin \
  bputil:/usr/bin codesign:/usr/bin log:/usr/bin profiles:/usr/bin sudo:/usr/bin stat:/usr/bin \
  pkgutil:/usr/sbin kextcache:/usr/sbin kcditto:/usr/sbin sysctl:/usr/sbin ioreg:/usr/sbin \
  scutil:/usr/sbin launchctl:/bin shutdown:/sbin; do
  name=${tool%:*} path=${tool#*:}/${tool%:*}
  seen=
  for how in fail exit0 garbage hang; do
    set_mac "tool.$name=$how"
    if [ "$how" = hang ]; then
      # The shell says on stderr that it was killed.
      timeout -s KILL 0.15 "$macsim" run "$mac" -- "$path" >"$out" 2>"$story/killed"
      status=$?
      : >"$err"
    else
      on "$path"
    fi
    seen="$seen $how:$status:$(wc -c <"$out"):$(wc -c <"$err")"
  done
  set_mac "tool.$name=ok"
  is "$name" "$seen" " fail:1:0:$((${#name} + 17)) exit0:0:0:0 garbage:0:11:0 hang:137:0:0"
done
done_testing
