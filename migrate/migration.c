/* SPDX-License-Identifier: BSD-2-Clause */
/* The order in which a device changes its driver. */
#include <string.h>

#include "kmutil-helpers/die.h"
#include "migrate/migration.h"
#include "migrate/pending.h"
#include "migrate/verified.h"
#include "kmutil-helpers/banned.h"

#define HELD "nothing could take over yet, so that the kext stays"

static bool
is_one_enabled(const struct activation_dext *one)
{
	return one->row != NULL && one->row->stage == SYSEXT_ENABLED && !one->may_ask;
}

static bool
is_enabled(const struct activation *activation)
{
	size_t i = 0;

	while (i < activation->dext_count && is_one_enabled(&activation->dexts[i]))
		i++;
	return i > 0 && i == activation->dext_count;
}

/* Staged is enough: macOS has taken it in, and a person can allow it while the kext works,
 * unless a profile forbids that. */
static bool
is_staged(const struct activation *activation)
{
	const struct activation_dext *one;
	size_t i;

	for (i = 0; i < activation->dext_count; i++) {
		one = &activation->dexts[i];
		if (one->row == NULL || one->row->stage > SYSEXT_WAITING || one->forbidden ||
		    one->may_ask)
			return false;
	}
	return activation->dext_count > 0;
}

static void
refuse(struct migration *migration, const char *sentence)
{
	plan_refuse(migration->removal->session->arena, &migration->removal->plan, sentence);
}

/* A dext that is not staged beside its kext leaves the device alone between the restart
 * and its activation: that must at least need no person. */
static void
consider_later(struct migration *migration, struct takeover *takeover)
{
	const struct session *session = migration->removal->session;

	if (!takeover->rule->replacement.alone || is_staged(&takeover->activation) ||
	    migration->removal->plan.step_count == 0)
		return;
	takeover->later = true;
	if (!takeover->activation.readiness.allowed && !session->options->without_replacement)
		refuse(migration, arena_printf(session->arena,
				      "%s: is not staged beside its kext (coexists=\"no\"), and no "
				      "profile allows "
				      "it, so that its device would be without a driver until a "
				      "person has allowed "
				      "it after the restart; install a "
				      "com.apple.system-extension-policy profile, or "
				      "use --without-replacement",
				      replacement_ids(session->arena, takeover->rule)));
}

/* A product of which nothing is on this Mac, neither kext nor dext: nothing to do. */
static bool
is_absent(const struct migration *migration, const struct rule *rule)
{
	const struct removal *removal = migration->removal;
	const struct rule_dext *named;
	size_t i;

	for (i = 0; i < removal->selection.count; i++)
		if (subject_rule_of(removal->session, removal->selection.subjects[i]) == rule)
			return false;
	for (i = 0; (named = rule_dext(rule, i)) != NULL; i++)
		if (sysext_find(&removal->dexts.list, named->id, named->team) != NULL)
			return false;
	return i > 0;
}

static void
look(struct migration *migration, struct takeover *takeover)
{
	struct session *session = migration->removal->session;

	activation_prepare(session, takeover->rule, &takeover->activation);
	if (takeover->activation.exit == 5)
		refuse(migration, takeover->activation.text);
	else
		consider_later(migration, takeover);
}

static struct step *
put_step(
    struct step *steps, size_t *count, enum step_kind kind, const char *subject, const char *why)
{
	struct step *step = &steps[(*count)++];

	*step = (struct step){.kind = kind, .subject = subject, .why = why};
	return step;
}

static void
put_before(const struct takeover *takeover, struct step *steps, size_t *count)
{
	const struct activation *activation = &takeover->activation;
	const struct activation_dext *one;
	struct step *step;
	size_t i;

	if (activation->may_ask)
		(void)put_step(steps, count, STEP_PREPARE, takeover->rule->replacement.app_path,
		    "the app is there, its vendor signed it, and policy and macOS allow its dext");
	for (i = 0; i < activation->dext_count; i++) {
		one = &activation->dexts[i];
		if (is_one_enabled(one)) {
			step = put_step(steps, count, STEP_ACTIVATE, one->named->id,
			    "the dext takes over from the kext");
			step->state = STEP_DONE;
			step->message = "is active already";
		} else if (!takeover->later) {
			(void)put_step(steps, count, STEP_ACTIVATE, one->named->id,
			    "requested now, while the kext still works");
		}
	}
}

static void
put_behind(const struct takeover *takeover, struct step *steps, size_t *count)
{
	const struct activation *activation = &takeover->activation;
	size_t i;

	for (i = 0; takeover->later && i < activation->dext_count; i++)
		if (!is_one_enabled(&activation->dexts[i]))
			(void)put_step(steps, count, STEP_ACTIVATE, activation->dexts[i].named->id,
			    "after the restart: it is not staged beside its kext");
	for (i = 0; i < activation->dext_count; i++)
		(void)put_step(steps, count, STEP_VERIFY, activation->dexts[i].named->id,
		    activation->dexts[i].named->is_sysext
			? "the kext is gone, and its replacement is active"
			: "the kext is gone, and the dext drives the device");
}

/* The removal's steps between what comes before and behind them. */
static void
put_steps(struct migration *migration)
{
	struct plan *plan = &migration->removal->plan;
	struct step *steps;
	size_t count = 0, room = plan->step_count + 1, i;
	bool idle = plan->step_count == 0;

	for (i = 0; i < migration->count; i++) {
		idle &= is_enabled(&migration->items[i].activation);
		room += 1 + 2 * migration->items[i].activation.dext_count;
	}
	if (idle || plan->refusal_count > 0)
		return;
	steps = arena_array(migration->removal->session->arena, room, sizeof(*steps));
	for (i = 0; i < migration->count; i++)
		put_before(&migration->items[i], steps, &count);
	for (i = 0; i < plan->step_count; i++)
		steps[count++] = plan->steps[i];
	for (i = 0; i < migration->count; i++)
		put_behind(&migration->items[i], steps, &count);
	for (i = 0; i < count; i++)
		steps[i].n = (int)i + 1;
	plan->steps = steps;
	plan->step_count = plan->step_room = count;
}

static struct takeover *
takeover_of(struct migration *migration, const struct step *step)
{
	const char *app;
	size_t i;

	for (i = 0; i < migration->count; i++) {
		app = migration->items[i].rule->replacement.app_path;
		if (step->kind == STEP_PREPARE
			? app != NULL && strcmp(step->subject, app) == 0
			: activation_find(&migration->items[i].activation, step->subject) != NULL)
			return &migration->items[i];
	}
	die(EXIT_BUG, "%s: a step of nobody", step->subject);
}

static void
act_activate(
    struct migration *migration, struct run *run, struct step *step, struct takeover *takeover)
{
	struct activation *activation = &takeover->activation;
	const struct activation_dext *one;

	if (takeover->later) {
		step->state = STEP_SKIPPED;
		step->message = "after the restart, by recheck or by migrate again";
		return;
	}
	if (activation->may_ask)
		activation_ask(migration->removal->session, takeover->rule, activation);
	one = activation_find(activation, step->subject);
	step->state = is_one_enabled(one) ? STEP_DONE : STEP_SKIPPED;
	step->message = is_one_enabled(one) ? one->text : activation->text;
	if (!is_staged(activation))
		run->held = HELD;
}

static void
act_verify(struct migration *migration, struct step *step, struct takeover *takeover)
{
	const struct activation_dext *one;

	if (migration->removal->plan.restart_needed) {
		step->state = STEP_SKIPPED;
		step->message = "after the restart, by recheck or by migrate again";
		return;
	}
	activation_prepare(migration->removal->session, takeover->rule, &takeover->activation);
	one = activation_find(&takeover->activation, step->subject);
	step->state = verified_dext(one) ? STEP_DONE : STEP_SKIPPED;
	step->message = one->text;
}

static int
act(struct run *run, struct step *step, void *payload)
{
	struct migration *migration = payload;
	struct takeover *takeover = takeover_of(migration, step);

	if (step->kind == STEP_ACTIVATE) {
		act_activate(migration, run, step, takeover);
	} else if (step->kind == STEP_VERIFY) {
		act_verify(migration, step, takeover);
	} else {
		step->state = STEP_DONE;
		step->message = "is there and as its vendor signed it; nothing forbids its dext";
	}
	return 0;
}

void
migration_plan(struct migration *migration, struct removal *removal)
{
	const struct selection *selection = &removal->selection;
	size_t i;

	*migration = (struct migration){.removal = removal,
	    .items = arena_array(
		removal->session->arena, selection->rule_count + 1, sizeof(*migration->items))};
	removal->act = act;
	removal->act_payload = migration;
	for (i = 0; i < selection->rule_count; i++) {
		if (is_absent(migration, selection->rules[i]))
			continue;
		migration->items[migration->count].rule = selection->rules[i];
		look(migration, &migration->items[migration->count++]);
	}
	put_steps(migration);
}

int
migration_expected_exit(const struct migration *migration)
{
	const struct activation *activation;
	int exit = removal_expected_exit(migration->removal);
	size_t i;

	for (i = 0; exit != 5 && i < migration->count; i++) {
		activation = &migration->items[i].activation;
		if (migration->items[i].later || activation->may_ask || is_enabled(activation))
			continue;
		if (!is_staged(activation))
			return 4; /* and the kext stays */
		exit = exit_worst(exit, 4);
	}
	return exit;
}

/* Behind a kext that is about to go a dext waits for the restart, which is the kext's own
 * exit status. */
static int
takeover_exit(const struct takeover *takeover, bool restart_needed)
{
	if (is_enabled(&takeover->activation))
		return restart_needed ? 0 : takeover->activation.exit;
	return 4;
}

int
migration_exit(struct migration *migration)
{
	struct removal *removal = migration->removal;
	bool ran = removal->run.id != 0;
	int exit = 0, one;
	size_t i;

	if (removal->plan.refusal_count > 0)
		return 5;
	for (i = 0; i < migration->count; i++) {
		one = takeover_exit(&migration->items[i], removal->plan.restart_needed);
		exit = exit_worst(exit, one);
		if (ran)
			pending_note(removal->session, migration->items[i].rule->id, one == 4);
		else
			verified_tell(
			    removal, migration->items[i].rule, &migration->items[i].activation);
		if (one != 0)
			problem_add_text(&removal->session->scan.problems, NULL, "activation",
			    migration->items[i].activation.text, false);
	}
	return removal->run.held != NULL ? 4 : exit_worst(exit, removal->exit);
}

bool
migration_may_restart(const struct migration *migration)
{
	size_t i;

	for (i = 0; i < migration->count; i++)
		if (!migration->items[i].later && !is_enabled(&migration->items[i].activation))
			return false;
	return true;
}

void
migration_tell_order(struct removal *removal)
{
	struct arena *arena = removal->session->arena;
	struct plan *plan = &removal->plan;
	const struct rule_dext *named;
	const struct sysext *dext;
	const struct rule *rule;
	struct step *step;
	size_t i = 0, j = 0;

	while (plan->step_count > 0 && i < removal->selection.rule_count) {
		rule = removal->selection.rules[i];
		named = rule->replacement.alone ? rule_dext(rule, j++) : NULL;
		if (named == NULL) {
			i++;
			j = 0;
			continue;
		}
		dext = sysext_find(&removal->dexts.list, named->id, named->team);
		if (dext != NULL && dext->stage <= SYSEXT_WAITING)
			continue;
		step = arena_push(
		    arena, &plan->steps, &plan->step_count, &plan->step_room, sizeof(*step));
		*step = (struct step){.n = (int)plan->step_count,
		    .kind = STEP_ACTIVATE,
		    .subject = named->id,
		    .why = "its rule says coexists=\"no\"",
		    .state = STEP_SKIPPED,
		    .message = "only after the restart, by handoff or migrate: it is not staged "
			       "beside its kext, so that its device has no driver meanwhile"};
	}
}

static bool
is_away(const struct subject *subject)
{
	return subject->now.standing == STANDING_GONE || subject->now.standing == STANDING_INERT;
}

/* Goes on with one product's handoff, where a kext of it is out of the way. */
static int
continue_one(struct removal *removal, const struct rule *rule, bool is_free)
{
	struct session *session = removal->session;
	struct activation activation = {0};

	if (is_free) {
		activation_request(session, rule, false, &activation);
		pending_note(session, rule->id, activation.exit == 4);
		if (activation.exit != 0)
			problem_add_text(
			    &session->scan.problems, NULL, "activation", activation.text, false);
	}
	verified_tell(removal, rule, &activation);
	return activation.exit;
}

int
migration_continue(struct removal *removal)
{
	struct session *session = removal->session;
	const struct subject *subject;
	const struct rule *rule;
	int exit = 0;
	bool waits, is_free;
	size_t i, j;

	for (i = 0; i < removal->selection.rule_count; i++) {
		rule = removal->selection.rules[i];
		waits = is_free = false;
		for (j = 0; j < removal->selection.count; j++) {
			subject = removal->selection.subjects[j];
			if (subject->row == NULL || !subject->now.migrates ||
			    subject_rule_of(session, subject) != rule)
				continue;
			waits = true;
			is_free |= is_away(subject);
		}
		if (waits)
			exit = exit_worst(exit, continue_one(removal, rule, is_free));
	}
	return exit;
}
