#!/bin/sh
# SPDX-License-Identifier: BSD-2-Clause
# A Mac with a trace of every source: what scan tells is exactly what was laid, each
# trace with its role, keeper, path, container and version. An invented trace fails
# as a missing one does. Live, and of a tree that does not run.
# shellcheck source=tests/story/lib.sh
. "${0%/*}/lib.sh"

rules=usr/local/kextirpate/rules

# copied OPTION...: scan of a tree, by the tool as it runs here.
copied() {
  "${MACSIM_BUILD:-$top/build}/kextirpate" scan --json --rules "$mac/$rules" "$@" >"$out" 2>"$err"
  status=$?
}

# apart: the Mac's tree as three volumes, System, Data and Preboot, and links as
# they are on a Mac and in a copy of one.
apart() {
  system=$story/system data=$story/data preboot=$story/preboot
  rm -rf "$system" "$data" "$preboot"
  mkdir -p "$system/usr/share" "$data/usr"
  cp -R "$mac/System" "$system/System"
  mv "$system/System/Volumes/Preboot" "$preboot"
  mkdir "$system/System/Volumes/Preboot"
  for folder in Applications Library Users private opt usr/local; do
    [ ! -d "$mac/$folder" ] || cp -R "$mac/$folder" "$data/$folder"
    mkdir -p "$system/$folder"
    printf '/%s\t%s\n' "$folder" "$folder"
  done >"$system/usr/share/firmlinks"
  ln -s private/var "$system/var"
  ln -s private/tmp "$system/tmp"
}

# dext: the one that is there, in both of macOS's own lists.
dext() {
  json "[(d['bundle_id'], d['team_id'], d['version'], d['state'], d['host_app']) for d in j['dexts']]" \
    "[('com.example.every.dext', 'EXAMPLE002', '300', 'activated waiting for user', '/Applications/Every.app')]"
}

for macos in 13.6 15.7 26.0; do
  for chip in apple intel; do
    new "$macos" "$chip" every-source
    expect 1 "$macos $chip: scan" kextirpate scan --json
    exactly "$macos $chip"
    json "[p for p in j['problems'] if p['matters']]" '[]'
    json "[k['standing'] for k in j['kexts'] if k['bundle_id'] == 'com.apple.driver.EveryClaim']" \
      "['installed']"
    json "{k['rule'] for k in j['kexts'] if '.EveryHID.v' in str(k['bundle_id'])}" "{'every-hid'}"
    json "[t['loadable'] for k in j['kexts'] if k['bundle_id'] == 'com.example.every.stale' for t in k['traces'] if t['source'] in ('auxkc', 'preboot')]" \
      '[False]'
    json "{t['note'] for k in j['kexts'] for t in k['traces'] if t['source'] == 'policy-mdm' and t['container'].endswith('KextPolicy')}" \
      "{'0B1C4E58-7A54-4E5B-9A54-6C2F3C1F6B11'}"
    dext
    expect 1 "$macos $chip: scan --all" kextirpate scan --all --json
    exactly "$macos $chip --all" all
    json "{k['standing'] for k in j['kexts'] if k['bundle_id'] == 'com.softraid.driver.SoftRAID'}" \
      "{'apple'}"
    expect 1 "$macos $chip: --root" copied --root "$mac"
    exactly "$macos $chip --root" copy
    dext
    json "[p for p in j['problems'] if p['matters']]" '[]'
    apart
    expect 1 "$macos $chip: volumes apart" copied --root "$system" --data "$data" --preboot "$preboot"
    exactly "$macos $chip, volumes apart" copy
    json "[p for p in j['problems'] if p['matters']]" '[]'
  done
done

echo '# links that lead into the copy: everything is found where it lies'
new 15.7 apple every-source
on true
apart
ln -s "$preboot" "$story/preboot-link"
expect 1 'Preboot by a link of the person' copied --root "$system" --data "$data" \
  --preboot "$story/preboot-link"
exactly 'Preboot by a link' copy
echo '# a system without any of the places that its chip could have'
rm -r "$system/System/Volumes/Preboot" "$system/System/Library/KernelCollections" \
  "$data/Library/KernelCollections"
expect 1 'without Preboot' copied --root "$system" --data "$data"
json "[(p['source'], p['matters']) for p in j['problems'] if p['matters']]" "[('preboot', True)]"
done_testing
