"""The reference engine: a fair day told in SimPy, one generator per actor.

Read `Visitor.visit` first: it is the story of one seeker's day. The kernel tells the same story at machine speed and must
give the same ledger bit for bit, so ties are never left to SimPy: every wait names its rank in the tie table of
`sim.engine.rules`, and what follows from an event at the same instant is settled before the next ranked event.
"""

from __future__ import annotations

import math
from collections import deque
from collections.abc import Generator
from typing import Any

import numpy as np
import simpy
from simpy.events import EventPriority

from sim.draws import (
    DESK,
    DISCOURAGED,
    GATE,
    GIVE_UP,
    GUIDANCE,
    GUIDANCE_MINUTES,
    INTERVIEW,
    OUTSIDE_PATIENCE,
    PAIR,
    PATIENCE,
    TIE,
    WALK,
    Key,
    normal,
    uniform,
    uniforms,
)  # fmt: skip
from sim.engine import ledger as book
from sim.engine import rules
from sim.engine.day import FairDay
from sim.engine.ledger import STAY, Ledger

Story = Generator[simpy.Event, Any, None]

_FIRST = np.uint64(0)
_CALLED = -1  # a waiting person is called; other values with which waiting ends are outcomes of the ledger
_FIRST_RANK = 2  # below it are SimPy's own priorities, for what follows at the same instant


class Moment(simpy.Event):
    """Something that comes after so many minutes, with its rank in the tie table and the row of its actor."""

    def __init__(self, env: simpy.Environment, minutes: float, rank: int, row: int) -> None:
        super().__init__(env)
        self._ok = True
        self._value = None
        env.schedule(self, EventPriority(((rank + _FIRST_RANK) << 40) + row), minutes)


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
            self.fair.moment(0.0, rules.QUEUE_MOVES, self.row).callbacks.append(self._move_queue)  # type: ignore[union-attr]

    def _move_queue(self, _event: simpy.Event) -> None:
        while self.queue and self.busy < self.recruiters:
            self.busy += 1
            self.queue.pop(0).called.succeed(_CALLED)

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


class Visitor:
    """A seeker at the fair."""

    def __init__(self, fair: Fair, row: int) -> None:
        self.fair = fair
        self.row = row
        self.data = fair.day.seekers[row]
        self.who = self.data["who"]
        self.group = fair.day.groups[self.data["group"]]
        self.record = fair.visits[row]
        self.bookings = deque(fair.day.bookings[self.data["bookings_from"] : self.data["bookings_until"]])
        self.booked = {int(booking["booth"]) for booking in self.bookings}
        self.boards: list[int] | None = None
        self.seen: set[int] = set()
        self.priority = 0
        self.called: simpy.Event
        self.process: simpy.Process
        self.choices = 0
        self.cursor = 0
        self.zone = 0
        self.legs = 0
        self.is_out = False
        self.is_talking = False

    # -- the story of the day

    def visit(self) -> Story:
        """The whole visit, from arriving outside to leaving the hall."""
        yield self.fair.moment(self.data["arrival"], rules.ARRIVES, self.row)
        self.record["arrived"] = self.fair.env.now
        try:
            if not (yield from self.get_in()):
                return
            outcome, way_out = yield from self.reach_booths()
            if outcome is None:
                outcome = yield from self.tour_booths()
                way_out = self.fair.hall["booths_to_exit"]
            self.record["turned"] = self.fair.env.now
            self.record["outcome"] = outcome
            self.is_out = True
            yield from self.walk(way_out, rules.HALL_LEFT)
        except simpy.Interrupt:  # the fair is over
            self.record["turned"] = self.fair.env.now
            self.record["outcome"] = book.CLOSED_OUT
        self.record["left"] = self.fair.env.now
        self.fair.inside.discard(self)
        self.fair.call_gate()

    def get_in(self) -> Generator[simpy.Event, Any, bool]:
        """Queue outside, pass the gate; False if the visit ends before the hall."""
        fair = self.fair
        if fair.is_refusing:
            self.end_outside(book.TURNED_AWAY)
            return False
        if fair.outside or not fair.has_room():
            self.called = fair.env.event()
            fair.outside.append(self)
            patience = fair.minutes(self.who, OUTSIDE_PATIENCE, _FIRST, "outside_patience", fair.hall)
            yield self.called | fair.moment(patience, rules.PATIENCE_ENDS, self.row)
            if not self.called.triggered:
                fair.outside.remove(self)
                self.end_outside(book.GAVE_UP_OUTSIDE)
                return False
            if self.called.value != _CALLED:
                self.end_outside(book.TURNED_AWAY)
                return False
        else:
            fair.begin_gate(self)
        if fair.hall["lanes"] > 0:
            try:
                yield fair.moment(fair.minutes(self.who, GATE, _FIRST, "gate", fair.hall), rules.GATE_DONE, self.row)
            except simpy.Interrupt:
                fair.inside.discard(self)
                self.end_outside(book.TURNED_AWAY)
                return False
            fair.busy_lanes -= 1
            fair.call_gate()
        self.record["entered"] = fair.env.now
        return True

    def reach_booths(self) -> Generator[simpy.Event, Any, tuple[int | None, float]]:
        """From the gate by desk and guidance area to the booths; an outcome and the way out if the visit ends before."""
        fair, hall = self.fair, self.fair.hall
        guidance = uniforms(fair.key, self.who, GUIDANCE, _FIRST)
        yield fair.moment(self.walking_minutes(hall["entrance_to_desk"]), rules.STATION_REACHED, self.row)
        if fair.turns_people_round():
            return book.TURNED_ROUND, hall["desk_to_exit"]
        yield from self.stand(fair.minutes(self.who, DESK, _FIRST, "desk", hall))
        if rules.happens(guidance[0], hall["guidance_visit_share"]):
            yield from self.walk(hall["desk_to_guidance"], rules.STATION_REACHED)
            if fair.turns_people_round():
                return book.TURNED_ROUND, hall["guidance_to_exit"]
            yield from self.stand(fair.minutes(self.who, GUIDANCE_MINUTES, _FIRST, "guidance", hall))
            if rules.happens(guidance[1], hall["guidance_leave_share"]):
                return book.LEFT_AFTER_GUIDANCE, hall["guidance_to_exit"]
            if fair.turns_people_round():
                return book.TURNED_ROUND, hall["guidance_to_exit"]
            yield from self.walk(hall["guidance_to_booths"], rules.STATION_REACHED)
        else:
            yield from self.walk(hall["desk_to_booths"], rules.STATION_REACHED)
        self.record["reached"] = fair.env.now
        if fair.turns_people_round():
            return book.TURNED_ROUND, hall["booths_to_exit"]
        return None, 0.0

    def tour_booths(self) -> Generator[simpy.Event, Any, int]:
        """From booth to booth until something ends the visit; returns what."""
        if not self.data["applies"]:
            yield from self.stand(self.data["stay"])
            return book.LOOKED_AROUND
        while True:
            ending, booth = self.decide()
            if booth is None:
                return ending
            is_booked = yield from self.go_to(booth)
            stay = self.open_stay(booth)
            if booth.gone:
                stay["outcome"] = book.MISSED
                continue
            if booth.queue or booth.busy >= booth.recruiters:
                limits = self.data["queue_limit"], booth.data["queue_limit"]
                if not is_booked and not rules.joins(len(booth.queue), *limits):
                    stay["outcome"] = book.BALKED
                    continue
                yield from self.queue_at(booth, is_booked, stay)
                if stay["outcome"] == book.SENT_AWAY:
                    return book.CLOSED_OUT
                if stay["outcome"] == book.RENEGED and self.happens_at(booth, GIVE_UP, "give_up_share"):
                    return book.GAVE_UP
                if stay["outcome"] != _CALLED:
                    continue
            else:
                booth.busy += 1
            outcome = yield from self.talk(booth, stay)
            if outcome == book.AGREED:
                return book.INTENT
            if outcome != book.TALKED and self.happens_at(booth, DISCOURAGED, "discouraged_share"):
                return book.DISCOURAGED

    # -- parts of the story

    def decide(self) -> tuple[int, Booth | None]:
        """Between booths: the next one, or why the visit is over."""
        fair, hall = self.fair, self.fair.hall
        self.choices += 1
        if fair.is_closed or (fair.is_announced and not hall["next_booth"] and self.choices > 1):
            return book.CLOSED_OUT, None
        if self.bookings:
            return 0, fair.booths[self.bookings[0]["booth"]]
        if self.record["interviews"] >= self.data["booths_wanted"] or (self.booked and not hall["walk_in_after"]):
            return book.SEEN_ENOUGH, None
        if fair.env.now - self.record["entered"] >= self.data["stay"]:
            return book.STAY_OVER, None
        if hall["rule"] == rules.FIXED_ORDER:
            return book.NOTHING_LEFT, self.next_in_order()
        return book.NOTHING_LEFT, self.best_board()

    def next_in_order(self) -> Booth | None:
        """The next booth in the hall's order that has not gone and suits."""
        for booth in self.fair.booths[self.cursor :]:
            if not booth.gone and self.is_candidate(booth):
                self.cursor = booth.row + 1
                return booth
        self.cursor = len(self.fair.booths)
        return None

    def best_board(self) -> Booth | None:
        """Read the boards on the own list and take the best unvisited booth."""
        if self.boards is None:
            self.boards = self.list_boards()
        best, lowest = None, (math.inf, 0.0)
        for row in self.boards:
            booth = self.fair.booths[row]
            if row in self.seen or booth.recruiters == 0 or booth.gone or not self.is_candidate(booth):
                continue
            cost = self.cost(booth)
            if cost < lowest:
                best, lowest = booth, cost
        if best is not None:
            self.seen.add(best.row)
        return best

    def cost(self, booth: Booth) -> tuple[float, float]:
        """What a booth costs in the race for the next visit, and how a tie is broken; the lowest wins."""
        hall, firm = self.fair.hall, booth.data["firm"]
        if hall["rule"] == rules.SHORTEST_QUEUE:
            return float(len(booth.queue) + booth.busy), uniform(self.fair.key, self.who, TIE, firm)
        crowd = rules.crowding(hall["queue_weight"], len(booth.queue), booth.recruiters)
        u = uniform(self.fair.lasting_key, self.who, PAIR, firm)
        return rules.logit_cost(u, booth.data["attraction"], crowd), 0.0

    def list_boards(self) -> list[int]:
        """Rows of the booths whose boards this seeker reads, in order of reading."""
        prime = self.fair.hall["prime"]
        first, stride = rules.reading_order(self.fair.key, self.who, prime)
        rows = ((first + k * stride) % prime for k in range(prime))
        boards = [row for row in rows if row < len(self.fair.booths) and self.may_read(row)]
        return boards[: self.data["boards"]]

    def may_read(self, row: int) -> bool:
        """Whether a board is on the list: any for the uninformed, suitable ones for those who know the list of firms."""
        return not self.data["informed"] or rules.suits(self.data["accepts"], self.fair.day.booths[row]["offered"])

    def is_candidate(self, booth: Booth) -> bool:
        """Whether a booth has an open post that suits and is not among the appointments."""
        return booth.row not in self.booked and rules.suits(self.data["accepts"], booth.open_occupations())

    def go_to(self, booth: Booth) -> Generator[simpy.Event, Any, bool]:
        """Walk to a booth, and wait for the appointment if there is one; returns whether there is."""
        fair, hall = self.fair, self.fair.hall
        wait = self.bookings[0]["time"] - fair.env.now if self.bookings else 0.0
        zones = abs(int(booth.data["zone"]) - self.zone)
        minutes = self.walking_minutes(hall["between_booths"] + hall["between_zones"] * zones)
        self.zone = int(booth.data["zone"])
        yield fair.moment(max(minutes, wait), rules.BOOTH_REACHED, self.row)
        if self.bookings:
            self.bookings.popleft()
            return True
        return False

    def open_stay(self, booth: Booth) -> Any:
        """A new row in the ledger: this visitor has reached this booth."""
        stay = np.zeros(1, STAY)[0]
        stay["joined"] = stay["ended"] = self.fair.env.now
        stay["started"] = math.nan
        stay["seeker"], stay["booth"], stay["ahead"] = self.row, booth.row, len(booth.queue)
        self.fair.stays.append(stay)
        return stay

    def queue_at(self, booth: Booth, is_booked: bool, stay: Any) -> Story:
        """Wait until called, sent away, or out of patience; the stay's outcome says which."""
        fair = self.fair
        self.called = fair.env.event()
        booth.line_up(self, rules.BOOKED_PRIORITY if is_booked else int(self.group["priority"]))
        patience = fair.minutes(self.who, PATIENCE, booth.data["firm"], "patience", self.group)
        try:
            yield self.called | fair.moment(patience, rules.PATIENCE_ENDS, self.row)
        except simpy.Interrupt:
            stay["outcome"], stay["ended"] = book.SENT_AWAY, fair.env.now
            raise
        if not self.called.triggered:
            booth.queue.remove(self)
            stay["outcome"] = book.RENEGED
        else:
            stay["outcome"] = self.called.value
        stay["ended"] = fair.env.now

    def talk(self, booth: Booth, stay: Any) -> Generator[simpy.Event, Any, int]:
        """The interview and what comes of it."""
        fair = self.fair
        stay["started"] = fair.env.now
        stay["outcome"] = 0
        law = fair.law("interview", booth.data)
        minutes = rules.drawn(fair.key, self.who, INTERVIEW, booth.data["firm"], law) * self.group["interview_factor"]
        self.is_talking = True
        yield fair.moment(rules.on_grid(minutes, fair.hall["time_step"]), rules.INTERVIEW_ENDS, self.row)
        self.is_talking = False
        booth.busy -= 1
        booth.call_next()
        stay["ended"] = fair.env.now
        self.record["interviews"] += 1
        outcome = self.conclude(booth)
        stay["outcome"] = outcome
        if outcome == book.AGREED and booth.open_occupations() == 0 and booth.data["leaves_when_filled"]:
            booth.go()
        return outcome

    def conclude(self, booth: Booth) -> int:
        """Offer? Acceptance? An intent takes a post."""
        fair, hall = self.fair, self.fair.hall
        if not hall["offers"]:
            return book.TALKED
        post = self.best_post(booth)
        if post is None:
            return book.NO_OFFER
        pair = uniforms(fair.lasting_key, self.who, PAIR, booth.data["firm"])
        if not rules.offers(self.data["skill"], pair[1], hall["quality_sd"], booth.data["standard"]):
            return book.NO_OFFER
        learned = hall["taste_learned_sd"] * normal(pair[2])
        travel = fair.day.travel[self.data["district"], booth.data["district"]]
        known = rules.taste(pair[0])
        if not rules.accepts(booth.data["pay"], known, learned, travel, self.data["reservation"]):
            return book.DECLINED
        fair.posts_left[post] -= 1
        self.record["intent_booth"], self.record["intent_post"] = booth.row, post
        return book.AGREED

    def best_post(self, booth: Booth) -> int | None:
        """The post that the firm has for this seeker: in the own occupation, else the first acceptable one."""
        left = [p for p in booth.posts if self.fair.posts_left[p] > 0]
        occupations = self.fair.day.posts["occupation"]
        own = [p for p in left if occupations[p] == self.data["occupation"]]
        acceptable = [p for p in left if rules.suits(self.data["accepts"], np.uint64(1 << int(occupations[p])))]
        return next(iter(own + acceptable), None)

    def happens_at(self, booth: Booth, decision: np.uint64, share: str) -> bool:
        """Whether something that befalls a share of the group befalls this visitor at this booth."""
        return rules.happens(uniform(self.fair.key, self.who, decision, booth.data["firm"]), self.group[share])

    def walking_minutes(self, metres: float) -> float:
        """Minutes for a way, at a speed drawn for this leg."""
        if metres <= 0.0:
            return 0.0
        fair = self.fair
        speed = rules.drawn(fair.key, self.who, WALK, np.uint64(self.legs), fair.law("speed", fair.hall))
        self.legs += 1
        return rules.on_grid(metres / speed, fair.hall["time_step"])

    def walk(self, metres: float, rank: int) -> Story:
        """Walk; where there is no way to go, no time passes and nothing can come between."""
        minutes = self.walking_minutes(metres)
        if minutes > 0.0:
            yield self.fair.moment(minutes, rank, self.row)

    def stand(self, minutes: float) -> Story:
        """Spend some minutes at a station without queue."""
        if minutes > 0.0:
            yield self.fair.moment(minutes, rules.STATION_REACHED, self.row)

    def end_outside(self, outcome: int) -> None:
        """The visit ends before the hall."""
        self.record["outcome"], self.record["left"] = outcome, self.fair.env.now


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
            self.moment(0.0, rules.GATE_CALLS, 0).callbacks.append(self.admit)  # type: ignore[union-attr]

    def admit(self, _event: simpy.Event | None) -> None:
        """The gate takes people from the queue outside while there is room."""
        while self.outside and self.has_room():
            visitor = self.outside.pop(0)
            self.begin_gate(visitor)
            visitor.called.succeed(_CALLED)

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


def run_day(day: FairDay, key: Key) -> Ledger:
    """Simulate one fair day in SimPy. Arguments and result as for `sim.engine.simulate`."""
    return Fair(day, key).run()
