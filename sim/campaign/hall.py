"""The hall, its rules and the firms' booths on one day, as the engine wants them."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from sim.campaign.laws import law, scaled, smallest_prime, write_law
from sim.draws import FIRM_BOOTH, FIRM_LATE, Key
from sim.engine import rules
from sim.engine.day import BOOTH, GROUP, HALL, POST, SHIFT
from sim.model.scenario import Fair, Scenario
from sim.model.values import Settings, Shifts
from sim.population import Crowd
from sim.population.drawing import uniform_rows
from sim.population.people import behaviour, behaviour_duration

_DURATIONS = {
    "gate": "gate.minutes",
    "outside_patience": "gate.patience_minutes",
    "desk": "desk.minutes",
    "guidance": "guidance.minutes",
    "speed": "walking.metres_per_minute",
}
_WAYS = (
    "entrance_to_desk", "desk_to_guidance", "desk_to_booths", "desk_to_exit", "guidance_to_booths", "guidance_to_exit",
    "booths_to_exit", "between_booths", "between_zones",
)  # fmt: skip
_NUMBERS = {
    "time_step": "time_step_minutes",
    "guidance_visit_share": "guidance.visit_share",
    "guidance_leave_share": "guidance.leave_share",
    "queue_weight": "choice.queue_weight",
    "quality_sd": "match.quality_sd",
    "taste_learned_sd": "match.taste_learned_sd",
}
_FLAGS = {
    "offers": "interview.offers",
    "admit_waiting": "closing.admit_waiting",
    "turn_round": "closing.turn_round",
    "queue_served": "closing.queue_served",
    "next_booth": "closing.next_booth",
    "walk_in_after": "appointments.walk_in_after",
}


def hall_of(settings: Settings) -> np.ndarray:
    """The hall (one row of HALL) but for `prime`, which depends on how many booths come."""
    row = np.zeros(1, HALL)
    hall = row[0]
    hall["open"], hall["close"] = settings.clock("open"), settings.clock("close")
    hall["announcement"] = hall["close"] - settings.number("closing.announcement_minutes")
    last_entry = settings.optional_clock("closing.last_entry")
    hall["last_entry"] = hall["announcement"] if last_entry is None else last_entry
    for name, key in _DURATIONS.items():
        write_law(hall, name, law(settings.duration(key)))
    for name in _WAYS:
        hall[name] = settings.number(f"walking.{name}_metres")
    for name, key in _NUMBERS.items():
        hall[name] = settings.number(key)
    for name, key in _FLAGS.items():
        hall[name] = settings.flag(key)
    hall["lanes"] = settings.integer("gate.lanes")
    limit = settings.optional_integer("hall.people_limit")
    hall["people_limit"] = -1 if limit is None else limit
    hall["rule"] = rules.CHOICE_RULES.index(settings.text("choice.rule"))
    hall["at_close"] = rules.CLOSINGS.index(settings.text("closing.at_close"))
    return row


def groups_of(scenario: Scenario, fair: Fair) -> np.ndarray:
    """How the members of each group behave in queues and after interviews (GROUP)."""
    rows = np.zeros(len(scenario.groups), GROUP)
    for row, group in zip(rows, scenario.groups, strict=True):
        row["interview_factor"] = group.settings.number("interview_factor")
        row["priority"] = group.settings.integer("priority")
        for name in ("discouraged_share", "give_up_share"):
            row[name] = behaviour(fair.settings, group, f"behaviour.{name}")
        write_law(row, "patience", law(behaviour_duration(fair.settings, group, "behaviour.patience_minutes")))
    return rows


class Stands(NamedTuple):
    """The firms' booths on one day, in the hall's order."""

    booths: np.ndarray  # engine.day.BOOTH
    posts: np.ndarray  # engine.day.POST
    shifts: np.ndarray  # engine.day.SHIFT: who really comes
    planned: list[Shifts]  # of each booth, as agreed before the fair


def stands_of(scenario: Scenario, fair: Fair, crowd: Crowd, key: Key) -> Stands:
    """The booths, posts and shifts of one day.

    The order is that of the firms' unchanging numbers, so that the order of the planner's list does not matter; only
    where visitors go round in a fixed order is it the order of the list.
    """
    settings, firms = fair.settings, crowd.firms
    order = np.arange(firms.size)
    if settings.text("choice.rule") != "fixed-order":
        order = np.argsort(firms["firm"], kind="stable")
    rows = [scenario.firms[row] if row >= 0 else None for row in firms["row"][order]]
    firms = firms[order]
    booths = np.zeros(firms.size, BOOTH)
    for name in ("firm", "pay", "standard", "district"):
        booths[name] = firms[name]
    booths["attraction"] = np.exp(np.clip(-settings.number("choice.pay_weight") * firms["pay"], -300.0, 300.0))
    _write_interviews(booths, settings, rows, firms["interview_factor"])
    posts = _write_posts(booths, crowd, order, settings)
    u = uniform_rows(key, booths["firm"], FIRM_BOOTH, 0)
    planned = _planned_shifts(settings, rows, u[:, 0])
    shifts = _write_shifts(booths, settings, planned, u, key)
    limit = settings.optional_integer("booth.queue_limit")
    booths["queue_limit"] = -1 if limit is None else limit
    booths["zone"] = np.arange(firms.size) % settings.integer("booth.zones")
    booths["leaves_when_filled"] = settings.flag("booth.leaves_when_filled")
    for booth, row in zip(booths, rows, strict=True):
        if row is not None:
            own_limit, own_zone = row.optional_integer("queue_limit"), row.optional_integer("zone")
            booth["queue_limit"] = booth["queue_limit"] if own_limit is None else own_limit
            booth["zone"] = booth["zone"] if own_zone is None else own_zone - 1
    return Stands(booths, posts, shifts, planned)


def _write_interviews(booths: np.ndarray, settings: Settings, rows: list[Settings | None], factor: np.ndarray) -> None:
    """Each booth's distribution of interview minutes: the firm's own, else the fair's times the firm's factor."""
    usual = law(settings.duration("interview.minutes"))
    by_size = usual[0] in (rules.LOGNORMAL, rules.ERLANG)
    booths["interview_kind"], booths["interview_a"] = usual[0], usual[1] * factor
    booths["interview_b"] = usual[2] if by_size else usual[2] * factor
    booths["interview_c"] = usual[3] if by_size else usual[3] * factor
    for booth, row in zip(booths, rows, strict=True):
        own = None if row is None else row.optional_duration("interview_minutes")
        if own is not None:
            write_law(booth, "interview", scaled(law(own), 1.0))


def _write_posts(booths: np.ndarray, crowd: Crowd, order: np.ndarray, settings: Settings) -> np.ndarray:
    """The booths' posts as one table in the order of the booths, with the intents that each row admits."""
    place = np.empty(order.size, np.int64)
    place[order] = np.arange(order.size)
    booth_of_post = place[crowd.posts["firm"]]
    sequence = np.lexsort((crowd.posts["occupation"], booth_of_post))
    posts = np.zeros(sequence.size, POST)
    posts["occupation"] = crowd.posts["occupation"][sequence]
    per_post = settings.number("match.intents_per_post")
    posts["intents"] = np.floor(crowd.posts["count"][sequence] * per_post)
    edges = np.searchsorted(booth_of_post[sequence], np.arange(order.size + 1))
    booths["posts_from"], booths["posts_until"] = edges[:-1], edges[1:]
    offered = np.zeros(order.size, np.uint64)
    bits = np.uint64(1) << posts["occupation"].astype(np.uint64)
    np.bitwise_or.at(offered, booth_of_post[sequence], np.where(posts["intents"] > 0, bits, np.uint64(0)))
    booths["offered"] = offered if settings.flag("interview.offers") else np.uint64(2**64 - 1)
    return posts


def _planned_shifts(settings: Settings, rows: list[Settings | None], u: np.ndarray) -> list[Shifts]:
    """The recruiters of each booth by the clock as agreed before the fair: listed, else from opening on."""
    mean, opens = settings.number("booth.recruiters"), settings.clock("open")
    drawn = np.floor(mean).astype(np.int64) + (u < mean - np.floor(mean))
    planned, usual = [], settings.shifts("booth.shifts")
    for row, number in zip(rows, drawn.tolist(), strict=True):
        shifts = usual or ((opens, number),)
        if row is not None:
            own = row.optional_integer("recruiters")
            shifts = row.shifts("shifts") or (shifts if own is None else ((opens, own),))
        planned.append(shifts)
    return planned


def _write_shifts(booths: np.ndarray, settings: Settings, planned: list[Shifts], u: np.ndarray, key: Key) -> np.ndarray:
    """The booths' recruiters by the clock on the day as one table: as planned, but some firms come late or never."""
    late = u[:, 1] < settings.number("booth.late_share")
    absent = u[:, 2] < settings.number("booth.no_show_share")
    late_law, step = law(settings.duration("booth.late_minutes")), settings.number("time_step_minutes")
    table: list[tuple[float, int]] = []
    for k, (booth, shifts) in enumerate(zip(booths, planned, strict=True)):
        begins = shifts[0][0]
        if late[k]:
            begins += rules.on_grid(rules.drawn(key, booth["firm"], FIRM_LATE, np.uint64(0), late_law), step)
        booth["shifts_from"] = len(table)
        if absent[k]:
            table.append((settings.clock("open"), 0))
        else:
            table.append((begins, recruiters_at(shifts, begins)))
            table.extend((time, number) for time, number in shifts if time > begins)
        booth["shifts_until"] = len(table)
    return np.array(table, SHIFT)


def recruiters_at(shifts: Shifts, time: float) -> int:
    """Recruiters at a time; none before the first shift."""
    return next((number for start, number in reversed(shifts) if start <= time), 0)


def set_prime(hall: np.ndarray, booths: int) -> None:
    """Write the length of the circle on which boards are read."""
    hall["prime"] = smallest_prime(booths)
