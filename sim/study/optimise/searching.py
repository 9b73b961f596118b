"""The search: a library proposes points, plans are raced on common replications, the best ones go to the final.

Every plan gets few replications at first; the more promising it is among all plans so far, the more it gets. Plans with
unlike numbers of replications are compared by their difference from the scenario's own calendar over the same
replications, so that the luck of a replication helps nobody. It must not know how a plan is simulated or decoded.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Protocol

import numpy as np

from sim.draws import make_key, uniform
from sim.model.errors import Finding, InputError
from sim.study.optimise.decoding import Decoder
from sim.study.optimise.evaluating import Evaluations
from sim.study.optimise.plans import Plan
from sim.study.optimise.problem import Problem
from sim.study.optimise.screening import Screen
from sim.study.statistics import FloatArray

# How many times the finalists, and how many times the first replications: the best plans of the search so far get more.
LEVELS = ((8, 2), (4, 4), (2, 8))
# A generation in which nothing new came up so often ends the search: everything within reach is known.
MOST_IDLE = 20
FEWEST_IN_GENERATION, MOST_IN_GENERATION = 4, 60
# So many times the plans of a generation are proposed.
PROPOSED = 12
# As many points more are proposed near so many best plans, with up to so many coordinates changed, and at random.
PARENTS, MOST_CHANGED = 4, 3
PROBE = np.uint64(100)  # the decision of these draws, which belong to no person


class Searcher(Protocol):
    """Proposes points of a cube and learns from what is told of them: less is better."""

    def ask(self) -> FloatArray:
        """The points of the next generation, one per row."""

    def tell(self, points: FloatArray, values: FloatArray) -> None:
        """What points are worth, one row each: some of those asked for, as they were decoded."""


class Nsga:
    """NSGA-II of pymoo: one objective or several."""

    def __init__(self, genes: int, objectives: int, first: FloatArray, seed: int) -> None:
        algorithm, problem = _library()
        self._problem = problem(n_var=genes, n_obj=objectives, xl=0.0, xu=1.0)
        self._algorithm = algorithm(len(first), first)
        self._algorithm.setup(self._problem, seed=seed % 2**32, termination=("n_gen", 10**9))

    def ask(self) -> FloatArray:
        """The points of the next generation."""
        points: FloatArray = np.asarray(self._algorithm.ask().get("X"), np.float64)
        return points

    def tell(self, points: FloatArray, values: FloatArray) -> None:
        """Go on from the points as they were decoded: what a repair changed is not proposed again."""
        from pymoo.core.evaluator import Evaluator
        from pymoo.core.population import Population
        from pymoo.problems.static import StaticProblem

        told = Population.new("X", points)
        Evaluator().eval(StaticProblem(self._problem, F=values), told)
        self._algorithm.tell(infills=told)


def _library() -> tuple[Callable[[int, FloatArray], Any], Any]:
    """NSGA-II and the class of its problems; says how to install them where they are missing."""
    try:
        from pymoo.algorithms.moo.nsga2 import NSGA2
        from pymoo.core.problem import Problem as Cube
        from pymoo.operators.crossover.ux import UX
        from pymoo.operators.mutation.pm import PM
    except ImportError as error:
        remedy = "pip install 'jobfair[optimise]'"
        found = "the library of the search is not installed"
        finding = Finding("optimise", "pymoo", found, "", remedy, "no-search-library")
        raise InputError([finding]) from error

    def algorithm(size: int, first: FloatArray) -> Any:
        return NSGA2(pop_size=size, n_offsprings=PROPOSED * size, sampling=first, crossover=UX(), mutation=PM(eta=10))

    return algorithm, Cube


def check_library() -> None:
    """Refuse a search without its library before anything else is done."""
    _library()


@dataclass
class Known:
    """A plan of the search, and what is known of it."""

    plan: Plan
    generation: int
    replications: int = 0
    values: FloatArray = field(default_factory=lambda: np.empty(0))  # estimates of the objectives; less is better


@dataclass(frozen=True)
class Searched:
    """Every plan of a search, the most promising first."""

    known: tuple[Known, ...]
    generations: int


Tell = Callable[[int, int], None]
MakeSearcher = Callable[[int, int, FloatArray, int], Searcher]


def search(
    problem: Problem, decoder: Decoder, evaluations: Evaluations, tell: Tell | None = None, make: MakeSearcher = Nsga
) -> Searched:
    """Evaluate as many plans as the problem allows.

    1. The first generation has the scenario's own calendar, evenly spread ones, the cheapest, and points at random.
    2. Of what the searcher proposes, new plans that promise most are simulated.
    3. They get the first replications; the best of all plans so far get more.
    4. The searcher is told of the whole generation at once, so that no order of finishing matters.
    """
    size = generation_size(problem.search.evaluations)
    seed = problem.search.seed
    race, screen = _Race(problem, evaluations), Screen(problem)
    points = _first(decoder, size, seed)
    searcher = make(decoder.genes, len(problem.objectives), points, seed)
    generation = idle = 0
    while len(race.known) < problem.search.evaluations and idle < MOST_IDLE:
        proposed: dict[Plan, FloatArray] = {}
        for point in (*searcher.ask(), *_wider(decoder, race.best()[:PARENTS], size, (seed, generation))):
            proposed.setdefault(decoder.plan(point), point)
        chosen = _chosen(proposed, race, screen, min(size, problem.search.evaluations - len(race.known)))
        for row, (plan, point) in enumerate(list(proposed.items())[: size - len(chosen)]):
            near = _another(decoder, point, (seed, generation, row), race.known.keys() | chosen.keys())
            if near is not None and len(race.known) + len(chosen) < problem.search.evaluations:
                chosen[near] = proposed[plan]
        idle = 0 if chosen else idle + 1
        generation += 1
        if not chosen:
            continue
        race.run(list(chosen), generation)
        if tell is not None:
            tell(len(race.known), problem.search.evaluations)
        at = np.array([decoder.point(plan, point) for plan, point in chosen.items()])
        searcher.tell(at, np.array([race.known[plan].values for plan in chosen]))
    return Searched(race.best(), generation)


def _chosen(proposed: Mapping[Plan, FloatArray], race: _Race, screen: Screen, count: int) -> dict[Plan, FloatArray]:
    """The new plans that promise most, and as the first one what the searcher itself put first."""
    new = [plan for plan in proposed if plan not in race.known]
    known = list(race.known)
    values = np.array([race.known[plan].values for plan in known])
    promise = screen.promise(known, values, new) if known else None
    order = list(range(len(new)))
    if promise is not None:
        order = [0, *(place for place in ranking(promise) if place)]
    return {new[place]: proposed[new[place]] for place in order[:count]}


def generation_size(evaluations: int) -> int:
    """Plans of a generation: about the root of all, so that there are as many generations."""
    return int(min(max(FEWEST_IN_GENERATION, round(evaluations**0.5)), MOST_IN_GENERATION))


def _first(decoder: Decoder, size: int, seed: int) -> FloatArray:
    """The points of the first generation, at most half of them plans that come to mind."""
    points = np.array([[_random(seed, row, gene) for gene in range(decoder.genes)] for row in range(size)])
    counts = decoder.counts
    guesses = [decoder.base_plan(), decoder.cheapest()]
    sizes = len(decoder.problem.decisions.firms)
    for count in dict.fromkeys((counts[-1], counts[len(counts) // 2])):
        for size_of_fair in dict.fromkeys((sizes // 2, sizes - 1)):
            if count:
                guesses.append(decoder.spread(count, size_of_fair))
    plans = list(dict.fromkeys(plan for plan in guesses if plan is not None))[: size // 2]
    for row, plan in enumerate(plans):
        points[row] = decoder.point(plan, points[row])
    return points


def _wider(decoder: Decoder, best: Sequence[Known], size: int, where: tuple[int, int]) -> Iterator[FloatArray]:
    """Points that a searcher with few generations would hardly come by: near the best plans, and anywhere."""
    if not best:
        return
    seed, generation = where
    for number in range(PROPOSED * size):
        row = (1 << 40) + (generation << 20) + number
        point = np.array([_random(seed, row, gene) for gene in range(decoder.genes)])
        if number % 2:
            parent = decoder.point(best[number // 2 % len(best)].plan, point)
            changed = 1 + int(_random(seed, row, decoder.genes) * MOST_CHANGED)
            for change in range(changed):
                gene = int(_random(seed, row, decoder.genes + 1 + 2 * change) * decoder.genes)
                parent[gene] = _random(seed, row, decoder.genes + 2 + 2 * change)
            point = parent
        yield point


def _another(decoder: Decoder, point: FloatArray, where: tuple[int, int, int], known: set[Plan]) -> Plan | None:
    """A new plan near a point whose own plan is known; None if a few tries find none."""
    seed, generation, row = where
    for attempt in range(2 * decoder.genes):
        near = point.copy()
        address = (generation << 20) + (row << 12) + attempt
        near[int(_random(seed, address, 1) * decoder.genes)] = _random(seed, address, 2)
        plan = decoder.plan(near)
        if plan not in known:
            return plan
        if attempt % 4 == 3:
            point = near
    return None


def _random(seed: int, row: int, column: int) -> float:
    """A number between 0 and 1 at an address of the search."""
    return float(uniform(make_key(seed, row), np.uint64(0), PROBE, np.uint64(column)))


class _Race:
    """All plans so far, with as many replications as each deserves."""

    def __init__(self, problem: Problem, evaluations: Evaluations) -> None:
        self.problem, self.evaluations = problem, evaluations
        self.known: dict[Plan, Known] = {}
        places = {key.measure: place for place, key in enumerate(evaluations.keys)}
        self._columns = [places[one.measure] for one in problem.objectives]
        self._signs = np.array([one.sign for one in problem.objectives])
        self._first = problem.search.replications
        self._most = self._first * LEVELS[-1][1]
        # The scenario's own calendar, by which the luck of each replication is told.
        self._par = self._measured([None], 0, self._most)[0]

    def run(self, plans: Sequence[Plan], generation: int) -> None:
        """First replications for new plans, then more for the best of all."""
        new = [plan for plan in dict.fromkeys(plans) if plan not in self.known]
        self.known.update({plan: Known(plan, generation) for plan in new})
        self._raise(new, self._first)
        for places, times in LEVELS:
            best = self._sorted()[: places * self.problem.search.finalists // 2]
            self._raise([one.plan for one in best], self._first * times)

    def best(self) -> tuple[Known, ...]:
        """All plans, the most promising first."""
        return tuple(self._sorted())

    def _sorted(self) -> list[Known]:
        known = list(self.known.values())
        if not known:
            return []
        order = ranking(np.array([one.values for one in known]))
        return [known[place] for place in order]

    def _raise(self, plans: Sequence[Plan], replications: int) -> None:
        """Bring plans to a number of replications."""
        lacking = [plan for plan in plans if self.known[plan].replications < replications]
        if not lacking:
            return
        values = self._measured(lacking, 0, replications)
        for plan, rows in zip(lacking, values, strict=True):
            known = self.known[plan]
            known.replications = replications
            known.values = estimates(rows, self._par)

    def _measured(self, plans: Sequence[Plan | None], first: int, last: int) -> FloatArray:
        values = self.evaluations.values(plans, self.problem.search.seed, first, last)
        return np.asarray(values[:, :, self._columns] * self._signs)


def estimates(rows: FloatArray, par: FloatArray) -> FloatArray:
    """Means of objectives from a few replications; what was not observed counts as worst.

    What par has over all its replications, and the difference from it over these.
    """
    taken = par[: len(rows)]
    with np.errstate(invalid="ignore"):
        found = par.mean(axis=0) + (rows - taken).mean(axis=0)
    # A calendar of its own that does not observe the measure cannot be par.
    found = np.where(np.isnan(par).any(axis=0), rows.mean(axis=0), found)
    return np.where(np.isnan(found), np.inf, found)


def ranking(values: FloatArray) -> list[int]:
    """Places from best to worst: by how many plans are better in everything, then by how far from others."""
    if values.shape[1] == 1:
        return [int(one) for one in np.argsort(values[:, 0], kind="stable")]
    layers = layers_of(values)
    spacing = np.zeros(len(values))
    for layer in np.unique(layers):
        inside = np.flatnonzero(layers == layer)
        spacing[inside] = _spacing(values[inside])
    return [int(one) for one in np.lexsort((-spacing, layers))]


def layers_of(values: FloatArray) -> np.ndarray:
    """0 for plans that no other plan beats (at least as good in all, better in one), 1 without these, and so on."""
    no_worse = np.all(values[:, None, :] <= values[None, :, :], axis=2)
    better = np.any(values[:, None, :] < values[None, :, :], axis=2)
    beats = np.asarray(no_worse & better)
    layers: np.ndarray = np.full(len(values), -1)
    layer = 0
    while (layers < 0).any():
        rest = layers < 0
        beaten = np.any(beats[rest], axis=0)
        layers[rest & ~beaten] = layer
        layer += 1
    return layers


def _spacing(values: FloatArray) -> FloatArray:
    """How far the neighbours of a plan lie apart, summed over objectives; endless at the ends."""
    total = np.zeros(len(values))
    for column in values.T:
        order = np.argsort(column, kind="stable")
        ordered = column[order]
        width = ordered[-1] - ordered[0]
        gaps = np.full(len(values), np.inf)
        if width > 0 and np.isfinite(width) and len(values) > 2:
            gaps[1:-1] = (ordered[2:] - ordered[:-2]) / width
        total[order] += gaps
    return total
