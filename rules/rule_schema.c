/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Holding a rule against the RELAX NG schema. The reader of rules (rule_xml.c) refuses
 * the same with better words; whatever one of them lets through stops at the other.
 */
#include <string.h>

#include <libxml/relaxng.h>

#include "rules/rule_node.h"
#include "rules/rule_schema.h"
#include "gen/rules_rng.inc"
#include "kmutil-helpers/banned.h"

static void
silence(void *context, const char *format, ...)
{
	(void)context;
	(void)format;
}

static void
fail_of_schema(struct reader *reader)
{
	const xmlError *error = xmlGetLastError();
	const char *words = error != NULL && error->message != NULL ? error->message : "";

	reader_fail(reader, NULL, "does not fit the schema (kextirpate-rules(5)): %.*s",
	    (int)strcspn(words, "\n"), words);
	reader->fault->line = error != NULL && error->line > 0 ? error->line : 1;
}

static void
validate(struct reader *reader, xmlDoc *doc, xmlRelaxNG *schema)
{
	xmlRelaxNGValidCtxt *valid = xmlRelaxNGNewValidCtxt(schema);

	if (valid == NULL) {
		reader_fail(reader, NULL, "could not be held against the schema");
		return;
	}
	xmlRelaxNGSetValidErrors(valid, silence, silence, NULL);
	xmlResetLastError();
	if (xmlRelaxNGValidateDoc(valid, doc) != 0)
		fail_of_schema(reader);
	xmlRelaxNGFreeValidCtxt(valid);
}

bool
rule_schema_fits(
    struct arena *arena, const char *file, const char *bytes, size_t len, struct rule_fault *fault)
{
	struct reader reader = {.arena = arena, .fault = fault};
	xmlRelaxNGParserCtxt *parser;
	xmlRelaxNG *schema;
	xmlDoc *doc;

	*fault = (struct rule_fault){.file = file};
	doc = rule_document(&reader, file, bytes, len);
	if (doc == NULL)
		return false;
	parser = xmlRelaxNGNewMemParserCtxt(rules_rng, (int)strlen(rules_rng));
	schema = parser != NULL ? xmlRelaxNGParse(parser) : NULL;
	if (schema != NULL)
		validate(&reader, doc, schema);
	else
		reader_fail(&reader, NULL, "could not be held against the schema");
	xmlRelaxNGFree(schema);
	xmlRelaxNGFreeParserCtxt(parser);
	xmlFreeDoc(doc);
	return fault->message == NULL;
}
