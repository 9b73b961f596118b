"""Limits that no plan can keep are named, which ones contradict, before anything is simulated."""

from pathlib import Path

import pytest
from problem_helpers import findings, written

from sim.campaign.season import Season
from sim.cli import main
from sim.model.messages import SLUGS


def test_a_budget_below_the_smallest_plan(tmp_path: Path) -> None:
    path = written(tmp_path, {"budget = 20000": "budget = 5000"})
    line = path.read_text(encoding="utf-8").splitlines().index("budget = 5000 # yuan") + 1
    assert findings(path) == [
        f"small.toml:{line}: limits.budget: the smallest plan takes 6,740 yuan: decisions.fairs 1, 0 of them "
        "published, the others with decisions.firms 10, decisions.hours 09:00-14:00 (limits.budget, at most 5,000); "
        "raise the limit, or allow fewer, smaller or shorter fairs [limits-contradict]"
    ]


def test_staff_below_one_fair(tmp_path: Path) -> None:
    path = written(tmp_path, {"fairs_per_day = 1": "staff_per_day = 4"})
    assert findings(path) == [
        "small.toml:14: limits.staff_per_day: one fair takes 8 staff (staff.people) (limits.staff_per_day, at most 4); "
        "raise one, or lower the other [limits-contradict]"
    ]


def test_more_published_fairs_than_are_wanted(tmp_path: Path) -> None:
    path = written(tmp_path, {"fairs = [1, 2]": "fairs = 1"})
    season = path.with_name("small-season.toml")
    text = season.read_text(encoding="utf-8").replace("firms = 20\n", "firms = 20\npublished = true\n")
    text += '\n[[fairs]]\nid = "other"\nvenue = "south hall"\ndate = 2020-05-12\nfirms = 20\npublished = true\n'
    season.write_text(text, encoding="utf-8")
    assert findings(path) == [
        "small.toml:8: decisions.fairs: 2 fairs are published already (decisions.fairs, at most 1); allow more fairs "
        "[limits-contradict]"
    ]


def test_more_fairs_than_days_and_venues_have_room_for(tmp_path: Path) -> None:
    path = written(tmp_path, {"fairs = [1, 2]": "fairs = 6"})
    assert findings(path) == [
        "small.toml:8: decisions.fairs: 6 fairs at least, of which 0 are published (room for 4 more by decisions.dates "
        "(4 days), limits.fairs_per_day (1)); allow fewer fairs, or loosen one of these [limits-contradict]"
    ]


def test_a_day_outside_the_season(tmp_path: Path) -> None:
    path = written(tmp_path, {"2020-05-18]": "2020-06-18]"})
    assert findings(path) == [
        "small.toml:9: decisions.dates: outside the season: 2020-06-18 (season.start 2020-05-01, season.end "
        "2020-05-20) [limits-contradict]"
    ]


def test_larger_than_any_venue(tmp_path: Path) -> None:
    path = written(tmp_path, {"firms = [10, 20]": "firms = 50"})
    assert findings(path) == [
        "small.toml:10: decisions.firms: the smallest fair has 50 firms (decisions.firms) (at most 40 booths at any "
        "of decisions.venues); allow smaller fairs or larger venues [limits-contradict]"
    ]


DATES = "dates = [2020-05-04, 2020-05-08, 2020-05-13, 2020-05-18]"
END, STOCK, FAIRS, LIMIT = "end = 2020-05-20", "[stock]", "fairs = [1, 2]", "fairs_per_day = 1"
OWN_DAY = ("date = 2020-05-08", "date = 2020-05-11")
SMALLEST = (
    "the smallest plan takes {} {}: decisions.fairs {}, 0 of them published, the others with decisions.firms 10, "
    "decisions.hours 09:00-14:00"
)
IMPOSSIBLE: dict[str, tuple[dict[str, str], dict[str, str], list[str]]] = {
    "every date a holiday": (
        {DATES: "dates = [2020-05-04, 2020-05-08]"},
        {END: f"{END}\nholidays = [2020-05-04, 2020-05-08]", OWN_DAY[0]: OWN_DAY[1]},
        ["decisions.dates: holidays of the season: 2020-05-04, 2020-05-08; take them out here or in season.holidays"],
    ),
    "a span of holidays": (
        {DATES: "dates = { from = 2020-05-04, to = 2020-05-05 }"},
        {END: f"{END}\nholidays = [2020-05-04, 2020-05-05]"},
        ["decisions.dates: all 2 days of 2020-05-04 to 2020-05-05 are holidays (season.holidays); allow other days"],
    ),
    "no such weekday": (
        {DATES: 'dates = { from = 2020-05-04, to = 2020-05-06, weekdays = ["sun"] }'},
        {},
        ["decisions.dates: no day of 2020-05-04 to 2020-05-06 is one of the weekdays (sun); allow other days"],
    ),
    "a span before the season": (
        {DATES: "dates = { from = 2020-04-04, to = 2020-04-06 }"},
        {},
        [
            "decisions.dates: no day of 2020-04-04 to 2020-04-06 is in the season (season.start 2020-05-01, season.end "
            "2020-05-20); allow other days"
        ],
    ),
    "a span that falls": (
        {DATES: "dates = { from = 2020-05-18, to = 2020-05-04 }"},
        {},
        ["decisions.dates: 2020-05-18 to 2020-05-04 does not rise (a list of dates, or {from = DATE, "],
    ),
    "no fair on any day": (
        {LIMIT: "fairs_per_day = 0"},
        {},
        [
            "limits.fairs_per_day: 1 fairs at least (decisions.fairs), of which 0 are published (limits.fairs_per_day, "
            "at most 0); raise one, or lower the other"
        ],
    ),
    "no staff": (
        {LIMIT: "staff_per_day = 0"},
        {},
        ["limits.staff_per_day: one fair takes 8 staff (staff.people) (limits.staff_per_day, at most 0); raise one, "],
    ),
    "staff for two fairs on the only day": (
        {FAIRS: "fairs = 3", DATES: "dates = [2020-05-04]", LIMIT: "staff_per_day = 20"},
        {},
        [
            "decisions.fairs: 3 fairs at least, of which 0 are published (room for 2 more by decisions.dates (1 days), "
            "limits.staff_per_day (20)); allow fewer fairs, or loosen one of these"
        ],
    ),
    "more fairs than places": (
        {FAIRS: "fairs = 13", LIMIT: "fairs_per_day = 9"},
        {},
        [
            "decisions.fairs: 13 fairs at least, of which 0 are published (room for 12 more by decisions.dates (4 "
            "days), decisions.venues (3)); allow fewer fairs"
        ],
    ),
    "more booths than firms on a day": (
        {FAIRS: "fairs = 5", "firms = [10, 20]": "firms = 20", LIMIT: "fairs_per_day = 3"},
        {STOCK: STOCK, "firms = { value = 60": "firms = { value = 30"},
        [
            "decisions.fairs: 5 fairs at least, of which 0 are published (room for 4 more by decisions.dates (4 days), "
            "stock.firms (30)); allow fewer fairs"
        ],
    ),
    "three sums at once": (
        {FAIRS: "fairs = 2", "budget = 20000": "budget = 9000", LIMIT: "booth_days = 15\nfair_hours = 6"},
        {},
        [
            f"limits.budget: {SMALLEST.format('13,480', 'yuan', 2)} (limits.budget, at most 9",
            f"limits.booth_days: {SMALLEST.format(20, 'booth days', 2)} (limits.booth_days, ",
            f"limits.fair_hours: {SMALLEST.format(10, 'fair hours', 2)} (limits.fair_hours, ",
        ],
    ),
    "hours of staff": (
        {LIMIT: "staff_hours = 3"},
        {},
        [f"limits.staff_hours: {SMALLEST.format(56, 'staff hours', 1)} (limits.staff_hours, "],
    ),
    "messages that cost too much": (
        {"budget = 20000": "budget = 7000"},
        {"reach_share = {": "cost = 3000\nreach_share = {"},
        [
            f"limits.budget: {SMALLEST.format('9,740', 'yuan', 1)}; without these it is 3,000 "
            "yuan (limits.budget, at most 7,000)"
        ],
    ),
    "published fairs over a sum": (
        {LIMIT: "booth_days = 15"},
        {"firms = 20\n": "firms = 20\npublished = true\n"},
        ["limits.booth_days: the smallest plan takes 20 booth days: decisions.fairs 1, 1 of them published (limits."],
    ),
    "more fairs at least than at most": (
        {FAIRS: "fairs = { from = 5, to = 2 }"},
        {},
        ["decisions.fairs: a range that does not rise (a whole number of 1 to 2000, a list of them, or {from = A, "],
    ),
}


@pytest.mark.parametrize("case", IMPOSSIBLE)
def test_impossible_limits_are_named_before_anything_is_simulated(
    case: str, tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    changes, of_season, expected = IMPOSSIBLE[case]
    path = written(tmp_path, changes)
    season = path.with_name("small-season.toml")
    text = season.read_text(encoding="utf-8")
    for old, new in of_season.items():
        assert old in text, old
        text = text.replace(old, new)
    season.write_text(text, encoding="utf-8")
    monkeypatch.setattr(Season, "play", lambda *_: pytest.fail("simulated"))
    assert main(["optimise", str(path), "--out", str(tmp_path / "out")]) == 2
    found = capsys.readouterr().err.splitlines()
    assert len(found) == len(expected)
    for line, start in zip(found, expected, strict=True):
        assert start in line
    assert not (tmp_path / "out").exists()


def test_what_is_wrong_in_a_problem_comes_at_once(tmp_path: Path) -> None:
    changes = {
        "[limits]": 'venues = ["north haal"]\nhours = ["14:00-09:00"]\ncolour = 1\n\n[limits]',
        'measure = "intents"': 'measure = "intent"',
        "finalists = 4": "finalists = 1",
    }
    assert findings(written(tmp_path, changes)) == [
        'small.toml:12: decisions.venues: there is no "north haal" in venues; did you mean "north hall"? [unknown-id]',
        'small.toml:13: decisions.hours: "14:00-09:00" are no hours ("09:00-14:00") [bad-problem]',
        "small.toml:14: decisions.colour: unknown key (fairs, dates, venues, firms, hours, themes, recruiters, "
        "outreach) [unknown-key]",
        'small.toml:20: objectives: "intent" is no measure with a better direction; did you mean "intents"? '
        "[bad-problem]",
        "small.toml:26: search.finalists: 1 is no whole number in range (2 to 100) [bad-problem]",
    ]
    assert {"bad-problem", "limits-contradict", "no-search-library"} <= SLUGS.keys()


@pytest.mark.parametrize("amount", ["1" + "0" * 400, "inf", "nan", "-1", "true", '"much"'])
def test_what_is_no_amount(tmp_path: Path, amount: str) -> None:
    (finding,) = findings(written(tmp_path, {"budget = 20000": f"budget = {amount}"}))
    assert finding.startswith("small.toml:13: limits.budget: ")
    assert finding.endswith(" is no amount (a number, 0 or more) [bad-problem]")
    (zone,) = findings(written(tmp_path, {"zone = 3": f"zone = {amount}"}))
    assert zone.endswith(" is no smallest difference that matters (a number above 0) [bad-problem]")


@pytest.mark.parametrize("odd", ["{ value = 1 }", "[[1]]", "1", "2020-05-04"])
def test_what_is_no_name(tmp_path: Path, odd: str) -> None:
    (finding,) = findings(written(tmp_path, {'measure = "intents"': f"measure = {odd}"}))
    assert finding.startswith("small.toml:16: objectives: ")
    assert " is no measure with a better direction" in finding and finding.endswith("[bad-problem]")
    dates = "dates = [2020-05-04, 2020-05-08, 2020-05-13, 2020-05-18]"
    (finding,) = findings(written(tmp_path, {dates: f"dates = {{ weekdays = [{odd}] }}"}))
    assert finding.startswith("small.toml:9: decisions.dates: a list")
    assert finding.endswith(" are no weekdays (mon, tue, wed, thu, fri, sat, sun) [bad-problem]")
