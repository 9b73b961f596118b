"""The page as the command line writes it: after a run and a comparison, and from folders that are there."""

import json
import shutil
from pathlib import Path

import pytest

from sim.cli import main
from sim.language import set_language

ROOT = Path(__file__).parents[2]
FIT = ROOT / "calibration" / "fits" / "wuhan-2020"
FAIR = """
schema_version = 1
name = "Two fairs"
why = "Is the page written?"
[[fairs]]
id = "north"
firms = 4
posts = 30
seekers = 60
[[fairs]]
id = "south"
firms = 3
posts = 20
seekers = 40
"""


@pytest.fixture(autouse=True)
def english(monkeypatch):
    for name in ("JOBFAIR_LANG", "LANGUAGE", "LC_ALL", "LC_MESSAGES", "LANG"):
        monkeypatch.delenv(name, raising=False)
    yield
    set_language("en")


@pytest.fixture
def scenario(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    Path("two.toml").write_text(FAIR, "utf-8")
    return "two.toml"


def run(*words: str) -> None:
    assert main(["run", *words, "-q", "-n", "3"]) == 0


def test_a_run_writes_its_page(scenario, capsys):
    assert main(["run", scenario, "-n", "3", "--no-progress"]) == 0
    assert f"report: {Path('results/two/report.html')}" in capsys.readouterr().err
    text = Path("results/two/report.html").read_text("utf-8")
    assert '<html lang="en">' in text
    assert "Is the page written?" in text


def test_no_report_writes_none(scenario):
    run(scenario, "--no-report")
    assert not Path("results/two/report.html").exists()


def test_the_page_can_be_written_again_and_is_the_same(scenario, capsys):
    run(scenario)
    page = Path("results/two/report.html")
    before = page.read_bytes()
    page.unlink()
    capsys.readouterr()
    assert main(["report", "results/two"]) == 0
    assert capsys.readouterr().out == f"{page}\n"
    assert page.read_bytes() == before


def test_the_page_is_no_part_of_the_results(scenario):
    """A run goes on whatever became of its page, and overwriting removes it like everything else."""
    run(scenario)
    page = Path("results/two/report.html")
    page.write_text("scribbled upon", "utf-8")
    assert main(["run", scenario, "-q", "-n", "4", "--resume"]) == 0
    assert "scribbled" not in page.read_text("utf-8")
    run(scenario, "--overwrite", "--no-report")
    assert not page.exists()


def test_language_comes_from_the_option_else_from_the_environment(scenario, monkeypatch):
    run(scenario, "--lang", "zh")
    page = Path("results/two/report.html")
    assert '<html lang="zh-Hans">' in page.read_text("utf-8")
    for variable, value, expected in (("LANG", "zh_CN.UTF-8", "zh-Hans"), ("JOBFAIR_LANG", "en", "en")):
        monkeypatch.setenv(variable, value)
        assert main(["report", "results/two", "-q"]) == 0
        assert f'<html lang="{expected}">' in page.read_text("utf-8")


def test_an_unknown_language_is_refused(scenario, monkeypatch, capsys):
    monkeypatch.setenv("JOBFAIR_LANG", "tlh")
    assert main(["run", scenario]) == 2
    assert "'tlh' is not one of 'en', 'zh'" in capsys.readouterr().err


def test_another_file_and_another_fair(scenario, capsys):
    run(scenario)
    assert main(["report", "results/two", "--out", "pages/south.html", "--fair", "south"]) == 0
    assert main(["report", "results/two", "--out", "pages/north.html", "--fair", "north"]) == 0
    assert Path("pages/south.html").read_bytes() != Path("pages/north.html").read_bytes()
    capsys.readouterr()
    assert main(["report", "results/two", "--fair", "sout"]) == 2
    assert capsys.readouterr().err == (
        '--fair: sout: no such fair (north, south); did you mean "south"? [unknown-fair]\n'
    )


def test_a_comparison_writes_its_page_and_the_folder_gives_the_same(scenario):
    Path("more.toml").write_text('schema_version = 1\nbase = "two.toml"\nname = "Later"\nclose = "15:00"\n', "utf-8")
    assert main(["compare", scenario, "more.toml", "-q", "-n", "3", "--out", "cmp"]) == 0
    written = Path("cmp/report.html").read_bytes()
    assert b"Later against Two fairs" in written
    assert main(["report", "cmp", "-q"]) == 0
    assert Path("cmp/report.html").read_bytes() == written
    assert main(["compare", scenario, "more.toml", "-q", "-n", "3", "--out", "cmp", "--overwrite", "--no-report"]) == 0
    assert not Path("cmp/report.html").exists()


def test_results_that_are_there_are_compared_on_a_page_where_one_is_asked_for(scenario):
    run(scenario, "--no-report")
    run(scenario, "--no-report", "--set", "gate.lanes=1", "--out", "results/one")
    assert main(["compare", "results/two", "results/one", "-q"]) == 0
    assert not list(Path("results").rglob("*.html"))
    assert main(["compare", "results/two", "results/one", "-q", "--report", "results/page.html"]) == 0
    assert "gate.lanes" in Path("results/page.html").read_text("utf-8")


def test_a_selection_is_told(scenario):
    Path("more.toml").write_text(
        'schema_version = 1\nbase = "two.toml"\nname = "More"\nbooth.recruiters = 9\n', "utf-8"
    )
    words = ["compare", scenario, "more.toml", "-q", "-n", "10", "--out", "cmp"]
    assert main([*words, "--select", "intents", "--zone", "20"]) == 0
    written = Path("cmp/report.html").read_text("utf-8")
    assert "with probability 0.95 or more if the best is better than every other by 20 people or more" in written
    assert main(["report", "cmp", "-q"]) == 0
    assert Path("cmp/report.html").read_text("utf-8") == written


def test_a_fit_has_a_page(tmp_path):
    assert main(["report", str(FIT), "--out", str(tmp_path / "fit.html"), "-q"]) == 0
    text = (tmp_path / "fit.html").read_text("utf-8")
    about = json.loads((FIT / "fit.json").read_text("utf-8"))
    assert all(one["name"] in text for one in about["parameters"])


def test_results_whose_tables_are_elsewhere_are_found_by_the_original(scenario, capsys):
    Path("firms.csv").write_text("id,fair,posts\na,north,9\nb,north,9\nc,south,9\n", "utf-8")
    text = FAIR.replace("firms = 4\nposts = 30\n", "").replace("firms = 3\nposts = 20\n", "")
    Path("listed.toml").write_text(text + '[tables]\nfirms = "firms.csv"\n', "utf-8")
    run("listed.toml", "--set", "gate.lanes=2")
    before = Path("results/listed/report.html").read_bytes()
    assert main(["report", "results/listed", "-q"]) == 0
    assert Path("results/listed/report.html").read_bytes() == before
    Path("firms.csv").write_text("id,fair,posts\na,north,9\nb,north,9\nc,south,8\n", "utf-8")
    assert main(["report", "results/listed", "-q"]) == 2
    assert "[no-file]" in capsys.readouterr().err


@pytest.mark.parametrize(
    ("make", "message"),
    [
        (lambda: Path("x").mkdir(), "x: holds no results of jobfair; name the folder that `jobfair run`, `compare`, "),
        (lambda: None, "x: holds no results of jobfair; name the folder that"),
        (
            lambda: _manifest(complete=False),
            "x: the run is not complete; go on with it by --resume [results-incomplete]",
        ),
        (lambda: _manifest(complete=True, kind="sweep"), "x: holds results of another kind, of which there is no page"),
    ],
)
def test_what_has_no_page_is_refused(make, message, tmp_path, monkeypatch, capsys):
    monkeypatch.chdir(tmp_path)
    make()
    assert main(["report", "x"]) == 2
    assert message in capsys.readouterr().err


def test_other_kinds_of_results_are_told_apart(scenario, capsys):
    """A sweep and the simulations of a calibration lie in folders like those of a run."""
    assert main(["sweep", scenario, "--vary", "gate.lanes=2,4", "-n", "2", "-q", "--out", "swept"]) == 0
    capsys.readouterr()
    assert main(["report", "swept"]) == 2
    assert "swept: holds a sweep, which has no page; read sweep.csv there; " in capsys.readouterr().err
    Path("flipped").mkdir()
    Path("flipped/flip.csv").write_text("base,scenario\n")
    assert main(["report", "flipped"]) == 2
    said = capsys.readouterr().err
    assert "read flip.csv there" in said and "[no-page]" in said


def _manifest(**content: object) -> None:
    Path("x").mkdir()
    Path("x/manifest.json").write_text(json.dumps({"program": "jobfair", **content}), "utf-8")


def test_the_disk_that_refuses_is_named_and_results_survive(scenario, capsys):
    run(scenario, "--no-report")
    Path("taken").write_text("", "utf-8")
    assert main(["report", "results/two", "--out", "taken/page.html"]) == 2
    assert "taken: cannot be written: " in capsys.readouterr().err
    shutil.rmtree("results/two")
