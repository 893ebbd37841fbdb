/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Sources: the places where a kext leaves traces, one row each. A new hiding
 * place is one file source_NAME.c with its row and one line in sources.c.
 */
#ifndef UNINSTALL_SOURCE_H
#define UNINSTALL_SOURCE_H

#include "kmutil-helpers/path.h"
#include "uninstall/problem.h"
#include "uninstall/trace.h"

struct host;  /* kmutil-helpers/tool_host.h */
struct plist; /* kmutil-helpers/plist.h */

/* What a source reads from and adds to. */
struct scan {
	struct arena *arena;     /* owns all that is found */
	const struct root *root; /* borrowed */
	const struct host *host; /* borrowed */
	struct trace_list traces;
	/* UUIDs of this system's collection and of the base collection that it was
	 * built against; NULL without a collection. */
	const char *collection_uuid, *collection_base_uuid;
	struct problem_list problems;
	/* Leaves out the stores that only Recovery changes: they decide nothing. */
	bool carriers_only;
	/* Apple's kexts too. */
	bool all;
	/* Folders in which bundles are never looked for (the vault); NULL-terminated. */
	const char *const *skip;
};

struct source {
	const char *name; /* as in the JSON */
	enum trace_role role;
	enum keeper keeper;
	bool live; /* asks the running kernel: not asked with --root */
	const char *unknown; /* what is unknown when it cannot be read */
	/* Adds its traces and problems to the scan. NULL: filled by another source's. */
	void (*read)(struct scan *scan);
};

/* The row of a source; never NULL. */
const struct source *source_get(enum source_id id);

/* Reads every source of the scan's root, in the table's order. */
void scan_run(struct scan *scan);

/* --- for the sources themselves --- */

/* A new trace with source, role and keeper filled in; valid until the next one. */
struct trace *scan_add(struct scan *scan, enum source_id source);
/* A problem of a source with a path. A place that does not exist (-ENOENT) holds
 * nothing and is no problem. */
void scan_fault(struct scan *scan, enum source_id source, const char *path, struct fault fault);
void scan_problem(struct scan *scan, enum source_id source, const char *path, int code);

/* The property list of a store; NULL when there is none or a problem was added. */
const struct plist *scan_read_plist(struct scan *scan, enum source_id source, const char *path);
/* A path as macOS's files and packages have it, made canonical where it can be; owned by the
 * arena. NULL for NULL. */
const char *scan_path(struct scan *scan, const char *path);
/* The identity of a bundle: id and version from its Info.plist (0, -ENOENT, ...), the
 * rest from its executable. */
int scan_read_bundle(struct scan *scan, const char *bundle, struct trace *trace,
    struct fault *fault);
/* Adds the trace of a bundle at a path that the arena owns. */
void scan_add_bundle(struct scan *scan, enum source_id source, const char *path);
/* Whether bundles at the path are not looked for. */
bool scan_skips(const struct scan *scan, const char *path);
/* Adds the bundles at the paths that other traces name, wherever those are. */
void scan_named_bundles(struct scan *scan);
/* Adds a trace for each bundle *.kext in or below the folder, at most `depth`
 * folders deep, inside other bundles too. */
void scan_walk_bundles(struct scan *scan, enum source_id source, const char *folder, int depth);

extern const struct source source_bundle, source_receipt, source_auxkc, source_preboot,
    source_staged, source_stashed, source_kcgen, source_uakl, source_loaded, source_policy,
    source_policy_mdm, source_load_history, source_launchd, source_alert,
    source_install_history, source_relocated;

#endif
