/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Deadline: a command that nobody watches ends itself, whatever it waits for. The tools
 * that it asks have limits of their own; a read from a volume that does not answer has
 * none. To end anywhere is safe: the ledger comes before each act.
 */
#ifndef MIGRATE_DEADLINE_H
#define MIGRATE_DEADLINE_H

/* After that time the process ends with the status and this line on stderr, which has to
 * stay valid. Once in a process. */
void deadline_set(unsigned int seconds, const char *line, int status);

#endif
