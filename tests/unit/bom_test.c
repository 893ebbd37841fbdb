/* SPDX-License-Identifier: BSD-2-Clause */
/* Bills of materials: real ones, and hand-made ones that lie. */
#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdio.h>
#include <unistd.h>
#include <cmocka.h>

#include "kmutil-helpers/bom.h"
#include "kmutil-helpers/cksum.h"
#include "tests/unit/bom_make.h"
#include "tests/unit/fixture.h"
#include "tests/unit/mangle.h"

struct seen {
	size_t count;
	const char *wanted;
	bool found;
	char all[4096];
};

static int
entry_note(const struct bom_entry *entry, void *payload)
{
	struct seen *seen = payload;

	seen->count++;
	if (seen->wanted != NULL && strcmp(entry->path, seen->wanted) == 0)
		seen->found = true;
	if (strlen(seen->all) + strlen(entry->path) + 2 < sizeof(seen->all)) {
		memcpy(seen->all + strlen(seen->all), entry->path, strlen(entry->path) + 1);
		memcpy(seen->all + strlen(seen->all), " ", 2);
	}
	return 0;
}

static uint64_t
be(const struct bytes *b, size_t at)
{
	struct cursor c = cursor_make(b->data + at, 4);

	return cursor_be32(&c);
}

static int
rows_read(const struct row *rows, size_t count, struct seen *seen)
{
	static struct bytes b;
	void *copy;
	int rc;

	bom_make(&b, rows, count);
	copy = exact_copy(b.data, b.len);
	rc = bom_read(copy, b.len, entry_note, seen, NULL);
	free(copy);
	return rc;
}

static void
sample_expect(const char *name, size_t count, const char *wanted)
{
	struct seen seen = {.wanted = wanted};
	void *data;
	size_t len;

	if (!sample_read(name, &data, &len))
		return;
	assert_int_equal(bom_read(data, len, entry_note, &seen, NULL), 0);
	assert_int_equal(seen.count, count);
	assert_true(wanted == NULL || seen.found);
	free(data);
}

static void
test_samples(void **state)
{
	(void)state;
	sample_expect("bom/python-applications.bom", 53, NULL);
	sample_expect("bom/osquery_test_bom.bom", 246, NULL);
	sample_expect("receipts/com.wazuh.pkg.wazuh-agent.bom", 248, NULL);
	sample_expect("bom/CH34x_Install_V1.5.bom", 10, "usbserial.kext");
}

static void
test_children_may_come_first(void **state)
{
	static const struct row rows[] = {
	    {9, 70, "leaf"}, {70, 3, "mid"}, {3, 0, "."}, {4, 3, "top"}};
	struct seen seen = {0};

	(void)state;
	assert_int_equal(rows_read(rows, 4, &seen), 0);
	assert_string_equal(seen.all, "mid/leaf mid top ");
	seen = (struct seen){0};
	assert_int_equal(rows_read(NULL, 0, &seen), 0);
	assert_int_equal(seen.count, 0);
}

static void
test_lies(void **state)
{
	static const struct row cycle[] = {{1, 0, "."}, {2, 3, "a"}, {3, 2, "b"}};
	static const struct row orphan[] = {{1, 0, "."}, {2, 9, "a"}};
	static const struct row twice[] = {{1, 0, "."}, {1, 1, "a"}};
	static const struct row up[] = {{1, 0, "."}, {2, 1, ".."}};
	static const struct row slash[] = {{1, 0, "."}, {2, 1, "a/../../etc"}};
	struct seen seen = {0};

	(void)state;
	assert_int_equal(rows_read(cycle, 3, &seen), -FAULT_CYCLE);
	assert_int_equal(rows_read(orphan, 2, &seen), -FAULT_MISSING);
	assert_int_equal(rows_read(twice, 2, &seen), -FAULT_SYNTAX);
	assert_int_equal(rows_read(up, 2, &seen), -FAULT_SYNTAX);
	assert_int_equal(rows_read(slash, 2, &seen), -FAULT_SYNTAX);
}

static void
test_leaf_that_links_to_itself(void **state)
{
	static const struct row rows[] = {{1, 0, "."}};
	static struct bytes b;
	struct seen seen = {0};

	(void)state;
	bom_make(&b, rows, 1);
	set_be32(&b, 512 + 21 + 4, 2);
	assert_int_equal(bom_read(b.data, b.len, entry_note, &seen, NULL), -FAULT_CYCLE);
	bom_make(&b, rows, 1);
	set_be32(&b, 512 + 16, 2); /* the tree says two paths */
	assert_int_equal(bom_read(b.data, b.len, entry_note, &seen, NULL), -FAULT_DAMAGED);
}

static void
test_every_truncation(void **state)
{
	static const struct row rows[] = {{1, 0, "."}, {2, 1, "a"}};
	static struct bytes b;
	struct seen seen = {0};
	size_t len;

	(void)state;
	bom_make(&b, rows, 2);
	for (len = 0; len < b.len; len++) {
		void *copy = exact_copy(b.data, len);
		int rc = bom_read(copy, len, entry_note, &seen, NULL);

		assert_int_equal(rc, len < 32 ? -FAULT_SHORT : -FAULT_RANGE);
		free(copy);
	}
	assert_int_equal(seen.count, 0);
}

/* Writes the BOM into a file with `gap` zero bytes between header and blocks. */
static int
file_with_gap(const struct bytes *b, uint32_t gap)
{
	static struct bytes moved;
	uint32_t index = (uint32_t)be(b, 16), blocks = (uint32_t)be(b, index), i;
	FILE *file = tmpfile();
	int fd = file != NULL ? dup(fileno(file)) : -1;

	assert_true(fd >= 0);
	moved = *b;
	for (i = 1; i < blocks; i++)
		set_be32(&moved, index + 4 + 8 * i, (uint32_t)be(b, index + 4 + 8 * i) + gap);
	set_be32(&moved, 16, index + gap);
	set_be32(&moved, 24, (uint32_t)be(b, 24) + gap);
	assert_int_equal(pwrite(fd, moved.data, 512, 0), 512);
	assert_int_equal(
	    pwrite(fd, moved.data + 512, b->len - 512, 512 + (off_t)gap), (ssize_t)(b->len - 512));
	(void)fclose(file);
	return fd;
}

/* With every byte of the blocks at a page's end once. */
static void
a_large_file_is_read_by_pages(void **state)
{
	static const struct row rows[] = {{1, 0, "."}, {2, 1, "Library"}, {5, 2, "a.kext"},
	    {6, 5, "Contents"}, {7, 6, "PlugIns"}, {9, 7, "b.kext"}, {11, 2, ".kext"}};
	struct bom_buffers *buffers = bom_buffers_new();
	static struct bytes b;
	size_t k;
	int fd;

	(void)state;
	bom_make(&b, rows, 7);
	for (k = 0; k <= b.len - 512; k++) {
		struct seen all = {0}, kexts = {0};

		fd = file_with_gap(&b, (uint32_t)(BOM_STORE_BYTES + BOM_PAGE_BYTES - 512 - k));
		assert_int_equal(bom_read_file(fd, NULL, buffers, entry_note, &all, NULL), 0);
		assert_int_equal(bom_read_file(fd, ".kext", buffers, entry_note, &kexts, NULL), 0);
		assert_string_equal(all.all,
		    "Library Library/a.kext Library/a.kext/Contents "
		    "Library/a.kext/Contents/PlugIns Library/a.kext/Contents/PlugIns/b.kext "
		    "Library/.kext ");
		assert_string_equal(
		    kexts.all, "Library/a.kext Library/a.kext/Contents/PlugIns/b.kext ");
		(void)close(fd);
	}
	bom_buffers_free(buffers);
}

/* The same faults where nothing is wanted as where everything is. */
static void
a_list_without_a_kext_is_still_checked(void **state)
{
	static const struct row rows[] = {{1, 0, "."}, {2, 1, "a"}};
	struct bom_buffers *buffers = bom_buffers_new();
	static struct bytes b;
	struct seen seen = {0};
	size_t len;
	int fd;

	(void)state;
	bom_make(&b, rows, 2);
	fd = file_with_gap(&b, 0);
	assert_int_equal(bom_read_file(fd, ".kext", buffers, entry_note, &seen, NULL), 0);
	for (len = b.len; len-- > 0;) {
		assert_int_equal(ftruncate(fd, (off_t)len), 0);
		assert_int_equal(bom_read_file(fd, ".kext", buffers, entry_note, &seen, NULL),
		    len < 32 ? -FAULT_SHORT : -FAULT_RANGE);
	}
	(void)close(fd);
	set_be32(&b, 512 + 16, 3); /* the tree says three paths */
	fd = file_with_gap(&b, 0);
	assert_int_equal(
	    bom_read_file(fd, ".kext", buffers, entry_note, &seen, NULL), -FAULT_DAMAGED);
	(void)close(fd);
	assert_int_equal(seen.count, 0);
	bom_buffers_free(buffers);
}

static int
checksum_note(const struct bom_entry *entry, void *payload)
{
	*(uint32_t *)payload = entry->type == BOM_DEVICE ? entry->checksum : 1;
	return 0;
}

/* Its number stands where a file has its checksum. */
static void
test_device_has_no_checksum(void **state)
{
	static const struct row rows[] = {{1, 0, "."}, {2, 1, "tty"}};
	static struct bytes b;
	uint32_t checksum = 2;

	(void)state;
	bom_make(&b, rows, 2);
	b.data[512 + 21 + 28 + 49] = 4;
	assert_int_equal(bom_read(b.data, b.len, checksum_note, &checksum, NULL), 0);
	assert_int_equal(checksum, 0);
}

static void
test_checksum_of_cksum(void **state)
{
	struct cksum sum;

	(void)state;
	cksum_init(&sum);
	assert_int_equal(cksum_final(&sum), 0xffffffff);
	cksum_update(&sum, "osq", 3);
	cksum_update(&sum, "ueryd", 5);
	assert_int_equal(cksum_final(&sum), 0x9a4d12c4);
}

struct counted {
	struct bom_buffers *buffers;
	int fd;
};

static int
entry_count(const struct bom_entry *entry, void *payload)
{
	assert_true(entry->path[0] != '/' && strlen(entry->path) < BOM_MAX_PATH_BYTES);
	(*(size_t *)payload)++;
	return 0;
}

/* From memory and from a file: the same. */
static void
bom_take(struct arena *own, const void *bytes, size_t len, void *payload)
{
	const struct counted *counted = payload;
	size_t memory = 0, file = 0, kexts = 0;
	int rc = bom_read(bytes, len, entry_count, &memory, NULL);

	(void)own;
	assert_int_equal(ftruncate(counted->fd, 0), 0);
	assert_int_equal(pwrite(counted->fd, bytes, len, 0), len);
	assert_int_equal(
	    bom_read_file(counted->fd, NULL, counted->buffers, entry_count, &file, NULL), rc);
	assert_int_equal(memory, file);
	(void)!bom_read_file(counted->fd, ".kext", counted->buffers, entry_count, &kexts, NULL);
}

/* Without the 480 zero bytes behind the header, which nobody reads. */
static void
mangled_lists_are_read_without_harm(void **state)
{
	static const struct row rows[] = {{1, 0, "."}, {2, 1, "a.kext"}, {3, 2, "b"}};
	struct counted counted = {.buffers = bom_buffers_new()};
	static struct bytes b, dense;
	FILE *temporary = tmpfile();
	uint32_t i;

	(void)state;
	assert_non_null(temporary);
	counted.fd = fileno(temporary);
	bom_make(&b, rows, 3);
	put(&dense, b.data, 32);
	put(&dense, b.data + 512, b.len - 512);
	set_be32(&dense, 16, (uint32_t)be(&b, 16) - 480);
	set_be32(&dense, 24, (uint32_t)be(&b, 24) - 480);
	for (i = 1; i < be(&b, be(&b, 16)); i++)
		set_be32(&dense, be(&dense, 16) + 4 + 8 * i,
		    (uint32_t)be(&b, be(&b, 16) + 4 + 8 * i) - 480);
	mangle_all("bill of materials", dense.data, dense.len, bom_take, &counted);
	bom_buffers_free(counted.buffers);
	(void)fclose(temporary);
}

/* A branch that points to itself, and one whose leaf points back to it. */
static void
branches_in_a_ring_end(void **state)
{
	static const struct row rows[] = {{1, 0, "."}};
	static struct bytes b;
	struct seen seen = {0};
	size_t node = 512 + 21;

	(void)state;
	bom_make(&b, rows, 1);
	b.data[node + 1] = 0; /* a branch now; its child is its own block */
	set_be32(&b, node + 12, 2);
	assert_int_equal(bom_read(b.data, b.len, entry_note, &seen, NULL), -FAULT_CYCLE);
	bom_make(&b, rows, 1);
	b.data[node + 1] = 0;
	set_be32(&b, node + 12, 1); /* the child is the tree's own head */
	assert_int_not_equal(bom_read(b.data, b.len, entry_note, &seen, NULL), 0);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(test_samples),
	    cmocka_unit_test(test_children_may_come_first),
	    cmocka_unit_test(test_lies),
	    cmocka_unit_test(test_leaf_that_links_to_itself),
	    cmocka_unit_test(test_every_truncation),
	    cmocka_unit_test(a_large_file_is_read_by_pages),
	    cmocka_unit_test(a_list_without_a_kext_is_still_checked),
	    cmocka_unit_test(test_device_has_no_checksum),
	    cmocka_unit_test(test_checksum_of_cksum),
	    cmocka_unit_test(mangled_lists_are_read_without_harm),
	    cmocka_unit_test(branches_in_a_ring_end),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
