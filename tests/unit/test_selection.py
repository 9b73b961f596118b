"""Comparison with the best and KN against published figures, against plain re-computation, and at their edges."""

import itertools
import math
from collections.abc import Sequence

import numpy as np
import pytest
from scipy import stats

from sim.study.selection import (
    STRETCH_LEAST,
    STRETCH_SHARE,
    Race,
    compare_with_best,
    difference_variances,
    h_squared,
    most_replications,
    second_stage_replications,
    select_best,
)

# Rossetti, "Simulation Modeling using the KSL", section 5.7.3: four systems, common random numbers.
SYSTEMS = np.array(
    [
        [63.72, 32.24, 40.28, 36.94, 36.29, 56.94, 34.10, 63.36, 49.29, 87.20],
        [63.06, 31.78, 40.32, 37.71, 36.79, 57.93, 33.39, 62.92, 47.67, 80.79],
        [57.74, 29.65, 36.52, 35.71, 33.81, 51.54, 31.39, 57.24, 42.63, 67.27],
        [62.63, 31.56, 39.87, 37.35, 36.65, 57.15, 33.30, 62.21, 47.46, 79.60],
    ]
).T


def normal(plans: int, rows: int, seed: int = 1, correlation: float = 0.5) -> np.ndarray:
    rng = np.random.default_rng(seed)
    own, shared = rng.standard_normal((rows, plans)), rng.standard_normal((rows, 1))
    return math.sqrt(1 - correlation) * own + math.sqrt(correlation) * shared


# Published ------------------------------------------------------------------------------------------------


def test_second_stage_of_the_ksl_book() -> None:
    assert second_stage_replications(SYSTEMS, zone=2.0, pcs=0.95) == 45


def test_system_one_of_the_ksl_book_is_screened_out_when_smaller_is_better() -> None:
    result = compare_with_best(SYSTEMS, higher_is_better=False)
    assert not result.is_possible[0]
    assert result.is_possible[2]  # Three has the smallest mean
    assert result.low[0] == 0.0  # its waits are longer than the best by 0 to 9.9
    assert result.high[0] > 0.0
    assert compare_with_best(SYSTEMS, higher_is_better=True).is_possible[0]


@pytest.mark.parametrize(
    ("plans", "first_stage", "printed"), [(2, 10, 6.012905), (5, 10, 11.429411), (10, 20, 11.511485)]
)
def test_constants_of_kim_and_nelson(plans: int, first_stage: int, printed: float) -> None:
    assert h_squared(plans, first_stage, 0.95) == pytest.approx(printed, abs=5e-7)


# Comparison with the best ---------------------------------------------------------------------------------


def test_variances_are_those_of_paired_differences() -> None:
    values = normal(4, 12)
    found = difference_variances(values)
    for one in range(4):
        for two in range(4):
            assert found[one, two] == pytest.approx(np.var(values[:, one] - values[:, two], ddof=1), abs=1e-12)
    many = difference_variances(np.stack([values, 2 * values]))
    np.testing.assert_allclose(many, [found, 4 * found])


def test_two_plans_have_the_one_sided_t_interval() -> None:
    values = normal(2, 9)
    result = compare_with_best(values, higher_is_better=True)
    difference = values[:, 0] - values[:, 1]
    margin = stats.t.ppf(0.95, 8) * difference.std(ddof=1) / 3
    assert result.high[0] == pytest.approx(max(0.0, difference.mean() + margin))
    assert result.low[0] == pytest.approx(min(0.0, difference.mean() - margin))
    assert (result.low[1], result.high[1]) == pytest.approx((-result.high[0], -result.low[0]))


def test_lower_is_better_mirrors_higher_is_better() -> None:
    values = normal(5, 10)
    higher, lower = compare_with_best(-values, True), compare_with_best(values, False)
    np.testing.assert_array_equal(higher.is_possible, lower.is_possible)
    np.testing.assert_allclose(higher.low, -lower.high)
    np.testing.assert_allclose(higher.means, -lower.means)


def hsu(values: np.ndarray, confidence: float) -> list[tuple[float, float, bool]]:
    """Hsu's constrained intervals, one pair of plans at a time; larger is better."""
    rows, plans = values.shape
    t = stats.t.ppf(1 - (1 - confidence) / (plans - 1), rows - 1)

    def lead(i: int, j: int, sign: float) -> float:
        difference = values[:, i] - values[:, j]
        return float(difference.mean() + sign * t * difference.std(ddof=1) / math.sqrt(rows))

    others = {i: [j for j in range(plans) if j != i] for i in range(plans)}
    reach = [min(lead(i, j, 1) for j in others[i]) for i in range(plans)]
    intervals = []
    for i in range(plans):
        rivals = [j for j in others[i] if reach[j] >= 0]
        low = min(0.0, *(lead(i, j, -1) for j in rivals)) if rivals else 0.0
        intervals.append((low, max(reach[i], 0.0), reach[i] >= 0))
    return intervals


@pytest.mark.parametrize("seed", range(12))
@pytest.mark.parametrize("confidence", [0.8, 0.95])
def test_intervals_are_those_of_hsu(seed: int, confidence: float) -> None:
    # The second is behind, the fifth far behind: whoever cannot be the best is nobody's rival.
    values = normal(5, 9, seed) + np.array([0.0, -1.0, 0.4, 0.2, -30.0])
    result = compare_with_best(values, True, confidence)
    expected = hsu(values, confidence)
    np.testing.assert_allclose(result.low, [low for low, _, _ in expected])
    np.testing.assert_allclose(result.high, [high for _, high, _ in expected])
    assert result.is_possible.tolist() == [possible for _, _, possible in expected]
    np.testing.assert_allclose(result.means, [column.mean() for column in values.T])
    assert result.replications == 9
    assert result.low[0] > -20  # not so if the fifth were its rival the other way round


def test_lower_is_better_turns_the_intervals_round() -> None:
    values = normal(3, 9)
    result = compare_with_best(values, higher_is_better=False)
    expected = hsu(-values, 0.95)
    np.testing.assert_allclose(result.low, [-high for _, high, _ in expected])
    np.testing.assert_allclose(result.high, [-low for low, _, _ in expected])


def test_a_bound_of_zero_has_no_sign() -> None:
    ahead = normal(2, 20) + np.array([0, 9])
    for higher in (True, False):
        result = compare_with_best(ahead, higher)
        zeros = np.concatenate((result.low, result.high))
        assert not np.signbit(zeros[zeros == 0]).any()


def test_a_difference_that_never_varies_has_no_variance_at_all() -> None:
    values = np.array([[0.1], [0.3], [0.7], [1e9]]) + np.array([0.0, 1e6 / 3])
    exact = np.column_stack([values[:, 0], values[:, 0]])
    assert not difference_variances(exact).any()
    steady = np.array([[0.1, 0.0]] * 7)  # the mean of seven tenths is not a tenth
    assert not difference_variances(steady).any()


def test_intervals_contain_zero_and_a_clear_winner_is_alone() -> None:
    result = compare_with_best(normal(4, 20) + np.array([0, 9, 0, 0]), higher_is_better=True)
    assert result.is_possible.tolist() == [False, True, False, False]
    assert np.all(result.low <= 0) and np.all(result.high >= 0)
    assert result.low[1] == 0.0
    assert (result.high[[0, 2, 3]] == 0.0).all()


def test_identical_plans_may_all_be_the_best() -> None:
    result = compare_with_best(np.repeat(normal(1, 8), 3, axis=1), higher_is_better=True)
    assert result.is_possible.all()
    assert not result.low.any() and not result.high.any()


@pytest.mark.parametrize("values", [np.ones((1, 2)), np.ones((5, 1)), np.ones(4)])
def test_too_little_is_refused(values: np.ndarray) -> None:
    with pytest.raises(ValueError, match="at least two replications of at least two plans"):
        compare_with_best(values, True)


def test_gaps_are_refused() -> None:
    with pytest.raises(ValueError, match=r"^every value must be observed$"):
        compare_with_best([[1.0, 2.0], [math.nan, 1.0]], True)


# KN -------------------------------------------------------------------------------------------------------


def textbook(values: np.ndarray, first: int, zone: float, pcs: float) -> tuple[int, list[int]]:
    """KN as Kim and Nelson (2001) print it, one plan and one replication at a time."""
    plans = values.shape[1]
    eta = ((2 * (1 - pcs) / (plans - 1)) ** (-2 / (first - 1)) - 1) / 2
    h2 = 2 * eta * (first - 1)
    variance = [
        [float(np.var(values[:first, i] - values[:first, k], ddof=1)) for k in range(plans)] for i in range(plans)
    ]
    left, used = list(range(plans)), [first] * plans
    r = first
    if r > max(math.floor(h2 * variance[i][k] / zone**2) for i in left for k in left if i != k):
        return max(left, key=lambda i: values[:r, i].mean()), used
    while True:
        means = values[:r].mean(axis=0)
        left = [
            i
            for i in left
            if all(
                means[i] >= means[k] - max(0.0, zone / (2 * r) * (h2 * variance[i][k] / zone**2 - r))
                for k in left
                if k != i
            )
        ]
        if len(left) == 1:
            return left[0], used
        r += 1
        for i in left:
            used[i] = r


@pytest.mark.parametrize("pcs", [0.95, 0.8])
@pytest.mark.parametrize("seed", range(40))
def test_kn_equals_the_procedure_as_printed(seed: int, pcs: float) -> None:
    values = normal(4, 2000, seed, correlation=0.3) + np.array([0.0, 0.1, 0.3, 0.25])
    asked: list[tuple[list[int], int]] = []

    def extend(plans: Sequence[int], count: int) -> list[np.ndarray]:
        asked.append((list(plans), count))
        return [values[:count, plan] for plan in plans]

    found = select_best(values[:10], 0.2, pcs, True, extend)
    selected, used = textbook(values, 10, 0.2, pcs)
    assert (found.selected, list(found.replications)) == (selected, used)
    assert found.tied == ()
    # Only plans that are still in are simulated further, and never fewer replications than before.
    assert all(len(plans) >= 2 for plans, _ in asked)
    assert all(set(later) <= set(earlier) for (earlier, _), (later, _) in itertools.pairwise(asked))
    most = most_replications(values[:10], 0.2, pcs)
    assert max(found.replications) <= max(count for _, count in asked) <= most


def test_the_most_that_a_race_can_take_is_where_its_widest_triangle_ends() -> None:
    first = normal(3, 10) * 2
    variance = max(np.var(first[:, i] - first[:, k], ddof=1) for i in range(3) for k in range(i))
    race = Race(first, 0.3, 0.9)
    assert race.is_in.all()
    assert most_replications(first, 0.3, 0.9) == math.floor(h_squared(3, 10, 0.9) * variance / 0.3**2) + 1


def test_replications_come_in_stretches_of_a_share_of_those_taken_and_not_beyond_the_end() -> None:
    values = normal(2, 3000)
    asked: list[int] = []

    def extend(plans: Sequence[int], count: int) -> list[np.ndarray]:
        asked.append(count)
        return [values[:count, plan] for plan in plans]

    select_best(values[:10], 0.06, 0.95, True, extend)
    most = most_replications(values[:10], 0.06, 0.95)
    expected = [10]
    while expected[-1] < asked[-1]:
        stretch = max(STRETCH_LEAST, math.ceil(STRETCH_SHARE * expected[-1]))
        expected.append(min(expected[-1] + stretch, most))
    assert asked == expected[1:]
    assert len(asked) > 3


def test_replications_of_a_plan_that_left_are_not_added_to_its_sum() -> None:
    race = Race(np.array([[0.0, 9.0], [0.1, 9.3], [0.0, 9.1]]), zone=5.0)
    assert race.is_in.tolist() == [False, True]
    before = race.sums.copy()
    race.observe(np.array([7.0, 2.0]))
    np.testing.assert_allclose(race.sums - before, [0.0, 2.0])
    assert race.taken == 4


def test_at_the_end_of_the_triangle_the_larger_mean_wins_by_any_lead() -> None:
    values = np.array([[0.0, 0.0], [1.0, 0.0], [0.0, 1.0]])
    race = Race(values, zone=1000.0)
    assert race.is_in.all()
    race.observe(np.array([0.0, 1e-9]))
    assert race.is_in.tolist() == [False, True]


def test_smaller_may_be_better() -> None:
    values = normal(3, 500) + np.array([1.0, 0.0, 2.0])

    def extend(plans: Sequence[int], count: int) -> list[np.ndarray]:
        return [values[:count, plan] for plan in plans]

    assert select_best(values[:10], 0.5, 0.95, False, extend).selected == 1
    assert select_best(values[:10], 0.5, 0.95, True, extend).selected == 2


def test_identical_plans_end_the_race_at_once_and_are_tied() -> None:
    def extend(plans: Sequence[int], count: int) -> list[np.ndarray]:
        raise AssertionError("nothing more can part them")

    found = select_best(np.repeat(normal(1, 10), 2, axis=1), 1.0, 0.95, True, extend)
    assert (found.selected, found.tied, found.replications) == (0, (1,), (10, 10))
    assert most_replications(np.repeat(normal(1, 10), 2, axis=1), 1.0, 0.95) == 10


def test_values_of_plans_that_left_do_not_count() -> None:
    race = Race(np.array([[0.0, 9.0, 8.9], [0.1, 9.3, 9.4], [0.0, 9.1, 9.2]]), zone=0.1)
    assert race.is_in.tolist() == [False, True, True]
    race.observe(np.array([np.nan, 9.0, 9.1]))
    assert not np.isnan(race.sums).any()
    assert race.is_in.tolist()[0] is False
