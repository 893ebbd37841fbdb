#!/usr/bin/env python3
# SPDX-License-Identifier: BSD-2-Clause
"""Whether a simulated Mac's files obey Apple's formats, by readers of its own.

Collections against the rules of docs/facts.md on Mach-O, receipts' BOMs against
the files on disk, property lists by plistlib. Usage: fileset.py MAC. Prints what
is wrong, else one line of what was looked at; status 1 when something is wrong.
Knows neither kextirpate's readers nor macsim's writers.
"""
import os
import plistlib
import stat
import struct
import sys

ARM64, X86_64 = 0x0100000C, 0x01000007
FILESET, KEXT = 12, 11
SEGMENT, UUID, SYMTAB = 0x19, 0x1B, 0x2
FIXUPS, ENTRY = 0x80000034, 0x80000035
PAGE, NOWHERE = 0x4000, 0x7FFFFFFFFFFFFFFF
faults = []


def want(holds, where, says):
    if not holds:
        faults.append(f"{where}: {says}")


def der(data, at, end):
    """One element: tag, where its content begins and ends."""
    tag, size, at = data[at], data[at + 1], at + 2
    if size & 0x80:
        count = size & 0x7F
        size, at = int.from_bytes(data[at:at + count], "big"), at + count
    if at + size > end:
        raise ValueError("a DER length leads out of its parent")
    return tag, at, at + size


def der_children(data, at, end):
    found = []
    while at < end:
        found.append(der(data, at, end))
        at = found[-1][2]
    return found


def unwrap(data, where):
    """The Mach-O of an IMG4 or IM4P, or the data itself."""
    kind = None
    while data[:1] == b"\x30":
        _, at, end = der(data, 0, len(data))
        want(end == len(data), where, "bytes after the DER sequence")
        parts = der_children(data, at, end)
        texts = [data[a:b] for tag, a, b in parts if tag == 0x16]
        if texts[0] == b"IMG4":
            want(parts[2][0] == 0xA0, where, "an IMG4 without [0] IM4M")
            data = data[parts[1][1]:parts[1][2]]
            data = b"\x30\x84" + struct.pack(">I", len(data)) + data
            continue
        want(texts[0] == b"IM4P" and len(texts) == 3, where, "no IM4P")
        kind = texts[1].decode()
        want(parts[3][0] == 0x04, where, "an IM4P without payload")
        data = data[parts[3][1]:parts[3][2]]
    return data, kind


def text(raw):
    return raw.split(b"\0")[0].decode()


class Image:
    def __init__(self, data, at, where):
        (self.magic, self.cpu, self.subtype, self.type, count, size, _,
         reserved) = struct.unpack_from("<8I", data, at)
        self.segments, self.entries, self.where = {}, [], where
        self.uuid = self.symtab = self.fixups = None
        want(self.magic == 0xFEEDFACF and reserved == 0, where, "no 64-bit Mach-O")
        here = at + 32
        for _ in range(count):
            command, length = struct.unpack_from("<2I", data, here)
            want(length % 8 == 0 and length >= 8, where, "a load command of odd size")
            self.command(data, here, command, length)
            here += max(length, 8)
        want(here == at + 32 + size, where, "sizeofcmds differs from the commands")
        first = self.segments["__TEXT"]
        slack = data[here:first["off"] + first["filesize"]]
        want(at == first["off"], where, "__TEXT does not hold the header")
        want(self.type != KEXT or not any(slack), where, "no zero slack after the load commands")
        if self.type == FILESET:
            want(not any(data[here:(here + PAGE - 1) // PAGE * PAGE]), where, "slack is not zero")

    def command(self, data, here, command, length):
        if command == SEGMENT:
            name = text(data[here + 8:here + 24])
            vm, vmsize, off, filesize = struct.unpack_from("<4Q", data, here + 24)
            sections = []
            for i in range(struct.unpack_from("<I", data, here + 64)[0]):
                part = here + 72 + 80 * i
                sections.append((text(data[part:part + 16]),
                                 *struct.unpack_from("<2QI", data, part + 32)))
            want(name not in self.segments, self.where, f"two segments {name}")
            self.segments[name] = {"vm": vm, "vmsize": vmsize, "off": off,
                                   "filesize": filesize, "sections": sections}
            want(off + filesize <= len(data), self.where, f"{name} leads out of the file")
        elif command == UUID:
            self.uuid = data[here + 8:here + 24]
        elif command == SYMTAB:
            self.symtab = struct.unpack_from("<4I", data, here + 8)
        elif command == FIXUPS:
            self.fixups = struct.unpack_from("<2I", data, here + 8)
        elif command == ENTRY:
            vm, off, name_at, reserved = struct.unpack_from("<2Q2I", data, here + 8)
            name = text(data[here + name_at:here + length])
            want(name_at == 32 and reserved == 0, self.where, f"entry of {name}: entry_id, reserved")
            want(length == 32 + (len(name) + 8) // 8 * 8, self.where, f"entry of {name}: cmdsize")
            self.entries.append((name, vm, off))


def check_cpu(image):
    want(image.cpu in (ARM64, X86_64), image.where, "another processor")
    if image.cpu == ARM64:
        want(image.subtype == 0x80000002, image.where, f"cpusubtype {image.subtype:#x}")


def check_fixups(data, image):
    want(image.fixups is not None, image.where, "no chained fixups")
    at, size = image.fixups
    link = image.segments["__LINKEDIT"]
    want(link["off"] <= at and at + size <= link["off"] + link["filesize"], image.where,
         "fixups outside __LINKEDIT")
    version, starts, _, _, imports, _, _ = struct.unpack_from("<7I", data, at)
    count = struct.unpack_from("<I", data, at + starts)[0]
    want(version == 0 and imports == 0, image.where, "fixups with imports")
    want(count == len(image.segments), image.where, "fixups count other segments")
    for offset in struct.unpack_from(f"<{count}I", data, at + starts + 4):
        if offset:
            pointer = struct.unpack_from("<H", data, at + starts + offset + 6)[0]
            want(pointer == 8, image.where, f"pointer format {pointer}")


def check_entry(data, outer, name, vm, off, base):
    where = f"{outer.where}: {name}"
    inner = Image(data, off, where)
    check_cpu(inner)
    want(inner.cpu == outer.cpu and inner.type == KEXT, where, "no MH_KEXT_BUNDLE of this processor")
    want(vm == base + off, where, "entry vmaddr is not base + fileoff")
    want(inner.uuid is not None, where, "no LC_UUID")
    want(inner.symtab is not None and inner.symtab[1] == 0, where, "LC_SYMTAB with symbols")
    for must in ("__TEXT", "__TEXT_EXEC", "__DATA", "__LINKEDIT"):
        want(must in inner.segments, where, f"no {must}")
    for segment, s in inner.segments.items():
        want(s["vm"] == base + s["off"], where, f"{segment}: vmaddr is not base + fileoff")
        want(any(o["vm"] <= s["vm"] and s["vm"] + s["vmsize"] <= o["vm"] + o["vmsize"]
                 for o in outer.segments.values()), where, f"{segment} in no outer segment")
    want(inner.segments.get("__LINKEDIT", {}).get("off") == outer.segments["__LINKEDIT"]["off"],
         where, "a __LINKEDIT of its own")
    return inner


def check_info(data, outer, inners, base):
    segment = outer.segments["__PRELINK_INFO"]
    want([s[0] for s in segment["sections"]] == ["__info"], outer.where, "other sections than __info")
    name, _, size, off = segment["sections"][0]
    raw = data[off:off + size]
    end = raw.find(b"\0")
    want(name and end > 0 and not any(raw[end:]) and size % PAGE == 0, outer.where,
         "__info is not NUL-terminated and padded to 16 KiB")
    info = plistlib.loads(raw[:end])
    want(info.get("_PrelinkKCID") == outer.uuid, outer.where, "_PrelinkKCID is not LC_UUID")
    coded = set()
    for kext in info["_PrelinkInfoDictionary"]:
        id_ = kext["CFBundleIdentifier"]
        for key in ("CFBundleVersion", "_PrelinkBundlePath", "_PrelinkExecutableLoadAddr",
                    "_PrelinkExecutableSourceAddr", "CFBundleNumericVersion", "_InfoPlistDigest"):
            want(key in kext, outer.where, f"{id_} without {key}")
        if "_PrelinkExecutableRelativePath" not in kext:
            want(kext["_PrelinkExecutableLoadAddr"] == NOWHERE, outer.where, f"{id_}: codeless, but somewhere")
            want(id_ not in inners, outer.where, f"{id_}: codeless, but an entry")
            continue
        coded.add(id_)
        want(id_ in inners, outer.where, f"{id_} has no entry")
        if id_ in inners:
            first = inners[id_].segments["__TEXT"]
            want(kext["_PrelinkExecutableLoadAddr"] == first["vm"] == base + first["off"],
                 outer.where, f"{id_}: load address is not its __TEXT")
            want(kext["_PrelinkExecutableSize"] == first["vmsize"], outer.where, f"{id_}: size is not __TEXT's")
    want(coded == set(inners), outer.where, "entries and dictionary differ")
    return info


def check_collection(path, where):
    with open(path, "rb") as file:
        data, kind = unwrap(file.read(), where)
    outer = Image(data, 0, where)
    check_cpu(outer)
    want(outer.type == FILESET, where, "no MH_FILESET")
    want(outer.uuid is not None, where, "no LC_UUID")
    base = outer.segments["__TEXT"]["vm"]
    spans = sorted((s["off"], s["filesize"]) for s in outer.segments.values())
    want(all(a + n <= b for (a, n), (b, _) in zip(spans, spans[1:])), where, "segments overlap")
    for name, s in outer.segments.items():
        want(s["vm"] == base + s["off"] or not s["vmsize"], where, f"{name}: vmaddr is not base + fileoff")
    for must in ("__PRELINK_TEXT", "__PRELINK_INFO", "__LINKEDIT"):
        want(must in outer.segments, where, f"no {must}")
    order = [vm for _, vm, _ in outer.entries]
    want(order == sorted(order), where, "entries are not sorted by vmaddr")
    inners = {name: check_entry(data, outer, name, vm, off, base) for name, vm, off in outer.entries}
    want(len(inners) == len(outer.entries), where, "an entry twice")
    check_fixups(data, outer)
    return check_info(data, outer, inners, base), outer, kind


def check_collections(mac):
    base, aux = {}, []
    for folder, _, names in os.walk(mac):
        for name in names:
            path = os.path.join(folder, name)
            if name.startswith("kernelcache") or name.endswith("KernelExtensions.kc"):
                where = name + " of " + os.path.relpath(folder, mac)[-60:]
                info, image, kind = check_collection(path, where)
                if "aux" not in name.lower():
                    base[(folder if name == "kernelcache" else "", name)] = image.uuid
                    want(kind in (None, "krnl"), where, f"an IM4P of type {kind}")
                    continue
                want(kind == ("auxk" if image.cpu == ARM64 else None), where, f"wrapped as {kind}")
                aux.append((folder if image.cpu == ARM64 else "", where, info, image))
    for folder, where, info, image in aux:
        boot = base.get((folder, "kernelcache" if folder else "BootKernelExtensions.kc"))
        want(info.get("_BootKCID") == boot, where, "_BootKCID is not that of the boot collection")
        want(info.get("_PageableKCID") == base.get(("", "SystemKernelExtensions.kc")), where,
             "_PageableKCID is not that of the system collection")
    return len(base) + len(aux)


def cksum_table():
    table = []
    for i in range(256):
        value = i << 24
        for _ in range(8):
            value = (value << 1) ^ (0x04C11DB7 if value & 0x80000000 else 0)
        table.append(value & 0xFFFFFFFF)
    return table


TABLE = cksum_table()


def cksum(data):
    length, tail = len(data), b""
    while length:
        tail, length = tail + bytes([length & 0xFF]), length >> 8
    crc = 0
    for byte in data + tail:
        crc = (crc << 8 & 0xFFFFFFFF) ^ TABLE[crc >> 24 ^ byte]
    return crc ^ 0xFFFFFFFF


def bom_entries(data, where):
    """(path, type, mode, size, checksum) of every entry."""
    magic, version, _, index, index_size, names, _ = struct.unpack_from(">8s6I", data)
    want(magic == b"BOMStore" and version == 1, where, "no BOM")
    want(index + index_size == len(data), where, "bytes after the index")
    count = struct.unpack_from(">I", data, index)[0]
    blocks = [struct.unpack_from(">2I", data, index + 4 + 8 * i) for i in range(count)]

    def block(number):
        at, size = blocks[number]
        return data[at:at + size]

    roots, at = {}, names + 4
    for _ in range(struct.unpack_from(">I", data, names)[0]):
        number, size = struct.unpack_from(">IB", data, at)
        roots[data[at + 5:at + 5 + size].rstrip(b"\0").decode()] = number
        at += 5 + size
    want(list(roots) == ["BomInfo", "Paths", "HLIndex", "VIndex", "Size64"], where, "other variables")
    tree, _, child, _, total, _ = struct.unpack(">4s4IB", block(roots["Paths"]))
    node = block(child)
    while not struct.unpack_from(">H", node)[0]:
        node = block(struct.unpack_from(">I", node, 12)[0])
    paths, found = {}, []
    while True:
        _, rows, forward, _ = struct.unpack_from(">2H2I", node)
        for i in range(rows):
            key, value = struct.unpack_from(">2I", node, 12 + 8 * i)
            number, second = struct.unpack(">2I", block(key))
            parent = struct.unpack_from(">I", block(value))[0]
            name = block(value)[4:].rstrip(b"\0").decode()
            paths[number] = os.path.join(paths.get(parent, ""), name)
            kind, _, _, mode, _, _, _, size, _, check = struct.unpack_from(">2B2H4IBI", block(second))
            found.append((paths[number], kind, mode, size, check))
        if not forward:
            break
        node = block(forward)
    want(tree == b"tree" and total == len(found), where, f"{total} paths said, {len(found)} found")
    return found


def check_receipt(mac, path, may_differ):
    name = os.path.basename(path)[:-4]
    with open(path[:-4] + ".plist", "rb") as file:
        receipt = plistlib.load(file)
    want(receipt["PackageIdentifier"] == name, name, "its .plist names another package")
    prefix = os.path.join(mac, receipt.get("InstallPrefixPath", "").strip("/"))
    with open(path, "rb") as file:
        entries = bom_entries(file.read(), name)
    for where, kind, mode, size, check in entries:
        place = os.path.normpath(os.path.join(prefix, where))
        try:
            found = os.lstat(place)
        except OSError:
            want(False, name, f"{where} is not there")
            continue
        want(stat.S_IFMT(found.st_mode) == stat.S_IFMT(mode), name, f"{where}: another kind")
        if kind != 1:
            continue
        with open(place, "rb") as file:
            data = file.read()
        want(size == len(data) and check == cksum(data) or os.path.basename(place) in may_differ,
             name, f"{where}: size or checksum differ")


def main(mac):
    mac = os.path.abspath(mac)
    collections = check_collections(mac)
    receipts = plists = 0
    folder = os.path.join(mac, "private/var/db/receipts")
    for name in sorted(os.listdir(folder)):
        if name.endswith(".bom"):
            # The scenario's person changed this one after the installation.
            check_receipt(mac, os.path.join(folder, name), {"Profile.dat"})
            receipts += 1
    for where, _, names in os.walk(mac):
        if "/.macsim" in where:
            continue
        for name in names:
            if name.endswith(".plist"):
                plists += 1
                try:
                    with open(os.path.join(where, name), "rb") as file:
                        plistlib.load(file)
                except Exception as fault:  # pylint: disable=broad-except
                    want(False, os.path.relpath(os.path.join(where, name), mac), str(fault))
    for fault in faults:
        print(fault)
    if not faults:
        print(f"{collections} collections, {receipts} receipts, {plists} property lists")
    return 1 if faults else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1]))
