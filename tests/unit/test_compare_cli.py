"""`jobfair compare`: results folder, interruption, stored results, selection, messages word by word."""

import json
import os
import shlex
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

import sim
from sim.campaign.season import Played, Season
from sim.cli import main
from sim.model.messages import SLUGS
from sim.study import replicate as study
from sim.study.measures import HEADLINE
from sim.warmup import ensure_compiled

ROOT = Path(next(iter(sim.__path__))).parent
SMALL = """
name = "small"
totals = { firms = 4, posts = 12, seekers = 60 }
run = { replications = 4, seed = 5 }
[[fairs]]
id = "one"
[[fairs]]
id = "two"
"""
LESS = 'base = "small.toml"\nname = "less"\nbooth.recruiters = 1\nrun.seed = 6\n'
PLAN = {"manifest.json", "resolved.toml", "summary.csv", "replications.parquet", "warnings.log"}


@pytest.fixture(autouse=True, scope="module")
def compiled() -> None:
    """The first run of all says that it compiles."""
    ensure_compiled()


@pytest.fixture(autouse=True)
def in_a_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "small.toml").write_text(SMALL, encoding="utf-8")
    (tmp_path / "less.toml").write_text(LESS, encoding="utf-8")
    monkeypatch.chdir(tmp_path)


def files(folder: str | Path) -> set[str]:
    return {str(path.relative_to(folder)) for path in Path(folder).rglob("*") if path.is_file()}


def compared(capsys: pytest.CaptureFixture[str], *arguments: str) -> dict:  # type: ignore[type-arg]
    assert main(["compare", *arguments, "--json", "-q"]) == 0
    out, err = capsys.readouterr()
    assert err == ""
    document: dict = json.loads(out)  # type: ignore[type-arg]
    return document


# What comes out -------------------------------------------------------------------------------------------


def test_text_folder_and_messages(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["compare", "small.toml", "less.toml"]) == 0
    out, err = capsys.readouterr()
    assert out.startswith("What differs between small and less:\n  booth.recruiters: 2 -> 1\nWarning: ")
    assert "\nless against small: " in out
    place = Path("results/compare-small")
    assert err.splitlines() == [
        f"results folder: {place}",
        "replications: 4 of each plan, seed: 5, engine: kernel",
        "1 of 2: small",
        "2 of 2: less",
        f"report: {place / 'report.html'}",
        f"results folder: {place}",
    ]
    assert files(place) == {
        "manifest.json",
        "comparison.csv",
        "causes.csv",
        "comparison.json",
        "report.html",
        "warnings.log",
    } | {str(Path(folder, name)) for folder in ("1-small", "2-less") for name in PLAN}
    manifest = json.loads((place / "manifest.json").read_text(encoding="utf-8"))
    assert (manifest["kind"], manifest["complete"]) == ("comparison", True)
    assert manifest["scenarios"] == [
        {"scenario": "small", "folder": "1-small"},
        {"scenario": "less", "folder": "2-less"},
    ]
    assert main(["compare", "small.toml", "less.toml", "-q", "-v", "--out", "other"]) == 0
    out, err = capsys.readouterr()
    assert err == ""
    assert "reneged" in out


def test_json_is_one_document(capsys: pytest.CaptureFixture[str]) -> None:
    document = compared(capsys, "small.toml", "less.toml", "-n", "3", "--seed", "9", "--out", "here")
    assert (document["base"], document["seed"], document["replications"], document["out"]) == ("small", 9, 3, "here")
    assert [one["scenario"] for one in document["others"]] == ["less"]
    assert [one["name"] for one in document["others"][0]["measures"]] == list(HEADLINE)
    assert document["others"][0]["inputs_changed"] == [{"key": "booth.recruiters", "old": 2, "new": 1}]
    assert json.loads(Path("here/comparison.json").read_text(encoding="utf-8")) == document


def test_identical_scenarios_are_equal(capsys: pytest.CaptureFixture[str]) -> None:
    document = compared(capsys, "small.toml", "small.toml", "-n", "3")
    (other,) = document["others"]
    assert other["scenario"] == "small (2)"
    assert {one["verdict"] for one in other["measures"]} == {"equal"}
    assert other["inputs_changed"] == []


def test_set_applies_to_all(capsys: pytest.CaptureFixture[str]) -> None:
    document = compared(capsys, "small.toml", "less.toml", "-n", "2", "--set", "booth.recruiters=3")
    assert {one["verdict"] for one in document["others"][0]["measures"]} == {"equal"}


def test_plans_have_the_results_that_run_gives_them(capsys: pytest.CaptureFixture[str]) -> None:
    compared(capsys, "small.toml", "less.toml", "-n", "3", "--out", "both")
    assert main(["run", "less.toml", "-q", "-n", "3", "--seed", "5", "--out", "alone"]) == 0
    both, alone = (Path(out, "replications.parquet").read_bytes() for out in ("both/2-less", "alone"))
    assert both == alone


def test_any_number_of_jobs_gives_the_same_bytes(capsys: pytest.CaptureFixture[str]) -> None:
    for jobs in ("1", "2"):
        compared(capsys, "small.toml", "less.toml", "-n", "6", "--jobs", jobs, "--out", jobs)
    for name in ("comparison.csv", "1-small/replications.parquet", "2-less/replications.parquet"):
        assert Path("1", name).read_bytes() == Path("2", name).read_bytes()


def test_nothing_heavy_is_imported_for_the_help() -> None:
    code = "import sys; from sim.cli import main; main(['compare', '--help']); print('MODULES', *sys.modules)"
    path = os.pathsep.join([str(ROOT), os.environ.get("PYTHONPATH", "")])
    environment = {**os.environ, "PYTHONPATH": path}
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, env=environment, check=True)
    text, modules = done.stdout.split("MODULES")
    assert not set(modules.split()) & {"numpy", "scipy", "numba", "duckdb", "rich", "sim.study", "sim.store"}
    options = ["--set", "-n", "--seed", "--engine", "--jobs", "--out", "--resume", "--overwrite", "--select", "--zone"]
    assert [option for option in [*options, "--pcs", "--json", "-q", "-v"] if option not in text] == []


def test_scipy_stats_is_not_imported() -> None:
    code = (
        "import sys; from sim.cli import main; main(['compare', 'small.toml', 'less.toml', '-q', '-n', '2']);"
        "print('MODULES', 'scipy.stats' in sys.modules)"
    )
    path = os.pathsep.join([str(ROOT), os.environ.get("PYTHONPATH", "")])
    environment = {**os.environ, "PYTHONPATH": path}
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, env=environment, check=True)
    assert done.stdout.endswith("MODULES False\n")


# The folder -----------------------------------------------------------------------------------------------


def interrupted_at(stop: int) -> type[Season]:
    """A season that Ctrl-C ends at one replication of the plan with one recruiter."""

    class Interrupted(Season):
        def play(self, seed: int, replication: int, engine: str = "kernel") -> list[Played]:
            if replication == stop and self.scenario.name == "less":
                raise KeyboardInterrupt
            return super().play(seed, replication, engine)

    return Interrupted


def test_interrupted_comparisons_go_on(capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> None:
    with monkeypatch.context() as patch:
        patch.setattr(study, "Season", interrupted_at(2))
        assert main(["compare", "small.toml", "less.toml", "-j", "1", "--out", "cut"]) == 130
    out, err = capsys.readouterr()
    assert out == ""
    assert err.splitlines()[-2:] == [
        f"interrupted: 2 of 4 replications are kept in {Path('cut/2-less')}",
        "go on with: jobfair compare small.toml less.toml -j 1 --out cut --resume",
    ]
    assert not Path("cut/comparison.csv").exists()
    assert main(shlex.split(err.splitlines()[-1].split("jobfair ", 1)[1])) == 0
    assert main(["compare", "small.toml", "less.toml", "--out", "whole"]) == 0
    assert files("cut") == files("whole")
    for name in ("comparison.csv", "1-small/replications.parquet", "2-less/replications.parquet"):
        assert Path("cut", name).read_bytes() == Path("whole", name).read_bytes()


def test_a_resumed_comparison_computes_nothing_twice_and_may_be_longer(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    compared(capsys, "small.toml", "less.toml")
    computed: list[int] = []

    class Counted(Season):
        def play(self, seed: int, replication: int, engine: str = "kernel") -> list[Played]:
            computed.append(replication)
            return super().play(seed, replication, engine)

    monkeypatch.setattr(study, "Season", Counted)
    document = compared(capsys, "small.toml", "less.toml", "--resume", "-n", "5", "-j", "1")
    assert computed == [4, 4]
    assert document["replications"] == 5
    assert document == {
        **compared(capsys, "small.toml", "less.toml", "-n", "5", "--out", "new"),
        "out": document["out"],
    }


def test_a_folder_with_results_is_refused(capsys: pytest.CaptureFixture[str]) -> None:
    compared(capsys, "small.toml", "less.toml", "--out", "out")
    assert main(["compare", "small.toml", "less.toml", "--out", "out"]) == 2
    assert capsys.readouterr().err == (
        "out: the results folder is not empty; --resume goes on with it, --overwrite replaces it, or name another"
        " folder with --out [folder-not-empty]\n"
    )
    assert main(["compare", "small.toml", "--out", "out", "--resume", "small.toml"]) == 2
    err = capsys.readouterr().err
    assert err.startswith("out: --resume: scenarios: was small, less, is small, small (2) now; ")
    assert err.endswith(" [resume-changed]\n")
    assert main(["compare", "small.toml", "less.toml", "--out", "out", "--resume", "--seed", "8", "-n", "2"]) == 2
    lines = capsys.readouterr().err.splitlines()
    assert [line.split(";")[0] for line in lines] == [
        "out: --resume: seed: was 5, is 8 now",
        "out: --resume: replications: was 4, is 2 now",
    ]
    Path("small.toml").write_text(SMALL.replace("60", "61"), encoding="utf-8")
    assert main(["compare", "small.toml", "less.toml", "--out", "out", "--resume"]) == 2
    assert "totals.seekers: was 60 when these results were begun, is 61 now" in capsys.readouterr().err


def test_overwrite_removes_what_jobfair_wrote_and_nothing_else(capsys: pytest.CaptureFixture[str]) -> None:
    compared(capsys, "small.toml", "small.toml", "less.toml", "--out", "out")
    Path("out/2-small/notes.txt").write_text("mine", encoding="utf-8")
    Path("out/more.txt").write_text("mine", encoding="utf-8")
    compared(capsys, "small.toml", "less.toml", "-n", "2", "--overwrite", "--out", "out")
    written = {"manifest.json", "comparison.csv", "causes.csv", "comparison.json", "report.html", "warnings.log"}
    assert files("out") == {*written, "more.txt"} | {
        str(Path("2-small", "notes.txt")),
        *(str(Path(folder, name)) for folder in ("1-small", "2-less") for name in PLAN),
    }
    Path("mine").mkdir()
    Path("mine/a.txt").write_text("mine", encoding="utf-8")
    assert main(["compare", "small.toml", "less.toml", "--overwrite", "--out", "mine"]) == 2
    assert capsys.readouterr().err == (
        "mine: holds other files and no comparison of jobfair; name another folder with --out [not-a-results-folder]\n"
    )


# Results of earlier runs ----------------------------------------------------------------------------------


@pytest.fixture
def stored() -> Iterator[None]:
    assert main(["run", "small.toml", "-q", "-n", "5", "--out", "a"]) == 0
    assert main(["run", "less.toml", "-q", "-n", "3", "--seed", "5", "--out", "b"]) == 0
    assert main(["run", "less.toml", "-q", "-n", "3", "--out", "c"]) == 0
    yield


@pytest.mark.usefixtures("stored")
def test_results_of_earlier_runs_are_compared_over_what_they_share(capsys: pytest.CaptureFixture[str]) -> None:
    capsys.readouterr()
    document = compared(capsys, "a", "b")
    assert document["replications"] == 3
    assert "out" not in document
    fresh = compared(capsys, "small.toml", "less.toml", "-n", "3")
    assert document["others"] == fresh["others"]
    assert document["best"] == fresh["best"]


@pytest.mark.usefixtures("stored")
def test_unlike_results_are_refused(capsys: pytest.CaptureFixture[str]) -> None:
    capsys.readouterr()
    assert main(["compare", "a", "c"]) == 2
    assert capsys.readouterr() == (
        "",
        "c: seed: is 6, but 5 in the base; run both again with the same version and seed [unlike-results]\n",
    )
    manifest = json.loads(Path("b/manifest.json").read_text(encoding="utf-8"))
    for change, message in (
        ({"computed_by": {**manifest["computed_by"], "version": "0.0.1"}}, "b: version: is 0.0.1, but "),
        ({"complete": False}, "b: the run is not complete; go on with it by --resume [unlike-results]"),
        ({"draws": 3}, "b: draws: its parameters were drawn; "),
    ):
        Path("b/manifest.json").write_text(json.dumps(manifest | change), encoding="utf-8")
        assert main(["compare", "a", "b"]) == 2
        assert capsys.readouterr().err.startswith(message)


@pytest.mark.usefixtures("stored")
def test_folders_and_files_do_not_mix(capsys: pytest.CaptureFixture[str]) -> None:
    capsys.readouterr()
    assert main(["compare", "a", "small.toml"]) == 2
    assert capsys.readouterr().err == (
        "jobfair compare: small.toml is no results folder: compare either scenario files or results folders;"
        " `jobfair compare --help` shows what is possible [bad-usage]\n"
    )
    assert main(["compare", "a", "b", "--seed", "5"]) == 2
    assert "--seed does not go with results folders, which were simulated already" in capsys.readouterr().err
    Path("empty").mkdir()
    assert main(["compare", "a", "empty"]) == 2
    assert capsys.readouterr().err == (
        "empty: holds no results of a run (manifest.json); name the folder that `jobfair run` wrote, or a scenario file"
        " [not-a-results-folder]\n"
    )


# Selection ------------------------------------------------------------------------------------------------


def test_selection_goes_on_with_the_plans_that_may_be_best(capsys: pytest.CaptureFixture[str]) -> None:
    select = ["--select", "wait_minutes_mean", "--zone", "0.2", "-n", "10"]
    Path("none.toml").write_text(LESS.replace("recruiters = 1", "recruiters = 2.05"), encoding="utf-8")
    document = compared(capsys, "small.toml", "less.toml", "none.toml", *select, "--out", "out")
    best = document["best"]
    assert (best["measure"], best["better"]) == ("wait_minutes_mean", "lower")
    selection = best["selection"]
    assert selection["scenario"] in ("small", "none")
    assert (selection["zone"], selection["pcs"]) == (0.2, 0.95)
    used = selection["replications"]
    assert used["less"] == min(used.values())
    # The comparison itself is over the replications asked for.
    assert document["replications"] == 10
    assert {one["n"] for one in document["others"][0]["measures"]} == {10}
    for place, label in enumerate(("small", "less", "none"), 1):
        kept = json.loads(Path(f"out/{place}-{label}/manifest.json").read_text(encoding="utf-8"))
        assert kept["replications"] >= used[label]
        assert kept["complete"] is True
    # Going on with what is there gives the same answer; another zone may be asked of the same results.
    assert compared(capsys, "small.toml", "less.toml", "none.toml", *select, "--out", "out", "--resume") == document
    easier = [part if part != "0.2" else "5" for part in select]
    document = compared(capsys, "small.toml", "less.toml", "none.toml", *easier, "--out", "out", "--resume")
    assert document["best"]["selection"]["replications"] == {"small": 10, "less": 10, "none": 10}


def test_identical_plans_are_tied(capsys: pytest.CaptureFixture[str]) -> None:
    document = compared(capsys, "small.toml", "small.toml", "--select", "intents", "--zone", "1", "-n", "10")
    assert document["best"]["selection"]["scenario"] == "small"
    assert document["best"]["selection"]["tied"] == ["small (2)"]


USAGE = "; `jobfair compare --help` shows what is possible [bad-usage]"


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["small.toml"], f"jobfair compare: OTHER...: is missing{USAGE}"),
        (["small.toml", "less.toml", "--zone", "3"], f"jobfair compare: --zone and --pcs need --select{USAGE}"),
        (
            ["small.toml", "less.toml", "--select", "intents"],
            f"jobfair compare: --select needs --zone, the smallest difference that matters{USAGE}",
        ),
        (
            ["small.toml", "less.toml", "--select", "intents", "--zone", "inf"],
            f"jobfair compare: --zone must be finite{USAGE}",
        ),
        (
            ["small.toml", "less.toml", "--select", "intents", "--zone", "2", "-n", "9"],
            f"jobfair compare: --select begins with at least 10 replications: -n 10{USAGE}",
        ),
        (
            ["small.toml", "less.toml", "--resume", "--overwrite"],
            f"jobfair compare: --resume and --overwrite exclude each other{USAGE}",
        ),
        (
            ["small.toml", "les.toml", "nothing.toml"],
            'les.toml: there is no such file; did you mean "less.toml"? [no-file]\n'
            "nothing.toml: there is no such file [no-file]",
        ),
    ],
)
def test_messages(capsys: pytest.CaptureFixture[str], arguments: list[str], message: str) -> None:
    assert main(["compare", *arguments]) == 2
    assert capsys.readouterr() == ("", message + "\n")
    assert not Path("results").exists()


@pytest.mark.parametrize("measure", ["intent", "seekers", "x"])
def test_only_measures_with_a_better_direction_select(capsys: pytest.CaptureFixture[str], measure: str) -> None:
    assert main(["compare", "small.toml", "less.toml", "--select", measure, "--zone", "1"]) == 2
    err = capsys.readouterr().err
    assert err.startswith(f"--select: {measure}: is no measure with a better direction (intents, signings, ")
    assert ('did you mean "intents"?' in err) == (measure == "intent")
    assert err.endswith(" [unknown-measure]\n")


@pytest.mark.parametrize(("option", "value"), [("--zone", "0"), ("--zone", "nan"), ("--pcs", "1"), ("--pcs", "0.5")])
def test_sizes_out_of_range(capsys: pytest.CaptureFixture[str], option: str, value: str) -> None:
    arguments = ["compare", "small.toml", "less.toml", "--select", "intents", "--zone", "1", option, value]
    assert main(arguments) == 2
    assert capsys.readouterr().err.startswith(f"jobfair compare: {option}")


def test_a_zone_that_takes_too_long_is_refused(capsys: pytest.CaptureFixture[str]) -> None:
    arguments = ["--select", "wait_minutes_mean", "--zone", "1e-6", "-n", "10"]
    assert main(["compare", "small.toml", "less.toml", "-q", *arguments]) == 2
    err = capsys.readouterr().err
    assert err.startswith("--zone: selecting with 1e-06 could take ")
    assert err.endswith(" (at most 1,000,000); name a larger difference that matters [zone-too-small]\n")


def test_a_measure_that_is_missing_does_not_select(capsys: pytest.CaptureFixture[str]) -> None:
    Path("nobody.toml").write_text('base = "small.toml"\nname = "nobody"\nbehaviour.talk_share = 0\n', encoding="utf-8")
    arguments = ["compare", "small.toml", "nobody.toml", "-q", "--select", "wait_minutes_mean", "--zone", "1"]
    assert main([*arguments, "-n", "10"]) == 2
    assert capsys.readouterr().err == (
        '--select: wait_minutes_mean: "nobody" did not observe it in 10 of 10 replications; select by a count, such as'
        " intents [not-observed]\n"
    )


def test_every_slug_is_explained() -> None:
    assert {"unlike-results", "unknown-measure", "not-observed", "zone-too-small"} <= SLUGS.keys()
