#!/bin/sh
# SPDX-License-Identifier: BSD-2-Clause
# rules draft: a support engineer meets a product that no rule knows, and has a first
# rule of it that lint accepts; nothing acts on it before a person has looked.
# shellcheck source=tests/story/lib.sh
. "${0%/*}/lib.sh"

tool=$top/build/kextirpate
[ "${MODE:-}" != asan ] || tool=$top/build/asan/kextirpate
mkdir "$story/none"
driver=com.example.capture.driver
lint() { # lint RULES: the last draft, beside the rules of that folder
  "$tool" rules lint --rules "$1" "$story/draft.xml" >"$out" 2>"$err"
  status=$?
}
draft() { # draft WHAT TARGET [OPTION...]: with an empty folder of rules
  what=$1
  shift
  expect 0 "$what: a draft" kextirpate rules draft --rules /opt "$@"
  cp "$out" "$story/draft.xml"
  expect 0 "$what: lint accepts it" lint "$story/none"
  cp "$story/draft.xml" "$out"
}

new 15.7 apple capture-card
on true
tree >"$story/before"
echo '# one kext is named: its package brings the other'
draft 'a kext' "$driver"
says "<kext id=\"$driver\" team=\"EXAMPLE001\">"
says '<kext id="com.example.capture.event" team="EXAMPLE001">'
says '<place>/Library/Extensions/ExampleCaptureDriver.kext</place>'
says '<receipt id="com.example.capture.pkg"/>'
says '<rule id="example-capture-driver" .*acts="detect">'
says_not ' class="'
says '<evidence grade="L">found on a Mac on 20..-..-.. by rules draft; confirm before acting</evidence>'
says 'Of the same team; if it takes over'
says '<dext id="com.example.capture.dext" team="EXAMPLE001"/>'
says '<app id="com.example.capture.app" team="EXAMPLE001" path="/Applications/Example Capture.app"/>'
cp "$story/draft.xml" "$story/first.xml"
for target in com.example.capture.event receipt:com.example.capture.pkg 'com.example.*' \
  /Library/Extensions/ExampleCaptureDriver.kext; do
  draft "$target" "$target"
  is "$target: the same kexts" "$(grep -o '<kext id="[^"]*"' "$story/draft.xml" | sort)" \
    "$(grep -o '<kext id="[^"]*"' "$story/first.xml" | sort)"
done

echo '# the suggestion is a sound rule when it is taken out of the comment'
sed -e 's/<!-- Of the same team.*//' -e 's/<.replacement> -->/<\/replacement>/' \
  "$story/first.xml" >"$story/draft.xml"
expect 0 'lint accepts it with the replacement' lint "$story/none"
is 'it is there' "$(grep -c '^  <replacement>' "$story/draft.xml")" 1

echo '# it detects, and nothing acts on it'
mkdir "$mac/opt/rules" && cp "$story/first.xml" "$mac/opt/rules/"
expect 1 'scan by the draft' kextirpate scan --json --rules /opt/rules
json "[k['rule'] for k in j['kexts'] if k['bundle_id'] == '$driver']" "['example-capture-driver']"
expect 5 'uninstall by the draft' kextirpate uninstall --rules /opt/rules example-capture-driver
rm -r "$mac/opt/rules"

echo '# a product that a rule knows'
expect 0 'a draft of what is known' kextirpate rules draft example-capture
cp "$out" "$story/draft.xml"
says 'the rule example-capture knows this product already'
says '<rule id="example-capture" vendor="Example Capture" .*class="other" acts="detect">'
expect 0 'lint takes it for the same rule' lint "$top/tests/macsim/rules"

echo '# JSON, and a copy of the Mac'
expect 0 'as JSON' kextirpate rules draft --json --rules /opt "$driver"
json 'j["schema"], j["draft"].startswith("<?xml")' "('kextirpate/rules/1', True)"
expect 0 'of a copy' kextirpate rules draft --root / --rules /opt "$driver"
says '<receipt id="com.example.capture.pkg"/>'

echo '# what is refused'
expect 64 'no target' kextirpate rules draft
expect 64 'two targets' kextirpate rules draft a b
expect 64 'nobody knows it' kextirpate rules draft --rules /opt com.exmaple.capture.driver
says "did you mean $driver"
expect 64 '--root with list' kextirpate rules list --root /
expect 0 'known, but not here' kextirpate rules draft magewell-pro-capture
is 'and nothing is printed' "$(cat "$out")" ''
tree >"$story/after"
if cmp -s "$story/before" "$story/after"; then ok 'nothing was changed'; else not_ok 'nothing was changed'; fi

echo '# a package with an app, jobs, and names that would break XML'
new 15.7 apple ch34x
draft 'a package with an app' receipt:cn.wch.pkg.CH34xVCPDriver
says 'installs /Applications/CH34xVCPDriver.app too: if that stays, write .keep receipt='
new 15.7 apple every-source
expect 1 'every source' kextirpate scan --json --rules /opt
python3 -c 'import json,sys; [print(k["bundle_id"]) for k in json.load(open(sys.argv[1]))["kexts"] if k["bundle_id"]]' "$out" >"$story/ids"
drafts=0
while read -r id; do
  kextirpate rules draft --rules /opt "$id"
  [ "$status" = 0 ] || [ "$status" = 65 ] || not_ok "draft $id" "status $status"
  [ "$status" = 0 ] || continue
  cp "$out" "$story/draft.xml"
  lint "$story/none"
  [ "$status" = 0 ] || not_ok "lint of the draft of $id" "$(cat "$story/draft.xml")"
  drafts=$((drafts + 1))
done <"$story/ids"
if [ "$drafts" -ge 10 ]; then ok "$drafts drafts of every source, each accepted"; else not_ok "$drafts drafts of every source"; fi
{
  printf 'kext\t/Library/Extensions/A & B "<--x>.kext\tcom.odd.driver\tODDODDODD1\n'
  printf 'kext\t/Library/Extensions/A & B "<--x>.kext/Contents/PlugIns/Two.kext\tcom.odd.driver.two\tODDODDODD1\n'
  printf 'job\t/Library/LaunchDaemons/com.odd.helper.plist\tcom.odd.helper\n'
  printf 'job\t/Library/LaunchDaemons/org.else--where.helper.plist\torg.else--where.helper\n'
  printf 'receipt\tcom.odd.pkg\nlists\tLibrary\nlists\tLibrary/LaunchDaemons\n'
  printf 'lists\tLibrary/LaunchDaemons/com.odd.helper.plist\n'
  printf 'lists\tLibrary/LaunchDaemons/org.else--where.helper.plist\nlists\tLibrary/Extensions\n'
  printf 'lists\tLibrary/Extensions/A & B "<--x>.kext\n'
} >"$story/described"
"$macsim" new "$mac" --macos 15.7 --chip apple --scenario described --describe "$story/described" \
  >"$out" 2>"$err" || not_ok 'macsim new'
draft 'odd names' com.odd.driver
says '<place>/Library/Extensions/A &amp; B &quot;&lt;--x&gt;.kext</place>'
says '<job label="com.odd.helper"/>'
says 'left out: org.else- -where.helper has no prefix of this product'
says_not 'label="org.else'
done_testing
