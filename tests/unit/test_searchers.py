"""The benchmark of searchers: equal work, choice and judgement on seeds of their own, nothing done twice."""

import math
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from problem_helpers import SMALL

from benchmarks import searchers
from benchmarks.searchers import CHOICE_SEED, FRESH_SEED, Trial, ratio
from sim.study.optimise.evaluating import Evaluations
from sim.study.optimise.problem import Problem, load_problem


@pytest.fixture(scope="module")
def problem() -> Problem:
    asked = load_problem(SMALL)
    return replace(asked, search=replace(asked.search, evaluations=8, replications=1, finalists=2))


def test_points_at_random_get_no_fewer_replications_than_the_search(problem: Problem) -> None:
    trial = Trial(problem, choice=4, fresh=6)
    search = trial.outcome("optimise", 1)
    other = trial.outcome("random", 1, search.replications)
    assert search.plans == 8 and search.replications > 8
    assert other.replications >= search.replications and other.plans > search.plans
    assert trial.outcome("random", 1).plans == 8  # equally many plans
    assert len(search.gains) == 6 and search.gain == pytest.approx(np.mean(search.gains))


def test_finalists_are_chosen_and_judged_on_seeds_that_no_search_saw(
    problem: Problem, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked: list[tuple[int, int]] = []
    values = Evaluations.values

    def watched(self: Evaluations, plans: list[object], seed: int, first: int, last: int) -> np.ndarray:
        asked.append((seed, len(plans)))
        return values(self, plans, seed, first, last)  # type: ignore[arg-type]

    monkeypatch.setattr(Evaluations, "values", watched)
    Trial(problem, choice=4, fresh=6).outcome("optimise", 3)
    judged = [one for one in asked if one[0] != 3]
    assert judged == [(CHOICE_SEED, 2), (FRESH_SEED, 1), (FRESH_SEED, 1)]  # finalists; the chosen one, the own calendar


def test_what_is_kept_is_not_searched_again(problem: Problem, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    kept = tmp_path / "kept.jsonl"
    first = Trial(problem, 4, 6, kept).outcome("random", 2, 20)
    other = Trial(replace(problem, search=replace(problem.search, finalists=3)), 4, 6, kept)
    monkeypatch.setattr(searchers, "searched", lambda *_: pytest.fail("searched again"))
    assert Trial(problem, 4, 6, kept).outcome("random", 2, 20) == first
    for trial, most in ((Trial(problem, 4, 6, kept), 30), (other, 20)):  # another work, another problem
        with pytest.raises(pytest.fail.Exception, match="searched again"):
            trial.outcome("random", 2, most)


def test_the_error_of_a_ratio_is_that_of_many_samples() -> None:
    numbers = np.random.default_rng(5)
    over, under = numbers.normal(20.0, 2.0, (4000, 25)), numbers.normal(10.0, 1.0, (4000, 25))
    over += under  # paired: what is good for one is good for the other
    found = np.array([ratio(one, other) for one, other in zip(over, under, strict=True)])
    # 4000 samples: the standard deviation is known to 1.1 % (one standard error).
    assert found[:, 0].mean() == pytest.approx(3.0, abs=0.01)
    assert found[:, 0].std() == pytest.approx(found[:, 1].mean(), rel=0.05)
    assert math.isnan(ratio([2.0], [1.0])[1])
