/* SPDX-License-Identifier: BSD-2-Clause */
/* Asking an app to activate its dext (docs/facts.md#handoff). */
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "kmutil-helpers/sysext_error.h"
#include "kmutil-helpers/tool_launchctl.h"
#include "migrate/activation.h"
#include "migrate/dext_state.h"
#include "kmutil-helpers/banned.h"

#define ACTIVATION_TIMEOUT_SECONDS 30
#define UPGRADE "terminating for upgrade"
#define SIGNAL_STATUS 128 /* sudo and shells add it to the signal of what they ran */

/* The kexts of the product that are seen on this Mac; *loaded: the first that is in the
 * kernel, or NULL. */
static const char **
kexts_of(const struct session *session, const struct rule *rule, size_t *count, const char **loaded)
{
	const char **ids = arena_array(session->arena, session->subject_count + 1, sizeof(*ids));
	const struct subject *subject;
	size_t i;

	*count = 0;
	*loaded = NULL;
	for (i = 0; i < session->subject_count; i++) {
		subject = &session->subjects[i];
		if (subject->kext == NULL || subject->kext->rule != rule ||
		    subject->kext->bundle_id == NULL)
			continue;
		ids[(*count)++] = subject->kext->bundle_id;
		if (*loaded == NULL && subject->evidence.facts.loaded)
			*loaded = subject->kext->bundle_id;
	}
	return ids;
}

static void
look_at_registry(struct session *session, const struct rule *rule, const char *dext,
    struct matching_view *view, const char **loaded)
{
	size_t count;
	const char **ids = kexts_of(session, rule, &count, loaded);
	int error = matching_look(session->arena, dext, ids, count, view);

	if (error != 0)
		problem_add(&session->scan.problems, NULL, "ioreg", error,
		    "whether the dext drives its device is unknown", false);
}

/* An enabled dext is not yet one that drives the device. */
static void
consider_registry(struct session *session, const struct rule *rule, struct activation_dext *one)
{
	const char *id = one->named->id, *loaded, *text = NULL;
	struct matching_view view;

	look_at_registry(session, rule, id, &view, &loaded);
	one->matching = view.now;
	switch (view.now) {
	case MATCHING_RUNS:
		text = arena_printf(session->arena, "%s is active and drives its device", id);
		break;
	case MATCHING_HELD:
		text = arena_printf(session->arena,
		    "%s is active, but %s is still loaded and holds %s, so that the dext waits "
		    "until it is gone and the Mac is restarted",
		    id, view.kext, view.device != NULL ? view.device : "its device");
		break;
	case MATCHING_NO_SERVER:
		text = arena_printf(session->arena,
		    "%s is active and has a device, but its program does not run; kextirpate "
		    "doctor %s says why",
		    id, id);
		break;
	case MATCHING_NONE:
	case MATCHING_UNKNOWN:
		text =
		    loaded != NULL ? arena_printf(session->arena,
					 "%s is active, but %s is still loaded and may hold its "
					 "device until the restart",
					 id, loaded)
		    : view.now == MATCHING_NONE
			? arena_printf(session->arena,
			      "%s is active; none of its devices is attached, or it matches none",
			      id)
			: arena_printf(session->arena, "%s is active", id);
		break;
	}
	one->exit = view.now == MATCHING_HELD || view.now == MATCHING_NO_SERVER ||
			    (view.now != MATCHING_RUNS && loaded != NULL)
			? 4
			: 0;
	one->text = text;
}

/* The same question of one dext, for whoever wants the device back. */
static const char *
why_held(struct session *session, const struct rule *rule, const struct dexts *dexts,
    const struct rule_dext *named)
{
	const struct sysext *dext = sysext_find(&dexts->list, named->id, named->team);
	struct matching_view view;
	const char *loaded;

	look_at_registry(session, rule, named->id, &view, &loaded);
	switch (view.now) {
	case MATCHING_RUNS:
		return arena_printf(session->arena, "%s drives its device", named->id);
	case MATCHING_NO_SERVER:
		return arena_printf(session->arena,
		    "%s holds its device, though its program does not run", named->id);
	case MATCHING_UNKNOWN:
		return loaded == NULL && dext != NULL && dext->stage == SYSEXT_ENABLED
			   ? arena_printf(session->arena,
				 "%s is active, and whether it drives its device is not known",
				 named->id)
			   : NULL;
	case MATCHING_HELD:
	case MATCHING_NONE:
		break;
	}
	return NULL;
}

bool
activation_holds_device(struct session *session, const struct rule *rule, const char **text)
{
	struct dexts dexts;
	size_t i;

	*text = NULL;
	if (rule->replacement.dext_count == 0)
		return false;
	dexts_read(session, &dexts);
	for (i = 0; i < rule->replacement.dext_count && *text == NULL; i++)
		if (!rule->replacement.dexts[i].is_sysext)
			*text = why_held(session, rule, &dexts, &rule->replacement.dexts[i]);
	return *text != NULL;
}

/* A row that is not enabled: what has to happen, or, where a profile leaves a person no say,
 * that. */
static void
consider_state(struct session *session, const struct rule *rule, struct activation_dext *one)
{
	enum dext_need need = dext_state_need(one->row->state);
	const char *missing = NULL;

	if (need == DEXT_NEEDS_PERSON || need == DEXT_NEEDS_SWITCH)
		missing = readiness_forbidden(session, one->named);
	one->forbidden = missing != NULL;
	if (missing == NULL)
		missing = dext_state_missing(session->arena, session->host.macos, one->row);
	one->may_ask = need == DEXT_NEEDS_APP;
	one->text =
	    arena_printf(session->arena, "%s is %s; %s%s", one->named->id, one->row->state, missing,
		need == DEXT_NEEDS_PERSON && !one->forbidden
		    ? arena_printf(session->arena,
			  " (kextirpate mdm system-extension-profile %s prints it)", rule->id)
		    : "");
}

/* The process of an older version goes on until its device goes or the Mac is restarted
 * (docs/facts.md#systemextensions): what is enabled is not yet what runs. */
static void
consider_older(struct session *session, const struct rule *rule, const struct dexts *dexts,
    struct activation_dext *one)
{
	const struct sysext *row;
	size_t i;

	for (i = 0; i < dexts->list.count; i++) {
		row = &dexts->list.items[i];
		if (strcmp(row->id, one->named->id) != 0 ||
		    strcmp(row->team, one->named->team) != 0 ||
		    strncmp(row->state, UPGRADE, sizeof(UPGRADE) - 1) != 0)
			continue;
		one->text = arena_printf(session->arena,
		    "%s; its version %s still runs until the device is unplugged or the Mac is "
		    "restarted",
		    one->text, row->version);
		if (replacement_is_too_old(rule, row))
			one->exit = 4;
		return;
	}
}

/* A dext's best row, and what it says. Of several rows of one id, left by an old version
 * that waits for the restart, the best one counts. */
static void
look_at(struct session *session, const struct rule *rule, const struct dexts *dexts,
    struct activation_dext *one)
{
	const char *id = one->named->id;

	one->row = replacement_row(dexts, rule, one->named);
	one->exit = 4;
	if (one->row == NULL) {
		one->may_ask = true;
		one->text = arena_printf(session->arena,
		    dexts->known ? "%s is not activated"
				 : "whether %s is active is not known, see the problems",
		    id);
	} else if (dext_state_need(one->row->state) != DEXT_NEEDS_NOTHING) {
		consider_state(session, rule, one);
	} else if (replacement_is_too_old(rule, one->row)) {
		one->may_ask = true;
		one->text = arena_printf(session->arena,
		    "%s is active in version %s, and the device needs %s", id, one->row->version,
		    rule->replacement.minimum);
	} else if (one->named->is_sysext) {
		/* No driver: there is no device that it could match. */
		one->exit = 0;
		one->text = arena_printf(session->arena, "%s is active", id);
	} else {
		consider_registry(session, rule, one);
		consider_older(session, rule, dexts, one);
	}
}

/* The whole of what was seen: where one waits, what the others say is left out. */
static void
sum_up(struct session *session, struct activation *activation)
{
	const struct activation_dext *one;
	size_t i;

	activation->exit = 0;
	activation->may_ask = false;
	activation->text = NULL;
	for (i = 0; i < activation->dext_count; i++) {
		activation->exit = exit_worst(activation->exit, activation->dexts[i].exit);
		activation->may_ask |= activation->dexts[i].may_ask;
	}
	for (i = 0; i < activation->dext_count; i++) {
		one = &activation->dexts[i];
		if (one->exit == activation->exit)
			activation->text = activation->text == NULL
					       ? one->text
					       : arena_printf(session->arena, "%s; %s",
						     activation->text, one->text);
	}
}

static void
look(struct session *session, const struct rule *rule, struct activation *activation,
    struct dexts *dexts)
{
	struct activation_dext *one;
	size_t i;

	dexts_read(session, dexts);
	activation->dexts = arena_array(
	    session->arena, rule->replacement.dext_count + 1, sizeof(*activation->dexts));
	activation->dext_count = 0;
	for (i = 0; rule_dext(rule, i) != NULL; i++) {
		one = &activation->dexts[activation->dext_count++];
		*one = (struct activation_dext){.named = rule_dext(rule, i)};
		look_at(session, rule, dexts, one);
	}
	sum_up(session, activation);
}

const struct activation_dext *
activation_find(const struct activation *activation, const char *id)
{
	size_t i;

	for (i = 0; i < activation->dext_count; i++)
		if (strcmp(activation->dexts[i].named->id, id) == 0)
			return &activation->dexts[i];
	return NULL;
}

static void
refuse(struct activation *activation, const char *text)
{
	activation->exit = 5;
	activation->may_ask = false;
	activation->text = text;
}

/* How long the app is given, in seconds. */
static int
limit_of(const struct session *session)
{
	return session->options->wait_seconds > 0 ? session->options->wait_seconds
						  : ACTIVATION_TIMEOUT_SECONDS;
}

/* What of a try to ask is worth telling. */
static const char *
result_words(const struct session *session, const struct spawn_result *result)
{
	const char *words = spawn_last_words(session->arena, result), *means;
	int signal = result->signal != 0              ? result->signal
		     : result->status > SIGNAL_STATUS ? result->status - SIGNAL_STATUS
						      : 0;

	if (result->timed_out)
		return arena_printf(session->arena,
		    "its app had not ended after %d s and was left to itself", limit_of(session));
	if (signal != 0)
		return arena_printf(session->arena,
		    "its app crashed (signal %d); its vendor has to mend that", signal);
	if (words == NULL)
		return NULL;
	means = sysext_error_means(words);
	return arena_printf(session->arena, "the app said: %s%s%s", words,
	    means != NULL ? ": " : "", means != NULL ? means : "");
}

/* As the person at the console; in that person's own session nothing else is needed. */
static int
run_app(struct session *session, const struct console *console, const char *const *argv,
    struct spawn_result *result)
{
	struct spawn_request request = {
	    .argv = argv, .timeout_ms = 1000 * limit_of(session), .leave_running = true};

	if (geteuid() == 0)
		return launchctl_run_as_user(session->arena, console, &request, result);
	request.home = getenv("HOME");
	return spawn_run(session->arena, &request, result);
}

/* The app's helper with its words; where the rule says that opening the app is enough, its
 * own program (assumption app-opens-by-program). */
static const char *const *
words_of(const struct session *session, const struct rule *rule, const struct readiness *readiness)
{
	const char **argv = arena_array(session->arena, 2, sizeof(*argv));

	if (rule->replacement.activate != NULL)
		return rule->replacement.activate;
	if (readiness->program == NULL || strchr(readiness->program, '/') != NULL)
		return NULL;
	argv[0] = arena_printf(
	    session->arena, "%s/Contents/MacOS/%s", rule->replacement.app_path, readiness->program);
	return argv;
}

static bool
is_one_missing(const struct activation *activation)
{
	size_t i;

	for (i = 0; i < activation->dext_count; i++)
		if (activation->dexts[i].row == NULL)
			return true;
	return false;
}

/* Why nobody can be asked now; NULL: somebody can. The agent runs in the session of each who is
 * logged in; that of a person who is not at the screen is none to put a question in. */
static const char *
why_not_now(const struct console *console, int error)
{
	if (error != 0 || console->user == NULL)
		return "nobody is logged in, and only in a person's session its app can be asked: "
		       "log in, then run the same command again";
	if (geteuid() != 0 && geteuid() != console->uid)
		return "another person is at the screen, and its app is asked in that person's "
		       "session alone";
	return NULL;
}

/* Runs the app's words and looks again; NULL words: nobody knows them. */
static void
ask(struct session *session, const struct rule *rule, const char *const *argv,
    struct activation *activation)
{
	struct spawn_result result;
	struct console console;
	struct dexts dexts;
	int error = console_read(session->arena, &console);
	const char *words = why_not_now(&console, error);

	activation->exit = 4;
	if (words != NULL) {
		activation->text = arena_printf(session->arena, "%s; %s", activation->text, words);
		return;
	}
	error = run_app(session, &console, argv, &result);
	look(session, rule, activation, &dexts);
	activation->may_ask = false;
	if (error != 0)
		words = arena_printf(
		    session->arena, "the app could not be asked: %s", fault_sentence(error));
	else if (is_one_missing(activation) || result.status != 0 || result.timed_out)
		words = result_words(session, &result);
	if (words != NULL && activation->exit != 0)
		activation->text = arena_printf(session->arena, "%s; %s", activation->text, words);
}

void
activation_prepare(struct session *session, const struct rule *rule, struct activation *activation)
{
	struct dexts dexts;

	*activation = (struct activation){0};
	if (rule_dext(rule, 0) == NULL) {
		refuse(activation, replacement_not_known(session->arena, rule));
		return;
	}
	look(session, rule, activation, &dexts);
	if (!activation->may_ask)
		return;
	readiness_check(session, rule, &dexts.list, &activation->readiness);
	if (activation->readiness.obstacle != NULL)
		refuse(activation, activation->readiness.obstacle);
	else if (words_of(session, rule, &activation->readiness) == NULL)
		refuse(activation, arena_printf(session->arena,
				       "%s: its Info.plist names no program; open it by hand",
				       rule->replacement.app_path));
}

void
activation_ask(struct session *session, const struct rule *rule, struct activation *activation)
{
	ask(session, rule, words_of(session, rule, &activation->readiness), activation);
}

void
activation_request(
    struct session *session, const struct rule *rule, bool dry_run, struct activation *activation)
{
	activation_prepare(session, rule, activation);
	if (!activation->may_ask)
		return;
	if (dry_run)
		activation->text =
		    arena_printf(session->arena, "%s; %s would be asked to activate it",
			activation->text, rule->replacement.app_path);
	else
		activation_ask(session, rule, activation);
}

/* Whether the dexts are out of the way: of none the best row is one that macOS starts. */
static bool
is_withdrawn(const struct activation *activation)
{
	const struct sysext *row;
	size_t i;

	for (i = 0; i < activation->dext_count; i++) {
		row = activation->dexts[i].row;
		if (row != NULL && row->stage != SYSEXT_ENDED && row->stage != SYSEXT_DISABLED)
			return false;
	}
	return true;
}

void
activation_withdraw(
    struct session *session, const struct rule *rule, bool dry_run, struct activation *activation)
{
	const char *app = rule->replacement.app_path;
	struct dexts dexts;

	*activation = (struct activation){0};
	if (rule_dext(rule, 0) == NULL || rule->replacement.deactivate == NULL) {
		refuse(activation,
		    arena_printf(session->arena,
			"%s: no rule says how a dext of it is deactivated; removing its app in the "
			"Finder does it",
			rule->id));
		return;
	}
	look(session, rule, activation, &dexts);
	if (!is_withdrawn(activation)) {
		readiness_check_withdrawal(session, rule, &dexts.list, &activation->readiness);
		if (activation->readiness.obstacle != NULL) {
			refuse(activation, activation->readiness.obstacle);
			return;
		}
		if (!dry_run)
			ask(session, rule, rule->replacement.deactivate, activation);
	}
	activation->exit = is_withdrawn(activation) ? 0 : 4;
	if (activation->exit == 0)
		activation->text = arena_printf(session->arena,
		    "%s is not active; a restart ends what is left of it",
		    replacement_ids(session->arena, rule));
	else if (dry_run)
		activation->text =
		    arena_printf(session->arena, "%s would be asked to deactivate %s", app,
			replacement_ids(session->arena, rule));
}
