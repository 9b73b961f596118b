"""What a plan needs and what there is: hard checks with their severity, and the resources that are planned."""

from pathlib import Path

import pytest
from model_helpers import GOOD, load, messages

from sim.model.errors import ERROR, NOTE, WARNING, Finding, InputError, has_errors
from sim.model.resources import planned_costs, resources
from sim.model.scenario import Scenario
from sim.study.differences import resource_changes

SEASON = """\
name = "season"
pool = { seekers = 1000, inflow_per_day = 10 }
stock = { firms = 50, posts = 500 }
season = { start = 2020-04-21, end = 2020-05-21, holidays = [2020-05-01] }
staff = { people = 5, hours_around = 2 }
costs = { venue = 1000, booth = 100, staff_hour = 40 }
open = "09:00"
close = "14:00"
[[districts]]
id = "north"
y_km = 8
[[districts]]
id = "south"
seekers_share = 3
[[venues]]
id = "Hall"
district = "north"
booths = 20
people_limit = 300
cost = 2000
[[venues]]
id = "Yard"
district = "south"
[[fairs]]
id = "a"
venue = "Hall"
date = 2020-04-25
[[fairs]]
id = "b"
venue = "Yard"
date = 2020-04-25
firms = 10
"""
REACH = """\
[[outreach]]
id = "sms"
reach_share = 0.5
cost = 50
cost_per_person = 0.1
once = false
districts = "south"
"""
LEVERS = """\
[[levers]]
id = "web"
kind = "online"
cost_per_person = 2
share = 0.5
[[levers]]
id = "pay"
kind = "subsidy"
cost_per_person = 999
"""
AFTERNOON = """\
[[fairs]]
id = "c"
venue = "Yard"
date = 2020-04-25
firms = 5
open = "14:00"
close = "18:00"
arrivals.start = "14:00"
arrivals.weights = [1]
"""


@pytest.fixture(autouse=True)
def _folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)


def loaded(text: str, *overrides: str) -> Scenario:
    return load({"x.toml": text}, overrides)


def test_the_plan_itself_can_be_carried_out() -> None:
    assert loaded(SEASON).findings == ()


@pytest.mark.parametrize(
    ("overrides", "expected"),
    [
        (
            ["fairs.b.date=2020-05-22"],
            "--set fairs.b.date=2020-05-22: fairs.b.date: 2020-05-22 is outside the season "
            "(2020-04-21 to 2020-05-21) [outside-season]",
        ),
        (
            ["fairs.b.date=2020-05-01"],
            "--set fairs.b.date=2020-05-01: fairs.b.date: 2020-05-01 is a holiday; choose another day [on-a-holiday]",
        ),
        (
            ["fairs.a.firms=21"],
            '--set fairs.a.firms=21: fairs.a.firms: 21 firms do not fit into "Hall" (at most 20) [venue-too-small]',
        ),
        (
            ["fairs.a.hall.people_limit=301"],
            "--set fairs.a.hall.people_limit=301: fairs.a.hall.people_limit: 301 people at once do not fit into "
            '"Hall" (at most 300) [venue-too-small]',
        ),
        (
            ["fairs.b.seekers=1301"],
            "--set fairs.b.seekers=1301: fairs.b.seekers: the fairs of 2020-04-25 together are to have 1301 seekers "
            "(at most 1300); nobody is at two fairs of one day [too-many-a-day]",
        ),
        (
            ["limits.staff_per_day=9"],
            "x.toml:31: fairs[2].date: 10 staff on 2020-04-25 (limits.staff_per_day, at most 9); "
            "move a fair to another day [over-day-limit]",
        ),
        (
            ["limits.fairs_per_day=1"],
            "x.toml:31: fairs[2].date: 2 fairs on 2020-04-25 (limits.fairs_per_day, at most 1); "
            "move a fair to another day [over-day-limit]",
        ),
        (
            ["limits.budget=8799"],
            "--set limits.budget=8799: limits.budget: the plan costs 8,800 yuan (at most 8,799); "
            "see `jobfair plan` for the cost of each fair [over-budget]",
        ),
        (
            ["pool.inflow_per_day=1000000"],
            "x.toml:2: pool.seekers: 30001000 people over the season (at most 5000000) [over-limit]",
        ),
        (
            ["stock.new_posts_per_day=1000000", "season.end=2021-04-21"],
            "x.toml:3: stock.posts: 365000500 posts over the season (at most 100000000) [over-limit]",
        ),
        (
            ["season.end=2030-04-30"],
            "--set season.end=2030-04-30: season.end: a season of 3662 days (at most 3660) [over-limit]",
        ),
    ],
)
def test_what_cannot_be_is_an_error(overrides: list[str], expected: str) -> None:
    assert expected in messages({"x.toml": SEASON}, tuple(overrides))


@pytest.mark.parametrize(
    ("overrides", "expected"),
    [
        (
            ["limits.travel_km=3.5"],
            [
                "warning: x.toml:10: districts[1].id: the nearest fair is 4.0 km away (limits.travel_km, at most 3.5); "
                "plan a fair nearer [far-from-fairs]",
                "warning: x.toml:13: districts[2].id: the nearest fair is 4.0 km away (limits.travel_km, at most 3.5); "
                "plan a fair nearer [far-from-fairs]",
            ],
        ),
        (
            ["limits.travel_km=7.9", "fairs.a.venue=Yard", "fairs.a.date=2020-04-27", "fairs.a.firms=5"],
            [
                "warning: x.toml:10: districts[1].id: the nearest fair is 8.0 km away (limits.travel_km, at most 7.9); "
                "plan a fair nearer [far-from-fairs]",
            ],
        ),
        (
            ["fairs.b.venue=Yrd", "fairs.b.district=south"],
            [
                'warning: --set fairs.b.venue=Yrd: fairs.b.venue: "Yrd" is not in the list of venues; '
                'did you mean "Yard"? [unknown-venue]',
            ],
        ),
        (
            ["fairs.b.firms=31"],
            [
                "warning: --set fairs.b.firms=31: fairs.b.firms: the fairs of 2020-04-25 together have 51 booths "
                "for 50 firms; some booths stay empty: no firm is at two fairs of one day [too-many-a-day]",
            ],
        ),
        (
            ["open=17:00", "close=20:00"],
            [
                f"warning: x.toml:{line}: fairs[{number}].arrivals.start: the last arrivals come until 13:30, before "
                "the doors open at 17:00; begin arrivals.start later [arrivals-before-open]"
                for number, line in ((1, 24), (2, 28))
            ],
        ),
        (["limits.budget=8800", "limits.staff_per_day=10", "limits.fairs_per_day=2", "limits.travel_km=4"], []),
    ],
)
def test_what_a_planner_may_have_reasons_for_is_a_warning(overrides: list[str], expected: list[str]) -> None:
    scenario = loaded(SEASON, *overrides)
    assert [str(finding) for finding in scenario.findings] == expected
    assert [f"warning: {line}" for line in scenario.warnings] == expected


def test_a_published_fair_on_a_holiday_is_a_warning() -> None:
    text = SEASON.replace('id = "b"', 'id = "b"\npublished = true').replace("[2020-05-01]", "[2020-04-25]")
    found = messages({"x.toml": text.replace('id = "a"', 'id = "a"\npublished = true')})
    assert found == []
    (one,) = messages({"x.toml": text})[:1]
    assert one.startswith("x.toml:27: fairs[1].date: 2020-04-25 is a holiday")


def test_a_lever_outside_the_season_is_a_warning() -> None:
    text = SEASON + '[[levers]]\nid = "web"\nkind = "online"\nfrom = 2020-06-01\n'
    assert [one.slug for one in loaded(text).findings] == ["outside-season"]


def test_a_firm_in_two_places_at_once() -> None:
    fair = '[[fairs]]\nid = "{}"\ndate = 2020-04-21\nposts = 5\nseekers = 5\nopen = "{}"\nclose = "{}"\n'
    start = 'arrivals.weights = [1]\narrivals.start = "08:00"\n'
    firm = '[[firms]]\nid = "{}"\nname = "Motor works"\nfair = "{}"\n'
    firms = firm.format(1, "a") + firm.format(2, "b")
    both = start + fair.format("a", "09:00", "12:00") + fair.format("b", "11:00", "15:00") + firms
    assert [str(one) for one in loaded(both).findings if one.slug == "firm-twice"] == [
        'warning: x.toml:24: firms[2].fair: "Motor works" is at "a" at the same time (one fair at a time); '
        "give two branches two names [firm-twice]"
    ]
    after = start + fair.format("a", "09:00", "12:00") + fair.format("b", "12:00", "15:00") + firms
    assert "firm-twice" not in {one.slug for one in loaded(after).findings}


def test_more_firms_than_booths_are_an_error_where_a_total_is_shared_out() -> None:
    text = SEASON.replace("firms = 10\n", "").replace('id = "Yard"', 'id = "Yard"\nbooths = 25')
    assert loaded(text, "totals.firms=45").fairs[0].settings["firms"] is None
    assert messages({"x.toml": text}, ("totals.firms=46",)) == [
        "--set totals.firms=46: totals.firms: 46 firms for 45 booths at 2 fairs; plan more fairs, or at larger venues "
        "[too-few-booths]"
    ]


def test_a_total_gives_every_fair_a_firm() -> None:
    text = SEASON.replace("booths = 20\n", "")
    assert loaded(text, "totals.firms=11").fairs[0].settings["firms"] is None
    assert messages({"x.toml": text}, ("totals.firms=10",)) == [
        "--set totals.firms=10: totals.firms: 10, but 1 fairs share the 0 that are left (at least one each); "
        "raise totals.firms, or plan fewer fairs [totals-contradiction]"
    ]


def test_limits_without_a_campaign_are_refused() -> None:
    assert messages({"x.toml": "limits.budget = 5\n" + GOOD}) == [
        "x.toml:1: limits.budget: there is no campaign without pool.seekers; write pool.seekers = N for a campaign, "
        "or take it out [no-campaign]"
    ]


def test_warnings_are_among_the_findings_of_a_scenario_with_errors() -> None:
    with pytest.raises(InputError) as caught:
        loaded(SEASON, "limits.travel_km=3", "limits.fairs_per_day=1")
    assert {one.severity for one in caught.value.findings} == {ERROR, WARNING}


def test_severity_is_shown_first_and_only_errors_stop() -> None:
    note = Finding("p", "k", "f", "", "", "s", NOTE)
    assert str(note) == "note: p: k: f [s]"
    assert not has_errors([note]) and has_errors([note, Finding("p", "k", "f", "", "", "s")])


def test_resources_by_hand() -> None:
    scenario = loaded(SEASON + REACH + LEVERS)
    # Hall: 2,000 + 20 booths x 100 + 5 staff x (5 + 2) hours x 40; Yard: 1,000 + 10 x 100 + the same staff.
    assert planned_costs(scenario) == [2000 + 2000 + 1400, 1000 + 1000 + 1400]
    # 1,000 people and 10 a day for 30 days, three quarters of them in the south, for each of two fairs.
    messages_sent = 1300 * 0.75 * 2
    assert resources(scenario) == {
        "fairs": 2.0,
        "fair hours": 10.0,
        "booth days": 30.0,
        "venue days": 2.0,
        "staff hours": 70.0,
        "outreach messages": messages_sent,
        "planned cost": 8800 + 50 + 0.1 * messages_sent,
        "planned lever cost": 2 * 0.5 * 1300,
    }


def test_groups_occupations_and_named_fairs_narrow_an_outreach() -> None:
    people = '[[groups]]\nid = "g"\nshare = 1\n[[groups]]\nid = "h"\nshare = 4\n'
    text = SEASON + people + '[[outreach]]\nid = "sms"\nreach_share = 1\nonce = false\ngroups = "g"\nfairs = "b"\n'
    assert resources(loaded(text))["outreach messages"] == pytest.approx(1300 / 5)
    assert resources(loaded(text, "outreach.sms.once=true"))["outreach messages"] == pytest.approx(1300 / 5)


def test_a_comparison_of_campaigns_names_the_resources_that_differ() -> None:
    base, other = loaded(SEASON), loaded(SEASON, "fairs.b.firms=20", "close=15:00")
    changes = {one.key: (one.old, one.new) for one in resource_changes(base, other, 1)}
    assert changes == {
        "fair hours": (10.0, 12.0),
        "booth days": (30.0, 40.0),
        "staff hours": (70.0, 80.0),
        "planned cost": (8800.0, 10200.0),
    }
    assert resource_changes(base, loaded(SEASON, "behaviour.talk_share=0.5"), 1) == ()


def test_halls_that_two_fairs_share_in_a_day_count_once() -> None:
    assert resources(loaded(SEASON + AFTERNOON))["venue days"] == 2.0
