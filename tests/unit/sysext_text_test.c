/* SPDX-License-Identifier: BSD-2-Clause */
/* The list of systemextensionsctl. Samples are verbatim; sources stand beside them. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "kmutil-helpers/fault.h"
#include "kmutil-helpers/tool_sysext.h"
#include "tests/unit/mangle.h"

/* LuLu issue 331, 11.x: a blank line after the number. */
static const char lulu[] =
    "1 extension(s)\n\n"
    "--- com.apple.system_extension.network_extension\n"
    "enabled\tactive\tteamID\tbundleID (version)\tname\t[state]\n"
    "*\t*\tVBG97UB4TA\tcom.objective-see.lulu.extension (2.3.0/2.3.0)\tExtension\t"
    "[activated enabled]\n";
/* santa issue 506: two versions, blanks for TABs. */
static const char santa[] =
    "2 extension(s)\n"
    "--- com.apple.system_extension.endpoint_security\n"
    "enabled active  teamID  bundleID (version)      name    [state]\n"
    "        *       EQHXZ8M8AV      com.google.santa.daemon (1.15/1.15)     santad  "
    "[activated waiting for user]\n"
    "*       *       EQHXZ8M8AV      com.google.santa.daemon (1.13/1.13)     santad  "
    "[activated enabled]\n";
/* CH34x dext on 15.2: the hint of the heading on a line of its own. */
static const char ch34x[] =
    "1 extension(s)\n"
    "--- com.apple.system_extension.driver_extension \n"
    "---(Go to 'System Settings > General > Login Items & Extensions > Driver Extensions' to "
    "modify these system extension(s))\n"
    "enabled active  teamID  bundleID (version)      name    [state]\n"
    "*       *       5JZGQTGU4W      cn.wch.CH34xVCPDriver (1.0/1)   cn.wch.CH34xVCPDriver    "
    "[activated enabled]\n";
/* Openterface documentation: no number, hint on the heading's line. */
static const char openterface[] =
    "  --- com.apple.system_extension.driver_extension (Go to 'System Settings > General > Login "
    "Items & Extensions > Driver Extensions' to modify these system extension(s))\n"
    "enabled\tactive\tteamID\tbundleID (version)\tname\t[state]\n"
    "  *\t*\t5JZGQTGU4W\tcn.wch.CH34xVCPDriver (1.0/1)\tcn.wch.CH34xVCPDriver\t"
    "[activated enabled]\n";
/* A blog post: an old version that waits for the restart has no star. */
static const char pending[] =
    "2 extension(s)\n"
    "--- com.apple.system_extension.network_extension\n"
    "enabled active  teamID  bundleID (version)  name  [state]\n"
    "    VBG97UB4TA  com.objective-see.lulu.extension (2.4.0/2.4.0)  Extension "
    "[terminated waiting to uninstall on reboot]\n"
    "* * VBG97UB4TA  com.objective-see.lulu.extension (2.4.2/2.4.2)  Extension "
    "[activated enabled]\n";
/* FTDI dext: the name differs from the id. */
static const char ftdi[] =
    "*\t*\t658CPPCMJJ\tcom.ftdi.vcp.dext (1.6/0)\tNullDriver\t[activated enabled]\n";
/* Two empty columns between TABs, from a project's test data. */
static const char tailscale[] = "\t\tW5364U7YZB\tio.tailscale.ipn.macsys.network-extension "
				"(1.101.284/101.101.284)\tTailscale Network Extension\t"
				"[terminated waiting to uninstall on reboot]\n";

static struct arena *arena;
static struct sysext_list list;

static int
read_text(const char *text)
{
	return sysext_text_read(arena, text, strlen(text), &list);
}

static void
row_is_read_field_by_field(void **state)
{
	(void)state;
	assert_int_equal(read_text(lulu), 0);
	assert_int_equal(list.count, 1);
	assert_int_equal(list.announced, 1);
	assert_string_equal(list.items[0].team, "VBG97UB4TA");
	assert_string_equal(list.items[0].id, "com.objective-see.lulu.extension");
	assert_string_equal(list.items[0].version, "2.3.0");
	assert_string_equal(list.items[0].name, "Extension");
	assert_string_equal(list.items[0].state, "activated enabled");
	assert_string_equal(list.items[0].category, "com.apple.system_extension.network_extension");
	assert_true(list.items[0].enabled && list.items[0].active);
}

static void
row_with_blanks_for_tabs_keeps_its_columns(void **state)
{
	(void)state;
	assert_int_equal(read_text(santa), 0);
	assert_int_equal(list.count, 2);
	assert_false(list.items[0].enabled);
	assert_true(list.items[0].active);
	assert_string_equal(list.items[0].state, "activated waiting for user");
	assert_string_equal(list.items[0].short_version, "1.15");
	assert_true(list.items[1].enabled && list.items[1].active);
}

static void
heading_may_carry_a_hint(void **state)
{
	(void)state;
	assert_int_equal(read_text(ch34x), 0);
	assert_string_equal(list.items[0].category, "com.apple.system_extension.driver_extension");
	assert_string_equal(list.items[0].short_version, "1.0");
	assert_string_equal(list.items[0].version, "1");
	assert_int_equal(read_text(openterface), 0);
	assert_string_equal(list.items[0].category, "com.apple.system_extension.driver_extension");
	assert_true(list.items[0].enabled && list.items[0].active);
	assert_int_equal(read_text(ftdi), 0);
	assert_string_equal(list.items[0].name, "NullDriver");
}

static void
row_without_stars_is_neither_enabled_nor_active(void **state)
{
	(void)state;
	assert_int_equal(read_text(tailscale), 0);
	assert_false(list.items[0].enabled || list.items[0].active);
	assert_string_equal(list.items[0].team, "W5364U7YZB");
	assert_string_equal(list.items[0].name, "Tailscale Network Extension");
	assert_int_equal(read_text(pending), 0);
	assert_false(list.items[0].enabled || list.items[0].active);
	assert_string_equal(list.items[0].team, "VBG97UB4TA");
}

static void
best_row_of_an_id_is_found_not_the_first(void **state)
{
	(void)state;
	assert_int_equal(read_text(pending), 0);
	assert_string_equal(
	    sysext_find(&list, "com.objective-see.lulu.extension", NULL)->version, "2.4.2");
	assert_int_equal(read_text(santa), 0);
	assert_string_equal(
	    sysext_find(&list, "com.google.santa.daemon", "EQHXZ8M8AV")->version, "1.13");
	assert_null(sysext_find(&list, "com.google.santa.daemon", "OTHERTEAM1"));
	assert_null(sysext_find(&list, "com.example", NULL));
}

static void
stage_is_known_in_both_spellings(void **state)
{
	(void)state;
	assert_int_equal(sysext_stage_of("activated_enabled"), SYSEXT_ENABLED);
	assert_int_equal(sysext_stage_of("activated_enabling"), SYSEXT_WAITING);
	assert_int_equal(sysext_stage_of("activated waiting for user"), SYSEXT_WAITING);
	assert_int_equal(sysext_stage_of("activated disabled"), SYSEXT_DISABLED);
	assert_int_equal(sysext_stage_of("validating_by_category"), SYSEXT_PREPARING);
	assert_int_equal(sysext_stage_of("terminating_for_uninstall"), SYSEXT_ENDING);
	assert_int_equal(sysext_stage_of("uninstalled"), SYSEXT_ENDED);
	assert_int_equal(sysext_stage_of("levitating"), SYSEXT_OTHER);
}

static void
empty_list_is_zero_and_silence_is_a_fault(void **state)
{
	(void)state;
	assert_int_equal(read_text("0 extension(s)\n"), 0);
	assert_int_equal(list.count, 0);
	assert_int_equal(read_text(""), -FAULT_OUTPUT);
	assert_int_equal(read_text("2 extension(s)\n"), -FAULT_OUTPUT);
	assert_int_equal(read_text("1 extension(s)\n*\t*\twhatever\n"), -FAULT_OUTPUT);
}

/* Made up: a version as no vendor should write it, and a name with brackets. */
static const char odd[] =
    "1 extension(s)\n"
    "--- com.apple.system_extension.cmio\n"
    "enabled\tactive\tteamID\tbundleID (version)\tname\t[state]\n"
    "*\t*\tEXAMPLE001\tcom.example.camera (1.1 (beta/2)/101)\tCamera (v2) [new]\t"
    "[activated enabled]\n";

static void
a_version_may_hold_parentheses_and_a_name_brackets(void **state)
{
	(void)state;
	assert_int_equal(read_text(odd), 0);
	assert_string_equal(list.items[0].short_version, "1.1 (beta/2)");
	assert_string_equal(list.items[0].version, "101");
	assert_string_equal(list.items[0].name, "Camera (v2) [new]");
	assert_string_equal(list.items[0].state, "activated enabled");
	assert_string_equal(list.items[0].category, "com.apple.system_extension.cmio");
}

/* A header in another language, and a line that a later macOS may add. */
static void
a_strange_line_is_no_fault_beside_all_rows_that_were_announced(void **state)
{
	(void)state;
	assert_int_equal(
	    read_text("1 extension(s)\nsee also: man systemextensionsctl\naktiviert\taktiv\n"
		      "*\t*\tEXAMPLE001\tcom.example.dext (1/2)\tX\t[activated enabled]\n"),
	    0);
	assert_int_equal(list.count, 1);
	assert_int_equal(
	    read_text("2 extension(s)\nsee also: man systemextensionsctl\n"
		      "*\t*\tEXAMPLE001\tcom.example.dext (1/2)\tX\t[activated enabled]\n"),
	    -FAULT_OUTPUT);
	assert_int_equal(
	    read_text("see also: man systemextensionsctl\n"
		      "*\t*\tEXAMPLE001\tcom.example.dext (1/2)\tX\t[activated enabled]\n"),
	    -FAULT_OUTPUT);
}

static void
every_prefix_is_read_without_harm(void **state)
{
	const char *const texts[] = {lulu, santa, ch34x, openterface, pending, ftdi, tailscale};
	size_t i, len;
	char *copy;

	(void)state;
	for (i = 0; i < sizeof(texts) / sizeof(*texts); i++)
		for (len = 1; len <= strlen(texts[i]); len++) {
			struct arena *small = arena_new(0);

			copy = malloc(len);
			assert_non_null(copy);
			memcpy(copy, texts[i], len);
			(void)!sysext_text_read(small, copy, len, &list);
			free(copy);
			arena_free(small);
		}
}

static void
sysexts_take(struct arena *own, const void *bytes, size_t len, void *payload)
{
	struct sysext_list found = {0};
	int rc = sysext_text_read(own, bytes, len, &found);

	(void)payload;
	assert_true(
	    rc == -FAULT_OUTPUT ||
	    (rc == 0 && (found.not_understood == 0 || found.count == (size_t)found.announced)));
}

static void
mangled_lists_are_read_without_harm(void **state)
{
	(void)state;
	mangle_text("systemextensionsctl list", santa, sysexts_take, NULL);
	mangle_text("systemextensionsctl list, hinted", openterface, sysexts_take, NULL);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(row_is_read_field_by_field),
	    cmocka_unit_test(row_with_blanks_for_tabs_keeps_its_columns),
	    cmocka_unit_test(heading_may_carry_a_hint),
	    cmocka_unit_test(row_without_stars_is_neither_enabled_nor_active),
	    cmocka_unit_test(best_row_of_an_id_is_found_not_the_first),
	    cmocka_unit_test(stage_is_known_in_both_spellings),
	    cmocka_unit_test(empty_list_is_zero_and_silence_is_a_fault),
	    cmocka_unit_test(a_version_may_hold_parentheses_and_a_name_brackets),
	    cmocka_unit_test(a_strange_line_is_no_fault_beside_all_rows_that_were_announced),
	    cmocka_unit_test(every_prefix_is_read_without_harm),
	    cmocka_unit_test(mangled_lists_are_read_without_harm),
	};
	int failed;

	arena = arena_new(0);
	failed = cmocka_run_group_tests(tests, NULL, NULL);
	arena_free(arena);
	return failed;
}
