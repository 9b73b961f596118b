"""Mixer A against its exact expectations, within 0.5 %: the Kolmogorov equations of the two booths, no sampling error.

A plain average would need 150,000 replications for that. What varies most between two days is known exactly in
expectation: how many come in each half hour, and how long they would talk at either booth. Its part in each figure is
taken off by regression (control variates), which leaves standard errors of 0.02 to 0.25 % with 45,000 replications, and
0.25 to 0.4 % for the figures at one instant. A wrong rate or a wrong mean must not slip through by being taken off: the
controls themselves are held against their expectations.
"""

from collections.abc import Iterable

import numpy as np
import pytest

from sim.draws import INTERVIEW, make_key
from sim.model.scenario import load_scenario
from sim.population.drawing import uniform_rows
from sim.population.identity import number_of
from sim.study.verify import Record, observe, published_scenarios, read_cases, records

REPLICATIONS = 45_000
SEED = 1
STEPS, PER_STEP = 12, 15.0
CASES = tuple(case for case in read_cases() if case.scenario == "mixer-a" and not case.is_printed)
BOOTHS = tuple(np.uint64(number_of(name)) for name in ("MalWart", "JHBunt"))
UNDATED = 1  # the day part of the address of a fair without date


def controls(record: Record, replication: int) -> list[float]:
    """People who come in each half hour, and how long they would talk at either booth, in units of its mean.

    Each has the expectation 15: 0.5 a minute.
    """
    seekers = record.day.seekers
    key = make_key(SEED, replication, UNDATED)
    step = ((seekers["arrival"] - record.day.hall[0]["open"]) // 30).astype(np.int64)
    sums = [np.bincount(step, minlength=STEPS)]
    for booth in BOOTHS:
        u = uniform_rows(key, seekers["who"], INTERVIEW, np.full(seekers.size, booth))[:, 0]
        sums.append(np.bincount(step, -np.log1p(-u), minlength=STEPS))
    return np.concatenate(sums).tolist()


def observed(some: Iterable[Record]) -> tuple[np.ndarray, np.ndarray]:
    """The figures of each replication, and its controls."""
    figures, known = [], []
    for replication, record in enumerate(some):
        pairs = observe([record], CASES)[0]
        figures.append(pairs[:, 0] / pairs[:, 1])
        known.append(controls(record, replication))
    return np.array(figures), np.array(known)


def adjusted(figures: np.ndarray, known: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Means with the controls' part taken off, and their standard errors."""
    design = np.column_stack([np.ones(len(known)), known - PER_STEP])
    fit, _, rank, _ = np.linalg.lstsq(design, figures, rcond=None)
    rest = figures - design @ fit
    scale = np.sqrt((rest**2).sum(0) / (len(known) - rank))
    # Of the constant term, whose regressors have the expectation 0.
    return fit[0], scale * np.sqrt(np.linalg.inv(design.T @ design)[0, 0])


@pytest.fixture(scope="module")
def sample() -> tuple[np.ndarray, np.ndarray]:
    scenario = load_scenario(published_scenarios() / "mixer-a.toml")
    return observed(records(scenario, REPLICATIONS, SEED, "kernel"))


@pytest.fixture(scope="module")
def estimates(sample: tuple[np.ndarray, np.ndarray]) -> tuple[np.ndarray, np.ndarray]:
    return adjusted(*sample)


def test_controls_have_their_expectations(sample: tuple[np.ndarray, np.ndarray]) -> None:
    # Standard error of each 0.12 to 0.17 %; of all half hours together 0.04 to 0.05 %.
    _, known = sample
    errors = known.std(0) / np.sqrt(len(known))
    assert (np.abs(known.mean(0) - PER_STEP) <= 3.5 * errors).all()
    whole = known.reshape(len(known), 3, STEPS).sum(2)
    assert (np.abs(whole.mean(0) / (STEPS * PER_STEP) - 1) <= 3.5 * whole.std(0) / np.sqrt(len(known)) / 180).all()


@pytest.mark.parametrize("k", range(len(CASES)), ids=lambda k: str(CASES[k].question))
def test_exact_expectation(k: int, estimates: tuple[np.ndarray, np.ndarray]) -> None:
    case = CASES[k]
    values, errors = estimates
    is_instant = case.question.window[0] == case.question.window[1]
    assert errors[k] <= (0.004 if is_instant else 0.0025) * case.expected
    assert abs(values[k] / case.expected - 1) <= (0.0125 if is_instant else 0.005)
    assert abs(values[k] - case.expected) <= 3.5 * errors[k]


@pytest.mark.parametrize("wrong", [("guidance.leave_share=0.11",), ("desk.minutes=uniform(low=0.25, high=1.25)",)])
def test_twin_one_wrong_number(wrong: tuple[str, ...]) -> None:
    scenario = load_scenario(published_scenarios() / "mixer-a.toml", wrong)
    values, _ = adjusted(*observed(records(scenario, 2500, SEED, "kernel")))
    expected = np.array([case.expected for case in CASES])
    is_average = np.array([case.question.window[0] < case.question.window[1] for case in CASES])
    assert (np.abs(values / expected - 1) > 0.005)[is_average].any()


def test_twin_a_wrong_rate_shows_in_the_controls() -> None:
    scenario = load_scenario(published_scenarios() / "mixer-a.toml", ("arrivals.per_hour=[30.6]",))
    _, known = observed(records(scenario, 1000, SEED, "kernel"))
    whole = known.reshape(len(known), 3, STEPS).sum(2)
    assert (whole.mean(0) / 180 - 1 > 3.5 * whole.std(0) / np.sqrt(len(known)) / 180).any()
