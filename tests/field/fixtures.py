# SPDX-License-Identifier: BSD-2-Clause
"""The outputs of a capture as files, for tests to read."""
import json
import os


def write_fixtures(sections, folder):
    """FOLDER/NNN-LABEL.out, .err, and index.json with argv and status."""
    os.makedirs(folder)
    index = []
    for number, one in enumerate(s for s in sections if s.kind == 'command'):
        name = '%03d-%s' % (number, one.label.replace('/', '-'))
        for end, text in (('.out', one.out), ('.err', one.err)):
            with open(os.path.join(folder, name + end), 'wb') as file:
                file.write(text.encode('utf-8', 'surrogateescape'))
        index.append({'name': name, 'argv': one.argv, 'status': one.status, 'began': one.began})
    with open(os.path.join(folder, 'index.json'), 'w', encoding='utf-8') as file:
        json.dump(index, file, indent=1)
        file.write('\n')
