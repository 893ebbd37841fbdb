#!/bin/sh
# SPDX-License-Identifier: BSD-2-Clause
# size.sh: no source file over 600 lines, no function over 60, no line of C
# over 100 columns. A function starts at a "{" and ends at a "}" in column 1.
# shellcheck source=tests/lint/tap.sh
. "${0%/*}/tap.sh"

tap_report 'no file is longer than 600 lines' "$(own_files '*.c' '*.h' '*.sh' '*.py' '*.t' '*.mk' |
  while read -r file; do
    lines=$(wc -l <"$file")
    [ "$lines" -le 600 ] || echo "$file: $lines lines"
  done)"

# shellcheck disable=SC2016 # the program is awk's
tap_report 'no function is longer than 60 lines' "$(own_files '*.c' | xargs awk '
  FNR == 1 { name = ""; start = 0 }
  /^[a-z_][A-Za-z0-9_]*\(/ { name = $0; sub(/\(.*/, "", name) }
  /^\{/ { start = FNR }
  /^\}/ && start {
    if (FNR - start - 1 > 60)
      printf "%s:%d: %s has %d lines\n", FILENAME, start, name, FNR - start - 1
    start = 0
  }')"

tap_report 'no line of C is wider than 100 columns' "$(own_files '*.c' '*.h' |
  while read -r file; do
    expand "$file" | awk -v file="$file" 'length > 100 { print file ":" NR ": " length " columns" }'
  done)"
tap_end
