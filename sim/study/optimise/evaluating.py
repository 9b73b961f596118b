"""What plans achieve: replications of plans, computed once, kept at once, on one process or many.

All plans meet the same replications of a seed, so that they differ only where the plans differ. What is finished goes
to a journal under the number of its plan; a search that goes on after an interruption proposes the same plans again and
finds them there. Numbers do not depend on the number of processes. It must not know how plans are chosen.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field

import numpy as np

from sim.campaign.season import Season
from sim.files import KEY_COLUMNS, Table
from sim.model.scenario import Scenario
from sim.program import identity
from sim.study.measures import MeasureKey, by_name, measure, measure_keys
from sim.study.optimise.plans import Plan, scenario_of_plan
from sim.study.optimise.problem import Problem
from sim.study.parallel import Finished, Task, Workers, pack
from sim.study.replicate import MEASURED_FROM, Sample
from sim.study.statistics import FloatArray
from sim.warmup import ensure_compiled

# Shown of every plan beside the objectives.
SHOWN = (
    "intents",
    "starts",
    "seekers",
    "firms",
    "posts",
    "intents_per_seeker",
    "wait_minutes_mean",
    "wait_minutes_p90",
    "never_interviewed_share",
    "visitors",
    "travel_km_mean",
    "cost",
    "cost_per_intent",
    "district_spread",
    "group_spread",
)
Save = Callable[[Table], None]
Step = Callable[[int], None]
Place = tuple[int, int]
"""Number of the plan with the seed, replication."""


@dataclass
class Evaluations:
    """Finished replications of plans, and how the missing ones are computed."""

    problem: Problem
    engine: str = "kernel"
    workers: Workers | None = None
    save: Save | None = None
    step: Step | None = None  # told how many replications were finished
    rows: dict[Place, FloatArray] = field(default_factory=dict)
    computed: int = 0  # replications that were not known before
    _seconds: list[float] = field(default_factory=list)

    def __post_init__(self) -> None:
        ensure_compiled(campaign=True)
        names = dict.fromkeys([*(one.measure for one in self.problem.objectives), *SHOWN])
        definitions = by_name()
        self.keys = tuple(MeasureKey(name, definitions[name].unit) for name in names)
        self._by = identity()

    def know(self, table: Table | None) -> None:
        """Begin with what an earlier run has finished."""
        if table is None or table.draws is None:
            return
        if Sample.of_table(table).keys != self.keys:
            raise RuntimeError("parts of one search have different measures")
        places = zip(table.draws.tolist(), table.replications.tolist(), strict=True)
        self.rows.update(zip(places, table.values, strict=True))

    def table(self) -> Table:
        """Everything that is finished, in order."""
        places = sorted(self.rows)
        numbers, replications = np.array(places, np.int64).T
        keys = tuple(tuple(getattr(key, column) for column in KEY_COLUMNS) for key in self.keys)
        return Table(self.problem.name, keys, replications, np.array([self.rows[place] for place in places]), numbers)

    def values(self, plans: Sequence[Plan | None], seed: int, first: int, last: int) -> FloatArray:
        """Measures of plans (None: the scenario's own calendar) over the replications from `first` to before `last`.

        Plans by replications by measures.
        """
        numbers = [number_of(plan, seed) for plan in plans]
        missing: dict[int, tuple[Plan | None, list[int]]] = {}
        for number, plan in zip(numbers, plans, strict=True):
            lacking = [one for one in range(first, last) if (number, one) not in self.rows]
            if lacking:
                missing[number] = (plan, lacking)
        if missing:
            self._compute(missing, seed)
        return np.array([[self.rows[number, one] for one in range(first, last)] for number in numbers])

    def _compute(self, missing: Mapping[int, tuple[Plan | None, Sequence[int]]], seed: int) -> None:
        """Replications that nobody has computed yet: here, or by workers if that is sooner."""
        rest = list(missing.items())
        while rest:
            count = sum(len(lacking) for _, (_, lacking) in rest)
            is_measured = len(self._seconds) >= MEASURED_FROM
            if self.workers is not None and is_measured and self.workers.pays(self._seconds[-1] * count):
                self.workers.run(self._tasks(rest, seed), self._keep_task)
                return
            number, (plan, lacking) = rest.pop(0)
            season = Season(self.scenario(plan))
            rows = []
            for replication in lacking:
                begun = time.perf_counter()
                rows.append(measure(season, season.play(seed, replication, self.engine)))
                self._seconds.append(time.perf_counter() - begun)
            self._keep(number, lacking, np.array(rows), season.scenario)

    def scenario(self, plan: Plan | None) -> Scenario:
        """The scenario of a plan, checked."""
        return self.problem.base if plan is None else scenario_of_plan(self.problem, plan, self.problem.name)

    def _tasks(self, rest: Sequence[tuple[int, tuple[Plan | None, Sequence[int]]]], seed: int) -> Iterator[Task]:
        for number, (plan, lacking) in rest:
            places = tuple((number, replication) for replication in lacking)
            self._scenarios[number] = self.scenario(plan)
            yield Task({number: pack(self._scenarios[number])}, places, seed, self.engine, self._by)

    def _keep_task(self, task: Task, finished: Finished) -> None:
        number = task.places[0][0]
        scenario = self._scenarios.pop(number)
        self._keep(number, [replication for _, replication in task.places], finished.values, scenario)

    _scenarios: dict[int, Scenario] = field(default_factory=dict)

    def _keep(self, number: int, replications: Sequence[int], values: FloatArray, scenario: Scenario) -> None:
        """The measures that count, saved and remembered."""
        place = {key: column for column, key in enumerate(measure_keys(scenario))}
        chosen = values[:, [place[key] for key in self.keys]]
        if self.save is not None:
            keys = tuple(tuple(getattr(key, column) for column in KEY_COLUMNS) for key in self.keys)
            count = len(replications)
            self.save(Table(self.problem.name, keys, np.array(replications), chosen, np.full(count, number, np.int64)))
        self.computed += len(replications)
        self.rows.update({(number, one): row for one, row in zip(replications, chosen, strict=True)})
        if self.step is not None:
            self.step(len(replications))

    def sample(self, plan: Plan | None, seed: int, replications: int) -> Sample:
        """The first replications of a plan, as comparisons take them."""
        values = self.values([plan], seed, 0, replications)[0]
        return Sample(self.problem.name, self.keys, np.arange(replications, dtype=np.int64), values)


def number_of(plan: Plan | None, seed: int) -> int:
    """What a plan or the scenario's own calendar goes by in the journal."""
    return seed % 2**62 if plan is None else plan.number(seed)
