"""`report.xlsx`, read back by another library: real numbers, units, frozen headings, and text that stays text."""

import csv
import datetime
import re
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import openpyxl
import pytest

from sim.cli import main
from sim.files import read_table
from sim.model.errors import InputError
from sim.report import sheets
from sim.report.booths import read_booths
from sim.report.sheets import sheets_of
from sim.report.workbook import write_workbook

HOSTILE = (
    '=HYPERLINK("http://example.org","x")',
    "+1",
    "-1",
    "@SUM(A1)",
    "<script>alert(1)</script>",
    "\u202egnp.exe",
    "שלום \u200f(a)",
    "武汉 汽车",
    "http://example.org/",
    "{=1}",
    "x" * 2000,
)
FIRMS = "".join(f"[[firms]]\nid = '{name}'\nname = '{name}'\nfair = 'one'\n" for name in HOSTILE)
SCENARIO = """
name = "=1+1"
run = { replications = 3, seed = 5 }
reported = { intents = 11 }
measures.windows = ["10:30-12:30"]
arrivals.weights = [1, 1]
[[fairs]]
id = "one"
venue = "@hall"
district = "=cmd"
date = 2026-04-18
close = "24:00"
posts = 50
[[fairs]]
id = "-two"
firms = 2
posts = 9
seekers = 20
[[groups]]
id = "g"
name = "+graduates"
[[groups]]
id = "others"
[[seekers]]
id = "secret-id"
name = "Jane Doe"
fair = "one"
"""


@pytest.fixture(scope="module")
def results(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("workbook")
    (folder / "x.toml").write_text(SCENARIO + FIRMS, encoding="utf-8")
    assert main(["run", str(folder / "x.toml"), "--out", str(folder / "out"), "--xlsx", "--lang", "en", "-q"]) == 0
    return folder / "out"


@pytest.fixture(scope="module")
def book(results: Path) -> Iterator[openpyxl.Workbook]:
    yield openpyxl.load_workbook(results / "report.xlsx")


def table(book: openpyxl.Workbook, name: str) -> list[dict[str, Any]]:
    """The rows of a sheet below its caption, names and units."""
    rows = list(book[name].iter_rows(min_row=2, values_only=True))
    return [dict(zip(rows[0], row, strict=True)) for row in rows[2:]]


def test_the_sheets(book: openpyxl.Workbook) -> None:
    names = ["summary", "fairs", "hours", "groups", "booths", "replications", "about"]
    assert book.sheetnames == names
    for sheet in book:
        assert sheet.freeze_panes is not None and sheet.freeze_panes.endswith("4")
        assert sheet.auto_filter.ref.startswith("A3:")
        assert sheet["A1"].value and sheet["A2"].value


def test_numbers_are_those_of_the_results_in_full(book: openpyxl.Workbook, results: Path) -> None:
    with (results / "summary.csv").open(encoding="utf-8", newline="") as stream:
        stored = {
            row["measure"]: row for row in csv.DictReader(stream) if not (row["fair"] or row["hour"] or row["group"])
        }
    rows = table(book, "summary")
    assert [row["measure"] for row in rows] == list(stored)
    for row in rows:
        for figure in ("mean", "low", "high", "sd", "p05", "p95", "reported", "missing"):
            written = stored[row["measure"]][figure]
            assert row[figure] == (pytest.approx(float(written), rel=1e-15) if written else None)
    values = read_table(results / "replications.parquet")
    whole = [place for place, key in enumerate(values.keys) if not any(key[:5])]
    shown = [list(row.values()) for row in table(book, "replications")]
    assert [row[0] for row in shown] == [0, 1, 2]
    assert [row[1:] for row in shown] == [
        [None if cell != cell else pytest.approx(cell, rel=1e-15) for cell in row]
        for row in values.values[:, whole].tolist()
    ]


def test_units_and_formats(book: openpyxl.Workbook) -> None:
    sheet = book["replications"]
    units = {name.value: unit.value for name, unit in zip(sheet[2], sheet[3], strict=True)}
    assert (units["intents"], units["wait_minutes_mean"], units["utilisation"]) == ("seekers", "minutes", "share")
    formats = {name.value: cell.number_format for name, cell in zip(sheet[2], sheet[4], strict=True)}
    assert formats["intents"] == "#,##0"
    assert formats["wait_minutes_mean"] == "#,##0.00"
    assert formats["utilisation"] == "0.0%"
    by_measure = {row[0].value: row for row in book["summary"].iter_rows(min_row=4)}
    heading = [cell.value for cell in book["summary"][2]]
    assert by_measure["utilisation"][heading.index("mean")].number_format == "0.0%"
    assert by_measure["intents"][heading.index("ratio")].number_format == "0.0%"
    assert all(book["booths"].column_dimensions[letter].width >= 9 for letter in "ABCDEFG")


def test_fairs_have_dates_and_clock_times(book: openpyxl.Workbook) -> None:
    first, second = table(book, "fairs")
    assert (first["fair"], first["venue"], first["district"]) == ("one", "@hall", "=cmd")
    assert first["date"] == datetime.datetime(2026, 4, 18)
    assert (first["open"], first["close"]) == (datetime.time(9), "24:00")
    assert (second["fair"], second["date"], second["close"]) == ("-two", None, datetime.time(14))
    assert first["firms"] == len(HOSTILE)
    assert second["firms low"] == 2
    assert [row["hour"] for row in table(book, "hours")][-1] == "10:30-12:30"
    assert [(row["group"], row["name"]) for row in table(book, "groups")] == [("g", "+graduates"), ("others", None)]


def test_booths_are_labelled_as_one_replication(book: openpyxl.Workbook, results: Path) -> None:
    assert book["booths"]["A1"].value == "Each booth in replication 0, seed 5: one possible day, no average."
    rows = table(book, "booths")
    stored = read_booths(results)
    assert [(row["fair"], row["booth"], row["interviews"]) for row in rows] == [
        (one.fair, one.booth, one.interviews) for one in stored
    ]
    assert {row["firm"] for row in rows if row["fair"] == "one"} == set(HOSTILE)


def test_text_stays_text_and_links_to_nowhere(book: openpyxl.Workbook) -> None:
    cells = [cell for sheet in book for row in sheet.iter_rows() for cell in row if cell.value is not None]
    assert {cell.data_type for cell in cells} == {"s", "n", "d"}
    assert not [cell for cell in cells if cell.hyperlink]
    assert not [cell for cell in cells if isinstance(cell.value, str) and cell.data_type != "s"]


def test_people_of_the_tables_are_not_in_the_workbook(results: Path) -> None:
    texts = [str(cell) for sheet in sheets_of(results) for row in sheet.rows for cell in row]
    assert not [text for text in texts if "Jane" in text or "secret" in text]


def test_one_fair_alone_is_a_row_too_and_draws_are_told_apart(tmp_path: Path) -> None:
    (tmp_path / "x.toml").write_text('[[fairs]]\nid = "a"\nfirms = 3\nposts = 30\nseekers = 40\n')
    (tmp_path / "draws.csv").write_text("gate.lanes\n1\n2\n")
    out = tmp_path / "out"
    arguments = ["run", str(tmp_path / "x.toml"), "-n", "2", "--draws", str(tmp_path / "draws.csv"), "--out", str(out)]
    assert main([*arguments, "--xlsx", "-q"]) == 0
    book = openpyxl.load_workbook(out / "report.xlsx")
    assert [row["fair"] for row in table(book, "fairs")] == ["a"]
    assert [(row["draw"], row["replication"]) for row in table(book, "replications")] == [
        (1, 0),
        (1, 1),
        (2, 0),
        (2, 1),
    ]
    assert "of the first draw" in book["booths"]["A1"].value
    assert "sd_draws" in table(book, "summary")[0]


def test_a_campaign_has_days_and_districts(tmp_path: Path) -> None:
    lines = [
        "pool.seekers = 300",
        "stock = { firms = 9, posts = 90 }",
        "season = { start = 2020-04-21, end = 2020-04-30 }",
    ]
    for name in "ab":
        lines += ["[[fairs]]", f'id = "{name}"', f'venue = "{name}"', f"date = 2020-04-2{ord(name) - 92}"]
        lines += ["[[venues]]", f'id = "{name}"', f'district = "={name}"', "booths = 5"]
    (tmp_path / "x.toml").write_text("\n".join(lines))
    out = tmp_path / "out"
    assert main(["run", str(tmp_path / "x.toml"), "-n", "2", "--out", str(out), "--xlsx", "-q"]) == 0
    book = openpyxl.load_workbook(out / "report.xlsx")
    assert [row["day"] for row in table(book, "days")] == [datetime.datetime(2020, 4, day) for day in range(21, 31)]
    assert [row["district"] for row in table(book, "districts")] == ["=a", "=b"]
    assert all(":" in row["hour"] for row in table(book, "hours"))
    assert all(row["meaning"] and row["better"] for row in table(book, "summary"))
    assert {row["fair"] for row in table(book, "booths")} == {"a", "b"}


def test_a_sheet_holds_only_so_much_and_says_so(results: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sheets, "MOST_CELLS", 100)
    by_name = {sheet.name: sheet for sheet in sheets_of(results)}
    assert len(by_name["booths"].rows) == 100 // 18
    assert by_name["booths"].caption.endswith(" The first 5 of 13; all are in booths.csv.")


def test_captions_are_said_in_chinese_and_keywords_are_not(results: Path) -> None:
    assert main(["report", str(results), "--xlsx", "--lang", "zh", "-q"]) == 0
    book = openpyxl.load_workbook(results / "report.xlsx")
    assert book.sheetnames[0] == "summary"
    assert book["summary"]["A2"].value == "measure"
    assert [sheet["A1"].value for sheet in book if not re.search("[\u4e00-\u9fff]", str(sheet["A1"].value))] == []
    assert main(["report", str(results), "--xlsx", "--lang", "en", "-q"]) == 0


def test_the_verb_report_writes_it_too(results: Path, capsys: pytest.CaptureFixture[str]) -> None:
    before = (results / "report.xlsx").read_bytes()
    (results / "report.xlsx").unlink()
    assert main(["report", str(results), "--xlsx", "--lang", "en", "-q"]) == 0
    assert capsys.readouterr().out.splitlines()[-1] == str(results / "report.xlsx")
    assert (results / "report.xlsx").read_bytes() == before


def test_the_same_results_make_the_same_file(results: Path) -> None:
    before = (results / "report.xlsx").read_bytes()
    assert write_workbook(results).read_bytes() == before


@pytest.mark.parametrize(
    ("manifest", "found"),
    [
        (None, "holds no results of a run; name the folder of a finished run"),
        ('{"program": "jobfair", "fingerprint": "", "complete": false}', "the run is not complete; go on with it by"),
    ],
)
def test_only_results_of_a_finished_run(manifest: str | None, found: str, tmp_path: Path) -> None:
    if manifest:
        (tmp_path / "manifest.json").write_text(manifest)
    with pytest.raises(InputError, match=rf"{found}.*\[not-a-results-folder\]$"):
        write_workbook(tmp_path)


@pytest.mark.parametrize("name", ["summary.csv", "resolved.toml"])
def test_damaged_results_are_refused(name: str, results: Path, tmp_path: Path) -> None:
    for file in results.iterdir():
        (tmp_path / file.name).write_bytes(file.read_bytes() if file.name != name else b'a,"\n')
    with pytest.raises(InputError, match=r"is damaged; run again with --overwrite \[results-damaged\]$"):
        write_workbook(tmp_path)


def test_without_the_library_nothing_is_simulated(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "x.toml").write_text('[[fairs]]\nid = "a"\nfirms = 3\nposts = 30\nseekers = 40\n')
    monkeypatch.setitem(sys.modules, "xlsxwriter", None)
    assert main(["run", str(tmp_path / "x.toml"), "--xlsx", "--out", str(tmp_path / "out")]) == 2
    assert capsys.readouterr().err == (
        "--xlsx: workbooks are written by the library XlsxWriter, which is not installed; "
        "pip install 'jobfair[xlsx]' [no-workbook-library]\n"
    )
    assert not (tmp_path / "out").exists()


def test_headings_stand_where_their_numbers_stand(book: openpyxl.Workbook) -> None:
    summary = book["summary"]
    sides = {cell.value: cell.alignment.horizontal for cell in summary[2]}
    assert sides["measure"] == sides["unit"] == sides["meaning"] == "left"
    assert sides["mean"] == sides["p95"] == sides["missing"] == "right"


def test_a_sheet_can_be_printed(book: openpyxl.Workbook) -> None:
    for sheet in book:
        assert sheet.page_setup.orientation == "landscape"
        assert sheet.print_title_rows == "$1:$3" and sheet.print_title_cols == "$A:$A"
    assert book["summary"].sheet_properties.pageSetUpPr.fitToPage
    assert not book["fairs"].sheet_properties.pageSetUpPr.fitToPage  # with a column for each measure: several pages


def test_measures_are_called_by_their_labels(results: Path, tmp_path: Path) -> None:
    assert main(["report", str(results), "--xlsx", "--lang", "zh", "-q", "--out", str(tmp_path / "page.html")]) == 0
    chinese = openpyxl.load_workbook(results / "report.xlsx")
    assert main(["report", str(results), "--xlsx", "--lang", "en", "-q", "--out", str(tmp_path / "page.html")]) == 0
    english = openpyxl.load_workbook(results / "report.xlsx")
    notes = [
        {cell.value: cell.comment.text for cell in book["hours"][2] if cell.comment} for book in (english, chinese)
    ]
    assert notes[0]["wait_minutes_mean low"] == "mean wait at a booth"
    assert notes[1]["wait_minutes_mean low"] == "展位前平均等候"
    meanings = {row["measure"]: row["meaning"] for row in table(chinese, "summary")}
    assert meanings["intents"] == "达成意向人数"
    headings = [[cell.value for cell in book["summary"][2]] for book in (english, chinese)]
    assert headings[0] == headings[1]
