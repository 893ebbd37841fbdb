#!/bin/sh
# SPDX-License-Identifier: BSD-2-Clause
# What a person sees of scan and status: on 80 columns, in colour only on a terminal,
# with names that can neither move the cursor nor forge a line; and whether the Mac is
# ready for an OS update.
# shellcheck source=tests/story/lib.sh
. "${0%/*}/lib.sh"

# narrow NAME: no line of the last output is longer than 80 characters.
narrow() {
  is "$1: 80 columns" "$(python3 -c 'import sys
print([l for l in open(sys.argv[1], encoding="utf-8").read().split("\n") if len(l) > 80])' "$out")" '[]'
}
# on_terminal COMMAND...: with stdout on a terminal; what came there is in $out.
on_terminal() {
  python3 - "$out" "$@" <<'PY'
import os, pty, sys
with open(sys.argv[1], "wb") as out:
    os.environ["TERM"] = "xterm"
    def read(fd):
        data = os.read(fd, 65536)
        out.write(data)
        return b""
    pty.spawn(sys.argv[2:], read)
PY
}
colours() { grep -c "$(printf '\033')" "$out"; }

for made in 15.7,apple,capture-card 13.6,intel,capture-card 15.7,apple,clean; do
  chip_scenario=${made#*,}
  new "${made%%,*}" "${chip_scenario%,*}" "${made##*,}"
  kextirpate scan
  narrow "$made"
  is "$made: no colour in a file" "$(colours)" 0
  kextirpate status
  narrow "$made, status"
done
says 'next: nothing is left to do'

new 15.7 apple capture-card
kextirpate scan
is 'each carrier has its line: source, who takes it away, where' \
  "$(sed -n '/driver/,/remembered/p' "$out" | awk '/^  [a-z]/ && !/team|remembered/ { print $1, $2 }' | paste -sd' ')" \
  'bundle root preboot rebuild staged clear-staging stashed rebuild kcgen rebuild uakl rebuild loaded restart'
says '  remembered by   receipt policy load-history install-history'
says '^dext com.example.capture.dext  activated enabled'
says '^2 kexts: 2 installed$'
kextirpate scan -v
says '/System/Library/Caches/com.apple.kernelcaches/kernelcache.auxkc$'
says '  policy          recovery      /private/var/db/SystemPolicyConfiguration/KextPolicy$'

# Ready for an OS update?
expect 1 'installed: not ready' kextirpate status --update-ready
says 'not ready: an OS update probably would bring back'
says 'carried by bundle, preboot, staged, stashed, kcgen, uakl, loaded'
says 'do first: kextirpate uninstall example-capture, then ask again'
narrow 'update-ready'
kextirpate uninstall --approval=never example-capture
expect 1 'not approved: not ready' kextirpate status --update-ready
says 'do first: kextirpate approve'
kextirpate approve
expect 1 'approved, not restarted: not ready' kextirpate status --update-ready
says 'do first: restart before the update'
restart
expect 0 'gone: ready' kextirpate status --update-ready
says '^ready: nothing is left'
# Another kext that no run ever touched counts as well.
mkdir -p "$mac/Library/Extensions/Other.kext/Contents"
cat >"$mac/Library/Extensions/Other.kext/Contents/Info.plist" <<'PLIST'
<plist version="1.0"><dict><key>CFBundleIdentifier</key><string>org.other.driver</string></dict></plist>
PLIST
expect 1 'a kext that the ledger does not know: not ready' kextirpate status --update-ready
says '  org.other.driver'
new 13.6 apple capture-card
kextirpate uninstall example-capture
restart
expect 1 'inert on 13: not ready' kextirpate status --update-ready
says 'do first: nothing can be done before macOS 14'

# Names from a disk, and many of them.
copy=$story/copy
kext() { # kext FOLDER ID
  mkdir -p "$copy/Library/Extensions/$1/Contents"
  printf '<plist version="1.0"><dict><key>CFBundleIdentifier</key><string>%s</string></dict></plist>' \
    "$2" >"$copy/Library/Extensions/$1/Contents/Info.plist"
}
esc=$(printf '\033')
kext "${esc}[2J.kext" org.example.escape
kext "$(printf 'x\n  bundle          root          forged').kext" org.example.newline
kext "$(printf 'a\342\200\256b').kext" org.example.bidi
long=$(printf '%0200d' 0)
kext "$long.kext" "org.example.long.$long"
looked() { "$top/build/kextirpate" "$@" --root "$copy" >"$out" 2>"$err" </dev/null; status=$?; }
for way in '' -v; do
  # shellcheck disable=SC2086 # none or one word
  looked scan $way 'org.example.*'
  is "scan $way of nasty names: no escape reaches the terminal" "$(colours)" 0
  is "scan $way: no line is forged" "$(grep -c '^  bundle          root          forged' "$out")" 0
  says '\\x1b\[2J.kext'
  says '\\xe2\\x80\\xae'
done
looked scan 'org.example.*'
narrow 'nasty names'
looked status
narrow 'nasty names, status'
looked status --update-ready
narrow 'nasty names, update-ready'
looked explain 'org.example.*'
narrow 'nasty names, explain'
kext More.kext org.example.more
looked scan
narrow 'many kexts'
says 'kextirpate scan TARGET shows where each piece lies'
says '^  root            bundle /Library/Extensions/More.kext$'
says '^5 kexts: 5 installed$'
on_terminal "$top/build/kextirpate" scan --root "$copy"
is 'on a terminal there is colour' "$([ "$(colours)" -gt 0 ] && echo yes)" yes
is 'and no escape of a name' "$(grep -c "${esc}\[2J" "$out")" 0
on_terminal env NO_COLOR=1 "$top/build/kextirpate" scan --root "$copy"
is 'NO_COLOR is respected' "$(colours)" 0
done_testing
