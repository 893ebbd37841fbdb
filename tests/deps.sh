#!/bin/sh
# SPDX-License-Identifier: BSD-2-Clause
# deps.sh [GROUP...]: what the build and the tests need, installed where it is
# missing. Groups: build test lint macos bench oracle fuzz (default: build test).
# Root on Debian: apt-get, no questions. Anywhere else: names what is missing
# and exits 69. When all is there it starts no package manager.
set -eu

# group  how to tell that it is there          Debian package
needs() {
  cat <<'LIST'
build    command:cc                            gcc
build    command:make                          make
build    header:stdlib.h                       libc6-dev
build    header:libxml2/libxml/parser.h        libxml2-dev
build    header:sqlite3.h                      libsqlite3-dev
test     header:cmocka.h                       libcmocka-dev
test     command:prove                         perl
test     python:json,sqlite3,plistlib           python3
test     command:sqlite3                       sqlite3
test     command:pgrep                         procps
lint     command:clang                         clang
lint     command:clang-tidy                    clang-tidy
lint     command:cppcheck                      cppcheck
lint     command:git                           git
lint     command:nm                            binutils
lint     command:prove                         perl
lint     command:shellcheck                    shellcheck
lint     command:mandoc                        mandoc
lint     command:xmllint                       libxml2-utils
macos    python:json                            python3
macos    python:venv                           python3-venv
macos    python:ensurepip                      python3-venv
bench    python:venv                           python3-venv
bench    python:ensurepip                      python3-venv
macos    command:llvm-lipo-14|llvm-lipo        llvm-14
macos    file:/etc/ssl/certs/ca-certificates.crt ca-certificates
oracle   python:venv                           python3-venv
oracle   python:ensurepip                      python3-venv
oracle   file:/etc/ssl/certs/ca-certificates.crt ca-certificates
fuzz     command:clang                         clang
fuzz     file:/usr/lib/llvm-*/lib/clang/*/lib/linux/libclang_rt.fuzzer-*.a libclang-rt-14-dev
fuzz     python:sqlite3                        python3
LIST
}

is_there() {
  what=${1#*:}
  case $1 in
  command:*)
    command -v "${what%%|*}" >/dev/null 2>&1 || command -v "${what##*|}" >/dev/null 2>&1 ;;
  header:*)
    [ -e "/usr/include/$what" ] || [ -e "/usr/include/$(uname -m)-linux-gnu/$what" ] ;;
  python:*)
    python3 -c "import $what" >/dev/null 2>&1 ;;
  file:*) # a pattern, too
    for file in $what; do
      [ ! -e "$file" ] || return 0
    done
    return 1 ;;
  esac
}

missing_of() {
  needs | while read -r group test package; do
    [ "$group" = "$1" ] || continue
    is_there "$test" || echo "$package"
  done
}

[ "$(uname -s)" = Linux ] || exit 0 # a Mac has its own compiler and libraries
[ $# -gt 0 ] || set -- build test
missing=$(for group; do missing_of "$group"; done | sort -u | tr '\n' ' ')
[ -n "$missing" ] || exit 0

if [ "$(id -u)" -ne 0 ] || ! command -v apt-get >/dev/null 2>&1; then
  echo "deps.sh: missing here (Debian's names): $missing" >&2
  echo "deps.sh: install them, or run as root on Debian" >&2
  exit 69
fi
export DEBIAN_FRONTEND=noninteractive
install() {
  # shellcheck disable=SC2086 # a list of package names
  apt-get install -qq -y --no-install-recommends $missing
}
echo "deps.sh: installing $missing" >&2
{ install || { apt-get update -qq && install; }; } >/dev/null
still=$(for group; do missing_of "$group"; done | sort -u | tr '\n' ' ')
[ -z "$still" ] || { echo "deps.sh: still missing: $still" >&2; exit 69; }
