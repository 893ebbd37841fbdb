/* SPDX-License-Identifier: BSD-2-Clause */
/* Entitlements of a signature, and the profile that grants them. */
#include "kmutil-helpers/entitlements.h"
#include "kmutil-helpers/der.h"
#include "kmutil-helpers/macho_sign.h"
#include "kmutil-helpers/banned.h"

int
entitlements_read(
    struct arena *arena, int fd, bool intel, const struct plist **out, struct fault *fault)
{
	struct macho_sign sign;
	uint8_t *bytes;
	int rc = macho_sign_read(arena, fd, intel, &sign, fault);

	*out = NULL;
	if (rc != 0 || sign.entitlements.size == 0)
		return rc;
	if (sign.entitlements.size > ENTITLEMENTS_MAX_BYTES)
		rc = -FAULT_SIZE;
	bytes = arena_alloc(arena, rc == 0 ? (size_t)sign.entitlements.size : 1);
	if (rc == 0)
		rc = slice_read(&sign.entitlements, 0, bytes, (size_t)sign.entitlements.size);
	if (rc == 0)
		return plist_parse(arena, bytes, (size_t)sign.entitlements.size, out, fault);
	*fault = (struct fault){.code = rc, .at = sign.entitlements.base};
	return rc;
}

/* ContentInfo { OID signedData, [0] SignedData { version, digests, ContentInfo { OID
 * data, [0] OCTET STRING } ... } } (RFC 5652). */
int
profile_parse(struct arena *arena, const void *bytes, size_t len, const struct plist **out,
    struct fault *fault)
{
	struct cursor c = cursor_make(bytes, len);
	const uint8_t *text;
	uint64_t size;

	*out = NULL;
	(void)der_begin(&c, DER_SEQUENCE, len);
	cursor_skip(&c, der_begin(&c, DER_OID, len));
	(void)der_begin(&c, DER_CONTEXT_0, len);
	(void)der_begin(&c, DER_SEQUENCE, len);
	cursor_skip(&c, der_begin(&c, DER_INTEGER, len));
	cursor_skip(&c, der_begin(&c, DER_SET, len));
	(void)der_begin(&c, DER_SEQUENCE, len);
	cursor_skip(&c, der_begin(&c, DER_OID, len));
	(void)der_begin(&c, DER_CONTEXT_0, len);
	size = der_begin(&c, DER_OCTETS, len);
	text = cursor_bytes(&c, size);
	*fault = cursor_fault(&c);
	if (text == NULL)
		return fault->code;
	return plist_parse(arena, text, (size_t)size, out, fault);
}
