"""The reference engine: a fair day told in SimPy, one generator per actor.

Read `Visitor.visit` in `sim.engine.reference.visitor` first: it is the story of one seeker's day. The kernel tells the
same story at machine speed and must give the same ledger bit for bit, so ties are never left to SimPy: every wait names
its rank in the tie table of `sim.engine.rules`, and what follows from an event at the same instant is settled before
the next ranked event.
"""

from __future__ import annotations

from sim.draws import Key
from sim.engine.day import FairDay
from sim.engine.ledger import Ledger
from sim.engine.reference.fair import Fair


def run_day(day: FairDay, key: Key) -> Ledger:
    """Simulate one fair day in SimPy. Arguments and result as for `sim.engine.simulate`."""
    return Fair(day, key).run()
