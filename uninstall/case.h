/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Case: all traces of one kext. The join is pure: traces and rules in, cases out,
 * without any I/O.
 */
#ifndef UNINSTALL_CASE_H
#define UNINSTALL_CASE_H

#include "rules/rule.h"
#include "uninstall/trace.h"

struct kext_case {
	const char *bundle_id; /* NULL: known by its path alone */
	const char *name;      /* NULL, unless the id alone does not tell it from another's */
	const char *path;      /* the original bundle's place, NULL when no trace has one */
	const char *team_id;   /* as a trace or the rule gives it; NULL */
	const struct rule *rule; /* NULL: no rule names it */
	bool apple;              /* Apple's own, or shipped with macOS */
	bool claims_apple_id;    /* an Apple id in a place that is not Apple's */
	const struct trace **traces;
	size_t trace_count;
};

struct case_list {
	struct kext_case *items;
	size_t count, room;
};

/* Joins traces to cases, one per bundle id: macOS knows a kext by that, whatever
 * path, version or team it had, and ids that differ are different kexts, which a
 * rule may name together. Traces without an id join by the path that they name, or
 * by their cdhash. An id that lies nested in more than one bundle is a case for each
 * of them (case_home.h). Owned by the arena; the traces are borrowed. Sorted by id. */
void cases_join(struct arena *arena, const struct trace_list *traces, const struct rule_set *rules,
    struct case_list *cases);

/* The case of that bundle id, or NULL. */
struct kext_case *cases_find(const struct case_list *cases, const char *bundle_id);

/* Who can take a trace of the case away: nobody but Apple where the kext is Apple's. */
enum keeper case_keeper(const struct kext_case *kext, const struct trace *trace);

/* A name for messages and the ledger: the id, told apart where that is needed; else
 * the path. */
const char *case_name(const struct kext_case *kext);

/* What the case's traces say together. Only what this system keeps counts: traces
 * of another system are shown, they cannot reach this kernel. */
struct case_facts {
	bool has_carrier;
	bool bundle;   /* a bundle on disk */
	bool loaded;   /* in the kernel now */
	bool listed;   /* member of this system's collection */
	bool loadable; /* listed, and not known to be refused */
	bool kept;     /* in instructions, loadable list or stash */
	bool staged;
};
struct case_facts case_get_facts(const struct kext_case *kext);

/* The original place that a trace speaks of: a staged copy's without the staging
 * folder; the bundle that a job names; NULL for a stashed copy. */
const char *trace_original_path(const struct trace *trace);

/* Whether the package of that id lists the kext; path: whether it lists that bundle of it,
 * NULL: any. */
bool case_is_listed_by(const struct kext_case *kext, const char *path, const char *package);

#endif
