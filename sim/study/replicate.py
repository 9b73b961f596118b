"""Many seasons of one scenario: the same plan with other luck, replication by replication.

It gives a Sample, one row of measures per replication, in the order of the replications whatever was computed
when. Each replication has its own address for its draws, so a run that was interrupted goes on with the
replications that are missing and ends with the same numbers. It must not know how a day unfolds, nor how
results are shown.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from sim.campaign.season import Season
from sim.files import KEY_COLUMNS, Table
from sim.model.scenario import Scenario
from sim.store import ResultsFolder
from sim.study.measures import MeasureKey, measure, measure_keys

# A batch is kept after two seconds, later after a twentieth of the time since the start: a killed run loses
# little, and a long one does not leave thousands of parts.
FIRST_BATCH_SECONDS = 2.0
BATCH_SHARE = 0.05

Progress = Callable[[int, int], None]
Save = Callable[["Sample"], None]


@dataclass(frozen=True)
class Sample:
    """Measures of many replications: one row per replication, one column per key."""

    scenario: str
    keys: tuple[MeasureKey, ...]
    replications: npt.NDArray[np.int64]
    values: npt.NDArray[np.float64]

    def table(self) -> Table:
        """The sample with plain texts as keys, as files hold it."""
        keys = tuple(tuple(getattr(key, column) for column in KEY_COLUMNS) for key in self.keys)
        return Table(self.scenario, keys, self.replications, self.values)

    @classmethod
    def of_table(cls, table: Table) -> Sample:
        """The sample that a file holds."""
        keys = tuple(MeasureKey(**dict(zip(KEY_COLUMNS, key, strict=True))) for key in table.keys)
        return cls(table.scenario, keys, table.replications, table.values)


def replicate(
    scenario: Scenario,
    replications: int,
    seed: int,
    engine: str = "kernel",
    progress: Progress | None = None,
    known: Sample | None = None,
    save: Save | None = None,
) -> Sample:
    """Simulate the replications 0 to `replications` - 1 and measure each.

    1. What is `known` from an earlier run is not computed again.
    2. Finished replications go to `save` in batches, also when an interruption or an error ends the run.
    3. All rows come back in the order of their replications.
    """
    parts = [] if known is None else [known]
    done = set() if known is None else set(known.replications.tolist())
    batch = _Batch(scenario.name, measure_keys(scenario), save)
    season = Season(scenario)
    try:
        for replication in range(replications):
            if replication in done:
                continue
            if progress is not None:
                progress(len(done), replications)
            batch.add(replication, measure(season, season.play(seed, replication, engine)))
            done.add(replication)
            if batch.is_due():
                parts += batch.close()
    finally:
        parts += batch.close()
    if progress is not None:
        progress(len(done), replications)
    return _in_order(parts)


def replicate_into(folder: ResultsFolder, scenario: Scenario, progress: Progress | None = None) -> Sample:
    """Compute what a results folder still lacks of its order, and keep each batch there."""
    table = folder.finished()
    order = folder.order
    return replicate(
        scenario,
        order.replications,
        order.seed,
        order.engine,
        progress,
        known=None if table is None else Sample.of_table(table),
        save=lambda sample: folder.save_part(sample.table()),
    )


class _Batch:
    """Finished replications that are not yet kept."""

    def __init__(self, scenario: str, keys: tuple[MeasureKey, ...], save: Save | None) -> None:
        self._scenario, self._keys, self._save = scenario, keys, save
        self._rows: dict[int, npt.NDArray[np.float64]] = {}
        self._begun = self._last = time.monotonic()

    def add(self, replication: int, values: npt.NDArray[np.float64]) -> None:
        self._rows[replication] = values

    def is_due(self) -> bool:
        now = time.monotonic()
        return now - self._last >= max(FIRST_BATCH_SECONDS, BATCH_SHARE * (now - self._begun))

    def close(self) -> list[Sample]:
        """Hand over what there is, if anything, and begin anew."""
        rows = self._rows
        if not rows:
            return []
        sample = Sample(self._scenario, self._keys, np.array(list(rows), np.int64), np.array(list(rows.values())))
        if self._save is not None:
            self._save(sample)
        # Only now: an interruption while saving leaves the rows to the next call.
        self._rows, self._last = {}, time.monotonic()
        return [sample]


def _in_order(parts: Sequence[Sample]) -> Sample:
    first = parts[0]
    if any(part.keys != first.keys for part in parts):
        raise RuntimeError("parts of one run have different measures")
    replications = np.concatenate([part.replications for part in parts])
    order = np.argsort(replications, kind="stable")
    values = np.concatenate([part.values for part in parts])[order]
    return Sample(first.scenario, first.keys, replications[order], values)
