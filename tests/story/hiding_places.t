#!/usr/bin/env python3
# SPDX-License-Identifier: BSD-2-Clause
"""A copied disk with kexts in every place where vendors have put them: each trace that
scan --root must find there, and no other; every receipt's prefix; KextPolicy of old and new
macOS, while it is written; a profile's payload; dexts from sysextd's own list."""
import json
import os
import plistlib
import shutil
import sqlite3
import subprocess
import sys
import tempfile

TOP = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
SAMPLES = os.environ.get("KEXTIRPATE_SAMPLES", os.path.join(TOP, "..", "shared", "samples"))
TOOL = os.path.join(os.environ.get("MACSIM_BUILD", os.path.join(TOP, "build")), "kextirpate")
CURRENT = "/private/var/db/KernelExtensionManagement/AuxKC/CurrentAuxKC/"
POLICY = "/private/var/db/SystemPolicyConfiguration/KextPolicy"
PAYLOAD = "/Library/Managed Preferences/com.apple.syspolicy.kernel-extension-policy.plist"
DEXTS = "/Library/SystemExtensions/db.plist"
count = failures = 0


def check(name, got, wanted):
    global count, failures
    count += 1
    good = got == wanted
    failures += not good
    print(f"{'ok' if good else 'not ok'} {count} - {name}")
    if not good and isinstance(wanted, list):
        for item in [i for i in got if i not in wanted]:
            print(f"# too much: {item!r}")
        for item in [i for i in wanted if i not in got]:
            print(f"# missing:  {item!r}")
    elif not good:
        print(f"# got:    {got!r}\n# wanted: {wanted!r}")


def place(root, path):
    full = root + path
    os.makedirs(os.path.dirname(full), exist_ok=True)
    return full


def put(root, path, value, fmt=plistlib.FMT_XML):
    with open(place(root, path), "wb") as file:
        plistlib.dump(value, file, fmt=fmt)


def bundle(root, path, bundle_id, version="1.0", flat=False):
    put(root, path + ("/Info.plist" if flat else "/Contents/Info.plist"),
        {"CFBundleIdentifier": bundle_id, "CFBundleVersion": version},
        plistlib.FMT_BINARY if flat else plistlib.FMT_XML)


def scan(root, *words):
    answer = subprocess.run([TOOL, "scan", "--json", "--root", root, "--rules",
                             os.path.join(TOP, "rules", "catalogue"), *words],
                            stdout=subprocess.PIPE, stderr=subprocess.PIPE)
    return answer.returncode, json.loads(answer.stdout)


def traces(found, *keys):
    return sorted(((k["bundle_id"],) + tuple(t[key] for key in keys)
                   for k in found["kexts"] for t in k["traces"]), key=repr)


def problems(found):
    return [(p["source"], p["path"], p["matters"]) for p in found["problems"]]


# (path, id, found): the third-party places are vendors' own (each stands in the catalogue's facts).
BUNDLES = [
    ("/Library/Extensions/usbserial.kext", "com.wch.usbserial", True),
    ("/Library/Extensions/Parent.kext", "com.v.parent", True),
    ("/Library/Extensions/Parent.kext/Contents/PlugIns/Child.kext", "com.v.child", True),
    ("/Library/Filesystems/macfuse.fs/Contents/Extensions/26/macfuse.kext",
     "io.macfuse.filesystems.macfuse.26", True),
    ("/Library/Filesystems/tuxera_ntfs.fs/Contents/Resources/Support/10.9/tuxera_ntfs.kext",
     "com.tuxera.filesystems.tuxera_ntfs", True),
    ("/Library/Application Support/org.pqrs/Karabiner-VirtualHIDDevice/Extensions/"
     "org.pqrs.driver.Karabiner.VirtualHIDDevice.v061000.kext",
     "org.pqrs.driver.Karabiner.VirtualHIDDevice.v061000", True),
    ("/Library/Application Support/VirtualBox/VBoxDrv.kext", "org.virtualbox.kext.VBoxDrv", True),
    ("/Library/Application Support/Direct.kext", "com.v.direct", True),
    ("/Applications/VMware Fusion.app/Contents/Library/kexts/vmnet.kext", "com.vmware.kext.vmnet",
     True),
    ("/Applications/zoom.us.app/Contents/Plugins/ZoomAudioDevice.kext", "zoom.us.ZoomAudioDevice",
     True),
    ("/Library/PreferencePanes/Microsoft Mouse.prefPane/Contents/Resources/MicrosoftMouse.kext",
     "com.microsoft.driver.MicrosoftMouse", True),
    ("/Library/CS/kexts/Agent.kext", "com.crowdstrike.sensor", True),
    ("/Library/Loose.kext", "com.v.loose", True),
    ("/usr/local/McAfee/AntiMalware/Extensions/AVKext.kext", "com.McAfee.AVKext", True),
    ("/opt/vendor/Deep.kext", "com.v.deep", True),
    ("/Users/Shared/vendor/Shared.kext", "com.v.shared", True),
    ("/Library/Extensions/Fake.kext", "com.apple.fake", True),
    # Nobody walks there, and nothing names it.
    ("/Library/Developer/KDKs/K.kdk/System/Library/Extensions/A.kext", "com.apple.a", False),
    ("/Library/Application Support/com.apple.TCC/Hidden.kext", "com.v.hidden", False),
    ("/Users/someone/Downloads/Unnamed.kext", "com.v.unnamed", False),
    # Nobody walks there, but the build instructions and a job name them.
    ("/Users/someone/build/Named.kext", "com.v.named", True),
    ("/private/var/lib/Job.kext", "com.v.job", True),
    # Apple-shipped and Apple's own.
    ("/Library/Extensions/SoftRAID.kext", "com.softraid.driver.SoftRAID", None),
    ("/Library/Apple/System/Library/Extensions/AppleMobileDevice.kext",
     "com.apple.driver.AppleMobileDevice", None),
]


def bundles(root):
    for number, (path, bundle_id, _) in enumerate(BUNDLES):
        bundle(root, path, bundle_id, flat=number % 5 == 4)
    put(root, CURRENT + "com.apple.kcgen.instructions.plist", {"kextsToBuild": {"com.v.named": {
        "bundlePathMainOS": "/Users/someone/build/Named.kext", "cdHash": "ab" * 20,
        "teamID": ""}}})
    put(root, CURRENT + "com.apple.kcgen.uakl.plist", {
        "SignedKernelExtensions": {"TEAM123456": [["com.v.parent", "cd" * 20]]},
        "UnsignedKernelExtensions": ["ab" * 20, "ef" * 20]})
    put(root, "/Library/LaunchDaemons/com.v.job.plist", {
        "Label": "com.v.job", "ProgramArguments": ["/sbin/kextload", "/private/var/lib/Job.kext"]})
    job = "/Library/LaunchDaemons/com.v.job.plist"
    wanted = [(i, "bundle", "carrier", "root", p, None, "1.0") for p, i, f in BUNDLES if f]
    wanted += [
        ("com.v.named", "kcgen", "carrier", "rebuild", "/Users/someone/build/Named.kext",
         CURRENT + "com.apple.kcgen.instructions.plist", None),
        ("com.v.named", "uakl", "carrier", "rebuild", None,
         CURRENT + "com.apple.kcgen.uakl.plist", None),
        (None, "uakl", "carrier", "rebuild", None, CURRENT + "com.apple.kcgen.uakl.plist", None),
        ("com.v.parent", "uakl", "carrier", "rebuild", None,
         CURRENT + "com.apple.kcgen.uakl.plist", None),
        ("com.v.job", "launchd", "carrier", "root", job, None, None)]
    keys = ("source", "role", "keeper", "path", "container", "version")
    status, found = scan(root)
    check(f"{len(BUNDLES)} bundles: every one that a Mac would load, and no other",
          traces(found, *keys), sorted(wanted, key=repr))
    check("nothing is a problem, status 1", (problems(found), status), ([], 1))
    fake = [t["note"] for k in found["kexts"] for t in k["traces"]
            if k["bundle_id"] == "com.apple.fake"]
    check("a mere Apple id is a claim", fake,
          ["it claims an Apple id in a place that is not Apple's"])
    _, found = scan(root, "--all")
    check("Apple's own and what it ships come with --all",
          sorted((k["bundle_id"], t["keeper"]) for k in found["kexts"] for t in k["traces"]
                 if k["standing"] == "apple"),
          [("com.apple.driver.AppleMobileDevice", "apple"),
           ("com.softraid.driver.SoftRAID", "apple")])


def malformed(root):
    cases = [
        ("kcgen", "com.apple.kcgen.instructions.plist", {"kextsToBuild": {"com.v.a": "x"}}),
        ("kcgen", "com.apple.kcgen.instructions.plist", {"kextsToBuild": [{"cdHash": "x"}]}),
        ("uakl", "com.apple.kcgen.uakl.plist", {"SignedKernelExtensions": {"T": "com.v.a"}}),
        ("uakl", "com.apple.kcgen.uakl.plist", {"SignedKernelExtensions": {"T": [[1, 2]]}}),
        ("uakl", "com.apple.kcgen.uakl.plist", {"UnsignedKernelExtensions": {"a": "b"}}),
        ("uakl", "com.apple.kcgen.uakl.plist", ["com.v.a"])]
    for source, name, value in cases:
        put(root, CURRENT + name, value)
        status, found = scan(root)
        check(f"{source} with {value!r} is a problem that matters, never silence",
              (status, problems(found)), (7, [(source, CURRENT + name, True)]))
        os.unlink(root + CURRENT + name)


PREFIXES = ["Library/Extensions", "/Library/Extensions", "/Library/Extensions/",
            "Library/Extensions/", "./Library//Extensions", "", "/", "Applications", "var/tmp"]
FOUND = ["/Library/Extensions"] * 5 + ["", "", "/Applications", "/private/var/tmp"]


def receipts(root):
    bom = os.path.join(SAMPLES, "bom/CH34x_Install_V1.5.bom")
    if not os.path.exists(bom):
        print("# skipped: no sample of a BOM")
        return
    folder = "/private/var/db/receipts/"
    wanted = []
    for number, prefix in enumerate(PREFIXES):
        name = f"{folder}com.v.pkg{number}"
        put(root, name + ".plist", {"PackageVersion": str(number), "InstallPrefixPath": prefix},
            plistlib.FMT_BINARY if number % 2 else plistlib.FMT_XML)
        shutil.copy(bom, root + name + ".bom")
        wanted.append(("receipt", "memory", "root", FOUND[number] + "/usbserial.kext",
                       name + ".plist", str(number), None))
    shutil.copy(bom, root + folder + "orphan.bom")
    wanted.append(("receipt", "memory", "root", "/usbserial.kext", folder + "orphan.bom", None,
                   "the receipt's property list does not say where it was installed"))
    put(root, folder + "lonely.plist", {"PackageVersion": "1", "InstallPrefixPath": "/"})
    status, found = scan(root)
    got = sorted((t[1:] for t in traces(found, "source", "role", "keeper", "path", "container",
                                        "version", "note")), key=repr)
    check(f"{len(PREFIXES)} prefixes, and a list without its plist", got, sorted(wanted, key=repr))
    check("memories are no carrier", (status, problems(found)), (0, []))


TABLES = """
CREATE TABLE settings ( name TEXT, value TEXT, PRIMARY KEY (name) );
CREATE TABLE kext_load_history_v3 ( path TEXT PRIMARY KEY, team_id TEXT, bundle_id TEXT,
  boot_uuid TEXT, created_at TEXT, last_seen TEXT, flags INTEGER %s);
CREATE TABLE kext_policy ( team_id TEXT, bundle_id TEXT, allowed BOOLEAN, developer_name TEXT,
  flags INTEGER, PRIMARY KEY (team_id, bundle_id) );
CREATE TABLE kext_policy_mdm ( team_id TEXT, bundle_id TEXT, allowed BOOLEAN, payload_uuid TEXT,
  PRIMARY KEY (team_id, bundle_id) );
"""


def policy(root, new):
    db = sqlite3.connect(place(root, POLICY), isolation_level=None)
    db.execute("PRAGMA journal_mode = WAL")
    db.execute("PRAGMA wal_autocheckpoint = 0")
    db.executescript(TABLES % (", cdhash TEXT" if new else ""))
    db.execute("INSERT INTO kext_policy VALUES ('', 'com.rugarciap.DisableTurboBoost', 1,"
               " 'Legacy Developer: Rugarciap', 1)")
    db.execute("INSERT INTO kext_policy VALUES (NULL, 'com.vgpu.probe', 1, 'x', 0)")
    db.execute("INSERT INTO kext_policy_mdm VALUES ('EG7KH642X6', 'com.vmware.kext.VMwareGfx', 1,"
               " 'PAYLOAD-1')")
    db.execute("INSERT INTO kext_load_history_v3 VALUES ('/var/tmp/VMwareGfx.kext',"
               " 'EG7KH642X6', 'com.vmware.kext.VMwareGfx', 'B', '2020', '2020', 55"
               + (", 'aa')" if new else ")"))
    db.execute("BEGIN EXCLUSIVE")
    db.execute("INSERT INTO kext_policy VALUES ('T', 'not.committed', 1, 'x', 0)")
    status, found = scan(root)
    check(f"KextPolicy {'with' if new else 'without'} cdhash, locked, all of it in its log",
          traces(found, "source", "role", "keeper", "path", "container", "team_id", "cdhash",
                 "note"),
          sorted([
              ("com.rugarciap.DisableTurboBoost", "policy", "memory", "recovery", None, POLICY,
               None, None, None),
              ("com.vgpu.probe", "policy", "memory", "recovery", None, POLICY, None, None, None),
              ("com.vmware.kext.VMwareGfx", "policy-mdm", "memory", "mdm", None, POLICY,
               "EG7KH642X6", None, "PAYLOAD-1"),
              ("com.vmware.kext.VMwareGfx", "load-history", "memory", "recovery",
               "/private/var/tmp/VMwareGfx.kext", POLICY, "EG7KH642X6", "aa" if new else None,
               None)], key=repr))
    check("no problem, and memories alone", (status, problems(found)), (0, []))
    db.execute("ROLLBACK")
    db.close()


def payload(root):
    put(root, CURRENT + "com.apple.kcgen.uakl.plist", {
        "SignedKernelExtensions": {"TEAM123456": [["com.v.team", "cd" * 20]],
                                   "OTHER12345": [["com.v.other", "ce" * 20]]}})
    put(root, PAYLOAD, {"PayloadUUID": "P-1", "AllowUserOverrides": True,
                        "AllowedTeamIdentifiers": ["TEAM123456", "NOBODY1234"],
                        "AllowedKernelExtensions": {"EG7KH642X6": ["com.vmware.kext.vmnet"]}},
        plistlib.FMT_BINARY)
    status, found = scan(root)
    check("a payload speaks of the ids that it names and of those of its teams",
          [t for t in traces(found, "source", "role", "keeper", "path", "container", "note")
           if t[1] == "policy-mdm"],
          [("com.v.team", "policy-mdm", "memory", "mdm", None, PAYLOAD, "P-1"),
           ("com.vmware.kext.vmnet", "policy-mdm", "memory", "mdm", None, PAYLOAD, "P-1")])
    check("and is no problem", (status, problems(found)), (1, []))
    put(root, PAYLOAD, {"AllowedTeamIdentifiers": "TEAM123456"})
    check("one that is malformed is a problem, of a memory", problems(scan(root)[1]),
          [("policy-mdm", PAYLOAD, False)])


def dexts(root):
    entry = {"identifier": "com.v.dext", "teamID": "TEAM123456", "state": "activated_enabled",
             "bundleVersion": {"CFBundleVersion": "7"},
             "container": {"bundlePath": "/Applications/V.app"}}
    put(root, DEXTS, {"version": 1, "extensions": [entry]})
    status, found = scan(root)
    check("dexts of a copied disk come from sysextd's list", found["dexts"],
          [{"bundle_id": "com.v.dext", "team_id": "TEAM123456", "version": "7",
            "state": "activated enabled", "host_app": "/Applications/V.app"}])
    check("and are no kexts", (status, found["kexts"], problems(found)), (0, [], []))
    put(root, DEXTS, {"version": 1, "extensions": "none"})
    check("a malformed one is a problem of no carrier", problems(scan(root)[1]),
          [("sysext-db", DEXTS, False)])


def main():
    for story in (bundles, malformed, receipts, lambda root: policy(root, True),
                  lambda root: policy(root, False), payload, dexts):
        root = os.path.realpath(tempfile.mkdtemp(prefix="places."))
        # An Intel Mac of which every volume is here: its collections lie on it.
        open(place(root, "/System/Library/KernelCollections/BootKernelExtensions.kc"), "wb").close()
        try:
            story(root)
        finally:
            shutil.rmtree(root)
    print(f"1..{count}")
    return failures != 0


sys.exit(main())
