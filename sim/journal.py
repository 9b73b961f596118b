"""A journal of finished replications: what a run has computed so far, safe from the moment it is computed.

Each replication is one record at the end of the file, with a checksum: a run that is killed in the middle of a record
loses that record and no other. Adding one costs microseconds, where a table of its own would cost milliseconds. The
journal knows rows of numbers and their keys, not what they mean, and is replaced by a table when the run is finished.
"""

from __future__ import annotations

import json
import os
import time
import zlib
from pathlib import Path
from typing import TYPE_CHECKING, Any

from sim.files import Table

if TYPE_CHECKING:
    import numpy as np
    import numpy.typing as npt

KIND = "jobfair journal 1"
# The system keeps what was written when a process is killed; against a power cut it is synchronised this often.
SYNC_SECONDS = 2.0
PART_RECORDS = 4096  # read at once
MOST_HEADING_BYTES = 64_000_000


class Journal:
    """Rows of finished replications in one file, which need not exist yet."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self._file: int | None = None
        self._end = -1  # of what is whole; -1: not known yet
        self._synchronised = 0.0

    def read(self) -> Table | None:
        """All whole records, in the order in which they were added; None if there are none."""
        import numpy as np

        self._end = 0
        if not self.path.is_file():
            return None
        with self.path.open("rb") as file:
            heading = file.readline(MOST_HEADING_BYTES)
            about = _about(heading) if heading.endswith(b"\n") else None
            if about is None:
                return None
            keys = tuple(tuple(key) for key in about["keys"])
            kind = _kind(len(keys))
            count = (os.fstat(file.fileno()).st_size - len(heading)) // kind.itemsize
            self._end = len(heading) + count * kind.itemsize
            draws, replications, values = np.empty(count, "i8"), np.empty(count, "i8"), np.empty((count, len(keys)))
            taken = 0
            for first in range(0, count, PART_RECORDS):  # part by part: the file may be larger than what is free
                size = min(PART_RECORDS, count - first) * kind.itemsize
                records = _whole_records(file.read(size), len(keys))
                sound = records[_checksums(records) == records["checksum"]]
                part = slice(taken, taken + sound.size)
                draws[part], replications[part], values[part] = sound["draw"], sound["replication"], sound["values"]
                taken += sound.size
        if not taken:
            return None
        of_draws = draws[:taken] if about["has_draws"] else None
        return Table(about["scenario"], keys, replications[:taken], values[:taken], of_draws)

    def count(self) -> int:
        """How many whole records there are by the size of the file, whose content is not read."""
        with self.path.open("rb") as file:
            heading = file.readline(MOST_HEADING_BYTES)
            about = _about(heading) if heading.endswith(b"\n") else None
            if about is None:
                return 0
            return (os.fstat(file.fileno()).st_size - len(heading)) // _kind(len(about["keys"])).itemsize

    def add(self, table: Table) -> None:
        """Add the rows of a table at the end; interrupted or repeated, it does no harm."""
        if self._end < 0:
            self.read()
        if self._file is None:
            self._file = os.open(self.path, os.O_RDWR | os.O_CREAT | getattr(os, "O_BINARY", 0), 0o666)
            os.ftruncate(self._file, self._end)
        data = _records(table).tobytes()
        if self._end == 0:
            data = _heading(table) + data
        os.lseek(self._file, self._end, os.SEEK_SET)
        rest = memoryview(data)
        while rest:
            rest = rest[os.write(self._file, rest) :]
        # Only now: what an interruption left half-written is written over.
        self._end += len(data)
        if time.monotonic() - self._synchronised >= SYNC_SECONDS:
            os.fsync(self._file)
            self._synchronised = time.monotonic()

    def close(self) -> None:
        """Have everything on disk and let go of the file."""
        if self._file is not None:
            file, self._file, self._end = self._file, None, -1
            try:
                os.fsync(file)
            finally:
                os.close(file)

    def remove(self) -> None:
        """Remove the file, if there is one."""
        self.close()
        self.path.unlink(missing_ok=True)


def _heading(table: Table) -> bytes:
    about = {"kind": KIND, "scenario": table.scenario, "has_draws": table.draws is not None, "keys": table.keys}
    return json.dumps(about).encode() + b"\n"


def _about(heading: bytes) -> dict[str, Any] | None:
    """What the first line says of the records; None if it is no journal's."""
    try:
        about = json.loads(heading)
    except ValueError:
        return None
    return about if isinstance(about, dict) and about.get("kind") == KIND else None


def _kind(columns: int) -> np.dtype[np.void]:
    """One record: little-endian on every machine."""
    import numpy as np

    return np.dtype([("draw", "<i8"), ("replication", "<i8"), ("values", "<f8", (columns,)), ("checksum", "<u4")])


def _records(table: Table) -> npt.NDArray[np.void]:
    import numpy as np

    records = np.zeros(len(table.replications), _kind(len(table.keys)))
    records["draw"] = 0 if table.draws is None else table.draws
    records["replication"], records["values"] = table.replications, table.values
    records["checksum"] = _checksums(records)
    return records


def _whole_records(body: bytes, columns: int) -> npt.NDArray[np.void]:
    import numpy as np

    kind = _kind(columns)
    return np.frombuffer(body, kind, count=len(body) // kind.itemsize)


def _checksums(records: npt.NDArray[np.void]) -> npt.NDArray[np.uint32]:
    import numpy as np

    checked = records.dtype.itemsize - 4
    return np.array([zlib.crc32(record.tobytes()[:checked]) for record in records], np.uint32)
