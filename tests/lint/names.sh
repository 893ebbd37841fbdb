#!/bin/sh
# SPDX-License-Identifier: BSD-2-Clause
# names.sh: nothing of the machine it was written on, nothing left for later,
# a licence line first, and every anchor of docs/facts.md that is cited is there.
# shellcheck source=tests/lint/tap.sh
. "${0%/*}/tap.sh"

all=$(own_files | grep -v '^tests/lint/names.sh$')
# shellcheck disable=SC2086 # file names without blanks
{
  tap_report 'no path of a developer machine' \
    "$(grep -nIE '(/wor[k]/|/home/[a-z]|\.\./shared/(facts|contract|design|lab))' $all)"
  tap_report 'nothing is marked as left for later' "$(grep -nIwE 'TODO|FIXME|XXX|HACK' $all)"
}
tap_report 'every source file begins with its licence' "$(
  own_files '*.c' '*.h' '*.sh' '*.py' '*.mk' '*.t' Makefile | while read -r file; do
    head -n 2 "$file" | grep -q 'SPDX-License-Identifier: BSD-2-Clause' || echo "$file"
  done)"
tap_report 'every cited place of docs/facts.md is there' "$(
  own_files '*.c' '*.h' '*.xml' '*.md' '*.sh' | xargs grep -ohE 'facts\.md#[a-z0-9-]+' | sort -u |
    while read -r cited; do
      grep -q "<a id=\"${cited#*#}\"></a>" docs/facts.md || echo "$cited"
    done)"
tap_end
