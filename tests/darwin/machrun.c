/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Mapping, binding and starting the image, which lies in this program as bytes
 * (image.S). Mach-O: XNU, mach-o/loader.h; the bind opcodes: dyld, mach-o/loader.h
 * BIND_OPCODE_*. The image is our own build: what is not as expected ends the process.
 */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>

#include "tests/darwin/machrun.h"

enum { HEADER_BYTES = 32, SEGMENT_BYTES = 72, SECTION_BYTES = 80, SEGMENTS_MAX = 16 };
enum { LC_SEGMENT_64 = 0x19, LC_DYLD_INFO_ONLY = 0x80000022, LC_MAIN = 0x80000028 };
enum { MH_MAGIC_64 = 0xfeedfacf, CPU_X86_64 = 0x01000007, BROKEN = 126 };
enum { S_MOD_INIT_FUNC_POINTERS = 9, S_THREAD_LOCAL_REGULAR = 0x11, SECTION_TYPE = 0xff };

extern const uint8_t image_begin[], image_end[];

struct segment {
	uint64_t address, size;
	int protection;
};

struct image {
	struct segment segments[SEGMENTS_MAX];
	size_t segment_count;
	uint64_t text, entry;
	const uint8_t *bind, *bind_end, *lazy, *lazy_end;
};

static _Noreturn void
broken(const char *what)
{
	fprintf(stderr, "machrun: %s\n", what);
	exit(BROKEN);
}

static uint32_t
u32(const uint8_t *at)
{
	uint32_t value;

	memcpy(&value, at, sizeof(value));
	return value;
}

static uint64_t
u64(const uint8_t *at)
{
	uint64_t value;

	memcpy(&value, at, sizeof(value));
	return value;
}

/* The product has neither constructors nor variables of a thread: they would need more. */
static void
check_sections(const uint8_t *command)
{
	const uint8_t *section = command + SEGMENT_BYTES;
	uint32_t i, type;

	for (i = 0; i < u32(command + 64); i++, section += SECTION_BYTES) {
		type = u32(section + 64) & SECTION_TYPE;
		if (type == S_MOD_INIT_FUNC_POINTERS || type >= S_THREAD_LOCAL_REGULAR)
			broken("the image has constructors or thread variables");
	}
}

static void
map_segment(struct image *image, const uint8_t *command)
{
	struct segment *segment = &image->segments[image->segment_count++];
	void *wanted;

	if (image->segment_count == SEGMENTS_MAX)
		broken("the image has too many segments");
	*segment = (struct segment){.address = u64(command + 24),
	    .size = u64(command + 32),
	    .protection = (int)u32(command + 60)};
	if (strncmp((const char *)command + 8, "__TEXT", 16) == 0)
		image->text = segment->address;
	check_sections(command);
	/* __PAGEZERO keeps its place in the numbering of segments, and is not mapped. */
	if (segment->size == 0 || segment->protection == 0)
		return;
	wanted = (void *)(uintptr_t)segment->address;
	if (mmap(wanted, segment->size, PROT_READ | PROT_WRITE,
		MAP_PRIVATE | MAP_ANONYMOUS | MAP_FIXED_NOREPLACE, -1, 0) != wanted)
		broken("its place in memory is taken");
	memcpy(wanted, image_begin + u64(command + 40), u64(command + 48));
}

static void
map_image(struct image *image)
{
	const uint8_t *command = image_begin + HEADER_BYTES;
	uint32_t i;

	if (u32(image_begin) != MH_MAGIC_64 || u32(image_begin + 4) != CPU_X86_64)
		broken("this is no x86_64 image");
	for (i = 0; i < u32(image_begin + 16); i++, command += u32(command + 4)) {
		switch (u32(command)) {
		case LC_SEGMENT_64:
			map_segment(image, command);
			break;
		case LC_DYLD_INFO_ONLY:
			image->bind = image_begin + u32(command + 16);
			image->bind_end = image->bind + u32(command + 20);
			image->lazy = image_begin + u32(command + 32);
			image->lazy_end = image->lazy + u32(command + 36);
			break;
		case LC_MAIN:
			image->entry = u64(command + 8);
			break;
		default:
			break;
		}
	}
	if (image->bind == NULL || image->entry == 0)
		broken("it is bound otherwise than by opcodes");
}

static uint64_t
read_uleb(const uint8_t **at)
{
	uint64_t value = 0;
	int shift = 0;

	do {
		value |= (uint64_t)(**at & 0x7f) << shift;
		shift += 7;
	} while (*(*at)++ & 0x80);
	return value;
}

static uint64_t
put_name(uint64_t address, const char *symbol, uint64_t count, uint64_t skip)
{
	void *leads = name_resolve(symbol);

	for (; count > 0; count--, address += sizeof(leads) + skip)
		memcpy((void *)(uintptr_t)address, &leads, sizeof(leads));
	return address;
}

/* One pass over a list of opcodes. A lazy list has an end after each name. */
static void
bind_names(const struct image *image, const uint8_t *at, const uint8_t *end, int lazy)
{
	const char *symbol = NULL;
	uint64_t address = 0, count;
	uint8_t low, high;

	while (at < end) {
		high = *at & 0xf0;
		low = *at++ & 0x0f;
		switch (high) {
		case 0x00: /* DONE */
			if (!lazy)
				return;
			break;
		case 0x10: /* the library's number: names are looked up by name alone */
		case 0x50: /* the type: always a pointer */
			break;
		case 0x40: /* SET_SYMBOL */
			symbol = (const char *)at;
			at += strlen(symbol) + 1;
			break;
		case 0x70: /* SET_SEGMENT_AND_OFFSET */
			address = image->segments[low].address + read_uleb(&at);
			break;
		case 0x80: /* ADD_ADDR */
			address += read_uleb(&at);
			break;
		case 0x90: /* DO_BIND */
			address = put_name(address, symbol, 1, 0);
			break;
		case 0xa0: /* DO_BIND_ADD_ADDR */
			address = put_name(address, symbol, 1, 0);
			address += read_uleb(&at);
			break;
		case 0xb0: /* DO_BIND_ADD_ADDR_IMM_SCALED */
			address = put_name(address, symbol, 1, 0) + low * sizeof(void *);
			break;
		case 0xc0: /* DO_BIND_ULEB_TIMES_SKIPPING_ULEB */
			count = read_uleb(&at);
			address = put_name(address, symbol, count, read_uleb(&at));
			break;
		default:
			broken("it has a bind opcode that is not known");
		}
	}
}

int
main(int argc, char **argv, char **envp)
{
	struct image image = {0};
	const struct segment *segment;
	int (*start)(int, char **, char **);
	uint64_t address;

	map_image(&image);
	bind_names(&image, image.bind, image.bind_end, 0);
	bind_names(&image, image.lazy, image.lazy_end, 1);
	for (segment = image.segments; segment < image.segments + image.segment_count; segment++)
		if (segment->size != 0 && segment->protection != 0 &&
		    mprotect((void *)(uintptr_t)segment->address, segment->size,
			segment->protection) != 0)
			broken("its memory cannot be protected");
	if (argc == 2 && strcmp(argv[1], "--machrun-check") == 0)
		return name_missing_count() == 0 ? 0 : BROKEN;
	address = image.text + image.entry;
	memcpy(&start, &address, sizeof(start));
	errno = 0;
	exit(start(argc, argv, envp));
}
