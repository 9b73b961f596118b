"""The strategies of scenarios/strategies: different calendars on equal resources."""

import tomllib
from pathlib import Path

import pytest

from sim.model.scenario import Scenario, load_scenario
from sim.study.differences import planned_resources
from sim.study.replicate import replicate

ROOT = Path(__file__).parents[2]
FOLDER = ROOT / "scenarios" / "strategies"
FILES = sorted(FOLDER.glob("*.toml"))
BASE = "reported"
# Staff is shared out in whole people, and messages are paid by the person.
TOLERANCE = {"booth days": 0.0, "staff hours": 0.015, "planned cost": 0.006}
# Where every fair costs a whole hall, the same money pays for fewer booths.
UNEQUAL = {("rent-by-day", "booth days")}
IMPOSED = ("posts", "seekers")


@pytest.fixture(scope="module")
def strategies() -> dict[str, Scenario]:
    return {file.stem: load_scenario(file) for file in FILES}


def test_there_are_many_and_each_is_short() -> None:
    assert len(FILES) >= 10
    for file in FILES:
        lines = [line for line in file.read_text("utf-8").splitlines() if line.strip()]
        assert 3 <= len(lines) <= 15, file.name
        content = tomllib.loads(file.read_text("utf-8"))
        assert content["base"] == "../wuhan-2020-strategies.toml"
        assert len(content["why"]) > 20


def test_names_differ(strategies: dict[str, Scenario]) -> None:
    assert len({one.name for one in strategies.values()}) == len(strategies)


def test_resources_are_equal(strategies: dict[str, Scenario]) -> None:
    base = planned_resources(strategies[BASE])
    unequal = set()
    for name, one in strategies.items():
        planned = planned_resources(one)
        for what, tolerance in TOLERANCE.items():
            if abs(planned[what] - base[what]) > tolerance * base[what]:
                unequal.add((name, what))
    assert unequal == UNEQUAL


def test_gate_lanes_follow_the_staff(strategies: dict[str, Scenario]) -> None:
    for name, one in strategies.items():
        for fair in one.fairs:
            staff, lanes = fair.settings.number("staff.people"), fair.settings.integer("gate.lanes")
            assert lanes == int(staff * 3 / 4), (name, fair.id)


def test_the_first_day_is_the_same_and_nothing_else_is_imposed(strategies: dict[str, Scenario]) -> None:
    held = {fair.id: dict(fair.settings) for fair in strategies[BASE].fairs if fair.settings.flag("published")}
    assert len(held) == 7
    for name, one in strategies.items():
        assert {fair.id: dict(fair.settings) for fair in one.fairs if fair.id in held} == held, name
        assert one.settings["totals.posts"] is one.settings["totals.seekers"] is None
        for fair in one.fairs:
            if fair.id not in held:
                assert [key for key in IMPOSED if fair.settings[key] is not None] == [], (name, fair.id)


def test_the_reported_strategy_is_about_the_hindcast(strategies: dict[str, Scenario]) -> None:
    # The hindcast imposes 39,503 post-visits, the strategy takes what the stock has: more posts, about as many intents.
    # Three seasons: the standard error of their ratio is about 2 %.
    means = []
    for scenario in (strategies[BASE], load_scenario(ROOT / "scenarios" / "wuhan-2020-season.toml")):
        sample = replicate(scenario, 3, 20200421)
        place = [key.measure for key in sample.keys].index("intents")
        means.append(float(sample.values[:, place].mean()))
    assert means[0] == pytest.approx(means[1], rel=0.12)
