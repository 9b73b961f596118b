"""The verb optimise: a search for better calendars under the planner's limits, judged on fresh seeds."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from sim.cli.helping import Command
from sim.cli.options import (
    CLUSTER,
    DEBUG,
    ENGINE,
    ENGINES,
    JOBS,
    JSON,
    LANG,
    LARGEST_SEED,
    NO_PROGRESS,
    NO_REPORT,
    OUT,
    OVERWRITE,
    PROGRAM,
    QUIET,
    RESUME,
)
from sim.cli.report import write_report
from sim.cli.running import compile_first, kept, workers_for
from sim.language import _

if TYPE_CHECKING:
    from sim.store import ResultsFolder
    from sim.study.optimise.evaluating import Evaluations
    from sim.study.optimise.finals import Judged
    from sim.study.optimise.problem import Problem

Say = Callable[[str], None]


@click.command(cls=Command)
@click.argument("problem", type=click.Path(path_type=Path))
@click.option(
    "--evaluations",
    type=click.IntRange(4, 1_000_000),
    metavar="N",
    help="How many plans the search may try; the problem's search.evaluations if left out.",
)
@click.option(
    "--seed",
    type=click.IntRange(0, LARGEST_SEED - 1),
    metavar="S",
    help="Seed of the search; the problem's search.seed if left out. The final has a seed of its own.",
)
@ENGINE
@JOBS
@CLUSTER
@OUT
@RESUME
@OVERWRITE
@NO_REPORT
@LANG
@JSON
@QUIET
@NO_PROGRESS
@DEBUG
def optimise(problem: Path, as_json: bool, **options: Any) -> None:
    """Search for better calendars: PROBLEM says what is open, what binds, and what is wanted.

    Every plan that is tried keeps all limits. The best ones are judged on seeds that the search never saw, and written
    as scenario files that `run` and `compare` take.
    """
    from sim.report.page.folders import page_of
    from sim.study.optimise.contradictions import check_possible
    from sim.study.optimise.evaluating import Evaluations
    from sim.study.optimise.finals import judge
    from sim.study.optimise.searching import check_library, search

    say: Say = (lambda _: None) if options["quiet"] else (lambda line: click.echo(line, err=True))
    asked = _asked(problem, options)
    decoder = check_possible(asked)
    check_library()
    out = options["out"] or Path("results") / f"optimise-{asked.name}"
    folder = _open(asked, out, options)
    say(_("results folder: {out}").format(out=out))
    wanted = asked.search
    say(
        _("plans: {evaluations:,}, seed: {seed}; final: {finalists} plans and the own calendar").format(
            evaluations=wanted.evaluations, seed=wanted.seed, finalists=wanted.finalists
        )
    )
    compile_first(say, [asked.base])
    with workers_for(options) as workers, kept(folder), _bar(options) as bar:
        evaluations = Evaluations(asked, folder.order.engine, workers, folder.save_part, bar.computed)
        evaluations.know(folder.finished())
        found = search(asked, decoder, evaluations, bar.searched)
        bar.judging()
        judged = judge(asked, evaluations, found)
        document = _write(folder, judged, evaluations)
    _show(judged, document, as_json)
    write_report(out, options, say, lambda: page_of(out))
    say(_("results folder: {out}").format(out=out))


def _asked(path: Path, options: dict[str, Any]) -> Problem:
    """The problem with what the command line says over it."""
    from dataclasses import replace

    from sim.study.optimise.problem import load_problem

    if options["resume"] and options["overwrite"]:
        raise click.UsageError("--resume and --overwrite exclude each other")
    found = load_problem(path)
    changes = {name: options[name] for name in ("evaluations", "seed") if options[name] is not None}
    if "seed" in changes and found.search.final_seed in (found.search.seed + 1, changes["seed"]):
        changes["final_seed"] = changes["seed"] + 1
    return replace(found, search=replace(found.search, **changes))


def _open(problem: Problem, out: Path, options: dict[str, Any]) -> ResultsFolder:
    """The folder of the search; one with another question does not go on with it."""
    from sim.store import Order, open_results, read_manifest

    earlier = (read_manifest(out) if options["resume"] else None) or {}
    engine = options["engine"] or earlier.get("engine") or ENGINES[0]
    order = Order(
        scenario=problem.name,
        seed=problem.search.seed,
        replications=int(earlier.get("replications", 0)),
        engine=engine,
        resolved=problem.document(),
        inputs=problem.base.inputs,
        command=(PROGRAM, *click.get_current_context().find_root().obj),
    )
    return open_results(out, order, options["resume"], options["overwrite"])


def _write(folder: ResultsFolder, judged: Judged, evaluations: Evaluations) -> dict[str, Any]:
    """Everything that was found, into the folder; the manifest last."""
    from sim.files import explained, write_text
    from sim.program import version
    from sim.report import optimising
    from sim.store import resolved_text

    scenarios = optimising.scenarios_of(judged)
    document = optimising.as_json(judged, scenarios, len(evaluations.rows))
    document |= {"version": version(), "out": str(folder.path)}
    plans = folder.path / "plans"
    with explained(plans):
        plans.mkdir(exist_ok=True)
        for stale in (*plans.glob("plan-[0-9]*.toml"), *plans.glob("plan-[0-9]*.csv")):
            stale.unlink()  # of an earlier search in this folder, which may have had more finalists
        named = [(judged.own, judged.problem.base), *zip(judged.finalists, scenarios, strict=True)]
        for one, scenario in named:
            file = folder.path / optimising.file_of(one)
            write_text(file, resolved_text(scenario.resolved()))
            write_text(file.with_suffix(".csv"), optimising.calendar_csv(scenario))
        write_text(folder.path / "search.csv", optimising.search_csv(judged))
        write_text(folder.path / "optimum.json", optimising.json_text(document) + "\n")
    folder.finish(evaluations.table(), optimising.pareto_csv(judged))
    return document


def _show(judged: Judged, document: dict[str, Any], as_json: bool) -> None:
    from sim.report import optimising

    if as_json:
        click.echo(optimising.json_text(document))
        return
    from rich.console import Console

    console = Console()
    with console.capture() as captured:
        optimising.render(judged, optimising.scenarios_of(judged), console)
    click.echo(captured.get(), nl=False)


class _Progress:
    """A bar of plans with the time left, on a terminal only."""

    def __init__(self, update: Callable[..., None] | None) -> None:
        self._update = update
        self._replications = 0

    def computed(self, replications: int) -> None:
        """More replications are finished."""
        self._replications += replications
        if self._update is not None:
            self._update(description=_("plans ({count:,} replications)").format(count=self._replications))

    def searched(self, done: int, total: int) -> None:
        """So many plans of all are known."""
        if self._update is not None:
            self._update(completed=done, total=total)

    def judging(self) -> None:
        """The search is over."""
        if self._update is not None:
            self._update(description=_("final"))


@contextmanager
def _bar(options: dict[str, Any]) -> Iterator[_Progress]:
    import sys

    if options["quiet"] or options["no_progress"] or not sys.stderr.isatty():
        yield _Progress(None)
        return
    from rich.console import Console
    from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeRemainingColumn())
    with Progress(*columns, console=Console(stderr=True), transient=True) as bar:
        task = bar.add_task(_("plans"), total=None)
        yield _Progress(lambda **what: bar.update(task, **what))
