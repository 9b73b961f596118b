"""Patterns: slopes that are known, scenarios that are multiplied, and the shipped day as the literature expects it."""

import math
from collections.abc import Mapping
from pathlib import Path

import pytest

from sim.model.scenario import Scenario, load_scenario
from sim.model.values import Value
from sim.study.calibration import patterns
from sim.study.calibration.checking import point_values
from sim.study.calibration.fits import load_fit
from sim.study.calibration.patterns import Elasticities, Grid, elasticities, mean_of, one_fair, scaled

ROOT = Path(__file__).parents[2]
DAY = ROOT / "scenarios" / "wuhan-2020-04-21.toml"


@pytest.fixture(scope="module")
def day() -> Scenario:
    return load_scenario(DAY)


@pytest.fixture(scope="module")
def behaviour() -> Mapping[str, Value]:
    return point_values(load_fit(ROOT / "calibration" / "fits" / "wuhan-2020"), "first-day")


def test_totals_and_the_numbers_of_fairs_are_multiplied(day: Scenario) -> None:
    more = scaled(day, {"seekers": 2.0, "posts": 0.5, "firms": 1.0})
    totals = [more.settings[f"totals.{name}"] for name in ("firms", "posts", "seekers")]
    assert totals == [281, 5008, 14496]  # 10,017 halved and rounded to even
    assert [fair.settings["seekers"] for fair in more.fairs] == [None] * 7
    template = load_scenario(ROOT / "scenarios" / "reported-fair.toml")
    one = scaled(one_fair(template, (40, 1400, 1000)), {"seekers": 1.6, "posts": 0.6, "firms": 0.001}).fairs[0].settings
    assert (one["firms"], one["posts"], one["seekers"]) == (1, 840, 1600)


@pytest.mark.parametrize(("booths_grow", "expected"), [(True, (0.6, 0.35)), (False, (0.6, 0.1))])
def test_slopes_of_a_known_function(
    day: Scenario, monkeypatch: pytest.MonkeyPatch, booths_grow: bool, expected: tuple[float, float]
) -> None:
    def known(scenario: Scenario, seed: int, number: int) -> dict[str, float]:
        firms, posts, seekers = (scenario.settings.number(f"totals.{name}") for name in ("firms", "posts", "seekers"))
        return {"intents": seekers**0.6 * posts**0.1 * firms**0.25 * math.exp(number)}

    monkeypatch.setattr(patterns, "play", known)
    for found in elasticities(Grid(day, 1, booths_grow), [{}, {}]):
        # Firms are whole: 281 times 0.6 is 169 instead of 168.6.
        assert (found.seekers, found.posts) == pytest.approx(expected, abs=2e-3)
        assert found.together == pytest.approx(sum(expected), abs=4e-3)


def slopes(day: Scenario, behaviour: Mapping[str, Value], replications: int, **choices: float) -> Elasticities:
    return mean_of(elasticities(Grid(day, 20200421, **choices), [behaviour] * replications))  # type: ignore[arg-type]


def test_the_first_day_answers_to_seekers_and_posts_as_expected(day: Scenario, behaviour: Mapping[str, Value]) -> None:
    # Standard error of 5 replications: 0.010 for seekers, 0.018 for posts, 0.011 for both together.
    growing = slopes(day, behaviour, 5)
    assert 0.5 <= growing.seekers <= 0.8
    assert 0.2 <= growing.posts <= 0.5
    assert 0.9 <= growing.together <= 1.1
    fixed = slopes(day, behaviour, 3, booths_grow=False)
    assert fixed.together < min(1.0, growing.together)


def test_saturated_recruiters_take_no_more_seekers(day: Scenario, behaviour: Mapping[str, Value]) -> None:
    venue = one_fair(load_scenario(ROOT / "scenarios" / "reported-fair.toml"), (40, 1431, 1035))
    found = [slopes(venue, behaviour, 1, crowding=times).seekers for times in (1, 4, 16)]
    assert found[0] > 0.5 and found[1] < 0.4 and found[2] < 0.1
