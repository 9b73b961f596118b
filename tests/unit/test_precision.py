"""Enough replications: what is wanted is read, met, and the same whatever computes it."""

import math
from pathlib import Path

import numpy as np
import pytest

from sim.model.errors import InputError
from sim.model.scenario import Scenario, load_scenario
from sim.study.measures import HEADLINE
from sim.study.precision import BLOCK, Look, Precision, Reached, Target, look, next_look, parse_precision, reach
from sim.study.replicate import replicate, replicate_until

NAMES = list(HEADLINE)
SMALL = """
name = "small"
totals = { firms = 4, posts = 12, seekers = 30 }
[[fairs]]
id = "one"
[[fairs]]
id = "two"
"""


@pytest.fixture
def scenario(tmp_path: Path) -> Scenario:
    (tmp_path / "small.toml").write_text(SMALL)
    return load_scenario(tmp_path / "small.toml")


# Reading --------------------------------------------------------------------------------------------------


def test_shares_and_widths() -> None:
    assert parse_precision(" intents = 1 % , wait_minutes_mean=0.5", NAMES) == (
        Target("intents", 0.01, True),
        Target("wait_minutes_mean", 0.5, False),
    )
    assert [str(one) for one in parse_precision("intents=2.5%,signings=3", NAMES)] == ["intents=2.5%", "signings=3"]


ALLOWED = "(MEASURE=WIDTH or MEASURE=SHARE%, separated by commas, such as intents=1%,wait_minutes_mean=0.5)"


@pytest.mark.parametrize(
    "text",
    ["", "intents", "intents=", "=1%", "intents=0", "intents=-1", "intents=nan", "intents=inf%", "intents=x"],
)
def test_what_is_no_precision(text: str) -> None:
    with pytest.raises(InputError) as caught:
        parse_precision(text, NAMES)
    place = f"--precision: {text}" if text else "--precision"
    assert str(caught.value) == f"{place}: no measure and width {ALLOWED} [bad-precision]"


def test_unknown_measures_are_answered_with_the_nearest_and_all_at_once() -> None:
    with pytest.raises(InputError) as caught:
        parse_precision("intnets=1%,signings=1%,waits=2", NAMES)
    assert str(caught.value).splitlines() == [
        '--precision: intnets: unknown measure; did you mean "intents"? [unknown-measure]',
        "--precision: waits: unknown measure [unknown-measure]",
    ]


# Looking --------------------------------------------------------------------------------------------------


def test_a_look_takes_the_target_that_is_furthest_from_being_met() -> None:
    values = np.array([[90.0, 5.0], [110.0, 5.5], [100.0, 6.0], [100.0, 5.5]])
    # sd 8.165, t(3) = 3.182: half-width 12.99, which is 12.99 % of 100; sd 0.408: half-width 0.6496
    share, width = Target("a", 0.10, True), Target("b", 0.05, False)
    seen = look((share, width), values)
    assert (seen.target, seen.replications, seen.is_met) == (width, 4, False)
    assert seen.half_width == pytest.approx(0.6496, abs=1e-4)
    assert seen.needed == math.ceil(4 * (0.6496 / 0.05) ** 2)
    relaxed = look((share, Target("b", 1.0, False)), values)
    assert relaxed.target == share
    assert relaxed.half_width == pytest.approx(0.1299, abs=1e-4)


@pytest.mark.parametrize(
    ("column", "width", "met"),
    [
        ([3.0, 3.0, 3.0], 0.0, True),
        ([0.0, 0.0, 0.0], 0.0, True),
        ([-1.0, 1.0], math.inf, False),
        ([math.nan, 3.0], math.nan, False),
    ],
)
def test_looks_at_their_edges(column: list[float], width: float, met: bool) -> None:
    seen = look((Target("a", 0.01, True),), np.array(column)[:, np.newaxis])
    np.testing.assert_equal(seen.half_width, width)
    assert seen.is_met is met
    assert (seen.needed == 0) == (not met)


@pytest.mark.parametrize(
    ("replications", "needed", "following"),
    [(10, 12, 20), (10, 414, 20), (100, 150, 140), (100, 101, 110), (100, 900, 200), (30, 0, 60), (7, 8, 10)],
)
def test_the_next_look_is_at_a_whole_block(replications: int, needed: int, following: int) -> None:
    target = Target("a", 1.0, False)
    assert next_look(Look(replications, target, 2.0, needed)) == following
    assert following % BLOCK == 0


def noise(seed: int) -> np.ndarray:
    return np.random.default_rng(seed).normal(100.0, 20.0, size=(20_000, 1))


def test_the_mean_becomes_as_precise_as_wanted() -> None:
    """Sequential stopping keeps the coverage near 95 %: 1,000 runs, standard error 0.7 %."""
    precision = Precision((Target("a", 0.04, True),))
    taken, covered = [], []
    for seed in range(1_000):
        values = noise(seed)[:2_000]
        reached = reach(precision, lambda count, values=values: values[:count])
        assert reached.is_met
        count = reached.last.replications
        taken.append(count)
        half_width = 0.04 * values[:count].mean()
        covered.append(abs(values[:count].mean() - 100.0) <= half_width)
    # (1.98 x 20 / 4)^2 = 98
    assert 85 <= np.mean(taken) <= 125
    assert 0.925 <= np.mean(covered) <= 0.985


def test_a_maximum_ends_it_and_says_so() -> None:
    values = noise(1)
    reached = reach(Precision((Target("a", 0.001, True),), most=500), lambda count: values[:count])
    assert not reached.is_met
    assert reached.last.replications == 500
    assert str(reached).startswith("precision not met after 500 replications: a has half-width 1.62%")
    assert ", wanted 0.1%; about " in str(reached)
    assert str(reached).endswith(" would be needed, -n raises the maximum")


def test_what_is_never_observed_ends_at_the_maximum() -> None:
    reached = reach(Precision((Target("a", 1.0, False),), most=50), lambda count: np.full((count, 1), math.nan))
    assert str(reached) == "precision not met after 50 replications: a has half-width not observed, wanted 1"


def test_the_minimum_is_taken_first() -> None:
    counts: list[int] = []

    def values_of(count: int) -> np.ndarray:
        counts.append(count)
        return noise(2)[:count]

    reached = reach(Precision((Target("a", 1_000.0, False),)), values_of)
    assert (counts, reached.decided) == ([10], None)
    assert str(reached).startswith("precision met after 10 replications, the minimum decided; widest: a has")


# Replicating ----------------------------------------------------------------------------------------------


def until(scenario: Scenario, text: str, **how: object) -> tuple[np.ndarray, Reached]:
    sample, reached = replicate_until(scenario, Precision(parse_precision(text, NAMES)), 7, **how)  # type: ignore[arg-type]
    np.testing.assert_array_equal(sample.replications, np.arange(reached.last.replications))
    return sample.values, reached


def test_the_same_replications_are_taken_whatever_is_known(scenario: Scenario) -> None:
    values, reached = until(scenario, "intents=6%,wait_minutes_mean=5")
    count = reached.last.replications
    assert reached.is_met
    assert count > BLOCK
    assert reached.decided is not None
    assert reached.decided.measure == "intents"
    for known in (3, count - 1, count + 25):
        again, same = until(scenario, "intents=6%,wait_minutes_mean=5", known=replicate(scenario, known, 7))
        assert same == reached
        np.testing.assert_array_equal(again, values)
    np.testing.assert_array_equal(replicate(scenario, count, 7).values, values)


def test_one_look_less_would_not_have_been_enough(scenario: Scenario) -> None:
    values, reached = until(scenario, "intents=6%")
    place = HEADLINE.index("intents")
    intents = values[:, place]

    def share(count: int) -> float:
        return look((Target("intents", 0.06, True),), intents[:count, np.newaxis]).half_width

    assert share(reached.last.replications) <= 0.06 < share(reached.last.replications // 2)
