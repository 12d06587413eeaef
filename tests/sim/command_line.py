#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""tctl simulate as people use it: exit statuses, messages, SVG, JSON, and what it says when there is no simulator."""
import json
import os
import shutil
import subprocess
import sys
import tempfile
import xml.etree.ElementTree as xml

GOOD = """duration: 1 h
nodes:
  server: {chrony: "local stratum 1\\nallow"}
  client: {chrony: "server server minpoll 4 maxpoll 4", clock: {offset: 1 ms}}
links: [{delay: 1 ms, jitter: {exponential: 100 us}}]
events: [{at: 30 min, step: server, by: 1 ms}]
expect: {client: {rms_time: < 1 s, source: server}}
"""


class Tests:
    def __init__(self, tctl, folder):
        self.tctl, self.folder = tctl, folder
        self.failed = 0

    def write(self, name, text):
        path = f"{self.folder}/{name}"
        with open(path, "w", encoding="utf-8") as file:
            file.write(text)
        return path

    def run(self, *words, program=None):
        return subprocess.run([program or self.tctl, "simulate", *words], capture_output=True, text=True, check=False)

    def expect(self, what, condition, done):
        if not condition:
            self.failed += 1
            print(f"{what}: status {done.returncode}\n{done.stdout}{done.stderr}")

    def all(self):
        good = self.write("good.yaml", GOOD)
        svg = f"{self.folder}/out.svg"
        done = self.run(good, "--plot", svg)
        self.expect("a good scenario ends with 0 and a table", done.returncode == 0 and "client" in done.stdout, done)
        self.expect("no progress when there is no terminal", done.stderr == "", done)
        texts = "".join(xml.parse(svg).getroot().itertext())
        self.expect("the plot is XML with units and a legend",
                    "true error" in texts and "estimated error bound" in texts and "ppm" in texts, done)
        done = self.run(good, "--json", "--seeds", "2")
        runs = json.loads(done.stdout)["scenarios"][0]["runs"]
        self.expect("JSON has both seeds", [run["seed"] for run in runs] == [1, 2], done)

        bad = self.write("bad.yaml", GOOD.replace("< 1 s", "< 1 ns"))
        done = self.run(bad, "--seed", "3")
        self.expect("a failed expectation ends with 1 and says how to repeat it",
                    done.returncode == 1 and f"{bad}:7:" in done.stdout and "rms_time is" in done.stdout and
                    f"tctl simulate {bad} --seed 3" in done.stdout, done)

        wrong = self.write("wrong.yaml", GOOD.replace("jitter", "jiter").replace("1 h\n", "1\n"))
        done = self.run(wrong)
        self.expect("a wrong scenario ends with 2 and names lines, keys and remedies",
                    done.returncode == 2 and f"{wrong}:1: duration: `1` is not a time" in done.stderr and
                    f"{wrong}:5: links[1].jiter: unknown; did you mean `jitter`?" in done.stderr, done)
        refused = self.write("refused.yaml", GOOD.replace("minpoll 4", "minpol 4"))
        done = self.run(refused)
        self.expect("a refused configuration ends with 2 and names node and line",
                    done.returncode == 2 and f"{refused}:4: nodes.client: " in done.stderr, done)
        for words, piece in ((["--sed", "1", good], "unknown option --sed"), ([], "no scenario"),
                             (["nowhere.yaml"], "cannot be read"),
                             ([good, "--plot", "/nowhere/x.svg"], "cannot write")):
            done = self.run(*words)
            self.expect(f"{words} ends with 2", done.returncode == 2 and piece in done.stderr, done)

        keep = f"{self.folder}/keep"
        self.run(good, "--keep", keep)
        done = self.run(good)
        self.expect("the nodes' files are kept", os.path.exists(f"{keep}/good.1/client/chrony.conf"), done)

        lonely = shutil.copy(self.tctl, f"{self.folder}/tctl")
        done = self.run(good, program=lonely)
        installed = done.returncode == 0  # then there is nothing to say
        self.expect("without the simulator its package is named",
                    installed or done.returncode == 2 and "package tactus-simulate" in done.stderr, done)


def main():
    with tempfile.TemporaryDirectory(prefix="simulate.") as folder:
        tests = Tests(sys.argv[1], folder)
        tests.all()
    return 1 if tests.failed else 0


if __name__ == "__main__":
    sys.exit(main())
