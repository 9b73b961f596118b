"""A disk that is full at any moment, a limit on files, a folder that disappears: finished work survives all of it."""

import errno
import os
import shutil
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from sim.cli import main
from sim.journal import Journal
from sim.study import replicate as study
from tests.parallel.runs import environment

SCENARIO = """\
name = "small"
totals = { firms = 4, posts = 12, seekers = 30 }
run = { replications = 4, seed = 5 }
[[fairs]]
id = "one"
"""
RUN = ["run", "small.toml", "-q", "--out", "out"]
LASTING = ("replications.parquet", "summary.csv", "resolved.toml", "booths.csv", "warnings.log")
MOST_POINTS = 200


@pytest.fixture(autouse=True)
def _folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    Path("small.toml").write_text(SCENARIO, encoding="utf-8")


@pytest.fixture
def whole() -> dict[str, bytes]:
    """What an undisturbed run leaves."""
    assert main([*RUN[:-1], "whole"]) == 0
    return lasting("whole")


def lasting(folder: str) -> dict[str, bytes]:
    return {name: Path(folder, name).read_bytes() for name in LASTING}


class Failing:
    """Makes the write of a number fail, counted over everything that makes a file or puts something into one."""

    def __init__(self, patch: pytest.MonkeyPatch, number: int) -> None:
        self.number, self.done = number, 0
        for name in ("write", "fsync", "replace", "mkdir"):
            patch.setattr(os, name, self.around(getattr(os, name)))
        patch.setattr(Path, "write_text", self.around(Path.write_text))

    def around(self, function: Callable[..., Any]) -> Callable[..., Any]:
        def counted(*arguments: Any, **options: Any) -> Any:
            self.done += 1
            if self.done == self.number:
                raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))
            return function(*arguments, **options)

        return counted


def test_a_write_that_fails_loses_nothing_finished_wherever_it_fails(
    whole: dict[str, bytes], capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    points = 0
    for number in range(1, MOST_POINTS):
        with monkeypatch.context() as patch:
            failing = Failing(patch, number)
            ended = main(RUN)
        if failing.done < number:  # it was not reached: the run is whole
            assert ended == 0
            break
        said = capsys.readouterr().err
        if ended == 0:  # a write that does not matter, such as that of a folder which is there
            assert lasting("out") == whole
            shutil.rmtree("out")
            continue
        points += 1
        assert ended == 2, (number, said)
        assert "cannot be written" in said
        assert said.rstrip().endswith("[cannot-write]")
        assert "free some space, then go on with --resume" in said
        kept = Journal(Path("out/journal.bin")).read() if Path("out").exists() else None
        assert main([*RUN, "--resume"]) == 0, number
        assert lasting("out") == whole, number
        assert not list(Path("out").glob(".jobfair-*")), number
        assert kept is None or len(kept.replications) <= 4
        shutil.rmtree("out")
    assert points > 20


def test_a_limit_on_the_size_of_files_is_a_message_and_the_run_goes_on(whole: dict[str, bytes]) -> None:
    limited = (
        "import resource, signal, sys; signal.signal(signal.SIGXFSZ, signal.SIG_IGN);"
        "resource.setrlimit(resource.RLIMIT_FSIZE, (6000, 6000));"
        "from sim.cli import main; sys.exit(main(sys.argv[1:]))"
    )
    done = subprocess.run(
        [sys.executable, "-c", limited, *RUN], env=environment(), capture_output=True, text=True, check=False
    )
    assert done.returncode == 2
    assert (
        "the system limits the size of files; raise the limit, then go on with --resume [cannot-write]" in done.stderr
    )
    assert main([*RUN, "--resume"]) == 0
    assert lasting("out") == whole


def after_two(monkeypatch: pytest.MonkeyPatch, what: Callable[[], None]) -> None:
    """Something happens after two replications of a run."""
    keep = study._Run._keep

    def kept(run: study._Run, *arguments: Any) -> None:
        keep(run, *arguments)
        if run._done == 2:
            what()

    monkeypatch.setattr(study._Run, "_keep", kept)


def test_a_folder_that_was_removed_meanwhile_is_made_again(
    whole: dict[str, bytes], monkeypatch: pytest.MonkeyPatch
) -> None:
    after_two(monkeypatch, lambda: shutil.rmtree("out"))
    assert main(RUN) == 0
    assert lasting("out") == whole


def test_a_folder_that_has_become_another_one_is_left_alone(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    def replaced() -> None:
        os.rename("out", "elsewhere")
        os.mkdir("out")
        Path("out/mine.txt").write_text("mine", encoding="utf-8")

    after_two(monkeypatch, replaced)
    assert main(RUN) == 2
    assert capsys.readouterr().err == (
        "out: was removed and made again while the run went on; name another folder with --out [folder-in-use]\n"
    )
    assert [path.name for path in Path("out").iterdir()] == ["mine.txt"]
    assert Journal(Path("elsewhere/journal.bin")).read() is not None
