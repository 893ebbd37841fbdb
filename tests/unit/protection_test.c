/* SPDX-License-Identifier: BSD-2-Clause */
/* The text of stat about flags, and of kmutil's help. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "kmutil-helpers/kmutil_text.h"
#include "kmutil-helpers/tool_protection.h"

static void
flags_owner_and_mode_are_read(void **state)
{
	static const char text[] = "restricted 0 755 /private/var/db/KernelExtensionManagement\n"
				   "- 0 755 /Library/Extensions\n"
				   "restricted,hidden 0 775 /Library/With Blank\n"
				   "- 501 755 /Library/Theirs\n"
				   "- 0\n"
				   "garbage\n";
	struct protection items[] = {{.path = "/Library/Extensions"},
	    {.path = "/private/var/db/KernelExtensionManagement"}, {.path = "/Library/With Blank"},
	    {.path = "/Library/Theirs"}, {.path = "/Library/None"}};

	(void)state;
	protection_text_read(text, strlen(text), items, 5);
	assert_true(items[0].known && !items[0].restricted && items[0].roots);
	assert_true(items[1].known && items[1].restricted && items[1].roots);
	assert_true(items[2].known && items[2].restricted && !items[2].roots);
	assert_true(items[3].known && !items[3].restricted && !items[3].roots);
	assert_false(items[4].known);
}

static void
verbs_begin_a_line(void **state)
{
	static const char help[] = "USAGE: kmutil <subcommand>\n\nSUBCOMMANDS:\n"
				   "  inspect                 Inspect & rebuild\n  clear-staging\n";

	(void)state;
	assert_true(kmutil_text_has_verb(help, strlen(help), "inspect"));
	assert_true(kmutil_text_has_verb(help, strlen(help), "clear-staging"));
	assert_false(kmutil_text_has_verb(help, strlen(help), "rebuild"));
	assert_false(kmutil_text_has_verb(NULL, 0, "rebuild"));
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(flags_owner_and_mode_are_read),
	    cmocka_unit_test(verbs_begin_a_line),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
