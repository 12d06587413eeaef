#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Real peers both ways: Debian's chronyd serves tactusd; tactusd serves chronyd and ntpdig; with symmetric keys and IPv6 too.

Usage: ntp_peers.py TACTUSD TCTL. Runs itself in a network namespace of its own, where only loopback exists, so that port 123 is
free. Clock control is off (-x). Exit status 77: chronyd, chronyc or ntpdig is not installed, or namespaces cannot be made."""

import json
import os
import shutil
import signal
import subprocess
import sys
import tempfile
import time

SEARCH = "/usr/sbin:/sbin:" + os.environ.get("PATH", "")
SYNC_SECONDS = 60
KEYS = "5 MD5 HEX:00112233445566778899AABBCCDDEEFF\n7 AES128 HEX:0123456789ABCDEF0123456789ABCDEF\n9 SHA256 HEX:" + "A5" * 20 + "\n"
# ntpdig takes secrets of up to 20 characters as they stand.
DIGKEYS = "12 MD5 tulipsandroses\n13 SHA1 tulipsandroses\n"


def find(variable, name):
    return os.environ.get(variable) or shutil.which(name, path=SEARCH)


class Daemon:
    """tactusd or chronyd with a folder of its own; lines are chrony.conf directives."""

    def __init__(self, program, client, lines):
        self.program, self.client = program, client
        self.folder = tempfile.mkdtemp(prefix="tactus-interop-")
        os.chmod(self.folder, 0o770)
        self.socket = f"{self.folder}/d.sock"
        with open(f"{self.folder}/keys", "w", encoding="ascii") as keys:
            keys.write(KEYS + DIGKEYS)
        os.chmod(f"{self.folder}/keys", 0o600)
        with open(f"{self.folder}/conf", "w", encoding="ascii") as conf:
            conf.write("\n".join([*lines, f"keyfile {self.folder}/keys", "cmdport 0", f"bindcmdaddress {self.socket}",
                                  f"pidfile {self.folder}/pid", "user root", ""]))
        self.log = open(f"{self.folder}/log", "w+", encoding="utf-8")
        self.process = subprocess.Popen([program, "-x", "-d", "-f", f"{self.folder}/conf"], stdout=self.log, stderr=self.log)

    def __enter__(self):
        return self

    def __exit__(self, *unused):
        self.process.send_signal(signal.SIGTERM)
        try:
            self.process.wait(10)
        except subprocess.TimeoutExpired:
            self.process.kill()
        self.log.close()
        shutil.rmtree(self.folder)

    def ask(self, *command, client=None):
        done = subprocess.run([client or self.client, "-h", self.socket, *command], capture_output=True, text=True, timeout=30)
        return done.stdout

    def synchronised(self):
        """Waits until the daemon follows a source; false, with its log printed, when it does not."""
        deadline = time.monotonic() + SYNC_SECONDS
        while time.monotonic() < deadline and self.process.poll() is None:
            fields = self.ask("-c", "tracking").strip().split(",")
            if len(fields) > 2 and fields[-1] == "Normal" and fields[2] not in ("", "0"):
                return True
            time.sleep(0.25)
        self.log.flush()
        with open(self.log.name, encoding="utf-8") as log:
            print(log.read())
        print(self.ask("sources"), self.ask("ntpdata"))
        return False


failures = []


def check(ok, text):
    print(("ok      " if ok else "FAILED  ") + text, flush=True)
    if not ok:
        failures.append(text)


def pair(server, client, address, title, server_lines=(), options=""):
    """A server with the local reference and a client of it; returns after the check."""
    with Daemon(*server, ["local stratum 5", "allow", *server_lines]) as serving, \
            Daemon(*client, ["port 0", f"server {address} iburst minpoll -2 maxpoll 0 {options}"]) as following:
        ok = following.synchronised()
        check(ok, title)
        fields = following.ask("-c", "tracking").strip().split(",")
        check(ok and fields[2] == "6", f"  stratum 6 behind stratum 5: {fields[2] if len(fields) > 2 else fields}")
        data = following.ask("ntpdata")
        check("Total good RX   : 0" not in data and "Total good RX" in data, "  good samples are counted in ntpdata")
        return serving.ask("-c", "serverstats")


def serve_ntpdig(tactusd, tctl, ntpdig):
    with Daemon(tactusd, tctl, ["local stratum 5", "allow"]) as serving:
        for address in ("127.0.0.1", "::1"):
            time.sleep(0.5)
            done = subprocess.run([ntpdig, "-j", "-t", "5", address], capture_output=True, text=True, timeout=30)
            try:
                answer = json.loads(done.stdout.strip().splitlines()[-1])
                ok = abs(answer["offset"]) < 0.1 and answer["stratum"] == 5
            except (ValueError, KeyError, IndexError):
                ok, answer = False, done.stdout + done.stderr
            check(ok, f"tactusd serves ntpdig at {address}: {answer}")
        with open(f"{serving.folder}/digkeys", "w", encoding="ascii") as keys:
            keys.write(DIGKEYS)
        for key in ("12", "13"):
            done = subprocess.run([ntpdig, "-j", "-t", "5", "-a", key, "-k", f"{serving.folder}/digkeys", "127.0.0.1"],
                                  capture_output=True, text=True, timeout=30)
            check('"offset"' in done.stdout, f"tactusd serves ntpdig with key {key}: {(done.stdout + done.stderr).strip()}")


def wrong_key(tactusd, tctl, chronyd, chronyc):
    """A client whose key the server does not have must not follow it."""
    with Daemon(chronyd, chronyc, ["local stratum 5", "allow"]), \
            Daemon(tactusd, tctl, ["port 0", "server 127.0.0.1 iburst key 11"]) as following:
        time.sleep(5)
        fields = following.ask("-c", "tracking").strip().split(",")
        check(fields[-1] == "Not synchronised", "an unknown key synchronises nothing")


def main():
    tactusd, tctl = (os.path.abspath(path) for path in sys.argv[1:3])
    chronyd, chronyc, ntpdig = find("CHRONYD", "chronyd"), find("CHRONYC", "chronyc"), find("NTPDIG", "ntpdig")
    if not (chronyd and chronyc and ntpdig):
        print("SKIP: chronyd, chronyc or ntpdig is not installed")
        sys.exit(77)
    if "TACTUS_INTEROP_NETNS" not in os.environ:
        if subprocess.run(["unshare", "-n", "true"], check=False).returncode != 0:
            print("SKIP: network namespaces cannot be made here")
            sys.exit(77)
        os.environ["TACTUS_INTEROP_NETNS"] = "1"
        os.execvp("unshare", ["unshare", "-n", sys.executable, *sys.argv])
    subprocess.run(["ip", "link", "set", "lo", "up"], check=True)

    ours, theirs = (tactusd, tctl), (chronyd, chronyc)
    for address in ("127.0.0.1", "::1"):
        pair(theirs, ours, address, f"chronyd serves tactusd at {address}")
        pair(ours, theirs, address, f"tactusd serves chronyd at {address}")
        pair(ours, ours, address, f"tactusd serves tactusd at {address}")
    for key in ("5", "7", "9"):
        pair(theirs, ours, "127.0.0.1", f"chronyd serves tactusd with key {key}", options=f"key {key}")
        pair(ours, theirs, "127.0.0.1", f"tactusd serves chronyd with key {key}", options=f"key {key}")
    pair(theirs, ours, "127.0.0.1", "chronyd serves tactusd interleaved", options="xleave")
    pair(ours, theirs, "127.0.0.1", "tactusd serves chronyd interleaved", options="xleave")
    serve_ntpdig(tactusd, tctl, ntpdig)
    wrong_key(tactusd, tctl, chronyd, chronyc)
    sys.exit(1 if failures else 0)


main()
