#!/usr/bin/env python3
# SPDX-License-Identifier: BSD-2-Clause
"""handoff_matrix.py MACSIM FOLDER TABLE [STATE]: FOLDER holds the Macs "loaded", "gone", "inert".

Runs handoff in every cell and compares with the first row of TABLE that fits it. A row:
state, kext, profile, console, trouble (each a word, words parted by |, or *), the exit
status, the standing of the kexts, and a regular expression that `next` must hold.
"""
import itertools
import json
import os
import re
import subprocess
import sys

APP = "/Applications/Example Capture.app"
PLACES = {
    "translocated": "/private/var/folders/zz/T/AppTranslocation/0A/d/Example Capture.app",
    "elsewhere": "/Users/user/Desktop/Example Capture.app",
}
ASKABLE = ["none", "terminated_waiting_to_uninstall_on_reboot"]
TROUBLES = ["missing", "translocated", "elsewhere", "link", "team", "dext-team", "quarantined",
            "hangs", "crashes", "old"]


def rows_of(path):
    rows = []
    with open(path, encoding="utf-8") as table:
        for number, line in enumerate(table, 1):
            if line.strip() and not line.startswith("#"):
                words = line.split(None, 7)
                if len(words) != 8:
                    sys.exit(f"{path}:{number}: eight columns are needed")
                rows.append(words + [number])
    return rows


def fits(row, cell):
    return all(want == "*" or have in want.split("|") for want, have in zip(row, cell))


def cells(states):
    both, people = ["loaded", "gone"], ["user", "none"]
    yield from itertools.product(states, both, ["none", "allow"], people, ["-"])
    yield from itertools.product(ASKABLE, both, ["none", "allow", "forbid"], people, TROUBLES)
    yield from itertools.product(["activated_enabled", "activated_waiting_for_user", "none"],
                                 ["inert"], ["none", "allow"], ["user"], ["-"])
    yield from itertools.product(["activated_waiting_for_user", "activated_disabled"], both,
                                 ["forbid"], people, ["-"])
    yield from itertools.product(["activated_enabled", "activated_waiting_for_user"], both,
                                 ["none"], ["user"], TROUBLES)


class Mac:
    def __init__(self, macsim, folder):
        self.macsim, self.folder = macsim, folder
        self.app = folder + APP
        self.kept = folder + "/.kept.app"

    def set(self, *words):
        subprocess.run([self.macsim, "set", self.folder, *words], check=True,
                       capture_output=True)

    def put_trouble(self, trouble):
        if trouble in ("missing", "link", *PLACES):
            os.rename(self.app, self.kept)
        if trouble == "link":
            os.symlink("/Users/Shared/Example Capture.app", self.app)
        if trouble == "quarantined":
            os.setxattr(self.app, "user.com.apple.quarantine", b"0083;5f0e1c00;Safari;")

    def take_trouble(self, trouble):
        if trouble == "link":
            os.unlink(self.app)
        if os.path.exists(self.kept):
            os.rename(self.kept, self.app)
        if trouble == "quarantined":
            os.removexattr(self.app, "user.com.apple.quarantine")

    def run(self, cell):
        state, _, profile, console, trouble = cell
        self.set(f"profile={profile}", f"console={console}", f"dext.state={state}",
                 f"dext.old={'yes' if trouble == 'old' else 'no'}",
                 f"dext.app={PLACES.get(trouble, APP)}",
                 f"app-team={'OTHERTEAM1' if trouble == 'team' else 'EXAMPLE001'}",
                 f"dext-team={'OTHERTEAM1' if trouble == 'dext-team' else 'EXAMPLE001'}",
                 "tool.helper=" + {"hangs": "hang", "crashes": "crash"}.get(trouble, "ok"))
        self.put_trouble(trouble)
        try:
            done = subprocess.run(
                [self.macsim, "run", self.folder, "--", "kextirpate", "handoff", "--json",
                 "--wait=1s", "example-capture"], capture_output=True, check=False)
        finally:
            self.take_trouble(trouble)
        told = json.loads(done.stdout)
        standings = sorted({str(kext["standing"]) for kext in told["kexts"]})
        return str(done.returncode), ",".join(standings), told["next"]["text"]


def main():
    macsim, folder, table = sys.argv[1:4]
    rows = rows_of(table)
    states = sorted({word for row in rows for word in row[0].split("|")} - {"*"})
    macs = {name: Mac(macsim, f"{folder}/{name}") for name in ("loaded", "gone", "inert")}
    used, wrong, count = set(), 0, 0
    for cell in cells(states):
        if len(sys.argv) > 4 and cell[0] != sys.argv[4]:
            continue
        row = next((row for row in rows if fits(row, cell)), None)
        if row is None:
            print("no row fits", *cell)
            wrong += 1
            continue
        status, standing, words = macs[cell[1]].run(cell)
        used.add(row[8])
        count += 1
        good = (status, standing) == (row[5], row[6]) and re.search(row[7].strip(), words)
        print(f"{'' if good else 'WRONG '}{' '.join(cell)}: {status} {standing}"
              + ("" if good else f", expected {row[5]} {row[6]} by line {row[8]}: {words}"))
        wrong += not good
    unused = [] if len(sys.argv) > 4 else [row[8] for row in rows if row[8] not in used]
    for number in unused:
        print(f"{table}:{number}: no cell fits this row")
    print(f"{count} cells, {len(rows)} rows, {wrong} wrong")
    sys.exit(bool(wrong or unused))


main()
