"""The line of every key: the same keys as tomllib finds, at the lines where they stand."""

import datetime
import tomllib
from pathlib import Path

import pytest
import tomli_w
from hypothesis import given
from hypothesis import strategies as st

from sim.model.positions import DEEPEST, Origin, Source, lines_of_keys

ROOT = Path(__file__).parents[2]

NASTY = '''\
a.b."c d".e = 1 # comment = 2
'x' = """
[not] = "a table"
"""
list = [ # comment
  1,
  { k = 1, "l.m" = [2, 3] },

  "]",
]
[fairs_not_a_list]
"" = 2
[[fairs]]
id = "a"
gate.lanes = 3
[fairs.gate2]
x = 1
[[fairs.shifts]]
from = 09:00:00
[[fairs.shifts]]
from = 10:00:00
[[fairs]]
[fairs.gate]
lanes = 4
["武汉".bare]
'''


def _paths(value: object, path: tuple[str | int, ...] = ()) -> set[tuple[str | int, ...]]:
    found = {path} if path else set()
    if isinstance(value, dict):
        for key, inner in value.items():
            found |= _paths(inner, (*path, key))
    elif isinstance(value, list):
        for place, inner in enumerate(value):
            found |= _paths(inner, (*path, place))
    return found


def test_every_key_of_a_nasty_file_has_its_line() -> None:
    lines = lines_of_keys(NASTY)
    assert set(lines) == _paths(tomllib.loads(NASTY))
    text = NASTY.split("\n")
    for path, start in {
        ("a", "b", "c d", "e"): "a.b.",
        ("x",): "'x'",
        ("list", 1, "l.m"): "  { k",
        ("list", 1, "l.m", 1): "  { k",
        ("list", 2): '  "]"',
        ("fairs_not_a_list", ""): '"" = 2',
        ("fairs", 0): "[[fairs]]",
        ("fairs", 0, "gate", "lanes"): "gate.lanes = 3",
        ("fairs", 0, "shifts", 1, "from"): "from = 10",
        ("fairs", 1, "gate", "lanes"): "lanes = 4",
        ("武汉", "bare"): '["武汉"',
    }.items():
        assert text[lines[path] - 1].startswith(start), path


@pytest.mark.parametrize("name", ["base.toml", "wuhan-2020-04-21.toml"])
def test_every_key_of_the_shipped_scenarios_has_its_line(name: str) -> None:
    text = (ROOT / "scenarios" / name).read_text(encoding="utf-8")
    assert set(lines_of_keys(text)) == _paths(tomllib.loads(text))


KEYS = st.text(st.characters(codec="utf-8", exclude_categories=["Cs"]), max_size=5)
PLAIN = st.one_of(
    st.integers(-9, 9),
    st.booleans(),
    st.text(max_size=9),
    st.floats(-9, 9),
    st.just(datetime.date(2020, 4, 21)),
)
VALUES = st.recursive(
    PLAIN, lambda inner: st.lists(inner, max_size=3) | st.dictionaries(KEYS, inner, max_size=3), max_leaves=12
)


@given(st.dictionaries(KEYS, VALUES, max_size=5))
def test_the_keys_are_those_of_tomllib(document: dict[str, object]) -> None:
    text = tomli_w.dumps(document)
    wanted = {path for path in _paths(tomllib.loads(text)) if len(path) < DEEPEST}
    assert wanted <= set(lines_of_keys(text))


def test_a_place_is_the_nearest_known_line() -> None:
    source = Source("x.toml", "\n[gate]\nlanes = 3\n")
    assert Origin(source, ("gate", "lanes")).place == "x.toml:3"
    assert Origin(source, ("gate", "minutes")).place == "x.toml:2"
    assert Origin(source, ("hall",)).place == "x.toml"
    assert Origin(Source("t.csv"), ("pay",), 7).place == "t.csv:7"


def test_a_key_is_written_as_a_planner_would() -> None:
    source = Source("x.toml")
    assert Origin(source, ("fairs", 1, "gate", "lanes")).key == "fairs[2].gate.lanes"
    assert Origin(source).child("a b").child("c\n").key == '"a b"."c\\n"'
