"""Two kinds of not knowing: the parts are those of a calculation by hand, and right on the average."""

import numpy as np
import pytest
from scipy.stats import t

from sim.study.variance import variance_parts


def parts_of(table: list[list[float]]) -> dict[str, float]:
    found = variance_parts(np.array(table)[:, :, np.newaxis])
    return {name: float(getattr(found, name)[0]) for name in found.__dataclass_fields__}


def test_by_hand() -> None:
    """Two draws, three replications: 10 12 14 and 20 21 28.

    Means of draws 12 and 23, of replications 15, 16.5 and 21, of all 17.5. Sums of squares: draws
    3 x (5.5^2 + 5.5^2) = 181.5; replications 2 x (2.5^2 + 1 + 3.5^2) = 39; rest 2 x (0.5^2 + 1^2 + 1.5^2) = 7. Mean
    squares 181.5, 19.5, 3.5.
    """
    found = parts_of([[10, 12, 14], [20, 21, 28]])
    assert found["mean"] == 17.5
    assert found["between"] == pytest.approx((181.5 - 3.5) / 3)
    assert found["within"] == pytest.approx((19.5 + 3.5) / 2)
    of_mean = (181.5 + 19.5 - 3.5) / 6
    freedom = int(197.5**2 / (181.5**2 / 1 + 19.5**2 / 2 + 3.5**2 / 2))
    assert freedom == 1
    assert found["high"] - 17.5 == pytest.approx(t.ppf(0.975, freedom) * of_mean**0.5)
    assert found["low"] == pytest.approx(35 - found["high"])
    season = found["between"] + found["within"] + of_mean
    assert found["p95"] - 17.5 == pytest.approx(t.ppf(0.95, freedom) * season**0.5)
    assert found["missing"] == 0


def test_a_measure_that_never_varies() -> None:
    assert parts_of([[0.1] * 3] * 4) == {
        "missing": 0, "mean": 0.1, "between": 0, "within": 0, "low": 0.1, "high": 0.1, "p05": 0.1, "p95": 0.1,
    }  # fmt: skip


def test_draws_that_do_nothing_have_no_part() -> None:
    rng = np.random.default_rng(1)
    luck = rng.normal(size=50)
    found = parts_of([luck.tolist()] * 8)
    assert found["between"] == 0.0
    assert found["within"] == pytest.approx(luck.var(ddof=1))


@pytest.mark.parametrize("table", [[[1.0, 2.0, 3.0]], [[1.0], [2.0], [3.0]]])
def test_parts_need_two_draws_and_two_replications(table: list[list[float]]) -> None:
    found = parts_of(table)
    assert found["mean"] == 2.0
    assert [np.isnan(found[name]) for name in ("between", "within", "low", "high", "p05", "p95")] == [True] * 6


def test_a_replication_without_a_value_is_left_out_for_all_draws() -> None:
    whole, holed = [[1.0, 4.0, 2.0], [3.0, 7.0, 4.0]], [[1.0, 4.0, np.nan, 2.0], [3.0, 7.0, 5.0, 4.0]]
    found = parts_of(holed)
    assert found.pop("missing") == 2
    assert found.items() <= parts_of(whole).items()
    assert all(np.isnan(parts_of([[np.nan], [np.nan]])[name]) for name in ("mean", "low", "p05"))


def simulated(rng: np.random.Generator, draws: int, replications: int, shared: float) -> np.ndarray:
    """Season values with variances 4 between draws and 9 within, of which a share is luck that all draws share."""
    parameters = rng.normal(0, 2, size=(draws, 1))
    luck = rng.normal(0, 3 * shared**0.5, size=(1, replications))
    return 100 + parameters + luck + rng.normal(0, 3 * (1 - shared) ** 0.5, size=(draws, replications))


def one_way(table: np.ndarray) -> float:
    """Variance between draws as if each draw's replications were independent of the others'."""
    replications = table.shape[1]
    within = table.var(axis=1, ddof=1).mean()
    return float(table.mean(axis=1).var(ddof=1) - within / replications)


@pytest.mark.parametrize("shared", [0.0, 0.8])
def test_parts_are_right_on_the_average_with_common_seeds(shared: float) -> None:
    """2,000 tables of 10 draws by 5: standard errors of the averages about 0.05 (between) and 0.1 (within)."""
    rng = np.random.default_rng(2)
    tables = [simulated(rng, 10, 5, shared) for _ in range(2_000)]
    found = variance_parts(np.stack(tables, axis=2))
    # An estimate below 0 is set to 0, which adds a little without shared luck.
    assert found.between.mean() == pytest.approx(4.0, abs=0.2)
    assert found.within.mean() == pytest.approx(9.0, abs=0.3)
    wrong = np.mean([one_way(table) for table in tables])
    assert wrong == pytest.approx(4.0 - shared * 9 / 5, abs=0.2)
    covered = np.mean((found.low <= 100) & (found.high >= 100))
    assert 0.93 <= covered <= 0.995


def test_the_range_of_one_season_includes_both() -> None:
    """1,000 tables: nine of ten seasons with new parameters and new luck lie inside; standard error 1 %."""
    rng = np.random.default_rng(3)
    for draws in (8, 40):
        found = variance_parts(np.stack([simulated(rng, draws, 30, 0.5) for _ in range(1_000)], axis=2))
        seasons = 100 + rng.normal(0, 13**0.5, size=1_000)
        inside = np.mean((found.p05 <= seasons) & (seasons <= found.p95))
        assert 0.86 <= inside <= 0.95, draws
        only_luck = np.mean(np.abs(seasons - found.mean) <= 1.645 * 3)
        assert only_luck < 0.86


def test_values_have_three_dimensions() -> None:
    with pytest.raises(ValueError, match="draws by replications by measures, not 2"):
        variance_parts(np.zeros((2, 2)))
