/* SPDX-License-Identifier: BSD-2-Clause */
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

#include "kmutil-helpers/die.h"

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
	exit(status);
}
