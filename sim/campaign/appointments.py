"""Appointments: interviews booked before the fair, by an assignment on what is known then.

Round by round, those who book are assigned to the free recruiters so that the sum of what they expect of the firms (pay
and the taste seen beforehand, suitable posts only) is as large as possible; whoever has fewer appointments goes first,
and nobody books the same firm twice. What happens to an appointment on the day is the engine's story.
"""

from __future__ import annotations

import numpy as np

from sim.campaign.hall import Stands, recruiters_at
from sim.draws import NO_SHOW, PAIR, VISIT, Key
from sim.engine.day import BOOKING
from sim.model.values import Settings
from sim.population.drawing import uniform_rows

_FAIRNESS = 1e3  # one appointment fewer outweighs any difference in taste
_IMPOSSIBLE = 1e9


def book(settings: Settings, seekers: np.ndarray, stands: Stands, today: Key) -> tuple[np.ndarray, np.ndarray]:
    """Book interviews for a share of the seekers who apply.

    Args:
        settings: of the fair; section [appointments].
        seekers: engine.day.SEEKER in any order; nobody has bookings yet.
        stands: the booths; of their recruiters only what was agreed before the fair is used.
        today: key of the day.

    Returns:
        The seekers in order of arrival with their rows of bookings (arriving early enough for the first one), and the
        bookings (engine.day.BOOKING). A booked interview to which nobody comes is not among them.
    """
    seekers = seekers[np.argsort(seekers["who"], kind="stable")]
    booking_people = np.nonzero(
        (seekers["applies"] > 0)
        & (uniform_rows(today, seekers["who"], VISIT, 0)[:, 2] < settings.number("appointments.share"))
    )[0]
    slots: dict[int, list[tuple[float, int]]] = {}
    if booking_people.size and stands.booths.size:
        slots = _assign(settings, seekers, booking_people, stands, today)
    kept = {i: _kept(settings, seekers["who"][i], made, today) for i, made in slots.items()}
    early = settings.number("appointments.early_minutes")
    for i, made in kept.items():
        if made:
            seekers["arrival"][i] = min(seekers["arrival"][i], made[0][0] - early)
    order = np.lexsort((seekers["who"], seekers["arrival"]))
    table = [row for i in order for row in kept.get(int(i), [])]
    counts = np.array([len(kept.get(int(i), [])) for i in order], np.int64)
    seekers = seekers[order]
    seekers["bookings_until"] = np.cumsum(counts)
    seekers["bookings_from"] = seekers["bookings_until"] - counts
    return seekers, np.array(table, BOOKING)


def _assign(
    settings: Settings, seekers: np.ndarray, people: np.ndarray, stands: Stands, today: Key
) -> dict[int, list[tuple[float, int]]]:
    """Appointments of each person: times and rows of booths, in order of time."""
    from scipy.optimize import linear_sum_assignment  # takes long to import, and few fairs need it

    slot, most = settings.number("appointments.slot_minutes"), settings.integer("appointments.per_seeker")
    opens, ends = settings.clock("open"), settings.clock("close")
    value = _expected_value(settings, seekers[people], stands.booths, today)
    made: dict[int, list[tuple[float, int]]] = {int(i): [] for i in people}
    counts = np.zeros(people.size)
    for number in range(int((ends - opens) // slot)):
        if not ((counts < most) & (value > -_IMPOSSIBLE / 2).any(axis=1)).any():
            break  # nobody can book any more
        time = opens + number * slot
        free = np.repeat(np.arange(stands.booths.size), [recruiters_at(shifts, time) for shifts in stands.planned])
        cost = _FAIRNESS * counts[:, None] - value[:, free]
        cost[counts >= most] = _IMPOSSIBLE
        for row, column in zip(*linear_sum_assignment(cost), strict=True):
            if cost[row, column] < _IMPOSSIBLE / 2:
                booth = int(free[column])
                made[int(people[row])].append((time, booth))
                counts[row] += 1
                value[row, booth] = -_IMPOSSIBLE
    return made


def _expected_value(settings: Settings, seekers: np.ndarray, booths: np.ndarray, today: Key) -> np.ndarray:
    """What each person expects of each booth, from what can be known beforehand; very low where nothing suits."""
    lasting = Key(today.seed, today.replication, np.uint64(0))
    pairs = np.repeat(seekers["who"], booths.size), np.tile(booths["firm"], seekers.size)
    u = uniform_rows(lasting, pairs[0], PAIR, pairs[1])[:, 0].reshape(seekers.size, booths.size)
    with np.errstate(divide="ignore"):
        taste = -np.log(-np.log1p(-u))
    value = settings.number("choice.pay_weight") * booths["pay"] + np.clip(taste, -50.0, 50.0)
    return np.where(seekers["accepts"][:, None] & booths["offered"] != 0, value, -_IMPOSSIBLE)


def _kept(settings: Settings, who: np.uint64, made: list[tuple[float, int]], today: Key) -> list[tuple[float, int]]:
    """The appointments that a person keeps."""
    number = np.arange(len(made), dtype=np.uint64)
    u = uniform_rows(today, np.full(len(made), who), NO_SHOW, number)[:, 0]
    return [
        slot for slot, missed in zip(made, u < settings.number("appointments.no_show_share"), strict=True) if not missed
    ]
