/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * machrun: the program that was built for macOS, run on Linux. It maps the x86_64
 * image at its own address, binds each name that it imports to glibc's function of the
 * same ABI or to a shim that speaks Darwin, and calls its main. What it shows is the
 * compiled code with Darwin's constants, structs and errno; not macOS's kernel, not
 * Apple's libraries, not the other chip's half.
 */
#ifndef TESTS_DARWIN_MACHRUN_H
#define TESTS_DARWIN_MACHRUN_H

#include <stddef.h>
#include <stdint.h>

/* One imported name, without the leading underscore and without what follows a "$". */
struct bound_name {
	const char *name;
	void *address;
};

/* Lists that end with a NULL name. Borrowed, never freed. */
extern const struct bound_name file_names[];    /* files, folders, descriptors */
extern const struct bound_name process_names[]; /* processes, signals, users, time */
extern const struct bound_name mac_names[];     /* what only macOS has */
extern const struct bound_name text_names[];    /* characters, errno, stdio's variables */
extern const struct bound_name same_names[];    /* the same ABI in both: glibc's own */

/* Where the name leads; a function that ends the process by name where nothing is
 * bound to it. Never NULL. */
void *name_resolve(const char *symbol);
/* How many names led nowhere so far, dyld's own helper excepted. */
int name_missing_count(void);

/* Darwin's number of a Linux errno, and back; the same number where both agree. */
int darwin_errno(int linux_errno);
int linux_errno(int darwin_errno);
/* Darwin's open(2) flags as Linux has them, and back for fcntl(F_GETFL). */
int linux_open_flags(int darwin_flags);
int darwin_open_flags(int linux_flags);
/* The folder of an ...at call: Darwin's AT_FDCWD becomes Linux's. */
int linux_folder(int darwin_fd);

/* A shim's address for the tables. */
#define BOUND(name, function)                                                                      \
	{                                                                                          \
		name, (void *)(uintptr_t)(function)                                                \
	}

#endif
