#!/usr/bin/env python3
# SPDX-License-Identifier: BSD-2-Clause
"""Reads a capture of field.sh: its text, and that it is whole.

A capture is lines of text. The first is "#kextirpate-capture 1". Then sections:

  #section command LABEL        #section fact LABEL
  argv:<TAB>word<TAB>word       value: TEXT
  began: 2026-01-01T00:00:00Z   #end
  ended: 2026-01-01T00:00:01Z
  status: 0
  out: 2                        as many lines follow, each after a bar
  |first
  |second
  err: 0
  #end

"#close" ends each run of the script; "#cut" stands where one was cut off, and takes
the unfinished section before it away. A file that ends otherwise is not whole.
"""
import re


class Broken(Exception):
    """The capture is not whole; the text says FILE:LINE and what is wrong."""


class Section:
    def __init__(self, kind, label):
        self.kind, self.label, self.value, self.argv = kind, label, None, []
        self.began = self.ended = ''
        self.status, self.out, self.err = None, '', ''

    @property
    def text(self):
        return self.out + self.err


class Reader:
    def __init__(self, name, data):
        self.name, self.at = name, 0
        self.rows = data.decode('utf-8', 'surrogateescape').split('\n')
        if self.rows[-1] != '':
            self.fail('the last line has no end: the file is cut off', len(self.rows))
        self.rows.pop()

    def fail(self, why, line=None):
        raise Broken('%s:%d: %s' % (self.name, line or max(self.at, 1), why))

    def next(self):
        if self.at == len(self.rows):
            self.fail('ends without #close: the file is cut off')
        self.at += 1
        return self.rows[self.at - 1]

    def want(self, key):
        row = self.next()
        if row == '#cut':
            raise StopIteration
        if not row.startswith(key):
            self.fail('"%s" is missing' % key.strip())
        return row[len(key):]

    def number(self, key, most=1000000):
        text = self.want(key)
        if not re.fullmatch('[0-9]{1,7}', text) or int(text) > most:
            self.fail('"%s" is no number that can be' % text[:20])
        return int(text)

    def lines(self, key):
        found = []
        for _ in range(self.number(key + ': ')):
            row = self.next()
            if row == '#cut':
                raise StopIteration
            if not row.startswith('|'):
                self.fail('fewer lines than were counted')
            found.append(row[1:] + '\n')
        return ''.join(found)

    def section(self, words):
        if len(words) != 3 or words[1] not in ('command', 'fact'):
            self.fail('a section is "#section command LABEL" or "#section fact LABEL"')
        if not re.fullmatch(r'[A-Za-z0-9._/-]{1,80}', words[2]):
            self.fail('a label has letters, digits and ._/- only')
        found = Section(words[1], words[2])
        if found.kind == 'fact':
            found.value = self.want('value: ')
        else:
            found.argv = self.want('argv:\t').split('\t')
            found.began, found.ended = self.want('began: '), self.want('ended: ')
            found.status = self.number('status: ', 255)
            found.out, found.err = self.lines('out'), self.lines('err')
        if self.want('#end') != '':
            self.fail('"#end" is missing')
        return found


def read(name, data):
    """The sections in order. Raises Broken."""
    reader, found, closed = Reader(name, data), [], False
    if reader.next() != '#kextirpate-capture 1':
        reader.fail('is no capture of field.sh, or of another version')
    while reader.at < len(reader.rows):
        row = reader.next()
        words = row.split(' ')
        if words[0] == '#section':
            closed = False
            try:
                found.append(reader.section(words))
            except StopIteration:
                closed = False
        elif row == '#close':
            closed = True
        elif row not in ('#cut', ''):
            reader.fail('"%s" is not understood' % row[:40])
    if not closed:
        reader.fail('ends without #close: the file is cut off')
    return found
