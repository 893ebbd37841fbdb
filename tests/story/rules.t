#!/bin/sh
# SPDX-License-Identifier: BSD-2-Clause
# The rules: every file of the catalogue is sound, every broken rule is refused with
# its line, and a rule that only detects is shown and never acted on.
# shellcheck source=tests/story/lib.sh
. "${0%/*}/lib.sh"

build=${MACSIM_BUILD:-$top/build}
catalogue=$top/rules/catalogue
broken=$story/broken.xml
head='<rule id="r" vendor="V" product="P">\n'
kext='<kext id="com.v.k"><place>/Library/Extensions/k.kext</place></kext>\n'
tail='<evidence grade="S">e</evidence>\n</rule>\n'

# here COMMAND...: runs the tool on this machine, which may be no Mac.
here() {
  "$build/kextirpate" "$@" >"$out" 2>"$err" </dev/null
  status=$?
}

# The catalogue.
expect 0 'the catalogue is sound' here rules lint --rules "$catalogue"
is 'lint has nothing to say' "$(cat "$out" "$err")" ''
for file in "$catalogue"/*.xml; do
  id=$(basename "$file" .xml)
  here rules lint --rules "$catalogue" "$file"
  named=$(sed -n 's/^<rule id="\([^"]*\)".*/\1/p' "$file")
  is "$id is sound, and its file is named after it" "$status $named" "0 $id"
done
expect 0 'the rule of the tests is sound' here rules lint "$top/tests/macsim/rules/example-capture.xml"
for wrong in cn.wch.CH34xVCPControlDriver com.northpolesec.santa-driver com.highpoint-tech; do
  is "$wrong does not enter" "$(grep -l "<kext id=\"$wrong" "$catalogue"/*.xml)" ''
done

# The table of vendors that the catalogue was made from, where it is at hand.
shared=$top/../shared
table=$shared/facts/vendors.md
if [ -f "$table" ]; then
  counted=$(python3 "${0%/*}/vendors.py" "$table" "$catalogue" "${0%/*}/vendors-left-out.txt")
  is 'every row of the table is in the catalogue, or left out with a reason' "$?" 0
  echo "$counted" | sed 's/^[^#]/# &/'
  shipped=0 taken=
  for name in $(sed -n '/^## Third-party kexts that ship/,/^## Facts/p' "$table" | grep -oE '[/ ][A-Za-z0-9]+\.kext( |;)' | tr -d '/; ' | sort -u); do
    shipped=$((shipped + 1))
    for place in "/Library/Extensions/$name" "/Library/Apple/System/Library/Extensions/$name"; do
      case $place in */Extensions/RemoteVirtualInterface.kext | */Extensions/AppleMobileDevice.kext)
        case $place in /Library/Extensions/*) continue ;; esac ;;
      esac
      printf '%b' "$head<kext><place>$place</place></kext>$tail" >"$broken"
      here rules lint "$broken"
      [ "$status" = 65 ] || taken="$taken $place"
    done
  done
  is "no rule may name the $shipped kexts that ship with macOS" "$shipped$taken" 12
else
  echo '# the table of vendors is not at hand: not counted'
fi

# list and show.
expect 0 'rules list' here rules list --rules "$catalogue"
is 'a line for each file' "$(wc -l <"$out")" "$(find "$catalogue" -name '*.xml' | wc -l)"
says '^wch-ch34x-vcp  WCH, CH34xVCPDriver (serial)$'
expect 0 'rules list --json' here rules list --json --rules "$catalogue"
json 'j["schema"], j["exit"], j["problems"]' "('kextirpate/rules/1', 0, [])"
json 'sorted(j["rules"][0])' "['acts', 'evidence', 'id', 'kexts', 'product', 'vendor']"
json '[r["id"] for r in j["rules"]] == sorted(r["id"] for r in j["rules"])' True
json 'sorted({r["acts"] for r in j["rules"]})' "['detect', 'remove']"
json '[r["id"] for r in j["rules"] if r["acts"] == "remove" and {k["grade"] for k in r["kexts"]} - set("SDVLU")]' '[]'
json '[k["bundle_id"] for r in j["rules"] if r["id"] == "magewell-pro-capture" for k in r["kexts"]]' '[None, None]'
expect 0 'rules show' here rules show oracle-virtualbox --rules "$catalogue"
says 'org.virtualbox.kext.VBoxDrv (VB5E2TV963)'
says 'evidence .*(V: '
expect 0 'rules show --json' here rules show wch-ch34x-vcp --json --rules "$catalogue"
json 'j["rule"]["replacement"]["app_path"], j["rule"]["class"], j["rule"]["receipts"]' \
  "('/Applications/CH34xVCPDriver.app', 'serial', ['cn.wch.pkg.CH34xVCPDriver'])"
expect 64 'an unknown rule' here rules show oracle-virtualbocks --rules "$catalogue"
says 'did you mean oracle-virtualbox?'
for words in '' show 'show a b' 'list a' frobnicate; do
  # shellcheck disable=SC2086 # words
  expect 64 "rules $words" here rules $words
done
expect 66 'a file that is not there' here rules lint "$story/none.xml"
expect 66 'a folder of rules that is not there' here rules lint --rules "$story/none"

# Broken rules: LINE~WORDS~TEXT; head, kext and tail are a sound rule's lines 1, 2 and 3.
while IFS='~' read -r line words text; do
  printf '%b' "$text" >"$broken"
  here rules lint "$broken"
  if [ "$status" = 65 ] && grep -q "^$broken:$line: .*$words" "$out"; then
    ok "refused in line $line: $words"
  else
    not_ok "refused in line $line: $words" "status $status" "$text"
  fi
done <<ROWS
1~well-formed~
1~well-formed~<rule
3~well-formed~$head$kext</wrong>
1~outermost~<product/>
2~document type~<!DOCTYPE rule [<!ENTITY e "x">]>\n$head$kext$tail
1~needs a <kext>~$head$tail
1~needs its <evidence>~$head$kext</rule>
1~attribute id~<rule vendor="V" product="P">$kext$tail
1~attribute vendor~<rule id="r" product="P">$kext$tail
1~class fast is not known~<rule id="r" vendor="V" product="P" class="fast">$kext$tail
1~not kill~<rule id="r" vendor="V" product="P" acts="kill">$kext$tail
1~no attribute colour~<rule id="r" vendor="V" product="P" colour="red">$kext$tail
1~no id of a rule~<rule id="R_1" vendor="V" product="P">$kext$tail
1~no id of a rule~<rule id="-r" vendor="V" product="P">$kext$tail
1~vendor is empty~<rule id="r" vendor=" " product="P">$kext$tail
1~product is empty~<rule id="r" vendor="V" product=" ">$kext$tail
3~<daemon> is not known~$head$kext<daemon/>$tail
3~text stands~$head${kext}words$tail
3~evidence is empty~$head$kext<evidence> </evidence></rule>
3~must hold text~$head$kext<evidence/></rule>
4~S, D, V, L, U and C~$head$kext<evidence grade="S">e</evidence>\n<evidence grade="s">e</evidence></rule>
2~needs an id, a pattern or a place~$head<kext/>$tail
2~no bundle id~$head<kext id=""/>$tail
2~no bundle id~$head<kext id="driver"/>$tail
2~no bundle id~$head<kext id="com.v.*"/>$tail
2~no bundle id~$head<kext id="com..k"/>$tail
2~no bundle id~$head<kext id="com.v.k "/>$tail
2~Apple's~$head<kext id="com.apple.driver.X"/>$tail
2~ships with macOS~$head<kext id="com.softraid.driver.SoftRAID"/>$tail
3~ships with macOS~$head<kext id="a.b">\n<place>/Library/Extensions/SoftRAID.kext</place></kext>$tail
2~ships with macOS~$head<kext><place>/Library/Extensions/ArcMSR.kext</place></kext>$tail
2~no Team ID~$head<kext id="com.v.k" team="SHORT"/>$tail
2~no Team ID~$head<kext id="com.v.k" team="example001"/>$tail
2~no Team ID~$head<kext id="com.v.k" team=""/>$tail
2~complete path~$head<kext><place>k.kext</place></kext>$tail
2~complete path~$head<kext><place>/</place></kext>$tail
2~complete path~$head<kext><place>/Library</place></kext>$tail
2~complete path~$head<kext><place>/Library/Extensions/../k.kext</place></kext>$tail
2~everybody's~$head<kext><place>/Library/Extensions</place></kext>$tail
2~everybody's~$head<kext><place>/Library/Application Support</place></kext>$tail
2~a home~$head<kext><place>/Users/me/k.kext</place></kext>$tail
2~a home~$head<kext><place>/Users/me</place></kext>$tail
2~macOS keeps~$head<kext><place>/System/Library/Extensions/k.kext</place></kext>$tail
2~macOS keeps~$head<kext><place>/Library/StagedExtensions/Library/Extensions/k.kext</place></kext>$tail
2~lies outside~$head<kext><place>/private/var/db/k.kext</place></kext>$tail
2~no bounded pattern~$head<kext><place>/Library/Extensions/*.kext</place></kext>$tail
2~not a bundle~$head<kext><place>/Library/Application Support/V</place></kext>$tail
3~in two kexts~$head$kext$kext$tail
3~in two kexts~$head$kext<kext id="com.v.l"><place>/Library/Extensions/k.kext</place></kext>$tail
2~stands here twice~$head<kext><place>/opt/v/k.kext</place><place>/opt/v/k.kext</place></kext>$tail
3~attribute id~$head$kext<receipt/>$tail
3~no package id~$head$kext<receipt id="com.v.*"/>$tail
3~package of Apple's~$head$kext<receipt id="com.apple.pkg.V"/>$tail
4~stands here twice~$head$kext<receipt id="com.v.pkg"/>\n<receipt id="com.v.pkg"/>$tail
3~needs a <dext>~$head$kext<replacement/>$tail
3~no Team ID~$head$kext<replacement><dext id="com.v.d" team="T"/></replacement>$tail
3~cannot replace itself~$head$kext<replacement><dext id="com.v.k" team="EXAMPLE001"/></replacement>$tail
3~not a bundle~$head$kext<replacement><dext id="com.v.d" team="EXAMPLE001"/><app id="com.v.a" team="EXAMPLE001" path="/Applications/V"/></replacement>$tail
2~replacement's app~$head<kext><place>/Applications/V.app/k.kext</place></kext><replacement><dext id="com.v.d" team="EXAMPLE001"/><app id="com.v.a" team="EXAMPLE001" path="/Applications/V.app"/></replacement>$tail
1~outermost~<rule xmlns="http://v" id="r" vendor="V" product="P">$kext$tail
3~is not known in <rule>~$head$kext<v:kext xmlns:v="http://v" id="a.b"/>$tail
1~policy is report or repair~<rule id="r" vendor="V" product="P" policy="fight">$kext$tail
1~vendor is empty~<rule id="r" vendor="&#32;" product="P">$kext$tail
2~not both~$head<kext id="com.v.k" pattern="com.v.k[0-9]{2}"/>$tail
2~no bounded pattern~$head<kext pattern="com.v.k*"/>$tail
2~no bounded pattern~$head<kext pattern="com.v.k[0-9]"/>$tail
2~no bounded pattern~$head<kext pattern="com.v.k[0-9]+"/>$tail
2~no bounded pattern~$head<kext pattern="com.v.k[0-9]{0}"/>$tail
2~no bounded pattern~$head<kext pattern="com.v.k[0-9]{3,2}"/>$tail
2~no bounded pattern~$head<kext pattern="com.v.k[0-9]{99}"/>$tail
2~no bounded pattern~$head<kext pattern="com.v.k[^a]{2}"/>$tail
2~no bounded pattern~$head<kext pattern="com.v.k[0-9]{2"/>$tail
2~has no set~$head<kext pattern="com.v.k"/>$tail
2~another vendor's~$head<kext pattern="com.[a-z]{1,9}.driver"/>$tail
2~another vendor's~$head<kext pattern="[a-z]{3}.v.k"/>$tail
2~another vendor's~$head<kext pattern="com.v[0-9]{2}"/>$tail
2~matches what is Apple's~$head<kext pattern="com.apple.driver.X[0-9]{2}"/>$tail
2~ships with macOS~$head<kext pattern="com.highpoint-tech.kext.HighPoint[A-Z]{2}"/>$tail
2~another product of the vendor~$head<kext pattern="com.v.[a-z]{1,9}"/>$tail
2~no bundle id has~$head<kext pattern="com.v.k k[0-9]{2}"/>$tail
2~must be whole~$head<kext id="com.v.k"><place>/opt/v/k[0-9]{2}.kext</place></kext>$tail
2~any product's~$head<kext pattern="com.v.k[0-9]{2}"><place>/Library/Extensions/k[0-9]{2}.kext</place></kext>$tail
2~ships with macOS~$head<kext pattern="com.v.k[0-9]{2}"><place>/Library/Extensions/ACS6[a-z]{1}.kext</place></kext>$tail
2~ships with macOS~$head<kext><place>/Library/Extensions/softraid.kext</place></kext>$tail
2~lies outside~$head<kext><place>/library/Extensions/k.kext</place></kext>$tail
2~ASCII~$head<kext><place>/Library/Exten\0305\0277ions/k.kext</place></kext>$tail
2~macOS keeps~$head<kext><place>/Library/apple/k.kext</place></kext>$tail
2~macOS keeps~$head<kext><place>/Library/DriverExtensions/k.kext</place></kext>$tail
2~package manager~$head<kext><place>/opt/homebrew/k.kext</place></kext>$tail
2~S, D, V, L, U and C~$head<kext id="com.v.k" evidence="Q"/>$tail
2~no <evidence grade="V">~$head<kext id="com.v.k" evidence="V"/>$tail
2~rests on a cask~$head<kext id="com.v.k" evidence="C"/><evidence grade="S">e</evidence><evidence grade="C">c</evidence></rule>
3~must say how it is known~$head$kext<evidence>e</evidence></rule>
3~cask alone~$head$kext<evidence grade="C">e</evidence></rule>
3~S, D, V, L, U and C~$head$kext<evidence grade="Z">e</evidence></rule>
3~<job> needs~$head$kext<job/>$tail
3~no prefix of this product~$head$kext<job label="com.other.daemon"/>$tail
3~no prefix of this product~$head$kext<job label="com.v"/>$tail
3~no prefix of this product~$head$kext<job label="daemon"/>$tail
3~job of Apple's~$head$kext<job label="com.apple.kextd"/>$tail
3~no label of a job~$head$kext<job label="com.v.*"/>$tail
4~stands here twice~$head$kext<job label="com.v.j"/>\n<job label="com.v.j"/>$tail
3~goes and stays~$head$kext<job label="com.v.j"/><keep job="com.v.j">w</keep>$tail
3~goes and stays~$head$kext<receipt id="com.v.p"/><keep receipt="com.v.p">w</keep>$tail
3~rests on a cask~$head$kext<job label="com.v.j" evidence="C"/><evidence grade="S">e</evidence><evidence grade="C">c</evidence></rule>
3~complete path~$head$kext<extra>/Library</extra>$tail
3~everybody's~$head$kext<extra>/Library/LaunchDaemons</extra>$tail
3~everybody's~$head$kext<extra>/Library/application support</extra>$tail
3~everybody's~$head$kext<extra>/usr/local/share/man/man8</extra>$tail
3~a home~$head$kext<extra>/Users/me/Library/V</extra>$tail
3~lies outside~$head$kext<extra>/private/etc/v.conf</extra>$tail
3~lies outside~$head$kext<extra>/Volumes/V/x</extra>$tail
3~macOS keeps~$head$kext<extra>/System/Library/V</extra>$tail
3~this tool~$head$kext<extra>/Library/Application Support/kextirpate/vault</extra>$tail
3~is a kext~$head$kext<extra>/Library/Extensions/other.kext</extra>$tail
3~must be whole~$head$kext<extra>/Library/Vendor/v[0-9]{2}</extra>$tail
4~lie in one another~$head$kext<extra>/opt/v</extra>\n<extra>/opt/v/in</extra>$tail
3~which stays~$head$kext<extra>/opt/v</extra><keep path="/opt/v/data">w</keep>$tail
3~which stays~$head$kext<extra>/Applications/V.app/x</extra><replacement><dext id="com.v.d"/><app path="/Applications/V.app"/></replacement>$tail
3~path, receipt, job~$head$kext<keep>w</keep>$tail
3~path, receipt, job~$head$kext<keep path="/opt/v" job="com.v.j">w</keep>$tail
3~must hold text~$head$kext<keep path="/opt/v"/>$tail
3~say why~$head$kext<keep path="/opt/v"> </keep>$tail
3~complete path~$head$kext<uninstaller path="un.sh"/>$tail
4~a second <uninstaller>~$head$kext<uninstaller path="/opt/v/un"/>\n<uninstaller path="/opt/v/un"/>$tail
3~no version~$head$kext<replacement minimum="new"><dext id="com.v.d"/></replacement>$tail
3~coexists is yes or no~$head$kext<replacement coexists="perhaps"><dext id="com.v.d"/></replacement>$tail
3~macos is a number~$head$kext<replacement macos="Big Sur"><dext id="com.v.d"/></replacement>$tail
3~must come after an <app>~$head$kext<replacement><dext id="com.v.d"/><activate program="a"/></replacement>$tail
3~path inside the app~$head$kext<replacement><dext id="com.v.d" team="EXAMPLE001"/><app id="com.v.a" team="EXAMPLE001" path="/Applications/V.app"/><activate program="../x"/></replacement>$tail
3~<open/> needs~$head$kext<replacement><dext id="com.v.d"/><app path="/Applications/V.app"/><open/></replacement>$tail
3~Apple's~$head$kext<replacement><dext id="com.apple.d"/></replacement>$tail
3~stands here twice~$head$kext<replacement><dext id="com.v.d"/><sysext id="com.v.d"/></replacement>$tail
3~must hold text~$head$kext<evidence grade="S"><b/></evidence></rule>
ROWS
{
  printf '%b' "$head$kext"
  head -c 300000 /dev/zero | tr '\0' ' '
  printf '%b' "$tail"
} >"$broken"
expect 65 'a file that is too large' here rules lint "$broken"
says "^$broken:1: is larger than"
printf '%b' "$head<kext id='driver'/>$tail" >"$broken"
here rules lint --json "$broken"
json 'j["exit"], [(f["line"], f["path"]) for f in j["faults"]]' "(65, [(2, '$broken')])"

# Two files that say the same.
printf '%b' "$head$kext$tail" >"$story/one.xml"
printf '%b' "$head$kext$tail" | sed 's/id="r"/id="s"/' >"$story/two.xml"
expect 0 'one of them alone' here rules lint "$story/two.xml"
expect 65 'two rules with the same kext' here rules lint "$story/one.xml" "$story/two.xml"
says "two.xml:2: com.v.k is a kext of the rule r too"
cp "$story/one.xml" "$story/two.xml"
expect 65 'two files with the same rule' here rules lint "$story/one.xml" "$story/two.xml"
says "two.xml:1: .*one.xml has the rule r too"
sed 's|com.v.k|com.wch.usbserial|' "$story/one.xml" >"$story/two.xml"
expect 65 'a kext that a known rule has' here rules lint --rules "$catalogue" "$story/two.xml"
says 'com.wch.usbserial is a kext of the rule wch-ch34x-install too'

# On a Mac: a rule that only detects is shown, explained, and never acted on.
new 15.7 apple capture-card
on true
expect 0 'rules list on a Mac' kextirpate rules list
says '^example-capture  '
says '^magewell-pro-capture  '
expect 0 'the installed rules are sound' kextirpate rules lint
mkdir -p "$mac/opt/rules"
sed 's/<rule /<rule acts="detect" /' "$top/tests/macsim/rules/example-capture.xml" >"$mac/opt/rules/example-capture.xml"
tree >"$story/before"
expect 0 'it is listed' kextirpate rules list --json --rules /opt/rules
json '[(r["id"], r["acts"]) for r in j["rules"]]' "[('example-capture', 'detect')]"
expect 1 'scan shows its kexts' kextirpate scan --json --rules /opt/rules
json 'sorted({str(k["rule"]) for k in j["kexts"]})' "['example-capture']"
expect 0 'explain says what the rule is for' kextirpate explain com.example.capture.driver --rules /opt/rules
says 'Its rule example-capture only detects: uninstall refuses it.'
expect 5 'plan refuses' kextirpate plan example-capture --rules /opt/rules
says 'the rule example-capture only detects'
for target in example-capture com.example.capture.driver 'com.example.capture.*' \
  receipt:com.example.capture.pkg /Library/Extensions/ExampleCaptureDriver.kext; do
  expect 5 "uninstall refuses $target" kextirpate uninstall --without-replacement --rules /opt/rules "$target"
done

# Rules that others may write are not acted on.
own() { cp "$top/tests/macsim/rules/example-capture.xml" "$mac/opt/rules/example-capture.xml"; }
untrusted() { # untrusted NAME: uninstall refuses, and a plan too, before anything is done
  expect 77 "uninstall refuses: $1" kextirpate uninstall --without-replacement --rules "${2:-/opt/rules}" example-capture
}
own
on chmod 0775 /opt/rules
untrusted 'the folder of rules is writable by its group'
on chmod 01777 /opt/rules
untrusted 'the folder of rules is sticky and writable by all'
on chmod 0755 /opt/rules
on chmod 0777 /opt
untrusted 'a folder above is writable by all'
on chmod 0755 /opt
on chmod 0666 /opt/rules/example-capture.xml
untrusted 'a rule is writable by all'
on chmod 0644 /opt/rules/example-capture.xml
on chown 501 /opt/rules/example-capture.xml
untrusted 'a rule is a user'"'"'s'
on chown 0 /opt/rules/example-capture.xml
on chown 501 /opt/rules
untrusted 'the folder of rules is a user'"'"'s'
on chown 0 /opt/rules
on ln -s /opt/rules /opt/link
untrusted 'the folder of rules is a link' /opt/link
on rm /opt/link
on ln -s /opt/rules/example-capture.xml /opt/rules/other.xml
untrusted 'a rule is a link'
on rm /opt/rules/other.xml
sed 's/<rule /<rule acts="detect" /' "$top/tests/macsim/rules/example-capture.xml" >"$mac/opt/rules/example-capture.xml"
tree >"$story/after"
if cmp -s "$story/before" "$story/after"; then ok 'nothing was changed'; else not_ok 'nothing was changed'; fi
done_testing
