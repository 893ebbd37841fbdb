/* SPDX-License-Identifier: BSD-2-Clause */
/* The texts of sw_vers, sysctl, csrutil, bputil and stat. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "kmutil-helpers/fault.h"
#include "kmutil-helpers/tool_console.h"
#include "kmutil-helpers/tool_host.h"
#include "tests/unit/mangle.h"

static const char sw_vers[] =
    "ProductName:\t\tmacOS\nProductVersion:\t\t15.7.3\nBuildVersion:\t\t24G419\n";
static const char sysctl_apple[] =
    "kern.osversion: 24G419\n"
    "kern.bootsessionuuid: 5F2B7E1C-0B53-4B0E-8E44-4A6E3B0B8C11\n"
    "kern.safeboot: 0\n"
    "kern.bootobjectspath: /AAAAAAAA-0000-0000-0000-000000000000/boot/ABCDEF\n"
    "kern.kernelcacheuuid: 11111111-1111-1111-1111-111111111111\n"
    "hw.optional.arm64: 1\n"
    "kern.auxiliaryfilesetuuid: 22222222-2222-2222-2222-222222222222\n"
    "kern.osversion: 24G419\n";
/* Rows as in the test data of kolide/launcher, with two words changed where named. */
static const char bputil[] = "Local policy for volume group 00000000-0000-0000-0000-000000000000:\n"
			     "OS environment:\n"
			     "OS Type                                       : macOS\n"
			     "User Authorized Kext List Hash          (auxp): absent\n"
			     "Auxiliary Kernel Cache Image4 Hash      (auxi): absent\n"
			     "Kext Receipt Hash                       (auxr): 0123ABCD\n"
			     "CustomKC or fuOS Image4 Hash            (coih): absent\n"
			     "Security Mode:               Full       (smb0): absent\n"
			     "3rd Party Kexts Status:      Disabled   (smb2): absent\n"
			     "User-allowed MDM Control:    Disabled   (smb3): absent\n"
			     "DEP-allowed MDM Control:     Disabled   (smb4): absent\n"
			     "SIP Status:                  Enabled    (sip0): absent\n";
static const char csrutil[] = "System Integrity Protection status: enabled.\n";

static struct arena *arena;

static bool
read_sysctl(const char *text, struct host *host)
{
	bool complete;

	*host = (struct host){0};
	host_text_read_sysctl(arena, text, strlen(text), host, &complete);
	return complete;
}

static void
macos_major_comes_from_the_build(void **state)
{
	static const struct {
		const char *build;
		int macos;
	} rows[] = {{"20G1427", 11}, {"21H1320", 12}, {"22G120", 13}, {"23G93", 14}, {"24A335", 15},
	    {"25C56", 26}, {"26A1", 27}, {"19H15", 0}, {"", 0}, {"x", 0}, {"24", 0}};
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(rows) / sizeof(*rows); i++)
		assert_int_equal(host_macos_of_build(rows[i].build), rows[i].macos);
}

static void
sw_vers_tells_version_and_build(void **state)
{
	struct host host = {0};

	(void)state;
	host_text_read_sw_vers(arena, sw_vers, sizeof(sw_vers) - 1, &host);
	assert_string_equal(host.product_version, "15.7.3");
	assert_string_equal(host.build, "24G419");
	assert_int_equal(host.macos, 15);
}

static void
sysctl_of_apple_silicon_is_read(void **state)
{
	struct host host;

	(void)state;
	assert_true(read_sysctl(sysctl_apple, &host));
	assert_int_equal(host.chip, HOST_CHIP_APPLE);
	assert_int_equal(host.safe_mode, HOST_NO);
	assert_true(host.aux_told);
	assert_string_equal(host.aux_kc_uuid, "22222222-2222-2222-2222-222222222222");
	assert_string_equal(host.base_kc_uuid, "11111111-1111-1111-1111-111111111111");
	assert_string_equal(
	    host.boot_objects_path, "/AAAAAAAA-0000-0000-0000-000000000000/boot/ABCDEF");
}

static void
sysctl_without_a_name_is_an_answer(void **state)
{
	struct host host;

	(void)state;
	assert_true(read_sysctl("kern.osversion: 24G419\nkern.safeboot: 1\n"
				"kern.osversion: 24G419\n",
	    &host));
	assert_int_equal(host.chip, HOST_CHIP_INTEL);
	assert_int_equal(host.safe_mode, HOST_YES);
	assert_true(host.aux_told);
	assert_null(host.aux_kc_uuid);
}

static void
sysctl_that_stopped_early_proves_no_absence(void **state)
{
	struct host host;

	(void)state;
	assert_false(read_sysctl("kern.osversion: 24G419\nkern.safeboot: 0\n", &host));
	assert_int_equal(host.chip, HOST_CHIP_UNKNOWN);
	assert_false(host.aux_told);
}

static void
csrutil_is_enabled_disabled_or_custom(void **state)
{
	static const char custom[] =
	    "System Integrity Protection status: unknown (Custom "
	    "Configuration).\n\nConfiguration:\n\tKext Signing: disabled\n";
	struct host host = {0};

	(void)state;
	host_text_read_csrutil(arena, csrutil, sizeof(csrutil) - 1, &host);
	assert_string_equal(host.sip, "enabled");
	host_text_read_csrutil(arena, custom, sizeof(custom) - 1, &host);
	assert_string_equal(host.sip, "custom");
	host_text_read_csrutil(arena, "", 0, &host);
	assert_null(host.sip);
}

static void
bputil_tells_policy_and_sealed_rows(void **state)
{
	static const char reduced[] = "Security Mode:               Permissive (smb0 && smb1): 1\n"
				      "3rd Party Kexts Status:      Enabled    (smb2): 1\n";
	struct host host = {0};

	(void)state;
	host_text_read_bputil(arena, bputil, sizeof(bputil) - 1, &host);
	assert_int_equal(host.auxp, HOST_NO);
	assert_int_equal(host.auxi, HOST_NO);
	assert_int_equal(host.auxr, HOST_YES);
	assert_string_equal(host.security_mode, "full");
	assert_int_equal(host.third_party_kexts, HOST_NO);
	assert_int_equal(host.mdm_control, HOST_NO);
	host_text_read_bputil(arena, reduced, sizeof(reduced) - 1, &host);
	assert_string_equal(host.security_mode, "permissive");
	assert_int_equal(host.third_party_kexts, HOST_YES);
}

#define HASH "0123456789ABCDEF0123456789ABCDEF0123456789ABCDEF"
#define POLICY(group, hash, seal, mode)                                                            \
	"Local policy for volume group " group ":\nOS environment:\n"                              \
	"Next Stage Image4 Hash                  (nsih): " hash "\n"                               \
	"User Authorized Kext List Hash          (auxp): " seal "\n"                               \
	"Auxiliary Kernel Cache Image4 Hash      (auxi): " seal "\n"                               \
	"Kext Receipt Hash                       (auxr): " seal "\n"                               \
	"Security Mode:               " mode "       (smb0): absent\n"

static void
bputil_tells_the_policy_of_this_boot(void **state)
{
	static const char two[] = "Use at your own risk!\n\n" POLICY(
	    "BBBBBBBB-0000-0000-0000-000000000000", "00" HASH, "absent", "Full")
	    POLICY("AAAAAAAA-0000-0000-0000-000000000000", HASH, "ABCD", "Reduced")
		POLICY("CCCCCCCC-0000-0000-0000-000000000000", "11" HASH, "absent", "Full");
	static const struct {
		const char *path;
		enum host_answer seal;
		const char *mode;
	} rows[] = {{"/AAAAAAAA-0000-0000-0000-000000000000/boot/x", HOST_YES, "reduced"},
	    {"/x/boot/" HASH, HOST_YES, "reduced"}, {"/x/boot/00" HASH, HOST_NO, "full"},
	    {"/CCCCCCCC-0000-0000-0000-000000000000/boot/x", HOST_NO, "full"},
	    {"/x/boot/y", HOST_YES, "full"}, {NULL, HOST_YES, "full"}};
	struct host host;
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(rows) / sizeof(*rows); i++) {
		host = (struct host){.boot_objects_path = rows[i].path, .auxp = HOST_NO};
		host_text_read_bputil(arena, two, sizeof(two) - 1, &host);
		assert_int_equal(host.auxp, rows[i].seal);
		assert_int_equal(host.auxi, rows[i].seal);
		assert_int_equal(host.auxr, rows[i].seal);
		assert_string_equal(host.security_mode, rows[i].mode);
	}
}

static void
console_is_a_person_or_nobody(void **state)
{
	struct console console;

	(void)state;
	assert_int_equal(console_text_read(arena, "anna 501\n", 9, &console), 0);
	assert_string_equal(console.user, "anna");
	assert_int_equal(console.uid, 501);
	assert_int_equal(console_text_read(arena, "root 0\n", 7, &console), 0);
	assert_null(console.user);
	assert_int_equal(console_text_read(arena, "_mbsetupuser 248\n", 17, &console), 0);
	assert_null(console.user);
	assert_int_equal(console_text_read(arena, "anna\n", 5, &console), -FAULT_OUTPUT);
	assert_int_equal(console_text_read(arena, "", 0, &console), -FAULT_OUTPUT);
}

#define SESSION(number, name, uid, at_screen)                                                      \
	"    " number " : <dictionary> {\n      kCGSSessionAuditIDKey : 100099\n"                  \
	"      kCGSSessionOnConsoleKey : " at_screen "\n      kCGSSessionUserIDKey : " uid         \
	"\n      kCGSSessionUserNameKey : " name                                                   \
	"\n      kCGSessionLongUserNameKey : A B\n    }\n"
#define ANSWER(name, uid, sessions)                                                                \
	"<dictionary> {\n  GID : 20\n  Name : " name "\n" sessions "  UID : " uid "\n}\n"
#define SESSIONS(list) "  SessionInfo : <array> {\n" list "  }\n"

/* Public text src-218566304, and what follows from it. */
static const struct {
	const char *text, *user; /* NULL: nobody */
	int fault;
} answers[] = {
    {ANSWER("jandoe", "501",
	 SESSIONS(SESSION("0", "jandoe", "501", "TRUE") SESSION("1", "jrdoe", "502", "FALSE"))),
	"jandoe", 0},
    {ANSWER("loginwindow", "0", SESSIONS(SESSION("0", "jrdoe", "502", "FALSE"))), "jrdoe", 0},
    {ANSWER("loginwindow", "0",
	 SESSIONS(SESSION("0", "root", "0", "TRUE") SESSION("1", "jrdoe", "502", "FALSE"))),
	"jrdoe", 0},
    {ANSWER("loginwindow", "0", ""), NULL, 0},
    {ANSWER("loginwindow", "0", SESSIONS(SESSION("0", "_mbsetupuser", "248", "TRUE"))), NULL, 0},
    {ANSWER("jandoe", "501", ""), "jandoe", 0},
    {"  No such key\n", NULL, 0},
    {"", NULL, -FAULT_OUTPUT},
    {"garbage\n", NULL, -FAULT_OUTPUT},
    {"<dictionary> {\n  Name : loginwindow\n", NULL, -FAULT_OUTPUT},
    {"}\n", NULL, -FAULT_OUTPUT},
};

static void
a_person_behind_the_screen_is_logged_in(void **state)
{
	const char *user;
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(answers) / sizeof(*answers); i++) {
		print_message("# answer %zu\n", i);
		assert_int_equal(
		    sessions_text_read(arena, answers[i].text, strlen(answers[i].text), &user),
		    answers[i].fault);
		if (answers[i].user != NULL)
			assert_string_equal(user, answers[i].user);
		else if (answers[i].fault == 0)
			assert_null(user);
	}
}

static void
every_prefix_is_read_without_harm(void **state)
{
	const char *const texts[] = {sw_vers, sysctl_apple, csrutil, bputil};
	struct console console;
	const char *user;
	bool complete;
	size_t i, len;
	char *copy;

	(void)state;
	for (i = 0; i < 4; i++)
		for (len = 1; len <= strlen(texts[i]); len++) {
			struct arena *small = arena_new(0);
			struct host host = {0};

			copy = malloc(len);
			assert_non_null(copy);
			memcpy(copy, texts[i], len);
			host_text_read_sw_vers(small, copy, len, &host);
			host_text_read_sysctl(small, copy, len, &host, &complete);
			host_text_read_csrutil(small, copy, len, &host);
			host_text_read_bputil(small, copy, len, &host);
			(void)!console_text_read(small, copy, len, &console);
			(void)!sessions_text_read(small, copy, len, &user);
			free(copy);
			arena_free(small);
		}
}

static void
host_take(struct arena *own, const void *bytes, size_t len, void *payload)
{
	struct console console;
	struct host host = {0};
	bool complete;

	(void)payload;
	host_text_read_sw_vers(own, bytes, len, &host);
	host_text_read_sysctl(own, bytes, len, &host, &complete);
	host_text_read_csrutil(own, bytes, len, &host);
	host_text_read_bputil(own, bytes, len, &host);
	(void)!console_text_read(own, bytes, len, &console);
}

static void
mangled_texts_are_read_without_harm(void **state)
{
	(void)state;
	mangle_text("sw_vers", sw_vers, host_take, NULL);
	mangle_text("sysctl", sysctl_apple, host_take, NULL);
	mangle_text("bputil", bputil, host_take, NULL);
	mangle_text("console", "person 501\n", host_take, NULL);
}

static void
builds_are_older_by_number_letter_number(void **state)
{
	static const struct {
		const char *build, *than;
		bool older;
	} rows[] = {{"22G120", "24G222", true}, {"24G222", "22G120", false},
	    {"24F74", "24G84", true}, {"24G84", "24F999", false}, {"24G84", "24G222", true},
	    {"24G222", "24G84", false}, {"24G84", "24G84", false}, {"22E772610a", "22E261", false},
	    {"", "24G84", true}, {"24", "24G84", true}, {"9A581", "10A432", true}};
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(rows) / sizeof(*rows); i++)
		assert_int_equal(host_build_is_older(rows[i].build, rows[i].than), rows[i].older);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(builds_are_older_by_number_letter_number),
	    cmocka_unit_test(macos_major_comes_from_the_build),
	    cmocka_unit_test(sw_vers_tells_version_and_build),
	    cmocka_unit_test(sysctl_of_apple_silicon_is_read),
	    cmocka_unit_test(sysctl_without_a_name_is_an_answer),
	    cmocka_unit_test(sysctl_that_stopped_early_proves_no_absence),
	    cmocka_unit_test(csrutil_is_enabled_disabled_or_custom),
	    cmocka_unit_test(bputil_tells_policy_and_sealed_rows),
	    cmocka_unit_test(bputil_tells_the_policy_of_this_boot),
	    cmocka_unit_test(console_is_a_person_or_nobody),
	    cmocka_unit_test(a_person_behind_the_screen_is_logged_in),
	    cmocka_unit_test(every_prefix_is_read_without_harm),
	    cmocka_unit_test(mangled_texts_are_read_without_harm),
	};
	int failed;

	arena = arena_new(0);
	failed = cmocka_run_group_tests(tests, NULL, NULL);
	arena_free(arena);
	return failed;
}
