"""Searchers for calendars compared: how good is the best plan after equally many evaluations, on seeds they never saw?

    python -m benchmarks.searchers scenarios/problems/small.toml -n 40 --seeds 4 --only optimise random

Every searcher gets the same problem, decoder, first generation and race of replications; only the proposals differ.
`optimise` is what the verb does; `pymoo` the same without the screen and the wider proposals; `random` proposes points
at random. `tpe` and `nsga` of Optuna and `nevergrad` need `pip install optuna nevergrad`.
"""

import argparse
import functools
import time
import warnings
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any
from unittest.mock import patch

import numpy as np

from sim.study.optimise import searching
from sim.study.optimise.contradictions import check_possible
from sim.study.optimise.decoding import Decoder
from sim.study.optimise.evaluating import Evaluations
from sim.study.optimise.plans import Plan
from sim.study.optimise.problem import Problem, load_problem

FRESH_SEED = 4_000_000


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


def best_plan(problem: Problem, decoder: Decoder, name: str, evaluations: Evaluations) -> Plan:
    """What a searcher thinks best."""
    make = makers(problem.search.evaluations)[name]
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        if name == "optimise":
            return searching.search(problem, decoder, evaluations, make=make).known[0].plan
        with (
            patch.object(searching.Screen, "promise", lambda *_: None),
            patch.object(searching, "_wider", lambda *_: iter(())),
        ):
            return searching.search(problem, decoder, evaluations, make=make).known[0].plan


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("problem", type=Path)
    parser.add_argument("-n", "--evaluations", type=int, default=40)
    parser.add_argument("--replications", type=int, default=2)
    parser.add_argument("--fresh", type=int, default=40, help="replications of the judgement")
    parser.add_argument("--seeds", type=int, default=4)
    parser.add_argument("--only", nargs="+", default=["optimise", "pymoo", "random"])
    given = parser.parse_args()
    problem = load_problem(given.problem)
    decoder = check_possible(problem)
    fresh = Evaluations(problem)
    column = [key.measure for key in fresh.keys].index(problem.objectives[0].measure)
    own = fresh.values([None], FRESH_SEED, 0, given.fresh)[0, :, column]
    print(f"{problem.name}: {problem.objectives[0].measure}, own calendar {own.mean():.2f}")
    gains: dict[str, np.ndarray] = {}
    for name in given.only:
        begun, computed, means = time.process_time(), 0, []
        for seed in range(1, given.seeds + 1):
            settings = replace(
                problem.search, evaluations=given.evaluations, replications=given.replications, seed=seed
            )
            asked = replace(problem, search=settings)
            evaluations = Evaluations(asked)
            plan = best_plan(asked, decoder, name, evaluations)
            computed += evaluations.computed
            means.append(fresh.values([plan], FRESH_SEED, 0, given.fresh)[0, :, column] - own)
        gains[name] = np.array(means)
        by_seed = gains[name].mean(axis=1)
        # The seeds of the search are the sample; all share the seasons of the judgement.
        error = by_seed.std(ddof=1) / len(by_seed) ** 0.5 if len(by_seed) > 1 else float("nan")
        print(
            f"{name:12} gain {by_seed.mean():8.2f} (SE over searches {error:.2f}), by seed"
            f" {np.round(by_seed, 1).tolist()}; {computed} replications, {time.process_time() - begun:.0f} s",
            flush=True,
        )


if __name__ == "__main__":
    main()
