"""The verb list: which results are there, how far they are and how large, without opening them."""

from __future__ import annotations

import json
import sys
from pathlib import Path

import click

from sim.cli.helping import Command
from sim.cli.options import DEBUG, JSON, LANG
from sim.language import _

WIDE = 200


@click.command(name="list", cls=Command)
@click.argument("folder", type=click.Path(path_type=Path), default=Path("results"))
@JSON
@LANG
@DEBUG
def list_results(folder: Path, as_json: bool) -> None:
    """List the results at or below FOLDER: runs, comparisons, sweeps, searches and fits.

    FOLDER is `results` if left out. Only manifests are read, so that results may be larger than the memory.
    """
    from rich.console import Console

    from sim.report import listing

    found = listing.listed(folder)
    if as_json:
        click.echo(json.dumps(listing.as_json(found), indent=2))
        return
    if not found:
        click.echo(_("no results"))
        return
    console = Console(width=None if sys.stdout.isatty() else WIDE)
    with console.capture() as captured:
        listing.render(found, console)
    click.echo(captured.get(), nl=False)
