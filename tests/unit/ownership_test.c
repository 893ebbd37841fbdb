/* SPDX-License-Identifier: BSD-2-Clause */
/* Whether what lies on disk is still what a package installed, and whose it is. */
#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

#include "kmutil-helpers/cksum.h"
#include "tests/unit/bom_make.h"
#include "tests/unit/folder.h"
#include "uninstall/ownership.h"

#define PACKAGE "com.example.pkg"
#define TEXT "as installed"
#define COUNT(array) (sizeof(array) / sizeof(*(array)))

struct world {
	struct folder mac;
	struct root root;
	struct arena *arena;
	struct problem_list problems;
	struct claim_list claims;
};

static int
set_up(void **state)
{
	struct world *w = calloc(1, sizeof(*w));

	folder_make(&w->mac);
	w->arena = arena_new(0);
	w->problems.arena = w->arena;
	folder_make_parents(&w->mac, "private/var/db/receipts/");
	*state = w;
	if (root_init(&w->root, w->mac.path, NULL, NULL) != 0)
		return -1;
	w->root.live = true; /* no link is followed */
	return 0;
}

static int
tear_down(void **state)
{
	struct world *w = *state;

	root_done(&w->root);
	arena_free(w->arena);
	folder_remove(&w->mac);
	free(w);
	return 0;
}

/* TEXT as a package has it, in a file of mode 0644. */
static struct bom_entry
file_entry(void)
{
	struct cksum sum;

	cksum_init(&sum);
	cksum_update(&sum, TEXT, strlen(TEXT));
	return (struct bom_entry){.type = BOM_FILE,
	    .mode = 0100644,
	    .size = (uint32_t)strlen(TEXT),
	    .checksum = cksum_final(&sum)};
}

/* The claim of a path that the ledger remembers so. */
static const struct claim *
judge(struct world *w, const char *path, const struct bom_entry *listed, const char *other)
{
	static const char *const ids[] = {PACKAGE};
	struct owned owned = {.receipt = PACKAGE, .path = path, .other = other, .listed = *listed};
	struct ownership_sources sources = {
	    .ids = ids, .id_count = 1, .owned = &owned, .owned_count = 1};

	ownership_collect(&w->root, w->arena, &sources, &w->problems, &w->claims);
	assert_int_equal(w->claims.count, 1);
	return &w->claims.items[0];
}

static void
a_file_is_the_package_s_by_type_size_mode_and_checksum(void **state)
{
	struct world *w = *state;
	struct bom_entry entry = file_entry();

	folder_add(&w->mac, "opt/x", TEXT);
	assert_int_equal(chmod(folder_path(&w->mac, "opt/x"), 0644), 0);
	assert_int_equal(judge(w, "/opt/x", &entry, NULL)->state, CLAIM_AS_INSTALLED);
	entry.mode = 0100755;
	assert_int_equal(judge(w, "/opt/x", &entry, NULL)->state, CLAIM_CHANGED);
	entry = file_entry();
	entry.size++;
	assert_int_equal(judge(w, "/opt/x", &entry, NULL)->state, CLAIM_CHANGED);
	entry = file_entry();
	entry.checksum ^= 1;
	assert_int_equal(judge(w, "/opt/x", &entry, NULL)->state, CLAIM_CHANGED);
	entry = file_entry();
	entry.type = BOM_LINK;
	assert_int_equal(judge(w, "/opt/x", &entry, NULL)->state, CLAIM_CHANGED);
	entry.type = BOM_DIRECTORY;
	assert_int_equal(judge(w, "/opt/x", &entry, NULL)->state, CLAIM_CHANGED);
	assert_int_equal(judge(w, "/opt", &entry, NULL)->state, CLAIM_FOLDER);
	entry = file_entry();
	assert_int_equal(judge(w, "/opt", &entry, NULL)->state, CLAIM_CHANGED);
	assert_int_equal(judge(w, "/opt/y", &entry, NULL)->state, CLAIM_ABSENT);
	assert_int_equal(judge(w, "/opt/x/y", &entry, NULL)->state, CLAIM_ABSENT);
}

static void
a_link_is_the_package_s_by_its_target(void **state)
{
	struct world *w = *state;
	struct bom_entry entry = {.type = BOM_LINK, .mode = 0120755, .target = "../lib/x"};

	folder_link(&w->mac, "../lib/x", "opt/same");
	folder_link(&w->mac, "/Users/me/x", "opt/other");
	assert_int_equal(judge(w, "/opt/same", &entry, NULL)->state, CLAIM_AS_INSTALLED);
	assert_int_equal(judge(w, "/opt/other", &entry, NULL)->state, CLAIM_CHANGED);
	entry.target = NULL;
	assert_int_equal(judge(w, "/opt/same", &entry, NULL)->state, CLAIM_CHANGED);
	entry = file_entry();
	assert_int_equal(judge(w, "/opt/same", &entry, NULL)->state, CLAIM_CHANGED);
}

static void
what_lies_behind_a_link_is_not_the_package_s(void **state)
{
	struct world *w = *state;
	struct bom_entry entry = file_entry();

	folder_add(&w->mac, "Users/me/x", TEXT);
	folder_link(&w->mac, "../Users/me", "opt/vendor");
	assert_int_equal(judge(w, "/opt/vendor/x", &entry, NULL)->state, CLAIM_CHANGED);
}

static void
another_package_s_claim_is_remembered_too(void **state)
{
	struct world *w = *state;
	struct bom_entry entry = file_entry();
	const struct claim *claim;

	folder_add(&w->mac, "opt/x", TEXT);
	claim = judge(w, "/opt/x", &entry, "com.other.pkg");
	assert_true(claim->remembered);
	assert_string_equal(claim->receipt, PACKAGE);
	assert_string_equal(claim->other, "com.other.pkg");
	assert_null(judge(w, "/opt/x", &entry, NULL)->other);
}

/* Nothing is taken on the word of a receipt that could not be read, nor on the ledger's. */
static void
a_receipt_that_cannot_be_read_is_told(void **state)
{
	static const char *const ids[] = {PACKAGE};
	struct world *w = *state;
	struct owned owned = {.receipt = PACKAGE, .path = "/opt/x", .listed = file_entry()};
	struct ownership_sources sources = {
	    .ids = ids, .id_count = 1, .owned = &owned, .owned_count = 1};

	folder_add(&w->mac, "opt/x", TEXT);
	folder_add(&w->mac, "private/var/db/receipts/" PACKAGE ".bom", "no bill of materials");
	ownership_collect(&w->root, w->arena, &sources, &w->problems, &w->claims);
	assert_true(w->claims.unreadable);
	assert_int_equal(w->claims.count, 0);
	assert_int_equal(w->claims.receipt_count, 1);
	assert_int_equal(w->problems.count, 1);
	/* Another product's: whether it shares files is not known; its own are its own. */
	sources.ids = (const char *const[]){"com.none.pkg"};
	w->problems.count = 0;
	ownership_collect(&w->root, w->arena, &sources, &w->problems, &w->claims);
	assert_false(w->claims.unreadable);
}

/* A receipt that lists a folder and a file in it. */
static void
add_receipt(struct world *w, const char *id, const struct row *rows, size_t count)
{
	struct bytes bom;
	char name[256];
	FILE *file;

	bom_make(&bom, rows, count);
	(void)snprintf(name, sizeof(name), "private/var/db/receipts/%s.bom", id);
	file = fopen(folder_path(&w->mac, name), "wb");
	assert_non_null(file);
	assert_int_equal(fwrite(bom.data, 1, bom.len, file), bom.len);
	assert_int_equal(fclose(file), 0);
}

/* Whether each claim of the path names that other package; how many there are. */
static size_t
count_shared(const struct world *w, const char *path, const char *other)
{
	size_t i, count = 0;

	for (i = 0; i < w->claims.count; i++) {
		if (strcmp(w->claims.items[i].path, path) != 0)
			continue;
		assert_non_null(w->claims.items[i].other);
		assert_string_equal(w->claims.items[i].other, other);
		count++;
	}
	return count;
}

static void
what_two_receipts_of_the_product_list_may_be_another_s_too(void **state)
{
	static const struct row rows[] = {{1, 0, "."}, {2, 1, "opt"}, {3, 2, "x"}};
	static const char *const ids[] = {PACKAGE, PACKAGE ".two", PACKAGE ".three"};
	struct ownership_sources sources = {.ids = ids, .id_count = COUNT(ids)};
	struct world *w = *state;
	size_t i;

	folder_add(&w->mac, "opt/x", TEXT);
	for (i = 0; i < COUNT(ids); i++)
		add_receipt(w, ids[i], rows, COUNT(rows));
	add_receipt(w, "com.other.pkg", rows, COUNT(rows));
	ownership_collect(&w->root, w->arena, &sources, &w->problems, &w->claims);
	assert_int_equal(count_shared(w, "/opt/x", "com.other.pkg"), COUNT(ids));
}

/* macOS's links /etc, /tmp and /var lead below /private; packages name either. */
static void
a_path_behind_a_link_of_macos_is_the_one_below_private(void **state)
{
	static const struct row link[] = {{1, 0, "."}, {2, 1, "etc"}, {3, 2, "x"}};
	static const struct row place[] = {
	    {1, 0, "."}, {2, 1, "private"}, {3, 2, "etc"}, {4, 3, "x"}};
	static const char *const ids[] = {PACKAGE};
	struct ownership_sources sources = {.ids = ids, .id_count = COUNT(ids)};
	struct world *w = *state;

	folder_add(&w->mac, "private/etc/x", TEXT);
	folder_link(&w->mac, "private/etc", "etc");
	add_receipt(w, PACKAGE, link, COUNT(link));
	add_receipt(w, "com.other.pkg", place, COUNT(place));
	ownership_collect(&w->root, w->arena, &sources, &w->problems, &w->claims);
	assert_int_equal(count_shared(w, "/private/etc/x", "com.other.pkg"), 1);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test_setup_teardown(
		a_file_is_the_package_s_by_type_size_mode_and_checksum, set_up, tear_down),
	    cmocka_unit_test_setup_teardown(
		a_link_is_the_package_s_by_its_target, set_up, tear_down),
	    cmocka_unit_test_setup_teardown(
		what_lies_behind_a_link_is_not_the_package_s, set_up, tear_down),
	    cmocka_unit_test_setup_teardown(
		another_package_s_claim_is_remembered_too, set_up, tear_down),
	    cmocka_unit_test_setup_teardown(
		a_receipt_that_cannot_be_read_is_told, set_up, tear_down),
	    cmocka_unit_test_setup_teardown(
		what_two_receipts_of_the_product_list_may_be_another_s_too, set_up, tear_down),
	    cmocka_unit_test_setup_teardown(
		a_path_behind_a_link_of_macos_is_the_one_below_private, set_up, tear_down),
	};

	return cmocka_run_group_tests_name("ownership", tests, NULL, NULL);
}
