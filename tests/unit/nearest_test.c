/* SPDX-License-Identifier: BSD-2-Clause */
/* Suggestions for a word that nobody knows. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "migrate/nearest.h"

/* What is suggested for a word, of names that end with NULL. */
static void
check(const char *word, const char *const *names, const char *wanted)
{
	struct arena *arena = arena_new(0);
	struct nearest nearest = {.word = word};

	for (; *names != NULL; names++)
		nearest_offer(&nearest, *names);
	assert_string_equal(nearest_text(arena, &nearest), wanted);
	arena_free(arena);
}

static const char *const known[] = {"magewell-pro-capture", "example-capture", "oracle-virtualbox",
    "com.example.capture.driver", "com.example.capture.event", "scan", "status", NULL};

static void
nearest_counts_slips_wherever_they_are(void **state)
{
	(void)state;
	check("xample-capture", known, "; did you mean example-capture?");
	check("exmaple-capture", known, "; did you mean example-capture?");
	check("EXAMPLE-CAPTUR", known, "; did you mean example-capture?");
	check("sacn", known, "; did you mean scan?");
}

static void
nearest_knows_a_beginning_up_to_a_dot_or_dash(void **state)
{
	(void)state;
	check("magewel", known, "; did you mean magewell-pro-capture?");
	check("com.exampel.capture", known,
	    "; did you mean com.example.capture.driver or com.example.capture.event?");
}

static void
nearest_is_silent_where_nothing_is_near(void **state)
{
	(void)state;
	check("wireguard", known, "");
	check("com.vendor.other", known, "");
	check("x", known, "");
}

static void
nearest_names_three_at_most_the_nearest_first(void **state)
{
	static const char *const names[] = {
	    "driver-4444", "driver-1114", "driver-1111", "driver-1112", NULL, "driver-1111"};

	(void)state;
	check("driver-1111", names, "; did you mean driver-1111, driver-1114 or driver-1112?");
}

static void
nearest_survives_a_long_word(void **state)
{
	char word[600];
	const char *const names[] = {word, "short", NULL};

	(void)state;
	memset(word, 'x', sizeof(word) - 1);
	word[sizeof(word) - 1] = '\0';
	check(word, names, "");
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(nearest_counts_slips_wherever_they_are),
	    cmocka_unit_test(nearest_knows_a_beginning_up_to_a_dot_or_dash),
	    cmocka_unit_test(nearest_is_silent_where_nothing_is_near),
	    cmocka_unit_test(nearest_names_three_at_most_the_nearest_first),
	    cmocka_unit_test(nearest_survives_a_long_word),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
