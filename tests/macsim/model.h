/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The model beyond macsim.h: repeated lines, kexts as records, what a Mac of a
 * version calls itself, identifiers that are the same at each `new`.
 */
#ifndef TESTS_MACSIM_MODEL_H
#define TESTS_MACSIM_MODEL_H

#include <stdbool.h>
#include <stddef.h>

#include "tests/macsim/macsim.h"

/* A kext as collection, instructions and stash know it. Fields are never NULL. */
struct kext {
	char id[128], version[32], path[512], team[16];
	char uuid[40];     /* "" for a codeless one */
	char cdhash[44];   /* 40 digits, "" when unsigned */
	char stash[40];    /* UUID of its folder in the stash, "" before it has one */
	char category[64]; /* IOMatchCategory of its personalities, "" when none */
};

struct kexts {
	struct kext *items;
	size_t count;
};

struct model *model_new(void);
/* Waits for the one lock of this Mac; kept until the process ends or execs. */
void model_lock(const char *dir);
void model_unlock(void);
/* Loads it with the lock held; NULL with a message as model_load. */
struct model *model_take(const char *dir);
/* Notes in dir's model what `model` found that it rests on. Takes the lock. */
void model_note_used(const struct model *model, const char *dir);

/* Repeated lines: the i-th value of key, or NULL. */
const char *model_at(const struct model *model, const char *key, size_t i);
void model_add(struct model *model, const char *key, const char *value);
void model_clear(struct model *model, const char *key);
bool model_is(const struct model *model, const char *key, const char *value);
/* All lines "key=value", for show; NULL past the end. */
const char *model_line(const struct model *model, size_t i, const char **value);

/* What an assumption says, by place in the table; NULL past the end. */
struct model_assumption {
	const char *id, *grade, *says;
	bool cure, starts;
	int from, until; /* majors of macOS, both included */
};
const struct model_assumption *model_assumption(size_t i);
/* Whether it stands (without noting that it was used). On a macOS that it does not
 * speak of it never does. */
bool model_stands(const struct model *model, const char *id);

/* Lists of kexts under a key: "member" (collection on disk), "instruction"
 * (instructions and stash), "boot" (collection that this boot loaded), "add",
 * "drop" (of a pending rebuild), "stray" (stashed, in no list), "authorized" (only in
 * the list of authorized kexts). kexts_free frees. */
struct kexts kexts_get(const struct model *model, const char *key);
void kexts_put(struct model *model, const char *key, const struct kexts *kexts);
void kexts_free(struct kexts *kexts);
struct kext *kexts_find(const struct kexts *kexts, const char *id);
void kexts_add(struct kexts *kexts, const struct kext *kext);
void kexts_drop(struct kexts *kexts, const char *id);
bool model_is_loaded(const struct model *model, const char *id);

/* A UUID made from the model's seed and a counter; 36 characters and NUL. */
void model_uuid(struct model *model, char out[40]);
/* 96 upper-case hexadecimal digits, the same way; NUL at the end. */
void model_nsih(struct model *model, char out[100]);

/* macOS version "15.7.1": false when malformed. parts[0] is the major. */
bool version_parse(const char *text, int parts[3]);
int version_compare(const char *a, const char *b);
/* "24G231"; made up where facts have none. */
void version_build(const char *version, char out[16]);
/* Darwin's own "24.6.0". */
void version_darwin(const char *version, char out[16]);
/* Sets macos and build. */
void version_put(struct model *model, const char *version);

#endif
