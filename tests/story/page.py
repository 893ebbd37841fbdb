#!/usr/bin/env python3
# SPDX-License-Identifier: BSD-2-Clause
"""page.py FILE: a page of history is self-contained: it has no script, no link, no
picture from elsewhere, no handler; its tags are closed in order. Prints its texts."""
import html.parser
import sys

TAGS = set("html head meta title style body main h1 h2 p ul li strong svg circle rect text path tspan "
           "section div table tr th td details summary".split())
VOID = {"meta"}


class Page(html.parser.HTMLParser):
    def __init__(self):
        super().__init__()
        self.open, self.faults, self.texts = [], [], []

    def handle_starttag(self, tag, attrs):
        if tag not in TAGS:
            self.faults.append("tag " + tag)
        for name, _ in attrs:
            if name.startswith("on") or name in ("src", "href", "xlink:href", "style", "srcset"):
                self.faults.append(f"{name} of {tag}")
        if tag not in VOID:
            self.open.append(tag)

    def handle_startendtag(self, tag, attrs):
        self.handle_starttag(tag, attrs)
        self.handle_endtag(tag)

    def handle_endtag(self, tag):
        if not self.open or self.open.pop() != tag:
            self.faults.append("/" + tag)

    def handle_data(self, data):
        if self.open and self.open[-1] != "style":
            self.texts.append(data.strip())


text = open(sys.argv[1], encoding="utf-8").read()
page = Page()
page.feed(text)
page.close()
style = text[text.index("<style>"):text.index("</style>")]
for word in ("url(", "@import"):
    if word in style:
        page.faults.append(word)
for word in ("prefers-color-scheme:dark", "@media print"):
    if word not in style:
        page.faults.append("no " + word)
if page.open:
    page.faults.append("left open: " + " ".join(page.open))
if page.faults:
    sys.exit("\n".join(page.faults))
print(" | ".join(t for t in page.texts if t))
