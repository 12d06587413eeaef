#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""How fast the simulator is: simulated seconds per second of CPU time for networks of 2, 10, 100 and 1000 nodes.

Each network has one server per fifty nodes, two at least but for the smallest, and clients that ask two of them every
64 s. Printed are the simulated seconds per CPU second, the CPU time per node and day, what a day costs, and the memory.
Exit status 1: a day of 100 nodes would take more than 60 s or 1 GiB, or a node of the largest network costs more than
--growth times one of the network of ten. Ten nodes fit into a core's caches and a thousand do not, which makes each of
them up to three times as dear on a busy machine; what grew with the square of the nodes would make them a hundred times so.
"""
import argparse
import os
import sys
import tempfile

DAY = 86400.0
SETTLED = 600


def scenario(nodes, seconds):
    servers = 1 if nodes < 4 else max(2, nodes // 50)
    copies = f", copies: {servers}" if servers > 1 else ""
    asked = ["server"] if servers == 1 else [f"server{n}" for n in (1, servers)]
    lines = "".join(f"      server {name} minpoll 6 maxpoll 6\n" for name in asked)
    count = nodes - servers
    return (f"duration: {seconds} s\nnodes:\n  server: {{chrony: \"local stratum 1\\nallow\"{copies}}}\n  client:\n"
            f"    copies: {count}\n    chrony: |\n{lines}      makestep 1 3\n"
            "    clock: {offset: 5 ms, frequency: 20 ppm, wander: 1e-9}\n"
            "links:\n  - {delay: 1 ms, jitter: {exponential: 200 us}}\n"
            + ("expect:\n  client*: {stratum: 2, violations: 0..100}\n" if seconds >= SETTLED else ""))


def measure(simulator, nodes, seconds):
    """CPU seconds and MiB of one run."""
    with tempfile.NamedTemporaryFile("w", suffix=".yaml", encoding="ascii") as file:
        file.write(scenario(nodes, seconds))
        file.flush()
        child = os.fork()
        if child == 0:
            null = os.open(os.devnull, os.O_WRONLY)
            os.dup2(null, 1)
            os.execv(simulator, [simulator, file.name])
        _, status, usage = os.wait4(child, 0)
    if status != 0:
        sys.exit(f"{simulator} failed with {nodes} nodes")
    return usage.ru_utime + usage.ru_stime, usage.ru_maxrss / 1024.0


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("simulator", help="tactus-simulate")
    parser.add_argument("--nodes", default="2,10,100,1000")
    parser.add_argument("--scale", type=float, default=1.0, help="of the simulated time")
    parser.add_argument("--growth", type=float, default=8.0)
    args = parser.parse_args()
    print(f"{'nodes':>6} {'simulated':>10} {'CPU s':>8} {'sim s / CPU s':>14} {'CPU ms / node day':>18}"
          f" {'CPU s / day':>12} {'MiB':>7}")
    costs = {}
    good = True
    for nodes in map(int, args.nodes.split(",")):
        seconds = max(SETTLED, int(DAY * args.scale * min(20.0, 100.0 / nodes)))
        # What a run costs before time begins is not counted.
        start, _ = measure(args.simulator, nodes, 1)
        whole, memory = measure(args.simulator, nodes, seconds)
        cpu = max(whole - start, 1e-3)
        day = cpu * DAY / seconds
        costs[nodes] = day / nodes
        print(f"{nodes:6} {seconds:8} s {cpu:8.2f} {seconds / cpu:14.0f} {costs[nodes] * 1e3:18.1f} {day:12.2f}"
              f" {memory:7.1f}", flush=True)
        if nodes == 100 and (day > 60.0 or memory > 1024.0):
            print("a day of 100 nodes takes more than 60 s or 1 GiB")
            good = False
    largest = max(costs)
    if 10 in costs and costs[largest] > args.growth * costs[10]:
        print(f"a node among {largest} costs {costs[largest] / costs[10]:.1f} times one among ten")
        good = False
    return 0 if good else 1


if __name__ == "__main__":
    sys.exit(main())
