"""The page of a search: the plans of its folder, words that the intervals allow, and charts that agree with them."""

import dataclasses
import json
import math
import re
import shutil

import pytest

from sim.model.errors import InputError
from sim.model.scenario import load_scenario
from sim.report.page import plan_charts, searches, views
from sim.report.page.data import Gain, Tried
from sim.report.page.optimising import search_page, search_page_of
from sim.report.page.writing import html
from tests.golden import pages

HOSTILE = ("<script>alert(1)</script>", '"><img src=x onerror=alert(1)>', "{{ 7 * 7 }}", "\u202eabc", "x" * 2000)


@pytest.fixture
def search():
    return pages.small_search()


def with_gain(page, measure, low, high):
    """The page, its first plan with another interval of its gain."""
    best = page.plans[0]
    gains = {**best.gains, measure: Gain((low + high) / 2, low, high)}
    return dataclasses.replace(page, plans=(dataclasses.replace(best, gains=gains), *page.plans[1:]))


def test_a_search_has_the_plans_of_its_folder(search):
    document = json.loads((pages.SEARCH / "optimum.json").read_text("utf-8"))
    assert [one.label for one in (search.own, *search.plans)] == [one["plan"] for one in document["plans"]]
    for plan, stored in zip((search.own, *search.plans), document["plans"], strict=True):
        for figure in stored["measures"]:
            row, gain = plan.rows[figure["name"]], plan.gains[figure["name"]]
            assert (row.mean, row.low, row.high) == (figure["mean"], figure["low"], figure["high"])
            assert (gain.mean, gain.low, gain.high) == (figure["gain"], figure["gain_low"], figure["gain_high"])
    assert [(str(one.date), one.venue, one.firms) for one in search.plans[0].calendar] == [
        ("2020-05-13", "north hall", 20.0),
        ("2020-05-18", "north hall", 10.0),
    ]
    assert search.own.takes["planned cost"] == 14240
    assert len(search.tried) == search.evaluations == 12
    assert [one.measure for one in search.axes] == ["intents", "cost"]
    assert [one.is_efficient for one in search.points] == [False, True, True, True, True]


def test_the_headline_of_a_search_claims_no_more_than_the_interval(search):
    assert searches.headline(search).startswith("Plan 1: 18.2 people with an intent instead of 10.9")
    unsure = with_gain(search, "intents", -0.1, 9.0)
    assert searches.headline(unsure) == "Nobody can tell whether plan 1 is better than the own calendar."
    worse = with_gain(search, "intents", -9.0, -0.1)
    assert searches.verdict(worse.plans[0].gains["intents"], search.aims[0]) == -1
    cost = search.aims[1]
    assert searches.verdict(Gain(-5.0, -6.0, -4.0), cost) == 1, "less is better"
    assert searches.verdict(Gain(-5.0, -11.0, 1.0), cost) == 0
    assert not any("nan" in line for line in searches.sentences(search))


def test_a_plan_is_told_against_the_own_calendar(search):
    told = {question: (new, old) for question, new, old in searches.changes(search, search.plans[0])}
    assert told["fairs"] == ("2, 0 of them on a day and at a venue of the own calendar", "1")
    assert told["firms at a fair"] == ("10 to 20, half of them 20 or more", "20")
    assert told["dates"] == ("2020-05-13 to 2020-05-18; 0 fairs at weekends", "2020-05-08; 0 fairs at weekends")
    assert told["venues"] == ("north hall (2)", "centre hall (1)")
    taken = {row.resource: row for row in searches.taken(search)}
    assert taken["planned cost"].limit == 20000
    assert taken["planned cost"].amounts[:2] == (14240, 16980)
    assert searches.other_limits(search) == [("fairs_per_day", 1.0)]


def test_both_calendars_of_a_search_have_the_same_days(search):
    drawn = views.of(search).charts
    days = [drawn[f"calendar{number}"]["option"]["xAxis"]["data"] for number in range(5)]
    assert all(one == days[0] for one in days)
    assert (days[0][0], days[0][-1]) == ("2020-05-08", "2020-05-18")
    sizes = [one["symbolSize"] for one in drawn["calendar1"]["option"]["series"][0]["data"]]
    assert sizes == sorted(sizes, reverse=True), "the larger the more firms"


def test_the_line_of_a_search_is_the_best_so_far(search):
    option = plan_charts.search_chart(search)["option"]
    best = [max(one.values[0] for one in search.tried if one.generation <= number) for number in (1, 2, 3)]
    assert [value for _, value in option["series"][1]["data"]] == pytest.approx(best, rel=1e-5)
    lower = dataclasses.replace(search, aims=search.aims[::-1], tried=tuple(
        dataclasses.replace(one, values=one.values[::-1]) for one in search.tried
    ))  # fmt: skip
    falling = [value for _, value in plan_charts.search_chart(lower)["option"]["series"][1]["data"]]
    assert falling == sorted(falling, reverse=True)
    unseen = dataclasses.replace(search, tried=(Tried(1, 2, (math.nan, 1.0)),))
    assert plan_charts.search_chart(unseen)["option"]["series"][0]["data"] == []


def test_one_aim_is_drawn_against_the_cost():
    document = json.loads((pages.SEARCH / "optimum.json").read_text("utf-8"))
    scenarios = [load_scenario(pages.SEARCH / one["file"]) for one in document["plans"]]
    tried = (pages.SEARCH / "search.csv").read_text("utf-8")
    single = {**document, "objectives": document["objectives"][:1]}
    page = search_page(single, tried, scenarios, pages.MANIFEST)
    assert [one.measure for one in page.axes] == ["intents", "cost"]
    single["objectives"] = document["objectives"][1:]
    page = search_page(single, tried, scenarios, pages.MANIFEST)
    assert [one.measure for one in page.axes] == ["cost", "intents"]
    assert searches.better_is(page) == "Down and to the right is better."
    assert views.of(page).charts["pareto"]["option"]["series"][0]["step"] == "start"
    assert html(page).count("<script>") == 2


def test_many_finalists_and_hostile_names_keep_the_page_small(search):
    fairs = [dataclasses.replace(search.own.calendar[0], id=name, venue=name, district=name) for name in HOSTILE]
    plans = [dataclasses.replace(search.plans[0], label=f"plan {k}", calendar=tuple(fairs * 5)) for k in range(1, 101)]
    points = [dataclasses.replace(search.points[1], label=one.label) for one in plans]
    aims = tuple(dataclasses.replace(one, selected="plan 1", possible=("plan 1",)) for one in search.aims)
    page = dataclasses.replace(
        search, plans=tuple(plans), points=(search.points[0], *points), name=HOSTILE[0], aims=aims
    )
    text = html(page)
    assert len(text) < 2_000_000
    assert "The first 6 of 100" in text
    outside = re.sub(r"<script.*?</script>", "", text, flags=re.DOTALL)
    assert "<img" not in outside
    assert "&lt;script&gt;alert(1)&lt;/script&gt;" in outside


def test_a_search_whose_tables_are_elsewhere_says_what_it_needs(tmp_path):
    folder = tmp_path / "moved"
    shutil.copytree(pages.SEARCH, folder)
    plan = folder / "plans" / "plan-1.toml"
    plan.write_text('tables.firms = "gone.csv"\n' + plan.read_text("utf-8"), "utf-8")
    with pytest.raises(InputError) as caught:
        search_page_of(folder, pages.MANIFEST)
    said = str(caught.value)
    assert "gone.csv" in said
    assert "holds plans that cannot be read here; put the tables that the plans name where they stood" in said
    assert "[no-page]" in said
