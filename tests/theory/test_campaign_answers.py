"""Parts of a campaign against what formulas say: who goes, who leaves, who begins, and the frictionless bound.

Seeds are fixed; every tolerance is four standard errors, and each claim has a twin with a wrong rule that fails.
"""

import math

import numpy as np
import pytest
from scipy import integrate, stats
from scipy.sparse import csr_array
from scipy.sparse.csgraph import maximum_bipartite_matching

from sim.campaign.attendance import most_inclined
from sim.campaign.frictions import frictionless, lost, offers_of
from sim.campaign.pairs import possible_pairs
from sim.campaign.season import Season
from sim.draws import make_key
from sim.engine.ledger import NOT_COME
from sim.population.searching import GAVE_UP, HIRED_ELSEWHERE
from tests.laws.test_season import campaign, fair
from tests.strategies import scenario_of

PEOPLE = 50_000


def simple(fairs: list[dict[str, object]], **more: object) -> dict[str, object]:
    """One district, one group, everybody aware, nobody leaves."""
    usual: dict[str, object] = {
        "pool": {"seekers": PEOPLE, "hired_elsewhere_per_day": 0.0, "stops_per_day": 0.0},
        "groups": [],
        "districts": [{"id": "north", "within_km": 5.0}],
        "outreach": [],
        "levers": [],
        "attendance": {"visit_share": 0.1, "inclination_sd": 0.8, "size_weight": 0.5, "distance_weight": 0.04},
    }
    return campaign(fairs, **(usual | more))


def share_who_go(odds: float, spread: float) -> float:
    """Mean of odds/(1 + odds) over a lognormal inclination."""

    def at(z: float) -> float:
        mine = odds * math.exp(spread * z)
        return mine / (1.0 + mine) * float(stats.norm.pdf(z))

    return float(integrate.quad(at, -8.0, 8.0)[0])


def went(document: dict[str, object], seed: int = 1) -> np.ndarray:
    """How many go to each fair."""
    history = Season(scenario_of(document)).play(seed, 0)
    return np.array([np.count_nonzero(played.ledger.visits["outcome"] != NOT_COME) for played in history])


@pytest.mark.parametrize(("factor", "agrees"), [(1.0, True), (1.1, False)])
def test_who_goes_is_the_logit(factor: float, agrees: bool) -> None:
    """A fair of 10 firms five km away; the twin says that 10 % more odds would be the same."""
    came = int(went(simple([fair("f", 3, "north", firms=10)]))[0])
    odds = factor * 0.1 / 0.9 * (10 / 40) ** 0.5 * math.exp(-0.04 * 5.0)
    expected = share_who_go(odds, 0.8)
    error = math.sqrt(expected * (1.0 - expected) / PEOPLE)
    assert error < 0.02 * expected
    assert bool(abs(came / PEOPLE - expected) < 4.0 * error) == agrees, (came / PEOPLE, expected, error)


def test_tired_people_go_less() -> None:
    """Ten equal fairs: with fatigue 0.5 a person's odds halve with each visit; the chain of visits is computed."""
    more = {"attendance": {"visit_share": 0.3, "inclination_sd": 0.0, "fatigue": 0.5, "disappointed": 1.0,
                           "distance_weight": 0.0, "stops_share": 0.0, "weekend_factor": 1.0},
            "behaviour": {"talk_share": 0.0}}  # fmt: skip
    fairs = [fair(f"f{k}", k, "north", firms=40, posts=40) for k in range(6)]
    document = simple(fairs, stock={"firms": 40, "posts": 80}, **more)
    came = went(document)
    visited = np.zeros(12)
    visited[0] = 1.0
    for number in range(6):
        odds = 0.3 / 0.7 * 0.5 ** np.arange(12.0)
        goes = visited * odds / (1.0 + odds)
        expected = float(goes.sum())
        error = math.sqrt(expected * (1.0 - expected) / PEOPLE)
        assert abs(came[number] / PEOPLE - expected) < 4.0 * error
        visited = visited - goes + np.concatenate(([0.0], goes[:-1]))


@pytest.mark.parametrize(("stated", "agrees"), [(0.02, True), (0.022, False)])
def test_leaving_is_by_competing_hazards(stated: float, agrees: bool) -> None:
    document = simple([fair("f", 20, "north", firms=3)], pool={
        "seekers": PEOPLE, "hired_elsewhere_per_day": 0.02, "stops_per_day": 0.01,
    })  # fmt: skip
    season = Season(scenario_of(document))
    assert season.campaign is not None
    people = season.campaign.pool.draw(make_key(5))
    assert people.size == PEOPLE
    for reason, hazard in ((HIRED_ELSEWHERE, stated), (GAVE_UP, 0.01)):
        observed = np.count_nonzero((people["until_day"] <= 15) & (people["reason"] == reason)) / PEOPLE
        expected = hazard / (stated + 0.01) * (1.0 - math.exp(-(stated + 0.01) * 15.0))
        error = math.sqrt(expected * (1.0 - expected) / PEOPLE)
        if reason == HIRED_ELSEWHERE:
            assert bool(abs(observed - expected) < 4.0 * error) == agrees


def test_a_lever_moves_exits_earlier_and_never_later() -> None:
    pool = {"seekers": 5000, "hired_elsewhere_per_day": 0.01, "stops_per_day": 0.01}
    lever = {"id": "web", "kind": "online", "share": 0.5, "hired_per_day": 0.05}
    drawn = []
    for levers in ([], [lever]):
        season = Season(scenario_of(simple([fair("f", 20, "north", firms=3)], pool=pool, levers=levers)))
        assert season.campaign is not None
        drawn.append(season.campaign.pool.draw(make_key(5)))
    without, having = drawn
    reached = having["levers"] > 0
    assert abs(reached.mean() - 0.5) < 4.0 * math.sqrt(0.25 / 5000)
    assert (having["until_day"] <= without["until_day"]).all()
    assert (having["until_day"][reached] < without["until_day"][reached]).mean() > 0.3
    np.testing.assert_array_equal(having["until_day"][~reached], without["until_day"][~reached])


def test_beginnings_are_a_poisson_process() -> None:
    pool = {"seekers": 0, "inflow_per_day": 400.0, "hired_elsewhere_per_day": 0.0, "stops_per_day": 0.0}
    season = Season(scenario_of(simple([fair("f", 20, "north", firms=3)], pool=pool)))
    assert season.campaign is not None
    counts = np.array(
        [np.bincount(season.campaign.pool.draw(make_key(5, r))["begins"], minlength=21) for r in range(20)]
    )
    cells = counts.size
    assert abs(counts.mean() - 400.0) < 4.0 * math.sqrt(400.0 / cells)
    # Index of dispersion: 1 for a Poisson process; its standard error is sqrt(2 / cells).
    assert abs(counts.var() / counts.mean() - 1.0) < 4.0 * math.sqrt(2.0 / cells)


def test_the_most_inclined_are_those_of_the_plain_rule() -> None:
    """Against the rule written down as it is said: go through all pairs, the strongest first."""
    generator = np.random.default_rng(3)
    for _ in range(60):
        fairs, people = int(generator.integers(1, 5)), int(generator.integers(1, 40))
        strengths = generator.uniform(0.0, 2.0, (fairs, people)) * (generator.uniform(size=(fairs, people)) < 0.7)
        places = generator.integers(-1, 8, fairs)
        left = {row: int(number) for row, number in enumerate(places)}
        expected = np.full(people, -1)
        pairs = sorted((-strengths[f, p], p, f) for f in range(fairs) for p in range(people))
        for weight, person, row in pairs:
            wanted = -weight > (1.0 if left[row] < 0 else 0.0)
            if wanted and expected[person] < 0 and left[row] != 0:
                expected[person] = row
                left[row] -= left[row] > 0
        np.testing.assert_array_equal(most_inclined(strengths, places), expected)


# The frictionless bound ---------------------------------------------------------------------------------------


def bound_season() -> Season:
    document = campaign(
        [fair("f", 3, "north", firms=12, seekers=150)],
        districts=[{"id": "north"}], outreach=[], match={"intents_per_post": 1.0}, measures={"bound": True},
    )  # fmt: skip
    return Season(scenario_of(document))


def test_the_bound_is_a_maximum_matching() -> None:
    played = bound_season().play(2, 0)[0]
    day, key = played.day, make_key(2)
    offers = offers_of(day)
    sizes = np.array([day.hall[0]["quality_sd"], day.hall[0]["taste_learned_sd"]])
    seekers, lines = possible_pairs(key, day.seekers, offers, sizes, day.travel)
    first = np.concatenate(([0], np.cumsum(offers.intents)))
    edges = [(s, p) for s, k in zip(seekers, lines, strict=True) for p in range(first[k], first[k + 1])]
    rows, columns = np.array(edges).T
    graph = csr_array((np.ones(rows.size), (rows, columns)), shape=(day.seekers.size, int(first[-1])))
    matched = maximum_bipartite_matching(graph, perm_type="column")
    assert frictionless(day, offers, key) == np.count_nonzero(matched >= 0) > 20


def test_what_was_lost_sums_up_to_the_bound() -> None:
    season = bound_season()
    for replication in range(5):
        played = season.play(2, replication)[0]
        assert played.lost is not None
        intents = played.aftermath.seekers.size
        parts = sum(number for name, number in played.lost.items() if name != "bound")
        assert intents + parts == played.lost["bound"] >= intents
        assert played.lost["thin_choice"] >= 0


def test_each_friction_is_what_its_absence_gives_back() -> None:
    """One recruiter for all and long talks lose to queues; with recruiters for everyone nothing is lost to them."""
    busy = campaign(
        [fair("f", 3, "north", firms=3, seekers=300)], districts=[{"id": "north"}], outreach=[],
        measures={"bound": True}, booth={"recruiters": 1}, interview={"minutes": 15}, stock={"firms": 3, "posts": 300},
    )  # fmt: skip
    queues = Season(scenario_of(busy)).play(2, 0)[0].lost
    free = Season(scenario_of(busy | {"booth": {"recruiters": 1000}, "gate": {"lanes": 1000}})).play(2, 0)[0].lost
    assert queues is not None and free is not None
    assert queues["queues"] > 30
    assert free["queues"] == 0
    day = Season(scenario_of(busy)).play(2, 0)[0].day
    again = lost(day, 0, make_key(2), make_key(2, 0, 737539), None, None)
    assert again["thin_choice"] == 0  # where the fair is all there is
