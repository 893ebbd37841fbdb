/* SPDX-License-Identifier: BSD-2-Clause */
/* The join as a table: which traces come together, and under which name. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "kmutil-helpers/buf.h"
#include "uninstall/case.h"
#include "uninstall/source.h"

#define EXT "/Library/Extensions/"
#define STASH "/private/var/db/KernelExtensionManagement/AuxKC/CurrentAuxKC/StashedExtensions/U-1/"
#define PS2 EXT "VoodooPS2Controller.kext"
#define RMI EXT "VoodooRMI.kext"
#define INNER "/Contents/PlugIns/VoodooInput.kext"
#define INPUT "me.kishorprins.VoodooInput"

#define MAX_TRACES 10

struct row {
	const char *what;
	struct trace traces[MAX_TRACES]; /* up to the first without a note: its number */
	const char *cases;               /* "name: notes of its traces; ..." */
};

#define END                                                                                        \
	{                                                                                          \
		.note = NULL                                                                       \
	}

static const struct row rows[] = {
    {"other path, team and version: the id decides",
	{{.note = "1",
	     .source = SOURCE_BUNDLE,
	     .bundle_id = "com.v.a",
	     .path = EXT "A.kext",
	     .team_id = "EG7KH642X6",
	     .version = "1"},
	    {.note = "2",
		.source = SOURCE_BUNDLE,
		.bundle_id = "com.v.a",
		.path = "/Library/Application Support/V/A.kext",
		.team_id = "5JZGQTGU4W",
		.version = "2"},
	    {.note = "3",
		.source = SOURCE_KCGEN,
		.bundle_id = "com.v.a",
		.path = "/private/tmp/build/a.kext"},
	    {.note = "4", .source = SOURCE_STASHED, .bundle_id = "com.v.a", .path = STASH "A.kext"},
	    END},
	"com.v.a: 1 2 3 4"},
    {"versions in the id are kexts of their own, to macOS too",
	{{.note = "1",
	     .source = SOURCE_BUNDLE,
	     .bundle_id = "org.pqrs.driver.Karabiner.VirtualHIDDevice.v061000"},
	    {.note = "2",
		.source = SOURCE_STAGED,
		.bundle_id = "org.pqrs.driver.Karabiner.VirtualHIDDevice.v060900"},
	    END},
	"org.pqrs.driver.Karabiner.VirtualHIDDevice.v060900: 2; "
	"org.pqrs.driver.Karabiner.VirtualHIDDevice.v061000: 1"},
    {"without an id, the path decides, and then the rule",
	{{.note = "1", .source = SOURCE_RECEIPT, .path = EXT "A.kext"},
	    {.note = "2", .source = SOURCE_AUXKC, .bundle_id = "com.v.a", .path = EXT "A.kext"},
	    {.note = "3", .source = SOURCE_RECEIPT, .path = EXT "Ruled.kext"},
	    {.note = "4", .source = SOURCE_RECEIPT, .path = EXT "Unknown.kext"}, END},
	EXT "Unknown.kext: 4; com.v.a: 1 2; com.v.ruled: 3"},
    {"with neither id nor path, the cdhash decides",
	{{.note = "1", .source = SOURCE_UAKL, .cdhash = "aa11"},
	    {.note = "2", .source = SOURCE_KCGEN, .bundle_id = "com.v.a", .cdhash = "aa11"},
	    {.note = "3", .source = SOURCE_UAKL, .cdhash = "bb22"}, END},
	"a kext without a name: 3; com.v.a: 1 2"},
    {"two without anything are not the same",
	{{.note = "1", .source = SOURCE_UAKL, .cdhash = "aa11"},
	    {.note = "2", .source = SOURCE_UAKL, .cdhash = "aa12"}, END},
	"a kext without a name: 1; a kext without a name: 2"},
    {"a nested kext is named with its parent",
	{{.note = "1", .source = SOURCE_BUNDLE, .bundle_id = INPUT, .path = PS2 INNER},
	    {.note = "2", .source = SOURCE_LOADED, .bundle_id = INPUT}, END},
	INPUT " (in VoodooPS2Controller.kext): 1 2"},
    {"two parents stay told apart, in every copy of theirs",
	{{.note = "1", .source = SOURCE_BUNDLE, .bundle_id = INPUT, .path = PS2 INNER},
	    {.note = "2", .source = SOURCE_BUNDLE, .bundle_id = INPUT, .path = RMI INNER},
	    {.note = "3",
		.source = SOURCE_STAGED,
		.bundle_id = INPUT,
		.path = "/Library/StagedExtensions" RMI INNER},
	    {.note = "4",
		.source = SOURCE_STASHED,
		.bundle_id = INPUT,
		.path = STASH "VoodooPS2Controller.kext" INNER},
	    {.note = "5", .source = SOURCE_LOADED, .bundle_id = INPUT}, END},
	INPUT " (in VoodooPS2Controller.kext): 1 4 5; " INPUT " (in VoodooRMI.kext): 2 3 5"},
    {"what is loaded is the one with its UUID",
	{{.note = "1",
	     .source = SOURCE_BUNDLE,
	     .bundle_id = INPUT,
	     .path = PS2 INNER,
	     .uuid = "U-PS2"},
	    {.note = "2",
		.source = SOURCE_BUNDLE,
		.bundle_id = INPUT,
		.path = RMI INNER,
		.uuid = "U-RMI"},
	    {.note = "3", .source = SOURCE_LOADED, .bundle_id = INPUT, .uuid = "U-RMI"},
	    {.note = "4", .source = SOURCE_LOADED, .bundle_id = INPUT, .uuid = "U-OLD"}, END},
	INPUT " (in VoodooPS2Controller.kext): 1 4; " INPUT " (in VoodooRMI.kext): 2 3 4"},
    {"one by itself and one nested",
	{{.note = "1", .source = SOURCE_BUNDLE, .bundle_id = INPUT, .path = EXT "VoodooInput.kext"},
	    {.note = "2", .source = SOURCE_BUNDLE, .bundle_id = INPUT, .path = PS2 INNER}, END},
	INPUT ": 1; " INPUT " (in VoodooPS2Controller.kext): 2"},
    {"a parent that moved is the same parent; an old place in a memory makes no case",
	{{.note = "1", .source = SOURCE_BUNDLE, .bundle_id = INPUT, .path = PS2 INNER},
	    {.note = "2",
		.source = SOURCE_BUNDLE,
		.bundle_id = INPUT,
		.path = "/Library/Application Support/VoodooPS2Controller.kext" INNER},
	    {.note = "3", .source = SOURCE_LOAD_HISTORY, .bundle_id = INPUT, .path = RMI INNER},
	    END},
	INPUT " (in VoodooPS2Controller.kext): 1 2 3"},
};

static struct rule_kext ruled[] = {{.bundle_id = "com.v.ruled"}};
static const char *places[] = {EXT "Ruled.kext"};
static struct rule rule = {
    .id = "v", .vendor = "V", .product = "P", .kexts = ruled, .kext_count = 1};
static struct rule_set rules = {.rules = &rule, .count = 1};

static void
join(const struct row *row, struct arena *arena, struct buf *got)
{
	struct trace copies[MAX_TRACES];
	struct trace_list list = {.items = copies};
	struct case_list cases;
	size_t i, j;

	for (; list.count < MAX_TRACES && row->traces[list.count].note != NULL; list.count++)
		copies[list.count] = row->traces[list.count];
	cases_join(arena, &list, &rules, &cases);
	for (i = 0; i < cases.count; i++) {
		buf_printf(got, "%s%s:", i > 0 ? "; " : "", case_name(&cases.items[i]));
		for (j = 0; j < cases.items[i].trace_count; j++)
			buf_printf(got, " %s", cases.items[i].traces[j]->note);
	}
}

static void
the_table_of_joins(void **state)
{
	struct arena *arena = arena_new(0);
	size_t i;

	(void)state;
	ruled[0].places = places;
	ruled[0].place_count = 1;
	for (i = 0; i < sizeof(rows) / sizeof(*rows); i++) {
		struct buf got = {0};

		join(&rows[i], arena, &got);
		if (strcmp(got.bytes, rows[i].cases) != 0)
			print_error("%s\n", rows[i].what);
		assert_string_equal(got.bytes, rows[i].cases);
		buf_done(&got);
	}
	print_message("# %zu joins\n", i);
	arena_free(arena);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {cmocka_unit_test(the_table_of_joins)};

	return cmocka_run_group_tests_name("case_join", tests, NULL, NULL);
}
