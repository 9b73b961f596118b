"""The loaders of files under atheris, which follows the branches that an input takes and seeks new ones.

`pip install atheris`, then `python -m benchmarks.fuzz_loaders -runs=100000 [further options of libFuzzer]`. Atheris has
builds for Linux and a few versions of Python only, so it belongs to no check. The first byte of an input chooses the
loader; the rest is the file. Anything but an `InputError` ends the search with the input that did it.
"""

from __future__ import annotations

import os
import sys
import tempfile
from collections.abc import Callable
from pathlib import Path

import atheris

with atheris.instrument_imports(include=["sim"]):
    from sim.model.errors import InputError
    from sim.model.scenario import load_scenario
    from sim.study.calibration.observed import read_reported
    from sim.study.calibration.priors import read_priors
    from sim.study.calibration.targets import read_targets
    from sim.study.optimise.contradictions import check_possible
    from sim.study.optimise.problem import load_problem
    from sim.study.parameter_draws import read_draws
    from sim.study.varying import read_cases

from benchmarks.fuzz_inputs import CASES, ROOT, TABLES

_TABLE = '[tables]\n{kind} = "made.csv"\n[[fairs]]\nid = "a"\nfirms = 3\nposts = 9\nseekers = 9\n'


def _table(kind: str) -> Callable[[Path], object]:
    def load(path: Path) -> object:
        path.rename("made.csv")
        Path("x.toml").write_text(_TABLE.replace("{kind}", kind).replace(f"{kind} = 9\n", ""), encoding="utf-8")
        return load_scenario("x.toml")

    return load


def _problem(path: Path) -> object:
    return check_possible(load_problem(path))


LOADERS: tuple[tuple[str, Callable[[Path], object]], ...] = (
    ("made.toml", load_scenario),
    ("firms", _table("firms")),
    ("posts", _table("posts")),
    ("seekers", _table("seekers")),
    ("made.toml", read_targets),
    ("made.toml", read_priors),
    ("made.csv", read_reported),
    ("made.csv", read_cases),
    ("made.toml", read_cases),
    ("made.csv", read_draws),
    ("made.toml", _problem),
)


def _try(data: bytes) -> None:
    if not data:
        return
    name, load = LOADERS[data[0] % len(LOADERS)]
    Path(name).write_bytes(data[1:])
    try:
        load(Path(name))
    except InputError as error:
        assert str(error)


def _write_examples(folder: Path) -> None:
    """Real files, for the search to begin with."""
    scenarios = [path.read_bytes() for path in sorted((ROOT / "scenarios").rglob("*.toml"))]
    calibration = ROOT / "calibration"
    examples: dict[int, list[bytes]] = {
        0: scenarios,
        **{place: [TABLES[f"tables/{LOADERS[place][0]}.csv"]] for place in (1, 2, 3)},
        4: [(calibration / "targets.toml").read_bytes()],
        5: [(calibration / "priors.toml").read_bytes()],
        6: [(calibration / "observed" / "reported-fairs.csv").read_bytes()],
        7: [CASES["cases.csv"]],
        8: [CASES["cases.toml"]],
        9: [CASES["draws.csv"]],
        10: [(ROOT / "scenarios" / "problems" / f"{name}.toml").read_bytes() for name in ("small", "medium")],
    }
    for place, contents in examples.items():
        for number, content in enumerate(contents):
            (folder / f"{place}-{number}").write_bytes(bytes([place]) + content)


def main() -> None:
    """Search until the options of libFuzzer say stop, or something is found."""
    with tempfile.TemporaryDirectory() as folder:
        os.chdir(folder)
        Path("examples").mkdir()
        _write_examples(Path("examples"))
        Path("work").mkdir()
        # What problems ask about; its base lies above it there, beside it here.
        season = (ROOT / "scenarios" / "problems" / "small-season.toml").read_text(encoding="utf-8")
        Path("work/small-season.toml").write_text(season.replace("../base.toml", "base.toml"), encoding="utf-8")
        Path("work/base.toml").write_bytes((ROOT / "scenarios" / "base.toml").read_bytes())
        os.chdir("work")
        atheris.Setup([*sys.argv, "-max_len=20000", "-timeout=10", "../examples"], _try)
        atheris.Fuzz()


if __name__ == "__main__":
    main()
