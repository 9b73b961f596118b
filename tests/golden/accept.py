"""Figures that must not move by themselves: what a small run gives, and the random number at some addresses.

`python -m tests.golden.accept` writes down what the program gives now. Numbers at addresses are never rewritten, new
decisions are only added: another number at an old address would make every earlier result incomparable.
"""

from __future__ import annotations

import csv
from pathlib import Path

import numpy as np

from sim import draws
from sim.model.scenario import load_scenario
from sim.study.replicate import replicate
from tests.golden import pages, studies

HERE = Path(__file__).parent
SCENARIO, EXPECTED, DRAWS = HERE / "small.toml", HERE / "expected.csv", HERE / "draws.csv"
REPLICATIONS, SEED = 3, 20210306

RUN_COLUMNS = ("replication", "measure", "unit", "fair", "booth", "hour", "group", "district", "value")
DRAW_COLUMNS = ("decision", "number", "seed", "replication", "day", "who", "index", "words", "uniform")
# seed, replication, day, who, index: small and large numbers, and the last ones of their ranges.
ADDRESSES = (
    (0, 0, 0, 0, 0),
    (20200421, 7, 737_536, 2**40 + 5, 3),
    (2**63 - 1, 10**6, 1, 2**64 - 1, 2**64 - 1),
)

Row = tuple[str, ...]


def run_rows(engine: str = "kernel") -> list[Row]:
    """The measures of the small scenario, every digit of them."""
    sample = replicate(load_scenario(SCENARIO), REPLICATIONS, SEED, engine)
    return [
        (str(number), *(str(getattr(key, column)) for column in RUN_COLUMNS[1:-1]), repr(value))
        for number, values in zip(sample.replications.tolist(), sample.values.tolist(), strict=True)
        for key, value in zip(sample.keys, values, strict=True)
    ]


def decisions() -> dict[str, int]:
    """The numbers of all decisions, by name."""
    found = {name: value for name, value in vars(draws).items() if name.isupper() and not name.startswith("_")}
    return {name: int(value) for name, value in found.items() if isinstance(value, np.uint64)}


def draw_rows(names: dict[str, int]) -> list[Row]:
    """The words and the uniform number at some addresses of each of these decisions."""
    rows = []
    for name, number in names.items():
        for seed, replication, day, who, index in ADDRESSES:
            key = draws.make_key(seed, replication, day)
            address = (np.uint64(who), np.uint64(number), np.uint64(index))
            four = " ".join(f"{int(word):016x}" for word in draws.words(key, *address))
            place = (number, seed, replication, day, who, index)
            rows.append((name, *map(str, place), four, repr(float(draws.uniform(key, *address)))))
    return rows


def read(path: Path, columns: Row) -> list[Row]:
    """The rows of a golden file; none if there is no such file."""
    if not path.exists():
        return []
    with path.open(encoding="utf-8", newline="") as file:
        head, *rows = csv.reader(file)
    assert tuple(head) == columns, path
    return [tuple(row) for row in rows]


def write(path: Path, columns: Row, rows: list[Row]) -> None:
    """Write a golden file."""
    with path.open("w", encoding="utf-8", newline="") as file:
        csv.writer(file, lineterminator="\n").writerows([columns, *rows])


def main() -> None:
    """Accept what the program gives now."""
    before, after = read(EXPECTED, RUN_COLUMNS), run_rows()
    write(EXPECTED, RUN_COLUMNS, after)
    print(f"{EXPECTED.name}: {len(set(before) ^ set(after))} rows differ from before")
    if before and before != after:
        print('Say why in CHANGELOG.md, in an entry marked "changes results".')
    pinned = read(DRAWS, DRAW_COLUMNS)
    known = {row[0] for row in pinned}
    new = {name: number for name, number in decisions().items() if name not in known}
    write(DRAWS, DRAW_COLUMNS, pinned + draw_rows(new))
    print(f"{DRAWS.name}: {len(new)} new decisions")
    pages.accept()
    studies.accept()


if __name__ == "__main__":
    main()
