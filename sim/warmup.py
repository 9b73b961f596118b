"""The first run after an installation: compile everything once, visibly, and only in one process at a time.

Compiled code is kept in the user's cache folder (`sim.compiled`), so this is paid once per installation: not per
scenario, not per process. Several processes that start at once wait for the one that compiles.
"""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from sim import compiled

Announce = Callable[[int, int, str], None]
"""Told (parts done, parts in all, what comes next) before each part and at the end."""

_LOCK_SECONDS = 600.0


def is_compiled() -> bool:
    """Whether nothing remains to be compiled."""
    return not compiled.COMPILING or (compiled.cache_folder() / "ready").exists()


def ensure_compiled(announce: Announce | None = None) -> None:
    """Compile all that is not yet compiled; returns at once when there is nothing to do."""
    if is_compiled():
        return
    import filelock  # needed here only

    folder = compiled.cache_folder()
    with filelock.FileLock(folder / "compiling.lock", timeout=_LOCK_SECONDS):
        if is_compiled():
            return
        parts = (
            ("people", _compile_people),
            ("visits", _compile_visits),
            ("the fair day", _compile_fair_day),
        )
        for done, (what, compile_part) in enumerate(parts):
            if announce is not None:
                announce(done, len(parts), what)
            compile_part()
        (folder / "ready").touch()
        if announce is not None:
            announce(len(parts), len(parts), "")


def _compile_people() -> None:
    from sim.draws import make_key
    from sim.engine import rules
    from sim.population import drawing

    key, who, zero = make_key(0, 0, 1), np.zeros(1, np.uint64), np.uint64(0)
    rules.durations(np.zeros(4), drawing.uniform_rows(key, who, zero, who))
    drawing.normals(np.zeros(1))
    drawing.draw_people(key, np.ones(1, drawing.KIND), np.ones(1), np.zeros(1, drawing.PERSON))


def _compile_visits() -> None:
    from sim.campaign import visiting
    from sim.draws import make_key
    from sim.engine.day import SEEKER
    from sim.population.drawing import PERSON

    key, profile = make_key(0, 0, 1), (np.array([0.0, 1.0]), np.array([0.0, 1.0]))
    people, seekers = np.zeros(1, PERSON), np.zeros(1, SEEKER)
    visiting.draw_visits(key, people, np.zeros(1, visiting.INTENTION), (1, 1), profile, 0.0, seekers)
    visiting.draw_poisson_arrivals(key, np.uint64(0), 1.0, profile, np.zeros(9))


def _compile_fair_day() -> None:
    from sim.draws import make_key
    from sim.engine import day, simulate, tallying

    hall = np.zeros(1, day.HALL)
    hall["prime"] = 2
    kinds = (day.SEEKER, day.GROUP, day.BOOTH, day.POST, day.SHIFT, day.BOOKING)
    fair = day.FairDay._make([hall, *(np.empty(0, kind) for kind in kinds), np.zeros((1, 1))])
    ledger = simulate(fair, make_key(0, 0, 1))
    tallying.tally_people(fair, ledger.visits, ledger.stays, np.zeros(1, tallying.TALLY))
    tallying.tally_windows(fair, ledger.visits, ledger.stays, np.zeros((1, 2)), np.zeros(1, tallying.TALLY))
