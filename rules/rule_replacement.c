/* SPDX-License-Identifier: BSD-2-Clause */
/* <replacement>: what takes over, which app holds it, how the app is asked. */
#include <string.h>

#include "rules/rule_node.h"
#include "kmutil-helpers/banned.h"

#define MACOS_MAX 99

/* Program and arguments of the app's own helper. */
static const char **
read_helper(struct reader *reader, const xmlNode *node, const struct rule_replacement *replacement)
{
	const char *program = node_needs(reader, node, "program"), **words;
	const xmlNode *child;
	size_t count = 0;

	node_check_attributes(reader, node, " program ");
	if (replacement->app_path == NULL)
		reader_fail(reader, node,
		    "<%s> must come after an <app> whose id and team are known",
		    (const char *)node->name);
	if (program != NULL && (program[0] == '/' || strstr(program, "..") != NULL))
		reader_fail(reader, node, "%s is not a path inside the app", program);
	words =
	    arena_array(reader->arena, node_count(reader, node, "argument") + 2, sizeof(*words));
	words[count++] = arena_printf(reader->arena, "%s/%s",
	    replacement->app_path != NULL ? replacement->app_path : "",
	    program != NULL ? program : "");
	for (child = node->children; child != NULL; child = child->next)
		if (node_is(child, "argument")) {
			node_check_attributes(reader, child, " ");
			if (count <= RULE_MAX_ITEMS)
				words[count++] = node_text(reader, child);
		} else {
			node_refuse_child(reader, child);
		}
	return words;
}

static void
read_dext(struct reader *reader, const xmlNode *node, struct rule_replacement *replacement)
{
	struct rule_dext *dext = &replacement->dexts[replacement->dext_count++];

	node_check_attributes(reader, node, " id team ");
	node_refuse_children(reader, node);
	*dext = (struct rule_dext){.id = node_needs(reader, node, "id"),
	    .team = node_attribute(reader, node, "team"),
	    .is_sysext = node_is(node, "sysext"),
	    .line = (int)node->line};
}

static void
read_app(struct reader *reader, const xmlNode *node, struct rule_replacement *replacement)
{
	const char *path;

	node_check_attributes(reader, node, " id team path ");
	node_refuse_children(reader, node);
	node_refuse_second(
	    reader, node, replacement->app_path != NULL || replacement->unproven_app != NULL);
	path = node_path(reader, node, node_needs(reader, node, "path"));
	replacement->app_id = node_attribute(reader, node, "id");
	replacement->app_team = node_attribute(reader, node, "team");
	if (replacement->app_id != NULL && replacement->app_team != NULL) {
		replacement->app_path = path;
		return;
	}
	replacement->app_id = replacement->app_team = NULL;
	replacement->unproven_app = path;
}

static void
read_head(struct reader *reader, const xmlNode *node, struct rule_replacement *replacement)
{
	const char *macos = node_attribute(reader, node, "macos"), *c;
	size_t dexts = node_count(reader, node, "dext") + node_count(reader, node, "sysext");

	node_check_attributes(reader, node, " minimum macos coexists ");
	replacement->line = (int)node->line;
	replacement->minimum = node_attribute(reader, node, "minimum");
	replacement->alone = !node_is_word(reader, node, "coexists", "yes", "no", true);
	for (c = macos != NULL ? macos : ""; *c >= '0' && *c <= '9'; c++)
		if (replacement->first_macos <= MACOS_MAX)
			replacement->first_macos = replacement->first_macos * 10 + (*c - '0');
	if (macos != NULL && (*c != '\0' || c == macos || replacement->first_macos > MACOS_MAX))
		reader_fail(reader, node, "macos is a number such as 13, not %s", macos);
	replacement->dexts = arena_array(reader->arena, dexts + 1, sizeof(*replacement->dexts));
}

void
rule_read_replacement(
    struct reader *reader, const xmlNode *node, struct rule_replacement *replacement)
{
	const xmlNode *child;

	read_head(reader, node, replacement);
	for (child = node->children; child != NULL; child = child->next) {
		if (node_is(child, "dext") || node_is(child, "sysext")) {
			read_dext(reader, child, replacement);
		} else if (node_is(child, "app")) {
			read_app(reader, child, replacement);
		} else if (node_is(child, "activate")) {
			node_refuse_second(reader, child, replacement->activate != NULL);
			replacement->activate = read_helper(reader, child, replacement);
		} else if (node_is(child, "deactivate")) {
			node_refuse_second(reader, child, replacement->deactivate != NULL);
			replacement->deactivate = read_helper(reader, child, replacement);
		} else if (node_is(child, "open")) {
			node_check_attributes(reader, child, " ");
			node_refuse_children(reader, child);
			node_refuse_second(reader, child, replacement->opens);
			replacement->opens = true;
		} else {
			node_refuse_child(reader, child);
		}
	}
	if (replacement->dext_count == 0)
		reader_fail(reader, node, "<replacement> needs a <dext> or a <sysext>");
}
