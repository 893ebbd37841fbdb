/* SPDX-License-Identifier: BSD-2-Clause */
/* mdm: prints what other systems take. Writes nothing, sends nothing. */
#include <string.h>

#include "kmutil-helpers/die.h"
#include "migrate/command.h"
#include "migrate/mdm.h"
#include "migrate/report.h"
#include "kmutil-helpers/banned.h"

/* What a kind is told beside its name. */
enum mdm_argument { ARGUMENT_NONE, ARGUMENT_RULE, ARGUMENT_TEAM, ARGUMENT_TARGET, ARGUMENT_ANY };

struct mdm_kind {
	const char *name, *argument_name;
	enum mdm_argument argument;
	int (*print)(struct report *report, struct buf *out, const char *argument); /* the exit */
};

static const struct rule *
rule_of(const struct session *session, const char *target)
{
	const struct rule *rule = rules_find(&session->rules, target);
	char *path = path_canonical(session->arena, target);

	return rule != NULL
		   ? rule
		   : rules_find_kext(&session->rules, path == NULL ? target : NULL, path, NULL);
}

static void
warn(struct report *report, const char *text)
{
	problem_add_text(&report->session->scan.problems, NULL, "mdm", text, false);
}

static int
print_restart(struct report *report, struct buf *out, const char *argument)
{
	const struct host *host = &report->session->host;

	(void)argument;
	if (host->macos >= 11 && host->chip == HOST_CHIP_APPLE && host->mdm_control == HOST_NO) {
		warn(report, "on this Mac MDM may not rebuild the collection of kexts (bputil -d: "
			     "MDM control); whoever owns the Mac allows it in Recovery, or "
			     "Automated Device Enrolment does");
		return 5;
	}
	if (host->mdm_control == HOST_UNKNOWN)
		warn(report, "whether MDM may rebuild the collection on the Mac is not known here; "
			     "on Apple silicon bputil -d tells, as root");
	warn(report,
	    "that a rebuild by MDM takes a kext away, and does not only add some, nobody has "
	    "shown (assumption mdm-rebuild-removes); the device restarts at once; believe "
	    "kextirpate status afterwards");
	mdm_restart_device(out);
	return 0;
}

static int
print_sysext(struct report *report, struct buf *out, const char *argument)
{
	const struct rule *rule = rule_of(report->session, argument);

	if (rule == NULL)
		die(EXIT_USAGE, "%s: no rule knows it; kextirpate rules list has them", argument);
	if (mdm_system_extension_profile(out, report->session->arena, rule) == 0)
		die(EXIT_BAD_INPUT, "%s: its rule names no replacement whose Team ID is known",
		    argument);
	return 0;
}

static int
print_privacy(struct report *report, struct buf *out, const char *argument)
{
	if (!mdm_is_team(argument))
		die(EXIT_USAGE,
		    "%s: is no Team ID, which has ten of A-Z and 0-9: that of whoever signs your "
		    "kextirpate, with the identifier " MDM_CODE_ID,
		    argument);
	mdm_privacy_profile(out, report->session->arena, argument);
	return 0;
}

static int
print_background(struct report *report, struct buf *out, const char *argument)
{
	(void)argument;
	mdm_background_profile(out, report->session->arena);
	return 0;
}

/* The target as a word of a script. What it means on another Mac cannot be known here; a word
 * without a dot or colon is a rule's id, or wrong. */
static const char *
quoted(struct report *report, const char *argument)
{
	if (argument == NULL)
		return "";
	if (argument[0] != '/' && strpbrk(argument, ".:") == NULL &&
	    rule_of(report->session, argument) == NULL)
		die(EXIT_USAGE, "%s: no rule has that id; kextirpate rules list has them all",
		    argument);
	return report_shell_word(report->session->arena, argument);
}

static int
print_jamf(struct report *report, struct buf *out, const char *argument)
{
	mdm_extension_attribute(out, report->session->arena, quoted(report, argument));
	return 0;
}

static int
print_intune(struct report *report, struct buf *out, const char *argument)
{
	mdm_intune_attribute(out, report->session->arena, quoted(report, argument));
	return 0;
}

static int
print_munki(struct report *report, struct buf *out, const char *argument)
{
	const struct rule *rule = rule_of(report->session, argument);
	const char *name = rule != NULL ? rule->id : path_leaf(argument);

	mdm_munki(out, report->session->arena, name, quoted(report, argument), rule);
	return 0;
}

static int
print_osquery(struct report *report, struct buf *out, const char *argument)
{
	(void)report, (void)argument;
	mdm_osquery(out);
	return 0;
}

static const struct mdm_kind kinds[] = {
    {"restart-device", "", ARGUMENT_NONE, print_restart},
    {"system-extension-profile", " TARGET", ARGUMENT_RULE, print_sysext},
    {"privacy-profile", " TEAMID", ARGUMENT_TEAM, print_privacy},
    {"background-profile", "", ARGUMENT_NONE, print_background},
    {"extension-attribute", " [TARGET]", ARGUMENT_ANY, print_jamf},
    {"intune-attribute", " [TARGET]", ARGUMENT_ANY, print_intune},
    {"munki", " TARGET", ARGUMENT_TARGET, print_munki},
    {"osquery", "", ARGUMENT_NONE, print_osquery},
};
#define KIND_COUNT (sizeof(kinds) / sizeof(*kinds))

static _Noreturn void
die_of_kind(const char *word)
{
	struct buf list = {0};
	size_t i;

	for (i = 0; i < KIND_COUNT; i++)
		buf_printf(&list, "%smdm %s%s", i > 0 ? "\n       kextirpate " : "", kinds[i].name,
		    kinds[i].argument_name);
	die_usage(list.bytes, "mdm: %s is not known, or has not the argument that it takes", word);
}

static const struct mdm_kind *
find_kind(const struct options *options)
{
	bool has_argument = options->target_count > 1;
	size_t i;

	for (i = 0; i < KIND_COUNT; i++) {
		if (strcmp(kinds[i].name, options->targets[0]) != 0)
			continue;
		if (kinds[i].argument != ARGUMENT_ANY &&
		    has_argument != (kinds[i].argument != ARGUMENT_NONE))
			break;
		return &kinds[i];
	}
	die_of_kind(options->targets[0]);
}

static int
mdm_command(const struct options *options)
{
	const struct mdm_kind *kind = find_kind(options);
	struct buf text = {0};
	struct session session;
	struct report report;
	int exit;

	session_begin(
	    &session, options, kind->print == print_restart ? SESSION_HOST_POLICY : SESSION_AWAY);
	report_begin(&report, &session, "mdm");
	exit = kind->print(&report, &text, options->target_count > 1 ? options->targets[1] : NULL);
	if (report.is_json) {
		json_text(&report.json, "kind", kind->name);
		json_text(&report.json, "text", text.bytes); /* NULL: refused */
	} else {
		buf_add(&report.out, text.bytes, text.len);
	}
	buf_done(&text);
	exit = report_end(&report, exit);
	session_end(&session);
	return exit;
}

const struct command cmd_mdm = {
    .name = "mdm",
    .synopsis = "mdm [OPTIONS] KIND [ARGUMENT]",
    .summary = "print what MDM servers, Jamf Pro, Intune, munki, osquery take",
    .groups = 0,
    .min_targets = 1,
    .max_targets = 2,
    .run = mdm_command,
};
