"""`--set KEY=VALUE`: where it lands and how the value is read."""

import datetime
from pathlib import Path

import pytest
from model_helpers import GOOD, load, messages

from sim.model.scenario import Scenario
from sim.model.values import Duration

TWO = "gate.lanes = 6\n" + GOOD + '[[fairs]]\nid = "b.1"\nfirms = 1\nposts = 1\nseekers = 1\ngate.lanes = 3\n'


@pytest.fixture(autouse=True)
def _folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)


def _lanes(scenario: Scenario) -> list[int]:
    return [fair.settings.integer("gate.lanes") for fair in scenario.fairs]


def test_a_default_reaches_the_fairs_without_own_value_and_a_fair_is_named_by_its_id() -> None:
    assert _lanes(load({"x.toml": TWO})) == [6, 3]
    assert _lanes(load({"x.toml": TWO}, ("gate.lanes=4",))) == [4, 3]
    assert _lanes(load({"x.toml": TWO}, ("fairs.a.gate.lanes=5",))) == [5, 3]
    assert _lanes(load({"x.toml": TWO}, ("fairs.b.1.gate.lanes=5",))) == [6, 5]
    assert _lanes(load({"x.toml": TWO}, ('fairs."b.1".gate.lanes=5',))) == [6, 5]


def test_an_override_that_does_nothing_is_warned_of() -> None:
    both = TWO.replace('id = "a"', 'id = "a"\ngate.lanes = 2')
    assert load({"x.toml": both}, ("gate.lanes=4",)).warnings == [
        "--set: gate.lanes: every fair has a value of its own, which holds; "
        "set fairs.a.gate.lanes, and so for each of them [hidden]"
    ]
    some = load({"x.toml": TWO}, ("gate.lanes=4",))
    assert not some.warnings
    assert [str(one) for one in some.findings] == [
        "note: --set: gate.lanes: 1 of 2 fairs have values of their own, which hold; "
        "set fairs.b.1.gate.lanes, and so for each of them [hidden]"
    ]
    # The same value hides nothing; one that is the same at a single fair still does nothing at the other.
    assert not load({"x.toml": both.replace("lanes = 2", "lanes = 3")}, ("gate.lanes=3",)).findings
    assert load({"x.toml": both}, ("gate.lanes=3",)).warnings
    # Not of what the file itself says, nor of an override of the fairs.
    assert not load({"x.toml": both}).findings
    assert not load({"x.toml": both}, ("fairs.a.gate.lanes=4",)).findings


def test_a_value_from_the_venue_hides_an_override_too() -> None:
    text = GOOD.replace('id = "a"', 'id = "a"\nvenue = "hall"') + '[[venues]]\nid = "hall"\npeople_limit = 30\n'
    scenario = load({"x.toml": text}, ("hall.people_limit=40",))
    assert scenario.fairs[0].settings["hall.people_limit"] == 30
    assert [one.slug for one in scenario.findings] == ["hidden"]


def test_later_overrides_win() -> None:
    assert _lanes(load({"x.toml": TWO}, ("gate.lanes=4", "gate.lanes=2", " gate.lanes = 1 "))) == [1, 3]


@pytest.mark.parametrize(
    ("text", "key", "value"),
    [
        ("name=2020", "name", "2020"),
        ("name=a = b", "name", "a = b"),
        ('name="a # b"', "name", "a # b"),
        ("why=", "why", ""),
        ("open=08:00", "open", 480.0),
        ("open=08:00:30", "open", 480.5),
        ("open='08:00'", "open", 480.0),
        ("close=24:00", "close", 1440.0),
        ("arrivals.weights=1, 2,3", "arrivals.weights", (1.0, 2.0, 3.0)),
        ("arrivals.weights=[1, 2]", "arrivals.weights", (1.0, 2.0)),
        ("arrivals.weights=5", "arrivals.weights", (5.0,)),
        ("gate.minutes=exponential(mean=3)", "gate.minutes", Duration("exponential", 3.0)),
        ("gate.minutes=3", "gate.minutes", Duration("constant", 3.0)),
        ("booth.shifts=09:00=2 12:00=1", "booth.shifts", ((540.0, 2), (720.0, 1))),
        ("booth.leaves_when_filled=false", "booth.leaves_when_filled", False),
        ("gate={lanes=2}", "gate.lanes", 2),
        ('gate.lanes={value=2, source="count"}', "gate.lanes", 2),
        ("choice.rule=fixed-order", "choice.rule", "fixed-order"),
        ("totals.firms=3", "totals.firms", 3),
    ],
)
def test_values_are_read_as_toml_or_as_text(text: str, key: str, value: object) -> None:
    scenario = load({"x.toml": GOOD}, (text,))
    assert {**scenario.fairs[0].settings, **scenario.settings}[key] == value


def test_a_date_of_one_fair() -> None:
    scenario = load({"x.toml": GOOD}, ("fairs.a.date=2020-04-21",))
    assert scenario.fairs[0].settings.day("date") == datetime.date(2020, 4, 21)


def test_the_group_and_occupation_that_stand_in_for_none_can_be_set() -> None:
    scenario = load(
        {"x.toml": GOOD},
        ("groups.all.behaviour.talk_share=0.5", "groups.all.share=2", "occupations.any.name=All"),
    )
    assert scenario.groups[0].behaviour == {"behaviour.talk_share": 0.5}
    assert scenario.groups[0].settings.number("share") == 2
    assert scenario.occupations[0].settings.text("name") == "All"


def test_an_override_takes_the_source_of_the_value_away() -> None:
    text = 'gate.lanes = { value = 4, source = "count" }\n' + GOOD
    assert load({"x.toml": text}).sources == {"gate.lanes": "count"}
    assert load({"x.toml": text}, ("gate.lanes=5",)).sources == {}
    assert load({"x.toml": text}, ('fairs.a.gate.lanes={value=5, source="plan"}',)).sources == {
        "gate.lanes": "count",
        "fairs.a.gate.lanes": "plan",
    }


def test_a_line_break_in_a_value_adds_no_second_key() -> None:
    assert messages({"x.toml": GOOD}, ("gate.lanes=2\nrun.seed=5",)) == [
        '--set gate.lanes=2\\nrun.seed=5: gate.lanes: "2\\nrun.seed=5" is no whole number '
        "(lanes, 0 to 10000) [wrong-type]"
    ]


def test_an_override_does_not_heal_the_file() -> None:
    found = messages({"x.toml": "gate.lanes = -1\n" + GOOD}, ("gate.lanes=2",))
    assert found == ["x.toml:1: gate.lanes: -1 is out of range (lanes, 0 to 10000) [out-of-range]"]
