"""After the fair: which intents become signings and which signings become starts, and when."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from sim.draws import SIGNING, Key
from sim.engine.day import FairDay
from sim.engine.ledger import Ledger
from sim.model.values import Settings
from sim.population.drawing import pair_rows


class Aftermath(NamedTuple):
    """What became of the intents of one fair, one entry per intent."""

    seekers: np.ndarray  # rows of the day's seekers
    signs: np.ndarray  # bool
    starts: np.ndarray  # bool; only who signs can start


def aftermath(settings: Settings, day: FairDay, ledger: Ledger, key: Key) -> Aftermath:
    """What becomes of a fair's intents; `key` is that of the fair's day."""
    seekers = np.nonzero(ledger.visits["intent_booth"] >= 0)[0]
    firms = day.booths["firm"][ledger.visits["intent_booth"][seekers]]
    u = pair_rows(key, day.seekers["who"][seekers], SIGNING, firms)
    signs = u[:, 0] < settings.number("outcomes.signing_share")
    return Aftermath(seekers, signs, signs & (u[:, 1] < settings.number("outcomes.start_share")))
