/* SPDX-License-Identifier: BSD-2-Clause */
/* The seccomp program: which calls ask the supervisor. */
#include <errno.h>
#include <fcntl.h>
#include <linux/audit.h>
#include <linux/filter.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "tests/macsim/sandbox.h"

#ifdef __x86_64__
#define NATIVE_ARCH AUDIT_ARCH_X86_64
#else
#define NATIVE_ARCH AUDIT_ARCH_AARCH64
#endif
#ifndef SECCOMP_FILTER_FLAG_WAIT_KILLABLE_RECV
#define SECCOMP_FILTER_FLAG_WAIT_KILLABLE_RECV (1UL << 5)
#endif

enum { FILTER_MAX = 512, WRITE_FLAGS = O_WRONLY | O_RDWR | O_CREAT | O_TRUNC };

struct program {
	struct sock_filter code[FILTER_MAX];
	unsigned short len;
};

static void
emit(struct program *p, int code, unsigned jt, unsigned jf, unsigned k)
{
	p->code[p->len++] =
	    (struct sock_filter){(unsigned short)code, (unsigned char)jt, (unsigned char)jf, k};
}

static void
emit_call(struct program *p, const struct sandbox_call *call, bool reads)
{
	unsigned answer = SECCOMP_RET_USER_NOTIF;
	bool flagged = call->op == OP_OPEN && call->flags >= 0 && !reads;

	if (call->op == OP_REFUSE)
		answer = SECCOMP_RET_ERRNO | (unsigned)call->error;
	emit(p, BPF_JMP | BPF_JEQ | BPF_K, 0, flagged ? 4 : 1, (unsigned)call->nr);
	if (flagged) {
		emit(p, BPF_LD | BPF_W | BPF_ABS, 0, 0,
		    (unsigned)(offsetof(struct seccomp_data, args) + 8 * (size_t)call->flags));
		emit(p, BPF_JMP | BPF_JSET | BPF_K, 1, 0, WRITE_FLAGS);
		emit(p, BPF_RET | BPF_K, 0, 0, SECCOMP_RET_ALLOW);
	}
	emit(p, BPF_RET | BPF_K, 0, 0, answer);
}

enum sandbox_asks
sandbox_asks(const struct sandbox *box)
{
	const struct sandbox_request *r = box->request;

	char slow[SANDBOX_PATH];
	long delay_ms;

	return (r->count || r->kill_at || r->fail_at || r->calls ? ASKS_WRITES : 0) |
	       (sandbox_unreadable(box) || r->signal_at ? ASKS_READS : 0) |
	       (sandbox_slow(box, slow, &delay_ms) ? ASKS_READS | ASKS_LOOKS : 0) |
	       (sandbox_free(box) >= 0 ? ASKS_SPACE : 0) |
	       (r->programs || r->signal_at ? ASKS_STARTS : 0);
}

static bool
is_asked(const struct sandbox_call *call, enum sandbox_asks asks)
{
	switch (call->op) {
	case OP_FD_WRITE:
		return asks & ASKS_WRITES;
	case OP_SPACE:
		return asks & ASKS_SPACE;
	case OP_START:
		return asks & ASKS_STARTS;
	case OP_LOOK:
	case OP_FD_READ:
	case OP_ALARM:
		return asks & ASKS_LOOKS;
	default:
		return true;
	}
}

int
sandbox_filter_install(enum sandbox_asks asks)
{
	struct program p = {.len = 0};
	struct sock_fprog prog;
	long fd;

	emit(&p, BPF_LD | BPF_W | BPF_ABS, 0, 0, offsetof(struct seccomp_data, arch));
	emit(&p, BPF_JMP | BPF_JEQ | BPF_K, 1, 0, NATIVE_ARCH);
	emit(&p, BPF_RET | BPF_K, 0, 0, SECCOMP_RET_ERRNO | ENOSYS);
	emit(&p, BPF_LD | BPF_W | BPF_ABS, 0, 0, offsetof(struct seccomp_data, nr));
	for (size_t i = 0; i < sandbox_calls_len; i++)
		if (is_asked(&sandbox_calls[i], asks))
			emit_call(&p, &sandbox_calls[i], asks & ASKS_READS);
	emit(&p, BPF_RET | BPF_K, 0, 0, SECCOMP_RET_ALLOW);
	prog = (struct sock_fprog){p.len, p.code};
	if (prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0))
		return -errno;
	fd = syscall(SYS_seccomp, SECCOMP_SET_MODE_FILTER,
	    SECCOMP_FILTER_FLAG_NEW_LISTENER | SECCOMP_FILTER_FLAG_WAIT_KILLABLE_RECV, &prog);
	if (fd < 0 && errno == EINVAL)
		fd = syscall(
		    SYS_seccomp, SECCOMP_SET_MODE_FILTER, SECCOMP_FILTER_FLAG_NEW_LISTENER, &prog);
	return fd < 0 ? -errno : (int)fd;
}
