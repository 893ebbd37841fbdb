# SPDX-License-Identifier: BSD-2-Clause
"""The kext folders that the bills of materials of a folder list, by pyapplebom."""
import glob
import sys

import pyapplebom

for file in glob.glob(sys.argv[1] + "/*.bom"):
    for entry in pyapplebom.parse_bom_file(file, include_blocks=False)["paths"]:
        if entry["path"].endswith(".kext"):
            print(entry["path"])
