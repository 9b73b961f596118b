"""The verb study: the strategies of a folder for one season, which is best, how sure, and what would turn it."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from sim.cli.comparing import USUAL_PCS, Plans, contend, load_plans, open_plans
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
    complain,
)
from sim.cli.running import kept, open_folder, print_alarms, simulate_into, workers_for
from sim.language import _
from sim.model.errors import Finding, InputError, did_you_mean, quoted

if TYPE_CHECKING:
    from sim.model.scenario import Scenario
    from sim.study.parallel import Workers
    from sim.study.replicate import Sample
    from sim.study.statistics import FloatArray
    from sim.study.strategies import Assumption

# How many strategies are followed beside the base, how many draws of the behaviour, and replications of each.
RANKED, DRAWS, DRAW_REPLICATIONS = 4, 60, 2
LEADING, CASE_REPLICATIONS = 2, 4
USUAL_ZONE = 100.0
DOCUMENT = "study.json"


@click.command(cls=Command)
@click.argument("folder", type=click.Path(path_type=Path))
@click.option("--base", default="reported", show_default=True, metavar="NAME", help="The strategy to compare with.")
@click.option(
    "--draws",
    type=click.Path(path_type=Path),
    metavar="FILE",
    help=f"CSV table of parameter draws: whether the ranking holds over the first {DRAWS}.",
)
@click.option(
    "--zone",
    type=click.FloatRange(0, min_open=True),
    default=USUAL_ZONE,
    show_default=True,
    metavar="INTENTS",
    help="The smallest difference that matters when the best is selected.",
)
@click.option("--page", type=click.Path(path_type=Path), metavar="FILE", help="Write the findings as a Markdown page.")
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
@NO_PROGRESS
@LANG
@DEBUG
def study(folder: Path, as_json: bool, **options: Any) -> None:
    """Compare the strategies in FOLDER, a scenario file each: which is best, why, how sure, what would turn it.

    A table assumptions.csv in FOLDER (key, values, strategies, words) names what is not known. Pictures beside the page
    need the extra `figures`.
    """
    from sim.files import explained, write_text
    from sim.report.comparison import json_text
    from sim.report.strategies import page_of, plain, summary_lines, without_nan

    say: Callable[[str], None] = (lambda _: None) if options["quiet"] else complain
    files, page = _files(folder, options["base"]), options["page"]
    options |= {"select": "intents", "pcs": USUAL_PCS}
    out = options["out"] or Path("results") / f"study-{folder.name}"
    document, alarms = _studied(folder, files, out, options, say)
    with explained(out):
        write_text(out / DOCUMENT, json_text(without_nan(document)) + "\n")
    if page is not None:
        from sim.report.figures import write_figures

        shown = write_figures(document, page.parent / page.stem, say)
        with explained(page):
            write_text(page, page_of(document, [f"{page.stem}/{name}" for name in shown]))
        say(_("page: {page}").format(page=page))
    if as_json:
        click.echo(json_text(without_nan(document)))
    else:
        for line in summary_lines(document):
            click.echo(plain(line))
        print_alarms(alarms)
    say(_("results folder: {out}").format(out=out))


def _files(folder: Path, base: str) -> list[str]:
    """The scenario files of a folder, the base first."""
    from sim.files import explained

    with explained(folder):
        found = sorted(path for path in folder.iterdir() if path.suffix == ".toml")
    names = [path.stem for path in found]
    if base not in names or len(names) < 2:
        remedy = did_you_mean(base, names) or "name another folder, or the base with --base"
        allowed = ", ".join(names) or "two scenario files or more"
        found_there = f"holds no strategy {quoted(base)} and others beside it"
        raise InputError([Finding(str(folder), "--base", found_there, allowed, remedy, "no-strategies")])
    return [str(path) for path in sorted(found, key=lambda path: path.stem != base)]


def _studied(
    folder: Path, files: Sequence[str], out: Path, options: dict[str, Any], say: Callable[[str], None]
) -> tuple[dict[str, Any], list[dict[str, object]]]:
    """Everything that is simulated, as plain data.

    1. All files are read, with every finding.
    2. All strategies are simulated and compared with the base; the best is selected.
    3. The leading ones are simulated again with draws of the behaviour.
    4. And at a few values of each assumption, with those for which it matters.
    """
    from sim.model.alarms import ALARM, as_json
    from sim.report.comparison import as_json as comparison_json
    from sim.report.comparison import comparison_csv, json_text
    from sim.report.explaining import causes_csv
    from sim.store import version
    from sim.study.alarms import comparison_alarms
    from sim.study.parameter_draws import read_draws
    from sim.study.strategies import (
        ASSUMPTIONS,
        best_row,
        leading,
        read_assumptions,
        strategy_rows,
        study_digest,
    )

    names = [Path(file).stem for file in files]
    scenarios = load_plans(files, options["overrides"])
    rows = read_draws(options["draws"])[: DRAWS + 1] if options["draws"] is not None else ()
    table = folder / ASSUMPTIONS
    assumptions = read_assumptions(table, names) if table.exists() else ()
    comparing = open_plans(scenarios, files, out, options)
    say(_("results folder: {out}").format(out=out))
    with workers_for(options) as workers:
        plans = Plans(comparing, scenarios, options, workers, say)
        contenders, comparison = contend(plans)
        assert comparison.best is not None
        further = _Further(files, scenarios, out, options | {"seed": comparing.order.seed}, workers, say)
        ranked = [0, *leading(contenders, RANKED)]
        behaviour = further.over_draws(ranked, rows, str(options["draws"])) if rows else None
        followed = [0, *leading(contenders, LEADING)]
        assumed = further.over_assumptions(followed, assumptions, str(table))
    alarms = as_json(comparison_alarms(comparison, contenders))
    told = comparison_json(comparison) | {"alarms": alarms, "version": version(), "out": str(out)}
    warned = [*plans.warned, *further.warned]
    comparing.finish(
        comparison_csv(comparison),
        causes_csv(comparison),
        json_text(told),
        [*warned, *(f"{ALARM}{one['text']}" for one in alarms)],
    )
    document = {
        "folder": folder.as_posix(),
        "page": "" if options["page"] is None else options["page"].as_posix(),
        "version": version(),
        "digest": study_digest(scenarios, assumptions, rows),
        "seed": comparison.seed,
        "replications": comparison.replications,
        "intervals": comparison.intervals,
        "base": names[0],
        "strategies": strategy_rows(comparison, contenders, names),
        "best": best_row(comparison.best, names),
        "draws": behaviour,
        "assumptions": assumed,
        "assumption_replications": CASE_REPLICATIONS,
    }
    return document, alarms


@dataclass
class _Further:
    """The strategies again, with other values: each set of replications in a results folder of its own."""

    files: Sequence[str]
    scenarios: Sequence[Scenario]
    out: Path
    options: dict[str, Any]
    workers: Workers
    say: Callable[[str], None]

    def __post_init__(self) -> None:
        self.warned: list[str] = []

    def over_draws(self, places: Sequence[int], rows: tuple[tuple[str, ...], ...], file: str) -> dict[str, Any]:
        """How sure the ranking is over draws of the behaviour."""
        from sim.study.parameter_draws import drawn_scenarios
        from sim.study.strategies import draws_row

        tables = {}
        for place in places:
            self.say(
                _("{rows} draws of the behaviour: {name}").format(rows=len(rows) - 1, name=self.scenarios[place].name)
            )
            drawn = drawn_scenarios(self.files[place], self.options["overrides"], rows, file)
            sample = self._simulated(place, "draws", DRAW_REPLICATIONS, rows, drawn)
            tables[Path(self.files[place]).stem] = _intents(sample)
        return {"file": Path(file).as_posix()} | draws_row(tables)

    def over_assumptions(
        self, places: Sequence[int], assumptions: Sequence[Assumption], file: str
    ) -> list[dict[str, Any]]:
        """How the lead over the base changes with each assumption."""
        from sim.study.strategies import assumption_row, cases_of, usual_value
        from sim.study.varying import load_cases

        tables: dict[str, dict[str, FloatArray]] = {one.key: {} for one in assumptions}
        for place, scenario in enumerate(self.scenarios):
            name = Path(self.files[place]).stem
            concerned = [one for one in assumptions if one.concerns(name, place in places) or not place]
            if not concerned:
                continue
            self.say(_("{concerned} assumptions: {name}").format(concerned=len(concerned), name=scenario.name))
            cases = cases_of(concerned, file)
            loaded = load_cases(self.files[place], self.options["overrides"], scenario, cases)
            found = _intents(self._simulated(place, "assumptions", CASE_REPLICATIONS, cases.as_draws(), loaded))
            first = 0
            for one in concerned:
                tables[one.key][name] = found[first : first + len(one.values)]
                first += len(one.values)
        base = self.scenarios[0]
        return [assumption_row(one, usual_value(base, one.key), tables[one.key]) for one in assumptions]

    def _simulated(
        self,
        place: int,
        what: str,
        replications: int,
        rows: tuple[tuple[str, ...], ...],
        scenarios: Sequence[Scenario],
    ) -> Sample:
        from sim.report.summary import summary_csv
        from sim.store import read_manifest

        path = self.out / f"{what}-{self.out_name(place)}"
        is_resumed = bool(self.options["resume"]) and read_manifest(path) is not None
        options = self.options | {"replications": replications, "resume": is_resumed, "precision": None}
        show = not (options["quiet"] or options["no_progress"])
        with open_folder(self.scenarios[place], path, options, rows) as folder, kept(folder):
            sample, warned = simulate_into(folder, scenarios[0], show, self.workers, scenarios)
            folder.finish(sample.table(), summary_csv(sample, scenarios[0]), warned)
        self.warned += [line for line in warned if line not in self.warned]
        return sample

    def out_name(self, place: int) -> str:
        """The name of a strategy's folders, as the comparison counts."""
        return f"{place + 1}-{Path(self.files[place]).stem}"


def _intents(sample: Sample) -> FloatArray:
    """Intents of the whole season: a row per draw, a column per replication."""
    from sim.study.compare import BEST_BY
    from sim.study.measures import MeasureKey, by_name

    place = sample.keys.index(MeasureKey(BEST_BY, by_name()[BEST_BY].unit))
    table: FloatArray = sample.by_draw()[:, :, place]
    return table
