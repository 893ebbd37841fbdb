# SPDX-License-Identifier: BSD-2-Clause
"""Folders that look like a Mac's volumes, of any size, for the bench."""
import plistlib
from datetime import datetime
from pathlib import Path

import formats

RECEIPTS = "private/var/db/receipts"
INTEL = "Library/KernelCollections/AuxiliaryKernelExtensions.kc"
PREBOOT = "System/Volumes/Preboot"


def put(path, data):
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(data)


def package_paths(number, count):
    """What a package installs: one kext and an app of many files."""
    app = f"Applications/Product {number}.app"
    paths = [("Library", True), ("Library/Extensions", True),
             (f"Library/Extensions/Product{number}.kext", True),
             (f"Library/Extensions/Product{number}.kext/Contents", True),
             (f"Library/Extensions/Product{number}.kext/Contents/Info.plist", False),
             ("Applications", True), (app, True), (f"{app}/Contents", True)]
    folder = app
    for i in range(count - len(paths)):
        if i % 40 == 0:
            folder = f"{app}/Contents/Resources {i}"
            paths.append((folder, True))
        else:
            paths.append((f"{folder}/localised text {i}.strings", False))
    return paths


def receipts(root, packages, paths):
    """Every tenth package has a kext in its list, as on a Mac few have one."""
    for number in range(packages):
        listed = package_paths(number, paths // packages)
        if number % 10:
            listed = [row for row in listed if ".kext" not in row[0]]
        name = f"com.example.product{number}"
        put(root / RECEIPTS / f"{name}.bom", formats.bom(listed))
        put(root / RECEIPTS / f"{name}.plist", plistlib.dumps(
            {"PackageIdentifier": name, "PackageVersion": "1.0", "InstallPrefixPath": "/",
             "InstallDate": datetime(2020, 1, 1), "InstallProcessName": "installer"},
            fmt=plistlib.FMT_BINARY))


def kext(number):
    return f"com.example.driver{number}", f"/Library/Extensions/Driver{number}.kext"


def bundles(root, count):
    for number in range(count):
        name, path = kext(number)
        put(root / path[1:] / "Contents/Info.plist", plistlib.dumps(
            {"CFBundleIdentifier": name, "CFBundleVersion": "1.0",
             "CFBundleExecutable": "Code", "CFBundlePackageType": "KEXT"}))
        put(root / path[1:] / "Contents/MacOS/Code", formats.image(11, []) + bytes(60000))


def collection(path, members, size):
    path.parent.mkdir(parents=True, exist_ok=True)
    with path.open("wb") as file:
        formats.collection(file.write, [kext(i) for i in range(members)], size)


def boot_folders(root, count, members, size):
    """One volume group on Preboot with its boot folders, one of them active. They share
    one file's bytes, to spare the disk."""
    boot = root / PREBOOT / "11111111-1111-1111-1111-111111111111/boot"
    paths = [boot / f"{number:096X}" /
             "System/Library/Caches/com.apple.kernelcaches/kernelcache.auxkc"
             for number in range(count)]
    collection(paths[0], members, size)
    for path in paths[1:]:
        path.parent.mkdir(parents=True)
        path.hardlink_to(paths[0])
    put(boot / "active", f"{0:096X}\n".encode())


def files(root, count):
    """What else lies where bundles may hide."""
    for number in range(count):
        put(root / f"Library/Application Support/Vendor {number % 60}/{number}.dat", b"data")


def rule(number):
    name, path = kext(number)
    return f"""<?xml version="1.0" encoding="UTF-8"?>
<rule id="rule-{number}" vendor="Example" product="Driver {number}" class="other">
  <kext id="{name}" team="EXAMPLE001">
    <place>{path}</place>
  </kext>
  <receipt id="com.example.driver{number}.pkg"/>
  <evidence grade="S">invented for the bench</evidence>
</rule>
""".encode()
