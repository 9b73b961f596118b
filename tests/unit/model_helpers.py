"""Scenario files for the tests of the model: a small good one, and a way to write others beside it."""

from pathlib import Path

from sim.model.errors import InputError
from sim.model.scenario import Scenario, load_scenario

GOOD = """\
[[fairs]]
id = "a"
firms = 3
posts = 30
seekers = 40
"""


def write(folder: Path, files: dict[str, str | bytes]) -> None:
    """Write files, given by their path below a folder."""
    for name, content in files.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content.encode() if isinstance(content, str) else content)


def load(files: dict[str, str | bytes], overrides: tuple[str, ...] = (), name: str = "x.toml") -> Scenario:
    """Load one of some files, written to the present folder."""
    write(Path(), files)
    return load_scenario(name, overrides)


def messages(files: dict[str, str | bytes], overrides: tuple[str, ...] = (), name: str = "x.toml") -> list[str]:
    """What is wrong with one of some files, line by line; nothing if it loads."""
    try:
        load(files, overrides, name)
    except InputError as error:
        assert str(error).splitlines() == [str(finding) for finding in error.findings]
        return [str(finding) for finding in error.findings]
    return []
