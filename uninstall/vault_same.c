/* SPDX-License-Identifier: BSD-2-Clause */
/* Comparing entries, and their digest. */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "kmutil-helpers/buf.h"
#include "kmutil-helpers/digest.h"
#include "kmutil-helpers/fault.h"
#include "kmutil-helpers/os.h"
#include "uninstall/vault_same.h"
#include "kmutil-helpers/banned.h"

#define BLOCK_BYTES ((size_t)65536)

/* Fills the block, unless the file ends. Bytes read or -errno. */
static ssize_t
read_block(int fd, char *block, uint64_t at)
{
	size_t len = 0;
	ssize_t n;

	while (len < BLOCK_BYTES) {
		n = pread(fd, block + len, BLOCK_BYTES - len, (off_t)(at + len));
		if (n < 0 && errno == EINTR)
			continue;
		if (n < 0)
			return -errno;
		if (n == 0)
			break;
		len += (size_t)n;
	}
	return (ssize_t)len;
}

static int
compare_contents(int a, int b)
{
	static char left[BLOCK_BYTES], right[BLOCK_BYTES];
	ssize_t n, m;
	uint64_t at = 0;

	do {
		n = read_block(a, left, at);
		m = read_block(b, right, at);
		if (n < 0 || m < 0)
			return n < 0 ? (int)n : (int)m;
		if (n != m || memcmp(left, right, (size_t)n) != 0)
			return -FAULT_CHANGED;
		at += (uint64_t)n;
	} while (n > 0);
	return 0;
}

static int
compare_names(const void *a, const void *b)
{
	return strcmp(*(const char *const *)a, *(const char *const *)b);
}

static int
add_attributes(int fd, struct buf *names, struct buf *out)
{
	const char **sorted, *name;
	size_t count = 0, i;
	int error = 0;

	sorted = calloc(names->len + 1, sizeof(*sorted));
	if (sorted == NULL)
		return -ENOMEM;
	for (name = names->bytes; name < names->bytes + names->len; name += strlen(name) + 1)
		sorted[count++] = name;
	qsort(sorted, count, sizeof(*sorted), compare_names);
	for (i = 0; error == 0 && i < count; i++) {
		buf_add(out, sorted[i], strlen(sorted[i]) + 1);
		error = os_read_attribute_bytes(fd, sorted[i], out);
	}
	free(sorted);
	return error;
}

/* Flags, ACL and attributes of an open file or folder. */
static int
read_extras(const struct tree_node *node, struct buf *out)
{
	struct buf names = {0};
	int error;

	buf_printf(out, "%x\n", os_flags(node->fd, &node->st));
	error = os_read_acl(node->fd, out);
	if (error == 0)
		error = os_list_attributes(node->fd, &names);
	if (error == 0 && names.len > 0)
		error = add_attributes(node->fd, &names, out);
	buf_done(&names);
	return error;
}

static int
compare_extras(const struct tree_node *a, const struct tree_node *b)
{
	struct buf left = {0}, right = {0};
	int error = read_extras(a, &left);

	if (error == 0)
		error = read_extras(b, &right);
	if (error == 0 && (left.len != right.len || memcmp(left.bytes, right.bytes, left.len) != 0))
		error = -FAULT_CHANGED;
	buf_done(&left);
	buf_done(&right);
	return error;
}

static bool
is_alike(const struct tree_node *a, const struct tree_node *b)
{
	const struct stat *left = &a->st, *right = &b->st;

	if ((left->st_mode & S_IFMT) != (right->st_mode & S_IFMT) ||
	    left->st_uid != right->st_uid || left->st_gid != right->st_gid)
		return false;
	if (S_ISLNK(left->st_mode))
		return strcmp(a->target, b->target) == 0 && os_mtime_ns(left) == os_mtime_ns(right);
	if (left->st_mode != right->st_mode)
		return false;
	return S_ISDIR(left->st_mode) ||
	       (left->st_size == right->st_size && os_mtime_ns(left) == os_mtime_ns(right));
}

static int check_entry(struct tree_walk *walk, struct tree_walk *other, const struct place *part,
    const struct place *whole);

static int
check_names(struct tree_walk *walk, struct tree_walk *other, const struct tree_node *part,
    const struct tree_node *whole)
{
	struct place part_child, whole_child;
	size_t i;
	int error = 0;

	walk->depth++;
	other->depth++;
	for (i = 0; error == 0 && i < part->count; i++) {
		part_child = tree_child(part, part->names[i]);
		whole_child = tree_child(whole, part->names[i]);
		error = check_entry(walk, other, &part_child, &whole_child);
	}
	walk->depth--;
	other->depth--;
	return error;
}

static int
check_entry(struct tree_walk *walk, struct tree_walk *other, const struct place *part,
    const struct place *whole)
{
	struct tree_node a, b = {.fd = -1};
	int error = tree_open(walk, part, &a);

	if (error == 0)
		error = tree_open(other, whole, &b);
	if (error == -ENOENT || (error == 0 && !is_alike(&a, &b)))
		error = -FAULT_CHANGED;
	if (error == 0 && a.fd < 0 && !S_ISLNK(a.st.st_mode))
		error = -FAULT_NOT_FILE;
	if (error == 0 && a.fd >= 0)
		error = compare_extras(&a, &b);
	if (error == 0 && S_ISREG(a.st.st_mode))
		error = compare_contents(a.fd, b.fd);
	if (error == 0 && S_ISDIR(a.st.st_mode))
		error = check_names(walk, other, &a, &b);
	tree_close(&a);
	tree_close(&b);
	return error;
}

int
same_check(const struct place *part, const struct place *whole)
{
	struct tree_walk walk = tree_walk_begin(), other = tree_walk_begin();
	int error = check_entry(&walk, &other, part, whole);

	tree_walk_done(&walk);
	tree_walk_done(&other);
	return error;
}

static int
add_contents(struct digest *digest, int fd)
{
	static char block[BLOCK_BYTES];
	uint64_t at = 0;
	ssize_t n;

	while ((n = read_block(fd, block, at)) > 0) {
		digest_update(digest, block, (size_t)n);
		at += (uint64_t)n;
	}
	return (int)n;
}

static int
add_entry(struct tree_walk *walk, const struct place *at, const char *name, struct digest *digest)
{
	struct tree_node node;
	struct place child;
	char head[128];
	size_t i;
	int len, error = tree_open(walk, at, &node);

	if (error != 0) {
		tree_close(&node);
		return error;
	}
	len = snprintf(head, sizeof(head), "%zu %o %u %u %lld %zu\n", strlen(name),
	    S_ISLNK(node.st.st_mode) ? S_IFLNK : (unsigned int)node.st.st_mode, node.st.st_uid,
	    node.st.st_gid, S_ISREG(node.st.st_mode) ? (long long)node.st.st_size : 0, node.count);
	digest_update(digest, head, (size_t)len);
	digest_update(digest, name, strlen(name));
	if (S_ISLNK(node.st.st_mode))
		digest_update(digest, node.target, strlen(node.target) + 1);
	if (S_ISREG(node.st.st_mode))
		error = add_contents(digest, node.fd);
	walk->depth++;
	for (i = 0; error == 0 && i < node.count; i++) {
		child = tree_child(&node, node.names[i]);
		error = add_entry(walk, &child, node.names[i], digest);
	}
	walk->depth--;
	tree_close(&node);
	return error;
}

/* The entry's own name is left out: it has another one in the vault. */
int
same_digest(const struct place *at, char hex[SAME_DIGEST_BYTES])
{
	struct tree_walk walk = tree_walk_begin();
	uint8_t bytes[DIGEST_MAX_BYTES];
	struct digest digest;
	size_t i;
	int error;

	digest_init(&digest, DIGEST_SHA256);
	error = add_entry(&walk, at, "", &digest);
	digest_final(&digest, bytes);
	for (i = 0; i < sizeof(bytes); i++)
		(void)snprintf(hex + 2 * i, 3, "%02x", bytes[i]);
	tree_walk_done(&walk);
	return error;
}
