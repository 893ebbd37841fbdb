/* SPDX-License-Identifier: BSD-2-Clause */
/* Resolving links inside a root. */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "kmutil-helpers/fault.h"
#include "kmutil-helpers/path_link.h"
#include "kmutil-helpers/banned.h"

/* Makes a path of components without "." and ".."; one ".." too many stays at the root. */
static void
normalise(char *path)
{
	char *from = path, *to = path;
	size_t len;

	while (*from != '\0') {
		from += strspn(from, "/");
		len = strcspn(from, "/");
		if (len == 2 && from[0] == '.' && from[1] == '.') {
			while (to > path && *--to != '/')
				continue;
		} else if (len > 0 && !(len == 1 && from[0] == '.')) {
			*to++ = '/';
			memmove(to, from, len);
			to += len;
		}
		from += len;
	}
	if (to == path)
		*to++ = '/';
	*to = '\0';
}

/* Whether the folder of the root on this machine is a beginning of the target: whoever
 * made the copy may have made its links with it. */
static const char *
inside(const struct root *root, const char *target)
{
	size_t len = root->dir != NULL && root->dir[0] == '/' ? strlen(root->dir) : 0;

	while (len > 1 && root->dir[len - 1] == '/')
		len--;
	if (len > 1 && strncmp(target, root->dir, len) == 0 &&
	    (target[len] == '/' || target[len] == '\0'))
		return target + len;
	return target;
}

/* The path with its component at `start`, of `len` bytes, replaced by a link's target. */
static int
replace(const struct root *root, char *path, size_t start, size_t len, const char *target)
{
	char whole[2 * PATH_MAX];
	int n = snprintf(whole, sizeof(whole), "%.*s/%s/%s", target[0] == '/' ? 0 : (int)start,
	    path, target[0] == '/' ? inside(root, target) : target, path + start + len);

	if (n < 0 || (size_t)n >= sizeof(whole))
		return -ENAMETOOLONG;
	normalise(whole);
	if (strlen(whole) >= PATH_MAX)
		return -ENAMETOOLONG;
	memcpy(path, whole, strlen(whole) + 1);
	return 0;
}

/* Replaces the first link in the path. 1: it did; 0: there is none; -errno. */
static int
resolve_first(const struct root *root, char *path, bool through)
{
	char name[NAME_MAX + 1], target[PATH_MAX];
	const char *rest;
	size_t len;
	ssize_t n;
	int fd = dup(root_volume(root, path, &rest)), next;

	if (fd < 0)
		return -errno;
	for (;; rest += len, fd = next) {
		rest += strspn(rest, "/");
		len = strcspn(rest, "/");
		next = len > NAME_MAX ? -ENAMETOOLONG : 0;
		if (next < 0 || len == 0 || (rest[len] == '\0' && !through))
			break;
		memcpy(name, rest, len);
		name[len] = '\0';
		n = readlinkat(fd, name, target, sizeof(target) - 1);
		if (n >= 0) {
			target[n] = '\0';
			next = replace(root, path, (size_t)(rest - path), len, target);
			next = next == 0 ? 1 : next;
			break;
		}
		if (rest[len] == '\0')
			break;
		next = folder_open_child(fd, name);
		if (next < 0)
			break;
		(void)close(fd);
	}
	(void)close(fd);
	return next;
}

int
path_resolve(const struct root *root, const char *path, bool through, char *out)
{
	int links, result;

	if (strlen(path) >= PATH_MAX)
		return -ENAMETOOLONG;
	memcpy(out, path, strlen(path) + 1);
	for (links = 0; links <= PATH_LINKS_MAX; links++) {
		result = resolve_first(root, out, through);
		if (result <= 0)
			return result;
	}
	return -FAULT_LINK;
}
