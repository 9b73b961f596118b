"""The verb report: the page of results that are there already; and how the other verbs write theirs."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from sim.cli.helping import Command
from sim.cli.options import DEBUG, LANG, QUIET, XLSX, complain
from sim.language import _

if TYPE_CHECKING:
    from sim.report.page.data import Page


@click.command(cls=Command)
@click.argument("results", type=click.Path(path_type=Path))
@LANG
@click.option(
    "--fair", metavar="ID", help="The fair that is replayed, by its id; the one with most people if left out."
)
@click.option(
    "--out", type=click.Path(path_type=Path), metavar="FILE", help="Where the page goes; report.html in RESULTS."
)
@click.option("--open", "opens", type=click.Choice(("yes", "no")), default="no", help="Open the page in the browser.")
@XLSX
@QUIET
@DEBUG
def report(results: Path, fair: str | None, out: Path | None, opens: str, xlsx: bool, quiet: bool) -> None:
    """Write RESULTS as one HTML page.

    RESULTS is the folder of a run, of a comparison, of a search or of a fit. The page needs no network and nothing
    beside it. The workbook is for the folder of a run.
    """
    from sim.cli.running import compile_first
    from sim.files import check_workbook_library
    from sim.model.visible import visible
    from sim.report.page.folders import page_of
    from sim.report.workbook import write_workbook

    if xlsx:
        check_workbook_library()
    say: Callable[[str], None] = (lambda _: None) if quiet else complain
    compile_first(say)
    path = _write(out or results, page_of(results, fair))
    click.echo(visible(str(path)))
    if xlsx:
        click.echo(visible(str(write_workbook(results))))
    if opens == "yes":
        import webbrowser

        webbrowser.open(path.resolve().as_uri())


def write_report(place: Path, options: dict[str, Any], say: Callable[[str], None], page: Callable[[], Page]) -> None:
    """Write the page of results into their folder, or to a file, unless the options say not to."""
    if options["no_report"]:
        return
    say(_("report: {page}").format(page=_write(place, page())))


def _write(place: Path, page: Page) -> Path:
    from sim.report.page.writing import write_page
    from sim.store import PAGE

    path = place / PAGE if place.is_dir() else place
    write_page(path, page)
    return path
