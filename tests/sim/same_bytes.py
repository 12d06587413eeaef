#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""The same seed gives the same bytes: event log, statistic logs, configurations, drift files, results.

Scenarios with logs are run in two processes, twice in one process, and with two threads; everything that they left is
compared byte for byte. Another seed must give other bytes, or the comparison would prove nothing.
"""
import json
import os
import subprocess
import sys
import tempfile

# Jitter of every kind, lies, refclocks, a restart, threads of several seeds.
NAMES = ["servers-become-liars", "client-restarts", "refclock-lost", "peers", "stamps-hardware"]
LOGGED = """      logdir ${dir}
      log rawmeasurements measurements statistics tracking refclocks
      driftfile ${dir}/drift
"""


def with_logs(scenarios, name, folder):
    """A copy of the scenario whose nodes write all logs."""
    with open(f"{scenarios}/{name}.yaml", encoding="utf-8") as file:
        text = file.read()
    path = f"{folder}/{name}.yaml"
    with open(path, "w", encoding="utf-8") as file:
        file.write(text.replace("      makestep 1 3\n", "      makestep 1 3\n" + LOGGED))
    return path


def files_below(folder):
    found = {}
    for place, _, names in os.walk(folder):
        for name in names:
            path = os.path.join(place, name)
            if os.path.isfile(path):
                with open(path, "rb") as file:
                    found[os.path.relpath(path, folder)] = file.read()
    return found


def run(simulator, files, folder, *options):
    """What one process gives: results, events, and the files that it left. The folder has the same name each time."""
    keep = f"{folder}/keep"
    subprocess.run(["rm", "-rf", keep], check=True)
    events = f"{folder}/events"
    done = subprocess.run([simulator, *files, "--json", "--keep", keep, "--events", events, *options],
                          capture_output=True, text=True, check=False)
    if done.returncode == 2:
        sys.exit(done.stderr)
    with open(events, encoding="utf-8") as file:
        return json.loads(done.stdout)["scenarios"], file.read(), files_below(keep)


def compare(what, one, other):
    if one == other:
        return True
    print(f"{what}: not the same")
    if isinstance(one, dict):
        for name in sorted(set(one) | set(other)):
            if one.get(name) != other.get(name):
                print(f"  {name}: {len(one.get(name, b''))} and {len(other.get(name, b''))} bytes")
    return False


def main():
    simulator, scenarios = sys.argv[1:3]
    good = True
    with tempfile.TemporaryDirectory(prefix="same-bytes.") as folder:
        for name in NAMES:
            path = with_logs(scenarios, name, folder)
            first = run(simulator, [path], folder, "--seeds", "2")
            second = run(simulator, [path], folder, "--seeds", "2")
            threads = run(simulator, [path], folder, "--seeds", "2", "--jobs", "2")
            for what, one, other, third in zip(("results", "events", "files"), first, second, threads):
                good = compare(f"{name}, two processes, {what}", one, other) and good
                good = compare(f"{name}, two threads, {what}", one, third) and good
            logs = [content for file, content in first[2].items() if file.endswith(".log")]
            if len(first[1]) < 10000 or sum(map(len, logs)) < 10000:
                print(f"{name}: only {len(first[1])} bytes of events, {sum(map(len, logs))} of logs: nothing to see?")
                good = False
            if first[0][0]["runs"][0]["nodes"] == first[0][0]["runs"][1]["nodes"]:
                print(f"{name}: two seeds give the same results")
                good = False
            results, events, _ = run(simulator, [path, path], folder, "--seed", "1")
            parts = events.split(f"# {name} seed 1\n")[1:]
            good = compare(f"{name}, one process, results", results[0], results[1]) and good
            good = compare(f"{name}, one process, events", parts[0], parts[1]) and good
            good = compare(f"{name}, one process and another", results[0]["runs"][0], first[0][0]["runs"][0]) and good
    return 0 if good else 1


if __name__ == "__main__":
    sys.exit(main())
