/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Faults: the one way in which a function of this project says that it failed.
 * A function returns 0, -errno, or -FAULT_x (1024 and above, so that the two
 * never meet). No text travels and nothing is allocated: a leaf never prints.
 * The first function that knows path and source turns a fault into a problem
 * (uninstall/problem.h), and goes on.
 */
#ifndef KMUTIL_HELPERS_FAULT_H
#define KMUTIL_HELPERS_FAULT_H

#include <stdint.h>

#define FAULT_TABLE(X) \
	X(SHORT, "ends in the middle of a record") \
	X(MAGIC, "is not in the format that belongs here") \
	X(RANGE, "points outside of itself") \
	X(CYCLE, "refers back to itself") \
	X(DEPTH, "is nested deeper than is accepted") \
	X(COUNT, "lists more entries than are accepted") \
	X(SIZE, "is larger than is accepted") \
	X(SYNTAX, "is malformed") \
	X(TYPE, "holds a value of another type than belongs here") \
	X(MISSING, "lacks a value that it must have") \
	X(COMPRESSED, "is compressed in a way that is not known here") \
	X(LZFSE, "is compressed with LZFSE, which is unpacked on macOS only") \
	X(LZSS, "is compressed with LZSS, which is not unpacked here") \
	X(ENCRYPTED, "is encrypted") \
	X(MANIFEST, "is a manifest of signatures and holds nothing else") \
	X(LINK, "is reached through a symbolic link, which is not followed") \
	X(NOT_FILE, "is not an ordinary file") \
	X(CHANGED, "changed while it was looked at") \
	X(MOUNT, "has another volume mounted inside of it") \
	X(TAMPERED, "is not as it was when it was put there") \
	X(TIMEOUT, "did not answer in time") \
	X(TOOL, "ended with a status that is not understood") \
	X(OUTPUT, "printed something that is not understood") \
	X(NEWER, "was written by a newer version") \
	X(DAMAGED, "is damaged") \
	X(LOST, "is missing, although something that belongs to it is there")

enum fault_code {
	FAULT_BASE = 1023,
#define FAULT_ENUM(name, sentence) FAULT_##name,
	FAULT_TABLE(FAULT_ENUM)
#undef FAULT_ENUM
	FAULT_END
};

/*
 * What went wrong and where. `code` is as returned (0, -errno, -FAULT_x); `at`
 * is the byte of the file or text that was being read, 0 when there is none.
 */
struct fault {
	int code;
	uint64_t at;
};

/* The sentence for a code as returned by a function ("is malformed"; for an
 * errno the system's words). Never NULL; valid until the next call. */
const char *fault_sentence(int code);

#endif
