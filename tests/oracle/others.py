# SPDX-License-Identifier: BSD-2-Clause
"""What others read from the same bytes, in the form in which reader.c prints ours.

plistlib for property lists, pyapplebom for bills of materials, lief for Mach-O;
where one of them has no words for a thing (code directories, DER wrappers, a
bill that pyapplebom refuses) a reading by hand, which shares no code with ours.
Each function answers ["fault", ...] where the other reader refuses.
"""
import datetime
import hashlib
import os
import plistlib
import struct
import sys
import uuid as uuids

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "lint"))
import fileset  # noqa: E402  the reader of IMG4 that checks macsim's collections

try:
    import lief
    import pyapplebom
    lief.logging.disable()
except ImportError:
    lief = pyapplebom = None

EPOCH = datetime.datetime(1970, 1, 1)


def hexed(text):
    return None if text is None else text.encode("utf-8", "surrogateescape").hex()


def text_of(value):
    return None if "\0" in value else hexed(value)


# -- property lists -------------------------------------------------------------

def plist_value(value):
    if isinstance(value, dict):
        return ["dict"] + [[text_of(k), plist_value(v)] for k, v in value.items()]
    if isinstance(value, list):
        return ["array"] + [plist_value(v) for v in value]
    if isinstance(value, bool):
        return ["boolean", int(value)]
    if isinstance(value, int):
        return ["integer", value if -2**63 <= value < 2**63 else None]
    if isinstance(value, str):
        return ["string", text_of(value)]
    if isinstance(value, bytes):
        return ["data", value.hex()]
    if isinstance(value, datetime.datetime):
        return ["date", (value - EPOCH) // datetime.timedelta(seconds=1)]
    if isinstance(value, float):
        return ["real"]
    return ["uid"] if isinstance(value, plistlib.UID) else ["null"]


def plist(data):
    try:
        return plist_value(plistlib.loads(data))
    except Exception as fault:  # pylint: disable=broad-except
        return ["fault", repr(fault)]


def plist_once(value):
    """Ours with the last of a key that stands twice, at the place of the first."""
    if value[0] == "array":
        return value[:1] + [plist_once(v) for v in value[1:]]
    if value[0] != "dict":
        return value
    return ["dict"] + [[k, v] for k, v in {k: plist_once(v) for k, v in value[1:]}.items()]


# -- bills of materials -----------------------------------------------------------

def bom(data):
    try:
        read = pyapplebom.parse_bom(data, include_blocks=False)
    except pyapplebom.BomParseError as fault:
        return ["fault", str(fault)]
    if read["paths"] is None:
        return ["fault", (read["parse_errors"] or {}).get("paths", "no paths")]
    rows = []
    for row in read["paths"]:
        if row["path"] == ".":
            continue
        rows.append([hexed(row["path"].removeprefix("./")), kind_of(row["path_type_raw"]),
                     row["file_mode"], row["user_id"], row["group_id"], row["mtime"], row["size"],
                     row["crc32"] or 0, hexed(row["link_name"])])
    return ["bom"] + rows


def kind_of(raw):
    return {1: "file", 2: "directory", 3: "link", 4: "device"}.get(raw, "other")


def bom_by_hand(data):
    """Every leaf by recursion from the root of the tree, not along the leaves."""
    at, _, names, _ = struct.unpack_from(">4I", data, 16)

    def block(number):
        start, size = struct.unpack_from(">2I", data, at + 4 + 8 * number)
        return data[start:start + size]

    def text(raw):
        return raw.split(b"\0")[0]

    def leaves(node):
        leaf, count = struct.unpack_from(">2H", node)
        for i in range(count):
            first, second = struct.unpack_from(">2I", node, 12 + 8 * i)
            if leaf:
                yield struct.unpack(">2I", block(first)[:8]), block(second)
            else:
                yield from leaves(block(first))

    here = names + 4
    variables = {}
    for _ in range(struct.unpack_from(">I", data, names)[0]):
        number, size = struct.unpack_from(">IB", data, here)
        variables[text(data[here + 5:here + 5 + size])] = number
        here += 5 + size
    root = struct.unpack_from(">I", block(variables[b"Paths"]), 8)[0]
    rows = list(leaves(block(root)))
    folders = {number: (struct.unpack_from(">I", file)[0], text(file[4:]))
               for (number, _), file in rows}

    def path(number):
        parent, name = folders[number]
        return (path(parent) + b"/" if parent in folders else b"") + name

    found = []
    for (number, told), _ in rows:
        if path(number) == b".":
            continue
        raw = block(told)
        kind, mode, uid, gid, mtime, size = struct.unpack_from(">B3x H4I", raw)
        check = struct.unpack_from(">I", raw, 23)[0] if kind in (1, 3) else 0
        target = text(raw[31:]).hex() if kind == 3 else None
        found.append([path(number).removeprefix(b"./").hex(), kind_of(kind), mode, uid, gid, mtime,
                      size, check, target])
    return ["bom"] + found


def bom_kexts(data):
    """Only the paths that end in .kext."""
    read = bom_by_hand(data)
    return read[:1] + [row for row in read[1:] if bytes.fromhex(row[0]).endswith(b".kext")]


# -- Mach-O ---------------------------------------------------------------------

def uuid_of(image):
    return hexed(str(uuids.UUID(bytes=bytes(image.uuid.uuid))).upper()) if image.has_uuid else None


def uuid_text(raw):
    return hexed(str(uuids.UUID(bytes=raw)).upper()) if raw else None


def kc(data):
    image = lief.MachO.parse(list(fileset.unwrap(data, "generated")[0]))
    image = image.at(0) if image is not None else None
    if image is None or image.header.file_type != lief.MachO.Header.FILE_TYPE.FILESET:
        return ["fault", "lief reads no fileset"]
    info = bytes(image.get_section("__PRELINK_INFO", "__info").content).split(b"\0")[0]
    if not info.startswith(b"<plist"):
        info = b'<plist version="1.0">' + info + b"</plist>"
    told = plistlib.loads(info)
    entries = [c for c in image.commands if isinstance(c, lief.MachO.FilesetCommand)]
    codes = [(hexed(c.name), uuid_of(c.binary))
             for c in sorted(entries, key=lambda c: c.file_offset)]
    rows = []
    for member in told["_PrelinkInfoDictionary"]:
        version = member.get("CFBundleVersion")
        rows.append([hexed(member["CFBundleIdentifier"]),
                     hexed(version) if isinstance(version, str) else None,
                     hexed(member.get("_PrelinkBundlePath")), None, 0,
                     int("_PrelinkExecutableRelativePath" not in member)])
    for name, uuid in codes:
        row = next((r for r in rows if r[0] == name), None)
        if row is None:
            rows.append([name, None, None, uuid, 1, 0])
        else:
            row[3:] = [uuid, 1, 0]
    return ["kc", uuid_of(image), uuid_text(told.get("_BootKCID"))] + rows


def rank(image, intel):
    cpu, sub = image.header.cpu_type.value, image.header.cpu_subtype & 0xFFFFFF
    order = [(0x01000007, None), (7, None)]
    if not intel:
        order = [(0x0100000C, 2), (0x0100000C, None)] + order
    for i, (wanted, exact) in enumerate(order):
        if cpu == wanted and exact in (None, sub):
            return i
    return len(order)


def directory(blob):
    """Identifier, team, flags and cdhash of the CodeDirectory that the kernel prefers."""
    best = None
    for i in range(struct.unpack_from(">I", blob, 8)[0]):
        slot, at = struct.unpack_from(">2I", blob, 12 + 8 * i)
        if slot != 0 and not 0x1000 <= slot < 0x1005:
            continue
        size, version, flags, _, name = struct.unpack_from(">5I", blob, at + 4)
        kind = blob[at + 37]
        team = struct.unpack_from(">I", blob, at + 48)[0] if version >= 0x20200 else 0
        data = blob[at:at + size]
        order = [1, 3, 2, 4].index(kind)
        if best is None or order > best[0]:
            hashed = {1: hashlib.sha1, 4: None}.get(kind, hashlib.sha256)
            best = (order, data[name:].split(b"\0")[0].hex(),
                    data[team:].split(b"\0")[0].hex() if team else None, flags,
                    hexed(hashed(data).hexdigest()[:40]) if hashed else None)
    return best[1:]


def images(data):
    """All images of a file. lief knows no table of slices with 64-bit offsets."""
    parts = [data]
    if data[:4] == b"\xca\xfe\xba\xbf":
        entries = struct.iter_unpack(">2I2Q2I", data[8:8 + 32 * data[7]])
        parts = [data[at:at + size] for _, _, at, size, _, _ in entries]
    for part in parts:
        fat = lief.MachO.parse(list(part), lief.MachO.ParserConfig.deep)
        for i in range(len(fat) if fat is not None else 0):
            yield fat, fat.at(i)


def sign(data, intel):
    found = list(images(data))  # an image lives as long as its file
    if not found:
        return ["fault", "lief reads nothing"]
    image = min((i for _, i in found), key=lambda i: rank(i, intel))
    if not image.has_code_signature:
        return ["none", uuid_of(image), None, None, None]
    name, team, flags, cdhash = directory(bytes(image.code_signature.content))
    return ["ad-hoc" if flags & 2 else "signed", uuid_of(image), name, team, cdhash]
