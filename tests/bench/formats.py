# SPDX-License-Identifier: BSD-2-Clause
"""Large files in Apple's formats, for the bench alone: bills of materials and
kernel collections. Shares no code with the product or with macsim. Formats:
docs/facts.md."""
import plistlib
import struct
import uuid

NODE = 4096


class Blocks:
    """Numbered blocks behind a header of 512 bytes; block 0 is none."""

    def __init__(self):
        self.body, self.table = bytearray(), [(0, 0)]

    def add(self, data):
        self.table.append((512 + len(self.body), len(data)))
        self.body += data
        return len(self.table) - 1

    def file(self, names):
        head = struct.pack(">I", len(names))
        for name, block in names.items():
            head += struct.pack(">IB", block, len(name)) + name.encode()
        index = struct.pack(">I", len(self.table))
        index += b"".join(struct.pack(">II", *row) for row in self.table) + bytes(20)
        at = 512 + len(self.body)
        start = struct.pack(">8sIIIIII", b"BOMStore", 1, len(self.table) - 1,
                            at + len(head), len(index), at, len(head))
        return start.ljust(512, b"\0") + bytes(self.body) + head + index


def bom(paths):
    """A bill of materials of (path, is_folder), parents before their children."""
    blocks, ids, rows = Blocks(), {"": 1}, []
    for number, (path, folder) in enumerate([("", True)] + paths, 1):
        parent, _, name = path.rpartition("/")
        ids[path] = number
        kind, mode = (2, 0o40755) if folder else (1, 0o100644)
        info = blocks.add(struct.pack(">BBHHIIIIBII", kind, 1, 15, mode, 0, 0, 1_600_000_000,
                                      0 if folder else 1000 + number, 1, 0x1234, 0))
        file = blocks.add(struct.pack(">I", ids[parent] if path else 0) +
                          (name if path else ".").encode() + b"\0")
        rows.append((blocks.add(struct.pack(">II", number, info)), file))
    first = len(blocks.table)
    leaves = [rows[i:i + 250] for i in range(0, len(rows), 250)]
    for i, leaf in enumerate(leaves):
        node = struct.pack(">HHII", 1, len(leaf), first + i + 1 if i + 1 < len(leaves) else 0,
                           first + i - 1 if i else 0)
        blocks.add((node + b"".join(struct.pack(">II", *row) for row in leaf)).ljust(NODE, b"\0"))
    branch = struct.pack(">HHII", 0, len(leaves), 0, 0)
    branch += b"".join(struct.pack(">II", first + i, leaf[-1][1])
                       for i, leaf in enumerate(leaves))
    root = blocks.add(branch.ljust(NODE, b"\0")) if len(leaves) > 1 else first
    tree = blocks.add(struct.pack(">4sIIIIB", b"tree", 1, root, NODE, len(rows), 0))
    info = blocks.add(struct.pack(">IIIIIII", 1, len(rows) + 1, 1, 0, 0, 1000, 0))
    return blocks.file({"BomInfo": info, "Paths": tree})


def segment(name, at, size, section=None):
    sections = b""
    if section:
        sections = struct.pack("<16s16sQQIIIIIIII", section.encode(), name.encode(), at, size,
                               at, 0, 0, 0, 0, 0, 0, 0)
    return struct.pack("<II16sQQQQIIII", 0x19, 72 + len(sections), name.encode(), at, size, at,
                       size, 7, 7, 1 if section else 0, 0) + sections


def image(kind, commands):
    data = b"".join(commands)
    return struct.pack("<8I", 0xFEEDFACF, 0x01000007, 3, kind, len(commands), len(data), 0,
                       0) + data


def collection(write, members, total):
    """Writes an x86_64 fileset of about `total` bytes by write(bytes). Each of the
    members (id, bundle path) gets the same share of code."""
    page = 0x4000
    share = total // len(members) // page * page
    infos, entries, images = [], [], []
    for i, (name, path) in enumerate(members):
        at = page * 4 + i * share
        infos.append({"CFBundleIdentifier": name, "CFBundleVersion": "1.0",
                      "CFBundleExecutable": "Code", "_PrelinkBundlePath": path,
                      "_PrelinkExecutableRelativePath": "Contents/MacOS/Code",
                      "_PrelinkExecutableLoadAddr": at, "_PrelinkExecutableSourceAddr": at,
                      "_PrelinkExecutableSize": share, "_PrelinkKmodInfo": at + page})
        size = 32 + (len(name) + 8) // 8 * 8
        entries.append(struct.pack("<IIQQII", 0x80000035, size, at, at, 32, 0) +
                       name.encode().ljust(size - 32, b"\0"))
        images.append(image(11, [segment("__TEXT", at, share, "__text"),
                                 struct.pack("<II16s", 0x1B, 24, uuid.uuid5(uuid.NAMESPACE_DNS, name).bytes)]))
    info = plistlib.dumps({"_PrelinkInfoDictionary": infos,
                           "_PrelinkKCID": uuid.uuid5(uuid.NAMESPACE_DNS, "kc").bytes}) + b"\0"
    info_at = page * 4 + len(members) * share
    head = image(12, [segment("__TEXT", 0, page * 4),
                      segment("__PRELINK_TEXT", page * 4, info_at - page * 4, "__text"),
                      segment("__PRELINK_INFO", info_at, len(info), "__info"),
                      struct.pack("<II16s", 0x1B, 24, uuid.uuid5(uuid.NAMESPACE_DNS, "kc").bytes)]
                 + entries)
    write(head.ljust(page * 4, b"\0"))
    noise = bytes(range(256)) * (page // 256)
    for head in images:
        write(head.ljust(page, b"\0"))
        for _ in range(share // page - 1):
            write(noise)
    write(info)
