/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Reading a rule's XML: documents without network, entities or DTD, and the pieces of
 * one element. Of this room's readers alone; the first complaint is kept.
 */
#ifndef RULES_RULE_NODE_H
#define RULES_RULE_NODE_H

#include <libxml/tree.h>

#include "rules/rule.h"

struct reader {
	struct arena *arena;
	struct rule_fault *fault; /* message set: reading has failed */
};

/* The document of the bytes, or NULL with the fault filled; the caller frees it with
 * xmlFreeDoc. */
xmlDoc *rule_document(struct reader *reader, const char *file, const char *bytes, size_t len);

void reader_fail(struct reader *reader, const xmlNode *node, const char *format, ...)
    __attribute__((format(printf, 3, 4)));
bool node_is(const xmlNode *node, const char *name);
/* Complains of an attribute that is not among the known ones, written " a b ". */
void node_check_attributes(struct reader *reader, const xmlNode *node, const char *known);
/* Complains of a child that nothing has taken; comments and blanks are nothing. */
void node_refuse_child(struct reader *reader, const xmlNode *child);
void node_refuse_second(struct reader *reader, const xmlNode *child, bool seen);
/* The element may hold nothing. */
void node_refuse_children(struct reader *reader, const xmlNode *node);
/* NULL: it is not there. */
const char *node_attribute(struct reader *reader, const xmlNode *node, const char *name);
/* Complains when it is not there, or empty. */
const char *node_needs(struct reader *reader, const xmlNode *node, const char *name);
/* One of two words; `otherwise` without the attribute. */
bool node_is_word(struct reader *reader, const xmlNode *node, const char *name, const char *yes,
    const char *no, bool otherwise);
/* The grade in the attribute, or 0. */
char node_grade(struct reader *reader, const xmlNode *node, const char *name);
const char *node_text(struct reader *reader, const xmlNode *node);
/* A canonical absolute path of something inside a folder of its own. */
const char *node_path(struct reader *reader, const xmlNode *node, const char *text);
/* At most RULE_MAX_ITEMS of that name. */
size_t node_count(struct reader *reader, const xmlNode *node, const char *name);

/* rule_replacement.c */
void rule_read_replacement(
    struct reader *reader, const xmlNode *node, struct rule_replacement *replacement);

#endif
