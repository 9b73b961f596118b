"""Random fair days: every behaviour of the engines in small halls, drawn without regard for what is likely.

A day is made from a shape, one value for each entry of `CHOICES`, and a seed for its rows. The tests let hypothesis
choose shapes, `benchmarks.agreement` draws them evenly; both get the same days. The first people, booths and groups of
a seed stay the same when their number shrinks. Knows the arrays of a day, no engine.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np

from sim.campaign.laws import smallest_prime
from sim.engine import rules
from sim.engine.day import BOOKING, BOOTH, GROUP, HALL, POST, SEEKER, SHIFT, FairDay

MOST_SEEKERS, MOST_BOOTHS, MOST_GROUPS, MOST_OCCUPATIONS = 80, 12, 3, 5
OPENS = 540.0
DISTRIBUTIONS = range(len(rules.DISTRIBUTIONS))

# What a day may be like; the first entry of each is the plainest. More of an entry makes it more likely.
CHOICES: Mapping[str, Sequence[float]] = {
    "seekers": (1, 2, 5, *range(10, MOST_SEEKERS + 1, 10)),
    "booths": (0, 1, 1, 2, 3, 4, 6, 8, 11, MOST_BOOTHS),
    "groups": (1, 2, MOST_GROUPS),
    "occupations": (1, 2, 3, MOST_OCCUPATIONS),
    "districts": (1, 3),
    "time_step": (0, 0, 1),
    "minutes_open": (60, 100, 200, 200, 20, 1),
    "announcement_before_close": (0, 0, 5, 20),
    "last_entry_before_announcement": (0, 0, 0, 5, 20),
    "arrive_until": (0.5, 0.1, 0.7, 1.1),  # share of the opening time
    "gate": DISTRIBUTIONS,
    "outside_patience": DISTRIBUTIONS,
    "desk": DISTRIBUTIONS,
    "guidance": DISTRIBUTIONS,
    "speed": (rules.CONSTANT, rules.UNIFORM, rules.TRIANGULAR, rules.LOGNORMAL),
    "interview_minutes": (5, 0, 1, 20),
    "patience_minutes": (8, 0, 2, 1000),
    "guidance_visit_share": (0, 0.4, 1),
    "guidance_leave_share": (0, 0, 0, 0.3, 1),
    "metres": (0, 20, 60),
    "metres_to_exit": (0, 30),
    "metres_between_booths": (0, 0, 15),
    "metres_between_zones": (0, 40),
    "queue_weight": (0, 0.3, 2),
    "lanes": (0, 0, 1, 2, 6, 6),
    "people_limit": (-1, -1, -1, -1, 1, 3, 20),
    "rule": (rules.LOGIT, rules.SHORTEST_QUEUE, rules.FIXED_ORDER),
    "at_close": (rules.FINISH, rules.CUT_OFF_AT_CLOSE, rules.RUN_TO_EMPTY),
    "offers": (1, 1, 1, 0),
    "admit_waiting": (0, 1),
    "turn_round": (0, 1),
    "queue_served": (0, 1),
    "next_booth": (0, 1),
    "walk_in_after": (0, 1),
    "choosiness": (0, -3, 1.5),  # added to standards: nearly all or few get an offer
    "applies_share": (1, 1, 0.7),
    "informed_share": (0, 0.3, 1),
    "booked_share": (0, 0, 0.3, 1),
    "recruiters": (1, 2, 2, 3, 0),  # most at one booth
    "shifts": (1, 1, 2, 4, 0),  # most changes at one booth
    "shifts_end_at_close": (0, 1),
    "priorities": (0, 1),  # whether groups differ in priority
    "most_intents": (3, 3, 1, 0),
    "leaves_when_filled": (0, 0.5, 1),
    "most_boards": (14, 1, 64),
    "queue_limit": (12, 1, 3),
    "booth_queue_limit": (-1, 0, 3),
}
_FLAGS = ("rule", "at_close", "offers", "admit_waiting", "turn_round", "queue_served", "next_booth", "walk_in_after")
_ALL = np.uint64(2**64 - 1)

Shape = Mapping[str, float]


def random_shape(generator: np.random.Generator) -> dict[str, float]:
    """A shape with every entry drawn evenly."""
    return {name: values[int(generator.integers(len(values)))] for name, values in CHOICES.items()}


def fair_day(shape: Shape, seed: int) -> FairDay:
    """The day of a shape; `seed` decides what its rows are like."""
    hall = _hall(shape, _generator(seed, 0))
    booths, posts, shifts = _booths(shape, hall, _generator(seed, 1))
    seekers, bookings = _seekers(shape, hall, booths.size, _generator(seed, 2))
    groups = _groups(shape, _generator(seed, 3))
    districts = int(shape["districts"])
    travel = np.round(_generator(seed, 4).normal(size=(3, 3)), 3)[:districts, :districts]
    return FairDay(hall, seekers, groups, booths, posts, shifts, bookings, np.ascontiguousarray(travel))


def random_day(seed: int) -> FairDay:
    """One day of the evenly drawn ones, by number."""
    return fair_day(random_shape(_generator(seed, 9)), seed)


def _generator(seed: int, part: int) -> np.random.Generator:
    return np.random.default_rng([seed, part])


def _times(shape: Shape, minutes: np.ndarray | float) -> np.ndarray:
    """Minutes on the day's grid."""
    return np.floor(minutes) if shape["time_step"] else np.asarray(minutes)


def _write_law(shape: Shape, rows: np.ndarray, name: str, kind: np.ndarray | float, usual: np.ndarray | float) -> None:
    """A distribution of a kind around a usual value, with parameters on the day's grid."""
    usual = np.maximum(np.floor(usual), 1.0 * (np.asarray(usual) > 0)) if shape["time_step"] else usual
    kind, usual = np.broadcast_to(kind, rows.shape), np.broadcast_to(usual, rows.shape)
    span = {
        rules.CONSTANT: (usual, 0, 0),
        rules.EXPONENTIAL: (usual, 0, 0),
        rules.UNIFORM: (0.2 * usual, 1.8 * usual, 0),
        rules.TRIANGULAR: (0.2 * usual, usual, 2 * usual),
        rules.LOGNORMAL: (usual, 0.8, 0),
        rules.ERLANG: (usual, 1 + np.floor(usual) % 4, 0),
    }
    rows[f"{name}_kind"] = kind
    for place, letter in enumerate("abc"):
        rows[f"{name}_{letter}"] = np.choose(kind.astype(int), [span[k][place] for k in DISTRIBUTIONS])


def _hall(shape: Shape, generator: np.random.Generator) -> np.ndarray:
    """The hall; ways to the exit are of another length than ways in."""
    row = np.zeros(1, HALL)
    opens, *gaps = OPENS + _times(shape, generator.random()), *_times(shape, generator.random(3))
    row["open"], row["close"] = opens, opens + shape["minutes_open"] + gaps[0]
    row["announcement"] = row["close"] - min(shape["announcement_before_close"] + gaps[1], shape["minutes_open"])
    earlier = shape["last_entry_before_announcement"]
    row["last_entry"] = np.maximum(row["announcement"] - earlier, opens) if earlier else row["announcement"]
    if not shape["announcement_before_close"]:
        row["announcement"] = row["close"]
    row["time_step"] = shape["time_step"]
    for name, usual in (("gate", 0.7), ("outside_patience", 40), ("desk", 1), ("guidance", 4), ("speed", 50)):
        _write_law(shape, row, name, shape[name], usual)
    for name in ("guidance_visit_share", "guidance_leave_share", "queue_weight", "lanes", "people_limit", *_FLAGS):
        row[name] = shape[name]
    for name in ("entrance_to_desk", "desk_to_guidance", "desk_to_booths", "guidance_to_booths"):
        row[name] = shape["metres"]
    for name in ("desk_to_exit", "guidance_to_exit", "booths_to_exit"):
        row[name] = shape["metres_to_exit"]
    row["between_booths"], row["between_zones"] = shape["metres_between_booths"], shape["metres_between_zones"]
    row["quality_sd"], row["taste_learned_sd"] = 1.0, 0.5
    row["prime"] = smallest_prime(int(shape["booths"]))
    return row


def _groups(shape: Shape, generator: np.random.Generator) -> np.ndarray:
    rows = np.zeros(MOST_GROUPS, GROUP)
    rows["interview_factor"] = (1.0, 1.5, 0.75)
    rows["discouraged_share"] = (0.1, 0.0, 1.0)
    rows["give_up_share"] = (0.3, 1.0, 0.0)
    kinds = generator.integers(0, len(DISTRIBUTIONS), MOST_GROUPS)
    _write_law(shape, rows, "patience", kinds, shape["patience_minutes"])
    rows["priority"] = (0, -1, 1) if shape["priorities"] else 0
    return rows[: int(shape["groups"])]


def _booths(
    shape: Shape, hall: np.ndarray, generator: np.random.Generator
) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Booths with their posts and shifts: some without posts, some without recruiters, some never tended."""
    rows = np.zeros(MOST_BOOTHS, BOOTH)
    rows["firm"] = 1000 + np.arange(MOST_BOOTHS)
    rows["pay"] = generator.normal(size=MOST_BOOTHS)
    rows["attraction"] = np.exp(-0.5 * rows["pay"])
    rows["standard"] = 0.5 * generator.normal(size=MOST_BOOTHS) + shape["choosiness"]
    usual = shape["interview_minutes"] * generator.choice([0.5, 1.0, 1.0, 2.0], MOST_BOOTHS)
    _write_law(shape, rows, "interview", generator.integers(0, len(DISTRIBUTIONS), MOST_BOOTHS), usual)
    rows["zone"] = generator.integers(0, 3, MOST_BOOTHS)
    rows["district"] = generator.integers(0, 3, MOST_BOOTHS) % int(shape["districts"])
    rows["queue_limit"] = shape["booth_queue_limit"]
    rows["leaves_when_filled"] = generator.random(MOST_BOOTHS) < shape["leaves_when_filled"]
    posts: list[tuple[int, int]] = []
    shifts: list[tuple[float, int]] = []
    for booth in rows[: int(shape["booths"])]:
        booth["posts_from"], booth["shifts_from"] = len(posts), len(shifts)
        posts += _posts_of(shape, generator)
        shifts += _shifts_of(shape, hall[0], generator)
        booth["posts_until"], booth["shifts_until"] = len(posts), len(shifts)
        offered = {occupation for occupation, intents in posts[booth["posts_from"] :] if intents > 0}
        booth["offered"] = sum(1 << occupation for occupation in offered) if shape["offers"] else _ALL
    return rows[: int(shape["booths"])], np.array(posts, POST), np.array(shifts, SHIFT)


def _posts_of(shape: Shape, generator: np.random.Generator) -> list[tuple[int, int]]:
    count = int(generator.integers(0, 4))
    occupations = np.sort(generator.choice(MOST_OCCUPATIONS, count, replace=False)) % int(shape["occupations"])
    intents = generator.integers(0, int(shape["most_intents"]) + 1, count)
    return [(int(occupation), int(number)) for occupation, number in zip(occupations, intents, strict=True)]


def _shifts_of(shape: Shape, hall: np.void, generator: np.random.Generator) -> list[tuple[float, int]]:
    """Changes from a little before the opening on, some at one instant; the last may be the end of the fair."""
    most = int(shape["shifts"])
    count = int(generator.integers((most + 1) // 2, most + 1))
    gaps = generator.choice([0.0, 0.3, 7.7, 30.5], count) + generator.random()
    times = _times(shape, hall["open"] - 5.0 + np.cumsum(gaps))
    numbers = generator.integers(0, int(shape["recruiters"]) + 1, count)
    if count:
        numbers[0] = max(numbers[0], min(1, int(shape["recruiters"])))
    table = [(float(time), int(number)) for time, number in zip(times, numbers, strict=True)]
    if shape["shifts_end_at_close"] and table and table[-1][0] < hall["close"]:
        table.append((float(hall["close"]), 0))
    return table


def _seekers(
    shape: Shape, hall: np.ndarray, booths: int, generator: np.random.Generator
) -> tuple[np.ndarray, np.ndarray]:
    """People in order of arrival, some before the doors open, some too late, and their appointments."""
    size, count = MOST_SEEKERS, int(shape["seekers"])
    rows = np.zeros(size, SEEKER)
    u = generator.random((size, 6))
    span = shape["minutes_open"] * shape["arrive_until"] + 10.0
    rows["who"] = 5 + np.arange(size)
    rows["arrival"] = _times(shape, hall["open"][0] - 10.0 + span * u[:, 0])
    rows["stay"] = _times(shape, 5.0 + 115.0 * u[:, 1])
    rows["skill"], rows["reservation"] = generator.normal(size=(2, size))
    rows["occupation"] = generator.integers(0, 60, size) % int(shape["occupations"])
    others = generator.integers(0, 2**MOST_OCCUPATIONS, size) & (2 ** int(shape["occupations"]) - 1)
    own = np.uint64(1) << rows["occupation"].astype(np.uint64)
    rows["accepts"] = own | others.astype(np.uint64) if shape["offers"] else _ALL
    rows["group"] = generator.integers(0, 6, size) % int(shape["groups"])
    rows["district"] = generator.integers(0, 3, size) % int(shape["districts"])
    rows["queue_limit"] = np.floor(u[:, 2] * (shape["queue_limit"] + 1))
    rows["booths_wanted"] = generator.integers(1, 8, size)
    rows["boards"] = 1 + np.floor(u[:, 3] * shape["most_boards"])
    rows["applies"] = u[:, 4] < shape["applies_share"]
    rows["informed"] = u[:, 5] < shape["informed_share"]
    rows = rows[:count]
    rows = rows[np.lexsort((rows["who"], rows["arrival"]))]
    return rows, _write_bookings(shape, rows, float(hall["open"][0]), booths, generator)


def _write_bookings(
    shape: Shape, seekers: np.ndarray, opens: float, booths: int, generator: np.random.Generator
) -> np.ndarray:
    """Up to three appointments a person, no two at one booth, some of them missed before arriving."""
    table: list[tuple[float, int]] = []
    for seeker in seekers:
        seeker["bookings_from"] = len(table)
        if booths and generator.random() < shape["booked_share"]:
            count = int(generator.integers(1, 4))
            times = np.sort(_times(shape, opens - 5.0 + 65.0 * generator.random(count)))
            rows = generator.permutation(booths)[:count]
            table += [(float(time), int(row)) for time, row in zip(times, rows, strict=False)]
        seeker["bookings_until"] = len(table)
    return np.array(table, BOOKING)
