#!/bin/sh
# SPDX-License-Identifier: BSD-2-Clause
# assumptions.sh: every assumption is cited by code of the product or of the
# simulator, and none is cited that is not defined. The product names them by
# enumerator, the simulator by id.
# shellcheck source=tests/lint/tap.sh
. "${0%/*}/tap.sh"

ids=$(grep -oE '<assumption id="[a-z0-9-]+"' rules/assumptions.xml | cut -d'"' -f2)
code=$(product_files c h; own_files 'tests/macsim/*.[ch]')
# shellcheck disable=SC2086 # file names without blanks
cited=$({
  grep -ohE '\bASSUMPTION_[A-Z0-9_]+' $code | grep -vE '^ASSUMPTION_(COUNT|TABLE|ENUM|ROW)$' |
    sed 's/^ASSUMPTION_//; y/ABCDEFGHIJKLMNOPQRSTUVWXYZ_/abcdefghijklmnopqrstuvwxyz-/'
  grep -ohE 'model_assumes\([^)]*"[a-z0-9-]+"' $code | cut -d'"' -f2
} | grep . | sort -u)
tap_report 'every assumption is cited by code' \
  "$(for id in $ids; do echo "$cited" | grep -qx -e "$id" || echo "$id"; done)"
tap_report 'every cited assumption is defined' \
  "$(for id in $cited; do echo "$ids" | grep -qx -e "$id" || echo "$id"; done)"
tap_report 'no id is defined twice' "$(echo "$ids" | sort | uniq -d)"
# What nobody has proven can be flipped, and starts with what hurts or says why not.
unproven=$(grep -E '<assumption .*grade="(inferred|guess)"' rules/assumptions.xml)
sim=$(own_files 'tests/macsim/*.[ch]')
# shellcheck disable=SC2086 # file names without blanks
flippable=$(grep -ohE '"[a-z0-9]+(-[a-z0-9]+)+"' $sim | tr -d '"' | sort -u)
tap_report 'the simulated Mac asks every unproven one' \
  "$(echo "$unproven" | sed 's/.*id="\([^"]*\)".*/\1/' | while read -r id; do
    echo "$flippable" | grep -qx -e "$id" || echo "$id"; done)"
tap_report 'an unproven one that starts with yes is a cure or says because of what' \
  "$(echo "$unproven" | grep 'starts="yes"' | grep -vE 'cure="yes"|because="(hurts|seed|scenario)"')"
tap_report 'there are five cures' "$(grep -c 'cure="yes" starts="yes"' rules/assumptions.xml | grep -vx 5)"
tap_end
