/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * `macsim set`: the settings of a Mac, checked before any is changed.
 */
#include <stdio.h>
#include <string.h>

#include "tests/macsim/keep.h"
#include "tests/macsim/model_boot.h"

static const struct {
	const char *key, *values; /* words parted by "|" */
} settings[] = {
    {"approval", "yes|no|none"},
    {"mdm", "none|enrolled|allowed"},
    {"sip", "on|off"},
    {"tcc", "granted|denied"},
    {"filevault", "on|off"},
    {"dext.allowed", "yes|no"},
    {"dext.old", "yes|no|runs"}, /* runs: its process serves the device until the restart */
    {"alone", "yes|no"}, /* the dext is not staged beside its kext */
    {"profile", "none|allow|forbid"},
    {"server", "ok|dead"},
    {"device", "present|absent"},
    {"keyboard", "none|builtin"},
    {"update", "none|prepared"},
    {"safe-mode", "off|on"},
    {"update-wipes", "nothing|receipts"},
    /* field reports of builds that never end, or fail; one that does not say what goes */
    {"rebuild", "ok|loops|broken|silent"},
    {"loads", "yes|no"},        /* no: nothing asks for a third-party kext at a start */
    {"arrives", "none|settle"}, /* another vendor's installer, while macOS settles */
    {"dext.log", "none|crash|provider|family|userclient|format|invalid|state|profile|runs|"
		 "other"},
};

static bool
is_one_of(const char *values, const char *word)
{
	size_t len = strlen(word);

	for (const char *at = values; at; at = strchr(at, '|') ? strchr(at, '|') + 1 : NULL)
		if (len > 0 && !strncmp(at, word, len) && (at[len] == '|' || at[len] == 0))
			return true;
	return false;
}

static bool
is_name(const char *text)
{
	size_t len =
	    strspn(text, "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_");

	return len > 0 && len < 32 && text[len] == 0;
}

static bool
is_number(const char *text)
{
	size_t len = strspn(text, "0123456789");

	return len > 0 && len < 6 && text[len] == 0;
}

static void
list_settings(void)
{
	fputs("macsim: settings: console=NAME|none behind=NAME|none app-team=TEAM dext-team=TEAM "
	      "settle=N\n"
	      "macsim:   dext.state=STATE|none sysext.state=STATE|none dext.app=PATH\n",
	    stderr);
	fputs("macsim:   unreadable=PATH|none slow=PATH:MS|PATH:never|none\n"
	      "macsim:   free=BYTES|all hardware-uuid=UUID\n",
	    stderr);
	fputs("macsim:   route=en0|...|none drives=KEXT:disk|interface|keyboard:NAME,...\n"
	      "macsim:   volumes=DISK:POINT:TYPE,...|none\n",
	    stderr);
	fputs("macsim:   assumption.ID=yes|no", stderr);
	fputs(" tool.NAME=hang|fail|garbage|exit0|crash|ok", stderr);
	for (size_t i = 0; i < sizeof(settings) / sizeof(*settings); i++)
		fprintf(stderr, " %s=%s", settings[i].key, settings[i].values);
	fputc('\n', stderr);
}

static bool
is_valid(const char *key, const char *value)
{
	for (size_t i = 0; i < sizeof(settings) / sizeof(*settings); i++)
		if (!strcmp(settings[i].key, key))
			return is_one_of(settings[i].values, value);
	/* behind: logged in, and not at the screen */
	if (!strcmp(key, "console") || !strcmp(key, "behind") || !strcmp(key, "app-team") ||
	    !strcmp(key, "dext-team"))
		return is_name(value);
	if (!strcmp(key, "dext.state") ||
	    !strcmp(key, "sysext.state")) /* none: macOS does not list it */
		return *value && value[strspn(value, "abcdefghijklmnopqrstuvwxyz_")] == 0;
	if (!strcmp(key, "dext.app")) /* where macOS knows the app */
		return *value == '/';
	if (!strcmp(key, "route") || !strcmp(key, "drives") || !strcmp(key, "volumes"))
		return *value && strlen(value) < 400 && !strpbrk(value, " \n");
	if (!strcmp(key, "settle"))
		return is_number(value);
	if (!strcmp(key, "free")) /* what volumes say is free; writes do not fail for it */
		return !strcmp(value, "all") ||
		       (*value && strlen(value) < 16 && !value[strspn(value, "0123456789")]);
	if (!strcmp(key, "hardware-uuid"))
		return strlen(value) == 36 && value[strspn(value, "0123456789ABCDEF-")] == 0;
	if (!strcmp(key, "unreadable")) /* a canonical path: opening it is answered EPERM */
		return *value == '/' || !strcmp(value, "none");
	if (!strcmp(key, "slow")) /* a canonical path: each call there takes so long */
		return !strcmp(value, "none") ||
		       (*value == '/' && strrchr(value, ':') &&
			   (!strcmp(strrchr(value, ':'), ":never") ||
			       is_number(strrchr(value, ':') + 1)));
	if (!strncmp(key, "tool.", 5))
		return is_one_of("kmutil|systemextensionsctl|csrutil|sw_vers|bputil|codesign|log|"
				 "profiles|fdesetup|"
				 "sudo|stat|pkgutil|kextcache|kcditto|sysctl|ioreg|scutil|"
				 "launchctl|shutdown|helper",
			   key + 5) &&
		       is_one_of("hang|fail|garbage|exit0|crash|ok", value);
	if (!strncmp(key, "assumption.", 11))
		for (size_t i = 0; model_assumption(i); i++)
			if (!strcmp(model_assumption(i)->id, key + 11))
				return is_one_of("yes|no", value);
	return false;
}

/* What of a setting is to be seen on disk, or by whom the device is driven. */
static void
apply(const char *dir, struct model *model, const char *key)
{
	if (!strcmp(key, "volumes") || !strcmp(key, "update"))
		keep_mounts_write(dir, model);
	if (!strcmp(key, "profile"))
		keep_sysext_write_profile(dir, model);
	if (!strcmp(key, "dext.state") && model_is(model, key, "none"))
		model_put(model, key, "");
	if (!strcmp(key, "sysext.state"))
		keep_sysext_write_second(dir, model);
	if (!strncmp(key, "dext.", 5) || !strcmp(key, "sysext.state")) {
		model_settle_dext(model);
		keep_sysext_write(dir, model);
	}
}

int
cmd_set(int argc, char **argv)
{
	struct model *model;

	if (argc < 3)
		macsim_die("usage: macsim set DIR KEY=VALUE...");
	model = model_take(argv[1]);
	if (!model)
		return MACSIM_ERROR;
	for (int i = 2; i < argc; i++) {
		char *equals = strchr(argv[i], '=');

		if (equals)
			*equals = 0;
		if (!equals || !is_valid(argv[i], equals + 1)) {
			fprintf(stderr,
			    "macsim: \"%s\" is no setting, or \"%s\" no value of it; "
			    "nothing was changed\n",
			    argv[i], equals ? equals + 1 : "");
			list_settings();
			return MACSIM_ERROR;
		}
		model_put(model, argv[i], equals + 1);
		apply(argv[1], model, argv[i]);
	}
	if (!model_is(model, "console", "none"))
		keep_user_add(argv[1], model_get(model, "console", "user"));
	if (strcmp(model_get(model, "behind", "none"), "none") != 0)
		keep_user_add(argv[1], model_get(model, "behind", "none"));
	model_save(model, argv[1]);
	model_free(model);
	return 0;
}
