#!/usr/bin/env python3
# SPDX-License-Identifier: BSD-2-Clause
"""bench.py [--small] [NAME...]: how fast kextirpate is beside its peers, or beside
the least that the job can cost, measured in turns in one run. A table of ratios;
nothing is asserted. Start it by `make bench`. --small: a hundredth of everything,
to see that the bench itself works."""
import argparse
import json
import os
import shutil
import sqlite3
import statistics
import subprocess
import sys
from pathlib import Path

import mac

HERE = Path(__file__).resolve().parent
ROOT = HERE.parent.parent
WORK = ROOT / "build" / "bench"
TOOL = ROOT / "build" / "kextirpate"
PYTHON = WORK / "venv/bin/python"
CRATE = WORK / "cargo/release/bench-apple-bom"
EMPTY = WORK / "empty"
TIMED = WORK / "timed"


class Table:
    """One line for each program of a job; the first one is what the ratios are of."""

    def __init__(self, title, aim):
        print(f"\n{title}\n  aim: {aim}")
        print(f"  {'':44} {'ms':>9} {'ratio':>8} {'MiB':>7}")

    def row(self, name, result, base):
        if result is None:
            print(f"  {name:44} {'skipped: cannot be had here':>26}")
            return
        print(f"  {name:44} {result.ms:9.1f} {result.ms / base.ms:8.2f} {result.mib:7.1f}")


class Result:
    def __init__(self):
        self.times, self.mib = [], 0.0

    @property
    def ms(self):
        return statistics.median(self.times)


def once(argv, result):
    answer, tell = os.pipe()
    child = subprocess.run([TIMED, *argv], stdout=subprocess.DEVNULL, stderr=subprocess.PIPE,
                           stdin=subprocess.DEVNULL, preexec_fn=lambda: os.dup2(tell, 3),
                           close_fds=False, check=False)
    os.close(tell)
    with os.fdopen(answer) as told:
        nanoseconds, kibibytes, status = map(int, told.read().split())
    result.times.append(nanoseconds / 1e6)
    result.mib = max(result.mib, kibibytes / 1024)
    if status not in (0, 1):
        sys.exit(f"{' '.join(map(str, argv))[:200]}: status {status}\n"
                 f"{child.stderr.decode()[:2000]}")


def measure(programs, rounds):
    """Runs the programs in turns, after one round that fills the caches."""
    results = {name: Result() if argv else None for name, argv in programs.items()}
    for number in range(rounds + 1):
        for name, argv in programs.items():
            if argv is None:
                continue
            if number == 1:
                results[name].times.clear()
            once(argv, results[name])
    return results


def show(title, aim, programs, rounds):
    results = measure(programs, rounds)
    base = next(iter(results.values()))
    table = Table(title, aim)
    for name, result in results.items():
        table.row(name, result, base)
    return results


def made(name, make):
    """The folder of that name, made once; a fixture of another recipe is made anew."""
    folder = WORK / "work" / name
    recipe = "".join((HERE / file).read_text() for file in ("formats.py", "mac.py"))
    stamp = folder.parent / (name + ".recipe")
    if not stamp.exists() or stamp.read_text() != recipe:
        shutil.rmtree(folder, ignore_errors=True)
        folder.mkdir(parents=True)
        make(folder)
        stamp.write_text(recipe)
    return folder


def scan(root):
    return [TOOL, "scan", "--json", "--rules", ROOT / "rules/catalogue", "--root", root]


def expect_kexts(root, count):
    """A fast answer that is wrong is no answer."""
    out = subprocess.run(scan(root), capture_output=True, check=False).stdout
    found = len(json.loads(out)["kexts"])
    if found != count:
        sys.exit(f"{root}: {found} kexts found, {count} are there")


def peer(argv):
    return argv if os.path.exists(argv[0]) else None


def bench_receipts(scale, rounds):
    packages, paths = 1500 // scale, 2_500_000 // scale
    root = made(f"receipts-{scale}", lambda r: mac.receipts(r, packages, paths))
    expect_kexts(root, (packages + 9) // 10)
    folder = root / mac.RECEIPTS
    show(f"kext paths out of {packages} receipts with {paths:,} paths", "1.5 x cat", {
        "cat of the same files": ["cat", *sorted(folder.iterdir())],
        "kextirpate scan": scan(root),
        "crate apple-bom": peer([CRATE, folder]),
        "pyapplebom": peer([PYTHON, HERE / "peers/pyapplebom_paths.py", folder]),
    }, rounds)


def bench_collection(scale, rounds):
    size = (400 << 20) // scale
    root = made(f"collection-{scale}", lambda r: mac.collection(r / mac.INTEL, 20, size))
    expect_kexts(root, 20)
    results = show(f"20 members of a collection of {size >> 20} MB",
                   "10 ms over an empty program, under 16 MiB", {
        "empty program, same libraries": [EMPTY],
        "kextirpate scan": scan(root),
        "lief": peer([PYTHON, HERE / "peers/lief_members.py", root / mac.INTEL]),
        "Go module blacktop/ipsw": None,
    }, rounds * 3)
    over = results["kextirpate scan"].ms - results["empty program, same libraries"].ms
    print(f"  over the empty program: {over:.1f} ms")


def whole_mac(root, scale, times):
    mac.receipts(root, 1500 * times // scale, 2_500_000 * times // scale)
    mac.bundles(root, 600 * times // scale)
    mac.boot_folders(root, 4 * times, 20, (400 << 20) // scale)
    mac.files(root, 20000 * times // scale)


def least_work(root):
    """find over the tree and cat of the bytes that hold the answer: receipts and
    Info.plists whole, of executables and collections their heads and lists, at most
    64 KB each."""
    answer = (f"find {root} -print >/dev/null; "
              f"find {root} '(' -name '*.bom' -o -name '*.plist' ')' -exec cat {{}} + ; "
              f"find {root} '(' -name Code -o -name 'kernelcache*' ')' "
              "-exec head -q -c 65536 {} +")
    return ["sh", "-c", f"({answer}) >/dev/null"]


def bench_scan(scale, rounds):
    results = []
    for times in (1, 2):
        root = made(f"mac-{times}-{scale}", lambda r, n=times: whole_mac(r, scale, n))
        results.append(show(
            f"a whole scan: {600 * times // scale} bundles, {4 * times} boot folders of "
            f"{400 // scale} MB collections, {1500 * times // scale} receipts",
            "2 x find and cat, under 32 MiB; twice the Mac, twice the time", {
                "find, and cat of the bytes with the answer": least_work(root),
                "kextirpate scan": scan(root),
            }, rounds))
    one, two = (each["kextirpate scan"].ms for each in results)
    print(f"  twice the Mac takes {two / one:.2f} times as long")


def bench_rules(scale, rounds):
    count = 1000 // scale

    def rules(root):
        for number in range(count):
            mac.put(root / f"rule-{number}.xml", mac.rule(number))
    folder = made(f"rules-{scale}", rules)
    show(f"loading {count} rules", "under 50 ms", {
        "empty program, same libraries": [EMPTY],
        "kextirpate rules list": [TOOL, "rules", "list", "--rules", folder],
    }, rounds * 3)


MACSIM = ROOT / "tests/macsim/macsim"
STATE = "Library/Application Support/kextirpate"


def simulated(folder):
    """A simulated Mac from which the kexts of capture-card are gone."""
    mac_dir = WORK / "work" / folder
    for words in (["new", mac_dir, "--macos", "15.7", "--chip", "apple", "--scenario",
                   "capture-card"],
                  ["run", mac_dir, "--", "kextirpate", "uninstall", "--approval=ask",
                   "example-capture"],
                  ["restart", mac_dir], ["run", mac_dir, "--", "kextirpate", "recheck"]):
        subprocess.run([MACSIM, *words], stdout=subprocess.DEVNULL,
                       stderr=subprocess.DEVNULL, check=False)
    shutil.copy(EMPTY, mac_dir / "usr/local/kextirpate/bin/empty")
    return mac_dir


def on_mac(mac_dir, *words):
    return [MACSIM, "run", mac_dir, "--", *words]


def bench_recheck(_scale, rounds):
    mac_dir = simulated("idle")
    show("an idle recheck, on a simulated Mac (whose own start is in each row)",
         "an empty program and one sysctl", {
             "empty program, same libraries":
                 on_mac(mac_dir, "/usr/local/kextirpate/bin/empty"),
             "the same, and one sysctl":
                 on_mac(mac_dir, "/bin/sh", "-c", "/usr/local/kextirpate/bin/empty; "
                        "/usr/sbin/sysctl kern.osversion >/dev/null"),
             "kextirpate recheck": on_mac(mac_dir, "kextirpate", "recheck"),
             "the agent, nothing pending": on_mac(mac_dir, "kextirpate", "handoff", "--pending"),
         }, rounds * 3)


def age(mac_dir, years):
    """Fills the ledger with a life of a kext that came and went with each update."""
    with sqlite3.connect(mac_dir / STATE / "ledger.db") as db:
        keys = [k for k, in db.execute("SELECT key FROM kext_case")]
        for number in range(years * 1000):
            db.execute("INSERT INTO run (command, targets, began_at, state, exit) "
                       "VALUES ('recheck', '', '2016-01-01T00:00:00Z', 'done', 0)")
            run = db.execute("SELECT max(id) FROM run").fetchone()[0]
            for n in range(6):
                db.execute("INSERT INTO step (run, n, kind, state) "
                           "VALUES (?, ?, 'vault', 'done')", (run, n + 1))
            for key in keys:
                db.execute("INSERT INTO standing (key, at, standing) VALUES (?, ?, ?)",
                           (key, "2016-01-01T00:00:00Z",
                            ("gone", "inert")[number % 2]))
        for key in keys:  # an update each month, and a restart behind it
            for number in range(years * 24):
                db.execute("INSERT INTO sighting (key, at, build, run, standing, places) "
                           "VALUES (?, ?, ?, 1, ?, 0)",
                           (key, "2016-01-01T00:00:00Z", f"24G{number // 2}",
                            ("gone", "inert")[number % 2]))


def bench_ledger(scale, rounds):
    young, old = simulated("young"), simulated("old")
    age(old, 10 if scale == 1 else 1)
    # With --dry-run recheck looks at everything, every time.
    for words in (["status"], ["recheck", "--dry-run"]):
        show(f"{words[0]} with ten years of ledger", "2 x an empty one", {
            "a ledger of one run": on_mac(young, "kextirpate", *words, "--json"),
            "a ledger of ten years": on_mac(old, "kextirpate", *words, "--json"),
        }, rounds * 3)


JOBS = {"receipts": bench_receipts, "collection": bench_collection, "scan": bench_scan,
        "rules": bench_rules, "recheck": bench_recheck, "ledger": bench_ledger}


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--small", action="store_true")
    parser.add_argument("--rounds", type=int, default=7)
    parser.add_argument("names", nargs="*", metavar="NAME")
    args = parser.parse_args()
    for name in args.names or JOBS:
        JOBS[name](100 if args.small else 1, 1 if args.small else args.rounds)


if __name__ == "__main__":
    main()
