/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Apple's tools of the simulated Mac: one program, told apart by argv[0]. They
 * run inside, so their root is "".
 */
#ifndef TESTS_MACSIM_TOOL_H
#define TESTS_MACSIM_TOOL_H

#include "tests/macsim/model.h"

/* Each returns the tool's status; tool_main saves the model afterwards. */
int tool_kmutil(struct model *model, int argc, char **argv);
int tool_kmutil_rebuild(struct model *model);
int tool_kmutil_install(struct model *model);
int tool_kmutil_load(struct model *model, int argc, char **argv);
int tool_kmutil_dumpstate(struct model *model);
int tool_kmutil_unload(struct model *model, int argc, char **argv);
int tool_kmutil_log(struct model *model);
int tool_launchctl(struct model *model, int argc, char **argv);
int tool_sudo(struct model *model, int argc, char **argv);
int tool_codesign(struct model *model, int argc, char **argv);
int tool_bputil(struct model *model, int argc, char **argv);
int tool_app(struct model *model, int argc, char **argv);
/* The vendor's program itself: becomes "helper", which is tool_app. */
int tool_app_ask(char **argv);
/* Becomes the command as the console's person; without root it refuses. */
int tool_launchctl_asuser(char **command);
int tool_fdesetup(struct model *model, int argc, char **argv);
int tool_profiles(struct model *model, int argc, char **argv);
int tool_ioreg(struct model *model, int argc, char **argv);
int tool_scutil(struct model *model, int argc, char **argv);
int tool_log(struct model *model, int argc, char **argv);
int tool_shutdown(struct model *model, int argc, char **argv);
int tool_kextcache(struct model *model, int argc, char **argv);
int tool_kcditto(struct model *model, int argc, char **argv);
int tool_pkgutil(struct model *model, int argc, char **argv);
int tool_systemextensionsctl(struct model *model, int argc, char **argv);
int tool_stat(struct model *model, int argc, char **argv);
int tool_csrutil(struct model *model, int argc, char **argv);
int tool_sw_vers(struct model *model, int argc, char **argv);
int tool_sysctl(struct model *model, int argc, char **argv);

#endif
