"""The kernel's calendar: things to come, ordered by time, then by the tie table, then by row.

One entry in hand and a binary heap of all others. Flat arrays and plain functions, so that it compiles. An entry is a
time and a code; the code holds the rank in the tie table, the row of the person or booth, and a stamp by which a
withdrawn entry is recognised. Knows nothing of what the entries mean.
"""

from __future__ import annotations

import math

import numpy as np

from sim.compiled import inlined

_ROW_BITS = 32
_STAMP_BITS = 24
_BEHIND_ALL = (1 << 63) - 1
STAMPS = 1 << _STAMP_BITS
_HAND, _ROOT = 0, 1  # rows of a calendar: the entry in hand, the first of the heap; a mere heap does not use row 0

ENTRY = np.dtype([("time", "f8"), ("code", "i8")])


@inlined
def encode(rank: int, row: int, stamp: int) -> int:
    """Code of an entry: rank above row above stamp, so that codes sort like (rank, row)."""
    # Rows and stamps come from 32-bit columns, whose numbers stay narrow when this runs as plain Python.
    return (int(rank) << (_ROW_BITS + _STAMP_BITS)) | (int(row) << _STAMP_BITS) | (int(stamp) & (STAMPS - 1))


@inlined
def rank_of(code: int) -> int:
    """Rank in the tie table."""
    return code >> (_ROW_BITS + _STAMP_BITS)


@inlined
def row_of(code: int) -> int:
    """Row of the person or booth."""
    return (code >> _STAMP_BITS) & ((1 << _ROW_BITS) - 1)


@inlined
def stamp_of(code: int) -> int:
    """Stamp of the entry, modulo STAMPS."""
    return code & (STAMPS - 1)


@inlined
def _before(time: float, code: int, entry: np.ndarray) -> bool:
    """Whether a time and a code come before an entry."""
    return bool(time < entry["time"] or (time == entry["time"] and code < entry["code"]))


@inlined
def _write(entry: np.ndarray, time: float, code: int) -> None:
    entry["time"] = time
    entry["code"] = code


@inlined
def _let_go(calendar: np.ndarray) -> None:
    """Have nothing in hand."""
    _write(calendar[_HAND], math.inf, _BEHIND_ALL)


@inlined
def clear(heap: np.ndarray) -> int:
    """Empty a calendar, or a mere heap; returns its size. The first of nothing never comes, and behind all others."""
    _let_go(heap)
    _write(heap[_ROOT], math.inf, _BEHIND_ALL)
    return 0


@inlined
def push(heap: np.ndarray, size: int, time: float, code: int) -> int:
    """Put an entry on a heap of `size` entries; returns the new size. The array must have room."""
    hole = size + 1
    while hole > _ROOT:
        above = heap[hole >> 1]
        if not _before(time, code, above):
            break
        _write(heap[hole], above["time"], above["code"])
        hole = hole >> 1
    _write(heap[hole], time, code)
    return size + 1


@inlined
def take_in_hand(calendar: np.ndarray, time: float, code: int) -> bool:
    """Take an entry in hand; False: something is there already, and the entry is to be `put`."""
    if calendar[_HAND]["code"] != _BEHIND_ALL:
        return False
    _write(calendar[_HAND], time, code)
    return True


@inlined
def put(calendar: np.ndarray, size: int, time: float, code: int) -> int:
    """Put an entry into a calendar that has one in hand and a heap of `size`; returns the new size. Room is needed.

    The earliest of those put in lately stays in hand: most often it is the very next, and never enters the heap.
    """
    hand = calendar[_HAND]
    if _before(time, code, hand):
        later, held = hand["time"], hand["code"]
        _write(hand, time, code)
        time, code = later, held
    return push(calendar, size, time, code)


@inlined
def first_of_heap(heap: np.ndarray) -> tuple[float, int]:
    """Time and code of the first entry; when there is none, never and a code behind all others."""
    return heap[_ROOT]["time"], heap[_ROOT]["code"]


@inlined
def first_of(calendar: np.ndarray) -> tuple[float, int]:
    """The same of a calendar, in hand or on its heap: by a row's number, not by a jump that no processor can guess."""
    hand = calendar[_HAND]
    first = calendar[_ROOT - int(_before(hand["time"], hand["code"], calendar[_ROOT]))]
    return first["time"], first["code"]


@inlined
def is_empty_until(calendar: np.ndarray, time: float) -> bool:
    """Whether all of a calendar comes after a time. Both places are asked at once: no jump between, no order needed."""
    return bool(int(calendar[_HAND]["time"] > time) & int(calendar[_ROOT]["time"] > time))


@inlined
def row_to_come(calendar: np.ndarray) -> int:
    """Row of the person or booth whose entry is the first on the heap."""
    return row_of(calendar[_ROOT]["code"])


@inlined
def take_from_hand(calendar: np.ndarray) -> int:
    """Take what is in hand; returns its code."""
    code = int(calendar[_HAND]["code"])
    _let_go(calendar)
    return code


@inlined
def is_in_hand(calendar: np.ndarray, time: float) -> bool:
    """Whether what is in hand comes at this time, and nothing else in the calendar as early."""
    return bool(calendar[_HAND]["time"] == time and calendar[_ROOT]["time"] > time)


@inlined
def _sink(heap: np.ndarray, size: int, time: float, code: int) -> None:
    """Put an entry on a heap of `size` entries in the place of its first."""
    hole = _ROOT
    child = 2 * _ROOT
    while child <= size:
        if child < size and _before(heap[child + 1]["time"], heap[child + 1]["code"], heap[child]):
            child += 1
        below = heap[child]
        if _before(time, code, below):
            break
        _write(heap[hole], below["time"], below["code"])
        hole = child
        child = 2 * hole
    _write(heap[hole], time, code)


@inlined
def drop_first_of_heap(heap: np.ndarray, size: int) -> int:
    """Take the first entry off a heap of `size` entries; returns the new size."""
    if size == 1:
        return clear(heap)
    _sink(heap, size - 1, heap[size]["time"], heap[size]["code"])
    return size - 1


@inlined
def drop_first(calendar: np.ndarray, size: int) -> int:
    """Take the first entry out of a calendar with a heap of `size` entries; returns the new size of the heap.

    What is in hand then takes the place of what was first on the heap: one way through the heap instead of two.
    """
    hand = calendar[_HAND]
    time, code = hand["time"], hand["code"]
    if _before(time, code, calendar[_ROOT]):
        _let_go(calendar)
        return size
    if code == _BEHIND_ALL:
        if size == 1:
            return clear(calendar)
        time, code = calendar[size]["time"], calendar[size]["code"]
        size -= 1
    else:
        _let_go(calendar)
    _sink(calendar, size, time, code)
    return size
