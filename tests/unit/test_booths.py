"""The booths of one replication: the hand-written morning figure by figure, sums that must be those of the fair, and
the table in the results folder."""

import csv
import math
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from sim.campaign.season import Season
from sim.model.errors import InputError
from sim.report.booths import booths_csv, read_booths
from sim.study.booths import BoothFigures, booth_figures, booths_of_replication
from sim.study.measures import MeasureKey, measure, measure_keys
from tests.strategies import scenario_of
from tests.unit.test_measures import hand_made_day, played, season

SEASON = {
    "fairs": [
        {"id": "drawn", "firms": 7, "posts": 60, "seekers": 150, "district": "North", "gate": {"lanes": 1}},
        {"id": "listed", "seekers": 90, "posts": 30},
    ],
    "firms": [
        {"id": "f", "name": "Works", "fair": "listed", "district": "West", "recruiters": 3},
        {"id": "g", "fair": "listed", "posts": 1},
        {"id": "h", "fair": "listed", "recruiters": 0},
    ],
    "booth": {"recruiters": 1, "no_show_share": 0.2},
}


def test_the_morning_written_down_by_hand() -> None:
    first, second = booth_figures(season(), [played(hand_made_day())])
    assert (first.stays, first.interviews, first.offers, first.reneged, first.balked) == (4, 2, 2, 1, 0)
    assert (first.posts, first.posts_filled, first.recruiters, first.longest_queue) == (1, 1, 1, 2)
    assert (first.wait_minutes_mean, first.wait_minutes_max) == ((5 + 25) / 2, 25)
    assert first.on_duty_minutes == 120
    assert first.utilisation == pytest.approx((10 + 20) / 120)
    assert (second.stays, second.interviews, second.offers, second.reneged, second.balked) == (2, 1, 0, 0, 1)
    assert (second.posts, second.posts_filled, second.recruiters, second.longest_queue) == (9, 0, 2, 1)
    assert (second.wait_minutes_mean, second.on_duty_minutes) == (2, 2 * 60)
    assert second.utilisation == pytest.approx(6 / 120)


@pytest.fixture(scope="module")
def one() -> Season:
    return Season(scenario_of(SEASON))


def test_booths_add_up_to_their_fair(one: Season) -> None:
    fairs = one.play(5, 0)
    rows = booth_figures(one, fairs)
    values = dict(zip(measure_keys(one.scenario), measure(one, fairs), strict=True))
    for fair in ("drawn", "listed"):
        own = [row for row in rows if row.fair == fair]
        whole = {key.measure: value for key, value in values.items() if _is_of(key, fair)}
        assert len(own) == whole["firms"]
        assert sum(row.posts_filled for row in own) == whole["intents"] > 0
        for name in ("interviews", "offers", "balked", "reneged", "missed"):
            assert sum(getattr(row, name) for row in own) == whole[name]
        waits = sum(row.wait_minutes_mean * row.interviews for row in own if row.interviews)
        assert waits / whole["interviews"] == pytest.approx(whole["wait_minutes_mean"])
        busy = sum(row.utilisation * row.on_duty_minutes for row in own if row.on_duty_minutes)
        assert busy / sum(row.on_duty_minutes for row in own) == pytest.approx(whole["utilisation"])


def _is_of(key: MeasureKey, fair: str) -> bool:
    return key == MeasureKey(key.measure, key.unit, fair=fair)


def test_booths_are_named_by_the_planners_ids(one: Season) -> None:
    rows = booth_figures(one, one.play(5, 0))
    assert sorted(row.booth for row in rows if row.fair == "drawn") == [str(number) for number in range(1, 8)]
    listed = {row.booth: row for row in rows if row.fair == "listed"}
    assert {booth: (row.firm, row.district) for booth, row in listed.items()} == {
        "f": ("Works", "West"),
        "g": ("", ""),
        "h": ("", ""),
    }
    assert listed["g"].posts == 1
    idle = listed["h"]
    assert (idle.stays, idle.on_duty_minutes) == (0, 0)
    assert math.isnan(idle.utilisation) and math.isnan(idle.wait_minutes_mean) and math.isnan(idle.wait_minutes_max)


def test_in_a_campaign_a_firm_keeps_its_number_from_fair_to_fair() -> None:
    fairs = [{"id": name, "venue": name, "date": f"2020-04-{day}"} for name, day in (("a", 25), ("b", 26))]
    campaign = scenario_of(
        {
            "pool": {"seekers": 400},
            "stock": {"firms": 12, "posts": 200},
            "season": {"start": "2020-04-21", "end": "2020-05-10"},
            "venues": [{"id": "a", "booths": 8}, {"id": "b", "booths": 8, "district": "south"}],
            "fairs": fairs,
        }
    )
    one = Season(campaign)
    history = one.play(3, 0)
    rows = booth_figures(one, history)
    assert [sum(row.fair == name for row in rows) for name in "ab"] == [played.day.booths.size for played in history]
    assert {int(row.booth) for row in rows} <= set(range(1, 13))
    assert {row.booth for row in rows if row.fair == "a"} & {row.booth for row in rows if row.fair == "b"}
    values = dict(zip(measure_keys(campaign), measure(one, history), strict=True))
    for name in "ab":
        whole = {key.measure: value for key, value in values.items() if _is_of(key, name)}
        assert sum(row.interviews for row in rows if row.fair == name) == whole["interviews"] > 0


def test_either_engine_gives_the_same_booths_and_another_replication_others(one: Season) -> None:
    kernel, reference = (booths_of_replication(one.scenario, 5, engine=engine) for engine in ("kernel", "reference"))
    assert _plain(kernel) == _plain(reference)
    assert _plain(kernel) != _plain(booths_of_replication(one.scenario, 5, replication=1))


def _plain(rows: tuple[BoothFigures, ...]) -> list[tuple[str | float, ...]]:
    """Rows whose missing figures equal each other."""
    cells = [[getattr(row, name) for name in BoothFigures.__slots__] for row in rows]
    return [tuple(-1.0 if isinstance(cell, float) and np.isnan(cell) else cell for cell in row) for row in cells]


def test_the_table_is_read_back_as_it_was_written(one: Season, tmp_path: Path) -> None:
    rows = booth_figures(one, one.play(5, 0))
    hostile = ("=1+1", "@x", "-2x", "+3x", "'quoted", "a,b", '"', "\u202eabc", "x" * 2000, "武汉")
    rows = tuple(replace(row, firm=name) for row, name in zip(rows, hostile, strict=True))
    (tmp_path / "booths.csv").write_text(booths_csv("=x", rows), encoding="utf-8", newline="\n")
    assert _plain(read_booths(tmp_path)) == _plain(rows)
    cells = [cell for row in csv.reader(booths_csv("=x", rows).splitlines()) for cell in row]
    assert not [cell for cell in cells if cell.startswith(("=", "+", "-", "@"))]


@pytest.mark.parametrize("fault", ["fair,booth\n", '"', "", "0,1", "x"])
def test_a_damaged_table_is_refused(one: Season, tmp_path: Path, fault: str) -> None:
    lines = booths_csv("s", booth_figures(one, one.play(5, 0))).splitlines()
    (tmp_path / "booths.csv").write_text("\n".join([lines[0], lines[1], fault or lines[2].replace("0", "o")]))
    with pytest.raises(InputError, match=r"booths\.csv: is damaged .*\[results-damaged\]$"):
        read_booths(tmp_path)


def test_a_folder_without_the_table_has_no_booths(tmp_path: Path) -> None:
    assert read_booths(tmp_path) == ()
