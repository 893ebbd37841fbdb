/* SPDX-License-Identifier: BSD-2-Clause */
/* The pieces of an element of a rule, and the complaints about them. */
#include <stdarg.h>
#include <string.h>

#include <libxml/parser.h>

#include "rules/rule_node.h"
#include "kmutil-helpers/banned.h"

void
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

bool
node_is(const xmlNode *node, const char *name)
{
	return node->type == XML_ELEMENT_NODE && node->ns == NULL &&
	       strcmp((const char *)node->name, name) == 0;
}

/* Whether one of the words " a b " is that one. */
static bool
is_word_of(const char *words, const char *word)
{
	size_t len = strlen(word);
	const char *at;

	for (at = strchr(words, ' '); at != NULL; at = strchr(at + 1, ' '))
		if (strncmp(at + 1, word, len) == 0 && at[1 + len] == ' ')
			return true;
	return false;
}

void
node_check_attributes(struct reader *reader, const xmlNode *node, const char *known)
{
	const xmlAttr *attr;

	for (attr = node->properties; attr != NULL; attr = attr->next)
		if (attr->ns != NULL || !is_word_of(known, (const char *)attr->name))
			reader_fail(reader, node, "<%s> has no attribute %s; it has%s",
			    (const char *)node->name, (const char *)attr->name,
			    known[1] != '\0' ? known : " none");
}

void
node_refuse_child(struct reader *reader, const xmlNode *child)
{
	if (child->type == XML_ELEMENT_NODE)
		reader_fail(reader, child, "<%s> is not known in <%s>", (const char *)child->name,
		    (const char *)child->parent->name);
	else if (child->type != XML_COMMENT_NODE && !xmlIsBlankNode(child))
		reader_fail(reader, child, "text stands where only elements belong");
}

void
node_refuse_second(struct reader *reader, const xmlNode *child, bool seen)
{
	if (seen)
		reader_fail(reader, child, "a second <%s>", (const char *)child->name);
}

void
node_refuse_children(struct reader *reader, const xmlNode *node)
{
	const xmlNode *child;

	for (child = node->children; child != NULL; child = child->next)
		node_refuse_child(reader, child);
}

const char *
node_attribute(struct reader *reader, const xmlNode *node, const char *name)
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

const char *
node_needs(struct reader *reader, const xmlNode *node, const char *name)
{
	const char *value = node_attribute(reader, node, name);

	if (value == NULL || value[0] == '\0')
		reader_fail(
		    reader, node, "<%s> needs the attribute %s", (const char *)node->name, name);
	return value;
}

bool
node_is_word(struct reader *reader, const xmlNode *node, const char *name, const char *yes,
    const char *no, bool otherwise)
{
	const char *value = node_attribute(reader, node, name);

	if (value == NULL)
		return otherwise;
	if (strcmp(value, yes) != 0 && strcmp(value, no) != 0)
		reader_fail(reader, node, "%s is %s or %s, not %s", name, yes, no, value);
	return strcmp(value, yes) == 0;
}

char
node_grade(struct reader *reader, const xmlNode *node, const char *name)
{
	const char *value = node_attribute(reader, node, name);

	if (value == NULL)
		return 0;
	if (strlen(value) == 1 && strchr(RULE_GRADES, value[0]) != NULL)
		return value[0];
	reader_fail(reader, node, "%s is one of S, D, V, L, U and C, not %s", name, value);
	return 0;
}

const char *
node_text(struct reader *reader, const xmlNode *node)
{
	const xmlNode *child = node->children;

	if (child == NULL || child->type != XML_TEXT_NODE || child->next != NULL) {
		reader_fail(
		    reader, node, "<%s> must hold text and nothing else", (const char *)node->name);
		return "";
	}
	return arena_strdup(reader->arena, (const char *)child->content);
}

const char *
node_path(struct reader *reader, const xmlNode *node, const char *text)
{
	const char *path = text != NULL ? path_canonical(reader->arena, text) : NULL;

	if (path == NULL || strcmp(path, text) != 0 || strchr(path + 1, '/') == NULL)
		reader_fail(reader, node,
		    "%s is not a complete path such as /Library/Extensions/X.kext",
		    text != NULL ? text : "");
	return path;
}

size_t
node_count(struct reader *reader, const xmlNode *node, const char *name)
{
	const xmlNode *child;
	size_t count = 0;

	for (child = node->children; child != NULL; child = child->next)
		count += node_is(child, name) ? 1 : 0;
	if (count > RULE_MAX_ITEMS)
		reader_fail(reader, node, "more than %d <%s>", RULE_MAX_ITEMS, name);
	return count;
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

xmlDoc *
rule_document(struct reader *reader, const char *file, const char *bytes, size_t len)
{
	xmlDoc *doc = NULL;

	xmlSetGenericErrorFunc(NULL, silence);
	xmlResetLastError();
	if (len > RULE_MAX_BYTES) {
		reader_fail(reader, NULL, "is larger than %zu KiB", RULE_MAX_BYTES >> 10);
		reader->fault->line = 1;
		return NULL;
	}
	doc = xmlReadMemory(
	    bytes, (int)len, file, NULL, XML_PARSE_NONET | XML_PARSE_NOERROR | XML_PARSE_NOWARNING);
	if (doc == NULL || xmlDocGetRootElement(doc) == NULL)
		fail_of_xml(reader);
	else if (doc->intSubset != NULL)
		reader_fail(reader, xmlDocGetRootElement(doc),
		    "a rule may not have a document type declaration");
	if (reader->fault->message == NULL)
		return doc;
	xmlFreeDoc(doc);
	return NULL;
}
