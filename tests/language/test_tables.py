"""What the verbs print in Chinese: tables and sentences without English, and data as in every language."""

import io
import json
import re
import tomllib
from pathlib import Path

import openpyxl
import pytest
from rich.console import Console

from sim.cli import cli, main
from sim.language import speaking
from sim.model.errors import has_errors
from sim.model.parameters import parameters
from sim.model.scenario import load_scenario
from sim.model.template import starter_names
from sim.report.fitting import fit_text
from sim.report.verification import render
from sim.study.calibration.fits import load_fit
from sim.study.verify import Verdict, Verification, read_cases
from tests.golden import studies

ROOT = Path(__file__).parents[2]
SCENARIO = 'schema_version = 1\n[[fairs]]\nid = "a"\nfirms = 4\nposts = 20\nseekers = 60\n'
ZH = ("--lang", "zh", "--no-progress")
FIT, TARGETS = ROOT / "calibration" / "fits" / "wuhan-2020", ROOT / "calibration" / "targets.toml"
PROBLEM = ROOT / "scenarios" / "problems" / "small.toml"
OVER = ("--over", "behaviour.talk_share", "--over", "gate.lanes=1..4")
RUN = ("run", "more.toml", "-n", "3", "-v", "--out", "results/run", *ZH)
SEASON = ("run", "season.toml", "-n", "2", "-v", "--out", "results/season", *ZH)
# Each verb, as it is read in Chinese; what stands before the last command is needed for it.
COMMANDS = [
    [RUN],
    [SEASON],
    [("compare", "more.toml", "few.toml", "-n", "3", "-v", *ZH)],
    [("compare", "season.toml", "later.toml", "-n", "2", "--out", "results/both", *ZH)],
    [("sweep", "more.toml", "--vary", "gate.lanes=1,2", "--vary", "booth.recruiters=1,2", "-n", "2", *ZH)],
    [("sweep", "more.toml", "--sensitivity", "morris", *OVER, "--samples", "2", "-n", "2", *ZH)],
    [("sweep", "more.toml", "--sensitivity", "sobol", *OVER, "--samples", "2", "-n", "2", *ZH)],
    [("sweep", "more.toml", "--flip", "few.toml", *OVER[:2], "-n", "4", *ZH)],
    [("plan", "season.toml", "--lang", "zh", "--ics", "season.ics")],
    [("optimise", str(PROBLEM), *ZH)],
    [("validate", "rows.csv", "--fit", str(FIT), "--targets", str(TARGETS), "--draws", "10", "-j", "1", *ZH)],
    [(*RUN, "-q"), ("list", "results", "--lang", "zh")],
    [(*RUN, "-q"), ("report", "results/run", "--lang", "zh", "--fair", "a")],
    [RUN, ("story", "results/run", "--seeker", "20", "--lang", "zh")],
    [RUN, ("story", "results/run", "--booth", "2", "--lang", "zh")],
    [RUN, ("story", "results/run", "--fair", "a", "--lang", "zh")],
    [SEASON, ("story", "results/season", "--seeker", "1", "--lang", "zh")],
    [("check", "more.toml", "season.toml", "--lang", "zh")],
]
# Told by tests below, as they take long; `schema` prints data.
ELSEWHERE = {"calibrate", "verify", "study", "template", "schema"}
# Options, files and keys with a point or a line, slugs, TOML between quotation marks or behind a sign of equality.
KEPT = re.compile(
    r"\[[a-z]+(?:-[a-z]+)+\]|--[a-z]+|(?<= )-[nv]\b|[\w-]+(?:[./][\w-]+)+|\b[a-z0-9]+_[a-z0-9_]+\b|`[^`]*`"
)
# Names of methods and of keys without a point or a line, and what the planner named in the files of these commands.
WORDS = """ics Student Bonferroni Kim Nelson Morris Sobol mu sigma ST S1 sd p05 p95 TOML CSV jobfair kernel id seed few
    more season later g1 north south hall first second young older sms golden any r1 r2 r3"""
HAN = re.compile(r"[\u4e00-\u9fff]")
ENGLISH = re.compile(r"[A-Za-z][A-Za-z0-9]+")


@pytest.fixture
def files(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("COLUMNS", "100")
    season = (ROOT / "tests" / "golden" / "campaign.toml").read_text("utf-8")
    Path("more.toml").write_text(SCENARIO, "utf-8")
    Path("few.toml").write_text(SCENARIO.replace("schema", "booth.recruiters = 1\nschema"), "utf-8")
    Path("season.toml").write_text(season, "utf-8")
    Path("later.toml").write_text(season.replace("golden season", "later"), "utf-8")
    Path("rows.csv").write_text("id,firms,posts,seekers,signed\nr1,20,300,400,70\nr2,,300,400,\nr3,30,600,500,450\n")


def english_in(text: str) -> list[str]:
    return sorted({word for word in ENGLISH.findall(KEPT.sub(" ", text)) if word not in WORDS.split()})


@pytest.mark.parametrize("commands", COMMANDS, ids=lambda commands: " ".join(commands[-1][:4]))
def test_a_verb_speaks_chinese(files, capsys, commands):
    for command in commands:
        capsys.readouterr()
        assert main([*command]) == 0
    captured = capsys.readouterr()
    said = captured.err + captured.out
    assert HAN.search(said) or commands[-1][0] == "report"  # which names the file that it wrote
    assert english_in(said) == [], said


def test_every_verb_is_read():
    assert {commands[-1][0] for commands in COMMANDS} | ELSEWHERE == set(cli.commands)


def test_a_fit_is_told_in_chinese():
    about = load_fit(FIT).about
    with speaking("zh"):
        told = fit_text(about)
    names = " ".join((*(one["name"] for one in about["parameters"]), *(one["id"] for one in about["targets_in_fit"])))
    assert set(english_in(told)) <= {*names.replace(":", "").replace("-", " ").split(), *english_in(names)}


def test_a_verification_is_told_in_chinese():
    verdicts = [Verdict(one, one.expected, 0.0, abs(one.expected) / 100) for one in read_cases()]
    printed = next(place for place, one in enumerate(verdicts) if one.case.is_printed)
    for place, off in ((printed, 1.5), (printed + 1, 9.0)):  # a little outside, and far
        one = verdicts[place]
        verdicts[place] = Verdict(one.case, one.observed + off * one.tolerance, 0.0, one.tolerance)
    console = Console(width=200, record=True, file=io.StringIO())
    with speaking("zh"):
        render(Verification(tuple(verdicts)), console)
    told = console.export_text()
    assert "1 项未通过" in told and "略超出" in told
    names = {one.case.scenario for one in verdicts} | {one.case.question.booth for one in verdicts}
    kept = {"Rossetti", "KSL", "Arena", "IT"}
    assert set(english_in(told)) <= kept | set(ENGLISH.findall(" ".join(names)))


def test_a_study_is_told_in_chinese_and_its_page_is_english(tmp_path, capsys):
    assert studies.studied(tmp_path, "--lang", "zh") == 0
    captured = capsys.readouterr()
    named = "In the south As planned More halls Two large how much more a larger fair draws minutes of patience"
    assert "按意向数" in captured.out
    assert set(english_in(captured.out + captured.err)) <= {*named.split(), "study", "strategies", "page", "md"}
    assert (tmp_path / "page.md").read_bytes() == studies.PAGE.read_bytes()


@pytest.mark.parametrize("name", starter_names())
def test_the_comments_of_a_starter_are_chinese(name, capsys, tmp_path):
    assert main(["template", name]) == 0
    english = capsys.readouterr().out
    assert main(["template", name, "--lang", "zh"]) == 0
    chinese = capsys.readouterr().out
    assert tomllib.loads(chinese) == tomllib.loads(english)
    path = tmp_path / "starter.toml"
    path.write_text(chinese, "utf-8")
    assert not has_errors(load_scenario(path).findings)
    keywords = ENGLISH.findall(" ".join(f"{one.key} {one.default} {' '.join(one.choices)}" for one in parameters()))
    kept = {
        *keywords,
        "Rossetti",
        "Lu",
        "AppyHere",
        "lanes",
        "value",
        "source",
        "base",
        "xlsx",
        "from",
        "seekers",
        "HH",
        "MM",
        "on",
        "site",
    }
    comments = " ".join(line for line in chinese.splitlines() if HAN.search(line) or line.startswith("#   "))
    assert HAN.search(comments)
    assert set(english_in(comments)) <= kept


def test_the_workbook_to_fill_in_is_explained_in_chinese(tmp_path, capsys):
    path = tmp_path / "fairs.xlsx"
    assert main(["template", "--xlsx", str(path), "--lang", "zh"]) == 0
    assert "工作簿" in capsys.readouterr().err
    book = openpyxl.load_workbook(path)
    assert [sheet.title for sheet in book] == ["fairs", "firms", "posts", "seekers", "read me"]
    for sheet in list(book)[:4]:
        assert all(HAN.search(cell.comment.text) for cell in sheet[1])
    assert all(HAN.search(row[0].value) for row in book["read me"])


def test_data_of_a_run_is_the_same_in_every_language(files, capsys):
    documents, tables = [], []
    for name in ("zh", "en"):
        words = ["run", "more.toml", "-n", "3", "--no-report", "-q", "--json", "--out", name, "--lang", name]
        assert main(words) == 0
        documents.append({**json.loads(capsys.readouterr().out), "out": ""})
        tables.append(Path(name, "summary.csv").read_bytes())
    assert documents[0] == documents[1]
    assert tables[0] == tables[1]


SENTENCES = [
    ["compare", "more.toml", "few.toml", "-n", "3"],
    ["sweep", "more.toml", "--sensitivity", "morris", *OVER, "--samples", "2", "-n", "2"],
    ["sweep", "more.toml", "--flip", "few.toml", *OVER[:2], "-n", "4"],
    ["optimise", str(PROBLEM)],
]


@pytest.mark.parametrize("words", SENTENCES, ids=lambda words: " ".join(words[:3]))
def test_data_has_its_sentences_in_english_whatever_is_spoken(files, capsys, words):
    documents = []
    for name in ("zh", "en"):
        assert main([*words, "--json", "-q", "--out", "here", "--overwrite", "--lang", name]) == 0
        documents.append(capsys.readouterr().out)
    assert documents[0] == documents[1]
    assert not HAN.search(documents[0])


def test_a_story_is_english_in_json(files, capsys):
    assert main([*RUN, "-q"]) == 0
    capsys.readouterr()
    assert main(["story", "results/run", "--fair", "a", "--json", "--lang", "zh"]) == 0
    assert "doors open" in capsys.readouterr().out


def test_what_is_english_is_found():
    """The twin: the tests above would see a word that was forgotten."""
    assert english_in("2 种情况，all with 8.7 intents on average") == ["all", "average", "intents", "on", "with"]
    assert english_in("gate.lanes、wait_minutes_mean、--lang [bad-vary] results/run") == []
