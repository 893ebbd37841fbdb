#!/bin/sh
# SPDX-License-Identifier: BSD-2-Clause
# One receipt with two kexts and the app of the dext that replaces them, app and dext
# with the same id; and the receipt of an older product by another team. scan finds all
# of it, plan takes the kexts and leaves the app, its receipt and the other product alone.
# shellcheck source=tests/story/lib.sh
. "${0%/*}/lib.sh"

vcp=wch-ch34x-vcp

for chip in apple intel; do
  echo "# $chip"
  new 15.7 "$chip" ch34x
  expect 1 "$chip: scan" kextirpate scan --json
  exactly "$chip"
  json "{k['bundle_id']: (k['rule'], k['standing'], k['team_id']) for k in j['kexts']}" \
    "{'cn.wch.driver.CH34xVCPControlDriver': ('$vcp', 'installed', '5JZGQTGU4W'), \
'cn.wch.driver.CH34xVCPDriver': ('$vcp', 'installed', '5JZGQTGU4W'), \
'com.wch.usbserial': ('wch-ch34x-install', None, 'X9BL5JJAZJ')}"
  json "[(d['bundle_id'], d['state'], d['host_app']) for d in j['dexts']]" \
    "[('cn.wch.CH34xVCPDriver', 'activated enabled', '/Applications/CH34xVCPDriver.app')]"

  on true
  tree >"$story/before"
  expect 3 "$chip: plan waits for approval" kextirpate plan --json "$vcp"
  json "[(s['kind'], s['subject']) for s in j['steps'] if s['kind'] in ('vault', 'forget')]" \
    "[('vault', '/Library/Extensions/CH34xVCPControlDriver.kext'), \
('vault', '/Library/Extensions/CH34xVCPDriver.kext')]"
  json "sorted(k['path'] for k in j['kept'] if '/MacOS/' in k['path'] or ':' in k['path'])" \
    "['/Applications/CH34xVCPDriver.app/Contents/MacOS/CH34xVCPDriver', 'receipt:cn.wch.pkg.CH34xVCPDriver']"
  json "[k['path'] for k in j['kept'] if not k['why']]" '[]'
  json "j['bystanders']" '[]'
  tree >"$story/after"
  is "$chip: a plan changes nothing" "$(diff "$story/before" "$story/after")" ''
done

echo '# the older product has nothing left but its receipt'
expect 0 'scan of it' kextirpate scan --json wch-ch34x-install
json "sorted({t['role'] for k in j['kexts'] for t in k['traces']})" "['memory']"
done_testing
