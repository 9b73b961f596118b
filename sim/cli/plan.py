"""The verb plan: the calendar of a scenario, what it takes, and whether it can be carried out."""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from sim.cli.helping import Command
from sim.cli.options import DEBUG, JSON, LANG, OVERRIDES, QUIET, complain
from sim.model.errors import Finding, InputError

if TYPE_CHECKING:
    from sim.model.scenario import Scenario

WIDE = 160
FILE = click.Path(path_type=Path, dir_okay=False)


@click.command(cls=Command)
@click.argument("scenario")
@OVERRIDES
@click.option("--csv", "csv_file", type=FILE, metavar="FILE", help="Write the calendar as a table.")
@click.option("--ics", "ics_file", type=FILE, metavar="FILE", help="Write the calendar for calendar programs.")
@click.option("--toml", "toml_file", type=FILE, metavar="FILE", help="Write a scenario that lists every fair.")
@click.option("--overwrite", is_flag=True, help="Replace files that exist.")
@JSON
@QUIET
@LANG
@DEBUG
def plan(scenario: str, overrides: tuple[str, ...], as_json: bool, quiet: bool, **files: Any) -> None:
    """Print the calendar of SCENARIO: every fair, what the plan takes, all findings.

    A policy makes the calendar out of a few lines; here it is written out. Nothing is simulated.
    """
    from sim.model.scenario import load_scenario

    loaded = load_scenario(scenario, overrides)
    wanted = {kind: files[f"{kind}_file"] for kind in ("csv", "ics", "toml") if files[f"{kind}_file"] is not None}
    _check_files(wanted, loaded, bool(files["overwrite"]))
    for kind, path in wanted.items():
        _write(kind, path, loaded)
        if not (quiet or as_json):
            complain(f"{kind}: {path}")
    if as_json:
        _print_json(loaded)
    elif not quiet:
        _print(loaded)


def _check_files(wanted: dict[str, Path], scenario: Scenario, overwrite: bool) -> None:
    """Refuse to write over files, two kinds into one file, or a scenario away from the tables that it names."""
    if len({path.absolute() for path in wanted.values()}) < len(wanted):
        raise click.UsageError("each of --csv, --ics and --toml needs a file of its own")
    for path in wanted.values():
        if path.exists() and not overwrite:
            remedy = "name another file, or write --overwrite"
            raise InputError([Finding(str(path), "", "this file exists already", "", remedy, "file-exists")])
    target = wanted.get("toml")
    if target is None:
        return
    home = Path(scenario.file).parent.resolve()
    if scenario.listed_apart and target.parent.resolve() != home:
        raise click.UsageError(f"--toml must lie in {home}, beside the tables that the scenario names")


def _write(kind: str, path: Path, scenario: Scenario) -> None:
    from sim.files import explained, replacing

    with explained(path), replacing(path) as temporary:
        temporary.write_bytes(_content(kind, scenario))


def _content(kind: str, scenario: Scenario) -> bytes:
    if kind == "csv":
        from sim.report.planning import plan_csv, planned_fairs

        return plan_csv(planned_fairs(scenario)).encode("utf-8-sig", "replace")
    if kind == "ics":
        from sim.report.calendar_file import calendar_file

        return calendar_file(scenario)
    import tomli_w

    from sim.model.resolved import explicit_document

    return tomli_w.dumps(explicit_document(scenario)).encode("utf-8", "replace")


def _print_json(scenario: Scenario) -> None:
    from sim.report.planning import plan_json
    from sim.store import version

    click.echo(json.dumps(plan_json(scenario) | {"version": version()}, indent=2))


def _print(scenario: Scenario) -> None:
    from rich.console import Console

    from sim.report.planning import render_plan

    # Into a file or another program lines are written whole.
    console = Console(width=None if sys.stdout.isatty() else WIDE)
    with console.capture() as captured:
        render_plan(scenario, console)
    click.echo(captured.get(), nl=False)
