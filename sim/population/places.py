"""Districts: where people live, where firms are, and how far it is from one to another."""

from __future__ import annotations

import numpy as np

from sim.model.scenario import Scenario


class Places:
    """The districts of a scenario: names, shares, and ways in km.

    A scenario without a list of districts has those that its fairs name, with equal shares, all at one place.
    """

    def __init__(self, scenario: Scenario) -> None:
        listed = {one.id: one.settings for one in scenario.districts}
        named = {fair.settings.text("district"): None for fairs in scenario.candidates for fair in fairs}
        for row in (*scenario.firms, *scenario.seekers):
            named[row.text("district")] = None
        self.names = tuple(listed) or tuple(named)
        seekers = [listed[name].number("seekers_share") if listed else 1.0 for name in self.names]
        firms = [listed[name].number("firms_share") if listed else 1.0 for name in self.names]
        self.seekers_until = _cumulated(seekers)
        self.firms_until = _cumulated(firms)
        x, y, within = (
            np.array([listed[name].number(key) if listed else 0.0 for name in self.names])
            for key in ("x_km", "y_km", "within_km")
        )
        self.km: np.ndarray = np.hypot(x[:, None] - x, y[:, None] - y)
        np.fill_diagonal(self.km, within)
        """How far it is from a district (row) to another (column), in a straight line between their centres."""

    def row(self, name: str) -> int:
        """The number of a district."""
        return self.names.index(name)


def _cumulated(shares: list[float]) -> np.ndarray:
    edges: np.ndarray = np.cumsum(shares) / np.sum(shares)
    return edges
