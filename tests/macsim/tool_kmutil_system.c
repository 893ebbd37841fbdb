/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * kmutil's verbs that change nothing here: install, unload, load, log, dumpstate. Texts:
 * docs/facts.md#kmutil-rebuild; who is busy in the log: assumption log-shows-work.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "tests/macsim/keep.h"
#include "tests/macsim/tool.h"

#define LOG_HEADER                                                                                 \
	"Timestamp                       Thread     Type        Activity             PID    TTL"

/* On 13 and later it needs a KDK and writes the sealed System volume. */
int
tool_kmutil_install(struct model *model)
{
	const char *macos = model_get(model, "macos", ""), *build = model_get(model, "build", "");
	int parts[3], code;

	if (!version_parse(macos, parts) || parts[0] < 13)
		return 0;
	code = parts[0] >= 15 ? 71 : 34;
	fprintf(stderr,
	    "Error Domain=KMErrorDomain Code=%d \"Missing Developer Kit: As of macOS 13.0, "
	    "you will need to install a KDK matching your build %s to rebuild kernel "
	    "collections.\"\n",
	    code, build);
	return code;
}

static void
fail_load(int code, struct files_path says)
{
	fprintf(stderr,
	    "Error Domain=KMErrorDomain Code=%d \"%s\" UserInfo={NSLocalizedDescription=%s}\n",
	    code, says.text, says.text);
}

/* A loaded kext of a device in use is busy. One that is not loaded: see the assumption; its
 * text was seen with a reason behind it (docs/facts.md#kmutil-rebuild). */
int
tool_kmutil_unload(struct model *model, int argc, char **argv)
{
	const char *id = "";

	for (int i = 2; i + 1 < argc; i++)
		if (!strcmp(argv[i], "-b") || !strcmp(argv[i], "--bundle-identifier"))
			id = argv[i + 1];
	if (!model_is_loaded(model, id) && model_assumes(model, "unload-of-missing-is-three")) {
		fail_load(3, files_format("Error occurred unloading extensions: Missing "
					  "extension with identifier %s",
				 id));
		return 3;
	}
	fputs("Error Domain=KMErrorDomain Code=71 \"Kernel request failed: (libkern/kext) kext is "
	      "in use "
	      "or retained (cannot unload) (-603946984)\" UserInfo={NSLocalizedDescription=Kernel "
	      "request"
	      " failed: (libkern/kext) kext is in use or retained (cannot unload) (-603946984)}\n",
	    stderr);
	return 71;
}

/* Verbatim texts: none found (71), not approved (27), in no collection yet (28). */
int
tool_kmutil_load(struct model *model, int argc, char **argv)
{
	struct kexts members = kexts_get(model, "member");
	const char *path = "";
	struct kext kext;
	int status = 0;

	for (int i = 2; i + 1 < argc; i++)
		if (!strcmp(argv[i], "-p") || !strcmp(argv[i], "--bundle-path"))
			path = argv[i + 1];
	if (!keep_bundle_read("", path, &kext)) {
		status = 71;
		fail_load(status, files_format("Could not find: No bundle was found at %s.", path));
	} else if (!model_is_loaded(model, kext.id)) {
		status = kexts_find(&members, kext.id) ? 28 : 27;
		fail_load(status,
		    status == 28
			? files_format("Loading extension(s): %s requires a reboot", kext.id)
			: files_format("Extension with identifiers %s not approved to load. Please "
				       "approve using System Settings.",
			      kext.id));
	}
	kexts_free(&members);
	return status;
}

/* Its layout was not seen: only what other tools tell as well. */
int
tool_kmutil_dumpstate(struct model *model)
{
	for (size_t i = 0; model_at(model, "loaded", i); i++)
		printf("%s\n", model_at(model, "loaded", i));
	return 0;
}

/* `kmutil log show`: each look that finds kernelmanagerd busy is one look nearer to
 * quiet ("settle"). */
int
tool_kmutil_log(struct model *model)
{
	int settle = atoi(model_get(model, "settle", "0"));

	/* An installer of another vendor that is at work meanwhile. */
	if (model_is(model, "arrives", "settle")) {
		keep_bundle_arrive("");
		model_put(model, "arrives", "none");
	}
	puts(LOG_HEADER);
	if (settle <= 0)
		return 0;
	if (model_assumes(model, "log-shows-work"))
		puts("2026-01-01 00:00:00.000000+0000 0x1a3      Default     0x0                  "
		     "145    0    "
		     "kernelmanagerd: [com.apple.kernelmanagerd.logging:LoadRequestResolution] "
		     "requesting latest approval status and kext history from system policy");
	model_put(model, "settle", files_format("%d", settle - 1).text);
	return 0;
}
