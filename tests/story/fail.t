#!/bin/sh
# SPDX-License-Identifier: BSD-2-Clause
# Writing calls that fail: a full disk, a broken one, one that may not be written, another
# volume, no right. The run says so, and the next one ends as if nothing had happened.
# FAIL_STEP=7 looks at every seventh call only; make soak at every one.
if [ "$(uname -s)" != Linux ]; then
  echo '1..0 # SKIP the simulated Mac needs Linux'
  exit 0
fi
top=$(cd "${0%/*}/../.." && pwd)
exec python3 "$top/tests/story/kill_points.py" "$top/tests/macsim/macsim" "${FAIL_STEP:-149}" \
  ENOSPC EIO EROFS EXDEV EPERM
