/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * IM4P and IMG4 in DER. The auxiliary collection is taken to be an IM4P of type
 * auxk, uncompressed, without a manifest of its own (assumption collection-in-preboot;
 * the container is inferred from its sibling, kernelcache.custom).
 */
#include <string.h>

#include "tests/macsim/write_im4p.h"

enum { DER_INT = 0x02, DER_OCTETS = 0x04, DER_IA5 = 0x16, DER_SEQUENCE = 0x30, DER_SET = 0x31,
	DER_TAG_0 = 0xa0 };

static void
der_add(struct bytes *out, unsigned tag, const void *data, size_t len)
{
	unsigned size = 1;

	bytes_u8(out, tag);
	if (len < 128) {
		bytes_u8(out, (unsigned)len);
	} else {
		while (len >> (8 * size))
			size++;
		bytes_u8(out, 0x80 | size);
		bytes_be(out, len, size);
	}
	bytes_add(out, data, len);
}

static void
der_text(struct bytes *out, const char *text)
{
	der_add(out, DER_IA5, text, strlen(text));
}

void
im4p_write(const char *type, const char *description, const struct bytes *payload,
    struct bytes *out)
{
	struct bytes inner = {0};

	der_text(&inner, "IM4P");
	der_text(&inner, type);
	der_text(&inner, description);
	der_add(&inner, DER_OCTETS, payload->data, payload->len);
	der_add(out, DER_SEQUENCE, inner.data, inner.len);
	bytes_done(&inner);
}

void
im4p_write_img4(const struct bytes *im4p, struct bytes *out)
{
	struct bytes manifest = {0}, sequence = {0}, inner = {0};

	der_text(&manifest, "IM4M");
	der_add(&manifest, DER_INT, "", 1);
	der_add(&manifest, DER_SET, "", 0);
	der_add(&manifest, DER_OCTETS, "", 0);
	der_add(&manifest, DER_SEQUENCE, "", 0);
	der_add(&sequence, DER_SEQUENCE, manifest.data, manifest.len);
	der_text(&inner, "IMG4");
	bytes_add(&inner, im4p->data, im4p->len);
	der_add(&inner, DER_TAG_0, sequence.data, sequence.len);
	der_add(out, DER_SEQUENCE, inner.data, inner.len);
	bytes_done(&manifest);
	bytes_done(&sequence);
	bytes_done(&inner);
}
