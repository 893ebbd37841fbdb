/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * errno, stdio's variables, characters and the checks that Darwin's compiler calls.
 * Numbers: XNU, sys/errno.h; bits of _DefaultRuneLocale: Libc, runetype.h. poll's and
 * fnmatch's flags too.
 */
#include <ctype.h>
#include <errno.h>
#include <fnmatch.h>
#include <poll.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "tests/darwin/layout.h"
#include "tests/darwin/machrun.h"

/* Those that differ; the first 34 are alike but for EAGAIN and EDEADLK. */
static const struct {
	int linux_, darwin;
} errnos[] = {{EAGAIN, 35}, {EDEADLK, 11}, {EINPROGRESS, 36}, {EALREADY, 37}, {ENOTSOCK, 38},
    {EMSGSIZE, 40}, {EOPNOTSUPP, 45}, {EADDRINUSE, 48}, {ECONNRESET, 54}, {ETIMEDOUT, 60},
    {ELOOP, 62}, {ENAMETOOLONG, 63}, {ENOTEMPTY, 66}, {EUSERS, 68}, {EDQUOT, 69}, {ESTALE, 70},
    {ENOLCK, 77}, {ENOSYS, 78}, {EOVERFLOW, 84}, {ECANCELED, 89}, {EILSEQ, 92}, {ENODATA, 93},
    {EBADMSG, 94}, {EPROTO, 100}};
enum { ERRNOS = sizeof(errnos) / sizeof(*errnos), ASCII = 128, RUNES = 256 };

int
darwin_errno(int number)
{
	int i;

	for (i = 0; i < ERRNOS; i++)
		if (errnos[i].linux_ == number)
			return errnos[i].darwin;
	return number;
}

int
linux_errno(int number)
{
	int i;

	for (i = 0; i < ERRNOS; i++)
		if (errnos[i].darwin == number)
			return errnos[i].linux_;
	return number;
}

/* What glibc has set since the last look is taken over. */
static int *
text_errno(void)
{
	static int theirs;

	if (errno != 0)
		theirs = darwin_errno(errno);
	errno = 0;
	return &theirs;
}

static char *
text_strerror(int number)
{
	return strerror(linux_errno(number));
}

struct rune_locale {
	char magic[8], encoding[32];
	void *get, *put;
	int32_t invalid;
	uint32_t types[RUNES];
	int32_t lower[RUNES], upper[RUNES];
	char rest[512];
};

static struct rune_locale runes;

static const struct {
	int (*is)(int);
	uint32_t bit;
} kinds[] = {{isalpha, 0x100}, {iscntrl, 0x200}, {isdigit, 0x400}, {isgraph, 0x800},
    {islower, 0x1000}, {ispunct, 0x2000}, {isspace, 0x4000}, {isupper, 0x8000}, {isxdigit, 0x10000},
    {isblank, 0x20000}, {isprint, 0x40000}};

__attribute__((constructor)) static void
fill_runes(void)
{
	size_t i;
	int c;

	for (c = 0; c < RUNES; c++) {
		runes.lower[c] = c < ASCII ? tolower(c) : c;
		runes.upper[c] = c < ASCII ? toupper(c) : c;
		for (i = 0; c < ASCII && i < sizeof(kinds) / sizeof(*kinds); i++)
			if (kinds[i].is(c))
				runes.types[c] |= kinds[i].bit;
	}
}

static int
text_maskrune(int c, unsigned long bits)
{
	return c >= 0 && c < RUNES ? (int)(runes.types[c] & bits) : 0;
}

static void
text_bzero(void *bytes, size_t count)
{
	memset(bytes, 0, count);
}

static void
fill_pattern(char *bytes, const char *pattern, size_t count, size_t period)
{
	size_t i;

	for (i = 0; i < count; i++)
		bytes[i] = pattern[i % period];
}

static void
text_pattern4(void *bytes, const void *pattern, size_t count)
{
	fill_pattern(bytes, pattern, count, 4);
}

static void
text_pattern8(void *bytes, const void *pattern, size_t count)
{
	fill_pattern(bytes, pattern, count, 8);
}

static void
text_pattern16(void *bytes, const void *pattern, size_t count)
{
	fill_pattern(bytes, pattern, count, 16);
}

static void *
text_memcpy_checked(void *to, const void *from, size_t count, size_t room)
{
	if (count > room)
		abort();
	return memcpy(to, from, count);
}

static void *
text_memset_checked(void *to, int byte, size_t count, size_t room)
{
	if (count > room)
		abort();
	return memset(to, byte, count);
}

static size_t
text_strlcpy(char *to, const char *from, size_t size)
{
	size_t len = strlen(from), taken = len < size ? len : size - 1;

	if (size > 0) {
		memcpy(to, from, taken);
		to[taken] = '\0';
	}
	return len;
}

static int
text_fnmatch(const char *pattern, const char *text, int flags)
{
	return fnmatch(pattern, text,
	    ((flags & DARWIN_FNM_NOESCAPE) != 0 ? FNM_NOESCAPE : 0) |
		((flags & DARWIN_FNM_PATHNAME) != 0 ? FNM_PATHNAME : 0) |
		((flags & DARWIN_FNM_PERIOD) != 0 ? FNM_PERIOD : 0) |
		((flags & DARWIN_FNM_CASEFOLD) != 0 ? FNM_CASEFOLD : 0));
}

/* The bits up to POLLNVAL (0x20) are alike; nfds_t is narrower. */
static int
text_poll(struct pollfd *polls, unsigned int count, int limit_ms)
{
	return poll(polls, count, limit_ms);
}

static uintptr_t guard = (uintptr_t)0x5ca1ab1e00c0ffee;

static _Noreturn void
text_guard_failed(void)
{
	fputs("machrun: the stack was overwritten\n", stderr);
	abort();
}

const struct bound_name text_names[] = {
    BOUND("__error", text_errno),
    BOUND("strerror", text_strerror),
    BOUND("__stdinp", &stdin),
    BOUND("__stdoutp", &stdout),
    BOUND("__stderrp", &stderr),
    BOUND("_DefaultRuneLocale", &runes),
    BOUND("__maskrune", text_maskrune),
    BOUND("__tolower", tolower),
    BOUND("__toupper", toupper),
    BOUND("__bzero", text_bzero),
    BOUND("bzero", text_bzero),
    BOUND("memset_pattern4", text_pattern4),
    BOUND("memset_pattern8", text_pattern8),
    BOUND("memset_pattern16", text_pattern16),
    BOUND("__memcpy_chk", text_memcpy_checked),
    BOUND("__memset_chk", text_memset_checked),
    BOUND("strlcpy", text_strlcpy),
    BOUND("fnmatch", text_fnmatch),
    BOUND("poll", text_poll),
    BOUND("__stack_chk_guard", &guard),
    BOUND("__stack_chk_fail", text_guard_failed),
    {NULL, NULL},
};
