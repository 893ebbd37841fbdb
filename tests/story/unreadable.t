#!/usr/bin/env python3
# SPDX-License-Identifier: BSD-2-Clause
"""Each place that could hold a trace, made unreadable in turn: refused (EPERM), malformed
or locked. Where nothing else was found and the place could hold a carrier scan answers 7;
where carriers were found it answers 1 and names the place; a place that only remembers is
named and does not matter. Never 0 for a carrier's place, never silence."""
import json
import os
import shutil
import sqlite3
import subprocess
import sys
import tempfile

TOP = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
MACSIM = os.path.join(TOP, "tests/macsim/macsim")
AUX = "/private/var/db/KernelExtensionManagement/AuxKC/CurrentAuxKC"
RECEIPTS = "/private/var/db/receipts"
POLICY = "/private/var/db/SystemPolicyConfiguration"
PREBOOT = "/System/Volumes/Preboot"
CARRIER, MEMORY = True, False
count = failures = 0
done = {"refused": 0, "malformed": 0, "locked": 0, "tool": 0}

# source, whether it matters, place. A "*" is the group of the running system.
REFUSED = [
    ("bundle", CARRIER, "/Library/Extensions"),
    ("bundle", CARRIER, "/Library/Filesystems"),
    ("bundle", CARRIER, "/Library/Application Support"),
    ("bundle", CARRIER, "/Applications"),
    ("bundle", CARRIER, "/Library/Extensions/HighPointRR.kext"),
    ("bundle", CARRIER, "/Library/Extensions/HighPointRR.kext/Contents/Info.plist"),
    ("staged", CARRIER, "/Library/StagedExtensions"),
    ("stashed", CARRIER, AUX + "/StashedExtensions"),
    ("kcgen", CARRIER, AUX + "/com.apple.kcgen.instructions.plist"),
    ("uakl", CARRIER, AUX + "/com.apple.kcgen.uakl.plist"),
    ("launchd", CARRIER, "/Library/LaunchDaemons"),
    ("launchd", CARRIER, "/Library/LaunchAgents"),
    ("receipt", MEMORY, RECEIPTS),
    ("policy", MEMORY, POLICY),
    ("install-history", MEMORY, "/Library/Receipts/InstallHistory.plist"),
    ("alert", MEMORY, "/private/var/db/loadedkextmt.plist"),
    ("relocated", MEMORY, "/Library/Relocated Extensions"),
]
REFUSED_ON = {
    "apple": [
        ("preboot", CARRIER, PREBOOT),
        ("preboot", CARRIER, PREBOOT + "/GROUP"),
        ("preboot", CARRIER, PREBOOT + "/GROUP/boot"),
        ("preboot", CARRIER, "COLLECTION"),
    ],
    "intel": [
        ("auxkc", CARRIER, "/Library/KernelCollections"),
        ("auxkc", CARRIER, "COLLECTION"),
    ],
}
MALFORMED = [
    ("bundle", CARRIER, "/Library/Extensions/HighPointRR.kext/Contents/Info.plist"),
    ("staged", CARRIER, "/Library/StagedExtensions/Library/Extensions/Bad.kext/Contents/Info.plist"),
    ("stashed", CARRIER, AUX + "/StashedExtensions/0/Bad.kext/Contents/Info.plist"),
    ("kcgen", CARRIER, AUX + "/com.apple.kcgen.instructions.plist"),
    ("uakl", CARRIER, AUX + "/com.apple.kcgen.uakl.plist"),
    ("launchd", CARRIER, "/Library/LaunchDaemons/org.bad.plist"),
    ("receipt", MEMORY, RECEIPTS + "/org.bad.plist"),
    ("receipt", MEMORY, RECEIPTS + "/org.bad.bom"),
    ("policy", MEMORY, POLICY + "/KextPolicy"),
    ("install-history", MEMORY, "/Library/Receipts/InstallHistory.plist"),
    ("alert", MEMORY, "/private/var/db/loadedkextmt.plist"),
    ("relocated", MEMORY, "/Library/Relocated Extensions/Bad.kext/Contents/Info.plist"),
]
MALFORMED_ON = {
    "apple": [("preboot", CARRIER, "COLLECTION")],
    "intel": [("auxkc", CARRIER, "COLLECTION")],
}
GARBAGE = {
    "nonsense": b"this is what no Apple tool has written\n",
    "nothing": b"",
    "the beginning alone": None,
}


def ok(good, name, *why):
    global count, failures
    count += 1
    failures += not good
    print(f"{'ok' if good else 'not ok'} {count} - {name}")
    if not good:
        for line in why:
            print(f"# {line}")


class Mac:
    def __init__(self, folder, macos, chip, scenario):
        self.folder, self.chip, self.scenario = folder, chip, scenario
        self.sim("new", folder, "--macos", macos, "--chip", chip, "--scenario", scenario)
        self.sim("run", folder, "--", "true")
        group = self.sim("show", folder, "volume-group").strip()
        nsih = self.sim("show", folder, "nsih").strip()
        caches = "System/Library/Caches/com.apple.kernelcaches/kernelcache.auxkc"
        self.names = {
            "GROUP": group,
            "COLLECTION": "/Library/KernelCollections/AuxiliaryKernelExtensions.kc"
            if chip == "intel" else f"{PREBOOT}/{group}/boot/{nsih}/{caches}",
        }

    @staticmethod
    def sim(*words):
        return subprocess.run([MACSIM, *words], stdout=subprocess.PIPE, check=True,
                              universal_newlines=True).stdout

    def place(self, path):
        for name, value in self.names.items():
            path = path.replace(name, value)
        return path

    def inside(self, path):
        return self.folder + path

    def scan(self):
        answer = subprocess.run([MACSIM, "run", self.folder, "--", "kextirpate", "scan", "--json"],
                                stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
                                stderr=subprocess.PIPE, universal_newlines=True)
        try:
            return answer.returncode, json.loads(answer.stdout), answer.stderr
        except ValueError:
            return answer.returncode, None, answer.stderr


def judge(mac, name, source, matters, place):
    """A problem of that place, or of a folder above or a file below it. A store that is
    damaged may be read all the same where nothing of it was lost."""
    status, found, said = mac.scan()
    if found is None:
        ok(False, name, f"status {status} and no JSON", said)
        return
    if source == "policy" and found["kexts"] and found["kexts"] == mac.found["kexts"]:
        ok(status == 1, f"{name}: all of it was read")
        return
    named = [p for p in found["problems"] if p["path"] and p["matters"] == matters
             and (p["path"] == place or p["path"].startswith(place + "/")
                  or place.startswith(p["path"] + "/"))]
    # A bundle that lies there is a carrier that was found, whoever it is.
    seen = matters and "/Bad.kext/" in place
    wanted = 1 if seen or mac.scenario != "clean" else 7 if matters else 0
    ok(status == wanted and named and found["exit"] == wanted, f"{name} ({wanted})",
       f"status {status}, wanted {wanted}", f"problems {found['problems']}")
    if said.count("\n") < len(named):
        ok(False, f"{name}: said on stderr")
    if source not in {p["source"] for p in named}:
        print(f"# {name}: told by {sorted({str(p['source']) for p in named})}, not by {source}")


def with_file(mac, place, data, look):
    """The file holds data while look runs; as before afterwards."""
    path = mac.inside(place)
    made = path
    while not os.path.exists(os.path.dirname(made)):
        made = os.path.dirname(made)
    old = None
    if os.path.exists(path):
        with open(path, "rb") as file:
            old = file.read()
    if data is None:
        if old is None or len(old) < 16:
            return False
        data = old[:len(old) // 2]
    os.makedirs(os.path.dirname(path), exist_ok=True)
    with open(path, "wb") as file:
        file.write(data)
    look()
    if old is not None:
        with open(path, "wb") as file:
            file.write(old)
    elif os.path.isdir(made):
        shutil.rmtree(made)
    else:
        os.unlink(made)
    return True


def refuse_all(mac):
    for source, matters, place in REFUSED + REFUSED_ON[mac.chip]:
        place = mac.place(place)
        name = f"{mac.scenario} {mac.chip}: {source}: {place} refused"

        def look():
            mac.sim("set", mac.folder, f"unreadable={place}")
            judge(mac, name, source, matters, place)
            mac.sim("set", mac.folder, "unreadable=none")
            done["refused"] += 1

        if os.path.exists(mac.inside(place)):
            look()
        elif place.endswith((".plist", ".auxkc", ".kc")):
            with_file(mac, place, GARBAGE["nonsense"], look)
        else:
            os.makedirs(mac.inside(place))
            look()
            os.rmdir(mac.inside(place))


def spoil_all(mac):
    for source, matters, place in MALFORMED + MALFORMED_ON[mac.chip]:
        place = mac.place(place)
        for kind, data in GARBAGE.items():
            if kind == "nothing" and place.endswith("/KextPolicy"):
                continue  # an empty file is a database without tables
            name = f"{mac.scenario} {mac.chip}: {source}: {place}: {kind}"
            if with_file(mac, place, data, lambda: judge(mac, name, source, matters, place)):
                done["malformed"] += 1


def lock_policy(mac):
    """syspolicyd at work: what is committed can be read all the same, or it is said."""
    path = mac.inside(POLICY + "/KextPolicy")
    if not os.path.exists(path):
        return
    held = sqlite3.connect(path, isolation_level=None)
    held.execute("BEGIN EXCLUSIVE")
    held.execute("INSERT INTO settings VALUES ('being', 'written')")
    status, found, _ = mac.scan()
    held.execute("ROLLBACK")
    held.close()
    told = [p for p in found["problems"] if p["source"] == "policy" and not p["matters"]]
    ok(status == 1 and (told or found["kexts"] == mac.found["kexts"]),
       f"{mac.scenario} {mac.chip}: KextPolicy locked: read all the same or named",
       f"status {status}", f"problems {found['problems']}")
    done["locked"] += 1


def break_tool(mac):
    """What is loaded is asked of kmutil."""
    for how in "fail", "garbage", "exit0":
        mac.sim("set", mac.folder, f"tool.kmutil={how}")
        status, found, said = mac.scan()
        wanted = 7 if mac.scenario == "clean" else 1
        ok(found is not None and status == wanted and
           [p for p in found["problems"] if p["source"] == "loaded" and p["matters"]],
           f"{mac.scenario} {mac.chip}: loaded: kmutil {how} ({wanted})",
           f"status {status}", f"problems {found and found['problems']}", said)
        done["tool"] += 1
    mac.sim("set", mac.folder, "tool.kmutil=ok")


def main():
    if not sys.platform.startswith("linux"):
        print("1..0 # SKIP the simulated Mac needs Linux")
        return
    with tempfile.TemporaryDirectory() as folder:
        for chip in "apple", "intel":
            for scenario in "clean", "every-source":
                mac = Mac(os.path.join(folder, "mac"), "15.7", chip, scenario)
                status, mac.found, _ = mac.scan()
                ok(status == (0 if scenario == "clean" else 1), f"{scenario} {chip} as it is")
                refuse_all(mac)
                spoil_all(mac)
                lock_policy(mac)
                break_tool(mac)
                after = mac.scan()[0]
                ok(after == status, f"{scenario} {chip} as it was")
    print("# counts: " + ", ".join(f"{n} {kind}" for kind, n in done.items()))
    print(f"1..{count}")
    sys.exit(failures > 0)


main()
