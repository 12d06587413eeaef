#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Memory, start and idleness of a plain NTP client, tactusd beside chronyd in one run.

Usage: daemon_bench.py TACTUSD. CHRONYD names the other daemon (default: chronyd in PATH). Exit status 77: none is there.
Clock control is off (-x); traffic stays on loopback. Compared are ratios of one run, never absolute times."""

import os
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time

START_RUNS = 9
START_RATIO_LIMIT = 1.03  # of the fastest starts; both wait 0.200 to 0.204 s before the first request
IDLE_SECONDS = 5
FORBIDDEN = ("gnutls", "nettle", "libssl", "libcrypto", "nss", "tomcrypt", "yaml")


def ntp_sink():
    """A socket where a server would be; it counts requests and never answers."""
    sink = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
    sink.bind(("127.0.0.1", 0))
    return sink


class Daemon:
    def __init__(self, program, lines):
        self.folder = tempfile.mkdtemp(prefix="tactus-bench-")
        os.chmod(self.folder, 0o770)
        common = ["cmdport 0", f"bindcmdaddress {self.folder}/d.sock", f"pidfile {self.folder}/pid", "user root"]
        self.log = open(f"{self.folder}/log", "w+", encoding="utf-8")
        self.started = time.monotonic()
        self.process = subprocess.Popen([program, "-x", "-d", *lines, *common], stdout=self.log, stderr=self.log)

    def __enter__(self):
        return self

    def __exit__(self, *unused):
        self.process.send_signal(signal.SIGTERM)
        self.process.wait(10)
        self.log.close()
        shutil.rmtree(self.folder)

    def status(self, key):
        with open(f"/proc/{self.process.pid}/status", encoding="ascii") as lines:
            for line in lines:
                if line.startswith(key + ":"):
                    return int(line.split()[1])
        raise KeyError(key)

    def libraries(self):
        with open(f"/proc/{self.process.pid}/maps", encoding="ascii") as lines:
            return sorted({line.split()[-1] for line in lines if ".so" in line})

    def require_alive(self):
        if self.process.poll() is not None:
            self.log.seek(0)
            sys.exit(f"the daemon ended: {self.log.read()}")


def first_packet(program):
    """Seconds from exec to the first request."""
    with ntp_sink() as sink:
        sink.settimeout(10)
        with Daemon(program, [f"server 127.0.0.1 port {sink.getsockname()[1]}"]) as daemon:
            sink.recv(2048)
            return time.monotonic() - daemon.started


def memory(program):
    """Resident kB of a client of one server, after it has sent its first requests; and the libraries that it maps."""
    with ntp_sink() as sink:
        sink.settimeout(10)
        with Daemon(program, [f"server 127.0.0.1 port {sink.getsockname()[1]} iburst"]) as daemon:
            sink.recv(2048)
            sink.recv(2048)
            daemon.require_alive()
            return daemon.status("VmRSS"), daemon.status("RssAnon"), daemon.libraries()


def idle_wakeups(program):
    """How often a daemon without sources wakes up in IDLE_SECONDS."""
    with Daemon(program, ["port 0"]) as daemon:
        time.sleep(2)
        daemon.require_alive()
        before = daemon.status("voluntary_ctxt_switches")
        time.sleep(IDLE_SECONDS)
        return daemon.status("voluntary_ctxt_switches") - before


def main():
    tactusd = sys.argv[1]
    chronyd = os.environ.get("CHRONYD") or shutil.which("chronyd", path="/usr/sbin:/sbin:" + os.environ.get("PATH", ""))
    if not chronyd:
        print("SKIP: no chronyd to compare with")
        sys.exit(77)
    failures = []

    def check(ok, text):
        print(("ok      " if ok else "FAILED  ") + text)
        if not ok:
            failures.append(text)

    rss, anon, libraries = memory(tactusd)
    other_rss, other_anon, _ = memory(chronyd)
    check(rss <= other_rss, f"resident memory: tactusd {rss} kB (anonymous {anon}), chronyd {other_rss} kB ({other_anon})")
    mapped = [name for name in libraries if any(word in name for word in FORBIDDEN)]
    check(not mapped, f"no library of TLS, keys or YAML is mapped: {mapped or 'none'}")

    times = {tactusd: [], chronyd: []}
    for _ in range(START_RUNS):
        for program in times:
            times[program].append(first_packet(program))
    best, other = min(times[tactusd]), min(times[chronyd])
    check(best <= other * START_RATIO_LIMIT, f"start to first packet, fastest of {START_RUNS}: tactusd {best * 1e3:.1f} ms, "
          f"chronyd {other * 1e3:.1f} ms, ratio {best / other:.3f}")

    check(idle_wakeups(tactusd) == 0, f"no wake-up in {IDLE_SECONDS} s without sources")
    sys.exit(1 if failures else 0)


main()
