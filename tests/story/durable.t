#!/bin/sh
# SPDX-License-Identifier: BSD-2-Clause
# What a power cut may forget: nothing that the next run rests on (durable.py).
if [ "$(uname -s)" != Linux ]; then
  echo '1..0 # SKIP the simulated Mac needs Linux'
  exit 0
fi
top=$(cd "${0%/*}/../.." && pwd)
exec python3 "$top/tests/story/durable.py" "$top/tests/macsim/macsim"
