/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Arena: memory that lives as long as one command. Traces, cases, the plan and
 * their strings are kept here; nothing is freed in the middle. Out of memory,
 * or past the cap, the process ends with status 70: the ledger makes that safe.
 */
#ifndef KMUTIL_HELPERS_ARENA_H
#define KMUTIL_HELPERS_ARENA_H

#include <stdarg.h>
#include <stddef.h>

struct arena;

/* A new arena that never holds more than cap_bytes (0: 256 MiB). */
struct arena *arena_new(size_t cap_bytes);
/* Frees the arena and all that it holds. NULL is allowed. */
void arena_free(struct arena *arena);

/* Zeroed memory, aligned for any type; owned by the arena; never NULL. */
void *arena_alloc(struct arena *arena, size_t size_bytes);
/* As arena_alloc for count items of size_bytes; the product is checked. */
void *arena_array(struct arena *arena, size_t count, size_t size_bytes);
/* A copy that can hold `count` items of an array that held `used`. */
void *arena_grow(struct arena *arena, const void *items, size_t used, size_t count,
    size_t size_bytes);
/* One more zeroed item at the end of an array that the arena holds: `array` is the
 * address of the pointer to its items, which moves when the room is used up. */
void *arena_push(struct arena *arena, void *array, size_t *count, size_t *room,
    size_t size_bytes);
/* Copies; owned by the arena. NULL in, NULL out. */
char *arena_strdup(struct arena *arena, const char *text);
char *arena_strndup(struct arena *arena, const char *text, size_t len);
char *arena_printf(struct arena *arena, const char *format, ...)
    __attribute__((format(printf, 2, 3)));
char *arena_vprintf(struct arena *arena, const char *format, va_list args)
    __attribute__((format(printf, 2, 0)));

#endif
