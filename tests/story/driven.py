#!/usr/bin/env python3
# SPDX-License-Identifier: BSD-2-Clause
"""A migration that is cut off at any writing call leaves the device driven.

For each point: a fresh copy of a Mac whose dext is not activated yet, migrate killed there,
and then either migrate again at once, or the Mac restarts and recheck, then migrate, go on.
It must end well: exit 0, every kext gone, the verify step done in the ledger, and by
macsim's notes no boot in which the device was without a driver. A migration that does not
end well (nobody allows the dext, a second cut during recheck) is asked for less: what the
tool says last. Prints TAP. Usage: driven.py MACSIM [STEP]: every STEP-th point only.
"""
import concurrent.futures
import os
import shutil
import sys
import time

import simulated
from simulated import clone, ledger_fault, ledger_rows

SIM = simulated.Macsim(sys.argv[1])
STEP = int(sys.argv[2]) if len(sys.argv) > 2 else 1
WORKERS = os.cpu_count() or 2
MIGRATE = ["kextirpate", "migrate", "--approval=ask", "example-capture"]
RECHECK = ["kextirpate", "recheck"]
# Of the last migrate that had something to do: a cut may have split the work over two.
VERIFIED = ("SELECT step.state FROM step JOIN run ON run.id = step.run"
            " WHERE run.command = 'migrate' AND kind = 'verify' ORDER BY run.id DESC LIMIT 1")


def go_on(mac, restart_first):
    """What a person, or the daemon, does then; the statuses on the way."""
    told = []
    if restart_first:
        SIM.must("restart", mac)
        told.append(SIM.run(mac, RECHECK).returncode)
    told.append(SIM.run(mac, MIGRATE).returncode)
    SIM.must("restart", mac)
    told.append(SIM.run(mac, RECHECK).returncode)
    return told


def end_of(mac):
    """'' when it ended well, else what is wrong."""
    standings = SIM.standings(mac)
    if [s for _, s in standings] != ["gone"] * 2:
        return f"{standings}"
    if ledger_rows(mac, VERIFIED) != [("done",)]:
        return f"verified {ledger_rows(mac, VERIFIED)}"
    if ledger_rows(mac, "SELECT count(*) FROM kext_case WHERE migrates") != [(0,)]:
        return "a migrate still waits"
    return ledger_fault(mac)


def is_driven(mac):
    """The device had a driver in each boot, and has the dext now."""
    notes = SIM.shown(mac, "driver")
    return bool(notes) and all(not n.endswith(":none") for n in notes) and \
        notes[-1].endswith(":dext")


def one_point(base, folder, command, k, restart_first):
    mac = clone(base, os.path.join(folder, f"cut{k}{restart_first}"))
    try:
        first = SIM.run(mac, command, "--kill", str(k))
        if first.returncode != 137:
            return f"point {k}: not killed, status {first.returncode}"
        told = go_on(mac, restart_first)
        wrong = "" if told[-1] == 0 else f"ends with {told}"
        wrong = wrong or end_of(mac)
        if not is_driven(mac):
            wrong += f" driven by {SIM.shown(mac, 'driver')}"
        return f"point {k}{' and a restart' if restart_first else ''}: {wrong}" if wrong else ""
    finally:
        shutil.rmtree(mac, ignore_errors=True)


def bases(folder):
    """The Macs on which a command may be cut off."""
    for macos, chip in (("15.7", "apple"), ("15.7", "intel"), ("26.2", "apple")):
        base = os.path.join(folder, "base")
        shutil.rmtree(base, ignore_errors=True)
        SIM.must("new", base, "--macos", macos, "--chip", chip, "--scenario", "capture-card")
        SIM.must("set", base, "dext.state=none")
        SIM.run(base, ["true"])
        yield f"migrate on {macos} {chip}", base, MIGRATE
        if macos != "15.7":
            continue
        SIM.run(base, MIGRATE)
        SIM.must("restart", base)
        yield f"the recheck behind it on {macos} {chip}", base, RECHECK


def all_points(base, folder, name, command, number):
    mac = clone(base, os.path.join(folder, "count"))
    answer = SIM.run(mac, command, "--count").stderr.decode()
    shutil.rmtree(mac)
    points = int(answer.strip().splitlines()[-1].split()[1])
    step = max(1, min(STEP, points // 4))
    chosen = [(k, restart) for restart in (False, True)
              for k in range(1 + (7 * number + 13 * restart) % step, points + 1, step)]
    with concurrent.futures.ThreadPoolExecutor(WORKERS) as pool:
        told = pool.map(lambda c: one_point(base, folder, command, *c), chosen)
        wrong = [w for w in told if w]
    print(f"# {name}: {len(chosen)} cuts at {points} writing calls, {len(wrong)} wrong")
    for line in wrong[:10]:
        print(f"# {line}")
    return not wrong and bool(chosen)


def main():
    folder = simulated.folder_for("driven.")
    count = failures = 0
    start = time.time()
    try:
        for name, base, command in bases(folder):
            good = all_points(base, folder, name, command, count)
            count += 1
            failures += not good
            print(f"{'ok' if good else 'not ok'} {count} - every cut of {name}", flush=True)
    finally:
        shutil.rmtree(folder, ignore_errors=True)
    print(f"# in {time.time() - start:.0f} s")
    print(f"1..{count}")
    return failures != 0


sys.exit(main())
