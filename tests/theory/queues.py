"""What the tests of queues share: long samples of the published queues, and how an estimate is held against theory.

An estimate passes when it lies within 2 % of theory and within 3.5 of its own standard errors; the standard error is
at most 0.6 % of theory, so that a bias of 2 % does not pass (for the queue before a hundred recruiters it is 1 %).
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable, Iterator, Sequence
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from sim.engine import ledger as book
from sim.model.scenario import Scenario, load_scenario
from sim.study.verify import Case, Pair, Record, observe, published_scenarios, read_cases, records

SEED = 7
LIMIT = 0.02
STANDARD_ERRORS = 3.5
# Replications for the standard error above, found by the square-root law from a first run.
REPLICATIONS = {
    "mm2": 250,
    "mm10": 2200,
    "mm100": 300,
    "erlang-b-40-10": 4,
    "erlang-b-40-10-lognormal": 4,
    "erlang-b-10-10": 60,
    "erlang-b-10-10-lognormal": 80,
    "mm1-6": 1400,
    "mm50-impatient": 155,
    "mm90-impatient": 26,
    "mm10-impatient": 200,
    "mg1-constant": 2400,
    "mg1-uniform": 3400,
    "mg1-erlang": 3400,
    "queue": 4100,
    "unlimited-recruiters": 7600,
}
CASES = tuple(case for case in read_cases() if case.scenario in REPLICATIONS)
SCENARIOS = tuple(dict.fromkeys(case.scenario for case in CASES))
STANDARD_ERROR = 0.006
STANDARD_ERROR_OF_A_HUNDRED = 0.01

Pairs = npt.NDArray[np.float64]
Extra = Callable[[Record, tuple[float, float]], Pair]


class Estimate(NamedTuple):
    """A ratio of totals, and its standard error by the delta method."""

    value: float
    error: float

    def meets(self, expected: float) -> bool:
        """Whether theory may be right."""
        distance = abs(self.value - expected)
        return distance <= LIMIT * abs(expected) and distance <= STANDARD_ERRORS * self.error

    def is_zero(self) -> bool:
        """Whether a difference may be none."""
        return abs(self.value) <= STANDARD_ERRORS * self.error


def scenario(name: str, *overrides: str) -> Scenario:
    return load_scenario(published_scenarios() / f"{name}.toml", overrides)


def sample(name: str, share: float = 1.0, engine: str = "kernel", *overrides: str) -> Iterator[Record]:
    """A share of the long sample of a queue."""
    count = max(2, math.ceil(share * REPLICATIONS[name]))
    return records(scenario(name, *overrides), count, SEED, engine)


def cases_of(name: str) -> tuple[Case, ...]:
    return tuple(case for case in CASES if case.scenario == name)


def estimate(pairs: Pairs) -> Estimate:
    """Total over total, from one total and divisor per replication."""
    ratio, deviations = _linearised(pairs)
    return Estimate(ratio, float(np.sqrt((deviations**2).sum()) / len(pairs)))


def difference(first: Pairs, second: Pairs, factor: float = 1.0) -> Estimate:
    """One ratio less `factor` times another of the same replications."""
    (one, deviations), (two, others) = _linearised(first), _linearised(second)
    return Estimate(one - factor * two, float(np.sqrt(((deviations - factor * others) ** 2).sum()) / len(first)))


def _linearised(pairs: Pairs) -> tuple[float, npt.NDArray[np.float64]]:
    totals, divisors = pairs[:, 0], pairs[:, 1]
    ratio = totals.sum() / divisors.sum()
    return float(ratio), (totals - ratio * divisors) / divisors.mean()


def measured(some: Iterable[Record], cases: Sequence[Case], extras: dict[str, Extra] | None = None) -> dict[str, Pairs]:
    """Totals and divisors in each record: of the cases, by question, and of further quantities, by name."""
    extras = EXTRAS if extras is None else extras
    window = cases[0].question.window
    rows = []
    for record in some:
        opening = float(record.day.hall[0]["open"])
        clock = opening + window[0], opening + window[1]
        rows.append(observe([record], cases)[0].tolist() + [extra(record, clock) for extra in extras.values()])
    table = np.array(rows)
    names = [str(case.question) for case in cases] + list(extras)
    return {name: table[:, k] for k, name in enumerate(names)}


def named(pairs: dict[str, Pairs], measure: str) -> Pairs:
    """Those of the one question about a measure."""
    [found] = [one for name, one in pairs.items() if name.split(" ")[0] == measure]
    return found


# Further quantities ---------------------------------------------------------------------------------


def in_window(record: Record, window: tuple[float, float]) -> np.ndarray:
    joined = record.stays["joined"]
    return record.stays[(joined >= window[0]) & (joined < window[1])]


def called(stays: np.ndarray) -> np.ndarray:
    return np.where(np.isnan(stays["started"]), stays["ended"], stays["started"])


def found_waiting(record: Record, window: tuple[float, float]) -> Pair:
    """People waiting whom an arrival finds."""
    stays = in_window(record, window)
    return float(stays["ahead"].sum()), float(stays.size)


def wait_rate(record: Record, window: tuple[float, float]) -> Pair:
    """Minutes waited by those who come in the window, per minute."""
    stays = in_window(record, window)
    return float((called(stays) - stays["joined"]).sum()), window[1] - window[0]


def squared_wait(record: Record, window: tuple[float, float]) -> Pair:
    stays = in_window(record, window)
    return float(((called(stays) - stays["joined"]) ** 2).sum()), float(stays.size)


def arrivals_per_minute(record: Record, window: tuple[float, float]) -> Pair:
    return float(in_window(record, window).size), window[1] - window[0]


def reneged(record: Record, window: tuple[float, float]) -> Pair:
    """People who give up, per minute."""
    gone = record.stays["ended"][record.stays["outcome"] == book.RENEGED]
    return float(((gone >= window[0]) & (gone < window[1])).sum()), window[1] - window[0]


EXTRAS: dict[str, Extra] = {
    "found_waiting": found_waiting,
    "wait_rate": wait_rate,
    "squared_wait": squared_wait,
    "arrivals_per_minute": arrivals_per_minute,
    "reneged": reneged,
}
