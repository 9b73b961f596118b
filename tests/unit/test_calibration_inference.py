"""The parts of a fit against answers that are known: emulator, levels, sampling, coverage of known truths."""

from dataclasses import replace

import numpy as np
import pytest

from sim.study.calibration.chance import SAMPLING, Stream
from sim.study.calibration.diagnostics import FIXED, NARROWED, OPEN, statement
from sim.study.calibration.emulator import fit_emulator, terms
from sim.study.calibration.levels import Levels, draw_effects, log_density
from sim.study.calibration.sampling import sample

RNG = np.random.default_rng


def test_streams_are_addressed() -> None:
    one, other = Stream(7, SAMPLING), Stream(7, SAMPLING)
    assert np.array_equal(np.concatenate([one.uniform(8), one.uniform(4)]), other.uniform(12))
    assert not np.array_equal(Stream(7, SAMPLING, 1).uniform(8), Stream(7, SAMPLING).uniform(8))
    values = Stream(3, SAMPLING).normal(40_000)
    assert abs(values.mean()) < 4 / 200 and abs(values.std() - 1) < 4 * 0.0036  # four standard errors


def test_the_emulator_finds_a_polynomial_and_its_own_error() -> None:
    points = RNG(1).normal(size=(400, 4))
    truth = RNG(2).normal(size=(terms(points).shape[1], 3))
    noise = 0.1
    emulator = fit_emulator(points, terms(points) @ truth + noise * RNG(3).normal(size=(400, 3)))
    fresh = RNG(4).normal(size=(500, 4))
    assert np.sqrt(((emulator(fresh) - terms(fresh) @ truth) ** 2).mean()) < 0.03
    assert emulator.error_sd == pytest.approx([noise] * 3, rel=0.12)


def test_the_emulator_admits_what_it_cannot_follow() -> None:
    points = RNG(1).normal(size=(300, 2))
    values = np.sin(3 * points[:, :1])
    assert fit_emulator(points, values).error_sd[0] > 0.5


def levels() -> Levels:
    members = np.array([[1.0, 0.0, 0.3], [1.0, 0.0, -1.0], [0.0, 1.0, 2.0], [0.0, 1.0, 0.0], [0.0, 0.0, 0.5]])
    names = (("kind", "a"), ("kind", "b"), ("size", "s"))
    return Levels(names, np.array([2, 2, 5]), members, np.array([0, 0, 0, 1, 1]), np.full(5, 0.01))


def covariance(one: Levels, spreads: np.ndarray) -> np.ndarray:
    deviations, rest = one.deviations(spreads[None, :])
    return one.members @ np.diag(deviations[0] ** 2) @ one.members.T + np.diag(rest[0])


def test_the_density_of_levels_is_that_of_a_normal_vector() -> None:
    from scipy.stats import multivariate_normal

    spreads = np.array([0.4, 0.8, 0.3, 0.5, 1.0, 0.2])
    off = RNG(5).normal(size=(2, 5))
    found = log_density(levels(), off, np.tile(spreads, (2, 1)))
    expected = [multivariate_normal(np.zeros(5), covariance(levels(), spreads)).logpdf(one) for one in off]
    assert found - found[0] == pytest.approx(np.array(expected) - expected[0], abs=1e-10)


def test_effects_are_drawn_from_their_conditional_distribution() -> None:
    one, spreads, off = levels(), np.array([0.4, 0.8, 0.3, 0.5, 1.0, 0.2]), RNG(6).normal(size=5)
    prior = np.diag(spreads[one.spread_of] ** 2)
    gain = prior @ one.members.T @ np.linalg.inv(covariance(one, spreads))
    count = 40_000
    draws = draw_effects(one, np.tile(off, (count, 1)), np.tile(spreads, (count, 1)), RNG(7).normal(size=(count, 3)))
    assert draws.mean(axis=0) == pytest.approx(gain @ off, abs=4 * 0.3 / 200)
    assert np.cov(draws.T) == pytest.approx(prior - gain @ one.members @ prior, abs=0.003)


def posterior_of(sd: float) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Sampled and exact mean and standard deviation: standard normal prior, one figure y = x0 + x1 + noise."""
    figure = 1.5
    found = sample(lambda x: -0.5 * ((x[:, 0] + x[:, 1] - figure) / sd) ** 2, 3, 4000, 10, Stream(1, SAMPLING))
    design = np.array([1.0, 1.0, 0.0])
    exact = np.linalg.inv(np.eye(3) + np.outer(design, design) / sd**2)
    return found.points, exact @ design * figure / sd**2, np.sqrt(np.diag(exact))


@pytest.mark.parametrize("sd", [0.5, 0.02])
def test_sampling_against_the_exact_posterior(sd: float) -> None:
    draws, mean, deviation = posterior_of(sd)
    # Standard error of a mean about 1/60 of the deviation; of a deviation about 1/85.
    assert draws.mean(axis=0) == pytest.approx(mean, abs=0.08)
    assert draws.std(axis=0) == pytest.approx(deviation, rel=0.06)


def test_sampling_needs_its_moves() -> None:
    """A twin without moves: only copies of prior draws remain, and the narrow direction is missed."""
    still = sample(lambda x: -0.5 * ((x[:, 0] - 3.0) / 0.01) ** 2, 2, 400, 0, Stream(1, SAMPLING))
    moved = sample(lambda x: -0.5 * ((x[:, 0] - 3.0) / 0.01) ** 2, 2, 400, 10, Stream(1, SAMPLING))
    assert np.unique(still.points[:, 0]).size < 40 < np.unique(moved.points[:, 0]).size
    assert abs(moved.points[:, 0].mean() - 3.0) < 0.01


def covered(claimed_sd: float, sets: int = 120) -> float:
    """Share of truths that 90 % intervals hold, in a linear problem whose figures have an error of 0.5."""
    design, hits = RNG(8).normal(size=(4, 3)), []
    for number in range(sets):
        truth = RNG(100 + number).normal(size=3)
        figures = design @ truth + 0.5 * RNG(500 + number).normal(size=4)
        draws = sample(
            lambda x, y=figures: -0.5 * (((x @ design.T - y) / claimed_sd) ** 2).sum(axis=1),
            3, 300, 6, Stream(number, SAMPLING),
        ).points  # fmt: skip
        low, high = np.quantile(draws, (0.05, 0.95), axis=0)
        hits.append((low <= truth) & (truth <= high))
    return float(np.mean(hits))


def test_intervals_cover_known_truths() -> None:
    # 360 intervals, standard error 0.016; the limits of the specification are 0.85 and 0.95.
    assert 0.85 <= covered(0.5) <= 0.95


def test_intervals_that_claim_too_much_are_found_out() -> None:
    assert covered(0.15) < 0.6


def test_statements() -> None:
    assert [statement(one) for one in (0.2, 0.7, 0.95)] == [FIXED, NARROWED, OPEN]


def test_levels_can_be_replaced() -> None:
    wide = replace(levels(), own_variance=np.full(5, 4.0))
    spreads, off = np.full((1, 6), 0.3), np.zeros((1, 5))
    assert log_density(wide, off, spreads)[0] < log_density(levels(), off, spreads)[0]
