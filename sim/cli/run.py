"""The verb run: simulate one scenario and show its measures."""

from __future__ import annotations

import json
import time
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from sim.cli.options import (
    DEBUG,
    ENGINE,
    JSON,
    NO_PROGRESS,
    OUT,
    OVERRIDES,
    OVERWRITE,
    QUIET,
    REPLICATIONS,
    RESUME,
    SEED,
    VERBOSE,
)
from sim.cli.running import compile_first, kept, open_folder, simulate_into

if TYPE_CHECKING:
    from sim.model.scenario import Scenario
    from sim.report.summary import Summary
    from sim.store import Order, ResultsFolder
    from sim.study.replicate import Sample


@click.command()
@click.argument("scenario")
@OVERRIDES
@REPLICATIONS
@SEED
@ENGINE
@OUT
@RESUME
@OVERWRITE
@JSON
@QUIET
@VERBOSE
@NO_PROGRESS
@DEBUG
def run(scenario: str, overrides: tuple[str, ...], as_json: bool, **options: Any) -> None:
    """Simulate SCENARIO and print its measures.

    The measures stand beside the reported figures. With -n 30 or so, each measure has a 95 % interval of its
    mean and the range of one season.
    """
    from sim.model.scenario import load_scenario

    if options["resume"] and options["overwrite"]:
        raise click.UsageError("--resume and --overwrite exclude each other")
    loaded = load_scenario(scenario, overrides)
    out = options["out"] or Path("results") / Path(scenario).stem
    say: Callable[[str], None] = (lambda _: None) if options["quiet"] else (lambda line: click.echo(line, err=True))
    folder = open_folder(loaded, out, options)
    say(f"results folder: {out}")
    order = folder.order
    say(f"replications: {order.replications:,}, seed: {order.seed}, engine: {order.engine}")
    compile_first(say)
    begun = time.monotonic()
    with kept(folder):
        sample, warned = simulate_into(folder, loaded, not (options["quiet"] or options["no_progress"]))
        summary = _finish(folder, sample, loaded, warned)
    if as_json:
        click.echo(json.dumps(_run_document(order, out, summary), indent=2))
    else:
        _print_summary(summary, options["verbose"])
    for line in warned:
        say(f"warning: {line}")
    if options["verbose"]:
        say(f"{time.monotonic() - begun:.1f} s")
    say(f"results folder: {out}")


def _finish(folder: ResultsFolder, sample: Sample, scenario: Scenario, warned: Sequence[str]) -> Summary:
    from sim.report.summary import summarise, summary_csv

    folder.finish(sample.table(), summary_csv(sample, scenario), warned)
    return summarise(sample, scenario)


def _run_document(order: Order, out: Path, summary: Summary) -> dict[str, Any]:
    from sim.report.summary import as_json
    from sim.store import version

    return {
        "scenario": order.scenario,
        "engine": order.engine,
        "seed": order.seed,
        "replications": order.replications,
        "version": version(),
        "out": str(out),
        "measures": as_json(summary),
    }


def _print_summary(summary: Summary, every_measure: bool) -> None:
    from rich.console import Console

    from sim.report.summary import render

    console = Console()
    with console.capture() as captured:
        render(summary, console, every_measure)
    click.echo(captured.get(), nl=False)
