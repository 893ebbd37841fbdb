/* SPDX-License-Identifier: BSD-2-Clause */
/* What kmutil prints. Samples are verbatim excerpts; their sources stand above them. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "kmutil-helpers/fault.h"
#include "kmutil-helpers/kmutil_text.h"
#include "tests/unit/mangle.h"

/* HookCase issue 26, macOS 11.4; last row from a field report on 15.7.3 that cut
 * the UUID; the row before it from kextstat of macOS 10.13. */
static const char loaded[] =
    "kextstat\n"
    "Executing: /usr/bin/kmutil showloaded\n"
    "No variant specified, falling back to release\n"
    "Index Refs Address            Size       Wired      Name (Version) UUID <Linked Against>\n"
    "    1  146 0                  0          0          com.apple.kpi.bsd (20.4.0) "
    "068F99A3-1DB3-31C0-87D5-09942F122BB6 <>\n"
    "    9    2 0xffffff800330a000 0xe000     0xe000     com.apple.kec.Libm (1) "
    "526EF6DE-89A2-334E-A748-F37E33579C6F <5>\n"
    "   14    0 0xffffff7f80a89000 0x4000     0x4000     com.rehabman.driver.USBInjectAll "
    "(0.6.2) no UUID\n"
    "  134  0  0xffffff7f96a8c000  0x1ff5  0x1ff5  com.vgpu.framebuffer (1.0.0) 5CA4A9D4-...\n";

/* Project test that mirrors `kmutil inspect --show-kext-uuids -A` of macOS 26. */
static const char inspected[] =
    "auxiliary kext collection at /private/fixture.kc "
    "(00000000-0000-0000-0000-000000000000):\n"
    "Extension Information:\n"
    "com.zxystd.AirportItlwm\t2.4.0\t/private/AirportItlwm.kext\t"
    "(11111111-1111-1111-1111-111111111111)\n"
    "com.apple.driver.AppleMobileDevice\t4.0\t"
    "/Library/Apple/System/Library/Extensions/AppleMobileDevice.kext\t\n";

/* Field report on 15.7.3, Intel; TABs between the fields. */
static const char rebuilt[] =
    "Checking the auxiliary kernel collection...\n"
    "Attempting to add the following extensions (1):\n"
    "[+] com.vgpu.probe\t1.0.0\t/Library/Extensions/vgpuProbe.kext\n"
    "Attempting to remove the following extensions (1):\n"
    "[-] com.vgpu.probe\t1.0.0\t/private/tmp/vgpu-probe/build/vgpuProbe.kext\n"
    "Requesting user approval (times out in 60 seconds)...\n";
static const char removed[] = "Checking the auxiliary kernel collection...\n"
			      "Attempting to remove the following extensions (1):\n"
			      "[-] com.vgpu.probe\t1.0.0\t/Library/Extensions/vgpuProbe.kext\n"
			      "Requesting user approval (times out in 60 seconds)...\n";
static const char nobody[] = "Error Domain=com.apple.LocalAuthentication Code=-6 "
			     "\"Biometry is not available on this device.\"\n";
static const char reboot[] = "A system reboot is required for the operation to take effect\n";

static struct arena *arena;

static int
read_loaded(const char *text, struct kmutil_list *list)
{
	return kmutil_text_read_loaded(arena, text, strlen(text), list);
}

static int
read_inspect(const char *text, struct kmutil_list *list)
{
	return kmutil_text_read_inspect(arena, text, strlen(text), list);
}

static struct kmutil_rebuild
read_rebuild(const char *out, const char *more, const char *err, int status)
{
	struct spawn_result result = {.err = err, .err_len = strlen(err), .status = status};
	struct kmutil_rebuild rebuild;

	result.out = arena_printf(arena, "%s%s", out, more);
	result.out_len = strlen(result.out);
	kmutil_text_read_rebuild(arena, &result, &rebuild);
	return rebuild;
}

static void
loaded_reads_rows_among_banners(void **state)
{
	struct kmutil_list list;

	(void)state;
	assert_int_equal(read_loaded(loaded, &list), 0);
	assert_int_equal(list.count, 4);
	assert_string_equal(list.items[0].id, "com.apple.kpi.bsd");
	assert_string_equal(list.items[0].version, "20.4.0");
	assert_string_equal(list.items[0].uuid, "068F99A3-1DB3-31C0-87D5-09942F122BB6");
	assert_string_equal(list.items[2].id, "com.rehabman.driver.USBInjectAll");
	assert_null(list.items[2].uuid);
	assert_string_equal(list.items[3].id, "com.vgpu.framebuffer");
	assert_null(list.items[3].uuid);
}

static void
loaded_does_not_take_a_broken_row_for_absence(void **state)
{
	struct kmutil_list list;

	(void)state;
	assert_int_equal(read_loaded("    1  146 0 0 0 com.apple.kpi.bsd (20.4.0) <>\n"
				     "    2    0 0xff com.example\n",
			     &list),
	    -FAULT_OUTPUT);
	assert_int_equal(list.count, 1);
	assert_int_equal(list.not_understood, 1);
	assert_int_equal(read_loaded("\x01\xfe garbage\n", &list), -FAULT_OUTPUT);
}

static void
loaded_takes_banners_alone_as_an_empty_list(void **state)
{
	struct kmutil_list list;

	(void)state;
	assert_int_equal(read_loaded("", &list), 0);
	assert_int_equal(read_loaded("Executing: /usr/bin/kmutil showloaded --list-only\n"
				     "No variant specified, falling back to release\n",
			     &list),
	    0);
	assert_int_equal(list.count, 0);
}

static void
inspect_reads_members_and_collection(void **state)
{
	struct kmutil_list list;

	(void)state;
	assert_int_equal(read_inspect(inspected, &list), 0);
	assert_int_equal(list.count, 2);
	assert_string_equal(list.aux_path, "/private/fixture.kc");
	assert_string_equal(list.aux_uuid, "00000000-0000-0000-0000-000000000000");
	assert_string_equal(list.items[0].id, "com.zxystd.AirportItlwm");
	assert_string_equal(list.items[0].version, "2.4.0");
	assert_string_equal(list.items[0].path, "/private/AirportItlwm.kext");
	assert_string_equal(list.items[0].uuid, "11111111-1111-1111-1111-111111111111");
	assert_string_equal(list.items[0].collection, "auxiliary");
	assert_null(list.items[1].uuid);
}

static void
inspect_reads_rows_with_blanks_for_tabs(void **state)
{
	struct kmutil_list list;

	(void)state;
	assert_int_equal(
	    read_inspect("com.example.a  1.0  /Library/Extensions/My Card.kext\n", &list), 0);
	assert_string_equal(list.items[0].version, "1.0");
	assert_string_equal(list.items[0].path, "/Library/Extensions/My Card.kext");
	assert_int_equal(
	    read_inspect("what is /Library/Extensions/A.kext\n", &list), -FAULT_OUTPUT);
}

static void
rebuild_reads_both_lists_and_sees_that_they_do_not_converge(void **state)
{
	struct kmutil_rebuild r = read_rebuild(rebuilt, reboot, "", 0);

	(void)state;
	assert_int_equal(r.outcome, KMUTIL_NEEDS_RESTART);
	assert_true(r.asked);
	assert_false(r.converges);
	assert_int_equal(r.added.count, 1);
	assert_int_equal(r.removed.count, 1);
	assert_string_equal(r.added.items[0].path, "/Library/Extensions/vgpuProbe.kext");
	assert_string_equal(r.removed.items[0].version, "1.0.0");
	assert_string_equal(
	    r.message, "A system reboot is required for the operation to take effect");
}

static void
rebuild_needs_a_restart_by_text_or_status(void **state)
{
	(void)state;
	assert_int_equal(read_rebuild(removed, reboot, "", 0).outcome, KMUTIL_NEEDS_RESTART);
	assert_int_equal(read_rebuild(removed, reboot, "", 28).outcome, KMUTIL_NEEDS_RESTART);
	assert_int_equal(read_rebuild(removed, "", "", 28).outcome, KMUTIL_NEEDS_RESTART);
	assert_true(read_rebuild(removed, reboot, "", 0).converges);
}

static void
rebuild_does_not_take_silence_for_success(void **state)
{
	struct spawn_result late = {.out = removed,
	    .out_len = sizeof(removed) - 1,
	    .err = "",
	    .status = -1,
	    .timed_out = true};
	struct kmutil_rebuild r;

	(void)state;
	assert_int_equal(read_rebuild("", "", "", 0).outcome, KMUTIL_NOT_UNDERSTOOD);
	assert_int_equal(read_rebuild(removed, "", "", 0).outcome, KMUTIL_NOT_UNDERSTOOD);
	assert_int_equal(read_rebuild("", "", "", 1).outcome, KMUTIL_NOT_UNDERSTOOD);
	kmutil_text_read_rebuild(arena, &late, &r);
	assert_int_equal(r.outcome, KMUTIL_TIMED_OUT);
	assert_true(r.cut_off);
	assert_int_equal(r.removed.count, 1);
}

static void
rebuild_tells_nobody_from_a_refusal(void **state)
{
	struct kmutil_rebuild r = read_rebuild(removed, "", nobody, 250);

	(void)state;
	assert_int_equal(r.outcome, KMUTIL_NOBODY);
	assert_string_equal(r.message, "Biometry is not available on this device.");
	assert_int_equal(read_rebuild(removed, nobody, "", 250).outcome, KMUTIL_NOBODY);
	assert_int_equal(read_rebuild(removed, "", "", 250).outcome, KMUTIL_NOBODY);
	r = read_rebuild(removed, "",
	    "Error Domain=com.apple.LocalAuthentication Code=-2 \"Canceled by user.\"\n", 254);
	assert_int_equal(r.outcome, KMUTIL_REFUSED);
	assert_int_equal(read_rebuild(removed, "", "", 254).outcome, KMUTIL_REFUSED);
	assert_int_equal(read_rebuild("", "", "", 27).outcome, KMUTIL_REFUSED);
}

/* A request that timed out was not seen: by LAError's codes, or by the minute. */
static void
rebuild_tells_a_timeout_from_a_refusal(void **state)
{
	struct spawn_result quick = {.out = removed,
	    .out_len = sizeof(removed) - 1,
	    .err = "",
	    .status = 1,
	    .took_ms = 4000};
	struct kmutil_rebuild r;

	(void)state;
	kmutil_text_read_rebuild(arena, &quick, &r);
	assert_int_equal(r.outcome, KMUTIL_REFUSED);
	quick.took_ms = 60100;
	kmutil_text_read_rebuild(arena, &quick, &r);
	assert_int_equal(r.outcome, KMUTIL_TIMED_OUT);
}

/* Texts that LocalAuthentication gave other programs (docs/facts.md#local-authentication). */
static void
rebuild_reads_the_errors_of_authentication(void **state)
{
	static const struct {
		const char *err;
		int status;
		enum kmutil_outcome outcome;
	} rows[] = {
	    {"Code=-1004 \"Can't show UI while not in a console session\"", 20, KMUTIL_NOBODY},
	    {"Code=-1000 \"UI activation timed out after 5 seconds\"", 24, KMUTIL_NOBODY},
	    {"Code=-9 \"Invalidated by client.\" UserInfo={}", 247, KMUTIL_TIMED_OUT},
	    {"Code=-4 \"System authentication is running.\" UserInfo={BiometryType=1}", 252,
		KMUTIL_TIMED_OUT},
	    {"Code=-2 \"Canceled by user.\" UserInfo={}", 254, KMUTIL_REFUSED},
	    {"Code=-1 \"Application retry limit exceeded.\"", 255, KMUTIL_REFUSED},
	};
	char err[160];
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(rows) / sizeof(*rows); i++) {
		(void)snprintf(err, sizeof(err), "Error Domain=com.apple.LocalAuthentication %s\n",
		    rows[i].err);
		assert_int_equal(
		    read_rebuild(removed, "", err, rows[i].status).outcome, rows[i].outcome);
	}
}

static void
rebuild_knows_no_changes_and_no_such_verb(void **state)
{
	(void)state;
	assert_int_equal(read_rebuild("Checking the auxiliary kernel collection...\n",
			     "No changes detected\n", "", 0)
			     .outcome,
	    KMUTIL_NO_CHANGES);
	assert_int_equal(read_rebuild("", "", "Error: Unexpected argument 'rebuild'\n", 64).outcome,
	    KMUTIL_NO_SUCH_VERB);
}

static void
rebuild_names_the_kext_that_stands_in_the_way(void **state)
{
	/* AlpsHID issue 14, Turbo-Boost-Switcher issue 168, macfuse issue 1125, and a
	 * field report on 15.7.3, each shortened to its text. */
	static const struct {
		const char *err;
		int status;
		const char *kext, *path;
	} rows[] = {
	    {"Error Domain=KMErrorDomain Code=29 \"Authenticating extension failed: Kext "
	     "com.example.alps v1 in executable kext bundle com.example.alps at "
	     "/private/var/db/KernelExtensionManagement/Staging/com.example.alps.x1y2z3/A.kext:\n\n"
	     "Bad code signature\" UserInfo={NSLocalizedDescription=x}\n",
		29, "com.example.alps",
		"/private/var/db/KernelExtensionManagement/Staging/com.example.alps.x1y2z3/A.kext"},
	    {"Error Domain=KMErrorDomain Code=31 \"Error occurred while building a collection: in "
	     "'/Library/StagedExtensions/Library/Extensions/endpointKbase.kext/Contents/MacOS/"
	     "endpointKbase' missing __TEXT segment\"\n",
		31, NULL, "/Library/StagedExtensions/Library/Extensions/endpointKbase.kext"},
	    {"Error Domain=KMErrorDomain Code=71 \"Could not find: Extension with identifier "
	     "'com.apple.driver.AppleKIS' not found\" UserInfo={}\n",
		71, "com.apple.driver.AppleKIS", NULL},
	    {"Error Domain=KMErrorDomain Code=27 \"Extension with identifiers com.vgpu.probe not "
	     "approved to load. Please approve using System Settings.\" UserInfo={}\n",
		27, "com.vgpu.probe", NULL},
	};
	struct kmutil_rebuild r;
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(rows) / sizeof(*rows); i++) {
		r = read_rebuild(removed, "", rows[i].err, rows[i].status);
		assert_int_equal(r.outcome, KMUTIL_BUILD_FAILED);
		if (rows[i].kext != NULL)
			assert_string_equal(r.bad_kext, rows[i].kext);
		else
			assert_null(r.bad_kext);
		if (rows[i].path != NULL)
			assert_string_equal(r.bad_path, rows[i].path);
		else
			assert_null(r.bad_path);
	}
}

static void
log_is_busy_by_process_not_by_filter(void **state)
{
	static const char quiet[] =
	    "Filtering the log data using \"process == \"kernelmanagerd\" OR sender == kmutil\"\n"
	    "Timestamp                       Thread     Type        Activity             PID    "
	    "TTL\n"
	    "2025-10-04 10:00:00.000000+0000 0x1 Default 0x0 99 0 kmutil: (KernelManagement) x\n";
	static const char busy[] =
	    "2025-10-04 10:00:00.000000+0000 0x1 Default 0x0 99 0 kernelmanagerd: (x) y\n";
	static const char helper[] =
	    "2025-10-04 10:00:00.000 Df kernelmanager_helper[99:1] [x] y\n";

	(void)state;
	assert_false(kmutil_text_is_busy(quiet, sizeof(quiet) - 1));
	assert_true(kmutil_text_is_busy(busy, sizeof(busy) - 1));
	assert_true(kmutil_text_is_busy(helper, sizeof(helper) - 1));
}

/* Each prefix stands in memory of exactly its size, so that a sanitizer sees one
 * byte too far. */
static void
every_prefix_is_read_without_harm(void **state)
{
	const char *const texts[] = {loaded, inspected, rebuilt, nobody};
	struct kmutil_rebuild rebuild;
	struct kmutil_list list;
	size_t i, len;
	char *copy;

	(void)state;
	for (i = 0; i < 4; i++)
		for (len = 1; len <= strlen(texts[i]); len++) {
			struct arena *small = arena_new(0);
			struct spawn_result result = {.out_len = len, .err_len = len};

			copy = malloc(len);
			assert_non_null(copy);
			memcpy(copy, texts[i], len);
			result.out = result.err = copy;
			(void)!kmutil_text_read_loaded(small, copy, len, &list);
			(void)!kmutil_text_read_inspect(small, copy, len, &list);
			kmutil_text_read_rebuild(small, &result, &rebuild);
			(void)kmutil_text_is_busy(copy, len);
			free(copy);
			arena_free(small);
		}
}

static void
texts_take(struct arena *own, const void *bytes, size_t len, void *payload)
{
	struct spawn_result result = {.out_len = len, .err_len = len, .out = bytes, .err = bytes};
	struct kmutil_rebuild rebuild;
	struct kmutil_list list = {0};
	int rc = kmutil_text_read_loaded(own, bytes, len, &list);

	(void)payload;
	assert_true(rc == -FAULT_OUTPUT || (rc == 0 && list.not_understood == 0));
	list = (struct kmutil_list){0};
	rc = kmutil_text_read_inspect(own, bytes, len, &list);
	assert_true(rc == -FAULT_OUTPUT || (rc == 0 && list.not_understood == 0));
	kmutil_text_read_rebuild(own, &result, &rebuild);
	assert_true(rebuild.outcome < KMUTIL_OUTCOME_COUNT);
	(void)kmutil_text_is_busy(bytes, len);
}

static void
mangled_texts_are_read_without_harm(void **state)
{
	(void)state;
	mangle_text("kmutil showloaded", loaded, texts_take, NULL);
	mangle_text("kmutil inspect", inspected, texts_take, NULL);
	mangle_text("kmutil rebuild", rebuilt, texts_take, NULL);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(loaded_reads_rows_among_banners),
	    cmocka_unit_test(loaded_does_not_take_a_broken_row_for_absence),
	    cmocka_unit_test(loaded_takes_banners_alone_as_an_empty_list),
	    cmocka_unit_test(inspect_reads_members_and_collection),
	    cmocka_unit_test(inspect_reads_rows_with_blanks_for_tabs),
	    cmocka_unit_test(rebuild_reads_both_lists_and_sees_that_they_do_not_converge),
	    cmocka_unit_test(rebuild_needs_a_restart_by_text_or_status),
	    cmocka_unit_test(rebuild_does_not_take_silence_for_success),
	    cmocka_unit_test(rebuild_tells_nobody_from_a_refusal),
	    cmocka_unit_test(rebuild_tells_a_timeout_from_a_refusal),
	    cmocka_unit_test(rebuild_reads_the_errors_of_authentication),
	    cmocka_unit_test(rebuild_knows_no_changes_and_no_such_verb),
	    cmocka_unit_test(rebuild_names_the_kext_that_stands_in_the_way),
	    cmocka_unit_test(log_is_busy_by_process_not_by_filter),
	    cmocka_unit_test(every_prefix_is_read_without_harm),
	    cmocka_unit_test(mangled_texts_are_read_without_harm),
	};
	int failed;

	arena = arena_new(0);
	failed = cmocka_run_group_tests(tests, NULL, NULL);
	arena_free(arena);
	return failed;
}
