/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Lists of kmutil: rows of showloaded and inspect, entries of its log. Columns
 * are found by what they hold, not by where they stand.
 */
#include <string.h>

#include "kmutil-helpers/fault.h"
#include "kmutil-helpers/kmutil_text.h"
#include "kmutil-helpers/kmutil_text_list.h"
#include "kmutil-helpers/text_line.h"

#include "kmutil-helpers/banned.h"

void
kmutil_list_add(struct arena *arena, struct kmutil_list *list, const struct kmutil_kext *kext)
{
	size_t count = list->count;

	/* Room is doubled at each power of two. */
	if ((count & (count - 1)) == 0)
		list->items =
		    arena_grow(arena, list->items, count, count ? count * 2 : 1, sizeof(*kext));
	list->items[list->count++] = *kext;
}

static int
list_judge(const struct kmutil_list *list, bool said_something)
{
	return list->not_understood != 0 || (list->count == 0 && said_something) ? -FAULT_OUTPUT
										 : 0;
}

/* Index, references, address, size, wired; maybe an architecture; name (version)
 * UUID <links>. The name is the last word before " (". */
static bool
loaded_row(struct arena *arena, struct piece line, struct kmutil_kext *kext)
{
	struct piece head = piece_before(line, " ("), rest = piece_after(line, " (");
	struct piece word, name = {NULL, 0}, version = piece_before(rest, ")");
	int words;

	for (words = 0; piece_next_word(&head, &word); words++)
		name = word;
	if (words < 6 || version.len == rest.len || name.len == 0)
		return false;
	*kext = (struct kmutil_kext){
	    .id = piece_copy(arena, name), .version = piece_copy(arena, version)};
	rest = piece_after(rest, ")");
	if (piece_next_word(&rest, &word) && piece_is_uuid(word))
		kext->uuid = piece_copy(arena, word);
	return true;
}

int
kmutil_text_read_loaded(struct arena *arena, const char *text, size_t len, struct kmutil_list *list)
{
	struct piece rest = piece_make(text, len), line, words, first;
	struct kmutil_kext kext;
	bool said_something = false;

	*list = (struct kmutil_list){0};
	while (piece_next_line(&rest, &line)) {
		words = line;
		if (!piece_next_word(&words, &first))
			continue;
		said_something =
		    said_something || !(piece_is(first, "Index") || piece_is(first, "Executing:") ||
					  piece_starts(line, "No variant specified"));
		if (piece_number(first) < 0)
			continue;
		if (loaded_row(arena, line, &kext))
			kmutil_list_add(arena, list, &kext);
		else
			list->not_understood++;
	}
	return list_judge(list, said_something);
}

/* A row without TABs: id, version, path from the first '/' to the last ".kext". */
static bool
inspect_row_of_words(struct arena *arena, struct piece line, struct kmutil_kext *kext)
{
	struct piece rest = line, id, version, path, at;

	if (!piece_next_word(&rest, &id) || !piece_is_bundle_id(id))
		return false;
	*kext = (struct kmutil_kext){.id = piece_copy(arena, id)};
	at = rest;
	if (piece_next_word(&at, &version) && version.text[0] >= '0' && version.text[0] <= '9')
		kext->version = piece_copy(arena, version);
	path = piece_after(rest, " /");
	if (path.text != NULL) {
		for (at = path; piece_has(at, ".kext");)
			at = piece_after(at, ".kext");
		if (at.text != path.text)
			kext->path =
			    arena_printf(arena, "/%.*s", (int)(at.text - path.text), path.text);
	}
	return kext->version != NULL || kext->path != NULL || piece_trim(rest).len == 0;
}

/* Fields between TABs: id, version, path, (UUID) or nothing. */
static bool
inspect_row(struct arena *arena, struct piece line, struct kmutil_kext *kext)
{
	struct piece rest = piece_make(line.text, line.len), field, uuid;
	int at;

	if (!piece_has(line, "\t"))
		return inspect_row_of_words(arena, line, kext);
	*kext = (struct kmutil_kext){0};
	for (at = 0; piece_next_field(&rest, &field); at++) {
		field = piece_trim(field);
		if (at == 0 && !piece_is_bundle_id(field))
			return false;
		uuid = piece_before(piece_after(field, "("), ")");
		if (at == 0)
			kext->id = piece_copy(arena, field);
		else if (field.len != 0 && field.text[0] == '/' && kext->path == NULL)
			kext->path = piece_copy(arena, field);
		else if (piece_is_uuid(uuid))
			kext->uuid = piece_copy(arena, uuid);
		else if (at == 1 && field.len != 0)
			kext->version = piece_copy(arena, field);
	}
	return true;
}

/* "auxiliary kext collection at PATH (UUID):" */
static const char *
inspect_header(struct arena *arena, struct piece line, struct kmutil_list *list)
{
	struct piece words = line, kind = {NULL, 0}, place = piece_after(line, "collection at ");
	struct piece uuid = {NULL, 0}, at;

	(void)piece_next_word(&words, &kind);
	for (at = piece_after(place, " ("); at.text != NULL; at = piece_after(at, " ("))
		uuid = at;
	if (piece_starts(kind, "aux") || piece_starts(kind, "Aux")) {
		if (uuid.text != NULL)
			place.len = (size_t)(uuid.text - place.text) - 2;
		list->aux_path = piece_copy(arena, place);
		uuid = piece_before(uuid, ")");
		list->aux_uuid = piece_is_uuid(uuid) ? piece_copy(arena, uuid) : NULL;
	}
	return piece_copy(arena, kind);
}

int
kmutil_text_read_inspect(
    struct arena *arena, const char *text, size_t len, struct kmutil_list *list)
{
	struct piece rest = piece_make(text, len), line, field;
	const char *collection = NULL;
	bool said_something = false;
	struct kmutil_kext kext;

	*list = (struct kmutil_list){0};
	while (piece_next_line(&rest, &line)) {
		if (piece_trim(line).len == 0)
			continue;
		if (piece_has(line, "collection at ")) {
			collection = inspect_header(arena, line, list);
			continue;
		}
		if (piece_starts(line, "Extension Information:") ||
		    piece_starts(line, "No variant specified") || piece_starts(line, "Executing:"))
			continue;
		said_something = true;
		field = line;
		if (inspect_row(arena, piece_trim(line), &kext)) {
			kext.collection = collection;
			kmutil_list_add(arena, list, &kext);
		} else if (piece_has(line, ".kext") || piece_has(field, "\t")) {
			list->not_understood++;
		}
	}
	return list_judge(list, said_something);
}

bool
kmutil_text_is_busy(const char *text, size_t len)
{
	static const char *const names[] = {"kernelmanagerd", "kernelmanager_helper"};
	struct piece rest = piece_make(text, len), line, word, after;
	size_t i;

	while (piece_next_line(&rest, &line)) {
		if (line.len == 0 || line.text[0] < '0' || line.text[0] > '9')
			continue;
		while (piece_next_word(&line, &word))
			for (i = 0; i < 2; i++) {
				after = piece_cut(word, strlen(names[i]), word.len);
				if (piece_starts(word, names[i]) && after.len != 0 &&
				    (after.text[0] == ':' || after.text[0] == '['))
					return true;
			}
	}
	return false;
}

bool
kmutil_text_has_verb(const char *text, size_t len, const char *verb)
{
	struct piece rest = piece_make(text, len), line, word;

	while (piece_next_line(&rest, &line))
		if (piece_next_word(&line, &word) && piece_is(word, verb))
			return true;
	return false;
}
