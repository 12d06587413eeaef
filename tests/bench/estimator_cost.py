#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Instructions of one sample and bytes of one source, for both estimators.

Usage: estimator_cost.py PROGRAM (estimator_cost of this folder). Instructions are the difference of two runs under
callgrind, so that starting the program does not count. Exit status 77: no valgrind; 1: a limit is exceeded."""

import re
import shutil
import subprocess
import sys

STEADY = (200, 300)  # samples: the store is full, nothing is done again
START = (0, 64)      # the adaptive estimator does its start again with each of them
# Twice what was measured with gcc 12 on amd64, -O2: see docs/discipline.md.
LIMITS = {"regression": (52_000, 22_000, 47_000), "adaptive": (350_000, 4_200_000, 72_000)}


def instructions(program, kind, samples):
    run = subprocess.run(["valgrind", "--tool=callgrind", "--callgrind-out-file=/dev/null", program, kind, str(samples)],
                         capture_output=True, text=True, check=True)
    return int(re.search(r"Collected : (\d+)", run.stderr).group(1))


def per_sample(program, kind, span):
    first, last = (instructions(program, kind, samples) for samples in span)
    return (last - first) / (span[1] - span[0])


def main():
    program = sys.argv[1]
    if not shutil.which("valgrind"):
        print("SKIP: no valgrind")
        return 77
    failed = False
    for kind, limits in LIMITS.items():
        held = int(subprocess.run([program, kind, "200"], capture_output=True, text=True, check=True).stdout)
        got = (per_sample(program, kind, STEADY), per_sample(program, kind, START), held)
        good = all(value <= limit for value, limit in zip(got, limits))
        failed |= not good
        print(f"{'ok     ' if good else 'FAILED '} {kind}: {got[0]:,.0f} instructions a sample, {got[1]:,.0f} during the "
              f"first 64, {held:,} bytes a source")
    return 1 if failed else 0


sys.exit(main())
