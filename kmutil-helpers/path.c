/* SPDX-License-Identifier: BSD-2-Clause */
/* The walker of path.h. */
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <unistd.h>

#include "kmutil-helpers/fault.h"
#include "kmutil-helpers/firmlink.h"
#include "kmutil-helpers/path.h"
#include "kmutil-helpers/path_link.h"
#include "kmutil-helpers/trail.h"
#include "kmutil-helpers/banned.h"

#define COPY_BYTES 65536
#define FOLDER_FLAGS (O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC)

static int
open_root_folder(const char *dir, int *fd)
{
	*fd = dir != NULL ? open(dir, O_RDONLY | O_DIRECTORY | O_CLOEXEC) : -1;
	return dir != NULL && *fd < 0 ? -errno : 0;
}

int
root_init(struct root *root, const char *dir, const char *data, const char *preboot)
{
	int error;

	*root = (struct root){.fd = -1, .data_fd = -1, .preboot_fd = -1};
	root->live = strcmp(dir, "/") == 0;
	root->dir = root->live ? NULL : strdup(dir);
	if ((error = open_root_folder(dir, &root->fd)) != 0 ||
	    (error = open_root_folder(data, &root->data_fd)) != 0 ||
	    (error = open_root_folder(preboot, &root->preboot_fd)) != 0)
		root_done(root);
	return error;
}

static void
close_if_open(int *fd)
{
	if (*fd >= 0)
		(void)close(*fd);
	*fd = -1;
}

void
root_done(struct root *root)
{
	close_if_open(&root->fd);
	close_if_open(&root->data_fd);
	close_if_open(&root->preboot_fd);
	free(root->dir);
	free(root->firmlinks);
	root->dir = NULL;
	root->firmlinks = NULL;
}

void
place_done(struct place *place)
{
	close_if_open(&place->parent_fd);
}

bool
path_is_below(const char *path, const char *folder)
{
	size_t len = strlen(folder);

	if (strcmp(folder, "/") == 0)
		return path[0] == '/';
	return strncmp(path, folder, len) == 0 && (path[len] == '\0' || path[len] == '/');
}

bool
path_is_below_folded(const char *path, const char *folder)
{
	size_t len = strlen(folder);

	if (strcmp(folder, "/") == 0)
		return path[0] == '/';
	return strncasecmp(path, folder, len) == 0 && (path[len] == '\0' || path[len] == '/');
}

/* The volume that holds the path, and the path's rest on it. What is not Apple's
 * sealed system lies on the Data volume. */
int
root_volume(const struct root *root, const char *path, const char **rest)
{
	*rest = path;
	if (root->preboot_fd >= 0 && path_is_below(path, PREBOOT_PATH)) {
		*rest = path + strlen(PREBOOT_PATH);
		return root->preboot_fd;
	}
	if (root->bare_var && path_is_below(path, PRIVATE_PATH))
		*rest = path + strlen(PRIVATE_PATH);
	if (root->data_fd >= 0 && path_is_below(path, DATA_PATH)) {
		*rest = path + strlen(DATA_PATH);
		return root->data_fd;
	}
	if (root->data_fd >= 0 && firmlink_leads_to_data(root->firmlinks, path))
		return root->data_fd;
	return root->fd;
}

/* Opens the folder `name` of `parent`; says FAULT_LINK where a link stands. */
int
folder_open_child(int parent, const char *name)
{
	struct stat st;
	int fd = openat(parent, name, FOLDER_FLAGS), error = errno;

	if (fd >= 0)
		return fd;
	if ((error == ELOOP || error == ENOTDIR) &&
	    fstatat(parent, name, &st, AT_SYMLINK_NOFOLLOW) == 0 && S_ISLNK(st.st_mode))
		return -FAULT_LINK;
	return -error;
}

/* ".." leads out of the root; no canonical path holds it. */
static bool
is_parent(const char *name, size_t len)
{
	return len == 2 && name[0] == '.' && name[1] == '.';
}

/* Opens the folder that holds the last component; a link in the way is a fault. */
static int
walk(const struct root *root, const char *path, struct place *place)
{
	const char *rest, *slash;
	char name[NAME_MAX + 1];
	size_t len;
	int fd, next;

	*place = (struct place){.parent_fd = -1, .leaf = "."};
	fd = dup(root_volume(root, path, &rest));
	if (fd < 0)
		return -errno;
	for (;; fd = next) {
		rest += strspn(rest, "/");
		slash = strchr(rest, '/');
		len = slash != NULL ? (size_t)(slash - rest) : strlen(rest);
		if (len > NAME_MAX || is_parent(rest, len)) {
			(void)close(fd);
			return len > NAME_MAX ? -ENAMETOOLONG : -EINVAL;
		}
		if (slash == NULL)
			break;
		memcpy(name, rest, len);
		name[len] = '\0';
		next = folder_open_child(fd, name);
		(void)close(fd);
		if (next < 0)
			return next;
		rest = slash;
	}
	place->parent_fd = fd;
	if (len != 0) {
		memcpy(place->leaf, rest, len);
		place->leaf[len] = '\0';
	}
	return 0;
}

static bool
is_link(const struct place *place)
{
	struct stat st;

	return fstatat(place->parent_fd, place->leaf, &st, AT_SYMLINK_NOFOLLOW) == 0 &&
	       S_ISLNK(st.st_mode);
}

/* As path_find_place; with `through` the last component is resolved, too. */
static int
find_place(const struct root *root, const char *path, bool through, struct place *place)
{
	char resolved[PATH_MAX];
	int error = walk(root, path, place);

	if (root->live || (error != -FAULT_LINK && (error != 0 || !through || !is_link(place))))
		return error;
	place_done(place);
	error = path_resolve(root, path, through, resolved);
	return error == 0 ? walk(root, resolved, place) : error;
}

int
path_find_place(const struct root *root, const char *path, struct place *place)
{
	return find_place(root, path, false, place);
}

int
path_stat(const struct root *root, const char *path, struct stat *st)
{
	struct place place;
	int error = path_find_place(root, path, &place);

	if (error == 0 && fstatat(place.parent_fd, place.leaf, st, AT_SYMLINK_NOFOLLOW) != 0)
		error = -errno;
	place_done(&place);
	return error;
}

bool
path_exists(const struct root *root, const char *path)
{
	struct stat st;

	return path_stat(root, path, &st) == 0;
}

int
path_open_file(const struct root *root, const char *path, int *fd, struct stat *st)
{
	struct place place;
	struct stat own = {0};
	int error = find_place(root, path, true, &place);

	*fd = -1;
	if (error == 0) {
		*fd = openat(
		    place.parent_fd, place.leaf, O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC);
		if (*fd < 0)
			error = errno == ELOOP ? -FAULT_LINK : -errno;
		else if (fstat(*fd, st ? st : &own) != 0)
			error = -errno;
		else if (!S_ISREG((st ? st : &own)->st_mode))
			error = -FAULT_NOT_FILE;
	}
	if (error != 0)
		close_if_open(fd);
	else
		trail_note_file(root, path, *fd, (uint64_t)(st ? st : &own)->st_size);
	place_done(&place);
	return error;
}

int
path_open_folder(const struct root *root, const char *path, int *fd)
{
	struct place place;
	int error = find_place(root, path, true, &place);

	*fd = -1;
	if (error == 0) {
		error = folder_open_child(place.parent_fd, place.leaf);
		if (error >= 0) {
			*fd = error;
			error = 0;
			trail_note_folder(root, path);
		}
	}
	place_done(&place);
	return error;
}

int
file_read(int fd, size_t cap_bytes, struct arena *arena, char **bytes, size_t *len)
{
	struct stat st;
	size_t size;
	ssize_t n;
	char beyond;

	*bytes = NULL;
	*len = 0;
	if (fstat(fd, &st) != 0)
		return -errno;
	if (st.st_size < 0 || (uint64_t)st.st_size > cap_bytes)
		return -FAULT_SIZE;
	size = (size_t)st.st_size;
	*bytes = arena_alloc(arena, size + 1);
	while (*len < size) {
		n = pread(fd, *bytes + *len, size - *len, (off_t)*len);
		if (n < 0 && errno == EINTR)
			continue;
		if (n < 0)
			return -errno;
		if (n == 0)
			return -FAULT_CHANGED;
		*len += (size_t)n;
	}
	trail_note_read(fd, 0, size);
	n = pread(fd, &beyond, 1, (off_t)size);
	return n == 0 ? 0 : n < 0 ? -errno : -FAULT_CHANGED;
}

int
file_copy(int from_fd, int to_fd, uint64_t cap_bytes)
{
	char block[COPY_BYTES];
	ssize_t n, done, at;
	uint64_t total = 0;

	while ((n = read(from_fd, block, sizeof(block))) != 0) {
		if (n < 0 && errno == EINTR)
			continue;
		if (n < 0)
			return -errno;
		trail_note_read(from_fd, total, (uint64_t)n);
		if ((total += (uint64_t)n) > cap_bytes)
			return -FAULT_SIZE;
		for (at = 0; at < n; at += done) {
			done = write(to_fd, block + at, (size_t)(n - at));
			if (done < 0)
				return -errno;
		}
	}
	return 0;
}

int
path_read(const struct root *root, const char *path, size_t cap_bytes, struct arena *arena,
    char **bytes, size_t *len)
{
	int fd, error = path_open_file(root, path, &fd, NULL);

	if (error != 0)
		return error;
	error = file_read(fd, cap_bytes, arena, bytes, len);
	(void)close(fd);
	return error;
}

static int
compare_names(const void *a, const void *b)
{
	return strcmp(*(const char *const *)a, *(const char *const *)b);
}

/* The file system tells most kinds with the name; only where it does not is each
 * looked at. */
static bool
is_folder(int fd, const struct dirent *entry)
{
	struct stat st;

	if (entry->d_type != DT_UNKNOWN)
		return entry->d_type == DT_DIR;
	return fstatat(fd, entry->d_name, &st, AT_SYMLINK_NOFOLLOW) == 0 && S_ISDIR(st.st_mode);
}

static int
list_names(int fd, bool only_folders, struct arena *arena, char ***names, size_t *count)
{
	int again = openat(fd, ".", FOLDER_FLAGS), error = 0;
	DIR *dir = again >= 0 ? fdopendir(again) : NULL;
	struct dirent *entry;
	size_t room = 0;

	*names = NULL;
	*count = 0;
	if (dir == NULL) {
		error = -errno;
		close_if_open(&again);
		return error;
	}
	while (errno = 0, (entry = readdir(dir)) != NULL) {
		if (strcmp(entry->d_name, ".") == 0 || strcmp(entry->d_name, "..") == 0 ||
		    (only_folders && !is_folder(fd, entry)))
			continue;
		*(char **)arena_push(arena, names, count, &room, sizeof(**names)) =
		    arena_strdup(arena, entry->d_name);
	}
	error = -errno;
	(void)closedir(dir);
	if (*count > 1)
		qsort(*names, *count, sizeof(**names), compare_names);
	return error;
}

int
folder_list(int fd, struct arena *arena, char ***names, size_t *count)
{
	return list_names(fd, false, arena, names, count);
}

int
folder_list_folders(int fd, struct arena *arena, char ***names, size_t *count)
{
	return list_names(fd, true, arena, names, count);
}

int
path_list(
    const struct root *root, const char *path, struct arena *arena, char ***names, size_t *count)
{
	int fd, error = path_open_folder(root, path, &fd);

	*names = NULL;
	*count = 0;
	if (error != 0)
		return error;
	error = folder_list(fd, arena, names, count);
	(void)close(fd);
	return error;
}

/* Appends the components of path. The end, or NULL when one is "..". */
static char *
append_components(char *end, const char *path)
{
	size_t len;

	for (; *path != '\0'; path += len) {
		path += strspn(path, "/");
		len = strcspn(path, "/");
		if (is_parent(path, len))
			return NULL;
		if (len == 0 || (len == 1 && path[0] == '.'))
			continue;
		*end++ = '/';
		memcpy(end, path, len);
		end += len;
	}
	return end;
}

bool
path_is_private(const char *path)
{
	return path_is_below(path, "/var") || path_is_below(path, "/tmp") ||
	       path_is_below(path, "/etc");
}

char *
path_canonical(struct arena *arena, const char *path)
{
	char *whole = arena_alloc(arena, strlen(path) + sizeof(PRIVATE_PATH) + 1);
	char *result = whole + strlen(PRIVATE_PATH), *end;

	if (path[0] != '/' || (end = append_components(result, path)) == NULL)
		return NULL;
	if (end == result)
		*end++ = '/';
	*end = '\0';
	return path_is_private(result) ? memcpy(whole, PRIVATE_PATH, strlen(PRIVATE_PATH)) : result;
}

char *
path_canonical_here(struct arena *arena, const char *path)
{
	char *result = path_canonical(arena, path);
	struct stat st;

	if (result != NULL && path_is_below(result, PRIVATE_PATH) &&
	    !path_is_below(path, PRIVATE_PATH) && lstat(PRIVATE_PATH, &st) != 0)
		return result + strlen(PRIVATE_PATH);
	return result;
}

const char *
path_leaf(const char *path)
{
	const char *slash = strrchr(path, '/');

	return slash != NULL ? slash + 1 : path;
}

bool
path_has_suffix(const char *path, const char *suffix)
{
	const char *leaf = path_leaf(path);
	size_t len = strlen(leaf), suffix_len = strlen(suffix);

	return len > suffix_len && strcmp(leaf + len - suffix_len, suffix) == 0;
}
