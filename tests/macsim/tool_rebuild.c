/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * kmutil rebuild (14 and later): texts and order verbatim, docs/facts.md 1.5. The model
 * counts how often it was run ("rebuilds") and how often a person was asked ("asked").
 */
#include <stdio.h>
#include <stdlib.h>

#include "tests/macsim/keep.h"
#include "tests/macsim/tool.h"

static void
print_block(const struct kexts *kexts, const char *verb, const char *mark)
{
	printf("Attempting to %s the following extensions (%zu):\n", verb, kexts->count);
	for (size_t i = 0; i < kexts->count; i++)
		printf("[%s] %s\t%s\t%s\n", mark, kexts->items[i].id, kexts->items[i].version,
		    kexts->items[i].path);
}

static bool
sees_nothing(struct model *model)
{
	if (model_is(model, "safe-mode", "on"))
		return true;
	if (atol(model_get(model, "settle", "0")) > 0 &&
	    !model_assumes(model, "rebuild-sees-change-at-once"))
		return true;
	if (model_is(model, "refused", "yes") && !model_assumes(model, "refusal-can-be-repeated"))
		return true;
	return model_is(model, "pending", "yes") &&
	       !model_assumes(model, "rebuild-repeats-while-pending");
}

static void
count(struct model *model, const char *key)
{
	int number = atoi(model_get(model, key, "0")) + 1;

	model_put(model, key, files_format("%d", number).text);
}

static int
ask(struct model *model)
{
	count(model, "asked");
	puts("Requesting user approval (times out in 60 seconds)...");
	if (model_is(model, "console", "none")) {
		puts("Error Domain=com.apple.LocalAuthentication Code=-6 "
		     "\"Biometry is not available on this device.\"");
		return 250;
	}
	/* Somebody is logged in, and the 60 seconds pass: how that ends was not seen. */
	if (model_is(model, "approval", "none")) {
		if (!model_assumes(model, "timeout-is-authentication-error"))
			return 1;
		puts("Error Domain=com.apple.LocalAuthentication Code=-9 "
		     "\"Canceled by another process.\"");
		return 247;
	}
	if (!model_is(model, "approval", "no"))
		return 0;
	if (!model_assumes(model, "refusal-is-authentication-error"))
		return 1;
	puts("Error Domain=com.apple.LocalAuthentication Code=-2 \"Canceled by user.\"");
	return 254;
}

/* Field reports (docs/facts.md#kmutil-rebuild): the same kext is added and removed each
 * time, and nothing comes of it; or one kext breaks every build. */
static int
ask_in_vain(struct model *model, const struct kexts *drop)
{
	int status;

	if (model_is(model, "rebuild", "loops"))
		print_block(drop, "add", "+");
	print_block(drop, "remove", "-");
	status = ask(model);
	if (status != 0)
		return status;
	if (model_is(model, "rebuild", "loops")) {
		puts("A system reboot is required for the operation to take effect");
		return 0;
	}
	puts("Error Domain=KMErrorDomain Code=71 \"Could not find: Extension with identifier "
	     "'com.example.broken' not found\" UserInfo={NSLocalizedDescription=x}");
	return 71;
}

int
tool_kmutil_rebuild(struct model *model)
{
	struct kexts add = {0}, drop = {0};
	int status = 0;

	count(model, "rebuilds");
	puts("Checking the auxiliary kernel collection...");
	if (!sees_nothing(model))
		keep_change_propose("", model, &add, &drop);
	if (add.count + drop.count == 0) {
		puts("No changes detected");
		goto out;
	}
	if (model_is(model, "rebuild", "loops") || model_is(model, "rebuild", "broken")) {
		status = ask_in_vain(model, &drop);
		goto out;
	}
	if (add.count > 0 || !model_assumes(model, "rebuild-omits-empty-blocks"))
		print_block(&add, "add", "+");
	if (drop.count > 0 && !model_is(model, "rebuild", "silent"))
		print_block(&drop, "remove", "-");
	status = ask(model);
	if (status != 0) {
		model_put(model, "refused", "yes");
		goto out;
	}
	kexts_put(model, "add", &add);
	kexts_put(model, "drop", &drop);
	model_put(model, "pending", "yes");
	if (model_assumes(model, "collection-changes-at-once"))
		keep_change_apply("", model);
	puts("A system reboot is required for the operation to take effect");
	status = model_assumes(model, "rebuild-success-is-zero") ? 0 : 28;
out:
	kexts_free(&add);
	kexts_free(&drop);
	return status;
}
