"""Odd surroundings: other locales and line ends, long paths, no terminal, a wrong clock, two runs at once."""

import datetime
import json
import os
import subprocess
import sys
import time
from pathlib import Path

import pytest

from sim import store
from sim.cli import main
from sim.cli.running import compile_first
from sim.model.errors import InputError
from sim.model.scenario import load_scenario
from sim.study.calibration.observed import read_reported
from sim.study.calibration.targets import read_targets
from sim.study.parameter_draws import read_draws
from sim.study.varying import read_cases
from tests.parallel.runs import ROOT, environment

SMALL = """\
name = "招聘会"
totals = { firms = 4, posts = 12 }
run = { replications = 2, seed = 5 }
tables = { seekers = "people.csv" }
[[fairs]]
id = "one"
"""
PEOPLE = "id,group,skill\n李,all,0.5\nö,all,\n"
RUN = ["run", "small.toml", "-q", "--out", "out"]
PATH_BYTES = 4000
C_LOCALE = {"LC_ALL": "C", "PYTHONUTF8": "0", "PYTHONCOERCECLOCALE": "0"}


@pytest.fixture(autouse=True)
def _folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    Path("small.toml").write_text(SMALL, encoding="utf-8")
    Path("people.csv").write_text(PEOPLE, encoding="utf-8")


def program(*arguments: str, **variables: str) -> subprocess.CompletedProcess[bytes]:
    return subprocess.run(
        [sys.executable, "-m", "sim", *arguments], env=environment() | variables, capture_output=True, check=False
    )


# Text ---------------------------------------------------------------------------------------------


@pytest.mark.parametrize("ends", ["\n", "\r\n"])
@pytest.mark.parametrize("mark", ["", "\ufeff"])
def test_line_ends_and_byte_order_marks_make_no_difference(ends: str, mark: str) -> None:
    plain = load_scenario("small.toml")
    for name, text in (("small.toml", SMALL), ("people.csv", PEOPLE)):
        Path(name).write_bytes((mark + text.replace("\n", ends)).encode())
    assert load_scenario("small.toml") == plain
    cases = "case,gate.lanes\nfew,1\nmany,9\n"
    Path("cases.csv").write_bytes((mark + cases.replace("\n", ends)).encode())
    assert read_cases(Path("cases.csv")).rows == (("1",), ("9",))
    Path("draws.csv").write_bytes(
        (mark + cases.replace("case", "draw").replace("few", "1").replace("many", "2").replace("\n", ends)).encode()
    )
    assert read_draws(Path("draws.csv")) == (("gate.lanes",), ("1",), ("9",))


def test_line_ends_of_targets_priors_and_observations_make_no_difference(tmp_path: Path) -> None:
    import shutil

    plain = read_targets(ROOT / "calibration" / "targets.toml")
    for folder in ("scenarios", "calibration"):
        shutil.copytree(ROOT / folder, folder, ignore=shutil.ignore_patterns("fits"))
    for file in (*Path("calibration").rglob("*.*"), *Path("scenarios").rglob("*.toml")):
        file.write_bytes(b"\xef\xbb\xbf" + file.read_bytes().replace(b"\r\n", b"\n").replace(b"\n", b"\r\n"))
    other = read_targets(Path("calibration/targets.toml"))
    assert other.priors == plain.priors
    assert [one.id for one in other.targets] == [one.id for one in plain.targets]
    table = Path("calibration") / "observed" / "reported-fairs.csv"
    assert read_reported(table) == read_reported(ROOT / table)


def test_no_file_is_read_or_written_in_the_encoding_of_the_locale() -> None:
    # Python warns where a text file is opened without an encoding, and here the warning of our modules is an error.
    strict = (
        "import sys, warnings; warnings.filterwarnings('error', category=EncodingWarning, module=r'sim(\\.|$)');"
        "from sim.cli import main; sys.exit(main(sys.argv[1:]))"
    )
    done = subprocess.run(
        [sys.executable, "-X", "warn_default_encoding", "-c", strict, *RUN],
        env=environment() | C_LOCALE, capture_output=True, check=False,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    assert "招聘会" in Path("out/manifest.json").read_text(encoding="utf-8")


def test_a_c_locale_with_names_that_it_cannot_write() -> None:
    Path("招聘").mkdir()
    done = program(
        "run", "small.toml", "-n", "1", "--out", "招聘/出", LC_ALL="C", PYTHONUTF8="0", PYTHONCOERCECLOCALE="0"
    )
    assert done.returncode == 0, done.stderr
    assert Path("招聘/出/manifest.json").exists()
    done = program("check", "没有.toml", **C_LOCALE)
    assert done.returncode == 1
    assert done.stderr.rstrip().endswith(b"[no-file]")


# Places -------------------------------------------------------------------------------------------


def deep(length: int) -> Path:
    """A path of so many characters, of folders that need not exist."""
    path = ""
    while len(path) < length:
        path += "/" * bool(path) + "d" * min(200, length - len(path))
    return Path(path.rstrip("/"))


@pytest.mark.parametrize("long", ["d" * PATH_BYTES, str(deep(PATH_BYTES)), str(deep(5 * PATH_BYTES))])
def test_a_path_of_four_thousand_characters_is_used_or_refused(long: str, capsys: pytest.CaptureFixture[str]) -> None:
    for arguments in (
        ["check", long], ["run", long], ["compare", long, "small.toml"], ["calibrate", long], ["validate", long],
        ["sweep", "small.toml", "--cases", long, "--out", "a"], ["run", "small.toml", "--draws", long, "--out", "b"],
        ["verify", "--scenarios", long],
    ):  # fmt: skip
        assert main(arguments) in (1, 2), arguments[0]
        said = capsys.readouterr().err.rstrip()
        assert said.endswith("[no-file]") or said.endswith("[unreadable]"), said[-500:]
    for arguments in (["run", "small.toml"], ["sweep", "small.toml", "--vary", "gate.lanes=1,2"],
                      ["compare", "small.toml", "small.toml"]):  # fmt: skip
        code = main([*arguments, "-q", "--out", long + arguments[0][0]])
        said = capsys.readouterr().err.rstrip()
        assert code == 0 or (code == 2 and said.endswith("choose a shorter path [cannot-write]")), said[-500:]
    for key, text in (("base", f'base = "{long}"\n{SMALL}'), ("tables.seekers", SMALL.replace("people.csv", long))):
        Path("long.toml").write_text(text, encoding="utf-8")
        with pytest.raises(InputError, match=rf"{key}: .*\[(unreadable|no-file|bad-text)\]"):
            load_scenario("long.toml")


def test_a_folder_whose_files_would_have_too_long_a_path_is_refused_with_the_remedy(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    room = 4090 - len(os.getcwd().encode())
    assert main(["run", "small.toml", "-q", "--out", str(Path.cwd() / deep(room))]) == 2
    assert capsys.readouterr().err.rstrip().endswith("choose a shorter path [cannot-write]")


# Terminal -----------------------------------------------------------------------------------------


def test_without_any_terminal_or_open_stream_the_results_are_there() -> None:
    command = f"{sys.executable} -m sim run small.toml --out out <&- >&- 2>&-"
    assert subprocess.run(command, shell=True, env=environment(), check=False).returncode == 0
    assert json.loads(Path("out/manifest.json").read_text(encoding="utf-8"))["complete"] is True


@pytest.mark.parametrize(
    "terminal", [{"TERM": "dumb"}, {"TERM": ""}, {"TERM": "unknown", "COLUMNS": "1"}, {"COLUMNS": "x"}]
)
def test_a_terminal_that_can_do_nothing(terminal: dict[str, str]) -> None:
    done = program(*RUN, **terminal)
    assert done.returncode == 0, done.stderr
    assert b"reach an intent" in done.stdout


# Clock --------------------------------------------------------------------------------------------


def test_a_clock_that_is_set_back_changes_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    assert main([*RUN[:-1], "whole", "-n", "4"]) == 0
    assert main(RUN) == 0
    manifest = Path("out/manifest.json")
    content = json.loads(manifest.read_text(encoding="utf-8"))
    manifest.write_text(json.dumps(content | {"started": "2999-01-01T00:00:00+00:00"}), encoding="utf-8")
    for file in Path("out").iterdir():
        os.utime(file, (32e9, 32e9))
    now = time.time()
    monkeypatch.setattr(time, "time", lambda: now - 10**8)

    class Earlier(datetime.datetime):
        @classmethod
        def now(cls, tz: datetime.tzinfo | None = None) -> datetime.datetime:  # type: ignore[override]
            return datetime.datetime(1999, 1, 1, tzinfo=tz)

    monkeypatch.setattr(datetime, "datetime", Earlier)
    assert main([*RUN, "--resume", "-n", "4"]) == 0
    assert Path("out/replications.parquet").read_bytes() == Path("whole/replications.parquet").read_bytes()
    again = json.loads(manifest.read_text(encoding="utf-8"))
    assert again["started"] == "2999-01-01T00:00:00+00:00"
    assert again["wall_seconds"] >= content["wall_seconds"]


# Two at once --------------------------------------------------------------------------------------


def test_of_runs_that_begin_together_in_one_folder_one_goes_on_and_the_others_are_told() -> None:
    command = [sys.executable, "-m", "sim", *RUN, "-n", "300", "--jobs", "1"]
    runs = [
        subprocess.Popen(command, env=environment(), stderr=subprocess.PIPE, stdout=subprocess.PIPE) for _ in range(4)
    ]
    ended = [(one.communicate()[1].decode(), one.returncode) for one in runs]
    assert sorted(code for _, code in ended) == [0, 2, 2, 2]
    for said, code in ended:
        assert code == 0 or said.rstrip().endswith(("[folder-in-use]", "[folder-not-empty]")), said
    assert main([*RUN[:-1], "alone", "-n", "300"]) == 0
    for name in ("replications.parquet", "summary.csv"):
        assert Path("out", name).read_bytes() == Path("alone", name).read_bytes()


# The cache of compiled code -----------------------------------------------------------------------


def test_a_full_cache_of_compiled_code_says_what_to_do(monkeypatch: pytest.MonkeyPatch) -> None:
    def full(*_: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("sim.warmup.ensure_compiled", full)
    said = (
        r"compiled code cannot be kept: No space left on device; make room there, or name another folder by the "
        r"variable JOBFAIR_CACHE \[cannot-write\]"
    )
    with pytest.raises(InputError, match=said):
        compile_first(lambda _: None)


def test_a_manifest_is_written_whole_or_not_at_all(monkeypatch: pytest.MonkeyPatch) -> None:
    """Twin: what the tests of this folder rely on."""
    assert main(RUN) == 0
    before = Path("out/manifest.json").read_bytes()

    def broken(*_: object) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr(os, "replace", broken)
    with pytest.raises(KeyboardInterrupt):
        store.write_text(Path("out/manifest.json"), "half")
    assert Path("out/manifest.json").read_bytes() == before
