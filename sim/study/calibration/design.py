"""The design: quasi-random points over the priors, at each of which everything that was reported is simulated once.

Points are numbered; the number is the replication of the point's draws, so points can be computed anywhere, in any
order, and an interrupted fit goes on with those that are missing. Gives a table: a row per point, a column per reported
fair and target, as logarithms. Knows nothing of inference.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from sim.files import Table
from sim.model.scenario import Scenario
from sim.study.calibration import chance
from sim.study.calibration.processes import in_processes
from sim.study.calibration.simulating import as_scenario, completed, log_of, play, usual_sizes, with_settings
from sim.study.calibration.targets import Target, Targets

FloatArray = npt.NDArray[np.float64]
Progress = Callable[[int, int], None]

_FURTHEST = 3.0  # standard deviations: beyond, nothing is simulated and the emulator would have to guess
_BATCH = 4


@dataclass(frozen=True)
class Design:
    """Points (rows of coordinates) and what came out at each: logarithms, a column per name."""

    points: FloatArray
    names: tuple[str, ...]
    values: FloatArray


def design_points(count: int, dimensions: int, seed: int) -> FloatArray:
    """Coordinates of the points: a Sobol sequence, shifted by the seed, as standard normal numbers."""
    import warnings

    from scipy.special import ndtri
    from scipy.stats import qmc

    with warnings.catch_warnings():  # counts that are no power of two are less balanced, and enough here
        warnings.simplefilter("ignore", UserWarning)
        raw = qmc.Sobol(dimensions, scramble=False).random(count)
    shift = chance.Stream(seed, chance.DESIGN).uniform(dimensions)
    inside = np.clip((raw + shift) % 1.0, 1e-9, 1 - 1e-9)
    return np.clip(ndtri(inside), -_FURTHEST, _FURTHEST)


def output_names(targets: Targets) -> tuple[str, ...]:
    """What is simulated at a point: the outcome of each fitted row, then each target."""
    return tuple(row.id for row in targets.fitted_rows()) + tuple(target.id for target in targets.targets)


def simulate_point(targets: Targets, coordinates: Sequence[float] | FloatArray, seed: int, number: int) -> FloatArray:
    """Logarithms of everything in `output_names` at one point."""
    simulated = _Simulated(targets, coordinates, seed, number)
    values = [log_of("intents", simulated.fair(row.id)) for row in targets.fitted_rows()]
    return np.array(values + [simulated.target(target) for target in targets.targets])


class _Simulated:
    """What happens at one point, each fair simulated at most once."""

    def __init__(self, targets: Targets, coordinates: Sequence[float] | FloatArray, seed: int, number: int) -> None:
        self.targets, self.coordinates, self.seed, self.number = targets, coordinates, seed, number
        self.sizes = usual_sizes(targets.fitted_rows())
        self.rows = {row.id: row for row in targets.rows}
        self.values = targets.priors.settings(coordinates)
        self.seen: dict[str, dict[str, float]] = {}

    def fair(self, name: str) -> dict[str, float]:
        if name not in self.seen:
            row = self.rows[name]
            scenario = as_scenario(self.targets.template, row, completed(row, self.sizes), self.values)
            self.seen[name] = play(scenario, self.seed, self.number)
        return self.seen[name]

    def target(self, target: Target) -> float:
        if target.scenario is not None:
            scenario = day_scenario(self.targets, target, self.coordinates)
            return log_of(target.measure, play(scenario, self.seed, self.number))
        return float(np.mean([log_of(target.measure, self.fair(name)) for name in target.reported]))


def day_scenario(targets: Targets, target: Target, coordinates: Sequence[float] | FloatArray) -> Scenario:
    """The scenario of a target with the parameters of its day."""
    assert target.scenario is not None
    return with_settings(target.scenario, targets.priors.settings(coordinates, target.day))


def run_design(
    targets: Targets,
    points: FloatArray,
    seed: int,
    jobs: int = 1,
    known: Table | None = None,
    save: Callable[[Table], None] | None = None,
    progress: Progress | None = None,
) -> Design:
    """Simulate at every point.

    Args:
        targets: what is simulated.
        points: coordinates, a row per point.
        seed: of all draws; point k has replication k.
        jobs: processes.
        known: finished points of an earlier run; they are not computed again.
        save: is handed every batch of points when it is finished.
        progress: told how many of how many points are done.
    """
    names = output_names(targets)
    keys = tuple(("", "", "", "", "", name, "log") for name in names)
    rows: dict[int, FloatArray] = {}
    if known is not None and known.keys == keys:
        rows = dict(zip(known.replications.tolist(), known.values, strict=True))
    wanted = [number for number in range(len(points)) if number not in rows]

    def keep(number: int, values: FloatArray) -> None:
        numbers = batches[number]
        rows.update(zip(numbers, values, strict=True))
        if save is not None:
            save(Table(targets.name, keys, np.array(numbers, np.int64), values))
        if progress is not None:
            progress(len(rows), len(points))

    batches = [wanted[start : start + _BATCH] for start in range(0, len(wanted), _BATCH)]
    tasks = [(seed, numbers, points[numbers]) for numbers in batches]
    in_processes(_batch, targets, tasks, jobs, keep)
    return Design(points, names, np.array([rows[number] for number in range(len(points))]))


def as_table(targets: Targets, design: Design) -> Table:
    """The design as a table of results."""
    keys = tuple(("", "", "", "", "", name, "log") for name in design.names)
    return Table(targets.name, keys, np.arange(len(design.points)), design.values)


def _batch(targets: Targets, task: tuple[int, Sequence[int], FloatArray]) -> FloatArray:
    """Some points, simulated."""
    seed, numbers, points = task
    return np.array([simulate_point(targets, point, seed, n) for point, n in zip(points, numbers, strict=True)])
