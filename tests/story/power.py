#!/usr/bin/env python3
# SPDX-License-Identifier: BSD-2-Clause
"""A power cut: what was not synced is gone.

The Mac lies in an ext4 image that is mounted. A run is killed at one of its writing
calls; the image is copied as it then is on the medium, without a sync, and the copy is
mounted instead. After that nothing may be lost: each file lies where it was, or in the
vault where the ledger says. The Mac restarts, the same command must end well, and undo
gives the tree back. Prints TAP. Usage: power.py MACSIM [MOMENTS]
"""
import os
import shutil
import subprocess
import sys
import time

import simulated

SIM = simulated.Macsim(sys.argv[1])
MOMENTS = int(sys.argv[2]) if len(sys.argv) > 2 else 6
MEGABYTES = 160
COMMAND = ["kextirpate", "uninstall", "--approval=ask", "example-capture"]
UNDO = ["kextirpate", "undo"]
# The settings of the Mac; what another volume holds is copied. The medium is one all the same.
MACS = (("on one volume", ["volumes=none"]),
        ("with bundles on another volume", ["volumes=disk4s1:/Library/Extensions:apfs"]))


def call(*words):
    return subprocess.run(words, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
                          check=False).returncode


def unmount(disk):
    """A process that was killed may take a moment to let go."""
    for _ in range(100):
        if not os.path.ismount(disk) or call("umount", disk) == 0:
            return
        time.sleep(0.05)
    raise SystemExit(f"{disk}: cannot be unmounted")


def copy(image, to):
    subprocess.run(["cp", "--sparse=always", image, to], check=True)


def is_allowed(folder):
    """Whether this machine lets us mount an image."""
    image, disk = f"{folder}/base.img", f"{folder}/disk"
    os.makedirs(disk)
    with open(image, "wb") as file:
        file.truncate(MEGABYTES << 20)
    if not shutil.which("mkfs.ext4") or call("mkfs.ext4", "-q", "-F", image):
        return False
    return call("mount", "-o", "loop", image, disk) == 0


def after_the_cut(mac, original):
    """'' when the Mac that starts again loses nothing and is led to the end."""
    missing = simulated.lost(mac, original)
    if missing:
        return "lost: " + ", ".join(missing[:4])
    SIM.must("restart", mac)
    again = SIM.run(mac, COMMAND)
    if again.returncode not in (0, 2, 4):
        return f"status {again.returncode}: " + again.stderr.decode()[-200:]
    fault = simulated.ledger_fault(mac)
    if fault:
        return f"ledger: {fault}"
    for bundle in ("ExampleCaptureDriver", "ExampleCaptureEvent"):
        if os.path.exists(f"{mac}/Library/Extensions/{bundle}.kext"):
            return f"{bundle} is still there"
    SIM.must("set", mac, "device=absent")  # or the dext drives it, and undo is refused
    # The cut may have split the work over two runs: undo them both.
    for _ in range(2):
        if simulated.tree(mac) != original:
            SIM.run(mac, UNDO)
    now = simulated.tree(mac)
    return "" if now == original else "after undo: " + simulated.difference(now, original)


def one_moment(folder, k, original):
    image, cut, disk = f"{folder}/run.img", f"{folder}/cut.img", f"{folder}/disk"
    copy(f"{folder}/base.img", image)
    if call("mount", "-o", "loop", image, disk):
        return "the image could not be mounted"
    try:
        killed = SIM.run(f"{disk}/mac", COMMAND, "--kill", str(k)).returncode
        copy(image, cut)
    finally:
        unmount(disk)
    if killed != 137:
        return f"not killed, status {killed}"
    if call("mount", "-o", "loop", cut, disk):
        return "the image could not be mounted after the cut"
    try:
        return after_the_cut(f"{disk}/mac", original)
    finally:
        unmount(disk)


def moments(folder, settings, count):
    """The calls at which the power goes, evenly over the run; the tree before it."""
    disk = f"{folder}/disk"
    mac = f"{disk}/mac"
    if not os.path.ismount(disk):
        call("mount", "-o", "loop", f"{folder}/base.img", disk)
    SIM.must("new", mac, "--macos", "15.7", "--chip", "apple", "--scenario", "capture-card")
    SIM.must("set", mac, *settings)
    SIM.run(mac, ["true"])
    original = simulated.tree(mac)
    unmount(disk)
    copy(f"{folder}/base.img", f"{folder}/run.img")
    call("mount", "-o", "loop", f"{folder}/run.img", disk)
    calls = SIM.run(mac, COMMAND, "--count").stderr.decode().split()[-3]
    unmount(disk)
    return [1 + i * (int(calls) - 1) // max(1, count - 1) for i in range(count)], original


def main():
    folder = simulated.folder_for("power.")
    start, failures = time.time(), 0
    try:
        if os.geteuid() != 0 or not is_allowed(folder):
            print("1..0 # SKIP this machine mounts no image")
            return 0
        for number, (name, settings) in enumerate(MACS, 1):
            count = (MOMENTS + number - 1) // len(MACS)
            chosen, original = moments(folder, settings, count)
            wrong = [(k, w) for k in chosen if (w := one_moment(folder, k, original))]
            for k, text in wrong[:10]:
                print(f"# call {k}: {text}")
            failures += len(wrong)
            print(f"{'not ok' if wrong else 'ok'} {number} - a power cut loses nothing {name}: "
                  f"{count} moments")
        print(f"# {MOMENTS} moments, {failures} wrong, {time.time() - start:.0f} s")
        print(f"1..{len(MACS)}")
        return failures != 0
    finally:
        unmount(f"{folder}/disk")
        shutil.rmtree(folder, ignore_errors=True)


sys.exit(main())
