/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * What stands on the command line, parsed and checked before anything runs. The
 * options are one table: parser, help and tests walk it.
 */
#ifndef MIGRATE_OPTIONS_H
#define MIGRATE_OPTIONS_H

#include <stdbool.h>
#include <stddef.h>

/* Which commands take an option. */
enum option_group {
	OPTIONS_ALL = 1,     /* everywhere */
	OPTIONS_READ = 2,    /* commands that only look: another root */
	OPTIONS_CHANGE = 4,  /* where something changes */
	OPTIONS_REMOVE = 8,  /* uninstall, migrate, recheck */
	OPTIONS_SCAN = 16,
	OPTIONS_STATUS = 64,
	OPTIONS_TARGETS = 1 << 12, /* approve: targets are acted on, and nothing is removed */
	OPTIONS_WAIT = 128,
	OPTIONS_HISTORY = 256,
	OPTIONS_HANDOFF = 1 << 13,
	OPTIONS_DOCTOR = 1 << 14
};

enum approval { APPROVAL_DEFAULT, APPROVAL_NEVER, APPROVAL_ASK };
/* In the order of --context. */
enum context {
	CONTEXT_DEFAULT,
	CONTEXT_TERMINAL,
	CONTEXT_MDM,
	CONTEXT_LOGIN,
	CONTEXT_INSTALLER
};
enum restart { RESTART_DEFAULT, RESTART_NEVER, RESTART_ASK, RESTART_NOW };
enum policy { POLICY_DEFAULT, POLICY_REPORT, POLICY_REPAIR };

struct options {
	bool json, quiet, verbose, dry_run, all, all_matching;
	bool accept_bystanders, without_replacement, keep_receipts, pending_ok;
	bool help, version, installcheck, update_ready;
	const char *root, *data, *preboot, *rules, *state, *html, *log;
	enum approval approval;
	enum policy policy;
	enum restart restart;
	bool restart_even_if_logged_in;
	bool pending, deactivate; /* of handoff */
	int wait_seconds; /* 0: not given */
	int vault_days;   /* of the settings; 0: what is in the vault never expires */
	const struct settings *settings; /* of the fleet; NULL: not asked for */
	enum context context;
	bool strict;
	int groups; /* of the command that was given */
	unsigned int accepted_losses; /* 1 << enum loss, each */
	const char **targets; /* borrowed from argv; in order */
	size_t target_count;
	const char **words; /* the same, with the options that the doer of a plan needs as well */
	size_t word_count;
};

enum option_kind {
	OPTION_FLAG,  /* sets a bool */
	OPTION_TEXT,  /* keeps its argument */
	OPTION_CHOICE, /* sets an enum: 1 for the first word of "a|b", 2 for the second */
	OPTION_SET,    /* adds to an unsigned int: 1 for the first word, 2 for the second, 4 */
	OPTION_TIME    /* sets an int, in seconds: "90s", "10m", "1h" */
};

struct option_row {
	const char *name;     /* "--json", "-q" */
	const char *argument; /* what stands behind "=", or NULL */
	int groups;
	const char *help;
	enum option_kind kind;
	size_t offset; /* of its member in struct options */
};

/* The table; ends with a row whose name is NULL. */
const struct option_row *options_table(void);

/* Parses argv[1..]; groups are those that the command takes. What is wrong ends
 * the process with status 64. targets is allocated and never freed. */
void options_parse(int argc, char **argv, int groups, const char *synopsis,
    struct options *options);

#endif
