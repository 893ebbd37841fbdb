#!/bin/sh
# SPDX-License-Identifier: BSD-2-Clause
# SIGTERM, as launchd sends it at shutdown, while a program of macOS is at work: the command
# ends at once and leaves nobody behind, and the next one ends as if nothing had happened.
# STOP_STEP=1 looks at each program of every job; make soak does.
if [ "$(uname -s)" != Linux ]; then
  echo '1..0 # SKIP the simulated Mac needs Linux'
  exit 0
fi
top=$(cd "${0%/*}/../.." && pwd)
exec python3 "$top/tests/story/kill_points.py" "$top/tests/macsim/macsim" "${STOP_STEP:-3}" SIGTERM
