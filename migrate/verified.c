/* SPDX-License-Identifier: BSD-2-Clause */
/* The end of a migration, in the ledger. */
#include <string.h>

#include "migrate/verified.h"
#include "kmutil-helpers/banned.h"

struct verified {
	int64_t run;        /* whose steps they are; 0: none is left open */
	struct step *steps; /* as they are recorded now */
	size_t count;
};

/* What the look found of the rule's kexts. */
struct kexts {
	bool away;                    /* each is gone or inert */
	bool all_gone;                /* and not one of them is inert */
	const struct subject *fought; /* one that is back, or will not go; NULL */
};

static struct kexts
look_at_kexts(struct session *session, const struct rule *rule)
{
	struct kexts kexts = {.away = true, .all_gone = true};
	const struct subject *subject;
	size_t i;

	for (i = 0; i < session->subject_count; i++) {
		subject = &session->subjects[i];
		if (subject->row == NULL || subject_rule_of(session, subject) != rule)
			continue;
		kexts.all_gone &= subject->now.standing == STANDING_GONE;
		kexts.away &= subject->now.standing == STANDING_GONE ||
			      subject->now.standing == STANDING_INERT;
		if (subject->now.standing == STANDING_BLOCKED ||
		    subject->now.standing == STANDING_RETURNED)
			kexts.fought = subject;
	}
	return kexts;
}

bool
verified_dext(const struct activation_dext *one)
{
	return one->exit == 0 && (one->matching == MATCHING_RUNS || one->named->is_sysext);
}

static bool
is_all_verified(const struct activation *activation)
{
	size_t i = 0;

	while (i < activation->dext_count && verified_dext(&activation->dexts[i]))
		i++;
	return activation->exit == 0 && i > 0 && i == activation->dext_count;
}

static bool
is_of(const struct rule *rule, const struct step *step)
{
	size_t i;

	for (i = 0; rule_dext(rule, i) != NULL; i++)
		if (step->subject != NULL && strcmp(step->subject, rule_dext(rule, i)->id) == 0)
			return step->kind == STEP_VERIFY || step->kind == STEP_ACTIVATE;
	return false;
}

/* The last migrate that has steps for the rule's dexts, and those of them that are open. */
static int
find_steps(struct session *session, const struct rule *rule, struct verified *out)
{
	struct ledger_run *runs;
	struct step *steps;
	size_t run_count, count, i, j;
	bool found = false;
	int error = ledger_run_list(&session->ledger, session->arena, &runs, &run_count);

	*out = (struct verified){0};
	for (i = run_count; error == 0 && i > 0 && !found; i--) {
		if (strcmp(runs[i - 1].command, "migrate") != 0 ||
		    strcmp(runs[i - 1].state, "undone") == 0)
			continue;
		error = ledger_step_list(
		    &session->ledger, session->arena, runs[i - 1].id, &steps, &count);
		if (error != 0)
			break;
		*out = (struct verified){.run = runs[i - 1].id,
		    .steps = arena_array(session->arena, count + 1, sizeof(*steps))};
		for (j = 0; j < count; j++) {
			found |= is_of(rule, &steps[j]) && steps[j].kind == STEP_VERIFY;
			if (is_of(rule, &steps[j]) && steps[j].state != STEP_DONE)
				out->steps[out->count++] = steps[j];
		}
	}
	if (!found || out->count == 0)
		*out = (struct verified){0};
	return error;
}

static void
judge(struct session *session, const struct kexts *kexts, const struct activation *activation,
    struct step *step)
{
	const struct activation_dext *one = activation_find(activation, step->subject);
	const char *text = one != NULL ? one->text : activation->text,
		   *seen =
		       arena_printf(session->arena, "%s, %s", session->now, session->host.build);

	if (step->kind == STEP_ACTIVATE) {
		/* Behind a kext that is back nobody has looked. */
		if (one == NULL)
			return;
		step->state = one->exit == 0 ? STEP_DONE : STEP_SKIPPED;
		step->message = text;
	} else if (kexts->fought != NULL) {
		step->state = STEP_FAILED;
		step->message = arena_printf(session->arena, "%s is %s (%s)",
		    kexts->fought->now.key, standing_name(kexts->fought->now.standing), seen);
	} else if (kexts->away && one != NULL && verified_dext(one)) {
		step->state = STEP_DONE;
		step->message = arena_printf(session->arena, "the kext is %s, and %s (%s)",
		    kexts->all_gone ? "gone" : "out of the way", text, seen);
	} else {
		step->state = STEP_SKIPPED;
		step->message = text;
	}
}

/* Nobody waits for the migration any more. */
static int
finish(struct session *session, const struct rule *rule)
{
	struct subject *subject;
	size_t i;
	int error = 0;

	for (i = 0; error == 0 && i < session->subject_count; i++) {
		subject = &session->subjects[i];
		if (subject->row == NULL || !subject->now.migrates ||
		    subject_rule_of(session, subject) != rule)
			continue;
		subject->now.migrates = false;
		error = ledger_case_put(&session->ledger, &subject->now);
	}
	return error;
}

static int
note(struct session *session, const struct rule *rule, const struct activation *activation,
    struct verified *out)
{
	struct kexts kexts = look_at_kexts(session, rule);
	size_t i;
	int error = find_steps(session, rule, out);

	if (error != 0 || (!kexts.away && kexts.fought == NULL) ||
	    (error = store_begin(session->ledger.db)) != 0)
		return error;
	for (i = 0; error == 0 && i < out->count; i++) {
		judge(session, &kexts, activation, &out->steps[i]);
		error = ledger_step_set(&session->ledger, out->run, &out->steps[i]);
	}
	if (error == 0 && kexts.away && is_all_verified(activation))
		error = finish(session, rule);
	return store_commit(session->ledger.db, error);
}

/* Beside what this run does; steps of one run alone, which has their numbers. */
static void
show(struct removal *removal, const struct verified *verified)
{
	struct plan *plan = &removal->plan;
	size_t i;

	if (verified->run == 0 || (removal->run.id != 0 && removal->run.id != verified->run))
		return;
	removal->run.id = verified->run;
	for (i = 0; i < verified->count; i++)
		*(struct step *)arena_push(removal->session->arena, &plan->steps, &plan->step_count,
		    &plan->step_room, sizeof(*plan->steps)) = verified->steps[i];
}

void
verified_tell(struct removal *removal, const struct rule *rule, const struct activation *activation)
{
	struct session *session = removal->session;
	struct verified verified;
	int error = note(session, rule, activation, &verified);

	if (error != 0)
		problem_add(&session->scan.problems, session->ledger.folder, "ledger", error,
		    "what the migration came to could not be recorded", true);
	else
		show(removal, &verified);
}
