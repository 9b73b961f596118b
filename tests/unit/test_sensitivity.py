"""Sensitivity and flips: known indices, a planted assumption, a planted flip."""

import csv
import json
import math
import sys
from collections.abc import Sequence
from pathlib import Path

import numpy as np
import pytest

from sim.cli import main
from sim.study.flip import CANNOT_TELL, EQUAL, FLIPS, MAY_FLIP, NO_FLIP, find_flip
from sim.study.ranges import Range
from sim.study.sensitivity import MORRIS, SOBOL, cases_of, design, effects
from sim.study.statistics import PairedDifference

BASE = """
name = "base"
totals = { firms = 4, posts = 40, seekers = 120 }
run = { replications = 6, seed = 5 }
[[fairs]]
id = "one"
"""
# The same plan, but its own share of those who come to apply, whatever is said for all fairs.
OTHER = BASE.replace('"base"', '"fixed"') + "[fairs.behaviour]\ntalk_share = 0.4\n"


@pytest.fixture(autouse=True)
def in_a_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "base.toml").write_text(BASE, encoding="utf-8")
    (tmp_path / "fixed.toml").write_text(OTHER, encoding="utf-8")
    monkeypatch.chdir(tmp_path)


def rows_of(path: str) -> list[dict[str, str]]:
    return list(csv.DictReader(Path(path).read_text(encoding="utf-8").splitlines()))


# Sensitivity ------------------------------------------------------------------------------------------


def test_morris_finds_the_slopes_of_a_plane() -> None:
    ranges = [Range("a", 0.0, 2.0), Range("b", 10.0, 15.0), Range("c", 0.0, 1.0)]
    points = design(MORRIS, ranges, 8, 3)
    assert len(points) == cases_of(MORRIS, 3, 8)
    found = effects(MORRIS, ranges, points, 3.0 * points[:, 0] - 2.0 * points[:, 1] + 7.0, 3)
    assert [row.key for row in found] == ["b", "a", "c"]
    # Over its whole range b changes the result by 2 x 5, a by 3 x 2.
    assert [row.size for row in found] == pytest.approx([10.0, 6.0, 0.0])
    assert [row.other for row in found] == pytest.approx([0.0, 0.0, 0.0], abs=1e-9)


def test_sobol_finds_the_indices_of_ishigami() -> None:
    ranges = [Range(name, -math.pi, math.pi) for name in "abc"]
    points = design(SOBOL, ranges, 1024, 3)
    assert len(points) == cases_of(SOBOL, 3, 1024)
    a, b, c = points.T
    found = effects(SOBOL, ranges, points, np.sin(a) + 7.0 * np.sin(b) ** 2 + 0.1 * c**4 * np.sin(a), 3)
    total = {row.key: row.size for row in found}
    alone = {row.key: row.other for row in found}
    # Exact values (Saltelli et al. 2000), a = 7, b = 0.1; the standard error at 1,024 points is below 0.02.
    assert total == pytest.approx({"a": 0.5576, "b": 0.4424, "c": 0.2437}, abs=0.05)
    assert alone == pytest.approx({"a": 0.3139, "b": 0.4424, "c": 0.0}, abs=0.06)
    assert [row.key for row in found] == ["a", "b", "c"]


@pytest.mark.parametrize("method", [MORRIS, SOBOL])
def test_a_constant_result_hangs_on_nothing(method: str) -> None:
    ranges = [Range("a", 0.0, 1.0), Range("b", 0.0, 1.0)]
    points = design(method, ranges, 4, 3)
    assert [row.size for row in effects(method, ranges, points, np.full(len(points), 5.0), 3)] == [0.0, 0.0]


@pytest.mark.parametrize("method", [MORRIS, SOBOL])
def test_a_design_stays_in_the_ranges_and_comes_again(method: str) -> None:
    ranges = [Range("a", -1.0, 2.0), Range("b", 10.0, 11.0)]
    points = design(method, ranges, 8, 3)
    assert (points >= [-1.0, 10.0]).all()
    assert (points <= [2.0, 11.0]).all()
    assert np.array_equal(points, design(method, ranges, 8, 3))
    assert not np.array_equal(points, design(method, ranges, 8, 4))


def test_the_planted_assumption_is_found_first(capsys: pytest.CaptureFixture[str]) -> None:
    over = ["--over", "gate.minutes", "--over", "behaviour.talk_share", "--over", "outcomes.start_share"]
    words = ["sweep", "base.toml", "--sensitivity", "morris", *over, "-n", "3", "--samples", "6"]
    assert main([*words, "--measure", "applicants", "--measure", "starts", "--out", "out", "--json"]) == 0
    first, second = json.loads(capsys.readouterr().out)["sensitivity"]
    assert first["assumptions"][0]["key"] == "behaviour.talk_share"
    assert first["in_words"].startswith("applicants: the result hangs most on behaviour.talk_share (")
    assert first["in_words"].endswith("hardly on gate.minutes.mean, outcomes.start_share.")
    # 120 seekers, a share of 0.205 to 0.615: 49 applicants more, give or take sqrt(120 x 0.25 / 3) = 3.
    assert first["assumptions"][0]["mu_star"] == pytest.approx(0.41 * 120, abs=10)
    assert [one["mu_star"] for one in first["assumptions"][1:]] == [0.0, 0.0]
    assert second["measure"] == "starts"
    assert {one["key"] for one in second["assumptions"][:2]} == {"behaviour.talk_share", "outcomes.start_share"}
    rows = rows_of("out/sensitivity.csv")
    assert (rows[0]["measure"], rows[0]["key"]) == ("applicants", "behaviour.talk_share")
    cases = {row["case"] for row in rows_of("out/sweep.csv")}
    assert len(cases) == cases_of(MORRIS, 3, 6)
    assert main([*words, "--measure", "seekers", "--out", "out", "--resume"]) == 0
    assert "seekers: no assumption moves it within these ranges." in capsys.readouterr().out


def test_sobol_from_the_command_line(capsys: pytest.CaptureFixture[str]) -> None:
    over = ["--over", "gate.minutes=0.1..0.3", "--over", "behaviour.talk_share=0.2..0.6"]
    words = ["sweep", "base.toml", "--sensitivity", "sobol", "-n", "2", "--measure", "applicants"]
    # A distribution itself has no range.
    assert main([*words, *over]) == 2
    assert "name one argument of the distribution [bad-vary]" in capsys.readouterr().err
    over[1] = "gate.minutes.mean=0.1..0.3"
    assert main([*words, *over, "--samples", "12"]) == 2
    assert "--samples: is 12 (a power of two for Sobol, such as 8 or 16) [bad-vary]" in capsys.readouterr().err
    assert main([*words, *over, "--samples", "16"]) == 0
    shown = capsys.readouterr().out
    assert shown.startswith("applicants: the result hangs most on behaviour.talk_share (")
    assert "of the variance" in shown
    assert "64 cases of 2 replications" in shown


def test_messages_before_anything_is_computed(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    words = ["sweep", "base.toml", "--sensitivity", "morris", "--over", "behaviour.talk_share"]
    assert main([*words, "--measure", "intent"]) == 2
    message = capsys.readouterr().err
    assert message.startswith("--measure: intent: is no measure (")
    assert message.endswith('did you mean "intents"? [unknown-measure]\n')
    assert main([*words, "--samples", "9000"]) == 2
    assert "--sensitivity: morris: 18,000 cases (at most 10,000)" in capsys.readouterr().err
    monkeypatch.setitem(sys.modules, "SALib.sample.morris", None)
    assert main(words) == 2
    expected = "the library SALib is not installed; pip install 'jobfair[sensitivity]' [no-sensitivity-library]"
    assert capsys.readouterr().err == f"--sensitivity: morris: {expected}\n"
    assert not Path("results").exists()


def test_a_measure_that_a_case_lacks_is_refused_and_nothing_is_lost(capsys: pytest.CaptureFixture[str]) -> None:
    words = ["sweep", "base.toml", "--sensitivity", "morris", "--over", "behaviour.talk_share=0..0.5"]
    words += ["-n", "2", "--samples", "4", "--out", "out"]
    assert main([*words, "--measure", "wait_minutes_mean"]) == 2
    assert "--measure: wait_minutes_mean: was not observed in some replication of" in capsys.readouterr().err
    assert json.loads(Path("out/manifest.json").read_text())["complete"]
    assert main([*words, "--measure", "intents", "--resume"]) == 0


# Flips ------------------------------------------------------------------------------------------------


class Line:
    """A difference that is a straight line through zero at one value, with a given half-width."""

    def __init__(self, zero: float, slope: float, half_width: float) -> None:
        self.zero, self.slope, self.half_width = zero, slope, half_width
        self.asked: list[float] = []

    def __call__(self, values: Sequence[float]) -> list[PairedDifference]:
        self.asked += values
        return [PairedDifference(9, 0, self.slope * (one - self.zero), 1.0, self.half_width) for one in values]


def test_a_flip_is_found_with_its_uncertainty() -> None:
    line = Line(3.3, -2.0, 1.0)
    found = find_flip(Range("a", 0.0, 10.0), line)
    assert found.outcome == FLIPS
    assert found.crossings == pytest.approx((3.3,))
    # The interval holds zero where the difference is below 1: within 0.5 of the crossing; found to 10 / 128.
    [zone] = found.zones
    assert (zone.low, zone.high) == pytest.approx((2.8, 3.8), abs=10 / 128)
    assert zone.low <= 2.8
    assert zone.high >= 3.8
    assert len(line.asked) == len(set(line.asked)) < 40
    assert (found.first.verdict, found.last.verdict) == (1, -1)


@pytest.mark.parametrize(
    ("zero", "half_width", "outcome", "crossings"),
    [(20.0, 1.0, NO_FLIP, 0), (9.9, 1.0, MAY_FLIP, 1), (10.2, 1.0, MAY_FLIP, 0), (5.0, 50.0, CANNOT_TELL, 1)],
)
def test_outcomes_without_a_proven_flip(zero: float, half_width: float, outcome: str, crossings: int) -> None:
    found = find_flip(Range("a", 0.0, 10.0), Line(zero, 1.0, half_width))
    assert (found.outcome, len(found.crossings)) == (outcome, crossings)
    assert bool(found.zones) == (outcome != NO_FLIP)


def test_whole_numbers_and_equality() -> None:
    line = Line(4.5, 1.0, 0.1)
    found = find_flip(Range("lanes", 1, 9, "integer"), line)
    assert found.outcome == FLIPS
    assert all(value == int(value) for value in line.asked)
    assert [(zone.low, zone.high) for zone in found.zones] == [(4, 5)]
    assert (
        find_flip(Range("a", 0.0, 1.0), lambda values: [PairedDifference(9, 0, 0.0, 0.0, 0.0)] * len(values)).outcome
        == EQUAL
    )


def test_noise_does_not_go_on_for_ever() -> None:
    def wild(values: Sequence[float]) -> list[PairedDifference]:
        return [PairedDifference(9, 0, math.sin(1e5 * one) or 1.0, 1.0, 0.1) for one in values]

    assert len(find_flip(Range("a", 0.0, 1.0), wild).points) < 200


def test_the_planted_flip_is_found(capsys: pytest.CaptureFixture[str]) -> None:
    words = ["sweep", "base.toml", "--flip", "fixed.toml", "--measure", "applicants", "--out", "out"]
    assert main([*words, "--over", "behaviour.talk_share=0.1..0.9", "--json"]) == 0
    document = json.loads(capsys.readouterr().out)
    [flip] = document["flips"]
    # Everybody decides by the same draw in both plans, so at 0.4 they are equal, and only there.
    assert (flip["outcome"], document["base"], document["other"]) == (FLIPS, "base", "fixed")
    assert flip["flips_at"] == pytest.approx([0.4], abs=0.02)
    [[low, high]] = flip["cannot_tell"]
    assert low < 0.4 < high
    assert high - low < 0.1
    assert flip["in_words"].startswith(
        "applicants, fixed against base, behaviour.talk_share from 0.1 to 0.9: the verdict"
    )
    assert "(more); " in flip["in_words"]
    rows = rows_of("out/flip.csv")
    assert [float(row["value"]) for row in rows] == [point["value"] for point in flip["points"]]
    assert main([*words, "--over", "behaviour.talk_share=0.1..0.9"]) == 2
    assert "[folder-not-empty]" in capsys.readouterr().err


def test_no_flip_where_none_is_and_going_on(capsys: pytest.CaptureFixture[str]) -> None:
    words = ["sweep", "base.toml", "--flip", "fixed.toml", "--out", "out", "--over", "behaviour.talk_share=0.6..0.9"]
    assert main([*words, "--measure", "applicants"]) == 0
    shown = capsys.readouterr().out
    assert "behaviour.talk_share from 0.6 to 0.9: no flip in the range; -" in shown
    assert "at 0.6 (fewer); -" in shown
    before = Path("out/base/replications.parquet").read_bytes()
    assert main([*words, "--measure", "applicants", "--measure", "seekers", "--resume"]) == 0
    assert Path("out/base/replications.parquet").read_bytes() == before
    assert "seekers, fixed against base, behaviour.talk_share from 0.6 to 0.9: exactly equal" in capsys.readouterr().out


def test_a_flip_needs_two_replications_and_a_free_folder(capsys: pytest.CaptureFixture[str]) -> None:
    words = ["sweep", "base.toml", "--flip", "fixed.toml", "--over", "behaviour.talk_share=0.1..0.9", "--out", "out"]
    assert main([*words, "-n", "1"]) == 2
    assert "--flip takes 2 replications or more" in capsys.readouterr().err
    Path("out").mkdir()
    Path("out/mine.txt").touch()
    assert main([*words, "--overwrite"]) == 2
    assert "out: holds other files; name another folder with --out [not-a-results-folder]" in capsys.readouterr().err
    assert Path("out/mine.txt").exists()
