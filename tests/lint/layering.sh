#!/bin/sh
# SPDX-License-Identifier: BSD-2-Clause
# layering.sh: a room of the product includes only itself and rooms above it,
# by room path; tests/macsim includes nothing of the product but the
# assumptions, which are data.
# shellcheck source=tests/lint/tap.sh
. "${0%/*}/tap.sh"

# wrong_includes FILES-OF-ROOM ALLOWED...: includes in quotes outside ALLOWED.
wrong_includes() {
  dir=$1
  shift
  allowed=$(printf '%s|' "$@")
  own_files "$dir/*.c" "$dir/*.h" | while read -r file; do
    grep -nE '^[[:space:]]*#[[:space:]]*include[[:space:]]*"' "$file" |
      grep -vE "\"(${allowed%|})" | sed "s|^|$file:|"
  done
}

rooms='kmutil-helpers rules uninstall migrate'
above=
for room in $rooms; do
  above="$above $room/"
  # shellcheck disable=SC2086 # a list of rooms
  tap_report "$room includes only rooms above it" \
    "$(wrong_includes "$room" $above gen/)"
done
tap_report 'macsim shares no code with the product' \
  "$(wrong_includes tests/macsim tests/macsim/ gen/assumptions.inc)"
# A header by <> could smuggle a room in, too.
tap_report 'no room is included by <>' \
  "$(own_files '*.c' '*.h' | xargs grep -nE "include[[:space:]]*<($(echo "$rooms" | tr ' ' '|'))/")"
tap_end
