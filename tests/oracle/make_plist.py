# SPDX-License-Identifier: BSD-2-Clause
"""Random property lists, binary and XML, written without plistlib.

Values are Python's: str, int, float, bool, bytes, list, dict as a list of pairs
(so that a key can stand twice), Date (seconds since 2001), Uid, None.
"""
import struct
from xml.sax.saxutils import escape

WORDS = ["CFBundleIdentifier", "com.example.capture.driver", "", "a", "Größe", "データ",
         "e\u0301", "\U0001F409 dragon", "x" * 14, "x" * 15, "y" * 300, "ÿ" * 15, "tab\there",
         "<&>\"'", "/Library/Extensions/Example Capture.kext", "line\nbreak", " blanks "]
NUMBERS = [0, 1, -1, 127, 128, 255, 256, 65535, 65536, -128, 2**31 - 1, 2**31, -2**31,
           2**32 - 1, 2**32, 2**63 - 1, -2**63]
DATES = [0, 1, -1, 86399, 63072000.0, -978307200, 774403200.75, -0.25, 2**31, -63113817600]


class Date(float):
    pass


class Uid(int):
    pass


class Pairs(list):
    """A dictionary, in order."""


def value(rng, depth, xml):
    kind = rng.randrange(13 if depth else 9)
    if kind < 3:
        return rng.choice(WORDS) + rng.choice(["", str(rng.randrange(10**6))])
    if kind == 3:
        return rng.choice(NUMBERS + [rng.getrandbits(rng.randrange(1, 63)), 2**63, 2**64 - 1])
    if kind == 4:
        return rng.choice([True, False])
    if kind == 5:
        seconds = rng.choice(DATES + [rng.uniform(-4e9, 4e9)])
        return Date(int(seconds) if xml else seconds)
    if kind == 6:
        return rng.randbytes(rng.choice([0, 1, 2, 3, 14, 15, 16, 255, 256, 1000]))
    if kind == 7:
        return rng.choice([0.0, -1.5, 1e300, 3.25])
    if kind == 8:
        return rng.choice([Uid(rng.getrandbits(rng.choice([1, 8, 16, 32]))), None]) \
            if not xml else "plain"
    count = rng.choice([0, 1, 2, 3, 5, 14, 15, 16, 40])
    if depth < 2:
        count = min(count, 5)
    if kind < 11:
        return [value(rng, depth - 1, xml) for _ in range(count)]
    pairs = Pairs((rng.choice(WORDS) + str(i), value(rng, depth - 1, xml)) for i in range(count))
    if pairs and rng.random() < 0.2:
        pairs.append((pairs[0][0], "again"))
    return pairs


def top(rng, xml):
    deep = rng.random()
    if deep < 0.05:
        nested = value(rng, 0, xml)
        for _ in range(rng.randrange(20, 120)):
            nested = [nested] if rng.random() < 0.5 else Pairs([("k", nested)])
        return nested
    if deep < 0.9:
        return Pairs((w + str(i), value(rng, rng.randrange(4), xml))
                     for i, w in enumerate(rng.choices(WORDS, k=rng.randrange(12))))
    return value(rng, 2, xml)


# -- binary -------------------------------------------------------------------

def width(number, least=1):
    while number >= 1 << 8 * least:
        least += 1
    return least


def marker(high, count, rng):
    if count < 15:
        return bytes([high << 4 | count])
    power = rng.choice([p for p in range(4) if count < 1 << 8 * (1 << p)])
    return bytes([high << 4 | 15, 0x10 | power]) + count.to_bytes(1 << power, "big")


def integer(number, rng):
    if number < 0:
        return b"\x13" + struct.pack(">q", number)
    powers = [p for p in range(3) if number < 1 << 8 * (1 << p)]
    if number < 2**63:
        powers.append(3)
    powers.append(4)
    power = rng.choice(powers)
    return bytes([0x10 | power]) + number.to_bytes(1 << power, "big")


def scalar(item, rng):
    if item is None:
        return b"\0"
    if isinstance(item, bool):
        return b"\x09" if item else b"\x08"
    if isinstance(item, Uid):
        size = width(item)
        return bytes([0x80 | size - 1]) + int(item).to_bytes(size, "big")
    if isinstance(item, int):
        return integer(item, rng)
    if isinstance(item, Date):
        return b"\x33" + struct.pack(">d", item)
    if isinstance(item, float):
        return rng.choice([b"\x23" + struct.pack(">d", item),
                           b"\x22" + struct.pack(">f", max(min(item, 1e30), -1e30))])
    if isinstance(item, bytes):
        return marker(4, len(item), rng) + item
    if item.isascii() and rng.random() < 0.9:
        return marker(5, len(item), rng) + item.encode("ascii")
    wide = item.encode("utf-16-be")
    return marker(6, len(wide) // 2, rng) + wide


class Table:
    """Objects by number; equal scalars may share one, containers too."""

    def __init__(self, rng):
        self.rng, self.objects, self.known = rng, [], {}
        self.share = rng.random() < 0.7

    def add(self, item):
        if isinstance(item, list):
            pairs = isinstance(item, Pairs)
            refs = [self.add(k) for k, _ in item] + [self.add(v) for _, v in item] if pairs \
                else [self.add(v) for v in item]
            key = (pairs, tuple(refs))
            body = ("dict" if pairs else "array", len(item), refs)
        else:
            key = (type(item), repr(item))
            body = ("scalar", scalar(item, self.rng), None)
        if self.share and key in self.known:
            return self.known[key]
        self.objects.append(body)
        self.known[key] = len(self.objects) - 1
        return len(self.objects) - 1


def binary(tree, rng):
    table = Table(rng)
    first = table.add(tree)
    order = list(range(len(table.objects)))
    if rng.random() < 0.5:
        rng.shuffle(order)
    number = {old: new for new, old in enumerate(order)}
    ref = rng.choice([width(len(order)), 2, 4, 8] if len(order) < 65536 else [4])
    ref = max(ref, width(len(order)))
    out, offsets = bytearray(b"bplist00"), []
    for old in order:
        kind, body, refs = table.objects[old]
        offsets.append(len(out))
        if kind == "scalar":
            out += body
        else:
            out += marker(0xD if kind == "dict" else 0xA, body, rng)
            out += b"".join(number[r].to_bytes(ref, "big") for r in refs)
    if rng.random() < 0.2:
        out += rng.randbytes(7)  # bytes that nobody refers to
    start, size = len(out), max(width(len(out)), rng.choice([1, 2, 3, 4, 8]))
    out += b"".join(o.to_bytes(size, "big") for o in offsets)
    return bytes(out + bytes(6) + bytes([size, ref]) +
                 struct.pack(">3Q", len(order), number[first], start))


# -- XML ----------------------------------------------------------------------

def characters(text, rng):
    style = rng.randrange(4)
    if style == 0 and "]]>" not in text:
        return "<![CDATA[" + text + "]]>" if text else ""
    if style == 1:
        return "".join(f"&#{ord(c)};" if ord(c) > 126 or c in "<&>" else c for c in text)
    if style == 2:
        return "".join(f"&#x{ord(c):X};" if ord(c) > 126 else escape(c) for c in text)
    return escape(text, {'"': "&quot;", "'": "&apos;"})


def element(item, rng, gap):
    if isinstance(item, Pairs):
        return "<dict>" + gap + "".join(
            f"<key>{characters(k, rng)}</key>{gap}{element(v, rng, gap)}{gap}"
            for k, v in item) + "</dict>" if item else rng.choice(["<dict/>", "<dict></dict>"])
    if isinstance(item, list):
        return "<array>" + gap + "".join(element(v, rng, gap) + gap for v in item) + "</array>"
    if isinstance(item, bool):
        return rng.choice(["<true/>", "<true></true>"]) if item else "<false/>"
    if isinstance(item, Date):
        return f"<date>{calendar(int(item))}</date>"
    if isinstance(item, int):
        if 0 <= item < 2**63 and rng.random() < 0.3:
            return f"<integer>{rng.choice(['0x', '0X'])}{item:x}</integer>"
        return f"<integer>{item}</integer>"
    if isinstance(item, float):
        return f"<real>{item}</real>"
    if isinstance(item, bytes):
        import base64
        text = base64.b64encode(item).decode()
        step = rng.choice([4, 7, 68, 76])
        return "<data>\n" + "\n\t".join(text[i:i + step] for i in range(0, len(text), step)) + \
            "\n</data>"
    return f"<string>{characters(item, rng)}</string>" if item else \
        rng.choice(["<string/>", "<string></string>"])


def calendar(seconds):
    """The date of CoreFoundation's text, from seconds since 2001."""
    import datetime
    when = datetime.datetime(2001, 1, 1) + datetime.timedelta(seconds=seconds)
    return when.strftime("%Y").zfill(4) + when.strftime("-%m-%dT%H:%M:%SZ")


def xml(tree, rng):
    gap = rng.choice(["", "\n", "\n\t", " ", "\r\n", "<!-- a note -->"])
    encoding = rng.choice(["utf-8", "utf-8", "utf-8", "utf-8-sig", "utf-16"])
    name = {"utf-16": "UTF-16"}.get(encoding, "UTF-8")
    head = rng.choice([f'<?xml version="1.0" encoding="{name}"?>\n', "<?xml version='1.0'?>", ""])
    if encoding == "utf-16":
        head = '<?xml version="1.0" encoding="UTF-16"?>\n'
    if head:
        head += rng.choice(["", '<!DOCTYPE plist PUBLIC "-//Apple//DTD PLIST 1.0//EN" '
                            '"http://www.apple.com/DTDs/PropertyList-1.0.dtd">\n'])
    body = element(tree, rng, gap)
    text = head + f'<plist version="1.0">{gap}{body}{gap}</plist>' + rng.choice(["", "\n"])
    return text.encode(encoding)
