/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Build tool: turns rules/assumptions.xml into the table of rules/assumption.h.
 * Runs on the building machine, never on a user's Mac.
 */
#include <ctype.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <libxml/parser.h>
#include <libxml/tree.h>

static void
fail(const xmlNode *node, const char *what)
{
	(void)fprintf(stderr, "rules/assumptions.xml:%ld: %s\n", xmlGetLineNo(node), what);
	exit(1);
}

/* The attribute, or otherwise; otherwise NULL makes it a must. */
static char *
attribute(xmlNode *node, const char *name, const char *otherwise)
{
	xmlChar *value = xmlGetProp(node, (const xmlChar *)name);

	if (value == NULL && otherwise == NULL)
		fail(node, name);
	return value != NULL ? (char *)value : (char *)xmlStrdup((const xmlChar *)otherwise);
}

static const char *
one_of(xmlNode *node, const char *name, const char *otherwise, const char *const *words,
    const char *const *codes)
{
	char *value = attribute(node, name, otherwise);
	const char *code = NULL;
	size_t i;

	for (i = 0; words[i] != NULL; i++)
		if (strcmp(words[i], value) == 0)
			code = codes[i];
	if (code == NULL)
		fail(node, name);
	xmlFree(value);
	return code;
}

static void
print_text(xmlNode *node, const char *name)
{
	xmlNode *child = node->children;
	xmlChar *text;
	const char *c;

	while (child != NULL && strcmp((const char *)child->name, name) != 0)
		child = child->next;
	if (child == NULL)
		fail(node, name);
	text = xmlNodeGetContent(child);
	(void)putchar('"');
	for (c = (const char *)text; *c != '\0'; c++) {
		if (*c == '"' || *c == '\\')
			(void)putchar('\\');
		(void)putchar(*c == '\n' ? ' ' : *c);
	}
	(void)putchar('"');
	xmlFree(text);
}

static void
print_row(xmlNode *node)
{
	static const char *const grades[] = {"verbatim", "inferred", "guess", NULL};
	static const char *const grade_codes[] = {
	    "GRADE_VERBATIM", "GRADE_INFERRED", "GRADE_GUESS"};
	static const char *const yes_no[] = {"yes", "no", NULL};
	static const char *const yes_no_codes[] = {"true", "false"};
	char *id = attribute(node, "id", NULL);
	char *from = attribute(node, "from", "11"), *until = attribute(node, "until", "99");
	const char *c;

	(void)printf(" \\\n\tX(");
	for (c = id; *c != '\0'; c++)
		(void)putchar(*c == '-' ? '_' : toupper((unsigned char)*c));
	(void)printf(", \"%s\", %s, %s, %s, %d, %d, ", id,
	    one_of(node, "grade", NULL, grades, grade_codes),
	    one_of(node, "cure", "no", yes_no, yes_no_codes),
	    one_of(node, "starts", NULL, yes_no, yes_no_codes), atoi(from), atoi(until));
	print_text(node, "says");
	(void)printf(", ");
	print_text(node, "source");
	(void)putchar(')');
	xmlFree(id);
	xmlFree(from);
	xmlFree(until);
}

int
main(int argc, char **argv)
{
	xmlDoc *doc = argc == 2 ? xmlReadFile(argv[1], NULL, XML_PARSE_NONET) : NULL;
	xmlNode *node;

	if (doc == NULL || xmlDocGetRootElement(doc) == NULL)
		return 1;
	(void)printf("/* Made from rules/assumptions.xml; do not edit. */\n");
	(void)printf("#define ASSUMPTION_TABLE(X)");
	for (node = xmlDocGetRootElement(doc)->children; node != NULL; node = node->next)
		if (node->type == XML_ELEMENT_NODE)
			print_row(node);
	(void)printf("\n");
	xmlFreeDoc(doc);
	return fflush(stdout) == 0 ? 0 : 1;
}
