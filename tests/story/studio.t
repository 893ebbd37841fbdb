#!/bin/sh
# SPDX-License-Identifier: BSD-2-Clause
# Three vendors. A rebuild for one of them would lose the second's kext, whose bundle is
# missing, and build in the third's, which nobody approved: each stops the plan, by
# name. The other system on the disk is shown and never written.
# shellcheck source=tests/story/lib.sh
. "${0%/*}/lib.sh"

audio=studio-audio

# other: the files of the other system, with their checksums.
other() {
  own=$(show volume-group)
  (cd "$mac/System/Volumes/Preboot" && find . -type f ! -path "./$own/*" -exec cksum {} \; | sort)
}

# link_away: Studio Link is not there. disk_back: Studio Disk's bundle is, from the stash.
link_away() { rm -r "$mac/Library/Extensions/StudioLink.kext"; }
disk_back() {
  cp -R "$mac"/private/var/db/KernelExtensionManagement/AuxKC/CurrentAuxKC/StashedExtensions/*/StudioDisk.kext \
    "$mac/Library/Extensions/"
}

for chip in apple intel; do
  echo "# $chip"
  new 15.7 "$chip" studio
  expect 1 "$chip: scan" kextirpate scan --json
  exactly "$chip"
  json "{k['bundle_id']: k['rule'] for k in j['kexts']}" \
    "{'com.example.studio.audio': 'studio-audio', 'com.example.studio.disk': 'studio-disk', \
'com.example.studio.link': 'studio-link'}"
  json "{t['loadable'] for k in j['kexts'] if k['bundle_id'] == 'com.example.studio.disk' for t in k['traces'] if t['source'] in ('auxkc', 'preboot')}" \
    '{False}'
  other >"$story/other"
  [ "$chip" = intel ] || is "$chip: the other system has files" "$([ -s "$story/other" ] && echo yes)" yes

  on true
  tree >"$story/before"
  expect 5 "$chip: plan is refused" kextirpate plan --json --without-replacement "$audio"
  json "sorted((b['bundle_id'], b['effect']) for b in j['bystanders'])" \
    "[('com.example.studio.disk', 'lost'), ('com.example.studio.link', 'added')]"
  expect 5 "$chip: uninstall is refused" kextirpate uninstall --without-replacement --approval=ask "$audio"
  says '^refused: com.example.studio.disk.* would be lost'
  says '^refused: com.example.studio.link.* would be added'
  tree >"$story/after"
  is "$chip: nothing was changed" "$(diff "$story/before" "$story/after")" ''

  link_away
  tree >"$story/before"
  expect 5 "$chip: without the addition the missing bundle alone stops it" \
    kextirpate uninstall --json --without-replacement --approval=ask "$audio"
  json "[(b['bundle_id'], b['effect']) for b in j['bystanders']]" "[('com.example.studio.disk', 'lost')]"
  json "len(j['refusals'])" 1
  says 'com.example.studio.disk.* would be lost'
  is "$chip: nothing was changed for it" "$(tree | diff "$story/before" -)" ''
  disk_back
  expect 3 "$chip: with its bundle back nothing stops it" \
    kextirpate plan --json --without-replacement "$audio"
  json "[b for b in j['bystanders'] if b['effect'] in ('lost', 'added')]" '[]'

  new 15.7 "$chip" studio
  disk_back
  on true
  tree >"$story/before"
  expect 5 "$chip: the addition alone stops it" \
    kextirpate uninstall --json --without-replacement --approval=ask "$audio"
  json "[(b['bundle_id'], b['effect']) for b in j['bystanders'] if b['effect'] != 'kept']" \
    "[('com.example.studio.link', 'added')]"
  json "len(j['refusals'])" 1
  says 'com.example.studio.link.* would be added'
  is "$chip: nothing was changed for it either" "$(tree | diff "$story/before" -)" ''

  new 15.7 "$chip" studio
  other >"$story/other"
  expect 2 "$chip: accepted, it is done" kextirpate uninstall --without-replacement \
    --accept-bystanders --approval=ask "$audio"
  is "$chip: the other system is as it was" "$(other | diff "$story/other" -)" ''
  restart
  kextirpate recheck --json
  is "$chip: and after the restart" "$(other | diff "$story/other" -)" ''
  is "$chip: this one lists only what was approved" "$(show listed | grep -c 'studio.audio\|studio.disk')" 0
  on true
done
done_testing
