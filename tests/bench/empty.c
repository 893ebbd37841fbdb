/* SPDX-License-Identifier: BSD-2-Clause */
/* A program that does nothing but carry the same libraries: what starting costs. */
#include <libxml/parser.h>
#include <sqlite3.h>

int
main(int argc, char **argv)
{
	(void)argv;
	if (argc > 1000)
		return sqlite3_libversion_number() + xmlKeepBlanksDefault(0);
	return 0;
}
