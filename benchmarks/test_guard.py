"""No figure costs more than 20 % more than the stored one; and the guard that says so can fail."""

import pytest

from benchmarks.conftest import Figures
from benchmarks.guard import TOLERANCE, Figure, findings, measured, stored

ACCEPTED = {"work": Figure(2.0, 1000)}


def test_figures(figures: Figures) -> None:
    now, accepted = measured(), stored()
    for name, figure in now.items():
        figures.note(f"guard: {name}: yardsticks", figure.yardsticks, TOLERANCE * accepted[name].yardsticks)
    assert findings(now, accepted) == []


@pytest.mark.parametrize(("yardsticks", "amount", "finding"), [
    (2.42, 1000, "work: costs 21 % more than stored"),
    (2.0, 999, "work: other work than stored: 999, stored 1,000"),
])  # fmt: skip
def test_guard_bites(yardsticks: float, amount: int, finding: str) -> None:
    assert findings({"work": Figure(yardsticks, amount)}, ACCEPTED) == [finding]


def test_guard_lets_noise_pass() -> None:
    assert findings({"work": Figure(2.38, 1000)}, ACCEPTED) == []


def test_guard_misses_no_figure() -> None:
    expected = ["work: measured and stored figures have different names"]
    assert findings({}, ACCEPTED) == expected
    assert findings(ACCEPTED, {}) == expected
