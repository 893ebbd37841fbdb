/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef MIGRATE_VERSION_H
#define MIGRATE_VERSION_H

#define KEXTIRPATE_VERSION "0.1.0"

#endif
