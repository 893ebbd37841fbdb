/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * `macsim show`: the truth of the model, for tests that compare with it.
 */
#include <stdio.h>
#include <string.h>

#include "tests/macsim/cmd_traces.h"
#include "tests/macsim/keep.h"
#include "tests/macsim/model.h"

static void
show_ids(const struct model *model, const char *key)
{
	struct kexts kexts = kexts_get(model, key);

	for (size_t i = 0; i < kexts.count; i++)
		puts(kexts.items[i].id);
	kexts_free(&kexts);
}

static void
show_lines(const struct model *model, const char *key)
{
	for (size_t i = 0; model_at(model, key, i); i++)
		puts(model_at(model, key, i));
}

static const char *
dext_word(const struct model *model)
{
	if (!*model_get(model, "dext.id", ""))
		return "absent";
	if (!model_is(model, "dext.state", "activated_enabled"))
		return "not activated";
	return model_is(model, "dext.running", "yes") ? "running" : "held off";
}

static int
show_one(const char *dir, const struct model *model, const char *key)
{
	const char *value;

	if (!strcmp(key, "--traces")) {
		traces_print(model);
	} else if (!strcmp(key, "loaded") || !strcmp(key, "used") || !strcmp(key, "job") ||
		   !strcmp(key, "driver")) {
		show_lines(model, key);
	} else if (!strcmp(key, "listed")) {
		if (keep_collection_present(dir, model))
			show_ids(model, "member");
	} else if (!strcmp(key, "stashed") || !strcmp(key, "instructions")) {
		show_ids(model, "instruction");
	} else if (!strcmp(key, "dext")) {
		puts(dext_word(model));
	} else if (!strcmp(key, "assumptions")) {
		for (size_t i = 0; (key = model_line(model, i, &value)); i++)
			if (!strncmp(key, "assumption.", 11))
				printf("%s=%s\n", key + 11, value);
	} else {
		value = model_get(model, key, NULL);
		if (!value)
			macsim_die("the model has no \"%s\"", key);
		puts(value);
	}
	return 0;
}

int
cmd_show(int argc, char **argv)
{
	struct model *model;
	const char *key, *value;

	if (argc != 2 && argc != 3)
		macsim_die("usage: macsim show DIR [KEY|--traces]");
	model = model_load(argv[1]);
	if (!model)
		return MACSIM_ERROR;
	if (argc == 3)
		show_one(argv[1], model, argv[2]);
	else
		for (size_t i = 0; (key = model_line(model, i, &value)); i++)
			printf("%s=%s\n", key, value);
	model_free(model);
	return 0;
}
