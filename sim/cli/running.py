"""What the verbs that simulate have in common, step by step: a results folder, compilation, replications.

Knows the options by their names, not the verb that took them.
"""

from __future__ import annotations

import shlex
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from sim.cli.options import ENGINES, INTERRUPTED, PROGRAM, complain
from sim.language import _, spoken

if TYPE_CHECKING:
    from warnings import WarningMessage

    from sim.model.scenario import Scenario
    from sim.store import Order, ResultsFolder
    from sim.study.parallel import Workers
    from sim.study.precision import Precision, Reached
    from sim.study.replicate import Progress, Sample


def open_folder(
    scenario: Scenario,
    out: Path,
    options: Mapping[str, Any],
    draws: tuple[tuple[str, ...], ...] = (),
    check: Callable[[int], None] | None = None,
) -> ResultsFolder:
    """The results folder, before anything is computed; a resumed run keeps what the options leave open.

    Whether the results are too large is seen before; `check` does it from the replications, where draws are cases.
    """
    from sim.store import open_results, read_manifest
    from sim.study.replicate import check_numbers

    earlier = (read_manifest(out) if options["resume"] else None) or {}
    order = _order(scenario, options, earlier, draws)
    if check is not None:
        check(order.replications)
    else:  # with a precision, the usual maximum is hardly ever taken
        wanted = order.least if order.precision and options.get("replications") is None else order.replications
        check_numbers([scenario], wanted, max(1, len(draws) - 1))
    return open_results(out, order, options["resume"], options["overwrite"])


def _order(
    scenario: Scenario, options: Mapping[str, Any], earlier: Mapping[str, Any], draws: tuple[tuple[str, ...], ...]
) -> Order:
    """What is to be run: as the options say, else as it was begun, else as the scenario says."""
    from sim.store import Order
    from sim.study.precision import LEAST, MOST

    def chosen(name: str, default: Any) -> Any:
        return next(value for value in (options.get(name), earlier.get(name), default) if value is not None)

    precision = options.get("precision") or (None if earlier.get("complete") else earlier.get("precision"))
    is_begun = bool(earlier.get("precision")) and not earlier.get("complete")
    least = earlier["least"] if is_begun else max(LEAST, earlier.get("replications", 0))
    replications = chosen("replications", scenario.settings.integer("run.replications"))
    if precision and options.get("replications") is None and not is_begun:
        replications = max(MOST, least)
    seed = chosen("seed", scenario.settings.integer("run.seed"))
    return Order(
        scenario=scenario.name,
        seed=seed,
        replications=replications,
        engine=chosen("engine", ENGINES[0]),
        resolved=_resolved(scenario, options, {"replications": replications, "seed": seed}),
        inputs=scenario.inputs,
        command=(PROGRAM, *click.get_current_context().find_root().obj),
        draws=draws,
        precision=precision or "",
        least=least if precision else 0,
    )


def open_draws(out: Path, options: Mapping[str, Any]) -> tuple[tuple[str, ...], ...]:
    """The draws of the parameters that are asked for, or those that a resumed run was begun with; empty without."""
    from sim.store import DRAWS, draws_in
    from sim.study.parameter_draws import parse_draws, read_draws

    if options["draws"] is not None:
        return read_draws(options["draws"])
    earlier = draws_in(out) if options["resume"] else None
    return parse_draws(earlier, str(out / DRAWS)) if earlier else ()


def _resolved(scenario: Scenario, options: Mapping[str, Any], run: Mapping[str, int]) -> dict[str, Any]:
    """The scenario as it is run, listed people with pseudonyms unless their names are asked for."""
    from sim.model.people import without_names

    resolved = scenario.resolved()
    given = resolved.get("run")
    resolved["run"] = {**(given if isinstance(given, dict) else {}), **run}
    return resolved if options.get("names") else without_names(resolved)


@contextmanager
def workers_for(options: Mapping[str, Any]) -> Iterator[Workers]:
    """The processes that compute: those of the cluster, or of this machine."""
    from sim.study.parallel import local_workers

    if options["cluster"] is not None:
        from sim.study.cluster import cluster_workers

        with cluster_workers(options["cluster"]) as workers:
            yield workers
    else:
        with local_workers(options["jobs"]) as workers:
            yield workers


@contextmanager
def kept(folder: ResultsFolder) -> Iterator[None]:
    """Ctrl-C or SIGTERM ends a run with what was finished kept, and says how to go on."""
    try:
        with _ended_like_ctrl_c():
            yield
    except KeyboardInterrupt:
        folder.pause()
        kept = folder.finished()
        count = 0 if kept is None else len(kept.replications)
        wanted = folder.order.replications * max(1, len(folder.order.draws) - 1)
        of = _(" of {wanted:,}").format(wanted=wanted) if not folder.order.precision else ""
        folder.close()
        complain(
            _("interrupted: {count:,}{of} replications are kept in {path}").format(count=count, of=of, path=folder.path)
        )
        complain(_("go on with: {command}").format(command=_resuming(folder.order.command)))
        raise click.exceptions.Exit(INTERRUPTED) from None
    finally:
        folder.close()


@contextmanager
def _ended_like_ctrl_c() -> Iterator[None]:
    """SIGTERM, which systems send before they end a process by force, does what Ctrl-C does."""
    import signal
    import threading

    if threading.current_thread() is not threading.main_thread():  # only there can signals be taken
        yield
        return

    def interrupt(*_: object) -> None:
        raise KeyboardInterrupt

    before = signal.signal(signal.SIGTERM, interrupt)
    try:
        yield
    finally:
        signal.signal(signal.SIGTERM, before)


def print_alarms(alarms: Sequence[Mapping[str, object]]) -> None:
    """What the planner should look into, below the table; `alarms` as the JSON document has them."""
    from sim.model.alarms import spoken_alarm
    from sim.model.visible import visible
    from sim.report.terminal import measure_label

    if alarms:
        click.echo()
    for one in alarms:
        click.echo(visible(spoken_alarm(one, measure_label)))


def say_warnings(say: Callable[[str], None], warned: Iterable[str], scenarios: Iterable[Scenario]) -> None:
    """Say what was warned of, the findings of scenarios among it; files keep it in English."""
    known = {str(finding): finding.spoken() for scenario in scenarios for finding in scenario.findings}
    for line in warned:
        say(_("warning: {line}").format(line=known.get(line) or spoken(line)))


def compile_first(say: Callable[[str], None], scenarios: Iterable[Scenario] = ()) -> None:
    """Compile what is not yet compiled and some scenarios need, and say so."""
    from sim.compiled import cache_folder
    from sim.model.errors import Finding, InputError
    from sim.report.progress import compiling
    from sim.warmup import ensure_compiled

    try:
        ensure_compiled(compiling(say), any(scenario.is_campaign for scenario in scenarios))
    except OSError as error:
        found = f"compiled code cannot be kept: {error.strerror or error}"
        remedy = "make room there, or name another folder by the variable JOBFAIR_CACHE"
        raise InputError([Finding(str(cache_folder()), "", found, "", remedy, "cannot-write")]) from error


def simulate_into(
    folder: ResultsFolder,
    scenario: Scenario,
    show: bool,
    workers: Workers | None = None,
    draws: Sequence[Scenario] = (),
) -> tuple[Sample, list[str]]:
    """All replications, and what Python warned of meanwhile."""
    from sim.study.replicate import replicate_into

    with _watched(show) as (progress, warned):
        sample = replicate_into(folder, scenario, progress, workers, draws)
    return sample, _texts(warned)


def simulate_until(
    folder: ResultsFolder, scenario: Scenario, precision: Precision, show: bool, workers: Workers | None = None
) -> tuple[Sample, Reached, list[str]]:
    """As many replications as the precision takes, how it ended, and what Python warned of meanwhile."""
    from sim.study.replicate import replicate_into_until

    with _watched(show) as (progress, warned):
        sample, reached = replicate_into_until(folder, scenario, precision, progress, workers)
    return sample, reached, _texts(warned)


@contextmanager
def _watched(show: bool) -> Iterator[tuple[Progress | None, list[WarningMessage]]]:
    import warnings

    from sim.report.progress import progress_bar

    with warnings.catch_warnings(record=True) as caught, progress_bar(show) as progress:
        yield progress, caught


def _texts(warned: Sequence[WarningMessage]) -> list[str]:
    texts = (f"{one.category.__name__}: {one.message}" for one in warned)
    return sorted({" ".join(text.split()) for text in texts})


def _resuming(command: Sequence[str]) -> str:
    """The command that goes on with an interrupted one."""
    kept = [part for part in command if part not in ("--overwrite", "--resume")]
    return shlex.join([*kept, "--resume"])
