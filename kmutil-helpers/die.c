/* SPDX-License-Identifier: BSD-2-Clause */
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

#include "kmutil-helpers/die.h"

static int always; /* 0: as the caller says */

void
die_always_with(int status)
{
	always = status;
}

_Noreturn void
die(int status, const char *format, ...)
{
	va_list args;

	(void)fflush(stdout);
	(void)fputs("kextirpate: ", stderr);
	va_start(args, format);
	(void)vfprintf(stderr, format, args);
	va_end(args);
	(void)fputc('\n', stderr);
	exit(always != 0 ? always : status);
}
