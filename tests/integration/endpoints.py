#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""The endpoints of a real daemon, used well and badly: the same report over all of them, permissions, corrupted requests, floods
of random datagrams beside a working client, two hundred clients at once, clients that vanish in the middle of an answer.

Usage: endpoints.py TACTUSD TCTL DATAGRAMS [OPTION...]. DATAGRAMS: random ones of the flood. OPTION: of the daemon; `-F LEVEL` is
left out where the kernel has no filter of system calls."""

import http.client
import json
import os
import random
import resource
import shutil
import socket
import struct
import subprocess
import sys
import tempfile
import threading
import time

from openmetrics import parse

CLIENTS = 200
SESSIONS = 256  # of an endpoint at once
SOURCES = 40
SHUTDOWN = 62  # the request code that may not arrive by chance
WAIT_S = 20  # for answers: a limit of the test, nothing that is measured
failures = []


def check(ok, text):
    print(("ok      " if ok else "FAILED  ") + text, flush=True)
    if not ok:
        failures.append(text)


def free_port(kind):
    with socket.socket(socket.AF_INET, kind) as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def kernel_filters():
    try:
        with open("/proc/sys/kernel/seccomp/actions_avail", encoding="ascii") as actions:
            return "kill_process" in actions.read().split()
    except OSError:
        return False


class Daemon:
    def __init__(self, tactusd, tctl, options):
        self.tctl = tctl
        self.home = tempfile.mkdtemp(prefix="tactus-endpoints-")
        os.chmod(self.home, 0o755)
        os.mkdir(f"{self.home}/run", 0o770)
        os.chmod(f"{self.home}/run", 0o770)
        self.command, self.varlink = f"{self.home}/run/d.sock", f"{self.home}/io.tactus"
        self.port, self.http = free_port(socket.SOCK_DGRAM), free_port(socket.SOCK_STREAM)
        ntp = free_port(socket.SOCK_DGRAM)
        lines = [f"cmdport {self.port}", f"bindcmdaddress {self.command}", f"pidfile {self.home}/run/pid", f"port {ntp}", "local",
                 "opencommands serverstats tracking sources", "allow 127.0.0.0/8", f"varlinksocket {self.varlink}",
                 "varlinkmode 0666", f"metricsport {self.http}"]
        lines += [f"server 127.0.1.{i} port {ntp} minpoll 10 offline" for i in range(1, SOURCES + 1)]
        with open(f"{self.home}/conf", "w", encoding="ascii") as conf:
            conf.write("\n".join(lines) + "\n")
        own = [] if os.geteuid() == 0 else ["-U"]
        self.log = open(f"{self.home}/log", "w+", encoding="utf-8")
        self.process = subprocess.Popen([tactusd, "-x", "-d", *own, *options, "-f", f"{self.home}/conf"], stdout=self.log, stderr=self.log)
        deadline = time.monotonic() + WAIT_S
        while not os.path.exists(self.varlink) or not os.path.exists(self.command):
            if time.monotonic() > deadline or self.process.poll() is not None:
                sys.exit(f"the daemon does not start: {open(f'{self.home}/log', encoding='utf-8').read()}")
            time.sleep(0.05)

    def ask(self, *command):
        done = subprocess.run([self.tctl, "-c", "-n", "-h", self.command, *command], capture_output=True, text=True, timeout=60)
        return done.stdout

    def files(self):
        return sorted(os.listdir(f"{self.home}/run") + os.listdir(self.home))

    def descriptors(self):
        return len(os.listdir(f"/proc/{self.process.pid}/fd"))

    def processor_s(self):
        with open(f"/proc/{self.process.pid}/schedstat", encoding="ascii") as text:
            return int(text.read().split()[0]) * 1e-9

    def settles_at(self, descriptors):
        deadline = time.monotonic() + WAIT_S
        while self.descriptors() > descriptors and time.monotonic() < deadline:
            time.sleep(0.05)
        return self.descriptors() <= descriptors

    def end(self):
        self.process.terminate()
        status = self.process.wait(WAIT_S)
        self.log.close()
        left = [name for name in self.files() if name not in ("conf", "log", "run")]
        shutil.rmtree(self.home)
        return status, left


class Varlink:
    """A client of a few lines: one call, its replies."""

    def __init__(self, path):
        self.socket = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
        self.socket.connect(path)  # waits while the queue of the socket is full
        self.socket.settimeout(WAIT_S)
        self.buffer = b""

    def message(self):
        while b"\0" not in self.buffer:
            piece = self.socket.recv(65536)
            if not piece:
                raise EOFError
            self.buffer += piece
        text, self.buffer = self.buffer.split(b"\0", 1)
        return json.loads(text)

    def replies(self, method, more=False, **parameters):
        self.socket.sendall(json.dumps({"method": method, "parameters": parameters, "more": more}).encode() + b"\0")
        out = [self.message()]
        while out[-1].get("continues"):
            out.append(self.message())
        return out

    def call(self, method, **parameters):
        return self.replies(method, **parameters)[0]

    def rows(self, report):
        return self.call("io.tactus.Get", name=report)["parameters"]["rows"]

    def close(self):
        self.socket.close()


class Commands:
    """chrony's protocol over the Unix socket or UDP: raw datagrams, each with its own sequence."""

    def __init__(self, daemon, unix):
        self.sequence = random.randrange(1 << 32)
        if unix:
            self.path = f"{daemon.home}/run/test.{os.getpid()}.{id(self)}"
            self.socket = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
            self.socket.bind(self.path)
            self.socket.connect(daemon.command)
        else:
            self.path = None
            self.socket = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
            self.socket.connect(("127.0.0.1", daemon.port))
        self.sent = 0

    def request(self, code, length, payload=b""):
        self.sequence = (self.sequence + 1) & 0xFFFFFFFF
        head = struct.pack("!BBBBHHI8x", 6, 1, 0, 0, code, 0, self.sequence)
        return (head + payload).ljust(length, b"\0")

    def exchange(self, datagram):
        """The reply. What UDP loses is sent again, as chronyc does."""
        for _ in range(1 if self.path else WAIT_S):
            self.socket.settimeout(WAIT_S if self.path else 1)
            self.socket.send(datagram)
            self.sent += 1
            try:
                while True:
                    reply = self.socket.recv(2048)
                    if len(reply) >= 28 and reply[16:20] == datagram[8:12]:
                        return reply
            except TimeoutError:
                continue
        raise TimeoutError

    def close(self):
        self.socket.close()
        if self.path:
            os.unlink(self.path)


TRACKING = (33, 104)
SERVERSTATS = (54, 196)


def same_report_everywhere(daemon):
    client = Varlink(daemon.varlink)
    info = client.call("org.varlink.service.GetInfo")["parameters"]
    check(info["interfaces"] == ["io.tactus", "org.varlink.service"], "varlink: the service says what it is")
    text = client.call("org.varlink.service.GetInterfaceDescription", interface="io.tactus")["parameters"]["description"]
    lists = client.call("io.tactus.List")["parameters"]
    named = [item["method"] for item in lists["reports"] + lists["commands"] if item["method"]]
    check(all(f"method {name}(" in text for name in named) and "GetTracking" in named and "AddSource" in named,
          f"varlink: the interface describes all {len(named)} reports and commands that are listed")
    # A name, a report of one row: not all have an answer for everybody, but each has one.
    answers = {item["name"]: client.call("io.tactus." + item["method"]) for item in lists["reports"]}
    bad = {name: answer for name, answer in answers.items()
           if "error" in answer and answer["error"] not in ("io.tactus.Disabled", "io.tactus.NotFound")}
    check(not bad, f"varlink: every report is answered {bad or ''}")
    tracking = client.call("io.tactus.GetTracking")["parameters"]["rows"][0]
    fields = daemon.ask("tracking").strip().split(",")
    check(fields[0] == tracking["reference_id"] and int(fields[2]) == tracking["stratum"] and fields[-1] == "Normal"
          and tracking["leap"] == "normal", "varlink: tracking is what tctl prints")
    replies = client.replies("io.tactus.GetSources", more=True)
    rows = [row for reply in replies for row in reply["parameters"]["rows"]]
    check([row["address"] for row in rows] == [f"127.0.1.{i}" for i in range(1, SOURCES + 1)],
          "varlink: all sources come, in order")
    metrics = parse(scrape(daemon))
    reach = metrics["tactus_source_reach"]["samples"]
    check({labels["address"] for _, labels, _ in reach} == {row["address"] for row in rows}, "metrics: every source is there")
    stratum = metrics["tactus_tracking_stratum"]["samples"][0][2]
    check(stratum == tracking["stratum"], "metrics: tracking is the same")
    selected = metrics["tactus_selection_state"]["samples"]
    check(all(sum(value for _, labels, value in selected if labels["address"] == row["address"]) == 1 for row in rows),
          "metrics: each source is in one state of selection")
    check("tactus_drops" in metrics and "tactus_server_ntp_hits" in metrics and "tactus_command_udp_packets" in metrics
          and "tactus_clients_rows" in metrics, "metrics: server, commands, clients, drops are there")
    client.close()


def scrape(daemon, method="GET", path="/metrics", version=11):
    connection = http.client.HTTPConnection("127.0.0.1", daemon.http, timeout=WAIT_S)
    connection._http_vsn, connection._http_vsn_str = version, f"HTTP/1.{version % 10}"
    connection.request(method, path)
    reply = connection.getresponse()
    body = reply.read().decode()
    connection.close()
    return body if reply.status == 200 else reply.status


def read_by_others_too(daemon):
    try:
        from prometheus_client.openmetrics.parser import text_string_to_metric_families
    except ImportError:
        print("        (no prometheus_client here: only the own parser has read the metrics)")
        return
    families = list(text_string_to_metric_families(scrape(daemon)))
    check(len(families) > 50, f"metrics: Prometheus' own parser reads {len(families)} families")


def permissions(daemon):
    client = Varlink(daemon.varlink)
    check(client.call("io.tactus.AddSource", type="server", name="127.0.0.9", flags=["noselect"]) == {"parameters": {}}
          and "127.0.0.9" in daemon.ask("sources"), "varlink: the owner adds a source")
    check(client.call("io.tactus.DeleteSource", address="127.0.0.9") == {"parameters": {}}, "varlink: and deletes it")
    check(client.call("io.tactus.DeleteSource", address="127.0.0.9")["error"] == "io.tactus.NotFound",
          "varlink: what is not there is not deleted")
    client.close()
    if os.geteuid() != 0:
        print("        (not root: nobody to be refused)")
        return
    pid = os.fork()
    if pid == 0:
        os.setgid(65534)
        os.setuid(65534)
        other = Varlink(daemon.varlink)
        reads = "rows" in other.call("io.tactus.GetTracking")["parameters"]
        refused = [other.call("io.tactus." + name)["error"] for name in ("Shutdown", "Makestep", "Dump")]
        refused += [other.call("io.tactus.GetClients", reset=True)["error"], other.call("io.tactus.GetPlugins")["error"]]
        os._exit(0 if reads and set(refused) == {"io.tactus.Denied"} else 1)
    check(os.waitpid(pid, 0)[1] == 0, "varlink: another user may read what is for everybody and may not command")


def http_requests(daemon):
    check(scrape(daemon, version=10).endswith("# EOF\n"), "metrics: HTTP/1.0 gets the text as well")
    check(scrape(daemon, "HEAD") == "", "metrics: HEAD has no body")
    check([scrape(daemon, path="/x"), scrape(daemon, "POST"), scrape(daemon, "DELETE", "/")] == [404, 405, 405],
          "metrics: other paths and methods get their status")
    with socket.create_connection(("127.0.0.1", daemon.http), WAIT_S) as raw:
        raw.sendall(os.urandom(200) + b"\n\n")
        check(raw.recv(65536).startswith(b"HTTP/1.1 400 "), "metrics: random bytes are a bad request")
    with socket.create_connection(("127.0.0.1", daemon.http), WAIT_S) as raw:
        raw.sendall(b"GET /metrics HTTP/1.0\n\n")
        raw.shutdown(socket.SHUT_WR)
        body = b"".join(iter(lambda: raw.recv(65536), b""))
        check(body.endswith(b"# EOF\n"), "metrics: who says that it has said all is answered all the same")
    client = Varlink(daemon.varlink)
    client.socket.sendall(b'{"method":"io.tactus.GetSources"}\0' * 3)
    client.socket.shutdown(socket.SHUT_WR)
    check([len(client.message()["parameters"]["rows"]) for _ in range(3)] == [SOURCES] * 3, "varlink: and so are calls that came together")
    client.close()


def drops(client):
    return {(row["stage"], row["reason"]): row["count"] for row in client.rows("drops")}


def command_totals(client):
    """Command packets that were taken, and those that were not."""
    stats = client.rows("commandstats")[0]
    return stats["udp_packets"] + stats["unix_packets"] + sum(
        count for (stage, reason), count in drops(client).items()
        if stage == "cmdmon" and reason in ("truncated", "not_allowed", "bad_length", "bad_header", "no_sender"))


def corrupted_requests(daemon):
    """Every length of a request and every byte of it changed; each datagram is answered or counted."""
    watcher = Varlink(daemon.varlink)
    chance = random.Random(1)
    for unix in (True, False):
        before, replies, wrong = command_totals(watcher), 0, 0
        client = Commands(daemon, unix)
        for code in list(range(0, 76)) + [255, 256, 65535]:
            if code == SHUTDOWN:
                continue
            good = client.request(code, 400, bytes(chance.randrange(256) for _ in range(380)))
            variants = [good[:length] for length in {0, 1, 19, 20, 27, 28, chance.randrange(29, 400)}] + [good * 3]
            for place in range(20):
                changed = bytearray(good)
                changed[place] ^= chance.randrange(1, 256)
                variants.append(bytes(changed))
            for datagram in variants:
                if datagram[4:6] == struct.pack("!H", SHUTDOWN):
                    continue
                client.socket.settimeout(WAIT_S)
                client.socket.send(datagram)
                client.sent += 1
                replies, wrong = collect(client, replies, wrong)
            client.exchange(client.request(*TRACKING))  # behind all of them
        where = "Unix socket" if unix else "UDP"
        check(wrong == 0, f"{where}: {replies} replies to {client.sent} corrupted requests are well formed")
        counted = command_totals(watcher) - before
        check(counted == client.sent if unix else counted <= client.sent,
              f"{where}: {counted} of {client.sent} datagrams arrived and are counted")
        client.close()
    watcher.close()


def collect(client, replies, wrong):
    client.socket.settimeout(0)
    try:
        while True:
            reply = client.socket.recv(2048)
            replies += 1
            status = struct.unpack_from("!H", reply, 8)[0] if len(reply) >= 28 else -1
            if len(reply) < 28 or reply[0] != 6 or reply[1] != 2 or not 0 <= status <= 21:
                wrong += 1
            if status not in (0, 8, 9) and len(reply) != 28:
                wrong += 1
    except BlockingIOError:
        return replies, wrong


def flood(daemon, amount):
    """Random datagrams at both command sockets from two threads; a client of each kind keeps asking meanwhile."""
    watcher = Varlink(daemon.varlink)
    before, sent = command_totals(watcher), [0, 0]
    made = [os.urandom(length) for length in range(1, 900, 3)]
    # Half of them begin as requests do, so that they get further; none is a shutdown.
    made = [each if i % 2 else (b"\x06\x01\0\0" + each)[:900] for i, each in enumerate(made)]
    made = [each for each in made if each[4:6] != struct.pack("!H", SHUTDOWN) and each]

    def throw(index, client):
        while sent[index] < amount // 2:
            try:
                client.socket.send(made[sent[index] % len(made)])
                sent[index] += 1
            except (BlockingIOError, ConnectionRefusedError):
                time.sleep(0.0005)
            try:
                while sent[index] % 16 == 0:
                    client.socket.recv(2048, socket.MSG_DONTWAIT)
            except (BlockingIOError, ConnectionRefusedError):
                pass
        client.close()

    throwers = []
    for index, unix in enumerate((True, False)):
        client = Commands(daemon, unix)
        client.socket.settimeout(0)
        throwers.append(threading.Thread(target=throw, args=(index, client)))
    asked = [0, 0, 0]
    unix, udp, scraper = Commands(daemon, True), Commands(daemon, False), Varlink(daemon.varlink)
    lost = 0
    for thrower in throwers:
        thrower.start()
    while any(thrower.is_alive() for thrower in throwers):
        if struct.unpack_from("!H", unix.exchange(unix.request(*TRACKING)), 8)[0] != 0:
            lost += 1
        asked[0] += 1
        if "parameters" not in scraper.call("io.tactus.GetTracking"):
            lost += 1
        asked[1] += 1
        if asked[0] % 50 == 0:
            parse(scrape(daemon))
            udp.exchange(udp.request(*TRACKING))
            asked[2] += 1
    for thrower in throwers:
        thrower.join()
    check(lost == 0, f"flood: {sent[0]} random datagrams at the Unix socket and {sent[1]} at UDP; {asked[0]} requests, {asked[1]} "
          f"Varlink calls and {asked[2]} scrapes meanwhile are all answered, at the first attempt; so are {asked[2]} requests over UDP, "
          f"at {udp.sent} attempts")
    check(daemon.ask("tracking") != "", "flood: tctl asks as if nothing had been")
    counted = command_totals(watcher) - before
    check(counted >= sent[0] + asked[0], f"flood: {counted} datagrams are counted")
    for client in (unix, udp, scraper, watcher):
        client.close()


def many_clients(daemon):
    before = daemon.descriptors()
    varlinks = [Varlink(daemon.varlink) for _ in range(CLIENTS)]
    commands = [Commands(daemon, True) for _ in range(CLIENTS)]
    for client in varlinks:
        client.socket.sendall(b'{"method":"io.tactus.GetSources"}\0')
    for client in commands:
        client.datagram = client.request(*TRACKING)
    answered = sum(struct.unpack_from("!H", client.exchange(client.datagram), 8)[0] == 0 for client in commands)
    rows = sum(len(client.message()["parameters"]["rows"]) for client in varlinks)
    check(answered == CLIENTS and rows == CLIENTS * SOURCES, f"{CLIENTS} clients at each Unix socket are all answered")
    for client in varlinks + commands:
        client.close()
    raws = [socket.create_connection(("127.0.0.1", daemon.http), WAIT_S) for _ in range(CLIENTS)]
    for raw in raws:
        raw.sendall(b"GET /metrics HTTP/1.1\r\nHost: x\r\n\r\n")
    whole = 0
    for raw in raws:
        body = b""
        while piece := raw.recv(65536):
            body += piece
        whole += body.endswith(b"# EOF\n\r\n0\r\n\r\n")
        raw.close()
    check(whole == CLIENTS, f"{CLIENTS} scrapes at once are all whole")
    check(daemon.settles_at(before), "no descriptor is left of them")


def idle_and_starving(daemon):
    """More idle peers than there is room for; then no descriptor left for a new one."""
    before, watcher = daemon.descriptors(), Varlink(daemon.varlink)
    replaced = drops(watcher)[("varlink", "replaced")]
    idle = []
    for _ in range(SESSIONS + 10):
        idle.append(Varlink(daemon.varlink))
        watcher.call("io.tactus.GetTracking")  # who works is not the one that is silent longest
    check("parameters" in idle[-1].call("io.tactus.GetTracking") and idle[0].socket.recv(1) == b"",
          f"the newest of {len(idle)} idle peers is served, the oldest has given way")
    check(drops(watcher)[("varlink", "replaced")] >= replaced + 10, "and is counted")
    for client in idle:
        client.close()
    check(daemon.settles_at(before + 1), "their descriptors are closed")
    failed = drops(watcher)[("varlink", "accept_failed")]
    limits = resource.prlimit(daemon.process.pid, resource.RLIMIT_NOFILE)
    resource.prlimit(daemon.process.pid, resource.RLIMIT_NOFILE, (daemon.descriptors() + 2, limits[1]))
    idle = [Varlink(daemon.varlink) for _ in range(10)]  # in the queue of the socket
    deadline = time.monotonic() + WAIT_S
    while drops(watcher)[("varlink", "accept_failed")] == failed and time.monotonic() < deadline:
        time.sleep(0.05)
    used = daemon.processor_s()
    time.sleep(0.5)
    used = daemon.processor_s() - used
    check(drops(watcher)[("varlink", "accept_failed")] > failed and used < 0.25,
          "without descriptors left it serves those that it has, counts, and does not turn idly")
    resource.prlimit(daemon.process.pid, resource.RLIMIT_NOFILE, limits)
    check("parameters" in idle[-1].call("io.tactus.GetTracking"), "and those in the queue when there are some again")
    for client in idle + [watcher]:
        client.close()


def vanishing_clients(daemon):
    before, files = daemon.descriptors(), daemon.files()
    watcher = Varlink(daemon.varlink)
    counts = drops(watcher)
    for i in range(50):
        client = Varlink(daemon.varlink)
        call = b'{"method":"io.tactus.GetSources"}\0' * 40
        client.socket.send(call[: len(call) - i % 3])
        client.close()
        raw = socket.create_connection(("127.0.0.1", daemon.http), WAIT_S)
        raw.sendall(b"GET /metrics HTTP/1.1\r\nHost: x\r\n\r\n"[: 20 + i])
        if i % 2:
            raw.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))  # ends with a reset
        raw.close()
        gone = Commands(daemon, True)
        gone.socket.send(gone.request(*TRACKING))
        gone.close()
    vanished = drops(watcher)
    check(vanished[("varlink", "vanished")] > counts[("varlink", "vanished")], "vanished peers of Varlink are counted")
    watcher.close()
    check(daemon.settles_at(before), "no descriptor is left of clients that vanished")
    check(daemon.files() == files, "and no file")


def main():
    tactusd, tctl = sys.argv[1:3]
    amount, options = int(sys.argv[3]), sys.argv[4:]
    if "-F" in options and not kernel_filters():
        del options[options.index("-F"):options.index("-F") + 2]
    random.seed(5)
    daemon = Daemon(tactusd, tctl, options)
    try:
        same_report_everywhere(daemon)
        read_by_others_too(daemon)
        permissions(daemon)
        http_requests(daemon)
        corrupted_requests(daemon)
        flood(daemon, amount)
        many_clients(daemon)
        idle_and_starving(daemon)
        vanishing_clients(daemon)
        check(daemon.process.poll() is None, "the daemon lives")
    finally:
        status, left = daemon.end()
    check(status == 0 and not left, f"it ends well and leaves no file {left or ''}")
    sys.exit(1 if failures else 0)


main()
