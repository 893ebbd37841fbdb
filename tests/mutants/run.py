#!/usr/bin/env python3
# SPDX-License-Identifier: BSD-2-Clause
"""Takes safety out of copies of the program, one piece at a time (mutants.txt).

Each mutant gets a copy of the tree with its build, so that one file is compiled. The
tests that it names run until one notices. A mutant that no test notices, that does not
build, or whose text is no longer there once, is a fault. Before that the same tests
must pass on the program as it is (not with --no-baseline). --check only looks that each
text is there. Prints TAP.
"""
import argparse
import os
import pathlib
import re
import shutil
import subprocess
import sys
import time
import concurrent.futures

TOP = pathlib.Path(__file__).resolve().parents[2]
ROOMS = ("kmutil-helpers", "rules", "uninstall", "migrate")
COPIES = TOP / "build" / "mutants"
LIMIT_S = 300
KEYS = ("says", "in", "take", "give", "tests")


def read_list():
    mutants = []
    for line in (TOP / "tests/mutants/mutants.txt").read_text("utf-8").splitlines():
        key, _, rest = line.partition(" ")
        if key == "mutant":
            mutants.append({"name": rest.strip()})
        elif key in KEYS:
            mutants[-1][key] = rest.strip()
        elif line and not line.startswith("#"):
            sys.exit(f"mutants.txt: \"{line}\" is not understood")
    for mutant in mutants:
        if [k for k in KEYS if k not in mutant]:
            sys.exit(f"mutants.txt: {mutant['name']} is not whole")
    return mutants


def loose(text):
    """The text, blanks and line ends alike, also where there are none."""
    return r"\s*".join(re.escape(t) for t in re.findall(r"\w+|[^\w\s]", text))


def bodies(source, function):
    """(start, end) of the function's bodies; of the whole file for "-"."""
    if function == "-":
        return [(0, len(source))]
    found = []
    for match in re.finditer(rf"^{re.escape(function)}\([^;{{]*\)\n\{{\n", source, re.M):
        found.append((match.end(), source.index("\n}\n", match.end())))
    return found


def place(top, mutant):
    """(file, start, end) of the one place of the text; a sentence where there is not one."""
    found = []
    for room in ROOMS:
        for path in sorted((top / room).glob("*.c")):
            if path.name == "os_darwin.c":
                continue
            source = path.read_text("utf-8")
            for start, end in bodies(source, mutant["in"]):
                for match in re.finditer(loose(mutant["take"]), source[start:end]):
                    found.append((path, start + match.start(), start + match.end()))
    if len(found) == 1:
        return found[0], ""
    return None, f"its text stands {len(found)} times in {mutant['in']}, not once"


def copy_tree(name):
    """Sources and objects, with their times: make then finds nothing to do."""
    copy = COPIES / name
    shutil.rmtree(copy, ignore_errors=True)
    (copy / "build").mkdir(parents=True)
    words = [str(p) for p in TOP.iterdir() if p.name not in ("build", ".git")]
    subprocess.run(["cp", "-a", *words, str(copy)], check=True)
    kept = ("gen", "flags", "rules", "uninstall", "kmutil-helpers", "migrate", "kextirpate", "tests")
    words = [str(TOP / "build" / k) for k in kept if (TOP / "build" / k).exists()]
    subprocess.run(["cp", "-a", *words, str(copy / "build")], check=True)
    return copy


def commands(mutant):
    """The tests with what each has in its environment."""
    found, env = [], {}
    for word in mutant["tests"].split():
        key, equals, value = word.partition("=")
        if equals:
            env[key] = value
        else:
            found.append((word, dict(env)))
            env = {}
    return found


def make(copy, *targets):
    env = {k: v for k, v in os.environ.items() if not k.startswith(("MAKE", "MFLAGS"))}
    return subprocess.run(["make", "-s", *targets], cwd=copy, stdout=subprocess.PIPE, env=env,
                          stderr=subprocess.STDOUT, text=True, check=False)


def test(copy, name, env):
    """Whether the test passes."""
    kind, _, which = name.partition("/")
    program = f"build/tests/unit/{which}" if kind == "unit" else f"tests/story/{which}.t"
    try:
        done = subprocess.run([str(copy / program)], cwd=copy, stdin=subprocess.DEVNULL,
                              stdout=subprocess.PIPE, stderr=subprocess.STDOUT, check=False,
                              timeout=LIMIT_S, env={**os.environ, **env})
    except subprocess.TimeoutExpired:
        return False
    return done.returncode == 0


def targets_of(tests):
    return ["all"] + [f"build/tests/{name}" for name, _ in tests if name.startswith("unit/")]


def judge(mutant):
    """(good, sentence)"""
    copy = copy_tree(mutant["name"])
    try:
        where, fault = place(copy, mutant)
        if where is None:
            return False, fault
        path, start, end = where
        source = path.read_text("utf-8")
        path.write_text(source[:start] + mutant["give"] + source[end:], "utf-8")
        built = make(copy, *targets_of(commands(mutant)))
        if built.returncode != 0:
            return False, "does not build: " + built.stdout[-600:].replace("\n", " | ")
        for name, env in commands(mutant):
            if not test(copy, name, env):
                return True, f"noticed by {name}"
        return False, "no test notices"
    finally:
        shutil.rmtree(copy, ignore_errors=True)


def check_baseline(mutants):
    """The tests of all mutants pass on the program as it is; else what does not."""
    wanted = []
    for entry in (c for m in mutants for c in commands(m)):
        if entry not in wanted:
            wanted.append(entry)
    copy = copy_tree("none")
    built = make(copy, *targets_of(wanted))
    if built.returncode != 0:
        return "the program does not build"
    with concurrent.futures.ThreadPoolExecutor(os.cpu_count() or 2) as pool:
        passed = list(pool.map(lambda w: test(copy, *w), wanted))
    failed = [name for (name, _), good in zip(wanted, passed) if not good]
    shutil.rmtree(copy, ignore_errors=True)
    print(f"# {len(wanted)} tests on the program as it is")
    return f"fails without a mutant: {', '.join(failed)}" if failed else ""


def main():
    parser = argparse.ArgumentParser(description="Takes safety out of copies of the program.")
    parser.add_argument("--check", action="store_true", help="only look that each text is there")
    parser.add_argument("--no-baseline", action="store_true", help="trust the program as it is")
    parser.add_argument("names", nargs="*", metavar="MUTANT", help="all of the list without one")
    asked = parser.parse_args()
    mutants = read_list()
    unknown = set(asked.names) - {m["name"] for m in mutants}
    if unknown:
        parser.error(f"no such mutant: {', '.join(sorted(unknown))}")
    mutants = [m for m in mutants if not asked.names or m["name"] in asked.names]
    start, failures = time.time(), 0
    if asked.check:
        for mutant in mutants:
            _, fault = place(TOP, mutant)
            failures += bool(fault)
            if fault:
                print(f"# {mutant['name']}: {fault}")
        print(f"{'not ok' if failures else 'ok'} 1 - the text of each of {len(mutants)} mutants "
              "is there once\n1..1")
        return failures != 0
    wrong = "" if asked.no_baseline else check_baseline(mutants)
    print(f"{'not ok' if wrong else 'ok'} 1 - the tests pass without a mutant {wrong}".rstrip())
    with concurrent.futures.ThreadPoolExecutor(os.cpu_count() or 2) as pool:
        for number, (mutant, (good, text)) in enumerate(
                zip(mutants, pool.map(judge, mutants)), 2):
            failures += not good
            print(f"{'ok' if good else 'not ok'} {number} - {mutant['name']}: {mutant['says']}: "
                  f"{text}", flush=True)
    print(f"# {len(mutants)} mutants, {failures} not noticed, {time.time() - start:.0f} s")
    print(f"1..{len(mutants) + 1}")
    return failures != 0 or wrong != ""


sys.exit(main())
