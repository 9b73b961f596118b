"""The same scenario with other values, case by case, every case with the same people and the same luck.

It gives the replications of all cases as one Sample, kept in a results folder from which an interrupted sweep goes on,
and from it a tidy table: per case and measure the mean with its interval. Cases may have other opening hours, and so
other measures by the hour: what a case does not measure is missing there. It must not know how values are written or
how tables are printed.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from sim.model.errors import Finding, InputError
from sim.model.scenario import Scenario
from sim.store import ResultsFolder
from sim.study.measures import HEADLINE, MeasureKey, measure_keys
from sim.study.parallel import Workers
from sim.study.replicate import MOST_NUMBERS, Progress, Sample, replicate
from sim.study.statistics import FloatArray, describe
from sim.study.varying import Cases


@dataclass(frozen=True)
class CaseMeasure:
    """One measure of one case. NaN: too few replications observed it."""

    measure: str
    unit: str
    n: int  # replications that observed it
    mean: float
    low: float
    high: float
    sd: float


@dataclass(frozen=True)
class Swept:
    """A finished sweep: for each case, in order, the measures of the whole season."""

    cases: Cases
    replications: int
    rows: tuple[tuple[CaseMeasure, ...], ...]

    def headline(self, case: int) -> tuple[CaseMeasure, ...]:
        """The headline measures of a case."""
        place = {name: number for number, name in enumerate(HEADLINE)}
        return tuple(sorted((row for row in self.rows[case] if row.measure in place), key=lambda r: place[r.measure]))


def check_size(scenarios: Sequence[Scenario], replications: int) -> None:
    """Refuse what the memory could not hold."""
    numbers = sum(len(measure_keys(one)) for one in scenarios) * replications
    if numbers > MOST_NUMBERS:
        found = f"{len(scenarios):,} cases of {replications:,} replications give {numbers:,} numbers"
        remedy = "take fewer cases, or fewer replications with -n"
        raise InputError([Finding("sweep", "", found, f"at most {MOST_NUMBERS:,}", remedy, "too-many-cases")])


def simulate_cases(
    folder: ResultsFolder,
    scenarios: Sequence[Scenario],
    progress: Progress | None = None,
    workers: Workers | None = None,
) -> Sample:
    """Compute what a results folder still lacks of its cases, which are its draws 1, 2, 3, ...

    Cases that measure the same are computed together; the results have a column for whatever any case measures.
    """
    order = folder.order
    groups: dict[tuple[MeasureKey, ...], list[int]] = {}
    for number, scenario in enumerate(scenarios, 1):
        groups.setdefault(measure_keys(scenario), []).append(number)
    union = tuple(dict.fromkeys(key for keys in groups for key in keys))
    table = folder.finished()
    known = None if table is None else Sample.of_table(table)
    parts: list[Sample] = []
    for keys, numbers in groups.items():
        before = sum(len(part.replications) for part in parts)
        found = replicate(
            scenarios[0],
            order.replications,
            order.seed,
            order.engine,
            _from(progress, before, order.replications * len(scenarios)),
            None if known is None else _narrowed(known, keys, numbers),
            _Saving(folder, union, numbers).save,
            workers,
            [scenarios[number - 1] for number in numbers],
        )
        parts.append(_widened(found, union, numbers))
    return _joined(parts)


def _from(progress: Progress | None, before: int, total: int) -> Progress | None:
    """Progress of one group, as part of the whole."""
    return None if progress is None else lambda done, _: progress(before + done, total)


@dataclass(frozen=True)
class _Saving:
    """Keeps replications of one group of cases in the folder, with the columns of all."""

    folder: ResultsFolder
    keys: tuple[MeasureKey, ...]
    numbers: Sequence[int]

    def save(self, sample: Sample) -> None:
        self.folder.save_part(_widened(sample, self.keys, self.numbers).table())


def _widened(sample: Sample, keys: tuple[MeasureKey, ...], numbers: Sequence[int]) -> Sample:
    """A group's sample with the columns of all groups and the numbers that its cases have among all."""
    assert sample.draws is not None
    place = {key: column for column, key in enumerate(keys)}
    values = np.full((len(sample.values), len(keys)), np.nan)
    values[:, [place[key] for key in sample.keys]] = sample.values
    draws = np.array(numbers, np.int64)[sample.draws - 1]
    return Sample(sample.scenario, keys, sample.replications, values, draws)


def _narrowed(known: Sample, keys: tuple[MeasureKey, ...], numbers: Sequence[int]) -> Sample | None:
    """What is known of one group of cases, with its columns and its own numbers."""
    place = {key: column for column, key in enumerate(known.keys)}
    if known.draws is None or not place.keys() >= set(keys):
        return None
    mine = np.isin(known.draws, numbers)
    draws = np.searchsorted(np.array(numbers), known.draws[mine]) + 1
    values = known.values[mine][:, [place[key] for key in keys]]
    return Sample(known.scenario, keys, known.replications[mine], values, draws.astype(np.int64))


def _joined(parts: Sequence[Sample]) -> Sample:
    """All groups in the order of cases and replications."""
    draws = np.concatenate([part.draws for part in parts if part.draws is not None])
    replications = np.concatenate([part.replications for part in parts])
    order = np.lexsort((replications, draws))
    values = np.concatenate([part.values for part in parts])
    return Sample(parts[0].scenario, parts[0].keys, replications[order], values[order], draws[order])


def season_values(sample: Sample, measure: str) -> FloatArray:
    """One measure of the whole season: a row per case, a column per replication."""
    column = next(place for place, key in enumerate(sample.keys) if key == MeasureKey(measure, key.unit))
    values: FloatArray = sample.by_draw()[:, :, column]
    return values


def swept(sample: Sample, cases: Cases) -> Swept:
    """The tidy table of a finished sweep."""
    columns = [place for place, key in enumerate(sample.keys) if key == MeasureKey(key.measure, key.unit)]
    names = [sample.keys[place] for place in columns]
    rows = []
    for values in sample.by_draw():
        found = describe(values[:, columns])
        rows.append(
            tuple(
                CaseMeasure(
                    key.measure,
                    key.unit,
                    int(found.observed[place]),
                    float(found.mean[place]),
                    float(found.low[place]),
                    float(found.high[place]),
                    float(found.sd[place]),
                )
                for place, key in enumerate(names)
            )
        )
    return Swept(cases, sample.by_draw().shape[1], tuple(rows))
