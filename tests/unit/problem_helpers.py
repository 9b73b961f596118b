"""The small problem of the search, changed: what tests of problems and of searches share."""

import shutil
from pathlib import Path

import pytest

from sim.model.errors import InputError
from sim.study.optimise.contradictions import check_possible
from sim.study.optimise.problem import load_problem

ROOT = Path(__file__).parents[2]
SMALL = ROOT / "scenarios" / "problems" / "small.toml"


def written(folder: Path, changes: dict[str, str]) -> Path:
    """The small problem with texts replaced, beside its scenario."""
    inner = folder / "scenarios" / "problems"
    inner.mkdir(parents=True, exist_ok=True)
    shutil.copy(ROOT / "scenarios" / "base.toml", inner.parent)
    shutil.copy(SMALL.with_name("small-season.toml"), inner)
    text = SMALL.read_text(encoding="utf-8")
    for old, new in changes.items():
        assert old in text, old
        text = text.replace(old, new)
    path = inner / "small.toml"
    path.write_text(text, encoding="utf-8")
    return path


def findings(path: Path) -> list[str]:
    with pytest.raises(InputError) as caught:
        check_possible(load_problem(path))
    return [str(one).replace(str(path), "small.toml") for one in caught.value.findings]
