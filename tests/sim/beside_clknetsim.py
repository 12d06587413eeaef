#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""The same tactusd under two simulators: tactus-simulate and clknetsim (CLKNETSIM_PATH says where it is).

Six scenarios that both can express. For each and each seed the RMS error of the client's clock from the settling time
on; printed are the means over the seeds with their standard deviations, and the ratio. The two must agree within the
seed-to-seed spread. With --chronyd a third column has chronyd under clknetsim. Exit status 77: no simulator here; 1:
they do not agree.
"""
import argparse
import json
import os
import re
import shutil
import statistics
import subprocess
import sys
import tempfile
from concurrent.futures import ThreadPoolExecutor


class Case:
    """Jitter once as a distribution of a scenario and once as clknetsim's expression; delays in seconds."""

    def __init__(self, name, jitter, expression, wander, span, refclock=False):
        self.name, self.jitter, self.expression = name, jitter, expression
        self.wander, self.span, self.refclock = wander, span, refclock

    def client(self):
        if self.refclock:
            return "refclock SHM 0 dpoll 0 poll 4 refid GPS\n"
        return "server {server} minpoll 6 maxpoll 6\n"


CASES = [
    Case("constant", "0", "(+ 1e-3 0)", 1e-9, 60000),
    Case("exponential jitter", "{exponential: 100 us}", "(+ 1e-3 (* 1e-4 (exponential)))", 1e-9, 60000),
    Case("normal jitter", "{normal: {mean: 1 ms, stddev: 100 us}}", "(+ 2e-3 (* 1e-4 (normal)))", 1e-9, 60000),
    Case("low wander", "{exponential: 100 us}", "(+ 1e-3 (* 1e-4 (exponential)))", 1e-10, 60000),
    Case("high wander", "{exponential: 100 us}", "(+ 1e-3 (* 1e-4 (exponential)))", 1e-8, 60000),
    Case("SHM refclock", "{normal: 10 us}", "(* 1e-5 (normal))", 1e-9, 20000, refclock=True),
]


def own(args, case, seeds):
    """RMS errors of the client under tactus-simulate, one per seed."""
    client = "".join(f"      {line}\n" for line in case.client().format(server="server").splitlines())
    text = (f"duration: {case.span} s\nsettle: {case.span // 5} s\nsample: 1 s\nchecks: {{bound: false}}\nnodes:\n"
            f"  server: {{chrony: \"local stratum 1\\nallow\"}}\n  client:\n    chrony: |\n{client}"
            f"    clock: {{offset: 10 ms, frequency: 100 ppm, wander: {case.wander}}}\n")
    if case.refclock:
        text += f"    refclocks:\n      - {{jitter: {case.jitter}}}\n"
    else:
        text += f"links:\n  - {{delay: 1 ms, jitter: {case.jitter}}}\n"
    with tempfile.NamedTemporaryFile("w", suffix=".yaml", encoding="ascii") as file:
        file.write(text)
        file.flush()
        run = subprocess.run([args.simulator, file.name, "--seeds", str(seeds), "--json"], capture_output=True,
                             text=True, check=False)
    if run.returncode != 0:
        sys.exit(run.stderr or run.stdout)
    runs = json.loads(run.stdout)["scenarios"][0]["runs"]
    return [node["rms_time_s"] for one in runs for node in one["nodes"] if node["name"] == "client"]


def other(args, case, seed, daemon):
    """The same under clknetsim."""
    folder = tempfile.mkdtemp(prefix="beside.")
    processes = []
    try:
        with open(f"{folder}/net", "w", encoding="ascii") as file:
            file.write(f"node2_freq = (+ 1e-4 (sum (* {case.wander} (normal))))\nnode2_offset = 0.01\n")
            if case.refclock:
                file.write(f"node2_refclock = {case.expression}\n")
            file.write("".join(f"node{a}_delay{b} = {case.expression}\n" for a, b in ((1, 2), (2, 1))))
        env = dict(os.environ, CLKNETSIM_RANDOM_SEED=str(seed))
        roles = {1: "local stratum 1\nallow\n", 2: case.client().format(server="192.168.123.1")}
        for node, text in roles.items():
            with open(f"{folder}/conf.{node}", "w", encoding="ascii") as file:
                file.write(f"pidfile {folder}/pid.{node}\nbindcmdaddress /\ncmdport 0\n{text}")
            node_env = dict(env, LD_PRELOAD=f"{args.clknetsim}/clknetsim.so", CLKNETSIM_NODE=str(node),
                            CLKNETSIM_SOCKET=f"{folder}/sock")
            with open(f"{folder}/log.{node}", "w", encoding="ascii") as log:
                processes.append(subprocess.Popen([daemon, "-d", "-f", f"{folder}/conf.{node}"], env=node_env,
                                                  stdout=log, stderr=log))
        run = subprocess.run([f"{args.clknetsim}/clknetsim", "-l", str(case.span), "-r", str(case.span // 5), "-s",
                              f"{folder}/sock", f"{folder}/net", "2"], env=env, capture_output=True, text=True,
                             check=False)
        block = re.split(r"-+ Node \d+ -+", run.stdout)[2]
        return float(re.search(r"^RMS offset:\s+(\S+)$", block, re.M).group(1))
    finally:
        for process in processes:
            process.terminate()
        for process in processes:
            process.wait()
        shutil.rmtree(folder)


def show(values):
    return f"{statistics.mean(values) * 1e6:7.3f} ± {statistics.stdev(values) * 1e6:6.3f}"


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("tactusd")
    parser.add_argument("simulator", help="tactus-simulate")
    parser.add_argument("--seeds", type=int, default=10)
    parser.add_argument("--only", default="", help="names, separated by commas")
    parser.add_argument("--jobs", type=int, default=1)
    parser.add_argument("--chronyd", default="")
    args = parser.parse_args()
    args.clknetsim = os.environ.get("CLKNETSIM_PATH", "")
    if not os.access(f"{args.clknetsim}/clknetsim", os.X_OK):
        print("no CLKNETSIM_PATH: nothing to compare with")
        return 77
    only = set(filter(None, args.only.split(",")))
    print(f"RMS error of the clock in us, mean ± standard deviation of {args.seeds} seeds")
    print(f"{'scenario':20} {'tactus-simulate':>16} {'clknetsim':>16} {'ratio':>6}" +
          (f" {'chronyd, clknetsim':>20}" if args.chronyd else ""))
    agree = True
    for case in CASES:
        if only and case.name not in only:
            continue
        ours = own(args, case, args.seeds)
        with ThreadPoolExecutor(args.jobs) as pool:
            theirs = list(pool.map(lambda seed: other(args, case, seed, args.tactusd), range(1, args.seeds + 1)))
            chronyd = list(pool.map(lambda seed: other(args, case, seed, args.chronyd),
                                    range(1, args.seeds + 1))) if args.chronyd else []
        spread = statistics.stdev(ours) + statistics.stdev(theirs)
        fits = abs(statistics.mean(ours) - statistics.mean(theirs)) <= spread
        agree = agree and fits
        ratio = statistics.mean(ours) / statistics.mean(theirs)
        print(f"{case.name:20} {show(ours):>16} {show(theirs):>16} {ratio:6.2f}" +
              (f" {show(chronyd):>20}" if chronyd else "") + ("" if fits else "  differs by more than the spread"),
              flush=True)
    return 0 if agree else 1


if __name__ == "__main__":
    sys.exit(main())
