# SPDX-License-Identifier: BSD-2-Clause
"""The members of a kernel collection, by lief."""
import sys

import lief

file = lief.MachO.parse(sys.argv[1])
for command in file.at(0).commands:
    if command.command == lief.MachO.LoadCommand.TYPE.FILESET_ENTRY:
        print(command.name)
