/* SPDX-License-Identifier: BSD-2-Clause */
/* The texts of profiles and fdesetup, and what follows from them. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "kmutil-helpers/tool_manage.h"

static void
answers_are_read(void **state)
{
	static const struct {
		void (*read)(const char *text, size_t len, struct manage *manage);
		const char *text;
		enum host_answer enrolled, token, filevault;
	} rows[] = {
	    {manage_text_read_enrollment, "Enrolled via DEP: No\nMDM enrollment: No\n", HOST_NO,
		HOST_UNKNOWN, HOST_UNKNOWN},
	    {manage_text_read_enrollment,
		"Enrolled via DEP: Yes\nMDM enrollment: Yes (User Approved)\nMDM server: "
		"https://mdm.example.com/\n",
		HOST_YES, HOST_UNKNOWN, HOST_UNKNOWN},
	    {manage_text_read_enrollment, "Enrolled via DEP: Yes\n", HOST_UNKNOWN, HOST_UNKNOWN,
		HOST_UNKNOWN},
	    {manage_text_read_enrollment, "", HOST_UNKNOWN, HOST_UNKNOWN, HOST_UNKNOWN},
	    {manage_text_read_token,
		"profiles: Bootstrap Token supported on server: YES\nprofiles: Bootstrap Token "
		"escrowed to server: YES\n",
		HOST_UNKNOWN, HOST_YES, HOST_UNKNOWN},
	    {manage_text_read_token,
		"profiles: Bootstrap Token supported on server: YES\nprofiles: Bootstrap Token "
		"escrowed to server: NO\n",
		HOST_UNKNOWN, HOST_NO, HOST_UNKNOWN},
	    {manage_text_read_token, "profiles: Bootstrap Token escrowed on server: YES\n",
		HOST_UNKNOWN, HOST_YES, HOST_UNKNOWN},
	    {manage_text_read_token, "profiles: Bootstrap Token supported on server: YES\n",
		HOST_UNKNOWN, HOST_UNKNOWN, HOST_UNKNOWN},
	    {manage_text_read_filevault, "FileVault is On.\n", HOST_UNKNOWN, HOST_UNKNOWN,
		HOST_YES},
	    {manage_text_read_filevault, "FileVault is Off.\n", HOST_UNKNOWN, HOST_UNKNOWN,
		HOST_NO},
	    {manage_text_read_filevault,
		"FileVault is On.\nDecryption in progress: Percent completed = 12\n", HOST_UNKNOWN,
		HOST_UNKNOWN, HOST_UNKNOWN},
	    {manage_text_read_filevault, "fdesetup: error\n", HOST_UNKNOWN, HOST_UNKNOWN,
		HOST_UNKNOWN},
	};
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(rows) / sizeof(*rows); i++) {
		struct manage manage = {0};

		rows[i].read(rows[i].text, strlen(rows[i].text), &manage);
		assert_int_equal(manage.enrolled, rows[i].enrolled);
		assert_int_equal(manage.bootstrap_token, rows[i].token);
		assert_int_equal(manage.filevault, rows[i].filevault);
	}
}

static void
mdm_rebuilds_where_all_three_allow_it(void **state)
{
	static const struct {
		enum host_chip chip;
		enum host_answer enrolled, token, control, may;
	} rows[] = {
	    {HOST_CHIP_APPLE, HOST_YES, HOST_YES, HOST_YES, HOST_YES},
	    {HOST_CHIP_APPLE, HOST_YES, HOST_NO, HOST_YES, HOST_NO},
	    {HOST_CHIP_APPLE, HOST_YES, HOST_YES, HOST_NO, HOST_NO},
	    {HOST_CHIP_APPLE, HOST_YES, HOST_NO, HOST_UNKNOWN, HOST_NO},
	    {HOST_CHIP_APPLE, HOST_YES, HOST_UNKNOWN, HOST_YES, HOST_UNKNOWN},
	    {HOST_CHIP_APPLE, HOST_NO, HOST_YES, HOST_YES, HOST_NO},
	    {HOST_CHIP_APPLE, HOST_UNKNOWN, HOST_YES, HOST_YES, HOST_UNKNOWN},
	    {HOST_CHIP_INTEL, HOST_YES, HOST_NO, HOST_UNKNOWN, HOST_YES},
	    {HOST_CHIP_INTEL, HOST_NO, HOST_YES, HOST_YES, HOST_NO},
	};
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(rows) / sizeof(*rows); i++) {
		struct manage manage = {
		    .enrolled = rows[i].enrolled, .bootstrap_token = rows[i].token};
		struct host host = {.chip = rows[i].chip, .mdm_control = rows[i].control};

		assert_int_equal(manage_may_rebuild(&manage, &host), rows[i].may);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(answers_are_read),
	    cmocka_unit_test(mdm_rebuilds_where_all_three_allow_it),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
