# SPDX-License-Identifier: BSD-2-Clause
# The shape of a lint check, sourced by each: it runs at the top of the
# checkout, prints one TAP line per fact and, below a "not ok", what is wrong.
# Build objects are looked for in $LINT_BUILD.
# shellcheck shell=sh
cd "$(dirname "$0")/../.." || exit 70
: "${LINT_BUILD:=build}"
tap_count=0
tap_failed=0

# tap_report NAME FINDINGS: ok when FINDINGS is empty.
tap_report() {
  tap_count=$((tap_count + 1))
  if [ -z "$2" ]; then
    echo "ok $tap_count - $1"
  else
    echo "not ok $tap_count - $1"
    printf '%s\n' "$2" | sed 's/^/# /'
    tap_failed=1
  fi
}

tap_skip() {
  tap_count=$((tap_count + 1))
  echo "ok $tap_count - $1 # SKIP $2"
}

tap_end() {
  echo "1..$tap_count"
  exit "$tap_failed"
}

# The product's C files with one of the endings given, such as c h.
product_files() {
  for ending; do
    own_files "kmutil-helpers/*.$ending" "rules/*.$ending" "uninstall/*.$ending" \
      "migrate/*.$ending"
  done
}

# The project's own text files, relative to the top. Deleted ones are left out.
own_files() {
  git -c safe.directory='*' ls-files -co --exclude-standard -- "$@" | while read -r file; do
    [ -f "$file" ] && echo "$file"
  done
}
