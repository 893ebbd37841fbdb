/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * What System Integrity Protection, the sealed system, volumes and the privacy
 * permission refuse. Judges canonical paths; knows no process.
 * Assumptions: sip-keeps-kernel-folders, preboot-root-unlink, intel-root-unlink,
 * applications-need-permission, extensions-are-roots, forget-works.
 */
#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>

#include "tests/macsim/sandbox.h"

enum keeper { FREE, SEALED, SIP, PREBOOT, COLLECTIONS, EXTENSIONS, RECEIPTS, OURS };

static const struct {
	const char *path;
	enum keeper keeper;
} places[] = {
    {"/System", SEALED},
    {"/System/Volumes", FREE},
    {"/usr", SEALED},
    {"/usr/local", FREE},
    {"/bin", SEALED},
    {"/sbin", SEALED},
    {"/lib", SEALED},
    {"/lib64", SEALED},
    {"/private/var/db/KernelExtensionManagement", SIP},
    {"/Library/StagedExtensions", SIP},
    {"/private/var/db/SystemPolicyConfiguration", SIP},
    {"/Library/SystemExtensions", SIP},
    {"/Library/Apple", SIP},
    {"/Library/DriverExtensions", SIP},
    {"/System/Volumes/Preboot", PREBOOT},
    {"/System/Volumes/iSCPreboot", PREBOOT},
    {"/Library/KernelCollections", COLLECTIONS},
    {"/Library/Extensions", EXTENSIONS},
    {"/private/var/db/receipts", RECEIPTS},
    {"/.macsim", OURS},
};

static bool
is_under(const char *path, const char *folder)
{
	size_t len = strlen(folder);

	return strncmp(path, folder, len) == 0 && (path[len] == 0 || path[len] == '/');
}

/* The keeper by the longest place that holds path. */
static enum keeper
keeper_of(const char *path)
{
	enum keeper keeper = FREE;
	size_t best = 0;

	for (size_t i = 0; i < sizeof places / sizeof *places; i++)
		if (is_under(path, places[i].path) && strlen(places[i].path) > best) {
			best = strlen(places[i].path);
			keeper = places[i].keeper;
		}
	return keeper;
}

static bool
holds_place(const char *path)
{
	for (size_t i = 0; i < sizeof places / sizeof *places; i++)
		if (is_under(places[i].path, path))
			return true;
	return false;
}

/* A mount point as the mount table writes it: a blank is \040. */
static void
read_point(const char *text, char out[SANDBOX_PATH])
{
	size_t len = 0;

	for (; *text && *text != ':' && len + 1 < SANDBOX_PATH; len++) {
		bool blank = strncmp(text, "\\040", 4) == 0;

		out[len] = blank ? ' ' : *text;
		text += blank ? 4 : 1;
	}
	out[len] = 0;
}

/* The number of the volume on which the path lies; *is_point: it is mounted right there.
 * Those of "volumes", DISK:POINT:TYPE separated by commas, come behind macOS's own. */
static int
volume_of(const struct sandbox *box, const char *path, bool *is_point)
{
	const char *at = model_get(box->model, "volumes", "none");
	int number = is_under(path, "/System/Volumes/Preboot")	? 1
		     : is_under(path, "/System/Volumes/iSCPreboot") ? 2
								    : 0;
	char point[SANDBOX_PATH];

	*is_point = false;
	for (int i = 3; (at = strchr(at, ':')); i++) {
		read_point(at + 1, point);
		if (is_under(path, point)) {
			number = i;
			*is_point = strcmp(path, point) == 0;
		}
		at = strchr(at, ',');
		if (!at)
			break;
	}
	return number;
}

/* What the kernel answers where volumes meet, whoever asks; 0: nothing against it. */
static int
judge_volumes(const struct sandbox *box, int op, const char *path, const char *second)
{
	bool is_point, second_is_point = false;
	int volume = volume_of(box, path, &is_point);

	if (second && volume != volume_of(box, second, &second_is_point))
		return -EXDEV;
	return (op == OP_UNLINK || op == OP_RENAME) && (is_point || second_is_point) ? -EBUSY : 0;
}

static bool
may_unlink(const struct sandbox *box, enum keeper keeper, const char *path)
{
	const char *leaf = strrchr(path, '/');
	struct stat st;

	/* Shown for files; nobody saw a folder go. */
	if (fstatat(box->root_fd, path + 1, &st, AT_SYMLINK_NOFOLLOW) || S_ISDIR(st.st_mode))
		return false;
	if (keeper == COLLECTIONS)
		return model_assumes(box->model, "intel-root-unlink");
	return keeper == PREBOOT && strncmp(leaf, "/kernelcache.auxkc", 18) == 0 &&
	       model_assumes(box->model, "preboot-root-unlink");
}

static int
judge_one(const struct sandbox *box, int op, const char *path)
{
	bool sip = strcmp(model_get(box->model, "sip", "on"), "off") != 0;
	enum keeper keeper = keeper_of(path);

	if (keeper == OURS)
		return -EPERM;
	/* Names in / itself are the sealed system's. */
	if (keeper == SEALED || (op != OP_CHANGE && strrchr(path, '/') == path))
		return -EROFS;
	/* Free unless these two do not hold: then they are kept like the others. */
	if ((keeper == EXTENSIONS && model_assumes(box->model, "extensions-are-roots")) ||
	    (keeper == RECEIPTS && model_assumes(box->model, "forget-works")))
		keeper = FREE;
	if (keeper == SIP && sip && !model_assumes(box->model, "sip-keeps-kernel-folders"))
		return 0;
	if (keeper != FREE && sip && !(op == OP_UNLINK && may_unlink(box, keeper, path)))
		return -EPERM;
	if ((op == OP_UNLINK || op == OP_RENAME) && holds_place(path))
		return -EPERM;
	if (is_under(path, "/Applications") && strcmp(path, "/Applications") != 0 &&
	    strcmp(model_get(box->model, "tcc", "granted"), "denied") == 0 &&
	    model_assumes(box->model, "applications-need-permission"))
		return -EPERM;
	return 0;
}

const char *
sandbox_unreadable(const struct sandbox *box)
{
	const char *path = model_get(box->model, "unreadable", "none");

	/* The store of permissions is closed to who has not Full Disk Access. */
	if (*path != '/' && strcmp(model_get(box->model, "tcc", "granted"), "denied") == 0)
		return "/Library/Application Support/com.apple.TCC";
	return *path == '/' ? path : NULL;
}

/* The kernel's own answer (no such file, exists already) comes before a refusal. */
static bool
kernel_answers(const struct sandbox *box, int op, const char *path)
{
	struct stat st;
	bool there = fstatat(box->root_fd, path[1] ? path + 1 : ".", &st, AT_SYMLINK_NOFOLLOW) == 0;

	return op == OP_CREATE ? there : op != OP_OPEN && !there;
}

int
sandbox_guard_judge(const struct sandbox *box, int op, const char *path, const char *second)
{
	const char *closed = sandbox_unreadable(box);
	int fault;

	if (op == OP_READ)
		return closed && is_under(path, closed) ? -EPERM : 0;
	if (kernel_answers(box, op, path))
		return 0;
	fault = judge_volumes(box, op, path, second);
	if (fault)
		return fault;
	fault = judge_one(box, op, path);
	return fault || !second ? fault : judge_one(box, op, second);
}
