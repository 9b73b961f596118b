"""Calibration from end to end: design, emulator, posterior, a second look where the posterior lies, diagnostics, fit.

Everything follows from the targets and the seed. Knows the order of the steps, not how any of them works.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from sim import program
from sim.campaign.season import Season
from sim.files import Table
from sim.language import _
from sim.model.scenario import Scenario
from sim.study.calibration import chance, diagnostics
from sim.study.calibration.design import Design, day_scenario, design_points, output_names, run_design
from sim.study.calibration.emulator import fit_emulator
from sim.study.calibration.fits import COMMON, Fit, numbers_as_values
from sim.study.calibration.inference import MOVES, PARTICLES, Problem, Reported, problem_of, reported_of
from sim.study.calibration.priors import SPREADS, Priors
from sim.study.calibration.sampling import Posterior
from sim.study.calibration.simulating import observe, usual_sizes
from sim.study.calibration.targets import Target, Targets

FloatArray = npt.NDArray[np.float64]
Progress = Callable[[int, int], None]

POINTS = 640
SEED = 20200421
COVERAGE_SETS = 120
DRAWS = 400
CHECKED = 256  # draws from the posterior at which the emulator is compared with simulations, and corrected
_EXACT = 200  # replications behind the one point that a scenario names
_STEPS = 8
_CLOSE = 0.001


@dataclass(frozen=True)
class Steps:
    """How much work is done, and who is told."""

    points: int = POINTS
    particles: int = PARTICLES
    moves: int = MOVES
    coverage_sets: int = COVERAGE_SETS
    checked: int = CHECKED
    exact: int = _EXACT
    jobs: int = 1
    say: Callable[[str], None] = print
    progress: Progress | None = None


@dataclass(frozen=True)
class Calibrated:
    """A fit, and the one point of it that scenarios name: numbers by key, common and by day."""

    fit: Fit
    point: dict[str, dict[str, float]]
    design: Design


def calibrate(
    targets: Targets, seed: int, steps: Steps, known: Table | None = None, save: Callable[[Table], None] | None = None
) -> Calibrated:
    """Fit the behaviour to the targets.

    1. Simulate everything that was reported at the points of a design over the priors; make the emulator.
    2. Sample the posterior.
    3. Simulate at some draws of it, set the emulator right there, and sample again; twice, to see the chance in it.
    4. Cover known truths.
    5. Choose the one point that scenarios name: posterior means, with the day's figure met exactly.
    """
    priors, say = targets.priors, steps.say
    points = design_points(steps.points, priors.simulated, seed)
    line = _("design: {points} points, {fairs} reported fairs, {targets} targets")
    say(line.format(points=steps.points, fairs=len(targets.fitted_rows()), targets=len(targets.targets)))
    design = run_design(targets, points, seed, steps.jobs, known, save, steps.progress)
    reported = reported_of(targets)
    problem = problem_of(targets, fit_emulator(design.points, design.values))
    say(_("posterior: {count} particles").format(count=steps.particles))
    first = problem.posterior(reported, chance.Stream(seed, chance.SAMPLING, 0), steps.particles, steps.moves)
    say(_("second look: {count} draws simulated").format(count=steps.checked))
    checked = _look_again(targets, first, seed, steps)
    check = diagnostics.emulator_check(problem, checked)
    problem = problem_of(targets, diagnostics.corrected(problem.emulator, checked))
    runs = [
        problem.posterior(reported, chance.Stream(seed, chance.SAMPLING, number), steps.particles, steps.moves)
        for number in (1, 2)
    ]
    say(_("coverage: {count} synthetic sets").format(count=steps.coverage_sets))
    covered = diagnostics.coverage(targets, design, steps.coverage_sets, seed, steps.jobs, steps.progress)
    say(_("the point that scenarios name"))
    draws = _thinned(np.concatenate([run.points for run in runs]))
    point, exact = chosen_point(targets, np.concatenate([run.points for run in runs]).mean(axis=0), seed, steps.exact)
    about = _about(targets, problem, reported, runs, seed, steps)
    about |= {"emulator_check": check, "coverage": _coverage(priors, covered), "point": exact}
    about["numbers"] = point
    return Calibrated(_fit(targets, problem, reported, draws, seed, about), point, design)


def asked(targets: Targets) -> dict[str, object]:
    """Everything that a simulated number of the design depends on, as a document: what a resumed fit must agree on."""
    free = {one.key for one in targets.priors.behaviour}
    scenarios = [target.scenario for target in targets.targets if target.scenario is not None]
    return {
        "priors": [repr(one) for one in (*targets.priors.behaviour, *targets.priors.shifts)],
        "rows": [repr(row) for row in targets.rows],
        "outputs": list(output_names(targets)),
        "targets": [repr((one.id, one.measure, one.day, sorted(one.reported))) for one in targets.targets],
        "scenarios": [_without(one, free) for one in (targets.template, *scenarios)],
    }


def _without(scenario: Scenario, free: set[str]) -> str:
    """A scenario as text, without the values that are fitted."""
    fairs = [{key: value for key, value in fair.settings.items() if key not in free} for fair in scenario.fairs]
    return repr((dict(scenario.settings), fairs, scenario.groups, scenario.occupations))


def _look_again(targets: Targets, first: Posterior, seed: int, steps: Steps) -> Design:
    """Simulations at draws from the first posterior; their draws of chance follow those of the design."""
    chosen = np.linspace(0, len(first.points) - 1, steps.checked).astype(int)
    points = first.points[chosen][:, : targets.priors.simulated]
    return run_design(targets, points, seed + 1, steps.jobs, None, None, steps.progress)


def _thinned(points: FloatArray) -> FloatArray:
    return np.asarray(points[np.linspace(0, len(points) - 1, min(DRAWS, len(points))).astype(int)])


def chosen_point(
    targets: Targets, middle: FloatArray, seed: int, replications: int
) -> tuple[dict[str, dict[str, float]], dict[str, object]]:
    """The one point for scenarios: the posterior mean, with the last shift of each day set so that its figure is met.

    Returns the numbers by day ("" for the common behaviour), and what was simulated there.
    """
    priors = targets.priors
    point = {COMMON: priors.numbers(middle)}
    said: dict[str, object] = {}
    for target in targets.targets:
        if target.scenario is None or not target.day or target.measure != "intents":
            continue
        place = len(priors.behaviour) + max(k for k, one in enumerate(priors.shifts) if one.day == target.day)
        met, mean, sd = _meet(targets, target, middle.copy(), place, seed, replications)
        point[target.day] = priors.numbers(met, target.day)
        said[target.id] = {
            "reported": target.reported[""],
            "mean": round(mean, 1),
            "replication_sd": round(sd, 1),
            "replications": replications,
            "moved": priors.names[place],
            "by_posterior_mean": round(float(middle[place]), 3),
            "set_to": round(float(met[place]), 3),
        }
    return point, said


def _meet(
    targets: Targets, target: Target, point: FloatArray, place: int, seed: int, replications: int
) -> tuple[FloatArray, float, float]:
    """Move one coordinate until the simulated mean is the reported figure (secant steps on the same draws)."""
    wanted = target.reported[""]
    step = -0.2
    before: tuple[float, float] | None = None
    mean = sd = 0.0
    for _step in range(_STEPS):
        season = Season(day_scenario(targets, target, point))
        values = [observe(season.play(seed, number))[target.measure] for number in range(replications)]
        mean, sd = float(np.mean(values)), float(np.std(values, ddof=1))
        if abs(mean / wanted - 1) < _CLOSE:
            break
        if before is not None and abs(mean - before[1]) > 1e-6:
            step = (wanted - mean) * (point[place] - before[0]) / (mean - before[1])
        before = (float(point[place]), mean)
        point[place] += float(np.clip(step, -1.0, 1.0))
    return point, mean, sd


def _fit(
    targets: Targets, problem: Problem, reported: Reported, draws: FloatArray, seed: int, about: dict[str, object]
) -> Fit:
    priors = targets.priors
    days = dict.fromkeys(one.day for one in priors.shifts)
    behaviour = {COMMON: numbers_as_values([priors.numbers(one) for one in draws])}
    behaviour |= {day: numbers_as_values([priors.numbers(one, day) for one in draws]) for day in days}
    spreads = priors.spread_values(draws)
    levels = {f"spread:{name}": spreads[:, place] for place, name in enumerate(SPREADS)}
    effects = problem.effects(draws, reported, chance.Stream(seed, chance.SAMPLING, 3))
    names = [f"effect:{factor}:{level}" for factor, level in problem.levels.names]
    levels |= {name: effects[:, place] for place, name in enumerate(names)}
    return Fit(behaviour, levels, about | {"behaviour": list(behaviour)})


def _about(
    targets: Targets, problem: Problem, reported: Reported, runs: list[Posterior], seed: int, steps: Steps
) -> dict[str, object]:
    """What is said about a fit in its file."""
    points = np.concatenate([run.points for run in runs])
    apart = runs[0].points.mean(axis=0) - runs[1].points.mean(axis=0)
    scaled = apart / points.std(axis=0)
    sizes = usual_sizes(targets.fitted_rows())
    return {
        "name": targets.name,
        "why": targets.why,
        "targets": targets.file,
        "seed": seed,
        "points": steps.points,
        "particles": steps.particles,
        "program": dict(program.identity()),
        "usual_sizes": {name: float(f"{getattr(sizes, name):.6g}") for name in sizes.__dataclass_fields__},
        "rows": {
            "fitted": [row.id for row in targets.fitted_rows()],
            "held out": [row.id for row in targets.held_out_rows()],
        },
        "parameters": diagnostics.parameters_report(targets.priors, points),
        "effects": _effects(problem, reported, points, seed),
        "correlations": diagnostics.correlations(targets.priors, points),
        "targets_in_fit": diagnostics.misfits(targets, problem, points, reported),
        "sampling": {
            "steps": [run.steps for run in runs],
            "acceptance": [round(run.acceptance, 3) for run in runs],
            "ancestors_share": [round(run.unique_share, 3) for run in runs],
            "log_evidence": [round(run.log_evidence, 2) for run in runs],
            "effective_draws": round(float(min(len(points), 2.0 / np.mean(scaled**2) * 2.0))),
            "largest_difference_of_means_sd": round(float(np.abs(scaled).max()), 3),
        },
    }


def _effects(problem: Problem, reported: Reported, points: FloatArray, seed: int) -> list[dict[str, object]]:
    """Effects of kinds, countries, wordings and size on the logarithm of the outcome."""
    draws = problem.effects(points, reported, chance.Stream(seed, chance.SAMPLING, 4))
    return [
        {"factor": factor, "level": level, "mean": round(float(one.mean()), 3), "sd": round(float(one.std()), 3)}
        for (factor, level), one in zip(problem.levels.names, draws.T, strict=True)
    ]


def _coverage(priors: Priors, covered: diagnostics.Coverage) -> dict[str, object]:
    by_name = dict(zip(priors.names, (round(float(one), 3) for one in covered.by_coordinate), strict=True))
    return {"sets": covered.sets, "overall": round(covered.overall, 3), "by_parameter": by_name}
