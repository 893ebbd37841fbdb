#!/usr/bin/env python3
# SPDX-License-Identifier: BSD-2-Clause
"""json_shapes.py COMMAND STATUS FILE: a command's JSON against what the manual promises to
scripts: every member is there, of its kind, with a word of its list. Members beyond that
are free to come. Prints what is wrong; status 1 when something is."""
import json
import re
import sys

SOURCES = ("bundle receipt auxkc preboot staged stashed kcgen uakl loaded launchd policy "
           "load-history alert policy-mdm install-history relocated").split()
MEMORIES = "receipt policy load-history alert policy-mdm install-history relocated".split()
STANDINGS = ("apple unknown verifying removing installed blocked returned approval-pending "
             "restart-pending inert gone").split() + [None]
STEPS = ("stop-job vault forget clear-staging settle rebuild ask-restart prepare activate "
         "verify restore start-job expire").split()

text, whole, truth = (str,), (int,), (bool,)
null = type(None)


def word(*words):
    return lambda v: v in words


def each(shape):
    return lambda v: isinstance(v, list) and all(judge(i, shape, "item") for i in v)


def maybe(*kinds):
    return kinds + (null,)


HOST = {"root": text, "product_version": maybe(str), "build": maybe(str),
        "chip": word("apple", "intel", None), "arch": maybe(str), "boot_uuid": maybe(str),
        "base_kc_uuid": maybe(str), "aux_kc_uuid": maybe(str), "safe_mode": maybe(bool),
        "sip": maybe(str, bool), "security_mode": maybe(str), "third_party_kexts": maybe(bool),
        "filevault": maybe(bool), "console_user": maybe(str),
        "mdm": {"enrolled": maybe(bool), "may_rebuild": maybe(bool),
                "bootstrap_token": maybe(bool)}}
PROBLEM = {"path": maybe(str), "source": maybe(str), "message": text, "matters": truth}
TRACE = {"source": word(*SOURCES), "role": word("carrier", "memory"),
         "keeper": word("root", "rebuild", "clear-staging", "restart", "recovery", "mdm", "none",
                        "apple", "other-system"),
         "loadable": maybe(bool), "path": maybe(str), "container": maybe(str),
         "version": maybe(str), "team_id": maybe(str),
         "signature": word("verified", "invalid", "unverified", "none", None),
         "cdhash": maybe(str), "uuid": maybe(str), "note": maybe(str)}
CAUSES = word("relinked", "reinstalled", "restored", "unknown", None)
SCANNED = {"bundle_id": maybe(str), "vendor": maybe(str), "product": maybe(str),
           "rule": maybe(str), "team_id": maybe(str),
           "class": word("storage", "filesystem", "network", "input", "display", "audio",
                         "serial", "virtualisation", "security", "other", None),
           "standing": word(*STANDINGS), "return_cause": CAUSES, "traces": each(TRACE)}
DEXT = {"bundle_id": text, "team_id": maybe(str), "version": maybe(str), "state": maybe(str),
        "host_app": maybe(str)}
KEXT = {"bundle_id": maybe(str), "rule": maybe(str), "standing": word(*STANDINGS),
        "since": maybe(str), "build": maybe(str), "exit": whole, "next": maybe(str, dict)}
STEP = {"n": whole, "kind": word(*STEPS), "subject": maybe(str), "why": maybe(str),
        "assumptions": each(text), "state": word("planned", "done", "failed", "skipped"),
        "message": maybe(str)}
NEXT = {"text": text, "command": lambda v: v is None or each(text)(v)}
RUN = {"run": maybe(int), "steps": each(STEP), "kept": each({"path": text, "why": text}),
       "bystanders": each({"bundle_id": text,
                           "effect": word("kept", "restaged", "added", "lost"), "why": text}),
       "kexts": each(KEXT), "dexts": each(DEXT), "next": NEXT}
DEVICE = {"bus": text, "vendor_id": maybe(int), "product_id": maybe(int), "match": maybe(str),
          "personality": maybe(str), "why": maybe(str)}
CHECK = {"id": text, "claim": text, "holds": maybe(bool), "evidence": maybe(str)}
RULE = {"id": text, "vendor": text, "product": text,
        "kexts": each({"bundle_id": maybe(str), "pattern": maybe(str)}), "evidence": text,
        "acts": word("remove", "detect")}
SENTENCE = {"text": text, "basis": word("documented", "observed", "inferred", "guess"),
            "assumption": maybe(str)}
SHAPES = {
    "scan": {"kexts": each(SCANNED), "dexts": each(DEXT)},
    "explain": {"sentences": each(SENTENCE)},
    "status": {"kexts": each(KEXT), "dexts": each(DEXT)},
    "plan": RUN, "uninstall": RUN, "approve": RUN, "undo": RUN, "recheck": RUN, "migrate": RUN,
    "handoff": {"kexts": each(KEXT), "dexts": each(DEXT), "next": NEXT},
    "compare": {k: each(DEVICE) for k in ("lost", "gained", "contested")},
    "doctor": {"checks": each(CHECK)},
    "history": {"builds": each(text), "runs": each({}), "standings": each({})},
    "rules": {"rules": each(RULE)},
}
ALWAYS = {"tool": {"version": text, "rules": text}, "host": HOST, "problems": each(PROBLEM),
          "exit": whole}
wrong = []


def judge(value, shape, name):
    """Whether value has the shape: a dict of members, kinds of Python, or a question."""
    if isinstance(shape, dict):
        good = isinstance(value, dict)
        for key, inner in shape.items() if good else ():
            if key not in value:
                wrong.append(f"{name}: {key} is missing")
            else:
                judge(value[key], inner, key)
    elif isinstance(shape, tuple):
        good = isinstance(value, shape) and not (isinstance(value, bool) and bool not in shape)
    else:
        good = shape(value)
    if not good:
        wrong.append(f"{name}: {json.dumps(value)[:80]} is not of its kind")
    return True


def judge_traces(found):
    """What the table of sources says of role and keeper."""
    for kext in found["kexts"]:
        for trace in kext["traces"]:
            memory = trace["source"] in MEMORIES
            if (trace["role"] == "memory") != memory:
                wrong.append(f"{trace['source']}: is a {trace['role']}")
            if trace["path"] and (not trace["path"].startswith("/") or
                                  re.match(r"/(var|tmp|etc)(/|$)", trace["path"]) or
                                  trace["path"].endswith("/")):
                wrong.append(f"{trace['path']}: is not canonical")


def judge_sentences(told_sentences):
    """What was not seen here rests on something that has a name."""
    for sentence in told_sentences:
        if sentence["basis"] != "observed" and not sentence["assumption"]:
            wrong.append(f"rests on nothing: {sentence['text'][:60]}")


command, status, path = sys.argv[1], int(sys.argv[2]), sys.argv[3]
with open(path, "rb") as file:
    data = file.read()
told = json.loads(data)
if not data.endswith(b"}\n") or data.count(b"\n") != 1:
    wrong.append("is not one object and one newline")
if told["schema"] != f"kextirpate/{command}/1":
    wrong.append(f"schema: {told['schema']}")
if not re.fullmatch(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ", told["at"]):
    wrong.append(f"at: {told['at']}")
if told["exit"] != status:
    wrong.append(f"exit: {told['exit']}, and the process ended with {status}")
judge(told, ALWAYS, "object")
judge(told, SHAPES[command], command)
if command == "scan":
    judge_traces(told)
elif command == "explain":
    judge_sentences(told["sentences"])
for line in sorted(set(wrong)):
    print(line)
sys.exit(1 if wrong else 0)
