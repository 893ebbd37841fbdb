/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Kexts as records of the model, and identifiers that come out the same at
 * every `new` of the same scenario. Fields of a record are parted by tabs.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "tests/macsim/model.h"
#include "tests/macsim/write_bytes.h"
#include "tests/macsim/write_hash.h"

static void
take_field(const char **at, char *out, size_t room)
{
	size_t len = strcspn(*at, "\t");

	snprintf(out, room, "%.*s", (int)len, *at);
	*at += len + ((*at)[len] == '\t');
}

struct kexts
kexts_get(const struct model *model, const char *key)
{
	struct kexts kexts = {0};
	const char *at;

	for (size_t i = 0; (at = model_at(model, key, i)); i++) {
		struct kext kext;

		take_field(&at, kext.id, sizeof(kext.id));
		take_field(&at, kext.version, sizeof(kext.version));
		take_field(&at, kext.path, sizeof(kext.path));
		take_field(&at, kext.team, sizeof(kext.team));
		take_field(&at, kext.uuid, sizeof(kext.uuid));
		take_field(&at, kext.cdhash, sizeof(kext.cdhash));
		take_field(&at, kext.stash, sizeof(kext.stash));
		take_field(&at, kext.category, sizeof(kext.category));
		kexts_add(&kexts, &kext);
	}
	return kexts;
}

void
kexts_put(struct model *model, const char *key, const struct kexts *kexts)
{
	model_clear(model, key);
	for (size_t i = 0; i < kexts->count; i++) {
		const struct kext *k = &kexts->items[i];
		struct bytes line = {0};

		bytes_printf(&line, "%s\t%s\t%s\t%s\t%s\t%s\t%s\t%s", k->id, k->version, k->path,
		    k->team, k->uuid, k->cdhash, k->stash, k->category);
		model_add(model, key, (const char *)line.data);
		bytes_done(&line);
	}
}

void
kexts_free(struct kexts *kexts)
{
	free(kexts->items);
	*kexts = (struct kexts){0};
}

struct kext *
kexts_find(const struct kexts *kexts, const char *id)
{
	for (size_t i = 0; i < kexts->count; i++)
		if (!strcmp(kexts->items[i].id, id))
			return &kexts->items[i];
	return NULL;
}

void
kexts_add(struct kexts *kexts, const struct kext *kext)
{
	struct kext *old = kexts_find(kexts, kext->id);

	if (old) {
		*old = *kext;
		return;
	}
	kexts->items = realloc(kexts->items, (kexts->count + 1) * sizeof(*kext));
	if (!kexts->items)
		macsim_die("out of memory");
	kexts->items[kexts->count++] = *kext;
}

void
kexts_drop(struct kexts *kexts, const char *id)
{
	struct kext *old = kexts_find(kexts, id);

	if (!old)
		return;
	memmove(old, old + 1, (size_t)(kexts->items + kexts->count - old - 1) * sizeof(*old));
	kexts->count--;
}

bool
model_is_loaded(const struct model *model, const char *id)
{
	for (size_t i = 0; model_at(model, "loaded", i); i++)
		if (!strcmp(model_at(model, "loaded", i), id))
			return true;
	return false;
}

static void
next_hash(struct model *model, uint8_t out[32])
{
	char text[256], number[24];
	long serial = atol(model_get(model, "serial", "0")) + 1;
	int len = snprintf(text, sizeof(text), "%s/%s/%ld", model_get(model, "scenario", ""),
	    model_get(model, "chip", ""), serial);

	hash_sha256(text, (size_t)len, out);
	snprintf(number, sizeof(number), "%ld", serial);
	model_put(model, "serial", number);
}

void
model_uuid(struct model *model, char out[40])
{
	uint8_t hash[32];
	char hex[64];

	next_hash(model, hash);
	hash[6] = (uint8_t)((hash[6] & 0x0f) | 0x40);
	hash[8] = (uint8_t)((hash[8] & 0x3f) | 0x80);
	hash_hex(hash, 16, 1, hex);
	snprintf(out, 40, "%.8s-%.4s-%.4s-%.4s-%.12s", hex, hex + 8, hex + 12, hex + 16, hex + 20);
}

void
model_nsih(struct model *model, char out[100])
{
	uint8_t hash[64];

	next_hash(model, hash);
	next_hash(model, hash + 32);
	hash_hex(hash, 48, 1, out);
}
