#!/usr/bin/env python3
# SPDX-License-Identifier: BSD-2-Clause
"""schema.py FOLDER FILE: an MDM command or a profile against Apple's own schemas (YAML,
one payload a file). Every key must be known, of its type, in its range and, where it is
required, there. Prints how many keys were judged. Status 3: no YAML reader, no schemas."""
import os
import plistlib
import sys

try:
    import yaml
except ImportError:
    print("python3-yaml is not installed")
    sys.exit(3)

TYPES = {"<string>": str, "<boolean>": bool, "<integer>": int, "<array>": list,
         "<dictionary>": dict, "<data>": bytes, "<real>": float}
folder, path = sys.argv[1:]
if not os.path.isdir(folder):
    print("no schemas here")
    sys.exit(3)
judged, faults = 0, []


def load(name):
    with open(os.path.join(folder, name), encoding="utf-8") as file:
        return yaml.safe_load(file)


def judge_value(value, row, where):
    global judged
    judged += 1
    kind = TYPES.get(row["type"])
    if kind is not None and (not isinstance(value, kind) or
                             (kind is int and isinstance(value, bool))):
        faults.append(f"{where}: is no {row['type']}")
    elif "rangelist" in row and value not in row["rangelist"]:
        faults.append(f"{where}: {value!r} is not of {row['rangelist']}")
    elif isinstance(value, dict) and row.get("subkeys"):
        judge_dict(value, row["subkeys"], where)
    elif isinstance(value, list) and row.get("subkeys"):
        for i, item in enumerate(value):
            judge_value(item, row["subkeys"][0], f"{where}[{i}]")


def judge_dict(value, rows, where):
    known = {row["key"]: row for row in rows}
    for key, item in value.items():
        row = known.get(key) or known.get("ANY")
        if row is None:
            faults.append(f"{where}/{key}: is not in the schema")
        else:
            judge_value(item, row, f"{where}/{key}")
    for key, row in known.items():
        if row.get("presence") == "required" and key != "ANY" and key not in value:
            faults.append(f"{where}/{key}: is missing")


def judge_profile(profile):
    common = {"PayloadType", "PayloadVersion", "PayloadIdentifier", "PayloadUUID",
              "PayloadDisplayName", "PayloadDescription", "PayloadOrganization"}
    top = load("TopLevel.yaml")["payloadkeys"]
    judge_dict(profile, top, "")
    for i, payload in enumerate(profile["PayloadContent"]):
        own = {k: v for k, v in payload.items() if k not in common}
        for key in ("PayloadType", "PayloadVersion", "PayloadIdentifier", "PayloadUUID"):
            if key not in payload:
                faults.append(f"/PayloadContent[{i}]/{key}: is missing")
        if payload["PayloadUUID"] == profile["PayloadUUID"]:
            faults.append("the payload has the profile's UUID")
        schema = load(payload["PayloadType"] + ".yaml")
        if schema["payload"]["payloadtype"] != payload["PayloadType"]:
            faults.append("the payload's type")
        judge_dict(own, schema["payloadkeys"], f"/PayloadContent[{i}]")


with open(path, "rb") as file:
    found = plistlib.load(file)
if "Command" in found:
    schema = load("device.restart.yaml")
    command = dict(found["Command"])
    if command.pop("RequestType", None) != schema["payload"]["requesttype"] or "CommandUUID" not in found:
        faults.append("/Command/RequestType")
    judge_dict(command, schema["payloadkeys"], "/Command")
else:
    judge_profile(found)
print("\n".join(faults) or f"{judged} keys")
sys.exit(1 if faults else 0)
