"""The journal loses no record that was written whole, and counts none that was not."""

import os
from pathlib import Path

import numpy as np
import pytest

from sim import journal
from sim.files import Table
from sim.journal import Journal

KEYS = (("", "", "", "", "", "intents", "seekers"), ("武昌", "", "", "", "", "wait", "minutes"))


def table_of(*replications: int, draw: int | None = None) -> Table:
    numbers = np.array(replications, np.int64)
    values = np.stack([numbers * 1.5, np.where(numbers == 2, np.nan, -numbers)], axis=1)
    return Table("春风", KEYS, numbers, values, None if draw is None else np.full(len(numbers), draw))


def replications(path: Path) -> list[int]:
    table = Journal(path).read()
    return [] if table is None else table.replications.tolist()


def written(path: Path, *tables: Table) -> bytes:
    journal = Journal(path)
    for table in tables:
        journal.add(table)
    journal.close()
    return path.read_bytes()


def test_rows_come_back_as_they_went(tmp_path: Path) -> None:
    written(tmp_path / "j", table_of(3, 2), table_of(0))
    back = Journal(tmp_path / "j").read()
    assert back is not None
    assert (back.scenario, back.keys, back.draws) == ("春风", KEYS, None)
    assert back.replications.tolist() == [3, 2, 0]
    np.testing.assert_array_equal(back.values, table_of(3, 2, 0).values)


def test_draws_come_back(tmp_path: Path) -> None:
    written(tmp_path / "j", table_of(0, 1, draw=1), table_of(0, draw=2))
    back = Journal(tmp_path / "j").read()
    assert back is not None
    assert back.draws is not None
    assert back.draws.tolist() == [1, 1, 2]


def test_a_journal_cut_anywhere_keeps_its_whole_records_and_goes_on(tmp_path: Path) -> None:
    path = tmp_path / "j"
    whole = written(path, *(table_of(number) for number in range(4)))
    heading = len(whole.partition(b"\n")[0]) + 1
    record = (len(whole) - heading) // 4
    for length in (*range(0, heading, 7), *range(heading - 1, len(whole) + 1, 5)):
        path.write_bytes(whole[:length])
        kept = list(range(max(0, length - heading) // record))
        assert replications(path) == kept
        written(path, table_of(9), table_of(8))
        assert replications(path) == [*kept, 9, 8]


def test_a_damaged_record_does_not_count(tmp_path: Path) -> None:
    path = tmp_path / "j"
    whole = bytearray(written(path, *(table_of(number) for number in range(3))))
    record = 8 + 8 + 2 * 8 + 4
    for place in range(len(whole) - 2 * record, len(whole) - record):
        damaged = bytearray(whole)
        damaged[place] ^= 1
        path.write_bytes(damaged)
        assert replications(path) == [0, 2]


def test_an_interrupted_write_is_written_over(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    journal, write = Journal(tmp_path / "j"), os.write
    journal.add(table_of(0))

    def interrupted(file: int, data: bytes) -> int:
        write(file, data[:10])
        raise KeyboardInterrupt

    with monkeypatch.context() as patch, pytest.raises(KeyboardInterrupt):
        patch.setattr(os, "write", interrupted)
        journal.add(table_of(1, 2))
    journal.add(table_of(1))
    journal.close()
    assert replications(tmp_path / "j") == [0, 1]


def test_short_writes_are_completed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    write = os.write
    monkeypatch.setattr(os, "write", lambda file, data: write(file, data[:7]))
    written(tmp_path / "j", table_of(0, 1, 2))
    assert replications(tmp_path / "j") == [0, 1, 2]


@pytest.mark.parametrize("content", [b"", b"x", b"{}\n", b"\xff\n", b'{"kind": "other"}\nrest'])
def test_what_is_no_journal_holds_nothing_and_is_replaced(tmp_path: Path, content: bytes) -> None:
    (tmp_path / "j").write_bytes(content)
    assert Journal(tmp_path / "j").read() is None
    written(tmp_path / "j", table_of(5))
    assert replications(tmp_path / "j") == [5]


def test_a_journal_can_be_removed_while_it_is_open(tmp_path: Path) -> None:
    journal = Journal(tmp_path / "j")
    journal.add(table_of(0))
    journal.remove()
    journal.remove()
    assert not (tmp_path / "j").exists()
    journal.add(table_of(1))
    journal.close()
    assert replications(tmp_path / "j") == [1]


def test_a_journal_is_read_part_by_part(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    whole = bytearray(written(tmp_path / "j", table_of(*range(10))))
    whole[-3 * (8 + 8 + 2 * 8 + 4) + 20] ^= 1  # a value of the seventh
    (tmp_path / "j").write_bytes(whole)
    for size in (1, 3, 10, 4096):
        monkeypatch.setattr(journal, "PART_RECORDS", size)
        back = Journal(tmp_path / "j").read()
        assert back is not None
        assert back.replications.tolist() == [0, 1, 2, 3, 4, 5, 6, 8, 9]
        np.testing.assert_array_equal(back.values, table_of(0, 1, 2, 3, 4, 5, 6, 8, 9).values)


def test_a_file_of_one_long_line_is_no_journal(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(journal, "MOST_HEADING_BYTES", 100)
    whole = written(tmp_path / "j", table_of(0))
    assert replications(tmp_path / "j") == []  # its heading is longer
    assert len(whole.partition(b"\n")[0]) > 100
