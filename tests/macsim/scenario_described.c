/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * A Mac as a file describes it, one thing a line, fields between tabs:
 *   kext PATH ID TEAM      a bundle, approved, linked and loaded
 *   file PATH TEXT         a file that holds one line
 *   job PATH LABEL         a launchd job's property list
 *   receipt ID             a package; it lists what follows:
 *   lists PATH             relative to "/", in the order of the bill of materials
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "tests/macsim/keep_files.h"
#include "tests/macsim/scenario.h"

#define FIELDS 4
#define LISTED_MAX 4096

struct described {
	const char *root;
	struct model *model;
	char receipt[256];
	char *listed[LISTED_MAX];
	size_t listed_count;
	char **links; /* kexts that are linked when all is there */
	size_t link_count;
};

/* The lines before one must be put before it is: a bill of materials reads files. */
static void
end_receipt(struct described *described)
{
	struct scenario_receipt receipt = {.id = described->receipt,
	    .version = "1.0",
	    .prefix = "/",
	    .name = described->receipt,
	    .paths = described->listed,
	    .count = described->listed_count};

	if (*described->receipt)
		scenario_put_receipt(described->root, &receipt);
	for (size_t i = 0; i < described->listed_count; i++)
		free(described->listed[i]);
	described->listed_count = 0;
	*described->receipt = 0;
}

static void
put_kext(struct described *described, char **field)
{
	struct scenario_kext kext = {field[1], field[2], "1.0", field[3], "", "IOResources", NULL};

	scenario_put_kext(described->root, described->model, &kext);
	described->links =
	    realloc(described->links, (described->link_count + 1) * sizeof(*described->links));
	if (!described->links || !(described->links[described->link_count++] = strdup(field[1])))
		macsim_die("out of memory");
}

static void
put_job(struct described *described, char **field)
{
	struct plist *job = plist_dict();

	plist_set(job, "Label", plist_string(field[2]));
	plist_set(job, "Program", plist_string("/usr/local/bin/example-of-nothing"));
	scenario_put_plist(described->root, field[1], job);
}

static void
put_line(struct described *described, char *line)
{
	char *field[FIELDS] = {NULL}, *rest = line;
	size_t count = 0;

	line[strcspn(line, "\n")] = 0;
	while (count < FIELDS && (field[count] = strsep(&rest, "\t")))
		count++;
	if (!*line || *line == '#')
		return;
	if (!strcmp(field[0], "kext") && count == 4) {
		put_kext(described, field);
	} else if (!strcmp(field[0], "file") && count == 3) {
		struct files_path text = files_format("%s\n", field[2]);
		scenario_put_text(described->root, field[1], text.text);
	} else if (!strcmp(field[0], "job") && count == 3) {
		put_job(described, field);
	} else if (!strcmp(field[0], "receipt") && count == 2) {
		end_receipt(described);
		snprintf(described->receipt, sizeof(described->receipt), "%s", field[1]);
	} else if (!strcmp(field[0], "lists") && count == 2 &&
		   described->listed_count < LISTED_MAX) {
		described->listed[described->listed_count++] = strdup(field[1]);
	} else {
		macsim_die("the description's line \"%s\" is not understood", line);
	}
}

void
scenario_described(const char *root, struct model *model)
{
	static struct described described;
	const char *path = model_get(model, "describe", "");
	char line[2 * FILES_PATH_MAX];
	FILE *file = fopen(path, "r");

	if (!file)
		macsim_die("described: --describe FILE is needed and must be readable");
	described = (struct described){.root = root, .model = model};
	while (fgets(line, sizeof(line), file))
		put_line(&described, line);
	fclose(file);
	end_receipt(&described);
	for (size_t i = 0; i < described.link_count; i++)
		scenario_link_kext(root, model, described.links[i]);
	if (described.link_count > 0)
		scenario_put_policy(root, model, "Described");
	for (size_t i = 0; i < described.link_count; i++)
		free(described.links[i]);
	free(described.links);
}
