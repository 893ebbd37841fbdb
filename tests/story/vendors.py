# SPDX-License-Identifier: BSD-2-Clause
"""Counts a table of vendors' products against the catalogue of rules.

usage: vendors.py TABLE CATALOGUE LEFT-OUT. Every kext id, Team ID, place of a kext,
receipt and job label of every row must stand in a rule of the right kind, or in the
table of what is left out, with its reason. Reads the rules with Python's own XML.
"""
import itertools
import pathlib
import re
import sys
import xml.etree.ElementTree as ET

ID = re.compile(r"^[A-Za-z0-9][\w-]*(\.[\w -]+)+$")
GRADES = "SDVLU"


def braces(text):
    """a{b,c}d as ab..., as a shell has it."""
    match = re.search(r"\{([^{}]*)\}", text)
    if not match:
        return [text]
    parts = match.group(1).split(",")
    return list(itertools.chain(*(braces(text[: match.start()] + p + text[match.end():])
                                  for p in parts)))


def split(cell):
    """The words of a cell; what stands in brackets is a remark."""
    cell = re.sub(r"\((?!\.)[^()]*\)", " ", cell)
    depth, word, words = 0, "", []
    for c in cell + ";":
        depth += (c == "{") - (c == "}")
        if c in ";," and depth == 0:
            words += braces(word.strip())
            word = ""
        else:
            word += c
    out = []
    for word in words:
        word = re.sub(r"^(daemons?|agents?|staged copy|old|earlier|daemon|<= )\s+", "", word).strip()
        word = word.split(" / ")[0].split(" + ")[0].strip()
        word = re.sub(r"^[0-9.+]+: ", "", word).removesuffix(" ...")
        if word == "...":
            continue
        if word.startswith(".") and out and "." in out[-1]:
            word = out[-1].rsplit(".", 1)[0] + word
        if word.endswith(".kext") and "/" not in word and out and "/" in out[-1]:
            word = out[-1].rsplit("/", 1)[0] + "/" + word
        out.append(word)
    return [w for w in out if w]


def read_rules(folder):
    rules = []
    for path in sorted(pathlib.Path(folder).glob("*.xml")):
        top = ET.parse(path).getroot()
        rules.append({
            "id": top.get("id"), "acts": top.get("acts", "remove"),
            "ids": {k.get("id") for k in top.iter("kext") if k.get("id")},
            "patterns": [k.get("pattern") for k in top.iter("kext") if k.get("pattern")],
            "teams": {e.get("team") for e in top.iter() if e.get("team")},
            "places": {p.text for p in top.iter("place")},
            "receipts": {r.get("id") for r in top.iter("receipt")}
            | {k.get("receipt") for k in top.iter("keep") if k.get("receipt")},
            "jobs": {j.get("label") for j in top.iter("job")}
            | {k.get("job") for k in top.iter("keep") if k.get("job")},
            "grades": {e.get("grade") for e in top.iter("evidence")},
        })
    return rules


def has_id(rule, name):
    return name in rule["ids"] or any(
        re.fullmatch(re.sub(r"\.(?![^\[]*\])", r"\\.", p), name) for p in rule["patterns"])


def main():
    table, folder, left_file = sys.argv[1:]
    rules = read_rules(folder)
    left, used = {}, set()
    for line in open(left_file, encoding="utf-8"):
        if line.strip() and not line.startswith("#"):
            row, word, why = (x.strip() for x in line.split("~"))
            left[row, word] = why
    faults, counts, rows = [], {}, 0
    graded = {"act": 0, "detect": 0, "left out": 0}

    def settle(row, kind, word, found):
        seen = counts.setdefault(kind, [0, 0])
        if found:
            seen[0] += 1
        elif (row, word) in left:
            seen[1] += 1
            used.add((row, word))
        else:
            faults.append(f"row {row}: {kind} {word} stands nowhere")

    for line in open(table, encoding="utf-8"):
        cells = [c.strip() for c in line.replace("\\|", "¦").split("|")[1:-1]]
        if len(cells) != 11 or not cells[0].isdigit():
            continue
        rows += 1
        row, ids, team, places, receipts, labels, grade = (
            cells[0], split(cells[3]), cells[4], split(cells[5]), split(cells[6]),
            split(cells[7]), cells[10])
        ids = [w for w in ids if "*" in w or ID.match(w) or "<" in w]
        places = [w for w in places if w.endswith(".kext") or (row, w) in left]
        mine = [r for r in rules if any(has_id(r, i) for i in ids)]
        mine += [r for r in rules if r not in mine and any(p in r["places"] for p in places)]
        if not mine:
            if (row, "row") in left:
                used.add((row, "row"))
                graded["left out"] += 1
            else:
                faults.append(f"row {row}: {cells[1]} {cells[2]} has no rule")
            continue
        own = max(mine, key=lambda r: (len(r["ids"] & set(ids)), len(r["places"] & set(places))))
        graded["act" if own["acts"] == "remove" else "detect"] += 1
        if (grade in GRADES) != (own["acts"] == "remove") or grade not in own["grades"]:
            faults.append(f"row {row} ({grade}): {own['id']} {own['acts']} {own['grades']}")
        for word in ids:
            settle(row, "kext ids", word, any(has_id(r, word) for r in mine))
        for word in re.findall(r"\b[A-Z0-9]{10}\b(?! \(|, )", team):
            settle(row, "Team IDs", word, word in own["teams"])
        for word in places:
            settle(row, "places", word, any(word in r["places"] for r in mine))
        for word in receipts:
            settle(row, "receipts", word, any(word in r["receipts"] for r in mine))
        for word in labels:
            settle(row, "labels", word, any(word in r["jobs"] for r in mine))
    for key in sorted(set(left) - used, key=lambda k: int(k[0])):
        faults.append(f"left out, and not in the table: {key}")
    print(f"# {rows} rows: {graded['act']} act, {graded['detect']} detect, "
          f"{graded['left out']} left out")
    for kind, (found, out) in counts.items():
        print(f"# {kind}: {found} in rules, {out} left out")
    for (row, word), why in sorted(left.items(), key=lambda i: int(i[0][0])):
        print(f"# left out of row {row}: {word}: {why}")
    for fault in faults:
        print(fault)
    return 1 if faults or rows == 0 else 0


sys.exit(main())
