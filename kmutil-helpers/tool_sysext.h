/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * /usr/bin/systemextensionsctl list: which system extensions (dexts among them)
 * there are and how far each is. Text: docs/facts.md#systemextensions. The same
 * id may have several rows, an old version and a new one. Changes nothing.
 */
#ifndef KMUTIL_HELPERS_TOOL_SYSEXT_H
#define KMUTIL_HELPERS_TOOL_SYSEXT_H

#include <stdbool.h>
#include <stddef.h>

#include "kmutil-helpers/arena.h"

/* How far a row is, best first: the order by which sysext_find chooses. */
enum sysext_stage {
	SYSEXT_ENABLED,    /* activated enabled */
	SYSEXT_WAITING,    /* activated, waits for user, restart or something else */
	SYSEXT_DISABLED,   /* activated disabled */
	SYSEXT_PREPARING,  /* validating, realizing, staging */
	SYSEXT_OTHER,      /* a state that is not known */
	SYSEXT_ENDING,     /* terminating */
	SYSEXT_ENDED,      /* terminated, waits for the restart; uninstalling */
	SYSEXT_STAGE_COUNT
};

struct sysext {
	const char *id, *team;              /* owned by the arena; team may be "" */
	const char *short_version, *version; /* CFBundleShortVersionString, CFBundleVersion */
	const char *name;                   /* may be "" */
	const char *state;                  /* as printed: "activated waiting for user" */
	const char *app;                    /* its host's path; NULL: the list does not tell */
	const char *category;               /* "com.apple.system_extension.…", NULL */
	enum sysext_stage stage;
	bool enabled, active;               /* the two columns of stars */
};

struct sysext_list {
	struct sysext *items;
	size_t count;
	int announced;         /* the number of the first line, -1 without one */
	size_t not_understood; /* lines that are neither row nor heading */
};

/* Reads the tool's text. 0; -FAULT_OUTPUT when fewer rows came than were announced, when
 * a line is not understood and the rows are not exactly those that were announced, or when
 * there is neither row nor number; the list then holds what was understood. */
int sysext_text_read(struct arena *arena, const char *text, size_t len, struct sysext_list *list)
    __attribute__((warn_unused_result));
/* The best row of an id (and of a team, unless NULL): the lowest stage, among
 * equals the first. NULL when there is none. */
const struct sysext *sysext_find(const struct sysext_list *list, const char *id,
    const char *team);
/* The stage of a state's text, with blanks or underscores between its words. */
enum sysext_stage sysext_stage_of(const char *state);

/* Runs the tool. As sysext_text_read, and -FAULT_TIMEOUT, -FAULT_TOOL, -errno. */
int sysext_read_list(struct arena *arena, struct sysext_list *list)
    __attribute__((warn_unused_result));

#endif
