/* SPDX-License-Identifier: BSD-2-Clause */
/* OSSystemExtensionErrorDomain, as "Code=10" or "error 10". */
#include <stdlib.h>
#include <string.h>

#include "kmutil-helpers/sysext_error.h"

#include "kmutil-helpers/banned.h"

#define DOMAIN "OSSystemExtensionErrorDomain"
#define FARTHEST 12 /* from the domain to its number */

/* By number; the names are those of Apple's header. */
static const char *const meanings[] = {
    [1] = "macOS gives no reason; kextirpate doctor may find one in the log", /* unknown */
    [2] = "the app is not signed to install extensions; only its vendor can mend that",
    [3] = "macOS takes the app for one outside /Applications; move it there and open it once",
    [4] = "the app lacks it, or macOS holds an older one; restart, ask again, then install anew",
    [5] = "the extension has no bundle id; only its vendor can mend that",
    [6] = "the app holds two extensions of one bundle id; only its vendor can mend that",
    [7] = "macOS does not know that kind of extension; only its vendor can mend that",
    [8] = "its signature is not valid; install the app anew from its vendor",
    [9] = "macOS found the extension invalid; kextirpate doctor may find the reason in the log",
    [10] = "a profile forbids the extension; whoever manages this Mac allows it",
    [11] = "the request was cancelled; ask again",
    [12] = "another request came after it; look again, then ask again",
    [13] = "an administrator has to authorise it; ask again while one is there",
};

const char *
sysext_error_means(const char *text)
{
	const char *at = strstr(text, DOMAIN);
	size_t far;
	long number;

	if (at == NULL)
		return NULL;
	at += sizeof(DOMAIN) - 1;
	far = strcspn(at, "0123456789");
	if (far == 0 || far > FARTHEST || at[far] == '\0' || at[far - 1] == '-')
		return NULL;
	number = strtol(at + far, NULL, 10);
	return number < (long)(sizeof(meanings) / sizeof(*meanings)) ? meanings[number] : NULL;
}
