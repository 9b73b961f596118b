"""What happened at one fair of one replication."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from sim.campaign.aftermath import Aftermath
from sim.campaign.participation import Booths
from sim.engine.day import FairDay
from sim.engine.ledger import Ledger
from sim.model.scenario import Fair


class Setting(NamedTuple):
    """How one fair of a campaign stands in its season."""

    fair: Fair  # where it was held
    day: int  # of the season
    rows: np.ndarray  # of the pool, of the day's seekers
    before: np.ndarray  # SEARCHER: the same people as they came
    booths: Booths
    held: np.ndarray  # rows of the stock's posts that the intents hold, in the order of the aftermath; -1: none


class Played(NamedTuple):
    """One fair of one replication, after it has happened."""

    number: int  # of the fair in the scenario
    counts: dict[str, int]  # firms, posts, seekers
    day: FairDay
    ledger: Ledger
    aftermath: Aftermath
    setting: Setting | None = None  # in a campaign
    lost: dict[str, int] | None = None  # what separates it from the frictionless bound, if that is asked for
