"""A small run gives the figures it gave before, digit by digit, and the numbers at old addresses stay."""

from pathlib import Path

import pytest

from sim.engine import ENGINES
from tests.golden import accept, pages, studies
from tests.golden.accept import Row

CHANGED = (
    "results have changed. If that is meant: run `python -m tests.golden.accept`, and say why in CHANGELOG.md "
    'in an entry marked "changes results".'
)


def differences(expected: list[Row], observed: list[Row]) -> str:
    """Empty if there are none, else a message with the first of them."""
    if expected == observed:
        return ""
    missing, new = sorted(set(expected) - set(observed)), sorted(set(observed) - set(expected))
    lines = [*(f"- {','.join(row)}" for row in missing[:5]), *(f"+ {','.join(row)}" for row in new[:5])]
    return "\n".join([CHANGED, f"{len(missing)} rows are gone, {len(new)} are new:", *lines])


@pytest.mark.parametrize("engine", ENGINES)
def test_the_run_gives_what_it_gave(engine: str) -> None:
    message = differences(accept.read(accept.EXPECTED, accept.RUN_COLUMNS), accept.run_rows(engine))
    assert not message, message


def test_twin_a_last_digit_is_noticed() -> None:
    rows = accept.read(accept.EXPECTED, accept.RUN_COLUMNS)
    number = next(k for k, row in enumerate(rows) if "." in row[-1] and not row[-1].endswith(".0"))
    value = float(rows[number][-1])
    other = (*rows[number][:-1], repr(value * (1 + 2**-52)))
    message = differences(rows, [*rows[:number], other, *rows[number + 1 :]])
    assert "tests.golden.accept" in message
    assert "changes results" in message
    assert ",".join(other) in message


def test_the_small_scenario_shows_much() -> None:
    """A run in which nothing happens would not notice much."""
    whole = {
        row[1]: float(row[-1])
        for row in accept.read(accept.EXPECTED, accept.RUN_COLUMNS)
        if row[0] == "0" and not any(row[3:-1])
    }
    idle = [name for name, value in whole.items() if not value > 0]
    assert set(idle) <= {"gave_up_outside", "turned_away", "missed"}, idle


def test_numbers_at_addresses_stay() -> None:
    pinned = accept.read(accept.DRAWS, accept.DRAW_COLUMNS)
    assert pinned == accept.draw_rows({row[0]: int(row[1]) for row in pinned})


def test_every_decision_keeps_its_number() -> None:
    pinned = {row[0]: int(row[1]) for row in accept.read(accept.DRAWS, accept.DRAW_COLUMNS)}
    assert accept.decisions() == pinned, (
        "a decision is new, gone or renumbered; new ones: python -m tests.golden.accept"
    )


def test_accepting_writes_what_is_expected(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    expected, pinned = accept.EXPECTED.read_bytes(), accept.DRAWS.read_text("utf-8").splitlines(keepends=True)
    monkeypatch.setattr(accept, "EXPECTED", tmp_path / "expected.csv")
    monkeypatch.setattr(accept, "DRAWS", tmp_path / "draws.csv")
    # Not over the pages themselves: the tests that compare them would find whatever the program gives.
    monkeypatch.setattr(pages, "HERE", tmp_path)
    monkeypatch.setattr(studies, "PAGE", tmp_path / "page.md")
    (tmp_path / "expected.csv").write_bytes(expected.replace(b"intents", b"intends", 1))
    (tmp_path / "draws.csv").write_text("".join(pinned[:7]), encoding="utf-8")
    accept.main()
    assert (tmp_path / "expected.csv").read_bytes() == expected
    assert sorted((tmp_path / "draws.csv").read_text("utf-8").splitlines(keepends=True)) == sorted(pinned)
    out = capsys.readouterr().out
    assert "changes results" in out
    assert len(list(tmp_path.glob("*.html"))) == 4 * len(pages.LANGUAGES)
    assert (tmp_path / "page.md").exists()
