/* SPDX-License-Identifier: BSD-2-Clause */
/* Asking an app to activate its dext (docs/facts.md#handoff). */
#include <errno.h>
#include <string.h>

#include "kmutil-helpers/tool_codesign.h"
#include "kmutil-helpers/tool_launchctl.h"
#include "migrate/activation.h"
#include "kmutil-helpers/banned.h"

#define ACTIVATION_TIMEOUT_MS 30000
#define PLACE_14 "System Settings > Privacy & Security"
#define PLACE_15 "System Settings > General > Login Items & Extensions > Driver Extensions"
#define PLACE_12 "System Preferences > Security & Privacy"

/* Where this macOS lets a person allow the dext. */
static const char *
place_to_allow(int macos)
{
	return macos >= 15 ? PLACE_15 : macos >= 13 ? PLACE_14 : PLACE_12;
}

/* What has to happen before a dext that is not enabled can be. */
static const char *
missing_of(const struct session *session, const struct sysext *dext)
{
	const char *place = place_to_allow(session->host.macos);

	if (dext->stage == SYSEXT_WAITING && strstr(dext->state, "user") != NULL)
		return arena_printf(session->arena,
		    "a person allows it in %s, a com.apple.system-extension-policy profile "
		    "would have allowed it before",
		    place);
	if (dext->stage == SYSEXT_DISABLED)
		return arena_printf(session->arena, "a person switches it on in %s", place);
	if (dext->stage == SYSEXT_ENDED || dext->stage == SYSEXT_ENDING)
		return "its app can be asked again after a restart";
	return "a restart may be missing";
}

static void
look(struct session *session, const struct rule *rule, struct activation *activation)
{
	struct dexts dexts;
	const struct sysext *dext;
	const char *id = rule->replacement.dext_id;

	dexts_read(session, &dexts);
	dext = sysext_find(&dexts.list, id, rule->replacement.dext_team);
	activation->dext = dext;
	activation->exit = 4;
	if (dext == NULL) {
		activation->text = arena_printf(session->arena,
		    dexts.known ? "%s is not activated" : "whether %s is active is not known", id);
	} else if (dext->stage == SYSEXT_ENABLED) {
		activation->exit = 0;
		activation->text = arena_printf(session->arena, "%s is active", id);
	} else {
		activation->text = arena_printf(
		    session->arena, "%s is %s; %s", id, dext->state, missing_of(session, dext));
	}
}

static bool
refuse(struct activation *activation, const char *text)
{
	activation->exit = 5;
	activation->text = text;
	return false;
}

/* Whether the app is the one that the rule speaks of. */
static bool
is_trusted(struct session *session, const struct rule *rule, struct activation *activation)
{
	const struct rule_replacement *replacement = &rule->replacement;
	const char *message = NULL;
	struct stat st;
	int error;

	if (replacement->app_path == NULL || replacement->activate == NULL)
		return refuse(
		    activation, arena_printf(session->arena,
				    "no rule says how the app of %s is asked; open it by hand",
				    replacement->dext_id));
	error = path_stat(&session->root, replacement->app_path, &st);
	if (error != 0 || !S_ISDIR(st.st_mode))
		return refuse(activation,
		    arena_printf(session->arena, "%s: %s; install it first", replacement->app_path,
			error != 0 ? fault_sentence(error) : "is not an app's folder"));
	error = codesign_verify(session->arena, replacement->app_path, replacement->app_id,
	    replacement->app_team, &message);
	if (error != 0)
		return refuse(activation,
		    arena_printf(session->arena,
			"%s: its signature is not the one that the rule names: %s; it was not run",
			replacement->app_path, message != NULL ? message : fault_sentence(error)));
	return true;
}

static void
ask_app(struct session *session, const struct rule *rule, struct activation *activation)
{
	struct spawn_request request = {.argv = rule->replacement.activate,
	    .timeout_ms = ACTIVATION_TIMEOUT_MS,
	    .leave_running = true};
	struct spawn_result result;
	struct console console;
	int error = console_read(session->arena, &console);

	if (error != 0 || console.user == NULL) {
		activation->exit = 4;
		activation->text =
		    "nobody is logged in; the dext is activated when someone is, and "
		    "handoff or recheck runs again";
		return;
	}
	error = launchctl_run_as_user(session->arena, &console, &request, &result);
	activation->asked = error == 0;
	look(session, rule, activation);
	if (activation->exit == 0)
		return;
	if (error != 0)
		activation->text = arena_printf(
		    session->arena, "the app could not be asked: %s", fault_sentence(error));
	else if ((activation->dext == NULL || result.status != 0) && !result.timed_out &&
		 spawn_last_words(session->arena, &result) != NULL)
		activation->text = arena_printf(session->arena, "%s; the app said: %s",
		    activation->text, spawn_last_words(session->arena, &result));
}

void
activation_request(
    struct session *session, const struct rule *rule, bool dry_run, struct activation *activation)
{
	*activation = (struct activation){0};
	if (rule->replacement.dext_id == NULL) {
		(void)refuse(activation,
		    arena_printf(session->arena, "%s: no rule knows a replacement", rule->id));
		return;
	}
	look(session, rule, activation);
	if (activation->exit == 0)
		return;
	/* It is there and only a person or a restart is missing: asking again changes
	 * nothing, and repeated requests confuse macOS. */
	if (activation->dext != NULL && activation->dext->stage == SYSEXT_WAITING)
		return;
	if (!is_trusted(session, rule, activation))
		return;
	if (dry_run)
		activation->text =
		    arena_printf(session->arena, "%s; %s would be asked to activate it",
			activation->text, rule->replacement.app_path);
	else
		ask_app(session, rule, activation);
}
