/* SPDX-License-Identifier: BSD-2-Clause */
/* scan: every trace of every kext that matches. Writes nothing. */
#include <string.h>

#include "kmutil-helpers/tool_codesign.h"
#include "migrate/command.h"
#include "migrate/report.h"
#include "migrate/report_style.h"
#include "migrate/scan_text.h"
#include "migrate/target.h"
#include "kmutil-helpers/banned.h"

static void
json_trace(struct json *json, const struct kext_case *kext, const struct trace *trace)
{
	const struct source *source = source_get(trace->source);

	json_object_begin(json, NULL);
	json_text(json, "source", source->name);
	json_text(json, "role", source->role == TRACE_CARRIER ? "carrier" : "memory");
	json_text(json, "keeper", keeper_name(case_keeper(kext, trace)));
	json_tristate(json, "loadable", trace->loadable);
	json_path(json, "path", trace->path);
	json_path(json, "container", trace->container);
	json_text(json, "version", trace->version);
	json_text(json, "team_id", trace->team_id);
	json_text(json, "signature", signature_name(trace->signature));
	json_text(json, "cdhash", trace->cdhash);
	json_text(json, "uuid", trace->uuid);
	json_text(json, "note", trace->note);
	json_end(json);
}

static void
json_subject(struct report *report, const struct subject *subject)
{
	const struct rule *rule = subject_rule_of(report->session, subject);
	struct json *json = &report->json;
	size_t i;

	json_object_begin(json, NULL);
	json_text(json, "bundle_id", subject->now.bundle_id);
	json_text(json, "vendor", rule != NULL ? rule->vendor : NULL);
	json_text(json, "product", rule != NULL ? rule->product : NULL);
	json_text(json, "rule", rule != NULL ? rule->id : NULL);
	json_text(json, "team_id", subject->kext != NULL ? subject->kext->team_id : NULL);
	json_text(json, "class", rule != NULL ? rule->class_name : NULL);
	json_text(json, "standing", standing_name(subject->now.standing));
	json_text(json, "return_cause", subject->now.return_cause);
	json_array_begin(json, "traces");
	for (i = 0; subject->kext != NULL && i < subject->kext->trace_count; i++)
		json_trace(json, subject->kext, subject->kext->traces[i]);
	json_end(json);
	json_end(json);
}

/* The contract's rule: without a target 7 only when no carrier was found at all. */
int
scan_exit(const struct session *session, const struct selection *selection)
{
	bool carrier = false;
	int exit = 0;
	size_t i;

	for (i = 0; i < selection->count; i++) {
		carrier |= selection->subjects[i]->evidence.facts.has_carrier &&
			   !selection->subjects[i]->evidence.apple;
		if (session->options->target_count > 0 || selection->subjects[i]->exit != 7)
			exit = exit_worst(exit, selection->subjects[i]->exit);
	}
	if (!carrier && problem_any_matters(&session->scan.problems))
		exit = exit_worst(exit, 7);
	return carrier && exit == 0 ? 1 : exit;
}

static bool
is_bundle(const struct trace *trace)
{
	return trace->source == SOURCE_BUNDLE || trace->source == SOURCE_STAGED ||
	       trace->source == SOURCE_STASHED || trace->source == SOURCE_RELOCATED;
}

/* Asks codesign of the bundles of what was named: of a whole Mac's it would take too
 * long. A copied disk is not asked about: its certificates are judged by another Mac. */
static void
verify_signatures(struct session *session, const struct selection *selection)
{
	static const enum signature by_verdict[] = {
	    [CODESIGN_UNKNOWN] = SIGNATURE_UNKNOWN,
	    [CODESIGN_VALID] = SIGNATURE_VERIFIED,
	    [CODESIGN_INVALID] = SIGNATURE_INVALID,
	    [CODESIGN_NONE] = SIGNATURE_NONE,
	};
	const struct kext_case *kext;
	struct trace *trace;
	enum codesign_verdict verdict;
	size_t i, j;

	if (session->options->target_count == 0 || !session->root.live)
		return;
	for (i = 0; i < selection->count; i++) {
		kext = selection->subjects[i]->kext;
		for (j = 0; kext != NULL && j < kext->trace_count; j++) {
			trace = &session->scan.traces
				     .items[kext->traces[j] - session->scan.traces.items];
			if (!is_bundle(trace) || trace->signature == SIGNATURE_NONE)
				continue;
			verdict = codesign_judge(session->arena, trace->path);
			if (verdict != CODESIGN_UNKNOWN)
				trace->signature = by_verdict[verdict];
		}
	}
}

void
scan_json(struct report *report, const struct selection *selection, const struct dexts *dexts)
{
	size_t i;

	json_array_begin(&report->json, "kexts");
	for (i = 0; i < selection->count; i++)
		json_subject(report, selection->subjects[i]);
	json_end(&report->json);
	report_json_dexts(report, dexts);
}

static int
scan_command(const struct options *options)
{
	struct session session;
	struct selection selection;
	struct dexts dexts;
	struct report report;
	int exit;

	session_begin(&session, options, SESSION_SCAN);
	targets_select(&session, false, &selection);
	verify_signatures(&session, &selection);
	dexts_read(&session, &dexts);
	report_begin(&report, &session, "scan");
	if (report.is_json)
		scan_json(&report, &selection, &dexts);
	else
		scan_text(&report, &selection, &dexts, style_is_wanted());
	exit = report_end(&report, scan_exit(&session, &selection));
	session_end(&session);
	return exit;
}

const struct command cmd_scan = {
    .name = "scan",
    .synopsis = "scan [OPTIONS] [TARGET...]",
    .summary = "list every trace of every kext that matches",
    .groups = OPTIONS_READ | OPTIONS_SCAN,
    .max_targets = -1,
    .run = scan_command,
};
