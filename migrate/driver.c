/* SPDX-License-Identifier: BSD-2-Clause */
/* Drivers on disk. */
#include <errno.h>
#include <string.h>
#include <unistd.h>

#include "kmutil-helpers/die.h"
#include "kmutil-helpers/entitlements.h"
#include "migrate/driver.h"
#include "kmutil-helpers/banned.h"

#define INFO_PLIST_CAP_BYTES ((size_t)16 << 20)
#define PROFILE_CAP_BYTES ((size_t)4 << 20)

/* Where a bundle keeps its parts: kexts have Contents, dexts are flat. The last one is
 * an Info.plist by itself. */
static const struct {
	const char *info, *code, *profile;
} layouts[] = {
    {"/Contents/Info.plist", "/Contents/MacOS", "/Contents/embedded.provisionprofile"},
    {"/Info.plist", "", "/embedded.provisionprofile"},
    {"", NULL, NULL},
};

/* The Mac's own path of an argument, which may be relative. */
static const char *
driver_path(const struct session *session, const char *argument)
{
	struct arena *arena = session->arena;
	char folder[PATH_MAX];
	const char *path = argument;

	if (argument[0] != '/' && session->options->root == NULL) {
		if (getcwd(folder, sizeof(folder)) == NULL)
			die(EXIT_NO_INPUT, "%s: the current folder cannot be told", argument);
		path = arena_printf(arena, "%s/%s", folder, argument);
	}
	path = session->options->root != NULL ? path_canonical(arena, path)
					      : path_canonical_here(arena, path);
	if (path == NULL)
		die(EXIT_USAGE, "%s: a path from the root, without \"..\", is needed", argument);
	return path;
}

/* The driver's Info.plist: of a kext or a dext, or given by itself. *row becomes the
 * layout that it was found in. */
static const struct plist *
read_info(const struct session *session, const char *argument, const char *path, size_t *row)
{
	const char *file = path;
	const struct plist *info = NULL;
	struct fault fault = {0};
	char *bytes;
	size_t len, i;
	int error = -ENOENT;

	for (i = 0; i < sizeof(layouts) / sizeof(*layouts); i++) {
		file = arena_printf(session->arena, "%s%s", path, layouts[i].info);
		error = path_read(
		    &session->root, file, INFO_PLIST_CAP_BYTES, session->arena, &bytes, &len);
		if (error != -ENOENT && error != -ENOTDIR)
			break;
	}
	if (error == -ENOENT || error == -FAULT_NOT_FILE)
		die(EXIT_NO_INPUT, "%s: is no kext, dext or Info.plist", argument);
	if (error != 0)
		die(EXIT_NO_INPUT, "%s: %s", file, fault_sentence(error));
	if (plist_parse(session->arena, bytes, len, &info, &fault) != 0)
		die(EXIT_BAD_INPUT, "%s: %s, near byte %llu", file, fault_sentence(fault.code),
		    (unsigned long long)fault.at);
	if (plist_type(info) != PLIST_DICT)
		die(EXIT_BAD_INPUT, "%s: is no property list of a driver", file);
	*row = i;
	return info;
}

static void
add_problem(struct session *session, const char *path, struct fault fault)
{
	problem_add_fault(&session->scan.problems, path, "compare", fault,
	    "what the dext is signed for is unknown", false);
}

static void
read_code(struct session *session, const char *folder, struct driver *driver)
{
	const char *name = plist_find_text(driver->info, "CFBundleExecutable"), *path;
	struct fault fault = {0};
	int fd;

	if (name == NULL || strchr(name, '/') != NULL)
		return;
	path = arena_printf(session->arena, "%s/%s", folder, name);
	fault.code = path_open_file(&session->root, path, &fd, NULL);
	if (fault.code == -ENOENT)
		return;
	if (fault.code == 0) {
		fault.code = entitlements_read(session->arena, fd,
		    session->host.chip == HOST_CHIP_INTEL, &driver->entitlements, &fault);
		(void)close(fd);
	}
	driver->has_code = fault.code == 0;
	if (fault.code != 0)
		add_problem(session, path, fault);
}

static void
read_profile(struct session *session, const char *path, struct driver *driver)
{
	struct fault fault = {0};
	char *bytes;
	size_t len;

	fault.code =
	    path_read(&session->root, path, PROFILE_CAP_BYTES, session->arena, &bytes, &len);
	if (fault.code == 0)
		fault.code = profile_parse(session->arena, bytes, len, &driver->profile, &fault);
	if (fault.code != 0 && fault.code != -ENOENT)
		add_problem(session, path, fault);
}

void
driver_read(struct session *session, const char *argument, struct driver *out)
{
	const char *path = driver_path(session, argument);
	size_t row;

	*out = (struct driver){.info = read_info(session, argument, path, &row)};
	if (layouts[row].code == NULL)
		return;
	read_code(session, arena_printf(session->arena, "%s%s", path, layouts[row].code), out);
	read_profile(
	    session, arena_printf(session->arena, "%s%s", path, layouts[row].profile), out);
}
