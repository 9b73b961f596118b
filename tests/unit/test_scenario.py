"""A scenario as a value: what is in it, how it is written out, and that no text breaks the loader."""

import dataclasses
import datetime
import json
import pickle
import random
import subprocess
import sys
import time
import tomllib
from pathlib import Path

import jsonschema
import pytest
import tomli_w
from hypothesis import given
from hypothesis import strategies as st
from model_helpers import GOOD, load, messages

from sim.model.errors import InputError
from sim.model.parameters import CAMPAIGN_SECTIONS, FAIR_ONLY, LISTS, parameters, vocabulary
from sim.model.parse import default_value, read_value
from sim.model.scenario import Scenario, load_scenario
from sim.model.schema import json_schema
from sim.model.template import example, starter, starter_names
from sim.model.values import Duration

ROOT = Path(__file__).parents[2]
SCENARIOS = ROOT / "scenarios"
WUHAN = SCENARIOS / "wuhan-2020-04-21.toml"

FULL = """\
name = "full"
close = "24:00"
arrivals.weights = []
arrivals.pattern = "poisson"
arrivals.per_hour = [100, 50.5]
gate.lanes = { value = 4, source = "count" }
gate.minutes = "lognormal(mean=0.25, cv=0.5)"
gate.patience_minutes = 90
hall.people_limit = 300
booth.shifts = [{ from = 09:00:00, recruiters = 2 }, { from = "12:30:30", recruiters = 0 }]
reported.intents = { value = 12, source = "report" }
tables.posts = "p.csv"
measures.windows = { value = ["10:30-12:30", "9:00-24:00"], source = "question" }
[[fairs]]
id = "a.b"
date = 2020-04-21
gate = { lanes = 4, minutes = "erlang(mean=0.1, stages=2)" }
[[fairs]]
id = "c"
gate.lanes = { value = 4, source = "plan" }
[[groups]]
id = "g"
[groups.behaviour]
talk_share = { value = 0.5, source = "survey" }
[[firms]]
fair = "c"
pay = { value = -0.1, source = "list" }
interview_minutes = 7
[[firms]]
id = "f"
name = "武汉 \\"x\\""
fair = "a.b"
"""
POSTS = "firm,occupation,count\n1,,3\nf,any,\n"


@pytest.fixture(autouse=True)
def _folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)


def _again(scenario: Scenario, name: str = "again.toml") -> Scenario:
    Path(name).write_text(tomli_w.dumps(scenario.resolved()), encoding="utf-8")
    return load_scenario(name)


def test_a_small_scenario_has_everything() -> None:
    scenario = load({"x.toml": GOOD})
    (fair,) = scenario.fairs
    assert fair.id == "a"
    assert set(fair.settings) == {parameter.key for parameter in parameters("fair")}
    assert fair.settings.integer("firms") == 3
    defaults = {parameter.key: default_value(parameter) for parameter in parameters("fair")}
    assert {**fair.settings} == defaults | {"id": "a", "firms": 3, "posts": 30, "seekers": 40}
    assert scenario.defaults == defaults
    assert fair.settings.optional_integer("hall.people_limit") is None
    assert fair.settings.numbers("arrivals.per_hour") == ()
    assert set(scenario.settings) == {parameter.key for parameter in parameters("scenario")}
    assert [group.id for group in scenario.groups] == ["all"]
    assert [occupation.id for occupation in scenario.occupations] == ["any"]
    assert scenario.firms == scenario.posts == scenario.seekers == ()
    assert scenario.reported == scenario.sources == {}


def test_a_full_scenario() -> None:
    scenario = load({"x.toml": FULL, "p.csv": POSTS})
    first, second = scenario.fairs
    assert first.settings.shifts("booth.shifts") == ((540.0, 2), (750.5, 0))
    assert first.settings.day("date") == datetime.date(2020, 4, 21)
    assert first.settings.duration("gate.minutes") == Duration("erlang", 0.1, 2.0)
    assert second.settings.optional_integer("hall.people_limit") == 300
    assert scenario.groups[0].behaviour == {"behaviour.talk_share": 0.5}
    assert scenario.reported == {"intents": 12.0}
    assert scenario.settings.windows("measures.windows") == ((630.0, 750.0), (540.0, 1440.0))
    assert scenario.sources == {
        "gate.lanes": "count",
        "measures.windows": "question",
        "reported.intents": "report",
        "fairs.c.gate.lanes": "plan",
        "groups.g.behaviour.talk_share": "survey",
        "firms.1.pay": "list",
    }
    assert [post.integer("count") for post in scenario.posts] == [3, 1]


@pytest.mark.parametrize("text", [GOOD, FULL, *map(starter, starter_names())])
def test_what_is_written_out_loads_to_the_same_scenario(text: str) -> None:
    scenario = load({"x.toml": text, "p.csv": POSTS})
    again = _again(scenario)
    assert again == scenario
    assert again.resolved() == scenario.resolved()


def test_the_shipped_scenario_writes_out_and_loads_again() -> None:
    scenario = load_scenario(WUHAN)
    again = _again(scenario)
    assert again == scenario
    assert [name for name, _ in again.inputs] == ["again.toml"]


def test_what_is_written_out_says_every_default_and_repeats_no_table() -> None:
    document = load({"x.toml": FULL, "p.csv": POSTS}).resolved()
    assert "posts" not in document
    assert document["tables"] == {"posts": "p.csv"}
    assert _at(document, "measures.windows") == {"value": ["10:30-12:30", "09:00-24:00"], "source": "question"}
    assert document["gate"] == {
        "lanes": {"value": 4, "source": "count"},
        "minutes": "lognormal(mean=0.25, cv=0.5)",
        "patience_minutes": "constant(value=90)",
    }
    written = {key for key in vocabulary("").keys if _at(document, key) is not None}
    optional = {p.key for p in vocabulary("").keys.values() if not p.default and p.type not in ("numbers", "shifts")}
    optional |= {key for key in vocabulary("").keys if key.startswith(CAMPAIGN_SECTIONS)}
    assert set(vocabulary("").keys) - written <= optional


def _at(document: object, key: str) -> object:
    for part in key.split("."):
        document = document.get(part) if isinstance(document, dict) else None
    return document


def test_two_scenarios_differ_where_a_value_differs_and_not_by_their_place() -> None:
    scenario = load({"x.toml": 'name = "n"\n' + GOOD, "y.toml": 'name = "n"\n\n' + GOOD})
    assert scenario == load_scenario("y.toml")
    assert hash(scenario) == hash(load_scenario("y.toml"))
    assert scenario != load_scenario("y.toml", ["gate.lanes=7"])
    assert scenario != load_scenario("y.toml", ['gate.lanes={value=6, source="x"}'])


def test_a_scenario_cannot_be_changed_and_survives_pickling() -> None:
    scenario = load_scenario(WUHAN)
    with pytest.raises(dataclasses.FrozenInstanceError):
        scenario.name = "x"  # type: ignore[misc]
    assert pickle.loads(pickle.dumps(scenario)) == scenario


def test_the_shipped_scenario_says_what_was_reported() -> None:
    scenario = load_scenario(WUHAN)
    assert [scenario.settings.integer(f"totals.{kind}") for kind in ("firms", "posts", "seekers")] == [
        281,
        10017,
        7248,
    ]
    assert scenario.reported == {"firms": 281, "posts": 10017, "seekers": 7248, "intents": 3528}
    assert len(scenario.fairs) == 7 and len(scenario.groups) == 4 and len(scenario.occupations) == 6
    assert {fair.settings.day("date") for fair in scenario.fairs} == {datetime.date(2020, 4, 21)}
    assert len({fair.settings.text("district") for fair in scenario.fairs}) == 7
    for kind in scenario.reported:
        assert scenario.sources[f"reported.{kind}"].startswith("Wuhan bureau")
    for group in scenario.groups:
        assert scenario.sources[f"groups.{group.id}.share"] == "assumption"


def test_the_base_lacks_nothing_but_fairs_and_says_only_what_is_its_own() -> None:
    with pytest.raises(InputError) as caught:
        load_scenario(SCENARIOS / "base.toml")
    assert [finding.slug for finding in caught.value.findings] == ["no-fairs"]
    text = (SCENARIOS / "base.toml").read_text(encoding="utf-8")
    load({"x.toml": text + GOOD})
    for key, parameter in vocabulary("").keys.items():
        value = _at(tomllib.loads(text), key)
        assert value is None or key == "schema_version" or str(value) != parameter.default


def test_every_shipped_scenario_says_why_in_one_line() -> None:
    for path in SCENARIOS.rglob("*.toml"):
        why = tomllib.loads(path.read_text(encoding="utf-8"))["why"]
        assert why and "\n" not in why


def _dates_as_text(value: object) -> object:
    if isinstance(value, dict):
        return {key: _dates_as_text(inner) for key, inner in value.items()}
    if isinstance(value, list):
        return [_dates_as_text(inner) for inner in value]
    return value.isoformat() if isinstance(value, datetime.date | datetime.time) else value


def _validator() -> jsonschema.Draft202012Validator:
    schema = json_schema()
    jsonschema.Draft202012Validator.check_schema(schema)
    return jsonschema.Draft202012Validator(json.loads(json.dumps(schema)))


def test_the_schema_accepts_what_the_loader_accepts() -> None:
    texts = [path.read_text(encoding="utf-8") for path in SCENARIOS.rglob("*.toml")]
    texts = [text for text in texts if "scenario" not in tomllib.loads(text)]  # without problems of searches
    texts += [GOOD, FULL, *map(starter, starter_names()), tomli_w.dumps(load_scenario(WUHAN).resolved())]
    for text in texts:
        _validator().validate(_dates_as_text(tomllib.loads(text)))


@pytest.mark.parametrize(
    "line",
    [
        'opne = "08:00"',
        "gate.lans = 3",
        "gate = 3",
        "gate.lanes = 3.5",
        "gate.lanes = -1",
        'gate.lanes = "3"',
        'open = "25:00"',
        'close = "24:01"',
        'choice.rule = "x"',
        'gate.minutes = "exponental(mean=3)"',
        "gate.minutes = -1",
        "firms = 3",
        "date = 2020-04-21",
        "arrivals.weights = [-1]",
        'gate.lanes = { source = "x" }',
        "fairs = {}",
        'groups = [{ id = "a", gate = { lanes = 3 } }]',
        'booth.shifts = [{ from = "09:00" }]',
        "measures.windows = [1]",
        'measures.windows = ["10:30 to 12:30"]',
        'measures.windows = "10:30-12:30 13:00-14:00"',
        'measures.windows = ["24:00-24:00"]',
        'calendar.weekdays = ["sunday"]',
        'calendar.venues = [""]',
        "season.holidays = [3]",
        'season.holidays = ["1 May"]',
        'levers = [{ id = "a", kind = "x" }]',
        'districts = [{ id = "a", km = 3 }]',
        "base = 3",
    ],
)
def test_the_schema_refuses_what_the_loader_refuses(line: str) -> None:
    text = line + "\n" + (GOOD if "fairs" not in line else "")
    assert messages({"x.toml": text})
    with pytest.raises(jsonschema.ValidationError):
        _validator().validate(_dates_as_text(tomllib.loads(text)))


def test_the_schema_describes_every_parameter() -> None:
    properties = json_schema()["properties"]
    assert isinstance(properties, dict)
    for place in ("", *LISTS):
        inner = properties if place == "" else properties[place]["items"]["properties"]
        for key, parameter in vocabulary(place).keys.items():
            section, dot, name = key.partition(".")
            described = inner[section]["properties"][name] if dot else inner[key]
            assert described["description"].startswith(parameter.meaning)
            assert ("default" in described) == bool(parameter.default)


@pytest.mark.parametrize("name", starter_names())
def test_a_starter_loads_and_explains_every_key(name: str) -> None:
    text = starter(name)
    load({"x.toml": text})
    flat = " ".join(line.lstrip("# ") for line in text.splitlines())
    for place in ("", *LISTS):
        level = parameters(LISTS[place]) if place else vocabulary("").keys.values()
        for parameter in level:
            assert parameter.meaning in flat
            last = parameter.key.rpartition(".")[2]
            assert f"\n{last} = " in text or f"\n# {last} = " in text
    assert max(map(len, text.splitlines())) <= 100


def test_the_examples_of_a_starter_are_values_of_their_parameters() -> None:
    for parameter in parameters():
        read_value(parameter, tomllib.loads(f"x = {example(parameter)}")["x"])


def test_a_starter_of_another_name_is_refused() -> None:
    with pytest.raises(InputError) as caught:
        starter("venue")
    assert str(caught.value) == (
        'template: there is no starter scenario "venue" (fair, venues, firms, season); '
        'did you mean "venues"? [unknown-template]'
    )
    assert starter() == starter("fair")


def test_loading_is_quick_and_imports_nothing_heavy() -> None:
    code = (
        "import sys; from sim.model.scenario import load_scenario\n"
        f"load_scenario({str(WUHAN)!r})\n"
        "print(sorted({'numpy', 'scipy', 'numba', 'tree_sitter', 'difflib'} & set(sys.modules)))"
    )
    done = subprocess.run(
        [sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=True, timeout=60
    )
    assert done.stdout == "[]\n"
    best = min(_seconds() for _ in range(5))
    assert best < 0.06


def _seconds() -> float:
    start = time.perf_counter()
    load_scenario(WUHAN)
    return time.perf_counter() - start


PIECES = [
    "[",
    "]",
    "{",
    "}",
    '"',
    "'",
    "=",
    ".",
    ",",
    "\n",
    "#",
    "nan",
    "-1",
    "1e999",
    "true",
    "[[fairs]]",
    "[gate]",
    "lanes",
    'id = "a"',
    "9" * 30,
    '"25:00"',
    "0x" + "f" * 5000,
    "\0",
    "\ufeff",
    "武",
    "\r\n",
    '"""',
    'base = "x.toml"',
    "24:00",
    "{ value = 3 }",
    '"exponential(mean=-1)"',
    "[[seekers]]",
    "[[posts]]",
    "1000000000000",
    "07:30:00",
    "2020-02-30",
    " ",
]


@given(
    st.randoms(use_true_random=False),
    st.integers(1, 6),
    st.sampled_from([GOOD, FULL, WUHAN.read_text("utf-8")]),
)
def test_no_text_gives_anything_but_a_scenario_or_an_input_error(rng: random.Random, changes: int, text: str) -> None:
    for _ in range(changes):
        lines = text.split("\n")
        kind = rng.randrange(4)
        at = rng.randrange(len(text) + 1)
        if kind == 0:
            text = text[:at] + rng.choice(PIECES) + text[at + rng.randrange(6) :]
        elif kind == 1:
            text = "\n".join(rng.sample(lines, len(lines)))
        elif kind == 2:
            text = "\n".join([*lines, rng.choice(lines)])
        else:
            line = rng.randrange(len(lines))
            head, equals, _ = lines[line].partition("=")
            lines[line] = head + equals + " " + rng.choice(PIECES) if equals else lines[line]
            text = "\n".join(lines)
    _outcome(text.encode())


@given(st.binary(max_size=200))
def test_no_bytes_give_anything_but_a_scenario_or_an_input_error(content: bytes) -> None:
    _outcome(content)


@given(st.text(max_size=40), st.text(max_size=20))
def test_no_override_gives_anything_but_a_scenario_or_an_input_error(key: str, value: str) -> None:
    for text in (
        f"{key}={value}",
        f"gate.{key}={value}",
        f"gate.lanes={value}",
        f"fairs.a.{key}={value}",
        f"name={value}",
    ):
        _outcome(GOOD.encode(), text)


def _outcome(content: bytes, *overrides: str) -> None:
    Path("x.toml").write_bytes(content)
    Path("base.toml").write_bytes((SCENARIOS / "base.toml").read_bytes())
    Path("p.csv").write_text(POSTS, encoding="utf-8")
    try:
        scenario = load_scenario("x.toml", overrides)
    except InputError as error:
        assert error.findings
        for finding in error.findings:
            assert finding.place.startswith(("x.toml", "base.toml", "p.csv", "--set")) and "\n" not in str(finding)
    else:
        assert _again(scenario) == scenario


def test_fair_only_keys_are_keys_of_a_fair() -> None:
    assert set(FAIR_ONLY) <= {parameter.key for parameter in parameters("fair")}
