"""A seeker at the fair in the reference engine: the story of the day."""

from __future__ import annotations

import math
from collections import deque
from collections.abc import Generator
from typing import TYPE_CHECKING, Any

import numpy as np
import simpy

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
    normal,
    uniform,
    uniforms,
)
from sim.engine import ledger as book
from sim.engine import rules
from sim.engine.ledger import STAY
from sim.engine.reference.booth import Booth
from sim.engine.reference.moment import CALLED, Story

if TYPE_CHECKING:
    from sim.engine.reference.fair import Fair

_FIRST = np.uint64(0)


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
            if self.called.value != CALLED:
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
        """From the gate to the booths; an outcome and the way out if the visit ends before."""
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
                if stay["outcome"] != CALLED:
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
        first, stride = rules.reading_order(self.fair.key, self.who, len(self.fair.booths), prime)
        rows = ((first + k * stride) % prime for k in range(prime))
        boards = [row for row in rows if row < len(self.fair.booths) and self.may_read(row)]
        return boards[: self.data["boards"]]

    def may_read(self, row: int) -> bool:
        """Whether a board is on the list: any for the uninformed, only suitable ones for the informed."""
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
