#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""What questions cost: command round trips beside chronyd in one run, reports of a thousand sources, memory of the endpoints.

Usage: endpoint_bench.py TACTUSD. CHRONYD names the other daemon (default: chronyd in PATH). Exit status 77: none is there. Clock
control is off (-x); traffic stays on this machine. Compared is what the daemons used of the processor in one run; times of day are
told only."""

import json
import os
import shutil
import signal
import socket
import struct
import subprocess
import sys
import tempfile
import time

ROUND_TRIPS = 10000
SOURCES = 1000
WAIT_S = 20
TRACKING, SOURCE_DATA = (33, 104, b""), (15, 76, struct.pack("!i", 0))
COST_LIMIT = 1.25  # of the processor time of a request, to chronyd's
MEMORY_GROWTH_KB = 64  # what a daemon may grow by while it is asked


class Daemon:
    def __init__(self, program, lines, name="d.sock"):
        self.folder = tempfile.mkdtemp(prefix="tactus-bench-")
        os.chmod(self.folder, 0o770)
        self.socket = f"{self.folder}/{name}"
        common = ["cmdport 0", f"bindcmdaddress {self.socket}", f"pidfile {self.folder}/pid", "user root", "port 0"]
        lines = [line.format(home=self.folder) for line in lines]
        with open(f"{self.folder}/conf", "w", encoding="ascii") as conf:
            conf.write("\n".join(lines + common) + "\n")
        self.log = open(f"{self.folder}/log", "w+", encoding="utf-8")
        self.process = subprocess.Popen([program, "-x", "-d", "-f", f"{self.folder}/conf"], stdout=self.log, stderr=self.log)
        deadline = time.monotonic() + WAIT_S
        while not os.path.exists(self.socket):
            if time.monotonic() > deadline or self.process.poll() is not None:
                self.log.seek(0)
                sys.exit(f"the daemon does not start: {self.log.read()}")
            time.sleep(0.02)

    def __enter__(self):
        return self

    def __exit__(self, *unused):
        self.process.send_signal(signal.SIGTERM)
        self.process.wait(WAIT_S)
        self.log.close()
        shutil.rmtree(self.folder)

    def status(self, key):
        with open(f"/proc/{self.process.pid}/status", encoding="ascii") as lines:
            return next(int(line.split()[1]) for line in lines if line.startswith(key + ":"))

    def processor_s(self):
        """Seconds of the processor so far, in ns resolution."""
        with open(f"/proc/{self.process.pid}/schedstat", encoding="ascii") as text:
            return int(text.read().split()[0]) * 1e-9


class Commands:
    def __init__(self, daemon):
        self.path = f"{daemon.folder}/bench.sock"
        self.socket = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
        self.socket.bind(self.path)
        self.socket.connect(daemon.socket)
        self.socket.settimeout(WAIT_S)

    def __enter__(self):
        return self

    def __exit__(self, *unused):
        self.socket.close()
        os.unlink(self.path)

    def ask(self, code, length, payload):
        self.socket.send((struct.pack("!BBBBHHI8x", 6, 1, 0, 0, code, 0, 1) + payload).ljust(length, b"\0"))
        return self.socket.recv(2048)


def round_trips(program):
    """Processor us for each request, requests per second, growth of the memory in kB."""
    with Daemon(program, ["local stratum 3", "server 127.0.0.9 offline"]) as daemon, Commands(daemon) as client:
        for request in (TRACKING, SOURCE_DATA) * 500:
            client.ask(*request)
        memory, used, start = daemon.status("VmRSS"), daemon.processor_s(), time.monotonic()
        for _ in range(ROUND_TRIPS // 2):
            client.ask(*TRACKING)
            client.ask(*SOURCE_DATA)
        used, passed = daemon.processor_s() - used, time.monotonic() - start
        return used / ROUND_TRIPS * 1e6, ROUND_TRIPS / passed, daemon.status("VmRSS") - memory


def varlink_call(path, method):
    with socket.socket(socket.AF_UNIX, socket.SOCK_STREAM) as peer:
        peer.connect(path)
        peer.sendall(json.dumps({"method": method}).encode() + b"\0")
        answer = b""
        while not answer.endswith(b"\0"):
            answer += peer.recv(1 << 20)
    return json.loads(answer[:-1])


def scrape(port):
    with socket.create_connection(("127.0.0.1", port)) as peer:
        peer.sendall(b"GET /metrics HTTP/1.0\r\n\r\n")
        answer = b""
        while piece := peer.recv(1 << 20):
            answer += piece
    return answer


def thousand_sources(program):
    """What long reports cost, and how many commands are answered in the middle of five of them, and how long one waits."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    sources = [f"server 127.1.{i // 250}.{i % 250 + 1} offline" for i in range(SOURCES)]
    with Daemon(program, [*sources, "varlinksocket {home}/v", f"metricsport {port}"]) as daemon, Commands(daemon) as client:
        for name, read in (("Varlink", lambda: len(varlink_call(f"{daemon.folder}/v", "io.tactus.GetSources")["parameters"]["rows"])),
                           ("metrics", lambda: scrape(port).count(b"\ntactus_source_reach{"))):
            rows, used = read(), daemon.processor_s()
            for _ in range(5):
                rows = read()
            used = (daemon.processor_s() - used) / 5
            child = os.fork()
            if child == 0:
                for _ in range(5):
                    read()
                os._exit(0)
            asked = waited = 0
            while os.waitpid(child, os.WNOHANG)[0] == 0:
                start = time.monotonic()
                client.ask(*TRACKING)
                asked, waited = asked + 1, max(waited, time.monotonic() - start)
            yield name, rows, used * 1e3, asked, waited * 1e3


def endpoints_memory(program, lines):
    with Daemon(program, lines) as daemon:
        time.sleep(1)
        return daemon.status("VmRSS"), daemon.status("RssAnon")


def main():
    tactusd = sys.argv[1]
    chronyd = os.environ.get("CHRONYD") or shutil.which("chronyd", path="/usr/sbin:/sbin:" + os.environ.get("PATH", ""))
    if not chronyd or os.geteuid() != 0:
        print("SKIP: no chronyd to compare with, or not root")
        sys.exit(77)
    failures = []

    def check(ok, text):
        print(("ok      " if ok else "FAILED  ") + text, flush=True)
        if not ok:
            failures.append(text)

    runs = {tactusd: [], chronyd: []}
    for _ in range(3):
        for program in runs:
            runs[program].append(round_trips(program))
    own, other = min(runs[tactusd]), min(runs[chronyd])
    check(own[0] <= other[0] * COST_LIMIT, f"a command costs tactusd {own[0]:.2f} us of the processor, chronyd {other[0]:.2f} us, "
          f"ratio {own[0] / other[0]:.2f}; {own[1]:.0f} and {other[1]:.0f} round trips in a second")
    growth = max(run[2] for run in runs[tactusd])
    check(growth <= MEMORY_GROWTH_KB, f"{ROUND_TRIPS} commands let it grow by {growth} kB")
    for name, rows, used, asked, waited in thousand_sources(tactusd):
        check(rows == SOURCES, f"{name}: {rows} sources cost {used:.2f} ms of the processor; in the middle of five readings {asked} "
              f"commands were answered, the slowest after {waited:.2f} ms")
    plain, both = endpoints_memory(tactusd, []), endpoints_memory(tactusd, ["varlinksocket {home}/v", "metricsport 1023"])
    print(f"        resident memory {plain[0]} kB (anonymous {plain[1]}), with varlink and metrics {both[0]} kB ({both[1]})")
    sys.exit(1 if failures else 0)


main()
