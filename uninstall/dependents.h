/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Dependents: what would be cut off if a driver went: a mounted volume, the default
 * route, the only keyboard. Evidence for the plan, out of the I/O Registry, the mount
 * table and the routes; finding it is pure, reading it changes nothing.
 */
#ifndef UNINSTALL_DEPENDENTS_H
#define UNINSTALL_DEPENDENTS_H

#include "kmutil-helpers/ioreg.h"
#include "kmutil-helpers/tool_route.h"

/* In the order of --accept-loss-of. */
enum loss { LOSS_NETWORK, LOSS_STORAGE, LOSS_INPUT, LOSS_COUNT };

/* "network", "storage", "input". */
const char *loss_name(enum loss loss);

/* All texts are owned by the arena. */
struct dependent {
	const char *bundle_id; /* the kext; NULL: nobody can say whose, any driver's of a kind */
	enum loss loss;
	const char *text; /* "the volume /Volumes/Work (disk4s1) is mounted" */
};

struct dependent_list {
	struct dependent *items;
	size_t count, room;
	/* Why it cannot be told; NULL where it can. Never asked: asked is false. */
	const char *unknown[LOSS_COUNT];
	bool asked;
};

/* One mounted volume. */
struct mounted {
	const char *device, *point, *type;
};

struct mounted_list {
	struct mounted *items;
	size_t count, room;
};

/* What hangs on these kexts, by their ids. Assumption registry-names-driver: what a kext
 * drives bears its id, and what hangs on that lies below. */
void dependents_find(struct arena *arena, const struct ioreg *registry,
    const struct mounted_list *mounts, const struct route *route, const char *const *ids,
    size_t id_count, struct dependent_list *list);

/* Asks ioreg, the mount table and scutil. What does not answer becomes unknown. */
void dependents_read(
    struct arena *arena, const char *const *ids, size_t id_count, struct dependent_list *list);

#endif
