"""How far a run is: a bar with the time left, on a terminal only."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING

from sim.language import _

if TYPE_CHECKING:
    from sim.study.replicate import Progress
    from sim.warmup import Announce


def compiling(say: Callable[[str], None]) -> Announce:
    """Tells a planner why the very first run takes longer."""

    def announce(done: int, parts: int, what: str) -> None:
        if done == 0:
            say(_("first run after the installation: compiling, once, about 20 seconds"))
        if done < parts:
            say(_("compiling {done} of {parts}: {what}").format(done=done + 1, parts=parts, what=_(what)))
        else:
            say(_("compiled; later runs start at once"))

    return announce


@contextmanager
def progress_bar(show: bool) -> Iterator[Progress | None]:
    """A bar with the time left on a terminal, nothing elsewhere."""
    if not (show and sys.stderr.isatty()):
        yield None
        return
    from rich.console import Console
    from rich.progress import BarColumn, MofNCompleteColumn, TextColumn, TimeRemainingColumn
    from rich.progress import Progress as Bar

    columns = (TextColumn(_("replications")), BarColumn(), MofNCompleteColumn(), TimeRemainingColumn())
    with Bar(*columns, console=Console(stderr=True), transient=True) as bar:
        task = bar.add_task("", total=None)

        def show_progress(done: int, total: int) -> None:
            # Replications of an earlier run say nothing about the speed of this one.
            if bar.tasks[0].total is None:
                bar.reset(task, total=total, completed=done)
            bar.update(task, completed=done, total=total)

        yield show_progress
