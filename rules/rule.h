/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Rules: what is known of a vendor's product, one XML file each. A rule names
 * kexts, receipts and the replacement; whatever is not known is left out, never
 * guessed. The Mac at hand is none of its business.
 */
#ifndef RULES_RULE_H
#define RULES_RULE_H

#include <stdbool.h>
#include <stddef.h>

#include "kmutil-helpers/arena.h"
#include "kmutil-helpers/path.h"

#define RULE_MAX_BYTES ((size_t)256 << 10)
#define RULE_MAX_ITEMS 256

struct rule_kext {
	const char *bundle_id; /* NULL: not known */
	const char *team_id;   /* NULL: not known */
	const char **places;   /* paths of the bundle */
	int *place_lines; /* of the file, as every line here */
	size_t place_count;
	int line;
};

struct rule_replacement {
	const char *dext_id, *dext_team;
	const char *app_id, *app_team, *app_path;
	/* The app's own helper and its arguments, absolute, NULL-terminated; NULL when
	 * it is not known how to ask the app. */
	const char **activate;
	int line;
};

/* All texts are owned by the arena of rules_load. */
struct rule {
	const char *id, *vendor, *product;
	const char *class_name; /* "storage", ...; NULL: not known */
	bool detects_only;      /* scan and explain use it; nothing is removed by it */
	struct rule_kext *kexts;
	size_t kext_count;
	const char **receipts;
	int *receipt_lines;
	size_t receipt_count;
	struct rule_replacement replacement; /* dext_id NULL: none is known */
	const char *evidence;
	int line, evidence_line;
};

/* What is wrong with a rule's file. */
struct rule_fault {
	const char *file;
	int line; /* 0 when the file could not be read at all */
	const char *message;
};

struct rule_set {
	struct rule *rules; /* sorted by id */
	size_t count;
	struct rule_fault *faults;
	size_t fault_count;
};

/* Reads every *.xml of a folder. A broken file is a fault and leaves its rule
 * out. 0, or the code of the folder itself. */
int rules_load(const struct root *root, const char *folder, struct arena *arena,
    struct rule_set *set);
/* One rule from bytes; file is for messages. NULL with *fault filled. */
const struct rule *rule_parse(struct arena *arena, const char *file, const char *bytes,
    size_t len, struct rule_fault *fault);

/* The rule of that id, or NULL. */
const struct rule *rules_find(const struct rule_set *set, const char *id);
/* The rule, and the kext of it, that names a bundle id or a place; NULL when none
 * does. Either may be NULL. kext may be NULL. */
const struct rule *rules_find_kext(const struct rule_set *set, const char *bundle_id,
    const char *path, const struct rule_kext **kext);

#endif
