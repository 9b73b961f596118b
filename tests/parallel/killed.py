"""Begin and resume one run again and again in child processes, and kill each at a random moment.

Called with a folder, how many kills, and a seed. Prints what went wrong, if anything, else how many were killed and how
many runs ended meanwhile. It forks after everything is loaded, so that a life costs little beside its work.
"""

import os
import random
import shutil
import signal
import sys
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


def main() -> None:
    folder, kills, rng = Path(sys.argv[1]), int(sys.argv[2]), random.Random(int(sys.argv[3]))
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
    print(killed, ended)


if __name__ == "__main__":
    main()
