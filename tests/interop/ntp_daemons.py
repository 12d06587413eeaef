#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Other NTP daemons between two of ours: each follows a tactusd of stratum 5, and a client tactusd follows it.

Usage: ntp_daemons.py TACTUSD TCTL [KIND...]. The others are chronyd, ntpsec's ntpd, openntpd (which serves nothing
while it may not adjust the clock) and systemd-timesyncd (a client only). They are taken from TACTUS_PEERS (a folder
with one unpacked package each, see scripts/peers) or from where packages install them. Each runs in a network
namespace of its own, joined to ours by a virtual cable, with IPv4 and with IPv6, and without the right to set the
clock. CHRONYD names another chronyd. Exit status 77: there is none but chronyd, or namespaces cannot be made."""

import os
import pwd
import shutil
import signal
import socket
import struct
import subprocess
import sys
import tempfile
import time

WAIT_SECONDS = 150
NO_CLOCK = ["setpriv", "--bounding-set", "-sys_time", "--inh-caps", "-sys_time"]
failures = []


def check(ok, text):
    print(("ok      " if ok else "FAILED  ") + text, flush=True)
    if not ok:
        failures.append(text)


def run(*command):
    subprocess.run(command, check=True, stdout=subprocess.DEVNULL)


class Space:
    """Another network namespace at the end of a cable, kept by a process that does nothing."""

    def __init__(self, number):
        self.keeper = subprocess.Popen(["unshare", "-n", "sleep", "100000"])
        self.here = {4: f"10.77.{number}.1", 6: f"fd77:{number}::1"}
        self.there = {4: f"10.77.{number}.2", 6: f"fd77:{number}::2"}
        while os.readlink(f"/proc/{self.keeper.pid}/ns/net") == os.readlink("/proc/self/ns/net"):
            time.sleep(0.02)
        run("ip", "link", "add", f"cable{number}", "type", "veth", "peer", "name", "eth0", "netns", str(self.keeper.pid))
        for prefix, device, addresses in (([], f"cable{number}", self.here), (self.enter(), "eth0", self.there)):
            run(*prefix, "ip", "address", "add", addresses[4] + "/24", "dev", device)
            run(*prefix, "ip", "address", "add", addresses[6] + "/64", "dev", device, "nodad")
            run(*prefix, "ip", "link", "set", device, "up")
        run(*self.enter(), "ip", "link", "set", "lo", "up")

    def enter(self):
        return ["nsenter", "-t", str(self.keeper.pid), "-n"]

    def close(self):
        self.keeper.kill()
        self.keeper.wait()


class Process:
    def __init__(self, command, folder, name, environment=None):
        self.log = f"{folder}/{name}.log"
        with open(self.log, "w", encoding="utf-8") as log:
            self.process = subprocess.Popen(command, stdout=log, stderr=log, env={**os.environ, **(environment or {})})

    def text(self):
        with open(self.log, encoding="utf-8", errors="replace") as log:
            return log.read()

    def close(self):
        self.process.send_signal(signal.SIGTERM)
        try:
            self.process.wait(10)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait()


def write(path, lines):
    with open(path, "w", encoding="ascii") as file:
        file.write("\n".join(lines) + "\n")


def tactus_style(program, folder, name, lines, prefix=()):
    """A daemon that reads chrony.conf."""
    write(f"{folder}/{name}.conf", [*lines, "cmdport 0", f"bindcmdaddress {folder}/{name}.sock", f"pidfile {folder}/{name}.pid",
                                    "user root"])
    return Process([*prefix, program, "-x", "-d", "-f", f"{folder}/{name}.conf"], folder, name)


# ---- the others: what is started in the namespace to follow `server` and to serve


def start_chronyd(program, folder, server, prefix):
    return tactus_style(program, folder, "peer", [f"server {server} iburst minpoll 0 maxpoll 2", "allow"], [*prefix, *NO_CLOCK])


def start_ntpsec(program, folder, server, prefix):
    write(f"{folder}/ntp.conf", [f"server {server} iburst minpoll 3 maxpoll 3", "restrict default nomodify",
                                 "restrict -6 default nomodify"])
    return Process([*prefix, *NO_CLOCK, program, "-n", "-c", f"{folder}/ntp.conf", "-p", f"{folder}/ntpd.pid"], folder, "peer")


def start_openntpd(program, folder, server, prefix):
    write(f"{folder}/ntpd.conf", ["listen on *", f"server {server}"])
    # Its folders are compiled in; it gets them in a file system of its own.
    command = ("mount -t tmpfs none /var/lib && mkdir -p /var/lib/openntpd/run /var/lib/openntpd/db && "
               f"exec {' '.join(NO_CLOCK)} {program} -d -v -f {folder}/ntpd.conf")
    return Process([*prefix, "unshare", "-m", "sh", "-c", command], folder, "peer")


def start_timesyncd(program, folder, server, prefix):
    folder = f"{folder}/open"
    os.makedirs(folder, mode=0o777)
    write(f"{folder}/timesyncd.conf", ["[Time]", f"NTP={server}", "FallbackNTP=", "PollIntervalMinSec=16"])
    # It gives up rights by itself when it is root, but for the one that it is not to have.
    user = [*NO_CLOCK, "--reuid", "65534", "--regid", "65534", "--clear-groups"]
    command = ("mkdir -p /run/systemd/timesync /run/systemd/netif /etc/systemd /var/lib/systemd/timesync && "
               "mount -t tmpfs -o mode=777 none /run/systemd/timesync && "
               "mount -t tmpfs -o mode=777 none /var/lib/systemd/timesync && "
               f"mount --bind {folder}/timesyncd.conf /etc/systemd/timesyncd.conf && exec {' '.join(user)} {program}")
    if not os.path.exists("/etc/systemd/timesyncd.conf"):
        command = "mount -t tmpfs none /etc/systemd && touch /etc/systemd/timesyncd.conf && " + command
    return Process([*prefix, "unshare", "-m", "sh", "-c", command], folder, "peer", {"SYSTEMD_LOG_LEVEL": "debug"})


class Kind:
    def __init__(self, name, start, paths, follows=(), version=None):
        # follows: words of its log that tell that it uses the server; none: it serves, which shows it as well
        self.name, self.start, self.paths, self.follows, self.version = name, start, paths, follows, version

    def find(self):
        """The program, from the folder of unpacked packages or the system; None when it is another one of that name."""
        if self.name == "chronyd" and "CHRONYD" in os.environ:
            return os.environ["CHRONYD"]
        folder = os.environ.get("TACTUS_PEERS")
        roots = [f"{folder}/{each}" for each in sorted(os.listdir(folder))] if folder else []
        for root in [*roots, ""]:
            for path in self.paths:
                if os.access(root + path, os.X_OK) and (self.version is None or self.version in said([root + path, "--version"])):
                    return root + path
        return None


def said(command):
    done = subprocess.run(command, capture_output=True, text=True, timeout=10, check=False)
    return done.stdout + done.stderr


KINDS = [
    Kind("chronyd", start_chronyd, ["/usr/sbin/chronyd"], version="chrony"),
    Kind("ntpsec", start_ntpsec, ["/usr/sbin/ntpd"], version="ntpsec"),
    Kind("openntpd", start_openntpd, ["/usr/sbin/openntpd"], follows=["now valid"]),
    Kind("timesyncd", start_timesyncd, ["/lib/systemd/systemd-timesyncd"],
         follows=["Contacted time server", "Initial clock sync"]),
]


def served_stratum(address):
    """What an NTP server says: its stratum, or 0 when it is not synchronised or silent."""
    family = socket.AF_INET6 if ":" in address else socket.AF_INET
    with socket.socket(family, socket.SOCK_DGRAM) as asker:
        asker.settimeout(1)
        try:
            asker.sendto(struct.pack(">B39x8s", 0x23, os.urandom(8)), (address, 123))
            answer = asker.recv(1024)
        except OSError:
            return 0
    return 0 if answer[0] >> 6 == 3 or answer[1] > 15 else answer[1]


def tracking(tctl, folder):
    return said([tctl, "-h", f"{folder}/client.sock", "-c", "tracking"]).strip().split(",")


def wait_for(seconds, process, what):
    """True as soon as it is so; false when the time is over or the process has ended."""
    deadline = time.monotonic() + seconds
    while time.monotonic() < deadline and process.process.poll() is None:
        if what():
            return True
        time.sleep(0.5)
    return False


def meet(tactusd, tctl, kind, program, space, family):
    """One kind at one address family: it follows ours, ours follows it."""
    folder = tempfile.mkdtemp(prefix="tactus-daemons-")
    os.chmod(folder, 0o770)
    title = f"{kind.name} at IPv{family}"
    processes = []
    try:
        processes.append(tactus_style(tactusd, folder, "server", ["local stratum 5", "allow"]))
        peer = kind.start(program, folder, space.here[family], space.enter())
        processes.append(peer)
        if kind.follows:
            ok = wait_for(WAIT_SECONDS, peer, lambda: any(words in peer.text() for words in kind.follows))
            check(ok, f"tactusd serves {title}")
        else:
            ok = wait_for(WAIT_SECONDS, peer, lambda: served_stratum(space.there[family]) == 6)
            check(ok, f"tactusd serves {title}: it has stratum 6")
            lines = ["port 0", f"server {space.there[family]} iburst minpoll 0 maxpoll 1"]
            processes.append(tactus_style(tactusd, folder, "client", lines))
            follows = ok and wait_for(30, peer, lambda: tracking(tctl, folder)[2:3] == ["7"])
            check(follows, f"{title} serves tactusd: {tracking(tctl, folder)[1:5]}")
            ok = ok and follows
        hits = said([tctl, "-h", f"{folder}/server.sock", "-c", "clients"])
        check(space.there[family] in hits, f"  seen in clients: {hits.strip()}")
        if not ok:
            for each in processes:
                print(f"--- {each.log}\n{each.text()}")
    finally:
        for each in reversed(processes):
            each.close()
        shutil.rmtree(folder, ignore_errors=True)


def own_users():
    """openntpd wants a user of its own; one that is not there is added for this process and its children only."""
    try:
        pwd.getpwnam("ntpd")
        return
    except KeyError:
        pass
    folder = tempfile.mkdtemp(prefix="tactus-users-")
    home = f"{folder}/home"
    os.mkdir(home, 0o755)
    os.chmod(folder, 0o755)
    for name, line in (("passwd", f"ntpd:x:64990:64990::{home}:/bin/false\n"), ("group", "ntpd:x:64990:\n")):
        with open(f"/etc/{name}", encoding="utf-8") as old, open(f"{folder}/{name}", "w", encoding="utf-8") as new:
            new.write(old.read() + line)
        run("mount", "--bind", f"{folder}/{name}", f"/etc/{name}")


def main():
    tactusd, tctl = (os.path.abspath(path) for path in sys.argv[1:3])
    only = sys.argv[3:]
    kinds = [(kind, kind.find()) for kind in KINDS if not only or kind.name in only]
    kinds = [(kind, program) for kind, program in kinds if program]
    missing = [kind.name for kind in KINDS if kind.name not in [found.name for found, _ in kinds]]
    if not [kind for kind, _ in kinds if only or kind.name != "chronyd"]:
        print("SKIP: no other daemon than chronyd here (scripts/peers gets them)")
        sys.exit(77)
    if "TACTUS_INTEROP_SPACE" not in os.environ:
        if subprocess.run(["unshare", "-n", "-m", *NO_CLOCK, "true"], check=False).returncode != 0:
            print("SKIP: namespaces cannot be made here")
            sys.exit(77)
        os.environ["TACTUS_INTEROP_SPACE"] = "1"
        os.execvp("unshare", ["unshare", "-n", "-m", sys.executable, *sys.argv])
    run("ip", "link", "set", "lo", "up")
    own_users()
    print(f"not tried: {', '.join(missing) or 'none'}", flush=True)
    for number, (kind, program) in enumerate(kinds, 1):
        space = Space(number)
        try:
            for family in (4, 6):
                meet(tactusd, tctl, kind, program, space, family)
        finally:
            space.close()
    sys.exit(1 if failures else 0)


main()
