/* SPDX-License-Identifier: BSD-2-Clause */
/* Which kexts the words of a launchd job name. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "kmutil-helpers/arena.h"
#include "kmutil-helpers/buf.h"
#include "kmutil-helpers/plist.h"
#include "uninstall/launchd_job.h"

#define A "/Library/Extensions/a.kext"
#define B "/Library/Extensions/b.kext"

#define PROGRAM(text) "<key>Program</key><string>" text "</string>"
#define ARGUMENTS(strings) "<key>ProgramArguments</key><array>" strings "</array>"
#define S(text) "<string>" text "</string>"
#define SCRIPT(text) ARGUMENTS(S("/bin/sh") S("-c") S(text))

/* What a job names: ids as they are, paths, "in " before a bundle in which a file
 * is named; one blank between two. */
static const struct row {
	const char *job, *named;
} rows[] = {
    {"", ""},
    {PROGRAM("/usr/local/bin/daemon"), ""},
    {ARGUMENTS(""), ""},
    {ARGUMENTS(S("/sbin/kextload") S(A)), A},
    {ARGUMENTS(S("/sbin/kextload") S(A) S(B) S(A "/")), A " " B},
    {ARGUMENTS(S("kextload") S("-b") S("com.a")), "com.a"},
    {ARGUMENTS(S("/usr/bin/kextutil") S("-bundle-id") S("com.a") S("-r") S("/Library")), "com.a"},
    {ARGUMENTS(S("/usr/bin/kmutil") S("load") S("-b") S("com.a") S("-b") S("com.b")),
	"com.a com.b"},
    {ARGUMENTS(S("kmutil") S("load") S("--bundle-identifier=com.a")), "com.a"},
    {ARGUMENTS(S("kmutil") S("load") S("--bundle-path=" A)), A},
    {ARGUMENTS(S("kmutil") S("load") S("-p") S(A)), A},
    {ARGUMENTS(S("kmutil") S("load") S("-b")), ""},
    {ARGUMENTS(S("kmutil") S("load") S("-b") S("")), ""},
    {ARGUMENTS(S("kmutil") S("showloaded") S("-b") S("com.a")), ""},
    {ARGUMENTS(S("/usr/bin/tool") S("-b") S("com.a")), ""},
    {PROGRAM("/usr/bin/kmutil") ARGUMENTS(S("x") S("load") S("-b") S("com.a")), "com.a"},
    {PROGRAM("/opt/tool") ARGUMENTS(S("kextload") S("-b") S("com.a")), ""},
    {ARGUMENTS(S("/usr/bin/sudo") S("/sbin/kextload") S("-b") S("com.a")), "com.a"},
    {ARGUMENTS(S("/sbin/kextunload") S(A)), ""},
    {ARGUMENTS(S("kmutil") S("unload") S("-p") S(A)), ""},
    {ARGUMENTS(S("/bin/rm") S("-rf") S(A)), ""},
    {ARGUMENTS(S("/bin/cp") S("-R") S("/opt/a.kext") S("/Library/Extensions/")), "/opt/a.kext"},
    {PROGRAM(A "/Contents/Resources/daemon"), "in " A},
    {ARGUMENTS(S(A "/Contents/Resources/load") S(A)), A},
    {ARGUMENTS(S("/sbin/kextload") S(A "/Contents/PlugIns/c.kext")), A "/Contents/PlugIns/c.kext"},
    {ARGUMENTS(S("/sbin/kextload") S("/Library/Application Support/V/a.kext")),
	"/Library/Application Support/V/a.kext"},
    {ARGUMENTS(S("/sbin/kextload") S("//private//var/a.kext")), "/private/var/a.kext"},
    {ARGUMENTS(S("/sbin/kextload") S("/var/a.kext")), "/private/var/a.kext"},
    {ARGUMENTS(S("/sbin/kextload") S("/opt/../a.kext")), "/opt/../a.kext"},
    {ARGUMENTS(S("/usr/bin/tool") S("/opt/.kext") S("/opt/a.kext.old") S("a.kext")), ""},
    {SCRIPT("/sbin/kextload " A), A},
    {SCRIPT("kextload " A "; kextload " B "&amp;"), A " " B},
    {SCRIPT("sleep 5 &amp;&amp; kmutil load -b 'com.a' >/dev/null"), "com.a"},
    {SCRIPT("kextunload " A "\nkextload -b com.b"), "com.b"},
    {SCRIPT("if kextstat; then rm -rf " A "; fi"), ""},
    {SCRIPT("until kextload " A "; do sleep 1; done"), A},
    {SCRIPT("kextload \"/Library/Application Support/a.kext\""),
	"/Library/Application Support/a.kext"},
    {SCRIPT("kextload /Library/Application\\ Support/a.kext"),
	"/Library/Application Support/a.kext"},
    {SCRIPT("kextload '/opt/it\\s \"a\".kext'"), "/opt/it\\s \"a\".kext"},
    {SCRIPT("kextload \"/opt/a.kext"), "/opt/a.kext"},
    {SCRIPT("echo -b com.a; kextload"), ""},
    {SCRIPT("kextload \\"), ""},
    {SCRIPT(""), ""},
    {ARGUMENTS(S("/usr/bin/env") S("bash") S("-l") S("-ec") S("kextload " A)), A},
    {ARGUMENTS(S("/bin/sh") S("/opt/load.sh") S("-c") S("/opt/a b.kext")), "/opt/a b.kext"},
    {ARGUMENTS(S("/bin/sh") S("-c") S("kextload \"$0\"") S(A)), A},
    {ARGUMENTS(S("/bin/sh") S("-c")), ""},
};

static int
read_job(struct arena *arena, const char *inner, struct launchd_job *job)
{
	const char *text = arena_printf(arena,
	    "<plist version=\"1.0\"><dict><key>Label</key><string>com.job</string>%s</dict>"
	    "</plist>",
	    inner);
	const struct plist *list;

	assert_int_equal(plist_parse(arena, text, strlen(text), &list, NULL), 0);
	return launchd_job_read(arena, list, job);
}

static void
a_job_names_kexts_by_id_and_by_path(void **state)
{
	struct arena *arena = arena_new(0);
	struct launchd_job job;
	size_t row, i;

	(void)state;
	for (row = 0; row < sizeof(rows) / sizeof(*rows); row++) {
		struct buf named = {0};

		assert_int_equal(read_job(arena, rows[row].job, &job), 0);
		assert_string_equal(job.label, "com.job");
		for (i = 0; i < job.count; i++)
			buf_printf(&named, "%s%s%s", i > 0 ? " " : "",
			    job.kexts[i].inside ? "in " : "",
			    job.kexts[i].path != NULL ? job.kexts[i].path
						      : job.kexts[i].bundle_id);
		if (strcmp(named.len > 0 ? named.bytes : "", rows[row].named) != 0)
			fail_msg("%s: %s", rows[row].job, named.len > 0 ? named.bytes : "nothing");
		buf_done(&named);
	}
	arena_free(arena);
}

static void
what_is_no_job_is_a_fault(void **state)
{
	static const char *const broken[] = {"<key>Program</key><array/>",
	    "<key>ProgramArguments</key><string>/sbin/kextload</string>",
	    ARGUMENTS(S("/sbin/kextload") "<integer>1</integer>")};
	static const char array[] = "<plist version=\"1.0\"><array/></plist>";
	struct arena *arena = arena_new(0);
	const struct plist *list;
	struct launchd_job job;
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(broken) / sizeof(*broken); i++)
		assert_int_equal(read_job(arena, broken[i], &job), -FAULT_TYPE);
	assert_int_equal(plist_parse(arena, array, sizeof(array) - 1, &list, NULL), 0);
	assert_int_equal(launchd_job_read(arena, list, &job), -FAULT_TYPE);
	assert_int_equal(job.count, 0);
	arena_free(arena);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(a_job_names_kexts_by_id_and_by_path),
	    cmocka_unit_test(what_is_no_job_is_a_fault),
	};

	return cmocka_run_group_tests_name("launchd_job", tests, NULL, NULL);
}
