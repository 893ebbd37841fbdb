/* SPDX-License-Identifier: BSD-2-Clause */
/* Who hangs on which kext. */
#include <ctype.h>
#include <string.h>

#include "kmutil-helpers/os.h"
#include "kmutil-helpers/tool_ioreg.h"
#include "uninstall/dependents.h"
#include "kmutil-helpers/banned.h"

#define DEVICES "/dev/"

struct finder {
	struct arena *arena;
	const struct ioreg *registry;
	const char *const *ids;
	size_t id_count;
	struct dependent_list *list;
};

const char *
loss_name(enum loss loss)
{
	static const char *const names[LOSS_COUNT] = {
	    [LOSS_NETWORK] = "network", [LOSS_STORAGE] = "storage", [LOSS_INPUT] = "input"};

	return names[loss];
}

static void
add(struct finder *finder, const char *bundle_id, enum loss loss, const char *text)
{
	struct dependent_list *list = finder->list;
	struct dependent *item;
	size_t i;

	for (i = 0; i < list->count; i++)
		if (list->items[i].bundle_id == bundle_id && list->items[i].loss == loss &&
		    strcmp(list->items[i].text, text) == 0)
			return;
	item = arena_push(finder->arena, &list->items, &list->count, &list->room, sizeof(*item));
	*item = (struct dependent){.bundle_id = bundle_id, .loss = loss, .text = text};
}

/* The target whose entry this is; NULL: none's. */
static const char *
target_of(const struct finder *finder, const struct ioreg_entry *entry)
{
	size_t i;

	for (i = 0; entry->bundle_id != NULL && i < finder->id_count; i++)
		if (strcmp(entry->bundle_id, finder->ids[i]) == 0)
			return finder->ids[i];
	return NULL;
}

/* The nearest target at or above an entry; NULL when none of them drives it. */
static const char *
driver_of(const struct finder *finder, size_t entry)
{
	const char *target;

	for (; entry != IOREG_NO_PARENT; entry = finder->registry->items[entry].parent) {
		target = target_of(finder, &finder->registry->items[entry]);
		if (target != NULL)
			return target;
	}
	return NULL;
}

/* The node of a mounted device; a snapshot is "com.apple.x@/dev/disk3s1s1". */
static const char *
node_of(const char *device)
{
	const char *at = strstr(device, DEVICES);

	return at != NULL ? at + strlen(DEVICES) : NULL;
}

/* Whether a mounted node is the medium or a part of it: disk3s1 of disk3. */
static bool
is_on(const char *node, const char *medium)
{
	size_t len = strlen(medium);

	return strncmp(node, medium, len) == 0 &&
	    (node[len] == '\0' || (node[len] == 's' && isdigit((unsigned char)node[len + 1])));
}

static bool
is_apples_file_system(const char *type)
{
	/* mount(8) and the folders of /System/Library/Filesystems */
	static const char *const types[] = {"apfs", "hfs", "msdos", "exfat", "ntfs", "udf",
	    "cd9660", "cddafs", "devfs", "autofs", "nullfs", "unionfs", "lifs", "tmpfs", "nfs",
	    "smbfs", "afpfs", "webdav", "ftp", "acfs", "bindfs", "mtmfs"};
	size_t i;

	for (i = 0; i < sizeof(types) / sizeof(*types); i++)
		if (strcmp(types[i], type) == 0)
			return true;
	return false;
}

static void
find_volume(struct finder *finder, const struct mounted *mounted)
{
	const char *node = node_of(mounted->device), *driver;
	const struct ioreg_entry *entry;
	size_t i;

	if (!is_apples_file_system(mounted->type))
		add(finder, NULL, LOSS_STORAGE,
		    arena_printf(finder->arena,
			"the volume %s is mounted, and its file system %s is not one of Apple's",
			mounted->point, mounted->type));
	for (i = 0; node != NULL && i < finder->registry->count; i++) {
		entry = &finder->registry->items[i];
		if (entry->bsd_name == NULL || !is_on(node, entry->bsd_name))
			continue;
		driver = driver_of(finder, i);
		if (driver != NULL)
			add(finder, driver, LOSS_STORAGE,
			    arena_printf(finder->arena, "the volume %s (%s) is mounted",
				mounted->point, node));
	}
}

/* Tunnels that macOS itself makes for programs: no kext's. */
static bool
is_apples_tunnel(const char *interface)
{
	return strncmp(interface, "utun", 4) == 0 || strncmp(interface, "ipsec", 5) == 0;
}

static void
find_route(struct finder *finder, const char *interface)
{
	const char *driver;
	bool known = false;
	size_t i;

	if (interface == NULL)
		return;
	for (i = 0; i < finder->registry->count; i++) {
		if (finder->registry->items[i].bsd_name == NULL ||
		    strcmp(finder->registry->items[i].bsd_name, interface) != 0)
			continue;
		known = true;
		driver = driver_of(finder, i);
		if (driver != NULL)
			add(finder, driver, LOSS_NETWORK,
			    arena_printf(
				finder->arena, "the default route goes through %s", interface));
	}
	if (!known && !is_apples_tunnel(interface))
		add(finder, NULL, LOSS_NETWORK,
		    arena_printf(finder->arena,
			"the default route goes through %s, and the I/O Registry does not say "
			"whose that is",
			interface));
}

/* The target that a keyboard needs: at it, above it or below it. */
static const char *
keyboard_driver(const struct finder *finder, size_t keyboard)
{
	const char *driver = driver_of(finder, keyboard);
	size_t i;

	for (i = keyboard + 1; driver == NULL && i < finder->registry->count; i++)
		if (target_of(finder, &finder->registry->items[i]) != NULL &&
		    ioreg_is_below(finder->registry, i, keyboard))
			driver = target_of(finder, &finder->registry->items[i]);
	return driver;
}

/* A keyboard that nobody can touch is none: those of Karabiner and the like. */
static bool
is_real(const struct ioreg_entry *entry)
{
	return entry->transport != NULL && strcmp(entry->transport, "Virtual") != 0;
}

static void
find_keyboards(struct finder *finder)
{
	const struct ioreg *registry = finder->registry;
	const char *driver, *needed = NULL;
	size_t i;

	for (i = 0; i < registry->count; i++) {
		if (!registry->items[i].keyboard)
			continue;
		driver = keyboard_driver(finder, i);
		if (driver != NULL)
			needed = driver;
		else if (is_real(&registry->items[i]))
			return;
	}
	if (needed != NULL)
		add(finder, needed, LOSS_INPUT, "the only keyboard of this Mac needs it");
}

void
dependents_find(struct arena *arena, const struct ioreg *registry,
    const struct mounted_list *mounts, const struct route *route, const char *const *ids,
    size_t id_count, struct dependent_list *list)
{
	struct finder finder = {arena, registry, ids, id_count, list};
	size_t i;

	for (i = 0; mounts != NULL && i < mounts->count; i++)
		find_volume(&finder, &mounts->items[i]);
	if (route != NULL) {
		find_route(&finder, route->ipv4);
		find_route(&finder, route->ipv6);
	}
	find_keyboards(&finder);
}

struct mount_reader {
	struct arena *arena;
	struct mounted_list *mounts;
};

static void
keep_mount(const struct os_mount *mount, void *payload)
{
	struct mount_reader *reader = payload;
	struct mounted_list *mounts = reader->mounts;
	struct mounted *item = arena_push(
	    reader->arena, &mounts->items, &mounts->count, &mounts->room, sizeof(*item));

	*item = (struct mounted){.device = arena_strdup(reader->arena, mount->device),
	    .point = arena_strdup(reader->arena, mount->point),
	    .type = arena_strdup(reader->arena, mount->type)};
}

static void
cannot_tell(
    struct arena *arena, struct dependent_list *list, enum loss loss, const char *who, int error)
{
	list->unknown[loss] = arena_printf(arena, "%s: %s", who, fault_sentence(error));
}

void
dependents_read(
    struct arena *arena, const char *const *ids, size_t id_count, struct dependent_list *list)
{
	struct mounted_list mounts = {0};
	struct mount_reader reader = {arena, &mounts};
	struct route route = {0};
	struct ioreg registry;
	int error, mounts_error, route_error, loss;

	*list = (struct dependent_list){.asked = true};
	mounts_error = os_mounts_each(keep_mount, &reader);
	if (mounts_error != 0)
		cannot_tell(arena, list, LOSS_STORAGE, "the mount table", mounts_error);
	route_error = route_read(arena, &route);
	if (route_error != 0)
		cannot_tell(arena, list, LOSS_NETWORK, "scutil", route_error);
	error = ioreg_read_all(arena, &registry);
	if (error != 0) {
		registry = (struct ioreg){0};
		for (loss = 0; loss < LOSS_COUNT; loss++)
			cannot_tell(arena, list, (enum loss)loss, "ioreg", error);
	}
	dependents_find(arena, &registry, &mounts, &route, ids, id_count, list);
}
