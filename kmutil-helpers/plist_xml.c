/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * XML property lists. libxml2 with no network, no entities of the list's own and
 * no DTD. macOS reads "--" inside a comment, which XML forbids: that alone is
 * forgiven.
 */
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include <libxml/parser.h>
#include <libxml/tree.h>
#include <libxml/xmlerror.h>

#include "kmutil-helpers/plist_build.h"
#include "kmutil-helpers/banned.h"

struct xml_reader {
	struct plist_build *build;
};

static int value_read(struct xml_reader *r, const xmlNode *node, unsigned int depth,
    const struct plist **out);

static const xmlNode *
next_element(const xmlNode *node)
{
	while (node != NULL && node->type != XML_ELEMENT_NODE)
		node = node->next;
	return node;
}

static bool
is_named(const xmlNode *node, const char *name)
{
	return strcmp((const char *)node->name, name) == 0;
}

/* The text of an element that holds text and comments only; *text is freed with
 * xmlFree. */
static int
text_of(const xmlNode *node, xmlChar **text)
{
	if (next_element(node->children) != NULL)
		return -FAULT_TYPE;
	*text = xmlNodeGetContent(node);
	return *text != NULL ? 0 : -FAULT_SYNTAX;
}

static int
integer_parse(const char *text, int64_t *value, bool *special)
{
	char *end;
	unsigned long long number;
	bool negative;

	text += strspn(text, " \t\r\n");
	negative = *text == '-';
	errno = 0;
	number = strtoull(text + (*text == '-' || *text == '+'), &end, 0);
	if (end == text || end[strspn(end, " \t\r\n")] != '\0')
		return -FAULT_SYNTAX;
	*special = errno == ERANGE || number > (unsigned long long)INT64_MAX;
	*value = *special ? 0 : negative ? -(int64_t)number : (int64_t)number;
	return 0;
}

/* Days since 1970 of a date of the Gregorian calendar. */
static int64_t
days_from_date(int64_t year, int month, int day)
{
	int64_t y = year - (month <= 2), era = (y >= 0 ? y : y - 399) / 400, year_of_era, day_of_year;

	year_of_era = y - era * 400;
	day_of_year = (153 * (month + (month > 2 ? -3 : 9)) + 2) / 5 + day - 1;
	return era * 146097 + year_of_era * 365 + year_of_era / 4 - year_of_era / 100 +
	    day_of_year - 719468;
}

static int
date_parse(const char *text, int64_t *value)
{
	struct tm tm = {0};
	const char *end = strptime(text, "%Y-%m-%dT%H:%M:%SZ", &tm);

	if (end == NULL || *end != '\0')
		return -FAULT_SYNTAX;
	*value = days_from_date(tm.tm_year + 1900, tm.tm_mon + 1, tm.tm_mday) * 86400 +
	    tm.tm_hour * 3600 + tm.tm_min * 60 + tm.tm_sec;
	return 0;
}

static int
base64_digit(int c)
{
	static const char digits[] =
	    "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
	const char *at = c != '\0' ? strchr(digits, c) : NULL;

	return at != NULL ? (int)(at - digits) : -1;
}

static int
data_parse(struct xml_reader *r, const char *text, struct plist **out)
{
	size_t len = strlen(text), used = 0;
	unsigned int bits = 0, count = 0;
	char *bytes;
	int digit, rc;

	if ((rc = plist_build_value(r->build, PLIST_DATA, out)) != 0 ||
	    (rc = plist_build_bytes(r->build, len, &bytes)) != 0)
		return rc;
	for (; *text != '\0' && *text != '='; text++) {
		if (strchr(" \t\r\n", *text) != NULL)
			continue;
		if ((digit = base64_digit(*text)) < 0)
			return -FAULT_SYNTAX;
		bits = bits << 6 | (unsigned int)digit;
		if (++count % 4 != 1)
			bytes[used++] = (char)(bits >> (6 - 2 * ((count - 1) % 4)) & 0xff);
	}
	(*out)->u.data = (const uint8_t *)bytes;
	(*out)->count = used;
	return 0;
}

static int
scalar_read(struct xml_reader *r, const xmlNode *node, struct plist **out)
{
	xmlChar *text = NULL;
	int rc = text_of(node, &text);

	if (rc != 0)
		return rc;
	if (is_named(node, "string")) {
		rc = plist_build_copy(r->build, PLIST_STRING, text, strlen((char *)text), out);
	} else if (is_named(node, "data")) {
		rc = data_parse(r, (char *)text, out);
	} else if (is_named(node, "integer")) {
		rc = plist_build_value(r->build, PLIST_INTEGER, out);
		if (rc == 0)
			rc = integer_parse((char *)text, &(*out)->u.integer, &(*out)->special);
	} else if (is_named(node, "date")) {
		rc = plist_build_value(r->build, PLIST_DATE, out);
		if (rc == 0)
			rc = date_parse((char *)text, &(*out)->u.integer);
	} else if (is_named(node, "real")) {
		rc = plist_build_value(r->build, PLIST_REAL, out);
	} else if (is_named(node, "true") || is_named(node, "false")) {
		rc = plist_build_value(r->build, PLIST_BOOLEAN, out);
		if (rc == 0)
			(*out)->u.integer = is_named(node, "true");
	} else {
		rc = -FAULT_SYNTAX;
	}
	xmlFree(text);
	return rc;
}

static size_t
count_elements(const xmlNode *node)
{
	size_t count = 0;

	for (node = next_element(node); node != NULL; node = next_element(node->next))
		count++;
	return count;
}

static int
key_read(struct xml_reader *r, const xmlNode *node, struct plist **out)
{
	xmlChar *text = NULL;
	int rc = is_named(node, "key") ? text_of(node, &text) : -FAULT_SYNTAX;

	if (rc == 0)
		rc = plist_build_copy(r->build, PLIST_STRING, text, strlen((char *)text), out);
	xmlFree(text);
	return rc;
}

static int
container_read(struct xml_reader *r, const xmlNode *node, unsigned int depth, struct plist **out)
{
	bool is_dict = is_named(node, "dict");
	size_t count = count_elements(node->children), i;
	const xmlNode *child = next_element(node->children);
	const struct plist **items;
	struct plist *key;
	int rc = plist_build_value(r->build, is_dict ? PLIST_DICT : PLIST_ARRAY, out);

	if (rc == 0 && is_dict && count % 2 != 0)
		rc = -FAULT_SYNTAX;
	if (rc == 0)
		rc = plist_build_items(r->build, count, &items);
	for (i = 0; rc == 0 && i < count; i++, child = next_element(child->next)) {
		if (is_dict && i % 2 == 0) {
			rc = key_read(r, child, &key);
			items[i] = key;
		} else {
			rc = value_read(r, child, depth + 1, &items[i]);
		}
	}
	if (rc == 0) {
		(*out)->u.items = items;
		(*out)->count = is_dict ? count / 2 : count;
	}
	return rc;
}

static int
value_read(struct xml_reader *r, const xmlNode *node, unsigned int depth,
    const struct plist **out)
{
	struct plist *value = NULL;
	int rc;

	if (depth > PLIST_MAX_DEPTH)
		return -FAULT_DEPTH;
	if (is_named(node, "dict") || is_named(node, "array"))
		rc = container_read(r, node, depth, &value);
	else
		rc = scalar_read(r, node, &value);
	*out = value;
	return rc;
}

/* Whether what libxml2 complained of is something that macOS reads too. */
static int
judge_complaint(xmlParserCtxt *context, struct fault *fault)
{
	const xmlError *error = xmlCtxtGetLastError(context);

	fault->at = context->input != NULL ? (uint64_t)(context->input->cur - context->input->base)
					   : 0;
	if (error == NULL || context->wellFormed || error->code == XML_ERR_HYPHEN_IN_COMMENT)
		return 0;
	return error->code == XML_ERR_DOCUMENT_END || error->code == XML_ERR_TAG_NOT_FINISHED ||
		error->code == XML_ERR_DOCUMENT_EMPTY
	    ? -FAULT_SHORT
	    : -FAULT_SYNTAX;
}

static int
document_read(struct xml_reader *r, const xmlDoc *doc, const struct plist **out)
{
	const xmlNode *top = xmlDocGetRootElement(doc), *value;

	if (top == NULL)
		return -FAULT_SHORT;
	if (doc->intSubset != NULL && doc->intSubset->entities != NULL)
		return -FAULT_SYNTAX;
	value = is_named(top, "plist") ? next_element(top->children) : top;
	if (value == NULL)
		return -FAULT_MISSING;
	return value_read(r, value, 0, out);
}

int
plist_read_xml(struct plist_build *build, const uint8_t *bytes, size_t len,
    const struct plist **out, struct fault *fault)
{
	struct xml_reader r = {.build = build};
	xmlParserCtxt *context = xmlNewParserCtxt();
	xmlDoc *doc;
	int rc;

	if (context == NULL)
		return fault->code = -ENOMEM;
	doc = xmlCtxtReadMemory(context, (const char *)bytes, (int)len, NULL, NULL,
	    XML_PARSE_NONET | XML_PARSE_NOERROR | XML_PARSE_NOWARNING | XML_PARSE_RECOVER |
		XML_PARSE_NOCDATA);
	rc = judge_complaint(context, fault);
	if (rc == 0) {
		fault->at = 0;
		rc = doc != NULL ? document_read(&r, doc, out) : -FAULT_SYNTAX;
	}
	if (rc != 0)
		*out = NULL;
	xmlFreeDoc(doc);
	xmlFreeParserCtxt(context);
	return fault->code = rc;
}
