"""Campaigns as the loader reads them: what is needed, what is taken over from venues, what changes by overrides."""

import datetime
from pathlib import Path

import pytest
import tomli_w
from model_helpers import GOOD, load, messages

from sim.model.scenario import Scenario, load_scenario
from sim.study.differences import input_changes
from sim.study.varying import find, grid, load_cases

HEAD = """\
name = "season"
pool.seekers = 1000
stock = { firms = 50, posts = 500 }
season = { start = 2020-04-21, end = 2020-06-22, holidays = [2020-05-01, 2020-05-04] }
"""
FAIRS = """\
[[fairs]]
id = "a"
venue = "Hall"
date = 2020-04-25
[[fairs]]
id = "b"
venue = "Yard"
district = "south"
date = 2020-04-26
firms = 10
"""
VENUES = """\
[[venues]]
id = "Hall"
district = "north"
booths = 20
people_limit = 300
cost = 2000
[[venues]]
id = "Yard"
district = "south"
"""
MORE = """\
[[districts]]
id = "north"
y_km = 8
[[districts]]
id = "south"
seekers_share = 2
[[outreach]]
id = "sms"
reach_share = 0.5
districts = ["north"]
fairs = "a, b"
[[levers]]
id = "web"
kind = "online"
from = 2020-05-01
[[groups]]
id = "graduates"
attendance.visit_share = 0.1
"""
SEASON = HEAD + FAIRS + VENUES
FULL = SEASON + MORE


@pytest.fixture(autouse=True)
def _folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)


def loaded(text: str, *overrides: str) -> Scenario:
    return load({"x.toml": text}, overrides)


def test_a_scenario_without_a_pool_is_no_campaign_and_has_no_districts() -> None:
    scenario = loaded(GOOD)
    assert not scenario.is_campaign
    assert scenario.districts == scenario.venues == scenario.outreach == scenario.levers == ()
    assert not {"pool", "season", "stock", "calendar"} & scenario.resolved().keys()


def test_a_campaign_has_all_its_lists() -> None:
    scenario = loaded(FULL)
    assert scenario.is_campaign
    assert [one.id for one in scenario.districts] == ["north", "south"]
    assert scenario.districts[0].settings.number("y_km") == 8.0
    assert [one.id for one in scenario.venues] == ["Hall", "Yard"]
    assert scenario.outreach[0].settings.names("fairs") == ("a", "b")
    assert scenario.outreach[0].settings.names("groups") == ()
    assert scenario.levers[0].settings.day("from") == datetime.date(2020, 5, 1)
    assert scenario.groups[0].behaviour == {"attendance.visit_share": 0.1}
    assert scenario.settings.dates("season.holidays") == (datetime.date(2020, 5, 1), datetime.date(2020, 5, 4))


@pytest.mark.parametrize("text", [SEASON, FULL, HEAD + '[[fairs]]\nid = "a"\ndate = 2020-04-25\nfirms = 5\n'])
def test_a_campaign_is_written_out_and_loads_again(text: str) -> None:
    scenario = loaded(text)
    Path("again.toml").write_text(tomli_w.dumps(scenario.resolved()), encoding="utf-8")
    again = load_scenario("again.toml")
    assert again == scenario
    assert again.resolved() == scenario.resolved()


def test_a_fair_takes_over_what_is_said_of_its_venue() -> None:
    hall, yard = loaded(SEASON).fairs
    assert hall.settings.text("district") == "north"
    assert hall.settings.integer("firms") == 20
    assert hall.settings.integer("hall.people_limit") == 300
    assert hall.settings.number("costs.venue") == 2000.0
    assert yard.settings.integer("firms") == 10
    assert yard.settings["hall.people_limit"] is None
    assert yard.settings.number("costs.venue") == 5000.0


def test_what_a_fair_says_goes_before_its_venue_and_the_stricter_limit_before_the_other() -> None:
    own = loaded(SEASON, "fairs.a.costs.venue=1", "fairs.a.firms=7", "fairs.a.hall.people_limit=100").fairs[0].settings
    assert (own.number("costs.venue"), own.integer("firms"), own.integer("hall.people_limit")) == (1.0, 7, 100)
    assert loaded(SEASON, "hall.people_limit=200").fairs[0].settings.integer("hall.people_limit") == 200
    assert loaded(SEASON, "hall.people_limit=400").fairs[0].settings.integer("hall.people_limit") == 300
    assert loaded(SEASON, "totals.firms=25").fairs[0].settings["firms"] is None


def test_venues_may_be_listed_without_a_campaign() -> None:
    text = VENUES + GOOD.replace('id = "a"', 'id = "a"\nvenue = "Hall"')
    (fair,) = loaded(text).fairs
    assert (fair.settings.text("district"), fair.settings.integer("firms")) == ("north", 3)


def test_districts_that_are_not_listed_are_those_of_fairs_and_venues_at_one_place() -> None:
    districts = loaded(SEASON).districts
    assert [one.id for one in districts] == ["north", "south"]
    assert {(one.settings.number("x_km"), one.settings.number("y_km")) for one in districts} == {(0.0, 0.0)}


def test_without_any_district_there_is_one_for_all() -> None:
    scenario = loaded(
        HEAD + FAIRS.replace('district = "south"\n', "").replace("[[fairs]]", "[[fairs]]\nposts = 30"),
        "totals.firms=15",
    )
    assert [one.id for one in scenario.districts] == ["all"]
    assert [fair.settings.text("district") for fair in scenario.fairs] == ["all", "all"]


def test_seekers_and_posts_need_no_numbers_and_a_total_is_shared_out() -> None:
    scenario = loaded(SEASON, "totals.seekers=500")
    assert [fair.settings["posts"] for fair in scenario.fairs] == [None, None]
    assert messages({"x.toml": SEASON.replace("booths = 20\n", "")}) == [
        "x.toml:5: fairs[1].firms: no number of firms; write firms = N here, totals.firms = N at the top, or "
        "booths = N for its venue in [[venues]] [no-firms]"
    ]


def test_entries_of_the_lists_are_laid_over_those_of_a_base_and_set_by_id() -> None:
    top = 'base = "b.toml"\n[[districts]]\nid = "south"\nx_km = 5\n[[levers]]\nid = "visit"\nkind = "one-to-one"\n'
    scenario = load({"x.toml": top, "b.toml": FULL}, ("districts.north.x_km=3", "venues.Hall.cost=7"))
    assert [(one.id, one.settings.number("x_km")) for one in scenario.districts] == [("north", 3.0), ("south", 5.0)]
    assert scenario.districts[1].settings.number("seekers_share") == 2.0
    assert [one.id for one in scenario.levers] == ["web", "visit"]
    assert scenario.fairs[0].settings.number("costs.venue") == 7.0


def test_keys_of_the_lists_can_be_varied_and_show_in_the_input_diff() -> None:
    base = loaded(FULL)
    found = find(base, "outreach.sms.reach_share")
    assert found is not None and found.value == 0.5
    cases = load_cases("x.toml", [], base, grid(["districts.north.y_km=8,12", "groups.graduates.attendance.fatigue=1"]))
    assert [case.districts[0].settings.number("y_km") for case in cases] == [8.0, 12.0]
    changed = {one.key: (one.old, one.new) for one in input_changes(base, cases[1])}
    assert changed == {"districts.north.y_km": (8, 12), "groups.graduates.attendance.fatigue": (None, 1)}
    other = loaded(FULL, "season.holidays=2020-05-01", "outreach.sms.districts=north,south")
    changed = {one.key: (one.old, one.new) for one in input_changes(base, other)}
    assert changed == {
        "season.holidays": ("2020-05-01, 2020-05-04", "2020-05-01"),
        "outreach.sms.districts": ("north", "north, south"),
    }


def test_sources_of_the_lists_are_kept() -> None:
    text = FULL.replace("reach_share = 0.5", 'reach_share = { value = 0.5, source = "survey" }')
    assert loaded(text).sources == {"outreach.sms.reach_share": "survey"}


@pytest.mark.parametrize(
    ("override", "message"),
    [
        ("fairs.a.district=nrth", 'there is no district "nrth"; did you mean "north"? [unknown-id]'),
        ("venues.Hall.district=x", 'there is no district "x" [unknown-id]'),
        ("outreach.sms.groups=graduate", 'there is no group "graduate"; did you mean "graduates"? [unknown-id]'),
        ("outreach.sms.occupations=x", 'there is no occupation "x" [unknown-id]'),
        ("outreach.sms.fairs=a,c", 'there is no fair "c" [unknown-id]'),
        ("levers.web.groups=x", 'there is no group "x" [unknown-id]'),
        ("theme.groups=x", 'there is no group "x" [unknown-id]'),
        ("calendar.venues=Hal", 'there is no venue "Hal"; did you mean "Hall"? [unknown-id]'),
    ],
)
def test_names_of_other_entries_must_be_there(override: str, message: str) -> None:
    key = override.partition("=")[0]
    found = messages({"x.toml": FULL}, (override,))
    assert found and set(found) == {f"--set {override}: {key}: {message}"}
