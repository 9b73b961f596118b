"""Between which seekers and posts an intent is possible: the compiled loop over all pairs.

Pure functions of arrays.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from sim.compiled import jit
from sim.draws import PAIR, Key, normal, uniforms
from sim.engine import rules


class Offers(NamedTuple):
    """Posts as one line per firm and occupation, with all that decides over an intent."""

    firm: np.ndarray  # unchanging number
    pay: np.ndarray
    standard: np.ndarray
    district: np.ndarray
    occupation: np.ndarray
    intents: np.ndarray  # how many intents the line admits


@jit
def possible_pairs(
    key: Key, seekers: np.ndarray, offers: Offers, sizes: np.ndarray, travel: np.ndarray
) -> tuple[np.ndarray, np.ndarray]:
    """Rows of applying seekers and of lines between whom an intent is possible.

    `sizes` are the standard deviations of a pair's quality and of the taste learned in the interview.
    """
    room = 1024
    left, right = np.empty(room, np.int64), np.empty(room, np.int64)
    count = 0
    for i in range(seekers.size):
        seeker = seekers[i]
        if seeker["applies"] == 0:
            continue
        met, wants = -1, False
        for k in range(offers.firm.size):
            if not rules.suits(seeker["accepts"], np.uint64(1) << np.uint64(offers.occupation[k])):
                continue
            if met < 0 or offers.firm[k] != offers.firm[met]:
                four = uniforms(key, seeker["who"], PAIR, offers.firm[k])
                wants = rules.offers(seeker["skill"], four[1], sizes[0], offers.standard[k])
                if wants:
                    way = travel[seeker["district"], offers.district[k]]
                    learned = sizes[1] * normal(four[2])
                    wants = rules.accepts(offers.pay[k], rules.taste(four[0]), learned, way, seeker["reservation"])
            met = k
            if wants:
                if count == left.size:
                    left = np.concatenate((left, np.empty(count, np.int64)))
                    right = np.concatenate((right, np.empty(count, np.int64)))
                left[count], right[count] = i, k
                count += 1
    return left[:count].copy(), right[:count].copy()
