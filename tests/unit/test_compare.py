"""Comparisons: verdicts, exact equality, gaps, refusals; and what planners, scripts and spreadsheets get of them."""

import csv
import io
import math
from collections.abc import Mapping, Sequence
from pathlib import Path

import numpy as np
import pytest
from rich.console import Console
from scipy import stats

from sim.model.errors import InputError
from sim.model.scenario import Scenario, load_scenario
from sim.report.comparison import as_json, comparison_csv, render, verdict_sentence
from sim.study.compare import BETTER, CANNOT_TELL, EQUAL, WORSE, Comparison, Contender, best_by, compare
from sim.study.contenders import labels, shortened
from sim.study.measures import HEADLINE, MEASURES, MeasureKey, by_name
from sim.study.replicate import Sample
from sim.study.selection import Selection

DESIGN_1 = [52.56, 48.77, 53.49, 50.60, 51.60, 51.77, 51.09, 53.51, 47.44, 47.94]
DESIGN_2 = [49.92, 47.08, 50.62, 48.45, 49.20, 49.33, 48.81, 50.64, 46.08, 46.45]
NAN = math.nan


@pytest.fixture
def scenario(tmp_path: Path) -> Scenario:
    (tmp_path / "x.toml").write_text('[[fairs]]\nid = "a"\nfirms = 5\nposts = 9\nseekers = 8\n')
    return load_scenario(tmp_path / "x.toml")


def plan(
    label: str, scenario: Scenario, series: Mapping[str, Sequence[float]], names: Sequence[str] = HEADLINE
) -> Contender:
    """A plan in which every measure is 1 except those given; plus intents of one fair."""
    count = len(next(iter(series.values())))
    keys = [MeasureKey(name, by_name()[name].unit) for name in names]
    columns = [list(series.get(key.measure, [1.0] * count)) for key in keys]
    if "intents" in names:
        keys.append(MeasureKey("intents", "seekers", fair="a"))
        columns.append(columns[list(names).index("intents")])
    values = np.array(columns, dtype=np.float64).T
    return Contender(label, scenario, Sample(label, tuple(keys), np.arange(count), values))


def two(scenario: Scenario, base: Mapping[str, Sequence[float]], other: Mapping[str, Sequence[float]]) -> Comparison:
    return compare([plan("a", scenario, base), plan("b", scenario, other)], seed=7)


def shown(comparison: Comparison, width: int = 120, everything: bool = False) -> str:
    file = io.StringIO()
    render(comparison, Console(file=file, width=width, force_terminal=False), everything)
    return file.getvalue()


# Verdicts -------------------------------------------------------------------------------------------------


def test_paired_t_of_the_ksl_book_with_many_intervals(scenario: Scenario) -> None:
    found = two(scenario, {"intents": DESIGN_2}, {"intents": DESIGN_1})
    row = found.alternatives[0].row("intents")
    assert row is not None
    assert row.difference == pytest.approx(2.219, abs=1e-12)
    assert row.sd == pytest.approx(0.544068, abs=5e-7)
    # 13 headline measures of one plan: each interval has confidence 1 - 0.05 / 13.
    assert found.intervals == 13
    half_width = stats.t.ppf(1 - 0.025 / 13, 9) * 0.544068 / math.sqrt(10)
    assert (row.low, row.high) == pytest.approx((2.219 - half_width, 2.219 + half_width), abs=1e-6)
    of_fair = found.alternatives[0].others[0]
    assert (of_fair.key.fair, of_fair.is_simultaneous, of_fair.verdict) == ("a", False, None)
    assert of_fair.high - of_fair.difference == pytest.approx(0.389203, abs=5e-7)


def test_every_further_plan_widens_the_intervals(scenario: Scenario) -> None:
    plans = [
        plan(label, scenario, {"intents": series})
        for label, series in zip("abc", (DESIGN_2, DESIGN_1, DESIGN_1), strict=True)
    ]
    found = compare(plans, seed=7)
    row = found.alternatives[0].row("intents")
    assert row is not None
    assert found.intervals == 26
    assert row.high - row.difference == pytest.approx(stats.t.ppf(1 - 0.025 / 26, 9) * row.sd / math.sqrt(10))


@pytest.mark.parametrize(
    ("measure", "shift", "verdict"),
    [
        ("intents", 5.0, BETTER),
        ("intents", -5.0, WORSE),
        ("wait_minutes_mean", 5.0, WORSE),
        ("wait_minutes_mean", -5.0, BETTER),
        ("intents", 0.01, CANNOT_TELL),
        ("events", 5.0, None),
    ],
)
def test_verdicts_know_the_better_direction(
    scenario: Scenario, measure: str, shift: float, verdict: str | None
) -> None:
    noise = [0.1, -0.2, 0.3, -0.1, 0.0, 0.2, -0.3, 0.05]
    base = [20.0, 25.0, 30.0, 22.0, 28.0, 24.0, 21.0, 29.0]
    found = two(scenario, {measure: base}, {measure: [b + shift + e for b, e in zip(base, noise, strict=True)]})
    row = found.alternatives[0].row(measure)
    assert row is not None
    assert row.verdict == verdict
    assert row.difference == pytest.approx(shift + np.mean(noise))


def test_each_measure_says_which_direction_is_better(scenario: Scenario) -> None:
    found = two(scenario, {"intents": DESIGN_2}, {"intents": DESIGN_1})
    assert {row.name: row.better for row in found.alternatives[0].headline} == {
        one.name: one.better for one in MEASURES if one.name in HEADLINE
    }


def test_a_constant_difference_is_a_verdict_and_not_equality(scenario: Scenario) -> None:
    found = two(scenario, {"intents": DESIGN_2}, {"intents": [value + 0.5 for value in DESIGN_2]})
    row = found.alternatives[0].row("intents")
    assert row is not None
    assert row.verdict == BETTER
    assert row.low == pytest.approx(0.5)
    assert row.high == pytest.approx(0.5)


def test_identical_plans_are_equal_gaps_and_single_replications_included(scenario: Scenario) -> None:
    for series in ([3.0, NAN, 5.0], [3.0], [NAN, NAN]):
        found = two(scenario, {"wait_minutes_mean": series}, {"wait_minutes_mean": series})
        assert found.alternatives[0].is_equal
        assert {row.verdict for row in found.alternatives[0].headline} == {EQUAL}


def test_the_smallest_difference_in_one_replication_is_not_equality(scenario: Scenario) -> None:
    changed = [*DESIGN_1[:-1], math.nextafter(DESIGN_1[-1], 99)]
    found = two(scenario, {"intents": DESIGN_1}, {"intents": changed})
    row = found.alternatives[0].row("intents")
    assert row is not None
    assert row.verdict == CANNOT_TELL
    assert not found.alternatives[0].is_equal


def test_swapped_plans_swap_their_verdicts(scenario: Scenario) -> None:
    there = two(scenario, {"intents": DESIGN_2}, {"intents": DESIGN_1}).alternatives[0].headline[3]
    back = two(scenario, {"intents": DESIGN_1}, {"intents": DESIGN_2}).alternatives[0].headline[3]
    assert (there.verdict, back.verdict) == (BETTER, WORSE)
    assert (there.low, there.high) == (-back.high, -back.low)


def test_pairs_with_a_gap_are_left_out_and_counted(scenario: Scenario) -> None:
    base = {"wait_minutes_mean": [*DESIGN_2, NAN, 99.0]}
    other = {"wait_minutes_mean": [*DESIGN_1, 99.0, NAN]}
    found = two(scenario, base, other)
    row = found.alternatives[0].row("wait_minutes_mean")
    assert row is not None
    assert (row.pairs, row.missing) == (10, 2)
    assert row.difference == pytest.approx(2.219, abs=1e-12)
    assert row.base == pytest.approx(np.mean(DESIGN_2))
    assert "b: replications left out, because a plan did not observe it: wait_minutes_mean (2)." in shown(found)


@pytest.mark.parametrize(("base", "other"), [([3.0], [4.0]), ([3.0, NAN], [4.0, 5.0]), ([NAN, NAN], [1.0, 2.0])])
def test_fewer_than_two_pairs_cannot_tell(scenario: Scenario, base: list[float], other: list[float]) -> None:
    found = two(scenario, {"wait_minutes_mean": base}, {"wait_minutes_mean": other})
    row = found.alternatives[0].row("wait_minutes_mean")
    assert row is not None
    assert row.verdict == CANNOT_TELL
    assert math.isnan(row.low)
    document = as_json(found)["others"][0]["measures"]
    assert next(one for one in document if one["name"] == "wait_minutes_mean")["low"] is None


# Unlike things --------------------------------------------------------------------------------------------


def test_other_replications_are_refused(scenario: Scenario) -> None:
    one, other = (plan(label, scenario, {"intents": DESIGN_1[:n]}) for label, n in (("a", 10), ("b", 9)))
    with pytest.raises(InputError) as caught:
        compare([one, other], seed=1)
    assert str(caught.value) == (
        'compare: "a" and "b" have not the same replications; compare results of the same version, seed and'
        " replications [unlike-results]"
    )


def test_nothing_in_common_is_refused(scenario: Scenario) -> None:
    plans = [plan(label, scenario, {name: [1.0, 2.0]}, [name]) for label, name in (("a", "intents"), ("b", "events"))]
    with pytest.raises(InputError, match='"a" and "b" have no measure in common'):
        compare(plans, seed=1)
    third = [
        plan(label, scenario, {names[0]: [1.0, 2.0]}, names)
        for label, names in (("a", ["intents", "events"]), ("b", ["events"]), ("c", ["intents"]))
    ]
    with pytest.raises(InputError, match='"a" and "c" have no measure in common with all others'):
        compare(third, seed=1)


def test_what_only_one_plan_measures_is_left_out(scenario: Scenario) -> None:
    one = plan("a", scenario, {"intents": DESIGN_1}, ["intents", "starts"])
    other = plan("b", scenario, {"intents": DESIGN_2}, ["events", "intents"])
    found = compare([one, other], seed=1)
    assert [row.name for row in found.alternatives[0].headline] == ["intents"]
    assert found.intervals == 1
    assert found.best is not None


def test_plans_have_different_names() -> None:
    assert labels(["x", "y"], ["a.toml", "b.toml"]) == ("x", "y")
    assert labels(["x", "x"], ["a.toml", "d/b.toml"]) == ("a", "b")
    assert labels(["x", "x", "x"], ["a.toml", "d/a.toml", "b.toml"]) == ("a", "a (2)", "b")


def test_a_longer_sample_is_shortened() -> None:
    sample = Sample("x", (MeasureKey("intents", "seekers"),), np.arange(5), np.arange(5.0)[:, None])
    assert shortened(sample, 3).values.ravel().tolist() == [0.0, 1.0, 2.0]


# In words -------------------------------------------------------------------------------------------------


def test_the_verdict_in_one_sentence(scenario: Scenario) -> None:
    noise = np.array([-1.0, 1.0, -2.0, 2.0, 0.5, -0.5, 1.5, -1.5])
    base = {
        "intents": 1000 + 10 * noise,
        "wait_minutes_mean": 30 + noise,
        "starts": 100 + noise,
        "peak_inside": 50 + noise,
    }
    other = {
        "intents": 1040 + 9 * noise,
        "wait_minutes_mean": 10 + 0.9 * noise,
        "starts": 100.1 - noise,
        "peak_inside": 80 + noise[::-1],
    }
    found = two(scenario, base, other)
    sentence = verdict_sentence(found.base, found.alternatives[0], found.confidence)
    assert sentence == (
        "b against a: 4.00 % more intents (95 % interval 3.78 to 4.22 %); better: wait_minutes_mean -20.00 minutes;"
        " worse: peak_inside +30.0; cannot tell: starts; the same: firms, posts, seekers, signings,"
        " intents_per_seeker, intents_per_post, wait_minutes_p90, never_interviewed_share, events."
    )
    assert sentence in shown(found)
    back = two(scenario, other, base)
    assert " 3.85 % fewer intents (95 % interval 3.64 to 4.06 %)" in shown(back)


def test_sentences_that_cannot_tell_or_say_the_same(scenario: Scenario) -> None:
    found = two(scenario, {"intents": [10.0, 12.0, 11.0]}, {"intents": [11.0, 11.0, 11.5]})
    text = verdict_sentence("a", found.alternatives[0], 0.95)
    assert text.startswith("b against a: cannot tell whether more or fewer intents (95 % interval -")
    found = two(scenario, {"intents": [10.0], "starts": [1.0]}, {"intents": [11.0], "starts": [2.0]})
    text = verdict_sentence("a", found.alternatives[0], 0.95)
    assert text.startswith("b against a: cannot tell whether more or fewer intents; cannot tell: starts; the same: ")
    assert "One replication: no interval and no verdict but exact equality; -n 30 gives both." in shown(found)
    found = two(scenario, {"intents": [10.0, 11.0]}, {"intents": [10.0, 11.0]})
    text = "b against a: exactly the same in every measure and replication."
    assert text in shown(found)
    assert "verdict" not in shown(found)
    assert "the same" in shown(found, everything=True)
    found = two(scenario, {"starts": [10.0, 11.0]}, {"starts": [10.0, 12.0]})
    assert verdict_sentence("a", found.alternatives[0], 0.95).startswith("b against a: exactly as many intents; ")
    found = two(scenario, {"intents": [0.0, 0.0]}, {"intents": [3.0, 3.0]})
    assert verdict_sentence("a", found.alternatives[0], 0.95).startswith("b against a: +3 intents; ")


def test_text_reads_in_the_order_of_the_contract(scenario: Scenario, tmp_path: Path) -> None:
    (tmp_path / "x.toml").write_text('gate.lanes = 4\n[[fairs]]\nid = "a"\nfirms = 6\nposts = 9\nseekers = 8\n')
    other = load_scenario(tmp_path / "x.toml")
    plans = [plan("a", scenario, {"intents": DESIGN_2}), plan("b", other, {"intents": DESIGN_1})]
    text = shown(compare(plans, seed=7))
    parts = [
        "What differs between a and b:\n  gate.lanes: 6 -> 4\n  fairs.a.firms: 5 -> 6\n",
        "Warning: b and a do not use the same resources: firms 5 -> 6, recruiter hours 50 -> 60.\n",
        "b against a: 4.6 % more intents",
        "verdict",
        "10 replications of each plan, paired by seed 7: the same people with the same luck. All 13 intervals hold"
        " together with 95 % confidence (paired Student t, Bonferroni).\n",
    ]
    places = [text.find(part) for part in parts]
    assert -1 not in places
    assert places == sorted(places)


def test_best_in_words(scenario: Scenario) -> None:
    series = (DESIGN_1, DESIGN_2, [value - 20 for value in DESIGN_1])
    plans = [plan(label, scenario, {"intents": one}) for label, one in zip("abc", series, strict=True)]
    found = compare(plans, seed=1)
    assert "Best by intents (higher is better): a, with 95 % confidence.\n" in shown(found)
    like = [value + 0.01 * (-1) ** k for k, value in enumerate(DESIGN_1)]
    plans[1] = plan("b", scenario, {"intents": like})
    assert (
        "Best by intents (higher is better): cannot tell between a, b (95 % confidence); not the best: c.\n"
        in shown(compare(plans, seed=1))
    )
    best = best_by(plans, "intents", 0.5, 0.9, Selection(0, (1,), (30, 30, 10)))
    found = Comparison(found.base, 1, "kernel", 10, 0.95, 26, found.alternatives, best)
    assert (
        "Selected by intents (higher is better): a (exactly equal so far: b), with probability 0.9 or more if the"
        " best is better than every other by 0.5 seekers or more; replications used: a 30, b 30, c 10.\n"
    ) in shown(found)
    assert as_json(found)["best"]["selection"] == {
        "scenario": "a",
        "tied": ["b"],
        "method": "Kim and Nelson 2001 (KN, c = 1)",
        "zone": 0.5,
        "pcs": 0.9,
        "replications": {"a": 30, "b": 30, "c": 10},
    }


def test_best_of_one_replication_cannot_tell(scenario: Scenario) -> None:
    plans = [plan(label, scenario, {"intents": [1.0]}) for label in "abc"]
    found = compare(plans, seed=1)
    assert found.best is not None
    assert found.best.possible == ("a", "b", "c")
    assert "Best by intents (higher is better): cannot tell from so few replications.\n" in shown(found)


@pytest.mark.parametrize("width", [60, 80, 120])
def test_the_table_fits_the_terminal(scenario: Scenario, width: int) -> None:
    found = two(scenario, {"intents": DESIGN_2, "events": DESIGN_1}, {"intents": DESIGN_1, "events": DESIGN_2})
    table = shown(found, width).split("\n\n")[2]
    assert "better" in table
    assert all(len(line) <= width for line in table.splitlines())


# As data --------------------------------------------------------------------------------------------------


def test_json_keeps_the_contract(scenario: Scenario) -> None:
    found = two(scenario, {"intents": DESIGN_2}, {"intents": DESIGN_1})
    document = as_json(found)
    assert set(document) >= {"base", "others", "best", "method", "confidence", "seed", "engine", "replications"}
    assert (document["base"], document["seed"], document["replications"]) == ("a", 7, 10)
    (other,) = document["others"]
    assert set(other) >= {"scenario", "measures", "inputs_changed", "replications", "warnings"}
    assert [one["name"] for one in other["measures"]] == list(HEADLINE)
    rows = {one["name"]: one for one in other["measures"]}
    assert all(
        set(one) >= {"name", "unit", "difference", "low", "high", "verdict", "better", "n"} for one in rows.values()
    )
    assert rows["intents"]["verdict"] == "better"
    assert rows["starts"]["verdict"] == "equal"
    assert rows["intents"]["better"] == "higher"
    assert document["best"]["measure"] == "intents"
    assert [one["may_be_best"] for one in document["best"]["scenarios"]] == [False, True]


def test_csv_has_a_row_for_every_shared_measure(scenario: Scenario) -> None:
    text = comparison_csv(two(scenario, {"intents": DESIGN_2}, {"intents": DESIGN_1}))
    rows = list(csv.DictReader(io.StringIO(text)))
    assert len(rows) == 14
    intents = [row for row in rows if row["measure"] == "intents"]
    assert [(row["fair"], row["interval"], row["verdict"]) for row in intents] == [
        ("", "simultaneous", "better"),
        ("a", "single", ""),
    ]
    assert float(intents[0]["difference"]) == pytest.approx(2.219)
    assert {row["base"] for row in rows} == {"a"} and {row["scenario"] for row in rows} == {"b"}
