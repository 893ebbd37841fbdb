/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Two drivers' personalities. What the one has and the other has not is a difference
 * of cubes, so a mask that is covered by three narrower ones counts as covered.
 */
#include <stdlib.h>
#include <string.h>

#include "migrate/compare.h"
#include "kmutil-helpers/banned.h"

/* Of such a provider a dext need not wait (docs/facts.md#matching). */
#define HID_INTERFACE "IOHIDInterface"

/* What a cube fixes of 16 bits: the number when all, -1 when not. */
static int64_t
number_of(const struct cube *cube, int word, int shift)
{
	return (cube->mask[word] >> shift & 0xffff) == 0xffff
		   ? (int64_t)(cube->value[word] >> shift & 0xffff)
		   : -1;
}

/* Where vendor and product stand: PCI's registers are the other way round. */
static void
find_ids(enum bus bus, const struct cube *cube, int64_t *vendor, int64_t *product)
{
	int word = bus == BUS_PCI && cube->mask[0] == 0 ? 1 : 0;
	bool has_ids = bus != BUS_VIRTUAL && bus != BUS_OTHER;

	*vendor = has_ids ? number_of(cube, word, bus == BUS_PCI ? 0 : 16) : -1;
	*product = has_ids ? number_of(cube, word, bus == BUS_PCI ? 16 : 0) : -1;
}

/* "0x55d3", "0x5600&0xffe0", "any". */
static const char *
part_text(struct arena *arena, const struct cube *cube, int word, int shift, uint32_t all)
{
	unsigned int mask = cube->mask[word] >> shift & all;
	unsigned int value = cube->value[word] >> shift & all;
	int digits = all > 0xffff ? 6 : all > 0xff ? 4 : 2;

	if (mask == 0)
		return "any";
	if (mask == all)
		return arena_printf(arena, "0x%0*x", digits, value);
	return arena_printf(arena, "0x%0*x&0x%0*x", digits, value, digits, mask);
}

struct named_part {
	const char *name;
	int word, shift;
	uint32_t all;
};

/* Adds ", NAME VALUE" for each part that the cube fixes. */
static const char *
add_parts(struct arena *arena, const char *text, const struct cube *cube,
    const struct named_part *parts, size_t count)
{
	size_t i;

	for (i = 0; i < count; i++)
		if ((cube->mask[parts[i].word] >> parts[i].shift & parts[i].all) != 0)
			text = arena_printf(arena, "%s%s%s %s", text, *text != '\0' ? ", " : "",
			    parts[i].name,
			    part_text(arena, cube, parts[i].word, parts[i].shift, parts[i].all));
	return text;
}

static const char *
cube_text(struct arena *arena, enum bus bus, const struct cube *cube)
{
	static const struct named_part usb[] = {{"revision", 1, 16, 0xffff},
	    {"device class", 1, 8, 0xff}, {"subclass", 1, 0, 0xff}, {"protocol", 2, 24, 0xff},
	    {"interface class", 2, 16, 0xff}, {"interface subclass", 2, 8, 0xff},
	    {"interface protocol", 2, 0, 0xff}};
	static const struct named_part hid[] = {
	    {"usage page", 1, 16, 0xffff}, {"usage", 1, 0, 0xffff}};
	static const struct named_part pci[] = {{"subsystem vendor", 1, 0, 0xffff},
	    {"subsystem", 1, 16, 0xffff}, {"class", 2, 8, 0xffffff}};
	bool is_pci = bus == BUS_PCI;
	const char *text = "";

	if (cube->mask[0] != 0)
		text =
		    arena_printf(arena, "%s:%s", part_text(arena, cube, 0, is_pci ? 0 : 16, 0xffff),
			part_text(arena, cube, 0, is_pci ? 16 : 0, 0xffff));
	if (is_pci)
		text = add_parts(arena, text, cube, pci, sizeof(pci) / sizeof(*pci));
	else if (bus == BUS_HID)
		text = add_parts(arena, text, cube, hid, sizeof(hid) / sizeof(*hid));
	else
		text = add_parts(arena, text, cube, usb, sizeof(usb) / sizeof(*usb));
	return text;
}

static const char *
match_text(struct arena *arena, const struct personality *personality, const struct cube *cube)
{
	const char *text = cube_text(arena, personality->bus, cube);
	size_t i, j;

	if (personality->bus == BUS_OTHER || personality->bus == BUS_VIRTUAL)
		text = *personality->provider != '\0' ? personality->provider : "no provider";
	for (i = 0; i < personality->condition_count; i++) {
		text = arena_printf(arena, "%s%s%s", text, *text != '\0' ? ", " : "",
		    personality->conditions[i].key);
		for (j = 0; j < personality->conditions[i].count; j++)
			text = arena_printf(
			    arena, "%s %s", text, personality->conditions[i].values[j]);
	}
	return *text != '\0' ? text : "any device of that bus";
}

static bool
has_value(const struct condition *condition, const char *value)
{
	size_t i;

	for (i = 0; i < condition->count; i++)
		if (strcmp(condition->values[i], value) == 0)
			return true;
	return false;
}

/* Whether what fulfils one condition fulfils the other. */
static bool
implies(const struct condition *narrow, const struct condition *wide)
{
	size_t i;

	if (strcmp(narrow->key, wide->key) != 0)
		return false;
	for (i = 0; i < narrow->count; i++)
		if (!has_value(wide, narrow->values[i]))
			return false;
	return true;
}

/* Whether all that `wide` demands beside the numbers is sure where `narrow` matches. */
static bool
conditions_hold(const struct personality *narrow, const struct personality *wide)
{
	size_t i, j;

	for (i = 0; i < wide->condition_count; i++) {
		for (j = 0; j < narrow->condition_count; j++)
			if (implies(&narrow->conditions[j], &wide->conditions[i]))
				break;
		if (j == narrow->condition_count)
			return false;
	}
	return true;
}

/* USB devices and their interfaces are the same devices to a person. */
static bool
same_bus(const struct personality *a, const struct personality *b)
{
	if (a->bus == BUS_OTHER || b->bus == BUS_OTHER)
		return a->bus == b->bus && strcmp(a->provider, b->provider) == 0;
	return strcmp(bus_name(a->bus), bus_name(b->bus)) == 0;
}

static bool
list_meets(const struct cube_list *list, const struct cube *cube)
{
	struct cube both;
	size_t i;

	for (i = 0; i < list->count; i++)
		if (cube_and(&list->items[i], cube, &both))
			return true;
	return false;
}

static bool
meets(const struct personality *personality, const struct cube *cube)
{
	return list_meets(&personality->devices, cube);
}

static struct compare_row *
add_row(struct arena *arena, struct compare_list *list, const struct personality *personality,
    const struct cube *cube)
{
	const char *match = match_text(arena, personality, cube);
	struct compare_row *row;
	size_t i;

	for (i = 0; i < list->count; i++)
		if (strcmp(bus_name(list->items[i].bus), bus_name(personality->bus)) == 0 &&
		    strcmp(list->items[i].match, match) == 0)
			return NULL;
	row = arena_push(arena, &list->items, &list->count, &list->room, sizeof(*row));
	row->bus = personality->bus;
	row->devices = *cube;
	row->match = match;
	row->personality = personality->name;
	find_ids(personality->bus, cube, &row->vendor_id, &row->product_id);
	return row;
}

/* Why a kind of device, or a part of it, has no driver in the other list. */
static const char *
why_without(struct arena *arena, const struct personality *personality, const struct cube *cube,
    const struct personality_list *other, const char *who)
{
	size_t i;

	for (i = 0; i < other->count; i++) {
		const struct personality *each = &other->items[i];

		if (each->is_apples || !same_bus(personality, each))
			continue;
		if (list_meets(&each->refused, cube))
			return arena_printf(
			    arena, "%s names it and is not signed for it (%s)", who, each->name);
		if (!meets(each, cube))
			continue;
		if (!conditions_hold(personality, each))
			return arena_printf(arena, "%s takes it only where %s fits (%s)", who,
			    each->conditions[0].key, each->name);
		return arena_printf(arena, "%s takes only some of these (%s)", who, each->name);
	}
	return arena_printf(arena, "%s names no such device", who);
}

/* What of a cube the other list has not; *exact is false when there were too many
 * masks to tell. */
static struct cube_list
rest_of(struct arena *arena, const struct personality *personality, const struct cube *cube,
    const struct personality_list *other, bool *exact)
{
	struct cube_list rest = {0};
	size_t i, j;

	*exact = true;
	cube_add(arena, &rest, cube);
	for (i = 0; i < other->count; i++) {
		const struct personality *each = &other->items[i];

		if (each->is_apples || !same_bus(personality, each) ||
		    !conditions_hold(personality, each))
			continue;
		for (j = 0; j < each->devices.count; j++)
			if (!cube_subtract(arena, &rest, &each->devices.items[j]))
				*exact = false;
	}
	return rest;
}

/* IOPCIMatch compares the device's own register and the subsystem's. A word means
 * the first as a rule. */
static bool
is_second_choice(const struct personality *personality, const struct cube *cube)
{
	return personality->has_pci_match && cube->mask[0] == 0 && cube->mask[1] != 0;
}

/* Where the first is taken over, the second is not worth a row. */
static bool
is_told_by_first(struct arena *arena, const struct personality *personality,
    const struct cube *cube, const struct personality_list *other)
{
	struct cube first = {
	    {cube->value[1], 0, cube->value[2]}, {cube->mask[1], 0, cube->mask[2]}};
	bool exact;

	return is_second_choice(personality, cube) &&
	       rest_of(arena, personality, &first, other, &exact).count == 0;
}

/* Rows for what a list has and the other has not. */
static void
add_difference(struct arena *arena, const struct personality_list *from,
    const struct personality_list *other, const char *who, struct compare_list *out)
{
	size_t i, c;

	for (i = 0; i < from->count; i++) {
		const struct personality *each = &from->items[i];

		for (c = 0; !each->is_apples && c < each->devices.count; c++) {
			const struct cube *cube = &each->devices.items[c];
			struct compare_row *row;
			bool exact;

			if (rest_of(arena, each, cube, other, &exact).count == 0 ||
			    is_told_by_first(arena, each, cube, other))
				continue;
			row = add_row(arena, out, each, cube);
			if (row != NULL)
				row->why = exact ? why_without(arena, each, cube, other, who)
						 : "too many masks to tell";
		}
	}
}

/* Whether both may want the same provider: not when each picks another interface. */
static bool
same_part(const struct personality *old, const struct personality *new)
{
	if (old->interface_number >= 0 && new->interface_number >= 0 &&
	    old->interface_number != new->interface_number)
		return false;
	return old->configuration < 0 || new->configuration < 0 ||
	       old->configuration == new->configuration;
}

static const char *
why_contested(struct arena *arena, const struct personality *old, const struct personality *new)
{
	if (old->bus != new->bus)
		return arena_printf(arena,
		    "the kext takes %s, the dext %s: it gets none while the kext is attached",
		    old->bus == BUS_USB_DEVICE ? "the whole device" : "an interface of it",
		    new->bus == BUS_USB_DEVICE ? "the whole device" : "an interface of it");
	if (strcmp(old->provider, HID_INTERFACE) == 0 && strcmp(new->provider, HID_INTERFACE) == 0)
		return "both want the interface of a HID device: when the dext starts, macOS ends "
		       "what is attached there";
	if (strcmp(old->category, new->category) != 0)
		return arena_printf(arena, "match categories differ (%s, %s): both attach",
		    old->category, new->category);
	if (old->bus != BUS_PCI && old->bus != BUS_VIRTUAL && old->bus != BUS_OTHER)
		return arena_printf(arena,
		    "same match category: the dext waits while the kext is attached; before that "
		    "the "
		    "one that names the device more closely is tried first, and among equals the "
		    "probe "
		    "score decides (kext %lld, dext %lld)",
		    (long long)old->score, (long long)new->score);
	if (old->score == new->score)
		return arena_printf(arena,
		    "same match category: the dext waits while the kext is attached; with equal "
		    "probe scores (%lld) it is not certain who is tried first",
		    (long long)old->score);
	return arena_printf(arena,
	    "same match category: the dext waits while the kext is attached; before that the %s "
	    "is tried first (probe score %lld, dext %lld)",
	    old->score > new->score ? "kext" : "dext", (long long)old->score,
	    (long long)new->score);
}

static void
add_contested(struct arena *arena, const struct personality *old,
    const struct personality_list *all, struct compare_list *out)
{
	struct compare_row *row;
	size_t c, j;

	for (c = 0; c < old->devices.count; c++)
		for (j = 0; j < all->count; j++) {
			const struct personality *new = &all->items[j];

			if (new->is_apples || !same_bus(old, new) || !same_part(old, new) ||
			    !meets(new, &old->devices.items[c]) ||
			    is_second_choice(old, &old->devices.items[c]))
				continue;
			row = add_row(arena, out, old, &old->devices.items[c]);
			if (row != NULL)
				row->why = why_contested(arena, old, new);
		}
}

static int
compare_rows(const void *a, const void *b)
{
	const struct compare_row *x = a, *y = b;
	int bus = strcmp(bus_name(x->bus), bus_name(y->bus));

	if (bus != 0)
		return bus;
	if (x->vendor_id != y->vendor_id)
		return x->vendor_id < y->vendor_id ? -1 : 1;
	if (x->product_id != y->product_id)
		return x->product_id < y->product_id ? -1 : 1;
	return strcmp(x->match, y->match);
}

static void
sort_rows(struct compare_list *list)
{
	if (list->count > 0)
		qsort(list->items, list->count, sizeof(*list->items), compare_rows);
}

void
compare_drivers(struct arena *arena, const struct personality_list *old,
    const struct personality_list *new, struct comparison *out)
{
	size_t i;

	*out = (struct comparison){0};
	add_difference(arena, old, new, "the dext", &out->lost);
	add_difference(arena, new, old, "the kext", &out->gained);
	for (i = 0; i < old->count; i++)
		if (!old->items[i].is_apples)
			add_contested(arena, &old->items[i], new, &out->contested);
	sort_rows(&out->lost);
	sort_rows(&out->gained);
	sort_rows(&out->contested);
}
