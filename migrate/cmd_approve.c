/* SPDX-License-Identifier: BSD-2-Clause */
/* approve: for when a person is ready. Says what will be asked, then asks. */
#include "migrate/command.h"
#include "migrate/dialog.h"
#include "migrate/removal.h"
#include "kmutil-helpers/banned.h"

/* What waits for a rebuild; and what is approved and waits for the restart: approve may
 * be asked again, or have been cut off after the answer. */
static bool
is_concerned(const struct subject *subject)
{
	enum rebuild_state rebuild = subject->now.rebuild;

	if (subject->row == NULL)
		return false;
	if (rebuild == REBUILD_APPROVED)
		return subject->evidence.restart_needed && !subject->evidence.restarted;
	return rebuild == REBUILD_WANTED || rebuild == REBUILD_REFUSED ||
	       rebuild == REBUILD_ASKED || rebuild == REBUILD_GATED || rebuild == REBUILD_FRUITLESS;
}

static void
keep_concerned(struct selection *selection)
{
	size_t i, kept = 0;

	for (i = 0; i < selection->count; i++)
		if (is_concerned(selection->subjects[i]))
			selection->subjects[kept++] = selection->subjects[i];
	selection->count = kept;
}

/* Nothing waits for a rebuild: what the cases wait for instead. A kext that is named and
 * that no run has acted on waits for its removal. */
static void
report_cases(struct removal *removal)
{
	struct selection *selection = &removal->selection;
	size_t i, kept = 0;

	dexts_read(removal->session, &removal->dexts);
	for (i = 0; i < selection->count; i++)
		if (selection->subjects[i]->row != NULL ||
		    (removal->session->options->target_count > 0 &&
			selection->subjects[i]->evidence.facts.has_carrier))
			selection->subjects[kept++] = selection->subjects[i];
	selection->count = kept;
	for (i = 0; i < kept; i++)
		removal->exit = exit_worst(removal->exit,
		    replacement_exit(removal->session, &removal->dexts, selection->subjects[i]));
}

static bool
is_any_concerned(const struct selection *selection)
{
	size_t i;

	for (i = 0; i < selection->count; i++)
		if (is_concerned(selection->subjects[i]))
			return true;
	return false;
}

static bool
has_planned_rebuild(const struct plan *plan)
{
	size_t i;

	for (i = 0; i < plan->step_count; i++)
		if (plan->steps[i].kind == STEP_REBUILD && plan->steps[i].state == STEP_PLANNED)
			return plan->refusal_count == 0;
	return false;
}

static void
ask(struct removal *removal, const struct options *options)
{
	keep_concerned(&removal->selection);
	removal->ask_approval = true;
	removal_plan(removal);
	if (removal->plan.only_bundles)
		plan_refuse(removal->session->arena, &removal->plan,
		    arena_printf(removal->session->arena,
			"nothing says what a rebuild does on macOS %d; a newer kextirpate may know "
			"it",
			removal->session->host.macos));
	if (has_planned_rebuild(&removal->plan) && !options->dry_run)
		dialog_announce(removal->session);
	if (options->dry_run)
		removal->exit = removal_expected_exit(removal);
	else
		removal_run(removal);
}

static int
approve_command(const struct options *options)
{
	struct session session;
	struct removal removal = {.session = &session, .command = "approve", .only_rebuild = true};
	int exit;

	session_begin(&session, options, SESSION_CARRIERS | (options->dry_run ? 0 : SESSION_WRITE));
	targets_select(&session, true, &removal.selection);
	if (is_any_concerned(&removal.selection))
		ask(&removal, options);
	else
		report_cases(&removal);
	exit = removal_report(&removal, "approve");
	session_end(&session);
	return exit;
}

const struct command cmd_approve = {
    .name = "approve",
    .synopsis = "approve [OPTIONS] [TARGET...]",
    .summary = "ask the person at this Mac to approve the rebuild",
    .groups = OPTIONS_CHANGE | OPTIONS_TARGETS,
    .needs_root = true,
    .max_targets = -1,
    .run = approve_command,
};
