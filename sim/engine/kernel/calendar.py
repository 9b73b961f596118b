"""The kernel's calendar: a binary heap of things to come, ordered by time, then by the tie table, then by row.

Flat arrays and plain functions, so that it compiles. An entry is a time and a code; the code holds the rank in the tie
table, the row of the person or booth, and a stamp by which a withdrawn entry is recognised.
"""

from __future__ import annotations

import math

import numpy as np

from sim.compiled import inlined

_ROW_BITS = 32
_STAMP_BITS = 24
_BEHIND_ALL = (1 << 63) - 1
STAMPS = 1 << _STAMP_BITS

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
def first_of(heap: np.ndarray, size: int) -> tuple[float, int]:
    """Time and code of the first of `size` entries; when there is none, never and a code behind all others."""
    if size > 0:
        return heap[0]["time"], heap[0]["code"]
    return math.inf, _BEHIND_ALL


@inlined
def push(heap: np.ndarray, size: int, time: float, code: int) -> int:
    """Put an entry on a heap of `size` entries; returns the new size. The array must have room."""
    hole = size
    while hole > 0:
        parent = (hole - 1) >> 1
        above = heap[parent]
        if above["time"] < time or (above["time"] == time and above["code"] <= code):
            break
        heap[hole]["time"] = above["time"]
        heap[hole]["code"] = above["code"]
        hole = parent
    heap[hole]["time"] = time
    heap[hole]["code"] = code
    return size + 1


@inlined
def drop_first(heap: np.ndarray, size: int) -> int:
    """Take the first entry, `heap[0]`, off a heap of `size` entries; returns the new size."""
    size -= 1
    time = heap[size]["time"]
    code = heap[size]["code"]
    hole = 0
    child = 1
    while child < size:
        right = child + 1
        if right < size and (
            heap[right]["time"] < heap[child]["time"]
            or (heap[right]["time"] == heap[child]["time"] and heap[right]["code"] < heap[child]["code"])
        ):
            child = right
        if time < heap[child]["time"] or (time == heap[child]["time"] and code <= heap[child]["code"]):
            break
        heap[hole]["time"] = heap[child]["time"]
        heap[hole]["code"] = heap[child]["code"]
        hole = child
        child = 2 * hole + 1
    heap[hole]["time"] = time
    heap[hole]["code"] = code
    return size
