/* SPDX-License-Identifier: BSD-2-Clause */
/* Asking profiles and fdesetup. */
#include "kmutil-helpers/spawn.h"
#include "kmutil-helpers/text_line.h"
#include "kmutil-helpers/tool_manage.h"

#include "kmutil-helpers/banned.h"

/* What stands behind the label on some line: Yes or No, in any case of letters. */
static enum host_answer
answer_behind(const char *text, size_t len, const char *label)
{
	struct piece value = piece_trim(piece_after(piece_make(text, len), label));

	if (piece_starts(value, "Yes") || piece_starts(value, "YES"))
		return HOST_YES;
	return piece_starts(value, "No") || piece_starts(value, "NO") ? HOST_NO : HOST_UNKNOWN;
}

void
manage_text_read_enrollment(const char *text, size_t len, struct manage *manage)
{
	manage->enrolled = answer_behind(text, len, "MDM enrollment:");
}

/* One newer wording has "on server". */
void
manage_text_read_token(const char *text, size_t len, struct manage *manage)
{
	manage->bootstrap_token = answer_behind(text, len, "Bootstrap Token escrowed to server:");
	if (manage->bootstrap_token == HOST_UNKNOWN)
		manage->bootstrap_token =
		    answer_behind(text, len, "Bootstrap Token escrowed on server:");
}

/* Further lines tell of an encryption under way: then neither is true. */
void
manage_text_read_filevault(const char *text, size_t len, struct manage *manage)
{
	struct piece all = piece_make(text, len);

	manage->filevault = HOST_UNKNOWN;
	if (piece_has(all, "in progress"))
		return;
	if (piece_starts(all, "FileVault is On."))
		manage->filevault = HOST_YES;
	else if (piece_starts(all, "FileVault is Off."))
		manage->filevault = HOST_NO;
}

void
manage_read(struct arena *arena, struct manage *manage)
{
	static const struct {
		const char *argv[5];
		void (*read)(const char *text, size_t len, struct manage *manage);
	} questions[] = {
	    {{"/usr/bin/profiles", "status", "-type", "enrollment"}, manage_text_read_enrollment},
	    {{"/usr/bin/profiles", "status", "-type", "bootstraptoken"}, manage_text_read_token},
	    {{"/usr/bin/fdesetup", "status"}, manage_text_read_filevault},
	};
	struct spawn_result result;
	size_t i;

	*manage = (struct manage){0};
	for (i = 0; i < sizeof(questions) / sizeof(*questions); i++)
		if (spawn_ask(arena, questions[i].argv, 0, &result) == 0 && result.status == 0)
			questions[i].read(result.out, result.out_len, manage);
}

enum host_answer
manage_may_rebuild(const struct manage *manage, const struct host *host)
{
	if (manage->enrolled != HOST_YES || host->chip == HOST_CHIP_INTEL)
		return manage->enrolled;
	if (manage->bootstrap_token == HOST_NO || host->mdm_control == HOST_NO)
		return HOST_NO;
	return manage->bootstrap_token == HOST_YES && host->mdm_control == HOST_YES ? HOST_YES
										    : HOST_UNKNOWN;
}
