"""A firm's booth in the reference engine."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import simpy

from sim.engine import ledger as book
from sim.engine import rules
from sim.engine.reference.moment import CALLED, Story

if TYPE_CHECKING:
    from sim.engine.reference.fair import Fair
    from sim.engine.reference.visitor import Visitor


class Booth:
    """A firm's booth: recruiters, the queue before them, the posts that are left."""

    def __init__(self, fair: Fair, row: int) -> None:
        self.fair = fair
        self.row = row
        self.data = fair.day.booths[row]
        self.posts = list(range(self.data["posts_from"], self.data["posts_until"]))
        self.recruiters = 0
        self.busy = 0
        self.queue: list[Visitor] = []
        self.gone = False

    def open_occupations(self) -> np.uint64:
        """Occupations in which posts are left, as bits; all of them at a fair without offers."""
        if not self.fair.hall["offers"]:
            return np.uint64(0xFFFFFFFFFFFFFFFF)
        mask = 0
        for p in self.posts:
            if self.fair.posts_left[p] > 0:
                mask |= 1 << int(self.fair.day.posts[p]["occupation"])
        return np.uint64(mask)

    def work_shifts(self) -> Story:
        """Recruiters come and go by the clock; a booth without further shift goes for good."""
        shifts = self.fair.day.shifts[self.data["shifts_from"] : self.data["shifts_until"]]
        for number, shift in enumerate(shifts):
            yield self.fair.moment(shift["time"] - self.fair.env.now, rules.SHIFT_CHANGES, self.row)
            self.recruiters = int(shift["recruiters"])
            self.call_next()
            if not shifts["recruiters"][number:].any():
                self.go()

    def call_next(self) -> None:
        """A recruiter may be free: the queue moves at this instant, after all that ends with it."""
        if self.queue and self.busy < self.recruiters:
            self.fair.moment(0.0, rules.QUEUE_MOVES, self.row).callbacks.append(self._move_queue)

    def _move_queue(self, _event: simpy.Event) -> None:
        while self.queue and self.busy < self.recruiters:
            self.busy += 1
            self.queue.pop(0).called.succeed(CALLED)

    def line_up(self, visitor: Visitor, priority: int) -> None:
        """Take a visitor into the queue, behind everybody of the same or an earlier priority."""
        place = len(self.queue)
        while place > 0 and self.queue[place - 1].priority > priority:
            place -= 1
        visitor.priority = priority
        self.queue.insert(place, visitor)

    def dissolve_queue(self, why: int) -> None:
        """Send everybody in the queue away."""
        waiting, self.queue = self.queue, []
        for visitor in waiting:
            visitor.called.succeed(why)

    def go(self) -> None:
        """The firm packs up for good."""
        self.gone = True
        self.dissolve_queue(book.MISSED)
