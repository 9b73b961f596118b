"""The verb sweep: the same scenario with other values; which assumptions matter, and which flip a verdict."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from sim.cli.options import (
    CLUSTER,
    DEBUG,
    ENGINE,
    JOBS,
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
from sim.cli.running import compile_first, kept, open_folder, workers_for
from sim.model.errors import Finding, InputError, did_you_mean

if TYPE_CHECKING:
    from rich.console import Console

    from sim.model.scenario import Scenario
    from sim.store import Order, ResultsFolder
    from sim.study.flip import Flip
    from sim.study.parallel import Workers
    from sim.study.ranges import Range
    from sim.study.replicate import Progress, Sample
    from sim.study.statistics import PairedDifference
    from sim.study.varying import Cases

Say = Callable[[str], None]
SWEEP_CSV, SENSITIVITY_CSV, FLIP_CSV = "sweep.csv", "sensitivity.csv", "flip.csv"
USUAL_MEASURE = "intents"
# What else must stand beside each question, and what must not.
QUESTIONS = {
    "vary": (),
    "cases": (),
    "sensitivity": ("over", "measure", "samples"),
    "flip": ("over", "measure"),
}


@click.command()
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
@DEBUG
def sweep(scenario: str, overrides: tuple[str, ...], as_json: bool, **options: Any) -> None:
    """Simulate SCENARIO with other values, case by case.

    Every case is the scenario with its values laid over it, and meets the same people with the same luck. --vary or
    --cases say which cases; --sensitivity and --flip choose them.
    """
    from sim.model.scenario import load_scenario

    question = _question(options)
    say: Say = (lambda _: None) if options["quiet"] else (lambda line: click.echo(line, err=True))
    base = load_scenario(scenario, overrides)
    asked = _Asked(scenario, overrides, base, options, say)
    if question == "flip":
        document, print_to = _flips(asked)
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
    say(f"results folder: {document['out']}")


@dataclass(frozen=True)
class _Asked:
    """What the planner asks, with the scenario loaded."""

    file: str
    overrides: tuple[str, ...]
    base: Scenario
    options: dict[str, Any]
    say: Say

    def out(self, prefix: str, *others: str) -> Path:
        name = "-".join((prefix, *(Path(one).stem for one in (self.file, *others))))
        return self.options["out"] or Path("results") / name

    def measures(self) -> tuple[str, ...]:
        """The measures that are looked at."""
        from sim.study.measures import MEASURES

        names = [one.name for one in MEASURES]
        wanted = tuple(dict.fromkeys(self.options["measure"])) or (USUAL_MEASURE,)
        findings = [
            Finding("--measure", one, "is no measure", ", ".join(names), did_you_mean(one, names), "unknown-measure")
            for one in wanted
            if one not in names
        ]
        if findings:
            raise InputError(findings)
        return wanted

    def ranges(self) -> tuple[Range, ...]:
        from sim.study.ranges import read_ranges

        return read_ranges(self.options["over"], self.file, self.overrides, self.base)


Printed = tuple[dict[str, Any], Callable[["Console"], None]]


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


def _sweep(asked: _Asked) -> Printed:
    """A grid or a list of cases."""
    from sim.report.sweeping import render_sweep, sweep_json
    from sim.study.sweep import swept
    from sim.study.varying import grid, read_cases

    options = asked.options
    cases = read_cases(options["cases"]) if options["cases"] else grid(options["vary"])
    out = asked.out("sweep")
    sample, order = _simulate(asked, cases, out)
    found = swept(sample, cases)
    document = _document(order, out) | {"keys": list(cases.keys), "cases": sweep_json(found)}
    return document, lambda console: render_sweep(found, console, options["verbose"])


def _sensitivity(asked: _Asked) -> Printed:
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
    seed = _seed(asked, out)
    points = design(method, ranges, samples, seed)

    sample, order = _simulate(asked, range_cases(ranges, points.tolist()), out)
    found = [
        sensitivity(method, ranges, points, season_values(sample, name), (name, by_name()[name].unit), seed)
        for name in measures
    ]
    with explained(out):
        write_text(out / SENSITIVITY_CSV, sensitivity_csv(found, ranges))
    document = _document(order, out) | {"samples": samples, "cases": count}
    document["sensitivity"] = sensitivity_json(found, ranges)
    return document, lambda console: render_sensitivity(found, ranges, count, order.replications, console)


def _simulate(asked: _Asked, cases: Cases, out: Path) -> tuple[Sample, Order]:
    """Simulate all cases into the results folder, after every finding of every case."""
    from sim.files import explained, write_text
    from sim.report.summary import summary_csv
    from sim.report.sweeping import sweep_csv
    from sim.study.sweep import swept
    from sim.study.varying import load_cases

    scenarios = load_cases(asked.file, asked.overrides, asked.base, cases)
    with _opened(asked.base, scenarios, cases, out, asked.options) as folder, kept(folder):
        asked.say(f"results folder: {out}")
        order = folder.order
        asked.say(
            f"cases: {len(scenarios):,}, replications of each: {order.replications:,}, seed: {order.seed}, engine:"
            f" {order.engine}"
        )
        compile_first(asked.say)
        with workers_for(asked.options) as workers:
            sample, warned = _cases_into(folder, scenarios, asked.options, workers)
        with explained(out):
            write_text(out / SWEEP_CSV, sweep_csv(swept(sample, cases)))
        folder.finish(sample.table(), summary_csv(sample, asked.base), warned)
    for line in warned:
        asked.say(f"warning: {line}")
    return sample, order


@contextmanager
def _opened(
    base: Scenario, scenarios: Sequence[Scenario], cases: Cases, out: Path, options: dict[str, Any]
) -> Iterator[ResultsFolder]:
    """The results folder of cases; tables that only some cases read count as read."""
    from sim.files import explained
    from sim.study.sweep import check_size

    inputs = tuple(dict.fromkeys(one for scenario in (base, *scenarios) for one in scenario.inputs))
    with open_folder(replace(base, inputs=inputs), out, options, cases.as_draws()) as folder:
        check_size(scenarios, folder.order.replications)
        if options["overwrite"]:
            with explained(out):
                for name in (SWEEP_CSV, SENSITIVITY_CSV):
                    (out / name).unlink(missing_ok=True)
        yield folder


def _cases_into(
    folder: ResultsFolder, scenarios: Sequence[Scenario], options: dict[str, Any], workers: Workers
) -> tuple[Sample, list[str]]:
    """All cases, and what Python warned of meanwhile."""
    import warnings

    from sim.report.progress import progress_bar
    from sim.study.sweep import simulate_cases

    show = not (options["quiet"] or options["no_progress"])
    progress: Progress | None
    with warnings.catch_warnings(record=True) as caught, progress_bar(show) as progress:
        sample = simulate_cases(folder, scenarios, progress, workers)
    return sample, sorted({" ".join(f"{one.category.__name__}: {one.message}".split()) for one in caught})


def _seed(asked: _Asked, out: Path) -> int:
    """The seed: as the options say, else as a resumed one was begun, else as the scenario says."""
    from sim.store import read_manifest

    earlier = (read_manifest(out) if asked.options["resume"] else None) or {}
    usual = asked.base.settings.integer("run.seed")
    return int(next(one for one in (asked.options["seed"], earlier.get("seed"), usual) if one is not None))


def _document(order: Order, out: Path) -> dict[str, Any]:
    from sim.store import version

    return {
        "scenario": order.scenario,
        "engine": order.engine,
        "seed": order.seed,
        "replications": order.replications,
        "version": version(),
        "out": str(out),
    }


# Flips ------------------------------------------------------------------------------------------------


def _flips(asked: _Asked) -> Printed:
    """Where the verdict of a comparison flips.

    1. Both plans are simulated at the first values of every assumption.
    2. Then at whatever values follow the changes of the verdict, assumption by assumption.
    """
    from sim.files import explained, write_text
    from sim.model.scenario import load_scenario
    from sim.report.sweeping import flip_csv, flip_json, render_flips
    from sim.study.flip import find_flip, first_values

    other_file = asked.options["flip"]
    measures, ranges = asked.measures(), asked.ranges()
    other = load_scenario(other_file, asked.overrides)
    out = asked.out("flip", other_file)
    _check_flip_folder(out, asked.options)
    options = asked.options | _pinned(asked, out / "base")
    sides = [
        _Side(asked.file, asked.base, out / "base", ranges, asked.overrides, options),
        _Side(other_file, other, out / "other", ranges, asked.overrides, options),
    ]
    asked.say(f"results folder: {out}")
    compile_first(asked.say)
    found: list[tuple[str, Flip]] = []
    with workers_for(options) as workers:
        pair = _Pair(sides, workers)
        pair.reach([(one, value) for one in ranges for value in first_values(one)])
        for one in ranges:
            for measure in measures:
                asked.say(f"following the verdict by {measure} over {one.key}")
                found.append((measure, find_flip(one, pair.differences(one, measure))))
    order = pair.order
    labels = _labels(asked.base, other, (asked.file, other_file))
    with explained(out):
        write_text(out / FLIP_CSV, flip_csv(found, *labels))
    for line in pair.warned():
        asked.say(f"warning: {line}")
    document = _document(order, out) | {"base": labels[0], "other": labels[1], "flips": flip_json(found, *labels)}
    return document, lambda console: render_flips(found, *labels, order.replications, console)


def _labels(base: Scenario, other: Scenario, files: tuple[str, str]) -> tuple[str, str]:
    from sim.study.contenders import labels

    first, second = labels((base.name, other.name), files)
    return first, second


def _check_flip_folder(out: Path, options: dict[str, Any]) -> None:
    """Refuse a folder that holds something else, or earlier results that are neither resumed nor replaced."""
    import os

    from sim.files import explained
    from sim.store import read_manifest

    with explained(out):
        is_ours = read_manifest(out / "base") is not None
        occupied = out.exists() and bool(os.listdir(out))
    remedy = "name another folder with --out"
    if occupied and not is_ours:
        raise InputError([Finding(str(out), "", "holds other files", "", remedy, "not-a-results-folder")])
    if occupied and not (options["resume"] or options["overwrite"]):
        remedy = f"--resume goes on with it, --overwrite replaces it, or {remedy}"
        raise InputError([Finding(str(out), "", "the results folder is not empty", "", remedy, "folder-not-empty")])


def _pinned(asked: _Asked, path: Path) -> dict[str, Any]:
    """Seed and replications, the same for both plans."""
    from sim.store import read_manifest

    earlier = (read_manifest(path) if asked.options["resume"] else None) or {}
    settings = asked.base.settings
    wanted = (asked.options["replications"], earlier.get("replications"), settings.integer("run.replications"))
    replications = next(one for one in wanted if one is not None)
    if replications < 2:
        raise click.UsageError("--flip takes 2 replications or more, better 30: -n 30")
    return {"replications": replications, "seed": _seed(asked, path)}


@dataclass
class _Side:
    """One of two plans, at the values that were looked at so far: its cases only become more."""

    file: str
    base: Scenario
    path: Path
    ranges: Sequence[Range]
    overrides: tuple[str, ...]
    options: dict[str, Any]
    rows: list[tuple[str, ...]] = field(default_factory=list)
    scenarios: list[Scenario] = field(default_factory=list)
    warned: list[str] = field(default_factory=list)
    sample: Sample | None = None
    order: Order | None = None

    def load(self, rows: Sequence[tuple[str, ...]]) -> None:
        """Take more cases."""
        from sim.study.ranges import OVER
        from sim.study.varying import Cases, load_cases

        cases = Cases(OVER, tuple(one.key for one in self.ranges), tuple(rows))
        self.scenarios += load_cases(self.file, self.overrides, self.base, cases)
        self.rows += rows

    def simulate(self, workers: Workers) -> None:
        """Simulate what is new."""
        from sim.report.summary import summary_csv
        from sim.study.ranges import OVER
        from sim.study.varying import Cases

        cases = Cases(OVER, tuple(one.key for one in self.ranges), tuple(self.rows))
        options = self.options if self.sample is None else self.options | {"resume": True, "overwrite": False}
        with _opened(self.base, self.scenarios, cases, self.path, options) as folder, kept(folder):
            self.order = folder.order
            self.sample, warned = _cases_into(folder, self.scenarios, options, workers)
            folder.finish(self.sample.table(), summary_csv(self.sample, self.base), warned)
        self.warned += [line for line in warned if line not in self.warned]

    def earlier(self) -> list[tuple[str, ...]]:
        """The cases of an interrupted search, which it begins with again."""
        from sim.store import draws_in
        from sim.study.parameter_draws import parse_draws

        text = draws_in(self.path) if self.options["resume"] else None
        keys = tuple(one.key for one in self.ranges)
        known = parse_draws(text, str(self.path)) if text else (keys,)
        return list(known[1:]) if known[0] == keys else []


class _Pair:
    """Two plans with the same values and the same luck."""

    def __init__(self, sides: Sequence[_Side], workers: Workers) -> None:
        self._sides, self._workers = sides, workers

    @property
    def order(self) -> Order:
        """What was simulated."""
        order = self._sides[0].order
        assert order is not None
        return order

    def warned(self) -> list[str]:
        """What Python warned of."""
        return list(dict.fromkeys(line for side in self._sides for line in side.warned))

    def reach(self, points: Sequence[tuple[Range, float]]) -> None:
        """Simulate both plans at values at which they were not yet; all findings of both before anything runs."""
        findings: list[Finding] = []
        wanted = [
            tuple(one.text(value) if one is other else "" for other in self._sides[0].ranges) for one, value in points
        ]
        for side in self._sides:
            earlier = side.earlier() if side.sample is None else []
            new = [row for row in dict.fromkeys((*earlier, *wanted)) if row not in side.rows]
            try:
                side.load(new)
            except InputError as error:
                findings += [replace(one, found=f"{side.file}: {one.found}") for one in error.findings]
        if findings:
            raise InputError(findings)
        for side in self._sides:
            if side.sample is None or len(side.sample.by_draw()) < len(side.rows):
                side.simulate(self._workers)

    def differences(self, one: Range, measure: str) -> Callable[[Sequence[float]], list[PairedDifference]]:
        """The paired difference of a measure, other minus base, at values of one assumption."""
        from sim.study.statistics import paired_difference
        from sim.study.sweep import season_values

        def at(values: Sequence[float]) -> list[PairedDifference]:
            self.reach([(one, value) for value in values])
            tables = [season_values(side.sample, measure) for side in self._sides if side.sample is not None]
            found = []
            for value in values:
                row = tuple(one.text(value) if one is other else "" for other in self._sides[0].ranges)
                base, other = (table[side.rows.index(row)] for side, table in zip(self._sides, tables, strict=True))
                found.append(paired_difference(other, base))
            return found

        return at
