"""Alarms: each with a scenario that raises it, and with what little makes it silent."""

import json
import re
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from model_helpers import load

from sim.cli import main
from sim.model.alarms import ALARM, ALARMS, Alarm, as_json
from sim.model.messages import SLUGS
from sim.model.values import Duration
from sim.store import alarms_of
from sim.study.alarms import RANGES, alarms, case_alarms, comparison_alarms, prior_ranges, prior_ranges_csv
from sim.study.compare import Contender, compare
from sim.study.replicate import Sample, replicate

ROOT = Path(__file__).parents[2]
USUAL = """\
totals = { firms = 8, posts = 60, seekers = 60 }
[[fairs]]
id = "a"
[[fairs]]
id = "b"
"""
# One recruiter, a crowd before the doors that never gives up, and everybody is served.
CROWD = """\
[[fairs]]
id = "a"
firms = 1
posts = 500
seekers = 300
arrivals = { start = "07:00", step_minutes = 60, weights = [1] }
booth = { recruiters = 1, late_share = 0 }
behaviour = { stay_minutes = 100000, patience_minutes = 100000, queue_limit = 100000, talk_share = 1 }
interview = { firm_spread = 0, minutes = 15 }
closing = { at_close = "run-to-empty", announcement_minutes = 0 }
gate = { lanes = 0 }
"""


@pytest.fixture(autouse=True)
def _folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)


def raised(text: str, *overrides: str) -> dict[str, Alarm]:
    scenario = load({"x.toml": text}, overrides)
    return {one.slug: one for one in alarms(replicate(scenario, 3, 1), scenario)}


def test_a_usual_fair_raises_none() -> None:
    assert raised(USUAL) == {}


def test_waits_longer_than_the_fair() -> None:
    found = raised(CROWD)["wait-over-fair"]
    assert (found.place, found.measure, found.limit) == ("fairs.a", "wait_minutes_p90", 300.0)
    assert found.value > 300
    assert "wait-over-fair" not in raised(CROWD, "fairs.a.interview.minutes=0.5")


def test_waits_outside_longer_than_the_fair() -> None:
    doors = (
        "fairs.a.gate.lanes=1",
        "fairs.a.gate.minutes=9",
        "fairs.a.gate.patience_minutes=100000",
        "fairs.a.closing.admit_waiting=true",
    )
    found = raised(CROWD, *doors)["wait-over-fair"]
    assert found.measure == "outside_minutes_mean"


def test_recruiters_busy_all_day() -> None:
    found = raised(CROWD)["recruiters-always-busy"]
    assert found.value > 0.97
    assert "interviews 9" in found.found or "interviews 100" in found.found
    assert "recruiters-always-busy" not in raised(CROWD, "fairs.a.seekers=15")


def test_intents_above_posts() -> None:
    eager = ("match.intents_per_post=4", "firm_traits.standard_mean=-0.9", "totals.posts=8")
    found = raised(USUAL, *eager)["intents-over-posts"]
    assert found.value > 1
    assert "intents-over-posts" not in raised(USUAL, *eager, "match.intents_per_post=1")


def test_nobody_came() -> None:
    found = raised(USUAL, "fairs.b.seekers=0", "totals.seekers=40")["nobody-came"]
    assert (found.place, found.value) == ("fairs.b", 0.0)
    assert str(found) == (
        "fairs.b: entered: nobody got in, in any replication; check the number of seekers, arrivals, gate and hours "
        "[nobody-came]"
    )
    assert "nobody-came" not in raised(USUAL, "fairs.b.seekers=1", "totals.seekers=40")


def test_fewer_come_than_a_fair_of_a_campaign_says() -> None:
    # Whoever left the first fair with an intent is not free on the next day.
    campaign = """\
pool.seekers = 200
season = { start = 2020-04-21, end = 2020-06-22 }
stock = { firms = 20, posts = 2000 }
[[fairs]]
id = "a"
date = 2020-04-21
firms = 20
seekers = 190
[[fairs]]
id = "b"
date = 2020-04-22
firms = 20
seekers = 190
"""
    found = raised(campaign)["attendance-not-met"]
    assert (found.place, found.measure, found.limit) == ("fairs.b", "seekers", 190.0)
    assert 100 < found.value < 180
    assert found.found == f"{found.value:,.0f} people come, and 190 were to come: no more are free and know of the fair"
    assert "attendance-not-met" not in raised(campaign, "fairs.b.seekers=90")
    # Who has booked may stay away, which is no want of people.
    assert "attendance-not-met" not in raised(campaign, "fairs.b.appointments.share=0.5")


@pytest.mark.parametrize(
    ("where", "place"),
    [
        ("interview.minutes=lognormal(mean=16, cv=0.8)", ""),
        ("fairs.b.interview.minutes=1.5", "fairs.b"),
        ("groups.all.behaviour.talk_share=0.99", "groups.all"),
    ],
)
def test_a_parameter_outside_its_prior(where: str, place: str) -> None:
    text = USUAL + '[[groups]]\nid = "all"\n'
    found = raised(text, where)["outside-prior"]
    assert found.place == place
    assert where.partition("=")[0].endswith(found.measure)
    inside = {"": "interview.minutes=uniform(low=1, high=30)"}.get(place, where[:-3] + "0.6")
    assert "outside-prior" not in raised(text, inside if "minutes" not in where or not place else where[:-3] + "7")


def test_the_same_alarm_at_several_fairs_is_one_told_of_the_worst() -> None:
    found = raised(USUAL, "fairs.a.booth.recruiters=5", "fairs.b.booth.recruiters=9")["outside-prior"]
    assert (found.place, found.value) == ("fairs.b", 9.0)
    assert "(and so at 1 more)" in found.found


def test_cases_are_named_and_what_they_vary_is_meant() -> None:
    scenarios = [load({"x.toml": CROWD}, (f"fairs.a.interview.minutes={m}",)) for m in (0.5, 40)]
    sample = replicate(scenarios[0], 2, 1, draws=scenarios)
    found = case_alarms(sample, scenarios)
    assert {one.slug for one in found} == {"wait-over-fair", "recruiters-always-busy"}
    assert {one.place for one in found} == {"case 2: fairs.a"}


def comparison(spread: float) -> tuple[Alarm, ...]:
    scenario = load({"x.toml": USUAL})
    sample = replicate(scenario, 4, 1)
    noise = np.array([-1.0, 1.0, -1.0, 1.0])[:, np.newaxis] * spread
    other = replace(sample, values=sample.values * (1.0 + noise))
    contenders = [Contender("base", scenario, sample), Contender("plan", scenario, other)]
    return comparison_alarms(compare(contenders, 1), contenders)


def test_an_interval_too_wide_for_a_verdict() -> None:
    wide = next(one for one in comparison(0.1) if one.slug == "interval-too-wide")
    assert (wide.place, wide.limit) == ("plan", 0.05)
    assert wide.value > 0.05
    assert re.search(r"take more replications: about -n \d+$", wide.remedy)
    assert not any(one.slug == "interval-too-wide" for one in comparison(0.001))


def test_plans_of_a_comparison_have_their_own_alarms() -> None:
    scenarios = [load({"x.toml": USUAL}, (f"booth.recruiters={count}",)) for count in (2, 20)]
    contenders = [Contender(f"plan {k}", one, replicate(one, 2, 1)) for k, one in enumerate(scenarios)]
    found = [one for one in comparison_alarms(compare(contenders, 1), contenders) if one.slug == "outside-prior"]
    assert [one.place for one in found] == ["plan 1"]


def test_replications_that_could_not_be_run_are_not_asked_for() -> None:
    assert "ask for larger differences" in next(one for one in comparison(100.0) if one.value > 30).remedy


def test_a_measure_that_was_not_observed_raises_nothing() -> None:
    scenario = load({"x.toml": USUAL})
    sample = replicate(scenario, 2, 1)
    assert alarms(Sample("x", sample.keys, sample.replications, sample.values * np.nan), scenario) == ()


def test_the_ranges_are_those_of_the_priors() -> None:
    assert RANGES.read_text(encoding="utf-8") == prior_ranges_csv(ROOT / "calibration" / "priors.toml")
    low, high = prior_ranges()["interview.minutes"]
    assert (low, high) == pytest.approx((5 * np.exp(-3.2905 * 0.35), 5 * np.exp(3.2905 * 0.35)), rel=1e-4)


def test_the_mean_of_every_distribution() -> None:
    durations = (Duration("uniform", 2, 6), Duration("triangular", 1, 2, 6), Duration("erlang", 3, 2))
    assert [one.mean for one in durations] == [4.0, 3.0, 3.0]


def test_each_slug_is_explained_and_is_no_message_of_an_error() -> None:
    source = (ROOT / "sim" / "study" / "alarms.py").read_text(encoding="utf-8")
    used = set(re.findall(r'Alarm\(\s*"([a-z-]+)"', source))
    assert used == set(ALARMS)
    assert not used & set(SLUGS)
    page = (ROOT / "docs" / "messages.md").read_text(encoding="utf-8").partition("\n# Alarms\n")[2]
    assert re.findall(r"^## (.*)$", page, re.MULTILINE) == sorted(ALARMS)


def test_a_run_shows_and_keeps_its_alarms(capsys: pytest.CaptureFixture[str]) -> None:
    Path("x.toml").write_text(USUAL)
    run = ["run", "x.toml", "-n", "2", "--out", "out", "-q"]
    assert main([*run, "--set", "booth.recruiters=9"]) == 0
    assert "\nalarm: booth.recruiters: it is 9, where " in capsys.readouterr().out
    (found,) = alarms_of(Path("out"))
    assert found.slug == "outside-prior"
    assert Path("out/warnings.log").read_text() == f"{ALARM}{found}\n"
    assert main([*run, "--set", "booth.recruiters=9", "--overwrite", "--json"]) == 0
    assert json.loads(capsys.readouterr().out)["alarms"] == as_json([found])
    assert main([*run, "--overwrite"]) == 0
    assert ALARM not in capsys.readouterr().out
    assert Path("out/warnings.log").read_text() == ""


def test_a_comparison_and_a_sweep_show_and_keep_theirs(capsys: pytest.CaptureFixture[str]) -> None:
    Path("x.toml").write_text(USUAL)
    Path("y.toml").write_text('base = "x.toml"\nname = "odd"\nbooth.recruiters = 9\n')
    assert main(["compare", "x.toml", "y.toml", "-n", "2", "--out", "c", "-q"]) == 0
    assert "\nalarm: odd: booth.recruiters: it is 9" in capsys.readouterr().out
    assert ALARM in Path("c/warnings.log").read_text()
    assert any(one["slug"] == "outside-prior" for one in json.loads(Path("c/comparison.json").read_text())["alarms"])
    Path("crowd.toml").write_text(CROWD)
    assert main(["sweep", "crowd.toml", "--vary", "gate.lanes=0,1", "-n", "2", "--out", "s", "-q"]) == 0
    assert "\nalarm: case 1: fairs.a: utilisation: " in capsys.readouterr().out
    assert "case 1: fairs.a" in Path("s/warnings.log").read_text()
