"""A campaign, played: one population through all fairs of a season, day by day.

Each day: who of the pool goes to which fair, which firms take booths with which posts, what happens at the fairs, and
what of it is carried to the next day. Gives what happened at every fair, and the pool and the stock as they end.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from sim.campaign.aftermath import aftermath
from sim.campaign.appeal import appeal_of_day
from sim.campaign.attendance import choose_fairs, most_inclined, strengths_of_people
from sim.campaign.calendar import Option, SoFar, by_day, where_demand_is
from sim.campaign.carrying import Posts, carry_over, hold_posts
from sim.campaign.frictions import lost
from sim.campaign.levers import Levers
from sim.campaign.participation import Booths, booths_of, firms_of_day, stock_offers
from sim.campaign.played import Played, Setting
from sim.draws import Key, make_key
from sim.engine import simulate
from sim.model.scenario import Scenario
from sim.population import Crowd
from sim.population.people import behaviour
from sim.population.places import Places
from sim.population.pool import Pool
from sim.population.sharing import COUNTS, share_totals
from sim.population.stock import Firms, Stock


class Ending(NamedTuple):
    """Pool and stock after a season."""

    people: np.ndarray  # SEARCHER
    posts: np.ndarray  # STOCK_POST
    firms: Firms


class _State:
    """Pool and stock while a season is played."""

    def __init__(self, people: np.ndarray, firms: Firms, posts: np.ndarray, districts: int) -> None:
        self.people, self.firms, self.posts = people, firms, posts
        self.so_far = SoFar(districts)


class Campaign:
    """A scenario with a pool made ready to be played many times."""

    def __init__(self, scenario: Scenario) -> None:
        self.scenario = scenario
        self.places = Places(scenario)
        self.pool = Pool(scenario, self.places)
        self.stock = Stock(scenario, self.places)
        self.levers = Levers(scenario, self.pool)
        self.days = by_day(scenario, self.pool)
        self.asks_bound = scenario.settings.flag("measures.bound")
        self.own = {what: [fair.settings.optional_integer(what) for fair in scenario.fairs] for what in COUNTS}

    def play(self, seed: int, replication: int, engine: str | None) -> tuple[list[Played], Ending]:
        """One replication: the fairs in the order of the scenario, and how pool and stock end.

        1. The pool and the stock are drawn.
        2. On each day with fairs, venues are settled, firms choose, people choose.
        3. The fairs of the day happen; what comes of them is carried over before the next day.
        """
        key = make_key(seed, replication)
        counts = share_totals(self.scenario, self.own, key)
        state = _State(self.pool.draw(key), *self.stock.draw(key), len(self.places.names))
        played: dict[int, Played] = {}
        for day, fairs in self.days.items():
            options: list[Option] = []
            for choices in fairs:
                options.append(where_demand_is(choices, options, state.people, state.so_far, day, self.pool))
            today = Key(key.seed, key.replication, np.uint64(options[0].planned.day_number))
            booths = self._booths(options, counts, state, (key, today), day)
            goes = self._visitors(options, booths, counts, state, today, day)
            morning = state.posts.copy() if self.asks_bound else state.posts
            # Nobody, no firm and so no post is at two fairs of a day: their order does not matter.
            for place, option in enumerate(options):
                played[option.number] = self._fair(
                    option, goes[place], booths[place], state, morning, (key, today), day, engine
                )
        fairs_in_order = [played[number] for number in range(len(self.scenario.fairs))]
        return fairs_in_order, Ending(state.people, state.posts, state.firms)

    def _booths(
        self,
        options: list[Option],
        counts: list[dict[str, int | None]],
        state: _State,
        keys: tuple[Key, Key],
        day: int,
    ) -> list[Booths]:
        """The firms at each fair of a day and what they bring."""
        fairs = [(option.fair, counts[option.number]["firms"] or 0) for option in options]
        at = firms_of_day(self.scenario, fairs, state.firms, state.posts, self.places, keys[1], day)
        result = []
        for place, (option, (fair, _)) in enumerate(zip(options, fairs, strict=True)):
            rows = np.nonzero(at == place)[0]
            wanted = counts[option.number]["posts"]
            booths, state.posts = booths_of(
                self.scenario, fair, rows, self.stock, state.firms, state.posts, wanted, keys[0], day
            )
            state.firms.visits[rows] += 1
            result.append(booths)
        return result

    def _visitors(
        self,
        options: list[Option],
        booths: list[Booths],
        counts: list[dict[str, int | None]],
        state: _State,
        today: Key,
        day: int,
    ) -> list[np.ndarray]:
        """The rows of the pool that go to each fair of the day, ascending."""
        appeal = appeal_of_day(
            [(option.appeal, one.rows.size) for option, one in zip(options, booths, strict=True)], self.pool
        )
        places = [counts[option.number]["seekers"] for option in options]
        if all(number is None for number in places):
            rows, fairs = np.empty((2, state.people.size), np.int64)
            count = choose_fairs(today, self.pool.first, state.people, day, appeal, rows, fairs)
            return [rows[:count][fairs[:count] == place] for place in range(len(options))]
        strengths = np.empty((len(options), state.people.size))
        strengths_of_people(today, self.pool.first, state.people, day, appeal, strengths)
        goes = most_inclined(strengths, np.array([-1 if number is None else number for number in places]))
        return [np.nonzero(goes == place)[0] for place in range(len(options))]

    def _fair(
        self,
        option: Option,
        rows: np.ndarray,
        booths: Booths,
        state: _State,
        morning: np.ndarray,
        keys: tuple[Key, Key],
        day: int,
        engine: str | None,
    ) -> Played:
        """One fair, and what it leaves behind; `morning`: the stock's posts before the first fair of the day."""
        key, today = keys
        settings = option.fair.settings
        people = self.pool.persons(state.people, rows, key)
        self.levers.equip(people, day, key)
        before = state.people[rows]
        fair_day = option.planned.fair_day(Crowd(people, booths.firms, booths.posts), self.places, today)
        ledger = simulate(fair_day, today, engine)
        visitors = (fair_day.seekers["who"] - self.pool.first).astype(np.int64)
        firms = (fair_day.booths["firm"] - state.firms.numbers[0]).astype(np.int64)
        after = aftermath(settings, fair_day, ledger, today)
        losses = None
        if self.asks_bound:
            stock = stock_offers(option.fair, state.firms, morning, day, key)
            losses = lost(fair_day, after.seekers.size, key, today, engine, stock)
        held = hold_posts(fair_day, ledger, after, booths.offered, Posts(firms, state.posts))
        setting = Setting(option.fair, day, visitors, before[np.searchsorted(rows, visitors)], booths, held.posts)
        offered = state.posts["offered"]
        offered[booths.offered] = np.where(offered[booths.offered] < 0, day, offered[booths.offered])
        shares = [behaviour(option.fair.settings, group, "attendance.stops_share") for group in self.scenario.groups]
        carry_over(state.people, state.posts, visitors, fair_day, ledger, held, day, (np.array(shares), today))
        came = fair_day.seekers["district"][ledger.visits["outcome"] > 0]
        state.so_far.visits += np.bincount(came, minlength=state.so_far.visits.size)
        state.so_far.fairs[option.venue] += 1
        counts = {"firms": fair_day.booths.size, "posts": booths.offered.size, "seekers": fair_day.seekers.size}
        return Played(option.number, counts, fair_day, ledger, held.after, setting, losses)
