/* SPDX-License-Identifier: BSD-2-Clause */
/* Text inside markup. */
#include "kmutil-helpers/markup.h"
#include "kmutil-helpers/banned.h"

void
markup_text(struct buf *buf, const char *text)
{
	struct buf safe = {0};
	size_t i;

	if (text == NULL)
		return;
	buf_name(&safe, text);
	for (i = 0; i < safe.len; i++) {
		switch (safe.bytes[i]) {
		case '&':
			buf_text(buf, "&amp;");
			break;
		case '<':
			buf_text(buf, "&lt;");
			break;
		case '>':
			buf_text(buf, "&gt;");
			break;
		case '"':
			buf_text(buf, "&quot;");
			break;
		case '\'':
			buf_text(buf, "&#39;");
			break;
		default:
			buf_add(buf, &safe.bytes[i], 1);
		}
	}
	buf_done(&safe);
}
