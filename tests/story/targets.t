#!/bin/sh
# SPDX-License-Identifier: BSD-2-Clause
# What a person may name, sentence by sentence: rule, id, pattern, package, path; what
# is known but not here, what nobody knows, and how wide a pattern may be.
# shellcheck source=tests/story/lib.sh
. "${0%/*}/lib.sh"

card=example-capture
driver=com.example.capture.driver
bundle=/Library/Extensions/ExampleCaptureDriver.kext
new 15.7 apple capture-card
on true
tree >"$story/before"
unchanged() {
  tree >"$story/after"
  if cmp -s "$story/before" "$story/after"; then ok "$1: nothing was changed"; else not_ok "$1: nothing was changed"; fi
}
ids() { # ids WANTED: the kexts of the last scan
  json "' '.join(sorted(k['bundle_id'] for k in j['kexts']))" "$1"
}

echo '# each kind of target'
both='com.example.capture.driver com.example.capture.event'
expect 1 'a rule' kextirpate scan --json "$card"
ids "$both"
expect 1 "a kext's id" kextirpate scan --json "$driver"
ids "$driver"
expect 1 'a pattern' kextirpate scan --json 'com.example.*'
ids "$both"
expect 1 'a pattern in the middle' kextirpate scan --json 'com.*.driver'
ids "$driver"
expect 1 'a package' kextirpate scan --json receipt:com.example.capture.pkg
ids "$both"
expect 1 'a path' kextirpate scan --json "$bundle"
ids "$driver"
expect 1 'a path, written carelessly' kextirpate scan --json "/Library//Extensions/./ExampleCaptureDriver.kext/"
ids "$driver"
expect 1 'two targets' kextirpate scan --json com.example.capture.event "$driver"
ids "$both"

echo '# known, but not on this Mac: nothing to do'
known() {
  expect 0 "$1" kextirpate uninstall "$2"
  expect 0 "$1: scan" kextirpate scan "$2"
}
known 'a rule' magewell-pro-capture
known 'a kext of a rule' com.wacom.kext.wacomtablet
known 'a pattern of such' 'com.wacom.kext.*'
known 'a package of a rule' receipt:com.magewell.ProCapture
unchanged 'known'

echo '# nobody knows it: a usage error with suggestions'
unknown() { # unknown TARGET [SUGGESTION]
  for verb in scan explain plan uninstall status; do
    kextirpate "$verb" "$1"
    [ "$status" = 64 ] || not_ok "$verb $1" "status $status"
  done
  if [ -n "${2:-}" ]; then says "did you mean $2[?, ]"; else says_not 'did you mean'; fi
}
unknown xample-capture example-capture
unknown example-captuer example-capture
unknown exampel example-capture
unknown com.exmaple.capture.driver com.example.capture.driver
unknown com.example.capture.drivers com.example.capture.driver
unknown receipt:com.example.captur.pkg receipt:com.example.capture.pkg
unknown /Library/Extensions/ExampleCaptureDrivr.kext "$bundle"
unknown receipt:org.nobody.knows.this
unknown org.nobody.knows.this
unknown /Library/Extensions/Nobody.kext
unknown '../ExampleCaptureDriver.kext'
expect 64 'two kexts are as near as each other' kextirpate scan com.example.captur
says "did you mean com.example.capture.[a-z]* or com.example.capture.[a-z]*?"
unchanged 'unknown'

echo '# how wide a pattern may be where something changes'
for verb in uninstall plan migrate approve handoff; do
  expect 64 "$verb of one whole label" kextirpate "$verb" 'com.*'
  says 'at least two whole labels'
  expect 64 "$verb of half a label" kextirpate "$verb" 'com.examp*'
done
expect 64 'as a dry run' kextirpate uninstall --dry-run 'com.*'
expect 1 'looking may be wide' kextirpate scan 'com.*'
expect 2 'two whole labels do' kextirpate plan --approval=ask --accept-bystanders 'com.example.*'
unchanged 'patterns'

echo '# a product that went, and its package, are known'
expect 2 'uninstall' kextirpate uninstall --approval=ask "$card"
expect 2 'its package' kextirpate status receipt:com.example.capture.pkg
restart
expect 0 'its package, again' kextirpate uninstall receipt:com.example.capture.pkg
expect 0 'its kext, again' kextirpate uninstall "$driver"
expect 0 'its path, again' kextirpate uninstall "$bundle"

echo '# several products'
new 15.7 apple studio
on true
tree >"$story/before"
kextirpate scan --json
rules=$(python3 -c 'import json,sys; print(len({k["rule"] or k["bundle_id"] for k in json.load(open(sys.argv[1]))["kexts"] if k["bundle_id"].startswith("com.example.")}))' "$out")
if [ "$rules" -gt 1 ]; then ok "com.example.* are $rules products"; else not_ok "com.example.* are $rules products"; fi
for verb in uninstall plan approve; do
  expect 64 "$verb of more than one product" kextirpate "$verb" 'com.example.*'
  says 'give --all-matching'
done
expect 5 'with --all-matching it is judged' kextirpate plan --all-matching 'com.example.*'
unchanged 'several products'

echo '# a path that begins in the current folder, as a shell completes it'
on sh -c 'cd /Library/Extensions && kextirpate status --json StudioLink.kext/'
json "[k['bundle_id'] for k in j['kexts']]" "['com.example.studio.link']"
done_testing
