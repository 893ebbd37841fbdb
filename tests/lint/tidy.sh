#!/bin/sh
# SPDX-License-Identifier: BSD-2-Clause
# tidy.sh: clang-tidy (checks and reasons in .clang-tidy), cppcheck, and clang's
# own warnings, over the product and the simulator.
# shellcheck source=tests/lint/tap.sh
. "${0%/*}/tap.sh"

make -s "$LINT_BUILD/gen/assumptions.inc" >/dev/null 2>&1
flags="-std=c17 -D_GNU_SOURCE -I. -I$LINT_BUILD $(xml2-config --cflags 2>/dev/null)"
sources=$({ product_files c; own_files 'tests/macsim/*.c'; } | grep -v os_darwin)
found=$LINT_BUILD/tidy.txt
# shellcheck disable=SC2086 # lists of flags and file names
{
  printf '%s\n' $sources | xargs -P "$(nproc)" -n 4 sh -c \
    "clang -fsyntax-only -Wall -Wextra -Wshadow -Wconversion -Wvla $flags \"\$@\" 2>&1" sh >"$found"
  tap_report 'clang has no warning' "$(grep -E '(warning|error):' "$found")"
  printf '%s\n' $sources | xargs -P "$(nproc)" -n 1 sh -c \
    "clang-tidy --quiet \"\$@\" -- $flags 2>/dev/null" sh >"$found"
  tap_report 'clang-tidy is quiet' "$(grep -E '(warning|error):' "$found" | sed "s|$PWD/||" | sort -u)"
  # cppcheck does not know _Noreturn of C17, and takes `p ? p : &local` for a read
  # of the local (uninitvar; gcc and clang watch for it). Nothing here has threads.
  cppcheck --quiet --std=c11 --enable=warning,performance,portability --inline-suppr \
    --library=posix --suppress=missingInclude --suppress=missingIncludeSystem \
    --suppress=uninitvar --suppress=readdirCalled --suppress=getpwnamCalled '-D_Noreturn=__attribute__((noreturn))' -D_GNU_SOURCE -I. \
    "-I$LINT_BUILD" -j "$(nproc)" --template='{file}:{line}: {id}: {message}' $sources \
    >"$found" 2>&1
  tap_report 'cppcheck is quiet' "$(cat "$found")"
}
tap_end
