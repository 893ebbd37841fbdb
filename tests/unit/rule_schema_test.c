/* SPDX-License-Identifier: BSD-2-Clause */
/* The schema and the reader of rules: what one refuses, the other refuses. */
#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <cmocka.h>

#include "rules/rule_schema.h"

/* Every element and every attribute. */
static const char whole[] =
    "<rule id='r' vendor='V' product='P' class='audio' acts='remove' policy='report'>\n"
    "<kext id='a.b' team='EXAMPLE001' evidence='V'><place>/opt/v/a.kext</place></kext>\n"
    "<kext pattern='a.c.v[0-9]{2}'/><kext><place>/opt/v/b.kext</place></kext>\n"
    "<receipt id='a.pkg' evidence='C'/><job label='a.b.job' evidence='V'/>\n"
    "<extra evidence='V'>/opt/v/x</extra><keep path='/opt/v/y'>mine</keep>\n"
    "<keep receipt='a.app'>app</keep><keep job='a.b.other'>app</keep>\n"
    "<uninstaller path='/opt/v/un'/>\n"
    "<replacement minimum='2.0' macos='13' coexists='no'>\n"
    "<dext id='a.d' team='EXAMPLE001'/><sysext id='a.s'/>\n"
    "<app id='a.app' team='EXAMPLE001' path='/Applications/A.app'/>\n"
    "<activate program='p'><argument>--on</argument></activate><deactivate program='p'/>\n"
    "<open/></replacement>\n"
    "<evidence grade='S'>e</evidence><evidence grade='V'>v</evidence>\n"
    "<evidence grade='C'>c</evidence></rule>\n";

static bool
both_say(struct arena *arena, const char *text, bool *schema_says)
{
	struct rule_fault fault;
	bool reader_says = rule_parse(arena, "r.xml", text, strlen(text), &fault) != NULL;

	*schema_says = rule_schema_fits(arena, "r.xml", text, strlen(text), &fault);
	if (!*schema_says)
		assert_true(fault.line >= 1 && fault.message != NULL);
	return reader_says;
}

static void
a_whole_rule_fits(void **state)
{
	struct arena *arena = arena_new(0);
	bool schema_says;

	(void)state;
	assert_true(both_say(arena, whole, &schema_says));
	assert_true(schema_says);
	arena_free(arena);
}

/* The text with the n-th place of `from` made `to`; NULL: there are fewer. */
static const char *
change(struct arena *arena, const char *from, size_t n, const char *to)
{
	const char *at = whole;

	for (;; at += strlen(from)) {
		at = strstr(at, from);
		if (at == NULL)
			return NULL;
		if (n-- == 0)
			return arena_printf(
			    arena, "%.*s%s%s", (int)(at - whole), whole, to, at + strlen(from));
	}
}

static void
reader_and_schema_agree_on_every_change(void **state)
{
	static const char *const rows[][2] = {{" id=", " ide="}, {" team=", " tea="},
	    {" evidence='V'", " evidence='X'"}, {" evidence='V'", ""}, {" path=", " p="},
	    {" id='a.b'", ""}, {" pattern='a.c.v[0-9]{2}'", ""}, {"<place>", "<place x='1'>"},
	    {"<place>/opt/v/b.kext</place>", ""}, {"audio", "loud"}, {"'remove'", "'kill'"},
	    {"'report'", "'fight'"}, {" label=", " name="}, {"<receipt ", "<package "},
	    {"<keep path='/opt/v/y'>", "<keep>"},
	    {"<keep path='/opt/v/y'>", "<keep job='j' path='/opt/v/y'>"}, {"mine", ""},
	    {"<open/>", "<open><x/></open>"}, {"<open/>", "<open/><open/>"},
	    {"<open/>", "<open now='1'/>"}, {" macos='13'", " macos='Big Sur'"},
	    {" coexists='no'", " coexists='maybe'"}, {" program='p'", ""}, {"--on", ""},
	    {"<dext id='a.d' team='EXAMPLE001'/><sysext id='a.s'/>", ""},
	    {"<uninstaller path='/opt/v/un'/>",
		"<uninstaller path='/opt/v/un'/><uninstaller path='/opt/v/un'/>"},
	    {"<app ", "<application "}, {" grade='S'", " grade='Q'"}, {">e<", "><"},
	    {"<rule ", "<rule xmlns='http://v' "}, {"</rule>", "words</rule>"},
	    {"<evidence grade='S'>e</evidence>", "<!-- e -->"}, {"id='r'", "id=''"},
	    {" vendor='V'", ""}, {"/><kext>", "/>words<kext>"},
	    {"<extra evidence='V'>", "<extra to='1'>"}};
	struct arena *arena = arena_new(0);
	size_t changes = 0, refused = 0, i, n;
	bool reader_says, schema_says;
	const char *text;

	(void)state;
	for (i = 0; i < sizeof(rows) / sizeof(*rows); i++)
		for (n = 0; (text = change(arena, rows[i][0], n, rows[i][1])) != NULL; n++) {
			reader_says = both_say(arena, text, &schema_says);
			if (reader_says != schema_says)
				fail_msg("%s -> %s, %zu: the reader %s, the schema %s", rows[i][0],
				    rows[i][1], n, reader_says ? "takes it" : "refuses",
				    schema_says ? "takes it" : "refuses");
			changes++;
			refused += reader_says ? 0 : 1;
		}
	printf("# %zu changes, %zu refused by both\n", changes, refused);
	assert_true(refused > 30 && refused < changes);
	arena_free(arena);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(a_whole_rule_fits),
	    cmocka_unit_test(reader_and_schema_agree_on_every_change),
	};

	return cmocka_run_group_tests_name("rule_schema", tests, NULL, NULL);
}
