"""Who goes to a fair and when: from a crowd to a fair day."""

from __future__ import annotations

import datetime

import numpy as np

from sim.campaign.appointments import book
from sim.campaign.hall import groups_of, hall_of, set_prime, stands_of
from sim.campaign.laws import arrival_profile, law, write_law
from sim.campaign.visiting import INTENTION, draw_poisson_arrivals, draw_visits
from sim.draws import Key
from sim.engine.day import BOOKING, SEEKER, FairDay
from sim.model.scenario import Fair, Scenario
from sim.population import Crowd, Roster
from sim.population.identity import numbers_of_crowd
from sim.population.people import behaviour, behaviour_duration
from sim.population.places import Places

_UNDATED = 1
_LAWS = {
    "stay": "behaviour.stay_minutes",
    "look": "behaviour.look_minutes",
    "queue_limit": "behaviour.queue_limit",
    "booths_wanted": "behaviour.booths_wanted",
}


class PlannedFair:
    """One planned fair: what is the same in every replication, worked out once."""

    def __init__(self, scenario: Scenario, number: int, fair: Fair | None = None) -> None:
        self.number = number
        self.scenario = scenario
        self.fair: Fair = scenario.fairs[number] if fair is None else fair
        settings = self.fair.settings
        self.hall = hall_of(settings)
        self.groups = groups_of(scenario, self.fair)
        self.intentions = intentions_of(scenario, self.fair)
        edges, cumulated, self.expected = arrival_profile(settings)
        self.profile = (edges, cumulated)
        self.boards = (settings.integer("choice.boards_read"), settings.integer("choice.boards_known"))
        self.has_appointments = settings.number("appointments.share") > 0.0
        self.is_poisson = settings.text("arrivals.pattern") == "poisson"
        date = settings.day("date")
        self.day_number = _UNDATED if date is None else _day_number(date)

    def crowd(self, roster: Roster, counts: dict[str, int], key: Key) -> Crowd:
        """Who takes part in one replication where the fair has a crowd of its own.

        Args:
            roster: who the scenario says takes part.
            counts: firms, posts and seekers of this fair.
            key: of the population (day 0).
        """
        arrivals = self._poisson_arrivals(self.today(key)) if self.is_poisson else None
        crowd = roster.crowd(self.number, counts, counts["seekers"] if arrivals is None else arrivals.size, key)
        if arrivals is not None:
            crowd.people["arrives"] = arrivals
        return crowd

    def today(self, key: Key) -> Key:
        """The key of the fair's day."""
        return Key(key.seed, key.replication, np.uint64(self.day_number))

    def fair_day(self, crowd: Crowd, places: Places, today: Key) -> FairDay:
        """The fair as it comes out for those who take part.

        Args:
            crowd: people, firms and posts.
            places: the districts.
            today: key of the fair's day.
        """
        seekers = np.empty(crowd.people.size, SEEKER)
        draw_visits(
            today,
            crowd.people,
            self.intentions,
            self.boards,
            self.profile,
            float(self.hall[0]["time_step"]),
            seekers,
        )
        if not self.hall[0]["offers"]:
            seekers["accepts"] = np.uint64(2**64 - 1)
        stands = stands_of(self.scenario, self.fair, crowd, today)
        bookings = np.empty(0, BOOKING)
        if self.has_appointments:
            seekers, bookings = book(self.fair.settings, seekers, stands, today)
        else:
            seekers = seekers[np.lexsort((seekers["who"], seekers["arrival"]))]
        hall = self.hall.copy()
        set_prime(hall, stands.booths.size)
        travel = self.fair.settings.number("match.travel_weight") * places.km
        return FairDay(hall, seekers, self.groups, stands.booths, stands.posts, stands.shifts, bookings, travel)

    def _poisson_arrivals(self, today: Key) -> np.ndarray:
        """Arrival times in order; a random number of them."""
        first = numbers_of_crowd(self.fair.id, 1)[0]
        room = int(self.expected + 8.0 * np.sqrt(self.expected)) + 16
        while True:
            times = np.empty(room)
            count = draw_poisson_arrivals(today, first, self.expected, self.profile, times)
            if count <= room:
                return times[:count]
            room = count


def intentions_of(scenario: Scenario, fair: Fair) -> np.ndarray:
    """With what intentions the members of each group come (INTENTION)."""
    rows = np.zeros(len(scenario.groups), INTENTION)
    for row, group in zip(rows, scenario.groups, strict=True):
        row["talk_share"] = behaviour(fair.settings, group, "behaviour.talk_share")
        row["informed_share"] = behaviour(fair.settings, group, "behaviour.informed_share")
        for name, key in _LAWS.items():
            write_law(row, name, law(behaviour_duration(fair.settings, group, key)), "kabc")
    return rows


def _day_number(date: datetime.date) -> int:
    """The date as the day part of an address."""
    return date.toordinal()
