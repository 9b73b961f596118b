"""Likeness: what is not said of a fair is as in fitted fairs that resemble it."""

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from sim.study.calibration.fits import Fit, load_fit
from sim.study.calibration.likeness import candidates, shares_of
from sim.study.calibration.observed import ReportedFair
from sim.study.calibration.predicting import predict
from sim.study.calibration.simulating import Sizes
from sim.study.calibration.targets import Targets, read_targets

ROOT = Path(__file__).parents[2]
SIZES = Sizes(36.0, 0.9, 50.0, 1.0)


def fair(name: str, firms: int | None, posts: int | None, seekers: int, country: str = "") -> ReportedFair:
    return ReportedFair(name, firms, posts, seekers, 10, country=country)


def test_shares_fall_with_the_distance() -> None:
    others = [fair("small", 10, 500, 400), fair("twin", 10, 500, 400), fair("large", 300, 15_000, 12_000)]
    shares = shares_of(fair("x", 12, 600, 480), others, SIZES)
    assert shares.sum() == pytest.approx(1.0)
    assert shares[0] == shares[1] > 5 * shares[2]
    assert shares_of(fair("x", 300, 15_000, 12_000), others, SIZES).argmax() == 2


def test_shares_stay_numbers_far_from_all_and_without_some_counts() -> None:
    alike = [fair("a", 10, 500, 400), fair("b", 10, 500, 400)]
    assert shares_of(fair("x", 1, 1, 2_000_000), alike, SIZES) == pytest.approx([0.5, 0.5])
    mixed = [fair("a", None, None, 400), fair("b", 80, None, 9_000)]
    assert shares_of(fair("x", None, None, 400), mixed, SIZES)[0] > 0.5


@pytest.fixture(scope="module")
def targets() -> Targets:
    return read_targets(ROOT / "calibration" / "targets.toml")


def test_what_is_said_narrows_the_choice(targets: Targets) -> None:
    fitted = targets.fitted_rows()
    assert {one.wording for one in candidates(targets, fitted, fair("x", 50, 2500, 1200))} == {"intent"}
    island = candidates(targets, fitted, fair("x", 50, 2500, 1200, "Taiwan"))
    assert {one.country for one in island} == {"Taiwan"}
    nowhere = candidates(targets, fitted, fair("x", 50, 2500, 1200, "Atlantis"))
    assert len({one.country for one in nowhere}) > 1


def level(targets: Targets, fit: Fit, country: str) -> float:
    """Logarithm of predicted over simulated, for a fair like the reported ones of Taiwan."""
    found = predict(targets, fit, [fair("new", 53, 2400, 1200, country)], 1, draws=60)[0]
    return float(np.log(found.p50 / found.simulated))


def test_an_unsaid_country_lies_between_those_that_resemble(targets: Targets) -> None:
    shipped = load_fit(ROOT / "calibration" / "fits" / "wuhan-2020")
    raised = {**shipped.levels, "effect:country:Taiwan": np.full(shipped.draws, 1.5)}
    fit = replace(shipped, levels=raised)
    home, unsaid, island = (level(targets, fit, country) for country in ("China", "", "Taiwan"))
    assert home + 0.1 < unsaid < island - 0.1
    # As if it had been China, nothing would have moved.
    assert level(targets, shipped, "China") == home
