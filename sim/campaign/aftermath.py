"""After the fair: which intents become signings and which signings become starts, and when."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from sim.campaign.laws import law
from sim.draws import SIGNING, SIGNING_DAYS, START_DAYS, Key
from sim.engine import rules
from sim.engine.day import FairDay
from sim.engine.ledger import Ledger
from sim.model.values import Settings
from sim.population.drawing import uniform_rows


class Aftermath(NamedTuple):
    """What becomes of the intents of one fair, one entry per intent."""

    seekers: np.ndarray  # rows of the day's seekers
    days_to_signing: np.ndarray  # from the fair; NaN: never
    days_to_start: np.ndarray  # from the fair; NaN: never; only who signs can start
    days_held: np.ndarray  # from the fair, until an intent or signing that comes to nothing is given up; NaN: starts


def aftermath(settings: Settings, day: FairDay, ledger: Ledger, key: Key) -> Aftermath:
    """What becomes of a fair's intents; `key` is that of the fair's day."""
    seekers = np.nonzero(ledger.visits["intent_booth"] >= 0)[0]
    who = day.seekers["who"][seekers]
    firms = day.booths["firm"][ledger.visits["intent_booth"][seekers]]
    u = uniform_rows(key, who, SIGNING, firms)
    signs = u[:, 0] < settings.number("outcomes.signing_share")
    starts = signs & (u[:, 1] < settings.number("outcomes.start_share"))
    to_signing = _days(key, who, SIGNING_DAYS, firms, law(settings.duration("outcomes.signing_days")))
    to_start = to_signing + _days(key, who, START_DAYS, firms, law(settings.duration("outcomes.start_days")))
    held = np.where(signs, to_start, to_signing)
    return Aftermath(
        seekers,
        np.where(signs, to_signing, np.nan),
        np.where(starts, to_start, np.nan),
        np.where(starts, np.nan, held),
    )


def _days(key: Key, who: np.ndarray, decision: np.uint64, firms: np.ndarray, value: rules.Law) -> np.ndarray:
    """Days drawn for each of many pairs."""
    return rules.durations(np.array(value), uniform_rows(key, who, decision, firms))
