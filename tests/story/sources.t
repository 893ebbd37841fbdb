#!/bin/sh
# SPDX-License-Identifier: BSD-2-Clause
# Places beside the usual ones: launchd's jobs, the history of installations, the
# alerts of macOS, and bundles that were put aside. Each trace with its role,
# keeper, path and container; what is malformed; and a Mac that has none of it.
# shellcheck source=tests/story/lib.sh
. "${0%/*}/lib.sh"

card=example-capture
daemons=$mac/Library/LaunchDaemons
history=$mac/Library/Receipts/InstallHistory.plist
alerts=$mac/private/var/db/loadedkextmt.plist
relocated="$mac/Library/Relocated Extensions"
kext=/Library/Extensions/ExampleCapture

# plist FILE XML: a property list around it.
plist() {
  mkdir -p "${1%/*}"
  printf '<?xml version="1.0" encoding="UTF-8"?>\n<plist version="1.0">%s</plist>\n' "$2" >"$1"
}

# job FILE WORD...: a job that starts these words, its label as the file's name.
job() {
  file=$1 strings=
  shift
  for word; do strings="$strings<string>$word</string>"; done
  label=${file##*/}
  plist "$file" "<dict><key>Label</key><string>${label%.plist}</string>
    <key>ProgramArguments</key><array>$strings</array></dict>"
}

# bundle FOLDER ID: a kext of version 9.
bundle() {
  plist "$1/Contents/Info.plist" "<dict><key>CFBundleIdentifier</key><string>$2</string>
    <key>CFBundleVersion</key><string>9</string></dict>"
}

# traces SOURCE WANTED: all of that source, set against what is wanted, a line each:
# id role keeper path container version note.
traces() {
  got=$(python3 -c 'import json, sys
for k in json.load(open(sys.argv[1]))["kexts"]:
    for t in k["traces"]:
        if t["source"] == sys.argv[2]:
            print(k["bundle_id"], t["role"], t["keeper"], t["path"], t["container"],
                  t["version"], t["note"])' "$out" "$1" 2>&1 | sort)
  is "$1" "$got" "$(printf '%s' "$2" | sort)"
}

# problems WANTED: source, path and whether it matters, of each.
problems() {
  json "[(p['source'], p['path'], p['matters']) for p in j['problems']]" "$1"
}

echo '# none of it'
new 15.7 apple capture-card
rm "$history"
expect 1 'a Mac without these files' kextirpate scan --json
for source in launchd install-history alert relocated; do traces "$source" ''; done
problems '[]'

echo '# launchd'
new 15.7 apple capture-card
job "$daemons/com.example.load.plist" /sbin/kextload ${kext}Driver.kext
job "$daemons/com.example.both.plist" /bin/sh -c \
  "sleep 5; kmutil load -b com.example.capture.event; kextload ${kext}Driver.kext"
job "$daemons/com.example.helper.plist" ${kext}Event.kext/Contents/MacOS/ExampleCaptureEvent
job "$mac/Library/LaunchAgents/com.example.agent.plist" /usr/bin/kmutil load -p ${kext}Event.kext \
  -b com.example.capture.event
job "$daemons/com.other.plist" /opt/other/daemon --config /opt/other/a.conf
job "$daemons/com.other.unload.plist" /sbin/kextunload ${kext}Driver.kext
job "$daemons/com.other.inside.plist" /opt/Other.kext/Contents/MacOS/daemon
job "$daemons/com.other.plist.disabled" /sbin/kextload ${kext}Driver.kext
job "$mac/Users/user/Library/LaunchAgents/com.example.mine.plist" /sbin/kextload ${kext}Driver.kext
bundle "$mac/Library/StartupItems/Elsewhere.kext" org.example.elsewhere
job "$daemons/org.example.elsewhere.plist" /sbin/kextload /Library/StartupItems/Elsewhere.kext
job "$daemons/org.example.nowhere.plist" /sbin/kextload /opt/Nowhere.kext
expect 1 'jobs' kextirpate scan --json
traces launchd "\
com.example.capture.driver carrier root /Library/LaunchDaemons/com.example.both.plist None None com.example.both
com.example.capture.driver carrier root /Library/LaunchDaemons/com.example.load.plist None None com.example.load
com.example.capture.event carrier root /Library/LaunchAgents/com.example.agent.plist None None com.example.agent
com.example.capture.event carrier root /Library/LaunchDaemons/com.example.both.plist None None com.example.both
com.example.capture.event carrier root /Library/LaunchDaemons/com.example.helper.plist None None com.example.helper
org.example.elsewhere carrier root /Library/LaunchDaemons/org.example.elsewhere.plist None None org.example.elsewhere
None carrier root /Library/LaunchDaemons/org.example.nowhere.plist None None org.example.nowhere"
problems '[]'
json 'sorted(str(k["bundle_id"]) for k in j["kexts"])' \
  "['None', 'com.example.capture.driver', 'com.example.capture.event', 'org.example.elsewhere']"
expect 1 'a kext that nothing but a job names, by its path' kextirpate scan --json /opt/Nowhere.kext
json '[t["source"] for k in j["kexts"] for t in k["traces"]]' "['launchd']"
expect 2 'uninstall takes the jobs of its kexts too' kextirpate uninstall --accept-bystanders --approval=ask "$card"
is 'and no other' "$(find "$daemons" -name 'org.example.*' | wc -l)" 2

echo '# a job alone'
restart
expect 0 'gone' kextirpate status --json "$card"
standing gone
job "$daemons/com.example.load.plist" /sbin/kextload -b com.example.capture.driver
kextirpate status --json com.example.capture.driver
standing inert
expect 0 'uninstall takes what is left' kextirpate uninstall com.example.capture.driver
says 'com.example.load.plist: in the vault'
expect 0 'gone again' kextirpate status --json "$card"
standing gone

echo '# a job that is a link'
new 15.7 apple clean
job "$mac/Applications/Example.app/Contents/Resources/com.example.linked.plist" \
  /sbin/kextload -b com.example.linked
ln -s /Applications/Example.app/Contents/Resources/com.example.linked.plist "$daemons/"
ln -s com.example.linked.plist "$daemons/com.example.twice.plist"
ln -s /Library/Internet\ Plug-Ins/Java.plugin/Java-Updater.plist "$daemons/com.oracle.java.plist"
expect 1 'is read where it leads, and one that leads nowhere is none' kextirpate scan --json
traces launchd "\
com.example.linked carrier root /Library/LaunchDaemons/com.example.linked.plist None None com.example.linked
com.example.linked carrier root /Library/LaunchDaemons/com.example.twice.plist None None com.example.linked"
problems '[]'
ln -s com.example.b.plist "$daemons/com.example.a.plist"
ln -s com.example.a.plist "$daemons/com.example.b.plist"
expect 1 'two that lead to each other are a problem' kextirpate scan --json
problems "[('launchd', '/Library/LaunchDaemons/com.example.a.plist', True), \
('launchd', '/Library/LaunchDaemons/com.example.b.plist', True)]"

echo '# a malformed job'
new 15.7 apple clean
echo '<plist version="1.0"><dict>' >"$daemons/com.other.cut.plist"
plist "$daemons/com.other.type.plist" \
  '<dict><key>ProgramArguments</key><string>/sbin/kextload</string></dict>'
expect 7 'a job that cannot be read matters' kextirpate scan --json
problems "[('launchd', '/Library/LaunchDaemons/com.other.cut.plist', True), \
('launchd', '/Library/LaunchDaemons/com.other.type.plist', True)]"

echo '# the history of installations'
new 15.7 apple capture-card
plist "$history" '<array>
  <dict><key>date</key><date>2022-10-24T18:00:00Z</date><key>displayName</key><string>macOS 13.0</string>
    <key>displayVersion</key><string>13.0</string></dict>
  <dict><key>date</key><date>2023-02-01T12:30:05Z</date><key>displayName</key><string>Capture</string>
    <key>displayVersion</key><string>1.2</string><key>packageIdentifiers</key><array>
    <string>com.example.capture.pkg</string><string>com.example.capture.pkg</string>
    <string>com.example.none</string></array></dict>
  <dict><key>packageIdentifiers</key><array><string>com.example.capture.pkg</string></array></dict>
  <dict><key>packageIdentifiers</key><array><string>com.example.capture</string></array></dict>
</array>'
expect 1 'installations' kextirpate scan --json
traces install-history "\
com.example.capture.driver memory none None /Library/Receipts/InstallHistory.plist 1.2 2023-02-01T12:30:05Z
com.example.capture.driver memory none None /Library/Receipts/InstallHistory.plist None None
com.example.capture.event memory none None /Library/Receipts/InstallHistory.plist 1.2 2023-02-01T12:30:05Z
com.example.capture.event memory none None /Library/Receipts/InstallHistory.plist None None"
problems '[]'

echo '# alerts and bundles that were put aside'
rm "$history"
plist "$alerts" '<dict><key>Alerts sent</key><array>
  <dict><key>com.apple.message.bundleID</key><string>com.example.capture.driver</string>
    <key>com.apple.message.version</key><string>1.0</string>
    <key>com.apple.message.hash</key><string>4567bcd500cf46ec773fc895902cfc33ebbaab00</string></dict>
  <dict><key>com.apple.message.bundleID</key><string>org.example.old</string></dict>
</array></dict>'
bundle "$relocated/Old.kext" org.example.old
bundle "$relocated/Old.kext/Contents/PlugIns/Inner.kext" org.example.inner
expect 1 'alerts and bundles put aside' kextirpate scan --json
traces alert "\
com.example.capture.driver memory recovery None /private/var/db/loadedkextmt.plist 1.0 None
org.example.old memory recovery None /private/var/db/loadedkextmt.plist None None"
traces relocated "\
org.example.inner memory root /Library/Relocated Extensions/Old.kext/Contents/PlugIns/Inner.kext None 9 None
org.example.old memory root /Library/Relocated Extensions/Old.kext None 9 None"
problems '[]'
expect 0 'memories alone are no carrier' kextirpate scan --json org.example.old
standing None

echo '# malformed memories'
plist "$alerts" '<dict><key>Alerts sent</key><array><dict/>
  <dict><key>com.apple.message.bundleID</key><string>org.example.old</string></dict></array></dict>'
plist "$history" '<array><dict><key>packageIdentifiers</key><string>x</string></dict></array>'
echo '<plist' >"$relocated/Old.kext/Contents/Info.plist"
expect 1 'what is malformed and only remembers does not matter' kextirpate scan --json
problems "[('alert', '/private/var/db/loadedkextmt.plist', False), \
('install-history', '/Library/Receipts/InstallHistory.plist', False), \
('relocated', '/Library/Relocated Extensions/Old.kext/Contents/Info.plist', False)]"
traces alert 'org.example.old memory recovery None /private/var/db/loadedkextmt.plist None None'

echo '# signatures and dexts'
new 15.7 apple capture-card
expect 1 'codesign is asked about what was named' kextirpate scan --json "$card"
json 'sorted((t["source"], t["signature"]) for k in j["kexts"] for t in k["traces"] if t["signature"])' \
  "[('bundle', 'verified'), ('bundle', 'verified'), ('staged', 'verified'), ('staged', 'verified'), \
('stashed', 'verified'), ('stashed', 'verified')]"
expect 1 'and not about a whole Mac' kextirpate scan --json
json 'sorted({t["signature"] for k in j["kexts"] for t in k["traces"] if t["signature"]})' "['unverified']"
set_mac tool.codesign=garbage
expect 1 'an answer that is not understood says nothing' kextirpate scan --json "$card"
json 'sorted({t["signature"] for k in j["kexts"] for t in k["traces"] if t["signature"]})' "['unverified']"
set_mac tool.codesign=ok

db=$mac/Library/SystemExtensions/db.plist
python3 -c 'import plistlib, sys
db = plistlib.load(open(sys.argv[1], "rb"))
db["extensions"][0]["state"] = "activated_waiting_for_user"
plistlib.dump(db, open(sys.argv[1], "wb"))' "$db"
expect 1 'two lists of dexts that disagree' kextirpate scan --json "$card"
json '[(d["state"], d["host_app"]) for d in j["dexts"]]' \
  "[('activated enabled', '/Applications/Example Capture.app')]"
json '[(p["source"], p["path"], p["message"], p["matters"]) for p in j["problems"]]' \
  "[('sysext-db', '/Library/SystemExtensions/db.plist', 'says that com.example.capture.dext is \
activated waiting for user, systemextensionsctl that it is activated enabled; the latter counts', False)]"
set_mac tool.systemextensionsctl=fail
expect 1 'without the tool the file is shown, and not believed' kextirpate scan --json "$card"
json '[d["state"] for d in j["dexts"]]' "['activated waiting for user']"

done_testing
