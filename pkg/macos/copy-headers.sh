#!/bin/sh
# SPDX-License-Identifier: BSD-2-Clause
# copy-headers.sh DIR: this system's headers of libxml2 and SQLite in DIR, for
# a compiler that must not see the rest of /usr/include. LIBXML_ICU_ENABLED is
# switched off: it would ask for ICU's headers, which macOS does not ship.
# What the headers tell beyond macOS 11's versions is caught by lib/*.tbd.
set -eu
dir=$1
mkdir -p "$dir"
cp -R /usr/include/libxml2/libxml "$dir/"
cp /usr/include/sqlite3.h "$dir/"
sed -i '/define LIBXML_ICU_ENABLED/d' "$dir/libxml/xmlversion.h"
if grep -q 'define LIBXML_ICU_ENABLED' "$dir/libxml/xmlversion.h"; then
  echo "copy-headers.sh: LIBXML_ICU_ENABLED is still on in $dir" >&2
  exit 70
fi
