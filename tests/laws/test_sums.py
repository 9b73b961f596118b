"""The measures of one season fit together: parts add up to wholes, and nothing is more than what it is a part of."""

import numpy as np
import pytest
from hypothesis import given, settings

from sim.campaign.season import Played, Season
from sim.engine import ledger as book
from sim.study.measures import MeasureKey, measure, measure_keys
from tests.strategies import Document, scenario_documents, scenario_of

Values = dict[MeasureKey, float]

COUNTS = (
    "firms", "posts", "seekers", "intents", "signings", "starts", "events", "entered", "turned_away", "gave_up_outside",
    "applicants", "interviewed", "interviews", "offers", "balked", "reneged", "missed", "closed_out",
)  # fmt: skip
AT_MOST = (
    ("starts", "signings"), ("signings", "intents"), ("intents", "offers"), ("offers", "interviews"),
    ("interviewed", "interviews"), ("interviewed", "applicants"), ("applicants", "entered"), ("entered", "seekers"),
    ("closed_out", "entered"), ("peak_inside", "seekers"),
)  # fmt: skip


def played(document: Document, engine: str = "kernel") -> tuple[Values, list[Played]]:
    season = Season(scenario_of(document))
    fairs = season.play(4, 2, engine)
    return dict(zip(measure_keys(season.scenario), measure(season, fairs).tolist(), strict=True)), fairs


def measures_add_up(values: Values, fairs: list[Played]) -> None:
    """The law, for one replication."""
    whole = {key.measure: value for key, value in values.items() if not (key.fair or key.hour or key.group)}
    by_fair = {key.fair: {k.measure: v for k, v in values.items() if k.fair == key.fair} for key in values if key.fair}
    for name in COUNTS if by_fair else ():
        assert whole[name] == sum(part[name] for part in by_fair.values()), name
    by_group = [key for key in values if key.group]
    for name in ("seekers", "intents") if by_group else ():
        assert whole[name] == sum(values[key] for key in by_group if key.measure == name), name
    for part in (whole, *by_fair.values()):
        for smaller, larger in AT_MOST:
            assert part[smaller] <= part[larger], (smaller, larger)
    visits = np.concatenate([fair.ledger.visits for fair in fairs])
    stays = np.concatenate([fair.ledger.stays for fair in fairs])
    cut_outside = np.count_nonzero((visits["outcome"] == book.CUT_OFF) & np.isnan(visits["entered"]))
    outside = whole["turned_away"] + whole["gave_up_outside"] + cut_outside
    assert whole["seekers"] == whole["entered"] + outside
    assert whole["events"] == sum(book.events(fair.ledger).size for fair in fairs)
    assert whole["posts"] == sum(fair.counts["posts"] for fair in fairs)
    hours = sorted({key.hour for key in values if key.hour and "-" not in key.hour})
    window = (60.0 * int(hours[0][:2]), 60.0 * (int(hours[-1][:2]) + 1))
    for name, times in (("arrivals", visits["arrived"]), ("interviews", stays["started"])):
        observed = sum(value for key, value in values.items() if key.hour in hours and key.measure == name)
        assert observed == np.count_nonzero((times >= window[0]) & (times < window[1])), name


@settings(max_examples=60)
@given(scenario_documents())
def test_measures_add_up(document: Document) -> None:
    measures_add_up(*played(document))


@settings(max_examples=8)
@given(scenario_documents())
def test_measures_add_up_with_the_reference(document: Document) -> None:
    measures_add_up(*played(document, "reference"))


@pytest.fixture(scope="module")
def season() -> tuple[Values, list[Played]]:
    document: Document = {
        "groups": [{"id": "g0"}, {"id": "g1"}],
        "fairs": [{"id": name, "firms": 3, "posts": 20, "seekers": 40} for name in ("a", "b")],
    }
    return played(document)


@pytest.mark.parametrize("change", [1.0, -1.0])
@pytest.mark.parametrize(
    "key",
    [MeasureKey("intents", "seekers"), MeasureKey("seekers", "seekers", group="g1"),
     MeasureKey("interviews", "interviews", fair="b"), MeasureKey("arrivals", "seekers", hour="09:00")],
    ids=lambda key: key.measure,
)  # fmt: skip
def test_twin_with_a_miscount_is_noticed(season: tuple[Values, list[Played]], key: MeasureKey, change: float) -> None:
    values, fairs = season
    measures_add_up(values, fairs)
    with pytest.raises(AssertionError):
        measures_add_up({**values, key: values[key] + change}, fairs)


def test_intent_of_someone_who_is_still_walking_out_at_the_cut_off_counts() -> None:
    """An intent is made at the booth; it stands although the record stops before the person has left."""
    document: Document = {
        "behaviour": {"talk_share": 1, "patience_minutes": 500, "queue_limit": 100, "reservation_mean": -50},
        "firm_traits": {"standard_mean": -50},
        "gate": {"lanes": 0},
        "walking": {"metres_per_minute": 30, "booths_to_exit_metres": 3000},
        "closing": {"at_close": "cut-off"},
        "outcomes": {"signing_share": 1, "start_share": 1},
        "fairs": [{"id": "a", "open": "09:00", "close": "11:00", "firms": 5, "posts": 200, "seekers": 50,
                   "arrivals": {"start": "09:00", "step_minutes": 60, "weights": [1]}}],
    }  # fmt: skip
    values, (fair,) = played(document)
    is_leaving = (fair.ledger.visits["outcome"] == book.CUT_OFF) & (fair.ledger.visits["intent_booth"] >= 0)
    assert is_leaving.any()
    assert values[MeasureKey("intents", "seekers")] == np.count_nonzero(fair.ledger.stays["outcome"] == book.AGREED)
    measures_add_up(values, [fair])
