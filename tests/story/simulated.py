# SPDX-License-Identifier: BSD-2-Clause
"""What stories in Python share: simulated Macs, their files, their ledger."""
import contextlib
import json
import os
import shutil
import sqlite3
import subprocess
import tempfile

STATE = "Library/Application Support/kextirpate"
# What macOS keeps for itself, and what comes from the building machine.
PRUNED = {"./.macsim", "./dev", "./lib", "./lib64", "./bin", "./usr/bin", "./usr/sbin",
          "./usr/lib", "./usr/local/kextirpate", "./usr/local/bin", "./sbin",
          "./private/tmp", "./System", "./" + STATE,
          "./private/var/db/KernelExtensionManagement", "./Library/StagedExtensions",
          "./private/var/db/SystemPolicyConfiguration", "./Library/SystemExtensions",
          "./Library/KernelCollections"}
# Never written by anybody: a copy may share these files.
BORROWED = (".macsim/lib", "bin", "usr/bin", "usr/sbin", "usr/local/kextirpate")


def folder_for(name):
    """A new folder, in memory where there is room for many Macs."""
    try:
        room = os.statvfs("/dev/shm")
        if "TMPDIR" not in os.environ and room.f_bavail * room.f_frsize > 2 << 30:
            return tempfile.mkdtemp(prefix=name, dir="/dev/shm")
    except OSError:
        pass
    return tempfile.mkdtemp(prefix=name)


class Macsim:
    def __init__(self, program):
        self.program = os.path.abspath(program)

    def call(self, *words, **options):
        return subprocess.run([self.program, *words], stdin=subprocess.DEVNULL,
                              stdout=subprocess.PIPE, stderr=subprocess.PIPE, check=False,
                              **options)

    def must(self, *words):
        done = self.call(*words)
        if done.returncode:
            raise SystemExit(f"macsim {' '.join(words)}: {done.stderr.decode()}")
        return done

    def run(self, mac, words, *options):
        return self.call("run", *options, mac, "--", *words)

    def json(self, mac, words):
        done = self.run(mac, [*words, "--json"])
        try:
            return done.returncode, json.loads(done.stdout)
        except ValueError:
            return done.returncode, {}

    def standings(self, mac):
        kexts = self.json(mac, ["kextirpate", "status"])[1].get("kexts", [])
        return sorted((k["bundle_id"] or "", k["standing"] or "") for k in kexts)

    def shown(self, mac, what):
        return self.call("show", mac, what).stdout.decode().split()


def clone(mac, copy):
    """A copy of a simulated Mac; the borrowed files are linked."""
    shutil.rmtree(copy, ignore_errors=True)
    os.mkdir(copy)
    names = sorted(os.listdir(mac))
    whole = [f"{mac}/{n}" for n in names if n not in (".macsim", "bin", "usr")]
    subprocess.run(["cp", "-a", *whole, copy], check=True)
    subprocess.run(["cp", "-al", f"{mac}/bin", f"{mac}/usr", copy], check=True)
    os.mkdir(f"{copy}/.macsim")
    shutil.copystat(f"{mac}/.macsim", f"{copy}/.macsim")
    parts = [f"{mac}/.macsim/{n}" for n in os.listdir(f"{mac}/.macsim") if n != "lib"]
    subprocess.run(["cp", "-a", *parts, f"{copy}/.macsim"], check=True)
    subprocess.run(["cp", "-al", f"{mac}/.macsim/lib", f"{copy}/.macsim"], check=True)
    return copy


def identity(path):
    """Kind, mode, owner, time and contents. A folder's time changes with what is in it."""
    st = os.lstat(path)
    data, time = b"", 0
    if os.path.islink(path):
        data = os.readlink(path).encode()
    elif os.path.isfile(path):
        time = st.st_mtime_ns
        with open(path, "rb") as file:
            data = file.read()
    return (st.st_mode, st.st_uid, st.st_gid, time, data)


def tree(mac, pruned=frozenset(PRUNED)):
    """Path -> identity of everything that root may move."""
    found = {}
    for folder, folders, files in os.walk(mac):
        here = "." + folder[len(mac):]
        folders[:] = [f for f in folders if f"{here}/{f}" not in pruned]
        for name in folders + files:
            found[f"{here}/{name}"] = identity(os.path.join(folder, name))
    return found


def difference(got, wanted):
    names = sorted(n for n in set(got) | set(wanted) if got.get(n) != wanted.get(n))
    return ", ".join(names[:4])


def ledger_rows(mac, sql):
    path = os.path.join(mac, STATE, "ledger.db")
    if not os.path.exists(path):
        return []
    # A connection that is left alone stays open until Python collects it.
    with contextlib.closing(sqlite3.connect(path)) as db:
        return db.execute(sql).fetchall()


def ledger_fault(mac):
    """'' when the ledger is whole and no run is left open."""
    path = os.path.join(mac, STATE, "ledger.db")
    if not os.path.exists(path):
        return "no ledger"
    answer = ledger_rows(mac, "PRAGMA integrity_check")[0][0]
    running = ledger_rows(mac, "SELECT count(*) FROM run WHERE state = 'running'")[0][0]
    return "" if answer == "ok" and running == 0 else f"{answer}, {running} runs unfinished"


def lost(mac, original):
    """The original files that are neither where they were nor in the vault, or lie there
    although the ledger does not know them."""
    now = tree(mac)
    vault = os.path.join(mac, STATE, "vault")
    slots = {}
    scratch = None
    try:
        if os.path.exists(os.path.join(mac, STATE, "ledger.db")):
            # A reader must not roll back what the next run will.
            scratch = tempfile.mkdtemp(prefix="ledger.")
            copy = os.path.join(scratch, STATE)
            os.makedirs(copy)
            for name in ("ledger.db", "ledger.db-journal"):
                if os.path.exists(os.path.join(mac, STATE, name)):
                    shutil.copy2(os.path.join(mac, STATE, name), copy)
            for path, slot in ledger_rows(
                    scratch, "SELECT path, slot FROM vaulted ORDER BY run, n"):
                slots.setdefault(path, []).append(slot)
    except sqlite3.Error:
        pass  # killed before the ledger had its tables: nothing has moved yet
    finally:
        if scratch:
            shutil.rmtree(scratch)

    def in_vault(path, what):
        name = path[1:]
        above = name
        while above != "/" and above:
            for slot in slots.get(above, ()):
                place = os.path.join(vault, slot) + name[len(above):]
                if os.path.lexists(place) and identity(place) == what:
                    return True
            above = os.path.dirname(above)
        return False

    return [p for p, what in original.items()
            if p[0] == "." and now.get(p) != what and not in_vault(p, what)]
