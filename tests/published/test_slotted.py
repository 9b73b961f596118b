"""A fair of booked interviews: all on time when everybody comes, fewer when not, and walk-ins after the booked."""

import math

import numpy as np
import pytest

from sim.campaign.season import Played, Season
from sim.engine import rules
from sim.model.scenario import load_scenario
from sim.study.verify import published_scenarios
from tests.laws.day_laws import booked_stays

FIRMS, ROUNDS, MINUTES = 26, 21, 6
BOOKED = FIRMS * ROUNDS
ENGINES = ("kernel", "reference")
# A third has appointments, the others walk in; interviews overrun, so that people with appointments wait as well.
BESIDE = (
    "fairs.hildesheim.seekers=120", "appointments.share=0.3", "interview.minutes=uniform(low=4, high=8)",
    "arrivals.start=09:00", "closing.at_close=run-to-empty",
)  # fmt: skip


def play(replications: int, engine: str, *overrides: str) -> list[Played]:
    season = Season(load_scenario(published_scenarios() / "slotted.toml", overrides))
    return [season.play(11, number, engine)[0] for number in range(replications)]


@pytest.mark.parametrize("engine", ENGINES)
def test_a_fully_booked_fair_holds_every_interview_on_time(engine: str) -> None:
    for fair in play(3, engine):
        visits, stays = fair.ledger
        assert BOOKED == 546 == fair.day.bookings.size == visits["interviews"].sum() == stays.size
        np.testing.assert_array_equal(stays["started"], stays["joined"])
        np.testing.assert_array_equal(stays["ended"] - stays["started"], MINUTES)
        slots, counts = np.unique(np.stack([stays["started"], stays["booth"]]), axis=1, return_counts=True)
        assert slots.shape[1] == BOOKED and np.all(counts == 1)
        assert (stays["started"].min(), stays["ended"].max()) == (540, 540 + ROUNDS * MINUTES)
        assert set(visits["interviews"].tolist()) == {12, 13}  # shared out evenly over 45 people


def test_twin_with_a_round_less_has_26_interviews_less() -> None:
    (fair,) = play(1, "kernel", "fairs.hildesheim.close=11:00")
    assert fair.ledger.visits["interviews"].sum() == BOOKED - FIRMS


def kept_as_expected(share: float, replications: int = 40) -> None:
    """Kept appointments are binomial: each is missed with the share 0.2 by itself."""
    kept = [
        fair.ledger.visits["interviews"].sum()
        for fair in play(replications, "kernel", f"appointments.no_show_share={share}")
    ]
    expected, spread = 0.8 * BOOKED, math.sqrt(BOOKED * 0.2 * 0.8)  # 436.8 and 9.3
    error = spread / math.sqrt(replications)
    assert np.mean(kept) == pytest.approx(expected, abs=4 * error), f"standard error {error:.2f}"
    assert np.std(kept, ddof=1) == pytest.approx(spread, rel=0.45)  # four standard errors of a deviation of 40


def test_missed_appointments_leave_four_of_five() -> None:
    kept_as_expected(0.2)


@pytest.mark.parametrize("share", [0.19, 0.21])
def test_twin_with_another_share_is_noticed(share: float) -> None:
    with pytest.raises(AssertionError):
        kept_as_expected(share, 160)


def test_both_engines_miss_the_same_appointments() -> None:
    one, other = (play(2, engine, "appointments.no_show_share=0.2") for engine in ENGINES)
    for first, second in zip(one, other, strict=True):
        assert first.ledger.stays.tobytes() == second.ledger.stays.tobytes()
        assert first.ledger.visits["interviews"].sum() == first.day.bookings.size < BOOKED


def precedence(fairs: list[Played]) -> tuple[int, int]:
    """How often someone with an appointment overtook a waiting walk-in, and how often the other way round."""
    counts = [0, 0]
    for fair in fairs:
        stays, booked = fair.ledger.stays, booked_stays(fair.day, fair.ledger)
        for b in range(fair.day.booths.size):
            here = (stays["booth"] == b) & ~np.isnan(stays["started"])
            appointments, walk_ins = stays[here & booked], stays[here & ~booked]
            for number, (served, others) in enumerate(((appointments, walk_ins), (walk_ins, appointments))):
                now = served["started"][:, None]
                is_waiting = (others["joined"] < now) & (others["started"] > now)
                counts[number] += int(is_waiting.any(axis=1).sum())
    return counts[0], counts[1]


@pytest.mark.parametrize("engine", ENGINES)
def test_walk_ins_are_served_after_those_with_appointments(engine: str) -> None:
    overtaken, served_first = precedence(play(1, engine, *BESIDE))
    assert overtaken > 50
    assert served_first == 0


def test_twin_without_priority_serves_walk_ins_first(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(rules, "BOOKED_PRIORITY", 0)  # as everybody else; the kernel was compiled with the right one
    _, served_first = precedence(play(1, "reference", *BESIDE))
    assert served_first > 50
