/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Processes, signals, users and clocks as Darwin has them. Numbers and layouts: XNU,
 * sys/signal.h, sys/wait.h, spawn.h, pwd.h, time.h.
 */
#include <errno.h>
#include <pwd.h>
#include <signal.h>
#include <spawn.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>
#include <sys/types.h>
#include <sys/wait.h>
#include <time.h>

#include "tests/darwin/layout.h"
#include "tests/darwin/machrun.h"

enum { SIGNALS = 32, SPAWN_FLAGS_ALIKE = 0xf, FIRST_NOT_INHERITED = 3 };

/* Linux's number of each of Darwin's signals; 0: there is none. */
static const int linux_signals[SIGNALS] = {0, SIGHUP, SIGINT, SIGQUIT, SIGILL, SIGTRAP, SIGABRT, 0,
    SIGFPE, SIGKILL, SIGBUS, SIGSEGV, SIGSYS, SIGPIPE, SIGALRM, SIGTERM, SIGURG, SIGSTOP, SIGTSTP,
    SIGCONT, SIGCHLD, SIGTTIN, SIGTTOU, SIGIO, SIGXCPU, SIGXFSZ, SIGVTALRM, SIGPROF, SIGWINCH, 0,
    SIGUSR1, SIGUSR2};

struct darwin_sigaction {
	void (*handler)(int);
	uint32_t mask;
	int32_t flags;
};
_Static_assert(offsetof(struct darwin_sigaction, mask) == SIGACTION_MASK_AT, "sa_mask");

static void (*handlers[SIGNALS])(int);

static int
darwin_signal(int number)
{
	int i;

	for (i = 1; i < SIGNALS; i++)
		if (linux_signals[i] == number)
			return i;
	return number;
}

static int
linux_signal(int number)
{
	return number > 0 && number < SIGNALS ? linux_signals[number] : number;
}

static void
linux_set(uint32_t mask, sigset_t *set)
{
	int i;

	(void)sigemptyset(set);
	for (i = 1; i < SIGNALS; i++)
		if ((mask >> (i - 1) & 1) != 0 && linux_signals[i] != 0)
			(void)sigaddset(set, linux_signals[i]);
}

static uint32_t
darwin_set(const sigset_t *set)
{
	uint32_t mask = 0;
	int i;

	for (i = 1; i < SIGNALS; i++)
		if (linux_signals[i] != 0 && sigismember(set, linux_signals[i]) == 1)
			mask |= (uint32_t)1 << (i - 1);
	return mask;
}

static void
call_handler(int number)
{
	int theirs = darwin_signal(number);

	if (handlers[theirs] != NULL)
		handlers[theirs](theirs);
}

static int
process_sigaction(int number, const struct darwin_sigaction *new, struct darwin_sigaction *old)
{
	struct sigaction own = {0}, before;
	void (*handler_before)(int);
	int result, signal = linux_signal(number);

	if (signal == 0 || number >= SIGNALS) {
		errno = EINVAL;
		return -1;
	}
	handler_before = handlers[number];
	if (new != NULL) {
		/* SIG_DFL and SIG_IGN are 0 and 1 in both. */
		own.sa_handler = new->handler == SIG_DFL || new->handler == SIG_IGN ? new->handler
										    : call_handler;
		handlers[number] = new->handler;
		linux_set(new->mask, &own.sa_mask);
		own.sa_flags = ((new->flags &DARWIN_SA_RESTART) != 0 ? SA_RESTART : 0) |
			       ((new->flags &DARWIN_SA_RESETHAND) != 0 ? (int)SA_RESETHAND : 0) |
			       ((new->flags &DARWIN_SA_NOCLDSTOP) != 0 ? SA_NOCLDSTOP : 0);
	}
	result = sigaction(signal, new != NULL ? &own : NULL, &before);
	if (result == 0 && old != NULL)
		*old = (struct darwin_sigaction){
		    .handler =
			before.sa_handler == call_handler ? handler_before : before.sa_handler,
		    .mask = darwin_set(&before.sa_mask),
		};
	return result;
}

/* SIG_BLOCK, SIG_UNBLOCK, SIG_SETMASK are 1, 2, 3 there. */
static int
process_sigprocmask(int how, const uint32_t *set, uint32_t *old)
{
	static const int hows[] = {-1, SIG_BLOCK, SIG_UNBLOCK, SIG_SETMASK};
	sigset_t own, before;
	int result;

	if (set != NULL)
		linux_set(*set, &own);
	result = sigprocmask(
	    set != NULL ? hows[how & 3] : SIG_BLOCK, set != NULL ? &own : NULL, &before);
	if (result == 0 && old != NULL)
		*old = darwin_set(&before);
	return result;
}

static int
process_kill(pid_t pid, int number)
{
	return kill(pid, linux_signal(number));
}

static int
process_raise(int number)
{
	return raise(linux_signal(number));
}

static pid_t
process_waitpid(pid_t pid, int *status, int options)
{
	int own = 0;
	pid_t result = waitpid(pid, &own, options & (WNOHANG | WUNTRACED));

	if (result > 0 && status != NULL)
		*status = WIFSIGNALED(own) ? (own & ~0x7f) | darwin_signal(WTERMSIG(own)) : own;
	return result;
}

struct darwin_siginfo {
	int number, error, code;
	pid_t pid;
	uid_t uid;
	int status;
	void *address, *value;
	long band;
	unsigned long pad[7];
};
_Static_assert(sizeof(struct darwin_siginfo) == SIGINFO_BYTES, "siginfo_t");
_Static_assert(offsetof(struct darwin_siginfo, pid) == SIGINFO_PID_AT, "si_pid");

/* WNOHANG and WEXITED are alike. */
static int
process_waitid(int kind, unsigned int id, struct darwin_siginfo *info, int options)
{
	siginfo_t own = {0};
	int flags = options & (WNOHANG | WEXITED);
	int result = waitid(
	    (idtype_t)kind, id, &own, flags | ((options & DARWIN_WNOWAIT) != 0 ? WNOWAIT : 0));

	if (result == 0 && info != NULL)
		*info = (struct darwin_siginfo){.number = darwin_signal(own.si_signo),
		    .code = own.si_code,
		    .pid = own.si_pid,
		    .uid = own.si_uid,
		    .status = own.si_status};
	return result;
}

/* Both of posix_spawn's objects are pointers in Darwin, to what its library allocates. */
struct attributes {
	posix_spawnattr_t own;
	bool closes;
};

static int
process_actions_init(void **actions)
{
	*actions = malloc(sizeof(posix_spawn_file_actions_t));
	return *actions != NULL ? posix_spawn_file_actions_init(*actions) : ENOMEM;
}

static int
process_actions_destroy(void **actions)
{
	int result = posix_spawn_file_actions_destroy(*actions);

	free(*actions);
	return result;
}

static int
process_actions_dup2(void **actions, int from, int to)
{
	return posix_spawn_file_actions_adddup2(*actions, from, to);
}

static int
process_actions_open(void **actions, int fd, const char *path, int flags, mode_t mode)
{
	return posix_spawn_file_actions_addopen(*actions, fd, path, linux_open_flags(flags), mode);
}

static int
process_attributes_init(void **attributes)
{
	struct attributes *own = calloc(1, sizeof(*own));

	*attributes = own;
	return own != NULL ? posix_spawnattr_init(&own->own) : ENOMEM;
}

static int
process_attributes_destroy(void **attributes)
{
	struct attributes *own = *attributes;
	int result = posix_spawnattr_destroy(&own->own);

	free(own);
	return result;
}

/* The flags up to 8 have the same numbers; DARWIN_SPAWN_CLOEXEC_DEFAULT is Darwin's own. */
static int
process_attributes_flags(void **attributes, short flags)
{
	struct attributes *own = *attributes;

	own->closes = (flags & DARWIN_SPAWN_CLOEXEC_DEFAULT) != 0;
	return posix_spawnattr_setflags(&own->own, flags & SPAWN_FLAGS_ALIKE);
}

static int
process_attributes_group(void **attributes, pid_t group)
{
	struct attributes *own = *attributes;

	return posix_spawnattr_setpgroup(&own->own, group);
}

static int
process_attributes_default(void **attributes, const uint32_t *set)
{
	struct attributes *own = *attributes;
	sigset_t signals;

	linux_set(*set, &signals);
	return posix_spawnattr_setsigdefault(&own->own, &signals);
}

static int
process_attributes_mask(void **attributes, const uint32_t *set)
{
	struct attributes *own = *attributes;
	sigset_t signals;

	linux_set(*set, &signals);
	return posix_spawnattr_setsigmask(&own->own, &signals);
}

static int
process_spawn(pid_t *pid, const char *path, void **actions, void **attributes, char *const *argv,
    char *const *environment)
{
	struct attributes *own = attributes != NULL ? *attributes : NULL;

	if (own != NULL && own->closes && actions != NULL)
		(void)posix_spawn_file_actions_addclosefrom_np(*actions, FIRST_NOT_INHERITED);
	return darwin_errno(posix_spawn(pid, path, actions != NULL ? *actions : NULL,
	    own != NULL ? &own->own : NULL, argv, environment));
}

struct darwin_passwd {
	char *name, *password;
	uid_t uid;
	gid_t gid;
	time_t change;
	char *class, *gecos, *dir, *shell;
	time_t expire;
};
_Static_assert(offsetof(struct darwin_passwd, dir) == PASSWD_DIR_AT, "pw_dir");

static struct darwin_passwd *
process_getpwnam(const char *name)
{
	static struct darwin_passwd entry;
	static char no_class[] = "";
	const struct passwd *own = getpwnam(name);

	if (own == NULL)
		return NULL;
	entry = (struct darwin_passwd){.name = own->pw_name,
	    .password = own->pw_passwd,
	    .uid = own->pw_uid,
	    .gid = own->pw_gid,
	    .class = no_class,
	    .gecos = own->pw_gecos,
	    .dir = own->pw_dir,
	    .shell = own->pw_shell};
	return &entry;
}

/* CLOCK_REALTIME is 0 in both; no other clock is asked. */
static int
process_clock(int clock, struct timespec *time)
{
	return clock_gettime(clock == DARWIN_CLOCK_MONOTONIC       ? CLOCK_MONOTONIC
			     : clock == DARWIN_CLOCK_MONOTONIC_RAW ? CLOCK_BOOTTIME
								   : CLOCK_REALTIME,
	    time);
}

const struct bound_name process_names[] = {
    BOUND("sigaction", process_sigaction),
    BOUND("sigprocmask", process_sigprocmask),
    BOUND("kill", process_kill),
    BOUND("raise", process_raise),
    BOUND("waitpid", process_waitpid),
    BOUND("waitid", process_waitid),
    BOUND("posix_spawn", process_spawn),
    BOUND("posix_spawn_file_actions_init", process_actions_init),
    BOUND("posix_spawn_file_actions_destroy", process_actions_destroy),
    BOUND("posix_spawn_file_actions_adddup2", process_actions_dup2),
    BOUND("posix_spawn_file_actions_addopen", process_actions_open),
    BOUND("posix_spawnattr_init", process_attributes_init),
    BOUND("posix_spawnattr_destroy", process_attributes_destroy),
    BOUND("posix_spawnattr_setflags", process_attributes_flags),
    BOUND("posix_spawnattr_setpgroup", process_attributes_group),
    BOUND("posix_spawnattr_setsigdefault", process_attributes_default),
    BOUND("posix_spawnattr_setsigmask", process_attributes_mask),
    BOUND("getpwnam", process_getpwnam),
    BOUND("clock_gettime", process_clock),
    {NULL, NULL},
};
