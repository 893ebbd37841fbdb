/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * No rule can be written that makes a plan hold a path outside what docs/rules.md
 * allows. Rules are thrown together from sound and hostile pieces, loaded as the tool
 * loads them, and planned on a tree where all that they could name lies. What may stand
 * in a plan is judged here by a list of this file's own, never by rules/places.
 */
#include <ctype.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <strings.h>
#include <cmocka.h>

#include "migrate/rule_paths.h"
#include "tests/unit/bom_make.h"
#include "tests/unit/folder.h"
#include "uninstall/plan.h"
#include "uninstall/source.h"

#define RULES 6000
#define COUNT(array) (sizeof(array) / sizeof(*(array)))

static uint32_t seed = 20261124;

static size_t
roll(size_t sides)
{
	seed = seed * 1664525U + 1013904223U;
	return (seed >> 8) % sides;
}

#define PICK(array) (array)[roll(COUNT(array))]

/* --- what docs/rules.md allows, written once more ---------------------------- */

static const char *const everybodys[] = {"/library", "/applications", "/usr/local", "/opt",
    "/library/extensions", "/library/application support", "/library/launchdaemons",
    "/library/launchagents", "/library/preferences", "/library/frameworks", "/library/filesystems",
    "/library/privilegedhelpertools", "/library/caches", "/library/logs", "/library/fonts",
    "/library/printers", "/library/audio", "/library/audio/plug-ins/hal", "/usr/local/bin",
    "/usr/local/lib", "/usr/local/share", "/usr/local/share/man", "/usr/local/share/man/man8",
    "/usr/local/sbin", "/usr/local/etc", "/usr/local/include", "/applications/utilities"};
static const char *const macos_keeps[] = {"/library/apple", "/library/keychains",
    "/library/managed preferences", "/library/receipts", "/library/stagedextensions",
    "/library/systemextensions", "/library/kernelcollections", "/library/driverextensions",
    "/library/updates", "/library/gpubundles", "/opt/homebrew", "/opt/local", "/usr/local/homebrew",
    "/usr/local/cellar", "/usr/local/caskroom", "/usr/local/opt", "/usr/local/kextirpate",
    "/library/application support/kextirpate"};

static bool
lies_in(const char *path, const char *folder)
{
	size_t len = strlen(folder);

	return strncasecmp(path, folder, len) == 0 && (path[len] == '/' || path[len] == '\0');
}

/* Why the path may not stand in a plan; NULL when it may. */
static const char *
forbidden(const char *path)
{
	static const char *const allowed[] = {
	    "/Library/", "/Applications/", "/usr/local/", "/opt/"};
	size_t i, len = strlen(path);
	const char *at;

	for (at = path; *at != '\0'; at++)
		if (*at < ' ' || *at > '~')
			return "holds an odd character";
	if (strstr(path, "//") != NULL || strstr(path, "/./") != NULL ||
	    strstr(path, "/../") != NULL || path[len - 1] == '/' ||
	    (len > 2 && strcmp(path + len - 3, "/..") == 0) || strcmp(path + len - 2, "/.") == 0)
		return "is not canonical";
	for (i = 0; i < COUNT(allowed) && strncmp(path, allowed[i], strlen(allowed[i])) != 0; i++)
		continue;
	if (i == COUNT(allowed))
		return "lies outside";
	for (i = 0; i < COUNT(everybodys); i++)
		if (strcasecmp(path, everybodys[i]) == 0)
			return "is everybody's";
	for (i = 0; i < COUNT(macos_keeps); i++)
		if (lies_in(path, macos_keeps[i]))
			return "is macOS's or another manager's";
	return NULL;
}

/* --- rules, thrown together -------------------------------------------------- */

/* The first ones are sound. */
#define SOUND 7
static const char *const folders[] = {"/Library/Extensions", "/Library/Application Support",
    "/Library/Application Support/Vendor", "/Applications", "/usr/local/lib", "/opt/vendor",
    "/Library", "", "/System/Library/Extensions", "/Users/ann", "/Users/ann/Library",
    "/private/var/root", "/var/root", "/etc", "/Library/Apple/System", "/library/extensions",
    "/LIBRARY/Apple", "/Library/StagedExtensions/Library/Extensions", "/Library/SystemExtensions",
    "/opt/homebrew/lib", "/usr/local/Cellar", "/usr/bin", "/Library/Linked",
    "/Library/Application Support/kextirpate", "/Volumes/Other/Library", "/Library/Receipts",
    "/Library/\xc3\xa4pple", "/Applications/Vendor.app/Contents", "/tmp", "/Library/../Users/ann",
    "/Library/LaunchDaemons", "/Library/Keychains"};
static const char *const leaves[] = {"Vendor.kext", "Vendor2.kext", "Vendor.kext", "vendor.KEXT",
    "Vendor", "Vendor.app", "..", ".", "", "Vendor/", "/Vendor.kext", "Vendor.kext/Contents",
    "Vendor.kext/Contents/PlugIns/In.kext", "bin", "Extensions", "Apple", "Vend\xc5\xbf.kext",
    "Vendor.kext/../..", "com.vendor.daemon.plist", "Vendor[0-9]{1}.kext", "[0-9]{1}.kext",
    "[A-Za-z]{1,9}.kext", ".kext", "Linked/Vendor.kext", "Application Support", "man8"};
static const char *const ids[] = {"com.vendor.driver", "com.vendor.driver", "com.vendor.two",
    "com.apple.driver", "COM.APPLE.driver", "com.softraid.driver.SoftRAID", "vendor", "", "com.*",
    "com.vendor.\xc3\xa9"};
static const char *const labels[] = {"com.vendor.daemon", "com.vendor.daemon", "com.vendor.agent",
    "com.apple.daemon", "org.other.daemon", "com.vendor", "../com.vendor.daemon",
    "com.vendor.../../etc", "com.vendor.d\xc3\xa9mon", "com/vendor/daemon", ""};
static const char *const packages[] = {"com.vendor.pkg", "com.vendor.pkg", "com.apple.pkg.X",
    "com.vendor.pkg2", "../com.vendor.pkg", "com.vendor.*", "vendor"};
static const char *const patterns[] = {"com.vendor.v[0-9]{1}", "com.vendor.v[0-9]{6}",
    "com.[a-z]{1,9}", "com.apple.[0-9]{1}", "com.vendor.[a-z]{1}", "[0-9]{1}"};

static void add(char *text, const char *format, ...) __attribute__((format(printf, 2, 3)));
static void
add(char *text, const char *format, ...)
{
	size_t len = strlen(text);
	va_list args;

	va_start(args, format);
	(void)vsnprintf(text + len, 8192 - len, format, args);
	va_end(args);
}

/* Most pieces are sound, so that an odd one is not always beside another. */
static void
add_path(char *text, const char *before, const char *after)
{
	size_t sound = roll(4);
	const char *folder = sound == 0 ? PICK(folders) : folders[roll(SOUND)];
	const char *leaf = sound == 1 ? PICK(leaves) : leaves[0];

	if (sound < 2)
		add(text, "%s%s/%s%s", before, folder, leaf, after);
	else
		add(text, "%s%s/Vendor %zu%s%s", before, folder, roll(3),
		    roll(2) == 0 ? ".kext" : "", after);
}

static void
add_kext(char *text)
{
	size_t places = roll(3), kind = roll(8);

	if (kind == 0)
		add(text, "<kext pattern=\"%s\">", PICK(patterns));
	else if (kind < 4)
		add(text, "<kext>");
	else
		add(text, "<kext id=\"%s\">", roll(4) == 0 ? PICK(ids) : "com.vendor.driver");
	if (roll(2) == 0)
		add(text, "<place>/Library/Extensions/Vendor%s.kext</place>",
		    kind == 0 ? "[0-9]{1}" : "");
	while (places-- > 0)
		add_path(text, "<place>", "</place>");
	add(text, "</kext>\n");
}

static void
make_rule(char *text)
{
	size_t i;

	text[0] = '\0';
	add(text, "<rule id=\"r%zu\" vendor=\"V\" product=\"P\" class=\"other\">\n", roll(3));
	for (i = roll(8) == 0 ? 2 : 1; i > 0; i--)
		add_kext(text);
	if (roll(3) == 0)
		add(text, "<receipt id=\"%s\"/>\n",
		    packages[roll(3) == 0 ? roll(COUNT(packages)) : 0]);
	if (roll(3) == 0)
		add(text, "<job label=\"%s\"/>\n", labels[roll(3) == 0 ? roll(COUNT(labels)) : 0]);
	for (i = roll(3); i > 0; i--)
		add_path(text, "<extra>", "</extra>\n");
	if (roll(4) == 0)
		add_path(text, "<keep path=\"", "\">why</keep>\n");
	if (roll(8) == 0)
		add_path(text,
		    "<replacement><dext id=\"com.vendor.dext\" team=\"VENDOR0001\"/>"
		    "<app id=\"com.vendor.app\" team=\"VENDOR0001\" path=\"",
		    "\"/></replacement>\n");
	add(text, "<evidence grade=\"S\">seen</evidence>\n%s",
	    roll(64) == 0 ? "</rule" : "</rule>\n");
}

/* --- a Mac on which everything that a rule could name lies --------------------- */

static void
add_receipt(struct folder *mac, const char *id)
{
	static const struct row rows[] = {{1, 0, "Gone"}};
	static struct bytes bom;
	char name[256];
	FILE *file;

	bom_make(&bom, rows, COUNT(rows));
	(void)snprintf(name, sizeof(name), "private/var/db/receipts/%s.bom", id);
	folder_make_parents(mac, name);
	file = fopen(folder_path(mac, name), "wb");
	if (file == NULL || fwrite(bom.data, 1, bom.len, file) != bom.len || fclose(file) != 0)
		abort();
	(void)snprintf(name, sizeof(name), "private/var/db/receipts/%s.plist", id);
	folder_add(mac, name,
	    "<plist version=\"1.0\"><dict><key>PackageIdentifier</key><string>x</string>"
	    "<key>InstallPrefixPath</key><string>/</string></dict></plist>");
}

static void
make_mac(struct folder *mac)
{
	char name[512];
	size_t i, j;

	folder_make(mac);
	/* What a link leads to is not the product's. */
	folder_add(mac, "Users/ann/linked/Vendor.kext/Contents/Info.plist", "x");
	folder_link(mac, "../Users/ann/linked", "Library/Linked");
	folder_link(mac, "../../Users/ann", "Library/Application Support/Linked");
	for (i = 0; i < COUNT(folders); i++)
		for (j = 0; j < COUNT(leaves); j++) {
			if (strstr(folders[i], "..") != NULL || strstr(leaves[j], "..") != NULL ||
			    strstr(leaves[j], ".plist") != NULL ||
			    strstr(folders[i], "Linked") != NULL)
				continue;
			(void)snprintf(name, sizeof(name), "%s/%s/inside",
			    folders[i] + (folders[i][0] == '/'), leaves[j]);
			folder_make_parents(mac, name);
			if (access(folder_path(mac, name), F_OK) != 0)
				folder_add(mac, name, "x");
		}
	for (i = 0; i < SOUND * 6; i++) {
		(void)snprintf(name, sizeof(name), "%s/Vendor %zu%s/inside", folders[i / 6] + 1,
		    i % 3, i % 6 < 3 ? ".kext" : "");
		folder_add(mac, name, "x");
	}
	for (i = 0; i < 10; i++) {
		(void)snprintf(name, sizeof(name), "Library/Extensions/Vendor%zu.kext/x", i);
		folder_add(mac, name, "x");
		(void)snprintf(name, sizeof(name), "Library/Extensions/%zu.kext/x", i);
		folder_add(mac, name, "x");
	}
	for (i = 0; i < COUNT(labels); i++)
		if (strchr(labels[i], '/') == NULL && labels[i][0] != '\0') {
			(void)snprintf(
			    name, sizeof(name), "Library/LaunchDaemons/%s.plist", labels[i]);
			(void)remove(folder_path(mac, name));
			folder_add(mac, name,
			    "<plist version=\"1.0\"><dict><key>Label</key><string>x</string>"
			    "</dict></plist>");
		}
	add_receipt(mac, "com.vendor.pkg");
	add_receipt(mac, "com.apple.pkg.X");
	add_receipt(mac, "com.vendor.pkg2");
}

/* --- one rule on that Mac ------------------------------------------------------ */

struct trial {
	struct folder mac;
	struct session session;
	struct arena *arena; /* of one rule */
	const char *bundles[4096];
	size_t bundle_count;
	size_t loaded, planned, vaulted, forgotten, stopped, wrong;
	const char *text; /* of the rule */
};

static struct trial trial;

static int
note_bundle(const char *path, const struct stat *st, int type, struct FTW *ftw)
{
	size_t len = strlen(path);

	(void)st, (void)ftw;
	if (type == FTW_D && len > 5 && strcasecmp(path + len - 5, ".kext") == 0 &&
	    trial.bundle_count < COUNT(trial.bundles))
		trial.bundles[trial.bundle_count++] = strdup(path + strlen(trial.mac.path));
	return 0;
}

static void
complain(const char *path, const char *why)
{
	if (trial.wrong++ < 5)
		print_message("%s: %s\n%s\n", path, why, trial.text);
}

/* Whether a link stands on the way to the path. */
static bool
leads_elsewhere(const char *path)
{
	char parent[PATH_MAX], real[PATH_MAX], *slash;

	(void)snprintf(parent, sizeof(parent), "%s%s", trial.mac.path, path);
	slash = strrchr(parent, '/');
	*slash = '\0';
	return realpath(parent, real) == NULL || strcmp(parent, real) != 0;
}

static bool
is_two_labels_of(const char *label, const char *id)
{
	const char *dot = strchr(id, '.');
	size_t len = dot != NULL ? (size_t)(dot + 1 - id) + strcspn(dot + 1, ".[") : 0;

	return len > 0 && strncasecmp(label, id, len) == 0 && label[len] == '.';
}

static void
check_path(const struct rule *rule, const char *path)
{
	const char *why = forbidden(path), *app = rule->replacement.app_path;
	size_t i;

	if (why == NULL && leads_elsewhere(path))
		why = "is reached by a link";
	if (why == NULL && app != NULL && lies_in(path, app))
		why = "lies in the replacement's app";
	for (i = 0; why == NULL && i < rule->keep_count; i++)
		if (rule->keeps[i].kind == KEEP_PATH && lies_in(path, rule->keeps[i].what))
			why = "was to stay";
	if (why != NULL)
		complain(path, why);
}

/* A job that ends: its label begins as a name of the product does. */
static void
check_job(const struct rule *rule, const char *path)
{
	static const char daemons[] = "/Library/LaunchDaemons/";
	const char *label = path + sizeof(daemons) - 1;
	bool is_of = false;
	size_t i;

	if (strncmp(path, daemons, sizeof(daemons) - 1) != 0) {
		complain(path, "is no place of jobs");
		return;
	}
	for (i = 0; i < rule->kext_count; i++)
		is_of |= (rule->kexts[i].bundle_id != NULL &&
			     is_two_labels_of(label, rule->kexts[i].bundle_id)) ||
			 (rule->kexts[i].pattern != NULL &&
			     is_two_labels_of(label, rule->kexts[i].pattern));
	for (i = 0; i < rule->receipt_count; i++)
		is_of |= is_two_labels_of(label, rule->receipts[i]);
	if (!is_of || strncasecmp(label, "com.apple.", 10) == 0)
		complain(path, "is another's job");
}

static void
check_step(const struct rule *rule, const struct step *step)
{
	const char *blank;

	switch (step->kind) {
	case STEP_VAULT:
		trial.vaulted++;
		check_path(rule, step->subject);
		break;
	case STEP_STOP_JOB:
		trial.stopped++;
		blank = strchr(step->subject, ' ');
		check_path(rule, blank + 1);
		check_job(rule, blank + 1);
		break;
	case STEP_FORGET:
		trial.forgotten++;
		if (rule->receipt_count == 0 || strcmp(step->subject, rule->receipts[0]) != 0 ||
		    strncasecmp(step->subject, "com.apple.", 10) == 0)
			complain(step->subject, "is another's receipt");
		break;
	default:
		break;
	}
}

/* launchd runs every job of the Mac. */
static void
collect_jobs(const struct claim_list *claims, struct job_list *jobs)
{
	static const char *domains[] = {"system", NULL};
	struct problem_list problems = {.arena = trial.arena};
	struct root asleep = trial.session.root; /* launchctl is not asked */
	size_t i;

	asleep.live = false;
	for (i = 0; i < claims->count; i++)
		if (jobs_is_place(claims->items[i].path))
			jobs_add(&asleep, trial.arena, claims->items[i].path, &problems, jobs);
	for (i = 0; i < jobs->count; i++)
		jobs->items[i].domains = domains;
}

static void
plan_rule(const struct rule_set *set, const struct rule *rule)
{
	struct kext_case *kexts = arena_array(trial.arena, trial.bundle_count + 1, sizeof(*kexts));
	struct trace *traces = arena_array(trial.arena, trial.bundle_count + 1, sizeof(*traces));
	struct plan_target *targets =
	    arena_array(trial.arena, trial.bundle_count + 1, sizeof(*targets));
	struct claim_extra *extras = NULL;
	struct claim_list claims = {0};
	struct job_list jobs = {0};
	struct case_list cases = {.items = kexts};
	struct plan_input input = {.targets = targets,
	    .cases = &cases,
	    .claims = &claims,
	    .jobs = &jobs,
	    .rules = &rule,
	    .rule_count = 1,
	    .macos_major = 15,
	    .has_rebuild = true,
	    .ask_approval = true,
	    .without_replacement = true};
	struct problem_list problems = {.arena = trial.arena};
	size_t extra_count = 0, room = 0, i;
	struct ownership_sources sources;
	struct plan plan;

	for (i = 0; i < trial.bundle_count; i++) {
		if (rules_find_kext(set, NULL, trial.bundles[i], NULL) != rule)
			continue;
		traces[cases.count] = (struct trace){.source = SOURCE_BUNDLE,
		    .keeper = KEEPER_ROOT,
		    .loadable = UNKNOWN,
		    .path = trial.bundles[i]};
		kexts[cases.count] = (struct kext_case){.path = trial.bundles[i],
		    .rule = rule,
		    .traces = arena_alloc(trial.arena, sizeof(void *)),
		    .trace_count = 1};
		kexts[cases.count].traces[0] = &traces[cases.count];
		targets[cases.count] = (struct plan_target){.kext = &kexts[cases.count],
		    .replacement = REPLACEMENT_READY,
		    .agent_known = true};
		cases.count++;
	}
	input.target_count = cases.count;
	rule_paths_add(&trial.session, rule, &extras, &extra_count, &room);
	sources = (struct ownership_sources){.ids = rule->receipts,
	    .id_count = rule->receipt_count,
	    .extras = extras,
	    .extra_count = extra_count};
	ownership_collect(&trial.session.root, trial.arena, &sources, &problems, &claims);
	collect_jobs(&claims, &jobs);
	input.keep_below = rule_paths_keep(trial.arena, &rule, 1);
	plan_make(trial.arena, &input, &plan);
	trial.planned += plan.step_count > 0 ? 1 : 0;
	for (i = 0; i < plan.step_count; i++)
		check_step(rule, &plan.steps[i]);
}

static void
try_rule(struct folder *rules, const char *text)
{
	struct rule_set set;
	struct root root;

	trial.arena = arena_new(0);
	trial.text = text;
	trial.session.arena = trial.arena;
	trial.session.scan.problems = (struct problem_list){.arena = trial.arena};
	folder_add(rules, "r.xml", text);
	assert_int_equal(root_init(&root, "/", NULL, NULL), 0);
	assert_int_equal(rules_load(&root, rules->path, trial.arena, &set), 0);
	root_done(&root);
	assert_int_equal(set.count + set.fault_count, 1);
	if (set.count == 1) {
		trial.loaded++;
		plan_rule(&set, &set.rules[0]);
	}
	arena_free(trial.arena);
}

static void
no_rule_makes_a_plan_leave_what_is_allowed(void **state)
{
	static char text[8192];
	struct folder rules;
	size_t i;

	(void)state;
	make_mac(&trial.mac);
	folder_make(&rules);
	assert_int_equal(nftw(trial.mac.path, note_bundle, 16, FTW_PHYS), 0);
	assert_int_equal(root_init(&trial.session.root, trial.mac.path, NULL, NULL), 0);
	trial.session.root.live = true; /* as on a running Mac: a link is a fault */
	for (i = 0; i < RULES; i++) {
		make_rule(text);
		try_rule(&rules, text);
	}
	print_message("# %d rules, %zu loaded, %zu with a plan: %zu paths, %zu jobs, %zu receipts; "
		      "%zu bundles on the Mac\n",
	    RULES, trial.loaded, trial.planned, trial.vaulted, trial.stopped, trial.forgotten,
	    trial.bundle_count);
	root_done(&trial.session.root);
	for (i = 0; i < trial.bundle_count; i++)
		free((char *)(uintptr_t)trial.bundles[i]);
	folder_remove(&trial.mac);
	folder_remove(&rules);
	assert_int_equal(trial.wrong, 0);
	assert_true(trial.loaded > RULES / 20 && trial.planned > RULES / 20);
	assert_true(trial.vaulted > 0 && trial.stopped > 0 && trial.forgotten > 0);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(no_rule_makes_a_plan_leave_what_is_allowed),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
