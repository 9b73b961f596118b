"""The part of the dossier about patterns: how outcomes answer to more seekers and posts, and to crowding.

States for which design each pattern is expected, simulates it, and puts the verdict beside it, with designs for
comparison to which no verdict belongs. Knows nothing of single fairs.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise
from statistics import median

import numpy as np

from sim.model.scenario import Scenario
from sim.report.markdown import passed, row
from sim.study.calibration.checking import log_slopes, point_values
from sim.study.calibration.fits import COMMON, Fit
from sim.study.calibration.patterns import Elasticities, Grid, congestion, elasticities, mean_of, one_fair
from sim.study.calibration.predicting import Prediction, judged
from sim.study.calibration.targets import Targets

_REPLICATIONS, _OF_ONE_FAIR = 20, 60  # chance is larger where fewer people come
_DRAWS = 40
_FEW = 8
_VENUE = (40, 1431, 1035)  # the mean venue of 21 April 2020
_CROWDING = (1, 2, 4, 8, 16)
_MOST_WHEN_SATURATED = 0.1
_SEEKERS, _POSTS, _TOGETHER = (0.5, 0.8), (0.2, 0.5), (0.9, 1.1)  # Petrongolo and Pissarides 2001, and around it


@dataclass(frozen=True)
class _Fitted:
    """What every pattern is simulated from."""

    targets: Targets
    fit: Fit
    seed: int
    jobs: int

    def at_the_point(self, grid: Grid, behaviour: str, replications: int = _REPLICATIONS) -> list[Elasticities]:
        return elasticities(grid, [point_values(self.fit, behaviour)] * replications, self.jobs)

    def over_draws(self, grid: Grid, behaviour: str) -> list[Elasticities]:
        chosen = np.unique(np.linspace(0, self.fit.draws - 1, _DRAWS).astype(int))
        return elasticities(grid, [self.fit.behaviour[behaviour][one] for one in chosen], self.jobs)


def patterns(targets: Targets, fit: Fit, predictions: Sequence[Prediction], seed: int, jobs: int) -> str:
    """The section on patterns."""
    fitted = _Fitted(targets, fit, seed, jobs)
    lines = ["## Patterns", "", *_matching_function(fitted), "", *_saturation(fitted), "", *_crowding(predictions)]
    return "\n".join(lines) + "\n"


def _matching_function(fitted: _Fitted) -> list[str]:
    lines = [
        "The matching function that emerges, none of it put in: slopes of log intents on log seekers and log posts over"
        " a grid from 0.6 to 1.6 times as many of each; firms, and so booths and recruiters, grow with posts. Not used."
        f" Expected around the base case: seekers {_range(_SEEKERS)}, posts {_range(_POSTS)}, together"
        f" {_range(_TOGETHER)}; together below that of growing booths, and below 1, when firms stay as many. At the"
        " point that scenarios name, with the standard error; in brackets 5-95 % over draws of the fit, one replication"
        " each.",
        "",
        row("around", "behaviour", "seekers", "posts", "together", "verdict"),
        row(*["---"] * 6),
    ]
    for day, scenario in _days(fitted.targets):
        grid = Grid(scenario, fitted.seed)
        title = f"the base case: {scenario.name}, all its venues, its totals multiplied"
        growing = fitted.at_the_point(grid, day)
        lines.append(_judged_row(title, day, growing, fitted.over_draws(grid, day)))
        fixed = fitted.at_the_point(Grid(scenario, fitted.seed, booths_grow=False), day)
        below = mean_of(fixed).together < min(1.0, mean_of(growing).together)
        lines.append(_row("the same, firms as many as they were", day, fixed, passed(below, "together below 1")))
    usual = _usual_fair(fitted.targets)
    grid = Grid(one_fair(fitted.targets.template, usual), fitted.seed)
    title = f"the median reported fair: {_counts(usual)}"
    common = fitted.at_the_point(grid, COMMON, _OF_ONE_FAIR)
    lines.append(_judged_row(title, "ordinary", common, fitted.over_draws(grid, COMMON)))
    for day, scenario in _days(fitted.targets):
        venue = Grid(one_fair(fitted.targets.template, _VENUE), fitted.seed)
        title = f"for comparison: the mean venue of that day alone: {_counts(_VENUE)}"
        alone = fitted.at_the_point(venue, day, _OF_ONE_FAIR)
        lines.append(_row(title, day, alone, _compared(alone)))
        ordinary = fitted.at_the_point(Grid(scenario, fitted.seed), COMMON)
        lines.append(
            _row("for comparison: the base case as an ordinary day", "ordinary", ordinary, _compared(ordinary))
        )
    return [
        *lines,
        "",
        "More posts bring more intents only where booths are busy. On an ordinary day with the numbers of the first day"
        " fewer people come to apply, booths stand idle, and posts count for less than expected.",
    ]


def _judged_row(title: str, behaviour: str, found: Sequence[Elasticities], draws: Sequence[Elasticities]) -> str:
    return _row(title, behaviour, found, passed(_as_expected(mean_of(found))), draws)


def _compared(found: Sequence[Elasticities]) -> str:
    return "inside the ranges" if _as_expected(mean_of(found)) else "outside the ranges, which are not stated for it"


def _as_expected(one: Elasticities) -> bool:
    return _within(one.seekers, _SEEKERS) and _within(one.posts, _POSTS) and _within(one.together, _TOGETHER)


def _row(
    title: str, behaviour: str, found: Sequence[Elasticities], verdict: str, draws: Sequence[Elasticities] = ()
) -> str:
    cells = []
    for name in ("seekers", "posts", "together"):
        values = [getattr(one, name) for one in found]
        cell = f"{np.mean(values):.2f} ± {np.std(values, ddof=1) / math.sqrt(len(values)):.2f}"
        if draws:
            low, high = np.quantile([getattr(draw, name) for draw in draws], (0.05, 0.95))
            cell += f" ({low:.2f} to {high:.2f})"
        cells.append(cell)
    return row(title, behaviour, *cells, verdict)


def _saturation(fitted: _Fitted) -> list[str]:
    """Seekers' elasticity as the same recruiters get more and more visitors."""
    lines = [
        "Where recruiters are saturated, one more seeker brings nothing: seekers' elasticity must fall towards 0.",
        "",
        row("seekers, times as many", "behaviour", "seekers", "posts and firms", "verdict"),
        row(*["---"] * 5),
    ]
    for day, scenario in _days(fitted.targets):
        found = [
            mean_of(fitted.at_the_point(Grid(scenario, fitted.seed, crowding=times), day, max(2, _FEW // times)))
            for times in _CROWDING
        ]
        falls = all(later.seekers < earlier.seekers for earlier, later in pairwise(found))
        reached = abs(found[-1].seekers) < _MOST_WHEN_SATURATED
        for times, one in zip(_CROWDING, found, strict=True):
            verdict = passed(falls and reached, "falls towards 0") if times == _CROWDING[-1] else ""
            lines.append(row(times, day, f"{one.seekers:.2f}", f"{one.posts:.2f}", verdict))
    return lines


def _crowding(predictions: Sequence[Prediction]) -> list[str]:
    found = [one for one in judged(predictions) if one.row.firms]
    rows = [one.row for one in found]
    outcomes = {
        "reported": [float(one.row.signed or 1) for one in found],
        "simulated": [one.simulated for one in found],
        "predicted": [one.p50 for one in found],
    }
    reported, simulated = (congestion(rows, outcomes[name]) for name in ("reported", "simulated"))
    slopes = {name: log_slopes(rows, values) for name, values in outcomes.items()}
    titles = ("intents per seeker", "intents per firm")
    lines = [
        "Over the comparable reported fairs (some of them fitted):",
        "",
        row("pattern", "reported", "simulated"),
        row(*["---"] * 3),
    ]
    lines += [
        row(f"rank correlation of seekers per firm with {title}", f"{one:.2f}", f"{other:.2f}")
        for title, one, other in zip(titles, reported, simulated, strict=True)
    ]
    for place, what in enumerate(("seekers", "firms")):
        seen, given, leveled = (slopes[name][place] for name in outcomes)
        lines.append(
            row(
                f"slope of log outcome on log {what}",
                f"{seen:.2f}",
                f"{given:.2f}; with the fitted effect of size {leveled:.2f}",
            )
        )
    return lines


def _days(targets: Targets) -> list[tuple[str, Scenario]]:
    """The days of their own that are fitted, with their scenarios."""
    return list({one.day: one.scenario for one in targets.targets if one.scenario is not None and one.day}.items())


def _usual_fair(targets: Targets) -> tuple[int, int, int]:
    """The median reported fair of those that are fitted."""
    rows = [one for one in targets.fitted_rows() if one.firms and one.posts]
    middles = [median(count for one in rows if (count := getattr(one, key))) for key in ("firms", "posts", "seekers")]
    return round(middles[0]), round(middles[1]), round(middles[2])


def _counts(counts: tuple[int, int, int]) -> str:
    firms, posts, seekers = counts
    return f"{firms} firms, {posts:,} posts, {seekers:,} seekers"


def _range(limits: tuple[float, float]) -> str:
    return f"{limits[0]:g} to {limits[1]:g}"


def _within(value: float, limits: tuple[float, float]) -> bool:
    return limits[0] <= value <= limits[1]
