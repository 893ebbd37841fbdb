/* SPDX-License-Identifier: BSD-2-Clause */
/* What is known of the driver that takes over. */
#include <errno.h>
#include <string.h>

#include "kmutil-helpers/plist.h"
#include "kmutil-helpers/sysext_db.h"
#include "migrate/dext_macos.h"
#include "migrate/readiness.h"
#include "migrate/replacement.h"
#include "migrate/rule_paths.h"
#include "kmutil-helpers/banned.h"

#define DB_CAP_BYTES ((size_t)8 << 20)

/* What sysextd keeps; false when there is nothing that could be read. */
static bool
read_db(struct session *session, struct sysext_list *list)
{
	const struct plist *store = NULL;
	struct fault fault = {0};
	char *bytes;
	size_t len;

	*list = (struct sysext_list){.announced = -1};
	fault.code =
	    path_read(&session->root, SYSEXT_DB, DB_CAP_BYTES, session->arena, &bytes, &len);
	if (fault.code == 0 && plist_parse(session->arena, bytes, len, &store, &fault) == 0)
		fault.code = sysext_db_read(session->arena, store, list);
	if (fault.code != 0 && fault.code != -ENOENT)
		problem_add_fault(&session->scan.problems, SYSEXT_DB, "sysext-db", fault,
		    "what state the replacement is in remains unknown", false);
	return fault.code == 0;
}

static const char *
state_of(const struct sysext *row)
{
	return row != NULL ? row->state : "not there";
}

/* Says once that the two lists contradict each other in an id. The tool's counts:
 * sysextd answers it from memory, and writes the file when it likes. */
static void
compare_row(struct session *session, const struct sysext *row, const struct sysext_list *told,
    const struct sysext_list *kept)
{
	const struct sysext *ours = sysext_find(told, row->id, row->team),
			    *theirs = sysext_find(kept, row->id, row->team);
	const char *message;
	size_t i;

	if (ours != NULL && theirs != NULL && ours->stage == theirs->stage)
		return;
	message = arena_printf(session->arena,
	    "says that %s is %s, systemextensionsctl that it is %s; the latter counts", row->id,
	    state_of(theirs), state_of(ours));
	for (i = 0; i < session->scan.problems.count; i++)
		if (strcmp(session->scan.problems.items[i].message, message) == 0)
			return;
	problem_add_text(&session->scan.problems, SYSEXT_DB, "sysext-db", message, false);
}

static void
compare_lists(
    struct session *session, const struct sysext_list *told, const struct sysext_list *kept)
{
	size_t i;

	for (i = 0; i < told->count; i++)
		compare_row(session, &told->items[i], told, kept);
	for (i = 0; i < kept->count; i++)
		compare_row(session, &kept->items[i], told, kept);
}

/* The tool does not tell whose app a row is. */
static void
take_apps(const struct sysext_list *kept, struct sysext_list *told)
{
	size_t i, j;

	for (i = 0; i < told->count; i++)
		for (j = 0; j < kept->count && told->items[i].app == NULL; j++)
			if (strcmp(told->items[i].id, kept->items[j].id) == 0 &&
			    strcmp(told->items[i].team, kept->items[j].team) == 0)
				told->items[i].app = kept->items[j].app;
}

void
dexts_read(struct session *session, struct dexts *dexts)
{
	struct sysext_list kept;
	bool has_db = read_db(session, &kept);
	int error;

	*dexts = (struct dexts){.list = kept, .shown = kept, .known = has_db};
	if (!session->root.live)
		return;
	error = sysext_read_list(session->arena, &dexts->list);
	dexts->known = error == 0;
	if (error != 0) {
		problem_add(&session->scan.problems, NULL, "systemextensionsctl", error,
		    "what state the replacement is in remains unknown", false);
		return;
	}
	take_apps(&kept, &dexts->list);
	if (has_db)
		compare_lists(session, &dexts->list, &kept);
	dexts->shown = dexts->list;
}

const struct rule *
subject_rule_of(const struct session *session, const struct subject *subject)
{
	if (subject->kext != NULL && subject->kext->rule != NULL)
		return subject->kext->rule;
	return subject->row != NULL && subject->row->rule != NULL
		   ? rules_find(&session->rules, subject->row->rule)
		   : NULL;
}

/* Whether the dext needs nobody any more: its app is ready to be asked, and a profile
 * allows the dext. */
static bool
starts_by_itself(struct session *session, const struct dexts *dexts, const struct rule *rule)
{
	struct readiness readiness;

	if (!session->root.live)
		return false;
	readiness_check(session, rule, &dexts->list, &readiness);
	return readiness.obstacle == NULL && readiness.allowed;
}

const char *
replacement_ids(struct arena *arena, const struct rule *rule)
{
	const struct rule_dext *named;
	const char *ids = NULL;
	size_t i;

	for (i = 0; (named = rule_dext(rule, i)) != NULL; i++)
		ids = ids == NULL ? named->id : arena_printf(arena, "%s and %s", ids, named->id);
	return ids;
}

const char *
replacement_not_known(struct arena *arena, const struct rule *rule)
{
	return rule->replacement.dext_count == 0
		   ? arena_printf(arena, "%s: no rule knows a replacement", rule->id)
		   : arena_printf(arena,
			 "%s: its rule names the replacement %s, and not its Team ID, so that "
			 "nobody can say whether it is there",
			 rule->id, rule->replacement.dexts[0].id);
}

bool
replacement_is_too_old(const struct rule *rule, const struct sysext *row)
{
	return rule->replacement.minimum != NULL && row->version[0] != '\0' &&
	       dext_macos_compare(row->version, rule->replacement.minimum) < 0;
}

const struct sysext *
replacement_row(const struct dexts *dexts, const struct rule *rule, const struct rule_dext *named)
{
	const struct sysext *best = sysext_find(&dexts->list, named->id, named->team), *row,
			    *newer = NULL;
	size_t i;

	if (best == NULL || !replacement_is_too_old(rule, best))
		return best;
	for (i = 0; i < dexts->list.count; i++) {
		row = &dexts->list.items[i];
		if (strcmp(row->id, named->id) == 0 && strcmp(row->team, named->team) == 0 &&
		    !replacement_is_too_old(rule, row) && row->stage < SYSEXT_ENDING &&
		    (newer == NULL || row->stage < newer->stage))
			newer = row;
	}
	return newer != NULL ? newer : best;
}

/* One of what has to take over; NULL: it is there, or comes by itself. *by_itself: that. */
static const char *
why_not_ready(struct session *session, const struct dexts *dexts, const struct rule *rule,
    const struct rule_dext *named, bool *by_itself)
{
	const struct sysext *dext = replacement_row(dexts, rule, named);

	if (dext != NULL && dext->stage <= SYSEXT_WAITING && replacement_is_too_old(rule, dext))
		return arena_printf(session->arena,
		    "its replacement %s is active in version %s, and the device needs %s",
		    named->id, dext->version, rule->replacement.minimum);
	if (dext != NULL &&
	    (dext->stage == SYSEXT_ENABLED ||
		(dext->stage == SYSEXT_WAITING && readiness_forbidden(session, named) == NULL)))
		return NULL;
	if (dext == NULL && dexts->known && starts_by_itself(session, dexts, rule)) {
		*by_itself = true;
		return NULL;
	}
	if (dext == NULL && !dexts->known)
		return arena_printf(session->arena,
		    "whether its replacement %s is activated is not known", named->id);
	return arena_printf(session->arena, "its replacement %s is %s%s", named->id,
	    dext != NULL ? dext->state : "not activated",
	    dext != NULL && dext->stage == SYSEXT_WAITING ? ", and a profile forbids it" : "");
}

enum replacement_state
replacement_judge(
    struct session *session, const struct dexts *dexts, const struct rule *rule, const char **text)
{
	const char *why = NULL;
	bool by_itself = false;
	size_t i;

	if (rule == NULL || rule->replacement.dext_count == 0) {
		*text = "no rule knows a replacement for it";
		return REPLACEMENT_NOT_KNOWN;
	}
	if (rule_dext(rule, 0) == NULL) {
		*text = replacement_not_known(session->arena, rule);
		return REPLACEMENT_NOT_KNOWN;
	}
	for (i = 0; why == NULL && rule_dext(rule, i) != NULL; i++)
		why = why_not_ready(session, dexts, rule, rule_dext(rule, i), &by_itself);
	*text = why != NULL ? why
		: by_itself ? "its replacement's app is there, and a profile allows the dext"
			    : "its replacement is there";
	return why == NULL ? REPLACEMENT_READY : REPLACEMENT_NOT_READY;
}

int
replacement_exit(
    const struct session *session, const struct dexts *dexts, const struct subject *subject)
{
	const struct rule *rule = subject_rule_of(session, subject);
	const struct rule_dext *named;
	const struct sysext *dext;
	bool out_of_the_way = subject->now.standing == STANDING_GONE, waits = false;
	size_t i;

	if (!out_of_the_way || rule == NULL || !dexts->known)
		return subject->exit;
	for (i = 0; (named = rule_dext(rule, i)) != NULL; i++) {
		dext = replacement_row(dexts, rule, named);
		waits |= dext == NULL
			     ? subject->now.migrates
			     : dext->stage != SYSEXT_ENABLED || replacement_is_too_old(rule, dext);
	}
	return waits ? 4 : subject->exit;
}

/* An extension of the rule that is not ended yet; NULL. */
static const struct sysext *
find_running(const struct dexts *dexts, const struct rule *rule)
{
	const struct rule_dext *named;
	const struct sysext *row;
	size_t i;

	for (i = 0; (named = rule_dext(rule, i)) != NULL; i++) {
		row = sysext_find(&dexts->list, named->id, named->team);
		if (row != NULL && row->stage != SYSEXT_ENDED)
			return row;
	}
	return NULL;
}

const char *
replacement_agent(
    struct session *session, const struct dexts *dexts, const struct rule *rule, bool *known)
{
	const struct sysext *sysext;
	const char *const *part;

	*known = false;
	if (rule == NULL)
		return NULL;
	/* The app, and what else the rule says works without the kext and stays. */
	for (part = rule_paths_keep(session->arena, &rule, 1); *part != NULL; part++) {
		*known = true;
		if (path_exists(&session->root, *part))
			return arena_printf(session->arena, "%s is installed", *part);
	}
	if (rule_dext(rule, 0) == NULL || !dexts->known)
		return NULL;
	*known = true;
	sysext = find_running(dexts, rule);
	return sysext != NULL ? arena_printf(session->arena, "its system extension %s is %s",
				    sysext->id, sysext->state)
			      : NULL;
}
