/* SPDX-License-Identifier: BSD-2-Clause */
/* Which row of a dext counts, where the rule says from which version on it drives the device. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "migrate/replacement.h"

#define OLD "100"
#define NEW "300"

static struct rule_dext named = {.id = "com.example.dext", .team = "EXAMPLE001"};
static struct rule rule = {.replacement = {.dexts = &named, .dext_count = 1, .minimum = "200"}};

static const struct {
	enum sysext_stage old, new; /* of a version that is too old, and of one that is not */
	const char *counts;
} rows[] = {
    /* google/santa, issue 506: the new one waits for a person, the old one still runs */
    {SYSEXT_ENABLED, SYSEXT_WAITING, NEW},
    {SYSEXT_ENABLED, SYSEXT_PREPARING, NEW},
    {SYSEXT_ENABLED, SYSEXT_ENDED, OLD},
    {SYSEXT_ENDED, SYSEXT_ENABLED, NEW},
    {SYSEXT_ENABLED, SYSEXT_ENABLED, NEW},
};

static void
the_row_that_can_take_over_counts(void **state)
{
	struct sysext items[] = {{.id = "com.example.dext", .team = "EXAMPLE001", .version = OLD},
	    {.id = "com.example.dext", .team = "EXAMPLE001", .version = NEW},
	    {.id = "com.example.dext", .team = "OTHERTEAM1", .version = NEW}};
	struct dexts dexts = {.list = {.items = items, .count = 3}, .known = true};
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(rows) / sizeof(*rows); i++) {
		items[0].stage = rows[i].old;
		items[1].stage = rows[i].new;
		print_message("# row %zu\n", i);
		assert_string_equal(
		    replacement_row(&dexts, &rule, &named)->version, rows[i].counts);
	}
	assert_true(replacement_is_too_old(&rule, &items[0]));
	assert_false(replacement_is_too_old(&rule, &items[1]));
}

int
main(void)
{
	const struct CMUnitTest tests[] = {cmocka_unit_test(the_row_that_can_take_over_counts)};

	return cmocka_run_group_tests_name("replacement", tests, NULL, NULL);
}
