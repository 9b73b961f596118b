"""The verb run: simulate one scenario and show its measures."""

from __future__ import annotations

import json
import time
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from sim.cli.helping import Command
from sim.cli.options import (
    CLUSTER,
    DEBUG,
    DRAWS,
    ENGINE,
    JOBS,
    JSON,
    LANG,
    NAMES,
    NO_PROGRESS,
    NO_REPORT,
    OUT,
    OVERRIDES,
    OVERWRITE,
    PRECISION,
    QUIET,
    REPLICATIONS,
    RESUME,
    SEED,
    VERBOSE,
    XLSX,
    complain,
)
from sim.cli.report import write_report
from sim.cli.running import (
    compile_first,
    kept,
    open_draws,
    open_folder,
    print_alarms,
    say_warnings,
    simulate_into,
    simulate_until,
    workers_for,
)
from sim.language import _, spoken

if TYPE_CHECKING:
    from sim.model.scenario import Scenario
    from sim.report.summary import Summary
    from sim.store import ResultsFolder
    from sim.study.precision import Precision, Reached, Target
    from sim.study.replicate import Sample


@click.command(cls=Command)
@click.argument("scenario")
@OVERRIDES
@REPLICATIONS
@PRECISION
@DRAWS
@SEED
@ENGINE
@JOBS
@CLUSTER
@OUT
@RESUME
@OVERWRITE
@XLSX
@NO_REPORT
@LANG
@NAMES
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
    from sim.model.alarms import as_json as alarms_json
    from sim.model.scenario import load_scenario
    from sim.report.page.folders import run_page_of

    _check_options(options)
    loaded = load_scenario(scenario, overrides)
    out = options["out"] or Path("results") / Path(scenario).stem
    say: Callable[[str], None] = (lambda _: None) if options["quiet"] else complain
    rows = open_draws(out, options)
    draws = _drawn(scenario, overrides, rows, options["draws"] or out)
    with open_folder(loaded, out, options, rows) as folder:
        precision = _wanted(folder)
        say(_("results folder: {out}").format(out=out))
        say(spoken(_announcement(folder)))
        begun = time.monotonic()
        with kept(folder):
            compile_first(say, [loaded])
            show, reached = not (options["quiet"] or options["no_progress"]), None
            with workers_for(options) as workers:
                if precision is None:
                    sample, warned = simulate_into(folder, loaded, show, workers, draws)
                else:
                    sample, reached, warned = simulate_until(folder, loaded, precision, show, workers)
            warned[:0] = loaded.warnings
            if reached is not None and not reached.is_met:
                warned.append(str(reached))
            summary = _finish(folder, sample, draws[0] if draws else loaded, loaded, warned)
            if options["xlsx"]:
                _write_workbook(out)
            write_report(out, options, say, lambda: run_page_of(out, loaded, sample))
    if as_json:
        click.echo(json.dumps(_run_document(folder, summary, reached), indent=2))
    else:
        _print_summary(summary, options["verbose"])
        print_alarms(alarms_json(folder.alarms))
    if reached is not None and reached.is_met:
        say(spoken(str(reached)))
    say_warnings(say, warned, [loaded])
    if options["verbose"]:
        say(_("{seconds:.1f} s").format(seconds=time.monotonic() - begun))
    say(_("results folder: {out}").format(out=out))


def _check_options(options: dict[str, Any]) -> None:
    """Refuse options that contradict one another, and a precision that cannot be read."""
    for one, other in (("resume", "overwrite"), ("jobs", "cluster"), ("precision", "draws")):
        if options[one] and options[other]:
            raise click.UsageError(f"--{one} and --{other} exclude each other")
    if options["precision"] is not None:
        _targets(options["precision"])
    if options["xlsx"]:
        from sim.files import check_workbook_library

        check_workbook_library()


def _targets(text: str) -> tuple[Target, ...]:
    from sim.study.measures import MEASURES
    from sim.study.precision import parse_precision

    return parse_precision(text, [measure.name for measure in MEASURES])


def _wanted(folder: ResultsFolder) -> Precision | None:
    """The precision that the run is to reach, if any."""
    from sim.study.precision import Precision

    order = folder.order
    return Precision(_targets(order.precision), order.least, order.replications) if order.precision else None


def _drawn(
    scenario: str, overrides: Sequence[str], rows: tuple[tuple[str, ...], ...], place: Path
) -> tuple[Scenario, ...]:
    """The scenario once for each draw of its parameters."""
    from sim.study.parameter_draws import drawn_scenarios

    return drawn_scenarios(scenario, overrides, rows, str(place)) if rows else ()


def _announcement(folder: ResultsFolder) -> str:
    order = folder.order
    count = f"replications: {order.replications:,}"
    if order.draws:
        count += f" of each of {len(order.draws) - 1:,} draws"
    if order.precision:
        count = f"replications: {order.least:,} to {order.replications:,}, until {order.precision}"
    return f"{count}, seed: {order.seed}, engine: {order.engine}"


def _finish(
    folder: ResultsFolder, sample: Sample, first: Scenario, scenario: Scenario, warned: Sequence[str]
) -> Summary:
    """Write the results; the booths are those of the first replication, of the first draw if there are draws."""
    from sim.report.booths import booths_csv
    from sim.report.summary import summarise, summary_csv
    from sim.study.alarms import alarms
    from sim.study.booths import booths_of_replication

    booths = booths_csv(scenario.name, booths_of_replication(first, folder.order.seed))
    folder.finish(sample.table(), summary_csv(sample, scenario), warned, booths, alarms(sample, scenario))
    return summarise(sample, scenario)


def _write_workbook(out: Path) -> None:
    from sim.report.workbook import write_workbook

    write_workbook(out)


def _run_document(folder: ResultsFolder, summary: Summary, reached: Reached | None) -> dict[str, Any]:
    from sim.model.alarms import as_json as alarms_json
    from sim.report.hours import by_hour_json
    from sim.report.summary import as_json
    from sim.store import version

    order = folder.order
    document = {
        "scenario": order.scenario,
        "engine": order.engine,
        "seed": order.seed,
        "replications": order.replications,
        "version": version(),
        "out": str(folder.path),
        "measures": as_json(summary),
        "by_hour": by_hour_json(summary),
        "alarms": alarms_json(folder.alarms),
    }
    if order.draws:
        document["draws"] = len(order.draws) - 1
    if reached is not None:
        decided = (reached.decided or reached.last.target).measure
        document["precision"] = {"wanted": order.precision, "met": reached.is_met, "decided_by": decided}
    return document


def _print_summary(summary: Summary, every_measure: bool) -> None:
    from rich.console import Console

    from sim.report.hours import render_hours
    from sim.report.summary import render

    console = Console()
    with console.capture() as captured:
        render(summary, console, every_measure)
        if every_measure:
            render_hours(summary, console)
    click.echo(captured.get(), nl=False)
