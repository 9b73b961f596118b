"""Both engines tell every published fair alike, bit for bit."""

import numpy as np
import pytest

from sim.engine import Ledger
from sim.model.scenario import load_scenario
from sim.study.verify import published_scenarios, records

# What makes a day short enough for SimPy; the rules stay the same.
SHORTER = {
    "mm100": ("arrivals.step_minutes=30",),
    "mm90-impatient": ("arrivals.step_minutes=30",),
    "mm50-impatient": ("arrivals.step_minutes=60",),
    "mm2": ("arrivals.step_minutes=240",),
    "mm10": ("arrivals.step_minutes=240",),
    "mm10-impatient": ("arrivals.step_minutes=240",),
    "erlang-b-40-10": ("arrivals.step_minutes=60",),
    "erlang-b-40-10-lognormal": ("arrivals.step_minutes=60",),
    "erlang-b-10-10": ("arrivals.step_minutes=240",),
    "erlang-b-10-10-lognormal": ("arrivals.step_minutes=240",),
    "one-application-wuhan": ("fairs.urns.firms=400", "fairs.urns.posts=400", "fairs.urns.seekers=290"),
}
NAMES = sorted(path.stem for path in published_scenarios().glob("*.toml"))


def differences(one: Ledger, other: Ledger) -> list[str]:
    """Columns in which two ledgers differ."""
    return [
        name
        for first, second in zip(one, other, strict=True)
        for name in first.dtype.names or ()
        if not np.array_equal(first[name], second[name], equal_nan=first[name].dtype.kind == "f")
    ]


@pytest.mark.parametrize("name", NAMES)
def test_both_engines(name: str) -> None:
    scenario = load_scenario(published_scenarios() / f"{name}.toml", SHORTER.get(name, ()))
    pairs = zip(records(scenario, 2, 3, "kernel"), records(scenario, 2, 3, "reference"), strict=True)
    for kernel, reference in pairs:
        assert kernel.stays.size > 50
        assert differences(Ledger(kernel.visits, kernel.stays), Ledger(reference.visits, reference.stays)) == []


def test_twin_other_draws_differ() -> None:
    scenario = load_scenario(published_scenarios() / "mixer-d.toml")
    one, other = records(scenario, 2, 3, "kernel")
    assert differences(Ledger(one.visits, one.stays), Ledger(other.visits, other.stays))
