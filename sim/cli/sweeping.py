"""What the questions of the verb sweep have in common: what is asked, a results folder of cases, their simulation."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

from sim.cli.running import open_folder
from sim.model.errors import Finding, InputError, did_you_mean

if TYPE_CHECKING:
    from rich.console import Console

    from sim.model.alarms import Alarm
    from sim.model.scenario import Scenario
    from sim.store import Order, ResultsFolder
    from sim.study.parallel import Workers
    from sim.study.ranges import Range
    from sim.study.replicate import Progress, Sample
    from sim.study.varying import Cases

Say = Callable[[str], None]
SWEEP_CSV, SENSITIVITY_CSV, FLIP_CSV = "sweep.csv", "sensitivity.csv", "flip.csv"
USUAL_MEASURE = "intents"


@dataclass(frozen=True)
class Asked:
    """What the planner asks, with the scenario loaded."""

    file: str
    overrides: tuple[str, ...]
    base: Scenario
    options: dict[str, Any]
    say: Say

    def out(self, prefix: str, *others: str) -> Path:
        """The results folder."""
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
        """The ranges behind --over."""
        from sim.study.ranges import read_ranges

        return read_ranges(self.options["over"], self.file, self.overrides, self.base)


Printed = tuple[dict[str, Any], Callable[["Console"], None]]


@contextmanager
def opened(
    base: Scenario, scenarios: Sequence[Scenario], cases: Cases, out: Path, options: dict[str, Any]
) -> Iterator[ResultsFolder]:
    """The results folder of cases; tables that only some cases read count as read."""
    from sim.files import explained
    from sim.study.sweep import check_size

    inputs = tuple(dict.fromkeys(one for scenario in (base, *scenarios) for one in scenario.inputs))
    check = partial(check_size, scenarios)
    with open_folder(replace(base, inputs=inputs), out, options, cases.as_draws(), check) as folder:
        if options["overwrite"]:
            with explained(out):
                for name in (SWEEP_CSV, SENSITIVITY_CSV):
                    (out / name).unlink(missing_ok=True)
        yield folder


def cases_into(
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


def seed_of(asked: Asked, out: Path) -> int:
    """The seed: as the options say, else as a resumed one was begun, else as the scenario says."""
    from sim.store import read_manifest

    earlier = (read_manifest(out) if asked.options["resume"] else None) or {}
    usual = asked.base.settings.integer("run.seed")
    return int(next(one for one in (asked.options["seed"], earlier.get("seed"), usual) if one is not None))


def document_of(order: Order, out: Path, alarms: Sequence[Alarm]) -> dict[str, Any]:
    """What every JSON document begins with."""
    from sim.model.alarms import as_json
    from sim.store import version

    return {
        "scenario": order.scenario,
        "engine": order.engine,
        "seed": order.seed,
        "replications": order.replications,
        "version": version(),
        "out": str(out),
        "alarms": as_json(alarms),
    }
