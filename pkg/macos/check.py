#!/usr/bin/env python3
# SPDX-License-Identifier: BSD-2-Clause
"""check.py FILE...: says what each Mach-O program asks of macOS.

Fails (1) unless every slice is an executable for macOS 11.0 that loads only
libSystem, libxml2, libsqlite3 and libcompression, and every arm64 slice carries a signature.
Numbers: <mach-o/loader.h>, <mach-o/fat.h>. It knows no other file type."""
import struct
import sys

ALLOWED = {'/usr/lib/libSystem.B.dylib', '/usr/lib/libxml2.2.dylib', '/usr/lib/libsqlite3.dylib',
           '/usr/lib/libcompression.dylib'}
CPUS = {0x0100000C: 'arm64', 0x01000007: 'x86_64'}
MH_EXECUTE = 2
LC_LOADS = {0x0C, 0x80000018, 0x8000001F, 0x20, 0x80000023}
LC_CODE_SIGNATURE, LC_BUILD_VERSION, LC_VERSION_MIN_MACOSX = 0x1D, 0x32, 0x24
PLATFORM_MACOS = 1


def slices(data):
    """The thin images in a file, one after the other."""
    if data[:4] == b'\xca\xfe\xba\xbe':
        for i in range(struct.unpack('>I', data[4:8])[0]):
            _, _, offset, size, _ = struct.unpack_from('>5I', data, 8 + 20 * i)
            yield data[offset:offset + size]
    else:
        yield data


def version(word):
    return f'{word >> 16}.{word >> 8 & 255}'


def inspect(image):
    """(description, complaints) of one thin image."""
    magic, cpu, _, kind, count = struct.unpack_from('<5I', image)
    if magic != 0xFEEDFACF:
        return 'not a 64-bit Mach-O', ['wrong magic']
    libraries, minimum, platform, signed, at = [], None, None, False, 32
    for _ in range(count):
        command, size = struct.unpack_from('<2I', image, at)
        if command in LC_LOADS:
            start = at + struct.unpack_from('<I', image, at + 8)[0]
            libraries.append(image[start:at + size].split(b'\0')[0].decode())
        elif command == LC_BUILD_VERSION:
            platform, word = struct.unpack_from('<2I', image, at + 8)
            minimum = version(word)
        elif command == LC_VERSION_MIN_MACOSX:
            platform, minimum = PLATFORM_MACOS, version(struct.unpack_from('<I', image, at + 8)[0])
        elif command == LC_CODE_SIGNATURE:
            signed = True
        at += size
    name = CPUS.get(cpu, hex(cpu))
    bad = []
    if kind != MH_EXECUTE:
        bad.append(f'file type {kind}, not an executable')
    if platform != PLATFORM_MACOS or minimum != '11.0':
        bad.append(f'minimum is {minimum} on platform {platform}, not macOS 11.0')
    bad += [f'loads {library}' for library in libraries if library not in ALLOWED]
    if name == 'arm64' and not signed:
        bad.append('not signed: Apple silicon would refuse it')
    loads = ' '.join(library.rsplit('/', 1)[1] for library in sorted(libraries))
    signature = 'signed ad hoc' if signed else 'unsigned'
    return f'{name} executable, macOS {minimum}, {signature}, loads {loads}', bad


def main(paths):
    status = 0
    for path in paths:
        with open(path, 'rb') as file:
            for image in slices(file.read()):
                text, bad = inspect(image)
                print(f'{path}: {text}')
                for complaint in bad:
                    print(f'{path}: {complaint}', file=sys.stderr)
                    status = 1
    return status


sys.exit(main(sys.argv[1:]))
