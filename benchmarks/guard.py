"""The guard against slower code: figures of this tree beside stored ones, both as multiples of a fixed yardstick.

    python -m benchmarks.guard             compare; exit code 1 if a figure costs more than 20 % more than stored
    python -m benchmarks.guard --accept    measure, and store what was measured
    python -m benchmarks.guard --repeat 10 measure so often and print how far the figures scatter

A figure is the median over many rounds of (seconds of the work / seconds of the yardstick just beside it). What is
compared is asserted to be the same work: its number of events or rows is stored with it.
"""

from __future__ import annotations

import argparse
import json
import platform
import statistics
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np

from benchmarks.fairs import Task, drawn, first_fair, mixer, queue
from benchmarks.timing import Work, keep_memory, seconds
from benchmarks.yardstick import yardstick
from sim.campaign.season import Season
from sim.draws import make_key
from sim.engine import simulate
from sim.engine.ledger import count_events
from sim.study.measures import measure

STORED = Path(__file__).with_name("figures.json")
TOLERANCE = 1.20
_ROUNDS = 31


class Case(NamedTuple):
    """A piece of work that is guarded."""

    work: Work
    amount: Callable[[], int]  # how much work it is: events, or rows


class Figure(NamedTuple):
    """How long a piece of work takes, and how much it is."""

    yardsticks: float
    amount: int


def cases() -> dict[str, Case]:
    """What is guarded, by name."""
    season = Season(first_fair())
    first = drawn(season, 1, range(1))
    mixers = drawn(Season(mixer()), 1, range(60))
    day, key = queue(20_000, 1), make_key(1)
    played = season.play(1, 0)
    return {
        "first fair, simulated": Case(first.run, first.events),
        "first fair, population drawn": Case(lambda: season.fair_days(1, 0), lambda: _people(first)),
        "first fair, measured": Case(lambda: measure(season, played), lambda: measure(season, played).size),
        "career mixer, 60 replications": Case(mixers.run, mixers.events),
        "M/M/3, 20,000 customers": Case(lambda: simulate(day, key), lambda: count_events(simulate(day, key))),
    }


def _people(task: Task) -> int:
    return sum(day.seekers.size + day.booths.size for day, _ in task.days)


def measured() -> dict[str, Figure]:
    """Time every case, each beside the yardstick; cases take turns, so that a slow minute falls on all of them."""
    all_of, stick = cases(), yardstick()
    ratios: dict[str, list[float]] = {name: [] for name in all_of}
    keep_memory()
    for case in all_of.values():
        case.work()
    before = seconds(stick)
    for _ in range(_ROUNDS):
        for name, case in all_of.items():
            taken = seconds(case.work)
            after = seconds(stick)
            ratios[name].append(taken / ((before + after) / 2.0))
            before = after
    return {name: Figure(statistics.median(ratios[name]), case.amount()) for name, case in all_of.items()}


def stored() -> dict[str, Figure]:
    """The accepted figures."""
    document = json.loads(STORED.read_text("utf-8"))
    return {name: Figure(**figure) for name, figure in document["figures"].items()}


def findings(now: dict[str, Figure], accepted: dict[str, Figure]) -> list[str]:
    """What is wrong: work that has become dearer, is another than stored, or is stored nowhere."""
    found = []
    for name in sorted(now.keys() | accepted.keys()):
        if name not in now or name not in accepted:
            found.append(f"{name}: measured and stored figures have different names")
        elif now[name].amount != accepted[name].amount:
            found.append(f"{name}: other work than stored: {now[name].amount:,}, stored {accepted[name].amount:,}")
        elif now[name].yardsticks > TOLERANCE * accepted[name].yardsticks:
            more = 100.0 * (now[name].yardsticks / accepted[name].yardsticks - 1.0)
            found.append(f"{name}: costs {more:.0f} % more than stored")
    return found


def accept(now: dict[str, Figure]) -> None:
    """Store figures."""
    document: dict[str, Any] = {
        "what": "median of seconds of the work over seconds of the yardstick; python -m benchmarks.guard --accept",
        "machine": f"{platform.machine()}, {platform.system()}, Python {platform.python_version()}",
        "figures": {name: {"yardsticks": round(f.yardsticks, 4), "amount": f.amount} for name, f in now.items()},
    }
    STORED.write_text(json.dumps(document, indent=2) + "\n", encoding="utf-8")


def _print_scatter(repeats: int) -> None:
    """Measure again and again; print how far the figures lie apart."""
    runs = [measured() for _ in range(repeats)]
    for name in runs[0]:
        values = np.array([run[name].yardsticks for run in runs])
        print(
            f"{name:32} median {np.median(values):.4f}  lowest {values.min() / np.median(values) - 1:+.1%}"
            f"  highest {values.max() / np.median(values) - 1:+.1%}"
        )


def main() -> int:
    """Read the command line, measure, give the exit code."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.guard", description=(__doc__ or "").split("\n")[0])
    parser.add_argument("--accept", action="store_true", help="store what is measured now")
    parser.add_argument("--repeat", type=int, metavar="N", help="measure N times and print the scatter")
    arguments = parser.parse_args()
    if arguments.repeat:
        _print_scatter(arguments.repeat)
        return 0
    now = measured()
    for name, figure in now.items():
        print(f"{name:32} {figure.yardsticks:.4f} yardsticks, {figure.amount:,}")
    if arguments.accept:
        accept(now)
        return 0
    found = findings(now, stored())
    print("\n".join(found) or "no figure costs more than 20 % more than stored")
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main())
