/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Rules: what is known of a vendor's product, one XML file each (rules/rules.rng says
 * what may stand in it). A rule names kexts, receipts and the replacement; whatever is
 * not known is left out, never guessed. The Mac at hand is none of its business.
 */
#ifndef RULES_RULE_H
#define RULES_RULE_H

#include <stdbool.h>
#include <stddef.h>

#include "kmutil-helpers/arena.h"
#include "kmutil-helpers/path.h"

#define RULE_MAX_BYTES ((size_t)256 << 10)
#define RULE_MAX_ITEMS 256

/* How a claim is known: S read from a signed binary or package, D a public document
 * that inspected one, V the vendor's own script or documentation, L records of a Mac,
 * U someone else's how-to, C a Homebrew cask alone. */
#define RULE_GRADES "SDVLUC"

struct rule_kext {
	const char *bundle_id; /* NULL: not known, or a pattern */
	const char *pattern;   /* of ids that change with the version (rules/pattern.h) */
	const char *team_id;   /* NULL: not known */
	const char **places;   /* paths of the bundle; with a pattern, these may be some, too */
	int *place_lines;      /* of the file, as every line here */
	size_t place_count;
	char grade; /* 0: that of the rule */
	int line;
};

/* One word that a rule claims: a label, a path. */
struct rule_claim {
	const char *text;
	char grade; /* 0: that of the rule */
	int line;
};

/* What must stay although it looks like the product's. */
struct rule_keep {
	enum rule_keep_kind { KEEP_PATH, KEEP_RECEIPT, KEEP_JOB } kind;
	const char *what, *why;
	int line;
};

/* A dext, or another system extension, that takes over. */
struct rule_dext {
	const char *id, *team; /* team NULL: not known */
	bool is_sysext;
	int line;
};

struct rule_replacement {
	struct rule_dext *dexts; /* all that are named; rule_dext has those that are judged */
	size_t dext_count;
	const char *minimum; /* the lowest version of it that drives the device, or NULL */
	int first_macos;     /* 0: not known */
	bool alone;          /* it is not staged while the kext is there: coexists="no" */
	/* All three, or none of them. */
	const char *app_id, *app_team, *app_path;
	const char *unproven_app; /* the path of an app whose id or team is not known */
	/* The app's own helper and its arguments, absolute, NULL-terminated; NULL when
	 * it is not known how to ask the app. */
	const char **activate, **deactivate;
	bool opens; /* opening the app asks for the activation */
	int line;
};

struct rule_evidence {
	const char *text;
	char grade; /* 0: none is said */
	int line;
};

/* All texts are owned by the arena of rules_load. */
struct rule {
	const char *file; /* where it was read */
	const char *id, *vendor, *product;
	const char *class_name; /* "storage", ...; NULL: not known */
	bool detects_only;      /* scan and explain use it; nothing is removed by it */
	bool report_only;       /* recheck never repairs it by itself, whatever policy says */
	struct rule_kext *kexts;
	size_t kext_count;
	const char **receipts;
	int *receipt_lines;
	char *receipt_grades;
	size_t receipt_count;
	struct rule_claim *jobs; /* labels of launchd jobs that go with the kexts */
	size_t job_count;
	struct rule_claim *extras; /* paths that no receipt lists and that go, whole */
	size_t extra_count;
	struct rule_keep *keeps;
	size_t keep_count;
	const char *uninstaller; /* the vendor's own: advice, never run; NULL */
	int uninstaller_line;
	struct rule_replacement replacement; /* line 0: none is named */
	struct rule_evidence *evidences;     /* one or more */
	size_t evidence_count;
	const char *evidence; /* the first one's text */
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
	size_t fault_count, fault_room;
};

/* Reads every *.xml of a folder. A broken file, and one that rules/lint.h refuses, is a
 * fault and leaves its rule out. 0, or the code of the folder itself. */
int rules_load(
    const struct root *root, const char *folder, struct arena *arena, struct rule_set *set);
/* One rule from bytes; file is for messages. NULL with *fault filled. */
const struct rule *rule_parse(
    struct arena *arena, const char *file, const char *bytes, size_t len, struct rule_fault *fault);

/* What takes over from the rule's kexts, all of it together: the dexts whose team is known, so
 * that it can be said whether they are there. i counts from 0; NULL behind the last. */
const struct rule_dext *rule_dext(const struct rule *rule, size_t i);
/* The grade of a claim of the rule: its own, else the rule's. 0: none is said. */
char rule_grade_of(const struct rule *rule, char own);
/* The rule of that id, or NULL. */
const struct rule *rules_find(const struct rule_set *set, const char *id);
/* The rule, and the kext of it, that names a bundle id or a place; NULL when none
 * does. Either may be NULL. kext may be NULL. */
const struct rule *rules_find_kext(const struct rule_set *set, const char *bundle_id,
    const char *path, const struct rule_kext **kext);
/* Why the rule says that this must stay; NULL when it does not say so. */
const char *rule_find_keep(const struct rule *rule, enum rule_keep_kind kind, const char *what);

#endif
