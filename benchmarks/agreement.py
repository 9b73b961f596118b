"""How often the two engines differ: `python -m benchmarks.agreement -n 10000` lives through random days in both.

Prints how many days and records were compared and how many records differ; any difference is a fault, and ends the
program with code 1. Progress and the numbers of differing days go to stderr. The days are the same every time.
"""

from __future__ import annotations

import argparse
import sys
from collections import Counter

import numpy as np

from benchmarks.random_days import random_day
from sim.draws import Key, make_key
from sim.engine import FairDay, Ledger, simulate
from sim.engine.ledger import STAY_OUTCOMES, VISIT_OUTCOMES

_PROGRESS_EVERY = 100


def differing_records(one: Ledger, other: Ledger) -> int:
    """How many rows of two ledgers differ in any column by any bit (NaN equals NaN), or stand in one of them only."""
    total = 0
    for left, right in zip(one, other, strict=True):
        common = min(left.size, right.size)
        differs = np.zeros(common, bool)
        for name in left.dtype.names or ():
            a, b = left[name][:common], right[name][:common]
            if a.dtype.kind == "f":
                differs |= (a.copy().view(np.int64) != b.copy().view(np.int64)) & ~(np.isnan(a) & np.isnan(b))
            else:
                differs |= a != b
        total += int(differs.sum()) + abs(left.size - right.size)
    return total


def compare(day: FairDay, key: Key) -> tuple[int, int, Ledger]:
    """Records that differ, records compared, and what happened, on one day."""
    kernel, reference = simulate(day, key), simulate(day, key, "reference")
    records = sum(max(a.size, b.size) for a, b in zip(kernel, reference, strict=True))
    return differing_records(kernel, reference), records, reference


def run(days: int, first: int = 0) -> int:
    """Compare so many random days; returns how many records differ."""
    records = differing = 0
    visits: Counter[int] = Counter()
    stays: Counter[int] = Counter()
    for number in range(first, first + days):
        wrong, compared, ledger = compare(random_day(number), make_key(number, 1, 2))
        records, differing = records + compared, differing + wrong
        visits.update(ledger.visits["outcome"].tolist())
        stays.update(ledger.stays["outcome"].tolist())
        if wrong:
            print(f"day {number}: {wrong} of {compared} records differ", file=sys.stderr)
        if (number - first + 1) % _PROGRESS_EVERY == 0:
            print(f"{number - first + 1:,} of {days:,} days, {differing:,} differing", file=sys.stderr)
    for names, counts in ((VISIT_OUTCOMES, visits), (STAY_OUTCOMES, stays)):
        print(", ".join(f"{name} {counts[code]:,}" for code, name in enumerate(names) if name), file=sys.stderr)
    print(f"days: {days:,}\nrecords: {records:,}\ndiffering: {differing:,}")
    return differing


def main() -> int:
    """Read the command line, run, give the exit code."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.agreement", description=__doc__)
    parser.add_argument("-n", "--days", type=int, default=1000, help="how many random days (1000)")
    parser.add_argument("--first", type=int, default=0, help="number of the first day (0)")
    arguments = parser.parse_args()
    return 1 if run(arguments.days, arguments.first) else 0


if __name__ == "__main__":
    sys.exit(main())
