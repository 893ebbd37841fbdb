# SPDX-License-Identifier: BSD-2-Clause
"""Random bills of materials: trees of one or many leaves, branch nodes above them.

Format: docs/facts.md, BOM. Blocks may lie in any order. "Odd" ones have what other
writers than mkbom do and pyapplebom refuses: children before their folders, folders
whose attributes end early, a variable's name with its NUL.
"""
import struct

NAMES = ["Library", "Extensions", "Example Capture.kext", "Contents", "Info.plist", "Größe",
         "e\u0301te\u0301", "データ", "\U0001F409", "._x", "a", "x" * 200, "tab\tname", "new\nline",
         "..x", "'\"<&>", "-rf"]
FILE, FOLDER, LINK, DEVICE = 1, 2, 3, 4
MODES = {FILE: 0o100644, FOLDER: 0o040755, LINK: 0o120755, DEVICE: 0o020600}


class Store:
    def __init__(self, rng):
        self.rng, self.blocks = rng, [b""]

    def add(self, data):
        self.blocks.append(data)
        return len(self.blocks) - 1

    def hold(self):
        """The number of a block that is filled later."""
        return self.add(b"")

    def bytes(self, names):
        order = [i for i, data in enumerate(self.blocks) if data]
        if self.rng.random() < 0.5:
            self.rng.shuffle(order)
        body, places = bytearray(), {}
        for i in order:
            places[i] = 512 + len(body)
            body += self.blocks[i]
            body += bytes(self.rng.choice([0, 0, 3]))
        table = bytearray(struct.pack(">I", len(names)))
        for name, block in names:
            table += struct.pack(">IB", block, len(name)) + name
        at = 512 + len(body)
        spare = self.rng.choice([0, 5, 2730])
        index = bytearray(struct.pack(">I", len(self.blocks) + spare))
        for i, data in enumerate(self.blocks):
            index += struct.pack(">2I", places.get(i, 0), len(data))
        index += bytes(8 * spare) + struct.pack(">I", 2) + bytes(16)
        head = b"BOMStore" + struct.pack(">6I", 1, len(order), at + len(table), len(index), at,
                                         len(table))
        return head.ljust(512, b"\0") + bytes(body) + bytes(table) + bytes(index)


def tree(store, pairs, fill, size=4096):
    """A tree over {value, key} pairs, at most `fill` in each node; its block."""
    level, kind = pairs, 1
    while True:
        parts = [level[i:i + fill] for i in range(0, len(level), fill)] or [[]]
        blocks = [store.hold() for _ in parts]
        for i, part in enumerate(parts):
            node = struct.pack(">2H2I", kind, len(part), blocks[i + 1] if i + 1 < len(parts) else 0,
                               blocks[i - 1] if i else 0)
            node += b"".join(struct.pack(">2I", *pair) for pair in part)
            store.blocks[blocks[i]] = node.ljust(size, b"\0")
        if len(parts) == 1:
            break
        level = [(block, part[-1][1]) for block, part in zip(blocks, parts)]
        kind = 0
    return store.add(b"tree" + struct.pack(">4IB", 1, blocks[0], size, len(pairs), 0))


def facts(rng, kind, odd):
    """PathInfo2: what is told of a path."""
    mode = MODES[kind] & 0o170000 | rng.choice([0o755, 0o644, 0o4755, 0o000])
    size = rng.choice([0, 1, 96, rng.getrandbits(20), 2**32 - 1])
    data = struct.pack(">2B2H4IB", kind, 1, 15, mode, rng.choice([0, 501, 2**32 - 2]),
                       rng.choice([0, 20, 80]), rng.choice([0, 1625000000, 2**32 - 1]), size, 1)
    if kind == LINK:
        to = rng.choice(["Versions/Current/x", "/private/var/größe", "..", "", "y" * 300]).encode()
        return data + struct.pack(">2I", rng.getrandbits(32), len(to) + 1) + to + bytes(9)
    if kind == DEVICE:
        return data + struct.pack(">I", 0x3000002) + bytes(8)
    if kind == FOLDER:
        return data + (b"" if odd else bytes(12))
    if rng.random() < 0.2:  # an executable: its architectures follow
        count = rng.choice([1, 2])
        data = data[:2] + struct.pack(">H", 0x100F) + data[4:]
        return data + struct.pack(">IBI", rng.getrandbits(32), 1, count) + b"".join(
            struct.pack(">4I", 0x100000C, 2, size, 7) for _ in range(count)) + bytes(8)
    return data + struct.pack(">I", rng.getrandbits(32)) + bytes(8)


def paths(rng, odd):
    """{id, parent, name, kind}, the root first; no name twice in a folder."""
    rows, folders, taken = [(1, 0, ".", FOLDER)], [(1, 0)], set()
    numbers = list(range(2, 2000))
    if rng.random() < 0.3:
        rng.shuffle(numbers)
    for _ in range(rng.choice([0, 1, 5, 20, 60, 60, 200, 400])):
        folder, depth = rng.choice(folders[-8:])
        name = rng.choice(NAMES) + rng.choice(["", str(rng.randrange(1000))])
        kind = rng.choices([FILE, FOLDER, LINK, DEVICE], [6, 5, 2, 0.2])[0]
        if (folder, name) in taken:
            continue
        taken.add((folder, name))
        rows.append((numbers.pop(0), folder, name, kind))
        if kind == FOLDER and depth < 12:
            folders.append((rows[-1][0], depth + 1))
    if odd:
        rng.shuffle(rows)
    return rows


def bom(rng, odd=False):
    store, rows, shared = Store(rng), paths(rng, odd), []
    info = store.hold()
    store.blocks[info] = struct.pack(">3I", 1, len(rows), 1) + bytes(16)
    pairs = []
    for number, parent, name, kind in rows:
        block = None
        if kind == FILE and shared and rng.random() < 0.15:
            block = rng.choice(shared)  # another name of a hard-linked file
        if block is None:
            block = store.add(facts(rng, kind, odd))
            if kind == FILE:
                shared.append(block)
        key = store.add(struct.pack(">I", parent) + name.encode() + b"\0")
        pairs.append((store.add(struct.pack(">2I", number, block)), key))
    fill = rng.choice([2, 3, 10, 64, 250])
    size = 4096 if rng.random() < 0.8 else 12 + 8 * fill
    list_block = tree(store, pairs, fill, size)
    index = store.add(struct.pack(">3IB", 1, tree(store, [], 4, 128), 0, 0))
    names = [(b"BomInfo", info), (b"Paths\0" if odd else b"Paths", list_block),
             (b"HLIndex", tree(store, [], 4)), (b"VIndex", index), (b"Size64", tree(store, [], 4))]
    if rng.random() < 0.3:
        rng.shuffle(names)
    return store.bytes(names)
