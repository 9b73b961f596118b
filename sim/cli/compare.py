"""The verb compare: plans simulated with the same draws, and which is better, at what, by how much, how sure."""

from __future__ import annotations

import math
import os
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from sim.cli.comparing import Plans, contend, load_plans, open_plans
from sim.cli.helping import Command
from sim.cli.options import (
    CLUSTER,
    DEBUG,
    ENGINE,
    JOBS,
    JSON,
    LANG,
    NO_PROGRESS,
    NO_REPORT,
    OUT,
    OVERRIDES,
    OVERWRITE,
    QUIET,
    REPLICATIONS,
    RESUME,
    SEED,
    VERBOSE,
    complain,
)
from sim.cli.report import write_report
from sim.cli.running import print_alarms, say_warnings, workers_for
from sim.language import _
from sim.model.errors import Finding, InputError, did_you_mean

if TYPE_CHECKING:
    from sim.study.compare import Comparison

Alarms = Sequence[dict[str, object]]  # as the JSON document has them
# What simulates has no meaning for results that are there already.
SIMULATING = ("overrides", "replications", "seed", "engine", "jobs", "cluster", "out", "resume", "overwrite", "select")


@click.command(cls=Command)
@click.argument("base")
@click.argument("others", nargs=-1, required=True, metavar="OTHER...")
@OVERRIDES
@REPLICATIONS
@SEED
@ENGINE
@JOBS
@CLUSTER
@OUT
@RESUME
@OVERWRITE
@click.option("--select", metavar="MEASURE", help="Go on until the best plan by this measure is selected.")
@click.option(
    "--zone",
    type=click.FloatRange(0, min_open=True),
    metavar="SIZE",
    help="With --select: the smallest difference that matters, in the unit of the measure.",
)
@click.option(
    "--pcs",
    type=click.FloatRange(0.5, 1, min_open=True, max_open=True),
    metavar="P",
    help="With --select: probability of selecting the best plan; 0.95 if left out.",
)
@click.option(
    "--report",
    type=click.Path(path_type=Path),
    metavar="FILE",
    help="Where the page goes; report.html in the results folder. Results folders that are compared have none.",
)
@NO_REPORT
@LANG
@JSON
@QUIET
@VERBOSE
@NO_PROGRESS
@DEBUG
def compare(base: str, others: tuple[str, ...], as_json: bool, **options: Any) -> None:
    """Compare OTHER plans with BASE: better at what, by how much, how sure.

    Each is a scenario file, or all are results folders of earlier runs. All plans meet the same people with the same
    luck, so that only what really differs shows.
    """
    say: Callable[[str], None] = (lambda _: None) if options["quiet"] else complain
    paths = (base, *others)
    _check_selection(options)
    if any(os.path.isdir(path) for path in paths):
        comparison, alarms = _compare_stored(paths, options, say)
        out = None
    else:
        comparison, alarms, out = _compare_simulated(paths, options, say)
    if as_json:
        click.echo(_document(comparison, alarms, out))
    else:
        _print(comparison, options["verbose"])
        print_alarms(alarms)
    if out is not None:
        say(_("results folder: {out}").format(out=out))


def _check_selection(options: dict[str, Any]) -> None:
    if options["select"] is None:
        if options["zone"] is not None or options["pcs"] is not None:
            raise click.UsageError("--zone and --pcs need --select")
        return
    from sim.study.measures import MEASURES

    names = [one.name for one in MEASURES if one.better != "neither"]
    if options["select"] not in names:
        remedy = did_you_mean(options["select"], names)
        found = "is no measure with a better direction"
        raise InputError([Finding("--select", options["select"], found, ", ".join(names), remedy, "unknown-measure")])
    if options["zone"] is None:
        raise click.UsageError("--select needs --zone, the smallest difference that matters")
    if not math.isfinite(options["zone"]):
        raise click.UsageError("--zone must be finite")


def _compare_stored(
    paths: Sequence[str], options: dict[str, Any], say: Callable[[str], None]
) -> tuple[Comparison, Alarms]:
    """Compare results of earlier runs."""
    from sim.model.alarms import as_json
    from sim.report.page.comparing import comparison_page
    from sim.study.alarms import comparison_alarms
    from sim.study.compare import compare as compare_contenders
    from sim.study.contenders import stored_contenders

    given = [name for name in SIMULATING if options[name]]
    if given:
        name = "--set" if given[0] == "overrides" else f"--{given[0]}"
        raise click.UsageError(f"{name} does not go with results folders, which were simulated already")
    files = [path for path in paths if not os.path.isdir(path)]
    if files:
        raise click.UsageError(f"{files[0]} is no results folder: compare either scenario files or results folders")
    contenders, manifest = stored_contenders(paths)
    comparison = compare_contenders(contenders, int(manifest["seed"]), str(manifest["engine"]))
    alarms = as_json(comparison_alarms(comparison, contenders))
    if options["report"] is not None:
        write_report(options["report"], options, say, lambda: comparison_page(comparison, contenders, manifest, alarms))
    return comparison, alarms


def _compare_simulated(
    paths: Sequence[str], options: dict[str, Any], say: Callable[[str], None]
) -> tuple[Comparison, Alarms, Path]:
    """Simulate scenarios and compare them.

    1. All scenarios are read, with every finding of all files.
    2. Each is simulated into its own sub-folder.
    3. They are compared over the replications asked for; a selection goes on from these.
    """
    from sim.model.alarms import ALARM, as_json
    from sim.report.comparison import comparison_csv
    from sim.report.explaining import causes_csv
    from sim.report.page.folders import comparison_page_of
    from sim.study.alarms import comparison_alarms

    scenarios = load_plans(paths, options["overrides"])
    out = options["out"] or Path("results") / f"compare-{Path(paths[0]).stem}"
    folder = open_plans(scenarios, paths, out, options)
    say(_("results folder: {out}").format(out=out))
    with workers_for(options) as workers:
        plans = Plans(folder, scenarios, options, workers, say)
        contenders, comparison = contend(plans)
    say_warnings(say, plans.warned, scenarios)
    alarms = as_json(comparison_alarms(comparison, contenders))
    folder.finish(
        comparison_csv(comparison),
        causes_csv(comparison),
        _document(comparison, alarms, out),
        [*plans.warned, *(f"{ALARM}{one['text']}" for one in alarms)],
    )
    write_report(
        options["report"] or out, options, say, lambda: comparison_page_of(out, comparison, contenders, alarms)
    )
    return comparison, alarms, out


def _document(comparison: Comparison, alarms: Alarms, out: Path | None) -> str:
    from sim.report.comparison import as_json, json_text
    from sim.store import version

    document = as_json(comparison) | {"alarms": list(alarms), "version": version()}
    return json_text(document if out is None else document | {"out": str(out)})


def _print(comparison: Comparison, everything: bool) -> None:
    from rich.console import Console

    from sim.report.comparison import render

    console = Console()
    with console.capture() as captured:
        render(comparison, console, everything)
    click.echo(captured.get(), nl=False)
