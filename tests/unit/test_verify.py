"""How cases are measured and judged, on ledgers small enough to work out by hand; and the verb `verify`."""

import json
import math
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from rich.console import Console

from sim.cli import main
from sim.engine import FairDay
from sim.engine import ledger as book
from sim.engine.day import BOOKING, BOOTH, GROUP, HALL, POST, SEEKER, SHIFT
from sim.engine.ledger import STAY, Ledger, blank_visits
from sim.model.scenario import load_scenario
from sim.population.identity import number_of
from sim.report.verification import as_json, closing_line, notes, render
from sim.study import verify as study
from sim.study.verify import MEASURES, WHO, Case, Question, Record, Verdict, Verification, judge, observe, read_cases

NAN = math.nan
ALL = (0.0, math.inf)


def question(measure: str, booth: str = "", who: str = "", window: tuple[float, float] = ALL) -> Question:
    return Question(measure, booth, who, window)


def case(expected: float = 10.0, half_width: float = NAN, tolerance: float = NAN) -> Case:
    return Case("x", question("wait_minutes"), expected, not math.isnan(half_width), half_width, tolerance, "by hand")


# A fair that opens at minute 480, with booths "a" (1 recruiter, from 500 on 2, from 540 on none) and "b" (1 recruiter).
# Times below are minutes after opening.

#        arrived entered reached turned  left  outcome
VISITS = [
    (0.0, 0.0, 1.0, 30.0, 32.0, book.SEEN_ENOUGH),  # went straight to the booths
    (5.0, 5.0, 6.0, 40.0, 42.0, book.SEEN_ENOUGH),
    (10.0, 10.0, 25.0, NAN, 60.0, book.CUT_OFF),  # 15 minutes in the guidance area
    (12.0, 12.0, NAN, 30.0, 31.0, book.LEFT_AFTER_GUIDANCE),
    (50.0, NAN, NAN, NAN, 50.0, book.TURNED_AWAY),
]

#      joined started ended seeker booth ahead outcome
STAYS = [
    (1.0, 1.0, 11.0, 0, "a", 0, book.TALKED),
    (6.0, 11.0, 25.0, 1, "a", 0, book.TALKED),
    (11.0, 11.0, 30.0, 0, "b", 0, book.TALKED),
    (25.0, NAN, 25.0, 1, "b", 0, book.BALKED),
    (26.0, NAN, 40.0, 1, "b", 0, book.RENEGED),
    (25.0, 25.0, 60.0, 2, "a", 0, book.STOPPED),
]


@pytest.fixture
def record() -> Record:
    hall = np.zeros(1, HALL)
    hall["open"], hall["guidance_a"] = 480, 15
    booths = np.zeros(2, BOOTH)
    booths["firm"] = [number_of("b"), number_of("a")]
    booths["shifts_from"], booths["shifts_until"] = [3, 0], [4, 3]
    shifts = np.array([(480, 1), (500, 2), (540, 0), (480, 1)], SHIFT)
    empty = (np.empty(0, kind) for kind in (SEEKER, GROUP))
    day = FairDay(hall, *empty, booths, np.empty(0, POST), shifts, np.empty(0, BOOKING), np.zeros((1, 1)))
    visits = blank_visits(len(VISITS))
    for row, (arrived, entered, reached, turned, left, outcome) in zip(visits, VISITS, strict=True):
        row["arrived"], row["checked"], row["entered"] = arrived + 480, entered + 480, entered + 480
        row["reached"], row["turned"], row["left"], row["outcome"] = reached + 480, turned + 480, left + 480, outcome
    stays = np.zeros(len(STAYS), STAY)
    for row, (joined, started, ended, seeker, booth, ahead, outcome) in zip(stays, STAYS, strict=True):
        row["joined"], row["started"], row["ended"] = joined + 480, started + 480, ended + 480
        row["seeker"], row["booth"], row["ahead"], row["outcome"] = seeker, "ba".index(booth), ahead, outcome
    return Record(day, Ledger(visits, stays))


@pytest.mark.parametrize(
    ("asked", "total", "divisor"),
    [
        # Visits: only those that are complete.
        (question("visit_minutes"), 32 + 37 + 19, 3),
        (question("visit_minutes", who="straight"), 32 + 37, 2),
        (question("visit_minutes", who="guidance"), 19, 1),
        (question("visit_minutes", who="guidance-left"), 19, 1),
        (question("visit_minutes", who="guidance-stayed"), 0, 0),
        (question("visits_up_to_30_share"), 1, 3),
        # Waits: of interviews that begin in the window; or of all who come in it.
        (question("wait_minutes"), 5, 4),
        (question("wait_minutes", "a"), 5, 3),
        (question("wait_minutes", "b"), 0, 1),
        (question("wait_minutes", window=(11, 25)), 5, 2),
        (question("wait_minutes_of_all"), 5 + 14, 6),
        (question("wait_minutes_of_all", window=(6, 26)), 5, 4),
        # Shares of the stays that begin in the window.
        (question("delayed_share"), 2, 6),
        (question("balked_share"), 1, 6),
        (question("gave_up_share", "b"), 1, 3),
        (question("gave_up_share", window=(0, 26)), 0, 5),
        # Counts.
        (question("interviews_started"), 4, 1),
        (question("interviews_started", "a", window=(0, 20)), 2, 1),
        (question("interviews_ended"), 3, 1),
        (question("interviews_ended", "a"), 2, 1),
        (question("intents"), 0, 1),
        # Time: exactly the window, what is under way at its edges included.
        (question("people_inside", window=(10, 30)), 20 + 20 + 20 + 18, 20),
        (question("people_inside", window=(31, 31)), 4, 1),
        (question("people_inside", window=(60, 60)), 1, 1),
        (question("people_before_booths", window=(0, 40)), 1 + 1 + 15 + 18, 40),
        (question("people_waiting", window=(0, 30)), 5 + 4, 30),
        (question("people_waiting", "b", window=(30, 60)), 10, 30),
        (question("people_talking", "a", window=(10, 40)), 1 + 14 + 15, 30),
        (question("people_at_booths", "a", window=(10, 40)), 1 + 15 + 15, 30),
        (question("people_at_booths", "a", window=(25, 25)), 1, 1),
        (question("people_at_booths", "a", window=(60, 60)), 1, 1),
        # Utilisation: 20 minutes with one recruiter, 20 with two (half busy), then none.
        (question("utilisation", "a", window=(0, 60)), 19 + 40 / 2, 60),
        (question("utilisation", "b", window=(0, 60)), 19, 60),
    ],
    ids=str,
)
def test_measures(record: Record, asked: Question, total: float, divisor: float) -> None:
    assert MEASURES[asked.measure](record, asked) == (pytest.approx(total), divisor)


def test_time_without_recruiters_does_not_count_for_utilisation(record: Record) -> None:
    record.day.booths["shifts_from"][1] = 1  # from minute 20 on, none from minute 60 on
    asked = question("utilisation", "a", window=(0, 100))
    assert MEASURES["utilisation"](record, asked) == (pytest.approx(40 / 2), 40)


def test_people_and_time_are_measured_by_different_functions() -> None:
    assert len(set(MEASURES.values())) == len(MEASURES)
    over_time = {name for name in MEASURES if name.startswith("people_")} | {"utilisation"}
    assert {case.question.measure for case in read_cases() if not math.isinf(case.question.window[1])} >= over_time


def test_each_question_is_asked_once(record: Record, monkeypatch: pytest.MonkeyPatch) -> None:
    asked = []
    monkeypatch.setitem(MEASURES, "wait_minutes", lambda _, what: asked.append(what) or (3.0, 2.0))
    some = [
        case(10.0, half_width=1.0),
        replace(case(11.0, half_width=2.0), question=question("intents")),
        case(12.0, 3.0),
    ]
    np.testing.assert_array_equal(observe([record], some), [[(3, 2), (0, 1), (3, 2)]])
    assert len(asked) == 1


# Judging --------------------------------------------------------------------------------------------


def test_a_printed_figure_is_an_average_of_averages() -> None:
    pairs = np.array([(10.0, 1.0), (24.0, 2.0), (0.0, 0.0), (42.0, 3.0)])  # 10, 12, nothing, 14
    verdict = judge(case(10.0, half_width=3.0), pairs)
    assert verdict.observed == pytest.approx(12.0)
    assert verdict.standard_error == pytest.approx(2 / math.sqrt(3))
    # Both half-widths: 3 of the print, t(2) * 2 / sqrt(3) of ours.
    assert verdict.tolerance == pytest.approx(math.hypot(3.0, 4.302653 * 2 / math.sqrt(3)))
    assert verdict.is_inside


def test_an_exact_figure_is_a_ratio_of_totals() -> None:
    pairs = np.array([(10.0, 1.0), (24.0, 2.0), (42.0, 3.0)])
    verdict = judge(case(10.0, tolerance=0.02), pairs)
    assert verdict.observed == pytest.approx(76 / 6)
    deviations = pairs[:, 0] - 76 / 6 * pairs[:, 1]
    assert verdict.standard_error == pytest.approx(math.sqrt((deviations**2).sum()) / 2 / 3)
    assert verdict.tolerance == pytest.approx(0.2)
    assert judge(case(10.0, tolerance=0.02), pairs, widening=3.0).tolerance == pytest.approx(0.6)
    assert not verdict.is_inside


@pytest.mark.parametrize("one", [case(10.0, half_width=3.0), case(10.0, tolerance=0.02)])
def test_what_was_not_observed_does_not_pass(one: Case) -> None:
    verdict = judge(one, np.zeros((3, 2)))
    assert math.isnan(verdict.observed)
    assert Verification((verdict,)).failed == 1


def printed(observed: float) -> Verdict:
    """A figure of 10 +- 1."""
    return Verdict(case(10.0, half_width=1.0), observed, 0.5, 1.0)


@pytest.mark.parametrize(
    ("observed", "failed"),
    [
        ([10.0] * 19 + [11.0], 0),  # on the edge
        ([10.0] * 18 + [11.5, 8.5], 0),  # one in ten a little outside
        ([10.0] * 17 + [11.5, 8.5, 11.5], 3),  # more than one in ten
        ([10.0] * 19 + [12.2], 1),  # too far out to be chance
        ([10.0] * 18 + [12.2, 11.5], 1),
    ],
)
def test_how_many_printed_figures_may_lie_outside(observed: list[float], failed: int) -> None:
    assert Verification(tuple(printed(one) for one in observed)).failed == failed


def test_more_may_lie_outside_in_the_short_runs_of_the_reference_engine() -> None:
    found = tuple(printed(one) for one in [10.0] * 17 + [11.5, 8.5, 11.5])
    assert Verification(found, study.OUTSIDE_SHARE_OF_REFERENCE).failed == 0
    assert "up to 4 count as chance" in notes(Verification(found, study.OUTSIDE_SHARE_OF_REFERENCE))[0]


def test_no_exact_figure_may_lie_outside() -> None:
    exact = Verdict(case(10.0, tolerance=0.02), 10.21, 0.1, 0.2)
    assert Verification((*[printed(10.0)] * 30, exact)).failed == 1


# The cases ------------------------------------------------------------------------------------------


def test_every_case_can_be_computed() -> None:
    folder = study.published_scenarios()
    cases = read_cases()
    assert len({(one.scenario, one.question, one.source) for one in cases}) == len(cases)
    for one in cases:
        scenario = load_scenario(folder / f"{one.scenario}.toml")
        assert one.question.measure in MEASURES
        assert one.question.who in WHO
        assert one.question.booth in {"", *(firm.text("id") for firm in scenario.firms)}
        assert one.question.window[0] <= one.question.window[1]
        assert one.expected > 0
        assert one.source
        assert (one.half_width > 0) == one.is_printed
        assert (0 <= one.tolerance <= 0.06) != one.is_printed


def test_every_published_scenario_says_why_and_has_a_case() -> None:
    names = {path.stem for path in study.published_scenarios().glob("*.toml")}
    assert names == {one.scenario for one in read_cases()}
    whys = {load_scenario(study.published_scenarios() / f"{name}.toml").settings.text("why") for name in names}
    assert all(why.endswith("?") for why in whys)


def test_reference_takes_fewer_replications_and_wider_tolerances(monkeypatch: pytest.MonkeyPatch) -> None:
    few = [one for one in read_cases() if one.scenario == "one-application"]
    monkeypatch.setattr(study, "read_cases", lambda: few)
    monkeypatch.setattr(study, "REFERENCE_SHARE", 0.0025)
    told: list[tuple[int, int]] = []
    [verdict] = study.verify(
        study.published_scenarios(), engine="reference", progress=lambda done, total: told.append((done, total))
    ).verdicts
    assert told == [(done, 5) for done in range(1, 6)]
    assert verdict.tolerance == pytest.approx(0.005 * 63.396766 * 20)
    assert verdict.is_inside


# The verb -------------------------------------------------------------------------------------------


@pytest.fixture
def one_case(monkeypatch: pytest.MonkeyPatch) -> list[Case]:
    """Only the quickest case is verified."""
    few = [one for one in read_cases() if one.scenario == "one-application"]
    monkeypatch.setattr(study, "read_cases", lambda: few)
    monkeypatch.setattr(study, "replications", lambda scenario, engine: 200)
    return few


def test_verb_passes(one_case: list[Case], capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["verify", "-q"]) == 0
    out = capsys.readouterr().out
    assert out.splitlines()[-1] == "1 passed, 0 failed"
    for word in ("expected", "tolerance", "observed", "source", "one-application", "intents", "pass", "urn and balls"):
        assert word in out


def test_verb_fails(one_case: list[Case], capsys: pytest.CaptureFixture[str]) -> None:
    one_case[0] = replace(one_case[0], expected=70.0)
    assert main(["verify", "-q"]) == 1
    lines = capsys.readouterr().out.splitlines()
    assert lines[-1] == "0 passed, 1 failed"
    assert lines[-3] == "Failed:"
    assert lines[-2].startswith("  one-application: intents: expected 70 +- 0.35, observed 63.")


def test_verb_json(one_case: list[Case], capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["verify", "--json"]) == 0
    document = json.loads(capsys.readouterr().out)
    [only] = document["cases"]
    assert list(document) == ["cases", "passed", "failed"]
    assert {"name", "source", "measure", "expected", "tolerance", "observed", "passed"} <= set(only)
    assert (only["name"], only["measure"], only["passed"]) == ("one-application: intents", "intents", True)
    assert (document["passed"], document["failed"]) == (1, 0)


def test_verb_without_scenarios(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["verify", "-q", "--scenarios", str(tmp_path / "nowhere")]) == 2
    assert "nowhere" in capsys.readouterr().err


def test_figures_outside_are_named() -> None:
    verification = Verification(tuple(printed(one) for one in [10.0] * 19 + [11.5]))
    assert closing_line(verification) == "20 passed, 0 failed"
    first, second = notes(verification)
    assert first.startswith("1 of 20 printed figures lie outside their 95 % intervals. One in twenty is expected to")
    assert second == "  x: wait_minutes: expected 10 +- 1, observed 11.5 (by hand)"
    last = as_json(verification)["cases"][-1]  # type: ignore[index]
    assert (last["passed"], last["outside"]) == (True, True)
    console = Console(width=200)
    with console.capture() as captured:
        render(verification, console)
    assert captured.get().count("outside") == 2
