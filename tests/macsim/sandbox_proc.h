/* SPDX-License-Identifier: BSD-2-Clause */
/* The processes of the sandbox: becoming one, answering one, ending all. */
#ifndef TESTS_MACSIM_SANDBOX_PROC_H
#define TESTS_MACSIM_SANDBOX_PROC_H

#include "tests/macsim/sandbox.h"

/* Without root's rights: a user namespace in which the wanted user is us. 0 or -errno, said. */
int sandbox_own_users(const struct sandbox *box);
/* Turns this process into the command; sends the listener through sock. */
_Noreturn void sandbox_become(const struct sandbox *box, int sock, pid_t parent);
/* Takes one question and answers it; true when everything has to die now. */
bool sandbox_answer(struct sandbox *box, int listener);
/* Kills and reaps every process below this one. */
void sandbox_kill_all(void);

#endif
