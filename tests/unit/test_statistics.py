"""Statistics against published examples, against scipy, and at their edges."""

import math
import subprocess
import sys
import warnings

import numpy as np
import pytest
from scipy import stats

from sim.study.statistics import (
    describe,
    least_share,
    paired_difference,
    quantile,
    replications_by_ratio,
    replications_by_student,
    student_t,
)

# Rossetti, "Simulation Modeling using the KSL", table 5.5.
DESIGN_1 = [52.56, 48.77, 53.49, 50.60, 51.60, 51.77, 51.09, 53.51, 47.44, 47.94]
DESIGN_2 = [49.92, 47.08, 50.62, 48.45, 49.20, 49.33, 48.81, 50.64, 46.08, 46.45]


def test_the_least_share_is_missed_by_chance_once_in_twenty() -> None:
    for found, of in ((1, 1), (3, 3), (16, 16), (60, 60), (7, 20)):
        least = least_share(found, of)
        assert stats.binom.sf(found - 1, of, least) == pytest.approx(0.05)
    assert least_share(0, 20) == 0.0


def test_paired_t_of_the_ksl_book() -> None:
    result = paired_difference(DESIGN_1, DESIGN_2)
    assert result.observed == 10
    assert result.difference == pytest.approx(2.219, abs=1e-12)
    assert result.sd == pytest.approx(0.544068, abs=5e-7)
    assert result.half_width == pytest.approx(0.389203, abs=5e-7)
    assert (result.low, result.high) == pytest.approx((2.219 - 0.389203, 2.219 + 0.389203), abs=5e-7)


def test_pairs_are_not_two_independent_samples() -> None:
    independent = stats.ttest_ind(DESIGN_1, DESIGN_2).confidence_interval()
    assert (independent.high - independent.low) / 2 > 4 * paired_difference(DESIGN_1, DESIGN_2).half_width


def test_a_pair_with_a_gap_is_left_out() -> None:
    result = paired_difference([*DESIGN_1, 50.0, math.nan], [*DESIGN_2, math.nan, 50.0])
    assert (result.observed, result.missing) == (10, 2)
    assert result.difference == pytest.approx(2.219, abs=1e-12)


def test_pairs_need_equal_lengths() -> None:
    with pytest.raises(ValueError, match="equal length"):
        paired_difference([1.0, 2.0], [1.0])


def test_sample_size_of_the_ksl_book() -> None:
    assert replications_by_ratio(5, 9.09, 1.0) == 414
    assert replications_by_student(5, 9.09, 1.0) == 209


@pytest.mark.parametrize("wanted", [0.3, 1.0, 4.0, 9.0, 500.0])
def test_iterated_student_rule_gives_the_fewest(wanted: float) -> None:
    found = replications_by_student(5, 9.09, wanted)
    sd = 9.09 * math.sqrt(5) / stats.t.ppf(0.975, 4)
    assert stats.t.ppf(0.975, found - 1) * sd / math.sqrt(found) <= wanted
    if found > 2:
        assert stats.t.ppf(0.975, found - 2) * sd / math.sqrt(found - 1) > wanted


@pytest.mark.parametrize("rule", [replications_by_ratio, replications_by_student])
def test_sample_size_needs_a_pilot_and_a_width(rule) -> None:  # type: ignore[no-untyped-def]
    with pytest.raises(ValueError, match="at least 2 replications"):
        rule(1, 1.0, 1.0)
    with pytest.raises(ValueError, match="positive and finite"):
        rule(5, 1.0, 0.0)
    with pytest.raises(ValueError, match="positive and finite"):
        rule(5, math.nan, 1.0)
    assert rule(5, 0.0, 1.0) == 2


@pytest.mark.parametrize("degrees", [1, 2, 9, 29, 999])
def test_student_t_equals_scipy_stats(degrees: int) -> None:
    assert student_t(0.975, degrees) == pytest.approx(stats.t.ppf(0.975, degrees), rel=1e-12)


def test_interval_of_the_mean_equals_scipy() -> None:
    values = np.random.default_rng(1).gamma(2.0, size=(12, 3))
    result = describe(values)
    low, high = stats.t.interval(0.95, 11, values.mean(axis=0), stats.sem(values, axis=0))
    np.testing.assert_allclose(result.low, low, rtol=1e-12)
    np.testing.assert_allclose(result.high, high, rtol=1e-12)
    np.testing.assert_allclose(result.sd, values.std(axis=0, ddof=1), rtol=1e-12)


def test_range_of_one_season_is_the_t_prediction_below_twenty() -> None:
    values = np.array(DESIGN_1)
    result = describe(values[:, np.newaxis])
    reach = stats.t.ppf(0.95, 9) * values.std(ddof=1) * math.sqrt(1 + 1 / 10)
    assert result.p05[0] == pytest.approx(values.mean() - reach, rel=1e-12)
    assert result.p95[0] == pytest.approx(values.mean() + reach, rel=1e-12)


@pytest.mark.parametrize(("count", "sample_quantile"), [(19, False), (20, True), (57, True)])
def test_range_of_one_season_changes_to_sample_quantiles_at_twenty(count: int, sample_quantile: bool) -> None:
    values = np.random.default_rng(2).exponential(size=(count, 2))
    result = describe(values)
    assert np.allclose(result.p05, np.quantile(values, 0.05, axis=0)) == sample_quantile
    assert np.allclose(result.p95, np.quantile(values, 0.95, axis=0)) == sample_quantile


def test_quantile_leaves_gaps_out() -> None:
    values = np.random.default_rng(3).normal(size=(40, 2))
    values[::3, 1] = np.nan
    expected = np.nanquantile(values, 0.3, axis=0)
    np.testing.assert_allclose(quantile(values, 0.3), expected, rtol=1e-12)
    assert np.isnan(quantile(np.full((4, 1), np.nan), 0.5)).all()


def test_coverage_of_the_interval_is_95_percent() -> None:
    # 20,000 intervals: standard error 0.15 %; a normal quantile in place of t would cover 91.8 % with n = 8.
    values = np.random.default_rng(4).normal(3.0, 2.0, size=(8, 20_000))
    result = describe(values)
    covered = float(np.mean((result.low <= 3.0) & (result.high >= 3.0)))
    assert abs(covered - 0.95) < 0.006


def test_gaps_are_counted_and_left_out() -> None:
    values = np.array([[1.0, 4.0, np.nan], [2.0, np.nan, np.nan], [6.0, 8.0, np.nan]])
    result = describe(values)
    assert result.observed.tolist() == [3, 2, 0]
    assert result.missing.tolist() == [0, 1, 3]
    assert result.mean[:2].tolist() == [3.0, 6.0]
    alone = describe(np.array([[4.0], [8.0]]))
    assert (result.low[1], result.high[1], result.p95[1]) == (alone.low[0], alone.high[0], alone.p95[0])
    assert np.isnan([result.mean[2], result.sd[2], result.low[2], result.high[2], result.p05[2]]).all()


def test_one_replication_has_a_mean_and_no_interval() -> None:
    result = describe([[5.0]])
    assert result.mean[0] == 5.0
    assert np.isnan([result.sd[0], result.low[0], result.high[0], result.p05[0], result.p95[0]]).all()


def test_no_replication_has_nothing() -> None:
    result = describe(np.empty((0, 2)))
    assert result.observed.tolist() == [0, 0]
    assert np.isnan(result.mean).all()


@pytest.mark.parametrize("count", [3, 7, 30])
def test_a_constant_has_a_point_as_interval(count: int) -> None:
    result = describe(np.full((count, 1), 0.1))
    assert {float(x[0]) for x in (result.mean, result.low, result.high, result.p05, result.p95)} == {0.1}
    assert result.sd[0] == 0.0


def test_a_flat_list_is_refused() -> None:
    with pytest.raises(ValueError, match="rows and columns"):
        describe([1.0, 2.0])


def test_scipy_stats_is_not_imported() -> None:
    code = "import sys; from sim.study.statistics import describe; describe([[1], [2]])"
    code += "; print('scipy.stats' in sys.modules)"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "False"


def test_replications_by_the_ratio_of_half_widths() -> None:
    assert replications_by_ratio(10, 4.0, 2.0) == 40
    assert replications_by_ratio(10, 1.0, 3.0) == 2


@pytest.mark.parametrize(("pilot", "half", "wanted"), [(10, 4.0, 2.0), (5, 3.0, 0.7), (30, 1.0, 0.4), (4, 2.0, 2.5)])
def test_fewest_replications_one_by_one(pilot: int, half: float, wanted: float) -> None:
    sd = half * math.sqrt(pilot) / stats.t.ppf(0.975, pilot - 1)
    fewest = next(n for n in range(2, 10_000) if stats.t.ppf(0.975, n - 1) * sd / math.sqrt(n) <= wanted)
    found = replications_by_student(pilot, half, wanted)
    assert found == fewest
    assert isinstance(found, int)


def test_quantiles_at_the_ends_of_nothing_and_of_a_single_value() -> None:
    nan = math.nan
    table = np.array([[1.0, nan, 7.0, nan], [3.0, nan, nan, 2.0], [2.0, nan, nan, 8.0]])
    assert quantile(table, 1.0).tolist() == pytest.approx([3.0, nan, 7.0, 8.0], nan_ok=True)
    assert quantile(table, 0.0).tolist() == pytest.approx([1.0, nan, 7.0, 2.0], nan_ok=True)
    assert quantile(table, 0.5).tolist() == pytest.approx([2.0, nan, 7.0, 5.0], nan_ok=True)
    assert quantile(table[:1], 0.9).tolist() == pytest.approx([1.0, nan, 7.0, nan], nan_ok=True)
    nothing = quantile(np.empty((0, 3)), 0.5)
    assert nothing.shape == (3,)
    assert np.isnan(nothing).all()
    assert quantile(np.empty((2, 0)), 0.5).shape == (0,)


def test_nothing_observed_is_not_divided() -> None:
    table = np.array([[1.0, math.nan, 2.0], [3.0, math.nan, math.nan]])
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        found = describe(table)
    assert found.mean.tolist() == pytest.approx([2.0, math.nan, 2.0], nan_ok=True)
    assert np.isnan([found.low[1], found.high[1], found.sd[1], found.p05[1], found.p95[1]]).all()
    assert np.isnan([found.low[2], found.high[2], found.p05[2], found.p95[2]]).all()
