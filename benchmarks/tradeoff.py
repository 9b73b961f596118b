"""The trade-off between few large and many small fairs: the same resources, cut into ever more fairs.

    python -m benchmarks.tradeoff [-n 10] [--out docs]

writes docs/trade-off.md and docs/pictures/trade-off.svg. Nothing of the trade-off is in the model: attendance, choice,
queues and tiredness make it. Every cut is simulated with the same draws, so that cuts are compared person by person.
"""

from __future__ import annotations

import argparse
import math
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path

import numpy as np

from sim.model.scenario import load_scenario
from sim.study.replicate import replicate

ROOT = Path(__file__).parents[1]
SCENARIO = ROOT / "scenarios" / "trade-off.toml"
CUTS = (2, 4, 7, 14, 28, 42, 56, 84, 112, 168, 224)
STAFF_DAYS, VENUE_COST = 224, 140_000
SEED = 20200421

VARIANTS: Mapping[str, tuple[str, ...]] = {
    "as it is": (),
    "patience outside a sixth": ("gate.patience_minutes=exponential(mean=30)",),
    "patience outside threefold": ("gate.patience_minutes=exponential(mean=540)",),
    "distance weighs a third": ("attendance.distance_weight=0.02", "attendance.visit_share=0.08"),
    "distance weighs fourfold": ("attendance.distance_weight=0.24", "attendance.visit_share=0.4"),
    "no inflow": ("pool.inflow_per_day=0", "stock.new_posts_per_day=0"),
    "inflow fourfold": ("pool.inflow_per_day=1600", "stock.new_posts_per_day=640"),
}
SHOWN = {
    "intents": "intents",
    "seekers": "visits",
    "outside_minutes_mean": "wait outside, minutes",
    "wait_minutes_mean": "wait at a booth, minutes",
    "travel_km_mean": "way, km",
    "suitable_booths_mean": "suitable booths at the fair",
    "intents_per_seeker": "intents per visit",
    "repeat_visit_share": "repeat visits",
}


def simulated(fairs: int, settings: Sequence[str], replications: int) -> dict[str, np.ndarray]:
    """The measures of a season cut into so many fairs, one entry per replication."""
    overrides = (f"calendar.fairs={fairs}", f"staff.people={STAFF_DAYS / fairs}", f"costs.venue={VENUE_COST / fairs}")
    sample = replicate(load_scenario(SCENARIO, (*overrides, *settings)), replications, SEED)
    return {
        key.measure: sample.values[:, column]
        for column, key in enumerate(sample.keys)
        if key.measure in SHOWN and not (key.fair or key.hour or key.group or key.district)
    }


def best_cut(intents: np.ndarray) -> tuple[float, float]:
    """The number of fairs with most intents, and its standard error: the top of a parabola in log fairs.

    Args:
        intents: cuts x replications; the parabola goes through the best cut and its two neighbours on each side, of
            each replication's own curve.
    """
    logs = np.log(CUTS)
    tops = []
    for curve in intents.T:
        best = int(np.argmax(intents.mean(axis=1)))
        near = slice(max(best - 2, 0), best + 3)
        bent, slope, _ = np.polyfit(logs[near], curve[near], 2)
        tops.append(-slope / (2.0 * bent) if bent < 0 else logs[best])
    return float(np.mean(tops)), float(np.std(tops, ddof=1) / math.sqrt(len(tops)))


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("-n", "--replications", type=int, default=10)
    parser.add_argument("--out", type=Path, default=ROOT / "docs")
    options = parser.parse_args()
    found: dict[str, list[dict[str, np.ndarray]]] = {}
    for number, (name, settings) in enumerate(VARIANTS.items()):
        found[name] = [simulated(fairs, settings, options.replications) for fairs in CUTS]
        print(f"{number + 1} of {len(VARIANTS)}: {name}", file=sys.stderr, flush=True)
    (options.out / "pictures").mkdir(parents=True, exist_ok=True)
    draw(found, options.out / "pictures" / "trade-off.svg")
    (options.out / "trade-off.md").write_text(page(found, options.replications), encoding="utf-8", newline="\n")
    return 0


def page(found: Mapping[str, list[dict[str, np.ndarray]]], replications: int) -> str:
    """The page of the manual."""
    usual = found["as it is"]
    head = "| fairs | booths each | " + " | ".join(SHOWN.values()) + " |\n|" + "---|" * (len(SHOWN) + 2) + "\n"
    rows = "".join(
        f"| {fairs} | {1120 / fairs:.0f} | " + " | ".join(_figure(cut[name]) for name in SHOWN) + " |\n"
        for fairs, cut in zip(CUTS, usual, strict=True)
    )
    tops = ""
    for name, cuts in found.items():
        top, error = best_cut(np.array([cut["intents"] for cut in cuts]))
        best = max(float(cut["intents"].mean()) for cut in cuts)
        tops += f"| {name} | {math.exp(top):.0f} | {math.exp(top - error):.0f} to {math.exp(top + error):.0f}"
        tops += f" | {best:,.0f} |\n"
    return TEXT.format(head=head, rows=rows, tops=tops, replications=replications, seed=SEED)


def _figure(values: np.ndarray) -> str:
    mean = float(values.mean())
    return f"{mean:,.0f}" if mean >= 100 else f"{mean:.2f}" if mean < 1 else f"{mean:.1f}"


TEXT = """# Few large fairs or many small ones?

This page and its picture are made by `python -m benchmarks.tradeoff`
({replications} replications of each cut, seed {seed}).

The same resources (1,120 booth-days, 224 staff-days, one sum for venues) are cut into ever more fairs, held in turn in
the districts of a city with Wuhan's districts and a pool that fairs can tire
([trade-off.toml](../scenarios/trade-off.toml)). Nobody tells the model that small is near and quiet, or that large is
rich in choice: that comes out.

![Intents, waits, ways and choice against the number of fairs](pictures/trade-off.svg)

{head}{rows}
- **Waits fall** because each hall has one gate: a fair of hundreds of firms draws thousands to six lanes. At the booths
  waits hardly depend on size, for attendance grows with the number of firms (as it does over 92 reported fairs), and so
  do recruiters.
- **Ways fall** until there is a fair in each district.
- **Choice falls**: at a small fair few booths suit.
- **Intents have a maximum inside.** Where it lies hangs on the assumptions; the top of a parabola in the logarithm of
  the number of fairs, with one standard error:

| | best number of fairs | one standard error | most intents |
|---|---|---|---|
{tops}
What this does not say: venues cost the same in sum however many they are, nobody waits for a fair nearer home that is
announced for later, and firms do not mind how often they are asked.
"""


def draw(found: Mapping[str, list[dict[str, np.ndarray]]], path: Path) -> None:
    """The picture: what rises and falls, and where intents are highest under each assumption."""
    import matplotlib

    matplotlib.use("svg")
    matplotlib.rcParams["svg.hashsalt"] = "trade-off"
    from matplotlib import pyplot

    figure, (left, right) = pyplot.subplots(1, 2, figsize=(11, 4.5), layout="constrained")
    usual = found["as it is"]
    for name, colour in zip(
        ("intents", "outside_minutes_mean", "travel_km_mean", "suitable_booths_mean"),
        ("#000000", "#d55e00", "#009e73", "#0072b2"),
        strict=True,
    ):
        means = np.array([float(cut[name].mean()) for cut in usual])
        left.plot(CUTS, means / means.max(), marker="o", color=colour, label=SHOWN[name])
    left.set_ylabel("share of the largest value")
    left.set_title("What changes with the number of fairs")
    for (name, cuts), style in zip(found.items(), ("-", "--", "-.", ":", "-", "--", "-."), strict=True):
        means = np.array([float(cut["intents"].mean()) for cut in cuts])
        right.plot(CUTS, means / means.max(), style, label=name)
    right.set_ylim(0.3, 1.02)
    right.set_title("Intents under other assumptions")
    for axes in (left, right):
        axes.set_xscale("log")
        axes.set_xticks(CUTS, [str(cut) for cut in CUTS])
        axes.minorticks_off()
        axes.set_xlabel("fairs in the season, the same booth-days in all")
        axes.legend(fontsize=8)
    figure.savefig(path, metadata={"Date": None})


if __name__ == "__main__":
    sys.exit(main())
