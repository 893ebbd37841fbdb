/* SPDX-License-Identifier: BSD-2-Clause */
/* Saying which dialog comes. */
#include <unistd.h>

#include "kmutil-helpers/buf.h"
#include "kmutil-helpers/tool_console.h"
#include "migrate/dialog.h"
#include "kmutil-helpers/banned.h"

void
dialog_announce(const struct session *session)
{
	struct console console = {0};
	struct buf text = {0};

	buf_text(&text,
	    "macOS will ask in a dialog on this Mac's screen whether the kernel extensions may"
	    " be changed.\nIt waits 60 seconds for an administrator");
	if (session->host.chip == HOST_CHIP_APPLE)
		buf_text(&text, " who owns the volume");
	if (console_read(session->arena, &console) == 0 && console.user != NULL) {
		buf_text(&text, "; logged in is ");
		buf_name(&text, console.user);
	} else {
		buf_text(&text, "; nobody seems to be logged in");
	}
	buf_text(&text, ".\n");
	(void)!buf_flush(&text, STDERR_FILENO);
	buf_done(&text);
}
