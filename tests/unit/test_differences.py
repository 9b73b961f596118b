"""What differs between two scenarios: no change missed, none invented, each said once."""

from pathlib import Path

import pytest

from sim.draws import make_key
from sim.model.people import pseudonym
from sim.model.resources import resources as planned_resources
from sim.model.scenario import Scenario, load_scenario
from sim.population import Roster
from sim.study.differences import MOST_ROWS, Change, input_changes, resource_changes, resources

BASE = """
name = "base"
why = "to compare"
totals = { firms = 10, posts = 40, seekers = 100 }
[[groups]]
id = "young"
[[groups]]
id = "old"
[[fairs]]
id = "one"
[[fairs]]
id = "two"
open = "08:00"
"""


@pytest.fixture(autouse=True)
def _folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)


def loaded(text: str, *overrides: str) -> Scenario:
    Path("x.toml").write_text(text, encoding="utf-8")
    return load_scenario("x.toml", overrides)


def changes(before: Scenario, after: Scenario) -> dict[str, tuple[object, object]]:
    found = input_changes(before, after)
    assert len({one.key for one in found}) == len(found)
    return {one.key: (one.old, one.new) for one in found}


def test_a_scenario_does_not_differ_from_itself() -> None:
    assert input_changes(loaded(BASE), loaded(BASE)) == ()
    assert resource_changes(loaded(BASE), loaded(BASE), 1) == ()


def test_how_it_is_written_makes_no_difference() -> None:
    spelled = BASE.replace('id = "one"', 'id = "one"\ngate.lanes = 6\nclose = "14:00"').replace("base", "other")
    assert input_changes(loaded(BASE), loaded(spelled, "run.seed=9", "reported.intents=3")) == ()


@pytest.mark.parametrize(
    ("override", "key", "old", "new"),
    [
        ("totals.seekers=120", "totals.seekers", 100, 120),
        ("gate.lanes=3", "gate.lanes", 6, 3),
        ("fairs.two.gate.lanes=3", "fairs.two.gate.lanes", 6, 3),
        ("fairs.two.open=08:30", "fairs.two.open", "08:00", "08:30"),
        ("groups.old.share=0.5", "groups.old.share", 1, 0.5),
        ("groups.old.behaviour.talk_share=0.5", "groups.old.behaviour.talk_share", None, 0.5),
        ("gate.minutes=constant(value=2)", "gate.minutes", "lognormal(mean=0.25, cv=0.5)", "constant(value=2)"),
        ("booth.shifts=09:00=2 12:00=1", "booth.shifts", "", "09:00=2 12:00=1"),
        ("closing.turn_round=false", "closing.turn_round", True, False),
        ("fairs.one.seekers=7", "fairs.one.seekers", None, 7),
        ("arrivals.weights=1, 2.5, 40", "arrivals.weights", "10, 18, 18, 15, 11, 9, 7, 6, 4, 2", "1, 2.5, 40"),
    ],
)
def test_a_changed_value(override: str, key: str, old: object, new: object) -> None:
    assert changes(loaded(BASE), loaded(BASE, override)) == {key: (old, new)}


def test_what_holds_for_all_fairs_is_said_once_though_fairs_differ() -> None:
    small = loaded(BASE.replace('id = "two"', 'id = "three"'), "gate.lanes=2", "totals.firms=12")
    found = changes(loaded(BASE), small)
    assert list(found) == ["totals.firms", "gate.lanes", "fairs.two", "fairs.three"]
    assert found["fairs.two"] == ({"id": "two", "open": "08:00"}, None)
    assert found["fairs.three"] == (None, {"id": "three", "open": "08:00"})


def test_a_new_group_is_said_whole() -> None:
    after = loaded(BASE.replace('id = "old"', 'id = "old"\n[[groups]]\nid = "late"\nbehaviour.talk_share = 0.1'))
    found = changes(loaded(BASE), after)
    assert set(found) == {"groups.late"}
    old, new = found["groups.late"]
    assert old is None
    assert isinstance(new, dict)
    assert (new["id"], new["share"], new["behaviour.talk_share"]) == ("late", 1, 0.1)


# Rows -----------------------------------------------------------------------------------------------------

ONE_FAIR = '[[fairs]]\nid = "one"\nposts = 90\nseekers = 5\n[tables]\nfirms = "f.csv"\n'


def listed(*rows: str) -> Scenario:
    Path("f.csv").write_text("\n".join(["id,recruiters,shifts", *rows, ""]), encoding="utf-8")
    return loaded(ONE_FAIR)


def test_rows_are_compared_by_their_ids_not_by_their_order() -> None:
    before = listed("a,2,", "b,2,", "c,,09:00=1 10:00=3")
    assert input_changes(before, listed("c,,09:00=1 10:00=3", "b,2,", "a,2,")) == ()
    found = changes(before, listed("b,3,", "c,,09:00=2", "d,1,"))
    assert found["firms.b.recruiters"] == (2, 3)
    assert found["firms.c.shifts"] == ("09:00=1 10:00=3", "09:00=2")
    assert {key for key in found if found[key][1] is None} == {"firms.a"}
    assert {key for key in found if found[key][0] is None} == {"firms.d"}


def test_many_changed_rows_are_counted() -> None:
    before = listed(*(f"f{k},2," for k in range(50)))
    after = listed(*(f"f{k},3," for k in range(10, 60)))
    assert input_changes(before, after) == (Change("firms", "50 rows: 10 dropped", "50 rows: 10 new, 40 changed"),)
    assert MOST_ROWS < 60


def test_as_many_rows_as_are_named_are_named() -> None:
    before = listed(*(f"f{k},2," for k in range(MOST_ROWS)))
    assert len(input_changes(before, listed(*(f"f{k},3," for k in range(MOST_ROWS))))) == MOST_ROWS


def test_listed_people_are_told_by_their_pseudonyms_and_without_names() -> None:
    text = '[[fairs]]\nid = "one"\nfirms = 1\nposts = 9\n[[seekers]]\nid = "Li"\nname = "Li Hua"\nskill = 0.5\n'
    more = text + '[[seekers]]\nid = "Wu"\nname = "Wu Di"\narrives = "09:30"\n'
    found = changes(loaded(more), loaded(text.replace("0.5", "0.7").replace("Li Hua", "Li Mei")))
    assert found == {
        f"seekers.{pseudonym('Li')}.skill": (0.5, 0.7),
        f"seekers.{pseudonym('Wu')}": ({"fair": "one", "arrives": "09:30"}, None),
    }


def test_rows_of_posts_of_one_firm_and_occupation_are_told_apart() -> None:
    text = '[[occupations]]\nid = "o"\n[[occupations]]\nid = "p"\n[[fairs]]\nid = "one"\nseekers = 5\n'
    text += '[[firms]]\nid = "f"\n'
    rows = [
        f'[[posts]]\nfirm = "f"\noccupation = "{kind}"\ncount = {count}\n'
        for kind, count in (("o", 2), ("o", 3), ("p", 1))
    ]
    found = changes(loaded(text + "".join(rows)), loaded(text + "".join(rows).replace("count = 3", "count = 4")))
    assert found == {"posts.f.o.1.count": (3, 4)}
    fewer = changes(loaded(text + "".join(rows)), loaded(text + "".join(rows[:2])))
    assert set(fewer) == {"posts.f.p"}


def test_a_date_and_a_window_are_told_as_they_are_written() -> None:
    before = loaded(BASE.replace('id = "one"', 'id = "one"\ndate = 2020-04-21'))
    after = loaded(
        BASE.replace('id = "one"', 'id = "one"\ndate = 2020-04-28'), "measures.windows=09:00-10:30, 12:00-13:00"
    )
    found = changes(before, after)
    assert found["fairs.one.date"] == ("2020-04-21", "2020-04-28")
    assert found["measures.windows"][1] == "09:00-10:30, 12:00-13:00"


# Resources ------------------------------------------------------------------------------------------------


def test_resources_of_drawn_firms() -> None:
    # Two fairs, 10 firms with 2 recruiters; the second fair is open six hours instead of five.
    with_two = loaded(BASE.replace("totals", "booth.recruiters = 2\ntotals"))
    found = resources(with_two, seed=1)
    assert {name: found[name] for name in ("firms", "posts", "seekers", "venue hours")} == {
        "firms": 10,
        "posts": 40,
        "seekers": 100,
        "venue hours": 11,
    }
    assert 100 < found["recruiter hours"] < 120
    assert found["recruiter hours"] != pytest.approx(resources(with_two, seed=2)["recruiter hours"])


def test_hours_of_recruiters_follow_the_shifts_of_the_fair() -> None:
    fair = '[[fairs]]\nid = "one"\nfirms = 4\nposts = 90\nseekers = 5\n'
    shifts = loaded(fair, "booth.shifts=09:00=1 12:00=3")
    assert resources(shifts, seed=1)["recruiter hours"] == pytest.approx(4 * (3 + 2 * 3))


def test_the_split_over_fairs_is_averaged_over_replications() -> None:
    scenario = loaded(BASE.replace("totals", "booth.recruiters = 2\ntotals"))
    roster = Roster(scenario)
    second = [roster.counts(make_key(3, k))[1]["firms"] for k in range(20)]
    assert len(set(second)) > 2
    # Two recruiters: five hours at the first fair, six at the second.
    assert resources(scenario, seed=3)["recruiter hours"] == pytest.approx(2 * (5 * 10 + sum(second) / 20))


def test_how_much_a_resource_differs_is_told_to_two_decimals_and_luck_is_not() -> None:
    longer = loaded(BASE, "fairs.one.close=14:20")
    found = {one.key: (one.old, one.new) for one in resource_changes(loaded(BASE), longer, seed=1)}
    assert found["venue hours"] == (11, 11.33)
    many, more = (loaded(BASE, f"totals.seekers={count}") for count in (100_000, 100_100))
    assert resource_changes(many, more, seed=1) == ()  # a thousandth may be luck
    assert [one.key for one in resource_changes(more, loaded(BASE, "totals.seekers=100202"), seed=1)] == ["seekers"]


CAMPAIGN = """
season = { start = 2021-03-01, end = 2021-03-24 }
pool.seekers = 100
stock = { firms = 10, posts = 40 }
[[fairs]]
id = "one"
date = 2021-03-10
firms = 5
"""


def test_resources_of_campaigns_are_those_planned() -> None:
    longer = loaded(CAMPAIGN, "fairs.one.close=15:00")
    found = {one.key: (one.old, one.new) for one in resource_changes(loaded(CAMPAIGN), longer, seed=1)}
    before, after = planned_resources(loaded(CAMPAIGN)), planned_resources(longer)
    assert found
    assert found == {key: (round(before[key], 2), round(after[key], 2)) for key in before if before[key] != after[key]}


def test_resources_of_listed_firms() -> None:
    found = resources(listed("a,3,", "b,,10:00=1 12:00=4", "c,,"), seed=1)
    # 3 x 5 hours; 1 x 2 + 4 x 2 hours; the usual 2 x 5 hours.
    assert found["recruiter hours"] == pytest.approx(15 + 10 + 10)
    assert found["firms"] == 3


def test_resources_of_random_arrivals_are_those_expected() -> None:
    text = '[[fairs]]\nid = "one"\nfirms = 2\nposts = 9\n'
    text += '[arrivals]\npattern = "poisson"\nper_hour = [60, 30]\nstep_minutes = 30\n'
    assert resources(loaded(text), seed=1)["seekers"] == pytest.approx(45)


@pytest.mark.parametrize(
    ("override", "expected"),
    [
        ("totals.firms=11", ["firms", "recruiter hours"]),
        ("totals.posts=41", ["posts"]),
        ("totals.seekers=99", ["seekers"]),
        ("booth.recruiters=3", ["recruiter hours"]),
        ("fairs.one.close=15:00", ["recruiter hours", "venue hours"]),
        ("gate.lanes=1", []),
        ("booth.late_share=0.5", []),
    ],
)
def test_other_resources_are_named(override: str, expected: list[str]) -> None:
    assert [one.key for one in resource_changes(loaded(BASE), loaded(BASE, override), seed=1)] == expected
