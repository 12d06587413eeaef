#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""tctl at a terminal and in a shell: interactive mode, watch, colour, completion in a real bash, explain beside real
daemons.

Usage: tctl_terminal.py TACTUSD TCTL COMPLETION_BASH. Clock control is off, everything is on loopback."""

import fcntl
import json
import os
import pty
import re
import select
import shutil
import signal
import struct
import subprocess
import sys
import tempfile
import termios
import time

failures = []
TACTUSD, TCTL, COMPLETION = sys.argv[1:4]
PATIENCE_S = 20  # until something is called missing; nothing is timed


def check(ok, text, seen=""):
    print(("ok      " if ok else "FAILED  ") + text, flush=True)
    if not ok:
        print(repr(seen)[-1500:], flush=True)
        failures.append(text)


class Terminal:
    """A program at a terminal of its own."""

    def __init__(self, words, rows=24, columns=80, **variables):
        environment = {"PATH": os.environ["PATH"], "TERM": "xterm", "LANG": "C.UTF-8", **variables}
        self.master, self.slave = pty.openpty()
        self.resize(rows, columns)
        self.before = termios.tcgetattr(self.slave)
        self.process = subprocess.Popen(words, stdin=self.slave, stdout=self.slave, stderr=self.slave, env=environment,
                                        start_new_session=True, preexec_fn=self.take_terminal)
        self.seen = ""

    def take_terminal(self):
        fcntl.ioctl(0, termios.TIOCSCTTY, 0)

    def resize(self, rows, columns):
        fcntl.ioctl(self.master, termios.TIOCSWINSZ, struct.pack("HHHH", rows, columns, 0, 0))

    def type(self, text):
        os.write(self.master, text.encode())

    def wait_for(self, pattern, from_here=False):
        if from_here:
            self.seen = ""
        end = time.monotonic() + PATIENCE_S
        while time.monotonic() < end:
            if re.search(pattern, self.seen, re.DOTALL):
                return True
            if select.select([self.master], [], [], 0.1)[0]:
                try:
                    self.seen += os.read(self.master, 65536).decode(errors="replace")
                except OSError:
                    break
        return re.search(pattern, self.seen, re.DOTALL) is not None

    def end(self):
        status = self.process.wait(timeout=PATIENCE_S)
        while select.select([self.master], [], [], 0)[0]:
            self.seen += os.read(self.master, 65536).decode(errors="replace")
        restored = termios.tcgetattr(self.slave) == self.before
        os.close(self.master)
        os.close(self.slave)
        return status, restored


def interactive(socket):
    terminal = Terminal([TCTL, "-n", "-h", socket])
    check(terminal.wait_for(r"tctl> $"), "a terminal gets a prompt", terminal.seen)
    terminal.type("trac\t")
    check(terminal.wait_for(r"king $"), "Tab completes a command from the table", terminal.seen)
    terminal.type("\n")
    check(terminal.wait_for(r"Leap status.*tctl> $"), "the completed command runs", terminal.seen)
    terminal.wait_for(r"^$", from_here=True)
    terminal.type("\x1b[A")
    check(terminal.wait_for(r"tracking"), "the last line comes back with the arrow", terminal.seen)
    terminal.type("\x15manual \t\t")
    check(terminal.wait_for(r"delete.*list.*reset"), "words of a command are offered", terminal.seen)
    terminal.type("\x15watch\n")
    check(terminal.wait_for(r"\x1b\[\?1049h.*S Name"), "watch runs there too", terminal.seen)
    terminal.type("q")
    check(terminal.wait_for(r"\x1b\[\?1049l.*tctl> $"), "and gives the prompt back", terminal.seen)
    terminal.type("quit\n")
    check(terminal.end() == (0, True), "quit ends it with 0 and the terminal as it was", terminal.seen)
    terminal = Terminal([TCTL, "-n", "-h", socket])
    terminal.wait_for(r"tctl> $")
    terminal.type("foo\n")
    terminal.wait_for(r"Unrecognized command.*tctl> $")
    # The prompt is there before the editor listens; in between, what ends the input becomes a character of the line.
    end = time.monotonic() + PATIENCE_S
    while terminal.process.poll() is None and time.monotonic() < end:
        terminal.type("\x15\x04")
        time.sleep(0.1)
    check(terminal.end() == (1, True), "the end of the input ends it with the last command's status", terminal.seen)


def watch(socket):
    terminal = Terminal([TCTL, "-h", socket, "watch", "0.2"])
    check(terminal.wait_for(r"\x1b\[\?1049h.*The clock is right within.*S Name"), "watch draws a screen", terminal.seen)
    check("\x1b[32m" in terminal.seen, "with colour", terminal.seen)
    terminal.resize(10, 50)
    os.killpg(terminal.process.pid, signal.SIGWINCH)
    terminal.wait_for(r"UTC {14}\x1b\[0m.*and \d more[^H]*\x1b\[H", from_here=True)
    frame = re.sub(r"\x1b\[[0-9;?]*[A-Za-z]", "", terminal.seen.split("\x1b[H")[-2]).split("\n")
    width = max(len(line.rstrip("\r")) for line in frame)
    check(len(frame) <= 10 and width <= 50, "a smaller window gets a smaller screen", terminal.seen)
    terminal.type("q")
    status = terminal.end()
    check(status == (0, True) and terminal.seen.endswith("\x1b[?25h\x1b[?1049l"), "q leaves the terminal as it was",
          terminal.seen)
    terminal = Terminal([TCTL, "-h", socket, "watch"], NO_COLOR="1")
    terminal.wait_for(r"S Name.*\x1b\[J")
    check(re.search(r"\x1b\[[0-9;]*m", terminal.seen) is None, "NO_COLOR: no colour", terminal.seen)
    os.kill(terminal.process.pid, signal.SIGTERM)
    status = terminal.end()
    check(status[1] and terminal.seen.endswith("\x1b[?1049l"), "a signal leaves the terminal as it was", terminal.seen)


def without_daemon(folder):
    done = subprocess.run([TCTL, "-h", f"{folder}/none.sock", "tracking"], capture_output=True, text=True, check=False)
    said = "No time daemon answers at" in done.stderr and "systemctl start tactusd" in done.stderr
    check(done.returncode == 1 and said, "without a daemon one sentence says what to do", done)
    done = subprocess.run([TCTL, "--json", "-h", f"{folder}/none.sock", "sources"], capture_output=True, text=True,
                          check=False)
    check(json.loads(done.stdout)["error"] != "" and done.returncode == 1, "and --json says it as JSON", done)
    done = subprocess.run([TCTL, "-h", f"{folder}/none.sock", "help"], capture_output=True, text=True, check=False)
    check(done.returncode == 0 and "explain" in done.stdout, "help needs no daemon", done)


def completion():
    bash = shutil.which("bash")
    if bash is None:
        print("skipped bash completion: no bash")
        return
    lines = [(["tctl", "expl"], "explain"), (["tctl", "--j"], "--json"), (["tctl", "sources", "-"], "-a -v"),
             (["tctl", "-h", "x", "-p", "5", "add", ""], "peer pool server"), (["tctl", "manual", "l"], "list"),
             (["tctl", "-n", "trac"], "tracking"), (["tctl", "-p", ""], "")]
    for words, expected in lines:
        quoted = " ".join(repr(word) for word in words)
        script = (f'. "{COMPLETION}"; complete -p tctl >/dev/null || exit 3; COMP_WORDS=({quoted}); '
                  f"COMP_CWORD={len(words) - 1}; _tctl; echo ${{COMPREPLY[@]}}")
        done = subprocess.run([bash, "--norc", "-c", script], capture_output=True, text=True, check=False)
        check(done.stdout.strip() == expected and done.stderr == "", f"bash completes {words}", done)
    terminal = Terminal([bash, "--norc", "-i"], PS1="$ ", INPUTRC="/dev/null")
    terminal.type(f'. "{COMPLETION}"; PATH=\n')
    terminal.type("tctl wat\t")
    check(terminal.wait_for(r"tctl watch"), "Tab in a real bash completes", terminal.seen)
    terminal.type("\x15exit\n")
    terminal.end()


def lean():
    """What a short command maps is what it takes to start."""
    readelf = shutil.which("readelf")
    if readelf is None:
        print("skipped the libraries of tctl: no readelf")
        return
    done = subprocess.run([readelf, "-d", TCTL], capture_output=True, text=True, check=False)
    needed = re.findall(r"NEEDED.*\[(.*)\]", done.stdout)
    check("libedit.so.2" not in needed and needed, "libedit is mapped only when lines are edited", needed)


class Daemon:
    def __init__(self, folder, name, *lines):
        self.folder = os.path.join(folder, name)
        os.mkdir(self.folder, 0o770)
        os.chmod(self.folder, 0o770)
        self.socket = os.path.join(self.folder, "c.sock")
        self.log = open(os.path.join(self.folder, "log"), "w", encoding="utf-8")
        lines = [*lines, "cmdport 0", f"bindcmdaddress {self.socket}", f"pidfile {self.folder}/pid", "user root"]
        self.process = subprocess.Popen([TACTUSD, "-x", "-d", *lines], stdout=self.log, stderr=self.log)
        end = time.monotonic() + PATIENCE_S
        while not os.path.exists(self.socket) and time.monotonic() < end:
            time.sleep(0.05)

    def explain(self):
        done = subprocess.run([TCTL, "--json", "-h", self.socket, "explain"], capture_output=True, text=True,
                              check=False)
        return json.loads(done.stdout), done.returncode

    def stop(self):
        self.process.send_signal(signal.SIGTERM)
        self.process.wait(timeout=PATIENCE_S)
        self.log.close()


def free_port():
    import socket
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def explained(client):
    """Each source has the trouble that it was given; True when the clock is synchronised and all is found out."""
    wanted = {"127.0.0.1": "", "127.0.0.2": "server_unsynchronised", "127.0.0.3": "no_answer", "127.0.0.4": "no_key",
              "127.0.0.5": "no_answer", "127.0.0.6": "noselect", "name.invalid": "unresolved"}
    found, status = client.explain()
    troubles = {source["name"]: source["trouble"] for source in found["sources"]}
    return troubles == wanted and found["synchronised"] and status == 0, (troubles, found["verdict"])


def main():
    if os.getuid() != 0:
        print("skipped: starts daemons as root")
        return 77
    with tempfile.TemporaryDirectory(prefix="tactus-terminal-") as folder:
        ports = [free_port() for _ in range(3)]
        for number, key in ((1, "1 SHA1 HEX:11\n"), (2, "1 SHA1 HEX:22\n")):
            with open(f"{folder}/keys{number}", "w", encoding="ascii") as file:
                file.write(key)
            os.chmod(f"{folder}/keys{number}", 0o600)
        daemons = [
            Daemon(folder, "good", f"port {ports[0]}", "allow", "local stratum 1", f"keyfile {folder}/keys1"),
            Daemon(folder, "lost", f"port {ports[1]}", "allow"),
        ]
        fast = "iburst minpoll 0 maxpoll 0"
        daemons.append(Daemon(
            folder, "client", f"server 127.0.0.1 port {ports[0]} {fast}", f"server 127.0.0.2 port {ports[1]} {fast}",
            f"server 127.0.0.3 port {ports[2]} {fast}", f"server 127.0.0.4 port {ports[0]} key 7 {fast}",
            f"server 127.0.0.5 port {ports[0]} key 1 {fast}", f"server 127.0.0.6 port {ports[0]} noselect {fast}",
            "server name.invalid", "port 0", "authselectmode ignore", f"keyfile {folder}/keys2"))
        client = daemons[2]
        try:
            end = time.monotonic() + PATIENCE_S
            seen = (False, None)
            while not seen[0] and time.monotonic() < end:
                time.sleep(0.2)
                seen = explained(client)
            check(seen[0], "explain finds out what is wrong with each source of a real daemon", seen[1])
            found, status = daemons[1].explain()
            check(status == 1 and not found["synchronised"] and "No source is configured" in found["advice"][0],
                  "explain fails where the clock follows nothing", found)
            interactive(client.socket)
            watch(client.socket)
        finally:
            for daemon in daemons:
                daemon.stop()
        without_daemon(folder)
        completion()
        lean()
    return 1 if failures else 0


if __name__ == "__main__":
    sys.exit(main())
