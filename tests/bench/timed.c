/* SPDX-License-Identifier: BSD-2-Clause */
/* timed COMMAND...: runs it and writes "NANOSECONDS KIBIBYTES STATUS" to descriptor
 * 3: time on the wall, the most memory resident. Small itself, since a child's peak
 * begins with what its parent had at the fork. */
#include <stdio.h>
#include <stdlib.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

static long long
now_ns(void)
{
	struct timespec at;

	(void)clock_gettime(CLOCK_MONOTONIC, &at);
	return at.tv_sec * 1000000000LL + at.tv_nsec;
}

int
main(int argc, char **argv)
{
	struct rusage usage;
	long long start = now_ns();
	int status = 0;
	pid_t pid;

	if (argc < 2 || (pid = fork()) < 0)
		return EXIT_FAILURE;
	if (pid == 0) {
		execvp(argv[1], argv + 1);
		_exit(127);
	}
	if (wait4(pid, &status, 0, &usage) != pid)
		return EXIT_FAILURE;
	dprintf(3, "%lld %ld %d\n", now_ns() - start, usage.ru_maxrss,
	    WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status));
	return EXIT_SUCCESS;
}
