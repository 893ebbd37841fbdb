#!/bin/sh
# SPDX-License-Identifier: BSD-2-Clause
# Every acting rule of the catalogue, on a Mac made from the rule: it is found and
# removed completely; and with all products at once, each goes and leaves the others
# whole.
# shellcheck source=tests/story/lib.sh
. "${0%/*}/lib.sh"

python3 "${0%/*}/products.py" "$macsim" "$top/rules/catalogue" "$story"
