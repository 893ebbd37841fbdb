/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * One rule from its XML (docs/rules.md). libxml2 with no network, no entities
 * and no DTD; what the schema does not know is refused with its line.
 */
#include <stdarg.h>
#include <string.h>

#include <libxml/parser.h>
#include <libxml/tree.h>

#include "rules/rule.h"
#include "kmutil-helpers/banned.h"

struct reader {
	struct arena *arena;
	struct rule_fault *fault; /* message set: reading has failed */
};

static void reader_fail(struct reader *reader, const xmlNode *node, const char *format, ...)
    __attribute__((format(printf, 3, 4)));

/* Keeps the first complaint. */
static void
reader_fail(struct reader *reader, const xmlNode *node, const char *format, ...)
{
	va_list args;

	if (reader->fault->message != NULL)
		return;
	va_start(args, format);
	reader->fault->line = node != NULL ? (int)node->line : 0;
	reader->fault->message = arena_vprintf(reader->arena, format, args);
	va_end(args);
}

/* Complains of an attribute that is not among the known ones, written " a b ". */
static void
check_attributes(struct reader *reader, const xmlNode *node, const char *known)
{
	const xmlAttr *attr;

	for (attr = node->properties; attr != NULL; attr = attr->next)
		if (strstr(known, arena_printf(reader->arena, " %s ", (const char *)attr->name)) ==
		    NULL)
			reader_fail(reader, node, "<%s> has no attribute %s",
			    (const char *)node->name, (const char *)attr->name);
}

/* Complains of a child that nothing has taken; comments and blanks are nothing. */
static void
refuse_child(struct reader *reader, const xmlNode *child)
{
	if (child->type == XML_ELEMENT_NODE)
		reader_fail(reader, child, "<%s> is not known here", (const char *)child->name);
	else if (child->type != XML_COMMENT_NODE && !xmlIsBlankNode(child))
		reader_fail(reader, child, "text stands where only elements belong");
}

static void
refuse_second(struct reader *reader, const xmlNode *child, bool seen)
{
	if (seen)
		reader_fail(reader, child, "a second <%s>", (const char *)child->name);
}

static bool
is_named(const xmlNode *node, const char *name)
{
	return node->type == XML_ELEMENT_NODE && strcmp((const char *)node->name, name) == 0;
}

static const char *
optional_attribute(struct reader *reader, const xmlNode *node, const char *name)
{
	const xmlAttr *attr;

	for (attr = node->properties; attr != NULL; attr = attr->next)
		if (strcmp((const char *)attr->name, name) == 0)
			return attr->children != NULL && attr->children->content != NULL
				   ? arena_strdup(
					 reader->arena, (const char *)attr->children->content)
				   : "";
	return NULL;
}

static const char *
needed_attribute(struct reader *reader, const xmlNode *node, const char *name)
{
	const char *value = optional_attribute(reader, node, name);

	if (value == NULL || value[0] == '\0')
		reader_fail(
		    reader, node, "<%s> needs the attribute %s", (const char *)node->name, name);
	return value;
}

static const char *
text_of(struct reader *reader, const xmlNode *node)
{
	const xmlNode *child = node->children;

	if (child == NULL || child->type != XML_TEXT_NODE || child->next != NULL) {
		reader_fail(
		    reader, node, "<%s> must hold text and nothing else", (const char *)node->name);
		return "";
	}
	return arena_strdup(reader->arena, (const char *)child->content);
}

/* An absolute path of something inside a folder of its own. */
static const char *
path_of(struct reader *reader, const xmlNode *node, const char *text)
{
	const char *path = text != NULL ? path_canonical(reader->arena, text) : NULL;

	if (path == NULL || strcmp(path, text) != 0 || strchr(path + 1, '/') == NULL)
		reader_fail(reader, node,
		    "%s is not a complete path such as /Library/Extensions/X.kext",
		    text != NULL ? text : "");
	return path;
}

static size_t
count_children(struct reader *reader, const xmlNode *node, const char *name)
{
	const xmlNode *child;
	size_t count = 0;

	for (child = node->children; child != NULL; child = child->next)
		count += is_named(child, name) ? 1 : 0;
	if (count > RULE_MAX_ITEMS)
		reader_fail(reader, node, "more than %d <%s>", RULE_MAX_ITEMS, name);
	return count;
}

static void
read_kext(struct reader *reader, const xmlNode *node, struct rule_kext *kext)
{
	size_t places = count_children(reader, node, "place");
	const xmlNode *child;

	check_attributes(reader, node, " id team ");
	kext->line = (int)node->line;
	kext->bundle_id = optional_attribute(reader, node, "id");
	kext->team_id = optional_attribute(reader, node, "team");
	kext->places = arena_array(reader->arena, places + 1, sizeof(*kext->places));
	kext->place_lines = arena_array(reader->arena, places + 1, sizeof(*kext->place_lines));
	for (child = node->children; child != NULL; child = child->next) {
		if (!is_named(child, "place")) {
			refuse_child(reader, child);
			continue;
		}
		check_attributes(reader, child, " ");
		kext->place_lines[kext->place_count] = (int)child->line;
		kext->places[kext->place_count++] = path_of(reader, child, text_of(reader, child));
	}
	if (kext->bundle_id == NULL && kext->place_count == 0)
		reader_fail(reader, node, "<kext> needs an id or a place");
}

static void
read_activate(struct reader *reader, const xmlNode *node, struct rule_replacement *replacement)
{
	const char *program = needed_attribute(reader, node, "program");
	const xmlNode *child;
	size_t count = 0;

	check_attributes(reader, node, " program ");
	if (program != NULL && (program[0] == '/' || strstr(program, "..") != NULL))
		reader_fail(reader, node, "%s is not a path inside the app", program);
	replacement->activate = arena_array(reader->arena,
	    count_children(reader, node, "argument") + 2, sizeof(*replacement->activate));
	replacement->activate[count++] = arena_printf(reader->arena, "%s/%s",
	    replacement->app_path != NULL ? replacement->app_path : "",
	    program != NULL ? program : "");
	for (child = node->children; child != NULL; child = child->next)
		if (is_named(child, "argument"))
			replacement->activate[count++] = text_of(reader, child);
		else
			refuse_child(reader, child);
}

static void
read_replacement(struct reader *reader, const xmlNode *node, struct rule_replacement *replacement)
{
	const xmlNode *child;

	check_attributes(reader, node, " ");
	replacement->line = (int)node->line;
	for (child = node->children; child != NULL; child = child->next) {
		if (is_named(child, "dext")) {
			check_attributes(reader, child, " id team ");
			refuse_second(reader, child, replacement->dext_id != NULL);
			replacement->dext_id = needed_attribute(reader, child, "id");
			replacement->dext_team = needed_attribute(reader, child, "team");
		} else if (is_named(child, "app")) {
			check_attributes(reader, child, " id team path ");
			refuse_second(reader, child, replacement->app_id != NULL);
			replacement->app_id = needed_attribute(reader, child, "id");
			replacement->app_team = needed_attribute(reader, child, "team");
			replacement->app_path =
			    path_of(reader, child, needed_attribute(reader, child, "path"));
		} else if (is_named(child, "activate")) {
			refuse_second(reader, child, replacement->activate != NULL);
			if (replacement->app_path == NULL)
				reader_fail(reader, child, "<activate> must come after <app>");
			read_activate(reader, child, replacement);
		} else {
			refuse_child(reader, child);
		}
	}
	if (replacement->dext_id == NULL)
		reader_fail(reader, node, "<replacement> needs a <dext>");
}

static const char *
read_class(struct reader *reader, const xmlNode *node)
{
	static const char *const classes[] = {"storage", "filesystem", "network", "input",
	    "display", "audio", "serial", "virtualisation", "security", "other"};
	const char *name = optional_attribute(reader, node, "class");
	size_t i;

	if (name == NULL)
		return NULL;
	for (i = 0; i < sizeof(classes) / sizeof(*classes); i++)
		if (strcmp(classes[i], name) == 0)
			return classes[i];
	reader_fail(reader, node, "the class %s is not known", name);
	return NULL;
}

/* Whether the rule may only be looked with, not acted on. */
static bool
read_acts(struct reader *reader, const xmlNode *node)
{
	const char *acts = optional_attribute(reader, node, "acts");

	if (acts != NULL && strcmp(acts, "remove") != 0 && strcmp(acts, "detect") != 0)
		reader_fail(reader, node, "acts is remove or detect, not %s", acts);
	return acts != NULL && strcmp(acts, "detect") == 0;
}

static void
read_receipt(struct reader *reader, const xmlNode *node, struct rule *rule)
{
	check_attributes(reader, node, " id ");
	rule->receipt_lines[rule->receipt_count] = (int)node->line;
	rule->receipts[rule->receipt_count++] = needed_attribute(reader, node, "id");
}

static void
read_parts(struct reader *reader, const xmlNode *node, struct rule *rule)
{
	const xmlNode *child;

	for (child = node->children; child != NULL; child = child->next)
		if (is_named(child, "kext")) {
			read_kext(reader, child, &rule->kexts[rule->kext_count++]);
		} else if (is_named(child, "receipt")) {
			read_receipt(reader, child, rule);
		} else if (is_named(child, "replacement")) {
			refuse_second(reader, child, rule->replacement.line != 0);
			read_replacement(reader, child, &rule->replacement);
		} else if (is_named(child, "evidence")) {
			check_attributes(reader, child, " ");
			refuse_second(reader, child, rule->evidence != NULL);
			rule->evidence_line = (int)child->line;
			rule->evidence = text_of(reader, child);
		} else {
			refuse_child(reader, child);
		}
}

static void
read_rule(struct reader *reader, const xmlNode *node, struct rule *rule)
{
	size_t receipts = count_children(reader, node, "receipt");

	check_attributes(reader, node, " id vendor product class acts ");
	rule->line = (int)node->line;
	rule->id = needed_attribute(reader, node, "id");
	rule->vendor = needed_attribute(reader, node, "vendor");
	rule->product = needed_attribute(reader, node, "product");
	rule->class_name = read_class(reader, node);
	rule->kexts = arena_array(
	    reader->arena, count_children(reader, node, "kext") + 1, sizeof(*rule->kexts));
	rule->detects_only = read_acts(reader, node);
	rule->receipts = arena_array(reader->arena, receipts + 1, sizeof(*rule->receipts));
	rule->receipt_lines =
	    arena_array(reader->arena, receipts + 1, sizeof(*rule->receipt_lines));
	read_parts(reader, node, rule);
	if (rule->kext_count == 0)
		reader_fail(reader, node, "a rule needs a <kext>");
	if (rule->evidence == NULL)
		reader_fail(reader, node, "a rule needs its <evidence>");
}

static void
silence(void *context, const char *format, ...)
{
	(void)context;
	(void)format;
}

/* What libxml2 says of a file that it could not read, and where. */
static void
fail_of_xml(struct reader *reader)
{
	const xmlError *error = xmlGetLastError();
	const char *words =
	    error != NULL && error->message != NULL ? error->message : "it is empty";

	reader_fail(reader, NULL, "is not well-formed XML: %.*s", (int)strcspn(words, "\n"), words);
	reader->fault->line = error != NULL && error->line > 0 ? error->line : 1;
}

const struct rule *
rule_parse(
    struct arena *arena, const char *file, const char *bytes, size_t len, struct rule_fault *fault)
{
	struct reader reader = {.arena = arena, .fault = fault};
	struct rule *rule = arena_alloc(arena, sizeof(*rule));
	const xmlNode *top = NULL;
	xmlDoc *doc = NULL;

	*fault = (struct rule_fault){.file = file};
	xmlSetGenericErrorFunc(NULL, silence);
	xmlResetLastError();
	if (len <= RULE_MAX_BYTES)
		doc = xmlReadMemory(bytes, (int)len, file, NULL,
		    XML_PARSE_NONET | XML_PARSE_NOERROR | XML_PARSE_NOWARNING);
	if (doc != NULL)
		top = xmlDocGetRootElement(doc);
	if (len > RULE_MAX_BYTES)
		reader_fail(&reader, NULL, "is larger than %zu KiB", RULE_MAX_BYTES >> 10);
	else if (top == NULL)
		fail_of_xml(&reader);
	else if (doc->intSubset != NULL)
		reader_fail(&reader, top, "a rule may not have a document type declaration");
	else if (!is_named(top, "rule"))
		reader_fail(&reader, top, "the outermost element must be <rule>");
	else
		read_rule(&reader, top, rule);
	xmlFreeDoc(doc);
	return fault->message == NULL ? rule : NULL;
}
