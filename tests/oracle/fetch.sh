#!/bin/sh
# SPDX-License-Identifier: BSD-2-Clause
# fetch.sh VENV: pyapplebom and lief in a virtual environment, their content checked
# against requirements.txt. Where they cannot be had it says so, and VENV has none.
set -eu
venv=$1 wanted=${0%/*}/requirements.txt
cmp -s "$wanted" "$venv/installed" && exit 0
[ -x "$venv/bin/pip" ] || python3 -m venv "$venv"
if "$venv/bin/pip" install --quiet --disable-pip-version-check --no-deps --timeout 20 \
  --retries 1 --only-binary :all: --require-hashes --requirement "$wanted"; then
  cp "$wanted" "$venv/installed"
else
  echo 'skipped: pyapplebom and lief cannot be had here; their part of the comparison is left out' >&2
fi
