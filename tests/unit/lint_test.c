/* SPDX-License-Identifier: BSD-2-Clause */
/* Lint: places that no rule may name, and what two rules may not both say. */
#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>
#include <cmocka.h>

#include "rules/lint.h"
#include "rules/places.h"

static void
a_place_is_refused_outside_of_what_a_product_may_own(void **state)
{
	static const struct {
		const char *path, *words; /* NULL: it may be named */
	} rows[] = {
	    {"/", "everybody"},
	    {"/Library", "everybody"},
	    {"/Library/Extensions", "everybody"},
	    {"/Library/Application Support", "everybody"},
	    {"/Users/Shared", "everybody"},
	    {"/Users/me/a.kext", "a home"},
	    {"/Users/me", "a home"},
	    {"/private/var/root/a.kext", "a home"},
	    {"/System/Library/Extensions/a.kext", "macOS keeps"},
	    {"/Library/Apple/System/Library/Extensions/a.kext", "macOS keeps"},
	    {"/Library/StagedExtensions/Library/Extensions/a.kext", "macOS keeps"},
	    {"/usr/lib/a.kext", "macOS keeps"},
	    {"/Library/Application Support/kextirpate/vault/a.kext", "this tool"},
	    {"/private/var/db/a.kext", "lies outside"},
	    {"/Volumes/Other/Library/Extensions/a.kext", "lies outside"},
	    {"/Library/Extensions/*.kext", "no bounded pattern"},
	    {"/Library/Extensions/a\n.kext", "ASCII"},
	    {"/Library/Example", "not a bundle"},
	    {"/Library/Extensions/.kext", "not a bundle"},
	    {"/Library/Extensions/a.kext/Contents", "not a bundle"},
	    {"/Library/Extensions/a.kext", NULL},
	    {"/Library/Filesystems/a.fs/Contents/a.kext", NULL},
	    {"/Applications/A.app/Contents/a.kext", NULL},
	    {"/usr/local/a/a.kext", NULL},
	    {"/opt/a/a.kext", NULL},
	    /* As APFS finds it. */
	    {"/library/Extensions/a.kext", "lies outside"},
	    {"/Library/EXTENSIONS", "everybody"},
	    {"/Library/apple/a.kext", "macOS keeps"},
	    {"/Library/stagedExtensions/a.kext", "macOS keeps"},
	    {"/Library/Exten\xc5\xbfions/a.kext", "ASCII"},
	    {"/Library/Application Support/V/v[0-9]{6}/a.kext", NULL},
	    {"/Library/Extensions/Abcd[0-9]{6}.kext", NULL},
	    {"/Library/Extensions/A[0-9]{6}.kext", "any product's"},
	    {"/Library/[a-z]{1,9}/a.kext", "any product's"},
	    {"/Library/Application Support/V/[0-9]/a.kext", "no bounded pattern"},
	    {"/opt/homebrew/a.kext", "package manager"},
	    {"/usr/local/kextirpate/a.kext", "this tool"},
	};
	const char *why;
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(rows) / sizeof(*rows); i++) {
		why = places_refuse(rows[i].path, ".kext");
		if ((why == NULL) != (rows[i].words == NULL) ||
		    (why != NULL && strstr(why, rows[i].words) == NULL))
			fail_msg("%s: %s", rows[i].path, why != NULL ? why : "may be named");
	}
}

static const struct rule *
parse(struct arena *arena, const char *id, const char *kext)
{
	struct rule_fault fault;
	const char *text = arena_printf(arena,
	    "<rule id='%s' vendor='V' product='P'>%s<evidence>e</evidence></rule>", id, kext);
	const struct rule *rule =
	    rule_parse(arena, arena_printf(arena, "%s.xml", id), text, strlen(text), &fault);

	assert_non_null(rule);
	return rule;
}

static void
two_rules_may_not_say_the_same(void **state)
{
	static const struct {
		const char *id, *kext, *words; /* NULL: nothing in common */
	} rows[] = {
	    {"one", "<kext id='c.d'/>", "has the rule one too"},
	    {"two", "<kext id='a.b'/>", "a.b is a kext of the rule one too (one.xml)"},
	    {"two", "<kext id='c.d'><place>/opt/x/a.kext</place></kext>", "/opt/x/a.kext is"},
	    {"two", "<kext><place>/opt/x/a.kext</place></kext>", "/opt/x/a.kext is"},
	    {"two", "<kext><place>/opt/X/A.kext</place></kext>", "/opt/X/A.kext is"},
	    {"two", "<kext id='c.d'><place>/opt/x/b.kext</place></kext>", NULL},
	    {"two", "<kext><place>/opt/x/b.kext</place></kext>", NULL},
	    {"two", "<kext pattern='a.v.x[0-9]{1,3}'/>", "is a kext of the rule one too"},
	    {"two", "<kext id='a.v.x1234'/>", NULL},
	    {"two", "<kext id='a.v.x12'/>", "is a kext of the rule one too"},
	    {"two", "<kext pattern='a.v.y[0-9]{1,3}'/>", NULL},
	    {"two", "<kext id='c.d'/><receipt id='p.q'/>", "p.q is a package of the rule one"},
	    {"two", "<kext id='c.d'/><job label='a.b.j'/>", "a.b.j is a job of the rule one"},
	    {"two", "<kext id='c.d'/><extra>/opt/x</extra>", "/opt/x is also"},
	    {"two", "<kext id='c.d'/><extra>/opt/y</extra>", "/opt/y is also"},
	    {"two", "<kext id='c.d'/><extra>/opt/y/in</extra>", "/opt/y/in is also"},
	    {"two", "<kext id='c.d'/><extra>/opt/yy</extra>", NULL},
	};
	struct arena *arena = arena_new(0);
	const struct rule *rules[2];
	struct lint lint;
	size_t i;

	(void)state;
	rules[0] = parse(arena, "one",
	    "<kext id='a.b'><place>/opt/x/a.kext</place></kext>"
	    "<kext pattern='a.v.x[0-9]{2}'/><receipt id='p.q'/><job label='a.b.j'/>"
	    "<extra>/opt/y</extra>");
	for (i = 0; i < sizeof(rows) / sizeof(*rows); i++) {
		lint = (struct lint){.arena = arena};
		rules[1] = parse(arena, rows[i].id, rows[i].kext);
		lint_check_set(&lint, rules, 2);
		if ((lint.count > 0) != (rows[i].words != NULL))
			fail_msg("row %zu: %zu faults", i, lint.count);
		if (rows[i].words != NULL && strstr(lint.faults[0].message, rows[i].words) == NULL)
			fail_msg("row %zu: %s", i, lint.faults[0].message);
		/* Of two names that nest, either may be the later one. */
		if (rows[i].words != NULL)
			assert_string_equal(lint.faults[0].file, rules[1]->file);
	}
	arena_free(arena);
}

static unsigned int seed;

static unsigned int
dice(unsigned int sides)
{
	seed = seed * 1103515245U + 12345U;
	return (seed >> 16) % sides;
}

/* A place put together from parts that lint likes and parts that it does not. */
static const char *
roll_place(struct arena *arena)
{
	static const char *const parts[] = {"Library", "Extensions", "Users", "System", "opt",
	    "usr", "local", "Applications", "a.kext", "private", "var", "Apple", "*", ".kext",
	    "StagedExtensions"};
	const char *path = "";
	unsigned int count = 1 + dice(4);

	while (count-- > 0)
		path =
		    arena_printf(arena, "%s/%s", path, parts[dice(sizeof(parts) / sizeof(*parts))]);
	return dice(2) ? arena_printf(arena, "%s.kext", path) : path;
}

static void
what_lint_lets_through_is_a_bundle_in_an_allowed_folder(void **state)
{
	static const char *const tops[] = {"/Library/", "/Applications/", "/usr/local/", "/opt/"};
	static const char *const never[] = {"/System", "/Library/Apple", "/Users", "/private"};
	struct arena *arena = arena_new(0);
	const char *place;
	unsigned int round, allowed = 0;
	size_t i;
	bool good;

	(void)state;
	for (round = 0; round < 20000; round++) {
		seed = round;
		place = roll_place(arena);
		/* Whatever may be an extra path is no more than a bundle may be. */
		if (places_refuse(place, NULL) == NULL &&
		    (places_is_shared(place) || path_is_below(place, "/System") ||
			path_is_below(place, "/Users") || path_is_below(place, "/private")))
			fail_msg("seed %u: %s is an extra path", round, place);
		if (places_refuse(place, ".kext") != NULL)
			continue;
		allowed++;
		good = false;
		for (i = 0; i < sizeof(tops) / sizeof(*tops); i++)
			good |= strncmp(place, tops[i], strlen(tops[i])) == 0;
		for (i = 0; i < sizeof(never) / sizeof(*never); i++)
			good &= !path_is_below(place, never[i]);
		good &= !places_is_shared(place) && path_has_suffix(place, ".kext");
		if (!good)
			fail_msg("seed %u: %s", round, place);
	}
	assert_true(allowed > 100);
	arena_free(arena);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(a_place_is_refused_outside_of_what_a_product_may_own),
	    cmocka_unit_test(two_rules_may_not_say_the_same),
	    cmocka_unit_test(what_lint_lets_through_is_a_bundle_in_an_allowed_folder),
	};

	return cmocka_run_group_tests_name("lint", tests, NULL, NULL);
}
