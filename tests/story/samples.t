#!/usr/bin/env python3
# SPDX-License-Identifier: BSD-2-Clause
"""A copied disk made of files that Apple's tools wrote: scan --root on it."""
import json
import os
import plistlib
import shutil
import subprocess
import sys
import tempfile

TOP = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
SAMPLES = os.environ.get("KEXTIRPATE_SAMPLES", os.path.join(TOP, "..", "shared", "samples"))
TOOL = os.path.join(os.environ.get("MACSIM_BUILD", os.path.join(TOP, "build")), "kextirpate")
RECEIPTS = "private/var/db/receipts"
count = failures = 0


def check(name, got, wanted):
    global count, failures
    count += 1
    good = got == wanted
    failures += not good
    print(f"{'ok' if good else 'not ok'} {count} - {name}")
    if not good:
        print(f"# got:    {got!r}\n# wanted: {wanted!r}")


def scan(root, *words):
    answer = subprocess.run([TOOL, "scan", "--json", "--root", root, "--rules",
                             os.path.join(TOP, "rules", "catalogue"), *words],
                            stdout=subprocess.PIPE, stderr=subprocess.PIPE)
    return answer.returncode, json.loads(answer.stdout)


def receipt(root, name, plist, bom):
    folder = os.path.join(root, RECEIPTS)
    os.makedirs(folder, exist_ok=True)
    if isinstance(plist, dict):
        with open(os.path.join(folder, name + ".plist"), "wb") as file:
            plistlib.dump(plist, file, fmt=plistlib.FMT_BINARY)
    elif plist:
        shutil.copy(os.path.join(SAMPLES, plist), os.path.join(folder, name + ".plist"))
    if bom:
        shutil.copy(os.path.join(SAMPLES, bom), os.path.join(folder, name + ".bom"))


def assemble(root):
    receipt(root, "com.wch.ch34xinstall.mykextdir.pkg",
            {"PackageIdentifier": "com.wch.ch34xinstall.mykextdir.pkg", "PackageVersion": "1.5",
             "InstallPrefixPath": "Library/Extensions", "InstallProcessName": "installer"},
            "bom/CH34x_Install_V1.5.bom")
    receipt(root, "com.wazuh.pkg.wazuh-agent", "receipts/com.wazuh.pkg.wazuh-agent.plist",
            "receipts/com.wazuh.pkg.wazuh-agent.bom")
    receipt(root, "org.R-project.x86_64.R.GUI.pkg",
            "receipts/org.R-project.x86_64.R.GUI.pkg.plist", None)
    receipt(root, "us.zoom.pkg.videomeeting", "receipts/us.zoom.pkg.videomeeting.plist", None)
    receipt(root, "python", None, "bom/python-applications.bom")
    receipt(root, "osquery", None, "bom/osquery_test_bom.bom")


def stories(root):
    assemble(root)
    status, found = scan(root)
    traces = [(k["bundle_id"], k["standing"], t["source"], t["role"], t["keeper"], t["path"],
               t["container"], t["version"]) for k in found["kexts"] for t in k["traces"]]
    check("the CH34x receipt lists its kext, the rule names it, the others list none", traces,
          [("com.wch.usbserial", None, "receipt", "memory", "root",
            "/Library/Extensions/usbserial.kext",
            "/" + RECEIPTS + "/com.wch.ch34xinstall.mykextdir.pkg.plist", "1.5")])
    check("no problem is invented", found["problems"], [])
    check("a memory alone is no carrier: status 0", (status, found["exit"]), (0, 0))
    check("the root is named", found["host"]["root"], root)

    receipt(root, "broken", "plist/truncated.plist", None)
    status, found = scan(root)
    check("a truncated property list is a problem that does not matter",
          [(p["path"], p["source"], p["matters"]) for p in found["problems"]],
          [("/" + RECEIPTS + "/broken.plist", "receipt", False)])
    check("and nothing else changes", (status, len(found["kexts"])), (0, 1))

    os.makedirs(os.path.join(root, "System/Library/Kernels"))
    status, found = scan(root)
    check("a system without any collection is a problem that matters: status 7",
          (status, [p["matters"] for p in found["problems"] if p["source"] == "preboot"]),
          (7, [True]))
    preboot = tempfile.mkdtemp(prefix="preboot.")
    os.makedirs(os.path.join(preboot, "UUID", "boot"))
    status, found = scan(root, "--preboot", preboot)
    check("--preboot cures it", (status, [p for p in found["problems"] if p["matters"]]), (0, []))
    shutil.rmtree(preboot)
    os.rmdir(os.path.join(root, "System/Library/Kernels"))

    extension = os.path.join(root, "Library/Extensions/usbserial.kext/Contents")
    os.makedirs(extension)
    shutil.copy(os.path.join(SAMPLES, "info-plists/CH34xVCPDriver.kext.plist"),
                os.path.join(extension, "Info.plist"))
    status, found = scan(root)
    check("with the bundle there it is installed, and the receipt joins it",
          [(k["bundle_id"], k["standing"], [t["source"] for t in k["traces"]])
           for k in found["kexts"]],
          [("cn.wch.driver.CH34xVCPDriver", "installed", ["bundle", "receipt"])])
    check("a carrier: status 1", (status, found["exit"]), (1, 1))

    shutil.copy(os.path.join(SAMPLES, "plist/truncated.plist"),
                os.path.join(extension, "Info.plist"))
    status, found = scan(root)
    check("a bundle whose property list is broken is seen, and is a problem that matters",
          (status, [p["matters"] for p in found["problems"] if p["source"] == "bundle"]),
          (1, [True]))


def main():
    if not os.path.isdir(SAMPLES):
        print("1..0 # SKIP the samples are not here")
        return 0
    root = tempfile.mkdtemp(prefix="samples.")
    try:
        stories(root)
    finally:
        shutil.rmtree(root)
    print(f"1..{count}")
    return failures != 0


sys.exit(main())
