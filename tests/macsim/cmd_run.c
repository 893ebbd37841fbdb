/* SPDX-License-Identifier: BSD-2-Clause */
/* macsim run: reads the command line, hands it to hostlink and sandbox. */
#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "tests/macsim/macsim.h"

struct word {
	const char *name;
	int value;
};

static const struct word errors[] = {
    {"EPERM", EPERM},
    {"ENOENT", ENOENT},
    {"EINTR", EINTR},
    {"EIO", EIO},
    {"EAGAIN", EAGAIN},
    {"ENOMEM", ENOMEM},
    {"EACCES", EACCES},
    {"EBUSY", EBUSY},
    {"EEXIST", EEXIST},
    {"EXDEV", EXDEV},
    {"EINVAL", EINVAL},
    {"ENFILE", ENFILE},
    {"EMFILE", EMFILE},
    {"EFBIG", EFBIG},
    {"ENOSPC", ENOSPC},
    {"EROFS", EROFS},
    {"EDQUOT", EDQUOT},
    {"ENOTEMPTY", ENOTEMPTY},
    {"ENOTSUP", ENOTSUP},
    {"ETIMEDOUT", ETIMEDOUT},
};

static const struct word signals[] = {
    {"TERM", SIGTERM}, {"INT", SIGINT}, {"HUP", SIGHUP}, {"ALRM", SIGALRM}};

static int
usage(void)
{
	fputs("usage: macsim run [--kill N|--fail N:ERRNO|--signal N:NAME|--count|--programs|"
	      "--calls FILE] [--as USER] DIR -- CMD...\n",
	    stderr);
	return MACSIM_ERROR;
}

/* N, or N:WORD where there are words. */
static int
read_number(const char *text, long *n, const struct word *words, size_t count, int *value)
{
	char *end;

	errno = 0;
	*n = strtol(text, &end, 10);
	if (errno || end == text || *n < 1)
		return -EINVAL;
	if (!count)
		return *end ? -EINVAL : 0;
	for (size_t i = 0; *end == ':' && i < count; i++)
		if (strcmp(end + 1, words[i].name) == 0) {
			*value = words[i].value;
			return 0;
		}
	return -EINVAL;
}

int
cmd_run(int argc, char **argv)
{
	struct sandbox_request request = {0};
	struct model *model;
	int at = 1, status = 0;

	for (; at < argc && argv[at][0] == '-' && !status; at++) {
		if (strcmp(argv[at], "--count") == 0)
			request.count = true;
		else if (strcmp(argv[at], "--programs") == 0)
			request.programs = true;
		else if (at + 1 < argc && strcmp(argv[at], "--as") == 0)
			request.user = argv[++at];
		else if (at + 1 < argc && strcmp(argv[at], "--calls") == 0)
			request.calls = argv[++at];
		else if (at + 1 < argc && strcmp(argv[at], "--kill") == 0)
			status = read_number(argv[++at], &request.kill_at, NULL, 0, NULL);
		else if (at + 1 < argc && strcmp(argv[at], "--fail") == 0)
			status = read_number(argv[++at], &request.fail_at, errors,
			    sizeof errors / sizeof *errors, &request.fail_errno);
		else if (at + 1 < argc && strcmp(argv[at], "--signal") == 0)
			status = read_number(argv[++at], &request.signal_at, signals,
			    sizeof signals / sizeof *signals, &request.signal);
		else
			return usage();
	}
	if (status || argc - at < 3 || strcmp(argv[at + 1], "--") != 0)
		return usage();
	request.dir = argv[at];
	request.argv = argv + at + 2;
	model = model_load(request.dir);
	if (!model)
		return MACSIM_ERROR;
	status = hostlink_refresh(request.dir, model_get(model, "rule", NULL));
	model_free(model);
	return status ? MACSIM_ERROR : sandbox_run(&request);
}
