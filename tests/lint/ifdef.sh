#!/bin/sh
# SPDX-License-Identifier: BSD-2-Clause
# ifdef.sh: only the seam between systems asks which one it is.
# shellcheck source=tests/lint/tap.sh
. "${0%/*}/tap.sh"

tap_report 'the product asks for the system only in kmutil-helpers/os*' "$(
  product_files c h | grep -v '^kmutil-helpers/os' |
    xargs grep -nE '__(APPLE|linux|MACH)__|TARGET_OS_' /dev/null)"
tap_end
