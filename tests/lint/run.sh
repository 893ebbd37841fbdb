#!/bin/sh
# SPDX-License-Identifier: BSD-2-Clause
# run.sh: every check of this folder, under prove. Tools come from tests/deps.sh.
set -eu
cd "$(dirname "$0")/../.."
tests/deps.sh build lint
LINT_BUILD=${LINT_BUILD:-build}
export LINT_BUILD
checks=$(find tests/lint -name '*.sh' ! -name run.sh ! -name tap.sh | sort)
# shellcheck disable=SC2086 # a list of our own file names
exec prove --timer --failures --comments --jobs "$(nproc)" --exec sh $checks
