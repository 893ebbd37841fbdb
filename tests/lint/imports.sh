#!/bin/sh
# SPDX-License-Identifier: BSD-2-Clause
# imports.sh: who calls what. The undefined symbols of the product's objects
# against imports.txt. nm also sees a function that is taken by pointer.
# Objects are made here when they are not there or old.
# shellcheck source=tests/lint/tap.sh
. "${0%/*}/tap.sh"

mkdir -p "$LINT_BUILD"
make -s -k >"$LINT_BUILD/imports.txt" 2>&1 && : >"$LINT_BUILD/imports.txt"
tap_report 'the product builds' "$(grep -E 'error:|warning:' "$LINT_BUILD/imports.txt")"
tap_report 'no object calls what is not its own to call' "$(
  product_files c | while read -r source; do
    object=$LINT_BUILD/${source%.c}.o
    [ ! -f "$object" ] || nm -u "$object" | awk -v name="${source%.c}" '{ print name, $NF }'
  done | awk '
    NR == FNR { if (/^[^#]/) { symbols[++rows] = "^(" $1 ")$"; homes[rows] = "^(" $2 ")$" } next }
    {
      sub(/@.*/, "", $2)
      for (i = 1; i <= rows; i++)
        if ($2 ~ symbols[i] && $1 !~ homes[i])
          printf "%s calls %s\n", $1, $2
    }' tests/lint/imports.txt -)"
tap_end
