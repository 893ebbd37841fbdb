/* SPDX-License-Identifier: BSD-2-Clause */
/* Errors of a request for an extension, as apps print them. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "kmutil-helpers/sysext_error.h"

static const struct {
	const char *text, *begins; /* NULL: nothing is said */
} rows[] = {
    /* Karabiner's manager, and a log line of Santa's. */
    {"request of a.b is failed with error: The operation couldn\xe2\x80\x99t be completed. "
     "(OSSystemExtensionErrorDomain error 8.)",
	"its signature is not valid"},
    {"SystemExtension \"com.google.santa.daemon\" request did fail: Error "
     "Domain=OSSystemExtensionErrorDomain Code=10 \"(null)\"",
	"a profile forbids the extension"},
    {"OSSystemExtensionErrorDomain error 1", "macOS gives no reason"},
    {"OSSystemExtensionErrorDomain error 13", "an administrator"},
    {"OSSystemExtensionErrorDomain error 0", NULL},
    {"OSSystemExtensionErrorDomain error 14", NULL},
    {"OSSystemExtensionErrorDomain error -3", NULL},
    {"OSSystemExtensionErrorDomain error 99999999999999999999", NULL},
    {"OSSystemExtensionErrorDomain", NULL},
    {"OSSystemExtensionErrorDomain of which nothing more is said, 3", NULL},
    {"NSCocoaErrorDomain Code=4099", NULL},
    {"", NULL},
};

static void
an_error_is_told_in_words(void **state)
{
	const char *means;
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(rows) / sizeof(*rows); i++) {
		means = sysext_error_means(rows[i].text);
		print_message("# %s\n", rows[i].text);
		if (rows[i].begins == NULL) {
			assert_null(means);
			continue;
		}
		assert_non_null(means);
		assert_int_equal(strncmp(means, rows[i].begins, strlen(rows[i].begins)), 0);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {cmocka_unit_test(an_error_is_told_in_words)};

	return cmocka_run_group_tests_name("sysext_error", tests, NULL, NULL);
}
