#!/bin/sh
# SPDX-License-Identifier: BSD-2-Clause
# peers.sh: builds the peers of the bench in build/bench. One that cannot be had is
# named, and the bench skips it.
set -u
cd "$(dirname "$0")/../.." || exit 70
work=build/bench

python_peers() {
  [ -x $work/venv/bin/python ] || python3 -m venv $work/venv || return
  $work/venv/bin/python -c 'import lief, pyapplebom' 2>/dev/null ||
    $work/venv/bin/pip install --quiet --disable-pip-version-check lief==1.0.0 pyapplebom==0.1.2
}

crate_peer() {
  [ -x $work/cargo/release/bench-apple-bom ] ||
    cargo build --quiet --release --target-dir $work/cargo \
      --manifest-path tests/bench/peers/apple-bom/Cargo.toml
}

mkdir -p $work
python_peers || echo 'lief and pyapplebom cannot be had here: skipped'
crate_peer || echo 'the crate apple-bom cannot be had here: skipped'
exit 0
