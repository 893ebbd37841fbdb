/* SPDX-License-Identifier: BSD-2-Clause */
/* Slices of files. */
#include <errno.h>
#include <sys/stat.h>
#include <unistd.h>

#include "kmutil-helpers/fault.h"
#include "kmutil-helpers/slice.h"
#include "kmutil-helpers/trail.h"
#include "kmutil-helpers/unpack.h"
#include "kmutil-helpers/banned.h"

int
slice_of_file(int fd, struct slice *out)
{
	struct stat st;

	*out = (struct slice){.fd = fd};
	if (fstat(fd, &st) != 0)
		return -errno;
	if (!S_ISREG(st.st_mode))
		return -FAULT_NOT_FILE;
	out->size = (uint64_t)st.st_size;
	return 0;
}

int
slice_part(const struct slice *whole, uint64_t at, uint64_t size, struct slice *out)
{
	if (at > whole->size || size > whole->size - at)
		return -FAULT_RANGE;
	*out = (struct slice){
	    .fd = whole->fd, .base = whole->base + at, .size = size, .unpack = whole->unpack};
	return 0;
}

int
slice_read(const struct slice *slice, uint64_t at, void *out, size_t len)
{
	uint8_t *to = out;
	ssize_t got;

	if (at > slice->size)
		return -FAULT_RANGE;
	if (len > slice->size - at)
		return -FAULT_SHORT;
	if (slice->unpack != NULL)
		return unpack_read(slice->unpack, slice->base + at, out, len);
	trail_note_read(slice->fd, slice->base + at, len);
	for (at += slice->base; len != 0; to += got, len -= (size_t)got, at += (uint64_t)got) {
		got = pread(slice->fd, to, len, (off_t)at);
		if (got < 0 && errno != EINTR)
			return -errno;
		if (got == 0)
			return -FAULT_SHORT;
		got = got < 0 ? 0 : got;
	}
	return 0;
}
