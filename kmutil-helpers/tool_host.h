/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The Mac that we run on, as Apple's tools tell it: sw_vers and sysctl for what is
 * free to ask, csrutil and bputil for its policy. What a tool did not tell is NULL
 * or HOST_UNKNOWN, never guessed.
 */
#ifndef KMUTIL_HELPERS_TOOL_HOST_H
#define KMUTIL_HELPERS_TOOL_HOST_H

#include <stdbool.h>
#include <stddef.h>

#include "kmutil-helpers/arena.h"

enum host_answer { HOST_UNKNOWN, HOST_NO, HOST_YES };
enum host_chip { HOST_CHIP_UNKNOWN, HOST_CHIP_APPLE, HOST_CHIP_INTEL };

/* What host_read asks for; HOST_POLICY is csrutil and bputil, HOST_SEAL bputil alone,
 * which wants root; HOST_BOOT sysctl alone: all of HOST_BASIC but product_version. */
enum host_part { HOST_BASIC = 1, HOST_POLICY = 2, HOST_SEAL = 4, HOST_BOOT = 8 };

/* Strings are owned by the arena. */
struct host {
	const char *product_version, *build;
	int macos; /* major by the build's Darwin number, 0 unknown */
	const char *darwin; /* kern.osrelease, "24.6.0" */
	enum host_chip chip;
	enum host_answer safe_mode;
	const char *boot_uuid, *base_kc_uuid, *boot_objects_path;
	/* The auxiliary collection of this boot; NULL with aux_told: there is none
	 * (assumption aux-uuid-tells-boot). */
	const char *aux_kc_uuid;
	bool aux_told;
	/* Policy: csrutil ("enabled", "disabled", "custom"), bputil ("full",
	 * "reduced", "permissive"). */
	const char *sip, *security_mode;
	enum host_answer third_party_kexts, mdm_control;
	/* Whether the three rows of a sealed collection hold something (assumption
	 * sealed-collection-shows-in-policy). */
	enum host_answer auxp, auxi, auxr;
};

/* Fills *host. HOST_BASIC: 0, or the fault of sw_vers or sysctl (-FAULT_OUTPUT
 * when no build was told). HOST_POLICY: the fault of csrutil, else of bputil,
 * which is asked on Apple silicon only (HOST_SEAL: of bputil); needs HOST_BASIC in the same call or
 * in an earlier one on the same *host, which starts zeroed. All are asked in any case; the first
 * fault is returned. */
int host_read(struct arena *arena, unsigned int parts, struct host *host)
    __attribute__((warn_unused_result));

/* Readers of the four texts; each fills its own fields and leaves the others. */
void host_text_read_sw_vers(struct arena *arena, const char *text, size_t len, struct host *host);
/* Lines "NAME: VALUE". The last name that host_read asks for is asked a second
 * time to show that the tool went through to the end: *complete. */
void host_text_read_sysctl(
    struct arena *arena, const char *text, size_t len, struct host *host, bool *complete);
void host_text_read_csrutil(struct arena *arena, const char *text, size_t len, struct host *host);
/* bputil may print a policy for each volume group: that of this boot is read, by
 * boot_objects_path; where none is known for it, all of them, and a row of the seal is
 * absent only when it is so in each. */
void host_text_read_bputil(struct arena *arena, const char *text, size_t len, struct host *host);

/* The macOS major of a build ("24G222" is 15), by its Darwin number; 0 when it is
 * none, or older than macOS 11. */
int host_macos_of_build(const char *build);

/* The same of a version of Darwin or of DriverKit, "24" or "24.6". */
int host_macos_of_darwin(const char *version);

/* Whether a build, "24G84", comes before another one. */
bool host_build_is_older(const char *build, const char *than);

#endif
