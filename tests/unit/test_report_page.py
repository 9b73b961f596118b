"""The page of a run: what it says, exactly; and names that strangers gave stay harmless."""

import base64
import dataclasses
import datetime
import hashlib
import html as entities
import json
import math
import re
import time
from pathlib import Path

import numpy as np
import pytest
import tomli_w

from sim.campaign.season import Season
from sim.engine import ledger as book
from sim.files import write_table
from sim.language import set_language
from sim.model.resources import resources as planned_resources
from sim.model.scenario import load_scenario
from sim.report.page import calendars, charts, headlines, plan_charts, replaying, words
from sim.report.page.comparing import comparison_page
from sim.report.page.data import Booths, FitPage, Loss, Part, Parts, PlanPoint, Spread
from sim.report.page.describing import method_of
from sim.report.page.folders import run_page_of
from sim.report.page.replaying import MOST_BYTES, NEVER, replay_of
from sim.report.page.running import _stages, run_page
from sim.report.page.writing import embedded, html, write_page
from sim.report.summary import SummaryRow
from sim.study.booths import booths_of_replication
from sim.study.calibration.fits import load_fit
from sim.study.compare import Contender, Difference, compare
from sim.study.differences import resources
from sim.study.measures import MeasureKey, measure_keys
from sim.study.replicate import Sample, replicate
from sim.study.season_measures import SEASON

ROOT = Path(__file__).parents[2]
MANIFEST = {"seed": 7, "engine": "kernel", "version": "0", "replications": 3}
FAIRS = """
name = "Three fairs"
why = "What is on the page?"
[gate]
lanes = { value = 3, source = "The hall's plan" }
patience_minutes = 90
[[fairs]]
id = "a"
venue = "Hall A"
district = "north"
date = 2021-03-06
firms = 4
posts = 20
seekers = 90
[[fairs]]
id = "b"
district = "north"
date = 2021-03-07
close = "13:30"
firms = 3
posts = 20
seekers = 50
[[fairs]]
id = "c"
district = "south"
date = 2021-03-20
firms = 3
posts = 20
seekers = 40
[[groups]]
id = "young"
[[groups]]
id = "old"
interview_factor = 1.5
"""

CAMPAIGN = """
[pool]
seekers = 100
[stock]
firms = 10
posts = 60
[season]
start = 2021-03-01
end = 2021-03-30
"""


def load(tmp_path, text=FAIRS):
    (tmp_path / "x.toml").write_text(text, "utf-8")
    return load_scenario(tmp_path / "x.toml")


@pytest.fixture
def made(tmp_path):
    scenario = load(tmp_path)
    sample = replicate(scenario, 3, 7)
    booths = booths_of_replication(scenario, 7)
    return scenario, sample, run_page(sample, scenario, MANIFEST, booths)


def column(sample, name, **parts):
    return (
        sample.values[:, [key.measure for key in sample.keys].index(name)]
        if not parts
        else next(
            sample.values[:, place]
            for place, key in enumerate(sample.keys)
            if key == MeasureKey(name, key.unit, **parts)
        )
    )


# What it says -------------------------------------------------------------------------------------


def test_the_funnel_adds_up(made):
    _, sample, page = made
    assert [stage.measure for stage in page.stages] == [
        "seekers", "entered", "applicants", "interviewed", "intents", "signings", "starts",
    ]  # fmt: skip
    for before, stage in zip(page.stages, page.stages[1:], strict=False):
        lost = sum(loss.people.mean for loss in stage.losses)
        assert before.people.mean - lost == pytest.approx(stage.people.mean, abs=0.02), stage.measure
        assert stage.people.mean == pytest.approx(column(sample, stage.measure).mean())
    never = next(loss for stage in page.stages for loss in stage.losses if loss.why == "never_interviewed")
    each = column(sample, "applicants") - column(sample, "interviewed")
    half = 4.302652729911275 * each.std(ddof=1) / math.sqrt(3)  # t of 0.975 with 2 degrees of freedom
    assert (never.people.low, never.people.high) == pytest.approx((each.mean() - half, each.mean() + half))


def test_a_loss_that_the_reasons_do_not_explain_is_named():
    """Where the record stops, some are still outside: nobody disappears."""
    names = ("seekers", "entered", "turned_away", "gave_up_outside", "applicants", "interviewed", "intents")
    keys = tuple(MeasureKey(name, "seekers") for name in (*names, "signings", "starts"))
    values = np.array([[100, 80, 5, 5, 70, 60, 50, 20, 10]] * 3, float)
    found = _stages(Sample("x", keys, np.arange(3), values))
    exactly = [(loss.why, loss.people.mean) for loss in found[1].losses]
    assert exactly == [("turned_away", 5.0), ("gave_up_outside", 5.0), ("not_entered", 10.0)]
    assert found[2].losses == (Loss("only_looked", Spread(10.0, 10.0, 10.0, 10.0, 10.0)),)


def test_the_calendar_has_every_fair_with_its_own_figures(made):
    _, sample, page = made
    assert [(one.id, one.venue, one.district, str(one.date)) for one in page.calendar] == [
        ("a", "Hall A", "north", "2021-03-06"),
        ("b", "", "north", "2021-03-07"),
        ("c", "", "south", "2021-03-20"),
    ]
    assert [(one.opens, one.closes) for one in page.calendar] == [(540.0, 840.0), (540.0, 810.0), (540.0, 840.0)]
    for one in page.calendar:
        assert one.rows["intents"].mean == column(sample, "intents", fair=one.id).mean()


def test_a_single_fair_is_the_whole(tmp_path):
    scenario = load(tmp_path, '[[fairs]]\nid = "only"\nfirms = 3\nposts = 20\nseekers = 40\n')
    sample = replicate(scenario, 2, 7)
    page = run_page(sample, scenario, MANIFEST)
    assert page.calendar[0].rows["seekers"].mean == 40
    assert page.parts == ()
    assert page.booths is None


def test_districts_of_venues_are_fairs_added_up(made):
    _, sample, page = made
    groups, districts = page.parts
    assert (groups.kind, [one.name for one in groups.parts]) == ("group", ["young", "old"])
    assert (districts.kind, [one.name for one in districts.parts]) == ("venue-district", ["north", "south"])
    intents = column(sample, "intents", fair="a") + column(sample, "intents", fair="b")
    seekers = column(sample, "seekers", fair="a") + column(sample, "seekers", fair="b")
    north = districts.parts[0].rows
    assert north["intents"].mean == intents.mean()
    assert north["intents_per_seeker"].mean == pytest.approx((intents / seekers).mean())
    assert north["intents"].unit == "people"


def test_measured_districts_come_before_those_of_venues(made):
    scenario, sample, _ = made
    keys = tuple(MeasureKey("intents", "seekers", district=name) for name in ("east", "west"))
    more = Sample(sample.scenario, (*sample.keys, *keys), sample.replications, np.hstack([sample.values, [[1, 2]] * 3]))
    page = run_page(more, scenario, MANIFEST)
    assert [parts.kind for parts in page.parts] == ["group", "district"]
    assert [part.rows["intents"].mean for part in page.parts[1].parts] == [1.0, 2.0]
    assert page.replay is None, "the sample is not that of the program"


def test_hours_windows_and_days_are_told_apart(made):
    scenario, sample, page = made
    assert [one.name for one in page.hours] == ["08:00", "09:00", "10:00", "11:00", "12:00", "13:00"]
    assert (page.windows, page.days) == ((), ())
    keys = [MeasureKey("in_pool", "seekers", hour="2021-03-06"), MeasureKey("arrivals", "seekers", hour="09:30-10:00")]
    values = np.hstack([sample.values, [[5.0, 6.0]] * 3])
    more = run_page(Sample("x", (*sample.keys, *keys), sample.replications, values), scenario, MANIFEST)
    assert [one.name for one in more.days] == ["2021-03-06"]
    assert [one.name for one in more.windows] == ["09:30-10:00"]


def test_assumptions_are_values_without_a_source(made):
    page = made[2]
    found = {one.key: one for one in page.method.assumptions}
    assert "gate.lanes" not in found, "the plan of the hall is a source"
    assert (found["gate.patience_minutes"].value, found["gate.patience_minutes"].source) == ("constant(value=90)", "")
    assert not found["gate.patience_minutes"].is_default
    assert found["gate.minutes"].source.startswith("assumption")
    assert found["groups.old.interview_factor"].value == "1.5"
    assert found["fairs.b.close"].value == "13:30"
    assert not any(key.startswith(("run.", "reported.", "attendance.", "pool.")) for key in found)
    sources = {one.text: one.keys for one in page.method.sources}
    assert sources["The hall's plan"] == ("gate.lanes",)
    assert "walking.metres_per_minute" in sources["Rossetti, mixer D: 88, 176, 264 feet per minute"]


def test_a_campaign_has_the_assumptions_of_campaigns(tmp_path):
    text = re.sub(r"\n(posts|seekers) = \d+", "", FAIRS) + CAMPAIGN
    keys = {one.key for one in method_of(load(tmp_path, text), MANIFEST).assumptions}
    assert {"pool.stops_per_day", "attendance.visit_share", "costs.venue"} <= keys


# The replay ---------------------------------------------------------------------------------------


def unpacked(packed, name, kind="<u2"):
    return np.frombuffer(base64.b64decode(packed[name]), kind)


def test_the_replay_is_the_ledger_of_the_busiest_fair(made):
    scenario, _, page = made
    played = Season(scenario).play(7, 0)[0]
    replay, (visits, stays) = page.replay, played.ledger
    assert (replay.fair, replay.seekers, replay.shown, replay.booths) == ("a", 90, 90, 4)
    assert (replay.opens, replay.closes) == (540.0, 840.0)
    rate = replay.packed["steps"]
    assert rate == 10
    for name in ("arrived", "checked", "entered", "left"):
        steps = unpacked(replay.packed, name)
        assert np.array_equal(steps == NEVER, np.isnan(visits[name]))
        seen = steps != NEVER
        assert np.abs(replay.begins + steps[seen] / rate - visits[name][seen]).max() <= 0.5 / rate + 1e-9
    order = np.lexsort((stays["joined"], stays["seeker"]))
    assert np.array_equal(unpacked(replay.packed, "seeker"), stays["seeker"][order])
    assert np.array_equal(unpacked(replay.packed, "booth"), stays["booth"][order])
    endings = unpacked(replay.packed, "ending", "u1")
    assert np.array_equal(endings == replaying.LEAVES_WITH_INTENT, visits["intent_booth"] >= 0)
    outside = np.isin(visits["outcome"], (book.TURNED_AWAY, book.GAVE_UP_OUTSIDE))
    assert np.array_equal(endings == replaying.NOT_LET_IN, outside)


def test_another_fair_may_be_watched(made):
    scenario, sample, _ = made
    assert run_page(sample, scenario, MANIFEST, fair="c").replay.fair == "c"


def test_the_replay_is_kept_small(made, monkeypatch):
    scenario, _, page = made
    monkeypatch.setattr(replaying, "MOST_BYTES", 1500)
    small = replay_of(scenario, Season(scenario).play(7, 0)[0], 0)
    assert small.shown < small.seekers == 90
    size = sum(len(base64.b64decode(text)) for text in small.packed.values() if isinstance(text, str))
    assert size <= 1500 * 1.3, "every so-many-th of the people, with about as many stays each"
    assert unpacked(small.packed, "seeker").max() < small.shown
    assert page.replay.shown == 90
    assert MOST_BYTES * 4 / 3 < 600_000


@pytest.mark.parametrize("seed", [8, 7])
def test_a_replication_that_does_not_come_out_as_stored_is_not_shown(made, seed):
    scenario, sample, _ = made
    page = run_page(sample, scenario, {**MANIFEST, "seed": seed})
    assert (page.replay is not None) == (seed == 7)


def test_drawn_parameters_have_no_replay(made):
    scenario, sample, _ = made
    drawn = dataclasses.replace(sample, draws=np.array([1, 2, 3]))
    page = run_page(drawn, scenario, MANIFEST)
    assert page.replay is None
    assert "deviation from parameters" in html(page)


# Words and charts ---------------------------------------------------------------------------------


def test_every_measure_has_a_label(tmp_path):
    text = re.sub(r"\n(posts|seekers) = \d+", "", FAIRS) + CAMPAIGN + "[measures]\nbound = true\n"
    keys = measure_keys(load(tmp_path, text))
    assert {key.measure for key in keys} - words.MEASURES.keys() == set()
    assert {key.unit for key in keys} - words.UNITS.keys() == set()


def test_names_are_cut_by_their_width():
    assert words.short("a" * 40) == "a" * 40
    assert words.short("a" * 41) == "a" * 39 + "…"
    assert words.short("武" * 30) == "武" * 19 + "…"
    assert words.short("two\nlines\x1b[31m\u2028") == "two lines [31m"
    assert words.drawn("abc") == "abc"
    assert words.drawn("\u202eabc") == "\u2068\u202eabc\u2069"


def test_a_fair_day_is_drawn_against_the_clock_and_a_season_against_dates(made):
    calendar = made[2].calendar
    season = calendars.calendar_chart(calendar)["option"]
    assert season["xAxis"]["data"][0] == "2021-03-06"
    assert season["xAxis"]["data"][-1] == "2021-03-20"
    assert [point["value"][:2] for point in season["series"][0]["data"]] == [[0, 0], [1, 1], [14, 2]]
    sizes = [point["symbolSize"] for point in season["series"][0]["data"]]
    assert sizes == sorted(sizes, reverse=True)
    day = calendars.calendar_chart(calendar[:1])["option"]
    assert (day["xAxis"]["min"], day["xAxis"]["max"]) == (540, 840)
    assert day["series"][1]["data"][0]["value"] == 300


def test_a_season_of_many_venues_has_a_row_for_each_district(made):
    one = made[2].calendar[0]
    many = [
        dataclasses.replace(
            one, id=str(k), venue=f"hall {k}", district=f"d{k % 7}", date=datetime.date(2021, 3, 1 + k % 28)
        )
        for k in range(60)
    ]
    option = calendars.calendar_chart(many)["option"]
    assert option["yAxis"]["data"] == [f"d{k}" for k in range(7)]
    assert len(option["series"][0]["data"]) == 60


def test_a_band_hides_nothing_below_zero_and_leaves_gaps():
    row = SummaryRow("arrivals", "seekers", 1.0, 0.5, 1.5, 0.2, -0.4, 3.0, None, None, 0)
    gone = dataclasses.replace(row, mean=math.nan, p05=math.nan, p95=math.nan)
    stretches = [Part("09:00", {"arrivals": row}), Part("10:00", {"arrivals": gone})]
    below, width, line = charts.lines_chart(stretches, {"arrivals": "@x"}, "")["option"]["series"]
    assert (below["data"], width["data"], line["data"]) == ([0.0, None], [3.0, None], [1.0, None])


def test_efficient_plans_are_those_that_none_beats():
    spread = lambda mean: Spread(mean, mean, mean, mean, mean)  # noqa: E731
    points = [PlanPoint("a", spread(1.0), spread(1.0), True), PlanPoint("b", spread(2.0), spread(3.0), True)]
    option = plan_charts.pareto_chart(points, "intents", "wait_minutes_mean")["option"]
    assert option["series"][0]["data"] == [[1.0, 1.0], [3.0, 2.0]]


def test_charts_are_json(made):
    for language in ("en", "zh"):
        set_language(language)
        try:
            text = html(made[2])
        finally:
            set_language("en")
        data = re.search(r'id="data">(.*?)</script>', text, re.DOTALL)[1]
        assert set(json.loads(data)) == {"charts", "replay"}


def test_an_interval_is_shown_no_further_than_its_measure_goes():
    row = SummaryRow("never_interviewed_share", "share", 0.99, -0.02, 1.03, 0.1, 0.9, 1.1, None, None, 0)
    assert words.span(row, row.low, row.high) == "0.0 to 100.0 %"
    posts = dataclasses.replace(row, name="intents_per_post")
    assert words.span(posts, 0.9, 1.03) == "90.0 to 103.0 %", "there may be more intents than posts"
    minutes = dataclasses.replace(row, name="wait_minutes_mean", unit="minutes", mean=2.0)
    assert words.span(minutes, -1.0, 5.0) == "0.00 to 5.00"
    parts = Parts("group", (row.name,), (Part("a", {row.name: row}), Part("b", {row.name: row})))
    assert charts.parts_chart(parts, row.name)["option"]["series"][0]["data"][0][:3] == [0.0, 99.0, 100.0]


# The file -----------------------------------------------------------------------------------------


def test_the_policy_names_the_scripts_and_allows_nothing_else(made):
    text = html(made[2])
    policy = entities.unescape(re.search(r'Content-Security-Policy" content="([^"]*)"', text)[1])
    found = re.findall(r"<script>(.*?)</script>", text, re.DOTALL)
    digests = [base64.b64encode(hashlib.sha256(one.encode()).digest()).decode() for one in found]
    assert len(found) == 3
    allowed = " ".join(f"'sha256-{one}'" for one in digests)
    assert policy == (
        f"default-src 'none'; script-src {allowed}; style-src"
        " 'unsafe-inline'; img-src data:; base-uri 'none'; form-action 'none'"
    )


def test_the_page_names_no_place_to_fetch_from(made):
    """Addresses stand in licences, notes on namespaces and sources only: nothing that a browser fetches."""
    text = html(made[2])
    outside = re.sub(r"<script.*?</script>|<style>.*?</style>", "", text, flags=re.DOTALL)
    assert re.findall(r'(?:src|href|action|poster|data)="(?!#|data:,)[^"]*"', outside) == []
    assert "url(" not in text.split("</style>")[0]
    assert "@import" not in text.split("</style>")[0]


def test_assets_cannot_end_their_element():
    folder = ROOT / "sim" / "report" / "page" / "assets"
    for path in folder.glob("*.js"):
        assert "</script" not in path.read_text("utf-8").lower()
        assert "<!--" not in path.read_text("utf-8")
    assert "</style" not in (folder / "page.css").read_text("utf-8").lower()


def test_the_library_is_the_one_of_the_recipe():
    folder = ROOT / "sim" / "report" / "page" / "assets"
    digest = hashlib.sha256((folder / "echarts.min.js").read_text("utf-8").encode()).hexdigest()
    assert f"SHA-256: {digest}" in (folder / "echarts.build.txt").read_text("utf-8")
    assert "Apache License" in (folder / "echarts.licence.txt").read_text("utf-8")


def test_data_cannot_leave_their_element():
    hostile = "</script><script>alert(1)</script><!-- & \u2028"
    text = embedded({"name": hostile})
    assert not set("<>&\u2028") & set(text)
    assert json.loads(text)["name"] == hostile


HOSTILE = (
    "<script>alert(1)</script>",
    '"><img src=x onerror=alert(1)>',
    "'); alert(1); ('",
    "{{ 7 * 7 }}{% raw %}",
    '=HYPERLINK("http://example.org")',
    "\u202eright to left \u05d0\u05d1\u05d2",
    "%(name)s %s {0} {x}",
    "@sim",
    "x" * 2000,
)


def test_hostile_names_stay_texts(tmp_path):
    fairs = [
        {"id": f"f{k}", "venue": name, "district": name, "date": datetime.date(2021, 3, 6 + k)}
        for k, name in enumerate(HOSTILE)
    ]
    groups = [{"id": name[:100]} for name in HOSTILE]
    document = {
        "name": HOSTILE[0], "why": HOSTILE[1], "author": HOSTILE[2],
        "totals": {"firms": 20, "posts": 90, "seekers": 200, "spread": {"value": 0.1, "source": HOSTILE[0]}},
        "fairs": fairs, "groups": groups,
    }  # fmt: skip
    scenario = load(tmp_path, tomli_w.dumps(document))
    sample = replicate(scenario, 2, 7)
    booths = booths_of_replication(scenario, 7)
    firms = [dataclasses.replace(one, firm=HOSTILE[k % len(HOSTILE)]) for k, one in enumerate(booths)]
    alarm = {"slug": "x", "place": HOSTILE[0], "measure": HOSTILE[1], "value": 1.0, "found": HOSTILE[2]}
    manifest = MANIFEST | {"command": ["jobfair", "run", *HOSTILE], "alarms": [alarm]}
    manifest |= {"inputs": [{"name": HOSTILE[0], "sha256": "0" * 64}]}
    for language in ("en", "zh"):
        set_language(language)
        try:
            text = html(run_page(sample, scenario, manifest, firms))
        finally:
            set_language("en")
        assert len(re.findall(r"<script\b", text)) == 4, "three programs and the data"
        outside = re.sub(r"<script.*?</script>", "", text, flags=re.DOTALL)
        assert "<img" not in outside
        assert "alert(1)" in outside, "shown, as text"
        assert "&lt;script&gt;alert(1)&lt;/script&gt;" in outside
        assert "49" not in re.findall(r"<bdi>([^<]*7 \* 7[^<]*)</bdi>", outside)
        assert "{{ 7 * 7 }}" in outside
        assert len(text) < 2_000_000


def test_a_long_name_is_cut_and_whole_on_demand(tmp_path):
    long = "Z" * 1999
    scenario = load(tmp_path, FAIRS.replace('"Hall A"', f'"{long}"'))
    text = html(run_page(replicate(scenario, 2, 7), scenario, MANIFEST))
    assert f'<bdi title="{long}">' in text
    assert len(re.findall(long, re.sub(r'title="[^"]*"', "", text))) == 0


def test_a_name_of_ten_thousand_characters_stays_harmless(made):
    page = made[2]
    long = "Y" * 10_000
    booths = Booths(0, tuple(dataclasses.replace(one, firm=long) for one in page.booths.figures))
    text = html(dataclasses.replace(page, booths=booths, name=long))
    assert len(text) < 2_000_000
    assert f'<bdi title="{long}">' in text


def test_thirty_seven_fairs_of_two_hundred_replications_in_five_seconds(tmp_path):
    """The season that a planner asks about: fast, and below two megabytes."""
    text = 'name = "season"\ntotals = { firms = 1128, posts = 39503, seekers = 26000 }\n'
    for k in range(37):
        text += f'[[fairs]]\nid = "f{k}"\ndistrict = "d{k % 7}"\ndate = 2020-05-{1 + k % 28:02d}\n'
    scenario = load(tmp_path, text)
    one = replicate(scenario, 1, 7)
    chance = np.random.default_rng(1).uniform(0.9, 1.1, (200, 1))
    values = one.values * chance
    values[0] = one.values[0]
    sample = Sample(one.scenario, one.keys, np.arange(200), values)
    folder = tmp_path / "out"
    folder.mkdir()
    write_table(folder / "replications.parquet", sample.table())
    (folder / "manifest.json").write_text(json.dumps({"program": "jobfair", "complete": True, **MANIFEST}), "utf-8")
    begun = time.process_time()
    page = run_page_of(folder, scenario)
    write_page(folder / "report.html", page)
    assert time.process_time() - begun < 5.0
    assert (folder / "report.html").stat().st_size < 2_000_000
    assert page.replay is not None


def test_the_page_of_the_fit_says_what_the_fit_says():
    fit = load_fit(ROOT / "calibration" / "fits" / "wuhan-2020")
    text = html(FitPage(fit.about))
    known = sum(not one["says"].startswith("not identified") for one in fit.about["parameters"])
    assert f"The data say something of {known} of {len(fit.about['parameters'])} fitted numbers" in text


def test_english_is_left_over_nowhere_on_the_chinese_page(made):
    """Words of English stand only in names, keys and sources, which are marked."""
    plain = dataclasses.replace(made[2], name="三场")
    set_language("zh")
    try:
        text = html(plain)
    finally:
        set_language("en")
    body = re.sub(r"<(script|style|head|footer|code|bdi)\b.*?</\1>", "", text, flags=re.DOTALL)
    seen = re.sub(r"<[^>]+>", " ", body)
    left = set(re.findall(r"[A-Za-z]{3,}", seen))
    names = {"jobfair", "kernel", "Python", "STRESS", "DES", "Monks", "MIT", "JavaScript"}
    files = {"docs", "model", "resolved", "toml"}
    keywords = {"logit", "finish", "cut", "off", "run", "empty", "fixed", "poisson", "seekers"}
    assert left <= names | files | keywords


def test_every_resource_has_a_label(tmp_path):
    plain = load(tmp_path)
    campaign = load(tmp_path, re.sub(r"\n(posts|seekers) = \d+", "", FAIRS) + CAMPAIGN)
    assert resources(plain, 7).keys() | planned_resources(campaign).keys() <= words.RESOURCES.keys()


@pytest.mark.parametrize(
    ("mean", "tail", "expected"),
    [
        (0.0, 0.0, "Nobody waits at a booth."),
        (0.00116, 0.0, "Hardly anybody waits at a booth: the mean wait is less than a second, and 9 of 10 do not wait"),
        (0.2, 0.0, "Hardly anybody waits at a booth: the mean wait is 12 seconds, and 9 of 10 do not wait at all."),
        (0.778, 2.9, "A wait at a booth lasts 47 seconds on average; 9 of 10 waits stay below 2.90 minutes."),
        (4.87, 13.46, "A wait at a booth lasts 4.87 minutes on average; 9 of 10 waits stay below 13.5 minutes."),
    ],
)
def test_waits_are_said_as_one_would_say_them(mean, tail, expected, made):
    page = made[-1]
    summary = page.summary
    changed = {"wait_minutes_mean": mean, "wait_minutes_p90": tail}
    rows = tuple(dataclasses.replace(row, mean=changed.get(row.name, row.mean)) for row in summary.rows)
    sentences = list(
        headlines.run_sentences(dataclasses.replace(page, summary=dataclasses.replace(summary, rows=rows)))
    )
    assert any(sentence.startswith(expected) for sentence in sentences), sentences


def test_the_season_shows_every_measure_of_a_season():
    assert {one.name for one in SEASON} <= set(words.CAMPAIGN)


def test_the_value_of_an_alarm_is_said_by_its_kind():
    def value(slug, measure, number):
        return words.alarm_value({"slug": slug, "measure": measure, "value": number})

    assert value("interval-too-wide", "peak_inside", 0.348) == "±35 %"
    assert value("recruiters-always-busy", "utilisation", 0.981) == "98 %"
    assert value("outside-prior", "booth.recruiters", 1.0) == "1"


def test_a_difference_that_rounds_to_nothing_has_no_sign():
    numbers = {"base": 0.32, "other": 0.319, "difference": -0.001, "low": -0.3, "high": 0.298, "sd": 0.1}
    counts = {"pairs": 2, "missing": 0, "is_simultaneous": True, "verdict": "cannot tell"}
    row = Difference(MeasureKey("intents_per_seeker", "share"), "higher", **numbers, **counts)
    assert headlines.change(row, row.difference) == "0"
    assert headlines.change(row, row.low) == "-30"


MANY_KEYS = """behaviour.talk_share behaviour.skill_mean behaviour.reservation_mean match.quality_sd choice.queue_weight
    choice.pay_weight match.intents_per_post firm_traits.standard_mean firm_traits.posts_spread guidance.visit_share
    guidance.leave_share booth.recruiters firm_traits.pay_sd firm_traits.standard_sd"""


def test_many_inputs_that_differ_are_folded(tmp_path):
    scenario = load(tmp_path)
    other = load_scenario(tmp_path / "x.toml", [f"{key}=0.3" for key in MANY_KEYS.split()])
    contenders = [Contender(name, one, replicate(one, 3, 7)) for name, one in (("a", scenario), ("b", other))]
    page = comparison_page(compare(contenders, 7), contenders, MANIFEST)
    assert "inputs differ</summary>" in html(page)
    few = dataclasses.replace(contenders[1], scenario=load_scenario(tmp_path / "x.toml", ["gate.lanes=2"]))
    page = comparison_page(compare([contenders[0], few], 7), [contenders[0], few], MANIFEST)
    assert "inputs differ</summary>" not in html(page)
