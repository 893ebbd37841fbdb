/* SPDX-License-Identifier: BSD-2-Clause */
#include <stdarg.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "kmutil-helpers/buf.h"
#include "kmutil-helpers/die.h"

#define MESSAGE_BYTES 8192 /* what is longer is cut */

static int always; /* 0: as the caller says */

void
die_always_with(int status)
{
	always = status;
}

static void __attribute__((format(printf, 2, 0)))
tell(const char *synopsis, const char *format, va_list args)
{
	static bool telling; /* there is no memory for the message of the first call */
	char message[MESSAGE_BYTES];
	struct buf line = {0};

	(void)fflush(stdout);
	(void)vsnprintf(message, sizeof(message), format, args);
	if (!telling) {
		telling = true;
		buf_text(&line, "kextirpate: ");
		buf_name(&line, message);
		buf_text(&line, "\n");
		if (synopsis != NULL)
			buf_printf(&line, "usage: kextirpate %s\n", synopsis);
		(void)!buf_flush(&line, STDERR_FILENO);
	} else {
		(void)fprintf(stderr, "kextirpate: %s\n", format);
	}
}

_Noreturn void
die(int status, const char *format, ...)
{
	va_list args;

	va_start(args, format);
	tell(NULL, format, args);
	va_end(args);
	exit(always != 0 ? always : status);
}

_Noreturn void
die_usage(const char *synopsis, const char *format, ...)
{
	va_list args;

	va_start(args, format);
	tell(synopsis, format, args);
	va_end(args);
	exit(always != 0 ? always : EXIT_USAGE);
}
