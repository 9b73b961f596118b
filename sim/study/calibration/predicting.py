"""Predicting reported fairs from a fit, and judging the predictions.

A row of a table is simulated with several draws of the parameters, its level (kind, country, wording, size, and what is
left of the single fair) is drawn with them, and the outcome that would be reported has a distribution: mean, median and
90 % interval. The summary says how far reported outcomes lie off the medians, as factors, beside a regression on the
fitted rows. Knows no file formats.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np
import numpy.typing as npt

from sim.study.calibration import chance
from sim.study.calibration.fits import COMMON, Fit
from sim.study.calibration.levels import FACTORS, REFERENCES, SIZE, labels_of, residual_place, size_of
from sim.study.calibration.likeness import candidates, shares_of
from sim.study.calibration.observed import INTENT, ReportedFair
from sim.study.calibration.priors import SPREADS
from sim.study.calibration.processes import in_processes
from sim.study.calibration.simulating import as_scenario, completed, log_of, play
from sim.study.calibration.targets import Targets

FloatArray = npt.NDArray[np.float64]
Progress = Callable[[int, int], None]

DRAWS = 100
_FEWEST, _SEEKERS = 30, 1_500_000  # large fairs are simulated with fewer draws: their chance is small
_LEVELS_PER_DRAW = 20
_LOW, _HIGH = 0.05, 0.95


@dataclass(frozen=True)
class Prediction:
    """What the fit says of one row; `simulated` is the median without the level."""

    row: ReportedFair
    role: str  # "fitted", "held out" or ""
    comparable: str  # empty, or why the row is not judged
    simulated: float
    mean: float
    p05: float
    p50: float
    p95: float

    @property
    def log_off(self) -> float:
        """Logarithm of predicted median over reported."""
        return math.log(self.p50 / self.row.signed) if self.row.signed else math.nan


@dataclass(frozen=True)
class Summary:
    """How well some rows were predicted, as factors: 1 is perfect."""

    rows: tuple[ReportedFair, ...]
    median_factor: float
    rms_factor: float
    bias_factor: float  # above 1: predicted too high
    coverage90: float


@dataclass(frozen=True)
class _Subject:
    """What every prediction needs."""

    targets: Targets
    fit: Fit
    seed: int
    draws: int


def predict(
    targets: Targets,
    fit: Fit,
    rows: Sequence[ReportedFair],
    seed: int,
    jobs: int = 1,
    draws: int = DRAWS,
    progress: Progress | None = None,
) -> list[Prediction]:
    """Predictions of rows, in their order."""
    found: dict[int, Prediction] = {}

    def keep(number: int, prediction: Prediction) -> None:
        found[number] = prediction
        if progress is not None:
            progress(len(found), len(rows))

    in_processes(_predict, _Subject(targets, fit, seed, draws), rows, jobs, keep)
    return [found[number] for number in range(len(rows))]


def _predict(subject: _Subject, row: ReportedFair) -> Prediction:
    """One row: simulated with some draws, each with several levels. Several fairs are taken as equal ones."""
    whole, fairs = row, row.fairs or 1
    row = _one_of(row, fairs)
    targets, fit = subject.targets, subject.fit
    count = min(subject.draws, fit.draws, max(_FEWEST, _SEEKERS // row.seekers))
    chosen = np.unique(np.linspace(0, fit.draws - 1, count).astype(int))
    stream = chance.Stream(subject.seed, chance.PREDICTING, _number(row.id))
    gaps = stream.normal(chosen.size, 2)
    logs = np.empty(chosen.size)
    for place, draw in enumerate(chosen):
        counts = completed(row, fit.sizes, (float(gaps[place, 0]), float(gaps[place, 1])))
        scenario = as_scenario(targets.template, row, counts, fit.behaviour[COMMON][draw])
        logs[place] = log_of("intents", play(scenario, subject.seed, int(draw)))
    levels = _levels(targets, fit, row, chosen, stream)
    outcomes = np.minimum(fairs * np.exp(logs[:, None] + levels), float(whole.seekers)).ravel()
    p05, p50, p95 = (float(one) for one in np.quantile(outcomes, (_LOW, 0.5, _HIGH)))
    simulated = fairs * float(np.exp(np.median(logs)))
    role, why = fit.role(row.id), targets.not_comparable(row)
    return Prediction(whole, role, why, simulated, float(outcomes.mean()), p05, p50, p95)


def _one_of(row: ReportedFair, fairs: int) -> ReportedFair:
    """One of several equal fairs that a row adds up."""
    if fairs == 1:
        return row
    firms, posts = (None if count is None else -(-count // fairs) for count in (row.firms, row.posts))
    return replace(row, firms=firms, posts=posts, seekers=-(-row.seekers // fairs))


def _levels(
    targets: Targets, fit: Fit, row: ReportedFair, chosen: npt.NDArray[np.int_], stream: chance.Stream
) -> FloatArray:
    """Levels of a row on the logarithm of the outcome: a row per draw.

    A kind, country or wording that the fit knows has its effect; another one is drawn from the spread of its factor.
    What is not said of a fair is as in a fitted fair that resembles it.
    """
    shape = (chosen.size, _LEVELS_PER_DRAW)
    residual = fit.levels[f"spread:{SPREADS[residual_place(row.wording)]}"][chosen, None]
    total = residual * stream.normal(*shape)
    labels = labels_of(targets, row)
    for factor in FACTORS[:-1]:
        effect = _effect(fit, factor, labels[factor])
        unknown = fit.levels[f"spread:{factor}"][chosen, None] * stream.normal(*shape)
        if labels[factor]:
            total = total + (unknown if effect is None else effect[chosen, None])
    unsaid = [factor for factor, label in labels.items() if not label]
    if unsaid:
        total = total + _unsaid(targets, fit, row, unsaid, chosen, stream.uniform(*shape))
    return np.asarray(total + size_of(row) * fit.levels[f"effect:{SIZE[0]}:{SIZE[1]}"][chosen, None])


def _unsaid(
    targets: Targets,
    fit: Fit,
    row: ReportedFair,
    factors: Sequence[str],
    chosen: npt.NDArray[np.int_],
    uniforms: FloatArray,
) -> FloatArray:
    """Effects of the factors of which nothing is said: those of one fitted fair that resembles the row, drawn anew."""
    alike = candidates(targets, [one for one in targets.rows if fit.role(one.id) == "fitted"], row)
    if not alike:
        return np.zeros(uniforms.shape)
    effects = np.zeros((len(alike), chosen.size))
    for place, one in enumerate(alike):
        for factor, label in labels_of(targets, one).items():
            effect = _effect(fit, factor, label)
            if factor in factors and effect is not None:
                effects[place] += effect[chosen]
    edges = np.cumsum(shares_of(row, alike, fit.sizes))
    picked = np.minimum(np.searchsorted(edges, uniforms, side="right"), len(alike) - 1)
    return np.asarray(effects[picked, np.arange(chosen.size)[:, None]])


def _effect(fit: Fit, factor: str, label: str) -> FloatArray | None:
    """The effect of a label, for each draw of the fit; None if the fit does not know it."""
    if label in ("", REFERENCES[factor]):
        return np.zeros(fit.draws)
    return fit.levels.get(f"effect:{factor}:{label}")


def _number(name: str) -> int:
    """A number that belongs to a row for good."""
    from sim.population.identity import number_of

    return number_of(name)


def judged(predictions: Sequence[Prediction], role: str = "", wording: str = INTENT) -> list[Prediction]:
    """Predictions of comparable rows with a reported outcome, of one role if it is named."""
    return [
        one
        for one in predictions
        if not one.comparable and one.row.wording == wording and one.row.signed and role in ("", one.role)
    ]


def summaries(predictions: Sequence[Prediction]) -> dict[str, Summary]:
    """How well the rows were predicted: all that are judged, and apart those that the fit has seen and not seen.

    "summary" is of the rows that the fit has not seen, if there are any, for the others flatter it.
    """
    parts = {name: summarise(judged(predictions, name)) for name in ("held out", "fitted")}
    everything = judged(predictions)
    unseen = [one for one in everything if one.role != "fitted"]
    return {
        "summary": summarise(unseen or everything),
        "all_rows": summarise(everything),
        "fitted_rows": parts["fitted"],
        "held_out_rows": parts["held out"],
    }


def summarise(predictions: Sequence[Prediction]) -> Summary:
    """How far the medians lie off the reported outcomes, and how often the intervals hold them."""
    off = np.array([one.log_off for one in predictions])
    inside = [one.p05 <= (one.row.signed or 0) <= one.p95 for one in predictions]
    return _summary([one.row for one in predictions], off, inside)


def _summary(rows: Sequence[ReportedFair], off: FloatArray, inside: Sequence[bool]) -> Summary:
    if not off.size:
        return Summary((), math.nan, math.nan, math.nan, math.nan)
    median, square, bias = np.median(np.abs(off)), np.sqrt(np.mean(off**2)), np.mean(off)
    factors = [float(np.exp(one)) for one in (median, square, bias)]
    return Summary(tuple(rows), factors[0], factors[1], factors[2], float(np.mean(inside)))


def baseline(targets: Targets, rows: Sequence[ReportedFair]) -> Summary:
    """A regression of the logarithm of the outcome on those of seekers, firms and posts, fitted to the same rows.

    Where posts or firms were not reported, the regression without them serves. Intervals are those of a new row.
    """
    off: list[float] = []
    inside: list[bool] = []
    known = [row for row in targets.fitted_rows() if row.wording == INTENT and row.signed]
    for row in rows:
        used = [key for key in ("seekers", "firms", "posts") if getattr(row, key)]
        with_all = [one for one in known if all(getattr(one, key) for key in used)]
        basis, outcomes = _regressors(with_all, used), np.log([one.signed or 1 for one in with_all])
        slopes = np.linalg.lstsq(basis, outcomes, rcond=None)[0]
        new = _regressors([row], used)[0]
        off.append(float(new @ slopes) - math.log(row.signed or 1))
        freedom = len(with_all) - basis.shape[1]
        variance = float(((outcomes - basis @ slopes) ** 2).sum()) / freedom
        reach = math.sqrt(variance * (1.0 + float(new @ np.linalg.pinv(basis.T @ basis) @ new)))
        inside.append(bool(abs(off[-1]) <= _t(freedom) * reach))
    return _summary(rows, np.array(off), inside)


def _t(freedom: int) -> float:
    from sim.study.statistics import student_t

    return student_t(_HIGH, freedom)


def _regressors(rows: Sequence[ReportedFair], used: Sequence[str]) -> FloatArray:
    return np.array([[1.0, *(math.log(getattr(row, key)) for key in used)] for row in rows])


def as_json(
    predictions: Sequence[Prediction], summaries: Mapping[str, Summary], regression: Summary
) -> dict[str, object]:
    """The document of `validate --json`."""
    rows = [
        {
            "id": one.row.id,
            "reported": one.row.signed,
            "mean": round(one.mean, 1),
            "p05": round(one.p05, 1),
            "p50": round(one.p50, 1),
            "p95": round(one.p95, 1),
            "simulated": round(one.simulated, 1),
            "role": one.role,
            "not_judged": one.comparable or ("" if one.row.wording == INTENT else one.row.wording),
        }
        for one in predictions
    ]
    parts = {name: _as_json(one) for name, one in summaries.items()}
    return {"rows": rows, **parts, "baseline": _as_json(regression)}


def _as_json(summary: Summary) -> dict[str, object]:
    numbers = {name: getattr(summary, name) for name in ("median_factor", "rms_factor", "bias_factor", "coverage90")}
    clean = {name: None if math.isnan(value) else round(value, 4) for name, value in numbers.items()}
    return {"rows": len(summary.rows), **clean}
