#!/usr/bin/env python3
# SPDX-License-Identifier: BSD-2-Clause
"""Every writing call of a command as the last one before a crash.

For each point: a fresh copy of the Mac, the command killed there, then nothing may be
lost: each file lies where it was, or in the vault where the ledger says. The same
command once more must end as an undisturbed one does: same status, same files, same
standings, an intact ledger. Then one undo gives the original tree back, however many runs
the job took.
Prints TAP. Usage: kill_points.py MACSIM [STEP [ERRNO...|SIGTERM]]: every STEP-th point only,
each command from another one on; with errnos each such call fails with them instead, and the
command goes on as it can; with SIGTERM the command gets that while a program that it runs is
at work, has to end soon, and leaves nobody behind who goes on.
"""
import concurrent.futures
import contextlib
import itertools
import os
import shutil
import sqlite3
import sys
import time

import simulated
from simulated import STATE, clone, difference, ledger_fault, ledger_rows, lost

SIM = simulated.Macsim(sys.argv[1])
STEP = int(sys.argv[2]) if len(sys.argv) > 2 else 1
ERRNOS = sys.argv[3:]
SIGTERM = ERRNOS == ["SIGTERM"]
POINTS = "programs" if SIGTERM else "writing calls"
WHAT = "signals" if SIGTERM else "failing calls" if ERRNOS else "kill points"
KINDS = {"stop-job", "forget", "clear-staging", "settle", "rebuild", "activate"}
SOON = 10  # seconds; launchd gives 20
WORKERS = os.cpu_count() or 2
UNINSTALL = ["kextirpate", "uninstall", "--approval=ask", "example-capture"]
LATER = ["kextirpate", "uninstall", "--approval=never", "example-capture"]
APPROVE = ["kextirpate", "approve"]
UNDO = ["kextirpate", "undo"]
RECHECK = ["kextirpate", "recheck"]
REPAIR = ["kextirpate", "recheck", "--policy=repair", "--approval=ask"]
INSIDE = ["kextirpate", "uninstall", "--context=installer", "example-capture"]
LAUNCHD = "Library/LaunchDaemons/com.example.capture.load.plist"
LAUNCHD_TEXT = """<plist version="1.0"><dict><key>Label</key><string>com.example.capture.load</string>
<key>ProgramArguments</key><array><string>/sbin/kextload</string>
<string>/Library/Extensions/ExampleCaptureDriver.kext</string></array></dict></plist>
"""
KEPT = "Library/Application Support/Example Capture/Profile.dat"
# Bundles on one other volume, files on a second.
VOLUMES = ("volumes=disk4s1:/Library/Extensions:apfs,"
           "disk5s1:/Library/Application\\040Support/Example\\040Capture:apfs")
MIGRATE = ["kextirpate", "migrate", "--approval=ask", "example-capture"]
HANDOFF = ["kextirpate", "handoff", "example-capture"]
# How a run may end in which one call failed: as without, in part, or at once.
ENDS = {"uninstall": {2, 3, 5, 6, 7, 73, 74}, "migrate": {2, 3, 4, 5, 6, 7, 73, 74},
        "approve": {0, 1, 2, 3, 5, 6, 7, 73, 74}, "undo": {0, 2, 6, 73, 74},
        "recheck": {0, 1, 2, 3, 4, 5, 6, 7, 73, 74}}


def tree(mac):
    return {**simulated.tree(mac), "jobs": SIM.shown(mac, "job")}


class Job:
    """One command on one Mac, and how it ends undisturbed."""

    def __init__(self, name, base, words, original, undone=None, step=0,
                 expires=False):
        self.name, self.base, self.words = name, base, words
        self.original, self.undone, self.expires = original, undone, expires
        self.step = step  # of signals a sample may not be coarser; 0: it may leave all out
        self.interrupted = set()
        self.points = self.status = 0
        self.tree = self.standings = None

    def count(self, folder, how="--programs" if SIGTERM else "--count"):
        mac = clone(self.base, os.path.join(folder, "count"))
        answer = SIM.run(mac, self.words, how)
        line = answer.stderr.decode().strip().splitlines()[-1]
        self.points, self.status = int(line.split()[1]), answer.returncode
        self.tree, self.standings = tree(mac), SIM.standings(mac)
        shutil.rmtree(mac)


def stop(job, mac, k):
    """The run that gets SIGTERM while its k-th program is at work."""
    start = time.monotonic()
    first = SIM.run(mac, job.words, "--signal", f"{k}:TERM")
    took = time.monotonic() - start
    said = first.stderr.decode(errors="replace")
    if first.returncode != 143 or took > SOON:
        return f"status {first.returncode} after {took:.1f} s"
    begun = [kind for kind, in ledger_rows(mac, "SELECT kind FROM step WHERE state = 'begun'")]
    job.interrupted.update(begun)
    # The vendor's app is the person's, and is left to itself.
    return "left behind: " + said.strip()[-200:] if "works on" in said and not is_apps(job, begun) else ""


def is_apps(job, begun):
    return job.words == HANDOFF or begun == ["activate"]


def disturb(job, mac, k, errno):
    """The run that is killed or stopped, or in which one call fails."""
    wrong = ""
    if SIGTERM:
        wrong = stop(job, mac, k)
    elif errno:
        first = SIM.run(mac, job.words, "--fail", f"{k}:{errno}")
        if first.returncode not in ENDS[job.words[1]] | {job.status}:
            return f"{errno}: status {first.returncode}"
    else:
        first = SIM.run(mac, job.words, "--kill", str(k))
        if first.returncode != 137:
            return f"not killed, status {first.returncode}"
    missing = lost(mac, job.original)
    if job.expires and not missing:
        missing = unsaid(mac)
    return wrong or (f"lost: {', '.join(missing[:4])}" if missing else "")


def slots(mac):
    """What the ledger says of each item of the vault, and whether it is there."""
    vault = os.path.join(mac, STATE, "vault")
    return [(slot, expiry, os.path.lexists(os.path.join(vault, slot))) for slot, expiry in
            ledger_rows(mac, "SELECT slot, expiry FROM vaulted")]


def unsaid(mac):
    """What is not in the vault any more although no ledger has let it go."""
    return [slot for slot, expiry, there in slots(mac) if not there and expiry is None]


def left(mac):
    """What should have gone from the vault, and parts of it."""
    vault = os.path.join(mac, STATE, "vault")
    parts = [name for _, _, files in os.walk(vault) for name in files if not name.startswith(".")]
    return [slot for slot, expiry, there in slots(mac) if there or expiry != "done"] + parts


def finish(job, mac):
    """The next run must reach the undisturbed end."""
    again = SIM.run(mac, job.words)
    if again.returncode != job.status:
        return (f"status {again.returncode}, wanted {job.status}: "
                + again.stderr.decode(errors="replace")[-300:].replace("\n", " | "))
    got = tree(mac)
    if got != job.tree:
        return "other files: " + difference(got, job.tree)
    standings = SIM.standings(mac)
    if standings != job.standings:
        return f"{standings}, wanted {job.standings}"
    fault = ledger_fault(mac)
    if not fault and job.expires and left(mac):
        return "left in the vault: " + ", ".join(left(mac)[:4])
    return f"ledger: {fault}" if fault else ""


def give_back(job, mac):
    back = SIM.run(mac, UNDO)
    if back.returncode not in (0, 2):
        return f"undo: status {back.returncode}"
    now = tree(mac)
    return "" if now == job.undone else "after undo: " + difference(now, job.undone)


def one_point(job, folder, k, errno):
    """'' when the run after it ends as it should, else what is wrong."""
    mac = clone(job.base, os.path.join(folder, f"kill{k}{errno}"))
    try:
        wrong = disturb(job, mac, k, errno) or finish(job, mac)
        if not wrong and job.undone is not None:
            wrong = give_back(job, mac)
        return f"point {k}{':' if errno else ''}{errno}: {wrong}" if wrong else ""
    finally:
        shutil.rmtree(mac, ignore_errors=True)


def all_points(job, folder, number):
    job.count(folder)
    step = min(STEP, job.step) if SIGTERM and job.step else STEP
    # What deletes is looked at more closely.
    step = max(1, step // 5) if job.expires else step
    chosen = [(k, e) for i, e in enumerate(ERRNOS or [""])
              for k in range(1 + (7 * number + 13 * i) % step, job.points + 1, step)]
    with concurrent.futures.ThreadPoolExecutor(WORKERS) as pool:
        wrong = [w for w in pool.map(lambda c: one_point(job, folder, *c), chosen) if w]
    print(f"# {job.name}: {len(chosen)} {WHAT} of {job.points} {POINTS}, ends with "
          f"{job.status}, {len(wrong)} wrong")
    if SIGTERM:
        print(f"# at work: {' '.join(sorted(job.interrupted))}")
    for line in wrong[:10]:
        print(f"# {line}")
    return not wrong and job.points > 0, len(chosen)


def new(folder, macos, chip, settings):
    base = os.path.join(folder, "base")
    shutil.rmtree(base, ignore_errors=True)
    SIM.must("new", base, "--macos", macos, "--chip", chip, "--scenario", "capture-card")
    if settings:
        SIM.must("set", base, *settings)
    SIM.run(base, ["true"])
    return base, tree(base)


def jobs_of(folder, macos, chip, settings):
    """The commands, each on a Mac on which it has something to do."""
    name = f"{macos} {chip}" + (" nobody" if settings else "")
    base, original = new(folder, macos, chip, settings)
    yield Job(f"uninstall on {name}", base, UNINSTALL, original, original)
    SIM.run(base, UNINSTALL)
    yield Job(f"undo on {name}", base, UNDO, original)
    SIM.must("set", base, "device=absent")  # or the dext drives it, and undo is refused
    SIM.must("restart", base)
    yield Job(f"recheck on {name}", base, RECHECK, original, original)
    base, original = new(folder, macos, chip, settings)
    SIM.run(base, LATER)
    yield Job(f"approve on {name}", base, APPROVE, original, original)
    SIM.must("set", base, "device=absent")
    SIM.must("restart", base)
    yield Job(f"recheck and repair on {name}", base, REPAIR, original, original)
    if not settings:
        base, original = new(folder, macos, chip, settings)
        yield Job(f"migrate on {name}", base, MIGRATE, original, original)


def split(folder, base, original):
    """A Mac on which two runs took the product: the first was killed among its files."""
    whole = Job("uninstall", base, UNINSTALL, original)
    whole.count(folder, "--count")
    for k in range(whole.points // 20, whole.points, whole.points // 20):
        mac = clone(base, os.path.join(folder, "split"))
        SIM.run(mac, UNINSTALL, "--kill", str(k))
        SIM.run(mac, UNINSTALL)
        if len(ledger_rows(mac, "SELECT DISTINCT run FROM vaulted")) == 2:
            return mac
    raise SystemExit("no kill point splits a job")


def expire_at_next_look(base):
    """A product that has been gone for the 30 days of the setting."""
    SIM.run(base, UNINSTALL)
    SIM.must("restart", base)
    folder = os.path.join(base, "Library/Managed Preferences")
    os.makedirs(folder, exist_ok=True)
    with open(f"{folder}/org.kextirpate.plist", "w", encoding="ascii") as file:
        file.write('<plist version="1.0"><dict><key>VaultDays</key><integer>30</integer>'
                   "</dict></plist>")
    SIM.run(base, RECHECK)
    with contextlib.closing(sqlite3.connect(os.path.join(base, STATE, "ledger.db"))) as db:
        db.execute("UPDATE expiring SET steady = steady - 30 * 86400")
        db.commit()


def more_jobs(folder):
    """A launchd job that ends and comes back; a run inside an installer; a product on other
    volumes than the vault; an undo of a job that two runs took; a recheck at which the vault
    expires."""
    base, original = new(folder, "15.7", "apple", [])
    with open(os.path.join(base, LAUNCHD), "w", encoding="ascii") as file:
        file.write(LAUNCHD_TEXT)
    os.remove(os.path.join(base, KEPT))
    SIM.must("restart", base)
    original = tree(base)
    yield Job("uninstall with a launchd job and no file that stays", base, UNINSTALL, original, original, 1)
    base, original = new(folder, "15.7", "apple", [])
    yield Job("uninstall inside an installer", base, INSIDE, original, original)
    base, original = new(folder, "15.7", "apple", [VOLUMES])
    yield Job("uninstall from other volumes", base, UNINSTALL, original, original)
    SIM.run(base, UNINSTALL)
    yield Job("undo to other volumes", base, UNDO, original, original)
    base, original = new(folder, "15.7", "apple", [])
    yield Job("undo of a job that was cut off", split(folder, base, original), UNDO, original,
              original)
    base, original = new(folder, "15.7", "apple", ["dext.state=none"])
    yield Job("migrate that asks the app", base, MIGRATE, original, None, 3)
    SIM.run(base, UNINSTALL)
    SIM.must("restart", base)
    SIM.must("set", base, "dext.state=none")
    yield Job("handoff", base, HANDOFF, original, None)
    base, _ = new(folder, "15.7", "apple", [])
    expire_at_next_look(base)
    yield Job("recheck that empties the vault", base, RECHECK, tree(base), expires=True)


def main():
    folder = simulated.folder_for("kill.")
    count = failures = total = writing = 0
    interrupted = set()
    start = time.time()
    macs = (("15.7", "apple", []), ("15.7", "intel", []), ("13.6", "apple", []),
            ("15.7", "apple", ["console=none", "approval=none"]))
    try:
        for job in itertools.chain(
                (j for m in macs for j in jobs_of(folder, *m)), more_jobs(folder)):
            if SIGTERM and STEP > 1 and not job.step:
                continue
            good, points = all_points(job, folder, count)
            count += 1
            total += points
            writing += job.points
            failures += not good
            interrupted |= job.interrupted
            print(f"{'ok' if good else 'not ok'} {count} - every point of {job.name}", flush=True)
    finally:
        shutil.rmtree(folder, ignore_errors=True)
    if SIGTERM:
        count += 1
        failures += interrupted != KINDS
        print(f"{'ok' if interrupted == KINDS else 'not ok'} {count} - each kind of step that "
              f"asks a program was at work: {' '.join(sorted(interrupted))}")
    print(f"# {total} {WHAT} in all, of {writing * max(1, len(ERRNOS))}, "
          f"in {time.time() - start:.0f} s")
    print(f"1..{count}")
    return failures != 0


sys.exit(main())
