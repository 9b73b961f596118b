"""Tables of parameter draws: read, checked as a whole, and a scenario for each row."""

import json
from pathlib import Path

import pytest

from sim.cli import main
from sim.model.errors import InputError
from sim.study.parameter_draws import drawn_scenarios, parse_draws, read_draws

SMALL = """
name = "small"
totals = { firms = 4, posts = 12, seekers = 30 }
[[fairs]]
id = "one"
[[fairs]]
id = "two"
"""


@pytest.fixture(autouse=True)
def in_a_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "small.toml").write_text(SMALL)
    monkeypatch.chdir(tmp_path)


HEADING = "x.csv:1: the heading lacks a key or names one twice (a key of the scenario per column) [bad-draws]"


def refused(text: str) -> str:
    with pytest.raises(InputError) as caught:
        parse_draws(text, "x.csv")
    return str(caught.value)


def test_with_and_without_numbers_and_blank_lines() -> None:
    rows = (("gate.lanes", "groups.all.share"), ("2", "1"), ("3", "0.5"))
    assert parse_draws("gate.lanes, groups.all.share\n2,1\n\n3, 0.5\n", "x.csv") == rows
    assert parse_draws("draw,gate.lanes,groups.all.share\n1,2,1\n2,3,0.5\n", "x.csv") == rows


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("", "x.csv: holds no draws (a heading of keys and a row per draw) [bad-draws]"),
        ("gate.lanes\n", "x.csv: holds no draws (a heading of keys and a row per draw) [bad-draws]"),
        ("a,a\n1,2\n", HEADING),
        ("a,\n1,2\n", HEADING),
        ("draw\n1\n", HEADING),
        ("a,b\n1,2\n1\n", "x.csv: draw 2 has 1 values (one per key of the heading: 2) [bad-draws]"),
        ("draw,a\n1,2\n3,2\n", 'x.csv: draw 2 is numbered "3" (1, 2, 3 and so on) [bad-draws]'),
        ('a,b\n1,"2\n', "x.csv: no CSV table: unexpected end of data [bad-csv]"),
    ],
)  # fmt: skip
def test_misshapen_tables(text: str, message: str) -> None:
    assert refused(text) == message


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (None, "x.csv: there is no such file [no-file]"),
        (b"\xff\xfe", "x.csv: is not text in UTF-8; save it as UTF-8 [not-utf8]"),
    ],
)
def test_files_that_cannot_be_read(content: bytes | None, message: str) -> None:
    if content is not None:
        Path("x.csv").write_bytes(content)
    with pytest.raises(InputError) as caught:
        read_draws(Path("x.csv"))
    assert str(caught.value) == message


def test_a_scenario_for_each_draw() -> None:
    scenarios = drawn_scenarios(
        "small.toml", ["gate.lanes=9", "totals.firms=3"], (("gate.lanes",), ("2",), ("3",)), "x.csv"
    )
    assert [one.defaults.integer("gate.lanes") for one in scenarios] == [2, 3]
    assert [one.settings.integer("totals.firms") for one in scenarios] == [3, 3]


def test_every_bad_value_is_placed_at_its_draw() -> None:
    with pytest.raises(InputError) as caught:
        drawn_scenarios("small.toml", [], (("gate.lanes", "gate.lnes"), ("2", "1"), ("x", "1")), "x.csv")
    assert str(caught.value).splitlines() == [
        'x.csv: draw 1: gate.lnes: unknown key; did you mean "gate.lanes"? [unknown-key]',
        'x.csv: draw 2: gate.lanes: "x" is no whole number (lanes, 0 to 10000) [wrong-type]',
        'x.csv: draw 2: gate.lnes: unknown key; did you mean "gate.lanes"? [unknown-key]',
    ]


def test_draws_must_have_the_same_measures() -> None:
    with pytest.raises(InputError) as caught:
        drawn_scenarios("small.toml", [], (("close",), ("16:00",), ("16:00",), ("18:00",)), "x.csv")
    assert str(caught.value) == (
        "x.csv: draw 3: has other measures than the first draw; give all draws the same opening hours [bad-draws]"
    )


def test_a_run_with_draws_shows_both_parts(capsys: pytest.CaptureFixture[str]) -> None:
    rows = "".join(f"{seekers}\n" for seekers in (20, 30, 40, 50))
    Path("fit.csv").write_text("totals.seekers\n" + rows)
    assert main(["run", "small.toml", "-n", "5", "--draws", "fit.csv", "--json", "--out", "out"]) == 0
    out, err = capsys.readouterr()
    document = json.loads(out)
    measures = {one["name"]: one for one in document["measures"]}
    assert (document["draws"], document["replications"]) == (4, 5)
    assert "replications: 5 of each of 4 draws, " in err
    # seekers come out as they were put in: variance 500/3 between the draws, none within
    assert measures["seekers"]["mean"] == 35
    assert measures["seekers"]["sd_draws"] == pytest.approx((500 / 3) ** 0.5)
    assert measures["seekers"]["sd_chance"] == 0
    assert measures["intents"]["sd_draws"] > 0 < measures["intents"]["sd_chance"]
    assert main(["run", "small.toml", "--draws", "fit.csv", "-n", "2", "--out", "text"]) == 0
    out = capsys.readouterr().out
    assert "4 draws of the parameters, 2 replications of each; interval and range include both." in out
    heading, row = (next(line for line in out.splitlines() if line.startswith(name)) for name in ("measure", "seekers"))
    assert heading.split()[-2:] == ["parameters", "chance"]
    assert row.split()[-2:] == ["12.9", "0.0"]


def test_a_resumed_run_keeps_its_draws_and_takes_more(capsys: pytest.CaptureFixture[str]) -> None:
    Path("two.csv").write_text("totals.seekers\n20\n30\n")
    Path("three.csv").write_text("totals.seekers\n20\n30\n40\n")
    for arguments in (["-n", "2", "--draws", "two.csv"], ["--resume", "-n", "3"], ["--resume", "--draws", "three.csv"]):
        assert main(["run", "small.toml", "-q", "--out", "grown", *arguments]) == 0
    assert main(["run", "small.toml", "-q", "--out", "whole", "-n", "3", "--draws", "three.csv"]) == 0
    grown, whole = (Path(name, "replications.parquet").read_bytes() for name in ("grown", "whole"))
    assert grown == whole
    capsys.readouterr()
    assert main(["run", "small.toml", "-q", "--out", "grown", "--resume", "--draws", "two.csv"]) == 2
    assert "number of draws: was 3 when these results were begun, is 2 now" in capsys.readouterr().err
