/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Build tool: turns rules/rules.rng into the text that is compiled in, or with --man
 * into the man page kextirpate-rules(5). Runs on the building machine, never on a
 * user's Mac.
 */
#include <stdbool.h>
#include <stdio.h>
#include <string.h>

#include <libxml/parser.h>
#include <libxml/tree.h>

static bool
is_named(const xmlNode *node, const char *name)
{
	return node->type == XML_ELEMENT_NODE && strcmp((const char *)node->name, name) == 0;
}

/* Every line of the file as a C string. */
static int
print_text(const char *path)
{
	char line[4096];
	const char *c;
	FILE *file = fopen(path, "r");

	if (file == NULL)
		return 1;
	(void)printf(
	    "/* Made from rules/rules.rng; do not edit. */\nstatic const char rules_rng[] =");
	while (fgets(line, sizeof(line), file) != NULL) {
		(void)printf("\n    \"");
		for (c = line; *c != '\0' && *c != '\n'; c++) {
			if (*c == '"' || *c == '\\')
				(void)putchar('\\');
			(void)putchar(*c);
		}
		(void)printf("\\n\"");
	}
	(void)printf(";\n");
	return fclose(file);
}

/* The documentation of an element or attribute: each sentence on its line. */
static void
print_documentation(const xmlNode *node)
{
	xmlNode *child;
	xmlChar *text;
	const char *c;

	for (child = node->children; child != NULL; child = child->next) {
		if (!is_named(child, "documentation"))
			continue;
		text = xmlNodeGetContent(child);
		for (c = (const char *)text; *c != '\0'; c++)
			if (strncmp(c, ". ", 2) == 0)
				(void)printf(".\n"), c++;
			else
				(void)putchar(*c);
		(void)putchar('\n');
		xmlFree(text);
	}
}

static void
print_named(const char *macro, const xmlNode *node, const char *more)
{
	xmlChar *name = xmlGetProp(node, (const xmlChar *)"name");

	(void)printf("%s %s%s\n", macro, (const char *)name, more);
	xmlFree(name);
}

/* The attributes below an element, those of other elements left out. */
static void
print_attributes(const xmlNode *node, int *count)
{
	const xmlNode *child;

	for (child = node->children; child != NULL; child = child->next) {
		if (!is_named(child, "attribute")) {
			print_attributes(child, count);
			continue;
		}
		if ((*count)++ == 0)
			(void)printf(".Bl -tag -width Ds\n");
		print_named(".It Ar", child,
		    is_named(node, "optional") ? " (may be absent)"
		    : is_named(node, "choice") ? " (one of them)"
					       : "");
		print_documentation(child);
	}
}

static void
print_children(const xmlNode *node, int *count)
{
	const xmlNode *child;

	for (child = node->children; child != NULL; child = child->next) {
		if (is_named(child, "ref")) {
			if ((*count)++ == 0)
				(void)printf(".Pp\nHolds:\n");
			print_named(".Cm", child, "");
		}
		print_children(child, count);
	}
}

static void
print_element(const xmlNode *node)
{
	int attributes = 0, children = 0;

	print_named(".Ss", node, "");
	print_documentation(node);
	print_attributes(node, &attributes);
	if (attributes > 0)
		(void)printf(".El\n");
	print_children(node, &children);
}

static int
print_man(const char *path)
{
	xmlDoc *doc = xmlReadFile(path, NULL, XML_PARSE_NONET);
	const xmlNode *define, *node;

	if (doc == NULL)
		return 1;
	(void)printf(
	    ".\\\" SPDX-License-Identifier: BSD-2-Clause\n"
	    ".\\\" Made from rules/rules.rng by `make pkg/man/kextirpate-rules.5`; do not edit.\n"
	    ".Dd November 24, 2026\n.Dt KEXTIRPATE-RULES 5\n.Os\n"
	    ".Sh NAME\n.Nm kextirpate-rules\n.Nd what is known of a vendor's product\n"
	    ".Sh DESCRIPTION\n"
	    "A rule is one XML file that says what is known of one product.\n"
	    ".Nm kextirpate\nreads the rules in\n.Pa /usr/local/kextirpate/rules .\n"
	    "A file has no document type, no entities of its own and no namespaces, and is at "
	    "most 256 KiB.\n"
	    "One that does not fit, or that\n.Ic kextirpate rules lint\n"
	    "refuses, is left out with a message, and nothing is removed by it.\n"
	    ".Sh ELEMENTS\n");
	for (define = xmlDocGetRootElement(doc)->children; define != NULL; define = define->next)
		for (node = is_named(define, "define") ? define->children : NULL; node != NULL;
		     node = node->next)
			if (is_named(node, "element"))
				print_element(node);
	(void)printf(".Sh SEE ALSO\n.Xr kextirpate 8\n");
	xmlFreeDoc(doc);
	return 0;
}

int
main(int argc, char **argv)
{
	bool man = argc == 3 && strcmp(argv[1], "--man") == 0;

	if (argc < 2 || (man ? print_man(argv[argc - 1]) : print_text(argv[argc - 1])) != 0)
		return 1;
	return fflush(stdout) == 0 ? 0 : 1;
}
