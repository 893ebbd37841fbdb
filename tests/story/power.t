#!/bin/sh
# SPDX-License-Identifier: BSD-2-Clause
# Power cuts (power.py). POWER_MOMENTS=50 looks at more of them; make soak does.
if [ "$(uname -s)" != Linux ]; then
  echo '1..0 # SKIP the simulated Mac needs Linux'
  exit 0
fi
top=$(cd "${0%/*}/../.." && pwd)
exec python3 "$top/tests/story/power.py" "$top/tests/macsim/macsim" "${POWER_MOMENTS:-6}"
