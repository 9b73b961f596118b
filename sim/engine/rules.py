"""The rules: one small pure function per decision, and the order of things that fall on one instant.

Everything that a person, a firm or the hall decides during a fair day is computed here, by the reference engine and by
the kernel alike. A rule sees numbers and returns a number; it knows no clock, no queue and no engine.
"""

from __future__ import annotations

import math

import numpy as np

from sim.compiled import inlined_rule, jit
from sim.draws import BOARDS, Key, Uniforms, exponential, normal, uniforms

_LARGEST_EXPONENT = 700.0  # beyond it exp overflows
_SMALLEST = 1e-300

Law = tuple[float, float, float, float]
"""A distribution: its kind and its parameters a, b, c."""

# Kinds of distribution.
CONSTANT, EXPONENTIAL, UNIFORM, TRIANGULAR, LOGNORMAL, ERLANG = range(6)
DISTRIBUTIONS = ("constant", "exponential", "uniform", "triangular", "lognormal", "erlang")

# How the next booth is chosen.
LOGIT, SHORTEST_QUEUE, FIXED_ORDER = range(3)
CHOICE_RULES = ("logit", "shortest-queue", "fixed-order")

# What happens at the end of the fair.
FINISH, CUT_OFF_AT_CLOSE, RUN_TO_EMPTY = range(3)
CLOSINGS = ("finish", "cut-off", "run-to-empty")

# The tie table. At one instant things happen in this order, equal ones by booth or by person (row of the day's table).
# People who are served at the instant at which their patience ends are served; whoever arrives when the doors close is
# still in time. The documentation of the model gives the table in words.
INTERVIEW_ENDS = 0
SHIFT_CHANGES = 1
QUEUE_MOVES = 2
BOOTH_REACHED = 3
STATION_REACHED = 4  # desk, guidance area, the booths as a whole; the end of looking around
HALL_LEFT = 5
GATE_DONE = 6
ARRIVES = 7
GATE_CALLS = 8
PATIENCE_ENDS = 9
DOORS_CHANGE = 10
NOTHING_TO_DO = 11

TIE_ORDER = (
    "interview ends", "shift changes", "booth queue moves", "booth reached", "station reached", "hall left",
    "gate done", "arrives", "gate calls", "patience ends", "doors change",
)  # fmt: skip

BOOKED_PRIORITY = -1000  # in a queue, people with an appointment come before every group

# What the doors do, in the order in which they do it at one instant.
DOORS_OPEN, LAST_ENTRY, ANNOUNCEMENT, CLOSE = range(4)


@jit
def on_grid(minutes: float, step: float) -> float:
    """Minutes rounded to a multiple of `step`; unchanged when step is 0."""
    if step > 0.0:
        return math.floor(minutes / step + 0.5) * step
    return minutes


@inlined_rule
def duration(kind: float, a: float, b: float, c: float, four: Uniforms) -> float:
    """A number from a distribution, by inversion of the four uniform numbers of one address.

    Parameters by kind: constant a; exponential mean a; uniform a to b; triangular lowest a, mode b, highest c;
    lognormal mean a, coefficient of variation b; Erlang mean a, b stages (at most four).
    """
    u = four[0]
    if kind == CONSTANT:
        return a
    if kind == EXPONENTIAL:
        return a * exponential(u)
    if kind == UNIFORM:
        return a + (b - a) * u
    if kind == TRIANGULAR:
        if c <= a:
            return a
        turn = (b - a) / (c - a)
        if u < turn:
            return a + math.sqrt(u * (c - a) * (b - a))
        return c - math.sqrt((1.0 - u) * (c - a) * (c - b))
    if kind == LOGNORMAL:
        variance = math.log(1.0 + b * b)
        return a * math.exp(math.sqrt(variance) * normal(u) - 0.5 * variance)
    total = exponential(u)
    if b > 1.0:
        total += exponential(four[1])
    if b > 2.0:
        total += exponential(four[2])
    if b > 3.0:
        total += exponential(four[3])
    return a * total / b


@inlined_rule
def drawn(key: Key, who: np.uint64, decision: np.uint64, index: np.uint64, law: Law) -> float:
    """A number from a distribution at an address; a constant needs no draw."""
    kind, a, b, c = law
    if kind == CONSTANT:
        return a
    return duration(kind, a, b, c, uniforms(key, who, decision, index))


@jit
def durations(law: np.ndarray, rows: np.ndarray) -> np.ndarray:
    """Numbers from one distribution for many people: one per row of four uniform numbers."""
    values = np.empty(rows.shape[0])
    for i in range(rows.shape[0]):
        values[i] = duration(law[0], law[1], law[2], law[3], (rows[i, 0], rows[i, 1], rows[i, 2], rows[i, 3]))
    return values


@jit
def happens(u: float, share: float) -> bool:
    """Whether something that happens to this share of people happens to the one with this uniform number."""
    return u < share


@jit
def reading_order(key: Key, who: np.uint64, booths: int, prime: int) -> tuple[int, int]:
    """Where on the hall's plan a seeker begins to read boards, and how many rows further each next board is.

    Boards lie on a circle of `prime` rows, the smallest prime not below the number of booths; rows that are no booth
    are passed over. Because the circle's length is prime, every booth comes once before any comes again. Reading begins
    at a booth, each as likely as any other, so that each is equally likely to be among the first few: a sample without
    replacement that needs no memory.
    """
    four = uniforms(key, who, BOARDS, np.uint64(0))
    return int(four[0] * booths), 1 + int(four[1] * (prime - 1))


@jit
def suits(accepts: np.uint64, open_occupations: np.uint64) -> bool:
    """Whether one of the occupations with open posts is one that the seeker accepts."""
    return bool((accepts & open_occupations) != np.uint64(0))


@jit
def taste(u: float) -> float:
    """What a seeker finds in a firm beforehand, beyond pay: standard Gumbel, fixed for the pair."""
    return -math.log(max(exponential(u), _SMALLEST))


@jit
def crowding(queue_weight: float, waiting: int, recruiters: int) -> float:
    """Factor by which a queue puts seekers off: exp(weight * people waiting per recruiter).

    Length, not expected wait, is what people look at: Lu, Musalem, Olivares and Schilkrut (2013), Management Science
    59.
    """
    return math.exp(min(queue_weight * waiting / max(recruiters, 1), _LARGEST_EXPONENT))


@jit
def logit_cost(u: float, attraction: float, crowd: float) -> float:
    """What a booth costs in the race of the multinomial logit; the seeker goes to the cheapest.

    exp(-(pay weight * pay + taste - queue weight * waiting per recruiter)), with `attraction` = exp(-pay weight * pay):
    to take the highest of utilities with Gumbel tastes is to take the lowest of exponential numbers with these rates,
    which needs one logarithm a booth instead of two. `u` is the pair's uniform number, the same at every visit.
    """
    return exponential(u) * attraction * crowd


@jit
def joins(waiting: int, seeker_limit: int, booth_limit: int) -> bool:
    """Whether a seeker joins so many people waiting: no more than the longest queue that the seeker accepts, and room.

    `booth_limit` is the most people that the booth lets wait, -1: no limit.
    """
    return waiting <= seeker_limit and (booth_limit < 0 or waiting < booth_limit)


@jit
def offers(skill: float, u: float, quality_sd: float, standard: float) -> bool:
    """Whether the firm wants the seeker: skill plus the pair's quality reaches the firm's standard."""
    return skill + quality_sd * normal(u) >= standard


@jit
def accepts(pay: float, known: float, learned: float, travel: float, reservation: float) -> bool:
    """Whether the seeker wants the job: pay and tastes less the way to work reach the reservation value."""
    return pay + known + learned - travel >= reservation
