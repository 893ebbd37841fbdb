/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Members of a kernel collection, out of a stream of property list events. Level 1
 * is the list itself, 2 the array of members, 3 a member; deeper is not looked at,
 * but for the texts that a later IDREF may name (only lists older than filesets
 * are known to have any).
 */
#include <stdlib.h>
#include <string.h>

#include "kmutil-helpers/die.h"
#include "kmutil-helpers/kc_prelink.h"
#include "kmutil-helpers/plist_stream.h"
#include "kmutil-helpers/banned.h"

#define SHARED_MAX_TEXTS ((size_t)1 << 16)
#define SHARED_MAX_BYTES ((size_t)4 << 20)
#define MEMBERS_MAX_BYTES ((size_t)8 << 20)

enum wanted { OTHER, MEMBERS, OWN_UUID, BASE_UUID, PAGEABLE_UUID, ID, VERSION, PATH, EXECUTABLE };

static const struct {
	const char *key;
	unsigned int level;
	enum wanted wanted;
	enum plist_type type;
} keys[] = {
    {"_PrelinkInfoDictionary", 1, MEMBERS, PLIST_ARRAY},
    {"_PrelinkKCID", 1, OWN_UUID, PLIST_DATA},
    {"_BootKCID", 1, BASE_UUID, PLIST_DATA},
    {"_PageableKCID", 1, PAGEABLE_UUID, PLIST_DATA},
    {"CFBundleIdentifier", 3, ID, PLIST_STRING},
    {"CFBundleVersion", 3, VERSION, PLIST_STRING},
    {"_PrelinkBundlePath", 3, PATH, PLIST_STRING},
    {"_PrelinkExecutableRelativePath", 3, EXECUTABLE, PLIST_STRING},
};

struct kc_prelink {
	struct arena *arena; /* borrowed */
	struct kc *kc;       /* borrowed */
	struct plist_stream *stream;
	unsigned int level;
	enum wanted wanted; /* of the key that was read last, on its level */
	bool in_members, has_members, ended;
	struct kc_member member; /* that is being read */
	size_t room, bytes;      /* of kc->members; of their strings */
	struct arena *shared;    /* texts that have an ID */
	const char **texts;      /* by ID */
	size_t text_bytes;
};

const char *
kc_uuid_text(struct arena *arena, const uint8_t u[16])
{
	return arena_printf(arena,
	    "%02X%02X%02X%02X-%02X%02X-%02X%02X-%02X%02X-%02X%02X%02X%02X%02X%02X", u[0], u[1],
	    u[2], u[3], u[4], u[5], u[6], u[7], u[8], u[9], u[10], u[11], u[12], u[13], u[14],
	    u[15]);
}

/* Keeps the text of a value that has an ID; what is cut is not kept. */
static int
shared_keep(struct kc_prelink *p, const struct plist_event *event)
{
	if (event->id == PLIST_NO_ID || event->cut)
		return 0;
	if (event->id >= SHARED_MAX_TEXTS)
		return -FAULT_COUNT;
	if (event->len > SHARED_MAX_BYTES - p->text_bytes)
		return -FAULT_SIZE;
	p->text_bytes += event->len;
	if (p->texts == NULL) {
		p->shared = arena_new(2 * SHARED_MAX_BYTES + SHARED_MAX_TEXTS * 64);
		p->texts = arena_array(p->shared, SHARED_MAX_TEXTS, sizeof(*p->texts));
	}
	p->texts[event->id] = arena_strndup(p->shared, event->text, event->len);
	return 0;
}

/* The text of a value or of the one that it refers to. */
static int
text_find(const struct kc_prelink *p, const struct plist_event *event, const char **text)
{
	*text = event->text;
	if (event->idref == PLIST_NO_ID)
		return event->cut ? -FAULT_SIZE : 0;
	*text = p->texts != NULL && event->idref < SHARED_MAX_TEXTS ? p->texts[event->idref] : NULL;
	return *text != NULL ? 0 : -FAULT_MISSING;
}

static int
uuid_keep(struct kc_prelink *p, const char *text, const char **out)
{
	uint8_t bytes[KC_MAX_TEXT_BYTES];
	size_t len;
	int rc = plist_stream_data(text, bytes, &len);

	if (rc == 0 && len != 16)
		rc = -FAULT_TYPE;
	if (rc == 0)
		*out = kc_uuid_text(p->arena, bytes);
	return rc;
}

static int
text_keep(struct kc_prelink *p, const char *text, const char **out)
{
	size_t len = strlen(text);

	if (len > MEMBERS_MAX_BYTES - p->bytes)
		return -FAULT_SIZE;
	p->bytes += len;
	*out = arena_strdup(p->arena, text);
	return 0;
}

/* Takes a value for the key before it. One of another type than belongs there is
 * as good as none. */
static int
value_take(struct kc_prelink *p, const struct plist_event *event)
{
	enum wanted wanted = p->wanted;
	const char *text;
	size_t i;
	int rc;

	p->wanted = OTHER;
	for (i = 0; i < sizeof(keys) / sizeof(keys[0]); i++)
		if (keys[i].wanted == wanted && keys[i].type != event->type)
			return wanted == MEMBERS ? -FAULT_TYPE : 0;
	if (wanted == OTHER || (rc = text_find(p, event, &text)) != 0)
		return wanted == OTHER ? 0 : rc;
	switch (wanted) {
	case OWN_UUID:
		return uuid_keep(p, text, &p->kc->uuid);
	case BASE_UUID:
		return uuid_keep(p, text, &p->kc->base_uuid);
	case PAGEABLE_UUID:
		return uuid_keep(p, text, &p->kc->pageable_uuid);
	case ID:
		return text_keep(p, text, &p->member.id);
	case VERSION:
		return text_keep(p, text, &p->member.version);
	case PATH:
		return text_keep(p, text, &p->member.path);
	case EXECUTABLE:
		p->member.codeless = false;
		p->member.names_code = true;
		return 0;
	case OTHER:
	case MEMBERS:
		break;
	}
	return 0;
}

static int
container_begin(struct kc_prelink *p, const struct plist_event *event)
{
	enum wanted wanted = p->wanted;

	p->wanted = OTHER;
	p->level++;
	if (p->level == 1)
		return event->type == PLIST_DICT ? 0 : -FAULT_TYPE;
	if (p->level == 2 && wanted == MEMBERS) {
		if (event->type != PLIST_ARRAY || event->idref != PLIST_NO_ID || p->has_members)
			return -FAULT_TYPE;
		p->in_members = p->has_members = true;
	}
	if (p->level == 3 && p->in_members) {
		if (event->type != PLIST_DICT || event->idref != PLIST_NO_ID)
			return -FAULT_TYPE;
		p->member = (struct kc_member){.codeless = true, .has_info = true};
	}
	return 0;
}

static int
container_end(struct kc_prelink *p)
{
	struct kc *kc = p->kc;

	p->wanted = OTHER;
	p->level--;
	if (p->level == 1)
		p->in_members = false;
	if (p->level != 2 || !p->in_members)
		return 0;
	if (p->member.id == NULL)
		return -FAULT_MISSING;
	if (kc->member_count == KC_MAX_MEMBERS)
		return -FAULT_COUNT;
	if (kc->member_count == p->room) {
		p->room = p->room ? 2 * p->room : 16;
		kc->members = arena_grow(
		    p->arena, kc->members, kc->member_count, p->room, sizeof(*kc->members));
	}
	kc->members[kc->member_count++] = p->member;
	return 0;
}

static void
key_take(struct kc_prelink *p, const struct plist_event *event)
{
	size_t i;

	p->wanted = OTHER;
	if (p->level == 3 && !p->in_members)
		return;
	for (i = 0; i < sizeof(keys) / sizeof(keys[0]); i++)
		if (keys[i].level == p->level && strcmp(keys[i].key, event->text) == 0)
			p->wanted = keys[i].wanted;
}

static int
event_take(const struct plist_event *event, void *payload)
{
	struct kc_prelink *p = payload;
	int rc;

	switch (event->kind) {
	case PLIST_EVENT_BEGIN:
		return container_begin(p, event);
	case PLIST_EVENT_END:
		return container_end(p);
	case PLIST_EVENT_KEY:
		key_take(p, event);
		return shared_keep(p, event);
	case PLIST_EVENT_VALUE:
		if (p->level == 0 || (p->level == 2 && p->in_members))
			return -FAULT_TYPE;
		rc = shared_keep(p, event);
		return rc ? rc : value_take(p, event);
	}
	return 0;
}

struct kc_prelink *
kc_prelink_new(struct arena *arena, struct kc *kc)
{
	struct kc_prelink *p = calloc(1, sizeof(*p));

	if (p == NULL)
		die(EXIT_BUG, "out of memory");
	p->arena = arena;
	p->kc = kc;
	p->stream = plist_stream_new(event_take, p, KC_MAX_TEXT_BYTES);
	return p;
}

void
kc_prelink_free(struct kc_prelink *p)
{
	if (p == NULL)
		return;
	plist_stream_free(p->stream);
	arena_free(p->shared);
	free(p);
}

int
kc_prelink_feed(struct kc_prelink *p, const uint8_t *bytes, size_t len)
{
	const uint8_t *nul = memchr(bytes, 0, len);

	if (p->ended)
		return 0;
	p->ended = nul != NULL;
	return plist_stream_feed(p->stream, bytes, nul ? (size_t)(nul - bytes) : len);
}

bool
kc_prelink_is_done(const struct kc_prelink *p)
{
	return p->ended || plist_stream_is_done(p->stream);
}

int
kc_prelink_finish(struct kc_prelink *p, struct fault *fault)
{
	int rc = plist_stream_finish(p->stream, fault);

	if (rc == 0 && !p->has_members)
		rc = fault->code = -FAULT_MISSING;
	return rc;
}
