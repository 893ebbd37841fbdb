/* SPDX-License-Identifier: BSD-2-Clause */
/* What a removal prints. */
#include <string.h>

#include "migrate/removal.h"
#include "kmutil-helpers/banned.h"

static void
text_plan(struct report *report, const struct removal *removal)
{
	const struct plan *plan = &removal->plan;
	struct buf *out = &report->out;
	size_t i;

	report_text_steps(report, plan->steps, plan->step_count);
	for (i = 0; i < plan->kept_count; i++) {
		buf_text(out, "  kept ");
		buf_name(out, plan->kept[i].path);
		buf_text(out, ": ");
		buf_name(out, plan->kept[i].why);
		buf_text(out, "\n");
	}
	for (i = 0; i < plan->bystander_count; i++) {
		buf_text(out, "  bystander ");
		buf_name(out, plan->bystanders[i].bundle_id);
		buf_printf(out, ": %s, %s\n", plan->bystanders[i].effect, plan->bystanders[i].why);
	}
	for (i = 0; i < plan->refusal_count; i++) {
		buf_text(out, "refused: ");
		buf_name(out, plan->refusals[i]);
		buf_text(out, "; nothing was changed\n");
	}
}

int
removal_report(struct removal *removal, const char *command)
{
	const struct subject *worst =
	    report_worst(removal->selection.subjects, removal->selection.count);
	enum standing standing =
	    removal->plan.refusal_count > 0 || worst == NULL ? STANDING_NONE : worst->now.standing;
	bool is_plan = removal->run.id == 0 && removal->plan.refusal_count == 0 &&
		       removal_has_work(&removal->plan);
	const char *doer = strcmp(command, "plan") == 0 ? "uninstall" : command;
	struct report report;

	/* Of what the ledger has lost, or keeps from this person, nobody can tell what waits. */
	if ((removal->session->ledger.lost || removal->session->ledger_unread) &&
	    removal->session->options->target_count == 0)
		removal->exit = exit_worst(removal->exit, 7);
	/* Nothing that a person could do: macOS names it, and has nothing to drop. */
	if (removal->plan.nothing_to_drop && removal->exit == 1)
		standing = STANDING_INERT;
	report_begin(&report, removal->session, command);
	if (report.is_json) {
		report_json_steps(
		    &report, removal->run.id, removal->plan.steps, removal->plan.step_count);
		report_json_plan(&report, &removal->plan);
		report_json_kexts(&report, removal->selection.subjects, removal->selection.count,
		    &removal->dexts);
		report_json_dexts(&report, &removal->dexts);
		report.doer = is_plan ? doer : NULL;
		report_json_next(&report, worst, standing, removal->exit);
	} else {
		text_plan(&report, removal);
		report_text_kexts(&report, removal->selection.subjects, removal->selection.count);
		report.doer = is_plan ? doer : NULL;
		report_text_next(&report, worst, standing, removal->exit);
	}
	return report_end(&report, removal->exit);
}
