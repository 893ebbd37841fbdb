#!/bin/sh
# SPDX-License-Identifier: BSD-2-Clause
# A migration cut off anywhere goes on, and the device is driven all the time (driven.py).
# DRIVEN_STEP=1 looks at every writing call; make soak does.
if [ "$(uname -s)" != Linux ]; then
  echo '1..0 # SKIP the simulated Mac needs Linux'
  exit 0
fi
top=$(cd "${0%/*}/../.." && pwd)
exec python3 "$top/tests/story/driven.py" "$top/tests/macsim/macsim" "${DRIVEN_STEP:-97}"
