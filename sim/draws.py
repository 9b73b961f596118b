"""Draws by address: every random number of jobfair, each belonging to one person or firm and one decision.

A draw is a pure function of its address (seed, replication, day; who, decision, index) and of nothing else: the same
address gives the same number in either engine, in any process and in any order of events. The generator is
Philox4x64-10 (Salmon, Moraes, Dror and Shaw 2011, "Parallel random numbers: as easy as 1, 2, 3"), the one that numpy
ships: seed and replication are its key, the rest of the address is its counter. There is no other source of randomness
in the package. This module knows no scenario and no engine.
"""

from __future__ import annotations

import math
from typing import NamedTuple

import numpy as np

from sim.compiled import COMPILING, inlined_rule, jit

Words = tuple[np.uint64, np.uint64, np.uint64, np.uint64]
"""The four 64-bit words at one address."""

Uniforms = tuple[float, float, float, float]
"""The same four as numbers in [0, 1); what each stands for is said beside the decision."""


class Key(NamedTuple):
    """The part of an address that a whole run of one day shares; `day` 0 holds what people keep for good.

    All three are unsigned 64-bit integers. Make one with `make_key`.
    """

    seed: np.uint64
    replication: np.uint64
    day: np.uint64


def make_key(seed: int, replication: int = 0, day: int = 0) -> Key:
    """Key from plain integers, each 0 to 2**64 - 1."""
    return Key(np.uint64(seed), np.uint64(replication), np.uint64(day))


# Decisions: the third part of an address. A number is never used twice and never changes its meaning.
PAIR = np.uint64(1)  # who = seeker, index = firm; numbers: taste seen beforehand, quality, taste learned, spare
GATE = np.uint64(2)
OUTSIDE_PATIENCE = np.uint64(3)
DESK = np.uint64(4)
GUIDANCE = np.uint64(5)  # numbers: goes there?, leaves after it?
GUIDANCE_MINUTES = np.uint64(6)
WALK = np.uint64(7)  # index = number of the leg
BOARDS = np.uint64(8)
TIE = np.uint64(9)  # index = firm
PATIENCE = np.uint64(10)  # index = firm
INTERVIEW = np.uint64(11)  # index = firm
DISCOURAGED = np.uint64(12)  # index = firm
GIVE_UP = np.uint64(13)  # index = firm
SEEKER = np.uint64(20)  # numbers: group, own occupation, skill, reservation
SEEKER_BREADTH = np.uint64(21)  # index = occupation / 4
VISIT = np.uint64(22)  # numbers: applies?, informed?, books appointments?, spare
VISIT_LIMITS = np.uint64(23)  # numbers of index 0: stay; 1: queue limit; 2: booths wanted
ARRIVAL = np.uint64(24)
NO_SHOW = np.uint64(25)  # index = number of the booking
FIRM = np.uint64(30)  # numbers: posts, pay, standard, interview length
FIRM_BOOTH = np.uint64(31)  # numbers: recruiters, late?, no-show?, spare
FIRM_LATE = np.uint64(32)
FIRM_OCCUPATION = np.uint64(33)  # index = number of the post row
FAIR_SHARE = np.uint64(40)  # numbers: firms, posts, seekers
SIGNING = np.uint64(50)  # index = firm; numbers: signs?, starts?
SIGNING_DAYS = np.uint64(51)
START_DAYS = np.uint64(52)
SEARCH = np.uint64(60)  # numbers: home district, inclination, age of the search or gap to the one who comes next
LEAVES = np.uint64(61)  # numbers: hired elsewhere, gives up
REACHED = np.uint64(62)  # index = number of the outreach or lever
GOES = np.uint64(63)  # index = number of the fair, or firm's choice of a fair where who = firm
STOPS = np.uint64(64)
STOCK_FIRM = np.uint64(70)  # numbers: home district, gap to the first new post
POST = np.uint64(71)  # who = firm, index = number of the firm's post; numbers: age or gap, life, occupation
# 90 to 99 are taken by calibration and 100 by the search for calendars, whose numbers belong to no person.

_MULTIPLIER_0 = np.uint64(0xD2E7470EE14C6C93)
_MULTIPLIER_1 = np.uint64(0xCA5A826395121157)
_WEYL_0 = np.uint64(0x9E3779B97F4A7C15)
_WEYL_1 = np.uint64(0xBB67AE8584CAA73B)
_ROUNDS = 10
_ELEVEN = np.uint64(11)
_UNIT = 1.0 / 9007199254740992.0  # 2**-53


_MASK = 2**64 - 1


def _product(a: np.uint64, b: np.uint64) -> tuple[np.uint64, np.uint64]:
    """Upper and lower 64 bits of the 128-bit product of two unsigned 64-bit integers."""
    product = int(a) * int(b)
    return np.uint64(product >> 64), np.uint64(product & _MASK)


def _sum(a: np.uint64, b: np.uint64) -> np.uint64:
    """Sum modulo 2**64."""
    return np.uint64((int(a) + int(b)) & _MASK)


if COMPILING:  # the same two as machine instructions; both halves of one product, or the processor multiplies twice
    from llvmlite import ir
    from numba import types
    from numba.extending import intrinsic, overload

    @intrinsic
    def _multiply(_context, a, b):  # type: ignore[no-untyped-def]
        halves = types.UniTuple(types.uint64, 2)  # type: ignore[no-untyped-call]

        def build(context, builder, _signature, arguments):  # type: ignore[no-untyped-def]
            narrow, wide = ir.IntType(64), ir.IntType(128)
            product = builder.mul(builder.zext(arguments[0], wide), builder.zext(arguments[1], wide))
            upper = builder.trunc(builder.lshr(product, ir.Constant(wide, 64)), narrow)
            return context.make_tuple(builder, halves, (upper, builder.trunc(product, narrow)))

        return halves(types.uint64, types.uint64), build

    @overload(_product)
    def _compiled_product(a, b):  # type: ignore[no-untyped-def]
        return lambda a, b: _multiply(a, b)  # type: ignore[call-arg]  # noqa: PLW0108

    @overload(_sum)
    def _compiled_sum(a, b):  # type: ignore[no-untyped-def]
        return lambda a, b: a + b


@inlined_rule
def _philox(key: tuple[np.uint64, np.uint64], counter: Words) -> Words:
    """Four 64-bit numbers: Philox4x64-10 of a two-word key and a four-word counter."""
    k0, k1 = key
    c0, c1, c2, c3 = counter
    for _ in range(_ROUNDS):
        high0, low0 = _product(_MULTIPLIER_0, c0)
        high1, low1 = _product(_MULTIPLIER_1, c2)
        c0, c1, c2, c3 = high1 ^ c1 ^ k0, low1, high0 ^ c3 ^ k1, low0
        k0 = _sum(k0, _WEYL_0)
        k1 = _sum(k1, _WEYL_1)
    return c0, c1, c2, c3


@inlined_rule
def words(key: Key, who: np.uint64, decision: np.uint64, index: np.uint64) -> Words:
    """The four 64-bit words at an address.

    They are the first four that `numpy.random.Philox` gives for the key (seed, replication) and the counter (index,
    decision, who, day) less one, for numpy adds one before it begins.
    """
    return _philox((key.seed, key.replication), (index, decision, who, key.day))


@jit
def unit(word: np.uint64) -> float:
    """A word as a number in [0, 1), the way `numpy.random.Generator.random` makes it."""
    return np.float64(word >> _ELEVEN) * _UNIT


@inlined_rule
def uniform(key: Key, who: np.uint64, decision: np.uint64, index: np.uint64) -> float:
    """Uniform number in [0, 1) at an address; equals `Generator(Philox(...)).random()` bit for bit."""
    return unit(words(key, who, decision, index)[0])


@inlined_rule
def uniforms(key: Key, who: np.uint64, decision: np.uint64, index: np.uint64) -> Uniforms:
    """The four uniform numbers in [0, 1) at an address, for decisions that need more than one."""
    four = words(key, who, decision, index)
    return unit(four[0]), unit(four[1]), unit(four[2]), unit(four[3])


@jit
def exponential(u: float) -> float:
    """Exponential number with mean 1 from a uniform one, by inversion."""
    return -math.log(1.0 - u)


@inlined_rule
def normal(u: float) -> float:
    """Standard normal number from a uniform one, by inversion.

    Wichura (1988), algorithm AS 241 (PPND16), relative accuracy about 1e-16; u = 0 is taken as 2**-54.
    """
    q = u - 0.5
    if abs(q) <= 0.425:
        r = 0.180625 - q * q
        return (
            q
            * (((((((2.5090809287301226727e3 * r + 3.3430575583588128105e4) * r + 6.7265770927008700853e4) * r
            + 4.5921953931549871457e4) * r + 1.3731693765509461125e4) * r + 1.9715909503065514427e3) * r
            + 1.3314166789178437745e2) * r + 3.3871328727963666080e0)
            / (((((((5.2264952788528545610e3 * r + 2.8729085735721942674e4) * r + 3.9307895800092710610e4) * r
            + 2.1213794301586595867e4) * r + 5.3941960214247511077e3) * r + 6.8718700749205790830e2) * r
            + 4.2313330701600911252e1) * r + 1.0)
        )  # fmt: skip
    tail = u if q < 0.0 else 1.0 - u
    r = math.sqrt(-math.log(max(tail, 5.551115123125783e-17)))
    if r <= 5.0:
        r -= 1.6
        value = (
            (((((((7.74545014278341407640e-4 * r + 2.27238449892691845833e-2) * r + 2.41780725177450611770e-1) * r
            + 1.27045825245236838258e0) * r + 3.64784832476320460504e0) * r + 5.76949722146069140550e0) * r
            + 4.63033784615654529590e0) * r + 1.42343711074968357734e0)
            / (((((((1.05075007164441684324e-9 * r + 5.47593808499534494600e-4) * r + 1.51986665636164571966e-2) * r
            + 1.48103976427480074590e-1) * r + 6.89767334985100004550e-1) * r + 1.67638483018380384940e0) * r
            + 2.05319162663775882187e0) * r + 1.0)
        )  # fmt: skip
    else:
        r -= 5.0
        value = (
            (((((((2.01033439929228813265e-7 * r + 2.71155556874348757815e-5) * r + 1.24266094738807843860e-3) * r
            + 2.65321895265761230930e-2) * r + 2.96560571828504891230e-1) * r + 1.78482653991729133580e0) * r
            + 5.46378491116411436990e0) * r + 6.65790464350110377720e0)
            / (((((((2.04426310338993978564e-15 * r + 1.42151175831644588870e-7) * r + 1.84631831751005468180e-5) * r
            + 7.86869131145613259100e-4) * r + 1.48753612908506148525e-2) * r + 1.36929880922735805310e-1) * r
            + 5.99832206555887937690e-1) * r + 1.0)
        )  # fmt: skip
    return -value if q < 0.0 else value
