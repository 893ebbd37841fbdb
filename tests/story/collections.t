#!/bin/sh
# SPDX-License-Identifier: BSD-2-Clause
# Collections: stale ones, compressed ones, those of other systems, signatures that lie
# beside them, and the witnesses that must agree before anything is called gone.
# shellcheck source=tests/story/lib.sh
. "${0%/*}/lib.sh"

card=example-capture
preboot=System/Volumes/Preboot
caches=System/Library/Caches/com.apple.kernelcaches
intel=Library/KernelCollections/AuxiliaryKernelExtensions.kc

# aux: the collection of this Mac, as a path below its root.
aux() { (cd "$mac" && find "$preboot" "$intel" -name 'kernelcache.auxkc' -o -name '*Auxiliary*.kc') 2>/dev/null; }

# change FILE HOW: rewrites a collection in place. stale: another _BootKCID; nobase: none;
# lzfse, lzss: other first bytes of the image; other: the list names another kext.
change() {
  python3 - "$1" "$2" <<'PY'
import re, sys
path, how = sys.argv[1:]
with open(path, "rb") as file:
    data = file.read()
at = data.index(b"\xcf\xfa\xed\xfe")
if how == "stale":
    data = re.sub(rb"(_BootKCID</key>\s*<data>\s*)....", rb"\1AAAA", data)
elif how == "nobase":
    data = data.replace(b"_BootKCID", b"_BoatKCID")
elif how == "other":
    data = data.replace(b"<string>com.example.capture.event<", b"<string>com.example.capture.other<")
elif how == "lzfse":
    data = data[:at] + b"bvx2" + data[at + 4:]
elif how == "lzss":
    data = data[:at] + b"complzss" + data[at + 8:]
with open(path, "wb") as file:
    file.write(data)
PY
}

# members: what scan tells of each member of a collection.
members() {
  fields="t['source'], k['bundle_id'], t['keeper'], t['loadable'], t['note']"
  json "sorted(($fields) for k in j['kexts'] for t in k['traces'] if t['source'] in ('auxkc', 'preboot'))" "$1"
}
problems() {
  json "[(p['source'], p['path'].rsplit('/', 1)[1], p['matters']) for p in j['problems']]" "$1"
}
copy() {
  "$top/build/kextirpate" "$@" --root "$mac" >"$out" 2>"$err"
  status=$?
}
refused='macOS refuses this collection until it is built again'

for chip in apple intel; do
  source=preboot file=kernelcache.auxkc
  [ "$chip" = apple ] || { source=auxkc; file=AuxiliaryKernelExtensions.kc; }
  echo "# stale, $chip"
  new 15.7 "$chip" capture-card
  expect 1 'scan' kextirpate scan --json
  members "[('$source', 'com.example.capture.driver', 'rebuild', True, None), ('$source', 'com.example.capture.event', 'rebuild', True, None)]"
  problems '[]'
  change "$mac/$(aux)" stale
  expect 1 'scan of a stale collection' kextirpate scan --json
  members "[('$source', 'com.example.capture.driver', 'rebuild', None, '$refused'), ('$source', 'com.example.capture.event', 'rebuild', None, '$refused')]"
  problems "[('$source', '$file', False)]"
  says 'is stale: it was linked against the base collection 000000'
  says 'macOS refuses all of it, and an OS update or an approved rebuild can bring back'
  expect 1 'a person reads it too' kextirpate scan
  says 'is stale: it was linked against'
  rm -r "$mac/Library/Extensions/ExampleCaptureEvent.kext"
  expect 1 'a member without bundle is refused in any case' kextirpate scan --json com.example.capture.event
  json "[t['loadable'] for k in j['kexts'] for t in k['traces'] if t['source'] == '$source']" '[False]'
  change "$mac/$(aux)" nobase
  expect 1 'one that names no base collection' kextirpate scan --json
  says 'linked against the base collection of no name'
  expect 1 'and on a copied disk, by the base collection beside it' copy scan --json
  problems "[('$source', '$file', False)]"
done

echo '# code without description'
new 15.7 apple capture-card
change "$mac/$(aux)" other
expect 1 'scan' kextirpate scan --json
fields="k['bundle_id'], t['path'], t['note']"
json "sorted(($fields) for k in j['kexts'] for t in k['traces'] if t['source'] == 'preboot' and t['note'])" \
  "[('com.example.capture.event', None, \"its code is in the collection, but the collection's list does not describe it\"), ('com.example.capture.other', '/Library/Extensions/ExampleCaptureEvent.kext', \"the collection's list describes it, but its code is not there\")]"

echo '# compressed'
for kind in lzfse lzss; do
  for chip in apple intel; do
    new 15.7 $chip capture-card
    change "$mac/$(aux)" $kind
    expect 1 "$kind, $chip: other carriers are there" kextirpate scan --json
    json "[(p['matters'], 'is compressed with $kind'.lower() in p['message'].lower()) for p in j['problems']]" \
      '[(True, True)]'
  done
done
new 15.7 apple clean
other=$mac/$preboot/$(ls "$mac/$preboot")
boot=$other/boot/$(cat "$other"/boot/active)
expect 0 'a clean Mac' kextirpate scan --json
mkdir -p "$boot/$caches"
printf '\060\031\026\004IM4P\026\004auxk\026\000\004\011bvx2 bvx$' >"$boot/$caches/kernelcache.auxkc"
expect 7 'nothing else was found: it cannot be told' kextirpate scan --json
problems "[('preboot', 'kernelcache.auxkc', True)]"
says 'is compressed with LZFSE'
printf '\060\006\026\004IM4M' >"$boot/$caches/kernelcache.auxkc"
expect 0 'signatures alone hold no kext' kextirpate scan --json
problems '[]'

echo '# other systems'
new 15.7 apple capture-card
collection=$(aux)
group=$(echo "$collection" | cut -d/ -f4)
cp -R "$mac/$preboot/$group" "$story/group"
new 15.7 apple clean
own=$mac/$preboot/$(ls "$mac/$preboot")
cp -R "$story/group" "$mac/$preboot/$group"
mkdir -m 0 "$mac/$preboot/.fseventsd"
expect 0 'another volume group can bring nothing into this kernel' kextirpate scan --json
members "[('preboot', 'com.example.capture.driver', 'other-system', False, None), ('preboot', 'com.example.capture.event', 'other-system', False, None)]"
problems '[]'
standing None
mkdir -p "$own/boot/OLD/$caches"
cp "$mac/$collection" "$own/boot/OLD/$caches/kernelcache.auxkc"
rm -r "${mac:?}/$preboot/$group"
expect 0 'nor can a boot folder that is not active' kextirpate scan --json
json "{t['keeper'] for k in j['kexts'] for t in k['traces']}" "{'other-system'}"
active=$(cat "$own/boot/active")
echo OLD >"$own/boot/active"
expect 1 'one that is next can' kextirpate scan --json
json "{t['keeper'] for k in j['kexts'] for t in k['traces']}" "{'rebuild'}"
echo NONE >"$own/boot/active"
expect 1 'where the next one is not known, each can' kextirpate scan --json
says 'names a boot folder that is not there'
echo "$active" >"$own/boot/active"

# tool NAME TEXT: another answer from one of Apple's tools.
tool() {
  rm "$mac/usr/bin/$1"
  printf '#!/bin/sh\ncat <<"TEXT"\n%s\nTEXT\n' "$2" >"$mac/usr/bin/$1"
  chmod 755 "$mac/usr/bin/$1"
}
seal() { # seal AUXP AUXI AUXR: the policy of bputil -d, of another system and of this one
  cat <<TEXT
Local policy for volume group 00000000-0000-0000-0000-000000000000:
OS environment:
User Authorized Kext List Hash          (auxp): ABCD
Auxiliary Kernel Cache Image4 Hash      (auxi): ABCD
Kext Receipt Hash                       (auxr): ABCD
Security Mode:               Permissive (smb0): 1
Local policy for volume group $group:
OS environment:
User Authorized Kext List Hash          (auxp): $1
Auxiliary Kernel Cache Image4 Hash      (auxi): $2
Kext Receipt Hash                       (auxr): $3
Security Mode:               Reduced    (smb0): 1
TEXT
}

echo '# witnesses'
new 15.7 apple capture-card
group=$(aux | cut -d/ -f4)
expect 2 'uninstall' kextirpate uninstall --accept-bystanders --approval=ask "$card"
restart
expect 0 'all agree: gone' kextirpate status --json
standing gone
tool bputil "$(seal ABCD ABCD ABCD)"
expect 0 'a sealed collection, and one that was loaded' kextirpate status --json
standing gone
tool bputil "$(seal absent absent absent)"
expect 7 'nothing sealed, and yet a collection was loaded' kextirpate status --json
standing unknown
says 'bputil shows no sealed auxiliary collection, but this boot loaded'
json "[p['matters'] for p in j['problems']]" '[True]'
tool kmutil "auxiliary kext collection at /x (00000000-0000-0000-0000-000000000000):
Extension Information:
com.example.capture.driver	1.0	/Library/Extensions/ExampleCaptureDriver.kext	

"
tool bputil "$(seal ABCD ABCD ABCD)"
expect 7 'kmutil inspect names what we do not see' kextirpate status --json
says 'kmutil inspect lists com.example.capture.driver, which the collection file does not hold'
json "[k['standing'] for k in j['kexts'] if k['bundle_id'] == 'com.example.capture.driver']" "['unknown']"

echo '# nothing sealed, nothing loaded'
new 15.7 apple capture-card
assume empty-collection-goes yes
assume sealed-collection-shows-in-policy yes
expect 2 'uninstall' kextirpate uninstall --accept-bystanders --approval=ask "$card"
restart
expect 0 'gone' kextirpate status --json
standing gone
is 'no collection is left' "$(aux)" ''

done_testing
