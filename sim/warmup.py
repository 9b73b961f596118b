"""The first run after an installation: compile everything once, visibly, and only in one process at a time.

Compiled code is kept in the user's cache folder (`sim.compiled`), so this is paid once per installation: not per
scenario, not per process. Several processes that start at once wait for the one that compiles.
"""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from sim import compiled
from sim.language import N_

Announce = Callable[[int, int, str], None]
"""Told (parts done, parts in all, what comes next) before each part and at the end."""

_LOCK_SECONDS = 600.0


def is_compiled(campaign: bool = False) -> bool:
    """Whether nothing remains to be compiled for fair days, or also for campaigns."""
    return not compiled.COMPILING or all((compiled.cache_folder() / mark).exists() for mark in _marks(campaign))


def ensure_compiled(announce: Announce | None = None, campaign: bool = False) -> None:
    """Compile all that is not yet compiled for fair days, or also for campaigns; returns at once when nothing is to do.

    Campaigns are apart because most runs need none of it, and whoever waits for a first table should not wait for it.
    """
    if is_compiled(campaign):
        return
    import filelock  # needed here only

    folder = compiled.cache_folder()
    with filelock.FileLock(folder / "compiling.lock", timeout=_LOCK_SECONDS):
        missing = [mark for mark in _marks(campaign) if not (folder / mark).exists()]
        parts = [part for mark in missing for part in _PARTS[mark]]
        for done, (what, compile_part) in enumerate(parts):
            if announce is not None:
                announce(done, len(parts), what)
            compile_part()
        for mark in missing:
            (folder / mark).touch()
        if announce is not None and parts:
            announce(len(parts), len(parts), "")


def _marks(campaign: bool) -> tuple[str, ...]:
    """The files that say what has been compiled."""
    return (_FAIR_DAYS, _CAMPAIGNS) if campaign else (_FAIR_DAYS,)


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


def _compile_pool() -> None:
    from sim.draws import make_key
    from sim.population import posts, searching

    key, one, ones, zeros = make_key(0, 0, 1), np.zeros(1, np.uint64), np.ones(1), np.zeros(1, np.int64)
    begins = searching.draw_begins(key, one[0], 0, 1.0, 0.0, 1.0)
    table, people = np.zeros((1, 1)), np.zeros(0, searching.SEARCHER)
    habits = searching.Habits(ones, ones, ones, ones, table, one, table, one, ones, np.zeros((1, 1, 1)), 0.0)
    searching.draw_searchers(key, one[0], begins, habits, people)
    kinds = np.zeros((1, 1), np.int64)
    posts.draw_posts(key, one, zeros, ones, kinds, (1.0, 0.0, 0.0, 1.0))
    posts.draw_registered(key, one, kinds, zeros, zeros, (0, 0.0))


def _compile_attendance() -> None:
    from sim.campaign import attendance
    from sim.draws import make_key
    from sim.population import posts
    from sim.population.searching import SEARCHER

    key, one, zeros = make_key(0, 0, 1), np.zeros(1, np.uint64), np.zeros(1, np.int64)
    people, table = np.zeros(0, SEARCHER), np.zeros((1, 1))
    cube = np.zeros((1, 1, 1))
    appeal = attendance.Appeal(one, table, cube, np.zeros((1, 1, 1, 1)), zeros, zeros)
    attendance.choose_fairs(key, one[0], people, 0, appeal, zeros, zeros)
    attendance.strengths_of_people(key, one[0], people, 0, appeal, table)
    attendance.strengths_of_firms(key, one, table, one, table)
    attendance.most_inclined(table, zeros)
    stock = np.zeros(0, posts.STOCK_POST)
    posts.count_open(stock, np.zeros(1, np.bool_), 0, 1)
    posts.open_rows(stock, zeros, np.zeros(1, np.bool_), 0)


def _compile_carrying() -> None:
    from sim.campaign import holding, pairs
    from sim.draws import make_key
    from sim.engine.day import SEEKER
    from sim.population.posts import STOCK_POST
    from sim.population.searching import SEARCHER

    none, zeros = np.zeros(0, np.int64), np.zeros(0)
    holding.apply_intents(np.zeros(0, SEARCHER), np.zeros(0, STOCK_POST), none, none, zeros, 0)
    kinds, lines = np.zeros(0, np.int32), np.zeros(0, np.uint64)
    offers = pairs.Offers(lines, zeros, zeros, none, kinds, kinds)
    pairs.possible_pairs(make_key(0, 0, 0), np.zeros(0, SEEKER), offers, np.zeros(2), np.zeros((1, 1)))


_FAIR_DAYS, _CAMPAIGNS = "ready", "ready-campaigns"
_PARTS: dict[str, tuple[tuple[str, Callable[[], None]], ...]] = {
    _FAIR_DAYS: (
        (N_("people"), _compile_people),
        (N_("visits"), _compile_visits),
        (N_("the fair day"), _compile_fair_day),
    ),
    _CAMPAIGNS: (
        (N_("the pool"), _compile_pool),
        (N_("attendance"), _compile_attendance),
        (N_("what is carried over"), _compile_carrying),
    ),
}
