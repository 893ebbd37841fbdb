/* SPDX-License-Identifier: BSD-2-Clause */
/* Questions to the System Extensions policy payload. */
#include <string.h>

#include "kmutil-helpers/sysext_policy.h"
#include "kmutil-helpers/banned.h"

static bool
holds(const struct plist *array, const char *text)
{
	const char *item;
	size_t i;

	for (i = 0; i < plist_count(array); i++) {
		item = plist_text(plist_item(array, i));
		if (item != NULL && strcmp(item, text) == 0)
			return true;
	}
	return false;
}

static bool
holds_type(const struct plist *types, bool is_driver)
{
	return is_driver
		   ? holds(types, "DriverExtension")
		   : holds(types, "NetworkExtension") || holds(types, "EndpointSecurityExtension");
}

bool
sysext_policy_allows(const struct plist *payload, const char *id, const char *team, bool is_driver)
{
	const struct plist *types =
	    plist_find(plist_find(payload, "AllowedSystemExtensionTypes"), team);

	if (types != NULL && !holds_type(types, is_driver))
		return false;
	return holds(plist_find(plist_find(payload, "AllowedSystemExtensions"), team), id) ||
	       holds(plist_find(payload, "AllowedTeamIdentifiers"), team);
}

bool
sysext_policy_is_closed(const struct plist *payload)
{
	int may = 1;

	return plist_boolean(plist_find(payload, "AllowUserOverrides"), &may) == 0 && !may;
}
