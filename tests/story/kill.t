#!/bin/sh
# SPDX-License-Identifier: BSD-2-Clause
# A crash at any writing call of uninstall, undo, approve, recheck and migrate loses
# nothing. KILL_STEP=7 looks at every seventh call only; make soak at every one.
if [ "$(uname -s)" != Linux ]; then
  echo '1..0 # SKIP the simulated Mac needs Linux'
  exit 0
fi
top=$(cd "${0%/*}/../.." && pwd)
exec python3 "$top/tests/story/kill_points.py" "$top/tests/macsim/macsim" "${KILL_STEP:-29}"
