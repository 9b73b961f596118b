"""The question of the verb sweep where a verdict flips: two plans, simulated at one value after another."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from sim.cli.running import compile_first, kept, say_warnings, workers_for
from sim.cli.sweeping import FLIP_CSV, Asked, Printed, cases_into, document_of, opened, seed_of
from sim.language import _
from sim.model.errors import Finding, InputError

if TYPE_CHECKING:
    from sim.model.alarms import Alarm
    from sim.model.scenario import Scenario
    from sim.store import Order
    from sim.study.flip import Flip
    from sim.study.parallel import Workers
    from sim.study.ranges import Range
    from sim.study.replicate import Sample
    from sim.study.statistics import PairedDifference


def flips(asked: Asked) -> Printed:
    """Where the verdict of a comparison flips.

    1. Both plans are simulated at the first values of every assumption.
    2. Then at whatever values follow the changes of the verdict, assumption by assumption.
    """
    from sim.files import explained, write_text
    from sim.model.scenario import load_scenario
    from sim.report.flipping import flip_csv, flip_json, render_flips
    from sim.report.terminal import measure_label
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
    asked.say(_("results folder: {out}").format(out=out))
    compile_first(asked.say, [side.base for side in sides])
    found: list[tuple[str, Flip]] = []
    with workers_for(options) as workers:
        pair = _Pair(sides, workers)
        pair.reach([(one, value) for one in ranges for value in first_values(one)])
        for one in ranges:
            for measure in measures:
                asked.say(
                    _("following the verdict by {measure} over {key}").format(
                        measure=measure_label(measure), key=one.key
                    )
                )
                found.append((measure, find_flip(one, pair.differences(one, measure))))
    order = pair.order
    labels = _labels(asked.base, other, (asked.file, other_file))
    with explained(out):
        write_text(out / FLIP_CSV, flip_csv(found, *labels))
    say_warnings(asked.say, pair.warned(), [one for side in sides for one in side.scenarios])
    alarms = [one.at(label) for label, side in zip(labels, sides, strict=True) for one in side.alarms]
    document = document_of(order, out, alarms) | {
        "base": labels[0],
        "other": labels[1],
        "flips": flip_json(found, *labels),
    }
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


def _pinned(asked: Asked, path: Path) -> dict[str, Any]:
    """Seed and replications, the same for both plans."""
    from sim.store import read_manifest

    earlier = (read_manifest(path) if asked.options["resume"] else None) or {}
    settings = asked.base.settings
    wanted = (asked.options["replications"], earlier.get("replications"), settings.integer("run.replications"))
    replications = next(one for one in wanted if one is not None)
    if replications < 2:
        raise click.UsageError("--flip takes 2 replications or more, better 30: -n 30")
    return {"replications": replications, "seed": seed_of(asked, path)}


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
    alarms: tuple[Alarm, ...] = ()
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
        from sim.study.alarms import case_alarms
        from sim.study.ranges import OVER
        from sim.study.varying import Cases

        cases = Cases(OVER, tuple(one.key for one in self.ranges), tuple(self.rows))
        options = self.options if self.sample is None else self.options | {"resume": True, "overwrite": False}
        with opened(self.base, self.scenarios, cases, self.path, options) as folder, kept(folder):
            self.order = folder.order
            self.sample, warned = cases_into(folder, self.scenarios, options, workers)
            warned[:0] = dict.fromkeys(line for scenario in self.scenarios for line in scenario.warnings)
            self.alarms = case_alarms(self.sample, self.scenarios)
            folder.finish(self.sample.table(), summary_csv(self.sample, self.base), warned, alarms=self.alarms)
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
