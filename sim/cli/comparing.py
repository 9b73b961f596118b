"""What verbs that compare plans have in common: plans read, simulated with the same draws, and the best one selected.

Knows the options by their names, not the verb that took them.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any

import click

from sim.cli.options import ENGINES, MOST_REPLICATIONS
from sim.cli.running import compile_first, kept, open_folder, simulate_into
from sim.language import _
from sim.model.errors import Finding, InputError

if TYPE_CHECKING:
    from pathlib import Path

    from sim.model.scenario import Scenario
    from sim.study.compare import Best, Comparison, Contender
    from sim.study.comparison_folder import ComparisonFolder
    from sim.study.parallel import Workers
    from sim.study.replicate import Sample

USUAL_PCS = 0.95


def load_plans(paths: Sequence[str], overrides: Sequence[str]) -> list[Scenario]:
    """All plans, or every finding of all files."""
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


def open_plans(
    scenarios: Sequence[Scenario], paths: Sequence[str], out: Path, options: dict[str, Any]
) -> ComparisonFolder:
    """The folder of the comparison; what the options leave open, the earlier comparison or the base decides."""
    from sim.cli.options import PROGRAM
    from sim.study.comparison_folder import ComparisonOrder, open_comparison, read_comparison
    from sim.study.contenders import labels
    from sim.study.replicate import check_numbers
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
    check_numbers(scenarios, replications)
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
class Plans:
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


def contend(plans: Plans) -> tuple[list[Contender], Comparison]:
    """Simulate all plans and compare them with the first; a selection goes on from these replications."""
    from sim.study.compare import Contender, compare
    from sim.study.contenders import shortened

    order = plans.folder.order
    plans.say(
        _("replications: {replications:,} of each plan, seed: {seed}, engine: {engine}").format(
            replications=order.replications, seed=order.seed, engine=order.engine
        )
    )
    compile_first(plans.say, plans.scenarios)
    contenders = []
    for place, (label, _file) in enumerate(order.scenarios):
        plans.say(
            _("{place} of {scenarios}: {label}").format(place=place + 1, scenarios=len(plans.scenarios), label=label)
        )
        sample = shortened(plans.simulate(place, order.replications), order.replications)
        contenders.append(Contender(label, plans.scenarios[place], sample))
    comparison = compare(contenders, order.seed, order.engine)
    if order.select is not None:
        comparison = replace(comparison, best=select_plan(contenders, plans))
    return contenders, comparison


def select_plan(contenders: Sequence[Contender], plans: Plans) -> Best:
    """Select the best plan, with as many more replications as that takes."""
    from sim.report.terminal import measure_label
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
    plans.say(
        _("selecting the best by {measure}: at most {most:,} replications of a plan").format(
            measure=measure_label(measure), most=most
        )
    )

    def extend(places: Sequence[int], replications: int) -> list[Any]:
        longer = [replace(contenders[place], sample=plans.simulate(place, replications)) for place in places]
        values = [season_values([one], measure)[:replications] for one in longer]
        for one, column in zip(longer, values, strict=True):
            check_observed([one], column, measure)
        return [column[:, 0] for column in values]

    selection = select_best(first, zone, pcs, by_name()[measure].better == HIGHER, extend)
    return best_by(contenders, measure, zone, pcs, selection)
