#!/bin/sh
# SPDX-License-Identifier: BSD-2-Clause
# Every macOS, chip and answer: the standing and status of each cell of matrix.tsv, after
# uninstall, after approve, and after the restart. The run prints the table.
# shellcheck source=tests/story/lib.sh
. "${0%/*}/lib.sh"

table=$story/table
grep -v '^#' "$top/tests/story/matrix.tsv" >"$table"
cut -f 1-4 "$table" | tr '\t' ' ' >"$story/cells"

# judge ANSWERS: how many cells are not as the table says; all of them on the way.
judge() {
  cut -f 5-7 "$table" | paste "$story/cells" - "$1" |
    awk -F '\t' -v quiet="${2:-}" '
      { good = $2 == $5 && $3 == $6 && $4 == $7; wrong += !good
        if (!quiet) printf "# %-40s %-20s | %-20s | %-12s%s\n", $1, $5, $6, $7,
          good ? "" : "  WANTED: " $2 " | " $3 " | " $4 }
      END { print wrong + 0 }'
}

mkdir "$story/macs" "$story/answers"
# one N MACOS CHIP WHO USE: a cell's answers into a file of its number.
cat >"$story/one" <<ONE
"$top/tests/story/matrix.sh" "$story/macs" "\$2" "\$3" "\$4" "\$5" >"$story/answers/\$(printf %04d "\$1")"
ONE
nl -ba -w1 -s' ' "$story/cells" | xargs -P 2 -n 5 sh "$story/one"
cat "$story"/answers/* >"$story/answered"
cells=$(grep -c . "$story/cells")
is "every one of the $cells cells answered" "$(grep -c . "$story/answered")" "$cells"
judge "$story/answered"
is "$cells cells: standing and status are those of the table" "$(judge "$story/answered" quiet)" 0

# Whoever always says the same does not pass: not "blocked", nor any other word.
for same in 'blocked 5' 'gone 0' 'inert 3' 'inert 1' 'approval-pending 3' 'restart-pending 2'; do
  sed "s/.*/$same\t$same\t$same/" "$story/cells" >"$story/same"
  wrong=$(judge "$story/same" quiet)
  if [ "$wrong" -ge $((cells * 9 / 10)) ]; then
    ok "always \"$same\" fails in $wrong of $cells cells"
  else
    not_ok "always \"$same\" fails in only $wrong of $cells cells"
  fi
done
is 'and all that the table speaks of is told apart' \
  "$(cut -f 5-7 "$table" | tr '\t' '\n' | sort -u | tr '\n' ';')" \
  '-;approval-pending 3;gone 0;inert 1;inert 3;restart-pending 2;'
done_testing
