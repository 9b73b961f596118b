"""Fairs, firms, posts and seekers from a workbook: cells of every kind, messages by sheet and cell, hostile files."""

import datetime
import io
import sys
import tomllib
import zipfile
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import openpyxl
import pytest
import tomli_w
import xlsxwriter
from model_helpers import load, messages, write
from openpyxl.utils import get_column_letter

from sim.cli import main
from sim.model import grid, workbook
from sim.model.cells import read_cell
from sim.model.errors import Refusal
from sim.model.parameters import vocabulary
from sim.model.scenario import Scenario, load_scenario
from sim.model.template_workbook import EXAMPLES, FAIR_COLUMNS
from sim.model.values import Duration
from sim.store import read_manifest

NAMED = '[tables]\nworkbook = "w.xlsx"\n'
FAIRS: list[Sequence[object]] = [("id", "posts", "seekers"), ("a", 90, 40)]
FIRMS: list[Sequence[object]] = [("id", "name", "pay"), ("m", "Motor", 1.5), ("b", "Bakery", None)]


@pytest.fixture(autouse=True)
def _folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    folder = tmp_path / "here"
    folder.mkdir()
    monkeypatch.chdir(folder)


def book(**sheets: Sequence[Sequence[object]]) -> bytes:
    """A workbook with these sheets."""
    made = openpyxl.Workbook()
    made.remove(made.worksheets[0])
    for name, rows in sheets.items():
        sheet = made.create_sheet(name)
        for row in rows:
            sheet.append(list(row))
    stream = io.BytesIO()
    made.save(stream)
    return stream.getvalue()


def repacked(content: bytes, **changed: bytes) -> bytes:
    """A workbook with some of its parts replaced, given by the ends of their names."""
    stream = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(content)) as old, zipfile.ZipFile(stream, "w", zipfile.ZIP_DEFLATED) as new:
        for name in old.namelist():
            stem = Path(name).stem
            new.writestr(name, changed.get(stem, old.read(name)))
    return stream.getvalue()


def found(content: bytes, text: str = NAMED, overrides: tuple[str, ...] = ()) -> list[str]:
    return messages({"x.toml": text, "w.xlsx": content}, overrides)


# What is read ---------------------------------------------------------------------------------------------


def test_sheets_become_fairs_firms_posts_and_seekers() -> None:
    content = book(
        fairs=[("id", "date", "open", "gate.lanes"), ("a", datetime.date(2026, 4, 18), datetime.time(8, 30), 3)],
        firms=[*FIRMS, ("c", "", 0)],
        posts=[("firm", "count"), ("m", 5), ("b", 6.0), ("c", 7)],
        seekers=[("name", "arrives"), ("Li", "09:15"), ("Wu", datetime.time(9, 45))],
        notes=[("anything", "=1+1")],
    )
    scenario = load({"x.toml": NAMED, "w.xlsx": content})
    (fair,) = scenario.fairs
    assert (fair.id, fair.settings["date"], fair.settings["open"]) == ("a", datetime.date(2026, 4, 18), 510.0)
    assert (fair.settings["gate.lanes"], fair.settings["close"]) == (3, 840.0)
    assert [(firm["id"], firm["name"], firm["pay"], firm["fair"]) for firm in scenario.firms] == [
        ("m", "Motor", 1.5, "a"),
        ("b", "Bakery", None, "a"),
        ("c", "", 0.0, "a"),
    ]
    assert [post["count"] for post in scenario.posts] == [5, 6, 7]
    assert [(one["id"], one["arrives"]) for one in scenario.seekers] == [("1", 555.0), ("2", 585.0)]
    assert scenario.listed_apart == {"firms", "posts", "seekers"}


CELLS: list[tuple[str, str, object, object]] = [
    ("firms", "id", 17, "17"),
    ("firms", "id", 17.0, "17"),
    ("firms", "id", 1.5, "1.5"),
    ("firms", "id", " 007 ", "007"),
    ("firms", "name", "=1+1", "=1+1"),
    ("firms", "posts", 3.0, 3),
    ("firms", "posts", "3", 3),
    ("firms", "pay", 2, 2.0),
    ("firms", "pay", "-1.5", -1.5),
    ("firms", "interview_minutes", 6, Duration("constant", 6.0)),
    ("firms", "interview_minutes", "exponential(mean=6)", Duration("exponential", 6.0)),
    ("firms", "shifts", "09:00=2 12:00=1", ((540.0, 2), (720.0, 1))),
    ("fairs", "date", datetime.datetime(2026, 4, 18), datetime.date(2026, 4, 18)),
    ("fairs", "date", datetime.date(2026, 4, 18), datetime.date(2026, 4, 18)),
    ("fairs", "date", "2026-04-18", datetime.date(2026, 4, 18)),
    ("fairs", "open", datetime.time(9, 10), 550.0),
    ("fairs", "open", datetime.time(9, 9, 59, 999_600), 550.0),
    ("fairs", "open", "9:10", 550.0),
    ("fairs", "open", 0.375, 540.0),
    ("fairs", "open", datetime.timedelta(hours=9), 540.0),
    ("fairs", "close", datetime.timedelta(days=1), 1440.0),
    ("fairs", "close", datetime.datetime(1900, 1, 1), 1440.0),
    ("fairs", "closing.turn_round", False, False),
    ("fairs", "closing.turn_round", "TRUE", True),
    ("fairs", "closing.at_close", "cut-off", "cut-off"),
    ("fairs", "arrivals.weights", 5, (5.0,)),
    ("fairs", "arrivals.weights", "1, 2.5", (1.0, 2.5)),
    ("fairs", "behaviour.talk_share", 0.41, 0.41),
]


@pytest.mark.parametrize(("kind", "key", "cell", "value"), CELLS, ids=str)
def test_a_cell_becomes_what_a_scenario_file_would_say(kind: str, key: str, cell: object, value: object) -> None:
    assert read_cell(vocabulary(kind).keys[key], cell) == value


REFUSED: list[tuple[str, str, object, str]] = [
    ("firms", "id", datetime.datetime(2026, 2, 3), "2026-02-03T00:00:00 is no text|wrong-type"),
    ("firms", "id", True, "true is no text|wrong-type"),
    ("firms", "posts", 3.5, "3.5 is no whole number|wrong-type"),
    ("firms", "posts", -1, "-1 is out of range|out-of-range"),
    ("firms", "posts", True, "true is no whole number|wrong-type"),
    ("firms", "pay", "high", '"high" is no number|wrong-type'),
    ("firms", "pay", " #N/A", "the cell shows the error #N/A|bad-formula"),
    ("firms", "interview_minutes", datetime.time(0, 5), "00:05:00 is no duration|bad-duration"),
    ("fairs", "date", 46130, "46130 is no date|bad-date"),
    ("fairs", "date", datetime.datetime(2026, 4, 18, 9), "2026-04-18T09:00:00 is no date|bad-date"),
    ("fairs", "open", 9, "9 is no clock time|bad-clock-time"),
    ("fairs", "open", datetime.timedelta(days=1), "00:00 to 23:59|bad-clock-time"),
    ("fairs", "open", datetime.timedelta(hours=25), "is no clock time|bad-clock-time"),
    ("fairs", "open", datetime.datetime(2026, 4, 18, 9), "is no clock time|bad-clock-time"),
    ("fairs", "closing.turn_round", 1, "1 is neither true nor false|wrong-type"),
    ("fairs", "closing.at_close", "cut", '"cut" is none of the choices|bad-choice'),
]


@pytest.mark.parametrize(("kind", "key", "cell", "expected"), REFUSED, ids=str)
def test_a_cell_of_the_wrong_kind_is_refused(kind: str, key: str, cell: object, expected: str) -> None:
    with pytest.raises(Refusal) as caught:
        read_cell(vocabulary(kind).keys[key], cell)
    words, slug = expected.split("|")
    refusal = caught.value
    assert words in f"{refusal.found} ({refusal.allowed})"
    assert refusal.slug == slug


def test_remarks_and_blank_rows_count_as_rows_of_the_sheet_only() -> None:
    content = book(fairs=FAIRS, firms=[("id", "pay"), ("# m", 1), (None, None), ("b", 1000), ("  ", None), ("#N/A", 1)])
    assert found(content) == [
        "w.xlsx:firms!B4: pay: 1000 is out of range (-100 to 100) [out-of-range]",
        "w.xlsx:firms!A6: id: the cell shows the error #N/A; correct the formula [bad-formula]",
    ]


def test_sheets_go_by_name_whatever_its_case_and_empty_ones_list_nothing() -> None:
    content = book(**{"Fairs ": FAIRS, "FIRMS": FIRMS, "seekers": [], "posts": [("firm", "count")]})
    scenario = load({"x.toml": NAMED, "w.xlsx": content})
    assert (len(scenario.firms), scenario.seekers, scenario.posts) == (2, (), ())
    assert scenario.listed_apart == {"firms"}


def test_the_file_and_the_command_line_change_fairs_of_the_workbook_by_their_ids() -> None:
    content = book(fairs=[*FAIRS, ("b", 9, 9)], firms=[("id", "fair"), ("m", "a"), ("n", "b")])
    text = (
        NAMED
        + '[[fairs]]\nid = "b"\nseekers = 5\ngate.lanes = 4\n[[fairs]]\nid = "c"\nfirms = 1\nposts = 2\nseekers = 3\n'
    )
    scenario = load({"x.toml": text, "w.xlsx": content}, ("fairs.a.gate.lanes=7",))
    shown = [(fair.id, *(fair.settings[key] for key in ("posts", "seekers", "gate.lanes"))) for fair in scenario.fairs]
    assert shown == [("a", 90, 40, 7), ("b", 9, 5, 4), ("c", 2, 3, 6)]


def test_a_base_may_name_the_workbook_beside_it_and_the_command_line_another() -> None:
    files: dict[str, str | bytes] = {
        "scenarios/in/x.toml": 'base = "../base.toml"\n',
        "scenarios/base.toml": '[tables]\nworkbook = "tables/w.xlsx"\n',
        "scenarios/tables/w.xlsx": book(fairs=FAIRS, firms=FIRMS),
        "scenarios/in/other.xlsx": book(fairs=[*FAIRS[:1], ("z", 9, 9)], firms=FIRMS),
    }
    scenario = load(files, (), "scenarios/in/x.toml")
    assert scenario.fairs[0].id == "a"
    assert scenario.settings["tables.workbook"] == "../tables/w.xlsx"
    assert [name for name, _ in scenario.inputs] == [
        "scenarios/in/x.toml",
        "scenarios/base.toml",
        "scenarios/tables/w.xlsx",
    ]
    for override in ("tables.workbook=other.xlsx", 'tables={workbook = "other.xlsx"}'):
        assert load_scenario("scenarios/in/x.toml", (override,)).fairs[0].id == "z"


def test_resolved_it_loads_to_the_same_scenario() -> None:
    content = book(fairs=[*FAIRS, ("b", 9, 9)], firms=[("id", "fair"), ("m", "a"), ("n", "b")])
    text = NAMED + '[[fairs]]\nid = "b"\ngate.lanes = 4\n[[seekers]]\nfair = "a"\n'
    scenario = load({"x.toml": text, "w.xlsx": content}, ("fairs.a.seekers=1",))
    document = scenario.resolved()
    assert "firms" not in document and "seekers" in document
    Path("again.toml").write_text(tomli_w.dumps(document), encoding="utf-8")
    again = load_scenario("again.toml")
    assert again == Scenario(**{**again.__dict__, **scenario.__dict__})
    assert again == scenario


def test_it_runs_is_fingerprinted_and_resumed() -> None:
    write(Path(), {"x.toml": NAMED, "w.xlsx": book(fairs=FAIRS, firms=FIRMS)})
    arguments = ["run", "x.toml", "-n", "2", "--out", "out", "-q"]
    assert main(["check", "x.toml"]) == 0
    assert main(arguments) == 0
    manifest = read_manifest(Path("out")) or {}
    assert [one["name"] for one in manifest["inputs"]] == ["x.toml", "w.xlsx"]
    assert main([*arguments, "--resume"]) == 0
    write(Path(), {"w.xlsx": book(fairs=FAIRS, firms=[*FIRMS, ("c", "", 1)])})
    assert main([*arguments, "--resume"]) == 2
    assert tomllib.loads(Path("out/resolved.toml").read_text())["tables"]["workbook"] == "w.xlsx"


def test_results_of_earlier_runs_are_compared(capsys: pytest.CaptureFixture[str]) -> None:
    write(Path(), {"x.toml": NAMED, "w.xlsx": book(fairs=FAIRS, firms=FIRMS)})
    for lanes in "12":
        arguments = ["run", "x.toml", "-n", "2", "-q", "--no-report", "--set", f"gate.lanes={lanes}", "--out", lanes]
        assert main(arguments) == 0
    assert main(["compare", "1", "2"]) == 0
    assert "gate.lanes: 1 -> 2" in capsys.readouterr().out
    write(Path(), {"w.xlsx": book(fairs=FAIRS, firms=[*FIRMS, ("c", "", 1)])})
    assert main(["compare", "1", "2"]) == 2
    assert "1/resolved.toml" in capsys.readouterr().err


# Messages -------------------------------------------------------------------------------------------------


def test_findings_name_sheet_row_and_column() -> None:
    columns = ", ".join(vocabulary("fairs").keys)
    content = book(
        fairs=[
            ("id", "opne", "close", "firms"),
            ("a", None, "25:00", None),
            ("b", None, None, "many"),
            (None, None, "15:00"),
        ],
        firms=[("id", "pay", "fair"), ("m", "high", "a"), ("m", 1, "c"), (None, 2, None)],
        posts=[("firm", "count"), ("mm", 1), ("m", -1)],
        seekers=[("group", "arrives"), ("nobody", 7)],
    )
    assert found(content) == [
        f'w.xlsx:fairs!B1: opne: unknown column ({columns}); did you mean "open"? [unknown-key]',
        'w.xlsx:fairs!C2: close: "25:00" is no clock time (HH:MM, 00:00 to 24:00) [bad-clock-time]',
        'w.xlsx:fairs!D3: firms: "many" is no whole number (firms, 0 to 100000) [wrong-type]',
        "w.xlsx:fairs!A4: id: this fair has no id; write its id here [missing-id]",
        'w.xlsx:firms!B2: pay: "high" is no number (-100 to 100) [wrong-type]',
        'w.xlsx:firms!A3: id: "m" is already the id of another firm (each id once) [duplicate-id]',
        'w.xlsx:posts!A2: firm: there is no firm "mm"; did you mean "m"? [unknown-id]',
        "w.xlsx:posts!B3: count: -1 is out of range (posts, 0 to 1000000) [out-of-range]",
        "w.xlsx:seekers!B2: arrives: 7 is no clock time (HH:MM); give the cell a time format, or write the time as a "
        "text [bad-clock-time]",
        'w.xlsx:seekers!A2: group: there is no group "nobody" [unknown-id]',
    ]


@pytest.mark.parametrize(
    ("sheets", "expected"),
    [
        (
            {"fairs": [("id", "posts"), (None, 3)]},
            ["w.xlsx:fairs!A2: id: this fair has no id; write its id here [missing-id]"],
        ),
        (
            {"fairs": FAIRS, "firms": [("id", "pay", "pay"), ("m", 1, 2)]},
            ["w.xlsx:firms!B1: pay: the heading names this column twice [bad-sheet]"],
        ),
        (
            {"fairs": FAIRS, "posts": [("firm", None, "count"), ("m", 1, 2)], "firms": FIRMS},
            ["w.xlsx:posts!B1: a column has no heading (firm, occupation, count) [bad-sheet]"],
        ),
        (
            {"fairs": FAIRS, "firms": [("id",), ("m", None, 3)]},
            ["w.xlsx:firms!A2: the row has 3 cells (at most 1) [bad-sheet]"],
        ),
        (
            {"fair": FAIRS, "firms": FIRMS},
            [
                'w.xlsx: fair: there is no sheet fairs, but a sheet "fair" (fairs, firms, posts, seekers); '
                "name the sheet fairs, or name it quite differently [unknown-sheet]",
            ],
        ),
        ({"Tabelle1": FAIRS}, ["w.xlsx: none of the sheets is known (fairs, firms, posts, seekers) [unknown-sheet]"]),
        (
            {"fairs": [FAIRS[0], ("a", 2, 1), ("a", 2, 1)], "firms": [("id", "fair"), ("m", "a")]},
            ['w.xlsx:fairs!A3: id: "a" is already the id of another fair (each id once) [duplicate-id]'],
        ),
        (
            {"fairs": [("id", "open", "close"), ("a", "10:00", "09:00")], "firms": FIRMS},
            ["w.xlsx:fairs!C2: close: the fair closes at 09:00 but opens at 10:00 (after 10:00) [close-before-open]"],
        ),
    ],
    ids=lambda one: next(iter(one)) if isinstance(one, dict) else "",
)
def test_messages_in_full(sheets: dict[str, Any], expected: list[str]) -> None:
    assert [line for line in found(book(**sheets)) if "[no-" not in line] == expected


def test_an_overlap_of_two_rows_names_the_fair() -> None:
    rows = [("id", "venue", "date", "firms", "posts", "seekers")]
    rows += [(name, "Hall", datetime.date(2026, 4, 18), 1, 1, 1) for name in "ab"]  # type: ignore[misc]
    assert found(book(fairs=rows)) == [
        'w.xlsx:fairs!B3: venue: "Hall" is taken on 2026-04-18 by fair "a" (free from 14:00); '
        "change venue, date or hours [venue-overlap]"
    ]


def test_rows_are_listed_once() -> None:
    content = book(fairs=FAIRS, firms=FIRMS)
    assert found(content, NAMED + "[[firms]]\n") == [
        "x.toml:2: tables.workbook: firms are listed at x.toml:3 too; keep either the table or [[firms]] [rows-twice]"
    ]
    write(Path(), {"f.csv": "id\nm\n"})
    assert found(content, NAMED + 'firms = "f.csv"\n') == [
        "x.toml:3: tables.firms: firms are listed at w.xlsx:firms!A2 too; "
        "keep either the table or the sheet [rows-twice]"
    ]


def test_rows_beyond_the_limit_are_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(grid.MOST_ROWS, "firms", 1)
    assert found(book(fairs=FAIRS, firms=FIRMS)) == ["w.xlsx:firms!A3: more than 1 rows (at most 1) [too-many-rows]"]
    monkeypatch.setitem(grid.MOST_ROWS, "firms", 9)
    monkeypatch.setattr(workbook, "LAST_ROW", 2)
    assert found(book(fairs=FAIRS, firms=FIRMS)) == [
        "w.xlsx:firms!A2: a sheet beyond measure (at most 256 columns, 2 rows and 50000000 cells) [too-many-rows]"
    ]


# Formulas -------------------------------------------------------------------------------------------------


def calculated(result: object, formula: str = "=B9") -> bytes:
    """A workbook with a formula for the pay of a firm, and its stored result."""
    stream = io.BytesIO()
    with xlsxwriter.Workbook(stream) as made:
        for name, rows in (("fairs", FAIRS), ("firms", [("id", "pay"), ("m",)])):
            sheet = made.add_worksheet(name)
            for number, row in enumerate(rows):
                sheet.write_row(number, 0, row)
        made.worksheets()[1].write_formula(1, 1, formula, None, result)
    return stream.getvalue()


@pytest.mark.parametrize(("result", "pay"), [(2.5, 2.5), ("1.5", 1.5), (0, 0.0)])
def test_a_formula_counts_as_its_stored_result(result: object, pay: float | None) -> None:
    scenario = load({"x.toml": NAMED, "w.xlsx": calculated(result)})
    assert scenario.firms[0]["pay"] == pay


def test_a_formula_may_give_an_empty_text() -> None:
    content = calculated(2.5)
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        part = archive.read("xl/worksheets/sheet2.xml")
    empty = part.replace(b'<c r="B2"><f>B9</f><v>2.5</v>', b'<c r="B2" t="str"><f>B9</f><v></v>')
    assert empty != part
    assert load({"x.toml": NAMED, "w.xlsx": repacked(content, sheet2=empty)}).firms[0]["pay"] is None


def test_a_formula_that_was_never_calculated_is_refused() -> None:
    content = book(fairs=FAIRS, firms=[("id", "pay"), ("m", "=1+1")])
    assert found(content) == [
        "w.xlsx:firms!B2: pay: the formula has no stored result; open the workbook in a spreadsheet program and "
        "save it there, or write the value itself [bad-formula]"
    ]


def test_an_error_is_refused() -> None:
    assert found(calculated("#DIV/0!", "=1/0")) == [
        "w.xlsx:firms!B2: pay: the cell shows the error #DIV/0!; correct the formula [bad-formula]"
    ]


# Hostile files --------------------------------------------------------------------------------------------

PLACE = "x.toml:2: tables.workbook: "


@pytest.mark.parametrize(
    ("content", "expected"),
    [
        (b"id\nm\n", '"w.xlsx" is no workbook (.xlsx); save it as .xlsx [bad-workbook]'),
        (b"", '"w.xlsx" is no workbook (.xlsx); save it as .xlsx [bad-workbook]'),
        (
            b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(600),
            '"w.xlsx" has a password, or is of the older format .xls (.xlsx); save it as .xlsx without a password '
            "[bad-workbook]",
        ),
        (book(fairs=FAIRS)[:-40], '"w.xlsx" is no workbook (.xlsx); save it as .xlsx [bad-workbook]'),
    ],
    ids=["text", "empty", "protected", "cut-off"],
)
def test_what_is_no_workbook(content: bytes, expected: str) -> None:
    assert found(content) == [PLACE + expected]


def test_other_endings_are_other_files() -> None:
    assert messages({"x.toml": NAMED.replace(".xlsx", ".csv"), "w.csv": "id\n"}) == [
        PLACE + '"w.csv" is no workbook (.xlsx, .xlsm); save it as .xlsx; a CSV table is named by tables.firms, '
        "tables.posts or tables.seekers [bad-workbook]"
    ]
    assert found(b"", '[tables]\nworkbook = "../w.xlsx"\n')[0].endswith("[outside-folder]")
    assert found(b"", '[tables]\nworkbook = "v.xlsx"\n') == [
        PLACE + '"v.xlsx" does not exist; did you mean "w.xlsx"? [no-file]'
    ]


BOMB = b"<a>" + b" " * 60_000_000 + b"</a>"


def test_a_part_that_unpacks_beyond_measure_is_refused_before_it_is_unpacked() -> None:
    for part, limit in (("sharedStrings", 50_000_000), ("styles", 10_000_000)):
        content = repacked(calculated(1), **{part: BOMB})
        assert len(content) < 200_000
        assert found(content) == [
            f'{PLACE}a part of "w.xlsx" unpacks to {len(BOMB)} bytes (at most {limit}); '
            "keep large lists in CSV tables [too-large]"
        ]


def test_parts_that_unpack_together_beyond_measure_are_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(workbook, "UNPACKED_BYTES", 1000)
    (line,) = found(book(fairs=FAIRS))
    assert line.startswith(f'{PLACE}"w.xlsx" unpacks to ')
    assert line.endswith(" bytes (at most 1000); keep large lists in CSV tables [too-large]")


def test_a_part_that_states_too_small_a_size_is_not_read_on() -> None:
    content = repacked(book(fairs=FAIRS, firms=FIRMS), sheet1=BOMB)
    packed = bytearray(content)
    for signature, offset in ((b"PK\x01\x02", 24), (b"PK\x03\x04", 22)):
        place = packed.find(b"sheet1.xml")
        while place >= 0:
            start = packed.rfind(signature, 0, place)
            if start >= 0 and place - start < 100:
                packed[start + offset : start + offset + 4] = (100).to_bytes(4, "little")
            place = packed.find(b"sheet1.xml", place + 1)
    (line,) = found(bytes(packed))
    assert line.startswith(f'{PLACE}"w.xlsx" is damaged (')


def test_thousands_of_parts_are_refused() -> None:
    stream = io.BytesIO(book(fairs=FAIRS))
    with zipfile.ZipFile(stream, "a") as archive:
        for number in range(2001):
            archive.writestr(f"p{number}", b"")
    (line,) = found(stream.getvalue())
    assert line.endswith(" parts (at most 2000) [too-large]")


def test_entities_that_unfold_are_refused() -> None:
    lines = ['<!DOCTYPE a [<!ENTITY b0 "' + "x" * 50 + '">']
    lines += [f'<!ENTITY b{n} "' + f"&b{n - 1};" * 10 + '">' for n in range(1, 10)]
    part = "".join(lines).encode() + b"]>" + sheet_of('<row><c t="inlineStr"><is><t>&b9;</t></is></c></row>')
    (line,) = found(repacked(book(fairs=FAIRS, firms=FIRMS), sheet1=part))
    assert line.startswith(f'{PLACE}"w.xlsx" is damaged (')


@pytest.mark.parametrize("part", ["workbook", "sheet1", "sharedStrings", "styles", "[Content_Types]"])
@pytest.mark.parametrize(
    "content", [b"", b"<a", b"<a/>", b"\xff\xfe\x00", b"<worksheet><sheetData><row r='x'/></sheetData>"]
)
def test_damaged_parts_are_refused_in_words(part: str, content: bytes) -> None:
    lines = found(repacked(book(fairs=FAIRS, firms=FIRMS), **{part: content}))
    assert all(line.endswith("]") and "\n" not in line for line in lines)


def sheet_of(rows: str) -> bytes:
    main_names = 'xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"'
    return f"<worksheet {main_names}><sheetData>{rows}</sheetData></worksheet>".encode()


@pytest.mark.parametrize(
    "rows",
    [
        '<row r="1"><c r="A1" t="inlineStr"><is><t>id</t></is></c></row><row r="99999999999"><c><v>1</v></c></row>',
        '<row r="1"><c r="A1" t="inlineStr"><is><t>id</t></is></c></row>'
        + '<row><c r="ZZZ2" t="inlineStr"><is><t>x</t></is></c></row>' * 5000,
    ],
    ids=["rows", "columns"],
)
def test_a_sheet_that_claims_to_be_endless_ends(rows: str) -> None:
    content = repacked(book(fairs=FAIRS, firms=FIRMS), sheet2=sheet_of(rows))
    lines = found(content)
    assert lines[0].startswith("w.xlsx:firms!A") and lines[0].endswith("[too-many-rows]")


def test_numbers_beyond_measure_in_cells() -> None:
    rows = '<row><c t="inlineStr"><is><t>id</t></is></c><c t="inlineStr"><is><t>posts</t></is></c></row>'
    for number in ("1e999", "nan", "9" * 400):
        sheet = sheet_of(f"{rows}<row><c><v>1</v></c><c><v>{number}</v></c></row>")
        (line,) = found(repacked(book(fairs=FAIRS, firms=FIRMS), sheet2=sheet))
        assert "posts" in line or "damaged" in line


def test_without_the_library_it_says_what_to_install(monkeypatch: pytest.MonkeyPatch) -> None:
    for module in ("openpyxl", "defusedxml"):
        with monkeypatch.context() as patch:
            patch.setitem(sys.modules, module, None)
            assert found(book(fairs=FAIRS)) == [
                PLACE + '"w.xlsx" is read by the library openpyxl, which is not installed; '
                "pip install 'jobfair[xlsx]' [no-workbook-library]"
            ]


def test_a_broken_workbook_causes_no_second_finding() -> None:
    text = NAMED + '[[firms]]\nfair = "in the workbook"\n'
    assert found(b"", text) == [PLACE + '"w.xlsx" is no workbook (.xlsx); save it as .xlsx [bad-workbook]']


# The workbook to fill in ----------------------------------------------------------------------------------


@pytest.fixture
def filled(capsys: pytest.CaptureFixture[str]) -> str:
    """The scenario that is printed with a workbook to fill in."""
    assert main(["template", "--xlsx", "my fair.xlsx"]) == 0
    out, err = capsys.readouterr()
    assert err == "workbook: my fair.xlsx\n"
    return out


def test_the_workbook_to_fill_in_runs_as_it_is(filled: str) -> None:
    Path("x.toml").write_text(filled, encoding="utf-8")
    scenario = load_scenario("x.toml")
    assert (scenario.fairs[0].id, len(scenario.firms), len(scenario.posts), scenario.seekers) == ("hall", 3, 3, ())
    assert scenario.fairs[0].settings["date"] == datetime.date(2026, 4, 18)
    assert main(["run", "x.toml", "-n", "2", "-q"]) == 0


def test_its_row_of_seekers_is_good_once_it_is_no_remark(filled: str) -> None:
    made = openpyxl.load_workbook("my fair.xlsx")
    made["seekers"]["A2"] = "p1"
    made["fairs"]["I2"] = 1
    made.save("my fair.xlsx")
    Path("x.toml").write_text(filled, encoding="utf-8")
    (seeker,) = load_scenario("x.toml").seekers
    assert (seeker["id"], seeker["arrives"], seeker["occupation"], seeker["skill"]) == ("p1", 570.0, "office", 0.5)


@pytest.mark.usefixtures("filled")
def test_every_column_is_explained_where_it_stands() -> None:
    made = openpyxl.load_workbook("my fair.xlsx")
    assert made.sheetnames == [*EXAMPLES, "read me"]
    for kind in EXAMPLES:
        sheet, keys = made[kind], vocabulary(kind).keys
        assert [cell.value for cell in sheet[1]] == list(FAIR_COLUMNS if kind == "fairs" else keys)
        for cell in sheet[1]:
            assert keys[str(cell.value)].meaning in cell.comment.text
        assert sheet.freeze_panes == "B2"
    choices = {str(one.sqref): one for sheet in made for one in sheet.data_validations.dataValidation}
    assert any(one.formula1 == "fairs!$A$2:$A$2001" for one in choices.values())
    letter = get_column_letter(list(vocabulary("firms").keys).index("posts") + 1)
    assert made["firms"][f"{letter}3"].number_format == "General"
    assert made["firms"]["A2"].number_format == "@"


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (
            ["--xlsx", "w.xlsx"],
            "w.xlsx: this file exists already; name another file, or move this one away [file-exists]",
        ),
        (["--xlsx", "w.xls"], "--xlsx takes the name of a file that ends with .xlsx; `jobfair template --help` shows"),
        (["firms", "--xlsx", "v.xlsx"], "NAME and --xlsx exclude each other; `jobfair template --help` shows"),
        (["--xlsx", "no/v.xlsx"], "no/v.xlsx: cannot be written: No such file or directory"),
    ],
)
def test_it_is_written_over_nothing(arguments: list[str], message: str, capsys: pytest.CaptureFixture[str]) -> None:
    Path("w.xlsx").write_bytes(b"mine")
    assert main(["template", *arguments]) == 2
    out, err = capsys.readouterr()
    assert out == ""
    assert message in err
    assert Path("w.xlsx").read_bytes() == b"mine"
    assert not Path("v.xlsx").exists()


def test_the_template_needs_the_library_too(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setitem(sys.modules, "xlsxwriter", None)
    assert main(["template", "--xlsx", "w.xlsx"]) == 2
    assert "pip install 'jobfair[xlsx]' [no-workbook-library]" in capsys.readouterr().err
