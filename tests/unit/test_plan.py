"""The verb plan: the calendar as table, CSV, iCalendar and scenario, whatever names stand in it."""

import csv
import datetime
import io
import json
from pathlib import Path

import icalendar
import pytest
import tomli_w
from hypothesis import given
from hypothesis import strategies as st
from model_helpers import GOOD, load, write

from sim.campaign.season import Season
from sim.cli import main
from sim.model.resolved import explicit_document
from sim.model.scenario import Scenario, load_scenario
from sim.model.template import starter
from sim.report.calendar_file import calendar_file, escaped, folded
from sim.report.planning import plan_csv, planned_fairs

HOSTILE = '=HYPERLINK("x"); [red]a, b\\\\ 武汉'
POLICIES = ("equal", "one-big", "rotating", "themed")


@pytest.fixture(autouse=True)
def _folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)


def season(*overrides: str) -> Scenario:
    return load({"s.toml": starter("season")}, overrides, "s.toml")


def events(content: bytes) -> list[icalendar.Event]:
    return list(icalendar.Calendar.from_ical(content).walk("VEVENT"))


def test_the_calendar_is_printed_with_what_it_takes(capsys: pytest.CaptureFixture[str]) -> None:
    season()
    assert main(["plan", "s.toml"]) == 0
    lines = capsys.readouterr().out.splitlines()
    assert lines[0] == "my season: calendar of the policy equal"
    assert " ".join(lines[1].split()) == "date weekday time fair venue district firms for staff cost (yuan)"
    assert " ".join(lines[2].split()) == "2026-04-04 Sat 09:00-14:00 equal-01 North hall North 30 8 11,740"
    assert "booth days: 270" in lines and "outreach messages: 11,000" in lines


def test_findings_are_shown_with_their_severity(capsys: pytest.CaptureFixture[str]) -> None:
    season()
    assert main(["plan", "s.toml", "--set", "limits.travel_km=5"]) == 0
    out = capsys.readouterr().out
    assert "warning: " not in out
    assert main(["plan", "s.toml", "--set", "limits.travel_km=3"]) == 0
    assert capsys.readouterr().out.count("warning: s.toml") == 2
    assert main(["plan", "s.toml", "--set", "limits.fairs_per_day=1", "--set", "limits.staff_per_day=7"]) == 2
    assert "[over-day-limit]" in capsys.readouterr().err


def test_check_shows_warnings_and_notes_and_says_ok(capsys: pytest.CaptureFixture[str]) -> None:
    season()
    assert main(["check", "s.toml", "--set", "limits.travel_km=3"]) == 0
    captured = capsys.readouterr()
    assert captured.out == "s.toml: ok\n"
    assert captured.err.count("warning: ") == 2
    assert main(["check", "s.toml", "--set", "limits.travel_km=3", "--json"]) == 0
    document = json.loads(capsys.readouterr().out)
    assert document["ok"] is True
    assert [one["severity"] for one in document["files"][0]["findings"]] == ["warning", "warning"]


def test_json_is_one_document(capsys: pytest.CaptureFixture[str]) -> None:
    scenario = season()
    assert main(["plan", "s.toml", "--json"]) == 0
    document = json.loads(capsys.readouterr().out)
    assert [fair["fair"] for fair in document["fairs"]] == [fair.id for fair in scenario.fairs]
    assert document["resources"]["booth days"] == 270.0
    assert document["policy"] == "equal"


def test_a_day_of_fairs_without_a_campaign_has_a_calendar_too(capsys: pytest.CaptureFixture[str]) -> None:
    write(Path(), {"x.toml": GOOD})
    assert main(["plan", "x.toml", "--ics", "x.ics"]) == 0
    assert capsys.readouterr().out.startswith("x: calendar as listed\n")
    assert events(Path("x.ics").read_bytes()) == []  # the fair has no date


def test_files_are_written_once_and_replaced_only_when_asked(capsys: pytest.CaptureFixture[str]) -> None:
    season()
    assert main(["plan", "s.toml", "--csv", "c.csv", "--ics", "c.ics", "--toml", "c.toml"]) == 0
    before = Path("c.csv").read_bytes()
    assert main(["plan", "s.toml", "--csv", "c.csv", "--set", "calendar.fairs=5"]) == 2
    assert "[file-exists]" in capsys.readouterr().err
    assert Path("c.csv").read_bytes() == before
    assert main(["plan", "s.toml", "--csv", "c.csv", "--set", "calendar.fairs=5", "--overwrite"]) == 0
    assert len(Path("c.csv").read_text("utf-8").splitlines()) == 6
    assert main(["plan", "s.toml", "--csv", "same", "--ics", "same"]) == 2
    assert main(["plan", "s.toml", "--csv", "no/such/folder/c.csv"]) == 2
    assert "[cannot-write]" in capsys.readouterr().err


def test_an_explicit_scenario_stays_beside_the_tables_that_it_names(capsys: pytest.CaptureFixture[str]) -> None:
    text = '[tables]\nfirms = "f.csv"\n[[fairs]]\nid = "a"\nposts = 9\nseekers = 1\n'
    write(Path(), {"x.toml": text, "f.csv": "id\n1\n", "sub/keep": ""})
    assert main(["plan", "x.toml", "--toml", "sub/y.toml"]) == 2
    assert "beside the tables" in capsys.readouterr().err
    assert main(["plan", "x.toml", "--toml", "y.toml"]) == 0
    assert load_scenario("y.toml").fairs == load_scenario("x.toml").fairs


@pytest.mark.parametrize("policy", POLICIES)
def test_the_explicit_scenario_gives_the_same_results(policy: str) -> None:
    scenario = season(f"calendar.policy={policy}", "pool.seekers=1500", "fairs." + policy + "-01.gate.lanes=3")
    Path("explicit.toml").write_text(tomli_w.dumps(explicit_document(scenario)), encoding="utf-8")
    explicit = load_scenario("explicit.toml")
    assert explicit.settings.text("calendar.policy") == "explicit"
    assert [(fair.id, fair.settings) for fair in explicit.fairs] == [
        (fair.id, fair.settings) for fair in scenario.fairs
    ]
    one, other = (Season(each).play(7, 0, None) for each in (scenario, explicit))
    assert sum((played.ledger.visits["intent_booth"] >= 0).sum() for played in one) > 0
    for here, there in zip(one, other, strict=True):
        assert here.ledger.visits.tobytes() == there.ledger.visits.tobytes()
        assert here.ledger.stays.tobytes() == there.ledger.stays.tobytes()


def test_where_venues_are_chosen_on_the_day_the_policy_stays() -> None:
    scenario = season("calendar.policy=by-demand")
    document = explicit_document(scenario)
    assert document["calendar"]["policy"] == "by-demand"  # type: ignore[index]
    (first, *_) = planned_fairs(scenario)
    assert (first.venue, first.district) == ("North hall or South hall or School yard", "North or South")


def test_csv_has_a_row_per_fair_and_no_formulas() -> None:
    scenario = season(f"fairs.equal-02.venue='{HOSTILE}'", "fairs.equal-02.district=North", "fairs.equal-03.open=08:30")
    rows = list(csv.DictReader(io.StringIO(plan_csv(planned_fairs(scenario)))))
    assert [row["fair"] for row in rows] == [fair.id for fair in scenario.fairs]
    assert rows[0]["date"] == "2026-04-04" and rows[0]["weekday"] == "Sat" and rows[2]["open"] == "08:30"
    assert rows[1]["venue"].lstrip("'") == HOSTILE and not rows[1]["venue"].startswith("=")
    assert sum(int(row["firms"]) for row in rows) == 270


def test_markup_in_names_is_text(capsys: pytest.CaptureFixture[str]) -> None:
    season()
    assert main(["plan", "s.toml", "--set", "name=[bold]x[/bold] [/]", "--set", "venues.North hall.id=[red]y"]) == 0
    out = capsys.readouterr().out
    assert out.startswith("[bold]x[/bold] [/]: ")
    assert "[red]y" in out


def test_another_program_reads_the_calendar() -> None:
    scenario = season(
        f"fairs.equal-02.venue='{HOSTILE}'",
        "fairs.equal-02.district=North",
        "fairs.equal-03.close=24:00",
        "fairs.equal-04.theme.occupations=office,production",
    )
    content = calendar_file(scenario)
    read = events(content)
    assert len(read) == 9
    for fair, event in zip(scenario.fairs, read, strict=True):
        date = fair.settings.day("date")
        assert date is not None
        assert event["SUMMARY"] == f"Job fair {fair.id}"
        assert event.decoded("DTSTART") == datetime.datetime.combine(date, datetime.time(9))
        assert event["STATUS"] == "TENTATIVE"
    assert read[1]["LOCATION"] == f"{HOSTILE}, North"
    third = scenario.fairs[2].settings.day("date")
    assert third is not None
    assert read[2].decoded("DTEND") == datetime.datetime.combine(third + datetime.timedelta(1), datetime.time())
    assert read[3]["CATEGORIES"].cats == ["office", "production"]
    assert "for: office, production" in read[3]["DESCRIPTION"]


def test_the_calendar_file_is_always_the_same_and_events_keep_their_names() -> None:
    one, other = season(), season("fairs.equal-03.open=08:00", "calendar.fairs=12")
    assert calendar_file(one) == calendar_file(season())
    names = [[str(event["UID"]) for event in events(calendar_file(each))] for each in (one, other)]
    assert names[1][:9] == names[0] and len(set(names[1])) == 12


def test_a_published_fair_is_confirmed_and_the_end_of_time_is_an_end() -> None:
    scenario = season("fairs.equal-01.published=true")
    assert [event["STATUS"] for event in events(calendar_file(scenario))][:2] == ["CONFIRMED", "TENTATIVE"]
    last = load({"x.toml": GOOD + 'date = 9999-12-31\nclose = "24:00"\n'})
    (event,) = events(calendar_file(last))
    assert event.decoded("DTEND") == datetime.datetime(9999, 12, 31, 23, 59, 59)


@given(st.text(st.characters(exclude_categories=["Cs"]), max_size=200))
def test_lines_are_folded_between_characters_and_read_back(text: str) -> None:
    content = folded(f"SUMMARY:{escaped(text)}")
    assert content.endswith(b"\r\n")
    lines = content.removesuffix(b"\r\n").split(b"\r\n")
    assert all(len(line) <= 75 for line in lines)
    assert all(line.startswith(b" ") for line in lines[1:])
    for line in lines:
        line.decode("utf-8")  # never broken inside a character
    unfolded = content.replace(b"\r\n ", b"").decode().removesuffix("\r\n")
    assert unfolded == f"SUMMARY:{escaped(text)}"
    assert not any(sign in unfolded for sign in "\r\n\x00\x1b")


def test_what_ends_a_value_is_escaped() -> None:
    assert escaped("a;b,c\\d\ne\x1b\r") == "a\\;b\\,c\\\\d\\ne"
