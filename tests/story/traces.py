# SPDX-License-Identifier: BSD-2-Clause
"""traces.py FOUND EXPECTED [all] [copy]: compares a scan with what the scenario laid.

FOUND is the JSON of a scan, EXPECTED that of `macsim show DIR --traces`. Prints a
line for each trace that is missing or was invented and the counts at the end.
`all`: the scan was asked for Apple's kexts, too. `copy`: a tree that does not run,
so that nothing is loaded, and that does not tell which of two systems was the running
one. Ends with 1 when the two are not the same.
"""

import json
import sys

FIELDS = ("source", "role", "keeper", "path", "container", "version")


def row(bundle_id, trace, **other):
    return tuple(str(x) for x in (bundle_id, *(other.get(f, trace[f]) for f in FIELDS)))


def main():
    with open(sys.argv[1], encoding="utf-8") as file:
        found = {row(k["bundle_id"], t) for k in json.load(file)["kexts"] for t in k["traces"]}
    with open(sys.argv[2], encoding="utf-8") as file:
        laid = json.load(file)["traces"]
    wanted = {
        row(t["bundle_id"], t)
        for t in laid
        if (t["shown"] != "apple" or "all" in sys.argv[3:])
        and (t["source"] != "loaded" or "copy" not in sys.argv[3:])
    }
    for t in laid:
        as_own = row(t["bundle_id"], t, keeper="rebuild")
        if t["shown"] == "foreign" and "copy" in sys.argv[3:] and as_own in found:
            found = found - {as_own} | {row(t["bundle_id"], t)}
    for line in sorted(wanted - found):
        print("missing:", *line)
    for line in sorted(found - wanted):
        print("invented:", *line)
    sources = {line[1] for line in wanted}
    print(f"counts: {len(wanted)} traces of {len(sources)} sources wanted, {len(found)} found")
    return 0 if wanted == found else 1


sys.exit(main())
