#!/bin/sh
# SPDX-License-Identifier: BSD-2-Clause
# fetch-zig.sh VENV REQUIREMENTS: zig in a virtual environment, its content
# checked against the hashes in REQUIREMENTS; VENV/zig is the program.
set -eu
venv=$1 requirements=$2
"${0%/*}/../../tests/deps.sh" macos
[ -x "$venv/bin/pip" ] || python3 -m venv "$venv"
"$venv/bin/pip" install --quiet --disable-pip-version-check --no-deps \
  --only-binary :all: --require-hashes --requirement "$requirements"
zig=$("$venv/bin/python" -c 'import os, ziglang; print(os.path.dirname(ziglang.__file__))')/zig
ln -sf "$zig" "$venv/zig"
"$venv/zig" version
