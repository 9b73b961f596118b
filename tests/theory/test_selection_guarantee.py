"""The promises of comparisons, each kept over thousands of comparisons and each broken by a wrong constant.

Values are normal and plans depend on each other, as with common random numbers. The best mean is better than all
others by exactly the indifference zone (the slippage configuration), which is the hardest case for a selection.
"""

import math
from typing import NamedTuple

import numpy as np
import pytest

from sim.model.scenario import Scenario, load_scenario
from sim.study import compare as comparing
from sim.study import selection
from sim.study.compare import Contender, compare
from sim.study.measures import HEADLINE, MeasureKey, by_name
from sim.study.replicate import Sample
from sim.study.selection import Race, compare_with_best

PROMISED = 0.95
MACRO_REPLICATIONS = 4000
# Standard error of a share of 0.95 in 4,000: 0.0034. A rate below 0.95 - 3 x 0.0034 breaks the promise; a bias of 2 %
# would be noticed.
STANDARD_ERROR = math.sqrt(PROMISED * (1 - PROMISED) / MACRO_REPLICATIONS)
LEAST = PROMISED - 3 * STANDARD_ERROR
FIRST_STAGE = 10
ZONE = 0.35  # in standard deviations of a plan


class Outcome(NamedTuple):
    correct: float
    replications: float  # of all plans together, on average


def race(plans: int, correlation: float, seed: int = 20200421) -> Outcome:
    """So many selections at once."""
    rng = np.random.default_rng([seed, plans])

    def draw(rows: int) -> np.ndarray:
        own = rng.standard_normal((MACRO_REPLICATIONS, rows, plans))
        shared = rng.standard_normal((MACRO_REPLICATIONS, rows, 1))
        values: np.ndarray = math.sqrt(1 - correlation) * own + math.sqrt(correlation) * shared
        values[..., 0] += ZONE
        return values

    run = Race(draw(FIRST_STAGE), ZONE, PROMISED)
    used = np.full(MACRO_REPLICATIONS, float(plans * FIRST_STAGE))
    over = run.is_over
    while not over.all():
        used += np.where(over, 0, run.is_in.sum(axis=-1))
        run.observe(draw(1)[:, 0])
        over = run.is_over
    return Outcome(float(np.mean(run.selected == 0)), float(used.mean()))


@pytest.mark.parametrize("plans", [2, 5, 10])
def test_kn_selects_correctly_as_often_as_promised_and_common_random_numbers_halve_its_cost(plans: int) -> None:
    independent, common = race(plans, 0.0), race(plans, 0.8)
    assert independent.correct >= LEAST
    assert common.correct >= LEAST
    assert common.replications <= independent.replications / 2


@pytest.mark.parametrize("plans", [2, 5, 10])
def test_a_quarter_of_the_constant_breaks_the_promise(plans: int, monkeypatch: pytest.MonkeyPatch) -> None:
    right = selection.h_squared
    monkeypatch.setattr(selection, "h_squared", lambda *one: right(*one) / 4)
    assert race(plans, 0.0).correct < LEAST


# Comparison with the best -----------------------------------------------------------------------------------


def covered() -> float:
    """Share of comparisons in which every interval holds its plan's true distance from the best other."""
    rng = np.random.default_rng(3)
    means = np.array([1.0, 1.0, 0.8, 0.0, 0.9])
    spreads = np.array([1.0, 0.5, 2.0, 1.0, 0.7])
    others = [np.delete(means, place).max() for place in range(means.size)]
    truth = means - np.array(others)
    hits = 0
    for _ in range(MACRO_REPLICATIONS):
        shared, own = rng.standard_normal((15, 1)), rng.standard_normal((15, means.size))
        found = compare_with_best(means + spreads * (0.8 * shared + 0.6 * own), higher_is_better=True)
        hits += bool(np.all((found.low <= truth) & (truth <= found.high)))
    return hits / MACRO_REPLICATIONS


def test_intervals_with_the_best_hold_together() -> None:
    assert covered() >= LEAST


def test_half_the_critical_value_breaks_them(monkeypatch: pytest.MonkeyPatch) -> None:
    right = selection.student_t
    monkeypatch.setattr(selection, "student_t", lambda *one: right(*one) / 2)
    assert covered() < LEAST


# Intervals of a comparison ----------------------------------------------------------------------------------


@pytest.fixture
def scenario(tmp_path) -> Scenario:  # type: ignore[no-untyped-def]
    (tmp_path / "x.toml").write_text('[[fairs]]\nid = "a"\nfirms = 1\nposts = 1\nseekers = 1\n')
    return load_scenario(tmp_path / "x.toml")


def false_alarms(scenario: Scenario, comparisons: int) -> float:
    """Share of comparisons of three equally good plans in which any measure gets a verdict."""
    rng = np.random.default_rng(4)
    keys = tuple(MeasureKey(name, by_name()[name].unit) for name in HEADLINE)
    alarms = 0
    for _ in range(comparisons):
        shared, season = rng.standard_normal((20, len(keys))), rng.standard_normal((20, 3, 1))
        plans = [
            Contender(
                str(k),
                scenario,
                # Measures of a plan go together, and plans share their luck.
                Sample("x", keys, np.arange(20), 2 * shared + season[:, k] + rng.standard_normal(shared.shape)),
            )
            for k in range(3)
        ]
        found = compare(plans, seed=1)
        alarms += any(row.low > 0 or row.high < 0 for other in found.alternatives for row in other.headline)
    return alarms / comparisons


@pytest.fixture
def without_inputs(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(comparing, "input_changes", lambda *_: ())
    monkeypatch.setattr(comparing, "resource_changes", lambda *_: ())


@pytest.mark.usefixtures("without_inputs")
def test_all_intervals_of_a_comparison_hold_together(scenario: Scenario, monkeypatch: pytest.MonkeyPatch) -> None:
    # 1,500 comparisons of 26 intervals: standard error of a share of 0.05 is 0.0056. Without the correction for many
    # intervals about half of all comparisons would have a false alarm.
    assert false_alarms(scenario, 1500) <= 0.05 + 3 * 0.0056
    right = comparing.student_t
    monkeypatch.setattr(comparing, "student_t", lambda _, degrees: right(0.975, degrees))
    assert false_alarms(scenario, 200) > 0.2
