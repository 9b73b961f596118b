"""The verbs that tie the model to what was reported: calibrate fits the behaviour, validate judges the fit."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from sim.cli.helping import Command
from sim.cli.options import (
    DEBUG,
    JOBS,
    JSON,
    LANG,
    LARGEST_SEED,
    NO_PROGRESS,
    NO_REPORT,
    OVERWRITE,
    PROGRAM,
    QUIET,
    RESUME,
    complain,
)
from sim.cli.report import write_report
from sim.cli.running import compile_first, kept
from sim.language import _

if TYPE_CHECKING:
    from sim.store import ResultsFolder
    from sim.study.calibration.calibrate import Calibrated, Steps
    from sim.study.calibration.predicting import Prediction
    from sim.study.calibration.targets import Targets

FIT = Path("calibration") / "fits" / "wuhan-2020"
TARGETS = Path("calibration") / "targets.toml"
_SEED = click.option(
    "--seed",
    type=click.IntRange(0, LARGEST_SEED),
    metavar="S",
    help="Seed of all random numbers; 20200421 if left out.",
)
_OUT = click.option(
    "--out",
    type=click.Path(path_type=Path),
    metavar="DIR",
    help="Folder for the simulations, from which --resume goes on; results/calibrate-<name> if left out.",
)


@click.command(cls=Command)
@click.argument("targets", type=click.Path(path_type=Path))
@click.option(
    "--points",
    type=click.IntRange(1, 100_000),
    metavar="N",
    help="Points of the design, at least twice the terms of the emulator; 640 if left out.",
)
@click.option("--sets", type=click.IntRange(2, 10_000), metavar="N", help="Synthetic sets for the coverage; 120.")
@click.option(
    "--fit", type=click.Path(path_type=Path), metavar="DIR", help="Where the fit goes; fits/<name> beside TARGETS."
)
@click.option(
    "--bases",
    type=click.Path(path_type=Path),
    metavar="DIR",
    help="Where the bases of scenarios go; fitted/ beside the scenario of a reported fair.",
)
@_SEED
@JOBS
@_OUT
@RESUME
@OVERWRITE
@NO_REPORT
@LANG
@JSON
@QUIET
@NO_PROGRESS
@DEBUG
def calibrate(targets: Path, as_json: bool, **options: Any) -> None:
    """Fit the behaviour to the reported figures in TARGETS, with what the data leave open.

    Writes a fit that `validate` and `run --draws` take, and bases that scenarios name.
    """
    from sim.report.page.data import FitPage
    from sim.study.calibration import calibrate as steps_of
    from sim.study.calibration.design import as_table
    from sim.study.calibration.fits import save_fit
    from sim.study.calibration.pointing import write_bases
    from sim.study.calibration.targets import read_targets

    if options["resume"] and options["overwrite"]:
        raise click.UsageError("--resume and --overwrite exclude each other")
    say = _sayer(options["quiet"])
    read = read_targets(targets)
    where = options["fit"] or targets.parent / "fits" / read.name
    bases = options["bases"] or Path(read.template.file).parent / "fitted"
    out = options["out"] or Path("results") / f"calibrate-{read.name}"
    with _bar(options) as progress:
        steps, seed = _steps(read, options, say, progress)
        folder = _open(read, out, steps, seed, options)
        say(_("results folder: {out}").format(out=out))
        compile_first(say)
        with kept(folder):
            made = steps_of.calibrate(read, seed, steps, folder.finished(), folder.save_part)
            folder.finish(as_table(read, made.design), "", ())
    save_fit(where, made.fit)
    write_bases(bases, read, made)
    write_report(out, options, say, lambda: FitPage(made.fit.about))
    _show_fit(made, as_json)
    say(_("fit: {where}").format(where=where))
    say(_("bases for scenarios: {bases}").format(bases=bases))


def _steps(targets: Targets, options: dict[str, Any], say: Callable[[str], None], progress: Any) -> tuple[Steps, int]:
    from sim.study.calibration.calibrate import COVERAGE_SETS, POINTS, SEED, Steps
    from sim.study.calibration.emulator import fewest_points

    steps = Steps(
        points=max(options["points"] or POINTS, fewest_points(targets.priors.simulated)),
        coverage_sets=options["sets"] or COVERAGE_SETS,
        jobs=_jobs(options),
        say=say,
        progress=progress,
    )
    return steps, SEED if options["seed"] is None else options["seed"]


def _open(targets: Targets, out: Path, steps: Steps, seed: int, options: dict[str, Any]) -> ResultsFolder:
    """The folder in which the simulations are kept; another question does not go on with them."""
    from sim.store import Order, open_results
    from sim.study.calibration.calibrate import asked

    order = Order(
        scenario=targets.name,
        seed=seed,
        replications=steps.points,
        engine="kernel",
        resolved=asked(targets),
        command=(PROGRAM, *click.get_current_context().find_root().obj),
    )
    return open_results(out, order, options["resume"], options["overwrite"])


def _show_fit(made: Calibrated, as_json: bool) -> None:
    from sim.report.fitting import fit_text

    click.echo(json.dumps(made.fit.about, ensure_ascii=False, indent=2) if as_json else fit_text(made.fit.about))


@click.command(cls=Command)
@click.argument("table", type=click.Path(path_type=Path))
@click.option("--fit", type=click.Path(path_type=Path), default=FIT, show_default=True, metavar="DIR", help="The fit.")
@click.option(
    "--targets", type=click.Path(path_type=Path), default=TARGETS, show_default=True, metavar="FILE",
    help="The targets that the fit was made from: kinds of fair, held-out rows.",
)  # fmt: skip
@click.option("--held-out", is_flag=True, help="Only rows that the fit has not seen.")
@click.option("--draws", type=click.IntRange(10, 400), metavar="N", help="Draws of the fit per row; 100 if left out.")
@click.option("--dossier", type=click.Path(path_type=Path), metavar="FILE", help="Write the validation dossier, too.")
@_SEED
@JOBS
@JSON
@QUIET
@NO_PROGRESS
@LANG
@DEBUG
def validate(table: Path, as_json: bool, **options: Any) -> None:
    """Simulate every fair in TABLE from the fit, beside what was reported.

    TABLE is a CSV file with the columns id, firms, posts, seekers and signed; hours, kind, country and wording if
    known. Empty cells are filled in with what is usual; kind and country that are not said are those of fitted fairs
    with such numbers.
    """
    from sim.study.calibration.calibrate import SEED
    from sim.study.calibration.fits import load_fit
    from sim.study.calibration.observed import read_reported
    from sim.study.calibration.predicting import DRAWS, baseline, predict, summaries
    from sim.study.calibration.predicting import as_json as document
    from sim.study.calibration.targets import read_targets

    say = _sayer(options["quiet"])
    rows = read_reported(table)
    fit, targets = load_fit(options["fit"]), read_targets(options["targets"])
    if options["held_out"]:
        rows = tuple(row for row in rows if fit.role(row.id) != "fitted")
    seed = SEED if options["seed"] is None else options["seed"]
    compile_first(say)
    with _bar(options) as progress:
        found = predict(targets, fit, rows, seed, _jobs(options), options["draws"] or DRAWS, progress)
    parts = summaries(found)
    regression = baseline(targets, parts["summary"].rows)
    if as_json:
        click.echo(json.dumps(document(found, parts, regression), ensure_ascii=False, indent=2))
    else:
        from sim.report.fitting import validation_text

        click.echo(validation_text(found, parts, regression))
    if options["dossier"] is not None:
        _write_dossier(options["dossier"], targets, fit, found, seed, _jobs(options))
        say(_("dossier: {options}").format(options=options["dossier"]))


def _write_dossier(path: Path, targets: Targets, fit: Any, found: list[Prediction], seed: int, jobs: int) -> None:
    from sim.files import explained, write_text
    from sim.report.dossier import dossier

    with explained(path):
        write_text(path, dossier(targets, fit, found, seed, jobs))


def _jobs(options: dict[str, Any]) -> int:
    from sim.study.parallel import usable_cores

    return int(options["jobs"] or usable_cores())


def _bar(options: dict[str, Any]) -> Any:
    from sim.report.progress import progress_bar

    return progress_bar(not (options["quiet"] or options["no_progress"]))


def _sayer(quiet: bool) -> Callable[[str], None]:
    return (lambda _: None) if quiet else complain
