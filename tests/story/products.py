# SPDX-License-Identifier: BSD-2-Clause
"""Every acting rule on a Mac that was made from the rule, alone and among all others.

usage: products.py MACSIM CATALOGUE FOLDER. Reads the rules with Python's own XML,
writes a description for each (macsim new --scenario described), removes each product
and compares the files of the whole Mac. Prints TAP.

On two Macs with all products each product is taken away one after the other, forwards
and backwards, and after each the whole Mac is compared. PRODUCTS=all: each also on a
Mac of its own, and alone on one with all others, instead of every fourth.
"""
import concurrent.futures
import json
import os
import pathlib
import subprocess
import sys
import xml.etree.ElementTree as ET

MACSIM, CATALOGUE, FOLDER = sys.argv[1:]
EVERY = 1 if os.environ.get("PRODUCTS") == "all" else 4
OWN = ("/.macsim", "/dev", "/lib", "/lib64", "/bin", "/usr/bin", "/usr/sbin", "/usr/lib",
       "/usr/local/kextirpate", "/usr/local/bin", "/private/tmp", "/System", "/sbin",
       "/Library/Application Support/kextirpate", "/Library/StagedExtensions",
       "/private/var/db/KernelExtensionManagement", "/private/var/log",
       "/private/var/db/SystemPolicyConfiguration", "/Library/KernelCollections")
INSIDE = ("", "/Contents", "/Contents/Info.plist", "/Contents/MacOS", "/Contents/MacOS/{}",
          "/Contents/_CodeSignature", "/Contents/_CodeSignature/CodeResources")
count = failed = 0


def ok(good, name, *why):
    global count, failed
    count += 1
    failed += not good
    print(f"{'ok' if good else 'not ok'} {count} - {name}")
    for line in why if not good else ():
        print(f"# {line}")


def example(pattern):
    """A name that a bounded pattern matches."""
    while "[" in pattern:
        start, rest = pattern.split("[", 1)
        inside, rest = rest.split("]{", 1)
        times, rest = rest.split("}", 1)
        pattern = start + inside[0].replace("0", "7") * int(times.split(",")[-1]) + rest
    return pattern


def parents(path):
    parts = path.strip("/").split("/")
    return {"/".join(parts[:i]) for i in range(1, len(parts) + 1)}


class Product:
    """What a rule names, as things to lay on a Mac."""

    def __init__(self, path, agent=False):
        top = ET.parse(path).getroot()
        self.path, self.security = path, top.get("class") == "security"
        # A security product goes only without its agent: what the rule says stays.
        agent = agent or not self.security
        self.agents = [k for k in top.iter("keep") if not k.get("receipt")]
        self.agents += list(top.iter("app"))
        self.judged = bool(self.agents or not self.security or
                           any(e.get("team") for e in top.iter("sysext")))
        self.id, self.acts = top.get("id"), top.get("acts", "remove")
        self.kexts, self.lines, self.goes, self.stays = [], [], set(), set()
        self.place_kexts(top)
        for kext in self.kexts:
            self.lines.append("\t".join(("kext",) + kext))
            self.goes |= {kext[0] + i.format(pathlib.PurePath(kext[0]).stem) for i in INSIDE}
        for i, extra in enumerate(e.text for e in top.iter("extra")):
            for leaf in ("/Contents/Info.txt", "/data"):
                self.lines.append(f"file\t{extra}{leaf}\textra {i}")
                self.goes.add(extra + leaf)
        for job in (j.get("label") for j in top.iter("job")):
            self.put_job(job, self.goes)
        for keep in top.iter("keep"):
            if agent or keep.get("receipt"):
                self.put_keep(keep)
        for app in top.iter("app") if agent else ():
            self.put_file(app.get("path") + "/Contents/app.txt", self.stays)
        self.put_receipts([r.get("id") for r in top.iter("receipt")])

    def place_kexts(self, top):
        """Ids at their places; where the rule does not say which, one after the other."""
        ids, places = [], []
        for kext in top.iter("kext"):
            name = kext.get("id") or example(kext.get("pattern") or "")
            team = kext.get("team") or "UNKNOWN001"
            own = [example(p.text) for p in kext.iter("place")]
            if name and own:
                self.kexts.append((own[0], name, team))
            elif name:
                ids.append((name, team))
            else:
                places += [(p, team) for p in own]
        for name, team in ids:
            place = places.pop(0)[0] if places else (
                f"/Library/Extensions/{self.id}-{name.split('.')[-1]}.kext")
            self.kexts.append((place, name, team))
        for place, team in places:
            stem = pathlib.PurePath(place).stem
            self.kexts.append((place, f"org.unknown.{self.id}.{stem}", team))

    def put_file(self, path, where):
        self.lines.append(f"file\t{path}\tof {self.id}")
        where.add(path)

    def put_job(self, label, where):
        path = f"/Library/LaunchDaemons/{label}.plist"
        self.lines.append(f"job\t{path}\t{label}")
        where.add(path)

    def put_keep(self, keep):
        if keep.get("path"):
            self.put_file(keep.get("path") + "/stays.txt", self.stays)
        elif keep.get("job"):
            self.put_job(keep.get("job"), self.stays)
        else:
            path = f"/Library/Application Support/of {keep.get('receipt')}/stays.txt"
            self.put_file(path, self.stays)
            self.put_receipt(keep.get("receipt"), [path], self.stays)

    def put_receipt(self, name, paths, where):
        self.lines.append(f"receipt\t{name}")
        listed = set().union(*(parents(p) for p in paths)) if paths else {"Library"}
        self.lines += [f"lists\t{p}" for p in sorted(listed, key=lambda p: p.split("/"))]
        where |= {f"/private/var/db/receipts/{name}.{e}" for e in ("plist", "bom")}

    def put_receipts(self, receipts):
        """The first package has the kexts and a file of its own; the others a file."""
        for i, name in enumerate(receipts):
            path = f"/Library/Application Support/{self.id} of the tests/{i}.txt"
            self.put_file(path, self.goes)
            paths = [path]
            if i == 0:
                paths += [k[0] + x.format(pathlib.PurePath(k[0]).stem)
                          for k in self.kexts for x in INSIDE]
            self.put_receipt(name, paths, self.goes)


def run(*words):
    done = subprocess.run(words, capture_output=True, text=True, check=False)
    return done.returncode, done.stdout, done.stderr


def new(mac, products):
    describe = pathlib.Path(f"{mac}.described")
    describe.write_text("".join(line + "\n" for p in products for line in p.lines))
    status, _, err = run(MACSIM, "new", mac, "--macos", "15.7", "--chip", "apple",
                         "--scenario", "described", "--describe", str(describe))
    if status:
        sys.exit(f"macsim new: {err}")


def on(mac, *words):
    status, out, err = run(MACSIM, "run", mac, "--", "kextirpate", *words)
    try:
        return status, json.loads(out), err
    except ValueError:
        return status, {}, err + out


def files(mac):
    """Every file of the Mac that is not macOS's or the tool's own, with what it holds."""
    found = {}
    for path in pathlib.Path(mac).rglob("*"):
        name = "/" + str(path.relative_to(mac))
        if any(name == o or name.startswith(o + "/") for o in OWN):
            continue
        if path.is_symlink() or not path.is_dir():
            found[name] = (path.lstat().st_mode, path.lstat().st_uid,
                           b"" if path.is_symlink() else path.read_bytes())
    return found


def uninstall(mac, product):
    return on(mac, "uninstall", "--json", "--approval=ask", "--without-replacement",
              "--accept-bystanders", "--accept-loss-of=network", "--accept-loss-of=storage",
              "--accept-loss-of=input", product.id)


def explain(product, before, after):
    """What is wrong with a removal."""
    gone = {p for p in product.goes if p in before}
    wrong = [f"left: {p}" for p in sorted(gone) if p in after]
    for path, what in before.items():
        if path in gone or path == "/Library/Receipts/InstallHistory.plist":
            continue
        if after.get(path) != what:
            wrong.append(f"{'changed' if path in after else 'taken'}: {path}")
    return wrong + [f"new: {p}" for p in after if p not in before]


def found(mac, products):
    """All kexts of all products, and no other, each by its own rule."""
    _, scan, err = on(mac, "scan", "--json")
    for product in products:
        seen = {k["bundle_id"] for k in scan.get("kexts", []) if k["rule"] == product.id}
        wanted = {k[1] for k in product.kexts}
        ok(seen == wanted, f"{product.id} is found", f"{seen ^ wanted}", err)


def alone(mac, product):
    new(mac, [product])
    before = files(mac)
    status, done, err = uninstall(mac, product)
    if not product.judged:
        return [(status == 5 and files(mac) == before, f"{product.id} is refused: no rule "
                 "says what its agent is", [str(status), err])]
    wrong = explain(product, before, files(mac)) if status == 2 else [f"status {status}"]
    return [(not wrong, f"{product.id} is removed", wrong[:10] + [err, json.dumps(done)[:900]])]


def beside_agent(mac, product):
    """The agent of a security product is there: its kext is not touched."""
    new(mac, [Product(product.path, agent=True)])
    before = files(mac)
    status, _, err = uninstall(mac, product)
    return [(status == 5 and files(mac) == before,
             f"{product.id} is not touched beside its agent", [str(status), err])]


def check_restarted(mac, gone, loaded):
    """After a restart: what went does not run, all else does, and status says so."""
    run(MACSIM, "restart", mac)
    own = {k[1] for p in gone for k in p.kexts}
    now = set(run(MACSIM, "show", mac, "loaded")[1].split())
    wrong = [f"loaded no more: {i}" for i in loaded - own if i not in now]
    wrong += [f"still loaded: {i}" for i in own & now]
    status, done, _ = on(mac, "status", "--json", *[p.id for p in gone])
    standings = {k["standing"] for k in done.get("kexts", [])}
    return wrong + ([] if status in (0, 4) and standings == {"gone"} else
                    [f"{status} {standings}"])


def among_all(mac, keep, product, loaded):
    run("cp", "-a", keep, mac)
    before = files(mac)
    status, _, err = uninstall(mac, product)
    wrong = explain(product, before, files(mac)) if status == 2 else [f"status {status}"]
    wrong += check_restarted(mac, [product], loaded)
    run("rm", "-rf", mac)
    return [(not wrong, f"{product.id} is gone, and all others are whole", wrong[:10] + [err])]


def in_turn(mac, keep, products, loaded):
    """One after the other on one Mac, each in a boot of its own: after one answer macOS
    may see nothing to change until the restart."""
    run("cp", "-a", keep, mac)
    before, told = files(mac), []
    for product in products:
        status, _, err = uninstall(mac, product)
        after = files(mac)
        wrong = explain(product, before, after) if status == 2 else [f"status {status}"]
        told.append((not wrong, f"{product.id} goes, all others are whole", wrong[:10] + [err]))
        run(MACSIM, "restart", mac)
        before = files(mac)
    wrong = check_restarted(mac, products, loaded)
    told.append((not wrong, f"{len(products)} are gone after the restart, all others run", wrong))
    return told


def make_jobs(keep, products, loaded):
    """Each job is given the folder of its Mac and tells what it saw."""
    judged = [p for p in products if p.judged]
    jobs = [lambda mac, part=part: in_turn(mac, keep, part, loaded)
            for part in (judged[::2], judged[1::2][::-1])]
    # A refusal is seen on a Mac of the product's own alone.
    jobs += [lambda mac, p=p: alone(mac, p) for i, p in enumerate(products)
             if i % EVERY == 0 or not p.judged]
    jobs += [lambda mac, p=p: beside_agent(mac, p) for p in products if p.security and p.agents]
    jobs += [lambda mac, p=p: among_all(mac, keep, p, loaded) for p in judged[EVERY // 2::EVERY]]
    return jobs


def main():
    products = [p for p in map(Product, sorted(pathlib.Path(CATALOGUE).glob("*.xml")))
                if p.acts == "remove"]
    keep = f"{FOLDER}/all"
    new(keep, products)
    found(keep, products)
    loaded = {k[1] for p in products for k in p.kexts}
    jobs = make_jobs(keep, products, loaded)
    with concurrent.futures.ThreadPoolExecutor(2) as pool:
        for told in pool.map(lambda n: jobs[n](f"{FOLDER}/mac{n}"), range(len(jobs))):
            for good, name, why in told:
                ok(good, name, *why)
    print(f"# {len(products)} products, {sum(not p.judged for p in products)} of them refused; "
          f"{len(loaded)} kexts, {len(files(keep))} files; every {EVERY}. on a Mac of its own")
    print(f"1..{count}")
    return 1 if failed else 0


sys.exit(main())
