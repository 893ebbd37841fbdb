/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Files of the simulated Mac: whole files only, written beside and renamed.
 * Knows no format and no place.
 */
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <ftw.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "tests/macsim/keep_files.h"

static time_t written_time;

struct files_path
files_join(const char *root, const char *path)
{
	return files_format("%s%s", root, path);
}

struct files_path
files_format(const char *format, ...)
{
	struct files_path path;
	va_list args;
	int len;

	va_start(args, format);
	len = vsnprintf(path.text, sizeof(path.text), format, args);
	va_end(args);
	if (len < 0 || (size_t)len >= sizeof(path.text))
		macsim_die("a path is longer than %d bytes", FILES_PATH_MAX);
	return path;
}

void
files_set_time(time_t when)
{
	written_time = when;
}

static void
stamp(const char *path)
{
	struct timespec times[2] = {{.tv_sec = written_time}, {.tv_sec = written_time}};

	if (written_time != 0)
		(void)utimensat(AT_FDCWD, path, times, AT_SYMLINK_NOFOLLOW);
}

void
files_mkdir(const char *root, const char *path, mode_t mode)
{
	struct files_path full = files_join(root, path);
	size_t at = strlen(root) + 1;

	for (char *slash; (slash = strchr(full.text + at, '/'));
	     at = (size_t)(slash - full.text) + 1) {
		*slash = 0;
		if (mkdir(full.text, 0755) < 0 && errno != EEXIST)
			macsim_die("%s: %s", full.text, strerror(errno));
		*slash = '/';
	}
	if (mkdir(full.text, mode) < 0 && errno != EEXIST)
		macsim_die("%s: %s", full.text, strerror(errno));
	if (chmod(full.text, mode) < 0 && errno != EPERM)
		macsim_die("%s: %s", full.text, strerror(errno));
	stamp(full.text);
}

static void
make_parent(const char *root, const char *path)
{
	struct files_path parent = files_format("%s", path);
	char *slash = strrchr(parent.text, '/');

	if (!slash || slash == parent.text)
		return;
	*slash = 0;
	if (!files_exists(root, parent.text))
		files_mkdir(root, parent.text, 0755);
}

static bool
write_all(int fd, const char *data, size_t len)
{
	while (len > 0) {
		ssize_t done = write(fd, data, len);

		if (done < 0 && errno == EINTR)
			continue;
		if (done <= 0)
			return false;
		data += done;
		len -= (size_t)done;
	}
	return true;
}

void
files_write(const char *root, const char *path, const void *data, size_t len, mode_t mode)
{
	struct files_path full = files_join(root, path),
			  fresh = files_format("%s.macsim-new", full.text);
	int fd;

	make_parent(root, path);
	fd = open(fresh.text, O_WRONLY | O_CREAT | O_TRUNC | O_NOFOLLOW | O_CLOEXEC, mode);
	if (fd < 0)
		macsim_die("%s: %s", fresh.text, strerror(errno));
	if (!write_all(fd, data, len) || fchmod(fd, mode) < 0)
		macsim_die("%s: %s", fresh.text, strerror(errno));
	close(fd);
	stamp(fresh.text);
	if (rename(fresh.text, full.text) < 0)
		macsim_die("%s: %s", full.text, strerror(errno));
}

void
files_link(const char *root, const char *path, const char *target)
{
	struct files_path full = files_join(root, path);

	make_parent(root, path);
	if (symlink(target, full.text) < 0 && errno != EEXIST)
		macsim_die("%s: %s", full.text, strerror(errno));
	stamp(full.text);
}

bool
files_exists(const char *root, const char *path)
{
	struct files_path full = files_join(root, path);
	struct stat st;

	return lstat(full.text, &st) == 0;
}

bool
files_read(const char *root, const char *path, struct bytes *out)
{
	struct files_path full = files_join(root, path);
	char piece[65536];
	ssize_t got;
	int fd = open(full.text, O_RDONLY | O_NOFOLLOW | O_CLOEXEC);

	if (fd < 0)
		return false;
	while ((got = read(fd, piece, sizeof(piece))) > 0)
		bytes_add(out, piece, (size_t)got);
	bytes_add(out, NULL, 0);
	close(fd);
	return got == 0;
}

static void
copy_entry(const char *root, const char *from, const char *to, const struct stat *st)
{
	struct files_path source = files_join(root, from), target = files_join(root, to);
	struct timespec times[2] = {st->st_atim, st->st_mtim};
	struct bytes bytes = {0};

	if (S_ISDIR(st->st_mode)) {
		files_copy_tree(root, from, to);
		return;
	}
	if (S_ISLNK(st->st_mode)) {
		char link[FILES_PATH_MAX];
		ssize_t len = readlink(source.text, link, sizeof(link) - 1);

		if (len > 0) {
			link[len] = 0;
			files_link(root, to, link);
		}
		return;
	}
	if (files_read(root, from, &bytes))
		files_write(root, to, bytes.data, bytes.len, st->st_mode & 07777);
	bytes_done(&bytes);
	(void)utimensat(AT_FDCWD, target.text, times, AT_SYMLINK_NOFOLLOW);
}

bool
files_copy_tree(const char *root, const char *from, const char *to)
{
	struct files_path source = files_join(root, from), target = files_join(root, to);
	struct stat st;
	char **names;
	size_t count;

	if (lstat(source.text, &st) < 0 || !S_ISDIR(st.st_mode))
		return false;
	files_mkdir(root, to, st.st_mode & 07777);
	names = files_names(root, from, &count);
	for (size_t i = 0; i < count; i++) {
		struct files_path one = files_format("%s/%s", from, names[i]);
		struct files_path other = files_format("%s/%s", to, names[i]);
		struct files_path full = files_join(root, one.text);
		struct stat entry;

		if (lstat(full.text, &entry) == 0)
			copy_entry(root, one.text, other.text, &entry);
	}
	files_free_names(names, count);
	struct timespec times[2] = {st.st_atim, st.st_mtim};
	(void)utimensat(AT_FDCWD, target.text, times, AT_SYMLINK_NOFOLLOW);
	return true;
}

static int
remove_one(const char *path, const struct stat *st, int type, struct FTW *walk)
{
	(void)st;
	(void)type;
	(void)walk;
	if (remove(path) < 0)
		macsim_die("%s: %s", path, strerror(errno));
	return 0;
}

bool
files_remove_tree(const char *root, const char *path)
{
	struct files_path full = files_join(root, path);

	return nftw(full.text, remove_one, 16, FTW_DEPTH | FTW_PHYS) == 0;
}

static int
compare_names(const void *a, const void *b)
{
	return strcmp(*(char *const *)a, *(char *const *)b);
}

char **
files_names(const char *root, const char *path, size_t *count)
{
	struct files_path full = files_join(root, path);
	DIR *dir = opendir(full.text);
	struct dirent *entry;
	char **names = NULL, **grown;

	*count = 0;
	while (dir && (entry = readdir(dir))) {
		if (!strcmp(entry->d_name, ".") || !strcmp(entry->d_name, ".."))
			continue;
		grown = realloc(names, (*count + 1) * sizeof(*names));
		if (!grown || !(grown[*count] = strdup(entry->d_name)))
			macsim_die("out of memory");
		names = grown;
		++*count;
	}
	if (dir)
		closedir(dir);
	if (*count > 1)
		qsort(names, *count, sizeof(*names), compare_names);
	return names;
}

void
files_free_names(char **names, size_t count)
{
	for (size_t i = 0; i < count; i++)
		free(names[i]);
	free(names);
}

void
files_hardlink(const char *root, const char *from, const char *to)
{
	struct files_path old = files_join(root, from), new = files_join(root, to);

	make_parent(root, to);
	if (link(old.text, new.text) < 0)
		macsim_die("%s: %s", new.text, strerror(errno));
}
