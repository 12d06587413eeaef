#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Samples in gpsd's formats over SHM and SOCK synchronise a real tactusd (clock control off); garbage is refused and counted. A
PTP clock that is not there ends the daemon at the start.

Usage: refclocks.py TACTUSD TCTL."""

import ctypes
import math
import os
import shutil
import signal
import socket
import struct
import subprocess
import sys
import tempfile
import time

SHM_UNIT = 97  # a unit that no receiver on this machine has
OFFSET_S = 0.0123  # both references are ahead of the clock by this
SHM_SIZE = 96

libc = ctypes.CDLL(None, use_errno=True)
libc.shmat.restype = ctypes.c_void_p
failures = []


def check(ok, text):
    print(("ok      " if ok else "FAILED  ") + text, flush=True)
    if not ok:
        failures.append(text)


class Segment:
    """The writer's side of the shared memory protocol, mode 1, as gpsd does it."""

    def __init__(self, unit):
        self.identity = libc.shmget(0x4E545030 + unit, SHM_SIZE, 0o1000 | 0o600)
        if self.identity < 0:
            sys.exit(f"shmget: {os.strerror(ctypes.get_errno())}")
        self.address = libc.shmat(self.identity, None, 0)
        self.count = 0

    def put(self, offset, form, *values):
        ctypes.memmove(self.address + offset, struct.pack(form, *values), struct.calcsize(form))

    def write(self, offset_s, mode=1):
        now = time.time_ns()
        clock = now + round(offset_s * 1e9)
        self.put(48, "=i", 0)
        self.count += 1
        self.put(0, "=ii", mode, self.count)
        self.put(8, "=qi", clock // 10**9, clock % 10**9 // 1000)
        self.put(24, "=qi", now // 10**9, now % 10**9 // 1000)
        self.put(36, "=iii", 0, -20, 3)
        self.put(52, "=II", clock % 10**9, now % 10**9)
        self.count += 1
        self.put(4, "=i", self.count)
        self.put(48, "=i", 1)

    def remove(self):
        libc.shmctl(self.identity, 0, None)


def sock_message(offset_s, magic=0x534F434B):
    now = time.time_ns()
    return struct.pack("=qqdiiii", now // 10**9, now % 10**9 // 1000, offset_s, 0, 0, 0, magic)


def parse_sources(text):
    rows = [line.split(",") for line in text.strip().splitlines()]
    return {row[2]: row for row in rows if len(row) > 9}


def run(tactusd, tctl, folder, segment):
    lines = [f"refclock SHM {SHM_UNIT} poll 0 dpoll -1 refid GPS", f"refclock SOCK {folder}/sock poll 0 refid NMEA",
             "cmdport 0", f"bindcmdaddress {folder}/d.sock", f"pidfile {folder}/pid", "user root"]
    log = open(f"{folder}/log", "w+", encoding="utf-8")
    daemon = subprocess.Popen([tactusd, "-x", "-d", *lines], stdout=log, stderr=log)

    def ask(*command):
        return subprocess.run([tctl, "-h", f"{folder}/d.sock", *command], capture_output=True, text=True, timeout=30).stdout

    try:
        sender = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
        first = {}

        def feed(seconds, done):
            """Feeds both clocks until done() or the time is up; notes the first offset that each source shows."""
            deadline = time.monotonic() + seconds
            while time.monotonic() < deadline and daemon.poll() is None and not done():
                segment.write(OFFSET_S)
                try:
                    sender.sendto(sock_message(OFFSET_S), f"{folder}/sock")
                    sender.sendto(b"\xff" * 40, f"{folder}/sock")
                    sender.sendto(b"short", f"{folder}/sock")
                    sender.sendto(sock_message(math.nan), f"{folder}/sock")
                except OSError:
                    pass
                for name, row in parse_sources(ask("-c", "sources")).items():
                    if row[5] != "0":
                        first.setdefault(name, float(row[8]))
                time.sleep(0.2)

        def tracking():
            return ask("-c", "tracking").strip().split(",")

        feed(40, lambda: tracking()[-1] == "Normal")
        check(set(first) == {"GPS", "NMEA"}, f"both reference clocks are sources: {sorted(first)}")
        # The sign of reports: positive means that the local clock is ahead; here the reference is.
        check(all(abs(offset_s + OFFSET_S) < 2e-3 for offset_s in first.values()), f"they first measured {first} s")
        feed(8, lambda: False)
        fields = tracking()
        check(fields[1] in ("GPS", "NMEA") and fields[2] == "1" and fields[-1] == "Normal", f"tracking follows one: {fields}")
        rows = parse_sources(ask("-c", "sources"))
        check(sorted(row[1] for row in rows.values()) in (["*", "+"], ["*", "-"]), f"one is selected: {rows}")
        check(all(abs(float(row[7])) < 2e-3 for row in rows.values()), "the offset was slewed away")
        drops = ask("drops")
        check("malformed" in drops and "out_of_range" in drops, "garbage is counted under its reason")
        segment.write(OFFSET_S, mode=7)
        time.sleep(2.5)
        check(daemon.poll() is None, "a segment of an unknown mode is survived")
        log.flush()
        with open(f"{folder}/log", encoding="utf-8") as text:
            written = text.read()
        check("wrong length" in written and "wrong magic" in written and "unknown mode" in written,
              "the log says why messages were refused")
        check(written.count("wrong length") < 20, "and says it at a bounded rate")
        if failures:
            print(written, ask("sources"), drops)
    finally:
        daemon.send_signal(signal.SIGTERM)
        daemon.wait(10)
        log.close()
    check(not os.path.exists(f"{folder}/sock"), "the socket is removed at the end")


def absent_hardware(tactusd, folder):
    for name in (f"{folder}/noptp", "noif0"):
        lines = [f"refclock PHC {name}:nocrossts", "cmdport 0", f"bindcmdaddress {folder}/d.sock",
                 f"pidfile {folder}/pid", "user root"]
        ended = subprocess.run([tactusd, "-x", "-d", *lines], capture_output=True, text=True, timeout=30)
        written = ended.stdout + ended.stderr
        named = f"Could not open PHC (of) {name}\n" in written and "Fatal error : Could not open PHC" in written
        check(ended.returncode == 1 and named, f"a PTP clock that is not there is named and is fatal: {name}")
        if failures:
            print(written)


def main():
    tactusd, tctl = sys.argv[1:3]
    folder = tempfile.mkdtemp(prefix="tactus-refclock-")
    os.chmod(folder, 0o770)
    segment = Segment(SHM_UNIT)
    try:
        run(tactusd, tctl, folder, segment)
        absent_hardware(tactusd, folder)
    finally:
        segment.remove()
        shutil.rmtree(folder)
    sys.exit(1 if failures else 0)


main()
