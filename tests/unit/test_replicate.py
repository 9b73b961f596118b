"""Replications: the same from any start, in order, and kept when a run is cut short."""

from pathlib import Path

import numpy as np
import pytest

from sim.campaign.season import Played, Season
from sim.cli import main
from sim.model.errors import InputError
from sim.model.scenario import Scenario, load_scenario
from sim.store import Order, ResultsFolder, open_results
from sim.study import replicate as study
from sim.study.measures import HEADLINE, measure, measure_keys
from sim.study.replicate import MOST_NUMBERS, Sample, check_numbers, replicate, replicate_into

SMALL = """
name = "small"
totals = { firms = 4, posts = 12, seekers = 30 }
[[fairs]]
id = "one"
[[fairs]]
id = "two"
"""


@pytest.fixture
def scenario(tmp_path: Path) -> Scenario:
    (tmp_path / "small.toml").write_text(SMALL)
    return load_scenario(tmp_path / "small.toml")


def open_folder(scenario: Scenario, path: Path, resume: bool = False, replications: int = 6) -> ResultsFolder:
    order = Order(scenario.name, 7, replications, "kernel", scenario.resolved(), scenario.inputs)
    return open_results(path, order, resume=resume)


def same(first: Sample, second: Sample) -> bool:
    return (
        (first.scenario, first.keys) == (second.scenario, second.keys)
        and np.array_equal(first.replications, second.replications)
        and np.array_equal(first.values, second.values, equal_nan=True)
    )


def stopping_at(stop: int, error: BaseException) -> type[Season]:
    """The real season, which ends with an error at one replication."""

    class Stopping(Season):
        def play(self, seed: int, replication: int, engine: str = "kernel") -> list[Played]:
            if replication == stop:
                raise error
            return super().play(seed, replication, engine)

    return Stopping


def test_a_sample_has_a_row_per_replication(scenario: Scenario) -> None:
    sample = replicate(scenario, 4, 7, "kernel")
    assert sample.scenario == "small"
    assert sample.replications.tolist() == [0, 1, 2, 3]
    assert sample.values.shape == (4, len(sample.keys))
    assert {key.measure for key in sample.keys if key.fair == ""} >= set(HEADLINE)
    assert sample.keys == measure_keys(scenario)
    season = Season(scenario)
    for row in range(4):
        np.testing.assert_array_equal(measure(season, season.play(7, row)), sample.values[row])


def test_same_seed_same_numbers_other_seed_other_numbers(scenario: Scenario) -> None:
    first = replicate(scenario, 3, 7, "kernel")
    assert same(first, replicate(scenario, 3, 7, "kernel"))
    assert not same(first, replicate(scenario, 3, 8, "kernel"))
    assert len(np.unique(first.values, axis=0)) == 3


def test_what_is_known_is_not_computed_again(scenario: Scenario, monkeypatch: pytest.MonkeyPatch) -> None:
    whole = replicate(scenario, 6, 7, "kernel")
    kept = [1, 2, 5]
    known = Sample(whole.scenario, whole.keys, whole.replications[kept], whole.values[kept])
    computed: list[int] = []

    class Counted(Season):
        def play(self, seed: int, replication: int, engine: str = "kernel") -> list[Played]:
            computed.append(replication)
            return super().play(seed, replication, engine)

    monkeypatch.setattr(study, "Season", Counted)
    assert same(replicate(scenario, 6, 7, "kernel", known=known), whole)
    assert computed == [0, 3, 4]


def test_progress_begins_at_what_is_known_and_ends_at_all(scenario: Scenario) -> None:
    seen: list[tuple[int, int]] = []
    known = replicate(scenario, 2, 7, "kernel")
    replicate(scenario, 4, 7, "kernel", progress=lambda done, total: seen.append((done, total)), known=known)
    assert seen == [(2, 4), (3, 4), (4, 4)]


@pytest.mark.parametrize("error", [KeyboardInterrupt(), ZeroDivisionError()])
def test_finished_replications_are_saved_when_a_run_is_cut_short(
    scenario: Scenario, monkeypatch: pytest.MonkeyPatch, error: BaseException
) -> None:
    monkeypatch.setattr(study, "Season", stopping_at(3, error))
    saved: list[Sample] = []
    with pytest.raises(type(error)):
        replicate(scenario, 6, 7, "kernel", save=saved.append)
    assert [part.replications.tolist() for part in saved] == [[0], [1], [2]]


def test_an_interruption_while_saving_loses_nothing(scenario: Scenario) -> None:
    saved: list[Sample] = []

    def interrupted_once(part: Sample) -> None:
        saved.append(part)
        if len(saved) == 1:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        replicate(scenario, 6, 7, "kernel", save=interrupted_once)
    assert [part.replications.tolist() for part in saved] == [[0]]
    assert same(replicate(scenario, 6, 7, "kernel", known=saved[0]), replicate(scenario, 6, 7, "kernel"))


def test_what_is_known_beyond_the_order_is_left_out(scenario: Scenario) -> None:
    known = replicate(scenario, 6, 7, "kernel")
    assert same(replicate(scenario, 4, 7, "kernel", known=known), replicate(scenario, 4, 7, "kernel"))


def test_known_results_with_other_measures_are_not_mixed(scenario: Scenario) -> None:
    known = replicate(scenario, 2, 7, "kernel")
    other = Sample(known.scenario, known.keys[::-1], known.replications, known.values)
    with pytest.raises(RuntimeError, match="different measures"):
        replicate(scenario, 4, 7, "kernel", known=other)


def test_draws_of_the_parameters_are_simulated_with_the_same_seeds(scenario: Scenario, tmp_path: Path) -> None:
    file = tmp_path / "small.toml"
    other = load_scenario(file, ["gate.lanes=1", "totals.seekers=60"])
    sample = replicate(scenario, 3, 7, draws=(scenario, other))
    assert sample.draws is not None
    assert (sample.draws.tolist(), sample.replications.tolist()) == ([1, 1, 1, 2, 2, 2], [0, 1, 2, 0, 1, 2])
    alone = [replicate(one, 3, 7).values for one in (scenario, other)]
    np.testing.assert_array_equal(sample.by_draw(), np.array(alone))
    assert not np.array_equal(*alone, equal_nan=True)
    part = Sample(sample.scenario, sample.keys, sample.replications[1:5], sample.values[1:5], sample.draws[1:5])
    assert same(replicate(scenario, 3, 7, draws=(scenario, other), known=part), sample)


def test_draws_are_kept_and_extended_in_a_folder(scenario: Scenario, tmp_path: Path) -> None:
    draws = tuple(load_scenario(tmp_path / "small.toml", [f"gate.lanes={lanes}"]) for lanes in (1, 2, 3))
    rows = (("gate.lanes",), ("1",), ("2",), ("3",))

    def opened(name: str, count: int, replications: int, resume: bool = False) -> ResultsFolder:
        order = Order("small", 7, replications, "kernel", scenario.resolved(), draws=rows[: count + 1])
        return open_results(tmp_path / name, order, resume=resume)

    for name, steps in (("whole", [(3, 4)]), ("grown", [(2, 2), (2, 4), (3, 4)])):
        for step, (count, replications) in enumerate(steps):
            folder = opened(name, count, replications, resume=step > 0)
            folder.finish(replicate_into(folder, scenario, draws=draws[:count]).table(), "")
    whole, grown = ((tmp_path / name / "replications.parquet").read_bytes() for name in ("whole", "grown"))
    assert whole == grown
    assert (tmp_path / "grown" / "draws.csv").read_text() == "draw,gate.lanes\n1,1\n2,2\n3,3\n"


def test_a_resumed_folder_ends_with_the_same_bytes(
    scenario: Scenario, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    whole = open_folder(scenario, tmp_path / "whole")
    whole.finish(replicate_into(whole, scenario).table(), "")
    with (
        monkeypatch.context() as patch,
        open_folder(scenario, tmp_path / "cut") as begun,
        pytest.raises(KeyboardInterrupt),
    ):
        patch.setattr(study, "Season", stopping_at(4, KeyboardInterrupt()))
        replicate_into(begun, scenario)
    cut = open_folder(scenario, tmp_path / "cut", resume=True)
    known = cut.finished()
    assert known is not None
    assert known.replications.tolist() == [0, 1, 2, 3]
    cut.finish(replicate_into(cut, scenario).table(), "")
    expected = (tmp_path / "whole" / "replications.parquet").read_bytes()
    assert (tmp_path / "cut" / "replications.parquet").read_bytes() == expected


def test_a_finished_folder_can_be_extended(scenario: Scenario, tmp_path: Path) -> None:
    short = open_folder(scenario, tmp_path / "out", replications=3)
    short.finish(replicate_into(short, scenario).table(), "")
    longer = open_folder(scenario, tmp_path / "out", resume=True, replications=5)
    assert same(replicate_into(longer, scenario), replicate(scenario, 5, 7, "kernel"))


def test_a_sample_survives_its_table(scenario: Scenario) -> None:
    sample = replicate(scenario, 2, 7, "kernel")
    assert same(Sample.of_table(sample.table()), sample)
    assert sample.draws is None


def test_results_that_the_memory_could_not_hold_are_refused_before_anything_is_done(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(tmp_path)
    Path("x.toml").write_text('[[fairs]]\nid = "a"\nfirms = 1\nposts = 1\nseekers = 1\n', encoding="utf-8")
    measures = len(measure_keys(load_scenario("x.toml")))
    most = MOST_NUMBERS // measures
    check_numbers([load_scenario("x.toml")], most)
    Path("d.csv").write_text("gate.lanes\n1\n2\n", encoding="utf-8")
    for command, found in (
        (["run", "x.toml"], ""),
        (["run", "x.toml", "--draws", "d.csv"], "2 draws of "),
        (["compare", "x.toml", "x.toml", "x.toml"], "3 plans of "),
    ):
        times = int(found[:1] or 1)
        assert main([*command, "-n", "999999", "--out", "out"]) == 2
        assert capsys.readouterr().err == (
            f"-n: {found}999,999 replications give {999_999 * measures * times:,} numbers (at most 50,000,000);"
            " take fewer replications with -n [too-many-numbers]\n"
        )
        assert not Path("out").exists()
    with pytest.raises(InputError, match=r"\[too-many-numbers\]"):
        check_numbers([load_scenario("x.toml")], most + 1)
