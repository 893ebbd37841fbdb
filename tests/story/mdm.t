#!/bin/sh
# SPDX-License-Identifier: BSD-2-Clause
# What other systems take: each output against Apple's own schemas, or run as the
# system would run it.
# shellcheck source=tests/story/lib.sh
. "${0%/*}/lib.sh"

card=example-capture
schemas=$top/../shared/schema
fits() { # fits: the last output is what Apple's schema says
  got=$(python3 "$top/tests/story/schema.py" "$schemas" "$out")
  case $? in
  0) ok "fits Apple's schema ($got)" ;;
  3) ok "fits Apple's schema # SKIP $got" ;;
  *) not_ok "fits Apple's schema" "$got" ;;
  esac
}
plist() { # plist EXPRESSION WANTED, over p
  got=$(python3 -c 'import plistlib,sys; p=plistlib.load(open(sys.argv[1],"rb")); print(eval(sys.argv[2]))' "$out" "$1" 2>&1)
  is "$1" "$got" "$2"
}

new 15.7 apple capture-card
echo '# Device management'
set_mac mdm=none
expect 5 'where MDM may not rebuild, no command is given' kextirpate mdm restart-device
says 'MDM may not rebuild the collection'
set_mac mdm=allowed
expect 0 'where it may, there is one' kextirpate mdm restart-device
fits
plist "p['Command']" "{'RequestType': 'RestartDevice', 'RebuildKernelCache': True}"
says 'nobody has shown (assumption mdm-rebuild-removes)'
expect 0 'the dext is allowed' kextirpate mdm system-extension-profile "$card"
fits
plist "p['PayloadContent'][0]['AllowedSystemExtensions']" "{'EXAMPLE001': ['com.example.capture.dext']}"
cp "$out" "$story/first"
expect 0 'by a kext of it, too' kextirpate mdm system-extension-profile com.example.capture.driver
if cmp -s "$out" "$story/first"; then ok 'and always by the same bytes'; else not_ok 'and always by the same bytes'; fi
expect 65 'a rule without a team is no profile' kextirpate mdm system-extension-profile magewell-pro-capture
expect 64 'nor is what nobody knows' kextirpate mdm system-extension-profile com.nobody.knows
expect 0 'privacy' kextirpate mdm privacy-profile ABCDE12345
fits
plist "sorted(p['PayloadContent'][0]['Services'])" "['SystemPolicyAllFiles', 'SystemPolicyAppBundles']"
plist "[s['Identifier'] for v in p['PayloadContent'][0]['Services'].values() for s in v][0]" /usr/local/kextirpate/bin/kextirpate
expect 64 'a team has ten letters' kextirpate mdm privacy-profile 'abc"'
expect 0 'background items' kextirpate mdm background-profile
fits
plist "p['PayloadContent'][0]['Rules'][0]['RuleValue']" org.kextirpate.
expect 0 'as JSON' kextirpate mdm background-profile --json
json "(j['schema'], j['kind'], j['text'][:5])" "('kextirpate/mdm/1', 'background-profile', '<?xml')"

echo '# a checker that accepts everything checks nothing'
for change in 's/<string>LabelPrefix</<string>Prefix</' 's/<key>RuleValue</<key>RuleWord</' 's/<integer>1</<integer>2</'; do
  kextirpate mdm background-profile
  sed -i "$change" "$out"
  if python3 "$top/tests/story/schema.py" "$schemas" "$out" >/dev/null; then not_ok "refused: $change"; else ok "refused: $change"; fi
done

echo '# scripts, run as the systems would'
expect 0 'Jamf Pro' kextirpate mdm extension-attribute "$card"
cp "$out" "$mac/private/tmp/ea"
expect 0 'before' on sh /private/tmp/ea
says '^<result>present: com.example.capture.driver  *installed.*</result>$'
expect 3 'uninstall' kextirpate uninstall --approval=never "$card"
expect 0 'after' on sh /private/tmp/ea
says '^<result>approval: '
expect 0 'Intune, for all cases' kextirpate mdm intune-attribute
cp "$out" "$mac/private/tmp/ea"
expect 0 'it runs' on sh /private/tmp/ea
says '^approval: com.example.capture.driver'
expect 0 'osquery' kextirpate mdm osquery
json "sorted(j['auto_table_construction']['kextirpate_cases'])" "['columns', 'path', 'platform', 'query']"
is 'its query fits the ledger' "$(python3 -c 'import json,sqlite3,sys
t = json.load(open(sys.argv[1]))["auto_table_construction"]["kextirpate_cases"]
c = sqlite3.connect(sys.argv[2] + t["path"]).execute(t["query"])
print([d[0] for d in c.description] == t["columns"], len(c.fetchall()))' "$out" "$mac")" 'True 2'

echo '# munki'
new 15.7 apple capture-card
munki() { # munki SCRIPT: as munki runs it
  python3 -c 'import plistlib,sys; sys.stdout.write(plistlib.load(open(sys.argv[1],"rb"))[sys.argv[2]])' \
    "$story/pkginfo" "$1" >"$mac/private/tmp/$1"
  on sh "/private/tmp/$1"
}
expect 0 'a pkginfo' kextirpate mdm munki "$card"
cp "$out" "$story/pkginfo"
plist "(p['name'], p['catalogs'], p['installer_type'], p['unattended_install'])" "('kextirpate-example-capture', ['testing'], 'nopkg', True)"
expect 0 'there is something to install' munki installcheck_script
expect 0 'what waits is no failure' munki preinstall_script
expect 1 'then there is nothing' munki installcheck_script
is 'the bundles are away' "$(find "$mac/Library/Extensions" -name 'Example*' | wc -l)" 0
expect 0 'a pattern is quoted' kextirpate mdm munki 'com.example.capture.*'
says "uninstall --context=mdm --approval=never --pending-ok &#39;com.example.capture.\*&#39;"

echo '# words that are none'
expect 64 'a kind that nobody knows' kextirpate mdm toaster
says 'kextirpate mdm privacy-profile TEAMID'
expect 64 'an argument is missing' kextirpate mdm munki
expect 64 'one too many' kextirpate mdm osquery x

done_testing
