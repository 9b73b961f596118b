"""The season of Wuhan as it was reported, from what was fitted to single fairs only.

10,158 people were employed or signed at 1,128 firm-visits and 39,503 post-visits (Wuhan bureau, reply of 22 June 2020
to proposal 20200684). Nothing was fitted to these numbers, so the test says whether the model carries from a fair to a
season.
"""

import math
from pathlib import Path

import numpy as np
import pytest

from sim.campaign.season import Season
from sim.model.scenario import load_scenario
from sim.study.measures import MeasureKey, measure, measure_keys

ROOT = Path(__file__).parents[2]
REPORTED = 10158
REPLICATIONS = 6


def season_means(name: str, *overrides: str) -> tuple[dict[str, float], float]:
    """Means over replications, and the standard error of the intents."""
    season = Season(load_scenario(ROOT / "scenarios" / name, overrides))
    keys = measure_keys(season.scenario)
    rows = np.array([measure(season, season.play(20200421, number)) for number in range(REPLICATIONS)])
    whole = {key.measure: k for k, key in enumerate(keys) if key == MeasureKey(key.measure, key.unit)}
    means = {name: float(rows[:, k].mean()) for name, k in whole.items()}
    return means, float(rows[:, whole["intents"]].std(ddof=1) / math.sqrt(REPLICATIONS))


@pytest.mark.parametrize("name", ["wuhan-2020-season.toml", "wuhan-2020-season-36-later.toml"])
def test_hindcast_is_within_15_percent(name: str) -> None:
    means, error = season_means(name)
    assert (means["firms"], means["posts"]) == (1128, 39503)
    assert error < 0.02 * REPORTED  # sharp enough to notice 2 %
    assert abs(means["intents"] - REPORTED) < 0.15 * REPORTED
    # Who comes again matches less, and mostly on posts that no fair before had shown them.
    assert means["intents_per_repeater"] < 0.9 * means["intents_per_newcomer"]
    assert means["repeaters_new_post_share"] > 0.5


def test_twin_with_twice_the_visitors_is_noticed() -> None:
    means, _ = season_means("wuhan-2020-season.toml", "attendance.visit_share=0.08")
    assert abs(means["intents"] - REPORTED) > 0.15 * REPORTED
