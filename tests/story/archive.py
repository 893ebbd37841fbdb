#!/usr/bin/env python3
# SPDX-License-Identifier: BSD-2-Clause
"""archive.py same A B: two answers of scan --json, but for times and the root.
archive.py free FILE WORD...: no byte of the archive, nor of what it unpacks to, holds a
WORD, in any case, as UTF-8 or as UTF-16 of both orders; prints how much was searched."""
import json
import sys
import tarfile

if sys.argv[1] == "same":
    with open(sys.argv[2]) as file:
        a = json.load(file)
    with open(sys.argv[3]) as file:
        b = json.load(file)
    faults = []
    for key in ("kexts", "dexts", "problems", "exit"):
        if a[key] != b[key]:
            faults.append(key)
            if isinstance(a[key], list):
                faults += ["- " + json.dumps(x) for x in a[key] if x not in b[key]]
                faults += ["+ " + json.dumps(x) for x in b[key] if x not in a[key]]
    traces = sum(len(k["traces"]) for k in a["kexts"])
    print("\n".join(faults)[:4000] or f"{len(a['kexts'])} kexts, {traces} traces")
    sys.exit(1 if faults else 0)

searched, found = 0, []


def fold(text):  # ASCII case only
    return bytes(c + 32 if 65 <= c <= 90 else c for c in text)


def search(where, text):
    global searched
    searched += len(text)
    text = fold(text)
    for word in sys.argv[3:]:
        for encoding in ("utf-8", "utf-16-be", "utf-16-le"):
            if fold(word.encode(encoding)) in text:
                found.append(f"{where}: {word} as {encoding}")


with open(sys.argv[2], "rb") as file:
    search("the archive", file.read())
with tarfile.open(sys.argv[2]) as tar:
    for member in tar.getmembers():
        search("a name", member.name.encode())
        if member.isfile():
            search(member.name, tar.extractfile(member).read())
print("\n".join(found) or f"{searched} bytes")
sys.exit(1 if found else 0)
