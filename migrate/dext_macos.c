/* SPDX-License-Identifier: BSD-2-Clause */
/* The two keys by which a dext or an app names the first macOS that it runs on. */
#include <stdlib.h>

#include "migrate/dext_macos.h"
#include "kmutil-helpers/banned.h"

int
dext_macos_compare(const char *a, const char *b)
{
	unsigned long one, other;
	char *end;

	while (*a != '\0' || *b != '\0') {
		one = strtoul(a, &end, 10);
		a = *end == '.' && end != a ? end + 1 : "";
		other = strtoul(b, &end, 10);
		b = *end == '.' && end != b ? end + 1 : "";
		if (one != other)
			return one < other ? -1 : 1;
	}
	return 0;
}

/* Rests on ASSUMPTION_DRIVERKIT_IS_DARWIN. Where Darwin's own version is not known, as on a copied
 * disk, its major decides alone. */
static enum tristate
has_driverkit(struct arena *arena, const struct host *host, const char *needs)
{
	int macos = host_macos_of_darwin(needs);

	if (host->darwin != NULL)
		return dext_macos_compare(host->darwin, needs) >= 0 ? YES : NO;
	if (host->macos == 0)
		return UNKNOWN;
	if (macos != host->macos)
		return macos < host->macos ? YES : NO;
	return dext_macos_compare(needs, arena_printf(arena, "%ld", strtol(needs, NULL, 10))) > 0
		   ? UNKNOWN
		   : YES;
}

static const char *
driverkit_text(struct arena *arena, const struct host *host, const char *needs)
{
	int macos = host_macos_of_darwin(needs);
	const char *here = host->darwin != NULL
			       ? arena_printf(arena, "%s (macOS %d)", host->darwin,
				     host_macos_of_darwin(host->darwin))
			       : arena_printf(arena, "that of macOS %d", host->macos);

	return macos != 0 ? arena_printf(arena, "needs DriverKit %s (macOS %d), and this is %s",
				needs, macos, here)
			  : arena_printf(arena, "needs DriverKit %s, and this is %s", needs, here);
}

static enum tristate
has_macos(const struct host *host, const char *needs)
{
	if (host->product_version == NULL)
		return UNKNOWN;
	return dext_macos_compare(host->product_version, needs) >= 0 ? YES : NO;
}

void
dext_macos_read(
    struct arena *arena, const struct plist *info, const struct host *host, struct dext_macos *out)
{
	const char *macos = plist_find_text(info, "LSMinimumSystemVersion"),
		   *driverkit = plist_find_text(info, "OSMinimumDriverKitVersion");

	*out = (struct dext_macos){.new_enough = info != NULL ? YES : UNKNOWN,
	    .text = info != NULL ? "asks for none" : "its Info.plist was not found"};
	if (driverkit != NULL) {
		out->new_enough = has_driverkit(arena, host, driverkit);
		out->text = driverkit_text(arena, host, driverkit);
	}
	if (macos != NULL && out->new_enough != NO &&
	    (driverkit == NULL || has_macos(host, macos) == NO)) {
		out->new_enough = has_macos(host, macos);
		out->text = arena_printf(arena, "needs macOS %s, and this is %s", macos,
		    host->product_version != NULL ? host->product_version : "not known");
	}
}
