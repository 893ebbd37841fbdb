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
	const char *app;       /* the rule's path of the app */
	const char *dext_path; /* in the app */
	const struct plist *app_info, *dext_info, *policy;
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

	if (check->app == NULL || (replacement->activate == NULL && !replacement->opens))
		return arena_printf(check->session->arena,
		    "no rule says how the app of %s is asked; open it by hand",
		    replacement->dext_id);
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
	const struct sysext *row;
	size_t i;

	for (i = 0; i < check->dexts->count; i++) {
		row = &check->dexts->items[i];
		if (row->app != NULL && strcmp(row->app, check->app) != 0 &&
		    strcmp(row->id, check->rule->replacement.dext_id) == 0)
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

/* A dext is a flat bundle; another system extension has Contents. */
static const char *
check_dext(struct check *check)
{
	struct arena *arena = check->session->arena;
	const struct rule_replacement *replacement = &check->rule->replacement;

	check->dext_path = arena_printf(arena, "%s/Contents/Library/SystemExtensions/%s.%s",
	    check->app, replacement->dext_id, replacement->is_sysext ? "systemextension" : "dext");
	if (!path_exists(&check->session->root, check->dext_path))
		return arena_printf(arena, "%s: holds no %s; install the version of it that does",
		    check->app, replacement->dext_id);
	check->dext_info =
	    read_plist(check, arena_printf(arena, "%s/Info.plist", check->dext_path));
	if (check->dext_info == NULL)
		check->dext_info = read_plist(
		    check, arena_printf(arena, "%s/Contents/Info.plist", check->dext_path));
	check->result->version = plist_find_text(check->dext_info, "CFBundleVersion");
	if (replacement->minimum != NULL && check->result->version != NULL &&
	    dext_macos_compare(check->result->version, replacement->minimum) < 0)
		return arena_printf(arena,
		    "%s: holds version %s of %s, and the device needs %s; install a newer one",
		    check->app, check->result->version, replacement->dext_id, replacement->minimum);
	return NULL;
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

static const char *
check_policy(struct check *check)
{
	const struct rule_replacement *replacement = &check->rule->replacement;

	check->policy = read_plist(check, SYSEXT_POLICY);
	check->result->allowed =
	    check->policy != NULL && replacement->dext_team != NULL && !replacement->is_sysext &&
	    sysext_policy_allows(check->policy, replacement->dext_id, replacement->dext_team);
	if (check->policy == NULL || check->result->allowed ||
	    !sysext_policy_is_closed(check->policy))
		return NULL;
	return arena_printf(check->session->arena,
	    SYSEXT_POLICY ": allows other extensions only (AllowUserOverrides is false); whoever "
			  "manages this Mac adds %s of team %s to AllowedSystemExtensions",
	    replacement->dext_id,
	    replacement->dext_team != NULL ? replacement->dext_team : "its vendor's");
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
check_signatures(struct check *check)
{
	const struct rule_replacement *replacement = &check->rule->replacement;
	const char *obstacle =
	    signature_sentence(check, check->app, replacement->app_id, replacement->app_team);

	if (obstacle == NULL && replacement->dext_team != NULL)
		obstacle = signature_sentence(
		    check, check->dext_path, replacement->dext_id, replacement->dext_team);
	return obstacle;
}

void
readiness_check(struct session *session, const struct rule *rule, const struct sysext_list *dexts,
    struct readiness *readiness)
{
	static const char *(*const checks[])(struct check *) = {check_way, check_place,
	    check_quarantine, check_dext, check_macos, check_policy, check_signatures};
	struct check check = {.session = session,
	    .rule = rule,
	    .dexts = dexts,
	    .result = readiness,
	    .app = rule->replacement.app_path};
	size_t i;

	*readiness = (struct readiness){0};
	for (i = 0; readiness->obstacle == NULL && i < sizeof(checks) / sizeof(*checks); i++)
		readiness->obstacle = checks[i](&check);
}

const char *
readiness_forbidden(struct session *session, const struct rule *rule)
{
	struct readiness readiness = {0};
	struct check check = {.session = session, .rule = rule, .result = &readiness};

	return check_policy(&check);
}
