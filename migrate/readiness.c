/* SPDX-License-Identifier: BSD-2-Clause */
/* The checks before an app is asked, cheapest first; the first obstacle counts. */
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "kmutil-helpers/os.h"
#include "kmutil-helpers/plist.h"
#include "kmutil-helpers/sysext_policy.h"
#include "kmutil-helpers/tool_codesign.h"
#include "migrate/dext_macos.h"
#include "migrate/readiness.h"
#include "migrate/replacement.h"
#include "kmutil-helpers/banned.h"

#define APPLICATIONS "/Applications"
#define TRANSLOCATED "/AppTranslocation/"
#define QUARANTINE "com.apple.quarantine"
#define QUARANTINE_USER_APPROVED 0x40 /* assumption quarantine-tells-approval */
#define PLIST_CAP_BYTES ((size_t)8 << 20)

struct check {
	struct session *session;
	const struct rule *rule;
	const struct sysext_list *dexts;
	struct readiness *result;
	const char *app;               /* the rule's path of the app */
	const struct rule_dext *named; /* which of the rule's dexts is looked at */
	const char *dext_path;         /* in the app */
	const struct plist *app_info, *dext_info;
};

static const struct plist *
read_plist(const struct check *check, const char *path)
{
	const struct plist *list = NULL;
	char *bytes;
	size_t len;

	if (path_read(&check->session->root, path, PLIST_CAP_BYTES, check->session->arena, &bytes,
		&len) != 0 ||
	    plist_parse(check->session->arena, bytes, len, &list, NULL) != 0)
		return NULL;
	return list;
}

static const char *
check_way(struct check *check)
{
	const struct rule_replacement *replacement = &check->rule->replacement;
	const char *app = check->app != NULL ? check->app : replacement->unproven_app,
		   *ids = replacement_ids(check->session->arena, check->rule);

	if (app == NULL)
		return arena_printf(check->session->arena,
		    "%s is not activated, and no rule knows the app that holds it; open its "
		    "vendor's "
		    "app by hand, then run the same command again",
		    ids);
	if (check->app == NULL || (replacement->activate == NULL && !replacement->opens))
		return arena_printf(check->session->arena,
		    "%s: no rule says how this app is asked to activate %s; open it by hand, then "
		    "run the same command again",
		    app, ids);
	if (!path_is_below(check->app, APPLICATIONS))
		return arena_printf(check->session->arena,
		    "%s: is not in " APPLICATIONS
		    ", and macOS activates a driver of no app elsewhere; move it there",
		    check->app);
	return NULL;
}

/* Where macOS knows the app, if that is not where it should be; NULL. */
static const char *
place_known(const struct check *check)
{
	const struct rule_dext *named;
	const struct sysext *row;
	size_t i, j;

	for (i = 0; (named = rule_dext(check->rule, i)) != NULL; i++)
		for (j = 0; j < check->dexts->count; j++) {
			row = &check->dexts->items[j];
			if (row->app != NULL && strcmp(row->app, check->app) != 0 &&
			    strcmp(row->id, named->id) == 0)
				return row->app;
		}
	return NULL;
}

static const char *
absence_sentence(const struct check *check, int error)
{
	const char *known = place_known(check);

	if (known == NULL || error != -ENOENT)
		return arena_printf(check->session->arena, "%s: %s; install it first", check->app,
		    fault_sentence(error));
	if (strstr(known, TRANSLOCATED) != NULL)
		return arena_printf(check->session->arena,
		    "%s: is not there; it was opened where it was downloaded to, so that macOS "
		    "runs "
		    "a translocated copy of it (%s); move it to " APPLICATIONS
		    " in the Finder and open it there",
		    check->app, known);
	return arena_printf(check->session->arena,
	    "%s: is not there; macOS knows the app at %s; move it to " APPLICATIONS, check->app,
	    known);
}

static const char *
check_place(struct check *check)
{
	struct stat st;
	int error = path_stat(&check->session->root, check->app, &st);

	if (error != 0)
		return absence_sentence(check, error);
	if (S_ISLNK(st.st_mode))
		return arena_printf(check->session->arena,
		    "%s: is a symbolic link; macOS activates a driver only of an app that is "
		    "itself "
		    "in " APPLICATIONS "; put the app there",
		    check->app);
	if (!S_ISDIR(st.st_mode))
		return arena_printf(check->session->arena,
		    "%s: is not an app's folder; install the app again", check->app);
	check->app_info = read_plist(
	    check, arena_printf(check->session->arena, "%s/Contents/Info.plist", check->app));
	check->result->program = plist_find_text(check->app_info, "CFBundleExecutable");
	return NULL;
}

/* An app keeps the attribute for good; a flag in it tells that a person has opened it. */
static const char *
check_quarantine(struct check *check)
{
	char value[256];
	unsigned long flags;
	char *end;
	int fd, len, error = path_open_folder(&check->session->root, check->app, &fd);

	if (error != 0)
		return arena_printf(check->session->arena, "%s: %s; it was not asked", check->app,
		    fault_sentence(error));
	len = os_read_attribute(fd, QUARANTINE, value, sizeof(value));
	(void)close(fd);
	if (len == -ENOENT)
		return NULL;
	flags = len < 0 ? 0 : strtoul(value, &end, 16);
	if (len > 0 && end != value && *end == ';' && (flags & QUARANTINE_USER_APPROVED) != 0)
		return NULL;
	return arena_printf(check->session->arena,
	    "%s: is in quarantine: it was downloaded and nobody has opened it yet; a person opens "
	    "it once in the Finder, or it is installed by a package",
	    check->app);
}

/* By what dext and app say themselves, and by the rule. */
static const char *
check_macos(struct check *check)
{
	struct arena *arena = check->session->arena;
	const struct host *host = &check->session->host;
	const struct plist *const infos[] = {check->dext_info, check->app_info};
	const char *const paths[] = {check->dext_path, check->app};
	int first = check->rule->replacement.first_macos;
	struct dext_macos needs;
	size_t i;

	for (i = 0; i < sizeof(infos) / sizeof(*infos); i++) {
		dext_macos_read(arena, infos[i], host, &needs);
		if (needs.new_enough == NO)
			return arena_printf(arena,
			    "%s: %s; install a version for this macOS, or update macOS", paths[i],
			    needs.text);
	}
	if (host->macos == 0 || first <= host->macos)
		return NULL;
	return arena_printf(arena,
	    "%s: needs macOS %d, and this is %s; install a version for this macOS, or update macOS",
	    check->app, first, host->product_version != NULL ? host->product_version : "older");
}

/* A dext is a flat bundle; another system extension has Contents. */
static const char *
check_dext(struct check *check)
{
	struct arena *arena = check->session->arena;
	const char *minimum = check->rule->replacement.minimum, *version;

	if (!path_exists(&check->session->root, check->dext_path))
		return arena_printf(arena, "%s: holds no %s; install the version of it that does",
		    check->app, check->named->id);
	check->dext_info =
	    read_plist(check, arena_printf(arena, "%s/Info.plist", check->dext_path));
	if (check->dext_info == NULL)
		check->dext_info = read_plist(
		    check, arena_printf(arena, "%s/Contents/Info.plist", check->dext_path));
	version = plist_find_text(check->dext_info, "CFBundleVersion");
	if (minimum != NULL && version != NULL && dext_macos_compare(version, minimum) < 0)
		return arena_printf(arena,
		    "%s: holds version %s of %s, and the device needs %s; install a newer one",
		    check->app, version, check->named->id, minimum);
	return check_macos(check);
}

static const char *
check_policy(struct check *check)
{
	const struct rule_dext *named = check->named;
	const struct plist *policy = read_plist(check, SYSEXT_POLICY);
	bool allows = policy != NULL && named->team != NULL &&
		      sysext_policy_allows(policy, named->id, named->team, !named->is_sysext);

	/* An extension that is no driver may want a person's word for more than itself. */
	check->result->allowed &= allows && !named->is_sysext;
	if (policy == NULL || allows || !sysext_policy_is_closed(policy))
		return NULL;
	return arena_printf(check->session->arena,
	    SYSEXT_POLICY ": allows other extensions only (AllowUserOverrides is false); whoever "
			  "manages this Mac adds %s of team %s to AllowedSystemExtensions",
	    named->id, named->team != NULL ? named->team : "its vendor's");
}

static const char *
signature_sentence(struct check *check, const char *path, const char *id, const char *team)
{
	const char *message = NULL;
	int error = codesign_verify(check->session->arena, path, id, team, &message);

	if (error == 0)
		return NULL;
	return arena_printf(check->session->arena,
	    "%s: its signature is not the one that the rule names (%s of team %s): %s; its app was "
	    "not run; install it again from its vendor",
	    path, id, team, message != NULL ? message : fault_sentence(error));
}

/* Apple's programs judge signatures; nothing here is decided by our own reading. */
static const char *
check_app_signature(struct check *check)
{
	const struct rule_replacement *replacement = &check->rule->replacement;

	return signature_sentence(check, check->app, replacement->app_id, replacement->app_team);
}

static const char *
check_dext_signature(struct check *check)
{
	return signature_sentence(check, check->dext_path, check->named->id, check->named->team);
}

/* One check of the app, or of each dext that has to run. */
static const char *
run_check(struct check *check, const char *(*ask)(struct check *), bool of_dexts)
{
	const char *obstacle = of_dexts ? NULL : ask(check);
	size_t i;

	for (i = 0; of_dexts && obstacle == NULL; i++) {
		check->named = rule_dext(check->rule, i);
		if (check->named == NULL)
			break;
		check->dext_path = arena_printf(check->session->arena,
		    "%s/Contents/Library/SystemExtensions/%s.%s", check->app, check->named->id,
		    check->named->is_sysext ? "systemextension" : "dext");
		obstacle = ask(check);
	}
	return obstacle;
}

static void
run_checks(struct session *session, const struct rule *rule, const struct sysext_list *dexts,
    bool withdraws, struct readiness *readiness)
{
	static const struct {
		const char *(*ask)(struct check *);
		bool of_dexts, of_withdrawal;
	} checks[] = {{check_way, false, false}, {check_place, false, true},
	    {check_quarantine, false, true}, {check_dext, true, false}, {check_policy, true, false},
	    {check_app_signature, false, true}, {check_dext_signature, true, false}};
	struct check check = {.session = session,
	    .rule = rule,
	    .dexts = dexts,
	    .result = readiness,
	    .app = rule->replacement.app_path};
	size_t i;

	*readiness = (struct readiness){.allowed = true};
	for (i = 0; readiness->obstacle == NULL && i < sizeof(checks) / sizeof(*checks); i++)
		if (!withdraws || checks[i].of_withdrawal)
			readiness->obstacle = run_check(&check, checks[i].ask, checks[i].of_dexts);
	readiness->allowed &= readiness->obstacle == NULL;
}

void
readiness_check(struct session *session, const struct rule *rule, const struct sysext_list *dexts,
    struct readiness *readiness)
{
	run_checks(session, rule, dexts, false, readiness);
}

void
readiness_check_withdrawal(struct session *session, const struct rule *rule,
    const struct sysext_list *dexts, struct readiness *readiness)
{
	run_checks(session, rule, dexts, true, readiness);
}

const char *
readiness_forbidden(struct session *session, const struct rule_dext *dext)
{
	struct readiness readiness = {0};
	struct check check = {.session = session, .named = dext, .result = &readiness};

	return check_policy(&check);
}
