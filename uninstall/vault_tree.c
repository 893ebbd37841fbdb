/* SPDX-License-Identifier: BSD-2-Clause */
/* Walking, copying and removing an entry with all that it holds. */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "kmutil-helpers/fault.h"
#include "kmutil-helpers/os.h"
#include "uninstall/vault_tree.h"
#include "kmutil-helpers/banned.h"

#define BLOCK_BYTES ((uint64_t)4096) /* APFS's */
#define OPEN_FLAGS (O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC)

struct tree_walk
tree_walk_begin(void)
{
	return (struct tree_walk){.arena = arena_new(0)};
}

void
tree_walk_done(struct tree_walk *walk)
{
	arena_free(walk->arena);
	walk->arena = NULL;
}

struct place
tree_child(const struct tree_node *folder, const char *name)
{
	struct place child = {.parent_fd = folder->fd};

	(void)snprintf(child.leaf, sizeof(child.leaf), "%s", name);
	return child;
}

void
tree_close(struct tree_node *node)
{
	if (node->fd >= 0)
		(void)close(node->fd);
	node->fd = -1;
}

/* Looks without opening, and stays on the volume of the first entry. */
static int
look(struct tree_walk *walk, const struct place *at, struct stat *st)
{
	if (fstatat(at->parent_fd, at->leaf, st, AT_SYMLINK_NOFOLLOW) != 0)
		return -errno;
	if (walk->depth == 0)
		walk->device = st->st_dev;
	if (st->st_dev != walk->device)
		return -FAULT_MOUNT;
	return walk->depth > TREE_DEPTH ? -FAULT_DEPTH : 0;
}

static int
read_target(const struct place *at, struct tree_node *node)
{
	ssize_t len = readlinkat(at->parent_fd, at->leaf, node->target, sizeof(node->target) - 1);

	if (len < 0)
		return -errno;
	node->target[len] = '\0';
	return 0;
}

int
tree_open(struct tree_walk *walk, const struct place *at, struct tree_node *node)
{
	struct stat opened;
	int error;

	node->fd = -1;
	node->names = NULL;
	node->count = 0;
	if ((error = look(walk, at, &node->st)) != 0)
		return error;
	if (S_ISLNK(node->st.st_mode))
		return read_target(at, node);
	if (!S_ISREG(node->st.st_mode) && !S_ISDIR(node->st.st_mode))
		return 0;
	node->fd = openat(
	    at->parent_fd, at->leaf, OPEN_FLAGS | (S_ISDIR(node->st.st_mode) ? O_DIRECTORY : 0));
	if (node->fd < 0 || fstat(node->fd, &opened) != 0)
		return -errno;
	if (opened.st_dev != node->st.st_dev || opened.st_ino != node->st.st_ino)
		return -FAULT_CHANGED;
	return S_ISDIR(node->st.st_mode)
		   ? folder_list(node->fd, walk->arena, &node->names, &node->count)
		   : 0;
}

static int copy_entry(struct tree_walk *walk, const struct place *from, const struct place *to);

static int
copy_link(const struct place *from, const struct tree_node *node, const struct place *to)
{
	if (symlinkat(node->target, to->parent_fd, to->leaf) != 0)
		return -errno;
	return os_copy_link_metadata(from->parent_fd, from->leaf, to->parent_fd, to->leaf);
}

/* Metadata come last: they hold the time of the last change. */
static int
finish_copy(int from, int to, int error)
{
	if (error == 0)
		error = os_copy_metadata(from, to);
	return error != 0 ? error : os_sync(to);
}

static int
copy_file(const struct tree_node *node, const struct place *to)
{
	int error, fd = openat(to->parent_fd, to->leaf,
		       O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0600);

	if (fd < 0)
		return -errno;
	error = finish_copy(node->fd, fd, file_copy(node->fd, fd, UINT64_MAX));
	if (close(fd) != 0 && error == 0)
		error = -errno;
	return error;
}

static int
copy_folder(struct tree_walk *walk, const struct tree_node *node, const struct place *to)
{
	struct tree_node copy = {0};
	struct place from_child, to_child;
	size_t i;
	int fd, error = 0;

	if (mkdirat(to->parent_fd, to->leaf, 0700) != 0)
		return -errno;
	fd = openat(to->parent_fd, to->leaf, OPEN_FLAGS | O_DIRECTORY);
	if (fd < 0)
		return -errno;
	copy.fd = fd;
	for (i = 0; error == 0 && i < node->count; i++) {
		from_child = tree_child(node, node->names[i]);
		to_child = tree_child(&copy, node->names[i]);
		error = copy_entry(walk, &from_child, &to_child);
	}
	error = finish_copy(node->fd, fd, error);
	tree_close(&copy);
	return error;
}

static int
copy_entry(struct tree_walk *walk, const struct place *from, const struct place *to)
{
	struct tree_node node;
	int error = tree_open(walk, from, &node);

	walk->depth++;
	if (error == 0 && node.fd >= 0 && (os_flags(node.fd, &node.st) & OS_FLAGS_LOCKED) != 0)
		error = -EPERM;
	if (error == 0)
		error = S_ISLNK(node.st.st_mode)   ? copy_link(from, &node, to)
			: S_ISREG(node.st.st_mode) ? copy_file(&node, to)
			: S_ISDIR(node.st.st_mode) ? copy_folder(walk, &node, to)
						   : -FAULT_NOT_FILE;
	walk->depth--;
	tree_close(&node);
	return error;
}

int
tree_copy(const struct place *from, const struct place *to)
{
	struct tree_walk walk = tree_walk_begin();
	int error = copy_entry(&walk, from, to);

	tree_walk_done(&walk);
	return error;
}

static int
add_size(struct tree_walk *walk, const struct place *at, uint64_t *bytes)
{
	struct tree_node node = {.fd = -1};
	struct place child;
	size_t i;
	int error = look(walk, at, &node.st);

	if (error != 0)
		return error;
	*bytes += BLOCK_BYTES;
	if (S_ISREG(node.st.st_mode))
		*bytes += (uint64_t)node.st.st_size / BLOCK_BYTES * BLOCK_BYTES;
	if (!S_ISDIR(node.st.st_mode))
		return 0;
	error = tree_open(walk, at, &node);
	walk->depth++;
	for (i = 0; error == 0 && i < node.count; i++) {
		child = tree_child(&node, node.names[i]);
		error = add_size(walk, &child, bytes);
	}
	walk->depth--;
	tree_close(&node);
	return error;
}

int
tree_size(const struct place *at, uint64_t *bytes)
{
	struct tree_walk walk = tree_walk_begin();
	int error;

	*bytes = 0;
	error = add_size(&walk, at, bytes);
	tree_walk_done(&walk);
	return error;
}

static int
remove_entry(struct tree_walk *walk, const struct place *at)
{
	struct tree_node node = {.fd = -1};
	struct place child;
	size_t i;
	int error = look(walk, at, &node.st);

	if (error != 0)
		return error;
	if (!S_ISDIR(node.st.st_mode))
		return unlinkat(at->parent_fd, at->leaf, 0) == 0 ? 0 : -errno;
	error = tree_open(walk, at, &node);
	walk->depth++;
	for (i = 0; error == 0 && i < node.count; i++) {
		child = tree_child(&node, node.names[i]);
		error = remove_entry(walk, &child);
	}
	walk->depth--;
	tree_close(&node);
	if (error == 0 && unlinkat(at->parent_fd, at->leaf, AT_REMOVEDIR) != 0)
		error = -errno;
	return error;
}

int
tree_remove(const struct place *at)
{
	struct tree_walk walk = tree_walk_begin();
	int error = remove_entry(&walk, at);

	tree_walk_done(&walk);
	return error == -ENOENT ? 0 : error;
}
