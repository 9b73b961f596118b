"""What must not matter does not: names, the order of rows, what happens at another venue, what was simulated before.

Ledgers are compared bit for bit. Each comparison is also shown a change that does matter.
"""

import copy
import datetime
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings

from benchmarks.agreement import differing_records
from sim.campaign.season import Played, Season
from sim.study.replicate import replicate
from tests.strategies import Document, scenario_documents, scenario_of

Change = Callable[[Document], None]

ENGINES = ("kernel", "reference")
SEED, REPLICATION = 6, 1


def world() -> Document:
    """Two fairs: one of listed firms, posts and seekers, one drawn."""
    return {
        "name": "world",
        "totals": {"firms": 12, "posts": 90, "seekers": 70},
        "booth": {"zones": 2, "late_share": 0.4},
        "behaviour": {"talk_share": 0.8},
        "groups": [{"id": "young", "name": "Young"}, {"id": "old", "name": "Old", "share": 2, "priority": -1}],
        "occupations": [{"id": "trade", "name": "Trade"}, {"id": "craft", "name": "Craft"}],
        "fairs": [
            {"id": "east", "venue": "East hall", "district": "East"},
            {"id": "west", "venue": "West hall", "district": "West", "gate": {"lanes": 1}},
        ],
        "firms": [
            {"id": f"f{k}", "name": f"Firm {k}", "fair": "east", **({"recruiters": 1} if k == 3 else {})}
            for k in range(7)
        ],
        "posts": [
            {"firm": f"f{k}", "occupation": occupation, "count": 1 + k}
            for k in range(7)
            for occupation in ("craft", "trade")
        ],
        "seekers": [
            {"id": f"s{k}", "fair": "east", "group": ("young", "old")[k % 2], "arrives": f"09:{k:02d}"}
            for k in range(40)
        ],
    }


def play(document: Document, engine: str = "kernel", seed: int = SEED) -> dict[str, Played]:
    """What happens at each fair, by its id."""
    scenario = scenario_of(document)
    fairs = Season(scenario).play(seed, REPLICATION, engine)
    return {scenario.fairs[played.number].id: played for played in fairs}


def changed(change: Change, document: Document | None = None) -> Document:
    other = copy.deepcopy(document or world())
    change(other)
    return other


def differing(one: dict[str, Played], other: dict[str, Played], fairs: tuple[str, ...] = ("east", "west")) -> int:
    """Records that differ at these fairs; also if what became of the intents differs."""
    total = 0
    for fair in fairs:
        total += differing_records(one[fair].ledger, other[fair].ledger)
        for a, b in zip(one[fair].aftermath, other[fair].aftermath, strict=True):
            total += not np.array_equal(a, b, equal_nan=a.dtype.kind == "f")
    return total


# Names and order ------------------------------------------------------------------------------------------


def rename(document: Document) -> None:
    document["name"] = document["why"] = document["author"] = "something else"
    for kind in ("groups", "occupations", "firms", "seekers"):
        for row in document[kind]:
            row["name"] = f"renamed {row['id']}"
    for fair in document["fairs"]:
        fair["venue"] = f"renamed {fair['id']}"


def reverse(*kinds: str) -> Change:
    def change(document: Document) -> None:
        for kind in kinds:
            document[kind].reverse()

    change.__name__ = f"reverse {' '.join(kinds)}"
    return change


def give_other_ids(document: Document) -> None:
    for row in document["seekers"]:
        row["id"] += " renamed"


def leave_out_ids_and_reverse(document: Document) -> None:
    for row in document["seekers"]:
        del row["id"]
    document["seekers"].reverse()


@pytest.mark.parametrize("engine", ENGINES)
@pytest.mark.parametrize(
    "change",
    [
        rename,
        reverse("firms"),
        reverse("posts"),
        reverse("seekers"),
        reverse("firms", "posts", "seekers"),
        reverse("fairs"),
    ],
    ids=lambda change: change.__name__,
)
def test_names_and_order_change_nothing(engine: str, change: Change) -> None:
    assert differing(play(world(), engine), play(changed(change), engine)) == 0


@pytest.mark.parametrize("change", [give_other_ids, leave_out_ids_and_reverse], ids=lambda change: change.__name__)
def test_twin_other_ids_are_other_people(change: Change) -> None:
    assert differing(play(world()), play(changed(change)), ("east",)) > 0


def test_order_of_firms_matters_where_people_go_round_in_that_order() -> None:
    in_order = {**world(), "choice": {"rule": "fixed-order"}}
    assert differing(play(in_order), play(changed(rename, in_order))) == 0
    assert differing(play(in_order), play(changed(reverse("firms"), in_order))) > 0


# Other venues ----------------------------------------------------------------------------------------------


def set_on(fair: int, **values: Any) -> Change:
    def change(document: Document) -> None:
        document["fairs"][fair].update(values)

    change.__name__ = f"{', '.join(values)}"
    return change


def leave_out_the_second(document: Document) -> None:
    del document["fairs"][1]


OTHER_VENUE = [
    set_on(1, open="10:00"),
    set_on(1, close="15:00"),
    set_on(1, booth={"recruiters": 5}),
    set_on(1, gate={"lanes": 9}),
    set_on(1, choice={"rule": "shortest-queue"}),
    set_on(1, closing={"at_close": "run-to-empty"}),
    set_on(1, district="North"),
    set_on(1, date=datetime.date(2020, 5, 1)),
]


@pytest.mark.parametrize("change", OTHER_VENUE, ids=lambda change: change.__name__)
def test_a_change_at_one_venue_leaves_the_other_untouched(change: Change) -> None:
    before, after = play(world()), play(changed(change))
    assert differing(before, after, ("east",)) == 0


def test_twin_a_change_at_the_own_venue_is_noticed() -> None:
    early = {"announcement_minutes": 280}
    for change in (set_on(0, open="10:00"), set_on(0, booth={"recruiters": 5}), set_on(0, closing=early)):
        before, after = play(world()), play(changed(change))
        assert differing(before, after, ("east",)) > 0
        assert differing(before, after, ("west",)) == 0


@settings(max_examples=25)
@given(scenario_documents(fairs=2))
def test_any_venue_is_untouched_by_another(document: Document) -> None:
    document["fairs"][1]["id"] = "west"
    document["fairs"][0]["id"] = "east"
    for firm in document.get("firms", []):
        firm["fair"] = {"a": "east", "b": "west"}[firm["fair"]]
    other = changed(set_on(1, open="09:20", close="15:00", interview={"minutes": 1}), document)
    assert differing(play(document), play(other), ("east",)) == 0


def test_a_venue_with_its_own_numbers_is_untouched_when_another_is_left_out() -> None:
    document = {
        "fairs": [{"id": name, "firms": 4, "posts": 30, "seekers": 50, "district": name} for name in ("east", "west")]
    }
    before, after = play(document), play(changed(leave_out_the_second, document))
    assert differing(before, after, ("east",)) == 0


# Seeds, replications, more of something ------------------------------------------------------------------------


def test_same_seed_same_results_other_seed_other_results() -> None:
    assert differing(play(world()), play(world())) == 0
    assert differing(play(world()), play(world(), seed=SEED + 1), ("east",)) > 0
    assert differing(play(world()), play(world(), seed=SEED + 1), ("west",)) > 0


@pytest.mark.parametrize("engine", ENGINES)
def test_replications_differ_and_do_not_depend_on_each_other(engine: str) -> None:
    scenario = scenario_of(world())
    sample = replicate(scenario, 4, 9, engine)
    assert len({row.tobytes() for row in sample.values}) == len(sample.values)
    again = replicate(scenario, 2, 9, engine)
    np.testing.assert_array_equal(sample.values[:2], again.values)
    season = Season(scenario)
    last, first = season.play(9, 3, engine), season.play(9, 0, engine)
    for replication, fairs in ((3, last), (0, first)):
        for one, other in zip(fairs, Season(scenario).play(9, replication, engine), strict=True):
            assert differing_records(one.ledger, other.ledger) == 0


def test_one_more_seeker_or_firm_leaves_the_others_as_they_are() -> None:
    """Draws belong to people: whoever was there before has the same traits, arrival and intentions."""
    document = {"fairs": [{"id": "east", "firms": 5, "posts": 40, "seekers": 30}]}
    more = {"fairs": [{"id": "east", "firms": 6, "posts": 50, "seekers": 31}]}
    before, after = play(document)["east"].day, play(more)["east"].day
    for rows, others, key, columns in (
        (before.seekers, after.seekers, "who", before.seekers.dtype.names),
        (before.booths, after.booths, "firm", ("pay", "standard", "attraction", "interview_a")),
    ):
        kept = others[np.isin(others[key], rows[key])]
        assert kept.size == rows.size == others.size - 1
        for column in columns:
            np.testing.assert_array_equal(np.sort(rows, order=key)[column], np.sort(kept, order=key)[column])


@pytest.mark.parametrize(
    "section",
    [{"guidance": {"visit_share": 0, "minutes": 99}}, {"booth": {"late_share": 0, "late_minutes": 500}},
     {"desk": {"minutes": "uniform(low=0, high=0)"}}, {"groups": [{"id": "all", "share": 7}]},
     {"outcomes": {"signing_share": 0.9}}],
    ids=str,
)  # fmt: skip
def test_a_change_without_effect_moves_no_draw(section: Document) -> None:
    """Asking for a draw that decides nothing shifts no other: there is no stream that could be out of step."""
    plain: Document = {
        "booth": {"late_share": 0},
        "fairs": [{"id": "east", "firms": 5, "posts": 40, "seekers": 60}],
    }
    one, other = play(plain)["east"], play({**plain, **section})["east"]
    assert differing_records(one.ledger, other.ledger) == 0
