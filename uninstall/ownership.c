/* SPDX-License-Identifier: BSD-2-Clause */
/* Comparing what receipts list with what lies on disk. */
#include <ctype.h>
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "kmutil-helpers/cksum.h"
#include "uninstall/ownership.h"
#include "kmutil-helpers/banned.h"

#define READ_BYTES 65536
#define UNKNOWN_TEXT "whether it shares files with the product is unknown"

/* The file that a claim's path leads to. */
struct opened {
	dev_t dev;
	ino_t inode;
	struct claim *claim;
};

struct collector {
	const struct root *root;
	struct arena *arena;
	struct claim_list *claims;
	struct bom_buffers *buffers;
	const char *receipt;   /* the id being read */
	struct opened *opened; /* of all claims, sorted; NULL: not needed so far */
	size_t opened_count;
};

static int
file_checksum(int fd, uint32_t *checksum)
{
	unsigned char block[READ_BYTES];
	struct cksum sum;
	ssize_t n;

	cksum_init(&sum);
	while ((n = read(fd, block, sizeof(block))) != 0) {
		if (n < 0 && errno == EINTR)
			continue;
		if (n < 0)
			return -errno;
		cksum_update(&sum, block, (size_t)n);
	}
	*checksum = cksum_final(&sum);
	return 0;
}

static enum claim_state
compare_link(const struct root *root, const char *path, const struct bom_entry *entry)
{
	char target[PATH_MAX];
	struct place place;
	ssize_t len = -1;

	if (path_find_place(root, path, &place) == 0)
		len = readlinkat(place.parent_fd, place.leaf, target, sizeof(target) - 1);
	place_done(&place);
	if (len < 0)
		return CLAIM_UNKNOWN;
	target[len] = '\0';
	return entry->target != NULL && strcmp(entry->target, target) == 0 ? CLAIM_AS_INSTALLED
									   : CLAIM_CHANGED;
}

static enum claim_state
compare_file(const struct root *root, const char *path, const struct bom_entry *entry)
{
	struct stat st;
	uint32_t checksum = 0;
	int fd, error = path_open_file(root, path, &fd, &st);

	if (error == -FAULT_NOT_FILE || error == -FAULT_LINK)
		return CLAIM_CHANGED;
	if (error != 0)
		return CLAIM_UNKNOWN;
	if ((uint64_t)st.st_size != entry->size || (st.st_mode & 07777) != (entry->mode & 07777)) {
		(void)close(fd);
		return CLAIM_CHANGED;
	}
	error = file_checksum(fd, &checksum);
	(void)close(fd);
	if (error != 0)
		return CLAIM_UNKNOWN;
	return checksum == entry->checksum ? CLAIM_AS_INSTALLED : CLAIM_CHANGED;
}

static enum claim_state
compare_entry(const struct root *root, const char *path, const struct bom_entry *entry)
{
	struct stat st;
	int error = path_stat(root, path, &st);

	if (error == -ENOENT || error == -ENOTDIR)
		return CLAIM_ABSENT;
	if (error == -FAULT_LINK)
		return CLAIM_CHANGED;
	if (error != 0)
		return CLAIM_UNKNOWN;
	if (S_ISDIR(st.st_mode))
		return entry->type == BOM_DIRECTORY ? CLAIM_FOLDER : CLAIM_CHANGED;
	if (S_ISLNK(st.st_mode))
		return entry->type == BOM_LINK ? compare_link(root, path, entry) : CLAIM_CHANGED;
	return entry->type == BOM_FILE ? compare_file(root, path, entry) : CLAIM_CHANGED;
}

static int
add_claim(const char *path, const struct bom_entry *entry, void *payload)
{
	struct collector *collector = payload;
	struct claim_list *claims = collector->claims;

	struct claim *claim = arena_push(
	    collector->arena, &claims->items, &claims->count, &claims->room, sizeof(*claim));

	*claim = (struct claim){
	    .path = arena_strdup(collector->arena, path),
	    .receipt = collector->receipt,
	    .state = compare_entry(collector->root, path, entry),
	    .listed = *entry,
	};
	claim->listed.path = NULL;
	if (entry->target != NULL)
		claim->listed.target = arena_strdup(collector->arena, entry->target);
	return 0;
}

/* Paths by folded name: the file system ignores case. */
static int
compare_folded(const char *a, const char *b)
{
	int left, right;

	do {
		left = tolower((unsigned char)*a++);
		right = tolower((unsigned char)*b++);
	} while (left == right && left != '\0');
	return left - right;
}

static int
compare_claims(const void *a, const void *b)
{
	return compare_folded(((const struct claim *)a)->path, ((const struct claim *)b)->path);
}

static int
compare_with_claim(const void *key, const void *claim)
{
	return compare_folded(key, ((const struct claim *)claim)->path);
}

static int
compare_opened(const void *a, const void *b)
{
	const struct opened *left = a, *right = b;

	if (left->dev != right->dev)
		return left->dev < right->dev ? -1 : 1;
	return left->inode < right->inode ? -1 : left->inode > right->inode;
}

static void
open_claims(struct collector *collector)
{
	struct claim_list *claims = collector->claims;
	struct stat st;
	size_t i;

	collector->opened =
	    arena_array(collector->arena, claims->count + 1, sizeof(*collector->opened));
	for (i = 0; i < claims->count; i++)
		if (path_stat(collector->root, claims->items[i].path, &st) == 0)
			collector->opened[collector->opened_count++] =
			    (struct opened){st.st_dev, st.st_ino, &claims->items[i]};
	if (collector->opened_count > 1)
		qsort(collector->opened, collector->opened_count, sizeof(*collector->opened),
		    compare_opened);
}

static bool
is_ascii(const char *text)
{
	while (*text != '\0' && (unsigned char)*text < 0x80)
		text++;
	return *text == '\0';
}

static void
mark(struct claim *claim, const char *receipt)
{
	if (claim->other == NULL)
		claim->other = receipt;
}

/* Beyond ASCII the file system folds and normalises by tables of its own: it is asked
 * where the path leads. */
static void
mark_opened(struct collector *collector, const char *path)
{
	struct opened key, *found, *end;
	struct stat st;

	if (is_ascii(path) || path_stat(collector->root, path, &st) != 0)
		return;
	if (collector->opened == NULL)
		open_claims(collector);
	key = (struct opened){.dev = st.st_dev, .inode = st.st_ino};
	found =
	    bsearch(&key, collector->opened, collector->opened_count, sizeof(key), compare_opened);
	end = collector->opened + collector->opened_count;
	while (found != NULL && found > collector->opened && compare_opened(found - 1, &key) == 0)
		found--;
	for (; found != NULL && found < end && compare_opened(found, &key) == 0; found++)
		mark(found->claim, collector->receipt);
}

/* Two receipts of the product may list the path: both claims are marked. */
static int
mark_other(const char *path, const struct bom_entry *entry, void *payload)
{
	struct collector *collector = payload;
	struct claim *claims = collector->claims->items, *claim, *end;

	(void)entry;
	if (collector->claims->count == 0)
		return 0;
	end = claims + collector->claims->count;
	claim = bsearch(path, claims, collector->claims->count, sizeof(*claim), compare_with_claim);
	if (claim == NULL)
		mark_opened(collector, path);
	while (claim != NULL && claim > claims && compare_with_claim(path, claim - 1) == 0)
		claim--;
	for (; claim != NULL && claim < end && compare_with_claim(path, claim) == 0; claim++)
		mark(claim, collector->receipt);
	return 0;
}

static bool
is_target(const char *id, const char *const *ids, size_t count)
{
	size_t i;

	for (i = 0; i < count; i++)
		if (strcmp(ids[i], id) == 0)
			return true;
	return false;
}

/* Reads one receipt with fn; what fails is a problem. */
static void
read_receipt(struct collector *collector, const struct receipt *receipt,
    int (*fn)(const char *, const struct bom_entry *, void *), struct problem_list *problems)
{
	struct fault fault = receipt->plist_fault;

	collector->receipt = receipt->id;
	if (fault.code == 0 && receipt->bom_path == NULL && receipt->plist_path != NULL)
		fault.code = -FAULT_MISSING;
	if (fault.code == 0 && receipt_each_path(collector->root, receipt, NULL, collector->buffers,
				   fn, collector, &fault) == 0)
		return;
	problem_add_fault(problems,
	    receipt->bom_path != NULL ? receipt->bom_path : receipt->plist_path, "receipt", fault,
	    UNKNOWN_TEXT, false);
	if (fn == add_claim)
		collector->claims->unreadable = true;
}

/* The paths that no target receipt lists; what lies there is taken as it is. */
static void
add_extras(struct collector *collector, const struct claim_extra *extras, size_t count)
{
	struct claim_list *claims = collector->claims;
	size_t listed = claims->count, i;
	struct claim *claim;
	struct stat st;

	for (i = 0; i < count; i++) {
		if (listed > 0 && bsearch(extras[i].path, claims->items, listed,
				      sizeof(*claims->items), compare_with_claim) != NULL)
			continue;
		if (path_stat(collector->root, extras[i].path, &st) != 0)
			continue;
		claim = arena_push(collector->arena, &claims->items, &claims->count, &claims->room,
		    sizeof(*claim));
		*claim = (struct claim){.path = extras[i].path,
		    .why = extras[i].why,
		    .state = S_ISDIR(st.st_mode) ? CLAIM_FOLDER : CLAIM_AS_INSTALLED};
	}
}

/* What the ledger remembers of receipts that something has wiped. */
static void
add_owned(struct collector *collector, const struct ownership_sources *sources)
{
	struct claim_list *claims = collector->claims;
	const struct owned *owned = sources->owned, *end = owned + sources->owned_count;
	struct claim *claim;

	for (; owned < end; owned++) {
		if (is_target(owned->receipt, claims->receipts, claims->receipt_count) ||
		    !is_target(owned->receipt, sources->ids, sources->id_count))
			continue;
		collector->receipt = owned->receipt;
		(void)add_claim(owned->path, &owned->listed, collector);
		claim = &claims->items[claims->count - 1];
		claim->remembered = true;
		claim->other = owned->other;
	}
}

static void
sort_claims(struct claim_list *claims)
{
	if (claims->count > 1)
		qsort(claims->items, claims->count, sizeof(*claims->items), compare_claims);
}

void
ownership_collect(const struct root *root, struct arena *arena,
    const struct ownership_sources *sources, struct problem_list *problems,
    struct claim_list *claims)
{
	struct collector collector = {
	    .root = root, .arena = arena, .claims = claims, .buffers = bom_buffers_new()};
	struct receipt *receipts;
	size_t count, i;
	int error = receipt_list(root, arena, &receipts, &count);

	*claims = (struct claim_list){
	    .receipts = arena_array(arena, sources->id_count + 1, sizeof(char *))};
	if (error != 0 && error != -ENOENT) {
		problem_add(problems, RECEIPTS, "receipt", error, UNKNOWN_TEXT, false);
		claims->unreadable = true;
	}
	for (i = 0; i < count; i++) {
		if (!is_target(receipts[i].id, sources->ids, sources->id_count))
			continue;
		claims->receipts[claims->receipt_count++] = receipts[i].id;
		read_receipt(&collector, &receipts[i], add_claim, problems);
	}
	/* Where the folder could not be read nobody knows which receipts are gone. */
	if (!claims->unreadable)
		add_owned(&collector, sources);
	sort_claims(claims);
	add_extras(&collector, sources->extras, sources->extra_count);
	sort_claims(claims);
	for (i = 0; i < count && claims->count > 0; i++)
		if (!is_target(receipts[i].id, sources->ids, sources->id_count))
			read_receipt(&collector, &receipts[i], mark_other, problems);
	bom_buffers_free(collector.buffers);
}
