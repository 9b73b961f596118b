"""Many seasons of one scenario: the same plan with other luck, replication by replication.

It gives a Sample, one row of measures per replication, in the order of the replications whatever was computed
when. Each replication has its own address for its draws, so a run that was interrupted goes on with the
replications that are missing and ends with the same numbers. It must not know how a day unfolds, nor how
results are shown.
"""

from __future__ import annotations

import time
import warnings
from collections import deque
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from sim.campaign.season import Season
from sim.files import KEY_COLUMNS, Table
from sim.model.errors import Finding, InputError
from sim.model.scenario import Scenario
from sim.program import identity
from sim.store import ResultsFolder
from sim.study.measures import MeasureKey, measure, measure_keys
from sim.study.parallel import Finished, Place, Task, Workers, in_batches, pack
from sim.study.precision import Precision, Reached, reach
from sim.warmup import ensure_compiled

# The first replication of a process takes longer than the others, because it loads the compiled code.
MEASURED_FROM = 2
# Of one command; when they are written they take about 1.5 GB.
MOST_NUMBERS = 50_000_000

Progress = Callable[[int, int], None]
Save = Callable[["Sample"], None]


@dataclass(frozen=True)
class Sample:
    """Measures of many replications: one row per replication, one column per key.

    `draws` says by which draw of the parameters, from 1, each row was computed; None if there are no draws.
    """

    scenario: str
    keys: tuple[MeasureKey, ...]
    replications: npt.NDArray[np.int64]
    values: npt.NDArray[np.float64]
    draws: npt.NDArray[np.int64] | None = None

    def by_draw(self) -> npt.NDArray[np.float64]:
        """The values as a table of draws by replications by keys; one draw if there are none."""
        count = 1 if self.draws is None else len(np.unique(self.draws))
        return self.values.reshape(count, -1, len(self.keys))

    def table(self) -> Table:
        """The sample with plain texts as keys, as files hold it."""
        keys = tuple(tuple(getattr(key, column) for column in KEY_COLUMNS) for key in self.keys)
        return Table(self.scenario, keys, self.replications, self.values, self.draws)

    @classmethod
    def of_table(cls, table: Table) -> Sample:
        """The sample that a file holds."""
        keys = tuple(MeasureKey(**dict(zip(KEY_COLUMNS, key, strict=True))) for key in table.keys)
        return cls(table.scenario, keys, table.replications, table.values, table.draws)


def check_numbers(plans: Sequence[Scenario], replications: int, draws: int = 1) -> None:
    """Refuse results that the memory could not hold, before anything is computed."""
    numbers = sum(len(measure_keys(one)) for one in plans) * replications * draws
    if numbers > MOST_NUMBERS:
        found = f"{replications:,} replications give {numbers:,} numbers"
        if len(plans) > 1:
            found = f"{len(plans):,} plans of {replications:,} replications give {numbers:,} numbers"
        elif draws > 1:
            found = f"{draws:,} draws of {replications:,} replications give {numbers:,} numbers"
        remedy = "take fewer replications with -n"
        raise InputError([Finding("-n", "", found, f"at most {MOST_NUMBERS:,}", remedy, "too-many-numbers")])


def replicate(
    scenario: Scenario,
    replications: int,
    seed: int,
    engine: str = "kernel",
    progress: Progress | None = None,
    known: Sample | None = None,
    save: Save | None = None,
    workers: Workers | None = None,
    draws: Sequence[Scenario] = (),
) -> Sample:
    """Simulate the replications 0 to `replications` - 1 and measure each.

    1. What is `known` from an earlier run is not computed again.
    2. The first ones are computed here. If the rest takes `workers` less time, they do it, in batches; without any, all
       is computed here.
    3. What is finished goes to `save` at once, also when an interruption or an error ends the run.
    4. All rows come back in the order of their draws and replications.

    With `draws`, the scenario once for each draw of its parameters, every draw is simulated with the same replications.
    """
    run = _Run(scenario.name, draws or (scenario,), bool(draws), seed, engine)
    run.attend(known, save, progress)
    run.complete(replications, workers)
    return run.sample(replications)


def replicate_until(
    scenario: Scenario,
    precision: Precision,
    seed: int,
    engine: str = "kernel",
    progress: Progress | None = None,
    known: Sample | None = None,
    save: Save | None = None,
    workers: Workers | None = None,
) -> tuple[Sample, Reached]:
    """Simulate until every measure is as precise as wanted, or the maximum is taken; otherwise like `replicate`."""
    run = _Run(scenario.name, (scenario,), False, seed, engine)
    run.attend(known, save, progress)
    whole = {key.measure: place for place, key in enumerate(run.keys) if key == MeasureKey(key.measure, key.unit)}
    columns = [whole[target.measure] for target in precision.targets]

    def values_of(count: int) -> npt.NDArray[np.float64]:
        run.complete(count, workers)
        return run.sample(count).values[:, columns]

    reached = reach(precision, values_of)
    return run.sample(reached.last.replications), reached


def replicate_into(
    folder: ResultsFolder,
    scenario: Scenario,
    progress: Progress | None = None,
    workers: Workers | None = None,
    draws: Sequence[Scenario] = (),
) -> Sample:
    """Compute what a results folder still lacks of its order, and keep there what is finished."""
    order = folder.order
    known, save = _kept_in(folder)
    return replicate(scenario, order.replications, order.seed, order.engine, progress, known, save, workers, draws)


def replicate_into_until(
    folder: ResultsFolder,
    scenario: Scenario,
    precision: Precision,
    progress: Progress | None = None,
    workers: Workers | None = None,
) -> tuple[Sample, Reached]:
    """Compute what a results folder still lacks of a precision, and keep there what is finished."""
    order = folder.order
    known, save = _kept_in(folder)
    return replicate_until(scenario, precision, order.seed, order.engine, progress, known, save, workers)


def _kept_in(folder: ResultsFolder) -> tuple[Sample | None, Save]:
    table = folder.finished()
    known = None if table is None else Sample.of_table(table)
    return known, lambda sample: folder.save_part(sample.table())


class _Run:
    """The replications of a run: what is finished, and how the rest is computed."""

    def __init__(self, name: str, scenarios: Sequence[Scenario], has_draws: bool, seed: int, engine: str) -> None:
        # Before there are several processes that would all do it.
        ensure_compiled(campaign=any(scenario.is_campaign for scenario in scenarios))
        first = 1 if has_draws else 0
        self.keys = measure_keys(scenarios[0])
        self._computed_by = identity()
        self._name, self._has_draws, self._seed, self._engine = name, has_draws, seed, engine
        self._scenarios = dict(enumerate(scenarios, first))
        self._packed: dict[int, bytes] = {}
        self._season: tuple[int, Season] | None = None
        self._rows: dict[Place, npt.NDArray[np.float64]] = {}
        self._seconds: list[float] = []
        self._save: Save | None = None
        self._progress: Progress | None = None
        self._done = self._total = 0

    def attend(self, known: Sample | None, save: Save | None, progress: Progress | None) -> None:
        """Begin with what is known, and tell what happens."""
        self._save, self._progress = save, progress
        if known is None:
            return
        if known.keys != self.keys:
            raise RuntimeError("parts of one run have different measures")
        draws = np.zeros_like(known.replications) if known.draws is None else known.draws
        places = zip(draws.tolist(), known.replications.tolist(), strict=True)
        self._rows.update(zip(places, known.values, strict=True))

    def complete(self, replications: int, workers: Workers | None) -> None:
        """Compute what is missing of the replications from 0 on."""
        wanted = [(draw, replication) for draw in self._scenarios for replication in range(replications)]
        missing = deque(place for place in wanted if place not in self._rows)
        self._total, self._done = len(wanted), len(wanted) - len(missing)
        self._tell()
        while missing:
            if workers is not None and self._is_for(workers, len(missing)):
                workers.run(self._tasks(tuple(missing)), self._keep_batch)
                return
            self._compute(missing[0])
            missing.popleft()

    def sample(self, replications: int) -> Sample:
        """The replications from 0 on, in their order."""
        places = [(draw, replication) for draw in self._scenarios for replication in range(replications)]
        return self._sample(places, np.array([self._rows[place] for place in places]))

    def _sample(self, places: Sequence[Place], values: npt.NDArray[np.float64]) -> Sample:
        draws, replications = np.array(places, np.int64).T
        return Sample(self._name, self.keys, replications, values, draws if self._has_draws else None)

    def _is_for(self, workers: Workers, count: int) -> bool:
        """Whether the rest is done sooner by workers; the first replication also loads the compiled code."""
        return len(self._seconds) >= MEASURED_FROM and workers.pays(self._seconds[-1] * count)

    def _compute(self, place: Place) -> None:
        """Compute one replication here."""
        draw, replication = place
        begun = time.perf_counter()
        if self._season is None or self._season[0] != draw:
            self._season = (draw, Season(self._scenarios[draw]))
        season = self._season[1]
        values = measure(season, season.play(self._seed, replication, self._engine))
        self._seconds.append(time.perf_counter() - begun)
        self._keep([place], values[np.newaxis])

    def _tasks(self, places: Sequence[Place]) -> Iterator[Task]:
        for batch in in_batches(places, self._seconds[-1]):
            for draw in {draw for draw, _ in batch} - self._packed.keys():
                self._packed[draw] = pack(self._scenarios[draw])
            scenarios = {draw: self._packed[draw] for draw, _ in batch}
            yield Task(scenarios, batch, self._seed, self._engine, self._computed_by)

    def _keep_batch(self, task: Task, finished: Finished) -> None:
        for category, message in finished.warnings:
            warnings.warn(message, category, stacklevel=2)
        self._keep(task.places, finished.values)

    def _keep(self, places: Sequence[Place], values: npt.NDArray[np.float64]) -> None:
        """Have finished replications saved, and remember them."""
        if self._save is not None:
            self._save(self._sample(places, values))
        # Only now: an interruption while saving leaves them to the next call.
        self._done += sum(place not in self._rows for place in places)
        self._rows.update(zip(places, values, strict=True))
        self._tell()

    def _tell(self) -> None:
        if self._progress is not None:
            self._progress(self._done, self._total)
