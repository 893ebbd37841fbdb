/* SPDX-License-Identifier: BSD-2-Clause */
/* Texts for systems that run scripts or read files. */
#include "kmutil-helpers/plist_write.h"
#include "migrate/mdm.h"
#include "migrate/version.h"
#include "kmutil-helpers/banned.h"

#define TOOL "/usr/local/kextirpate/bin/kextirpate"

/* Sets $value to one word for the status and the standings behind it. */
static const char *
status_script(struct arena *arena, const char *target)
{
	return arena_printf(arena,
	    "tool=" TOOL "\n"
	    "value='not installed'\n"
	    "if [ -x \"$tool\" ]; then\n"
	    "  lines=$(\"$tool\" status -q%s%s 2>/dev/null)\n"
	    "  case $? in\n"
	    "  0) word=done ;;\n"
	    "  1) word=present ;;\n"
	    "  2) word=restart ;;\n"
	    "  3) word=approval ;;\n"
	    "  4) word=dext ;;\n"
	    "  5) word=blocked ;;\n"
	    "  6) word=partly ;;\n"
	    "  7) word=unknown ;;\n"
	    "  *) word=error ;;\n"
	    "  esac\n"
	    "  value=\"$word: $(printf '%%s\\n' \"$lines\" | tr '\\n<>&' ';___')\"\n"
	    "fi\n",
	    target[0] != '\0' ? " " : "", target);
}

void
mdm_extension_attribute(struct buf *out, struct arena *arena, const char *target)
{
	buf_printf(out,
	    "#!/bin/sh\n# Jamf Pro: an extension attribute of the type String.\n"
	    "# The first word is one of: done present restart approval dext blocked partly "
	    "unknown\n"
	    "# error; then come the kexts.\n%sprintf '<result>%%s</result>\\n' \"$value\"\n",
	    status_script(arena, target));
}

void
mdm_intune_attribute(struct buf *out, struct arena *arena, const char *target)
{
	buf_printf(out,
	    "#!/bin/sh\n# Intune: a custom attribute of the type String, run as root.\n"
	    "# The first word is one of: done present restart approval dext blocked partly "
	    "unknown\n"
	    "# error; then come the kexts.\n%sprintf '%%s\\n' \"$value\"\n",
	    status_script(arena, target));
}

void
mdm_munki(struct buf *out, struct arena *arena, const char *name, const char *target,
    const struct rule *rule)
{
	struct plist_write list;

	plist_write_begin(&list, out);
	plist_write_text(&list, "name", arena_printf(arena, "kextirpate-%s", name));
	plist_write_text(&list, "display_name",
	    arena_printf(
		arena, "Remove the kernel extension of %s", rule != NULL ? rule->product : name));
	plist_write_text(&list, "version", KEXTIRPATE_VERSION);
	plist_write_text(&list, "description",
	    "Takes the legacy kernel extension away for good. What then waits for a restart or a "
	    "person's approval is told by kextirpate status.");
	plist_write_array(&list, "catalogs");
	plist_write_text(&list, NULL, "testing");
	plist_write_end(&list);
	plist_write_text(&list, "installer_type", "nopkg");
	plist_write_text(&list, "minimum_os_version", "11.0");
	plist_write_boolean(&list, "unattended_install", true);
	plist_write_boolean(&list, "uninstallable", false);
	plist_write_text(&list, "installcheck_script",
	    arena_printf(arena,
		"#!/bin/sh\n# 0: there is something to do. Everything else, an error too: not.\n"
		"exec " TOOL " status --installcheck %s\n",
		target));
	plist_write_text(&list, "preinstall_script",
	    arena_printf(arena,
		"#!/bin/sh\n# No dialog, no restart; what waits for those is no failure.\n"
		"exec " TOOL " uninstall --context=mdm --approval=never --pending-ok %s\n",
		target));
	plist_write_done(&list);
}

void
mdm_osquery(struct buf *out)
{
	buf_text(out,
	    "{\n  \"auto_table_construction\": {\n    \"kextirpate_cases\": {\n"
	    "      \"query\": \"SELECT key, bundle_id, rule, standing, since, build, return_cause "
	    "FROM kext_case\",\n"
	    "      \"path\": \"/Library/Application Support/kextirpate/ledger.db\",\n"
	    "      \"columns\": [\"key\", \"bundle_id\", \"rule\", \"standing\", \"since\", "
	    "\"build\", \"return_cause\"],\n"
	    "      \"platform\": \"darwin\"\n    }\n  }\n}\n");
}
