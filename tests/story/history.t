#!/bin/sh
# SPDX-License-Identifier: BSD-2-Clause
# The user's own story, remembered: cleaned by the old script on 13.6, back after 15.7
# and after 15.7.1, then kextirpate's uninstall, and gone. In text, JSON and a page.
# shellcheck source=tests/story/lib.sh
. "${0%/*}/lib.sh"

card=example-capture
old_script() { on sh -c "$(cat "$top/tests/story/old-script.sh")" sh "$1"; restart; }
page=/private/tmp/history.html
read_page() { python3 "$top/tests/story/page.py" "$mac$page" >"$out" 2>"$err"; status=$?; }

new 13.6 apple capture-card
expect 0 'a ledger that is not there tells nothing' kextirpate history
says 'nothing was done on this Mac so far'
kextirpate recheck
old_script first
kextirpate recheck
update 15.7
kextirpate recheck
old_script again
kextirpate recheck
update 15.7.1
kextirpate recheck
kextirpate recheck
expect 2 'then kextirpate' kextirpate uninstall --approval=ask "$card"
restart
expect 0 'gone' kextirpate recheck
update 15.7.2
expect 0 'and it stays gone' kextirpate recheck

expect 0 'history as JSON' kextirpate history --json
json "j['builds']" "['22G120', '24G222', '24G231', '24H202']"
json "[(r['command'], r['state']) for r in j['runs']]" "[('uninstall', 'done')]"
json "[(s['product_version'], s['places']) for s in j['sightings'] if s['kext'] == 'com.example.capture.event']" \
  "[('13.6', ['bundle', 'staged', 'collection', 'loadable', 'kept', 'loaded']), ('13.6', ['kept']), ('15.7', ['collection', 'kept']), ('15.7', ['kept']), ('15.7.1', ['collection', 'kept']), ('15.7.1', ['collection', 'kept']), ('15.7.1', []), ('15.7.2', [])]"
json "[s['standing'] for s in j['sightings'] if s['kext'] == 'com.example.capture.event'][-3:]" \
  "['restart-pending', 'gone', 'gone']"

expect 0 'history for a person' kextirpate history
says 'Gone since 20..-..-.., macOS 15.7.1. It came back twice: with macOS 15.7, with'
says "Before that only macOS's own instructions and stash had it"
says '15.7 .* cleaned .* 15.7.1 .* uninstall restart .* 15.7.2$'
says '24G231   macOS 15.7.1: an update, noticed then'
says '24G231   run 1: uninstall example-capture  done'
is 'no line is wider than 80 columns but those of names' \
  "$(python3 -c 'import sys; print(max(len(l.rstrip("\n")) for l in open(sys.argv[1], encoding="utf-8")) <= 90)' "$out")" True

echo '# the page'
expect 0 'history writes a page' kextirpate history --html "$page" "$card"
is 'it says nothing else' "$(cat "$out" "$err")" ''
expect 0 'the page is one well-formed file without anything from elsewhere' read_page
says 'com.example.capture.driver, com.example.capture.event | Gone since'
says 'macOS 13.6 | 22G120 | macOS 15.7 | 24G222 | macOS 15.7.1 | 24G231 | macOS 15.7.2'
says 'what happened | first look | cleaned | by others | it is back | cleaned | by others | it is back | uninstall | restart | update'
is 'it is for its owner alone' "$(stat -c %a "$mac$page")" 600
is 'nothing is left beside it' "$(find "$mac/private/tmp" -name '.history*' | wc -l)" 0
expect 0 'the same name again is replaced' kextirpate history --html "$page"

echo '# where it is not written'
ln -s /Library/precious "$mac/private/tmp/link"
echo precious >"$mac/Library/precious"
expect 73 'a link is not followed' kextirpate history --html /private/tmp/link
says '/private/tmp/link: is reached through a symbolic link, which is not followed; nothing was written'
is 'what it leads to is as before' "$(cat "$mac/Library/precious")" precious
expect 73 'a folder is refused' kextirpate history --html /private/tmp
expect 73 'a folder that is not there is said' kextirpate history --html /private/none/page

echo '# who may not read the ledger'
chmod 1777 "$mac/private/tmp"
on_as user kextirpate history
is 'is not told that nothing was done' "$status $(cat "$out")" '7 '
says 'ledger.db: Permission denied'
on_as user kextirpate history --html /private/tmp/mine.html
is 'and gets no page that says so' "$status $(find "$mac/private/tmp" -name mine.html)" '7 '

echo '# a target'
expect 0 'a kext' kextirpate history --json com.example.capture.driver
json "sorted({s['kext'] for s in j['sightings'] + j['standings']})" "['com.example.capture.driver']"
json "[r['command'] for r in j['runs']]" "['uninstall']"
expect 0 'a pattern' kextirpate history --json 'com.example.*'
json "len({s['kext'] for s in j['sightings']})" 2
expect 0 'a receipt' kextirpate history --json receipt:com.example.capture.pkg
json "len({s['kext'] for s in j['sightings']})" 2
expect 0 'a path' kextirpate history --json /Library/Extensions/ExampleCaptureDriver.kext
json "sorted({s['kext'] for s in j['sightings']})" "['com.example.capture.driver']"
expect 0 'a rule of which nothing was seen' kextirpate history --json magewell-pro-capture
json "j['sightings'] + j['runs']" '[]'
expect 64 'an unknown one' kextirpate history com.nobody.knows
says 'com.nobody.knows: no rule and nothing that was ever seen here has that name'

echo '# a kext whose name would be a script'
new 15.7 apple capture-card
mkdir -p "$mac/Library/Extensions/Evil.kext/Contents"
printf '%s' '<plist version="1.0"><dict><key>CFBundleIdentifier</key><string>&lt;script&gt;alert(1)&lt;/script&gt;"&gt;&lt;img src=x onerror=alert(2)&gt;</string></dict></plist>' \
  >"$mac/Library/Extensions/Evil.kext/Contents/Info.plist"
kextirpate recheck
expect 0 'the page is written' kextirpate history --html "$page"
expect 0 'and is no script' read_page
says '<script>alert(1)</script>">'
is 'no tag of it stands in the file' "$(grep -c -e '<script' -e '<img' "$mac$page")" 0

echo '# nothing new, nothing written'
kextirpate history --json
cp "$out" "$story/before"
kextirpate recheck
kextirpate history --json
is 'a second look at the same adds no sighting' \
  "$(python3 -c 'import json,sys; print(len({len(json.load(open(p))["sightings"]) for p in sys.argv[1:]}))' "$out" "$story/before")" 1

done_testing
