"""What the verbs that simulate have in common, step by step: a results folder, compilation, replications.

Knows the options by their names, not the verb that took them.
"""

from __future__ import annotations

import shlex
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from sim.cli.options import ENGINES, INTERRUPTED, PROGRAM, complain

if TYPE_CHECKING:
    from sim.model.scenario import Scenario
    from sim.store import ResultsFolder
    from sim.study.replicate import Sample


def open_folder(scenario: Scenario, out: Path, options: dict[str, Any]) -> ResultsFolder:
    """The results folder, before anything is computed; a resumed run keeps what the options leave open."""
    from sim.store import Order, open_results, read_manifest

    earlier = (read_manifest(out) if options["resume"] else None) or {}

    def chosen(name: str, default: Any) -> Any:
        return next(value for value in (options[name], earlier.get(name), default) if value is not None)

    replications = chosen("replications", scenario.settings.integer("run.replications"))
    seed = chosen("seed", scenario.settings.integer("run.seed"))
    order = Order(
        scenario=scenario.name,
        seed=seed,
        replications=replications,
        engine=chosen("engine", ENGINES[0]),
        resolved={**scenario.resolved(), "run": {"replications": replications, "seed": seed}},
        inputs=scenario.inputs,
        command=(PROGRAM, *click.get_current_context().find_root().obj),
    )
    return open_results(out, order, options["resume"], options["overwrite"])


@contextmanager
def kept(folder: ResultsFolder) -> Iterator[None]:
    """Ctrl-C ends a run with what was finished kept, and says how to go on."""
    try:
        yield
    except KeyboardInterrupt:
        folder.pause()
        kept = folder.finished()
        count = 0 if kept is None else len(kept.replications)
        complain(f"interrupted: {count:,} of {folder.order.replications:,} replications are kept in {folder.path}")
        complain(f"go on with: {_resuming(folder.order.command)}")
        raise click.exceptions.Exit(INTERRUPTED) from None


def compile_first(say: Callable[[str], None]) -> None:
    """Compile what is not yet compiled, and say so."""
    from sim.report.progress import compiling
    from sim.warmup import ensure_compiled

    ensure_compiled(compiling(say))


def simulate_into(folder: ResultsFolder, scenario: Scenario, show: bool) -> tuple[Sample, list[str]]:
    """All replications, and what Python warned of meanwhile."""
    import warnings

    from sim.report.progress import progress_bar
    from sim.study.replicate import replicate_into

    with warnings.catch_warnings(record=True) as caught, progress_bar(show) as progress:
        sample = replicate_into(folder, scenario, progress)
    texts = (f"{one.category.__name__}: {one.message}" for one in caught)
    return sample, list(dict.fromkeys(" ".join(text.split()) for text in texts))


def _resuming(command: Sequence[str]) -> str:
    """The command that goes on with an interrupted one."""
    kept = [part for part in command if part not in ("--overwrite", "--resume")]
    return shlex.join([*kept, "--resume"])
