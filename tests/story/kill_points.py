#!/usr/bin/env python3
# SPDX-License-Identifier: BSD-2-Clause
"""Every writing call of uninstall and undo as the last one before a crash.

For each kill point: a fresh copy of the Mac, the command killed there, the same
command once more. It must end as an undisturbed one does: same status, same
files, same standings, an intact ledger; then undo gives the original tree back.
Prints TAP. Usage: kill_points.py MACSIM [STEP [ERRNO...]]: every STEP-th point only;
with errnos each such call fails with them instead, and the command goes on as it can.
"""
import concurrent.futures
import itertools
import json
import os
import shutil
import sqlite3
import subprocess
import sys
import tempfile

MACSIM = os.path.abspath(sys.argv[1])
STEP = int(sys.argv[2]) if len(sys.argv) > 2 else 1
ERRNOS = sys.argv[3:]
# How a run may end in which one call failed: as without, in part, or at once.
ENDS = {2, 3, 5, 6, 7, 73, 74}
WORKERS = os.cpu_count() or 2
UNINSTALL = ["kextirpate", "uninstall", "--approval=ask", "example-capture"]
UNDO = ["kextirpate", "undo"]
INSIDE = ["kextirpate", "uninstall", "--context=installer", "example-capture"]
JOB = "Library/LaunchDaemons/com.example.capture.load.plist"
JOB_TEXT = """<plist version="1.0"><dict><key>Label</key><string>com.example.capture.load</string>
<key>ProgramArguments</key><array><string>/sbin/kextload</string>
<string>/Library/Extensions/ExampleCaptureDriver.kext</string></array></dict></plist>
"""
STATE = "Library/Application Support/kextirpate"
# What macOS keeps for itself, and what comes from the building machine.
PRUNED = {"./.macsim", "./dev", "./lib", "./lib64", "./bin", "./usr", "./sbin",
          "./private/tmp", "./System", "./" + STATE,
          "./private/var/db/KernelExtensionManagement", "./Library/StagedExtensions",
          "./private/var/db/SystemPolicyConfiguration"}


def macsim(*words, **options):
    return subprocess.run([MACSIM, *words], stdin=subprocess.DEVNULL,
                          stdout=subprocess.PIPE, stderr=subprocess.PIPE, **options)


def run(mac, words, *options):
    return macsim("run", *options, mac, "--", *words)


def tree(mac):
    """Path -> kind, mode, owner, contents of everything that root may move."""
    found = {}
    for folder, folders, files in os.walk(mac):
        here = "." + folder[len(mac):]
        folders[:] = [f for f in folders if f"{here}/{f}" not in PRUNED]
        for name in folders + files:
            path = os.path.join(folder, name)
            st = os.lstat(path)
            data = b""
            if os.path.islink(path):
                data = os.readlink(path).encode()
            elif os.path.isfile(path):
                with open(path, "rb") as file:
                    data = file.read()
            found[f"{here}/{name}"] = (st.st_mode, st.st_uid, st.st_gid, data)
    found["jobs"] = macsim("show", mac, "job").stdout
    return found


def difference(got, wanted):
    names = sorted(n for n in set(got) | set(wanted) if got.get(n) != wanted.get(n))
    return ", ".join(names[:4])


def standings(mac):
    answer = run(mac, ["kextirpate", "status", "--json"])
    return sorted((k["bundle_id"], k["standing"]) for k in json.loads(answer.stdout)["kexts"])


def vaulted(mac):
    """What lies in the vault, by contents: nothing may be lost."""
    found = []
    for folder, _, files in os.walk(os.path.join(mac, STATE, "vault")):
        for name in files:
            with open(os.path.join(folder, name), "rb") as file:
                found.append(file.read())
    return sorted(found)


def ledger_fault(mac):
    path = os.path.join(mac, STATE, "ledger.db")
    if not os.path.exists(path):
        return "no ledger"
    with sqlite3.connect(path) as db:
        answer = db.execute("PRAGMA integrity_check").fetchone()[0]
        running = db.execute("SELECT count(*) FROM run WHERE state = 'running'").fetchone()[0]
    return "" if answer == "ok" and running == 0 else f"{answer}, {running} runs unfinished"


def clone(mac, copy):
    """A copy of a simulated Mac; the borrowed libraries are linked."""
    shutil.rmtree(copy, ignore_errors=True)
    subprocess.run(["cp", "-a", mac, copy], check=True)
    return copy


def end(mac):
    return {"tree": tree(mac), "standings": standings(mac)}


def one_point(base, folder, words, point, wanted):
    """'' when the run after the kill ends as it should, else what is wrong."""
    k, errno = point
    mac = clone(base, os.path.join(folder, f"kill{k}{errno}"))
    try:
        if errno:
            first = run(mac, words, "--fail", f"{k}:{errno}")
            if first.returncode not in ENDS:
                return f"point {k}: {errno}: status {first.returncode}"
        else:
            first = run(mac, words, "--kill", str(k))
            if first.returncode != 137:
                return f"point {k}: not killed, status {first.returncode}"
        again = run(mac, words)
        if again.returncode != wanted["status"]:
            return (f"point {k}: status {again.returncode}, wanted {wanted['status']}: "
                    + again.stderr.decode(errors="replace")[-200:].replace("\n", " | "))
        got = end(mac)
        if got["tree"] != wanted["tree"]:
            return f"point {k}: other files: " + difference(got["tree"], wanted["tree"])
        if got["standings"] != wanted["standings"]:
            return f"point {k}: {got['standings']}, wanted {wanted['standings']}"
        fault = ledger_fault(mac)
        if fault:
            return f"point {k}: ledger: {fault}"
        if "undo" in wanted:
            back = run(mac, UNDO)
            if back.returncode not in (0, 2):
                return f"point {k}: undo: status {back.returncode}"
            # The kill may have split the work over two runs: undo them both.
            if tree(mac) != wanted["undo"]:
                run(mac, UNDO)
            if tree(mac) != wanted["undo"]:
                return f"point {k}: after undo: " + difference(tree(mac), wanted["undo"])
        return ""
    finally:
        shutil.rmtree(mac, ignore_errors=True)


def count_points(base, folder, words):
    mac = clone(base, os.path.join(folder, "count"))
    answer = run(mac, words, "--count")
    line = answer.stderr.decode().strip().splitlines()[-1]
    status = answer.returncode
    result = end(mac)
    shutil.rmtree(mac)
    return int(line.split()[1]), status, result


def all_points(name, base, folder, words, original):
    points, status, wanted = count_points(base, folder, words)
    wanted["status"] = status
    if original is not None:
        wanted["undo"] = original
    chosen = [(k, e) for e in ERRNOS or [""] for k in range(1, points + 1, STEP)]
    with concurrent.futures.ThreadPoolExecutor(WORKERS) as pool:
        wrong = [w for w in pool.map(
            lambda k: one_point(base, folder, words, k, wanted), chosen) if w]
    print(f"# {name}: {len(chosen)} {'failing calls' if ERRNOS else 'kill points'} of {points} "
          "writing calls")
    for line in wrong[:10]:
        print(f"# {line}")
    return not wrong and points > 0, len(chosen)


def stories(folder):
    for macos, chip, settings in (("15.7", "apple", []), ("15.7", "intel", []),
                                  ("13.6", "apple", []),
                                  ("15.7", "apple", ["console=none", "approval=none"])):
        name = f"{macos} {chip}" + (" nobody" if settings else "")
        base = os.path.join(folder, "base")
        macsim("new", base, "--macos", macos, "--chip", chip, "--scenario", "capture-card",
               check=True)
        if settings:
            macsim("set", base, *settings, check=True)
        run(base, ["true"])
        original = tree(base)
        yield f"uninstall on {name}", base, UNINSTALL, original
        run(base, UNINSTALL)
        if not ERRNOS:
            yield f"undo on {name}", base, UNDO, None
        shutil.rmtree(base)


def more_stories(folder):
    """A job that ends and comes back; a run inside an installer."""
    for name, words in (("with a job", UNINSTALL), ("inside an installer", INSIDE)):
        base = os.path.join(folder, "base")
        macsim("new", base, "--macos", "15.7", "--chip", "apple", "--scenario", "capture-card",
               check=True)
        if words is UNINSTALL:
            with open(os.path.join(base, JOB), "w", encoding="ascii") as file:
                file.write(JOB_TEXT)
            macsim("restart", base, check=True)
        run(base, ["true"])
        yield f"uninstall {name}", base, words, tree(base)
        shutil.rmtree(base)


def main():
    folder = tempfile.mkdtemp(prefix="kill.")
    count = failures = total = 0
    try:
        for name, base, words, original in itertools.chain(
                stories(folder), more_stories(folder)):
            good, points = all_points(name, base, folder, words, original)
            count += 1
            total += points
            failures += not good
            print(f"{'ok' if good else 'not ok'} {count} - every point of {name}", flush=True)
    finally:
        shutil.rmtree(folder, ignore_errors=True)
    print(f"# {total} {'failing calls' if ERRNOS else 'kill points'} in all")
    print(f"1..{count}")
    return failures != 0


sys.exit(main())
