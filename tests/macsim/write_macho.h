/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Small Mach-O images of kexts (MH_KEXT_BUNDLE) with a UUID and a signature,
 * and the little of them that macsim reads back.
 */
#ifndef TESTS_MACSIM_WRITE_MACHO_H
#define TESTS_MACSIM_WRITE_MACHO_H

#include <stdbool.h>

#include "tests/macsim/write_bytes.h"

enum {
	MACHO_MAGIC = 0xfeedfacf,
	MACHO_KEXT_BUNDLE = 11,
	MACHO_FILESET = 12,
	MACHO_LC_SYMTAB = 0x02,
	MACHO_LC_SEGMENT = 0x19,
	MACHO_LC_UUID = 0x1b,
	MACHO_LC_CODE_SIGNATURE = 0x1d,
	MACHO_PAGE = 0x4000
};

/* What is told of a signed image. */
struct macho_facts {
	char uuid[40], cdhash[44], identifier[128], team[16];
	uint32_t cputype, cpusubtype;
};

struct macho_segment {
	const char *name, *section; /* section: NULL, or one over the whole segment */
	uint64_t at, size, file_size; /* vmaddr and fileoff are the same: base 0 */
	uint32_t protection;
};

/* 36-character UUID to 16 bytes. */
void macho_uuid_bytes(const char *uuid, uint8_t out[16]);
/* The header; the counts are poked when the commands are known (macho_end). */
void macho_begin(struct bytes *out, bool apple, unsigned filetype);
void macho_segment(struct bytes *out, const struct macho_segment *segment);
void macho_uuid(struct bytes *out, const char *uuid);
/* Puts count and size of the commands into the header at `header`. */
void macho_end(struct bytes *out, size_t header, unsigned commands, size_t size);
/* A whole signed kext executable; team "" makes it an ad-hoc one. */
void macho_write_kext(struct bytes *out, bool apple, const char *uuid, const char *identifier,
    const char *team);
/* The same with entitlements, a property list in XML; "" for none. */
void macho_write_dext(struct bytes *out, bool apple, const char *uuid, const char *identifier,
    const char *team, const char *rights);
/* Reads one back; false when it is not such an image. */
bool macho_read(const struct bytes *image, struct macho_facts *facts);

#endif
