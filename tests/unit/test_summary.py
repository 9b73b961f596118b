"""What the planner reads first: sentence, table, CSV and JSON values say the same, readably."""

import csv
import io
import math
from pathlib import Path

import numpy as np
import pytest
from rich.console import Console

from sim.model.scenario import Scenario, load_scenario
from sim.report.summary import as_json, format_figure, headline, notes, render, summarise, summary_csv
from sim.study.measures import HEADLINE, MeasureKey
from sim.study.replicate import Sample

UNITS = {"never_interviewed_share": "share", "wait_minutes_mean": "minutes"}
NAN = math.nan


@pytest.fixture
def scenario(tmp_path: Path) -> Scenario:
    text = 'name = "=春风"\ntotals = { firms = 4, posts = 12, seekers = 30 }\nreported = { intents = 3528 }\n'
    (tmp_path / "x.toml").write_text(text + '[[fairs]]\nid = "one"\n[[fairs]]\nid = "two"\n', encoding="utf-8")
    return load_scenario(tmp_path / "x.toml")


def sample_of(scenario: Scenario, **series: list[float]) -> Sample:
    """A sample in which every headline measure is 1 except those given; plus one measure of a fair."""
    count = len(next(iter(series.values())))
    keys = [MeasureKey(name, UNITS.get(name, "things")) for name in (*HEADLINE[::-1], "balked")]
    columns = [series.get(key.measure, [1.0] * count) for key in keys]
    keys.append(MeasureKey("intents", "things", fair="one"))
    columns.append([7.0] * count)
    return Sample(scenario.name, tuple(keys), np.arange(count), np.array(columns, dtype=np.float64).T)


def shown(sample: Sample, scenario: Scenario, width: int = 80, encoding: str = "utf-8", every: bool = False) -> str:
    raw = io.BytesIO()
    file = io.TextIOWrapper(raw, encoding=encoding, errors="backslashreplace")
    render(summarise(sample, scenario), Console(file=file, width=width, force_terminal=False), every)
    file.flush()
    return raw.getvalue().decode(encoding)


def test_the_sentence(scenario: Scenario) -> None:
    summary = summarise(sample_of(scenario, intents=[3500.0, 3510.0, 3526.0]), scenario)
    assert headline(summary) == (
        "3,512 people reach an intent at 2 fairs (95 % interval 3,479 to 3,545); reported: 3,528."
    )


@pytest.mark.parametrize(
    ("values", "sentence"),
    [
        (
            [3512.0],
            "3,512 people reach an intent at 2 fairs (one replication, so no interval); reported: 3,528.",
        ),
        ([1.0, 1.0], "1 person reaches an intent at 2 fairs (95 % interval 1 to 1); reported: 3,528."),
        ([0.0, 0.0], "0 people reach an intent at 2 fairs (95 % interval 0 to 0); reported: 3,528."),
        (
            [60.0, 61.0, 60.0],
            "60 people reach an intent at 2 fairs (95 % interval 59 to 62); reported: 3,528.",
        ),
        ([2.0, 2.5], "2.25 people reach an intent at 2 fairs (95 % interval 0 to 5.43); reported: 3,528."),
        ([NAN, 4.0], "4 people reach an intent at 2 fairs (no interval); reported: 3,528."),
        ([NAN, NAN], "- people reach an intent at 2 fairs (no interval); reported: 3,528."),
    ],
)
def test_the_sentence_at_its_edges(scenario: Scenario, values: list[float], sentence: str) -> None:
    assert headline(summarise(sample_of(scenario, intents=values), scenario)) == sentence


def test_rows_are_those_of_the_whole_season_in_the_order_of_the_headline(scenario: Scenario) -> None:
    rows = summarise(sample_of(scenario, intents=[1.0, 3.0]), scenario).rows
    assert [row.name for row in rows] == [*HEADLINE, "balked"]
    intents = next(row for row in rows if row.name == "intents")
    assert (intents.mean, intents.reported, intents.ratio) == (2.0, 3528, 2 / 3528)
    assert rows[0].reported is None


@pytest.mark.parametrize(
    ("mean", "unit", "text"),
    [
        (1234567.4, "things", "1,234,567"),
        (12.345, "minutes", "12.3"),
        (0.012345, "x", "0.0123"),
        (3.0, "things", "3"),
        (0.48675, "share", "48.7 %"),
        (0.00123, "share", "0.123 %"),
        (-45.678, "things", "-45.7"),
        (0.0, "share", "0.0 %"),
        (NAN, "share", "-"),
        (None, "share", "-"),
    ],
)
def test_figures(scenario: Scenario, mean: float | None, unit: str, text: str) -> None:
    summary = summarise(sample_of(scenario, events=[NAN if mean is None else mean]), scenario)
    row = summary.row("events")
    row = type(row)(**{**{name: getattr(row, name) for name in row.__dataclass_fields__}, "unit": unit})
    assert format_figure(mean, row) == text


def test_the_table_fits_eighty_columns(scenario: Scenario) -> None:
    big = sample_of(scenario, posts=[39_503.0, 39_512.0], seekers=[47_248.2, 47_250.0])
    lines = shown(big, scenario).splitlines()
    table = lines[1 : lines.index("", 3)]
    assert max(map(len, table)) <= 80
    assert all(any(line.startswith(f"{name} ") for line in table) for name in HEADLINE)


def test_intervals_are_shown_from_zero_and_reported_figures_as_reported(scenario: Scenario) -> None:
    sample = sample_of(scenario, intents=[0.25, 0.5], never_interviewed_share=[0.0, 0.01])
    lines = shown(sample, scenario).splitlines()
    cells = {line.split()[0]: " ".join(line.split()[1:]) for line in lines if line}
    assert cells["intents"] == "0.375 0.000 to 1.963 0.000 to 1.742 3,528"
    assert cells["never_interviewed_share"] == "0.500 % 0.000 to 6.853 % 0.000 to 5.968 % -"


def test_a_narrow_terminal_loses_nothing(scenario: Scenario) -> None:
    text = shown(sample_of(scenario, intents=[3500.0, 3526.0]), scenario, width=30)
    assert "…" not in text
    assert "..." not in text


def test_plain_files_get_no_colour_and_ascii_gets_ascii(scenario: Scenario) -> None:
    sample = sample_of(scenario, intents=[3500.0, 3526.0])
    assert "\x1b" not in shown(sample, scenario)
    assert shown(sample, scenario, encoding="ascii").isascii()


def test_units_are_shown_where_there_is_room_and_all_measures_where_wanted(scenario: Scenario) -> None:
    sample = sample_of(scenario, intents=[3500.0, 3526.0])
    assert "minutes " not in shown(sample, scenario)
    assert "minutes " in shown(sample, scenario, width=100)
    assert "balked" not in shown(sample, scenario)
    assert "balked" in shown(sample, scenario, every=True)


def test_notes_say_how_many_were_left_out(scenario: Scenario) -> None:
    few = summarise(sample_of(scenario, wait_minutes_mean=[NAN, 1.0, 2.0]), scenario)
    assert notes(few) == [
        "Interval of the mean: Student t, 3 replications. Range of one season: normal prediction interval"
        " (under 20 replications).",
        "Not observed in 1 of 3 replications, which are left out: wait_minutes_mean.",
    ]
    many = summarise(sample_of(scenario, intents=[1.0] * 20), scenario)
    assert notes(many) == ["Interval of the mean: Student t, 20 replications. Range of one season: sample quantiles."]
    one = summarise(sample_of(scenario, intents=[1.0]), scenario)
    assert notes(one) == ["One replication: no interval and no range; -n 30 gives both."]


def test_json_has_null_for_nothing_and_reported_only_where_reported(scenario: Scenario) -> None:
    measures = as_json(summarise(sample_of(scenario, intents=[5.0]), scenario))
    assert [measure["name"] for measure in measures] == list(HEADLINE)
    by_name = {measure["name"]: measure for measure in measures}
    nothing = dict.fromkeys(("low", "high", "sd", "p05", "p95"))
    assert by_name["intents"] == {
        "name": "intents",
        "unit": "things",
        "mean": 5.0,
        **nothing,
        "reported": 3528,
    }
    assert by_name["posts"] == {"name": "posts", "unit": "things", "mean": 1.0, **nothing}


def test_csv_has_every_key_and_guards_names(scenario: Scenario) -> None:
    sample = sample_of(scenario, intents=[1.0, NAN])
    rows = list(csv.DictReader(io.StringIO(summary_csv(sample, scenario))))
    assert len(rows) == len(sample.keys)
    assert {row["scenario"] for row in rows} == {"'=春风"}
    assert (rows[-1]["fair"], rows[-1]["mean"], rows[-1]["reported"]) == ("one", "7.0", "")
    intents = next(row for row in rows if row["measure"] == "intents")
    assert (intents["replications"], intents["missing"], intents["low"]) == ("2", "1", "")
    assert float(intents["ratio"]) == pytest.approx(1 / 3528)
