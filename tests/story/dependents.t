#!/bin/sh
# SPDX-License-Identifier: BSD-2-Clause
# What hangs on a driver keeps it: a mounted volume, the default route, the only keyboard;
# and what cannot be told keeps it too. Each loss can be accepted, by its own name alone.
# shellcheck source=tests/story/lib.sh
. "${0%/*}/lib.sh"

card=example-capture
driver=com.example.capture.driver
rules=/private/var/root/rules
# class NAME: the card's rule with another class.
class() {
  mkdir -p "$mac$rules"
  sed "s/class=\"[a-z]*\"/class=\"$1\"/" "$top/tests/macsim/rules/example-capture.xml" \
    >"$mac$rules/example-capture.xml"
}
take() { kextirpate uninstall --rules "$rules" --approval=never "$@" "$card"; }
files() { (cd "$mac/Library" && find . -path './Application Support/kextirpate' -prune -o -print | sort); }
unchanged() { files >"$story/after"; is "$1: nothing moved" "$(diff "$story/before" "$story/after")" ''; }
fresh() { new 15.7 apple capture-card; class "$1"; on true; files >"$story/before"; }

echo '# storage'
fresh storage
set_mac drives="$driver:disk:disk4" volumes=disk4s1:/Volumes/Work:apfs
expect 5 'a mounted volume' take
says 'com.example.capture.driver: the volume /Volumes/Work (disk4s1) is mounted; eject it first'
unchanged 'a mounted volume'
expect 5 'another loss accepted' take --accept-loss-of=network --accept-loss-of=input
expect 3 'dry: storage accepted' take --dry-run --accept-loss-of=storage
set_mac volumes=disk40s1:/Volumes/Other:apfs
expect 3 'ejected' take

echo '# a volume keeps the driver whatever its class'
fresh network
set_mac drives="$driver:disk:disk4" volumes=disk4:/Volumes/Work:hfs
expect 5 'a network driver with a volume' take
says 'accept-loss-of=storage'

echo '# a file system'
fresh filesystem
set_mac volumes=disk5s1:/Volumes/Stick:ufsd_NTFS
expect 5 'a file system that is not Apple'"'"'s' take
says 'its file system ufsd_NTFS is not one of Apple'
set_mac volumes=disk5s1:/Volumes/Stick:msdos
expect 3 'only Apple'"'"'s' take

echo '# network'
fresh network
set_mac drives="$driver:interface:en5" route=en5
expect 5 'the default route' take
says 'the default route goes through en5; connect another way first'
set_mac route=tap0
expect 5 'a route that nobody is named for' take
says 'does not say whose that is'
unchanged 'the default route'
for route in en0 none utun4; do
  set_mac route=$route
  expect 3 "the route is $route" take --dry-run
done

echo '# input'
fresh input
set_mac drives="$driver:keyboard:Keyboard"
expect 5 'the only keyboard' take
says 'the only keyboard of this Mac needs it; connect another keyboard first'
unchanged 'the only keyboard'
expect 3 'accepted' take --dry-run --accept-loss-of=input
set_mac keyboard=builtin
expect 3 'another keyboard' take

echo '# what cannot be told'
for how in fail garbage exit0; do
  fresh storage
  set_mac tool.ioreg=$how
  expect 5 "ioreg: $how" take
  says 'what hangs on it cannot be told (ioreg: '
  unchanged "ioreg: $how"
  fresh network
  set_mac tool.scutil=$how
  expect 5 "scutil: $how" take
  says 'what hangs on it cannot be told (scutil: '
done
fresh storage
rm "$mac/private/etc/mtab"
expect 5 'no mount table' take
says 'what hangs on it cannot be told (the mount table: '
fresh other
set_mac tool.ioreg=fail tool.scutil=fail
expect 3 'a capture card is nobody'"'"'s disk' take

echo '# security'
fresh security
expect 5 'the agent is installed' take
says '/Applications/Example Capture.app is installed; remove that with the vendor'
unchanged 'security'
rm -r "$mac/Applications/Example Capture.app"
expect 5 'its system extension is left' take --without-replacement
says 'its system extension com.example.capture.dext is activated enabled'
new 15.7 apple capture-card-nodext
class security
expect 3 'nothing of it is left' take --without-replacement

expect 64 'an unknown loss' take --accept-loss-of=sound
says 'network|storage|input'

echo '# a dext that waits behind its kext'
fresh other
expect 0 'explain' kextirpate explain --json "$card"
json "[s['text'] for s in j['sentences'] if 'waits behind' in s['text']]" \
  "['com.example.capture.driver holds the device PXSX, and a dext waits behind it.']"
expect 0 'the app switches its dext off' on_as user \
  '/Applications/Example Capture.app/Contents/MacOS/Example Capture' deactivate
on ioreg -l
says '"IODEXTMatchCount" = 1'
expect 0 'explain: counted is not waiting' kextirpate explain "$card"
says 'holds the device PXSX, and a dext matches it, too'
says_not 'waits behind'
fresh other
expect 3 'uninstall' take
restart
expect 0 'explain' kextirpate explain "$card"
says_not 'waits behind'
set_mac tool.ioreg=garbage
expect 0 'explain without an answer' kextirpate explain "$card"
says 'whether a dext waits behind the kext is unknown'

done_testing
