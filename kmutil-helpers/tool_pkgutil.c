/* SPDX-License-Identifier: BSD-2-Clause */
/* Running pkgutil. Its two answers are known word for word. */
#include <errno.h>

#include "kmutil-helpers/fault.h"
#include "kmutil-helpers/spawn.h"
#include "kmutil-helpers/text_line.h"
#include "kmutil-helpers/tool_pkgutil.h"

#include "kmutil-helpers/banned.h"

int
pkgutil_forget(struct arena *arena, const char *package_id, const char **message)
{
	const char *const argv[] = {"/usr/sbin/pkgutil", "--forget", package_id, NULL};
	struct spawn_result result;
	struct piece out, err;
	int fault;

	*message = NULL;
	if (package_id[0] == '\0' || package_id[0] == '-')
		return -EINVAL;
	fault = spawn_ask(arena, argv, 0, &result);
	if (fault != 0)
		return fault;
	out = piece_make(result.out, result.out_len);
	err = piece_make(result.err, result.err_len);
	if (piece_has(out, "No receipt for") || piece_has(err, "No receipt for"))
		return 0;
	if (result.status == 0 && piece_has(out, "Forgot package"))
		return 0;
	*message = spawn_last_words(arena, &result);
	return result.status == 0 ? -FAULT_OUTPUT : -FAULT_TOOL;
}
