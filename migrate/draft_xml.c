/* SPDX-License-Identifier: BSD-2-Clause */
/* A draft as XML. Every text may come from a disk that anyone wrote. */
#include <string.h>

#include "migrate/rules_draft.h"
#include "kmutil-helpers/banned.h"

/* A text, or an attribute's value. */
static void
add_text(struct buf *out, const char *text)
{
	for (; *text != '\0'; text++)
		switch (*text) {
		case '&':
			buf_text(out, "&amp;");
			break;
		case '<':
			buf_text(out, "&lt;");
			break;
		case '>':
			buf_text(out, "&gt;");
			break;
		case '"':
			buf_text(out, "&quot;");
			break;
		default:
			buf_add(out, text, 1);
		}
}

/* ' name="value"', or nothing without a value. */
static void
add_attribute(struct buf *out, const char *name, const char *value)
{
	if (value == NULL)
		return;
	buf_printf(out, " %s=\"", name);
	add_text(out, value);
	buf_text(out, "\"");
}

/* A text of a comment: it can neither end the comment nor the line. */
static void
add_remark(struct buf *out, const char *text)
{
	struct buf clean = {0};
	size_t i;

	buf_name(&clean, text);
	for (i = 0; i < clean.len; i++) {
		if (i > 0 && clean.bytes[i] == '-' && clean.bytes[i - 1] == '-')
			buf_text(out, " ");
		buf_add(out, &clean.bytes[i], 1);
	}
	buf_done(&clean);
}

static void
add_kext(struct buf *out, const struct rule_kext *kext)
{
	size_t i;

	buf_text(out, "  <kext");
	add_attribute(out, "id", kext->bundle_id);
	add_attribute(out, "team", kext->team_id);
	if (kext->place_count == 0) {
		buf_text(out, "/>\n");
		return;
	}
	buf_text(out, ">\n");
	for (i = 0; i < kext->place_count; i++) {
		buf_text(out, "    <place>");
		add_text(out, kext->places[i]);
		buf_text(out, "</place>\n");
	}
	buf_text(out, "  </kext>\n");
}

/* Only a person can say that a dext takes over: it stands in a comment. */
static void
add_dexts(struct buf *out, const struct draft *draft)
{
	const struct sysext *dext;
	size_t i;

	for (i = 0; i < draft->dext_count; i++) {
		dext = draft->dexts[i];
		buf_text(out, "  <!-- Of the same team; if it takes over, take this out of the "
			      "comment:\n  <replacement>\n    <dext id=\"");
		add_remark(out, dext->id);
		buf_text(out, "\" team=\"");
		add_remark(out, dext->team);
		buf_text(out, "\"/>\n");
		if (dext->app != NULL) {
			buf_text(out, "    <app");
			if (draft->app_ids[i] != NULL) {
				buf_text(out, " id=\"");
				add_remark(out, draft->app_ids[i]);
				buf_text(out, "\" team=\"");
				add_remark(out, dext->team);
				buf_text(out, "\"");
			}
			buf_text(out, " path=\"");
			add_remark(out, dext->app);
			buf_text(out, "\"/>\n");
		}
		buf_text(out, "  </replacement> -->\n");
	}
}

void
draft_write(struct buf *out, const struct draft *draft)
{
	const struct rule *rule = &draft->rule;
	size_t i;

	buf_text(out, "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n"
		      "<!--\n  A draft: it is found and explained, and nothing acts on it. Say who "
		      "the vendor is, what\n  the product is called and which class it has, look "
		      "at each line, and then let it act.\n");
	for (i = 0; i < draft->note_count; i++) {
		buf_text(out, "  * ");
		add_remark(out, draft->notes[i]);
		buf_text(out, "\n");
	}
	buf_text(out, "-->\n<rule");
	add_attribute(out, "id", rule->id);
	add_attribute(out, "vendor", rule->vendor);
	add_attribute(out, "product", rule->product);
	add_attribute(out, "class", rule->class_name);
	buf_text(out, " acts=\"detect\">\n");
	for (i = 0; i < rule->kext_count; i++)
		add_kext(out, &rule->kexts[i]);
	for (i = 0; i < rule->receipt_count; i++) {
		buf_text(out, "  <receipt");
		add_attribute(out, "id", rule->receipts[i]);
		buf_text(out, "/>\n");
	}
	for (i = 0; i < rule->job_count; i++) {
		buf_text(out, "  <job");
		add_attribute(out, "label", rule->jobs[i].text);
		buf_text(out, "/>\n");
	}
	add_dexts(out, draft);
	buf_text(out, "  <evidence grade=\"L\">");
	add_text(out, rule->evidence);
	buf_text(out, "</evidence>\n</rule>\n");
}
