"""Firms, posts and seekers from CSV tables, in the encodings that spreadsheets write."""

from pathlib import Path

import pytest
from model_helpers import load, messages

from sim.model.values import Duration

TEXT = '[tables]\nfirms = "f.csv"\n[[fairs]]\nid = "a"\nposts = 900\nseekers = 4\n'
FIRMS = (
    "id,name,pay,recruiters,shifts,interview_minutes\n"
    "m,武汉汽车,1.5,3,09:00=2 12:00=1,exponential(mean=6)\n"
    "b,Bäckerei,,,,5\n"
)


@pytest.fixture(autouse=True)
def _folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)


@pytest.mark.parametrize(
    "content",
    [
        FIRMS.encode(),
        FIRMS.encode("utf-8-sig"),
        FIRMS.replace("\n", "\r\n").encode(),
        FIRMS.replace("\n", "\r\n").encode("utf-8-sig"),
        FIRMS.replace("ä", "a").encode("gbk"),
        FIRMS.replace(",", " , ").encode(),
        FIRMS.replace("\n", "\n,,,,,\n").encode(),
        FIRMS.replace("\n", ",,\n").encode(),
        FIRMS.rstrip("\n").encode(),
        FIRMS.replace("武汉汽车", '"武汉汽车"').encode(),
    ],
    ids=[
        "utf8",
        "bom",
        "crlf",
        "bom-crlf",
        "gbk",
        "blanks",
        "blank-rows",
        "empty-columns",
        "no-end",
        "quoted",
    ],
)
def test_the_forms_in_which_spreadsheets_write(content: bytes) -> None:
    motor, bakery = load({"x.toml": TEXT, "f.csv": content}).firms
    assert motor["name"] == "武汉汽车"
    assert motor.text("id") == "m"
    assert motor.number("pay") == 1.5
    assert motor.integer("recruiters") == 3
    assert motor.shifts("shifts") == ((540.0, 2), (720.0, 1))
    assert motor.duration("interview_minutes") == Duration("exponential", 6.0)
    assert motor.text("fair") == "a"
    assert bakery.text("name") in ("Bäckerei", "Backerei")
    assert bakery.optional_number("pay") is None
    assert bakery.shifts("shifts") == ()
    assert bakery.optional_duration("interview_minutes") == Duration("constant", 5.0)


def test_lines_are_counted_as_an_editor_counts_them() -> None:
    table = 'id,name,pay\n1,"two\nlines",1\n\n3,,high\n'
    assert messages({"x.toml": TEXT, "f.csv": table}) == [
        'f.csv:2: name: "two\\nlines" has a line break or control character (one line of text) [bad-text]',
        'f.csv:5: pay: "high" is no number (-100 to 100) [wrong-type]',
    ]


def test_references_of_rows_are_placed_in_the_table() -> None:
    text = TEXT.replace("seekers = 4\n", "") + '[[fairs]]\nid = "b"\nfirms = 1\nposts = 3\n'
    text = text.replace("[[", 'seekers = "s.csv"\n[[', 1)
    files: dict[str, str | bytes] = {
        "x.toml": text,
        "f.csv": "id,fair\nm,a\nm,c\n,\n",
        "s.csv": "fair,group,arrives\na,all,09:00\nb,al,25:00\nb,,\n",
    }
    assert messages(files) == [
        's.csv:3: arrives: "25:00" is no clock time (HH:MM, 00:00 to 23:59) [bad-clock-time]',
        's.csv:3: group: there is no group "al"; did you mean "all"? [unknown-id]',
        'f.csv:3: id: "m" is already the id of another firm (each id once) [duplicate-id]',
        'f.csv:3: fair: there is no fair "c" [unknown-id]',
    ]


def test_ids_left_out_are_row_numbers_and_the_only_fair_is_filled_in() -> None:
    text = '[tables]\nseekers = "s.csv"\nposts = "p.csv"\n[[fairs]]\nid = "a"\n[[firms]]\n[[firms]]\nid = "f"\n'
    scenario = load({"x.toml": text, "s.csv": "skill\n1\n\n2\n", "p.csv": "firm,count\n1,3\nf,2\n"})
    assert [(seeker["id"], seeker["fair"], seeker["skill"]) for seeker in scenario.seekers] == [
        ("1", "a", 1.0),
        ("2", "a", 2.0),
    ]
    assert [firm["id"] for firm in scenario.firms] == ["1", "f"]
    assert [(post["firm"], post["occupation"], post["count"]) for post in scenario.posts] == [
        ("1", "any", 3),
        ("f", "any", 2),
    ]


def test_utf16_is_no_text() -> None:
    assert messages({"x.toml": TEXT, "f.csv": FIRMS.encode("utf-16")}) == [
        'x.toml:2: tables.firms: "f.csv" is no text (UTF-8 or GBK); save it as "CSV UTF-8" [not-utf8]'
    ]


def test_a_cell_beyond_measure_is_a_broken_table() -> None:
    (found,) = messages({"x.toml": TEXT, "f.csv": "id\n" + "x" * 200_000 + "\n"})
    assert found.startswith("f.csv:2: the table is broken (field larger than field limit")
    assert found.endswith("[bad-csv]")


def test_whole_numbers_in_cells_are_whole() -> None:
    table = "id,posts,recruiters\na,3.0,1_000\nb,３,-1\n"
    assert messages({"x.toml": TEXT.replace("posts = 900\n", ""), "f.csv": table}) == [
        'f.csv:2: posts: "3.0" is no whole number (posts, 0 to 1000000) [wrong-type]',
        'f.csv:2: recruiters: "1_000" is no whole number (recruiters, 0 to 1000) [wrong-type]',
        'f.csv:3: posts: "３" is no whole number (posts, 0 to 1000000) [wrong-type]',
        "f.csv:3: recruiters: -1 is out of range (recruiters, 0 to 1000) [out-of-range]",
    ]
