"""The hall in the reference engine: doors, gate, and everybody in it."""

from __future__ import annotations

from typing import Any

import numpy as np
import simpy

from sim.draws import Key
from sim.engine import ledger as book
from sim.engine import rules
from sim.engine.day import FairDay
from sim.engine.ledger import STAY, Ledger
from sim.engine.reference.booth import Booth
from sim.engine.reference.moment import CALLED, Moment, Story
from sim.engine.reference.visitor import Visitor


class Fair:
    """The hall: doors, gate, and everybody in it."""

    def __init__(self, day: FairDay, key: Key) -> None:
        self.env = simpy.Environment()
        self.day = day
        self.hall = day.hall[0]
        self.key = key
        self.lasting_key = Key(key.seed, key.replication, np.uint64(0))
        self.posts_left = [int(count) for count in day.posts["intents"]]
        self.stays: list[Any] = []
        self.visits = book.blank_visits(day.seekers.size)
        self.is_open = self.is_refusing = self.is_announced = self.is_closed = False
        self.busy_lanes = 0
        self.outside: list[Visitor] = []
        self.inside: set[Visitor] = set()
        self.stopped = self.env.event()
        self.booths = [Booth(self, row) for row in range(day.booths.size)]
        self.visitors = [Visitor(self, row) for row in range(day.seekers.size)]

    def run(self) -> Ledger:
        """Live through the day; returns what happened."""
        for booth in self.booths:
            self.env.process(booth.work_shifts())
        for visitor in self.visitors:
            visitor.process = self.env.process(visitor.visit())
        for what, when in enumerate(("open", "last_entry", "announcement", "close")):
            if what != rules.CLOSE or self.hall["at_close"] != rules.RUN_TO_EMPTY:
                self.env.process(self.turn_doors(what, self.hall[when]))
        over = self.stopped if self.hall["at_close"] == rules.CUT_OFF_AT_CLOSE else None
        self.env.run(until=over)
        return Ledger(self.visits, np.array(self.stays, STAY))

    def turn_doors(self, what: int, when: float) -> Story:
        """The doors open, refuse newcomers, the closing is announced, the fair ends."""
        yield self.moment(when, rules.DOORS_CHANGE, what)
        if what == rules.DOORS_OPEN:
            self.is_open = True
            self.admit(None)
        elif what == rules.LAST_ENTRY:
            self.is_refusing = True
            if not self.hall["admit_waiting"]:
                self.turn_away_outside()
        elif what == rules.ANNOUNCEMENT:
            self.is_announced = True
            if not self.hall["queue_served"]:
                for booth in self.booths:
                    booth.dissolve_queue(book.SENT_AWAY)
        elif self.hall["at_close"] == rules.FINISH:
            self.is_closed = True
            self.turn_away_outside()
            for booth in self.booths:
                booth.queue = []
            for visitor in sorted(self.inside, key=lambda visitor: visitor.row):
                if not visitor.is_talking and not visitor.is_out:
                    visitor.process.interrupt()
        else:
            self.cut_off()

    def cut_off(self) -> None:
        """The record stops: whoever is still there is noted as such."""
        now = self.env.now
        for visitor in [*self.outside, *self.inside]:
            visitor.record["outcome"], visitor.record["left"] = book.CUT_OFF, now
        for stay in self.stays:
            if stay["outcome"] == 0:
                stay["outcome"], stay["ended"] = book.STOPPED, now
        self.stopped.succeed()

    def has_room(self) -> bool:
        """Whether the next person may begin the gate: doors open, a lane free, the hall below its limit."""
        lanes, limit = self.hall["lanes"], self.hall["people_limit"]
        return self.is_open and (lanes == 0 or self.busy_lanes < lanes) and (limit < 0 or len(self.inside) < limit)

    def begin_gate(self, visitor: Visitor) -> None:
        """A lane begins with a person, who from now on counts as inside."""
        self.inside.add(visitor)
        visitor.record["checked"] = self.env.now
        if self.hall["lanes"] > 0:
            self.busy_lanes += 1

    def call_gate(self) -> None:
        """A lane or a place has become free: the gate calls at this instant, when all is settled."""
        if self.outside:
            self.moment(0.0, rules.GATE_CALLS, 0).callbacks.append(self.admit)

    def admit(self, _event: simpy.Event | None) -> None:
        """The gate takes people from the queue outside while there is room."""
        while self.outside and self.has_room():
            visitor = self.outside.pop(0)
            self.begin_gate(visitor)
            visitor.called.succeed(CALLED)

    def turn_away_outside(self) -> None:
        """Everybody in the queue outside is refused."""
        waiting, self.outside = self.outside, []
        for visitor in waiting:
            visitor.called.succeed(book.TURNED_AWAY)

    def turns_people_round(self) -> bool:
        """Whether those on their way to the booths turn to the exit."""
        return bool(self.is_announced and self.hall["turn_round"])

    def law(self, name: str, row: Any) -> rules.Law:
        """A distribution from the columns of a row."""
        return row[f"{name}_kind"], row[f"{name}_a"], row[f"{name}_b"], row[f"{name}_c"]

    def minutes(self, who: np.uint64, decision: np.uint64, index: np.uint64, name: str, row: Any) -> float:
        """Minutes drawn at an address from a distribution in a row, on the day's time step."""
        drawn = rules.drawn(self.key, who, decision, index, self.law(name, row))
        return rules.on_grid(drawn, self.hall["time_step"])

    def moment(self, minutes: float, rank: int, row: int) -> Moment:
        """Something that comes after so many minutes."""
        return Moment(self.env, float(minutes), rank, row)
