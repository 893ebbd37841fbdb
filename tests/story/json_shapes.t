#!/bin/sh
# SPDX-License-Identifier: BSD-2-Clause
# The JSON that scripts read: each command's on several Macs, before, while and after a
# removal, has every member that the manual promises (json_shapes.py).
# shellcheck source=tests/story/lib.sh
. "${0%/*}/lib.sh"

card=example-capture

shape() { # shape COMMAND WORDS...
  kextirpate "$@" --json
  if told=$(python3 "$top/tests/story/json_shapes.py" "$1" "$status" "$out" 2>&1); then
    ok "$* ($status)"
  else
    not_ok "$*" "$told"
  fi
}

looks() {
  shape scan
  shape scan --all
  shape scan "$card"
  shape explain "$card"
  shape plan "$card"
  shape status
  shape doctor
  shape history
}

for mac_of in '15.7 apple' '13.6 intel' '26.2 intel'; do
  echo "# $mac_of"
  # shellcheck disable=SC2086 # two words
  new $mac_of capture-card
  looks
  shape uninstall --dry-run "$card"
  shape uninstall --approval=never "$card"
  looks
  shape undo --dry-run
  shape undo
  shape undo
  shape migrate --dry-run "$card"
  shape migrate --approval=ask "$card"
  restart
  shape recheck
  shape approve
  shape handoff "$card"
  shape status
  shape history
done

echo '# other Macs'
new 15.7 apple every-source
shape scan --all
shape scan --root /
new 15.7 apple studio
looks_at=$(show --traces | wc -l)
is 'the studio has traces' "$([ "$looks_at" -gt 5 ] && echo yes)" yes
shape scan
shape explain com.example.studio.audio
shape explain com.example.studio.disk
shape explain com.example.studio.link
shape plan com.example.studio.audio
shape rules list
dext='/Applications/Example Capture.app/Contents/Library/SystemExtensions/com.example.capture.dext.dext'
new 15.7 apple capture-card
shape compare /Library/Extensions/ExampleCaptureDriver.kext "$dext"
shape doctor com.example.capture.dext

echo '# and what is missing is noticed'
kextirpate status --json
sed -i 's/"standing"/"standings"/' "$out"
if python3 "$top/tests/story/json_shapes.py" status "$status" "$out" >/dev/null 2>&1; then not_ok 'a member of another name'; else ok 'a member of another name'; fi
done_testing
