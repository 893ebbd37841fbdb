/* SPDX-License-Identifier: BSD-2-Clause */
/* Files and libraries of the building machine, brought into a tree. Uses ldd. */
#include <errno.h>
#include <fcntl.h>
#include <spawn.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/sendfile.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "tests/macsim/hostlink.h"

extern char **environ;

int
hostlink_make_parents(const char *path)
{
	char part[HOSTLINK_PATH];

	snprintf(part, sizeof part, "%s", path);
	for (char *slash = strchr(part + 1, '/'); slash; slash = strchr(slash + 1, '/')) {
		*slash = 0;
		if (mkdir(part, 0755) && errno != EEXIST)
			return -errno;
		*slash = '/';
	}
	return 0;
}

int
hostlink_copy(const char *from, const char *to, unsigned mode)
{
	char temporary[HOSTLINK_PATH + 32];
	int in = -1, out = -1, fault = hostlink_make_parents(to);
	ssize_t n = 0;

	snprintf(temporary, sizeof temporary, "%s.new%d", to, (int)getpid());
	if (!fault && ((in = open(from, O_RDONLY | O_CLOEXEC)) < 0 ||
	    (out = open(temporary, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600)) < 0))
		fault = -errno;
	while (!fault && (n = sendfile(out, in, NULL, 1 << 20)) > 0)
		continue;
	if (!fault && (n < 0 || fchmod(out, mode) || rename(temporary, to)))
		fault = -errno;
	if (in >= 0)
		close(in);
	if (out >= 0)
		close(out);
	if (fault)
		unlink(temporary);
	return fault;
}

/* The loader stands where programs look for it: its folder is a link to ours. */
static int
put_loader(const char *root, const char *path)
{
	char folder[HOSTLINK_PATH], link[2 * HOSTLINK_PATH];

	snprintf(folder, sizeof folder, "%s", path);
	*strrchr(folder, '/') = 0;
	if (*folder == 0 || strchr(folder + 1, '/')) {
		snprintf(link, sizeof link, "%s%s", root, path);
		snprintf(folder, sizeof folder, "/.macsim/lib/%s", strrchr(path, '/') + 1);
		if (hostlink_make_parents(link) || (symlink(folder, link) && errno != EEXIST))
			return -errno;
		return 0;
	}
	snprintf(link, sizeof link, "%s%s", root, folder);
	return symlink(".macsim/lib", link) && errno != EEXIST ? -errno : 0;
}

static int
put_library(const char *root, const char *name, const char *from)
{
	char to[2 * HOSTLINK_PATH], whole[HOSTLINK_PATH];
	struct stat have, want;

	snprintf(to, sizeof to, "%s/.macsim/lib/%s", root, name);
	if (!realpath(from, whole) || stat(whole, &want))
		return -errno;
	if (stat(to, &have) == 0 && have.st_size == want.st_size &&
	    (have.st_ino == want.st_ino || have.st_mtime >= want.st_mtime))
		return 0;
	unlink(to);
	return link(whole, to) == 0 ? 0 : hostlink_copy(whole, to, 0755);
}

/* "name => /path (0x..)", or "/loader (0x..)". */
static int
put_line(const char *root, const char *line)
{
	char name[HOSTLINK_PATH], path[HOSTLINK_PATH];

	if (sscanf(line, " %4095s => %4095s (", name, path) == 2 && *path == '/') {
		if (*name == '/' && put_loader(root, name))
			return -errno;
		return put_library(root, *name == '/' ? strrchr(name, '/') + 1 : name, path);
	}
	if (sscanf(line, " %4095s (0x", path) != 1 || *path != '/' || !strstr(line, "(0x"))
		return 0;
	return put_loader(root, path) ? -errno : put_library(root, strrchr(path, '/') + 1, path);
}

int
hostlink_libraries(const char *root, char *const programs[])
{
	posix_spawn_file_actions_t actions;
	char *argv[128] = {"ldd"}, line[2 * HOSTLINK_PATH], lib[HOSTLINK_PATH + 32];
	int pipefd[2], fault = 0;
	FILE *out;
	pid_t pid = -1;

	for (size_t i = 0; i < 126 && programs[i]; i++)
		argv[i + 1] = programs[i];
	snprintf(lib, sizeof lib, "%s/.macsim/lib/", root);
	if (hostlink_make_parents(lib) || pipe2(pipefd, O_CLOEXEC))
		return -errno;
	snprintf(lib, sizeof lib, "%s/lib", root);
	if (symlink(".macsim/lib", lib) && errno != EEXIST)
		fault = -errno;
	posix_spawn_file_actions_init(&actions);
	posix_spawn_file_actions_adddup2(&actions, pipefd[1], 1);
	posix_spawn_file_actions_addopen(&actions, 2, "/dev/null", O_WRONLY, 0);
	if (!fault)
		fault = -posix_spawnp(&pid, "ldd", &actions, NULL, argv, environ);
	posix_spawn_file_actions_destroy(&actions);
	close(pipefd[1]);
	out = fdopen(pipefd[0], "r");
	while (!fault && out && fgets(line, sizeof line, out))
		fault = put_line(root, line);
	if (out)
		fclose(out);
	if (pid > 0)
		waitpid(pid, NULL, 0);
	return fault;
}
