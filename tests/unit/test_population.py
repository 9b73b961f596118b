"""Who takes part: totals come out exactly, tables as given, shares and sizes as the parameters say.

Statistical tests have fixed seeds and state their standard errors; each is shown a wrong figure that it refuses.
"""

import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.special import ndtri

from sim.draws import FAIR_SHARE, make_key, uniforms
from sim.model.scenario import Scenario
from sim.population import Crowd, Roster
from sim.population.identity import number_of, numbers_of_crowd
from sim.population.sharing import apportion, share_totals
from tests.strategies import Document, scenario_documents, scenario_of

KEY = make_key(31, 4)


def crowds(scenario: Scenario, replication: int = 4) -> tuple[list[dict[str, int]], list[Crowd]]:
    """Counts and crowds of all fairs in one replication."""
    key, roster = make_key(31, replication), Roster(scenario)
    counts = roster.counts(key)
    return counts, [roster.crowd(k, one, one["seekers"], key) for k, one in enumerate(counts)]


# Whole numbers that sum to a total ---------------------------------------------------------------------------


@given(st.integers(0, 10**9), st.lists(st.floats(0, 1e6), min_size=1, max_size=30))
def test_parts_sum_to_the_total_and_are_near_their_share(total: int, weights: list[float]) -> None:
    parts = apportion(total, np.array(weights))
    assert parts.sum() == total
    whole = sum(weights)
    shares = np.array(weights) / whole if whole > 0 else np.full(len(weights), 1 / len(weights))
    assert np.all(np.abs(parts - total * shares) < 1 + 1e-6)
    assert np.all(parts >= 0)


@given(st.lists(st.tuples(st.floats(0, 100), st.integers(0, 50)), min_size=1, max_size=20), st.integers(0, 1000))
def test_no_part_is_below_its_least(rows: list[tuple[float, int]], more: int) -> None:
    least = np.array([number for _, number in rows])
    parts = apportion(int(least.sum()) + more, np.array([weight for weight, _ in rows]), least)
    assert parts.sum() == least.sum() + more
    assert np.all(parts >= least)


@pytest.mark.parametrize(
    ("total", "weights", "least", "parts"),
    [
        (10, [1, 1, 1], 0, [4, 3, 3]),  # the first of equal remainders
        (10, [1, 2, 4], 0, [1, 3, 6]),  # quotas 1.43, 2.86, 5.71
        (7, [0, 0, 0], 0, [3, 2, 2]),
        (9, [1, 1, 1], [4, 0, 1], [6, 1, 2]),  # what is above the least is shared
        (1, [0.5, 0.4, 0.6], 0, [0, 0, 1]),
        (20, [1] * 19, 0, [2] + [1] * 18),
        (0, [], 0, []),
    ],
)
def test_largest_remainders(total: int, weights: list[float], least: int | list[int], parts: list[int]) -> None:
    found = apportion(total, np.array(weights, float), np.array(least))
    assert found.tolist() == parts
    assert found.dtype == np.int64


# Totals ------------------------------------------------------------------------------------------------------


@settings(max_examples=50)
@given(
    st.integers(1, 9), st.integers(0, 200), st.integers(0, 2000), st.integers(0, 3000), st.sampled_from([0, 0.25, 2]),
    st.integers(1, 4), st.integers(1, 5),
)  # fmt: skip
def test_totals_come_out_exactly(
    fairs: int, more_firms: int, more_posts: int, seekers: int, spread: float, occupations: int, per_firm: int
) -> None:
    firms = fairs + more_firms
    document = {
        "totals": {"firms": firms, "posts": firms + more_posts, "seekers": seekers, "spread": spread},
        "firm_traits": {"occupations": per_firm},
        "occupations": [{"id": f"o{k}"} for k in range(occupations)],
        "fairs": [{"id": f"f{k}"} for k in range(fairs)],
    }
    counts, all_crowds = crowds(scenario_of(document))
    assert [sum(one[what] for one in counts) for what in ("firms", "posts", "seekers")] == [
        firms, firms + more_posts, seekers,
    ]  # fmt: skip
    for one, crowd in zip(counts, all_crowds, strict=True):
        assert one["firms"] == crowd.firms.size >= 1
        assert one["posts"] == crowd.firms["posts"].sum() == crowd.posts["count"].sum()
        assert one["seekers"] == crowd.people.size
        assert crowd.firms["posts"].min() >= 1
        by_firm = np.bincount(crowd.posts["firm"], crowd.posts["count"], minlength=crowd.firms.size)
        np.testing.assert_array_equal(by_firm, crowd.firms["posts"])
        kinds = np.bincount(crowd.posts["firm"], minlength=crowd.firms.size)
        assert kinds.max() <= min(per_firm, occupations)
        assert set(crowd.posts["occupation"].tolist()) <= set(range(occupations))


@settings(max_examples=30)
@given(scenario_documents())
def test_everybody_has_a_number_of_their_own(document: Document) -> None:
    _, all_crowds = crowds(scenario_of(document))
    for table, column in (("people", "who"), ("firms", "firm")):
        numbers = np.concatenate([getattr(crowd, table)[column] for crowd in all_crowds])
        assert np.unique(numbers).size == numbers.size


def test_fairs_with_numbers_of_their_own_keep_them() -> None:
    document = {
        "totals": {"firms": 20, "posts": 100, "seekers": 300},
        "fairs": [{"id": "a"}, {"id": "b", "firms": 3, "posts": 50}, {"id": "c", "seekers": 7}],
    }
    counts, _ = crowds(scenario_of(document))
    assert (counts[1]["firms"], counts[1]["posts"], counts[2]["seekers"]) == (3, 50, 7)
    assert [sum(one[what] for one in counts) for what in ("firms", "posts", "seekers")] == [20, 100, 300]


def test_totals_are_shared_by_the_draw_of_the_fair_and_posts_and_seekers_by_firms_too() -> None:
    names, spread = ("a", "b", "c", "d"), 0.7
    fairs = [{"id": "a"}, {"id": "b", "firms": 30}, {"id": "c"}, {"id": "d"}]
    totals = {"firms": 200, "posts": 90_000, "seekers": 70_000, "spread": spread}
    counts, _ = crowds(scenario_of({"totals": totals, "fairs": fairs}))
    draws = [uniforms(make_key(31, 4), np.uint64(number_of(name)), FAIR_SHARE, np.uint64(0)) for name in names]
    factors = np.exp(spread * ndtri(np.array(draws)))
    firms = np.array([one["firms"] for one in counts])
    others = np.array([0, 2, 3])
    expected = 1 + (200 - 30 - 3) * factors[others, 0] / factors[others, 0].sum()
    assert np.all(np.abs(firms[others] - expected) < 1)
    for column, what in ((1, "posts"), (2, "seekers")):
        least = firms if what == "posts" else 0 * firms
        weights = factors[:, column] * firms
        expected = least + (totals[what] - least.sum()) * weights / weights.sum()
        assert np.all(np.abs(np.array([one[what] for one in counts]) - expected) < 1), what


def test_a_fair_with_one_firm_weighs_no_less_than_one_firm() -> None:
    totals = {"firms": 3, "seekers": 900, "spread": 0}
    document = {"totals": totals, "fairs": [{"id": "a", "posts": 9}, {"id": "b", "firms": 2, "posts": 9}]}
    counts, _ = crowds(scenario_of(document))
    assert [(one["firms"], one["seekers"]) for one in counts] == [(1, 300), (2, 600)]


def test_what_no_total_gives_is_left_open_and_what_comes_after_is_shared() -> None:
    own: dict[str, list[int | None]] = {"firms": [4, 6], "posts": [None, 9], "seekers": [None, None]}
    fairs = [{"id": "a", "firms": 4, "posts": 9}, {"id": "b", "firms": 6, "posts": 9}]
    shared = share_totals(scenario_of({"totals": {"seekers": 50, "spread": 0}, "fairs": fairs}), own, KEY)
    assert shared == [{"firms": 4, "posts": None, "seekers": 20}, {"firms": 6, "posts": 9, "seekers": 30}]
    own["firms"] = [None, None]  # firms come as tables say: fairs without a number weigh the same
    shared = share_totals(scenario_of({"totals": {"seekers": 50, "spread": 0}, "fairs": fairs}), own, KEY)
    assert [one["seekers"] for one in shared] == [25, 25]
    own["firms"] = [None, 1]
    shared = share_totals(scenario_of({"totals": {"seekers": 50, "spread": 0}, "fairs": fairs}), own, KEY)
    assert [one["seekers"] for one in shared] == [25, 25]


def test_the_split_is_drawn_anew_in_every_replication() -> None:
    scenario = scenario_of({"totals": {"firms": 50, "posts": 900, "seekers": 900}, "fairs": [{"id": "a"}, {"id": "b"}]})
    splits = {
        (one[0]["firms"], one[0]["posts"], one[0]["seekers"]) for one in (crowds(scenario, k)[0] for k in range(20))
    }
    assert len(splits) > 15


# Tables --------------------------------------------------------------------------------------------------------


def test_tables_are_taken_as_given() -> None:
    document = {
        "fairs": [{"id": "a", "district": "east", "posts": 20}],
        "groups": [{"id": "g0"}, {"id": "g1"}],
        "occupations": [{"id": "o0"}, {"id": "o1"}, {"id": "o2"}],
        "firms": [
            {"id": "x", "posts": 4, "pay": 1.5, "standard": -0.25},
            {"id": "y", "pay": 0.5, "district": "north"},
            {"id": "z"},
        ],
        "posts": [{"firm": "y", "occupation": "o2", "count": 5}, {"firm": "y", "occupation": "o0"}],
        "seekers": [
            {"id": "p", "group": "g1", "occupation": "o2", "arrives": "09:31", "skill": 0.5, "reservation": -1},
            {"id": "q", "district": "west"},
        ],
    }
    scenario = scenario_of(document)
    _, (crowd,) = crowds(scenario)
    firms, posts, people = crowd.firms, crowd.posts, crowd.people
    places = Roster(scenario).districts
    assert firms["firm"].tolist() == [number_of(name) for name in "xyz"]
    assert firms["posts"].tolist() == [4, 6, 10]
    assert firms["pay"][:2].tolist() == [1.5, 0.5]
    assert firms["standard"][0] == -0.25
    assert [places[k] for k in firms["district"]] == ["east", "north", "east"]
    assert [tuple(row) for row in posts[posts["firm"] == 1].tolist()] == [(1, 0, 1), (1, 2, 5)]
    assert people["who"].tolist() == [number_of("p"), number_of("q")]
    first = people[0]
    assert (first["group"], first["occupation"], first["arrives"]) == (1, 2, 571.0)
    assert (first["skill"], first["reservation"]) == (0.5, -1.0)
    assert [places[k] for k in people["district"]] == ["east", "west"]
    assert math.isnan(people["arrives"][1])
    assert not np.isnan([people["skill"][1], people["reservation"][1]]).any()
    assert (int(first["accepts"]) >> 2) & 1, "the own occupation is accepted"


# Shares and traits -----------------------------------------------------------------------------------------------

PEOPLE = 100_000


@pytest.fixture(scope="module")
def many() -> np.ndarray:
    document = {
        "fairs": [{"id": "a", "firms": 1, "posts": 1, "seekers": PEOPLE}],
        "groups": [
            {"id": "g0", "share": 1},
            {"id": "g1", "share": 2, "behaviour": {"skill_mean": 1.0, "skill_sd": 0.5}},
            {"id": "g2", "share": 5, "behaviour": {"other_occupations": 3}},
        ],
        "occupations": [{"id": f"o{k}", "seekers_share": 1 + k} for k in range(6)],
    }
    return crowds(scenario_of(document))[1][0].people


def share_fits(hits: np.ndarray, share: float) -> bool:
    """Within four standard errors of the share; the errors here are at most 0.9 % of it."""
    error = math.sqrt(share * (1 - share) / hits.size)
    assert error < 0.009 * share
    return abs(hits.mean() - share) < 4 * error


@pytest.mark.parametrize(("column", "weights"), [("group", (1, 2, 5)), ("occupation", (1, 2, 3, 4, 5, 6))])
def test_shares_are_as_given(many: np.ndarray, column: str, weights: tuple[int, ...]) -> None:
    for k, weight in enumerate(weights):
        if weight / sum(weights) > 0.11:
            assert share_fits(many[column] == k, weight / sum(weights))
            assert not share_fits(many[column] == k, 1.04 * weight / sum(weights))


def mean_fits(values: np.ndarray, mean: float, deviation: float) -> bool:
    """Within four standard errors of the mean; an error is at most 1 % of the deviation."""
    error = deviation / math.sqrt(values.size)
    assert error < 0.01 * deviation
    return abs(values.mean() - mean) < 4 * error


@pytest.mark.parametrize(("group", "mean", "deviation"), [(0, 0.0, 1.0), (1, 1.0, 0.5), (2, 0.0, 1.0)])
def test_skills_are_as_given_by_group(many: np.ndarray, group: int, mean: float, deviation: float) -> None:
    skill = many["skill"][many["group"] == group]
    assert mean_fits(skill, mean, deviation)
    assert not mean_fits(skill, mean + 0.06 * deviation, deviation)
    squares = (skill - mean) ** 2
    assert mean_fits(squares, deviation**2, math.sqrt(2) * deviation**2)
    assert not mean_fits(squares, 1.1 * deviation**2, math.sqrt(2) * deviation**2)


@pytest.mark.parametrize(("group", "others"), [(1, 1.5), (2, 3.0)])
def test_breadth_is_as_given_by_group(many: np.ndarray, group: int, others: float) -> None:
    members = many[many["group"] == group]
    accepted = np.array([int(mask).bit_count() for mask in members["accepts"].tolist()]) - 1
    deviation = math.sqrt(others * (1 - others / 5))
    assert mean_fits(accepted, others, deviation)
    assert not mean_fits(accepted, 1.05 * others, deviation)
    own = np.uint64(1) << members["occupation"].astype(np.uint64)
    assert np.all(members["accepts"] & own)


def test_traits_are_lasting_and_do_not_depend_on_the_number_of_people() -> None:
    def people(count: int, replication: int) -> np.ndarray:
        document = {"fairs": [{"id": "a", "firms": 1, "posts": 1, "seekers": count}]}
        return crowds(scenario_of(document), replication)[1][0].people

    np.testing.assert_array_equal(people(50, 1)["skill"], people(80, 1)["skill"][:50])
    assert not np.any(people(50, 1)["skill"] == people(50, 2)["skill"])


# Firms -------------------------------------------------------------------------------------------------------------

REPLICATIONS = 400


def busiest_against_mean(spread: float) -> float:
    """Posts of the busiest of 40 firms against the mean of all, averaged over replications."""
    document = {
        "firm_traits": {"posts_spread": spread},
        "fairs": [{"id": "a", "firms": 40, "posts": 40_000, "seekers": 0}],
    }
    roster = Roster(scenario_of(document))
    ratios = []
    for replication in range(REPLICATIONS):
        key = make_key(5, replication)
        firms = roster.crowd(0, roster.counts(key)[0], 0, key).firms
        ratios.append(firms["posts"].max() / firms["posts"].mean())
    return float(np.mean(ratios))


def test_the_busiest_of_forty_firms_is_as_busy_as_at_real_fairs() -> None:
    """2.5 to 11 times the mean were counted; of equal firms none would be, and the tail could be too heavy."""
    assert 2.5 < busiest_against_mean(1.0) < 11.0
    assert busiest_against_mean(0.2) < 2.5
    assert busiest_against_mean(2.5) > 11.0


def test_pay_standards_and_interviews_vary_as_given() -> None:
    document = {
        "firm_traits": {"pay_sd": 2.0, "standard_mean": 0.5, "standard_sd": 0.7},
        "interview": {"firm_spread": 0.3},
        "fairs": [{"id": "a", "firms": 20_000, "posts": 20_000, "seekers": 0}],
    }
    firms = crowds(scenario_of(document))[1][0].firms
    assert mean_fits(firms["pay"], 0.0, 2.0)
    assert mean_fits(firms["pay"] ** 2, 4.0, math.sqrt(2) * 4.0)
    assert mean_fits(firms["standard"], 0.5, 0.7)
    assert not mean_fits(firms["standard"], 0.53, 0.7)
    assert mean_fits(np.log(firms["interview_factor"]), -0.045, 0.3)
    assert mean_fits(firms["interview_factor"], 1.0, math.sqrt(math.exp(0.09) - 1.0)), "the fair's mean is kept"


def test_numbers_belong_to_keys() -> None:
    assert number_of("a firm") == number_of("a firm") != number_of("a Firm")
    assert number_of("x", 32) == number_of("x") >> 32
    numbers = numbers_of_crowd("fair", 3)
    assert np.diff(numbers).tolist() == [1, 1]
    assert not set(numbers.tolist()) & set(numbers_of_crowd("fair 2", 3).tolist())
    assert numbers_of_crowd("fair", 0).size == 0
