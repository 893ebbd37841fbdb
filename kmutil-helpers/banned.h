/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Calls that have no place in a program that runs as root. Included last: the
 * names may stand in system headers, never in our code.
 */
#ifndef KMUTIL_HELPERS_BANNED_H
#define KMUTIL_HELPERS_BANNED_H

/* Apple's headers define some of them as macros. */
#undef strcpy
#undef strcat
#undef sprintf
#undef vsprintf

#pragma GCC poison system popen strcpy strcat sprintf vsprintf strtok mktemp tmpnam gets

#endif
