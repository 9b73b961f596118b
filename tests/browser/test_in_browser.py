"""The pages in a real browser, from a file and without a network: nothing is fetched, everything is drawn, it moves."""

import datetime
import re
import time

import numpy as np
import pytest

from sim.campaign.season import Season
from sim.model.scenario import load_scenario
from tests.golden import pages

EVERY = [
    f"{name}.{language}" for name in ("run", "campaign", "comparison", "search", "season") for language in ("en", "zh")
]
PHONE, DESK = 360, 1280
PATIENCE_SECONDS = 20.0

# Marks of a chart: what is more than axes and grid. Text of one chart, in the order of the page.
DRAWN = """
[...document.querySelectorAll('[data-chart]')].map(place => ({
  name: place.dataset.chart,
  width: place.clientWidth,
  shapes: place.querySelectorAll('svg path, svg circle, svg rect, svg polyline, svg line').length,
  texts: [...place.querySelectorAll('svg text')].map(one => one.textContent),
  out: [...place.querySelectorAll('svg text')].filter(one => {
    const [inner, outer] = [one.getBoundingClientRect(), place.getBoundingClientRect()];
    return inner.left < outer.left - 2 || inner.right > outer.right + 2;
  }).map(one => one.textContent),
}))
"""
# Pixels of the hall that are neither its paper nor its panel.
PIXELS = """
(() => {
  const hall = document.getElementById('hall');
  const copy = new OffscreenCanvas(hall.width, hall.height).getContext('2d', { willReadFrequently: true });
  copy.drawImage(hall, 0, 0);
  const data = copy.getImageData(0, 0, hall.width, hall.height).data;
  const seen = new Map();
  for (let at = 0; at < data.length; at += 4) {
    const colour = `${data[at]},${data[at + 1]},${data[at + 2]}`;
    seen.set(colour, (seen.get(colour) ?? 0) + 1);
  }
  return Object.fromEntries(seen);
})()
"""


def drawn(page, name):
    return next(one for one in page.evaluate(DRAWN) if one["name"] == name)


def until(page, condition):
    """Wait until something is so; the policy of the page keeps Playwright's own way of waiting out."""
    deadline = time.monotonic() + PATIENCE_SECONDS
    while not page.evaluate(condition):
        assert time.monotonic() < deadline, condition
        page.evaluate("new Promise(done => requestAnimationFrame(done))")


def clock(page):
    hours, minutes = page.locator("#clock").text_content().split(":")
    return 60 * int(hours) + int(minutes)


def put_clock(page, minutes):
    """Drag the clock to so many minutes after midnight."""
    begins = pages.small_run().replay.begins
    rate = page.evaluate("JSON.parse(document.getElementById('data').textContent).replay.steps")
    page.evaluate(
        "value => { const time = document.getElementById('time'); time.value = value;"
        " time.dispatchEvent(new Event('input')); }",
        round((minutes - begins) * rate),
    )


def counted(page):
    return {
        one.get_attribute("data-kind"): int(one.locator("b").text_content().replace(",", ""))
        for one in page.locator("#counts li").all()
    }


@pytest.mark.parametrize("theme", ["light", "dark"])
@pytest.mark.parametrize("width", [DESK, PHONE])
@pytest.mark.parametrize("name", EVERY)
def test_nothing_is_fetched_nothing_complains_and_everything_is_drawn(open_page, name, width, theme):
    page, seen = open_page(name, width, theme)
    for one in page.locator("summary").all():
        one.click()
    charts = page.evaluate(DRAWN)
    assert len(charts) >= 4
    for one in charts:
        assert one["width"] > 250, one
        assert one["shapes"] > 4, one
        assert one["texts"], one
        assert one["out"] == [], one
    assert page.evaluate("document.documentElement.scrollWidth") <= width, "the page is as wide as the screen"
    assert seen == []


def test_the_numbers_of_the_page_are_those_of_the_run(open_page):
    page, _ = open_page("run.en")
    found = pages.small_run()
    intents = found.summary.row("intents")
    assert f"{intents.mean:.0f} of 300 people" in page.locator("h1").text_content()
    card = page.locator(".card").first.text_content()
    assert f"{intents.mean:.1f}" in card
    assert f"{intents.low:.1f} to {intents.high:.1f}" in card
    table = page.locator("#calendar table").text_content()
    assert "2021-03-06" in table
    assert "2021-03-07" in table
    assert "09:00–11:30" in table


def test_a_campaign_says_what_frictions_cost_and_whom_it_reaches(open_page):
    page, seen = open_page("campaign.en")
    rows = {row.name: row for row in pages.small_campaign().summary.rows}
    bound = page.locator("#bound").text_content()
    for name in ("bound", "lost_to_queues", "lost_to_ignorance", "lost_to_rivalry"):
        assert name in bound
    line = page.locator("#bound tr", has_text="most intents without any friction").text_content()
    assert f"{rows['bound'].mean:.1f}" in line
    assert "people who look for work in the season come to a fair" in page.locator("header").text_content()
    days = page.evaluate("JSON.parse(document.getElementById('data').textContent).charts.pool.option.xAxis.data")
    assert (days[0], days[-1], len(days)) == ("2021-03-01", "2021-03-24", 24)
    assert drawn(page, "pool")["shapes"] > 10
    assert seen == []


def test_a_search_shows_its_plans_and_how_it_went(open_page):
    page, seen = open_page("search.en")
    found = pages.small_search()
    best, own = (one.rows["intents"].mean for one in (found.plans[0], found.own))
    title = page.locator("h1").text_content()
    assert title == f"Plan 1: {best:.1f} people with an intent instead of {own:.1f} with the own calendar."
    option = page.evaluate("JSON.parse(document.getElementById('data').textContent).charts.search.option")
    dots, line, *_others = option["series"]
    assert len(dots["data"]) == found.evaluations
    assert [value for _, value in line["data"]] == sorted(value for _, value in line["data"]), "the best so far"
    folded = page.locator("[data-chart=calendar2]")
    assert not folded.is_visible()
    page.locator("details.calendar > summary").first.click()
    until(page, "document.querySelector('[data-chart=calendar2] svg')?.clientWidth > 250")
    assert seen == []


def test_dates_stand_where_they_belong(open_page):
    page, _ = open_page("season.en")
    days = [datetime.date.fromisoformat(text) for text in drawn(page, "calendar")["texts"] if re.match(r"\d{4}-", text)]
    assert days == sorted(days)
    assert days[0] == datetime.date(2020, 4, 1)
    shown = page.evaluate("JSON.parse(document.getElementById('data').textContent).charts.calendar.option")
    dates = shown["xAxis"]["data"]
    assert (dates[0], dates[-1], len(dates)) == ("2020-04-01", "2020-05-29", 59)
    assert len(shown["series"][0]["data"]) == 37


def test_tooltips_say_what_is_under_the_pointer(open_page):
    page, seen = open_page("run.en")
    place = page.locator("[data-chart=calendar]")
    place.scroll_into_view_if_needed()
    for mark in page.locator("[data-chart=calendar] svg path").all():
        box = mark.bounding_box()
        if box and 5 < box["width"] < 40 and abs(box["width"] - box["height"]) < 1:
            page.mouse.move(box["x"] + box["width"] / 2, box["y"] + box["height"] / 2)
            break
    until(page, "document.querySelector('[data-chart=calendar] div')?.innerText.includes('2021-03-0')")
    assert "people, " in place.inner_text()
    assert seen == []


def test_hostile_names_are_texts_in_page_and_tooltip(open_page):
    page, seen = open_page("season.en")
    assert page.evaluate("document.querySelectorAll('script').length") == 4
    assert page.evaluate("document.querySelectorAll('main img, main b script').length") == 0
    page.locator("#calendar summary").click()
    assert page.locator("#calendar th bdi", has_text="<script>alert(1)</script>").count() == 4
    long = page.locator("#calendar th bdi", has_text="WWW").first
    assert len(long.get_attribute("title")) == 1500
    assert len(long.text_content()) < 70
    texts = drawn(page, "calendar")["texts"]
    assert any("<script>" in text for text in texts)
    place = page.locator("[data-chart=calendar]")
    place.scroll_into_view_if_needed()
    for mark in page.locator("[data-chart=calendar] svg path").all():
        box = mark.bounding_box()
        if box and 5 < box["width"] < 40 and abs(box["width"] - box["height"]) < 1:
            page.mouse.move(box["x"] + box["width"] / 2, box["y"] + box["height"] / 2)
            break
    until(page, "document.querySelector('[data-chart=calendar] div:last-child')?.innerText.includes('alert(1)')")
    assert seen == []


def test_the_replay_plays(open_page):
    page, seen = open_page("run.en")
    put_clock(page, 9 * 60)
    assert clock(page) == 540
    before = page.evaluate(PIXELS)
    page.locator("#speed").select_option("15")
    page.locator("#play").click()
    assert page.locator("#play").text_content() == "Pause"
    until(page, "document.getElementById('clock').textContent >= '09:20'")
    page.locator("#play").click()
    assert page.locator("#play").text_content() == "Play"
    stopped = clock(page)
    assert 560 <= stopped < 700
    after = page.evaluate(PIXELS)
    assert before != after
    assert len(after) > 10, "people are drawn"
    page.evaluate("new Promise(done => requestAnimationFrame(() => requestAnimationFrame(done)))")
    assert clock(page) == stopped, "it stands still"
    assert seen == []


@pytest.mark.parametrize("minutes", [520, 541, 570, 615, 660, 689])
def test_the_replay_shows_who_is_where(open_page, minutes):
    """What is counted below the hall is what the ledger says of that time."""
    page, _ = open_page("run.en")
    found = pages.small_run().replay
    put_clock(page, minutes)
    fairs = Season(load_scenario(pages.SCENARIO)).play(pages.SEED, 0)
    played = max(fairs, key=lambda one: one.day.seekers.size)
    visits, stays = played.ledger
    rate = page.evaluate("JSON.parse(document.getElementById('data').textContent).replay.steps")

    def at(name, rows=visits):
        """In whole steps, as the page knows times."""
        return np.where(np.isnan(rows[name]), np.inf, np.rint((rows[name] - found.begins) * rate))

    now = round((minutes - found.begins) * rate)
    arrived, checked, left = at("arrived"), at("checked"), at("left")
    here = (arrived <= now) & (now < left)
    begun = np.isnan(stays["started"])
    called = np.where(begun, at("ended", stays), at("started", stays))
    waiting = (at("joined", stays) <= now) & (now < called)
    talking = ~begun & (at("started", stays) <= now) & (now < at("ended", stays))
    outside = int((here & (now < checked)).sum())
    expected = {
        "outside": outside,
        "waiting": int(waiting.sum()),
        "talking": int(talking.sum()),
        "happy": int(((visits["intent_booth"] >= 0) & (left <= now)).sum()),
    }
    expected["gone"] = int((left <= now).sum()) - expected["happy"]
    expected["walking"] = int(here.sum()) - outside - expected["waiting"] - expected["talking"]
    assert counted(page) == expected


def test_the_replay_is_worked_by_keys(open_page):
    page, _ = open_page("run.en")
    page.locator("#time").focus()
    before = int(page.locator("#time").input_value())
    page.keyboard.press("ArrowRight")
    assert int(page.locator("#time").input_value()) == before + 1
    page.keyboard.press("Home")
    assert page.locator("#time").input_value() == "0"
    page.locator("#play").focus()
    page.keyboard.press("Enter")
    assert page.locator("#play").text_content() == "Pause"


def test_the_replay_ends_and_begins_again(open_page):
    page, _ = open_page("run.zh")
    page.keyboard.press("Tab")
    page.locator("#time").focus()
    page.keyboard.press("End")
    assert counted(page)["walking"] == 0
    page.locator("#play").click()
    until(page, "document.getElementById('clock').textContent < '10:00'")
    assert page.locator("#play").text_content() == "暂停"


def test_the_theme_is_that_of_the_reader(open_page):
    def background(page):
        return page.evaluate("getComputedStyle(document.body).backgroundColor")

    page, seen = open_page("run.en", theme="dark")
    dark = background(page), page.evaluate(PIXELS), drawn(page, "flow")["shapes"]
    page.emulate_media(color_scheme="light")
    until(page, "getComputedStyle(document.body).backgroundColor === 'rgb(255, 255, 255)'")
    until(page, f"'255,255,255' in {PIXELS.strip()}")  # the hall is painted a moment after the page
    light = background(page), page.evaluate(PIXELS), drawn(page, "flow")["shapes"]
    assert dark[0] == "rgb(20, 24, 29)"
    assert "20,24,29" in dark[1]
    assert "255,255,255" in light[1]
    assert dark[2] == light[2], "drawn again, not twice"
    assert seen == []


def test_a_phone_that_is_turned_draws_the_charts_anew(open_page):
    page, seen = open_page("run.en", PHONE)
    assert drawn(page, "flow")["width"] < PHONE
    page.set_viewport_size({"width": 800, "height": 360})
    until(page, "document.querySelector('[data-chart=flow] svg').clientWidth > 600")
    assert seen == []


def test_paper_is_white_and_holds_everything(open_page):
    page, seen = open_page("run.en", theme="dark")
    page.emulate_media(media="print")
    assert page.evaluate("getComputedStyle(document.body).backgroundColor") == "rgb(255, 255, 255)"
    assert not page.locator("nav").is_visible()
    assert not page.locator("#play").is_visible()
    page.evaluate("dispatchEvent(new Event('beforeprint'))")
    assert page.locator("#method details:not([open])").count() == 0
    assert not page.locator("#measures details").is_visible(), "what the reader left folded"
    page.evaluate("dispatchEvent(new Event('afterprint'))")
    assert page.locator("#method details[open]").count() == 0
    page.emulate_media(media="screen")
    paper = page.pdf(format="A4", print_background=True)
    assert paper.startswith(b"%PDF")
    assert 4 <= paper.count(b"/Type /Page\n") + paper.count(b"/Type /Page/") <= 20
    assert seen == []


def test_without_javascript_every_figure_stands_there(browser, files):
    context = browser.new_context(java_script_enabled=False, offline=True)
    page = context.new_page()
    page.goto(files["run.en"].as_uri())
    assert page.locator("noscript").is_visible()
    assert page.locator(".funnel .bar").first.is_visible()
    assert f"{pages.small_run().summary.row('intents').mean:.1f}" in page.locator(".cards").text_content()
    context.close()


def test_twin_a_page_that_fetches_and_complains_is_noticed(browser, tmp_path):
    """The tests above would see a request, a message and an error if there were any."""
    path = tmp_path / "bad.html"
    path.write_text('<script>console.log("said"); fetch("http://127.0.0.1:9/"); nowhere()</script>', "utf-8")
    context = browser.new_context(offline=True)
    page, seen = context.new_page(), []
    page.on("request", lambda one: seen.append(one.url) if not one.url.startswith("file:") else None)
    page.on("console", lambda one: seen.append(one.text))
    page.on("pageerror", lambda one: seen.append(str(one)))
    page.goto(path.as_uri())
    page.wait_for_timeout(100)
    assert "http://127.0.0.1:9/" in seen
    assert "said" in seen
    assert any("nowhere is not defined" in one for one in seen)
    context.close()
