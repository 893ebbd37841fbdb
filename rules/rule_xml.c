/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * One rule from its XML (rules/rules.rng). What the schema does not know is refused
 * with its line; what a sound rule may not say is for rules/lint.c.
 */
#include <string.h>

#include "rules/pattern.h"
#include "rules/rule_node.h"
#include "kmutil-helpers/banned.h"

static void
read_place(struct reader *reader, const xmlNode *node, struct rule_kext *kext)
{
	node_check_attributes(reader, node, " ");
	kext->place_lines[kext->place_count] = (int)node->line;
	kext->places[kext->place_count++] = node_path(reader, node, node_text(reader, node));
}

static void
read_kext(struct reader *reader, const xmlNode *node, struct rule_kext *kext)
{
	size_t places = node_count(reader, node, "place");
	const xmlNode *child;

	node_check_attributes(reader, node, " id pattern team evidence ");
	kext->line = (int)node->line;
	kext->bundle_id = node_attribute(reader, node, "id");
	kext->pattern = node_attribute(reader, node, "pattern");
	kext->team_id = node_attribute(reader, node, "team");
	kext->grade = node_grade(reader, node, "evidence");
	kext->places = arena_array(reader->arena, places + 1, sizeof(*kext->places));
	kext->place_lines = arena_array(reader->arena, places + 1, sizeof(*kext->place_lines));
	for (child = node->children; child != NULL; child = child->next)
		if (node_is(child, "place"))
			read_place(reader, child, kext);
		else
			node_refuse_child(reader, child);
	if (kext->bundle_id != NULL && kext->pattern != NULL)
		reader_fail(reader, node, "<kext> has an id or a pattern, not both");
	if (kext->bundle_id == NULL && kext->pattern == NULL && kext->place_count == 0)
		reader_fail(reader, node, "<kext> needs an id, a pattern or a place");
}

static const char *
read_class(struct reader *reader, const xmlNode *node)
{
	static const char *const classes[] = {"storage", "filesystem", "network", "input",
	    "display", "audio", "serial", "virtualisation", "security", "other"};
	const char *name = node_attribute(reader, node, "class");
	size_t i;

	if (name == NULL)
		return NULL;
	for (i = 0; i < sizeof(classes) / sizeof(*classes); i++)
		if (strcmp(classes[i], name) == 0)
			return classes[i];
	reader_fail(reader, node,
	    "the class %s is not known; storage, filesystem, network, input, display, audio, "
	    "serial, virtualisation, security and other are",
	    name);
	return NULL;
}

static void
read_receipt(struct reader *reader, const xmlNode *node, struct rule *rule)
{
	node_check_attributes(reader, node, " id evidence ");
	node_refuse_children(reader, node);
	rule->receipt_lines[rule->receipt_count] = (int)node->line;
	rule->receipt_grades[rule->receipt_count] = node_grade(reader, node, "evidence");
	rule->receipts[rule->receipt_count++] = node_needs(reader, node, "id");
}

static void
read_job(struct reader *reader, const xmlNode *node, struct rule *rule)
{
	node_check_attributes(reader, node, " label evidence ");
	node_refuse_children(reader, node);
	rule->jobs[rule->job_count++] = (struct rule_claim){.line = (int)node->line,
	    .grade = node_grade(reader, node, "evidence"),
	    .text = node_needs(reader, node, "label")};
}

static void
read_extra(struct reader *reader, const xmlNode *node, struct rule *rule)
{
	node_check_attributes(reader, node, " evidence ");
	rule->extras[rule->extra_count++] = (struct rule_claim){.line = (int)node->line,
	    .grade = node_grade(reader, node, "evidence"),
	    .text = node_path(reader, node, node_text(reader, node))};
}

static void
read_keep(struct reader *reader, const xmlNode *node, struct rule *rule)
{
	static const char *const names[] = {
	    [KEEP_PATH] = "path", [KEEP_RECEIPT] = "receipt", [KEEP_JOB] = "job"};
	struct rule_keep *keep = &rule->keeps[rule->keep_count++];
	const char *value;
	size_t i, count = 0;

	node_check_attributes(reader, node, " path receipt job ");
	*keep = (struct rule_keep){.line = (int)node->line, .why = node_text(reader, node)};
	for (i = 0; i < sizeof(names) / sizeof(*names); i++) {
		value = node_attribute(reader, node, names[i]);
		if (value == NULL)
			continue;
		keep->kind = (enum rule_keep_kind)i;
		keep->what = i == KEEP_PATH ? node_path(reader, node, value) : value;
		count++;
	}
	if (count != 1)
		reader_fail(reader, node, "<keep> needs one of the attributes path, receipt, job");
}

static void
read_uninstaller(struct reader *reader, const xmlNode *node, struct rule *rule)
{
	node_check_attributes(reader, node, " path ");
	node_refuse_children(reader, node);
	node_refuse_second(reader, node, rule->uninstaller != NULL);
	rule->uninstaller_line = (int)node->line;
	rule->uninstaller = node_path(reader, node, node_needs(reader, node, "path"));
}

static void
read_evidence(struct reader *reader, const xmlNode *node, struct rule *rule)
{
	node_check_attributes(reader, node, " grade ");
	rule->evidences[rule->evidence_count++] = (struct rule_evidence){.line = (int)node->line,
	    .grade = node_grade(reader, node, "grade"),
	    .text = node_text(reader, node)};
}

static void
read_parts(struct reader *reader, const xmlNode *node, struct rule *rule)
{
	const xmlNode *child;

	for (child = node->children; child != NULL; child = child->next)
		if (node_is(child, "kext")) {
			read_kext(reader, child, &rule->kexts[rule->kext_count++]);
		} else if (node_is(child, "receipt")) {
			read_receipt(reader, child, rule);
		} else if (node_is(child, "job")) {
			read_job(reader, child, rule);
		} else if (node_is(child, "extra")) {
			read_extra(reader, child, rule);
		} else if (node_is(child, "keep")) {
			read_keep(reader, child, rule);
		} else if (node_is(child, "uninstaller")) {
			read_uninstaller(reader, child, rule);
		} else if (node_is(child, "replacement")) {
			node_refuse_second(reader, child, rule->replacement.line != 0);
			rule_read_replacement(reader, child, &rule->replacement);
		} else if (node_is(child, "evidence")) {
			read_evidence(reader, child, rule);
		} else {
			node_refuse_child(reader, child);
		}
}

static void *
array_for(struct reader *reader, const xmlNode *node, const char *name, size_t size)
{
	return arena_array(reader->arena, node_count(reader, node, name) + 1, size);
}

static void
make_room(struct reader *reader, const xmlNode *node, struct rule *rule)
{
	rule->kexts = array_for(reader, node, "kext", sizeof(*rule->kexts));
	rule->receipts = array_for(reader, node, "receipt", sizeof(*rule->receipts));
	rule->receipt_lines = array_for(reader, node, "receipt", sizeof(*rule->receipt_lines));
	rule->receipt_grades = array_for(reader, node, "receipt", sizeof(*rule->receipt_grades));
	rule->jobs = array_for(reader, node, "job", sizeof(*rule->jobs));
	rule->extras = array_for(reader, node, "extra", sizeof(*rule->extras));
	rule->keeps = array_for(reader, node, "keep", sizeof(*rule->keeps));
	rule->evidences = array_for(reader, node, "evidence", sizeof(*rule->evidences));
}

static void
read_rule(struct reader *reader, const xmlNode *node, struct rule *rule)
{
	node_check_attributes(reader, node, " id vendor product class acts policy ");
	rule->line = (int)node->line;
	rule->id = node_needs(reader, node, "id");
	rule->vendor = node_needs(reader, node, "vendor");
	rule->product = node_needs(reader, node, "product");
	rule->class_name = read_class(reader, node);
	rule->detects_only = node_is_word(reader, node, "acts", "detect", "remove", false);
	rule->report_only = node_is_word(reader, node, "policy", "report", "repair", false);
	make_room(reader, node, rule);
	/* Too many of something: there is a complaint, and nothing more is counted on. */
	if (reader->fault->message != NULL)
		return;
	read_parts(reader, node, rule);
	if (rule->kext_count == 0)
		reader_fail(reader, node, "a rule needs a <kext>");
	if (rule->evidence_count == 0)
		reader_fail(reader, node, "a rule needs its <evidence>");
	rule->evidence = rule->evidence_count > 0 ? rule->evidences[0].text : NULL;
	rule->evidence_line = rule->evidence_count > 0 ? rule->evidences[0].line : 0;
}

const struct rule *
rule_parse(
    struct arena *arena, const char *file, const char *bytes, size_t len, struct rule_fault *fault)
{
	struct reader reader = {.arena = arena, .fault = fault};
	struct rule *rule = arena_alloc(arena, sizeof(*rule));
	const xmlNode *top;
	xmlDoc *doc;

	*fault = (struct rule_fault){.file = file};
	doc = rule_document(&reader, file, bytes, len);
	if (doc == NULL)
		return NULL;
	top = xmlDocGetRootElement(doc);
	rule->file = file;
	if (!node_is(top, "rule"))
		reader_fail(&reader, top, "the outermost element must be <rule>");
	else
		read_rule(&reader, top, rule);
	xmlFreeDoc(doc);
	return fault->message == NULL ? rule : NULL;
}
