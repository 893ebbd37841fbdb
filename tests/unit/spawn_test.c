/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Spawn: limits, what is kept, what a program inherits. The programs are those
 * that Linux and macOS have at the same place.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "kmutil-helpers/fault.h"
#include "kmutil-helpers/spawn.h"

static struct arena *arena;
static struct spawn_result result;

static int
run_with(const char *script, struct spawn_request request)
{
	const char *const argv[] = {"/bin/sh", "-c", script, NULL};

	request.argv = argv;
	return spawn_run(arena, &request, &result);
}

static long
seconds(void)
{
	struct timespec ts;

	assert_int_equal(clock_gettime(CLOCK_MONOTONIC, &ts), 0);
	return (long)ts.tv_sec;
}

static void
spawn_keeps_stdout_and_stderr_apart(void **state)
{
	(void)state;
	assert_int_equal(run_with("echo one; echo two >&2; exit 28", (struct spawn_request){0}), 0);
	assert_string_equal(result.out, "one\n");
	assert_string_equal(result.err, "two\n");
	assert_int_equal(result.status, 28);
	assert_int_equal(result.signal, 0);
	assert_false(result.timed_out);
	assert_string_equal(spawn_last_words(arena, &result), "two");
}

static void
spawn_refuses_a_relative_path(void **state)
{
	const char *const argv[] = {"sh", NULL};
	struct spawn_request request = {.argv = argv};

	(void)state;
	assert_int_equal(spawn_run(arena, &request, &result), -EINVAL);
}

static void
spawn_tells_that_a_tool_is_missing(void **state)
{
	const char *const argv[] = {"/nonexistent/kmutil", NULL};

	(void)state;
	assert_int_equal(spawn_ask(arena, argv, 0, &result), -ENOENT);
}

static void
spawn_gives_a_fixed_environment(void **state)
{
	const char *const argv[] = {"/usr/bin/env", NULL};
	struct spawn_request request = {.argv = argv};

	(void)state;
	assert_int_equal(setenv("DYLD_INSERT_LIBRARIES", "evil", 1), 0);
	assert_int_equal(spawn_run(arena, &request, &result), 0);
	assert_string_equal(
	    result.out, "PATH=/usr/bin:/bin:/usr/sbin:/sbin\nHOME=/var/root\nLANG=C\n");
}

static void
spawn_passes_only_the_first_three_descriptors(void **state)
{
	int fd = open("/dev/null", O_RDONLY), high = fcntl(fd, F_DUPFD, 9);

	(void)state;
	assert_true(high >= 9);
	assert_int_equal(
	    run_with("(: <&9) 2>/dev/null && echo open; cat; echo done", (struct spawn_request){0}),
	    0);
	assert_string_equal(result.out, "done\n");
	(void)close(high);
	(void)close(fd);
}

static void
spawn_says_when_it_kept_less_than_was_printed(void **state)
{
	(void)state;
	assert_int_equal(
	    run_with("echo 0123456789; echo x >&2", (struct spawn_request){.cap_bytes = 4}), 0);
	assert_string_equal(result.out, "0123");
	assert_true(result.out_cut);
	assert_false(result.err_cut);
	assert_int_equal(result.status, 0);
}

static void
spawn_takes_more_than_a_pipe_holds(void **state)
{
	(void)state;
	assert_int_equal(
	    run_with("dd if=/dev/zero bs=1000 count=1000 2>/dev/null", (struct spawn_request){0}),
	    0);
	assert_int_equal(result.out_len, 1000000);
}

static void
spawn_ends_what_does_not_end(void **state)
{
	long before = seconds();

	(void)state;
	assert_int_equal(
	    run_with("echo begun; exec sleep 60", (struct spawn_request){.timeout_ms = 200}), 0);
	assert_true(result.timed_out);
	assert_string_equal(result.out, "begun\n");
	assert_int_equal(result.signal, SIGTERM);
	assert_int_equal(result.status, -1);
	assert_true(seconds() - before < 10);
}

static void
spawn_kills_what_ignores_the_first_signal(void **state)
{
	(void)state;
	assert_int_equal(
	    run_with("trap '' TERM; sleep 60; sleep 60", (struct spawn_request){.timeout_ms = 200}),
	    0);
	assert_true(result.timed_out);
	assert_int_equal(result.signal, SIGKILL);
}

static void
spawn_waits_for_what_closed_its_output(void **state)
{
	(void)state;
	assert_int_equal(
	    run_with("exec >&- 2>&-; sleep 0.3; exit 7", (struct spawn_request){0}), 0);
	assert_int_equal(result.status, 7);
}

static void
spawn_does_not_wait_for_a_grandchild_that_keeps_the_pipe(void **state)
{
	long before = seconds();
	int pid;

	(void)state;
	assert_int_equal(run_with("sleep 60 & echo $!", (struct spawn_request){0}), 0);
	assert_int_equal(result.status, 0);
	assert_true(seconds() - before < 10);
	pid = atoi(result.out);
	assert_true(pid > 1);
	(void)kill(pid, SIGKILL);
}

static void
spawn_leaves_running_what_it_is_told_to(void **state)
{
	int pid;

	(void)state;
	assert_int_equal(run_with("echo $$; exec sleep 60",
			     (struct spawn_request){.timeout_ms = 300, .leave_running = true}),
	    0);
	assert_true(result.timed_out);
	assert_int_equal(result.status, -1);
	assert_int_equal(result.signal, 0);
	pid = atoi(result.out);
	assert_true(pid > 1);
	assert_int_equal(kill(pid, 0), 0);
	(void)kill(pid, SIGKILL);
}

static void
spawn_leaves_the_handler_of_the_caller(void **state)
{
	struct sigaction before, after;

	(void)state;
	(void)sigaction(SIGCHLD, NULL, &before);
	assert_int_equal(run_with("exit 0", (struct spawn_request){0}), 0);
	(void)sigaction(SIGCHLD, NULL, &after);
	assert_ptr_equal(before.sa_handler, after.sa_handler);
}

static void
spawn_asks_with_faults(void **state)
{
	const char *const sleeps[] = {"/bin/sh", "-c", "sleep 60", NULL};
	const char *const dies[] = {"/bin/sh", "-c", "kill -9 $$", NULL};

	(void)state;
	assert_int_equal(spawn_ask(arena, sleeps, 100, &result), -FAULT_TIMEOUT);
	assert_int_equal(spawn_ask(arena, dies, 0, &result), -FAULT_TOOL);
	assert_int_equal(result.signal, SIGKILL);
}

static int told_fd;

static void
tell_on(const void *bytes, size_t len, void *payload)
{
	(void)payload;
	(void)!write(told_fd, bytes, len);
}

/* A process of its own runs the script, which prints its own number first, and gets the
 * signal then. How it ended; *pid: that number. */
static int
end_while_it_runs(const char *script, bool leave_running, int number, int *pid)
{
	char text[32] = "";
	int fds[2], status = 0;
	pid_t process;

	assert_int_equal(pipe(fds), 0);
	process = fork();
	if (process == 0) {
		(void)close(fds[0]);
		told_fd = fds[1];
		(void)run_with(script,
		    (struct spawn_request){
			.take_out = tell_on, .leave_running = leave_running, .timeout_ms = 60000});
		_exit(9);
	}
	(void)close(fds[1]);
	assert_true(read(fds[0], text, sizeof(text) - 1) > 0);
	*pid = atoi(text);
	assert_true(*pid > 1);
	assert_int_equal(kill(process, number), 0);
	assert_int_equal(waitpid(process, &status, 0), process);
	(void)close(fds[0]);
	return status;
}

static void
spawn_ends_its_program_before_a_signal_ends_itself(void **state)
{
	static const int numbers[] = {SIGTERM, SIGINT, SIGHUP, SIGALRM};
	long before = seconds();
	size_t i;
	int pid, status;

	(void)state;
	for (i = 0; i < sizeof(numbers) / sizeof(*numbers); i++) {
		status = end_while_it_runs("echo $$; exec sleep 60", false, numbers[i], &pid);
		assert_true(WIFSIGNALED(status));
		assert_int_equal(WTERMSIG(status), numbers[i]);
		assert_int_equal(kill(pid, 0), -1);
		assert_int_equal(errno, ESRCH);
	}
	assert_true(seconds() - before < 10);
}

static void
spawn_kills_a_deaf_program_before_a_signal_ends_itself(void **state)
{
	long before = seconds();
	int pid, status;

	(void)state;
	status =
	    end_while_it_runs("trap '' TERM; echo $$; sleep 60; sleep 60", false, SIGTERM, &pid);
	assert_true(WIFSIGNALED(status));
	assert_int_equal(WTERMSIG(status), SIGTERM);
	assert_int_equal(kill(pid, 0), -1);
	assert_true(seconds() - before < 10); /* launchd gives 20 */
}

static void
spawn_leaves_what_it_is_told_to_when_a_signal_ends_itself(void **state)
{
	int pid, status;

	(void)state;
	status = end_while_it_runs("echo $$; exec sleep 60", true, SIGTERM, &pid);
	assert_true(WIFSIGNALED(status));
	assert_int_equal(kill(pid, 0), 0);
	(void)kill(pid, SIGKILL);
}

static void
spawn_ignores_a_signal_that_was_ignored(void **state)
{
	(void)state;
	(void)signal(SIGHUP, SIG_IGN); /* as nohup does */
	assert_int_equal(run_with("kill -HUP $PPID; exit 3", (struct spawn_request){0}), 0);
	assert_int_equal(result.status, 3);
	(void)signal(SIGHUP, SIG_DFL);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(spawn_keeps_stdout_and_stderr_apart),
	    cmocka_unit_test(spawn_refuses_a_relative_path),
	    cmocka_unit_test(spawn_tells_that_a_tool_is_missing),
	    cmocka_unit_test(spawn_gives_a_fixed_environment),
	    cmocka_unit_test(spawn_passes_only_the_first_three_descriptors),
	    cmocka_unit_test(spawn_says_when_it_kept_less_than_was_printed),
	    cmocka_unit_test(spawn_takes_more_than_a_pipe_holds),
	    cmocka_unit_test(spawn_ends_what_does_not_end),
	    cmocka_unit_test(spawn_kills_what_ignores_the_first_signal),
	    cmocka_unit_test(spawn_waits_for_what_closed_its_output),
	    cmocka_unit_test(spawn_does_not_wait_for_a_grandchild_that_keeps_the_pipe),
	    cmocka_unit_test(spawn_leaves_running_what_it_is_told_to),
	    cmocka_unit_test(spawn_leaves_the_handler_of_the_caller),
	    cmocka_unit_test(spawn_asks_with_faults),
	    cmocka_unit_test(spawn_ends_its_program_before_a_signal_ends_itself),
	    cmocka_unit_test(spawn_kills_a_deaf_program_before_a_signal_ends_itself),
	    cmocka_unit_test(spawn_leaves_what_it_is_told_to_when_a_signal_ends_itself),
	    cmocka_unit_test(spawn_ignores_a_signal_that_was_ignored),
	};
	int failed;

	arena = arena_new(0);
	failed = cmocka_run_group_tests(tests, NULL, NULL);
	arena_free(arena);
	return failed;
}
