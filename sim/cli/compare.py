"""The verb compare: plans simulated with the same draws, and which is better, at what, by how much, how sure."""

from __future__ import annotations

import math
import os
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from sim.cli.options import (
    CLUSTER,
    DEBUG,
    ENGINE,
    ENGINES,
    JOBS,
    JSON,
    LANG,
    MOST_REPLICATIONS,
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
from sim.cli.running import compile_first, kept, open_folder, print_alarms, simulate_into, workers_for
from sim.model.errors import Finding, InputError, did_you_mean

if TYPE_CHECKING:
    from sim.model.scenario import Scenario
    from sim.study.compare import Best, Comparison, Contender
    from sim.study.comparison_folder import ComparisonFolder
    from sim.study.parallel import Workers
    from sim.study.replicate import Sample

Alarms = Sequence[dict[str, object]]  # as the JSON document has them
# What simulates has no meaning for results that are there already.
SIMULATING = ("overrides", "replications", "seed", "engine", "jobs", "cluster", "out", "resume", "overwrite", "select")
USUAL_PCS = 0.95


@click.command()
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
        say(f"results folder: {out}")


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
    from sim.report.page.folders import comparison_page_of
    from sim.study.alarms import comparison_alarms
    from sim.study.compare import Contender
    from sim.study.compare import compare as compare_contenders
    from sim.study.contenders import shortened

    scenarios = _load(paths, options["overrides"])
    out = options["out"] or Path("results") / f"compare-{Path(paths[0]).stem}"
    folder = _open(scenarios, paths, out, options)
    order = folder.order
    say(f"results folder: {out}")
    say(f"replications: {order.replications:,} of each plan, seed: {order.seed}, engine: {order.engine}")
    compile_first(say, scenarios)
    with workers_for(options) as workers:
        plans = _Plans(folder, scenarios, options, workers, say)
        contenders = []
        for place, (label, _) in enumerate(order.scenarios):
            say(f"{place + 1} of {len(scenarios)}: {label}")
            sample = shortened(plans.simulate(place, order.replications), order.replications)
            contenders.append(Contender(label, scenarios[place], sample))
        comparison = compare_contenders(contenders, order.seed, order.engine)
        if order.select is not None:
            comparison = replace(comparison, best=_select(contenders, plans))
    for line in plans.warned:
        say(f"warning: {line}")
    alarms = as_json(comparison_alarms(comparison, contenders))
    folder.finish(
        comparison_csv(comparison),
        _document(comparison, alarms, out),
        [*plans.warned, *(f"{ALARM}{one['text']}" for one in alarms)],
    )
    write_report(
        options["report"] or out, options, say, lambda: comparison_page_of(out, comparison, contenders, alarms)
    )
    return comparison, alarms, out


def _load(paths: Sequence[str], overrides: Sequence[str]) -> list[Scenario]:
    from sim.model.errors import in_order
    from sim.model.scenario import load_scenario

    scenarios: list[Scenario] = []
    findings: list[Finding] = []
    for path in paths:
        try:
            scenarios.append(load_scenario(path, overrides))
        except InputError as error:
            findings += error.findings
    if findings:
        raise InputError(in_order(findings))
    return scenarios


def _open(scenarios: Sequence[Scenario], paths: Sequence[str], out: Path, options: dict[str, Any]) -> ComparisonFolder:
    """The folder of the comparison; what the options leave open, the earlier comparison or the base decides."""
    from sim.cli.options import PROGRAM
    from sim.study.comparison_folder import ComparisonOrder, open_comparison, read_comparison
    from sim.study.contenders import labels
    from sim.study.selection import FEWEST_IN_FIRST_STAGE

    for one, other in (("resume", "overwrite"), ("jobs", "cluster")):
        if options[one] and options[other]:
            raise click.UsageError(f"--{one} and --{other} exclude each other")
    earlier = (read_comparison(out) if options["resume"] else None) or {}

    def chosen(name: str, default: Any) -> Any:
        return next(value for value in (options[name], earlier.get(name), default) if value is not None)

    settings = scenarios[0].settings
    replications = chosen("replications", settings.integer("run.replications"))
    if options["select"] is not None and replications < FEWEST_IN_FIRST_STAGE:
        raise click.UsageError(
            f"--select begins with at least {FEWEST_IN_FIRST_STAGE} replications: -n {FEWEST_IN_FIRST_STAGE}"
        )
    order = ComparisonOrder(
        scenarios=tuple(zip(labels([one.name for one in scenarios], paths), paths, strict=True)),
        seed=chosen("seed", settings.integer("run.seed")),
        replications=replications,
        engine=chosen("engine", ENGINES[0]),
        select=options["select"],
        zone=options["zone"],
        pcs=None if options["select"] is None else options["pcs"] or USUAL_PCS,
        command=(PROGRAM, *click.get_current_context().find_root().obj),
    )
    return open_comparison(out, order, options["resume"], options["overwrite"])


@dataclass
class _Plans:
    """The plans of a comparison, simulated into their sub-folders as far as is asked."""

    folder: ComparisonFolder
    scenarios: Sequence[Scenario]
    options: dict[str, Any]
    workers: Workers
    say: Callable[[str], None]
    warned: list[str] = field(default_factory=list)

    def simulate(self, place: int, replications: int) -> Sample:
        """The first so many replications of a plan, or more if an earlier comparison had them."""
        from sim.report.summary import summary_csv
        from sim.store import read_manifest
        from sim.study.alarms import alarms as run_alarms

        scenario, path, order = self.scenarios[place], self.folder.plan(place), self.folder.order
        earlier = read_manifest(path) or {}
        options = self.options | {
            "replications": max(replications, int(earlier.get("replications", 0))),
            "seed": order.seed,
            "engine": order.engine,
            "resume": bool(earlier),
            "overwrite": False,
        }
        show = not (options["quiet"] or options["no_progress"])
        with open_folder(scenario, path, options) as opened, kept(opened):
            sample, warned = simulate_into(opened, scenario, show, self.workers)
            warned[:0] = scenario.warnings
            found = run_alarms(sample, scenario)
            opened.finish(sample.table(), summary_csv(sample, scenario), warned, alarms=found)
        self.warned += [line for line in warned if line not in self.warned]
        return sample


def _select(contenders: Sequence[Contender], plans: _Plans) -> Best:
    """Select the best plan, with as many more replications as that takes."""
    from sim.study.compare import HIGHER, best_by, season_values
    from sim.study.contenders import check_observed
    from sim.study.measures import by_name
    from sim.study.selection import most_replications, select_best

    order = plans.folder.order
    measure, zone, pcs = str(order.select), float(order.zone or 0.0), float(order.pcs or USUAL_PCS)
    first = season_values(contenders, measure)
    check_observed(contenders, first, measure)
    most = most_replications(first, zone, pcs)
    if most > MOST_REPLICATIONS:
        found = f"selecting with {zone:g} could take {most:,} replications"
        remedy = "name a larger difference that matters"
        raise InputError([Finding("--zone", "", found, f"at most {MOST_REPLICATIONS:,}", remedy, "zone-too-small")])
    plans.say(f"selecting the best by {measure}: at most {most:,} replications of a plan")

    def extend(places: Sequence[int], replications: int) -> list[Any]:
        longer = [replace(contenders[place], sample=plans.simulate(place, replications)) for place in places]
        values = [season_values([one], measure)[:replications] for one in longer]
        for one, column in zip(longer, values, strict=True):
            check_observed([one], column, measure)
        return [column[:, 0] for column in values]

    selection = select_best(first, zone, pcs, by_name()[measure].better == HIGHER, extend)
    return best_by(contenders, measure, zone, pcs, selection)


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
