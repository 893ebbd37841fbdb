/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Which tool this is, and misbehaviour that was asked for (tool.NAME).
 */
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "tests/macsim/keep.h"
#include "tests/macsim/model_boot.h"
#include "tests/macsim/tool.h"

static const struct {
	const char *name;
	int (*run)(struct model *model, int argc, char **argv);
} tools[] = {
    {"kmutil", tool_kmutil},
    {"pkgutil", tool_pkgutil},
    {"launchctl", tool_launchctl},
    {"sudo", tool_sudo},
    {"codesign", tool_codesign},
    {"bputil", tool_bputil},
    {"helper", tool_app},
    {"kextcache", tool_kextcache},
    {"profiles", tool_profiles},
    {"fdesetup", tool_fdesetup},
    {"ioreg", tool_ioreg},
    {"scutil", tool_scutil},
    {"log", tool_log},
    {"shutdown", tool_shutdown},
    {"kcditto", tool_kcditto},
    {"systemextensionsctl", tool_systemextensionsctl},
    {"stat", tool_stat},
    {"csrutil", tool_csrutil},
    {"sw_vers", tool_sw_vers},
    {"sysctl", tool_sysctl},
};

static int
misbehave(const char *how, const char *name)
{
	if (!strcmp(how, "hang")) {
		/* Until it is ended, or nobody listens to it any more. */
		struct pollfd out = {.fd = STDOUT_FILENO};

		while (poll(&out, 1, -1) < 0 || !(out.revents & (POLLERR | POLLNVAL)))
			continue;
	}
	if (!strcmp(how, "crash")) {
		signal(SIGSEGV, SIG_DFL);
		raise(SIGSEGV);
	}
	if (!strcmp(how, "fail")) {
		fprintf(stderr, "%s: internal error\n", name);
		return 1;
	}
	if (!strcmp(how, "garbage"))
		fwrite("\x8f\x00\x1b[2J\xff\xfe{<\n\x01", 1, 11, stdout);
	return 0;
}

int
main(int argc, char **argv)
{
	const char *slash = strrchr(argv[0], '/'), *name = slash ? slash + 1 : argv[0], *how;
	struct files_path key = files_format("tool.%.200s", name);
	struct model *model;
	int status = 64;

	if (!strcmp(name, "Example Capture"))
		return tool_app_ask(argv);
	model = model_load("");
	if (!model)
		return MACSIM_ERROR;
	how = model_get(model, key.text, "ok");
	if (strcmp(how, "ok") != 0)
		return misbehave(how, name);
	model_free(model);
	model_lock("");
	model = model_load("");
	if (model)
		keep_change_unload("", model);
	for (size_t i = 0; model && i < sizeof(tools) / sizeof(*tools); i++)
		if (!strcmp(tools[i].name, name))
			status = tools[i].run(model, argc, argv);
	if (model && geteuid() == 0 && model_is(model, "dext.stale", "yes")) {
		keep_sysext_write("", model);
		model_put(model, "dext.stale", "no");
	}
	if (model)
		model_note_driver(model);
	/* What a person asks for is macOS's to remember. */
	if (model)
		(void)model_save(model, "");
	model_free(model);
	return status;
}
