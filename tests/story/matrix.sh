#!/bin/sh
# SPDX-License-Identifier: BSD-2-Clause
# One cell of matrix.tsv: matrix.sh FOLDER MACOS CHIP WHO USE. Makes the Mac, goes through
# the removal, prints the three answers, parted by TABs.
set -u
top=$(cd "${0%/*}/../.." && pwd)
macsim=$top/tests/macsim/macsim
macos=$2 chip=$3 who=$4 use=$5
mac=$1/$macos-$chip-$who-$use
card=example-capture
rules=/usr/local/kextirpate/rules

quietly() { "$@" >"$mac.log" 2>&1 || { echo "broken: $*" && cat "$mac.log" && exit 1; }; }

# answer COMMAND...: the standing of all its kexts, and the status.
answer() {
  "$macsim" run "$mac" -- kextirpate "$@" --rules $rules --json >"$mac.out" 2>"$mac.log" </dev/null
  status=$?
  told=$(tr -d '\n' <"$mac.out" | grep -o '"standing": *"[a-z-]*"' | sort -u | sed 's/.*"\([a-z-]*\)"$/\1/' | tr '\n' ' ')
  echo "$told$status"
}

quietly "$macsim" new "$mac" --macos "$macos" --chip "$chip" --scenario capture-card
approval=never how=
case $who in
approves) approval=ask ;;
refuses) approval=ask && quietly "$macsim" set "$mac" approval=no ;;
times-out) approval=ask && quietly "$macsim" set "$mac" approval=none ;;
nobody) quietly "$macsim" set "$mac" console=none ;;
mdm-not-allowed) how=--mdm-rebuild && quietly "$macsim" set "$mac" console=none mdm=enrolled ;;
mdm-allowed) how=--mdm-rebuild && quietly "$macsim" set "$mac" console=none mdm=allowed ;;
mdm-removes)
  how=--mdm-rebuild
  quietly "$macsim" set "$mac" console=none mdm=allowed assumption.mdm-rebuild-removes=yes
  ;;
esac
case $use in
not-loaded)
  quietly "$macsim" set "$mac" loads=no
  quietly "$macsim" restart "$mac"
  ;;
never-linked)
  quietly "$macsim" new "$mac" --macos "$macos" --chip "$chip" --scenario clean
  rules=/private/var/root/rules
  mkdir -p "$mac/Library/Extensions/ExampleCaptureDriver.kext/Contents" "$mac$rules"
  cp "$top/tests/macsim/rules/example-capture.xml" "$mac$rules/"
  echo '<plist version="1.0"><dict><key>CFBundleIdentifier</key>' \
    '<string>com.example.capture.driver</string></dict></plist>' \
    >"$mac/Library/Extensions/ExampleCaptureDriver.kext/Contents/Info.plist"
  ;;
esac

uninstall=$(answer uninstall --approval=$approval $card)
case $who in mdm-*) approve=- ;; *) approve=$(answer approve $card) ;; esac
# shellcheck disable=SC2086 # no word, or one
quietly "$macsim" restart $how "$mac"
printf '%s\t%s\t%s\n' "$uninstall" "$approve" "$(answer status $card)"
rm -rf "$mac" "$mac.out" "$mac.log"
