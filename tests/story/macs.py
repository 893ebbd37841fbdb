#!/usr/bin/env python3
# SPDX-License-Identifier: BSD-2-Clause
"""Macs out of dice: products that share files, folders and packages, whose ids and paths
differ in case or normalisation only, and whose files were tampered with.

For each Mac one product is removed. What goes must be what its rule or its packages
alone own, as installed, and all of that: the whole tree is compared with what this file
works out by itself. After the restart the kexts of all others load as before. Then undo
gives the tree back. A refusal moves nothing, and only a shared bundle excuses it.
Prints TAP. Usage: macs.py MACSIM [COUNT [FIRST-SEED]]
"""
import concurrent.futures
import os
import random
import shutil
import sys
import time
import unicodedata

import simulated

SIM = simulated.Macsim(sys.argv[1])
COUNT = int(sys.argv[2]) if len(sys.argv) > 2 else 40
FIRST = int(sys.argv[3]) if len(sys.argv) > 3 else 1
RULES = "/private/var/root/rules"
RECEIPTS = "/private/var/db/receipts"
SYSTEMS = (("13.6", "apple"), ("14.5", "intel"), ("15.7", "apple"), ("15.7", "intel"),
           ("26.0", "apple"))
NAMES = ("Read Me.txt", "Größe.txt", "Préréglages.plist", "helper", "data.bin", "Icon.icns")
# What a Mac's /Library folders are called when somebody else lists them.
IGNORED = {"./Library/Receipts/InstallHistory.plist"}


def folded(path):
    """As APFS compares: normalised, without case."""
    return unicodedata.normalize("NFD", unicodedata.normalize("NFD", path).casefold())


def parents(path):
    parts = path.strip("/").split("/")
    return ["/".join(parts[:i]) for i in range(1, len(parts) + 1)]


class Product:
    def __init__(self, dice, number):
        self.name, self.dice = f"gen{number}", dice
        self.has_rule = number == 0 or dice.random() < 0.7
        joint = dice.random() < 0.4
        self.folder = "/Library/Application Support/" + ("Joint" if joint else f"Vendor {number}")
        self.kexts, self.files, self.extras, self.keeps = [], [], [], []
        self.jobs, self.receipts = [], {}
        for i in range(dice.randint(1, 2)):
            above = dice.choice(("/Library/Extensions", "/Library/Extensions",
                                 f"{self.folder}/Parts"))
            self.kexts.append((f"{above}/Gen{number}{i}.kext", f"com.gen.p{number}.driver{i}"))
        for name in dice.sample(NAMES, dice.randint(2, 5)):
            self.files.append(f"{self.folder}/{dice.choice(('', 'Sub/'))}{number} {name}")
        if dice.random() < 0.3:
            self.jobs.append(f"com.gen.p{number}.job")
        if self.has_rule and dice.random() < 0.3:
            self.extras = [f"/usr/local/gen{number}/{x}" for x in ("a", "b/c")]
        if self.has_rule and dice.random() < 0.3:
            self.keeps = [f"{self.folder}/Kept {number}/stays.txt"]

    def job_path(self, label):
        return f"/Library/LaunchDaemons/{label}.plist"

    def rule(self):
        lines = [f'<rule id="{self.name}" vendor="Gen" product="{self.name}" class="other">']
        for path, name in self.kexts:
            lines.append(f'<kext id="{name}" team="EXAMPLE001"><place>{path}</place></kext>')
        lines += [f'<receipt id="{r}"/>' for r in self.receipts]
        lines += [f'<job label="{j}"/>' for j in self.jobs]
        lines += [f"<extra>/usr/local/{self.name}</extra>"] if self.extras else []
        lines += [f'<keep path="{os.path.dirname(k)}">others use it</keep>' for k in self.keeps]
        return "\n".join(lines + ['<evidence grade="S">made by dice</evidence>', "</rule>", ""])


class Mac:
    """What is laid, who lists what, and what is tampered with afterwards."""

    def __init__(self, seed):
        self.dice = dice = random.Random(seed)
        self.system = dice.choice(SYSTEMS)
        self.products = [Product(dice, i) for i in range(dice.randint(2, 5))]
        self.twins, self.shared_bundles, self.tampered = {}, [], {}
        for product in self.products:
            self.pack(product)
        self.ids_in_other_case()
        for product in self.products[1:]:
            self.share(product, dice.choice(self.products[:1] * 2 + self.products))
        self.strangers = [f"{p.folder}/somebody's own.txt" for p in self.products
                          if dice.random() < 0.3]
        for path in self.listed(self.products[0]):
            if dice.random() < 0.2 and path in self.files():
                self.tampered[path] = dice.choice(("text", "byte", "mode", "link", "absent"))
        self.moved_away = self.products[0].folder if dice.random() < 0.1 else None

    def pack(self, product):
        """Files, and mostly kexts and jobs, in up to two packages."""
        if self.dice.random() < 0.1:
            return
        names = [f"com.gen.{product.name}.pkg{i}" for i in range(self.dice.randint(1, 2))]
        product.receipts = {n: [] for n in names}
        for path in product.files + product.keeps:
            product.receipts[self.dice.choice(names)].append(path)
        for path, _ in product.kexts:
            if self.dice.random() < 0.8:
                product.receipts[names[0]] += [path, f"{path}/Contents/Info.plist"]
        for label in product.jobs:
            if self.dice.random() < 0.5:
                product.receipts[names[0]].append(product.job_path(label))

    def ids_in_other_case(self):
        first, last = self.products[0], self.products[-1]
        if self.dice.random() < 0.3:
            last.kexts[0] = (last.kexts[0][0], first.kexts[0][1].replace("driver", "Driver"))

    def share(self, product, other):
        if other is product or not product.receipts:
            return
        mine = self.dice.choice(list(product.receipts.values()))
        for path in other.files:
            luck = self.dice.random()
            if luck < 0.15:
                mine.append(path)
            elif luck < 0.25:
                mine.append(self.twin(path, path.replace("Library/App", "LIBRARY/app").upper()
                                      if self.dice.random() < 0.5 else path.swapcase()))
            elif luck < 0.55:
                mine.append(self.twin(path, unicodedata.normalize("NFD", path)))
        if self.dice.random() < 0.08:
            path = other.kexts[0][0]
            mine += [path, f"{path}/Contents/Info.plist"]

    def twin(self, path, name):
        """Another spelling of the same file."""
        if name != path:
            self.twins[name] = path
        return name

    def files(self):
        return [f for p in self.products for f in p.files + p.extras + p.keeps]

    @staticmethod
    def listed(product):
        return sorted({path for paths in product.receipts.values() for path in paths})

    def describe(self):
        lines = [f"kext\t{path}\t{name}\tEXAMPLE001" for p in self.products
                 for path, name in p.kexts]
        lines += [f"file\t{path}\tof {path}" for path in self.files() + self.strangers]
        lines += [f"file\t{name}\tof {path}" for name, path in self.twins.items()]
        for product in self.products:
            lines += [f"job\t{product.job_path(j)}\t{j}" for j in product.jobs]
        for product in self.products:
            for name, paths in product.receipts.items():
                lines.append(f"receipt\t{name}")
                whole = {part for path in paths for part in parents(path)} or {"Library"}
                lines += [f"lists\t{p}" for p in sorted(whole, key=lambda p: p.split("/"))]
        return "".join(line + "\n" for line in lines)

    def lay(self, mac):
        describe = mac + ".described"
        with open(describe, "w", encoding="utf-8") as file:
            file.write(self.describe())
        SIM.must("new", mac, "--macos", self.system[0], "--chip", self.system[1],
                 "--scenario", "described", "--describe", describe)
        os.makedirs(mac + RULES, mode=0o755)
        for product in self.products:
            if product.has_rule:
                with open(f"{mac}{RULES}/{product.name}.xml", "w", encoding="utf-8") as file:
                    file.write(product.rule())
        for name, path in self.twins.items():
            self.lay_twin(mac, name, path)
        for path, how in self.tampered.items():
            tamper(mac + path, how)
        if self.moved_away and os.path.isdir(mac + self.moved_away):
            shutil.move(mac + self.moved_away, mac + "/Users/Shared/away")
            os.symlink("/Users/Shared/away", mac + self.moved_away)
        SIM.run(mac, ["true"])

    @staticmethod
    def lay_twin(mac, name, path):
        """On APFS both names lead to one file. Here a second link stands for that where more
        than ASCII differs; a name that differs in ASCII's case is not there at all."""
        os.remove(mac + name)
        if name.encode().lower() != path.encode().lower():
            os.link(mac + path, mac + name)
            return
        above = os.path.dirname(mac + name)
        while above != mac and not os.listdir(above):
            os.rmdir(above)
            above = os.path.dirname(above)

    # --- what may go ---

    def others_list(self, product):
        return {folded(path) for p in self.products if p is not product
                for paths in p.receipts.values() for path in paths}

    def is_away(self, path):
        return self.moved_away is not None and path.startswith(self.moved_away + "/")

    def owned(self, product):
        """Files that only this product owns and that are as installed."""
        others = self.others_list(product)
        own = set(self.listed(product)) | {product.job_path(j) for j in product.jobs}
        own |= set(product.extras)
        return {p for p in own if folded(p) not in others and not self.is_away(p)
                and self.tampered.get(p) in (None, "absent") and p not in product.keeps
                and ".kext" not in p}

    def bundles(self, product):
        return [path for path, _ in product.kexts if not self.is_away(path)]

    def is_shared(self, product):
        """A bundle of its own that another product's package lists, too. A package that
        no rule knows and that alone lists the bundle may be the product's own."""
        own = {folded(path) for path in self.listed(product)}
        others = self.others_list(product)
        known = {folded(path) for p in self.products if p is not product and p.has_rule
                 for path in self.listed(p)}
        return any(folded(path) in known or folded(path) in own & others
                   for path, _ in product.kexts)


def tamper(path, how):
    if how == "text":
        with open(path, "a", encoding="ascii") as file:
            file.write("changed\n")
    elif how == "byte":
        with open(path, "r+b") as file:
            file.write(b"O")
    elif how == "mode":
        os.chmod(path, 0o4755)
    else:
        os.remove(path)
        if how == "link":
            os.symlink("/Library/Preferences/other.txt", path)


def judge_removal(world, product, before, after):
    """What is wrong, given that the product was removed."""
    wrong = []
    bundles = ["." + b for b in world.bundles(product)]
    # Bundles that lie elsewhere now are the product's still: the id says so.
    moved = ["./Users/Shared/away" + b[len(world.moved_away):] for b, _ in product.kexts
             if world.is_away(b)]
    owned = {"." + p for p in world.owned(product)}
    receipts = {f".{RECEIPTS}/{r}.{e}" for r in product.receipts for e in ("plist", "bom")}
    folders = {"." + os.path.dirname(p) for p in world.owned(product)} | {
        "./" + part for p in world.listed(product) for part in parents(p)[:-1]} | {
        f"./usr/local/{product.name}", f"./usr/local/{product.name}/b"}
    for path, what in before.items():
        if after.get(path) == what or path in IGNORED:
            continue
        if any(path == b or path.startswith(b + "/") for b in bundles + moved) or path in owned | receipts:
            continue
        if path in folders and path not in after and not any(
                p.startswith(path + "/") for p in after):
            continue
        wrong.append(f"{'changed' if path in after else 'taken'}: {path}")
    wrong += [f"new: {p}" for p in after if p not in before]
    wrong += [f"left: {p}" for p in sorted(set(bundles) | owned) if p in before and p in after]
    return wrong


def play(folder, seed):
    """(what happened, what is wrong)"""
    world = Mac(seed)
    mac = os.path.join(folder, f"mac{seed}")
    product = world.products[0]
    try:
        world.lay(mac)
        before = simulated.tree(mac)
        # The simulated macOS follows no link to a bundle: those load from the stage only.
        loaded = set(SIM.shown(mac, "loaded")) - {name for _, name in product.kexts} - {
            name for p in world.products for path, name in p.kexts if world.is_away(path)}
        done = SIM.run(mac, ["kextirpate", "uninstall", "--rules", RULES, "--approval=ask",
                             "--without-replacement", product.name])
        status = done.returncode
        after = simulated.tree(mac)
        if status == 5:
            wrong = [] if after == before else [
                "refused, and yet: " + simulated.difference(after, before)]
            if not world.is_shared(product) and not world.moved_away:
                wrong.append("refused without need: " + done.stdout.decode()[-300:])
            return "refused", wrong
        wrong = judge_removal(world, product, before, after)
        if status not in (2, 3):
            wrong.append(f"status {status}: {done.stderr.decode()[-200:]}")
        if world.is_shared(product):
            wrong.append("a bundle that another package lists was taken")
        SIM.must("restart", mac)
        wrong += [f"loads no more: {i}" for i in loaded - set(SIM.shown(mac, "loaded"))]
        back = SIM.run(mac, ["kextirpate", "undo"]).returncode
        now = simulated.tree(mac)
        if back not in (0, 2) or now != before:
            wrong.append(f"undo: {back}, " + simulated.difference(now, before))
        return "removed", wrong
    finally:
        shutil.rmtree(mac, ignore_errors=True)


def main():
    folder = simulated.folder_for("macs.")
    start, failures = time.time(), 0
    happened = {"removed": 0, "refused": 0}
    seeds = range(FIRST, FIRST + COUNT)
    try:
        with concurrent.futures.ThreadPoolExecutor(2) as pool:
            for seed, (what, wrong) in zip(seeds, pool.map(lambda s: play(folder, s), seeds)):
                happened[what] += 1
                failures += bool(wrong)
                for line in wrong[:6]:
                    print(f"# seed {seed}: {line}")
    finally:
        shutil.rmtree(folder, ignore_errors=True)
    print(f"{'not ok' if failures else 'ok'} 1 - only what a rule or a package owns goes, all of "
          f"it, and comes back: {COUNT} Macs")
    enough = happened["removed"] * 2 > COUNT
    print(f"{'ok' if enough else 'not ok'} 2 - most products can be removed")
    print(f"# {COUNT} Macs from seed {FIRST}: {happened['removed']} removed, "
          f"{happened['refused']} refused, {failures} wrong, {time.time() - start:.0f} s")
    print("1..2")
    return failures != 0 or not enough


sys.exit(main())
