#!/usr/bin/env python3
# SPDX-License-Identifier: BSD-2-Clause
"""The order of writing and syncing, judged from the list of calls.

A medium may forget, and may reorder, whatever was not synced: contents until their file
is, names until their folder is. On Linux one sync often takes everything with it, so that
a power cut does not show a missing one; the list of calls does. Asked of each command:
1. before a file of the Mac moves, the ledger is synced, and so is every folder above the
   place that it moves to;
2. before the ledger is written again, both folders of the move are synced;
3. a copy is synced, with all that it holds, before it gets its name, and its folder before
   the ledger goes on;
4. an original on another volume goes only when its copy, the ledger and the name under
   which it waits for that are synced;
5. at the end nothing is left unsynced.
Prints TAP. Usage: durable.py MACSIM
"""
import os
import shutil
import sys

import simulated

SIM = simulated.Macsim(sys.argv[1])
STATE = "/" + simulated.STATE
LEDGER = (STATE + "/ledger.db", STATE + "/ledger.db-journal")
# Holds nothing: its name alone is what flock asks for, and what Spotlight looks for.
EMPTY = (STATE + "/lock", STATE + "/vault/.metadata_never_index")

ASIDE = "/.kextirpate-"  # how the name begins under which an original waits

CHANGED = "/Library/Application Support/Example Capture/Profile.dat"


class Medium:
    def __init__(self):
        self.files, self.names = set(), {}  # contents; folder -> names in it
        self.moved = set()                  # folders of the last moves
        self.wrong, self.acts, self.calls = [], 0, 0

    def blame(self, text):
        self.wrong.append(f"call {self.calls}: {text}")

    def name(self, path):
        self.names.setdefault(os.path.dirname(path), set()).add(path)

    def unsynced_above(self, path):
        """Folders above path whose own name could be forgotten."""
        found = []
        above = os.path.dirname(path)
        while above != "/":
            if above in self.names.get(os.path.dirname(above), ()):
                found.append(above)
            above = os.path.dirname(above)
        return found

    def rename(self, old, new):
        to_vault = new.startswith(STATE + "/vault/")
        from_vault = old.startswith(STATE + "/vault/")
        for path in sorted(self.files | set(self.names)):
            if path == old or path.startswith(old + "/"):
                self.blame(f"{path} gets the name {new} unsynced")
        if to_vault != from_vault:
            self.acts += 1
            unsynced = [f for f in LEDGER[:1] if f in self.files]
            for name in unsynced + self.unsynced_above(new):
                self.blame(f"{old} moves before {name} is synced")
        if not new.startswith(STATE + "/status"):
            self.moved |= {os.path.dirname(old), os.path.dirname(new)}
        self.name(old)
        self.name(new)

    def write(self, path):
        if path in LEDGER:
            for folder in sorted(f for f in self.moved if f in self.names):
                self.blame(f"the ledger goes on before {folder} is synced")
            self.moved.clear()
        if path not in EMPTY:
            self.files.add(path)

    def remove(self, path):
        place = path[:path.index(ASIDE)]
        for name in sorted(self.files | set(self.names)):
            if name.startswith(STATE + "/vault/") or name in (LEDGER[0], place):
                self.blame(f"{path} goes before {name} is synced")

    def sync(self, path):
        self.files.discard(path)
        self.names.pop(path, None)
        self.moved.discard(path)

    def take(self, what, path, second):
        self.calls += 1
        if what == "rename":
            self.rename(path, second)
        elif what == "write":
            self.write(path)
        elif what == "sync":
            self.sync(path)
        elif what in ("create", "link"):
            self.name(second or path)
        elif what == "unlink":
            if ASIDE in path:
                self.remove(path)
            self.files.discard(path)

    def end(self):
        # A journal that was emptied, and what holds nothing, may be forgotten.
        for path in sorted(self.files - {LEDGER[1]}):
            if not path.startswith(STATE + "/status"):
                self.blame(f"{path} is never synced")
        for folder, names in sorted(self.names.items()):
            left = sorted(n for n in names if n not in EMPTY and n != LEDGER[1]
                          and not n.startswith((STATE + "/status", "/private/tmp/")))
            if left:
                self.blame(f"{folder} is never synced, with {', '.join(left[:2])}")


def judged(mac, words, folder):
    calls = os.path.join(folder, "calls")
    done = SIM.run(mac, ["kextirpate", *words], "--calls", calls)
    medium = Medium()
    with open(calls, encoding="utf-8", errors="surrogateescape") as file:
        for line in file:
            medium.take(*line.rstrip("\n").split("\t"))
    medium.end()
    return done.returncode, medium


def story(folder, macos, scenario, target, volumes=""):
    """Command, wanted status, whether files move."""
    mac = os.path.join(folder, "mac")
    shutil.rmtree(mac, ignore_errors=True)
    SIM.must("new", mac, "--macos", macos, "--chip", "apple", "--scenario", scenario)
    if volumes:
        SIM.must("set", mac, volumes)
    SIM.run(mac, ["true"])
    if macos < "14":
        os.remove(mac + CHANGED)  # nothing stays: the receipt is copied and forgotten
    later = ["uninstall", "--approval=never", target]
    yield mac, later, (2 if macos < "14" else 3), True
    if macos >= "14":
        yield mac, ["approve"], 2, False
    SIM.must("restart", mac)
    yield mac, ["recheck"], (1 if macos < "14" else 0), False
    SIM.must("set", mac, "device=absent")  # or the dext drives it, and undo is refused
    yield mac, ["undo"], None, True
    if scenario == "capture-card" and not volumes:
        yield mac, ["migrate", "--approval=ask", target], None, True


def main():
    folder = simulated.folder_for("durable.")
    count = failures = calls = acts = 0
    try:
        for where in (("15.7", "capture-card", "example-capture"),
                      ("13.6", "capture-card", "example-capture"),
                      ("15.7", "ch34x", "wch-ch34x-vcp"),
                      ("15.7", "capture-card", "example-capture",
                       "volumes=disk4s1:/Library/Extensions:apfs")):
            for mac, words, wanted, moves in story(folder, *where):
                status, medium = judged(mac, words, folder)
                wrong = list(medium.wrong)
                if wanted is not None and status != wanted:
                    wrong.append(f"status {status}, wanted {wanted}")
                if moves and medium.acts == 0:
                    wrong.append("nothing moved")
                count += 1
                failures += bool(wrong)
                calls, acts = calls + medium.calls, acts + medium.acts
                there = ", on two volumes" if where[3:] else ""
                print(f"{'not ok' if wrong else 'ok'} {count} - {where[1]} on {where[0]}{there}: "
                      f"{' '.join(words)}: what was written is synced in order")
                for line in wrong[:8]:
                    print(f"# {line}")
    finally:
        shutil.rmtree(folder, ignore_errors=True)
    print(f"# {calls} writing calls, {acts} files and folders moved")
    print(f"1..{count}")
    return failures != 0


sys.exit(main())
