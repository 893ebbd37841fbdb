/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * What the simulated Mac is and remembers: lines "key=value" in .macsim/model,
 * replaced as one step. A key may stand in many lines. Knows no file of macOS.
 */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <unistd.h>

#include "gen/assumptions.inc"
#include "tests/macsim/keep_files.h"
#include "tests/macsim/model.h"

struct pair {
	char *key, *value;
};

struct body {
	struct pair *pairs;
	size_t count, room;
};

struct model {
	struct body *body; /* apart, so that a look can note which assumption it used */
};

#define GRADE_VERBATIM "verbatim"
#define GRADE_INFERRED "inferred"
#define GRADE_GUESS "guess"
static const struct model_assumption assumptions[] = {
#define ROW(name, id, grade, cure, starts, from, until, says, source, checked, depends) \
	{id, grade, says, cure, starts, from, until},
    ASSUMPTION_TABLE(ROW)
#undef ROW
};

struct model *
model_new(void)
{
	struct model *model = calloc(1, sizeof(*model));

	if (!model || !(model->body = calloc(1, sizeof(*model->body))))
		macsim_die("out of memory");
	return model;
}

void
model_free(struct model *model)
{
	if (!model)
		return;
	for (size_t i = 0; i < model->body->count; i++) {
		free(model->body->pairs[i].key);
		free(model->body->pairs[i].value);
	}
	free(model->body->pairs);
	free(model->body);
	free(model);
}

static void
body_add(struct body *body, const char *key, const char *value)
{
	if (body->count == body->room) {
		body->room = body->room * 2 + 64;
		body->pairs = realloc(body->pairs, body->room * sizeof(*body->pairs));
		if (!body->pairs)
			macsim_die("out of memory");
	}
	struct pair pair = {strdup(key), strdup(value)};
	if (!pair.key || !pair.value)
		macsim_die("out of memory");
	body->pairs[body->count++] = pair;
}

static struct pair *
body_find(const struct body *body, const char *key, size_t nth)
{
	for (size_t i = 0; i < body->count; i++)
		if (!strcmp(body->pairs[i].key, key) && nth-- == 0)
			return &body->pairs[i];
	return NULL;
}

struct model *
model_load(const char *dir)
{
	struct bytes bytes = {0};
	struct model *model;

	if (!files_read(dir, "/.macsim/model", &bytes)) {
		fprintf(stderr, "macsim: %s: not a simulated Mac (no .macsim/model)\n", dir);
		bytes_done(&bytes);
		return NULL;
	}
	model = model_new();
	for (char *save = NULL, *line = strtok_r((char *)bytes.data, "\n", &save); line;
	     line = strtok_r(NULL, "\n", &save)) {
		char *equals = strchr(line, '=');

		if (!equals)
			continue;
		*equals = 0;
		body_add(model->body, line, equals + 1);
	}
	bytes_done(&bytes);
	return model;
}

int
model_save(const struct model *model, const char *dir)
{
	struct bytes bytes = {0};

	for (size_t i = 0; i < model->body->count; i++)
		bytes_printf(
		    &bytes, "%s=%s\n", model->body->pairs[i].key, model->body->pairs[i].value);
	/* Everybody's: the daemons that a user's program asks are not simulated apart. */
	files_write(dir, "/.macsim/model", bytes.data, bytes.len, 0666);
	bytes_done(&bytes);
	return 0;
}

/* The lock's: open until the process ends, or model_unlock. */
static int lock_fd = -1;

void
model_lock(const char *dir)
{
	struct files_path path = files_join(dir, "/.macsim/lock");

	lock_fd = open(path.text, O_RDONLY | O_CREAT | O_CLOEXEC, 0666);
	if (lock_fd < 0 || flock(lock_fd, LOCK_EX) < 0)
		macsim_die("%s: %s", path.text, strerror(errno));
	(void)fchmod(lock_fd, 0666);
}

void
model_unlock(void)
{
	if (lock_fd >= 0)
		close(lock_fd);
	lock_fd = -1;
}

struct model *
model_take(const char *dir)
{
	struct model *model = model_load(dir);

	if (!model)
		return NULL;
	model_free(model);
	model_lock(dir);
	return model_load(dir);
}

const char *
model_get(const struct model *model, const char *key, const char *otherwise)
{
	const struct pair *pair = body_find(model->body, key, 0);

	return pair ? pair->value : otherwise;
}

const char *
model_at(const struct model *model, const char *key, size_t i)
{
	const struct pair *pair = body_find(model->body, key, i);

	return pair ? pair->value : NULL;
}

void
model_put(struct model *model, const char *key, const char *value)
{
	struct pair *pair = body_find(model->body, key, 0);
	char *copy;

	if (!pair) {
		body_add(model->body, key, value);
		return;
	}
	if (!(copy = strdup(value)))
		macsim_die("out of memory");
	free(pair->value);
	pair->value = copy;
}

void
model_add(struct model *model, const char *key, const char *value)
{
	body_add(model->body, key, value);
}

void
model_clear(struct model *model, const char *key)
{
	struct body *body = model->body;
	size_t kept = 0;

	for (size_t i = 0; i < body->count; i++) {
		if (strcmp(body->pairs[i].key, key)) {
			body->pairs[kept++] = body->pairs[i];
			continue;
		}
		free(body->pairs[i].key);
		free(body->pairs[i].value);
	}
	body->count = kept;
}

bool
model_is(const struct model *model, const char *key, const char *value)
{
	return !strcmp(model_get(model, key, ""), value);
}

const char *
model_line(const struct model *model, size_t i, const char **value)
{
	if (i >= model->body->count)
		return NULL;
	*value = model->body->pairs[i].value;
	return model->body->pairs[i].key;
}

const struct model_assumption *
model_assumption(size_t i)
{
	return i < sizeof(assumptions) / sizeof(*assumptions) ? &assumptions[i] : NULL;
}

static const struct model_assumption *
assumption_find(const char *id)
{
	for (size_t i = 0; model_assumption(i); i++)
		if (!strcmp(assumptions[i].id, id))
			return &assumptions[i];
	macsim_die("no assumption is called %s", id);
}

static bool
speaks_of(const struct model_assumption *row, const struct model *model)
{
	int part[3];

	return !version_parse(model_get(model, "macos", ""), part) ||
	       (part[0] >= row->from && part[0] <= row->until);
}

bool
model_stands(const struct model *model, const char *id)
{
	const struct model_assumption *row = assumption_find(id);
	struct files_path key = files_format("assumption.%s", id);

	return speaks_of(row, model) &&
	       !strcmp(model_get(model, key.text, row->starts ? "yes" : "no"), "yes");
}

static bool
note_used(const struct model *model, const char *id)
{
	for (size_t i = 0; model_at(model, "used", i); i++)
		if (!strcmp(model_at(model, "used", i), id))
			return false;
	body_add(model->body, "used", id);
	return true;
}

bool
model_assumes(const struct model *model, const char *id)
{
	const struct model_assumption *row = assumption_find(id);

	if (strcmp(row->grade, "verbatim") && speaks_of(row, model))
		(void)note_used(model, id);
	return model_stands(model, id);
}

void
model_note_used(const struct model *model, const char *dir)
{
	struct model *kept;
	bool changed = false;
	const char *id;

	if (!model_at(model, "used", 0) || !(kept = model_take(dir)))
		return;
	for (size_t i = 0; (id = model_at(model, "used", i)); i++)
		changed = note_used(kept, id) || changed;
	if (changed)
		(void)model_save(kept, dir);
	model_free(kept);
	model_unlock();
}
