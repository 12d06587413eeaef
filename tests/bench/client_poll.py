#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""What one poll costs an NTP client: instructions and wake-ups, tactusd beside chronyd in one run.

Usage: client_poll.py TACTUSD. CHRONYD names the other daemon (default: chronyd in PATH). Instructions are those of
the program (without the kernel's), as callgrind counts them: the difference of two runs that end after different
numbers of polls, so that the start does not count. Wake-ups are counted by the kernel over polls of one second to
four servers, and given per hour at an interval of 64 s; a daemon without sources has none (daemon_bench.py). Clock
control is off (-x); traffic stays on loopback.
Exit status 77: no chronyd or no valgrind here, or TACTUS_BENCH is not set, because this takes a minute."""

import os
import re
import select
import shutil
import signal
import socket
import struct
import subprocess
import sys
import tempfile
import time

SHORT, LONG = 60, 300  # polls of the two runs
WAKE_SECONDS = 20
LIMIT = {"instructions": 3.0, "wake-ups": 1.1}  # largest ratios to chronyd's figures
ERA = 2208988800


def timestamp():
    seconds, rest = divmod(time.time_ns(), 10**9)
    return struct.pack(">II", (seconds + ERA) & 0xFFFFFFFF, (rest << 32) // 10**9 | 1)


class Servers:
    """Answers of stratum 1 from several addresses of loopback at one port."""

    def __init__(self, count):
        self.sockets = []
        port = 0
        for number in range(1, count + 1):
            one = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
            one.bind((f"127.0.0.{number}", port))
            port = one.getsockname()[1]
            self.sockets.append(one)
        self.port, self.answered = port, 0

    def serve(self, until):
        """Answers until until() is true."""
        while not until():
            for ready in select.select(self.sockets, [], [], 0.05)[0]:
                request, source = ready.recvfrom(2048)
                received = timestamp()
                head = bytes([0x24, 1, request[2], 0xE8]) + struct.pack(">II", 16, 16) + b"GPS\0"
                ready.sendto(head + received + request[40:48] + received + timestamp(), source)
                self.answered += 1

    def close(self):
        for one in self.sockets:
            one.close()


class Client:
    def __init__(self, program, servers, options, wrapper=()):
        self.folder = tempfile.mkdtemp(prefix="tactus-poll-")
        os.chmod(self.folder, 0o770)
        lines = [f"server {one.getsockname()[0]} port {servers.port} {options}" for one in servers.sockets]
        lines += ["port 0", "cmdport 0", f"bindcmdaddress {self.folder}/d.sock", f"pidfile {self.folder}/pid", "user root"]
        self.log = open(f"{self.folder}/log", "w+", encoding="utf-8")
        self.process = subprocess.Popen([*wrapper, program, "-x", "-d", *lines], stdout=self.log, stderr=self.log, cwd=self.folder)

    def stop(self):
        self.process.send_signal(signal.SIGTERM)
        self.process.wait(30)
        self.log.seek(0)
        text = self.log.read()
        self.log.close()
        shutil.rmtree(self.folder)
        return text

    def wakeups(self):
        with open(f"/proc/{self.process.pid}/status", encoding="ascii") as lines:
            return next(int(line.split()[1]) for line in lines if line.startswith("voluntary_ctxt_switches"))


def instructions(program, polls):
    servers = Servers(1)
    wrapper = ["valgrind", "--tool=callgrind", "--callgrind-out-file=/dev/null"]
    client = Client(program, servers, "minpoll -4 maxpoll -4", wrapper)
    deadline = time.monotonic() + 120
    servers.serve(lambda: servers.answered >= polls or time.monotonic() > deadline)
    # The last answer is still to be worked on.
    end = time.monotonic() + 0.02
    servers.serve(lambda: time.monotonic() > end)
    text = client.stop()
    servers.close()
    found = re.search(r"Collected : (\d+)", text)
    if not found or servers.answered < polls:
        sys.exit(f"{program} did not make {polls} polls: {text}")
    return int(found[1]), servers.answered


def per_poll(program):
    short, few = instructions(program, SHORT)
    long, many = instructions(program, LONG)
    return (long - short) / (many - few)


def wakeups_per_poll(program):
    servers = Servers(4)
    client = Client(program, servers, "minpoll 0 maxpoll 0")
    end = time.monotonic() + 5
    servers.serve(lambda: time.monotonic() > end)
    before, answered = client.wakeups(), servers.answered
    end = time.monotonic() + WAKE_SECONDS
    servers.serve(lambda: time.monotonic() > end)
    woken, polls = client.wakeups() - before, servers.answered - answered
    client.stop()
    servers.close()
    return woken / polls


def main():
    tactusd = sys.argv[1]
    chronyd = os.environ.get("CHRONYD") or shutil.which("chronyd", path="/usr/sbin:/sbin:" + os.environ.get("PATH", ""))
    if not os.environ.get("TACTUS_BENCH") or not chronyd or not shutil.which("valgrind"):
        print("SKIP: TACTUS_BENCH is not set, or there is no chronyd or no valgrind")
        sys.exit(77)
    failures = 0
    polls_per_hour = 4 * 3600 / (64 * 1.01)
    for what, measure, scale, unit in (
            ("instructions of a poll", per_poll, 1, ""),
            ("wake-ups at poll 6 with 4 servers", wakeups_per_poll, polls_per_hour, " per hour")):
        ours, theirs = measure(tactusd) * scale, measure(chronyd) * scale
        ok = ours <= theirs * LIMIT[what.split()[0]]
        failures += not ok
        print(f"{'ok      ' if ok else 'FAILED  '}{what}: tactusd {ours:.0f}, chronyd {theirs:.0f}{unit}, "
              f"ratio {ours / theirs:.2f}", flush=True)
    sys.exit(1 if failures else 0)


main()
