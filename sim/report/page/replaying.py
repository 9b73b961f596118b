"""A fair to be watched: the ledger of one day, packed into whole numbers that the page's animation reads.

Times become steps of a few seconds after the first arrival, rows become numbers of two bytes, and each column a text in
base64. Where there are more people than fit, every so-many-th is shown. Names and traits of people stay behind.
"""

from __future__ import annotations

import base64
import math

import numpy as np

from sim.campaign.season import Played
from sim.engine import ledger as book
from sim.model.scenario import Scenario
from sim.report.page.data import Replay

STEPS_PER_MINUTE = 10
NEVER = 2**16 - 1
MOST_BYTES = 420_000  # before base64, which adds a third
BYTES_PER_VISIT, BYTES_PER_STAY = 11, 11
VISIT_TIMES = ("arrived", "checked", "entered", "turned", "left")
STAY_TIMES = ("joined", "started", "ended")
# How the animation shows the end of a visit.
LEAVES_WITH_INTENT, LEAVES_WITHOUT, NOT_LET_IN = 0, 1, 2


def replay_of(scenario: Scenario, played: Played, replication: int) -> Replay:
    """The fair as the animation needs it."""
    fair = scenario.fairs[played.number]
    visits, stays = played.ledger
    people = _shown(visits.size, stays.size)
    begins, ends = _clock(visits, fair.settings.clock("open"), fair.settings.clock("close"))
    packed: dict[str, str | int] = {"steps": _steps_per_minute(ends - begins)}
    rate = int(packed["steps"])
    packed |= {name: _packed(_in_steps(visits[name][people], begins, rate)) for name in VISIT_TIMES}
    packed["ending"] = _packed(_endings(visits[people]).astype(np.uint8))
    kept = np.flatnonzero(np.isin(stays["seeker"], people))
    kept = kept[np.lexsort((stays["joined"][kept], stays["seeker"][kept]))]
    packed |= {name: _packed(_in_steps(stays[name][kept], begins, rate)) for name in STAY_TIMES}
    packed["seeker"] = _packed(np.searchsorted(people, stays["seeker"][kept]).astype("<u2"))
    packed["booth"] = _packed(stays["booth"][kept].astype("<u2"))
    return Replay(
        replication=replication,
        fair=fair.id,
        venue=fair.settings.text("venue"),
        date=fair.settings.day("date"),
        opens=fair.settings.clock("open"),
        closes=fair.settings.clock("close"),
        begins=begins,
        ends=ends,
        seekers=int(visits.size),
        shown=int(people.size),
        booths=int(played.day.booths.size),
        packed=packed,
    )


def _shown(visits: int, stays: int) -> np.ndarray:
    """Rows of the people that are shown: all, or every so-many-th."""
    size = BYTES_PER_VISIT * visits + BYTES_PER_STAY * stays
    every = max(1, math.ceil(size / MOST_BYTES), math.ceil(visits / NEVER))
    return np.arange(0, visits, every)


def _clock(visits: np.ndarray, opens: float, closes: float) -> tuple[float, float]:
    """When the animation begins and ends: full minutes around everything that happens."""
    times = np.concatenate([[opens, closes], *(visits[name][~np.isnan(visits[name])] for name in ("arrived", "left"))])
    return float(np.floor(times.min())), float(np.ceil(times.max()))


def _steps_per_minute(minutes: float) -> int:
    """As fine as two bytes allow."""
    return max(1, min(STEPS_PER_MINUTE, int((NEVER - 1) / max(minutes, 1.0))))


def _in_steps(times: np.ndarray, begins: float, rate: int) -> np.ndarray:
    steps = np.where(np.isnan(times), NEVER, np.clip(np.rint((times - begins) * rate), 0, NEVER - 1))
    return steps.astype("<u2")


def _endings(visits: np.ndarray) -> np.ndarray:
    outside = np.isin(visits["outcome"], (book.TURNED_AWAY, book.GAVE_UP_OUTSIDE))
    return np.where(visits["intent_booth"] >= 0, LEAVES_WITH_INTENT, np.where(outside, NOT_LET_IN, LEAVES_WITHOUT))


def _packed(column: np.ndarray) -> str:
    return base64.b64encode(column.tobytes()).decode("ascii")
