#!/usr/bin/env python3
# SPDX-License-Identifier: BSD-2-Clause
"""corpus.py FOLDER: good files for each fuzz target to begin with, small ones.

Made by the generators of tests/oracle, with pages of 256 bytes so that a mutation
meets something; the samples beside them where they are here.
"""
import os
import random
import shutil
import sqlite3
import sys

sys.dont_write_bytecode = True
TOP = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
sys.path.insert(0, os.path.join(TOP, "tests", "oracle"))
import make_bom  # noqa: E402
import make_macho  # noqa: E402
import make_plist  # noqa: E402

SAMPLES = os.environ.get("KEXTIRPATE_SAMPLES", os.path.join(TOP, "..", "shared", "samples"))
make_macho.PAGE = 256
COUNT, LARGEST = 60, 16 << 10

# One of each; the columns of kextstat and systemextensionsctl stand between TABs.
TEXTS = [
    "Index Refs Address Size Wired Name (Version) UUID <Linked Against>\n"
    "    1  146 0 0 0 com.apple.kpi.bsd (20.4.0) 068F99A3-1DB3-31C0-87D5-09942F122BB6 <>\n",
    "auxiliary kext collection at /private/a.kc (00000000-0000-0000-0000-000000000000):\n"
    "Extension Information:\ncom.example.a\t2.4.0\t/private/A.kext\t"
    "(11111111-1111-1111-1111-111111111111)\n",
    "Attempting to add the following extensions (1):\n[+] com.example.a\t1\t/private/A.kext\n"
    "Attempting to remove the following extensions (1):\n[-] com.example.a\t1\t/L/A.kext\n"
    "Requesting user approval (times out in 60 seconds)...\n",
    "1 extension(s)\n--- com.apple.system_extension.driver_extension\n"
    "enabled\tactive\tteamID\tbundleID (version)\tname\t[state]\n"
    "*\t*\tEXAMPLE001\tcom.example.dext (1.0/1)\tcapture\t[activated waiting for user]\n",
    "ProductName:\t\tmacOS\nProductVersion:\t\t15.7.3\nBuildVersion:\t\t24G419\n",
    "kern.osversion: 24G419\nkern.safeboot: 0\nhw.optional.arm64: 1\nkern.osversion: 24G419\n",
    "System Integrity Protection status: enabled.\n", "user 501\n",
    "Auxiliary Kernel Cache Image4 Hash      (auxi): absent\n"
    "Security Mode:               Full       (smb0): absent\n",
]


def small(make):
    """COUNT files under LARGEST bytes."""
    found, i = [], 0
    while len(found) < COUNT:
        data = make(random.Random(f"seed {i}"))
        i += 1
        if len(data) <= LARGEST:
            found.append(data)
    return found


def database(folder):
    path = os.path.join(folder, "making")
    db = sqlite3.connect(path)
    db.executescript(
        "PRAGMA page_size = 512;"
        "CREATE TABLE kext_policy (team_id TEXT, bundle_id TEXT, allowed BOOLEAN,"
        " developer_name TEXT, flags INTEGER, PRIMARY KEY (team_id, bundle_id));"
        "CREATE TABLE kext_load_history_v3 (path TEXT PRIMARY KEY, team_id TEXT, bundle_id TEXT,"
        " boot_uuid TEXT, created_at TEXT, last_seen TEXT, flags INTEGER, cdhash TEXT);"
        "INSERT INTO kext_policy VALUES ('EXAMPLE001', 'com.example.a', 1, 'Example', 5);"
        "INSERT INTO kext_load_history_v3 VALUES ('/Library/Extensions/a.kext', NULL,"
        " 'com.example.a', 'U', 'c', '2020-04-13 16:30:58', 16, 'c0ffee');")
    db.close()
    with open(path, "rb") as file:
        data = file.read()
    os.remove(path)
    return [data]


def prelink(rng):
    return make_macho.prelink_info(rng, [make_macho.Member(rng, i) for i in range(3)])


def samples(folder, ending):
    found = []
    for where, _, names in os.walk(os.path.join(SAMPLES, folder)):
        for name in sorted(names):
            if name.endswith(ending):
                with open(os.path.join(where, name), "rb") as file:
                    found.append(file.read())
    return found


def main(folder):
    shutil.rmtree(folder, ignore_errors=True)
    os.makedirs(folder)
    lists = small(lambda rng: make_plist.xml(make_plist.top(rng, True), rng))
    seeds = {
        "plist": lists + samples(".", ".plist") +
        small(lambda rng: make_plist.binary(make_plist.top(rng, False), rng)),
        "stream": lists + samples("plist", ".plist"),
        "bom": small(make_bom.bom) + small(lambda rng: make_bom.bom(rng, odd=True)) +
        samples(".", ".bom"),
        "kc": small(make_macho.collection),
        "prelink": small(prelink),
        "im4p": small(lambda rng: make_macho.im4p(rng, b"PAYLOAD")) +
        small(lambda rng: make_macho.img4(rng, make_macho.im4p(rng, b"PAYLOAD"))),
        "sign": small(make_macho.executable),
        "policy": database(folder),
        "texts": [text.encode() for text in TEXTS] + samples("text", ".txt"),
    }
    for target, files in seeds.items():
        os.makedirs(os.path.join(folder, target))
        for i, data in enumerate(files):
            with open(os.path.join(folder, target, f"{i:03}"), "wb") as file:
                file.write(data)


main(sys.argv[1])
