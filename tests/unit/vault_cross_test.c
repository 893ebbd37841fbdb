/* SPDX-License-Identifier: BSD-2-Clause */
/* Between the vault and another volume: two real ones, where this machine has them. */
#include <errno.h>
#include <fcntl.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/mount.h>
#include <sys/xattr.h>
#include <cmocka.h>

#include "kmutil-helpers/buf.h"
#include "kmutil-helpers/fault.h"
#include "tests/unit/folder.h"
#include "uninstall/vault.h"
#include "uninstall/vault_cross.h"
#include "uninstall/vault_same.h"

struct world {
	struct folder state, mac; /* each on a volume of its own */
	struct arena *arena;
	struct ledger ledger;
	struct problem_list problems;
	bool apart;
};

static dev_t
device_of(const char *path)
{
	struct stat st;

	return stat(path, &st) == 0 ? st.st_dev : 0;
}

static void
folder_make_in(struct folder *folder, const char *where)
{
	char *before = getenv("TMPDIR") != NULL ? strdup(getenv("TMPDIR")) : NULL;

	(void)setenv("TMPDIR", where, 1);
	folder_make(folder);
	if (before != NULL)
		(void)setenv("TMPDIR", before, 1);
	else
		(void)unsetenv("TMPDIR");
	free(before);
}

/* A folder on another volume than /dev/shm, where the state lies. */
static const char *
other_volume(void)
{
	const char *where[] = {getenv("TMPDIR"), "/tmp", "/var/tmp", "."};
	size_t i;

	for (i = 0; i < sizeof(where) / sizeof(*where); i++)
		if (where[i] != NULL && device_of(where[i]) != 0 &&
		    device_of(where[i]) != device_of("/dev/shm"))
			return where[i];
	return NULL;
}

static const char *
at(struct world *w, struct folder *folder, const char *name)
{
	return arena_strdup(w->arena, folder_path(folder, name));
}

static void
age(struct world *w, const char *name, time_t seconds)
{
	struct timespec times[2] = {{.tv_sec = seconds}, {.tv_sec = seconds, .tv_nsec = 5000}};

	assert_int_equal(utimensat(AT_FDCWD, at(w, &w->mac, name), times, AT_SYMLINK_NOFOLLOW), 0);
}

static int
set_up(void **state)
{
	struct world *w = calloc(1, sizeof(*w));
	const char *other = other_volume();

	w->arena = arena_new(0);
	w->problems.arena = w->arena;
	w->apart = device_of("/dev/shm") != 0 && other != NULL;
	folder_make_in(&w->state, w->apart ? "/dev/shm" : "/tmp");
	folder_make_in(&w->mac, w->apart ? other : "/tmp");
	folder_add(&w->mac, "x.kext/Contents/Info.plist", "inside");
	folder_add(&w->mac, "x.kext/Contents/MacOS/x", "the program");
	folder_link(&w->mac, "Contents/MacOS/x", "x.kext/x");
	folder_add(&w->mac, "elsewhere/precious", "nobody's business");
	folder_link(&w->mac, "../elsewhere", "x.kext/way");
	folder_add(&w->mac, "file", "bytes");
	(void)mkdir(at(w, &w->mac, "empty"), 0750);
	(void)chmod(at(w, &w->mac, "x.kext/Contents/MacOS/x"), 04751);
	(void)setxattr(at(w, &w->mac, "x.kext/Contents/Info.plist"), "user.note", "kept", 4, 0);
	age(w, "x.kext/Contents/Info.plist", 1000000000);
	age(w, "x.kext/x", 1000000001);
	age(w, "x.kext/Contents", 1000000002);
	age(w, "x.kext", 1000000003);
	assert_int_equal(ledger_open(w->arena, at(w, &w->state, "state"), true, &w->ledger), 0);
	*state = w;
	return 0;
}

static int
tear_down(void **state)
{
	struct world *w = *state;

	ledger_close(&w->ledger);
	folder_remove(&w->state);
	folder_remove(&w->mac);
	arena_free(w->arena);
	free(w);
	return 0;
}

static int
put(struct world *w, int n, const char *name)
{
	return vault_put(&w->ledger, w->arena, 1, n, at(w, &w->mac, name), false);
}

static bool
is_there(struct world *w, struct folder *folder, const char *name)
{
	struct stat st;

	return lstat(at(w, folder, name), &st) == 0;
}

static struct vaulted *
only_item(struct world *w)
{
	struct vaulted *found;
	size_t count;

	assert_int_equal(ledger_vault_list(&w->ledger, w->arena, 1, &found, &count), 0);
	assert_int_equal(count, 1);
	return found;
}

/* What tree_copy and same_check take, of a name in one of the folders. */
static struct place
place_of(struct world *w, struct folder *folder, const char *name)
{
	struct place place = {.parent_fd = AT_FDCWD};

	assert_true(strlen(at(w, folder, name)) < sizeof(place.leaf));
	(void)snprintf(place.leaf, sizeof(place.leaf), "%s", at(w, folder, name));
	return place;
}

static void
copy(struct world *w, const char *name, struct folder *to_folder, const char *to_name)
{
	struct place from = place_of(w, &w->mac, name), to = place_of(w, to_folder, to_name);

	assert_int_equal(tree_copy(&from, &to), 0);
}

/* Everything on the Mac: name, kind, mode, owner, time, size, and where links lead. */
static struct buf *list_out;
static size_t list_from;

static int
list_one(const char *path, const struct stat *st, int type, struct FTW *ftw)
{
	char target[256] = "";

	(void)type;
	if (ftw->level == 0)
		return 0;
	if (S_ISLNK(st->st_mode) && readlink(path, target, sizeof(target) - 1) < 0)
		return -1;
	buf_printf(list_out, "%s %o %u %u %lld %s", path + list_from, st->st_mode, st->st_uid,
	    st->st_gid, S_ISDIR(st->st_mode) ? 0LL : (long long)st->st_size, target);
	/* What a folder above was changed by is the move itself. */
	if (ftw->level > 1)
		buf_printf(
		    list_out, " %lld.%ld", (long long)st->st_mtim.tv_sec, st->st_mtim.tv_nsec);
	buf_text(list_out, "\n");
	return 0;
}

static int
compare_lines(const void *a, const void *b)
{
	return strcmp(*(char *const *)a, *(char *const *)b);
}

static const char *
list_mac(struct world *w)
{
	struct buf out = {0};
	char *lines[64], *text, *line;
	const char *sorted = "";
	size_t count = 0, i;

	list_out = &out;
	list_from = strlen(w->mac.path);
	assert_int_equal(nftw(w->mac.path, list_one, 16, FTW_PHYS), 0);
	text = arena_strdup(w->arena, out.bytes);
	buf_done(&out);
	for (line = strtok_r(text, "\n", &text); line != NULL; line = strtok_r(NULL, "\n", &text))
		lines[count++] = line;
	qsort(lines, count, sizeof(*lines), compare_lines);
	for (i = 0; i < count; i++)
		sorted = arena_printf(w->arena, "%s%s\n", sorted, lines[i]);
	return sorted;
}

/* As a run leaves it that was cut off between its copy and the removal. */
static struct vaulted *
begin_by_hand(struct world *w, const char *name)
{
	char hex[SAME_DIGEST_BYTES];
	struct place place = place_of(w, &w->mac, name);
	struct vaulted *item = arena_alloc(w->arena, sizeof(*item));
	struct stat st;

	assert_int_equal(lstat(place.leaf, &st), 0);
	assert_int_equal(same_digest(&place, hex), 0);
	*item = (struct vaulted){.run = 1,
	    .n = 1,
	    .path = arena_strdup(w->arena, place.leaf),
	    .slot = "1/1",
	    .kind = "folder",
	    .inode = (int64_t)st.st_ino,
	    .digest = arena_strdup(w->arena, hex)};
	assert_int_equal(ledger_vault_add(&w->ledger, item), 0);
	assert_int_equal(ledger_vault_set_crossing(&w->ledger, item, "begun"), 0);
	assert_int_equal(mkdir(at(w, &w->state, "state/vault/1"), 0700), 0);
	return item;
}

static void
finish(struct world *w, size_t problems)
{
	assert_int_equal(vault_cross_finish(&w->ledger, w->arena, &w->problems), 0);
	assert_int_equal(w->problems.count, problems);
}

static void
a_bundle_comes_back_from_another_volume_as_it_was(void **state)
{
	struct world *w = *state;
	const char *before = list_mac(w);
	char note[8] = "";

	if (!w->apart)
		skip();
	assert_int_equal(put(w, 1, "x.kext"), 0);
	assert_false(is_there(w, &w->mac, "x.kext"));
	assert_false(is_there(w, &w->mac, ".kextirpate-1-1"));
	assert_true(is_there(w, &w->state, "state/vault/1/1/Contents/MacOS/x"));
	assert_string_equal(only_item(w)->crossing, "done");
	assert_int_equal(vault_restore(&w->ledger, only_item(w)), 0);
	assert_string_equal(list_mac(w), before);
	assert_false(is_there(w, &w->state, "state/vault/1/1"));
	if (getxattr(at(w, &w->mac, "x.kext/Contents/Info.plist"), "user.note", note, 8) >= 0)
		assert_string_equal(note, "kept");
	assert_true(is_there(w, &w->mac, "elsewhere/precious"));
}

static void
files_and_empty_folders_cross_too(void **state)
{
	struct world *w = *state;
	const char *before = list_mac(w);
	struct vaulted *found;
	size_t count;

	if (!w->apart)
		skip();
	assert_int_equal(put(w, 1, "file"), 0);
	assert_int_equal(put(w, 2, "empty"), 0);
	assert_int_equal(put(w, 3, "x.kext/way"), 0);
	assert_true(is_there(w, &w->mac, "elsewhere/precious"));
	assert_int_equal(ledger_vault_list(&w->ledger, w->arena, 1, &found, &count), 0);
	assert_int_equal(count, 3);
	while (count > 0)
		assert_int_equal(vault_restore(&w->ledger, &found[--count]), 0);
	age(w, "x.kext", 1000000003);
	assert_string_equal(list_mac(w), before);
}

static void
a_restore_across_volumes_never_replaces_anything(void **state)
{
	struct world *w = *state;

	if (!w->apart)
		skip();
	assert_int_equal(put(w, 1, "x.kext"), 0);
	folder_add(&w->mac, "x.kext/other", "newer");
	assert_int_equal(vault_restore(&w->ledger, only_item(w)), -EEXIST);
	assert_true(is_there(w, &w->state, "state/vault/1/1/Contents/MacOS/x"));
	assert_true(is_there(w, &w->mac, "x.kext/other"));
}

static void
what_was_changed_in_the_vault_stays_there(void **state)
{
	struct world *w = *state;

	assert_int_equal(put(w, 1, "x.kext"), 0);
	folder_add(&w->state, "state/vault/1/1/Contents/MacOS/x", "the progrAm");
	assert_int_equal(vault_restore(&w->ledger, only_item(w)), -FAULT_TAMPERED);
	assert_false(is_there(w, &w->mac, "x.kext"));
	folder_add(&w->state, "state/vault/1/1/Contents/MacOS/x", "the program");
	assert_int_equal(vault_restore(&w->ledger, only_item(w)), 0);
}

static void
a_restore_that_was_cut_off_is_finished(void **state)
{
	struct world *w = *state;
	struct vaulted *item = begin_by_hand(w, "x.kext");

	if (!w->apart)
		skip();
	copy(w, "x.kext", &w->state, "state/vault/1/1");
	assert_int_equal(vault_restore(&w->ledger, item), 0);
	assert_false(is_there(w, &w->state, "state/vault/1/1"));
	assert_true(is_there(w, &w->mac, "x.kext/Contents/MacOS/x"));
}

static void
what_is_no_file_is_left_where_it_is(void **state)
{
	struct world *w = *state;

	if (!w->apart)
		skip();
	assert_int_equal(mkfifo(at(w, &w->mac, "x.kext/pipe"), 0600), 0);
	assert_int_equal(put(w, 1, "x.kext"), -FAULT_NOT_FILE);
	assert_true(is_there(w, &w->mac, "x.kext/Contents/MacOS/x"));
	assert_false(is_there(w, &w->state, "state/vault/1/1.part"));
	assert_null(only_item(w)->crossing);
}

static void
what_a_flag_locks_is_left_where_it_is(void **state)
{
	struct world *w = *state;

	if (!w->apart ||
	    setxattr(at(w, &w->mac, "x.kext/Contents/MacOS/x"), "user.flags", "2", 1, 0) != 0)
		skip();
	assert_int_equal(put(w, 1, "x.kext"), -EPERM);
	assert_true(is_there(w, &w->mac, "x.kext/Contents/MacOS/x"));
}

static void
a_volume_mounted_inside_is_never_entered(void **state)
{
	struct world *w = *state;

	(void)mkdir(at(w, &w->mac, "x.kext/mount"), 0755);
	if (mount("none", at(w, &w->mac, "x.kext/mount"), "tmpfs", 0, NULL) != 0)
		skip();
	folder_add(&w->mac, "x.kext/mount/precious", "another volume's");
	assert_int_equal(put(w, 1, "x.kext"), -FAULT_MOUNT);
	assert_true(is_there(w, &w->mac, "x.kext/mount/precious"));
	assert_int_equal(umount(at(w, &w->mac, "x.kext/mount")), 0);
}

static void
no_link_in_a_tree_is_followed(void **state)
{
	struct world *w = *state;
	struct place link = place_of(w, &w->mac, "mirror/way");
	struct stat st;

	copy(w, "x.kext", &w->mac, "mirror");
	assert_int_equal(lstat(link.leaf, &st), 0);
	assert_true(S_ISLNK(st.st_mode));
	assert_int_equal(tree_remove(&link), 0);
	assert_true(is_there(w, &w->mac, "elsewhere/precious"));
	link = place_of(w, &w->mac, "mirror");
	assert_int_equal(tree_remove(&link), 0);
	assert_true(is_there(w, &w->mac, "elsewhere/precious"));
}

static void
folders_in_folders_have_a_limit(void **state)
{
	struct world *w = *state;
	struct place from = place_of(w, &w->mac, "deep"), to = place_of(w, &w->mac, "deeper");
	const char *name = "deep";
	int i;

	for (i = 0; i <= TREE_DEPTH; i++) {
		assert_int_equal(mkdir(at(w, &w->mac, name), 0755), 0);
		if (i < TREE_DEPTH)
			name = arena_printf(w->arena, "%s/d", name);
	}
	assert_int_equal(tree_copy(&from, &to), 0);
	assert_int_equal(mkdir(at(w, &w->mac, arena_printf(w->arena, "%s/d", name)), 0755), 0);
	assert_int_equal(tree_remove(&to), 0);
	assert_int_equal(tree_copy(&from, &to), -FAULT_DEPTH);
}

static void
a_half_copy_is_thrown_away(void **state)
{
	struct world *w = *state;

	(void)begin_by_hand(w, "x.kext");
	copy(w, "x.kext/Contents", &w->state, "state/vault/1/1.part");
	finish(w, 0);
	assert_false(is_there(w, &w->state, "state/vault/1/1.part"));
	assert_true(is_there(w, &w->mac, "x.kext/Contents/MacOS/x"));
	assert_null(only_item(w)->crossing);
}

static void
a_copy_whose_original_kept_its_name_is_thrown_away(void **state)
{
	struct world *w = *state;

	(void)begin_by_hand(w, "x.kext");
	copy(w, "x.kext", &w->state, "state/vault/1/1");
	finish(w, 0);
	assert_false(is_there(w, &w->state, "state/vault/1/1"));
	assert_true(is_there(w, &w->mac, "x.kext/Contents/MacOS/x"));
	assert_null(only_item(w)->crossing);
}

static void
the_rest_of_a_half_removed_original_is_removed(void **state)
{
	struct world *w = *state;

	(void)begin_by_hand(w, "x.kext");
	copy(w, "x.kext", &w->state, "state/vault/1/1");
	assert_int_equal(rename(at(w, &w->mac, "x.kext"), at(w, &w->mac, ".kextirpate-1-1")), 0);
	assert_int_equal(unlink(at(w, &w->mac, ".kextirpate-1-1/Contents/Info.plist")), 0);
	finish(w, 0);
	assert_false(is_there(w, &w->mac, ".kextirpate-1-1"));
	assert_true(is_there(w, &w->state, "state/vault/1/1/Contents/Info.plist"));
	assert_string_equal(only_item(w)->crossing, "done");
}

static void
an_original_that_differs_from_its_copy_is_put_back(void **state)
{
	struct world *w = *state;

	(void)begin_by_hand(w, "x.kext");
	copy(w, "x.kext", &w->state, "state/vault/1/1");
	folder_add(&w->mac, "x.kext/Contents/later", "what the copy does not have");
	assert_int_equal(rename(at(w, &w->mac, "x.kext"), at(w, &w->mac, ".kextirpate-1-1")), 0);
	finish(w, 0);
	assert_true(is_there(w, &w->mac, "x.kext/Contents/later"));
	assert_true(is_there(w, &w->state, "state/vault/1/1/Contents/Info.plist"));
}

static void
what_only_has_the_name_of_the_original_is_put_back(void **state)
{
	struct world *w = *state;

	(void)begin_by_hand(w, "x.kext");
	copy(w, "x.kext", &w->state, "state/vault/1/1");
	copy(w, "x.kext", &w->mac, ".kextirpate-1-1");
	assert_int_equal(rename(at(w, &w->mac, "x.kext"), at(w, &w->mac, "moved.kext")), 0);
	finish(w, 0);
	assert_true(is_there(w, &w->mac, "x.kext/Contents/Info.plist"));
	assert_true(is_there(w, &w->state, "state/vault/1/1/Contents/Info.plist"));
}

static void
alike_is_more_than_contents(void **state)
{
	struct world *w = *state;
	struct place a = place_of(w, &w->mac, "x.kext"), b = place_of(w, &w->mac, "mirror");
	const char *program = at(w, &w->mac, "mirror/Contents/MacOS/x");
	const char *list = at(w, &w->mac, "mirror/Contents/Info.plist");

	copy(w, "x.kext", &w->mac, "mirror");
	assert_int_equal(same_check(&a, &b), 0);
	(void)chmod(program, 0751);
	assert_int_equal(same_check(&a, &b), -FAULT_CHANGED);
	(void)chmod(program, 04751);
	assert_int_equal(same_check(&a, &b), 0);
	age(w, "mirror/Contents/Info.plist", 1000000009);
	assert_int_equal(same_check(&a, &b), -FAULT_CHANGED);
	age(w, "mirror/Contents/Info.plist", 1000000000);
	if (setxattr(list, "user.note", "lost", 4, 0) == 0)
		assert_int_equal(same_check(&a, &b), -FAULT_CHANGED);
	(void)setxattr(list, "user.note", "kept", 4, 0);
	folder_add(&w->mac, "mirror/more", "which may be there");
	assert_int_equal(same_check(&a, &b), 0);
	assert_int_equal(same_check(&b, &a), -FAULT_CHANGED);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    TEST(a_bundle_comes_back_from_another_volume_as_it_was),
	    TEST(files_and_empty_folders_cross_too),
	    TEST(a_restore_across_volumes_never_replaces_anything),
	    TEST(what_was_changed_in_the_vault_stays_there),
	    TEST(a_restore_that_was_cut_off_is_finished),
	    TEST(what_is_no_file_is_left_where_it_is),
	    TEST(what_a_flag_locks_is_left_where_it_is),
	    TEST(a_volume_mounted_inside_is_never_entered),
	    TEST(no_link_in_a_tree_is_followed),
	    TEST(folders_in_folders_have_a_limit),
	    TEST(a_half_copy_is_thrown_away),
	    TEST(a_copy_whose_original_kept_its_name_is_thrown_away),
	    TEST(the_rest_of_a_half_removed_original_is_removed),
	    TEST(an_original_that_differs_from_its_copy_is_put_back),
	    TEST(what_only_has_the_name_of_the_original_is_put_back),
	    TEST(alike_is_more_than_contents),
	};

	return cmocka_run_group_tests_name("vault cross", tests, NULL, NULL);
}
