/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Build tool: turns rules/assumptions.xml into the table of rules/assumption.h, with
 * --markdown into docs/assumptions.md, with --man into pkg/man/kextirpate-assumptions.7.
 * Runs on the building machine, never on a user's Mac.
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

/* The text of the child of that name, which must be there; to be freed. */
static xmlChar *
text_of(xmlNode *node, const char *name)
{
	xmlNode *child = node->children;

	while (child != NULL && strcmp((const char *)child->name, name) != 0)
		child = child->next;
	if (child == NULL || xmlNodeIsText(child->children) == 0) {
		(void)fprintf(stderr, "rules/assumptions.xml:%ld: it needs a <%s>\n",
		    xmlGetLineNo(node), name);
		exit(1);
	}
	return xmlNodeGetContent(child);
}

static void
print_text(xmlNode *node, const char *name)
{
	xmlChar *text = text_of(node, name);
	const char *c;

	(void)printf(", \"");
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
	(void)printf(", \"%s\", %s, %s, %s, %d, %d", id,
	    one_of(node, "grade", NULL, grades, grade_codes),
	    one_of(node, "cure", "no", yes_no, yes_no_codes),
	    one_of(node, "starts", NULL, yes_no, yes_no_codes), atoi(from), atoi(until));
	print_text(node, "says");
	print_text(node, "source");
	print_text(node, "checked");
	print_text(node, "depends");
	(void)putchar(')');
	xmlFree(id);
	xmlFree(from);
	xmlFree(until);
}

static void
print_plain(xmlNode *node, const char *before, const char *name)
{
	xmlChar *text = text_of(node, name);

	(void)printf("%s%s", before, (const char *)text);
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
	print_plain(node, "", "says");
	print_plain(node, "  \nSource: ", "source");
	print_plain(node, "  \nChecked: ", "checked");
	print_plain(node, "  \nDepends on it: ", "depends");
	(void)printf("\n");
	xmlFree(id);
	xmlFree(grade);
	xmlFree(from);
	xmlFree(until);
	xmlFree(starts);
	xmlFree(cure);
}

/* mdoc ends a sentence at a line's end and reads a leading dot or quote as a command. */
static void
print_mdoc(xmlNode *node, const char *before, const char *name)
{
	xmlChar *text = text_of(node, name);
	const char *c;

	(void)fputs(before, stdout);
	for (c = (const char *)text; *c != '\0'; c++) {
		if (*c == '\\')
			(void)fputs("\\e", stdout);
		else if (*c == '-')
			(void)fputs("\\-", stdout);
		else if (c == (const char *)text && *before == '\0' && (*c == '.' || *c == '\''))
			(void)printf("\\&%c", *c);
		else if (strncmp(c, ". ", 2) == 0 || strncmp(c, "; ", 2) == 0)
			(void)printf("%c\n", *c++);
		else
			(void)putchar(*c);
	}
	(void)putchar('\n');
	xmlFree(text);
}

static void
print_man(xmlNode *node)
{
	char *id = attribute(node, "id", NULL), *grade = attribute(node, "grade", NULL);
	char *from = attribute(node, "from", "11"), *until = attribute(node, "until", "");

	(void)printf(".It Sy %s\n", id);
	(void)printf("(%s; macOS %s%s%s)\n.br\n", grade, from,
	    *until != '\0' ? " to " : " and later", until);
	print_mdoc(node, "", "says");
	print_mdoc(node, ".br\nSource: ", "source");
	print_mdoc(node, ".br\nChecked: ", "checked");
	print_mdoc(node, ".br\nDepends on it: ", "depends");
	xmlFree(id);
	xmlFree(grade);
	xmlFree(from);
	xmlFree(until);
}

static void
print_all(const xmlDoc *doc, void (*print)(xmlNode *node))
{
	xmlNode *node;

	for (node = xmlDocGetRootElement(doc)->children; node != NULL; node = node->next)
		if (node->type == XML_ELEMENT_NODE)
			print(node);
}

static void
print_man_page(const xmlDoc *doc)
{
	(void)printf(".\\\" SPDX-License-Identifier: BSD-2-Clause\n"
		     ".\\\" Made from rules/assumptions.xml by make; do not edit.\n"
		     ".Dd November 24, 2026\n.Dt KEXTIRPATE-ASSUMPTIONS 7\n.Os\n.Sh NAME\n"
		     ".Nm kextirpate-assumptions\n.Nd what kextirpate believes of macOS\n"
		     ".Sh DESCRIPTION\n"
		     "Each step of\n.Xr kextirpate 8\nrests on sentences about macOS.\n"
		     "Each has an id, a grade\n.Po verbatim: seen in the source;\n"
		     "inferred: follows from what was seen;\nguess: nobody has shown it\n.Pc ,\n"
		     "a source, how\n.Ic kextirpate doctor\nor another tells whether it holds "
		     "on a Mac,\nand what is wrong when it does not.\n.Bl -tag -width Ds\n");
	print_all(doc, print_man);
	(void)printf(".El\n.Sh SEE ALSO\n.Xr kextirpate 8\n");
}

int
main(int argc, char **argv)
{
	const char *form = argc == 3 ? argv[1] : "";
	xmlDoc *doc = argc > 1 ? xmlReadFile(argv[argc - 1], NULL, XML_PARSE_NONET) : NULL;

	if (doc == NULL || xmlDocGetRootElement(doc) == NULL)
		return 1;
	if (strcmp(form, "--markdown") == 0) {
		(void)printf("# What is believed of macOS\n\nMade from rules/assumptions.xml by "
			     "`make docs/assumptions.md`; do not edit.\n");
		print_all(doc, print_markdown);
	} else if (strcmp(form, "--man") == 0) {
		print_man_page(doc);
	} else {
		(void)printf("/* Made from rules/assumptions.xml; do not edit. */\n");
		(void)printf("#define ASSUMPTION_TABLE(X)");
		print_all(doc, print_row);
		(void)printf("\n");
	}
	xmlFreeDoc(doc);
	return fflush(stdout) == 0 ? 0 : 1;
}
