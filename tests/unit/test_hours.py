"""The day by the hour as the planner reads it: table and JSON values say the same."""

import io
import math
from pathlib import Path

import numpy as np
import pytest
from rich.console import Console

from sim.model.scenario import Scenario, load_scenario
from sim.report.hours import by_hour_json, render_hours
from sim.report.summary import summarise
from sim.study.measures import HEADLINE, MeasureKey
from sim.study.replicate import Sample

NAN = math.nan
UNITS = {"arrivals": "seekers", "wait_minutes_mean": "minutes", "utilisation": "share"}


@pytest.fixture
def scenario(tmp_path: Path) -> Scenario:
    path = tmp_path / "x.toml"
    path.write_text('[[fairs]]\nid = "a"\nfirms = 1\nposts = 1\nseekers = 1\n', encoding="utf-8")
    return load_scenario(path)


def sample_of(scenario: Scenario, *hours: str, count: int = 3) -> Sample:
    """A sample with hours: 10, 11 ... arrivals, and a wait of 2 of which nothing is known in the last hour."""
    series = {"arrivals": [10.0 + n for n in range(count)], "wait_minutes_mean": [2.0] * count}
    keys = [MeasureKey(name, "people") for name in HEADLINE]
    columns = [[1.0] * count for _ in keys]
    for hour in hours:
        for name, unit in UNITS.items():
            keys += [MeasureKey(name, unit, hour=hour), MeasureKey(name, unit, fair="x", hour=hour)]
            is_unknown = name == "wait_minutes_mean" and hour == hours[-1]
            columns += [[NAN] * count if is_unknown else series.get(name, [0.5] * count), [99.0] * count]
    return Sample(scenario.name, tuple(keys), np.arange(count), np.array(columns).T)


def shown(sample: Sample, scenario: Scenario, width: int = 80, encoding: str = "utf-8") -> str:
    raw = io.BytesIO()
    file = io.TextIOWrapper(raw, encoding=encoding, errors="strict")
    render_hours(summarise(sample, scenario), Console(file=file, width=width, force_terminal=False))
    file.flush()
    return raw.getvalue().decode(encoding)


def test_a_row_per_hour_and_a_column_per_measure(scenario: Scenario) -> None:
    lines = shown(sample_of(scenario, "09:00", "10:30-12:30"), scenario, width=100).splitlines()
    assert " ".join(lines[3].split() + lines[4].split() + lines[5].split()) == (
        "wait minutes hour arrivals mean utilisation"
    )
    # Student's t with 2 degrees of freedom: 4.3027 / sqrt(3) = 2.484
    assert [line.split() for line in lines if line[:2].isdigit()] == [
        ["09:00", "11.0", "±2.5", "2", "±0", "50.0", "±0.0", "%"],
        ["10:30-12:30", "11.0", "±2.5", "-", "50.0", "±0.0", "%"],
    ]


def test_a_narrow_terminal_loses_nothing(scenario: Scenario) -> None:
    sample = sample_of(scenario, "09:00", "10:30-12:30")
    wide = shown(sample, scenario, width=100)
    for width in (80, 30):
        narrow = shown(sample, scenario, width=width)
        assert max(map(len, narrow.splitlines()[3:])) <= width
        assert "".join(sorted(narrow)).strip("\n ─") == "".join(sorted(wide)).strip("\n ─")


def test_one_replication_has_no_interval(scenario: Scenario) -> None:
    lines = shown(sample_of(scenario, "09:00", "10:00", count=1), scenario).splitlines()
    assert [line.split() for line in lines if line[:2].isdigit()] == [
        ["09:00", "10", "2", "50.0", "%"],
        ["10:00", "10", "-", "50.0", "%"],
    ]


def test_ascii_gets_ascii(scenario: Scenario) -> None:
    assert "+-2.5" in shown(sample_of(scenario, "09:00"), scenario, encoding="ascii")


def test_without_hours_there_is_no_table(scenario: Scenario) -> None:
    assert shown(sample_of(scenario), scenario) == ""
    assert by_hour_json(summarise(sample_of(scenario), scenario)) == []


def test_json_says_the_same(scenario: Scenario) -> None:
    first, last = by_hour_json(summarise(sample_of(scenario, "09:00", "10:30-12:30"), scenario))
    assert (first["hour"], last["hour"]) == ("09:00", "10:30-12:30")
    assert [measure["name"] for measure in first["measures"]] == list(UNITS)
    arrivals = first["measures"][0]
    assert (arrivals["mean"], arrivals["unit"]) == (11.0, "seekers")
    assert arrivals["high"] - arrivals["mean"] == pytest.approx(2.484, abs=0.001)
    figures = ("mean", "low", "high", "sd", "p05", "p95")
    assert last["measures"][1] == {"name": "wait_minutes_mean", "unit": "minutes"} | dict.fromkeys(figures)
