#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""The same commands to the same daemons from chronyc and from tctl: output and exit status must be equal, byte for byte.

Usage: cli_vs_chronyc.py TCTL [DAEMON]. chronyd (or DAEMON instead) and chronyc come from $CHRONYD and $CHRONYC or from
PATH; without them the test is skipped (status 77). Nothing touches the machine's clock (chronyd -x); sockets are on loopback and in a directory of the
test's own.
"""
import json
import os
import re
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import threading
import time

SKIPPED = 77
REPORTS = [
    "tracking", "sources", "sources -a", "sources -a -v", "sourcestats", "sourcestats -a -v", "selectdata",
    "selectdata -a -v", "authdata", "authdata -a -v", "ntpdata", "ntpdata 127.0.0.1", "ntpdata 192.0.2.77", "activity",
    "serverstats", "smoothing", "rtcdata", "manual list", "clients", "clients -k", "clients -p 1", "clients -p x",
    "sourcename 127.0.0.1", "sourcename ID#0000000001", "sourcename 192.0.2.77", "accheck 127.0.0.1",
    "accheck 2001:db8::1", "cmdaccheck 127.0.0.1", "waitsync 1 0 0 0.1", "waitsync 1 0.000000000001 0 0.1", "foo", "#x",
]
# Each program has a daemon of its own for these, so that both see the same state.
CHANGES = [
    "allow", "allow all 10.0.0.0/8", "allow 10.1", "allow 10.1.2.3/33", "deny 10.1.2", "deny all", "deny x.invalid",
    "accheck 10.1.1.1", "allow 2001:db8::/32", "accheck 2001:db8::5", "cmdallow 10/8", "cmdaccheck 10.1.1.1",
    "cmddeny 10.1.1.0/23", "cmdaccheck 10.1.1.1", "cmdaccheck 10.1.2.1", "cmdallow all ::/0", "cmddeny ::/200",
    "add server 127.0.0.21 port 9 minpoll 3 maxpoll 4 offline", "add server 127.0.0.21", "add peer 127.0.0.22 port 9 key 5",
    "add pool 127.0.0.23 port 9 maxsources 2", "add foo", "delete 127.0.0.21", "delete 127.0.0.21", "delete", "delete ID#99",
    "minpoll 127.0.0.22 5", "maxpoll 127.0.0.22 7", "minpoll 127.0.0.22 x", "minpoll x.invalid 5", "maxdelay 127.0.0.22 0.3",
    "maxdelayratio 127.0.0.22 1.5", "maxdelaydevratio 127.0.0.22 5", "minstratum 127.0.0.22 2", "polltarget 127.0.0.22 6",
    "polltarget 192.0.2.77 6", "offline 127.0.0.22", "online 127.0.0.0/24", "online 10.0.0.0/8", "online 1.2.3/24",
    "activity", "burst 1/2 127.0.0.22", "burst 1/2 192.0.2.77", "burst x", "onoffline", "offline", "online",
    "maxupdateskew 50", "maxupdateskew x", "makestep 0.1 3", "makestep x", "makestep", "reselect", "reselectdist 0.001",
    "refresh", "reload sources", "reload x", "rekey", "dump", "cyclelogs", "local stratum 5 orphan", "local stratum 16",
    "local off", "manual on", "manual reset", "manual delete 0", "manual x", "settime foo", "smoothtime reset",
    "smoothtime activate", "trimrtc", "writertc", "dfreq 0", "doffset 0", "dfreq x", "reset sources", "timeout 99",
    "retries 31", "dns x", "dns -n", "authhash", "keygen x", "sources -a", "help_unknown",
]
CHANGES_FROM_4_6 = [
    "add server 127.0.0.24 minpoll x", "add server 127.0.0.24 foo", "add server 127.0.0.24 ipv6", "add server ::1 ipv4",
    "selectopts 127.0.0.22 +prefer -noselect", "selectopts 127.0.0.22 prefer", "selectopts 192.0.2.77 +trust", "selectopts NONE +trust",
    "offset 127.0.0.22 0.001", "offset GPS x", "offset NONE 1", "local activate 0.5",
    "local waitsynced 60 waitunsynced 5", "selectdata -a",
]


def free_port():
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


class Daemon:
    def __init__(self, program, directory, name, lines, cmdport=0):
        self.directory = os.path.join(directory, name)
        os.mkdir(self.directory, 0o770)
        os.chmod(self.directory, 0o770)
        self.socket = os.path.join(self.directory, "chronyd.sock")
        self.cmdport = cmdport
        config = os.path.join(self.directory, "chrony.conf")
        with open(config, "w", encoding="ascii") as file:
            file.write(f"pidfile {self.directory}/pid\nbindcmdaddress {self.socket}\ncmdport {cmdport}\n")
            file.write("bindcmdaddress 127.0.0.1\n" + "\n".join(lines) + "\n")
        command = [program, "-x", "-d", "-f", config, "-u", "root" if os.getuid() == 0 else os.environ.get("USER", "root")]
        if os.getuid() != 0:
            command.append("-U")
        self.log = open(os.path.join(self.directory, "log"), "w", encoding="utf-8")
        self.process = subprocess.Popen(command, stdout=self.log, stderr=self.log)
        for _ in range(200):
            if os.path.exists(self.socket):
                return
            time.sleep(0.05)
        raise RuntimeError(f"{program} did not start: see {self.directory}/log")

    def stop(self):
        self.process.send_signal(signal.SIGTERM)
        self.process.wait(timeout=20)
        self.log.close()


def run(program, servers, options, words, stdin=""):
    command = [program, "-h", servers] + options + words
    done = subprocess.run(command, input=stdin, capture_output=True, text=True, timeout=120, check=False)
    # Under its own name tctl says what to do when there is no daemon; chronyc does not.
    err = re.sub(r"^No time daemon answers .*\n", "", done.stderr, flags=re.MULTILINE)
    return done.stdout, err, done.returncode


class Relay:
    """Stands between a client and a daemon: passes on and records, or gives the recorded replies again."""

    def __init__(self, directory, daemon, over_udp):
        self.directory = directory
        self.family = socket.AF_INET if over_udp else socket.AF_UNIX
        self.listening = socket.socket(self.family, socket.SOCK_DGRAM)
        self.upstream = socket.socket(self.family, socket.SOCK_DGRAM)
        if over_udp:
            self.listening.bind(("127.0.0.1", 0))
            self.servers, self.port = "127.0.0.1", self.listening.getsockname()[1]
            self.upstream.connect(("127.0.0.1", daemon.cmdport))
        else:
            os.mkdir(directory, 0o770)
            self.servers, self.port = os.path.join(directory, "relay.sock"), 0
            self.listening.bind(self.servers)
            self.upstream.bind(os.path.join(directory, "upstream.sock"))
            self.upstream.connect(daemon.socket)
        self.upstream.settimeout(3)
        self.listening.settimeout(0.2)
        self.replaying = False
        self.exchange, self.again = [], []
        self.ended = False
        self.thread = threading.Thread(target=self.serve, daemon=True)
        self.thread.start()

    def serve(self):
        while not self.ended:
            try:
                request, sender = self.listening.recvfrom(4096)
            except TimeoutError:
                continue
            reply = self.recorded(request) if self.replaying else self.passed_on(request)
            if reply is not None:
                self.listening.sendto(reply, sender)

    def passed_on(self, request):
        try:
            self.upstream.send(request)
            reply = self.upstream.recv(4096)
        except OSError:
            reply = None
        self.exchange.append((request, reply))
        return reply

    def recorded(self, request):
        number = len(self.again)
        self.again.append(request)
        if number >= len(self.exchange) or self.exchange[number][1] is None:
            return None
        reply = self.exchange[number][1]
        return reply[:16] + request[8:12] + reply[20:]

    def both(self, first, second):
        """Runs first() at the daemon and second() at what the daemon said; their results, and whether they asked the
        same."""
        self.exchange, self.again, self.replaying = [], [], False
        expected = first()
        self.replaying = True
        got = second()
        asked = [[request[:8] + request[12:] for request in requests]
                 for requests in ([pair[0] for pair in self.exchange], self.again)]
        return expected, got, asked[0] == asked[1]

    def stop(self):
        self.ended = True
        self.thread.join()


def counters_masked(result):
    """Command packets are counted while they are asked about."""
    text = re.sub(r"(Command packets received +: )\d+", r"\1N", result[0])
    return text, result[1], result[2]


class Comparison:
    def __init__(self, chronyc, tctl, same_requests):
        self.chronyc = chronyc
        self.tctl = tctl
        self.same_requests = same_requests
        self.checked = 0
        self.failures = []

    def note(self, what, expected, got):
        self.checked += 1
        if expected != got:
            self.failures.append(f"{what}\n  chronyc: {expected!r}\n  tctl:    {got!r}")

    def same_replies(self, relay, options, words):
        options = options + (["-p", str(relay.port)] if relay.port else [])
        expected, got, same = relay.both(lambda: run(self.chronyc, relay.servers, options, words),
                                         lambda: run(self.tctl, relay.servers, options, words))
        self.note(f"{options} {words}", expected, got)
        if self.same_requests:
            self.note(f"requests of {options} {words}", True, same)

    def same_daemon(self, servers, options, words):
        self.note(f"{options} {words}", run(self.chronyc, servers, options, words), run(self.tctl, servers, options, words))

    def own_daemons(self, servers, options, words):
        expected = counters_masked(run(self.chronyc, servers[0], options, words))
        got = counters_masked(run(self.tctl, servers[1], options, words))
        self.note(f"{options} {words}", expected, got)


def version_of(program):
    text = subprocess.run([program, "-v"], capture_output=True, text=True, check=False).stdout
    found = re.search(r"version (\d+)\.(\d+)", text)
    return (int(found[1]), int(found[2])) if found else (99, 0)


def compare_reports(comparison, relay, relay_udp):
    for command in REPORTS:
        for options in (["-n"], ["-n", "-c"], ["-N"], []):
            comparison.same_replies(relay, options, command.split())
    for command in ("tracking", "sources", "activity", "serverstats", "selectdata", "dump", "ntpdata", "authdata", "clients"):
        comparison.same_replies(relay_udp, ["-n"], command.split())
    comparison.same_replies(relay, ["-n", "-m"], ["tracking", "activity"])
    comparison.same_daemon("/nonexistent/socket", ["-n"], ["tracking"])
    comparison.same_daemon("127.0.0.1", ["-n", "-p", str(free_port())], ["-m", "timeout 100", "retries 0", "tracking"])


def compare_json(comparison, servers, tctl):
    """Always one JSON value, and success where chronyc has it."""
    for command in REPORTS:
        if command.startswith(("#", "waitsync")):
            continue
        expected = run(comparison.chronyc, servers, ["-n"], command.split())
        out, _, status = run(tctl, servers, ["--json"], command.split())
        value = json.loads(out)
        failed = isinstance(value, dict) and "error" in value
        comparison.note(f"--json {command}", (expected[2], expected[2] != 0), (status, failed))


def compare_changes(comparison, daemons, newer):
    servers = [daemon.socket for daemon in daemons]
    for command in CHANGES + (CHANGES_FROM_4_6 if newer else []):
        comparison.own_daemons(servers, ["-n"], command.split())
    for command in ("keygen 7 MD5 80", "keygen 1 AES128", "keygen 1 SHA512 5000", "keygen"):
        lengths = []
        for program, server in ((comparison.chronyc, servers[0]), (comparison.tctl, servers[1])):
            out, err, status = run(program, server, ["-n"], command.split())
            lengths.append((re.sub("HEX:([0-9A-F]+)", lambda m: f"HEX{len(m[1])}", out), err, status))
        comparison.note(command, lengths[0], lengths[1])
    lines = "dump\nfoo\n\nactivity\nquit\nrekey\n"
    comparison.note("lines", run(comparison.chronyc, servers[0], ["-n"], [], lines),
                    run(comparison.tctl, servers[1], ["-n"], [], lines))
    comparison.own_daemons(servers, ["-n"], ["shutdown"])


def compare(chronyd, chronyc, tctl, directory):
    newer = version_of(chronyc) >= (4, 6)
    # Under chronyc's name tctl is as strict as chronyc 4.8; an older pair is matched by its own name.
    program = os.path.join(directory, "chronyc" if newer else "tctl")
    os.symlink(os.path.abspath(tctl), program)
    port, cmdport = free_port(), free_port()
    daemons = []
    comparison = Comparison(chronyc, program, newer)
    try:
        daemons.append(Daemon(chronyd, directory, "server", [f"port {port}", "bindaddress 127.0.0.1", "allow",
                                                             "local stratum 1"]))
        sources = [f"server 127.0.0.1 port {port} iburst minpoll 4", "server name.invalid offline", "port 0", "manual",
                   "smoothtime 400 0.01"]
        daemons.append(Daemon(chronyd, directory, "client", sources, cmdport))
        for name in ("first", "second"):
            daemons.append(Daemon(chronyd, directory, name, ["server 127.0.0.9 port 9", "port 0", "smoothtime 400 0.01"]))
        time.sleep(8)  # the first measurements
        relays = [Relay(os.path.join(directory, "relay"), daemons[1], False), Relay("", daemons[1], True)]
        compare_reports(comparison, *relays)
        compare_json(comparison, daemons[1].socket, tctl)
        for relay in relays:
            relay.stop()
        compare_changes(comparison, daemons[2:4], newer)
        daemons = daemons[:2]  # the others were told to end
    finally:
        for daemon in daemons:
            daemon.stop()
    for failure in comparison.failures:
        print(failure)
    leftovers = [name for _, folders, _ in os.walk(directory) for name in folders if name.startswith("chronyc.")]
    if leftovers:
        comparison.failures.append(f"left behind: {leftovers}")
    print(f"{chronyc} and {tctl} at {chronyd}: {comparison.checked} compared, {len(comparison.failures)} differ")
    return not comparison.failures and comparison.checked > 100


def find(variable, name):
    return os.environ.get(variable) or shutil.which(name, path=os.environ.get("PATH", "") + ":/usr/sbin:/sbin")


def main():
    os.environ["TZ"] = "UTC"
    chronyd, chronyc = find("CHRONYD", "chronyd"), find("CHRONYC", "chronyc")
    if len(sys.argv) > 2:
        chronyd = os.path.abspath(sys.argv[2])
    if not chronyd or not chronyc:
        print("chronyd or chronyc is not installed: skipped")
        return SKIPPED
    with tempfile.TemporaryDirectory(prefix="tactus-cli-") as directory:
        return 0 if compare(chronyd, chronyc, sys.argv[1], directory) else 1


if __name__ == "__main__":
    sys.exit(main())
