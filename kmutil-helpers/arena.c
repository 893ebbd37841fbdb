/* SPDX-License-Identifier: BSD-2-Clause */
/* Arena: a list of blocks, each twice the last one up to a limit. */
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "kmutil-helpers/arena.h"
#include "kmutil-helpers/die.h"

#define ARENA_CAP_BYTES ((size_t)256 << 20)
#define ARENA_FIRST_BYTES ((size_t)16 << 10)
#define ARENA_FIRST_ITEMS 8
#define ARENA_ALIGN sizeof(max_align_t)

struct arena_block {
	struct arena_block *next;
	size_t size, used;
	max_align_t data[];
};

struct arena {
	struct arena_block *blocks;
	size_t cap, total;
};

struct arena *
arena_new(size_t cap_bytes)
{
	struct arena *arena = calloc(1, sizeof(*arena));

	if (arena == NULL)
		die(EXIT_BUG, "out of memory");
	arena->cap = cap_bytes ? cap_bytes : ARENA_CAP_BYTES;
	return arena;
}

void
arena_free(struct arena *arena)
{
	struct arena_block *block, *next;

	if (arena == NULL)
		return;
	for (block = arena->blocks; block != NULL; block = next) {
		next = block->next;
		free(block);
	}
	free(arena);
}

static struct arena_block *
block_new(struct arena *arena, size_t need)
{
	size_t size = arena->blocks ? arena->blocks->size : ARENA_FIRST_BYTES / 2;
	struct arena_block *block;

	size = size < ((size_t)1 << 20) ? size * 2 : size;
	if (size < need)
		size = need;
	if (size > arena->cap - arena->total)
		die(EXIT_BUG, "more memory is needed than the %zu MiB that are allowed",
		    arena->cap >> 20);
	block = calloc(1, sizeof(*block) + size);
	if (block == NULL)
		die(EXIT_BUG, "out of memory");
	block->size = size;
	block->next = arena->blocks;
	arena->blocks = block;
	arena->total += size;
	return block;
}

void *
arena_alloc(struct arena *arena, size_t size_bytes)
{
	struct arena_block *block = arena->blocks;
	size_t need;
	void *result;

	if (size_bytes > arena->cap)
		die(EXIT_BUG, "more memory is needed than the %zu MiB that are allowed",
		    arena->cap >> 20);
	need = (size_bytes + ARENA_ALIGN - 1) / ARENA_ALIGN * ARENA_ALIGN;
	if (block == NULL || block->size - block->used < need)
		block = block_new(arena, need);
	result = (char *)block->data + block->used;
	block->used += need;
	return result;
}

void *
arena_array(struct arena *arena, size_t count, size_t size_bytes)
{
	if (size_bytes != 0 && count > SIZE_MAX / size_bytes)
		die(EXIT_BUG, "more memory is needed than can be counted");
	return arena_alloc(arena, count * size_bytes);
}

void *
arena_grow(struct arena *arena, const void *items, size_t used, size_t count, size_t size_bytes)
{
	void *result = arena_array(arena, count, size_bytes);

	if (used != 0)
		memcpy(result, items, used * size_bytes);
	return result;
}

void *
arena_push(struct arena *arena, void *array, size_t *count, size_t *room, size_t size_bytes)
{
	char *items;

	/* The pointer's own type is the caller's. */
	memcpy(&items, array, sizeof(items));
	if (*count == *room) {
		*room = *room ? *room * 2 : ARENA_FIRST_ITEMS;
		items = arena_grow(arena, items, *count, *room, size_bytes);
		memcpy(array, &items, sizeof(items));
	}
	return items + (*count)++ * size_bytes;
}

char *
arena_strndup(struct arena *arena, const char *text, size_t len)
{
	char *copy = arena_alloc(arena, len + 1);

	if (len != 0)
		memcpy(copy, text, len);
	return copy;
}

char *
arena_strdup(struct arena *arena, const char *text)
{
	return text ? arena_strndup(arena, text, strlen(text)) : NULL;
}

char *
arena_vprintf(struct arena *arena, const char *format, va_list args)
{
	va_list again;
	char *text;
	int len;

	va_copy(again, args);
	len = vsnprintf(NULL, 0, format, again);
	va_end(again);
	if (len < 0)
		die(EXIT_BUG, "a message could not be formatted");
	text = arena_alloc(arena, (size_t)len + 1);
	(void)vsnprintf(text, (size_t)len + 1, format, args);
	return text;
}

char *
arena_printf(struct arena *arena, const char *format, ...)
{
	va_list args;
	char *text;

	va_start(args, format);
	text = arena_vprintf(arena, format, args);
	va_end(args);
	return text;
}
