"""A run that is ended, however suddenly, leaves no process behind, loses nothing finished and goes on from there."""

import os
import random
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from sim.journal import Journal
from sim.study.replicate import replicate
from tests.parallel.runs import ROOT, SEED, command, environment, same_bytes, small_fair, stored

MANY = 2_000


@pytest.fixture(autouse=True)
def in_a_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)


def test_killed_at_twenty_random_moments_and_resumed() -> None:
    done = subprocess.run(
        [sys.executable, "-m", "benchmarks.kills", "-n", "20", "--seed", "7"],
        cwd=ROOT, env=environment(), capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert done.returncode == 0, done.stdout + done.stderr
    killed, ended = (int(line.rpartition(": ")[2]) for line in done.stdout.splitlines())
    assert killed == 20
    assert ended >= 1


def processes_of(group: int) -> list[int]:
    """Living processes of a process group."""
    listed = subprocess.run(["ps", "-A", "-o", "pid=,pgid=,stat="], capture_output=True, text=True, check=True)
    rows = [line.split() for line in listed.stdout.splitlines()]
    return [int(pid) for pid, of, state in rows if int(of) == group and not state.startswith("Z")]


def started(*arguments: str) -> subprocess.Popen[str]:
    """A long run with two processes, some time after its first batch came back from them."""
    process = subprocess.Popen(
        command("-n", str(MANY), "--jobs", "2", "--out", "out", *arguments),
        stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, env=environment(), start_new_session=True,
    )  # fmt: skip
    deadline = time.monotonic() + 120
    while kept() < 20 and time.monotonic() < deadline:
        assert process.poll() is None, process.communicate()
        time.sleep(0.02)
    time.sleep(random.uniform(0, 0.3))
    return process


def kept() -> int:
    table = Journal(Path("out/journal.bin")).read()
    return 0 if table is None else len(set(table.replications.tolist()))


def nobody_left(group: int) -> bool:
    deadline = time.monotonic() + 10
    while processes_of(group) and time.monotonic() < deadline:
        time.sleep(0.05)
    return not processes_of(group)


@pytest.mark.parametrize("number", [signal.SIGKILL, signal.SIGTERM, signal.SIGINT])
def test_processes_end_with_the_run_and_it_goes_on(tmp_path: Path, number: signal.Signals) -> None:
    scenario = small_fair(tmp_path)
    process = started()
    assert len(processes_of(process.pid)) >= 3
    if number == signal.SIGINT:  # as a terminal does it
        os.killpg(process.pid, number)
    else:
        os.kill(process.pid, number)
    _, err = process.communicate(timeout=60)
    assert nobody_left(process.pid)
    count = kept()
    assert count >= 20
    if number != signal.SIGKILL:
        assert process.returncode == 130
        assert "Traceback" not in err
        assert err.splitlines()[-2:] == [
            f"interrupted: {count:,} of {MANY:,} replications are kept in out",
            f"go on with: jobfair run small.toml -n {MANY} --jobs 2 --out out --resume",
        ]
    table = Journal(Path("out/journal.bin")).read()
    assert table is not None
    whole = replicate(scenario, 40, SEED)
    early = table.replications < 40
    for number_, row in zip(table.replications[early], table.values[early], strict=True):
        assert row.tobytes() == whole.values[number_].tobytes()


def test_a_run_of_two_processes_resumed_by_one_gives_the_same_bytes(tmp_path: Path) -> None:
    scenario = small_fair(tmp_path)
    with started() as process:
        busy = subprocess.run(
            command("--out", "out", "--resume"), capture_output=True, text=True, env=environment(), check=False
        )
        process.kill()
    assert busy.returncode == 2
    assert busy.stderr == (
        "out: another run is writing here; wait for it, or name another folder with --out [folder-in-use]\n"
    )
    count = max(kept(), 60) + 5
    manifest = Path("out/manifest.json")
    manifest.write_text(manifest.read_text().replace(f'"replications": {MANY}', '"replications": 1'))
    resumed = command("-n", str(count), "--jobs", "1", "--out", "out", "--resume", "-q")
    done = subprocess.run(resumed, capture_output=True, text=True, env=environment(), check=False)
    assert (done.returncode, done.stderr) == (0, "")
    assert same_bytes(stored(tmp_path / "out"), replicate(scenario, count, SEED))
