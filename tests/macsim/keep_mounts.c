/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The mount table: "volumes" in the model holds DISK:POINT:TYPE, separated by commas; an
 * update that is prepared shows by prepared-update-is-mounted.
 */
#include <stdio.h>
#include <string.h>

#include "tests/macsim/keep.h"

void
keep_mounts_write(const char *root, struct model *model)
{
	const char *at = model_get(model, "volumes", "none");
	struct bytes out = {0};
	char disk[32], point[200], type[32];

	bytes_printf(&out, "/dev/disk3s1s1 / apfs ro 0 0\ndevfs /dev devfs rw 0 0\n"
			   "/dev/disk3s5 /System/Volumes/Data apfs rw 0 0\n"
			   "/dev/disk3s2 /System/Volumes/Preboot apfs rw 0 0\n");
	for (; at; at = strchr(at, ',') ? strchr(at, ',') + 1 : NULL)
		if (sscanf(at, "%31[^:]:%199[^:]:%31[^:,]", disk, point, type) == 3)
			bytes_printf(&out, "/dev/%s %s %s rw 0 0\n", disk, point, type);
	if (model_is(model, "update", "prepared") &&
	    model_assumes(model, "prepared-update-is-mounted"))
		bytes_printf(&out, "/dev/disk3s1 /System/Volumes/Update/mnt1 apfs rw 0 0\n");
	files_write(root, "/private/etc/mtab", out.data, out.len, 0644);
	bytes_done(&out);
}
