"""The command line: exit codes, streams, messages word by word, and nothing half-written."""

import errno
import io
import json
import os
import shlex
import signal
import subprocess
import sys
import time
from collections.abc import Iterator, Sequence
from pathlib import Path

import pytest

import sim
from sim import cli
from sim.campaign.season import Played, Season
from sim.cli import main
from sim.engine import default_engine
from sim.model.messages import SLUGS
from sim.study import replicate as study
from sim.study.measures import BY_WINDOW, HEADLINE

ROOT = Path(next(iter(sim.__path__))).parent
HEAVY = {
    "numpy",
    "scipy",
    "numba",
    "simpy",
    "duckdb",
    "rich",
    "tree_sitter",
    "tomli_w",
    "sim.study",
    "sim.store",
}
SMALL = """
name = "small"
totals = { firms = 4, posts = 12, seekers = 30 }
run = { replications = 3, seed = 5 }
reported = { intents = 11 }
[[fairs]]
id = "one"
[[fairs]]
id = "two"
"""
BAD = '[[fairs]]\nid = "one"\nfirms = 4\nposts = 12\nseekers = 30\nopne = "09:00"\n'


@pytest.fixture(autouse=True)
def in_a_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "small.toml").write_text(SMALL, encoding="utf-8")
    (tmp_path / "bad.toml").write_text(BAD, encoding="utf-8")
    monkeypatch.chdir(tmp_path)


def environment(**changes: str) -> dict[str, str]:
    path = os.pathsep.join([str(ROOT), os.environ.get("PYTHONPATH", "")])
    return {**os.environ, "PYTHONPATH": path, **changes}


def jobfair(*arguments: str, **changes: str) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "sim", *arguments]
    return subprocess.run(command, capture_output=True, text=True, env=environment(**changes), check=False)


def files(folder: str) -> set[str]:
    return {str(path.relative_to(folder)) for path in Path(folder).rglob("*") if path.is_file()}


RESULTS = {
    "manifest.json", "resolved.toml", "summary.csv", "replications.parquet", "booths.csv", "report.html",
    "warnings.log",
}  # fmt: skip


# Start ----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("arguments", [["--help"], ["run", "--help"], ["--version"], ["rnu"]])
def test_nothing_heavy_is_imported_before_it_is_needed(arguments: list[str]) -> None:
    code = f"import sys; from sim.cli import main; main({arguments!r}); print('MODULES', *sys.modules)"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, env=environment(), check=True)
    modules = set(done.stdout.rsplit("MODULES", 1)[1].split())
    unwanted = HEAVY - {"sim.store"} if arguments == ["--version"] else HEAVY
    assert not modules & unwanted
    assert "click" in modules


def test_help_comes_at_once() -> None:
    def seconds() -> float:
        begun = time.perf_counter()
        assert jobfair("--help").returncode == 0
        return time.perf_counter() - begun

    assert min(seconds() for _ in range(5)) < 0.3


def test_help_names_the_verbs(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["--help"]) == 0
    text = capsys.readouterr().out
    assert [verb for verb in ("run", "check", "template", "schema") if f"\n  {verb} " not in text] == []
    assert main(["run", "--help"]) == 0
    text = capsys.readouterr().out
    options = ["--set", "-n", "--replications", "--seed", "--engine", "--out", "--resume", "--overwrite"]
    options += ["--precision", "--draws", "--jobs", "--cluster", "--json", "-q", "-v", "--no-progress", "--debug"]
    assert [option for option in options if option not in text] == []


def test_version(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["--version"]) == 0
    assert capsys.readouterr().out.startswith("jobfair ")


# run ------------------------------------------------------------------------------------------------------


def test_run_prints_the_table_and_names_the_folder_first_and_last(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["run", "small.toml"]) == 0
    out, err = capsys.readouterr()
    assert " reach" in out.splitlines()[0]
    assert out.splitlines()[0].endswith("reported: 11.")
    assert [name for name in HEADLINE if f"\n{name} " not in out] == []
    first, *middle, last = err.splitlines()
    assert first == last == f"results folder: {Path('results/small')}"
    page = Path("results/small/report.html")
    assert middle == [f"replications: 3, seed: 5, engine: {default_engine()}", f"report: {page}"]
    assert files("results/small") == RESULTS


def test_run_json_is_one_document(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["run", "small.toml", "--json", "-n", "2", "--seed", "9", "--out", "here"]) == 0
    out, err = capsys.readouterr()
    document = json.loads(out)
    measures = document.pop("measures")
    version = document.pop("version")
    hours = document.pop("by_hour")
    assert document.pop("alarms") == []
    assert version
    assert document == {"scenario": "small", "engine": default_engine(), "seed": 9, "replications": 2, "out": "here"}
    assert [measure["name"] for measure in measures] == list(HEADLINE)
    assert all(
        set(measure) - {"reported"} == set(["name", "unit", "mean", "low", "high", "sd", "p05", "p95"])
        for measure in measures
    )
    assert {measure["name"]: measure.get("reported") for measure in measures}["intents"] == 11
    assert [set(hour) for hour in hours] == [{"hour", "measures"}] * len(hours)
    assert [hour["hour"] for hour in hours][:2] == ["08:00", "09:00"]
    for hour in hours:
        assert [measure["name"] for measure in hour["measures"]] == [one.name for one in BY_WINDOW]
        assert {*hour["measures"][0]} == {*measures[0]} - {"reported"}
    assert err.splitlines()[0] == "results folder: here"


def test_quiet_says_nothing_and_verbose_says_more(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["run", "small.toml", "-q", "-n", "1"]) == 0
    assert capsys.readouterr().err == ""
    assert main(["run", "small.toml", "-v", "-n", "1", "--overwrite"]) == 0
    assert capsys.readouterr().err.splitlines()[-2].endswith(" s")


def test_same_seed_same_bytes_other_seed_other_numbers() -> None:
    for out, seed in (("a", "1"), ("b", "1"), ("c", "2")):
        assert main(["run", "small.toml", "-q", "--seed", seed, "--out", out]) == 0
    a, b, c = (Path(out, "replications.parquet").read_bytes() for out in "abc")
    assert a == b != c


def test_the_resolved_scenario_gives_the_same_results() -> None:
    assert main(["run", "small.toml", "-q", "-n", "2", "--seed", "9", "--set", "gate.lanes=1"]) == 0
    assert main(["run", "results/small/resolved.toml", "-q", "--out", "again"]) == 0
    first, again = (Path(out, "replications.parquet").read_bytes() for out in ("results/small", "again"))
    assert first == again


def test_set_reaches_the_scenario(capsys: pytest.CaptureFixture[str]) -> None:
    arguments = [
        "run",
        "small.toml",
        "--json",
        "-n",
        "1",
        "--set",
        "totals.firms=9",
        "--set",
        "totals.firms=6",
    ]
    assert main(arguments) == 0
    measures = json.loads(capsys.readouterr().out)["measures"]
    assert {measure["name"]: measure["mean"] for measure in measures}["firms"] == 6
    command = json.loads(Path("results/small/manifest.json").read_text(encoding="utf-8"))["command"]
    assert command == ["jobfair", *arguments]


def test_a_folder_with_results_is_refused_before_computing(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    assert main(["run", "small.toml", "-q"]) == 0
    capsys.readouterr()
    monkeypatch.setattr(study, "Season", None)
    assert main(["run", "small.toml"]) == 2
    assert capsys.readouterr() == (
        "",
        f"{Path('results/small')}: the results folder is not empty; --resume goes on with it, --overwrite"
        " replaces it, or name another folder with --out [folder-not-empty]\n",
    )


def test_overwrite_begins_anew_and_resume_extends(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["run", "small.toml", "-q", "--seed", "1"]) == 0
    assert main(["run", "small.toml", "-q", "--seed", "2", "--overwrite"]) == 0
    assert main(["run", "small.toml", "-q", "--resume"]) == 0  # seed 2 is what the folder was begun with
    assert main(["run", "small.toml", "-q", "--resume", "-n", "5"]) == 0
    assert main(["run", "small.toml", "-q", "--seed", "2", "-n", "5", "--out", "whole"]) == 0
    extended, whole = (Path(out, "replications.parquet").read_bytes() for out in ("results/small", "whole"))
    assert extended == whole
    assert main(["run", "small.toml", "--resume", "--seed", "3"]) == 2
    assert "--resume: seed: was 2 when these results were begun, is 3 now;" in capsys.readouterr().err


# Interrupted ----------------------------------------------------------------------------------------------


def test_interrupted_runs_keep_what_is_finished_and_go_on(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    class Interrupted(Season):
        def play(self, seed: int, replication: int, engine: str = "kernel") -> list[Played]:
            if replication == 2:
                raise KeyboardInterrupt
            return super().play(seed, replication, engine)

    with monkeypatch.context() as patch:
        patch.setattr(study, "Season", Interrupted)
        assert main(["run", "small.toml", "--overwrite", "-n", "4", "--out", "my results"]) == 130
    out, err = capsys.readouterr()
    assert out == ""
    assert err.splitlines()[-2:] == [
        "interrupted: 2 of 4 replications are kept in my results",
        "go on with: jobfair run small.toml -n 4 --out 'my results' --resume",
    ]
    assert main(shlex.split(err.splitlines()[-1].split("jobfair ", 1)[1])) == 0
    assert main(["run", "small.toml", "-n", "4", "--out", "whole"]) == 0
    assert files("my results") == files("whole") == RESULTS
    for name in ("replications.parquet", "summary.csv", "booths.csv", "resolved.toml"):
        assert Path("my results", name).read_bytes() == Path("whole", name).read_bytes()


@pytest.fixture
def endless() -> Iterator[subprocess.Popen[str]]:
    """A run that has kept its first batch and would go on for long."""
    command = [sys.executable, "-m", "sim", "run", "small.toml", "-n", "300000", "--out", "out"]
    with subprocess.Popen(
        command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, env=environment()
    ) as process:
        deadline = time.monotonic() + 120
        journal = Path("out/journal.bin")
        while not (journal.exists() and journal.stat().st_size > 100_000) and time.monotonic() < deadline:
            assert process.poll() is None
            time.sleep(0.05)
        yield process
        process.kill()


def kept() -> int:
    from sim.journal import Journal

    table = Journal(Path("out/journal.bin")).read()
    return 0 if table is None else len(set(table.replications.tolist()))


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_ctrl_c_ends_a_run_with_130(endless: subprocess.Popen[str], number: signal.Signals) -> None:
    endless.send_signal(number)
    _, err = endless.communicate(timeout=60)
    assert endless.returncode == 130
    assert f"interrupted: {kept():,} of 300,000 replications are kept in out\n" in err
    assert "Traceback" not in err


def test_a_killed_run_keeps_its_batches(endless: subprocess.Popen[str]) -> None:
    endless.kill()
    endless.wait()
    assert kept() > 0
    assert files("out") & {"replications.parquet", "summary.csv"} == set()


# Bad input ------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (
            ["rnu"],
            f'jobfair: rnu: no such verb ({", ".join(sorted(cli.cli.commands))}); did you mean "run"? [unknown-verb]',
        ),
        (
            ["run", "x.toml", "--sede", "1"],
            'jobfair run: --sede: no such option; did you mean "--seed"? [bad-usage]',
        ),
        (
            ["run", "x", "--repl", "1"],
            'jobfair run: --repl: no such option; did you mean "--replications"? [bad-usage]',
        ),
        (
            ["run", "x.toml", "--xyz"],
            "jobfair run: --xyz: no such option; `jobfair run --help` shows what is possible [bad-usage]",
        ),
        (
            ["run"],
            "jobfair run: SCENARIO: is missing; `jobfair run --help` shows what is possible [bad-usage]",
        ),
        (
            ["check"],
            "jobfair check: SCENARIO...: is missing; `jobfair check --help` shows what is possible [bad-usage]",
        ),
        (
            ["run", "x.toml", "--resume", "--overwrite"],
            "jobfair run: --resume and --overwrite exclude each other; `jobfair run --help` shows what is"
            " possible [bad-usage]",
        ),
        (["run", "nothing.toml"], "nothing.toml: there is no such file [no-file]"),
        (["run", "bad.toml"], 'bad.toml:6: fairs[1].opne: unknown key; did you mean "open"? [unknown-key]'),
    ],
)
def test_messages(capsys: pytest.CaptureFixture[str], arguments: list[str], message: str) -> None:
    assert main(arguments) == 2
    assert capsys.readouterr() == ("", message + "\n")
    assert not Path("results").exists()


@pytest.mark.parametrize("option", ["-n", "--replications", "--seed"])
@pytest.mark.parametrize("value", ["-1", "1.5", "many", "nan", "99999999999999999999"])
def test_numbers_out_of_range(capsys: pytest.CaptureFixture[str], option: str, value: str) -> None:
    assert main(["run", "small.toml", option, value]) == 2
    out, err = capsys.readouterr()
    assert out == ""
    assert err.startswith(f"jobfair run: {'--seed' if option == '--seed' else '--replications'}: ")
    assert value in err
    assert err.endswith(" [bad-usage]\n")


@pytest.mark.parametrize("count", ["0", "1000001"])
def test_replications_have_bounds(capsys: pytest.CaptureFixture[str], count: str) -> None:
    assert main(["run", "small.toml", "-n", count]) == 2
    assert f"{count} is not in the range 1<=x<=1000000" in capsys.readouterr().err


def test_without_a_verb_the_help_is_shown(capsys: pytest.CaptureFixture[str]) -> None:
    assert main([]) == 2
    out, err = capsys.readouterr()
    assert out == ""
    assert err.startswith("Usage: jobfair ")


@pytest.mark.parametrize("out", ["small.toml", "small.toml/deep", "/dev/null/x"])
def test_a_folder_that_cannot_be_written(capsys: pytest.CaptureFixture[str], out: str) -> None:
    assert main(["run", "small.toml", "--out", out]) == 2
    err = capsys.readouterr().err
    assert err.startswith(f"{Path(out)}: cannot be written: ")
    assert err.endswith(" [cannot-write]\n")
    assert Path("small.toml").read_text(encoding="utf-8") == SMALL


def test_internal_errors_ask_for_a_report(capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> None:
    def broken(*_: object) -> None:
        raise ZeroDivisionError("one\ntwo")

    monkeypatch.setattr(study, "Season", broken)
    assert main(["run", "small.toml", "-q"]) == 3
    line = (
        "jobfair: internal error: ZeroDivisionError: one two; please report it with the command and the"
        " scenario (--debug shows where it happened)\n"
    )
    assert capsys.readouterr() == ("", line)
    assert main(["run", "small.toml", "-q", "--overwrite", "--debug"]) == 3
    err = capsys.readouterr().err
    assert err.startswith("Traceback (most recent call last):\n")
    assert err.endswith(line)


def test_every_slug_of_the_command_line_is_explained() -> None:
    assert {"bad-usage", "unknown-verb"} <= SLUGS.keys()
    assert {
        "cannot-write",
        "results-damaged",
        "folder-not-empty",
        "not-a-results-folder",
        "resume-changed",
    } <= (SLUGS.keys())


# check, template, schema ----------------------------------------------------------------------------------


def test_check_names_good_files_and_every_finding_of_the_others(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["check", "small.toml", "bad.toml", "nothing.toml"]) == 1
    assert capsys.readouterr() == (
        "small.toml: ok\n",
        'bad.toml:6: fairs[1].opne: unknown key; did you mean "open"? [unknown-key]\n'
        "nothing.toml: there is no such file [no-file]\n",
    )
    assert main(["check", "small.toml"]) == 0


def test_check_json(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["check", "small.toml", "bad.toml", "--json"]) == 1
    out, err = capsys.readouterr()
    document = json.loads(out)
    assert document["ok"] is False
    assert [file["file"] for file in document["files"]] == ["small.toml", "bad.toml"]
    assert [len(file["findings"]) for file in document["files"]] == [0, 1]
    assert document["files"][1]["findings"][0]["slug"] == "unknown-key"
    assert err == ""


@pytest.mark.parametrize("name", [[], ["fair"], ["venues"], ["firms"]])
def test_templates_pass_their_own_check(capsys: pytest.CaptureFixture[str], name: Sequence[str]) -> None:
    assert main(["template", *name]) == 0
    Path("new.toml").write_text(capsys.readouterr().out, encoding="utf-8")
    assert main(["check", "new.toml"]) == 0


def test_an_unknown_template_is_bad_input(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["template", "fiar"]) == 2
    assert capsys.readouterr().err.endswith(" [unknown-template]\n")


def test_schema_is_json(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["schema"]) == 0
    assert "fairs" in json.loads(capsys.readouterr().out)["properties"]


# Streams --------------------------------------------------------------------------------------------------


def test_a_closed_pipe_is_no_error() -> None:
    read, write = os.pipe()
    os.close(read)
    for arguments in (["schema"], ["run", "small.toml"]):
        done = subprocess.run(
            [sys.executable, "-m", "sim", *arguments],
            stdout=write,
            stderr=subprocess.PIPE,
            text=True,
            env=environment(),
            check=False,
        )
        assert done.returncode == 0
        assert "rror" not in done.stderr
    os.close(write)
    assert files("results/small") == RESULTS


def test_a_full_disk_under_stdout_is_a_message(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    class Full(io.StringIO):
        def flush(self) -> None:
            raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    monkeypatch.setattr(sys, "stdout", Full())
    assert main(["check", "small.toml"]) == 2
    assert capsys.readouterr().err == "jobfair: output: No space left on device [cannot-write]\n"


@pytest.mark.parametrize(
    "locale",
    [
        {"LC_ALL": "C", "PYTHONUTF8": "0", "PYTHONCOERCECLOCALE": "0"},
        {"PYTHONIOENCODING": "ascii"},
        {"LC_ALL": "C"},
    ],
)
def test_chinese_names_survive_any_locale(locale: dict[str, str]) -> None:
    Path("small.toml").write_text(SMALL.replace('"one"', '"one"\nvenue = "武汉"'), encoding="utf-8")
    Path("春风.toml").write_text(SMALL.replace('"small"', '"春风"'), encoding="utf-8")
    for name in ("small", "春风"):
        done = jobfair("run", f"{name}.toml", "-n", "2", "--overwrite", "--out", "out", **locale)
        assert (done.returncode, "Traceback" in done.stderr) == (0, False)
    assert "春风" in Path("out/resolved.toml").read_text(encoding="utf-8")
    done = jobfair("check", "无.toml", **locale)
    assert done.returncode == 1
    assert "there is no such file" in done.stderr


def test_the_progress_bar_is_for_terminals_only(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sys.stderr, "isatty", lambda: True, raising=False)
    assert main(["run", "small.toml", "--no-progress"]) == 0
    assert len(capsys.readouterr().err.splitlines()) == 4
    assert main(["run", "small.toml", "--overwrite", "-q"]) == 0
    assert capsys.readouterr().err == ""


def test_the_console_entry_is_main() -> None:
    assert cli.PROGRAM == "jobfair"
    done = jobfair("check", "bad.toml")
    assert (done.returncode, done.stdout) == (1, "")
