"""Calendars that a policy makes: spread evenly, at free venues in turn, around what is published."""

import datetime
import itertools
from collections import Counter
from pathlib import Path

import pytest
import tomli_w
from hypothesis import given
from hypothesis import strategies as st
from model_helpers import load, messages, write

from sim.model.scenario import Fair, Scenario, load_scenario

HEAD = """\
name = "season"
pool.seekers = 10000
stock = { firms = 600, posts = 5000 }
season = { start = 2020-04-20, end = 2020-06-19, holidays = [2020-05-01, 2020-05-04] }
calendar = { policy = "equal", fairs = 12 }
totals.firms = 400
[[occupations]]
id = "sewing"
[[occupations]]
id = "office"
[[groups]]
id = "graduates"
[[groups]]
id = "others"
"""
PLACES = """\
[[districts]]
id = "north"
[[districts]]
id = "south"
seekers_share = 3
[[venues]]
id = "Hall"
district = "north"
booths = 50
cost = 2000
[[venues]]
id = "Big"
district = "south"
booths = 350
[[venues]]
id = "Yard"
district = "south"
booths = 60
"""
PUBLISHED = """\
[[fairs]]
id = "opening"
published = true
venue = "Big"
date = 2020-05-20
firms = 60
"""
SEASON = HEAD + PLACES
POLICIES = ("equal", "one-big", "rotating", "themed", "by-demand")
Day = datetime.date


@pytest.fixture(autouse=True)
def _folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)


def loaded(text: str, *overrides: str) -> Scenario:
    return load({"x.toml": text}, overrides)


def days(scenario: Scenario) -> list[Day]:
    found = [fair.settings.day("date") for fair in scenario.fairs]
    assert all(found)
    return [day for day in found if day is not None]


def venues(scenario: Scenario) -> list[str]:
    return [fair.settings.text("venue") for fair in scenario.fairs]


def own(scenario: Scenario) -> list[Fair]:
    return [fair for fair in scenario.fairs if fair.id in scenario.said]


def test_fairs_are_evenly_spread_over_the_allowed_days() -> None:
    scenario = loaded(SEASON, "calendar.weekdays=mon,tue,wed,thu,fri")
    found = days(scenario)
    assert found == sorted(found) and len(set(found)) == 12
    assert all(day.weekday() < 5 and day not in (Day(2020, 5, 1), Day(2020, 5, 4)) for day in found)
    allowed = [Day(2020, 4, 20) + datetime.timedelta(step) for step in range(61)]
    allowed = [day for day in allowed if day.weekday() < 5 and day not in (Day(2020, 5, 1), Day(2020, 5, 4))]
    places = [allowed.index(day) for day in found]
    assert {later - earlier for earlier, later in itertools.pairwise(places)} == {3, 4}  # 43 days for 12 fairs
    assert places[0] == 1 and len(allowed) - 1 - places[-1] == 1


def test_days_may_be_restricted_and_hold_several_fairs() -> None:
    scenario = loaded(
        SEASON,
        "calendar.first=2020-05-09",
        "calendar.last=2020-05-31",
        "calendar.weekdays=sat,sun",
        "calendar.per_day=2",
    )
    assert sorted(Counter(days(scenario)).values()) == [1, 1, 1, 1, 2, 2, 2, 2]
    assert all(Day(2020, 5, 9) <= day <= Day(2020, 5, 31) and day.weekday() >= 5 for day in days(scenario))
    at = Counter(zip(days(scenario), venues(scenario), strict=True))
    assert max(at.values()) == 1


def test_a_limit_of_fairs_per_day_binds_the_policy() -> None:
    scenario = loaded(SEASON, "calendar.weekdays=sat,sun", "calendar.per_day=3", "limits.fairs_per_day=1")
    assert max(Counter(days(scenario)).values()) == 1


def test_equal_fairs_take_the_venues_in_turn_and_share_the_firms() -> None:
    scenario = loaded(SEASON)
    assert venues(scenario) == ["Hall", "Big", "Yard"] * 4
    firms = [fair.settings.integer("firms") for fair in scenario.fairs]
    assert sum(firms) == 400 and max(firms) - min(firms) <= 1
    assert loaded(SEASON, "calendar.venues=Yard,Hall").fairs[0].settings.text("venue") == "Yard"


def test_small_venues_take_as_many_firms_as_they_hold_and_the_others_the_rest() -> None:
    scenario = loaded(SEASON, "calendar.fairs=3", "totals.firms=200")
    assert [fair.settings.integer("firms") for fair in scenario.fairs] == [50, 90, 60]
    scenario = loaded(SEASON, "calendar.fairs=3", "fairs.equal-02.firms=300")
    assert [fair.settings.integer("firms") for fair in scenario.fairs] == [50, 300, 50]


def test_rotating_fairs_go_through_the_districts_the_largest_first() -> None:
    scenario = loaded(SEASON, "calendar.policy=rotating", "calendar.fairs=6")
    assert venues(scenario) == ["Big", "Hall", "Yard", "Hall", "Big", "Hall"]


def test_themes_take_turns_and_meet_every_venue() -> None:
    scenario = loaded(SEASON, "calendar.policy=themed", "calendar.fairs=24")
    themes = [fair.settings.names("theme.occupations") for fair in scenario.fairs]
    assert Counter(themes) == {("sewing",): 12, ("office",): 12}
    assert len(set(zip(themes, venues(scenario), strict=True))) == 6
    two = loaded(
        SEASON, "calendar.policy=themed", "calendar.fairs=8", "calendar.venues=Hall,Big", "calendar.themes=groups"
    )
    pairs = {(fair.settings.names("theme.groups"), fair.settings.text("venue")) for fair in two.fairs}
    assert len(pairs) == 4  # as many themes as venues, and yet every theme is at every venue


def test_one_big_fair_is_in_the_largest_venue_on_the_middle_day() -> None:
    (fair,) = loaded(SEASON, "calendar.policy=one-big", "totals.firms=350").fairs
    assert (fair.id, fair.settings.text("venue"), fair.settings.integer("firms")) == ("one-big-01", "Big", 350)
    assert fair.settings.day("date") == Day(2020, 5, 21)  # the 30th of 59 days


def test_one_big_fair_takes_several_halls_at_once_if_one_does_not_hold_all_firms() -> None:
    scenario = loaded(SEASON, "calendar.policy=one-big", "totals.firms=450")
    assert venues(scenario) == ["Big", "Yard", "Hall"]
    assert len(set(days(scenario))) == 1
    assert sum(fair.settings.integer("firms") for fair in scenario.fairs) == 450


def test_by_demand_leaves_the_venue_to_the_day() -> None:
    scenario = loaded(
        SEASON + PUBLISHED,
        "calendar.policy=by-demand",
        "calendar.first=2020-05-20",
        "calendar.last=2020-05-20",
        "calendar.fairs=2",
        "totals.firms=110",
    )
    opening, fair = scenario.fairs
    assert scenario.candidates[0] == (opening,)
    assert (fair.settings.text("venue"), fair.settings.text("district")) == ("", "")
    assert [one.settings.text("venue") for one in scenario.candidates[1]] == ["Hall", "Yard"]
    for one in scenario.candidates[1]:
        assert one.id == fair.id
        assert one.settings.integer("firms") == fair.settings.integer("firms") == 50
    hall, yard = (one.settings for one in scenario.candidates[1])
    assert (hall.text("district"), hall.number("costs.venue")) == ("north", 2000.0)
    assert (yard.text("district"), yard.number("costs.venue")) == ("south", 5000.0)


def test_by_demand_without_a_total_takes_what_fits_everywhere() -> None:
    scenario = loaded(SEASON.replace("totals.firms = 400\n", ""), "calendar.policy=by-demand")
    assert {fair.settings.integer("firms") for fair in scenario.fairs} == {50}
    fixed = loaded(SEASON, "calendar.policy=by-demand", "fairs.by-demand-03.venue=Yard")
    assert fixed.candidates[2] == (fixed.fairs[2],)
    assert fixed.fairs[2].settings.text("district") == "south"


@pytest.mark.parametrize("policy", POLICIES)
def test_published_fairs_stay_and_count(policy: str) -> None:
    scenario = loaded(SEASON + PUBLISHED, f"calendar.policy={policy}")
    opening = scenario.fairs[0]
    assert (opening.id, opening.settings.day("date"), opening.settings.integer("firms")) == (
        "opening",
        Day(2020, 5, 20),
        60,
    )
    assert len(scenario.fairs) == (2 if policy == "one-big" else 12)
    assert not any(fair.settings.flag("published") for fair in own(scenario))
    at = Counter(zip(days(scenario), venues(scenario), strict=True))
    assert max(count for (_, venue), count in at.items() if venue) == 1
    assert Day(2020, 5, 20) not in days(scenario)[1:]
    assert sum(fair.settings.integer("firms") for fair in scenario.fairs) == 400


def test_the_same_venue_may_be_used_on_the_day_of_a_published_fair_at_other_hours() -> None:
    evening = PUBLISHED.replace(
        "firms = 60", 'firms = 60\nopen = "17:00"\nclose = "20:00"\narrivals.start = "16:00"\narrivals.weights = [1]'
    )
    options = ("calendar.first=2020-05-20", "calendar.last=2020-05-20", "calendar.fairs=2", "calendar.venues=Big")
    assert venues(loaded(SEASON + evening, *options)) == ["Big", "Big"]
    found = messages({"x.toml": SEASON + PUBLISHED}, options)
    assert [line.rpartition("[")[2] for line in found] == ["calendar-full]"]


@pytest.mark.parametrize("policy", POLICIES)
def test_a_calendar_of_a_policy_is_written_out_and_loads_again(policy: str) -> None:
    scenario = loaded(SEASON + PUBLISHED, f"calendar.policy={policy}", f"fairs.{policy}-02.gate.lanes=9")
    Path("again.toml").write_text(tomli_w.dumps(scenario.resolved()), encoding="utf-8")
    again = load_scenario("again.toml")
    assert again == scenario
    assert again.resolved() == scenario.resolved()
    # It is still the policy that makes the calendar.
    more = load_scenario("again.toml", ["calendar.fairs=20", "calendar.per_day=2"])
    assert len(more.fairs) == (2 if policy == "one-big" else 20)


def test_names_are_places_by_date_and_stay_when_the_number_changes() -> None:
    few, many = loaded(SEASON), loaded(SEASON, "calendar.fairs=30", "calendar.per_day=2")
    assert [fair.id for fair in few.fairs] == [f"equal-{number:02d}" for number in range(1, 13)]
    assert [fair.id for fair in many.fairs] == [f"equal-{number:02d}" for number in range(1, 31)]
    published = loaded(SEASON + PUBLISHED.replace("opening", "equal-04"))
    assert len({fair.id for fair in published.fairs}) == 12


def test_a_fair_of_the_policy_may_be_listed_by_its_name_and_others_are_replaced() -> None:
    text = SEASON + '[[fairs]]\nid = "equal-03"\ngate.lanes = 2\n[[fairs]]\nid = "old"\n'
    scenario = loaded(text)
    assert scenario.fairs[2].settings.integer("gate.lanes") == 2
    assert scenario.said["equal-03"] == ("gate.lanes",)
    assert [str(one) for one in scenario.findings] == [
        "note: x.toml:36: fairs[2]: the policy equal replaces fairs that are listed: 1; "
        "published = true keeps a fair [fairs-replaced]"
    ]
    assert scenario.warnings == []


def test_values_of_all_fairs_hold_for_those_of_a_policy() -> None:
    scenario = loaded(SEASON, "open=17:00", "close=20:00", "arrivals.start=16:30", "arrivals.weights=1,1")
    assert {fair.settings.clock("open") for fair in scenario.fairs} == {1020.0}


@given(
    st.sampled_from(["equal", "rotating", "themed", "by-demand"]),
    st.integers(1, 80),
    st.integers(1, 3),
    st.sets(st.integers(0, 60), max_size=6),
)
def test_any_calendar_fits_or_is_refused(policy: str, count: int, per_day: int, published: set[int]) -> None:
    text = SEASON.replace("fairs = 12", f"fairs = {count}, per_day = {per_day}").replace('"equal"', f'"{policy}"')
    text = text.replace("totals.firms = 400", "totals.firms = 2000").replace("firms = 600", "firms = 9000")
    text = text.replace("holidays = [2020-05-01, 2020-05-04]", "holidays = [2020-05-01]")
    first = Day(2020, 4, 20)
    for step in published:
        day = first + datetime.timedelta(step)
        text += f'[[fairs]]\nid = "p{step}"\npublished = true\nvenue = "Big"\ndate = {day}\nfirms = 20\n'
    write(Path(), {"y.toml": text})
    found = messages({}, name="y.toml")
    found = [line for line in found if not line.startswith(("warning", "note"))]
    if found:
        assert {line.rpartition("[")[2] for line in found} <= {
            "calendar-full]",
            "totals-contradiction]",
            "too-few-booths]",
            "no-firms]",
        }
        return
    scenario = load_scenario("y.toml")
    assert len(scenario.fairs) == max(count, len(published))
    made = own(scenario)
    assert len({fair.id for fair in scenario.fairs}) == len(scenario.fairs)
    assert all(fair.settings.day("date") != Day(2020, 5, 1) for fair in made)
    assert max(Counter(fair.settings["date"] for fair in made).values(), default=0) <= per_day
    at = Counter((fair.settings["date"], fair.settings["venue"]) for fair in scenario.fairs if fair.settings["venue"])
    assert max(at.values(), default=1) == 1
