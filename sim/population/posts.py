"""Posts as individuals: the compiled loops that say when each opens and closes, and which are open on a day.

Pure functions of arrays; knows no scenario.
"""

from __future__ import annotations

import math

import numpy as np

from sim.compiled import jit
from sim.draws import POST, Key, exponential, uniforms
from sim.population.searching import FOREVER

STOCK_POST = np.dtype(
    [
        ("firm", "i4"),  # row of the stock's firms
        ("occupation", "i4"),
        ("opens", "i4"),  # first day on which it can be offered; negative: before the season
        ("closes", "i4"),  # first day on which it is gone through other channels
        ("free_from", "i4"),  # first day on which it is not held by an intent; FOREVER: filled at a fair
        ("offered", "i4"),  # first day on which it was offered at a fair, -1: never
    ],
    align=True,
)
"""One post."""


@jit
def draw_posts(
    key: Key,
    firms: np.ndarray,
    sizes: np.ndarray,
    shares: np.ndarray,
    occupations: np.ndarray,
    rates: tuple[float, float, float, float],
) -> np.ndarray:
    """All posts of a season as they open: `sizes` of each firm before it, then a Poisson process for each firm.

    Args:
        key: of the population (day 0).
        firms: unchanging numbers.
        sizes: posts of each firm that are open on the first day.
        shares: of each firm in the new posts.
        occupations: firm x a few; posts go to them in turn.
        rates: mean age in days of the first posts; new posts per day; hazard per day of being filled elsewhere; days.
    """
    age_days, new_per_day, filled, last = rates
    expected = new_per_day * last
    posts = np.zeros(sizes.sum() + int(expected + 8.0 * math.sqrt(expected)) + 16, STOCK_POST)
    count = 0
    for f in range(firms.size):
        now, serial, rate = 0.0, 0, new_per_day * shares[f]
        while True:
            four = uniforms(key, firms[f], POST, np.uint64(serial))
            if serial < sizes[f]:
                opens = -age_days * exponential(four[0]) - 1e-9
            else:
                if rate <= 0.0:
                    break
                now += exponential(four[0]) / rate
                if now >= last:
                    break
                opens = now
            if count == posts.size:
                longer = np.zeros(2 * posts.size, STOCK_POST)
                longer[:count] = posts
                posts = longer
            _write_post(posts, count, f, occupations[f, serial % occupations.shape[1]], opens, four[1], filled)
            count += 1
            serial += 1
    return posts[:count].copy()


@jit
def _write_post(posts: np.ndarray, row: int, firm: int, occupation: int, opens: float, u: float, filled: float) -> None:
    post = posts[row]
    post["firm"] = firm
    post["occupation"] = occupation
    post["opens"] = math.floor(opens)
    life = exponential(u) / filled if filled > 0.0 else np.inf
    post["closes"] = math.floor(min(max(opens, 0.0) + life, FOREVER - 1.0)) + 1
    post["free_from"] = post["opens"]
    post["offered"] = -1


@jit
def draw_registered(
    key: Key,
    firms: np.ndarray,
    occupations: np.ndarray,
    serial: np.ndarray,
    wanted: np.ndarray,
    opening: tuple[int, float],
) -> np.ndarray:
    """Posts that firms register on a day: `wanted` of each, numbered from `serial` on; `opening`: day and hazard."""
    day, filled = opening
    posts = np.zeros(wanted.sum(), STOCK_POST)
    count = 0
    for f in range(wanted.size):
        for k in range(serial[f], serial[f] + wanted[f]):
            four = uniforms(key, firms[f], POST, np.uint64(k))
            _write_post(posts, count, f, occupations[f, k % occupations.shape[1]], float(day), four[1], filled)
            count += 1
    return posts


@jit
def is_open(post: np.void, day: int) -> bool:
    """Whether a post can be offered on a day."""
    return bool(post["opens"] <= day and post["closes"] > day and post["free_from"] <= day)


@jit
def count_open(posts: np.ndarray, suits: np.ndarray, day: int, firms: int) -> np.ndarray:
    """How many open posts in some occupations each firm has."""
    counts = np.zeros(firms)
    for p in range(posts.size):
        if is_open(posts[p], day) and suits[posts[p]["occupation"]]:
            counts[posts[p]["firm"]] += 1.0
    return counts


@jit
def open_rows(posts: np.ndarray, place: np.ndarray, suits: np.ndarray, day: int) -> np.ndarray:
    """Rows of the open posts in some occupations whose firms have a place (>= 0)."""
    rows = np.empty(posts.size, np.int64)
    count = 0
    for p in range(posts.size):
        post = posts[p]
        if place[post["firm"]] >= 0 and is_open(post, day) and suits[post["occupation"]]:
            rows[count] = p
            count += 1
    return rows[:count].copy()
