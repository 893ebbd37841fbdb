#!/bin/sh
# SPDX-License-Identifier: BSD-2-Clause
# docs.sh: the man page and the program name the same commands and options; what is
# made from data is current.
# shellcheck source=tests/lint/tap.sh
. "${0%/*}/tap.sh"

tool=$LINT_BUILD/kextirpate
make -s "$tool" "$LINT_BUILD/rules/assumption_gen" >/dev/null
commands=$("$tool" --help | sed -n 's/^  \([a-z]*\)  .*/\1/p')
options=$(for c in $commands; do "$tool" "$c" --help; done | sed -n 's/^  \(--*[a-z-]*\).*/\1/p' | sort -u)
page=pkg/man/kextirpate.8
tap_report 'the man page has every command' \
  "$(for c in $commands; do grep -q "^\.It Cm $c\b" "$page" || echo "$c"; done)"
tap_report 'the man page has no command of its own' \
  "$(sed -n '/^.Sh COMMANDS/,/^.Sh OPTIONS/s/^\.It Cm \([a-z]*\).*/\1/p' "$page" | while read -r c; do
    echo "$commands" | grep -qx "$c" || echo "$c"; done)"
tap_report 'the man page has every option' \
  "$(for o in $options; do grep -qE -e "Fl ${o#-}( |$)" "$page" || echo "$o"; done)"
tap_report 'the man page has no option of its own' \
  "$(grep -o 'Fl -*[a-z-]*' "$page" | cut -d' ' -f2 | sort -u | while read -r o; do
    printf '%s\n--version\n' "$options" | grep -qx -e "-$o" || echo "-$o"; done)"
tap_report 'the man page is well-formed' "$(mandoc -T lint -W warning "$page" 2>&1)"
tap_report 'docs/assumptions.md is current' \
  "$("$LINT_BUILD/rules/assumption_gen" --markdown rules/assumptions.xml | diff - docs/assumptions.md | head -n 3)"
man=pkg/man/kextirpate-assumptions.7
tap_report "$man is current" \
  "$("$LINT_BUILD/rules/assumption_gen" --man rules/assumptions.xml | diff - "$man" | head -n 3)"
tap_report "$man is well-formed" "$(mandoc -T lint -W warning "$man" 2>&1)"
man=pkg/man/kextirpate-rules.5
make -s "$LINT_BUILD/rules/schema_gen" >/dev/null
tap_report "$man is current" \
  "$("$LINT_BUILD/rules/schema_gen" --man rules/rules.rng | diff - "$man" | head -n 3)"
tap_report "$man is well-formed" "$(mandoc -T lint -W warning "$man" 2>&1)"
tap_end
