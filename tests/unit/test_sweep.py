"""Sweeps: every case is the scenario with its values, computed as alone; bad values are said all at once."""

import csv
import io
import json
from collections.abc import Sequence
from pathlib import Path

import numpy as np
import pytest

from sim.campaign.season import Played, Season
from sim.cli import main
from sim.files import read_table
from sim.model.errors import InputError, Refusal
from sim.model.scenario import load_scenario
from sim.study import replicate as study
from sim.study.ranges import read_ranges
from sim.study.replicate import Sample, replicate
from sim.study.sweep import CaseMeasure, Swept
from sim.study.varying import Cases, grid, load_cases, read_cases, split_values

SMALL = """
name = "small"
totals = { firms = 4, posts = 12, seekers = 60 }
run = { replications = 3, seed = 5 }
[[fairs]]
id = "one"
[[fairs]]
id = "two"
"""


@pytest.fixture(autouse=True)
def in_a_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "small.toml").write_text(SMALL, encoding="utf-8")
    monkeypatch.chdir(tmp_path)


def refused(*arguments: str, capsys: pytest.CaptureFixture[str]) -> list[str]:
    assert main(["sweep", "small.toml", "--out", "refused", *arguments]) == 2
    assert not Path("refused").exists()
    return capsys.readouterr().err.splitlines()


def rows_of(path: str) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(Path(path).read_text(encoding="utf-8"))))


def alone(overrides: Sequence[str]) -> Sample:
    return replicate(load_scenario("small.toml", overrides), 3, 5)


# What is written -----------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("text", "parts"),
    [
        ("4,6", ["4", "6"]),
        ("5, lognormal(mean=5, cv=0.8)", ["5", "lognormal(mean=5, cv=0.8)"]),
        ("[1, 2], [3]", ["[1, 2]", "[3]"]),
        ('"a,b",c', ['"a,b"', "c"]),
        ("'a,(b',c", ["'a,(b'", "c"]),
        ("{ value = 4, source = 'x, y' },5", ["{ value = 4, source = 'x, y' }", "5"]),
        ("", [""]),
    ],
)
def test_commas_inside_brackets_and_quotes_do_not_separate(text: str, parts: list[str]) -> None:
    assert split_values(text) == parts


@pytest.mark.parametrize("text", ["uniform(low=1, high=2", '"a,b', "[1,2"])
def test_an_open_bracket_is_refused(text: str) -> None:
    with pytest.raises(Refusal, match="open bracket or quotation mark"):
        split_values(text)


@pytest.mark.parametrize(
    ("text", "values"),
    [
        ("gate.lanes=2..8:4", ("2", "4", "6", "8")),
        ("gate.lanes=1,2..4:2", ("1", "2", "4")),
        ("booth.recruiters=0.1..0.3:3", ("0.1", "0.2", "0.3")),
        ("close=12:00..13:00:3", ("12:00", "12:30", "13:00")),
        ("match.intents_per_post=-1..1:2", ("-1", "1")),
    ],
)
def test_ranges_are_written_out(text: str, values: tuple[str, ...]) -> None:
    cases = grid([text])
    assert tuple(row[0] for row in cases.rows) == values


def test_a_grid_has_every_combination_the_last_key_fastest() -> None:
    cases = grid(["gate.lanes=1,2", "booth.recruiters=3,4"])
    assert cases.keys == ("gate.lanes", "booth.recruiters")
    assert cases.rows == (("1", "3"), ("1", "4"), ("2", "3"), ("2", "4"))


def test_all_that_is_wrong_with_the_options_is_said_at_once(capsys: pytest.CaptureFixture[str]) -> None:
    texts = ["gate.lanes", "close=12:00..14:00", "booth.recruiters=1,,2", "gate.minutes=1,2", "gate.minutes=3"]
    texts += ["desk.minutes=5..2:3", "hall.people_limit=5,5"]
    assert refused(*(word for text in texts for word in ("--vary", text)), capsys=capsys) == [
        "--vary gate.lanes: no key and values (KEY=V1,V2, such as gate.lanes=4,6) [bad-vary]",
        '--vary close=12:00..14:00: "12:00..14:00" does not say how many values (LOW..HIGH:STEPS);'
        " write 12:00..14:00:5 [bad-vary]",
        "--vary booth.recruiters=1,,2: an empty value (values separated by commas, or LOW..HIGH:STEPS) [bad-vary]",
        "--vary gate.minutes=3: gate.minutes is varied twice; write all its values behind one --vary [bad-vary]",
        '--vary desk.minutes=5..2:3: "5..2:3" does not rise (LOW..HIGH with LOW below HIGH) [bad-vary]',
        '--vary hall.people_limit=5,5: "5" is named twice (each value once) [bad-vary]',
    ]


def test_all_findings_of_all_cases_are_said_once_before_anything_runs(capsys: pytest.CaptureFixture[str]) -> None:
    vary = ["gate.lanes=1,x", "close=08:00,14:00", "interview.minutes.mean=5,-5", "interview.minutez=1,2"]
    found = refused(*(word for text in vary for word in ("--vary", text)), capsys=capsys)
    assert sorted(found) == [
        "--vary close=08:00: close: the fair closes at 08:00 but opens at 09:00 (after 09:00) [close-before-open]",
        '--vary gate.lanes=x: gate.lanes: "x" is no whole number (lanes, 0 to 10000) [wrong-type]',
        '--vary interview.minutes=lognormal(mean=-5, cv=0.8): interview.minutes: mean=-5 in "lognormal(mean=-5, '
        'cv=0.8)" is out of range (minutes, 0 to 1000000000) [out-of-range]',
        '--vary interview.minutez=1: interview.minutez: unknown key; did you mean "interview.minutes"? [unknown-key]',
        '--vary interview.minutez=2: interview.minutez: unknown key; did you mean "interview.minutes"? [unknown-key]',
    ]


def test_a_finding_about_several_values_names_the_case(capsys: pytest.CaptureFixture[str]) -> None:
    lines = refused("--vary", "gate.lanes=1,2", "--vary", "close=12:00,14:00", capsys=capsys)
    where = "--vary: case 1 and 1 more (gate.lanes=1, close=12:00), small.toml"
    assert [line.split(": 10 steps")[0] for line in lines] == [
        f"{where}:5: fairs[1].arrivals.weights",
        f"{where}:7: fairs[2].arrivals.weights",
    ]
    assert all(line.endswith("[arrivals-after-close]") for line in lines)


def test_an_argument_that_the_distribution_lacks_is_refused(capsys: pytest.CaptureFixture[str]) -> None:
    vary = ["--vary", "interview.minutes.sd=1,2", "--vary", "gate.minutes.mean=1,2", "--vary", "gate.minutes=1"]
    assert refused(*vary, capsys=capsys) == [
        '--vary: interview.minutes.sd: interview.minutes is lognormal(mean=5, cv=0.8) here, without "sd"'
        " (interview.minutes.mean, interview.minutes.cv) [bad-vary]",
        "--vary: gate.minutes.mean: gate.minutes itself is varied too (one of them) [bad-vary]",
    ]


def test_too_many_cases_and_numbers_are_refused(capsys: pytest.CaptureFixture[str]) -> None:
    vary = ["--vary", "gate.lanes=1..101:101", "--vary", "booth.recruiters=1..2:100"]
    assert refused(*vary, capsys=capsys) == [
        "--vary: 10,100 cases (at most 10,000); name fewer values, or a list of cases in a file [too-many-cases]"
    ]
    assert main(["sweep", "small.toml", "--vary", "gate.lanes=1,2", "-n", "1000000", "--out", "large"]) == 2
    assert "take fewer cases, or fewer replications with -n [too-many-cases]" in capsys.readouterr().err
    assert not Path("large").exists()


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ([], "say one of --vary, --cases, --sensitivity or --flip"),
        (["--vary", "a=1", "--flip", "b"], "say one of --vary, --cases, --sensitivity or --flip"),
        (["--vary", "a=1", "--over", "b"], "--over does not go with --vary"),
        (["--sensitivity", "morris"], "--sensitivity needs --over KEY=LOW..HIGH, once for each assumption"),
        (["--flip", "b", "--over", "a", "--samples", "4"], "--samples does not go with --flip"),
        (["--vary", "a=1", "--resume", "--overwrite"], "--resume and --overwrite exclude each other"),
    ],
)
def test_options_that_do_not_go_together(
    arguments: list[str], message: str, capsys: pytest.CaptureFixture[str]
) -> None:
    [line] = refused(*arguments, capsys=capsys)
    assert message in line
    assert line.endswith("[bad-usage]")


# Files of cases --------------------------------------------------------------------------------------


def test_cases_from_csv_and_toml_are_the_same() -> None:
    Path("cases.csv").write_text(
        'case,gate.lanes,interview.minutes,fairs.two.close\nusual,,,\nslow,1,"lognormal(mean=8, cv=0.8)",13:45\n'
    )
    Path("cases.toml").write_text(
        '[[cases]]\ncase = "usual"\n[[cases]]\ncase = "slow"\ngate.lanes = 1\n'
        'interview.minutes = "lognormal(mean=8, cv=0.8)"\nfairs.two.close = "13:45"\n'
    )
    ours, theirs = (read_cases(Path(name)) for name in ("cases.csv", "cases.toml"))
    assert (ours.keys, ours.rows, ours.names) == (theirs.keys, theirs.rows, theirs.names)
    assert ours.names == ("usual", "slow")
    base = load_scenario("small.toml")
    usual, slow = load_cases("small.toml", [], base, ours)
    assert usual == base
    changes = ["gate.lanes=1", "interview.minutes=lognormal(mean=8, cv=0.8)", "fairs.two.close=13:45"]
    assert slow == load_scenario("small.toml", changes)


@pytest.mark.parametrize(
    ("name", "text", "message"),
    [
        ("c.csv", "gate.lanes\n", "holds no cases (a heading of keys and a row per case) [bad-cases]"),
        ("c.csv", "a,a\n1,2\n", "names one twice (a key of the scenario per column) [bad-cases]"),
        ("c.csv", "a,b\n1\n", "case 1 has 1 values (one per column: 2) [bad-cases]"),
        ("c.csv", "case,a\nx,1\nx,2\n", 'two cases are called "x" [bad-cases]'),
        ("c.csv", 'a\n"1\n', "[bad-csv]"),
        ("c.toml", "gate.lanes = 1\n", "holds no list of cases"),
        ("c.toml", "[[cases]]\ncase = 'x'\n", "no case varies anything"),
        ("c.toml", "[[cases]\n", "[bad-toml]"),
        ("c.csv", "gate.lanes\n2\nx\n", 'c.csv: case 2: gate.lanes: "x" is no whole number'),
        ("c.csv", "totals.posts\n2\n", "c.csv: case 1: "),
        ("c.csv", "gate.lanes\n" + "1\n" * 10_001, "10,001 cases (at most 10,000) [too-many-cases]"),
    ],
)
def test_a_file_of_cases_that_cannot_be_used(
    name: str, text: str, message: str, capsys: pytest.CaptureFixture[str]
) -> None:
    Path(name).write_text(text)
    [line] = refused("--cases", name, capsys=capsys)
    assert line.startswith(f"{name}: ")
    assert message in line


def test_a_file_that_is_not_there(capsys: pytest.CaptureFixture[str]) -> None:
    assert refused("--cases", "none.csv", capsys=capsys) == ["none.csv: there is no such file [no-file]"]


# What comes out ---------------------------------------------------------------------------------------


def test_a_grid_is_bit_for_bit_what_separate_runs_give(capsys: pytest.CaptureFixture[str]) -> None:
    # The closing time changes which hours are measured; an argument of a distribution stands for the whole.
    vary = ["--vary", "close=14:00,15:00", "--vary", "interview.minutes.mean=5,9"]
    assert main(["sweep", "small.toml", *vary, "--out", "out", "--json", "--set", "gate.lanes=2"]) == 0
    document = json.loads(capsys.readouterr().out)
    assert document["keys"] == ["close", "interview.minutes.mean"]
    stored = Sample.of_table(read_table(Path("out/replications.parquet")))
    assert stored.draws is not None
    rows = rows_of("out/sweep.csv")
    expected = [(close, mean) for close in ("14:00", "15:00") for mean in ("5", "9")]
    for number, (close, mean) in enumerate(expected, 1):
        changes = ["gate.lanes=2", f"close={close}", f"interview.minutes=lognormal(mean={mean}, cv=0.8)"]
        single = alone(changes)
        mine = stored.values[stored.draws == number]
        place = [stored.keys.index(key) for key in single.keys]
        assert mine[:, place].tobytes() == single.values.tobytes()
        others = [column for column in range(len(stored.keys)) if column not in place]
        assert np.isnan(mine[:, others]).all()
        assert bool(others) == (close == "14:00")
        intents = single.values[:, [key.measure for key in single.keys].index("intents")]
        [row] = [row for row in rows if row["case"] == str(number) and row["measure"] == "intents"]
        assert (row["close"], row["interview.minutes.mean"], row["n"]) == (close, mean, "3")
        assert float(row["mean"]) == pytest.approx(intents.mean(), rel=1e-12)
        assert float(row["sd"]) == pytest.approx(intents.std(ddof=1), rel=1e-12)
        case = document["cases"][number - 1]
        assert case["values"] == {"close": close, "interview.minutes.mean": mean}
        [shown] = [one for one in case["measures"] if one["name"] == "intents"]
        assert shown["mean"] == float(row["mean"])
        assert shown["low"] == float(row["low"])
    assert len({row["mean"] for row in rows if row["measure"] == "events"}) > 1


def test_a_key_that_every_fair_sets_itself_is_warned_of_once(capsys: pytest.CaptureFixture[str]) -> None:
    own = SMALL.replace('"one"', '"one"\ngate.lanes = 2').replace('"two"', '"two"\ngate.lanes = 3')
    Path("own.toml").write_text(own, encoding="utf-8")
    assert main(["sweep", "own.toml", "--vary", "gate.lanes=1,2,4", "--out", "out"]) == 0
    assert capsys.readouterr().err.count("[hidden]") == 1
    assert Path("out/warnings.log").read_text(encoding="utf-8").count("[hidden]") == 1
    assert main(["sweep", "small.toml", "--vary", "gate.lanes=1,2,4", "--out", "seen"]) == 0
    assert "[hidden]" not in capsys.readouterr().err


def test_csv_has_the_columns_in_order(capsys: pytest.CaptureFixture[str]) -> None:
    Path("cases.csv").write_text("case,gate.lanes\nfew,1\nmany,9\n")
    assert main(["sweep", "small.toml", "--cases", "cases.csv", "--out", "out"]) == 0
    heading = Path("out/sweep.csv").read_text().splitlines()[0]
    assert heading == "case,gate.lanes,measure,unit,n,mean,low,high,sd"
    assert {row["case"] for row in rows_of("out/sweep.csv")} == {"few", "many"}
    assert (Path("out/draws.csv")).read_text() == "draw,gate.lanes\n1,1\n2,9\n"
    shown = capsys.readouterr().out
    assert max(map(len, (line for line in shown.splitlines() if "±" in line and "case" not in line))) <= 80
    assert "The same in every case: firms 4, posts 12, seekers 60" in shown


def test_an_interrupted_sweep_goes_on(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    vary = ["--vary", "close=14:00,15:00", "--vary", "gate.lanes=1,2"]
    computed: list[int] = []

    class Stopping(Season):
        def play(self, seed: int, replication: int, engine: str = "kernel") -> list[Played]:
            if len(computed) == 7:
                raise KeyboardInterrupt
            computed.append(replication)
            return super().play(seed, replication, engine)

    class Counting(Season):
        def play(self, seed: int, replication: int, engine: str = "kernel") -> list[Played]:
            computed.append(replication)
            return super().play(seed, replication, engine)

    assert main(["sweep", "small.toml", *vary, "--out", "whole"]) == 0
    with monkeypatch.context() as patched:
        patched.setattr(study, "Season", Stopping)
        assert main(["sweep", "small.toml", *vary, "--out", "cut"]) == 130
    assert "interrupted: 7 of 12 replications are kept in cut" in capsys.readouterr().err
    with monkeypatch.context() as patched:
        patched.setattr(study, "Season", Counting)
        assert main(["sweep", "small.toml", *vary, "--out", "cut", "--resume"]) == 0
    assert len(computed) == 12
    for name in ("sweep.csv", "replications.parquet", "summary.csv", "draws.csv"):
        assert (Path("whole") / name).read_bytes() == (Path("cut") / name).read_bytes(), name


def test_another_sweep_does_not_go_on_with_it(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["sweep", "small.toml", "--vary", "gate.lanes=1,2", "--out", "out"]) == 0
    assert main(["sweep", "small.toml", "--vary", "gate.lanes=1,3", "--out", "out"]) == 2
    assert "[folder-not-empty]" in capsys.readouterr().err
    assert main(["sweep", "small.toml", "--vary", "gate.lanes=1,3", "--out", "out", "--resume"]) == 2
    assert "draws[2].gate.lanes: was 2 when these results were begun, is 3 now" in capsys.readouterr().err
    assert main(["sweep", "small.toml", "--vary", "gate.lanes=1,2,3", "--out", "out", "--resume"]) == 0
    assert {row["gate.lanes"] for row in rows_of("out/sweep.csv")} == {"1", "2", "3"}


def test_many_cases_are_shown_in_part() -> None:
    from rich.console import Console

    from sim.report.sweeping import render_sweep

    cases = Cases("--vary", ("gate.lanes",), tuple((str(number),) for number in range(60)))
    rows = tuple((CaseMeasure("intents", "seekers", 3, 10.0 + number, 9.0, 12.0, 1.0),) for number in range(60))
    for everything in (False, True):
        console = Console(file=io.StringIO(), width=80)
        render_sweep(Swept(cases, 3, rows), console, everything)
        shown = console.file.getvalue()  # type: ignore[attr-defined]
        assert ("... and 20 more cases" in shown) != everything
        assert shown.startswith("60 cases; intents between 10.0 ± 1.5 (case 1: gate.lanes=0) and 69.0 ± 1.5 (case 60")


# Ranges -----------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("text", "key", "low", "high"),
    [
        ("behaviour.talk_share=0.2..0.6", "behaviour.talk_share", 0.2, 0.6),
        ("behaviour.talk_share", "behaviour.talk_share", 0.205, 0.615),
        ("outcomes.start_share", "outcomes.start_share", 0.0, 1.0),
        ("interview.minutes", "interview.minutes.mean", 2.5, 7.5),
        ("interview.minutes.cv", "interview.minutes.cv", 0.4, 1.2),
        ("gate.lanes", "gate.lanes", 3, 9),
        ("close=13:45..15:00", "close", 825, 900),
    ],
)
def test_ranges_by_name_and_by_rule(text: str, key: str, low: float, high: float) -> None:
    [one] = read_ranges([text], "small.toml", [], load_scenario("small.toml"))
    assert (one.key, one.low, one.high) == (key, pytest.approx(low), pytest.approx(high))
    assert bool(one.reason) == ("=" not in text)


def test_ranges_that_cannot_be_used_are_said_at_once() -> None:
    texts = ["interview.minutes=3..8", "booth.late_minutes", "choice.rule=1..2", "guidance.visit_share", "close"]
    texts += ["gate.lanez=1..2", "gate.lanes=1.5..3", "close=1..2", "gate.minutes=3", "desk.minutes=1..2:3"]
    with pytest.raises(InputError) as refused:
        read_ranges(texts, "small.toml", [], load_scenario("small.toml"))
    assert str(refused.value).splitlines() == [
        "--over interview.minutes=3..8: interview.minutes is lognormal(mean=5, cv=0.8) (interview.minutes.mean,"
        " interview.minutes.cv); name one argument of the distribution [bad-vary]",
        "--over booth.late_minutes: booth.late_minutes is uniform(low=10, high=60)"
        " (booth.late_minutes.low=LOW..HIGH); name the range [bad-vary]",
        "--over choice.rule=1..2: choice.rule is no number but a choice; vary it with --vary [bad-vary]",
        "--over guidance.visit_share: guidance.visit_share is 0, so it has no usual range"
        " (guidance.visit_share=LOW..HIGH) [bad-vary]",
        "--over close: close has no usual range; it is 840.0 (close=LOW..HIGH) [bad-vary]",
        '--over gate.lanez=1..2: gate.lanez: unknown key; did you mean "gate.lanes"? [unknown-key]',
        '--over gate.lanes=1.5..3: "1.5..3" is of the wrong kind (whole numbers, such as 2..8) [bad-vary]',
        '--over close=1..2: "1..2" is of the wrong kind (clock times, such as 12:00..16:00) [bad-vary]',
        '--over gate.minutes=3: "3" is no range (LOW..HIGH, such as 0.2..0.6 or 12:00..16:00) [bad-vary]',
        '--over desk.minutes=1..2:3: "1..2:3" has steps (LOW..HIGH; values between are chosen) [bad-vary]',
    ]
