#!/bin/sh
# SPDX-License-Identifier: BSD-2-Clause
# scripts.sh: shellcheck over the shell scripts, a parse of the Python ones,
# xmllint over the XML files (against a RELAX NG of the same room if one is there).
# shellcheck source=tests/lint/tap.sh
. "${0%/*}/tap.sh"

# Stories in Python are Python.
scripts=$(own_files '*.sh' '*.t' '.ci/*' | while read -r file; do
  head -n 1 "$file" | grep -q python || echo "$file"
done)
pythons=$(own_files '*.py' '*.t' | while read -r file; do
  case $file in *.py) echo "$file" ;; *) head -n 1 "$file" | grep -q python && echo "$file" ;; esac
done)
# shellcheck disable=SC2086 # file names without blanks
tap_report 'shellcheck is quiet' "$(shellcheck --external-sources --format gcc $scripts)"
tap_report 'Python scripts parse' "$(echo "$pythons" | while read -r file; do
  python3 -c 'import ast, sys; ast.parse(open(sys.argv[1]).read())' "$file" 2>&1 | tail -n 1
done)"
tap_report 'XML files are well-formed' "$(own_files '*.xml' '*.rng' '*.plist' | while read -r file; do
  xmllint --nonet --noout "$file" 2>&1
done)"
tap_end
