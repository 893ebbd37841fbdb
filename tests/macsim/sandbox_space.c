/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * What is free on a volume, as "free" says: the call is answered by the supervisor. Only
 * the answer is made up; a write does not fail for it.
 */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/uio.h>
#include <sys/vfs.h>

#include "tests/macsim/model.h"
#include "tests/macsim/sandbox.h"

long long
sandbox_free(const struct sandbox *box)
{
	const char *text = model_get(box->model, "free", "all");

	return strcmp(text, "all") == 0 ? -1 : atoll(text);
}

int
sandbox_space_answer(const struct sandbox *box, pid_t pid, const struct seccomp_data *data, int dir)
{
	struct statfs volume;
	struct iovec here = {&volume, sizeof volume};
	struct iovec there = {(void *)data->args[1], sizeof volume};
	char link[64] = "";

	/* Whatever was asked for lies on the volume that holds the simulated Mac. */
	if (dir >= 0)
		snprintf(link, sizeof link, "/proc/%d/fd/%d", (int)pid, (int)data->args[dir]);
	if (statfs(dir >= 0 ? link : box->root, &volume))
		return -errno;
	volume.f_bavail = volume.f_bfree =
	    (unsigned long)sandbox_free(box) / (unsigned long)volume.f_bsize;
	return process_vm_writev(pid, &here, 1, &there, 1, 0) == (ssize_t)sizeof volume ? 0
											: -EFAULT;
}
