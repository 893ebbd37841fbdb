/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Build tool: turns rules/assumptions.xml into the table of rules/assumption.h, or
 * with --markdown into docs/assumptions.md. Runs on the building machine, never on a
 * user's Mac.
 */
#include <ctype.h>
#include <stdbool.h>
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

static void
print_plain(xmlNode *node, const char *name)
{
	xmlNode *child = node->children;
	xmlChar *text;

	while (child != NULL && strcmp((const char *)child->name, name) != 0)
		child = child->next;
	if (child == NULL)
		fail(node, name);
	text = xmlNodeGetContent(child);
	(void)fputs((const char *)text, stdout);
	xmlFree(text);
}

static void
print_markdown(xmlNode *node)
{
	char *id = attribute(node, "id", NULL), *grade = attribute(node, "grade", NULL);
	char *from = attribute(node, "from", "11"), *until = attribute(node, "until", "");
	char *starts = attribute(node, "starts", NULL), *cure = attribute(node, "cure", "no");

	(void)printf("\n**%s** (%s, macOS %s%s%s; the simulated Mac starts with %s%s)  \n", id,
	    grade, from, *until != '\0' ? " to " : " and later", until, starts,
	    strcmp(cure, "yes") == 0 ? ", a cure" : "");
	print_plain(node, "says");
	(void)printf("  \nSource: ");
	print_plain(node, "source");
	(void)printf("\n");
	xmlFree(id);
	xmlFree(grade);
	xmlFree(from);
	xmlFree(until);
	xmlFree(starts);
	xmlFree(cure);
}

static void
print_all(const xmlDoc *doc, void (*print)(xmlNode *node))
{
	xmlNode *node;

	for (node = xmlDocGetRootElement(doc)->children; node != NULL; node = node->next)
		if (node->type == XML_ELEMENT_NODE)
			print(node);
}

int
main(int argc, char **argv)
{
	bool markdown = argc == 3 && strcmp(argv[1], "--markdown") == 0;
	xmlDoc *doc = argc > 1 ? xmlReadFile(argv[argc - 1], NULL, XML_PARSE_NONET) : NULL;

	if (doc == NULL || xmlDocGetRootElement(doc) == NULL)
		return 1;
	if (markdown) {
		(void)printf("# What is believed of macOS\n\nMade from rules/assumptions.xml by "
			     "`make docs/assumptions.md`; do not edit.\n");
		print_all(doc, print_markdown);
	} else {
		(void)printf("/* Made from rules/assumptions.xml; do not edit. */\n");
		(void)printf("#define ASSUMPTION_TABLE(X)");
		print_all(doc, print_row);
		(void)printf("\n");
	}
	xmlFreeDoc(doc);
	return fflush(stdout) == 0 ? 0 : 1;
}
