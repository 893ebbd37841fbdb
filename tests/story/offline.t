#!/bin/sh
# SPDX-License-Identifier: BSD-2-Clause
# A Mac that does not run: mounted volumes, each alone, copies, a backup; as root and as
# an ordinary user. What could not be read is said, and whether it matters.
# shellcheck source=tests/story/lib.sh
. "${0%/*}/lib.sh"

cp "$top/build/kextirpate" "$story/kextirpate"
cp -R "$top/tests/macsim/rules" "$story/rules"
chmod -R a+rX "$story"

# offline COMMAND...: as root; by_user: as nobody in particular.
offline() {
  "$story/kextirpate" "$@" --rules "$story/rules" >"$out" 2>"$err" </dev/null
  status=$?
}
by_user() {
  python3 -c 'import os, sys
os.setgroups([]); os.setgid(65534); os.setuid(65534); os.execv(sys.argv[1], sys.argv[1:])' \
    "$story/kextirpate" "$@" --rules "$story/rules" >"$out" 2>"$err" </dev/null
  status=$?
}
# kexts: all traces of the last scan, sorted, without what the running system alone tells.
kexts() {
  python3 -c 'import json, sys
j = json.load(open(sys.argv[1]))
print(sorted([k["bundle_id"], t["source"], t["keeper"], t["path"], t["container"], t["version"],
              t["loadable"], t["cdhash"]] for k in j["kexts"] for t in k["traces"]
             if t["source"] != "loaded" and not k["bundle_id"].startswith("com.apple.")))' "$out" | cksum
}
# matters: sources and paths of the problems that matter.
matters() { json "sorted((p['source'], p['path']) for p in j['problems'] if p['matters'])" "$1"; }

# A Mac as one tree, and apart as its three volumes.
split() {
  rm -rf "$story/whole" "$story/system" "$story/data" "$story/preboot" "$story/backup"
  mkdir "$story/whole" "$story/system" "$story/data" "$story/backup"
  (cd "$mac" && tar cf - --exclude ./.macsim --exclude ./dev --exclude ./lib --exclude ./lib64 .) |
    (cd "$story/whole" && tar xpf -)
  cp -a "$story/whole/System/Volumes/Preboot" "$story/preboot"
  (cd "$story/whole" && cp -a Applications Library private Users opt "$story/data" &&
    cp -a System usr var tmp etc "$story/system")
  rm -rf "$story/system/System/Volumes/Preboot"
  mkdir "$story/system/System/Volumes/Preboot"
  # The sealed system has the folders that firmlinks begin at, empty.
  (cd "$story/system" && mkdir Applications Library private Users opt)
  mkdir -p "$story/data/usr/local"
}

for chip in apple intel; do
  new 15.7 "$chip" capture-card
  kextirpate scan --json
  live=$(kexts)
  split
  offline scan --json --root "$story/whole"
  is "$chip: a copy tells what the running Mac told, but for the kernel" "$(kexts)" "$live"
  is "$chip: status" "$status" 1
  json 'j["problems"]' '[]'
  standing installed
  json 'j["host"]["product_version"]' 15.7
  offline scan --json --root "$story/system" --data "$story/data" --preboot "$story/preboot"
  is "$chip: and so do its volumes apart" "$(kexts)" "$live"
  json 'j["problems"]' '[]'
  mv "$story/system/System/Volumes/Data" "$story/nothing"
  ln -s "$story/data" "$story/system/System/Volumes/Data"
  offline scan --json --root "$story/system" --preboot "$story/preboot"
  json "sorted({t['source'] for k in j['kexts'] for t in k['traces']} - {'preboot'})" '[]'
  rm "$story/system/System/Volumes/Data"
  mv "$story/data" "$story/system/System/Volumes/Data"
  offline scan --json --root "$story/system" --preboot "$story/preboot"
  is "$chip: Data where the system mounts it is found" "$(kexts)" "$live"
  mv "$story/system/System/Volumes/Data" "$story/data"
  mkdir "$story/system/System/Volumes/Data"

  # Each alone. What is missing matters, since it could hold a kext.
  offline scan --json --root "$story/system"
  is "$chip: the system alone cannot tell" "$status" 7
  case $chip in
  apple) matters "[('preboot', '/System/Volumes/Preboot'), ('root', '/System/Volumes/Data')]" ;;
  *) matters "[('root', '/System/Volumes/Data')]" ;;
  esac
  offline status --update-ready --root "$story/system"
  is "$chip: nor whether it is ready for an update" "$status" 7
  offline scan --json --root "$story/data"
  is "$chip: Data alone has carriers" "$status" 1
  case $chip in
  apple) matters "[('preboot', '/System/Volumes/Preboot')]" ;;
  *) matters '[]' ;;
  esac
  offline scan --json --root "$story/data" --preboot "$story/preboot"
  is "$chip: Data and Preboot tell everything" "$(kexts)" "$live"
  matters '[]'
  mkdir "$story/backup/Macintosh HD - Data"
  cp -a "$story/data/." "$story/backup/Macintosh HD - Data"
  offline scan --json --root "$story/backup" --preboot "$story/preboot"
  is "$chip: a backup's folder is Data" "$(kexts)" "$live"
  offline explain example-capture --root "$story/data" --preboot "$story/preboot"
  says_not 'kmutil rebuild' # which macOS it is nobody knows
  offline explain example-capture --root "$story/system" --data "$story/data" --preboot "$story/preboot"
  is "$chip: explain knows the chip by the collection" \
    "$(grep -c "rm $([ "$chip" = apple ] && echo kernelcache.auxkc || echo Auxiliary)" "$out")" 1
  says 'its kernel was not asked'
  json_of=$(cat "$out" "$err" | grep -c 'Every place')
  is "$chip: and does not claim to have read all" "$json_of" 0
done

# Preboot alone has the members, and says what it does not know.
new 15.7 apple capture-card
split
offline scan --json --root "$story/preboot"
is 'Preboot alone: carriers' "$status" 1
json "sorted({t['source'] for k in j['kexts'] for t in k['traces']})" "['preboot']"
matters "[('root', '/')]"

# A clean Mac, the same ways.
new 15.7 apple clean
split
offline scan --json --root "$story/system" --data "$story/data" --preboot "$story/preboot"
is 'clean, all three: 0' "$status" 0
offline scan --json --root "$story/data"
is 'clean, without its collections: cannot tell' "$status" 7
offline scan --json --root "$story/preboot"
is 'clean, Preboot alone: cannot tell' "$status" 7
mkdir "$story/empty"
offline scan --json --root "$story/empty"
is 'a folder that holds nothing of a Mac: cannot tell' "$status" 7
matters "[('root', '/')]"
offline scan --root "$story/no-such"
is 'a folder that is not there' "$status" 66

# Links of a copy lead inside it, never out.
new 15.7 apple capture-card
kextirpate scan --json
live=$(kexts)
split
mkdir "$story/whole/moved"
mv "$story/whole/Library/Extensions" "$story/whole/moved/Extensions"
ln -s /moved/Extensions "$story/whole/Library/Extensions"
offline scan --json --root "$story/whole"
is 'an absolute link that means the copy' "$(kexts)" "$live"
rm "$story/whole/Library/Extensions"
ln -s "$story/whole/moved/Extensions" "$story/whole/Library/Extensions"
offline scan --json --root "$story/whole"
is 'a link that was made with the name of the copy' "$(kexts)" "$live"
rm "$story/whole/Library/Extensions"
ln -s ../../../../../../../../moved/Extensions "$story/whole/Library/Extensions"
offline scan --json --root "$story/whole"
is 'a link that climbs too far stops at the root of the copy' "$(kexts)" "$live"
rm "$story/whole/Library/Extensions"
ln -s /Library/Extensions "$story/whole/Library/Extensions"
offline scan --json --root "$story/whole"
matters "[('bundle', '/Library/Extensions')]"
rm "$story/whole/Library/Extensions"
mv "$story/whole/moved/Extensions" "$story/whole/Library/Extensions"
rm "$story/whole/var"
mv "$story/whole/private/var" "$story/whole/var"
rm -rf "$story/whole/private"
offline scan --json --root "$story/whole"
is 'a copy whose /var is a folder' "$(kexts)" "$live"

# An ordinary user reads what is open to him, and is told of the rest.
split
keep="$story/whole/private/var/db/KernelExtensionManagement"
chmod 0755 "$story/whole"
by_user scan --json --root "$story/whole"
is 'a user: carriers are seen' "$status" 1
chmod -R go-rwx "$keep" "$story/whole/System/Volumes/Preboot" "$story/whole/Library/Extensions" \
  "$story/whole/Library/StagedExtensions"
by_user scan --json --root "$story/whole"
is 'a user without rights: cannot tell' "$status" 7
json "{'bundle', 'preboot', 'staged', 'stashed', 'kcgen', 'uakl'} <= {p['source'] for p in j['problems'] if p['matters']}" True
by_user scan --root "$story/whole"
says 'Permission denied; which kexts are stashed is unknown'
by_user status --root "$story/whole" example-capture
is 'nor does status' "$status" 7
done_testing
