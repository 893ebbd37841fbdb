/* SPDX-License-Identifier: BSD-2-Clause */
/* Property lists as XML text. */
#include <assert.h>
#include <string.h>

#include "kmutil-helpers/markup.h"
#include "kmutil-helpers/plist_write.h"
#include "kmutil-helpers/banned.h"

static const char head[] =
    "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n"
    "<!DOCTYPE plist PUBLIC \"-//Apple//DTD PLIST 1.0//EN\" "
    "\"http://www.apple.com/DTDs/PropertyList-1.0.dtd\">\n<plist version=\"1.0\">\n";

static void
indent(struct plist_write *list, int depth)
{
	buf_printf(list->out, "%*s", 2 * depth, "");
}

static void
put_key(struct plist_write *list, const char *key)
{
	assert((key == NULL) == (list->depth == 0 || list->is_array[list->depth - 1]));
	indent(list, list->depth);
	if (key == NULL)
		return;
	buf_text(list->out, "<key>");
	markup_text(list->out, key);
	buf_text(list->out, "</key> ");
}

static void
open_container(struct plist_write *list, const char *key, bool is_array)
{
	put_key(list, key);
	assert(list->depth < PLIST_WRITE_DEPTH);
	list->is_array[list->depth++] = is_array;
	buf_text(list->out, is_array ? "<array>\n" : "<dict>\n");
}

void
plist_write_begin(struct plist_write *list, struct buf *out)
{
	*list = (struct plist_write){.out = out};
	buf_text(out, head);
	open_container(list, NULL, false);
}

void
plist_write_done(struct plist_write *list)
{
	plist_write_end(list);
	assert(list->depth == 0);
	buf_text(list->out, "</plist>\n");
}

void
plist_write_dict(struct plist_write *list, const char *key)
{
	open_container(list, key, false);
}

void
plist_write_array(struct plist_write *list, const char *key)
{
	open_container(list, key, true);
}

void
plist_write_end(struct plist_write *list)
{
	assert(list->depth > 0);
	list->depth--;
	indent(list, list->depth);
	buf_text(list->out, list->is_array[list->depth] ? "</array>\n" : "</dict>\n");
}

void
plist_write_text(struct plist_write *list, const char *key, const char *text)
{
	struct buf line = {0};
	const char *line_end;

	put_key(list, key);
	buf_text(list->out, "<string>");
	for (; (line_end = strchr(text, '\n')) != NULL; text = line_end + 1) {
		line.len = 0;
		buf_add(&line, text, (size_t)(line_end - text));
		markup_text(list->out, line.bytes);
		buf_text(list->out, "\n");
	}
	buf_done(&line);
	markup_text(list->out, text);
	buf_text(list->out, "</string>\n");
}

void
plist_write_integer(struct plist_write *list, const char *key, int64_t value)
{
	put_key(list, key);
	buf_printf(list->out, "<integer>%lld</integer>\n", (long long)value);
}

void
plist_write_boolean(struct plist_write *list, const char *key, bool value)
{
	put_key(list, key);
	buf_text(list->out, value ? "<true/>\n" : "<false/>\n");
}
