"""The compiled engine: `run_day` on flat arrays; see `sim.engine.kernel.loop`."""

from sim.engine.kernel.loop import run_day
from sim.engine.kernel.state import DONE, STAYS, STAYS_FULL, new_state

__all__ = ["DONE", "STAYS", "STAYS_FULL", "new_state", "run_day"]
