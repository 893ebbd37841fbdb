/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * collect: the parts of a support archive. What tells a person or a machine is
 * replaced on the way into the archive, in every member and every name of one.
 */
#ifndef MIGRATE_COLLECT_H
#define MIGRATE_COLLECT_H

#include "kmutil-helpers/pseudonym.h"
#include "kmutil-helpers/tar_write.h"
#include "migrate/history.h"
#include "migrate/target.h"

#define COLLECT_TOP "kextirpate-collect"
/* Limits: of one file's parts, of the whole archive, of each tool's output. */
#define COLLECT_FILE_BYTES ((uint64_t)48 << 20)
#define COLLECT_ALL_BYTES ((uint64_t)192 << 20)
#define COLLECT_TOOL_BYTES ((size_t)2 << 20)

struct collection {
	struct arena *arena;
	struct tar_write tar;
	struct pseudonym_list names;
	struct buf left_out; /* lines for README.txt */
	size_t replaced;     /* how many words were */
};

/* Fills names: users' short and full names, the computer's names, its serial number
 * and hardware UUID (collect_names.c). */
void collect_find_names(struct collection *collection, struct session *session);

/* Adds a member below COLLECT_TOP; its bytes are changed in place. */
void collect_add(struct collection *collection, const char *name, struct buf *bytes);

/* What Apple's tools say, each with its words and its status (collect_tools.c). */
void collect_tools(struct collection *collection);

/* The files of the trail, as a tree below "root" (collect_tree.c). */
void collect_tree(struct collection *collection, struct session *copy, const struct trail *trail);

/* A consistent copy of the ledger, where there is one that may be read. */
void collect_ledger(struct collection *collection, struct session *session);

/* A page for Apple's Feedback Assistant (collect_report.c). */
void collect_report_page(struct buf *out, struct session *session,
    const struct selection *selection, const struct history *history);
/* What is in the archive, what was replaced, what is missing. */
void collect_readme(
    struct buf *out, const struct collection *collection, const struct session *session);

#endif
