"""What lies in a folder of results: every run, comparison, sweep, search and fit below it, how far it is, how large.

Only manifests and the first lines of journals are read, so that the results may be larger than the memory. Gives rows,
a table for the terminal and JSON values. It must not know what the results say.
"""

from __future__ import annotations

import os
from collections.abc import Iterator
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from sim.journal import Journal
from sim.language import N_, _
from sim.model.errors import Finding, InputError
from sim.store import JOURNAL, MANIFEST, read_manifest

if TYPE_CHECKING:
    from rich.console import Console

HEADINGS = (N_("folder"), N_("scenario"), N_("by"), N_("begun"), N_("replications"), N_("state"), N_("megabytes"))
DONE, OPEN = N_("complete"), N_("not complete")
_MEGABYTE = 1e6


@dataclass(frozen=True)
class Listed:
    """One results folder; what its manifest does not say is empty or None."""

    folder: str
    scenario: str
    verb: str
    begun: str
    replications: int | None  # as asked; with drawn parameters for each draw
    kept: int | None  # in the journal of a run that is not complete
    complete: bool
    bytes: int  # of everything in it


def listed(folder: Path) -> tuple[Listed, ...]:
    """Every results folder at or below a folder, by its path; links are not followed."""
    if not os.path.isdir(folder):
        remedy = "name the folder that holds the results of jobfair"
        raise InputError([Finding(str(folder), "", "is no folder", "", remedy, "not-a-results-folder")])
    return tuple(sorted(_below(folder), key=lambda one: one.folder))


def _below(folder: Path) -> Iterator[Listed]:
    sizes: dict[Path, int] = {}
    for name, inside, files in os.walk(folder, topdown=False):
        here = Path(name)
        own = sum(_size(here / file) for file in files)
        sizes[here] = own + sum(sizes.pop(here / one, 0) for one in inside)
        manifest = read_manifest(here) if MANIFEST in files else None
        if manifest is not None:
            yield _told(here, manifest, sizes[here])


def _size(file: Path) -> int:
    try:
        return file.lstat().st_size
    except FileNotFoundError:  # another run has removed it meanwhile
        return 0


def _told(folder: Path, manifest: dict[str, Any], size: int) -> Listed:
    command = manifest.get("command")
    scenarios = [str(one.get("scenario")) for one in manifest.get("scenarios", ()) if isinstance(one, dict)]
    complete = bool(manifest.get("complete"))
    return Listed(
        folder=folder.as_posix(),
        scenario=str(manifest.get("scenario") or ", ".join(scenarios)),
        verb=str(command[1]) if isinstance(command, list) and len(command) > 1 else "",
        begun=str(manifest.get("started", "")),
        replications=manifest.get("replications"),
        kept=None if complete or not (folder / JOURNAL).is_file() else Journal(folder / JOURNAL).count(),
        complete=complete,
        bytes=size,
    )


def as_json(found: tuple[Listed, ...]) -> list[dict[str, Any]]:
    """The rows as values that JSON can hold."""
    return [asdict(one) for one in found]


def render(found: tuple[Listed, ...], console: Console) -> None:
    """The rows as a table, and their sum."""
    from rich.table import Table

    from sim.report.terminal import shown_cell

    table = Table(box=None, pad_edge=False, header_style="bold")
    for heading in HEADINGS:
        right = heading in ("replications", "megabytes")
        table.add_column(_(heading), justify="right" if right else "left", overflow="fold")
    for one in found:
        state = _(DONE) if one.complete else _(OPEN)
        if one.kept is not None:
            state = _("not complete, {count:,} kept").format(count=one.kept)
        replications = "" if one.replications is None else f"{one.replications:,}"
        begun, verb = one.begun.partition("+")[0].replace("T", " "), f"`{one.verb}`"
        cells = (one.folder, one.scenario, verb, begun, replications, state, f"{one.bytes / _MEGABYTE:,.1f}")
        table.add_row(*(shown_cell(cell) for cell in cells))
    console.print(table)
