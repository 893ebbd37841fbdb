#!/bin/sh
# SPDX-License-Identifier: BSD-2-Clause
# make install and make uninstall: what lies where, with which modes, and what stays of others.
# shellcheck source=tests/story/lib.sh
. "${0%/*}/lib.sh"

dest=$story/dest
umask 002
mkdir -p "$dest/usr/local/bin" "$dest/usr/local/share/man/man8"
chmod 777 "$dest/usr/local/bin"
run_make() {
  make -C "$top" DESTDIR="$dest" "$1" >"$out" 2>"$err" </dev/null
  status=$?
}
expect 0 'make install' run_make install
is 'a folder of others keeps its mode' "$(stat -c %a "$dest/usr/local/bin")" 777
is 'nobody else may write our own' \
  "$(find "$dest/usr/local/kextirpate" "$dest/Library/"* -perm /022 -print)" ''
is 'the link leads to the program' "$("$dest/usr/local/bin/kextirpate" --version)" \
  "$("$top/build/kextirpate" --version)"
is 'each rule is there' "$(ls "$dest/usr/local/kextirpate/rules")" "$(ls "$top/rules/catalogue")"
expect 0 'again, over itself' run_make install
echo '<rule/>' >"$dest/usr/local/kextirpate/rules/mine.xml"
expect 0 'make uninstall' run_make uninstall
is "a person's own rule stays, and nothing else of ours" \
  "$(find "$dest" ! -type d -printf '%P\n')" usr/local/kextirpate/rules/mine.xml
done_testing
