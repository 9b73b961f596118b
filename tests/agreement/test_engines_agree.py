"""The two engines give the same ledger bit for bit, on random and on nasty days, and a run gives the same numbers."""

import json
import sys
from collections.abc import Sequence
from pathlib import Path
from types import SimpleNamespace

import numpy as np
import pytest
from hypothesis import given, settings

from benchmarks.agreement import compare, differing_records, main
from benchmarks.random_days import CHOICES, fair_day, random_day
from sim import cli
from sim.draws import make_key
from sim.engine import FairDay, rules, simulate
from sim.engine import ledger as book
from sim.files import read_table
from tests.strategies import fair_days

KEY = make_key(5, 2, 8)
PLAIN = {name: values[0] for name, values in CHOICES.items()}
GRID_DAYS = 150


def assert_agreement(day: FairDay) -> None:
    differing, records, _ = compare(day, KEY)
    assert differing == 0, f"{differing} of {records} records differ"


@settings(max_examples=200)
@given(fair_days())
def test_random_days(day: FairDay) -> None:
    assert_agreement(day)


@settings(max_examples=100)
@given(fair_days(time_step=1))
def test_random_days_on_a_one_minute_grid(day: FairDay) -> None:
    hall = day.hall[0]
    for times in (day.seekers["arrival"], day.seekers["stay"], day.shifts["time"], day.bookings["time"], hall["close"]):
        np.testing.assert_array_equal(times, np.floor(times))
    assert_agreement(day)
    visits, stays = simulate(day, KEY)
    for table, columns in (
        (visits, ("checked", "entered", "reached", "turned", "left")),
        (stays, ("started", "ended")),
    ):
        for column in columns:
            times = table[column][~np.isnan(table[column])]
            np.testing.assert_array_equal(times, np.floor(times))


# Days at which something is missing, or everything happens at once -----------------------------------------------

BUSY = {
    **PLAIN,
    "seekers": 60,
    "booths": 4,
    "minutes_open": 100,
    "applies_share": 1,
    "recruiters": 2,
    "shifts": 2,
    "booked_share": 0.3,
    "groups": 3,
    "occupations": 3,
    "priorities": 1,
}
NASTY: dict[str, dict[str, float]] = {
    "one seeker": {"seekers": 1},
    "one seeker and no booth": {"seekers": 1, "booths": 0},
    "no booths": {"booths": 0},
    "zero recruiters": {"recruiters": 0},
    "booths without shifts": {"shifts": 0},
    "no posts left from the start": {"most_intents": 0},
    "nobody applies": {"applies_share": 0},
    "everybody booked": {"booked_share": 1, "walk_in_after": 0},
    "no gate": {"lanes": 0},
    "one in one out": {"people_limit": 1},
    "doors open for a minute": {"minutes_open": 1, "arrive_until": 1.1},
    "interviews without length": {"interview_minutes": 0, "metres": 0, "metres_to_exit": 0},
    "no patience": {"patience_minutes": 0},
    "endless patience": {"patience_minutes": 1000, "queue_limit": 12},
    "queues are full at once": {"booth_queue_limit": 0},
    "firms leave when filled": {"leaves_when_filled": 1, "choosiness": -3, "most_intents": 1},
    "long list of boards": {"booths": 12, "most_boards": 64},
}
CLOSINGS: dict[str, dict[str, float]] = {
    f"everything ends at once, {closing}, {'kept' if kept else 'cleared'}": {
        "at_close": at_close,
        "announcement_before_close": 0,
        "last_entry_before_announcement": 0,
        "admit_waiting": kept,
        "queue_served": kept,
        "next_booth": kept,
        "turn_round": 1 - kept,
        "shifts_end_at_close": 1,
        "arrive_until": 1.1,
    }
    for at_close, closing in enumerate(rules.CLOSINGS)
    for kept in (0, 1)
}


@pytest.mark.parametrize("step", [0, 1], ids=["continuous", "grid"])
@pytest.mark.parametrize("change", [*NASTY.values(), *CLOSINGS.values()], ids=[*NASTY, *CLOSINGS])
def test_nasty_day(change: dict[str, float], step: int) -> None:
    for rule in range(len(rules.CHOICE_RULES)):
        for seed in range(3):
            assert_agreement(fair_day({**BUSY, "rule": rule, "time_step": step, **change}, seed))


def test_nobody_comes() -> None:
    day = fair_day(BUSY, 1)
    empty = day._replace(seekers=day.seekers[:0], bookings=day.bookings[:0])
    assert_agreement(empty)
    assert [table.size for table in simulate(empty, KEY)] == [0, 0]


def test_whoever_waits_for_ever_has_a_stay_that_never_ended() -> None:
    never_tended = {"shifts": 0, "rule": rules.FIXED_ORDER, "queue_limit": 12}
    day = fair_day({**BUSY, **never_tended, "at_close": rules.RUN_TO_EMPTY, "queue_served": 1}, 1)
    day.groups["patience_kind"], day.groups["patience_a"] = rules.CONSTANT, np.inf
    assert_agreement(day)
    stays = simulate(day, KEY).stays
    waiting = stays[stays["outcome"] == 0]
    assert waiting.size > 0
    np.testing.assert_array_equal(waiting["ended"], waiting["joined"])


def shifts_and_queue_meet() -> FairDay:
    """One recruiter of two goes, and another interview ends, at the very instant at which somebody waits."""
    day = fair_day({**PLAIN, "seekers": 5, "booths": 1, "time_step": 1, "minutes_open": 100, "interview_minutes": 5}, 3)
    day.booths["interview_kind"], day.booths["interview_a"] = rules.CONSTANT, 10.0
    day.groups["patience_kind"], day.groups["patience_a"] = rules.CONSTANT, 500.0
    day.seekers["arrival"], day.seekers["queue_limit"], day.seekers["boards"] = day.hall[0]["open"] + 1, 9, 9
    day.seekers["stay"], day.seekers["booths_wanted"] = 500.0, 9
    opens = day.hall[0]["open"]
    shifts = np.array([(opens, 2), (opens + 11, 1)], day.shifts.dtype)
    for column, kind in (("gate", 0), ("desk", 0)):
        day.hall[f"{column}_kind"], day.hall[f"{column}_a"] = kind, 0.0
    day.booths["shifts_from"], day.booths["shifts_until"] = 0, 2
    bit = np.uint64(1)
    posts = np.array([(0, 9)], day.posts.dtype)
    day.booths["posts_from"], day.booths["posts_until"], day.booths["offered"] = 0, 1, bit
    day.booths["standard"] = 50.0
    day.seekers["accepts"], day.seekers["occupation"] = bit, 0
    return day._replace(shifts=shifts, posts=posts)


def test_a_shift_that_ends_with_an_interview() -> None:
    day = shifts_and_queue_meet()
    assert_agreement(day)
    started = simulate(day, KEY).stays["started"] - day.hall[0]["open"]
    assert started.tolist() == [1, 1, 11, 21, 31], "one of two goes on, as one has left"


def test_a_queue_and_a_calendar_that_need_more_room() -> None:
    """Many more stays than the kernel first makes room for: it tells the same story again with more paper."""
    day = fair_day({**BUSY, "booths": 12, "rule": rules.SHORTEST_QUEUE, "most_boards": 64, "offers": 0}, 1)
    day.seekers["boards"], day.seekers["booths_wanted"], day.seekers["stay"] = 64, 99, 999.0
    day.booths["interview_kind"], day.booths["interview_a"] = rules.CONSTANT, 0.1
    ledger = simulate(day, KEY)
    assert ledger.stays.size > 4 * day.seekers.size + 64
    assert_agreement(day)


# The comparison notices what it should -------------------------------------------------------------------------

RANKS = (
    "INTERVIEW_ENDS",
    "SHIFT_CHANGES",
    "QUEUE_MOVES",
    "BOOTH_REACHED",
    "STATION_REACHED",
    "HALL_LEFT",
    "GATE_DONE",
    "ARRIVES",
    "GATE_CALLS",
    "PATIENCE_ENDS",
    "DOORS_CHANGE",
)
EXCHANGED = (
    ("INTERVIEW_ENDS", "SHIFT_CHANGES"),
    ("SHIFT_CHANGES", "QUEUE_MOVES"),
    ("QUEUE_MOVES", "BOOTH_REACHED"),
    ("BOOTH_REACHED", "STATION_REACHED"),
    ("GATE_CALLS", "PATIENCE_ENDS"),
    ("PATIENCE_ENDS", "DOORS_CHANGE"),
)


def exchange(one: str, other: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """Let the reference engine, and only it, work with two ranks exchanged."""
    assert simulate(fair_day(PLAIN, 1), KEY, "reference").visits.size == 1
    ranks = {**vars(rules), one: getattr(rules, other), other: getattr(rules, one)}
    modules = [module for name, module in sys.modules.items() if name.startswith("sim.engine.reference")]
    for module in modules:
        if hasattr(module, "rules"):
            monkeypatch.setattr(module, "rules", SimpleNamespace(**ranks))
    assert any(hasattr(module, "rules") for module in modules)


@pytest.fixture(scope="module")
def grid_days() -> list[FairDay]:
    by_number = [random_day(number) for number in range(3 * GRID_DAYS)]
    return [shifts_and_queue_meet(), *(day for day in by_number if day.hall[0]["time_step"])]


@pytest.mark.parametrize("exchanged", EXCHANGED, ids=" and ".join)
def test_twin_with_two_ranks_exchanged_is_noticed(
    exchanged: tuple[str, str], grid_days: list[FairDay], monkeypatch: pytest.MonkeyPatch
) -> None:
    """A reference engine with another tie table: most days are the same, but the comparison finds the others."""
    exchange(*exchanged, monkeypatch)
    assert sum(compare(day, KEY)[0] for day in grid_days) > 0


def test_ranks_are_those_of_the_tie_table() -> None:
    assert [getattr(rules, name) for name in RANKS] == list(range(len(RANKS)))
    assert len(rules.TIE_ORDER) == len(RANKS)


def test_every_bit_of_every_column_is_compared() -> None:
    ledger = simulate(fair_day(BUSY, 1), KEY)
    assert differing_records(ledger, ledger) == 0
    for table in (0, 1):
        for name in ledger[table].dtype.names or ():
            rows = ledger[table].copy()
            rows[name][7] = np.nextafter(rows[name][7], 0) if rows[name].dtype.kind == "f" else rows[name][7] + 1
            if rows[name].dtype.kind == "f" and np.isnan(rows[name][7]):
                rows[name][7] = 0.0
            changed = ledger._replace(**{ledger._fields[table]: rows})
            assert differing_records(ledger, changed) == 1, name
    assert differing_records(ledger, ledger._replace(stays=ledger.stays[:-2])) == 2


def test_every_outcome_is_among_the_compared() -> None:
    visits: set[int] = set()
    stays: set[int] = set()
    for number in range(300):
        ledger = simulate(random_day(number), KEY)
        visits |= set(ledger.visits["outcome"].tolist())
        stays |= set(ledger.stays["outcome"].tolist())
    assert visits == set(range(len(book.VISIT_OUTCOMES)))
    assert stays == set(range(1, len(book.STAY_OUTCOMES)))


# Whole programs --------------------------------------------------------------------------------------------

SCENARIO = """
name = "small"
totals = { firms = 9, posts = 40, seekers = 150 }
guidance = { visit_share = 0.4, leave_share = 0.2 }
[[groups]]
id = "first"
priority = -1
[[groups]]
id = "second"
[[fairs]]
id = "one"
[[fairs]]
id = "two"
gate = { lanes = 1 }
hall = { people_limit = 30 }
time_step_minutes = 1
"""


def run(arguments: Sequence[str]) -> None:
    assert cli.main([*arguments, "--quiet"]) in (0, None)


def test_a_run_gives_the_same_numbers_with_either_engine(tmp_path: Path) -> None:
    (tmp_path / "small.toml").write_text(SCENARIO, encoding="utf-8")
    tables = {}
    for engine in ("kernel", "reference"):
        folder = tmp_path / engine
        run(["run", str(tmp_path / "small.toml"), "-n", "3", "--seed", "4", "--engine", engine, "--out", str(folder)])
        tables[engine] = read_table(folder / "replications.parquet")
        assert engine in json.dumps(json.loads((folder / "manifest.json").read_text("utf-8")))
    one, other = tables["kernel"], tables["reference"]
    assert one.keys == other.keys
    np.testing.assert_array_equal(one.replications, other.replications)
    assert one.values.tobytes() == other.values.tobytes()


def test_the_long_comparison_says_what_it_found(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("sys.argv", ["agreement", "-n", "100"])
    assert main() == 0
    out, err = capsys.readouterr()
    assert out.splitlines()[0] == "days: 100"
    assert out.splitlines()[-1] == "differing: 0"
    assert "100 of 100 days" in err
    exchange("PATIENCE_ENDS", "DOORS_CHANGE", monkeypatch)
    assert main() == 1
