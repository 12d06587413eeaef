#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Real daemons behind the system call filter: servers, clients, keys, names, reference clocks, logs and every command; no
level ends one of them, and the kernel says that the filter is on.

Usage: filter.py TACTUSD TCTL [LEVEL...]. Exit status 77: this kernel has no filter."""

import ctypes
import os
import shutil
import socket
import struct
import subprocess
import sys
import tempfile
import time

SHM_UNIT = 98  # a unit that no receiver on this machine has
LEVELS = ("1", "-1", "2", "-2")
KEY = "1 SHA1 HEX:0102030405060708090a0b0c0d0e0f1011121314\n"
# Commands that have to be obeyed, and others that may be refused: in neither case may the daemon die.
OBEYED = ("tracking", "sources -v", "sourcestats", "activity", "serverstats", "clients", "selectdata", "ntpdata", "authdata",
          "sourcename 127.0.0.1", "accheck 127.0.0.1", "cyclelogs", "dump", "rekey", "refresh", "reload sources", "burst 1/1",
          "offline", "online", "allow 127.0.0.0/8", "deny 10.0.0.0/8", "add server 127.0.0.9 port 11 key 1",
          "minpoll 127.0.0.9 5", "delete 127.0.0.9")
TRIED = ("add server no-such-name.invalid", "add server fe80::9%lo", "add server 127.0.0.10 nts", "add pool localhost",
         "delete 127.0.0.77", "rtcdata", "trimrtc", "writertc", "smoothing", "smoothtime reset", "manual on", "manual list",
         "settime 12:00", "makestep", "local stratum 9", "local off", "drops", "doffset 0", "dfreq 0", "maxupdateskew 100",
         "cmdallow 127.0.0.1", "cmddeny 10.0.0.0/8", "cmdaccheck 127.0.0.1")

libc = ctypes.CDLL(None, use_errno=True)
failures = []


def check(ok, text):
    print(("ok      " if ok else "FAILED  ") + text, flush=True)
    if not ok:
        failures.append(text)


def status_field(pid, name):
    with open(f"/proc/{pid}/status", encoding="ascii") as status:
        return next((line.split()[1] for line in status if line.startswith(name + ":")), None)


def kernel_filters():
    try:
        with open("/proc/sys/kernel/seccomp/actions_avail", encoding="ascii") as actions:
            return "kill_process" in actions.read().split()
    except OSError:
        return False


def free_port():
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def children(pid):
    with open(f"/proc/{pid}/task/{pid}/children", encoding="ascii") as text:
        return text.read().split()


class Daemon:
    def __init__(self, programs, folder, name, options, lines):
        self.tactusd, self.tctl = programs
        self.name, self.home = name, f"{folder}/{name}"
        os.mkdir(self.home, 0o770)
        self.port, self.command_port, self.socket = free_port(), free_port(), f"{self.home}/d.sock"
        lines = [line.format(home=self.home) for line in lines]
        lines += [f"port {self.port}", f"cmdport {self.command_port}", f"bindcmdaddress {self.socket}",
                  f"pidfile {self.home}/pid", f"driftfile {self.home}/drift", f"logdir {self.home}", f"dumpdir {self.home}",
                  f"keyfile {self.home}/keys", "cmdallow 127.0.0.1", "log measurements statistics tracking refclocks selection"]
        with open(f"{self.home}/keys", "w", encoding="ascii") as keys:
            keys.write(KEY)
        os.chmod(f"{self.home}/keys", 0o600)
        own = [] if os.geteuid() == 0 else ["-U"]
        with open(f"{self.home}/conf", "w", encoding="ascii") as conf:
            conf.write("\n".join(lines) + "\n")
        self.log = open(f"{self.home}/log", "w+", encoding="utf-8")
        self.process = subprocess.Popen([self.tactusd, "-x", "-d", *own, *options, "-f", f"{self.home}/conf"],
                                        stdout=self.log, stderr=self.log)

    def ask(self, command, host=None):
        where = ["-h", host, "-p", str(self.command_port)] if host else ["-h", self.socket]
        return subprocess.run([self.tctl, *where, *command.split()], capture_output=True, text=True, timeout=30)

    def alive(self):
        return self.process.poll() is None

    def wait_for(self, seconds, done):
        deadline = time.monotonic() + seconds
        while time.monotonic() < deadline and self.alive():
            if done():
                return True
            time.sleep(0.2)
        return False

    def written(self):
        with open(f"{self.home}/log", encoding="utf-8") as text:
            return text.read()

    def end(self, by_command):
        if by_command and self.alive():
            self.ask("shutdown")
        elif self.alive():
            self.process.terminate()
        try:
            status = self.process.wait(15)
        except subprocess.TimeoutExpired:
            self.process.kill()
            status = self.process.wait()
        self.log.close()
        return status


def feed(daemon):
    """One reading for the SOCK clock; the segment of the SHM clock is only looked at."""
    now = time.time_ns()
    message = struct.pack("=qqdiiii", now // 10**9, now % 10**9 // 1000, 0.0, 0, 0, 0, 0x534F434B)
    with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as sender:
        sender.sendto(message, f"{daemon.home}/sock")


def is_filtered(daemon, level):
    loaded = f"Loaded seccomp filter (level {level.lstrip('-')})"  # without the sign, as chronyd says it
    check(loaded in daemon.written(), f"{daemon.name}: says that the filter is loaded")
    pids = [daemon.process.pid, *children(daemon.process.pid)]
    modes = [status_field(pid, "Seccomp") for pid in pids]
    check(len(pids) == 2 and modes == ["2", "2"], f"{daemon.name}: daemon and name helper are filtered: {modes}")
    with open(f"/proc/{daemon.process.pid}/maps", encoding="utf-8") as maps:
        check("seccomp" not in maps.read(), f"{daemon.name}: the module is unmapped again")


def run_level(programs, folder, level):
    server = Daemon(programs, folder, "server", ["-F", level], ["local stratum 5", "allow 127.0.0.0/8", "allow ::1"])
    client = Daemon(programs, folder, "client", ["-F", level, "-r"],
                    [f"server localhost port {server.port} iburst key 1 minpoll 0 maxpoll 0", "sourcedir {home}/sources",
                     f"refclock SHM {SHM_UNIT} refid GPS poll 0 noselect", "refclock SOCK {home}/sock refid NMEA poll 0 noselect",
                     "server no-such-name.invalid"])
    bare = Daemon(programs, folder, "bare", ["-F", level], [])
    daemons = (server, client, bare)
    try:
        os.mkdir(f"{client.home}/sources")
        with open(f"{client.home}/sources/a.sources", "w", encoding="ascii") as sources:
            sources.write("server 127.0.0.5 port 12\n")
        for daemon in daemons:
            ready = daemon.wait_for(20, lambda d=daemon: d.ask("tracking").returncode == 0)
            check(ready, f"{daemon.name}: answers")
            if not ready:
                print(daemon.written())
                return
            is_filtered(daemon, level)
        client.wait_for(2, lambda: feed(client))
        check(client.wait_for(40, lambda: client.ask("-c tracking").stdout.strip().endswith("Normal")),
              "client: synchronised, by name and with a key")
        added = bare.ask(f"add server 127.0.0.1 port {server.port} iburst key 1 minpoll 0")
        check(added.returncode == 0, f"bare: takes its first source while running: {added.stdout.strip()}")
        check(bare.wait_for(40, lambda: bare.ask("-c tracking").stdout.strip().endswith("Normal")), "bare: synchronised")
        for command in OBEYED:
            answer = client.ask(command)
            check(answer.returncode == 0 and client.alive(), f"client: {command}: {answer.returncode}")
        for command in TRIED:
            client.ask(command)
            check(client.alive(), f"client: survives {command}")
        for command in ("tracking", "sources", "activity"):
            check(client.ask(command, "127.0.0.1").returncode == 0, f"client: {command} by UDP")
        client.wait_for(2, lambda: feed(client))
        check(server.ask("serverstats").returncode == 0 and server.ask("clients").returncode == 0, "server: its statistics")
        for daemon in daemons:
            status = daemon.end(by_command=daemon is not server)
            check(status == 0 and "exiting" in daemon.written(), f"{daemon.name}: orderly end, status {status}")
        check(os.path.exists(f"{client.home}/drift") and os.path.exists(f"{client.home}/measurements.log"),
              "client: its files are written")
    finally:
        for daemon in daemons:
            if daemon.alive() or not daemon.log.closed:
                daemon.end(by_command=False)
        if failures:
            for daemon in daemons:
                print(f"--- {daemon.name}\n{daemon.written()}")


def run_without(programs, folder):
    daemon = Daemon(programs, folder, "plain", [], ["local stratum 5"])
    try:
        check(daemon.wait_for(20, lambda: daemon.ask("tracking").returncode == 0), "plain: answers")
        with open(f"/proc/{daemon.process.pid}/maps", encoding="utf-8") as maps:
            check("seccomp" not in maps.read(), "plain: maps no seccomp library")
        same = status_field(daemon.process.pid, "Seccomp") == status_field("self", "Seccomp")
        check(same and not children(daemon.process.pid), "plain: no filter, no helper")
    finally:
        check(daemon.end(by_command=True) == 0, "plain: orderly end")


def main():
    if not kernel_filters():
        print("this kernel has no system call filter")
        sys.exit(77)
    programs = sys.argv[1:3]
    segment = libc.shmget(0x4E545030 + SHM_UNIT, 96, 0o1000 | 0o600)
    try:
        for level in sys.argv[3:] or LEVELS:
            print(f"--- level {level}")
            folder = tempfile.mkdtemp(prefix="tactus-filter-")
            try:
                run_level(programs, folder, level)
            finally:
                shutil.rmtree(folder)
        folder = tempfile.mkdtemp(prefix="tactus-filter-")
        try:
            run_without(programs, folder)
        finally:
            shutil.rmtree(folder)
    finally:
        if segment >= 0:
            libc.shmctl(segment, 0, None)
    sys.exit(1 if failures else 0)


main()
