# SPDX-License-Identifier: BSD-2-Clause
"""A Mac over the years, from macOS 11 to 27, with five products and the launch daemon.

usage: years.py MACSIM DAEMON. YEARS_SEEDS: how many Macs (30), or "from-to". Each seed
flips every unproven assumption at random, and who is there to approve. What the tool says
is compared with macsim's own model after every step; restarts and dialogs that it asks
for without need are counted. Prints TAP.
"""
import collections
import concurrent.futures
import glob
import json
import os
import random
import shutil
import sys

import simulated

sim = simulated.Macsim(sys.argv[1])
DAEMON = sys.argv[2]
PRODUCTS = {
    "caldigit-usb-hub": ("com.CalDigit.USBHubSupport", "CalDigitUSBHubSupport"),
    "intel-power-gadget": ("com.intel.driver.EnergyDriver", "EnergyDriver"),
    "turbo-boost-switcher": ("com.rugarciap.DisableTurboBoost", "DisableTurboBoost"),
    "universal-audio-uad": ("com.uaudio.driver.UAD2System", "UAD2System"),
    "wch-ch34x-install": ("com.wch.usbserial", "usbserial"),
}
IDS = {kext for kext, _ in PRODUCTS.values()}
BUNDLES = {kext: f"Library/Extensions/{name}.kext" for kext, name in PRODUCTS.values()}
VERSIONS = ("11.6", "11.7.10", "12.6", "12.7.6", "13.6", "13.7.8", "14.6.1", "14.7", "15.0",
            "15.7", "15.7.1", "26.0.1", "26.1", "26.6.2", "27.0", "27.1")
ENDS = ("gone", "inert", "blocked")
# Without these a removal, or the way to it, does not exist on the simulated Mac.
NEEDED = ["update-relinks-from-stash"] + [
    a["id"] for a in json.loads(sim.must("assumptions", "--json").stdout)["assumptions"]
    if a["cure"]]
ASSUMPTIONS = [(a["id"], a["starts"]) for a in
               json.loads(sim.must("assumptions", "--json").stdout)["assumptions"]
               if a["grade"] != "verbatim" or a["cure"]]


class Years:
    """One Mac's life."""

    def __init__(self, seed, folder):
        self.seed, self.rng = seed, random.Random(seed)
        self.mac = os.path.join(folder, f"mac-{seed}")
        self.chip = self.rng.choice(("apple", "apple", "intel"))
        self.wrong, self.counts = [], collections.Counter()
        self.told, self.rows = {}, {}
        self.touched, self.asked_of = set(), set()
        self.within_reach = set()  # of the kernel, when something was done in this boot
        self.version = VERSIONS[0]

    def describe(self):
        path = self.mac + ".described"
        with open(path, "w", encoding="utf-8") as out:
            for product, (kext, name) in PRODUCTS.items():
                bundle = f"/{BUNDLES[kext]}"
                inside = ("", "/Contents", "/Contents/Info.plist", "/Contents/MacOS",
                          f"/Contents/MacOS/{name}", "/Contents/_CodeSignature",
                          "/Contents/_CodeSignature/CodeResources")
                print("kext", bundle, kext, "EXAMPLE001", sep="\t", file=out)
                receipt = "com.wch.usbserial" if kext == "com.wch.usbserial" \
                    else f"com.example.{product}.pkg"
                print("receipt", receipt, sep="\t", file=out)
                for listed in ("/Library", "/Library/Extensions",
                               *(bundle + each for each in inside)):
                    print("lists", listed[1:], sep="\t", file=out)
        return path

    def build(self):
        sim.must("new", self.mac, "--macos", self.version, "--chip", self.chip, "--scenario",
                 "described", "--describe", self.describe())
        share = self.rng.choice((0.05, 0.2, 0.5))
        flips = [f"assumption.{name}={'no' if yes else 'yes'}" for name, yes in ASSUMPTIONS
                 if self.rng.random() < share]
        if flips:
            sim.must("set", self.mac, *flips)
        os.makedirs(f"{self.mac}/Library/LaunchDaemons", exist_ok=True)
        shutil.copy(DAEMON, f"{self.mac}/Library/LaunchDaemons/")
        self.flips = flips
        for kext, bundle in BUNDLES.items():
            shutil.copytree(f"{self.mac}/{bundle}", f"{self.mac}.saved/{kext}")

    def truth(self, kext):
        """Every carrier source that the simulated Mac knows of for a kext."""
        held = {what for what in ("loaded", "listed", "stashed") if kext in self.shown[what]}
        if os.path.exists(f"{self.mac}/{BUNDLES[kext]}"):
            held.add("bundle")
        if os.path.exists(f"{self.mac}/Library/StagedExtensions/{BUNDLES[kext]}"):
            held.add("staged")
        return held | {name for name, data in self.kept.items() if kext.encode() in data}

    def read_kept(self):
        """The bytes of what macOS keeps for this system, by file name: collections, stash,
        instructions, loadable list. Read without any reader of the tool's or the model's."""
        folders = [f"{self.mac}/private/var/db/KernelExtensionManagement",
                   f"{self.mac}/Library/KernelCollections"]
        for active in glob.glob(f"{self.mac}/System/Volumes/Preboot/*/boot/active"):
            with open(active, encoding="utf-8") as file:
                folders.append(f"{os.path.dirname(active)}/{file.read().strip()}")
        kept = {}
        for folder in folders:
            for where, _, names in os.walk(folder):
                for name in names:
                    with open(f"{where}/{name}", "rb") as file:
                        kept[f"named by {name}"] = kept.get(f"named by {name}", b"") + \
                            file.read()
        return kept

    def complain(self, what):
        self.wrong.append(f"{self.version}: {what}")

    def look_at_model(self):
        self.shown = {what: sim.shown(self.mac, what) for what in ("loaded", "listed", "stashed")}
        self.asked = int(sim.shown(self.mac, "asked")[0])
        self.kept = self.read_kept()

    def check_restart(self, told):
        """A restart is due only for what was loaded or in collection, stash or instructions
        when something was done in this boot."""
        for kext, standing in told.items():
            if standing == "restart-pending":
                self.counts["restarts asked"] += 1
                if kext not in self.within_reach:
                    self.counts["needless restarts"] += 1
                    self.complain(f"a restart is asked for {kext} without need")

    def look(self):
        status, told = sim.json(self.mac, ["kextirpate", "status"])
        if status not in range(8):
            self.complain(f"status: ends with {status}")
        told = self.compare(told)
        for kext in self.touched & self.asked_of - told.keys():
            self.complain(f"{kext} is not told of")
        return status, told

    def compare(self, told):
        """What a command told of each kext, against what macOS has."""
        self.to_approve = {k["bundle_id"] for k in told.get("kexts", [])
                           if (k["next"]["command"] or [])[1:] == ["approve"]}
        self.rows = {k["bundle_id"]: k for k in told.get("kexts", []) if k["bundle_id"] in IDS}
        self.told = told = {kext: row["standing"] for kext, row in self.rows.items()}
        self.look_at_model()
        self.counts["comparisons"] += len(told)
        for kext, standing in told.items():
            held = self.truth(kext)
            if standing == "gone" and held:
                self.complain(f"{kext} is called gone, and is {sorted(held)}")
            if standing == "inert" and "loaded" in held:
                self.complain(f"{kext} is called inert, and is loaded")
            if standing is None and kext in self.touched:
                self.complain(f"{kext} has no standing")
        self.check_restart(told)
        return told

    def act(self, *words):
        """A command that may ask for a rebuild; a dialog must be about a case's kext."""
        self.look_at_model()
        asked = self.asked
        named = {k for k in IDS if self.truth(k)}
        before = set(self.asked_of)
        if words[0] == "uninstall":
            self.asked_of.add(PRODUCTS[words[-1]][0])
        self.touched |= named & self.asked_of
        due = {k for k in self.asked_of if k in self.shown["listed"]
               and (words[0] == "uninstall" or
                    not os.path.exists(f"{self.mac}/{BUNDLES[k]}"))}
        self.within_reach |= {k for k in self.touched
                              if self.truth(k) - {"bundle", "staged"}}
        status, told = sim.json(self.mac, ["kextirpate", *words])
        self.counts["commands"] += 1
        self.look_at_model()
        self.counts["dialogs"] += self.asked - asked
        if self.asked > asked and not due:
            self.counts["needless dialogs"] += 1
            self.complain(f"{words}: a rebuild is asked for without need")
        if status not in range(8):
            self.complain(f"{words}: status {status}")
        if told.get("refusals"):  # nothing was done; the case is not the tool's yet
            self.asked_of = before
        self.compare(told)

    def restart(self):
        sim.must("restart", self.mac)
        self.within_reach = set()
        self.counts["restarts"] += 1

    def somebody_copies(self):
        """A backup, or an app, puts a bundle back that had been taken away: that is told
        for what it is, and no policy fights it."""
        clean = sorted(k for k in self.asked_of if not os.path.exists(f"{self.mac}/{BUNDLES[k]}")
                       and self.told.get(k) in ("gone", "inert"))
        if not clean:
            return
        kext, old = self.rng.choice(clean), self.rng.random() < 0.5
        shutil.copytree(f"{self.mac}.saved/{kext}", f"{self.mac}/{BUNDLES[kext]}")
        if not old:
            os.utime(f"{self.mac}/{BUNDLES[kext]}/Contents/Info.plist")
        self.counts["bundles copied back"] += 1
        self.act("recheck", "--policy=repair", "--approval=ask")
        if not os.path.exists(f"{self.mac}/{BUNDLES[kext]}"):
            self.complain(f"{kext} was copied back, and is fought")
        row = self.rows.get(kext, {})
        wanted = ("returned", "restored" if old else "reinstalled")
        if (row.get("standing"), row.get("return_cause")) != wanted:
            self.complain(f"{kext} is {row.get('standing')}, {row.get('return_cause')}, and "
                          f"not {' '.join(wanted)}")

    def person(self):
        """Who is there, and what they do about a dialog."""
        sim.must("set", self.mac, f"approval={self.rng.choice(('yes', 'yes', 'no', 'none'))}",
                 f"console={self.rng.choice(('user', 'user', 'none'))}")

    def settle(self):
        """What an admin does about what status says."""
        status, _ = self.look()
        if status == 3 and self.rng.random() < 0.7:
            self.person()
            self.act("approve")
            status, _ = self.look()
        if status == 2 or self.rng.random() < 0.2:
            self.restart()
            self.look()

    def live(self):
        self.build()
        waiting = list(PRODUCTS)
        self.rng.shuffle(waiting)
        last = 12 if self.chip == "intel" else len(VERSIONS) - 1
        for number, version in enumerate(VERSIONS[:last + 1]):
            if number > 0:
                if self.rng.random() < 0.4:
                    continue  # updates that this Mac skips
                self.version = version
                sim.must("update", self.mac, version)
                self.within_reach = set()
                self.look()
            if waiting and self.rng.random() < 0.6:
                self.person()
                self.act("uninstall", "--without-replacement",
                         f"--approval={self.rng.choice(('ask', 'never'))}", waiting.pop())
            if self.rng.random() < 0.3:
                self.act("recheck", "--policy=repair", "--approval=ask")
            if self.rng.random() < 0.3:
                self.look()
                self.somebody_copies()
            self.settle()
        self.end()
        return self

    def end(self):
        """What is on the disk goes, a person approves, and all that can settle does."""
        sim.must("set", self.mac, "approval=yes", "console=user")
        for _ in range(10):
            status, told = self.look()
            on_disk = [product for product, (kext, _) in PRODUCTS.items()
                       if kext not in told or os.path.exists(f"{self.mac}/{BUNDLES[kext]}")]
            if on_disk:
                for product in on_disk:
                    self.act("uninstall", "--without-replacement", "--approval=ask", product)
            elif "restart-pending" in told.values():
                self.restart()
            elif status == 3 or self.to_approve & IDS:
                self.act("approve")
                self.restart()
            elif "returned" in told.values():
                self.act("recheck", "--policy=repair", "--approval=ask")
                self.restart()
            else:
                break
        self.judge_end()

    def judge_end(self):
        _, told = sim.json(self.mac, ["kextirpate", "status"])
        kexts = {k["bundle_id"]: k for k in told.get("kexts", []) if k["bundle_id"] in IDS}
        for kext in sorted(IDS):
            row = kexts.get(kext)
            standing = row["standing"] if row else "not told"
            self.counts[f"end {standing}"] += 1
            if standing not in ENDS:
                self.complain(f"{kext} ends {standing}, and is {sorted(self.truth(kext))}")
            elif standing != "gone" and not any(f"{n}=" in f for n in NEEDED
                                                for f in self.flips):
                self.complain(f"{kext} ends {standing}, although macOS would let it go")
            elif standing == "inert" and "cannot run" not in row["next"]["text"] and \
                    "approve" not in row["next"]["text"]:
                self.complain(f"{kext} ends inert without its reason")
            elif standing == "blocked" and "Recovery" not in row["next"]["text"]:
                self.complain(f"{kext} ends blocked without the way out")


def live(seed):
    folder = simulated.folder_for(f"years-{seed}.")
    try:
        return Years(seed, folder).live()
    finally:
        if not os.environ.get("YEARS_KEEP"):
            shutil.rmtree(folder)


def seeds():
    words = os.environ.get("YEARS_SEEDS", "30").split("-")
    return range(int(words[0]), int(words[1]) + 1) if len(words) > 1 \
        else range(1, int(words[0]) + 1)


def main():
    total, failed = collections.Counter(), 0
    with concurrent.futures.ThreadPoolExecutor(2) as pool:
        lives = list(pool.map(live, seeds()))
    for number, life in enumerate(lives, 1):
        total.update(life.counts)
        ends = ", ".join(f"{n} {w[4:]}" for w, n in sorted(life.counts.items())
                         if w.startswith("end "))
        failed += bool(life.wrong)
        print(f"{'not ok' if life.wrong else 'ok'} {number} - seed {life.seed}, {life.chip}, "
              f"{len(life.flips)} flipped: {ends}")
        for line in life.wrong[:6]:
            print(f"# {line}")
        if life.wrong or os.environ.get("YEARS_TELL"):
            print(f"# flipped: {' '.join(life.flips)}")
    # A tool that says the same of every Mac would pass all of the above.
    various = len(lives) < 10 or all(total[f"end {end}"] > 0 for end in ENDS)
    print(f"{'ok' if various else 'not ok'} {len(lives) + 1} - all three ends are met")
    print(f"1..{len(lives) + 1}")
    for what in ("needless restarts", "needless dialogs"):
        total[what] += 0
    for what, number in sorted(total.items()):
        print(f"# {what}: {number}")
    return 0 if failed == 0 and various else 1


if __name__ == "__main__":
    sys.exit(main())
