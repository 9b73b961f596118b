"""The verb verify: published fairs and queues with known answers, on this installation."""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import TYPE_CHECKING

import click

from sim.cli.helping import Command
from sim.cli.options import DEBUG, ENGINE, ENGINES, FINDING, JSON, LANG, NO_PROGRESS, OK, QUIET, complain
from sim.cli.running import compile_first

if TYPE_CHECKING:
    from sim.study.verify import Verification

WIDE = 160


@click.command(cls=Command)
@click.option(
    "--scenarios",
    type=click.Path(path_type=Path),
    metavar="DIR",
    help="Folder of the published scenarios; scenarios/published of the project if left out.",
)
@ENGINE
@JSON
@QUIET
@NO_PROGRESS
@LANG
@DEBUG
@click.pass_context
def verify(
    ctx: click.Context, scenarios: Path | None, engine: str | None, as_json: bool, quiet: bool, no_progress: bool
) -> None:
    """Check this installation against published fairs.

    Simulates job fairs that others simulated and printed, and queues that have formulas, and compares. Takes under
    a minute; exit code 1 if a case fails.
    """
    from sim.report.progress import progress_bar
    from sim.report.verification import as_json as document
    from sim.study.verify import published_scenarios
    from sim.study.verify import verify as run_cases

    compile_first((lambda _: None) if quiet else complain)
    with progress_bar(not (quiet or no_progress)) as progress:
        verification = run_cases(scenarios or published_scenarios(), engine=engine or ENGINES[0], progress=progress)
    if as_json:
        click.echo(json.dumps(document(verification), indent=2))
    else:
        _print(verification)
    ctx.exit(FINDING if verification.failed else OK)


def _print(verification: Verification) -> None:
    from rich.console import Console

    from sim.report.verification import render

    # Into a file or another program lines are written whole.
    console = Console(width=None if sys.stdout.isatty() else WIDE)
    with console.capture() as captured:
        render(verification, console)
    click.echo(captured.get(), nl=False)
