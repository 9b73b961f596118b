"""A Dask cluster on this machine gives the bytes that one process gives, also when a worker is killed in the middle."""

import json
import os
import re
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from sim import program
from sim.cli import main
from sim.model.errors import InputError
from sim.model.scenario import Scenario
from sim.study import parallel
from sim.study.cluster import Cluster, cluster_workers
from sim.study.replicate import Sample, replicate
from tests.parallel.runs import SEED, environment, same_bytes, small_fair, stored


class DaskCluster:
    """A scheduler and two workers, each a process of its own."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.log = folder / "scheduler.log"
        listen = ["--host", "127.0.0.1", "--port", "0", "--no-dashboard"]
        self.processes = [self.start("distributed.cli.dask_scheduler", self.log, *listen)]
        self.address = self.found(r"Scheduler at:\s+(tcp://127\.0\.0\.1:\d+)")
        self.workers: list[subprocess.Popen[bytes]] = []

    def start(self, module: str, log: Path, *arguments: str) -> subprocess.Popen[bytes]:
        with log.open("wb") as output:
            return subprocess.Popen(
                [sys.executable, "-m", module, *arguments],
                stdout=output, stderr=subprocess.STDOUT, env=environment(), cwd=self.folder,
            )  # fmt: skip

    def found(self, pattern: str) -> str:
        deadline = time.monotonic() + 60
        while time.monotonic() < deadline:
            match = re.search(pattern, self.log.read_text())
            if match:
                return match[1]
            time.sleep(0.05)
        raise AssertionError(self.log.read_text())

    def add_worker(self) -> None:
        options = ["--host", "127.0.0.1", "--nthreads", "1", "--no-nanny", "--no-dashboard"]
        log = self.folder / f"worker-{len(self.processes)}.log"
        process = self.start("distributed.cli.dask_worker", log, self.address, *options)
        self.processes.append(process)
        self.workers.append(process)

    def end(self) -> None:
        for process in reversed(self.processes):
            process.kill()
            process.wait()


@pytest.fixture(scope="module")
def cluster(tmp_path_factory: pytest.TempPathFactory) -> Iterator[DaskCluster]:
    begun = DaskCluster(tmp_path_factory.mktemp("cluster"))
    for _ in range(2):
        begun.add_worker()
    yield begun
    begun.end()


@pytest.fixture
def scenario(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Scenario:
    monkeypatch.chdir(tmp_path)
    return small_fair(tmp_path)


def test_a_cluster_gives_the_same_bytes(cluster: DaskCluster, scenario: Scenario, tmp_path: Path) -> None:
    cluster_run = ["run", "small.toml", "-q", "--cluster", cluster.address, "--out", "far"]
    assert main(cluster_run) == 0
    assert same_bytes(stored(tmp_path / "far"), replicate(scenario, 60, SEED))
    assert json.loads((tmp_path / "far" / "manifest.json").read_text())["complete"] is True


def test_a_worker_of_another_program_is_named(cluster: DaskCluster, monkeypatch: pytest.MonkeyPatch) -> None:
    ours = {**program.identity(), "numpy": "1.0", "sources": "0"}
    monkeypatch.setattr(program, "identity", lambda: ours)
    with pytest.raises(InputError) as caught:
        Cluster(cluster.address)
    lines = str(caught.value).splitlines()
    assert len(lines) == 3
    assert lines[0].startswith("scheduler: sources is ")
    assert all(line.startswith("tcp://127.0.0.1:") for line in lines[1:])
    assert all(" numpy is " in line and ", not 1.0; install the same program" in line for line in lines)
    assert all(line.endswith(" [other-program]") for line in lines)


def test_a_killed_worker_loses_nothing(
    cluster: DaskCluster, scenario: Scenario, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(parallel, "BATCH_SECONDS", 0.0)
    saved: list[int] = []

    def kill_one(part: Sample) -> None:
        saved.extend(part.replications)
        if len(saved) == 15:
            cluster.workers[0].send_signal(signal.SIGKILL)

    with cluster_workers(cluster.address) as workers:
        assert workers.size == 2
        sample = replicate(scenario, 60, SEED, workers=workers, save=kill_one)
    assert same_bytes(sample, replicate(scenario, 60, SEED))
    assert sorted(saved) == list(range(60))
    assert cluster.workers[0].wait(10) == -signal.SIGKILL
    cluster.add_worker()


def test_a_lost_scheduler_is_a_message_and_finished_batches_are_kept(
    scenario: Scenario, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    import dask
    import distributed

    # Loaded before the setting is changed: what leaves the block would otherwise take its defaults away with it.
    assert distributed.Client
    monkeypatch.setattr(parallel, "BATCH_SECONDS", 0.0)
    folder = tmp_path / "lost"
    folder.mkdir()
    lost = DaskCluster(folder)
    lost.add_worker()
    saved: list[int] = []

    def end_it(part: Sample) -> None:
        saved.extend(part.replications)
        if len(saved) == 15:
            threading.Thread(target=lost.end).start()

    try:
        with (
            dask.config.set({"distributed.comm.timeouts.connect": "1s"}),
            cluster_workers(lost.address) as workers,
            pytest.raises(InputError) as caught,
        ):
            replicate(scenario, 400, SEED, workers=workers, save=end_it)
    finally:
        lost.end()
    assert str(caught.value) == (
        f"{lost.address}: the connection is lost; see whether the scheduler still runs, then go on with --resume: what"
        " is finished is kept [cluster-lost]"
    )
    assert len(saved) >= 15


def test_a_batch_that_kills_its_workers_is_a_message(cluster: DaskCluster) -> None:
    from distributed import KilledWorker

    connected = Cluster(cluster.address)
    try:
        explained = connected.explain(KilledWorker("task", None, 3))  # type: ignore[arg-type]
        assert connected.explain(ZeroDivisionError()) is None
    finally:
        connected.close(at_once=False)
    assert str(explained) == (
        f"{cluster.address}: 4 workers died that computed the same batch, often for want of memory; give each worker"
        " more memory, then go on with --resume: what is finished is kept [worker-died]"
    )


# Nothing there --------------------------------------------------------------------------------------------


ALLOWED = (
    "(the address of a running Dask scheduler, such as tcp://10.0.0.5:8786); docs/how-to-cluster.md says how to start"
    " one [no-cluster]"
)


@pytest.mark.parametrize("address", ["tcp://127.0.0.1:9", "nonsense://x", ""])
def test_no_scheduler_at_the_address(address: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("sim.study.cluster.CONNECT_SECONDS", 0.5)
    with pytest.raises(InputError) as caught:
        Cluster(address)
    assert str(caught.value).startswith("--cluster: ")
    assert str(caught.value).endswith(ALLOWED)


def test_no_workers(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("sim.study.cluster.WORKERS_SECONDS", 1)
    empty = DaskCluster(tmp_path)
    try:
        with pytest.raises(InputError) as caught:
            Cluster(empty.address)
    finally:
        empty.end()
    assert str(caught.value) == f"--cluster: {empty.address}: it has no workers after 1 seconds {ALLOWED}"


def test_without_the_library(
    scenario: Scenario, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    modules: Any = sys.modules
    monkeypatch.setitem(modules, "distributed", None)
    assert main(["run", "small.toml", "-q", "--cluster", "tcp://127.0.0.1:9"]) == 2
    assert capsys.readouterr().err == (
        "--cluster: the library for clusters is not installed; pip install 'jobfair[cluster]' [no-cluster-library]\n"
    )
    assert os.path.exists("results/small/manifest.json")
