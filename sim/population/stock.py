"""The stock: the firms of a season and each of their posts, from the day on which it opens to the day it is gone.

From a scenario to the posts, drawn once for each replication. Each post is an individual, so that none can be filled
twice. Knows no fair's day.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from sim.draws import STOCK_FIRM, Key
from sim.model.scenario import Scenario
from sim.population.drawing import uniform_rows
from sim.population.firms import firm_occupations, firm_rows
from sim.population.identity import numbers_of_crowd
from sim.population.places import Places
from sim.population.pool import season_days
from sim.population.posts import draw_posts, draw_registered
from sim.population.sharing import apportion

_CROWD = "stock"


class Firms(NamedTuple):
    """The firms of a season, one row each."""

    numbers: np.ndarray  # unchanging numbers
    district: np.ndarray
    weight: np.ndarray  # relative size
    occupations: np.ndarray  # firm x a few: occupations in which it offers work
    visits: np.ndarray  # fairs that it was at


class Stock:
    """Firms and posts of a season: what is the same in every replication of a scenario."""

    def __init__(self, scenario: Scenario, places: Places) -> None:
        self.scenario = scenario
        settings = scenario.settings
        self._places = places
        self._numbers = numbers_of_crowd(_CROWD, settings.integer("stock.firms"))
        self._filled = settings.number("stock.filled_elsewhere_per_day")
        self._rates = (
            settings.number("stock.history_days"),
            settings.number("stock.new_posts_per_day"),
            self._filled,
            float(season_days(scenario)),
        )

    def draw(self, key: Key) -> tuple[Firms, np.ndarray]:
        """Firms and posts (STOCK_POST) of one replication."""
        defaults = self.scenario.defaults
        _, z = firm_rows(defaults, self._numbers, key)
        weight = np.exp(defaults.number("firm_traits.posts_spread") * z)
        u = uniform_rows(key, self._numbers, STOCK_FIRM, 0)[:, 0]
        until = self._places.firms_until
        district = np.minimum(np.searchsorted(until, u, side="right"), until.size - 1)
        occupations = firm_occupations(self.scenario, defaults, self._numbers, key)
        total = self.scenario.settings.integer("stock.posts")
        sizes = apportion(total, weight, 1 if total >= weight.size else 0)
        firms = Firms(self._numbers, district, weight, occupations, np.zeros(weight.size, np.int64))
        return firms, draw_posts(key, self._numbers, sizes, weight / weight.sum(), occupations, self._rates)

    def registered(self, key: Key, posts: np.ndarray, firms: Firms, wanted: np.ndarray, day: int) -> np.ndarray:
        """The posts (STOCK_POST) that firms register for a fair beyond those that are open.

        Args:
            key: of the population.
            posts: all posts so far.
            firms: of the stock.
            wanted: how many more each firm registers.
            day: of the fair.
        """
        serial = np.bincount(posts["firm"], minlength=wanted.size)
        return draw_registered(key, firms.numbers, firms.occupations, serial, wanted, (day, self._filled))
