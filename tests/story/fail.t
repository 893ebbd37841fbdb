#!/bin/sh
# SPDX-License-Identifier: BSD-2-Clause
# Writing calls of uninstall that fail: a full disk, a broken one, one that may not be
# written. The run says so, and the next one ends as if nothing had happened.
if [ "$(uname -s)" != Linux ]; then
  echo '1..0 # SKIP the simulated Mac needs Linux'
  exit 0
fi
top=$(cd "${0%/*}/../.." && pwd)
exec python3 "$top/tests/story/kill_points.py" "$top/tests/macsim/macsim" "${FAIL_STEP:-17}" \
  ENOSPC EIO EPERM EROFS
