#!/usr/bin/env python3
# SPDX-License-Identifier: BSD-2-Clause
"""Two independent readings of the same files: ours (reader.c) and others' (others.py).

oracle.py READER FOLDER: writes 500 files of each kind into FOLDER, from a fixed
seed, and compares; then all samples. TAP; a difference names the file.
oracle.py --corpus FOLDER COUNT: only writes COUNT files of each kind, for fuzzing.
"""
import collections
import json
import os
import random
import subprocess
import sys

sys.dont_write_bytecode = True
import make_bom  # noqa: E402
import make_macho  # noqa: E402
import make_plist  # noqa: E402
import others  # noqa: E402

TOP = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
SAMPLES = os.environ.get("KEXTIRPATE_SAMPLES", os.path.join(TOP, "..", "shared", "samples"))
COUNT, SEED = 500, 20211025
SHOWN = 5  # differences that are told in full
done = failures = 0

# kind of file: what makes one
MAKERS = {
    "bplist": lambda rng: make_plist.binary(make_plist.top(rng, False), rng),
    "xml": lambda rng: make_plist.xml(make_plist.top(rng, True), rng),
    "bom": make_bom.bom,
    "bom-odd": lambda rng: make_bom.bom(rng, odd=True),
    "kc": make_macho.collection,
    "sign": make_macho.executable,
}


def report(name, good, notes=()):
    global done, failures
    done += 1
    failures += not good
    print(f"{'ok' if good else 'not ok'} {done} - {name}")
    for note in notes:
        print(f"# {note}")


def skip(name, why):
    global done
    done += 1
    print(f"ok {done} - {name} # SKIP {why}")


def write_all(folder, kind, count):
    """Writes `count` files of a kind; each has a seed of its own."""
    os.makedirs(os.path.join(folder, kind), exist_ok=True)
    found = []
    for i in range(count):
        data = MAKERS[kind](random.Random(f"{SEED} {kind} {i}"))
        found.append(os.path.join(folder, kind, f"{i:03}"))
        with open(found[-1], "wb") as file:
            file.write(data)
    return found


def ours(reader, kind, files):
    lines = subprocess.run([reader, kind, *files], stdout=subprocess.PIPE, check=True).stdout
    return [json.loads(line) for line in lines.splitlines()]


def content(path):
    with open(path, "rb") as file:
        return file.read()


def difference(mine, other, path="value"):
    """The first place where two readings differ, in words."""
    if isinstance(mine, list) and isinstance(other, list) and len(mine) == len(other):
        for i, (a, b) in enumerate(zip(mine, other)):
            if a != b:
                return difference(a, b, f"{path}[{i}]")
    return f"{path}: ours {str(mine)[:200]}, theirs {str(other)[:200]}"


def compare(name, files, mine, theirs, by_hand=None):
    """All readings alike, and none of them a fault. by_hand reads what they refuse."""
    notes, seen, refused = [], 0, collections.Counter()
    for path, one in zip(files, mine):
        other = theirs(content(path))
        if other[0] == "fault" and by_hand:
            refused[other[1].rstrip("0123456789 ")] += 1
            other = by_hand(content(path))
        seen += count_values(one)
        if one != other or one[0] == "fault":
            notes.append(f"{path}: {difference(one, other)}")
    good = not notes and len(files) == len(mine)
    if len(notes) > SHOWN:
        notes[SHOWN:] = [f"and {len(notes) - SHOWN} more"]
    for why, count in refused.items():
        notes.append(f"{count} read by hand; of it the other reader says: {why}")
    report(f"{name}: {len(files)} files, {seen} values, read alike", good, notes)


def count_values(value):
    return sum(count_values(v) for v in value) if isinstance(value, list) else 1


def plists(reader, name, files):
    mine = [others.plist_once(v) for v in ours(reader, "plist", files)]
    compare(f"{name} (plistlib)", files, mine, others.plist)


def boms(reader, name, files, by_hand=None):
    """by_hand: reads the files that pyapplebom refuses; None: it must read all."""
    if others.pyapplebom is None:
        skip(f"{name} (pyapplebom)", "pyapplebom is not here")
    else:
        compare(f"{name} (pyapplebom)", files, ours(reader, "bom", files), others.bom, by_hand)
    boms_by_hand(reader, name, files)


def boms_by_hand(reader, name, files):
    compare(f"{name} (by hand)", files, ours(reader, "bom", files), others.bom_by_hand)
    compare(f"{name}, by pages (by hand)", files, ours(reader, "bom-file", files),
            others.bom_by_hand)
    compare(f"{name}, kexts alone (by hand)", files, ours(reader, "bom-kexts", files),
            others.bom_kexts)


def machos(reader, folder):
    if others.lief is None:
        skip("collections and executables (lief)", "lief is not here")
        return
    files = write_all(folder, "kc", COUNT)
    compare("collections (lief)", files, ours(reader, "kc", files), others.kc)
    files = write_all(folder, "sign", COUNT)
    for kind in ("sign", "sign-intel"):
        compare(f"executables, {kind} (lief)", files, ours(reader, kind, files),
                lambda data, kind=kind: others.sign(data, kind == "sign-intel"))


def sample_files(ending):
    return sorted(os.path.join(where, name) for where, _, names in os.walk(SAMPLES)
                  for name in names if name.endswith(ending))


def samples(reader):
    if not os.path.isdir(SAMPLES):
        skip("all samples", "the samples are not here")
        return
    broken = [f for f in sample_files(".plist") if f.endswith("truncated.plist")]
    plists(reader, "samples", [f for f in sample_files(".plist") if f not in broken])
    report("samples that are broken are so for both", all(
        mine[0] == others.plist(content(f))[0] == "fault"
        for f, mine in zip(broken, ours(reader, "plist", broken))))
    boms(reader, "samples", sample_files(".bom"), others.bom_by_hand)


def main(words):
    if words[0] == "--corpus":
        for kind in MAKERS:
            write_all(words[1], kind, int(words[2]))
        return 0
    reader, folder = words
    plists(reader, "binary property lists", write_all(folder, "bplist", COUNT))
    plists(reader, "XML property lists", write_all(folder, "xml", COUNT))
    boms(reader, "bills of materials", write_all(folder, "bom", COUNT))
    odd = write_all(folder, "bom-odd", COUNT // 5)
    boms_by_hand(reader, "odd bills of materials", odd)
    machos(reader, folder)
    samples(reader)
    print(f"1..{done}")
    return failures != 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
