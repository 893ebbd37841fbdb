/* SPDX-License-Identifier: BSD-2-Clause */
/* Rules: what is read, what is refused with its line; and what is Apple's. */
#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>
#include <cmocka.h>

#include "rules/apple.h"
#include "rules/rule.h"

#define HEAD "<rule id='r' vendor='V' product='P'>\n"
#define KEXT "<kext id='a.b'><place>/Library/Extensions/a.kext</place></kext>\n"
#define TAIL "<evidence grade='S'>e</evidence></rule>\n"

static const struct rule *
parse(struct arena *arena, const char *text, struct rule_fault *fault)
{
	return rule_parse(arena, "r.xml", text, strlen(text), fault);
}

static void
a_rule_is_read_whole(void **state)
{
	struct arena *arena = arena_new(0);
	struct rule_fault fault;
	const struct rule *rule = parse(arena,
	    "<rule id='r' vendor='V' product='P' class='audio'>" KEXT
	    "<receipt id='a.pkg'/><replacement><dext id='a.d' team='T'/>"
	    "<app id='a' team='T' path='/Applications/A.app'/>"
	    "<activate program='Contents/MacOS/A'><argument>--on</argument></activate>"
	    "</replacement><job label='a.b.job' evidence='V'/><extra>/opt/a</extra>"
	    "<keep path='/opt/b'>not ours</keep><uninstaller path='/opt/b/un'/>"
	    "<kext pattern='a.c.v[0-9]{2}'/>" TAIL,
	    &fault);

	(void)state;
	assert_non_null(rule);
	assert_string_equal(rule->class_name, "audio");
	assert_string_equal(rule->kexts[0].bundle_id, "a.b");
	assert_null(rule->kexts[0].team_id);
	assert_string_equal(rule->kexts[0].places[0], "/Library/Extensions/a.kext");
	assert_string_equal(rule->receipts[0], "a.pkg");
	assert_string_equal(rule->replacement.activate[0], "/Applications/A.app/Contents/MacOS/A");
	assert_string_equal(rule->replacement.activate[1], "--on");
	assert_null(rule->replacement.activate[2]);
	assert_false(rule->detects_only);
	assert_string_equal(rule->jobs[0].text, "a.b.job");
	assert_int_equal(rule_grade_of(rule, rule->jobs[0].grade), 'V');
	assert_int_equal(rule_grade_of(rule, rule->extras[0].grade), 'S');
	assert_string_equal(rule->extras[0].text, "/opt/a");
	assert_string_equal(rule_find_keep(rule, KEEP_PATH, "/opt/b/c"), "not ours");
	assert_null(rule_find_keep(rule, KEEP_PATH, "/opt/bc"));
	assert_null(rule_find_keep(rule, KEEP_JOB, "/opt/b"));
	assert_string_equal(rule->uninstaller, "/opt/b/un");
	assert_null(rule->kexts[1].bundle_id);
	assert_string_equal(rule->kexts[1].pattern, "a.c.v[0-9]{2}");
	arena_free(arena);
}

static void
what_is_not_known_stays_unknown(void **state)
{
	struct arena *arena = arena_new(0);
	struct rule_fault fault;
	const struct rule *rule = parse(
	    arena, HEAD "<kext><place>/Library/Extensions/a.kext</place></kext>" TAIL, &fault);

	(void)state;
	assert_non_null(rule);
	assert_null(rule->class_name);
	assert_null(rule->kexts[0].bundle_id);
	assert_null(rule_dext(rule, 0));
	arena_free(arena);
}

static void
a_rule_says_whether_it_acts_and_where_its_parts_stand(void **state)
{
	struct arena *arena = arena_new(0);
	struct rule_fault fault;
	const struct rule *rule = parse(arena,
	    "<rule id='r' vendor='V' product='P' acts='detect'>\n" KEXT
	    "<receipt id='a.pkg'/>\n" TAIL,
	    &fault);

	(void)state;
	assert_non_null(rule);
	assert_true(rule->detects_only);
	assert_int_equal(rule->line, 1);
	assert_int_equal(rule->kexts[0].line, 2);
	assert_int_equal(rule->kexts[0].place_lines[0], 2);
	assert_int_equal(rule->receipt_lines[0], 3);
	assert_int_equal(rule->evidence_line, 4);
	arena_free(arena);
}

static void
a_broken_rule_is_refused_with_its_line(void **state)
{
	static const struct {
		const char *text, *words;
		int line;
	} rows[] = {
	    {"", "well-formed", 1},
	    {"<rule", "well-formed", 1},
	    {HEAD "<kext>\n</rule>", "well-formed", 3},
	    {"<x/>", "outermost", 1},
	    {"<!DOCTYPE rule [<!ENTITY e 'x'>]>\n" HEAD KEXT TAIL, "document type", 2},
	    {HEAD TAIL, "needs a <kext>", 1},
	    {HEAD KEXT "</rule>", "<evidence>", 1},
	    {"<rule id='' vendor='V' product='P'>" KEXT TAIL, "attribute id", 1},
	    {HEAD KEXT "<what/>" TAIL, "<what> is not known", 3},
	    {HEAD "<kext/>" TAIL, "an id, a pattern or a place", 2},
	    {HEAD "<kext><place>/etc/a.kext</place></kext>" TAIL, "complete path", 2},
	    {HEAD "<kext><place>/a/../b</place></kext>" TAIL, "complete path", 2},
	    {HEAD "<kext><place>/Library</place></kext>" TAIL, "complete path", 2},
	    {HEAD "<kext><place>a.kext</place></kext>" TAIL, "complete path", 2},
	    {HEAD KEXT "<replacement/>" TAIL, "needs a <dext>", 3},
	    {"<rule id='r' vendor='V' product='P' class='x'>" KEXT TAIL, "class x", 1},
	    {"<rule id='r' vendor='V' product='P' acts='kill'>" KEXT TAIL, "not kill", 1},
	    {"<rule id='r' vendor='V' product='P' colour='x'>" KEXT TAIL, "attribute colour", 1},
	    {HEAD "<kext id='a.b' tem='T'/>" TAIL, "no attribute tem", 2},
	    {HEAD KEXT "words" TAIL, "text stands", 3},
	    {HEAD KEXT "<evidence grade='Q'>e</evidence>" TAIL, "C, not Q", 3},
	};
	struct arena *arena = arena_new(0);
	struct rule_fault fault;
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(rows) / sizeof(*rows); i++) {
		if (parse(arena, rows[i].text, &fault) != NULL)
			fail_msg("row %zu is taken", i);
		if (strstr(fault.message, rows[i].words) == NULL || fault.line != rows[i].line)
			fail_msg("row %zu: %d: %s", i, fault.line, fault.message);
	}
	arena_free(arena);
}

static void
a_place_names_a_kext_unless_another_id_contradicts(void **state)
{
	const char *places[] = {"/Library/Extensions/a.kext"};
	struct rule_kext known = {.bundle_id = "a.b", .places = places, .place_count = 1};
	struct rule_kext unknown = {.places = places, .place_count = 1};
	struct rule rule = {.id = "r", .kexts = &known, .kext_count = 1};
	struct rule_set set = {.rules = &rule, .count = 1};

	(void)state;
	assert_ptr_equal(rules_find_kext(&set, "a.b", NULL, NULL), &rule);
	assert_ptr_equal(rules_find_kext(&set, NULL, places[0], NULL), &rule);
	assert_null(rules_find_kext(&set, "c.d", places[0], NULL));
	rule.kexts = &unknown;
	assert_ptr_equal(rules_find_kext(&set, "c.d", places[0], NULL), &rule);
	assert_null(rules_find_kext(&set, NULL, "/Library/Extensions/b.kext", NULL));
}

static void
apple_keeps_the_sealed_system_and_library_apple(void **state)
{
	(void)state;
	assert_true(apple_keeps_path("/System/Library/Extensions/a.kext"));
	assert_true(apple_keeps_path("/Library/Apple/a.kext"));
	assert_false(apple_keeps_path("/System/Volumes/Data/a.kext"));
	assert_false(apple_keeps_path("/Library/Extensions/a.kext"));
	assert_false(apple_keeps_path("/Library/AppleNot/a.kext"));
}

static void
kexts_that_ship_with_macos_are_apple_s(void **state)
{
	(void)state;
	assert_true(apple_ships("com.softraid.driver.SoftRAID", NULL));
	assert_true(apple_ships("unknown.id", "/Library/Extensions/ArcMSR.kext"));
	assert_false(apple_ships("unknown.id", "/opt/ArcMSR.kext"));
	assert_false(apple_ships("unknown.id", NULL));
	assert_false(apple_ships("com.softraid.driver.SoftRAID2", NULL));
	assert_true(apple_ships_at("/Library/Extensions/SoftRAID.kext"));
	assert_true(apple_ships_at("/Library/Extensions/ArcMSR.kext"));
	assert_false(apple_ships_at("/Library/Extensions/ArcMSR2.kext"));
	assert_true(apple_claims_id("com.apple.x"));
	assert_false(apple_claims_id("com.applepie.x"));
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(a_rule_is_read_whole),
	    cmocka_unit_test(what_is_not_known_stays_unknown),
	    cmocka_unit_test(a_rule_says_whether_it_acts_and_where_its_parts_stand),
	    cmocka_unit_test(a_broken_rule_is_refused_with_its_line),
	    cmocka_unit_test(a_place_names_a_kext_unless_another_id_contradicts),
	    cmocka_unit_test(apple_keeps_the_sealed_system_and_library_apple),
	    cmocka_unit_test(kexts_that_ship_with_macos_are_apple_s),
	};

	return cmocka_run_group_tests_name("rule", tests, NULL, NULL);
}
