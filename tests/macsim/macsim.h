/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * macsim: a simulated Mac in a folder. The interface between its parts.
 * It keeps its own model in DIR/.macsim/ and shares no code with kextirpate.
 */
#ifndef TESTS_MACSIM_MACSIM_H
#define TESTS_MACSIM_MACSIM_H

#include <stdbool.h>

/* What macsim exits with for errors of its own. */
#define MACSIM_ERROR 125

/* Commands: argv[0] is the command's own name. Return the exit status. */
int cmd_new(int argc, char **argv);
int cmd_scenarios(int argc, char **argv);
int cmd_assumptions(int argc, char **argv);
int cmd_run(int argc, char **argv);
int cmd_restart(int argc, char **argv);
int cmd_update(int argc, char **argv);
int cmd_set(int argc, char **argv);
int cmd_bring(int argc, char **argv);
int cmd_show(int argc, char **argv);

/* --- hostlink.c: what the simulated Mac borrows from the building machine --- */

/* Puts into dir what a run needs: the product's current binary and its rules at
 * their contract paths, the scenario's rule beside them, libraries, a shell and
 * the usual small programs. Cheap when nothing changed. 0, or -errno with a
 * message on stderr. */
int hostlink_refresh(const char *dir, const char *scenario_rule);

/* --- sandbox.c: a command with dir as its root --- */

struct sandbox_request {
	const char *dir;
	const char *user;   /* "root" or a name of the simulated Mac; NULL: root */
	char *const *argv;
	bool count;         /* print the number of writing calls on stderr at the end */
	bool programs;      /* print the number of programs that it started, too */
	long kill_at;       /* 0, or the writing call at which everything is killed */
	long fail_at;       /* 0, or the writing call that fails with fail_errno */
	int fail_errno;
	long signal_at;     /* 0, or the program started by the command that gets no further
			     * than its start, while the command gets `signal` */
	int signal;
	const char *calls;  /* a file that gets a line for each writing call; NULL */
};

/* Runs it to the end of all its processes. The command's status, 128+signal when
 * it was killed, MACSIM_ERROR for macsim's own errors (said on stderr). */
int sandbox_run(const struct sandbox_request *request);

/* --- model.c: what the simulated Mac is and remembers --- */

struct model;

/* Loads DIR/.macsim/model; NULL with a message on stderr. model_free frees it. */
struct model *model_load(const char *dir);
void model_free(struct model *model);
/* Replaces the file as one step (temporary file, rename). 0 or -errno. */
int model_save(const struct model *model, const char *dir);
/* A setting ("console", "sip", "macos", "chip", ...) or otherwise. */
const char *model_get(const struct model *model, const char *key, const char *otherwise);
void model_put(struct model *model, const char *key, const char *value);
/* Whether the assumption holds on this Mac ("rebuild-drops-missing"). */
bool model_assumes(const struct model *model, const char *id);

#endif
