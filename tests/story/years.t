#!/bin/sh
# SPDX-License-Identifier: BSD-2-Clause
# A Mac over the years: macOS 11 to 27, five products, every belief flipped at random.
# YEARS_SEEDS: how many such Macs.
# shellcheck source=tests/story/lib.sh
. "${0%/*}/lib.sh"

python3 "${0%/*}/years.py" "$macsim" "$top/pkg/launchd/org.kextirpate.recheck.plist"
