/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * What a simulated Mac borrows from the building machine: the product, its
 * rules, a shell and small programs with their libraries, device files. What
 * the machine does not have is left out. A stamp in .macsim tells what is there.
 */
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/random.h>
#include <sys/stat.h>
#include <sys/sysmacros.h>
#include <unistd.h>

#include "tests/macsim/hostlink.h"
#include "tests/macsim/macsim.h"

#define PRODUCT "/usr/local/kextirpate"

static const char *const programs[] = {"/bin/sh", "/bin/bash", "/bin/rm", "/bin/ls", "/bin/cat",
    "/bin/cp", "/bin/mv", "/bin/mkdir", "/bin/ln", "/bin/echo", "/bin/chmod", "/bin/sleep",
    "/bin/kill", "/bin/rmdir", "/usr/bin/grep", "/usr/bin/sed", "/usr/bin/awk", "/usr/bin/find",
    "/usr/bin/touch", "/usr/bin/head", "/usr/bin/tail", "/usr/bin/sort", "/usr/bin/wc",
    "/usr/bin/tr", "/usr/bin/cut", "/usr/bin/true", "/usr/bin/false", "/usr/bin/id", "/usr/bin/env",
    "/usr/bin/printf", "/usr/bin/tee", "/usr/bin/xargs", "/usr/bin/diff", "/usr/bin/basename",
    "/usr/bin/dirname", "/usr/bin/sqlite3", "/bin/date", "/usr/bin/cksum", "/usr/sbin/chown"};
enum { PROGRAMS = sizeof programs / sizeof *programs, STAMP_SIZE = 32768, FILES_MAX = 256 };

/* What is to be brought: host path, path in the tree. */
struct item {
	char from[HOSTLINK_PATH + 512], to[512];
	unsigned mode;
	bool program;
};

struct list {
	struct item *items;
	size_t len;
	char stamp[STAMP_SIZE];
	size_t stamp_len;
};

static void
list_add(struct list *list, const char *from, const char *to, unsigned mode, bool program)
{
	struct item *item = list->items + list->len;
	struct stat st;
	int n;

	if (list->len == FILES_MAX || stat(from, &st))
		return;
	n = snprintf(list->stamp + list->stamp_len, STAMP_SIZE - list->stamp_len,
	    "%s %lld %lld.%ld %llu\n", to, (long long)st.st_size, (long long)st.st_mtim.tv_sec,
	    st.st_mtim.tv_nsec, (unsigned long long)st.st_ino);
	if (n < 0 || (size_t)n >= STAMP_SIZE - list->stamp_len)
		return;
	list->stamp_len += (size_t)n;
	snprintf(item->from, sizeof item->from, "%s", from);
	snprintf(item->to, sizeof item->to, "%s", to);
	item->mode = mode;
	item->program = program;
	list->len++;
}

static void
list_add_catalogue(struct list *list, const char *folder)
{
	struct dirent **names;
	int n = scandir(folder, &names, NULL, alphasort);

	for (int i = 0; i < n; i++) {
		char from[HOSTLINK_PATH + 512], to[512];
		size_t len = strlen(names[i]->d_name);

		snprintf(from, sizeof from, "%s/%s", folder, names[i]->d_name);
		snprintf(to, sizeof to, PRODUCT "/rules/%s", names[i]->d_name);
		if (len > 4 && strcmp(names[i]->d_name + len - 4, ".xml") == 0)
			list_add(list, from, to, 0644, false);
		free(names[i]);
	}
	if (n >= 0)
		free(names);
}

/* words: names of rules, parted by blanks. */
static void
list_add_rules(struct list *list, const char *source, const char *words)
{
	while (*(words += strspn(words, " "))) {
		int len = (int)strcspn(words, " ");
		char path[HOSTLINK_PATH], to[512];

		snprintf(path, sizeof path, "%s/tests/macsim/rules/%.*s.xml", source, len, words);
		snprintf(to, sizeof to, PRODUCT "/rules/%.*s.xml", len, words);
		list_add(list, path, to, 0644, false);
		words += len;
	}
}

static int
list_fill(struct list *list, const char *scenario_rule)
{
	char source[2048], path[HOSTLINK_PATH];
	const char *build = getenv("MACSIM_BUILD");
	ssize_t n = readlink("/proc/self/exe", source, sizeof source - 1);

	if (n < 0)
		return -errno;
	source[n] = 0;
	for (int i = 0; i < 3; i++) /* tests/macsim/macsim */
		if (strrchr(source, '/'))
			*strrchr(source, '/') = 0;
	snprintf(
	    path, sizeof path, "%s%s/kextirpate", build ? build : source, build ? "" : "/build");
	list_add(list, path, PRODUCT "/bin/kextirpate", 0755, true);
	snprintf(path, sizeof path, "%s/rules/catalogue", source);
	list_add_catalogue(list, path);
	list_add_rules(list, source, scenario_rule ? scenario_rule : "");
	for (size_t i = 0; i < PROGRAMS; i++) {
		snprintf(path, sizeof path, "/usr/bin%s", strrchr(programs[i], '/'));
		if (access(path, X_OK))
			snprintf(path, sizeof path, "/bin%s", strrchr(programs[i], '/'));
		list_add(list, path, programs[i], 0755, true);
	}
	return 0;
}

static bool
stamp_is_current(const struct list *list, const char *dir)
{
	char path[HOSTLINK_PATH], have[STAMP_SIZE];
	FILE *file;
	size_t n;

	snprintf(path, sizeof path, "%s/.macsim/hostlink", dir);
	file = fopen(path, "re");
	if (!file)
		return false;
	n = fread(have, 1, sizeof have, file);
	fclose(file);
	for (size_t i = 0; i < list->len; i++) {
		snprintf(path, sizeof path, "%s%s", dir, list->items[i].to);
		if (access(path, F_OK))
			return false;
	}
	return n == list->stamp_len && memcmp(have, list->stamp, n) == 0;
}

static int
stamp_write(const struct list *list, const char *dir)
{
	char path[HOSTLINK_PATH], temporary[HOSTLINK_PATH + 32];
	FILE *file;
	bool ok;

	snprintf(path, sizeof path, "%s/.macsim/hostlink", dir);
	snprintf(temporary, sizeof temporary, "%s.%d", path, (int)getpid());
	file = fopen(temporary, "we");
	if (!file)
		return -errno;
	ok = fwrite(list->stamp, 1, list->stamp_len, file) == list->stamp_len;
	ok = fclose(file) == 0 && ok;
	return ok && rename(temporary, path) == 0 ? 0 : -EIO;
}

/* A device, or on a file system without devices a file with some bytes of it. */
static int
put_device(const char *dir, const char *name, unsigned minor_number, bool random)
{
	char path[HOSTLINK_PATH], bytes[4096] = {0};
	struct stat st;
	int fd;

	snprintf(path, sizeof path, "%s/dev/%s", dir, name);
	if (hostlink_make_parents(path))
		return -errno;
	if (stat(path, &st) == 0)
		return 0;
	if (minor_number && mknod(path, S_IFCHR | 0666, makedev(1, minor_number)) == 0) {
		fd = open(path, O_RDWR | O_CLOEXEC);
		if (fd >= 0) {
			close(fd);
			return chmod(path, 0666) ? -errno : 0;
		}
		unlink(path);
	}
	fd = open(path, O_WRONLY | O_CREAT | O_CLOEXEC, 0666);
	if (fd < 0)
		return -errno;
	if (random && getrandom(bytes, sizeof bytes, 0) < 0)
		random = false;
	if ((random || strcmp(name, "zero") == 0) && write(fd, bytes, sizeof bytes) < 0) {
		close(fd);
		return -EIO;
	}
	fchmod(fd, 0666);
	close(fd);
	return 0;
}

static int
put_devices(const char *dir)
{
	int fault = put_device(dir, "null", 3, false);

	if (!fault)
		fault = put_device(dir, "zero", 5, false);
	if (!fault)
		fault = put_device(dir, "random", 8, true);
	if (!fault)
		fault = put_device(dir, "urandom", 9, true);
	return fault ? fault : put_device(dir, "console", 0, false);
}

/* Takes away the rules that the catalogue no longer has. */
static void
drop_old_rules(const struct list *list, const char *dir)
{
	char folder[HOSTLINK_PATH], path[HOSTLINK_PATH + 300], to[300];
	DIR *rules;
	struct dirent *e;

	snprintf(folder, sizeof folder, "%s" PRODUCT "/rules", dir);
	rules = opendir(folder);
	while (rules && (e = readdir(rules))) {
		bool listed = *e->d_name == '.';

		snprintf(to, sizeof to, PRODUCT "/rules/%s", e->d_name);
		for (size_t i = 0; i < list->len && !listed; i++)
			listed = strcmp(list->items[i].to, to) == 0;
		snprintf(path, sizeof path, "%s/%s", folder, e->d_name);
		if (!listed)
			unlink(path);
	}
	if (rules)
		closedir(rules);
}

static int
put_all(const struct list *list, const char *dir)
{
	char *needing[FILES_MAX + 1] = {0}, path[HOSTLINK_PATH];
	size_t n = 0;
	int fault = 0;

	for (size_t i = 0; i < list->len && !fault; i++) {
		snprintf(path, sizeof path, "%s%s", dir, list->items[i].to);
		fault = hostlink_copy(list->items[i].from, path, list->items[i].mode);
		if (list->items[i].program)
			needing[n++] = list->items[i].from;
	}
	drop_old_rules(list, dir);
	snprintf(path, sizeof path, "%s/usr/local/bin/kextirpate", dir);
	if (!fault)
		fault = hostlink_make_parents(path);
	if (!fault && symlink("../kextirpate/bin/kextirpate", path) && errno != EEXIST)
		fault = -errno;
	if (!fault)
		fault = put_devices(dir);
	return fault ? fault : hostlink_libraries(dir, needing);
}

int
hostlink_refresh(const char *dir, const char *scenario_rule)
{
	struct list *list = calloc(1, sizeof *list);
	mode_t mask = umask(022);
	int fault = -ENOMEM;

	if (list)
		list->items = calloc(FILES_MAX, sizeof *list->items);
	if (list && list->items)
		fault = list_fill(list, scenario_rule);
	if (!fault && !stamp_is_current(list, dir)) {
		fault = put_all(list, dir);
		if (!fault)
			fault = stamp_write(list, dir);
	}
	if (fault)
		fprintf(stderr, "macsim: %s: cannot bring in what a run needs: %s\n", dir,
		    strerror(-fault));
	umask(mask);
	if (list)
		free(list->items);
	free(list);
	return fault;
}
