# SPDX-License-Identifier: BSD-2-Clause
"""Random Mach-O files: kernel collections, bare or wrapped, and signed executables."""
import struct

import make_plist
from make_plist import Pairs

ARM64, X86_64, I386, POWERPC = 0x0100000C, 0x01000007, 7, 18
PAGE = 0x1000
NOWHERE = 0x7FFFFFFFFFFFFFFF


def pad(data, step):
    return data + bytes(-len(data) % step)


def segment(name, at, off, size, sections=(), wide=True, end="<"):
    count = len(sections)
    if wide:
        head = struct.pack(end + "2I16s4Q4I", 0x19, 72 + 80 * count, name, at, size, off, size, 7,
                           5, count, 0)
        return head + b"".join(struct.pack(end + "16s16s2Q8I", s, name, at + o - off, n, o,
                                           0, 0, 0, 0, 0, 0, 0) for s, o, n in sections)
    return struct.pack(end + "2I16s8I", 1, 56, name, at, size, off, size, 7, 5, 0, 0)


def header(kind, commands, cpu, sub, wide=True, end="<"):
    body = b"".join(commands)
    head = struct.pack(end + "7I", 0xFEEDFACF if wide else 0xFEEDFACE, cpu, sub, kind,
                       len(commands), len(body), 0)
    return head + (bytes(4) if wide else b"") + body


# -- collections --------------------------------------------------------------

class Member:
    def __init__(self, rng, number):
        self.id = rng.choice(["com.example.capture", "org.größe.driver", "a"]) + f".{number}"
        self.version = rng.choice(["1.2.3", "0", "7.0d1", None, 5])
        self.path = rng.choice(["/Library/Extensions/x.kext", "/L/Größe & Co.kext", None])
        self.code = rng.random() < 0.7
        self.entry = self.code and rng.random() < 0.95
        self.listed = not self.entry or rng.random() < 0.95
        self.uuid = rng.randbytes(16) if rng.random() < 0.9 else None
        self.rng = rng

    def pairs(self):
        rng = self.rng
        found = [("CFBundleIdentifier", self.id), ("CFBundleName", "capture"),
                 ("IOKitPersonalities", Pairs([("x", Pairs([
                     ("CFBundleIdentifier", "com.apple.kpi.iokit"), ("IOProbeScore", 7)]))])),
                 ("_PrelinkExecutableLoadAddr", NOWHERE), ("OSBundleLibraries", Pairs())]
        if self.version is not None:
            found.append(("CFBundleVersion", self.version))
        if self.path:
            found.append(("_PrelinkBundlePath", self.path))
        if self.code:
            found.append(("_PrelinkExecutableRelativePath", "Contents/MacOS/x"))
        rng.shuffle(found)
        return Pairs(found)


def prelink_info(rng, members):
    found = [("_PrelinkInfoDictionary", [m.pairs() for m in members if m.listed]),
             ("_PrelinkKCID", rng.randbytes(16)), ("BuildVersion", "24G222")]
    if rng.random() < 0.7:
        found.append(("_BootKCID", rng.randbytes(16)))
    if rng.random() < 0.3:
        rng.shuffle(found)
    text = make_plist.element(Pairs(found), rng, rng.choice(["", "\n"]))
    if rng.random() < 0.3:
        text = '<plist version="1.0">' + text + "</plist>"
    return text.encode() + rng.choice([b"", b"\0", bytes(100)])


def member_image(member, off, base, cpu, sub):
    commands = [segment(b"__TEXT", base + off, off, PAGE)]
    if member.uuid:
        commands.append(struct.pack("<2I", 0x1B, 24) + member.uuid)
    return header(11, commands, cpu, sub).ljust(PAGE, b"\0")


def fileset_entry(member, off, base):
    name = pad(member.id.encode() + b"\0", 8)
    return struct.pack("<2I2Q2I", 0x80000035, 32 + len(name), base + off, off, 32, 0) + name


def collection(rng):
    members = [Member(rng, i) for i in range(rng.choice([0, 1, 2, 5, 20, 60]))]
    rng.shuffle(members)
    cpu, sub = rng.choice([(ARM64, 0x80000002), (X86_64, 3)])
    base = rng.choice([0, 0xFFFFFE0007004000])
    coded = [m for m in members if m.entry]
    info = prelink_info(rng, members)
    head = PAGE * (1 + (32 + 600 + 100 * len(coded)) // PAGE)
    parts = coded + [info]
    rng.shuffle(parts)
    places, body, at = {}, bytearray(), head
    for part in parts:
        places[id(part)] = at
        body += pad(part, PAGE) if part is info else member_image(part, at, base, cpu, sub)
        at = head + len(body)
    sections = [(b"__info", places[id(info)], len(info))]
    if rng.random() < 0.3:
        sections.insert(0, (b"__kmod_start", places[id(info)], 0))
    commands = [segment(b"__TEXT", base, 0, head),
                segment(b"__PRELINK_INFO", base + places[id(info)], places[id(info)],
                        len(pad(info, PAGE)), sections),
                segment(b"__LINKEDIT", base + at, at, 16),
                segment(b"__DATA", base + at + PAGE, 0, 0),
                struct.pack("<2I", 0x1B, 24) + rng.randbytes(16)]
    rng.shuffle(coded)
    commands += [fileset_entry(m, places[id(m)], base) for m in coded]
    if rng.random() < 0.5:
        rng.shuffle(commands)
    image = header(12, commands, cpu, sub).ljust(head, b"\0") + bytes(body) + bytes(16)
    wrap = rng.randrange(4)
    return image if wrap < 2 else im4p(rng, image) if wrap == 2 else img4(rng, im4p(rng, image))


def der(tag, *parts):
    body = b"".join(parts)
    size = len(body)
    if size < 128:
        return bytes([tag, size]) + body
    count = (size.bit_length() + 7) // 8
    return bytes([tag, 0x80 | count]) + size.to_bytes(count, "big") + body


def im4p(rng, image):
    return der(0x30, der(0x16, b"IM4P"), der(0x16, rng.choice([b"auxk", b"krnl"])),
               der(0x16, rng.choice([b"", b"KernelManagement_host-490"])), der(0x04, image),
               *([der(0xA0, der(0x31))] if rng.random() < 0.3 else []))


def img4(rng, wrapped):
    return der(0x30, der(0x16, b"IMG4"), wrapped,
               der(0xA0, der(0x30, der(0x16, b"IM4M"), der(0x02, b"\0"), rng.randbytes(200))))


# -- signed executables -------------------------------------------------------

def directory(rng, kind, identifier, team, flags):
    version = rng.choice([0x20200, 0x20300, 0x20400, 0x20500]) if team else \
        rng.choice([0x20001, 0x20100, 0x20200, 0x20400])
    fixed = {0x20001: 44, 0x20100: 48, 0x20200: 52, 0x20300: 64, 0x20400: 88, 0x20500: 96}[version]
    texts = identifier + b"\0" + (team + b"\0" if team else b"")
    team_at = fixed + len(identifier) + 1 if team else 0
    size = {1: 20, 2: 32, 3: 20, 4: 48}[kind]
    hashes = rng.randbytes(size * 3)
    start = fixed + len(texts)
    data = struct.pack(">9I4BI", 0xFADE0C02, start + len(hashes), version, flags, start, fixed, 0,
                       3, 0x3000, size, kind, 0, 12, 0)
    data += struct.pack(">2I", 0, team_at) if version >= 0x20100 else b""
    return data[:fixed].ljust(fixed, b"\0") + texts + hashes


def signature(rng):
    identifier = rng.choice([b"com.example.capture", "größe".encode(), b"x" * 200])
    team = rng.choice([b"EXAMPLE001", b"EXAMPLE001", None])
    flags = 0 if team else rng.choice([0, 2, 0x20002])
    kinds = rng.choice([[2], [2], [1], [3], [4], [1, 2], [2, 1], [1, 3, 2], [2, 4]])
    blobs = [(0 if i == 0 else 0x1000 + i - 1, directory(rng, k, identifier, team, flags))
             for i, k in enumerate(kinds)]
    blobs.append((2, struct.pack(">3I", 0xFADE0C01, 12, 0)))
    if team:
        blobs.append((0x10000, struct.pack(">2I", 0xFADE0B01, 40) + rng.randbytes(32)))
    if rng.random() < 0.3:
        rng.shuffle(blobs)
    at, index, body = 12 + 8 * len(blobs), b"", b""
    for slot, data in blobs:
        index += struct.pack(">2I", slot, at + len(body))
        body += data
    return struct.pack(">3I", 0xFADE0CC0, at + len(body), len(blobs)) + index + body


def image(rng, cpu, sub):
    wide, end = cpu & 0x01000000 != 0, ">" if cpu == POWERPC else "<"
    blob = signature(rng) if rng.random() < 0.85 else b""
    limit = PAGE + 16
    commands = [segment(b"__TEXT", 0, 0, PAGE, (), wide, end),
                segment(b"__LINKEDIT", PAGE, PAGE, 16 + len(blob), (), wide, end)]
    if rng.random() < 0.9:
        commands.append(struct.pack(end + "2I", 0x1B, 24) + rng.randbytes(16))
    if blob:
        commands.append(struct.pack(end + "4I", 0x1D, 16, limit, len(blob)))
    commands.append(struct.pack(end + "6I", 2, 24, PAGE, 0, PAGE, 16))
    if rng.random() < 0.5:
        rng.shuffle(commands)
    return header(11, commands, cpu, sub, wide, end).ljust(limit, b"\0") + blob


def executable(rng):
    cpus = rng.sample([(ARM64, 0x80000002), (ARM64, 0), (X86_64, 3), (I386, 3), (POWERPC, 0)],
                      rng.choice([1, 1, 2, 3, 5]))
    images = [image(rng, *cpu) for cpu in cpus]
    if len(images) == 1 and rng.random() < 0.8:
        return images[0]
    wide = rng.random() < 0.2
    table, body, at = b"", b"", PAGE
    for (cpu, sub), data in zip(cpus, images):
        table += struct.pack(">2I2Q2I" if wide else ">5I", cpu, sub, at, len(data), 12,
                             *([0] if wide else []))
        data = pad(data, PAGE)
        body += data
        at += len(data)
    head = struct.pack(">2I", 0xCAFEBABF if wide else 0xCAFEBABE, len(images)) + table
    return head.ljust(PAGE, b"\0") + body
