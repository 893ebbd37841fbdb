/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Root parts: which of a Mac's volumes a folder holds, where somebody mounted or copied
 * them: a system with its Data and Preboot, any of them alone, a backup.
 */
#ifndef KMUTIL_HELPERS_ROOT_PARTS_H
#define KMUTIL_HELPERS_ROOT_PARTS_H

#include "kmutil-helpers/path.h"

enum root_part {
	ROOT_SYSTEM = 1,  /* the sealed system */
	ROOT_DATA = 2,    /* what every Data volume has */
	ROOT_PREBOOT = 4, /* volume groups with their boot folders */
	ROOT_SOME = 8     /* folders of a Mac, too few to be a volume: a partial copy */
};

/* Looks what is there, completes the root (a Data volume at System/Volumes/Data or in a
 * backup's folder, a Preboot volume that is the root itself, the root's own list of
 * firmlinks), and returns the parts. For a root that is not the running system. */
int root_find_parts(struct root *root);

#endif
