"""Names from files that somebody else wrote give no orders to a terminal and make no formulas in a spreadsheet."""

import csv
import json
import re
from pathlib import Path

import pytest
import tomli_w

from sim.cli import main
from sim.files import csv_text, text_of_cell
from sim.model.errors import Finding, quoted
from sim.model.visible import shortened, visible
from sim.report.terminal import shown_cell

HOSTILE = {
    "markup": "[red]x[/red] [link=http://example.org]y[/link]",
    "script": "<script>alert(1)</script>",
    "formula": '=HYPERLINK("http://example.org","x")',
    "command": "@SUM(1+1)*cmd|' /C calc'!A0",
    "right-to-left": "\u202egnp.exe\u202c",
    "isolates": "\u2066a\u2069\u200f\u061c",
    "without width": "a\u200bb\ufeff\u2060",
    "Hebrew": "יריד תעסוקה",
    "Chinese": "武汉 春风行动",
    "family": "👩\u200d👩\u200d👧",
    "long": "x" * 2000,
    "one word of wide letters": "漢" * 2000,
}
UNSEEN = re.compile("[\x00-\x09\x0b-\x1f\x7f-\x9f\u061c\u200b\u200e\u200f\u2028-\u202e\u2060-\u206f\ufeff]")
FORMULA = re.compile(r"[=+@\t\r-](?!\d*\.?\d+(e[+-]?\d+)?$)")


@pytest.fixture(autouse=True)
def _folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    folder = tmp_path / "here"
    folder.mkdir()
    monkeypatch.chdir(folder)


def scenario(name: str, **more: object) -> None:
    """A scenario file in which everything that can have the name has it."""
    second = f"{name[:1990]}2"
    fair = {"id": name, "venue": name, "district": name, "seekers": 30, "close": "10:30", "open": "09:00"}
    document = {
        "name": name,
        "why": name,
        "author": name,
        "run": {"replications": 1, "seed": 1},
        "arrivals": {"weights": [1], "start": "09:00"},
        "fairs": [fair, {**fair, "id": second, "venue": ""}],
        "groups": [{"id": name, "name": name}, {"id": "g"}],
        "occupations": [{"id": name, "name": name}],
        "firms": [
            {"id": name, "name": name, "fair": name, "posts": 5},
            {"id": "f", "fair": second, "posts": 5},
        ],
        **more,
    }
    Path("x.toml").write_text(tomli_w.dumps(document), encoding="utf-8")


def shown(capsys: pytest.CaptureFixture[str]) -> str:
    """What stands on the terminal, of which nothing may be unseen."""
    out, err = capsys.readouterr()
    assert UNSEEN.findall(out + err) == []
    return out + err


@pytest.mark.parametrize("name", HOSTILE.values(), ids=HOSTILE)
def test_run_compare_and_sweep_show_names_and_obey_none(name: str, capsys: pytest.CaptureFixture[str]) -> None:
    scenario(name)
    assert main(["check", "x.toml"]) == 0
    assert main(["run", "x.toml", "-v", "--out", "run"]) == 0
    changed = tomli_w.dumps({"base": "x.toml", "name": f"{name[:1900]} more", "gate": {"lanes": 1}})
    Path("y.toml").write_text(changed, encoding="utf-8")
    assert main(["compare", "x.toml", "y.toml", "-v", "--out", "both"]) in (0, 1)
    value = name.replace(",", "").replace('"', "")[:900]
    assert main(["sweep", "x.toml", "--vary", f"author={value},b", "--out", "cases"]) == 0
    text = shown(capsys)
    assert max(map(len, text.splitlines())) < 1000
    cells = 0
    for file in Path().rglob("*.csv"):
        with file.open(encoding="utf-8", newline="") as stream:
            for row in csv.reader(stream):
                cells += len(row)
                assert [cell for cell in row if FORMULA.match(cell)] == []
    assert cells > 1000


@pytest.mark.parametrize("name", HOSTILE.values(), ids=HOSTILE)
def test_messages_show_names_and_obey_none(name: str, capsys: pytest.CaptureFixture[str]) -> None:
    scenario(name, tables={"posts": "p.csv"})
    Path("p.csv").write_text(csv_text(["firm", name], [[name + "x", 1]]), encoding="utf-8")
    overrides = [f"--set={name}=1", f"--set=fairs.{name}.gate.lanes=x", f"--set=gate.{name}=1", f"--set=open={name}"]
    assert main(["check", "x.toml", *overrides]) == 1
    text = shown(capsys)
    assert "[unknown-key]" in text and "[bad-clock-time]" in text
    assert main(["run", name[:50].replace("/", "")]) == 2
    assert main(["sweep", "x.toml", "--vary", f"{name}=1,2"]) == 2
    shown(capsys)


def test_what_tells_a_terminal_something_is_shown_by_number(capsys: pytest.CaptureFixture[str]) -> None:
    orders = "\x1b[31m\x9b2J\r\n\x07\x7f\u202e"
    for text in (orders, f"{orders}.toml"):
        assert main(["check", text]) == 1
        assert "\\u001b[31m\\u009b2J\\u000d\\u000a\\u0007\\u007f\\u202e" in shown(capsys)
    Path("x.toml").write_text(f'name = "a"\n{json.dumps(orders)} = 1\n[[fairs]]\nid = "a"\n', encoding="utf-8")
    Path("f.csv").write_text(f'id,"{orders}"\n1,2\n', encoding="utf-8", newline="")
    assert main(["check", "x.toml", "--set", "tables.firms=f.csv"]) == 1
    assert "unknown column" in shown(capsys)
    Path(f"{orders[:5]}.toml").write_text('[[fairs]]\nid = "a"\nfirms = 1\nposts = 1\nseekers = 1\n')
    assert main(["check", f"{orders[:5]}.toml"]) == 0
    assert shown(capsys) == "\\u001b[31m.toml: ok\n"
    assert main(["run", f"{orders[:5]}.toml", "-n", "1"]) == 0
    assert "results folder: results/\\u001b[31m\n" in shown(capsys)


@pytest.mark.parametrize("key", ["id", "name", "venue"])
def test_a_name_of_ten_thousand_characters_is_refused_in_a_short_message(
    key: str, capsys: pytest.CaptureFixture[str]
) -> None:
    Path("x.toml").write_text(f'[[fairs]]\n{"venue" if key == "name" else key} = "{"x" * 10_000}"\n')
    assert main(["check", "x.toml"]) == 1
    assert "a text of 10000 characters (at most 2000) [bad-text]" in shown(capsys)
    Path("x.toml").write_text('[tables]\nfirms = "f.csv"\n[[fairs]]\nid = "a"\nposts = 9\nseekers = 1\n')
    Path("f.csv").write_text(f"id,name\n{'x' * 10_000},{'x' * 10_000}\n")
    assert main(["check", "x.toml"]) == 1
    text = shown(capsys)
    assert text.count("a text of 10000 characters") == 2
    assert max(map(len, text.splitlines())) < 200


def test_negative_numbers_in_draws_stay_numbers(capsys: pytest.CaptureFixture[str]) -> None:
    scenario("a")
    Path("d.csv").write_text("behaviour.reservation_mean,author\n-1.5,=x\n-2e-1,-y\n")
    arguments = ["run", "x.toml", "-n", "1", "-q", "--out", "out"]
    assert main([*arguments, "--draws", "d.csv"]) == 0
    stored = Path("out/draws.csv").read_text()
    assert stored == "draw,behaviour.reservation_mean,author\n1,-1.5,'=x\n2,-2e-1,'-y\n"
    assert main([*arguments, "--resume"]) == 0
    assert main(["run", "x.toml", "-n", "1", "-q", "--out", "again", "--draws", "out/draws.csv"]) == 0
    assert Path("again/draws.csv").read_text() == stored
    shown(capsys)


@pytest.mark.parametrize(
    ("text", "cell"),
    [
        ("-1.5", "-1.5"),
        ("+3e4", "+3e4"),
        ("-1+2", "'-1+2"),
        ("-", "'-"),
        ("=1", "'=1"),
        ("-１", "'-１"),
        ("-1\n", '"\'-1\n"'),
        ("'a", "'a"),
        ("a=b", "a=b"),
    ],
)
def test_csv_guards_what_is_no_number(text: str, cell: str) -> None:
    assert csv_text(["x"], [[text]]) == f"x\n{cell}\n"
    assert text_of_cell(next(csv.reader(cell.splitlines(keepends=True)))[0]) == text


def test_visible() -> None:
    assert visible("武汉 é 👩\u200d👧 \u200c שלום") == "武汉 é 👩\u200d👧 \u200c שלום"
    assert visible("a\u202eb\x1b[1m\u2028") == "a\\u202eb\\u001b[1m\\u2028"
    assert visible("\U000e0041\udc80") == "\\U000e0041\\udc80"
    assert visible("a\nb\t", keep="\n") == "a\nb\\u0009"
    assert quoted("a\u202e\x9b") == '"a\\u202e\\u009b"'
    assert str(Finding("p\x1b", "k\u202e", "f\x9b", "a\n", "r\u2028", "s")) == (
        "p\\u001b: k\\u202e: f\\u009b (a\\u000a); r\\u2028 [s]"
    )
    assert shortened("x" * 61) == "x" * 57 + "..."
    assert shown_cell("x" * 99 + "\n[b]y\u202e").plain == "x" * 57 + "...\n[b]y\\u202e"
