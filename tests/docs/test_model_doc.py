"""The manual says what the program does: its tables are those of the code, and generated pages are as generated.

A table or list of docs/model.md that follows a comment `<!-- table: NAME -->` or `<!-- list: NAME -->` is compared
with the code; where it differs, the message shows what should stand there.
"""

import os
import re
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

from sim import draws
from sim.engine import ledger, rules
from sim.model.parameters import parameters, parameters_page
from sim.study.keys import Measure
from sim.study.measures import BOUND, BY_GROUP, BY_WINDOW, MEASURES
from sim.study.season_measures import BY_DAY, BY_DISTRICT, SEASON
from sim.study.season_measures import BY_GROUP as SEASON_BY_GROUP

ROOT = Path(__file__).parents[2]
MODEL = ROOT / "docs" / "model.md"
PARAMETERS = ROOT / "docs" / "parameters.md"
RECORDS = sorted((ROOT / "docs" / "decisions").glob("*.md"))

Rows = list[tuple[str, ...]]


def table(name: str, columns: int) -> Rows:
    """The first columns of a marked table of the model page, without its heading."""
    found = re.search(rf"<!-- table: {name} -->\n\|.*\n\|[-|]+\n((?:\|.*\n)+)", MODEL.read_text("utf-8"))
    assert found, f"docs/model.md has no table marked <!-- table: {name} -->"
    return [tuple(cell.strip() for cell in line.strip("|").split("|"))[:columns] for line in found[1].splitlines()]


def shown(rows: Rows) -> str:
    return "\n".join(f"| {' | '.join(row)} |" for row in rows)


def assert_table(name: str, expected: Rows) -> None:
    """The marked table begins with these columns."""
    found = table(name, len(expected[0]))
    assert found == expected, f"<!-- table: {name} --> should be\n{shown(expected)}"


def decisions() -> Rows:
    constants = {name: value for name, value in vars(draws).items() if name.isupper() and not name.startswith("_")}
    numbers = {int(value): name for name, value in constants.items() if isinstance(value, np.uint64)}
    return [(str(number), numbers[number]) for number in sorted(numbers)]


def test_ties_are_those_of_the_engines() -> None:
    assert_table("ties", [(str(rank), what) for rank, what in enumerate(rules.TIE_ORDER)])


def test_decisions_are_those_of_the_draws() -> None:
    assert_table("decisions", decisions())


def test_measures_are_those_of_the_program() -> None:
    assert_table("measures", [(f"`{one.name}`", one.unit, one.better, one.meaning) for one in MEASURES])
    assert_table("measures by hour", [(f"`{one.name}`", one.unit, one.meaning) for one in BY_WINDOW])
    found = re.search(r"<!-- list: by group -->\n(.*)\n", MODEL.read_text("utf-8"))
    assert found
    assert found[1] == ", ".join(f"`{name}`" for name in BY_GROUP) + "."


@pytest.mark.parametrize(("name", "measures"), [("measures of a season", SEASON), ("measures of the bound", BOUND)])
def test_measures_of_campaigns_are_those_of_the_program(name: str, measures: tuple[Measure, ...]) -> None:
    assert_table(name, [(f"`{one.name}`", one.unit, one.better, one.meaning) for one in measures])


@pytest.mark.parametrize(
    ("name", "measures"),
    [("by district", BY_DISTRICT), ("of a season by group", SEASON_BY_GROUP), ("by day", BY_DAY)],
)
def test_lists_of_campaigns_are_those_of_the_program(name: str, measures: tuple[Measure, ...]) -> None:
    found = re.search(rf"<!-- list: {name} -->\n(.*)\n", MODEL.read_text("utf-8"))
    assert found
    assert found[1] == ", ".join(f"`{one.name}`" for one in measures) + "."


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("visits", ledger.VISIT.names),
        ("stays", ledger.STAY.names),
        ("visit outcomes", ledger.VISIT_OUTCOMES),
        ("stay outcomes", [outcome for outcome in ledger.STAY_OUTCOMES if outcome]),
    ],
)
def test_columns_and_outcomes_are_those_of_the_ledger(name: str, expected: tuple[str, ...]) -> None:
    assert_table(name, [(word,) for word in expected])


def test_twin_another_tie_table_is_noticed(monkeypatch: pytest.MonkeyPatch) -> None:
    first, second, *others = rules.TIE_ORDER
    monkeypatch.setattr(rules, "TIE_ORDER", (second, first, *others))
    with pytest.raises(AssertionError, match="should be"):
        test_ties_are_those_of_the_engines()


def test_keys_that_the_model_names_exist() -> None:
    """Every `section.key` of the model page is a parameter, whole or with a star for all of its section."""
    known = {one.key for one in parameters()}
    sections = {key.split(".")[0] for key in known if "." in key}
    named = set(re.findall(r"`([a-z_]+\.[a-z_*]+)`", MODEL.read_text("utf-8")))
    named = {key for key in named if key.split(".")[0] in sections}
    assert len(named) >= 50
    unknown = {key for key in named if key not in known and not (key.endswith(".*"))}
    assert not unknown


def test_parameters_of_a_fair_are_in_the_model() -> None:
    """No rule works in secret: the page names every parameter of choice, match, closing and outcome."""
    text = MODEL.read_text("utf-8")
    sections = ("choice", "match", "closing", "outcomes", "appointments", "behaviour", "gate", "guidance")
    expected = [one.key for one in parameters("fair") if one.key.split(".")[0] in sections]
    assert len(expected) >= 40
    assert [key for key in expected if key not in text] == []


def test_parameters_page_is_as_generated() -> None:
    assert PARAMETERS.read_text("utf-8") == parameters_page(), "python -m sim.model.parameters > docs/parameters.md"
    made = subprocess.run(
        [sys.executable, "-m", "sim.model.parameters"], capture_output=True, check=True, cwd=ROOT
    ).stdout
    assert made == PARAMETERS.read_bytes()


def test_parameters_page_has_every_parameter_in_one_row() -> None:
    rows = [line for line in parameters_page().splitlines() if line.startswith("| `")]
    assert [row.split("`")[1] for row in rows] == [one.key for one in parameters()]
    assert {row.count("|") for row in rows} == {8}


@pytest.mark.parametrize("record", RECORDS, ids=lambda record: record.name)
def test_decision_records_are_numbered_and_linked(record: Path) -> None:
    assert re.match(r"\d{4}-[a-z0-9-]+\.md$", record.name)
    text = record.read_text("utf-8")
    assert text.startswith("# ")
    links = re.findall(r"\]\(([^)#:]+)(?:#[^)]*)?\)", text)
    assert [link for link in links if not (record.parent / link).exists()] == []


def test_numbers_of_decision_records_are_used_once() -> None:
    numbers = [record.name[:4] for record in RECORDS]
    assert len(numbers) >= 10
    assert len(set(numbers)) == len(numbers)


def test_readme_shows_what_the_first_command_prints(tmp_path: Path) -> None:
    readme = (ROOT / "README.md").read_text("utf-8")
    found = re.search(r"<!-- figures: first run -->\n```text\n(.*?)```", readme, re.DOTALL)
    assert found, "README.md has no block marked <!-- figures: first run -->"
    command = [
        sys.executable,
        "-m",
        "sim",
        "run",
        "scenarios/wuhan-2020-04-21.toml",
        "--quiet",
        "--out",
        str(tmp_path / "out"),
    ]
    printed = subprocess.run(
        command,
        cwd=ROOT,
        env={**os.environ, "COLUMNS": "80", "PYTHONUTF8": "1"},
        capture_output=True,
        check=True,
        encoding="utf-8",
    ).stdout
    assert found[1].split() == printed.split(), f"results have changed; the README should show\n{printed}"
