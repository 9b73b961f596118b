"""One run, begun and resumed again and again, and killed at a random moment each time: `python -m benchmarks.kills`.

Nothing that was finished may be lost or computed twice, and the run must end with the same bytes. Prints how many lives
were killed and how many runs ended meanwhile; what goes wrong ends the program. It forks after everything is loaded, so
that a life costs little beside its work; the moments come from a seed. Not for Windows, which cannot fork.
"""

import argparse
import os
import random
import shutil
import signal
import tempfile
import time
from pathlib import Path

from sim.campaign.season import Played, Season
from sim.files import read_table
from sim.journal import Journal
from sim.store import Order, open_results
from sim.study import replicate as study
from tests.parallel.runs import SEED, small_fair

REPLICATIONS = 60
IN_FLIGHT = 1


class Noted(Season):
    """A season that notes which replications were begun."""

    def play(self, seed: int, replication: int, engine: str = "kernel") -> list[Played]:
        with open("begun", "ab", buffering=0) as file:
            file.write(b"%d\n" % replication)
        return super().play(seed, replication, engine)


def live(scenario: study.Scenario) -> None:
    """One life of the run."""
    order = Order(scenario.name, SEED, REPLICATIONS, "kernel", scenario.resolved(), scenario.inputs)
    with open_results(Path("out"), order, resume=Path("out/manifest.json").exists()) as folder:
        folder.finish(study.replicate_into(folder, scenario).table(), "")


def finished() -> set[int]:
    """Replications that the folder holds."""
    tables = [Journal(Path("out/journal.bin")).read()]
    if Path("out/replications.parquet").exists():
        tables.append(read_table(Path("out/replications.parquet")))
    return {int(number) for table in tables if table is not None for number in table.replications}


def begun() -> list[int]:
    return [int(line) for line in Path("begun").read_text().split()]


def kill(folder: Path, kills: int, seed: int) -> tuple[int, int]:
    """Kill so many lives of a run in a folder; returns how many were killed, and how many runs ended whole."""
    rng = random.Random(seed)
    os.chdir(folder)
    scenario = small_fair(folder)
    study.Season = Noted  # type: ignore[misc]
    Path("begun").touch()
    started = time.perf_counter()
    live(scenario)
    seconds = time.perf_counter() - started
    expected = Path("out/replications.parquet").read_bytes()
    shutil.rmtree("out")
    Path("begun").write_bytes(b"")
    killed = ended = 0
    while killed < kills or Path("begun").stat().st_size:
        before, known = len(begun()), finished()
        child = os.fork()
        if child == 0:
            live(scenario)
            os._exit(0)
        if killed < kills:
            time.sleep(rng.uniform(0, seconds / 3))
            os.kill(child, signal.SIGKILL)
        _, status = os.waitpid(child, 0)
        now = begun()[before:]
        assert not known & set(now), f"computed twice: {known & set(now)}"
        assert len(set(now) - finished()) <= IN_FLIGHT, f"lost: {set(now) - finished()}"
        if os.WIFSIGNALED(status):
            killed += 1
        else:
            assert os.WEXITSTATUS(status) == 0, f"exit code {status}"
            assert Path("out/replications.parquet").read_bytes() == expected, "other bytes"
            ended += 1
            shutil.rmtree("out")
            Path("begun").write_bytes(b"")
    return killed, ended


def main() -> None:
    """Read the command line and run."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.kills", description=__doc__)
    parser.add_argument("-n", "--kills", type=int, default=100, help="how many lives are killed (100)")
    parser.add_argument("--seed", type=int, default=1, help="seed of the moments (1)")
    arguments = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        killed, ended = kill(Path(folder), arguments.kills, arguments.seed)
        os.chdir("/")
    print(f"killed: {killed}\nruns that ended with the same bytes: {ended}")


if __name__ == "__main__":
    main()
