/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Volumes that are missing. A partial copy is taken for what it is: places that do not
 * exist hold nothing. Only what is a whole volume is missed, and the collections by
 * their own source.
 */
#include "migrate/root_look.h"
#include "kmutil-helpers/banned.h"

#define SOURCE "root"

void
root_look(struct root *root, struct problem_list *problems)
{
	int parts = root_find_parts(root);

	if (parts == 0)
		problem_add_text(problems, "/", SOURCE,
		    "holds nothing of a Mac; --root names the folder that holds Library or System",
		    true);
	else if ((parts & (ROOT_SYSTEM | ROOT_DATA)) == ROOT_SYSTEM)
		problem_add_text(problems, DATA_PATH, SOURCE,
		    "is not here; which bundles, receipts, staged and stashed kexts it holds is "
		    "unknown; --data names the mounted Data volume",
		    true);
	else if ((parts & (ROOT_SYSTEM | ROOT_DATA | ROOT_SOME)) == 0)
		problem_add_text(problems, "/", SOURCE,
		    "is a Preboot volume alone; what lies on the Data volume is unknown; --root "
		    "names a mounted Data volume, and --preboot this one",
		    true);
	else if ((parts & (ROOT_SYSTEM | ROOT_DATA | ROOT_PREBOOT)) == (ROOT_DATA | ROOT_PREBOOT))
		problem_add_text(problems, "/System/Library/CoreServices/SystemVersion.plist",
		    SOURCE, "is not here; which macOS it is remains unknown", false);
}
