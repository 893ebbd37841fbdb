/* SPDX-License-Identifier: BSD-2-Clause */
/* What is remembered of where each kext was. */
#include <string.h>

#include "migrate/sighting.h"
#include "kmutil-helpers/banned.h"

unsigned int
sighting_places(const struct case_facts *facts, bool unread)
{
	unsigned int places = 0;

	places |= facts->bundle ? PLACE_BUNDLE : 0;
	places |= facts->listed ? PLACE_LISTED : 0;
	places |= facts->listed && facts->loadable ? PLACE_LOADABLE : 0;
	places |= facts->kept ? PLACE_KEPT : 0;
	places |= facts->staged ? PLACE_STAGED : 0;
	places |= facts->loaded ? PLACE_LOADED : 0;
	places |= unread ? PLACE_UNREAD : 0;
	return places;
}

static const struct ledger_sighting *
find_last(const struct ledger_sighting *last, size_t count, const char *key)
{
	size_t i;

	for (i = 0; i < count; i++)
		if (strcmp(last[i].key, key) == 0)
			return &last[i];
	return NULL;
}

static bool
is_same_text(const char *a, const char *b)
{
	return a == NULL || b == NULL ? a == b : strcmp(a, b) == 0;
}

/* Nothing is worth a line that says what the one before it said, and nobody needs to
 * know when a kext was not there that never was. */
static bool
is_news(const struct ledger_sighting *now, const struct ledger_sighting *last)
{
	if (last == NULL)
		return (now->places & ~(unsigned int)PLACE_UNREAD) != 0;
	return now->places != last->places || now->standing != last->standing ||
	       !is_same_text(now->build, last->build);
}

static bool
is_seen(const struct session *session, const char *key)
{
	size_t i;

	for (i = 0; i < session->subject_count; i++)
		if (strcmp(session->subjects[i].now.key, key) == 0)
			return true;
	return false;
}

int
sightings_record(struct session *session)
{
	const struct subject *subject;
	struct ledger_sighting *last, now;
	size_t count, i;
	int error = ledger_sighting_list(&session->ledger, session->arena, true, &last, &count);

	for (i = 0; error == 0 && i < session->subject_count + count; i++) {
		now = (struct ledger_sighting){
		    .at = session->now,
		    .build = session->host.build,
		    .product_version = session->host.product_version,
		    .boot_uuid = session->host.boot_uuid,
		};
		if (i < session->subject_count) {
			subject = &session->subjects[i];
			if (subject->now.standing == STANDING_APPLE)
				continue;
			now.key = subject->now.key;
			now.standing = subject->now.standing;
			now.places = sighting_places(
			    &subject->evidence.facts, session->look.carrier_unreadable);
		} else {
			/* What was there and of which nothing is left to speak. */
			now.key = last[i - session->subject_count].key;
			now.places = session->look.carrier_unreadable ? PLACE_UNREAD : 0;
			if (is_seen(session, now.key))
				continue;
		}
		if (is_news(&now, find_last(last, count, now.key)))
			error = ledger_sighting_put(&session->ledger, &now);
	}
	return error;
}
