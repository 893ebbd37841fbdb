/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The clean-up script that vendors have handed out since macOS 11
 * (docs/facts.md#seed): what each of its lines does on a given macOS.
 */
#include "migrate/explain.h"
#include "kmutil-helpers/banned.h"

#define EVER 99
#define ANY_CHIP HOST_CHIP_UNKNOWN

static const struct {
	const char *line;
	enum host_chip chip;
	int from, until; /* macOS majors, both included */
	enum assumption_id assumption;
	const char *does;
} script_rows[] = {
    {"rm -r /Library/Extensions/...", ANY_CHIP, 11, EVER, ASSUMPTION_EXTENSIONS_ARE_ROOTS,
	"takes the bundle away: a right step"},
    {"pkgutil --forget", ANY_CHIP, 11, EVER, ASSUMPTION_FORGET_WORKS,
	"takes the receipt away, nothing else"},
    {"rm kernelcache.auxkc*", HOST_CHIP_APPLE, 11, 13, ASSUMPTION_UPDATE_RELINKS_FROM_STASH,
	"lasts until the next OS update"},
    {"rm kernelcache.auxkc*", HOST_CHIP_APPLE, 14, EVER,
	ASSUMPTION_REBUILD_WITHOUT_COLLECTION_KEEPS_STASH, "spoils the rebuild below"},
    {"rm AuxiliaryKernelExtensions.kc", HOST_CHIP_INTEL, 11, EVER, ASSUMPTION_INTEL_ROOT_UNLINK,
	"root may; it spoils any rebuild"},
    {"kextcache --clear-staging", ANY_CHIP, 11, EVER, ASSUMPTION_CLEAR_STAGING_EMPTIES_ALL,
	"empties all kexts' staging, nothing else"},
    {"kmutil rebuild", ANY_CHIP, 11, 13, ASSUMPTION_REBUILD_SINCE_14,
	"does not exist before macOS 14"},
    {"kmutil rebuild", ANY_CHIP, 14, EVER, ASSUMPTION_REBUILD_WITHOUT_COLLECTION_KEEPS_STASH,
	"finds nothing to drop after that rm"},
    {"kcditto", ANY_CHIP, 11, EVER, ASSUMPTION_UPDATE_COMMAND_IS_INERT,
	"copies Apple's own collections only"},
    {"kmutil install --update-preboot", ANY_CHIP, 11, EVER, ASSUMPTION_UPDATE_COMMAND_IS_INERT,
	"changes nothing about a kext"},
    {"kextcache -system-caches", ANY_CHIP, 11, EVER, ASSUMPTION_SYSTEM_CACHES_DO_NOTHING,
	"prints a notice and does nothing"},
};

/* As sure as the assumption's grade: short, since it stands in a column. */
static const char *
hedged(struct arena *arena, enum assumption_grade grade, const char *does)
{
	switch (grade) {
	case GRADE_VERBATIM:
		break;
	case GRADE_INFERRED:
		return arena_printf(arena, "probably %s", does);
	case GRADE_GUESS:
		return arena_printf(arena, "not shown: %s", does);
	}
	return does;
}

void
story_say_old_script(struct arena *arena, struct story *story, int macos, enum host_chip chip)
{
	const struct assumption *assumption;
	struct sentence *last;
	size_t i;

	for (i = 0; i < sizeof(script_rows) / sizeof(*script_rows); i++) {
		if ((macos != 0 && (macos < script_rows[i].from || macos > script_rows[i].until)) ||
		    (script_rows[i].chip != ANY_CHIP && chip != HOST_CHIP_UNKNOWN &&
			script_rows[i].chip != chip))
			continue;
		assumption = assumption_get(script_rows[i].assumption);
		story_say_assumption(arena, story, ABOUT_OLD_SCRIPT, script_rows[i].assumption, "");
		last = &story->items[story->count - 1];
		last->lead = script_rows[i].line;
		last->text = hedged(arena, assumption->grade, script_rows[i].does);
	}
}
