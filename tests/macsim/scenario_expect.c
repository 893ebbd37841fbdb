/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Expectations of a scenario. Fields of a line are parted by tabs; what is not known
 * is empty.
 */
#include <stdio.h>
#include <string.h>

#include "tests/macsim/keep.h"
#include "tests/macsim/scenario_expect.h"

#define POLICY "/private/var/db/SystemPolicyConfiguration/KextPolicy"

static const struct {
	const char *source, *role, *keeper;
} sources[] = {
    {"bundle", "carrier", "root"},
    {"receipt", "memory", "root"},
    {"auxkc", "carrier", "rebuild"},
    {"preboot", "carrier", "rebuild"},
    {"staged", "carrier", "clear-staging"},
    {"stashed", "carrier", "rebuild"},
    {"kcgen", "carrier", "rebuild"},
    {"uakl", "carrier", "rebuild"},
    {"loaded", "carrier", "restart"},
    {"launchd", "carrier", "root"},
    {"policy", "memory", "recovery"},
    {"load-history", "memory", "recovery"},
    {"alert", "memory", "recovery"},
    {"policy-mdm", "memory", "mdm"},
    {"install-history", "memory", "none"},
    {"relocated", "memory", "root"},
};

static bool apples;

void
expect_apples(bool are)
{
	apples = are;
}

void
expect_trace(struct model *model, const struct expect *trace)
{
	struct bytes line = {0};
	const char *keeper = trace->keeper;
	size_t i = 0;

	while (i < sizeof(sources) / sizeof(*sources) && strcmp(sources[i].source, trace->source))
		i++;
	if (i == sizeof(sources) / sizeof(*sources))
		macsim_die("no source is called \"%s\"", trace->source);
	if (!keeper)
		keeper = apples ? "apple" : sources[i].keeper;
	bytes_printf(&line, "%s\t%s\t%s\t%s\t%s\t%s\t%s\t%s", trace->id ? trace->id : "",
	    trace->source, sources[i].role, keeper, trace->path ? trace->path : "",
	    trace->container ? trace->container : "", trace->version ? trace->version : "",
	    apples           ? "apple"
	    : trace->foreign ? "foreign"
			     : "");
	model_add(model, "expect", (const char *)line.data);
	bytes_done(&line);
}

void
expect_at(
    struct model *model, const char *source, const char *id, const char *path, const char *version)
{
	expect_trace(
	    model, &(struct expect){.id = id, .source = source, .path = path, .version = version});
}

void
expect_in(struct model *model, const char *source, const char *id, const char *path,
    const char *container, const char *version)
{
	expect_trace(model, &(struct expect){.id = id,
				.source = source,
				.path = path,
				.container = container,
				.version = version});
}

void
expect_linked(struct model *model, const struct kext *kext, bool staged, bool loads)
{
	struct files_path path = files_format("/Library/StagedExtensions%s", kext->path);

	expect_in(model, model_is(model, "chip", "intel") ? "auxkc" : "preboot", kext->id,
	    kext->path, keep_collection_path(model).text, kext->version);
	if (staged)
		expect_at(model, "staged", kext->id, path.text, kext->version);
	expect_at(model, "stashed", kext->id, keep_stash_path(kext).text, kext->version);
	expect_in(model, "kcgen", kext->id, kext->path,
	    KEEP_AUXKC "/com.apple.kcgen.instructions.plist", NULL);
	if (*kext->cdhash)
		expect_in(
		    model, "uakl", kext->id, NULL, KEEP_AUXKC "/com.apple.kcgen.uakl.plist", NULL);
	if (loads && *kext->uuid)
		expect_at(model, "loaded", kext->id, NULL, kext->version);
}

void
expect_policy(struct model *model, const struct kext *kext)
{
	expect_in(model, "policy", kext->id, NULL, POLICY, NULL);
	expect_in(model, "load-history", kext->id, kext->path, POLICY, NULL);
}
