"""Searchers for calendars compared: how good is the best plan after equal work, on seeds that they never saw?

    python -m benchmarks.searchers scenarios/problems/small.toml -n 40 --seeds 4 --only optimise random
    python -m benchmarks.searchers scenarios/problems/wuhan-2020-season.toml -n 150 --equal replications --keep FILE

Every searcher gets the same problem, decoder, first generation and race of replications; only the proposals differ.
`optimise` is what the verb does; `pymoo` the same without the screen and the wider proposals; `random` proposes points
at random. `tpe` and `nsga` of Optuna and `nevergrad` need `pip install optuna nevergrad`. Equal work is equally many
plans, or, seed by seed, at least as many replications as the first searcher took. The finalists of each search meet
first one fresh seed, on which the best of them is chosen, then another, on which that one is judged.
"""

import argparse
import functools
import json
import time
import warnings
from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import Any
from unittest.mock import patch

import numpy as np

from sim.study.optimise import searching
from sim.study.optimise.contradictions import check_possible
from sim.study.optimise.decoding import Decoder
from sim.study.optimise.evaluating import Evaluations
from sim.study.optimise.plans import Plan
from sim.study.optimise.problem import MOST_EVALUATIONS, Problem, load_problem
from sim.study.statistics import FloatArray

CHOICE_SEED, FRESH_SEED = 5_000_000, 4_000_000
PLANS, REPLICATIONS = "plans", "replications"


class Random:
    """Points at random."""

    def __init__(self, genes: int, objectives: int, first: np.ndarray, seed: int) -> None:
        self._numbers, self._genes, self._size = np.random.default_rng(seed), genes, len(first)
        self._first: np.ndarray | None = first

    def ask(self) -> np.ndarray:
        points, self._first = self._first, None
        return self._numbers.random((4 * self._size, self._genes)) if points is None else points

    def tell(self, points: np.ndarray, values: np.ndarray) -> None:
        pass


class Optuna(Random):
    """A sampler of Optuna."""

    def __init__(self, name: str, genes: int, objectives: int, first: np.ndarray, seed: int) -> None:
        import optuna

        super().__init__(genes, objectives, first, seed)
        optuna.logging.set_verbosity(optuna.logging.WARNING)
        samplers = {
            "tpe": lambda: optuna.samplers.TPESampler(seed=seed, n_startup_trials=len(first), constant_liar=True),
            "nsga": lambda: optuna.samplers.NSGAIISampler(seed=seed, population_size=len(first)),
        }
        self._study = optuna.create_study(sampler=samplers[name]())
        self._spans = {f"g{gene}": optuna.distributions.FloatDistribution(0.0, 1.0) for gene in range(genes)}

    def ask(self) -> np.ndarray:
        import optuna

        if self._first is not None:
            return super().ask()
        trials = [self._study.ask(self._spans) for _ in range(2 * self._size)]
        for trial in trials:
            self._study.tell(trial, state=optuna.trial.TrialState.FAIL)
        return np.array([[trial.params[name] for name in self._spans] for trial in trials])

    def tell(self, points: np.ndarray, values: np.ndarray) -> None:
        import optuna

        for point, value in zip(points, values, strict=True):
            params = dict(zip(self._spans, point.tolist(), strict=True))
            self._study.add_trial(
                optuna.trial.create_trial(params=params, distributions=self._spans, value=float(value[0]))
            )


class Nevergrad(Random):
    """An optimiser of Nevergrad."""

    def __init__(self, name: str, budget: int, genes: int, objectives: int, first: np.ndarray, seed: int) -> None:
        import nevergrad

        super().__init__(genes, objectives, first, seed)
        space = nevergrad.p.Array(init=np.full(genes, 0.5)).set_bounds(0.0, 1.0)
        space.random_state.seed(seed)
        self._optimiser = nevergrad.optimizers.registry[name](space, budget=budget, num_workers=len(first))

    def ask(self) -> np.ndarray:
        if self._first is not None:
            return super().ask()
        return np.clip([self._optimiser.ask().value for _ in range(2 * self._size)], 0.0, 1.0)

    def tell(self, points: np.ndarray, values: np.ndarray) -> None:
        for point, value in zip(points, values, strict=True):
            self._optimiser.tell(self._optimiser.parametrization.spawn_child(new_value=point), float(value[0]))


def makers(evaluations: int) -> dict[str, Callable[..., Any]]:
    """Searchers by name."""
    return {
        "optimise": searching.Nsga,
        "pymoo": searching.Nsga,
        "random": Random,
        "tpe": functools.partial(Optuna, "tpe"),
        "nsga": functools.partial(Optuna, "nsga"),
        "nevergrad": functools.partial(Nevergrad, "NGOpt", evaluations),
        "nevergrad-de": functools.partial(Nevergrad, "TwoPointsDE", evaluations),
    }


class Limited:
    """A searcher that has nothing more to propose once so many replications were simulated."""

    def __init__(self, searcher: Any, evaluations: Evaluations, most: int) -> None:
        self._searcher, self._evaluations, self._most = searcher, evaluations, most

    def ask(self) -> np.ndarray:
        return self._searcher.ask() if self._evaluations.computed < self._most else np.empty((0, 0))

    def tell(self, points: np.ndarray, values: np.ndarray) -> None:
        self._searcher.tell(points, values)


def searched(
    problem: Problem, decoder: Decoder, name: str, evaluations: Evaluations, most: int | None = None
) -> searching.Searched:
    """What a searcher finds: with as many plans as the problem allows, or with so many replications or a few more."""
    make = makers(problem.search.evaluations)[name]
    size = searching.generation_size(problem.search.evaluations)
    if most is not None:
        # Points at random learn nothing from one generation to the next: in large ones the race wastes least on plans
        # that are only the best so far.
        size = searching.MOST_IN_GENERATION if name == "random" else size
        problem = replace(problem, search=replace(problem.search, evaluations=MOST_EVALUATIONS))
    with warnings.catch_warnings(), patch.object(searching, "generation_size", lambda _: size):
        warnings.simplefilter("ignore")
        if name == "optimise":
            return searching.search(problem, decoder, evaluations, make=make)
        limited = make if most is None else lambda *given: Limited(make(*given), evaluations, most)
        with (
            patch.object(searching.Screen, "promise", lambda *_: None),
            patch.object(searching, "_wider", lambda *_: iter(())),
        ):
            return searching.search(problem, decoder, evaluations, make=limited)


@dataclass(frozen=True)
class Outcome:
    """What one search brought over the scenario's own calendar."""

    searcher: str
    seed: int
    plans: int
    replications: int  # that the search simulated
    seconds: float  # of the processor, for the search
    gains: tuple[float, ...]  # of the plan chosen, one for each fresh replication

    @property
    def gain(self) -> float:
        """The mean gain."""
        return float(np.mean(self.gains))


class Trial:
    """Searchers on one problem, one seed after the other; what is finished is kept in a file."""

    def __init__(self, problem: Problem, choice: int, fresh: int, keep: Path | None = None) -> None:
        self.problem, self.decoder = problem, check_possible(problem)
        self._judge, self._choice, self._fresh, self._keep = Evaluations(problem), choice, fresh, keep
        self._column = [key.measure for key in self._judge.keys].index(problem.objectives[0].measure)
        self.settings = {"problem": problem.name, "choice": choice, "fresh": fresh, **asdict(problem.search), "seed": 0}
        self._known: dict[tuple[str, int, int | None], Outcome] = {}
        if keep is not None and keep.exists():
            for line in keep.read_text(encoding="utf-8").splitlines():
                row = json.loads(line)
                if row["settings"] == self.settings:
                    outcome = Outcome(**{**row["outcome"], "gains": tuple(row["outcome"]["gains"])})
                    self._known[outcome.searcher, outcome.seed, row["most"]] = outcome

    def own(self) -> FloatArray:
        """What the scenario's own calendar reaches on the fresh replications."""
        return self._values([None], FRESH_SEED, self._fresh)[0]

    def _values(self, plans: Sequence[Plan | None], seed: int, replications: int) -> FloatArray:
        return np.asarray(self._judge.values(plans, seed, 0, replications)[:, :, self._column])

    def outcome(self, name: str, seed: int, most: int | None = None) -> Outcome:
        """Search once, choose among the finalists, judge the one chosen."""
        if (name, seed, most) in self._known:
            return self._known[name, seed, most]
        begun = time.process_time()
        search = self.problem.search
        problem = replace(self.problem, search=replace(search, seed=seed))
        evaluations = Evaluations(problem)
        found = searched(problem, self.decoder, name, evaluations, most)
        seconds = time.process_time() - begun
        finalists = [one.plan for one in found.known[: search.finalists if self._choice else 1]]
        order = np.zeros(1)
        if self._choice:
            order = self._values(finalists, CHOICE_SEED, self._choice).mean(axis=1) * self.problem.objectives[0].sign
        gains = self._values([finalists[int(np.argmin(order))]], FRESH_SEED, self._fresh)[0] - self.own()
        outcome = Outcome(name, seed, len(found.known), evaluations.computed, seconds, tuple(gains.tolist()))
        if self._keep is not None:
            row = {"settings": self.settings, "most": most, "outcome": asdict(outcome)}
            with self._keep.open("a", encoding="utf-8") as file:
                file.write(json.dumps(row) + "\n")
        return outcome


def ratio(over: Sequence[float], under: Sequence[float]) -> tuple[float, float]:
    """Ratio of the means of two lists paired by seed, and its standard error (linearised)."""
    above, below = np.array(over), np.array(under)
    found = above.mean() / below.mean()
    error = (above - found * below).std(ddof=1) / len(above) ** 0.5 / abs(below.mean()) if len(above) > 1 else np.nan
    return float(found), float(error)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("problem", type=Path)
    parser.add_argument("-n", "--evaluations", type=int, default=40)
    parser.add_argument("--replications", type=int, help="of each plan at first; as the problem says if left out")
    parser.add_argument("--equal", choices=[PLANS, REPLICATIONS], default=PLANS, help="what is equal for all searchers")
    parser.add_argument("--choice", type=int, default=10, help="replications on which one of the finalists is chosen")
    parser.add_argument("--fresh", type=int, default=40, help="replications of the judgement")
    parser.add_argument("--seeds", type=int, default=4)
    parser.add_argument("--only", nargs="+", default=["optimise", "pymoo", "random"])
    parser.add_argument("--keep", type=Path, help="file of finished searches, which are not done again")
    given = parser.parse_args()
    problem = load_problem(given.problem)
    replications = given.replications or problem.search.replications
    settings = replace(problem.search, evaluations=given.evaluations, replications=replications)
    trial = Trial(replace(problem, search=settings), given.choice, given.fresh, given.keep)
    print(f"{problem.name}: {problem.objectives[0].measure}, own calendar {trial.own().mean():.2f}")
    found: dict[str, list[Outcome]] = {name: [] for name in given.only}
    for seed in range(1, given.seeds + 1):
        most: int | None = None
        for name in given.only:
            one = trial.outcome(name, seed, most)
            found[name].append(one)
            most = found[given.only[0]][-1].replications if given.equal == REPLICATIONS else None
            print(
                f"{name:12} seed {seed}: gain {one.gain:9.2f} with {one.plans} plans, {one.replications} replications,"
                f" {one.seconds:.0f} s",
                flush=True,
            )
    gains = {name: [one.gain for one in outcomes] for name, outcomes in found.items()}
    for name, outcomes in found.items():
        # The seeds of the search are the sample; all share the seasons of the judgement.
        error = np.std(gains[name], ddof=1) / len(outcomes) ** 0.5 if len(outcomes) > 1 else float("nan")
        print(
            f"{name:12} gain {np.mean(gains[name]):9.2f} (SE over searches {error:.2f}),"
            f" {sum(one.plans for one in outcomes)} plans, {sum(one.replications for one in outcomes)} replications,"
            f" {sum(one.seconds for one in outcomes):.0f} s"
        )
    first = given.only[0]
    for name in given.only[1:]:
        size, error = ratio(gains[first], gains[name])
        print(f"{first} over {name}: {size:.2f} (SE {error:.2f}, {given.seeds} searches each)")


if __name__ == "__main__":
    main()
