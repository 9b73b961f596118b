"""The verb sweep: the same scenario with other values; which assumptions matter, and which flip a verdict."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from sim.cli.flips import flips
from sim.cli.helping import Command
from sim.cli.options import (
    CLUSTER,
    DEBUG,
    ENGINE,
    JOBS,
    JSON,
    LANG,
    NO_PROGRESS,
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
from sim.cli.running import compile_first, kept, print_alarms, say_warnings, workers_for
from sim.cli.sweeping import (
    SENSITIVITY_CSV,
    SWEEP_CSV,
    Asked,
    Printed,
    Say,
    cases_into,
    document_of,
    opened,
    seed_of,
)
from sim.language import _
from sim.model.errors import Finding, InputError

if TYPE_CHECKING:
    from sim.model.alarms import Alarm
    from sim.store import Order
    from sim.study.replicate import Sample
    from sim.study.varying import Cases

# What else must stand beside each question, and what must not.
QUESTIONS = {
    "vary": (),
    "cases": (),
    "sensitivity": ("over", "measure", "samples"),
    "flip": ("over", "measure"),
}


@click.command(cls=Command)
@click.argument("scenario")
@click.option(
    "--vary",
    multiple=True,
    metavar="KEY=V1,V2",
    help="Values of a key, or LOW..HIGH:STEPS; repeatable: every combination is a case. Commas inside brackets or "
    "quotation marks do not separate values: 'interview.minutes=5,lognormal(mean=5, cv=0.8)'. One argument of a "
    "distribution: interview.minutes.mean=4,6.",
)
@click.option(
    "--cases",
    type=click.Path(path_type=Path),
    metavar="FILE",
    help="A list of cases: CSV with a column per key, or TOML with [[cases]]. `case` names a case.",
)
@click.option(
    "--sensitivity",
    type=click.Choice(("morris", "sobol")),
    help="Which of the assumptions in --over move the result: Morris (few cases) or Sobol (shares of the variance).",
)
@click.option("--flip", metavar="OTHER", help="At which values of --over the verdict on OTHER against SCENARIO flips.")
@click.option(
    "--over",
    multiple=True,
    metavar="KEY=LOW..HIGH",
    help="An assumption and its range; KEY alone: a range by rule, which is printed. Repeatable.",
)
@click.option("--measure", multiple=True, metavar="NAME", help="The result that is looked at; intents if left out.")
@click.option(
    "--samples",
    type=click.IntRange(2, 10_000),
    metavar="N",
    help="Size of the design: 10 trajectories (Morris) or 64 points, a power of two (Sobol), if left out.",
)
@OVERRIDES
@REPLICATIONS
@SEED
@ENGINE
@JOBS
@CLUSTER
@OUT
@RESUME
@OVERWRITE
@JSON
@QUIET
@VERBOSE
@NO_PROGRESS
@LANG
@DEBUG
def sweep(scenario: str, overrides: tuple[str, ...], as_json: bool, **options: Any) -> None:
    """Simulate SCENARIO with other values, case by case.

    Every case is the scenario with its values laid over it, and meets the same people with the same luck. --vary or
    --cases say which cases; --sensitivity and --flip choose them.
    """
    from sim.model.scenario import load_scenario

    question = _question(options)
    say: Say = (lambda _: None) if options["quiet"] else complain
    base = load_scenario(scenario, overrides)
    asked = Asked(scenario, overrides, base, options, say)
    if question == "flip":
        document, print_to = flips(asked)
    elif question == "sensitivity":
        document, print_to = _sensitivity(asked)
    else:
        document, print_to = _sweep(asked)
    if as_json:
        click.echo(json.dumps(document, indent=2))
    else:
        from rich.console import Console

        console = Console()
        with console.capture() as captured:
            print_to(console)
        click.echo(captured.get(), nl=False)
        print_alarms(document["alarms"])
    say(_("results folder: {document}").format(document=document["out"]))


def _question(options: dict[str, Any]) -> str:
    """Which of the questions is asked; options that do not go together are refused."""
    asked = [name for name in QUESTIONS if options[name]]
    if len(asked) != 1:
        raise click.UsageError("say one of --vary, --cases, --sensitivity or --flip")
    question = asked[0]
    for name in ("over", "measure", "samples"):
        if options[name] and name not in QUESTIONS[question]:
            raise click.UsageError(f"--{name} does not go with --{question}")
    if "over" in QUESTIONS[question] and not options["over"]:
        raise click.UsageError(f"--{question} needs --over KEY=LOW..HIGH, once for each assumption")
    for one, other in (("resume", "overwrite"), ("jobs", "cluster")):
        if options[one] and options[other]:
            raise click.UsageError(f"--{one} and --{other} exclude each other")
    return question


# A sweep, and the sensitivity -----------------------------------------------------------------------


def _sweep(asked: Asked) -> Printed:
    """A grid or a list of cases."""
    from sim.report.sweeping import render_sweep, sweep_json
    from sim.study.sweep import swept
    from sim.study.varying import grid, read_cases

    options = asked.options
    cases = read_cases(options["cases"]) if options["cases"] else grid(options["vary"])
    out = asked.out("sweep")
    sample, order, alarms = _simulate(asked, cases, out)
    found = swept(sample, cases)
    document = document_of(order, out, alarms) | {"keys": list(cases.keys), "cases": sweep_json(found)}
    return document, lambda console: render_sweep(found, console, options["verbose"])


def _sensitivity(asked: Asked) -> Printed:
    """Which assumptions move the result.

    1. The design: the cases that the method needs.
    2. All cases are simulated.
    3. The indices of every measure.
    """
    from sim.files import explained, write_text
    from sim.report.sweeping import render_sensitivity, sensitivity_csv, sensitivity_json
    from sim.study.measures import by_name
    from sim.study.ranges import range_cases
    from sim.study.sensitivity import USUAL_SAMPLES, cases_of, check_samples, design, sensitivity
    from sim.study.sweep import season_values
    from sim.study.varying import MOST_CASES

    method = asked.options["sensitivity"]
    samples = asked.options["samples"] or USUAL_SAMPLES[method]
    measures, ranges = asked.measures(), asked.ranges()
    check_samples(method, samples)
    count = cases_of(method, len(ranges), samples)
    if count > MOST_CASES:
        remedy = "take fewer --samples, or first Morris to leave out what hardly matters"
        raise InputError(
            [Finding("--sensitivity", method, f"{count:,} cases", f"at most {MOST_CASES:,}", remedy, "too-many-cases")]
        )
    out = asked.out("sensitivity")
    seed = seed_of(asked, out)
    points = design(method, ranges, samples, seed)

    sample, order, alarms = _simulate(asked, range_cases(ranges, points.tolist()), out)
    found = [
        sensitivity(method, ranges, points, season_values(sample, name), (name, by_name()[name].unit), seed)
        for name in measures
    ]
    with explained(out):
        write_text(out / SENSITIVITY_CSV, sensitivity_csv(found, ranges))
    document = document_of(order, out, alarms) | {"samples": samples, "cases": count}
    document["sensitivity"] = sensitivity_json(found, ranges)
    return document, lambda console: render_sensitivity(found, ranges, count, order.replications, console)


def _simulate(asked: Asked, cases: Cases, out: Path) -> tuple[Sample, Order, tuple[Alarm, ...]]:
    """Simulate all cases into the results folder, after every finding of every case."""
    from sim.files import explained, write_text
    from sim.report.summary import summary_csv
    from sim.report.sweeping import sweep_csv
    from sim.study.alarms import case_alarms
    from sim.study.sweep import swept
    from sim.study.varying import load_cases

    scenarios = load_cases(asked.file, asked.overrides, asked.base, cases)
    with opened(asked.base, scenarios, cases, out, asked.options) as folder, kept(folder):
        asked.say(_("results folder: {out}").format(out=out))
        order = folder.order
        asked.say(
            _("cases: {scenarios:,}, replications of each: {replications:,}, seed: {seed}, engine: {engine}").format(
                scenarios=len(scenarios), replications=order.replications, seed=order.seed, engine=order.engine
            )
        )
        compile_first(asked.say, scenarios)
        with workers_for(asked.options) as workers:
            sample, warned = cases_into(folder, scenarios, asked.options, workers)
            warned[:0] = dict.fromkeys(line for scenario in scenarios for line in scenario.warnings)
        with explained(out):
            write_text(out / SWEEP_CSV, sweep_csv(swept(sample, cases)))
        found = case_alarms(sample, scenarios)
        folder.finish(sample.table(), summary_csv(sample, asked.base), warned, alarms=found)
    say_warnings(asked.say, warned, scenarios)
    return sample, order, found
