"""The STEM career mixers come out as printed: every figure with a half-width, at 2,000 replications.

A figure passes within the root of the sum of both squared half-widths, a 95 % interval; its standard error is that of
the print, 0.3 to 5 % of the figure. Those outside are named here.
"""

import numpy as np
import pytest
from scipy import stats

from sim.model.scenario import load_scenario
from sim.study.verify import (
    FAR_OUTSIDE,
    OUTSIDE_SHARE,
    SEED,
    Case,
    Verdict,
    judge,
    observe,
    published_scenarios,
    read_cases,
    records,
)

REPLICATIONS = 2000
MIXERS = ("mixer-a", "mixer-d", "mixer-d-scheduled", "mixer-d-unlimited")
CASES = tuple(case for case in read_cases() if case.is_printed)
BOOK = "KSL"

# Seven of 89, where four or five are expected, all of one print of 400 replications that ran high in every fair at
# once. None of the thirty figures of the independent re-implementation, with 2,000 replications, lies outside; of
# seven other seeds the same figures are outside, between three and eight of them.
OUTSIDE = {
    "mixer-d: visits_up_to_30_share (straight)",
    "mixer-d: wait_minutes (MalWart)",
    "mixer-d: interviews_started (JHBunt)",
    "mixer-d: wait_minutes (MalWart, minute 120-180)",
    "mixer-d: wait_minutes (MalWart, minute 180-240)",
    "mixer-d: wait_minutes (MalWart, minute 240-300)",
    "mixer-d-scheduled: interviews_started (JHBunt)",
}

Table = np.ndarray


@pytest.fixture(scope="module")
def tables() -> dict[str, Table]:
    """Total and divisor of every printed case in every replication, by mixer."""
    return {name: table(name) for name in MIXERS}


def table(name: str, *overrides: str, count: int = REPLICATIONS) -> Table:
    scenario = load_scenario(published_scenarios() / f"{name}.toml", overrides)
    return observe(records(scenario, count, SEED, "kernel"), cases_of(name))


def cases_of(name: str) -> list[Case]:
    return [case for case in CASES if case.scenario == name]


def verdicts(name: str, pairs: Table) -> list[Verdict]:
    return [judge(case, pairs[:, k]) for k, case in enumerate(cases_of(name))]


def title(verdict: Verdict) -> str:
    return f"{verdict.case.scenario}: {verdict.case.question}"


def outside(found: list[Verdict]) -> list[Verdict]:
    return [one for one in found if not one.is_inside]


def test_every_printed_figure(tables: dict[str, Table]) -> None:
    found = [one for name in MIXERS for one in verdicts(name, tables[name])]
    assert len(found) == 89
    out = outside(found)
    assert {title(one) for one in out} == OUTSIDE
    assert all(BOOK in one.case.source for one in out)
    assert len(out) <= OUTSIDE_SHARE * len(found)
    for one in out:
        assert abs(one.observed - one.case.expected) < FAR_OUTSIDE * one.tolerance


@pytest.mark.parametrize("hour", range(6))
@pytest.mark.parametrize("booth", ["JHBunt", "MalWart"])
def test_waits_by_the_hour_of_the_interview(booth: str, hour: int, tables: dict[str, Table]) -> None:
    [verdict] = [
        one
        for one in verdicts("mixer-d", tables["mixer-d"])
        if one.case.question.booth == booth and one.case.question.window == (60 * hour, 60 * hour + 60)
    ]
    assert verdict.is_inside or title(verdict) in OUTSIDE


def deviations(name: str, pairs: Table) -> tuple[np.ndarray, np.ndarray]:
    """How far the book's figures lie from ours, in standard errors, and how these scatter together."""
    cases = cases_of(name)
    chosen = [k for k, case in enumerate(cases) if BOOK in case.source]
    with np.errstate(invalid="ignore"):
        own = pairs[:, chosen, 0] / pairs[:, chosen, 1]
    own = np.where(np.isnan(own), np.nanmean(own, axis=0), own)
    printed = np.array([cases[k].half_width for k in chosen]) / stats.t.ppf(0.975, 399)
    # A printed figure is rounded: up to half a unit of its last digit.
    rounding = np.array([10.0 ** -len(str(cases[k].expected).split(".")[1]) for k in chosen]) / np.sqrt(12)
    together = np.outer(printed, printed) * np.corrcoef(own.T) + np.cov(own.T) / len(own) + np.diag(rounding**2)
    scale = np.sqrt(np.diag(together))
    expected = np.array([cases[k].expected for k in chosen])
    return (expected - own.mean(0)) / scale, together / np.outer(scale, scale)


@pytest.mark.parametrize("name", ["mixer-a", "mixer-d", "mixer-d-scheduled"])
def test_the_print_as_a_whole(name: str, tables: dict[str, Table]) -> None:
    # The figures of one print rise and fall together; taken together (Hotelling) they are one draw of our fair.
    z, correlation = deviations(name, tables[name])
    assert stats.chi2.sf(z @ np.linalg.solve(correlation, z), z.size) > 0.01


def test_how_many_lie_outside_by_chance(tables: dict[str, Table]) -> None:
    # What OUTSIDE_SHARE rests on: of the book's 53 figures 2.6 lie outside on average, with a standard deviation of
    # three (independent ones: 1.6), so that chance alone exceeds the limit in one verification in twenty.
    rng = np.random.default_rng(1)
    count = np.zeros(20000)
    for name in ("mixer-a", "mixer-d", "mixer-d-scheduled"):
        z, correlation = deviations(name, tables[name])
        draws = np.linalg.cholesky(correlation + 1e-12 * np.eye(z.size)) @ rng.standard_normal((z.size, count.size))
        count += (np.abs(draws) > stats.norm.ppf(0.975)).sum(0)
    assert 2.5 < count.std() < 3.5
    assert 0.03 < np.mean(count > OUTSIDE_SHARE * len(CASES)) < 0.07


@pytest.mark.parametrize(("name", "close"), [("mixer-d", 345.0), ("mixer-d-scheduled", 330.0)])
def test_who_still_gets_an_interview(name: str, close: float, tables: dict[str, Table]) -> None:
    # Exact but for the 2 million draws of the way in, standard error 0.02 %; ours is 0.17 %.
    rates = np.array([5, 10, 15, 25, 40, 50, 55, 55, 60, 30, 5, 5]) / 2
    rng = np.random.default_rng(1)
    n = 2_000_000
    arrival = 30 * (rng.choice(12, n, p=rates / rates.sum()) + rng.random(n))

    def walk(feet: float) -> np.ndarray:
        return feet / rng.triangular(88, 176, 264, n)

    tagged = arrival + walk(20)
    begun = arrival < close
    begun &= tagged < close
    tagged += rng.uniform(0.25, 0.75, n)
    converses = rng.random(n) < 0.4
    conversation = tagged + walk(30)
    over = conversation + rng.triangular(10, 15, 30, n)
    stays = (conversation < close) & (over < close) & (rng.random(n) < 0.9) & (over + walk(50) < close)
    begun &= np.where(converses, stays, tagged + walk(80) < close)
    expected = rates.sum() * begun.mean()
    [verdict] = [
        one
        for one in verdicts(name, tables[name])
        if one.case.question.measure == "interviews_started" and BOOK in one.case.source
    ]
    assert verdict.standard_error < 0.002 * expected
    assert abs(verdict.observed - expected) <= 3.5 * verdict.standard_error


def test_whoever_comes_sees_both_recruiters() -> None:
    for record in records(load_scenario(published_scenarios() / "mixer-d.toml"), 20, SEED, "kernel"):
        interviews = record.visits["interviews"]
        assert set(interviews) <= {0, 2}


@pytest.mark.parametrize(
    ("name", "wrong"),
    [
        ("mixer-a", ("guidance.leave_share=0.12",)),
        ("mixer-a", ("desk.minutes=uniform(low=15, high=45)",)),  # seconds taken for minutes
        ("mixer-d", ("closing.last_entry=14:00", "closing.turn_round=false")),  # a closing that still admits
        ("mixer-d", ("closing.next_booth=false",)),
        ("mixer-d", ("choice.rule=fixed-order",)),
        ("mixer-d", ("arrivals.per_hour=[5,10,15,25,40,50,55,60,60,30,5,5]",)),  # 60 as the book says
        ("mixer-d-scheduled", ("closing.announcement_minutes=60",)),
        ("mixer-d-unlimited", ("walking.booths_to_exit_metres=42.672",)),  # the way from the name tags
    ],
)
def test_twin_one_wrong_rule(name: str, wrong: tuple[str, ...]) -> None:
    found = verdicts(name, table(name, *wrong, count=1000))
    wrongly = [one for one in outside(found) if title(one) not in OUTSIDE]
    assert wrongly


@pytest.mark.parametrize("name", ["mixer-a", "mixer-d", "mixer-d-scheduled"])
def test_twin_interviews_two_percent_longer(name: str) -> None:
    from dataclasses import replace

    scenario = load_scenario(published_scenarios() / f"{name}.toml")
    [group] = scenario.groups
    longer = type(group.settings)({**group.settings, "interview_factor": 1.02})
    slow = replace(scenario, groups=(replace(group, settings=longer),))
    pairs = observe(records(slow, REPLICATIONS, SEED, "kernel"), cases_of(name))
    assert [one for one in outside(verdicts(name, pairs)) if title(one) not in OUTSIDE]
