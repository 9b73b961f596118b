"""The search for calendars: plans keep all limits, the best are found, the same bytes however it is computed."""

import itertools
import json
import re
import shutil
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from problem_helpers import ROOT, SMALL, written

from sim.cli import main
from sim.model.errors import InputError
from sim.model.resources import resources
from sim.study.optimise.contradictions import check_possible
from sim.study.optimise.decoding import Decoder
from sim.study.optimise.evaluating import Evaluations
from sim.study.optimise.plans import Plan, PlannedFair, scenario_of_plan
from sim.study.optimise.problem import Problem, load_problem
from sim.study.optimise.searching import estimates, generation_size, layers_of, ranking, search
from sim.study.selection import compare_with_best

WUHAN = ROOT / "scenarios" / "problems" / "wuhan-2020-season.toml"


def every_plan(decoder: Decoder) -> list[Plan]:
    """All calendars of one or two fairs, one a day, within the budget."""
    decisions = decoder.problem.decisions
    fairs = [
        PlannedFair(day, spot, firms)
        for day in decisions.days
        for spot in range(len(decisions.spots))
        for firms in decisions.firms
    ]
    pairs = (Plan(tuple(sorted(pair))) for pair in itertools.combinations(fairs, 2) if pair[0].day != pair[1].day)
    return [plan for plan in (*(Plan((fair,)) for fair in fairs), *pairs) if not decoder.costing.over(plan)]


# Plans --------------------------------------------------------------------------------------------


@pytest.mark.parametrize("path", [SMALL, WUHAN], ids=["small", "wuhan"])
def test_every_point_of_the_cube_is_a_plan_that_the_loader_takes(path: Path) -> None:
    problem = load_problem(path)
    decoder = check_possible(problem)
    points = np.random.default_rng(1).random((40, decoder.genes))
    for point in (*points, np.zeros(decoder.genes), np.ones(decoder.genes) - 1e-9):
        plan = decoder.plan(point)
        scenario = scenario_of_plan(problem, plan, "plan")  # refuses what breaks a limit
        used = decoder.costing.used(plan)
        counted = resources(scenario)
        assert used["budget"] == pytest.approx(counted["planned cost"])
        assert used["booth_days"] == pytest.approx(counted["booth days"])
        assert used["fair_hours"] == pytest.approx(counted["fair hours"])
        assert used["staff_hours"] == pytest.approx(counted["staff hours"])
        assert not decoder.costing.over(plan)
        assert len(scenario.fairs) in problem.decisions.fairs
        assert {fair.id for fair in problem.published} <= {fair.id for fair in scenario.fairs}
        assert decoder.plan(decoder.point(plan, point)) == plan


def test_all_calendars_can_be_reached() -> None:
    decoder = check_possible(load_problem(SMALL))
    points = np.random.default_rng(2).random((6000, decoder.genes))
    assert {decoder.plan(point) for point in points} >= set(every_plan(decoder))


def test_twin_a_plan_over_budget_is_refused() -> None:
    problem = load_problem(SMALL)
    day, later = problem.decisions.days[:2]
    plan = Plan((PlannedFair(day, 1, 20), PlannedFair(later, 1, 20)))
    assert Decoder(problem).costing.over(plan) == ("budget",)
    with pytest.raises(InputError, match="over-budget"):
        scenario_of_plan(problem, plan, "plan")


def test_a_fair_at_the_same_time_and_place_has_the_same_name_in_every_plan() -> None:
    problem = load_problem(SMALL)
    one = PlannedFair(problem.decisions.days[0], 0, 20)
    plans = [Plan((one,)), Plan((one, PlannedFair(problem.decisions.days[1], 2, 10)))]
    names = [scenario_of_plan(problem, plan, "plan").fairs[0].id for plan in plans]
    assert names == ["north hall 2020-05-04"] * 2


# The search ---------------------------------------------------------------------------------------


class Ignorant:
    """A searcher that proposes points at random whatever it is told."""

    def __init__(self, genes: int, objectives: int, first: np.ndarray, seed: int) -> None:
        self._numbers, self._genes = np.random.default_rng(seed), genes
        self._first: np.ndarray | None = first

    def ask(self) -> np.ndarray:
        points = self._numbers.random((200, self._genes)) if self._first is None else self._first
        self._first = None
        return points

    def tell(self, points: np.ndarray, values: np.ndarray) -> None:
        pass


@pytest.fixture(scope="module")
def truth() -> tuple[Problem, Decoder, list[Plan], np.ndarray]:
    """Every calendar of the small problem over 12 replications of a seed that no search uses."""
    problem = load_problem(SMALL)
    decoder = check_possible(problem)
    plans = every_plan(decoder)
    values = Evaluations(problem).values(plans, 987, 0, 12)[:, :, 0]
    return problem, decoder, plans, values


def _misses(truth: tuple[Problem, Decoder, list[Plan], np.ndarray], make: object) -> int:
    """In how many of four searches no finalist may be the best of all calendars."""
    problem, decoder, plans, values = truth
    possible = compare_with_best(values.T, higher_is_better=True).is_possible
    misses = 0
    for seed in range(1, 5):
        asked = replace(problem, search=replace(problem.search, seed=seed, replications=1))
        options = {} if make is None else {"make": make}
        found = search(asked, decoder, Evaluations(asked), **options)  # type: ignore[arg-type]
        assert len(found.known) <= len(plans) / 10
        finalists = [one.plan for one in found.known[: problem.search.finalists]]
        misses += not any(possible[plans.index(plan)] for plan in finalists)
    return misses


def test_a_tenth_of_all_calendars_holds_one_that_cannot_be_told_from_the_best(
    truth: tuple[Problem, Decoder, list[Plan], np.ndarray],
) -> None:
    assert len(truth[2]) == 132
    possible = compare_with_best(truth[3].T, higher_is_better=True).is_possible
    assert possible.sum() <= 12  # so that chance alone seldom finds one
    assert _misses(truth, None) == 0


def test_twin_a_search_that_ignores_results_misses_it(
    truth: tuple[Problem, Decoder, list[Plan], np.ndarray], monkeypatch: pytest.MonkeyPatch
) -> None:
    from sim.study.optimise import searching

    monkeypatch.setattr(searching.Screen, "promise", lambda *_: None)
    monkeypatch.setattr(searching, "_wider", lambda *_: iter(()))
    assert _misses(truth, Ignorant) > 0


def test_plans_with_unlike_replications_are_compared_by_their_luck() -> None:
    luck = np.array([[10.0], [0.0], [5.0], [-15.0]])
    par = 100.0 + luck
    assert estimates(100.0 + luck[:1] + 3.0, par) == pytest.approx([103.0])
    assert estimates(np.array([[np.nan]]), par) == [np.inf]


def test_layers_and_ranking() -> None:
    values = np.array([[1.0, 5.0], [2.0, 2.0], [5.0, 1.0], [3.0, 3.0], [6.0, 6.0]])
    assert layers_of(values).tolist() == [0, 0, 0, 1, 2]
    assert ranking(values)[3:] == [3, 4]
    assert ranking(np.array([[3.0], [1.0], [2.0]])) == [1, 2, 0]
    assert [generation_size(count) for count in (4, 13, 150, 10_000)] == [4, 4, 12, 60]


# The command --------------------------------------------------------------------------------------


def _files(folder: Path) -> dict[str, bytes]:
    names = [*folder.glob("*.csv"), *folder.glob("plans/*"), folder / "replications.parquet"]
    return {str(path.relative_to(folder)): path.read_bytes() for path in names}


@pytest.fixture(scope="module")
def finished(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Path]:
    folder = tmp_path_factory.mktemp("optimise")
    problem = written(
        folder, {"evaluations = 13": "evaluations = 6\nfinal_replications = 10", "finalists = 4": "finalists = 2"}
    )
    assert main(["optimise", str(problem), "--out", str(folder / "one"), "--jobs", "1", "-q"]) == 0
    return problem, folder / "one"


def test_the_folder_holds_plans_that_run_takes(
    finished: tuple[Path, Path], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    _, out = finished
    document = json.loads((out / "optimum.json").read_text(encoding="utf-8"))
    best = document["plans"][1]
    run = ["run", str(out / best["file"]), "-n", "10", "--seed", str(document["final_seed"]), "--json", "--no-report"]
    capsys.readouterr()
    assert main([*run, "--out", str(tmp_path / "run"), "-q"]) == 0
    measures = {one["name"]: one["mean"] for one in json.loads(capsys.readouterr().out)["measures"]}
    expected = {one["name"]: one["mean"] for one in best["measures"]}
    assert measures["intents"] == pytest.approx(expected["intents"])
    assert best["words"][0].endswith("on its days elsewhere")
    assert document["evaluations"] == 6


def test_the_page_is_written_unless_it_is_left_out_and_can_be_made_again(
    finished: tuple[Path, Path], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    problem, out = finished
    written_page = (out / "report.html").read_text("utf-8")
    own, best = json.loads((out / "optimum.json").read_text(encoding="utf-8"))["plans"][:2]
    said = re.search("<h1>(.*?)</h1>", written_page)
    assert said is not None
    assert best["plan"] in said[1].lower()
    figures = re.search(r'<p class="figure">([\d.]+)</p>', written_page)
    assert figures is not None
    assert float(figures[1]) == pytest.approx(best["measures"][0]["mean"], abs=0.05)
    assert own["plan"] in written_page
    assert main(["report", str(out), "--out", str(tmp_path / "again.html"), "--lang", "en", "-q"]) == 0
    assert (tmp_path / "again.html").read_text("utf-8") == written_page
    resumed = tmp_path / "left-out"
    shutil.copytree(out, resumed)
    (resumed / "report.html").unlink()
    command = ["optimise", str(problem), "--out", str(resumed), "--resume", "--no-report", "-q", "--jobs", "1"]
    assert main(command) == 0
    assert not (resumed / "report.html").exists()
    assert main([*command[:-4], "--lang", "zh", "-q"]) == 0
    assert "现有日程" in (resumed / "report.html").read_text("utf-8")


def test_any_number_of_processes_gives_the_same_bytes(
    finished: tuple[Path, Path], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    from sim.study.parallel import LocalProcesses

    monkeypatch.setattr(LocalProcesses, "saves", lambda *_, **__: True)
    problem, out = finished
    assert main(["optimise", str(problem), "--out", str(tmp_path / "many"), "--jobs", "2", "-q"]) == 0
    assert _files(tmp_path / "many") == _files(out)


def test_an_interrupted_search_goes_on_to_the_same_bytes(
    finished: tuple[Path, Path], tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    problem, out = finished
    whole, count = Evaluations._keep, itertools.count()

    def interrupted(self: Evaluations, *arguments: object) -> None:
        whole(self, *arguments)  # type: ignore[arg-type]
        if next(count) == 5:
            raise KeyboardInterrupt

    command = ["optimise", str(problem), "--out", str(tmp_path / "two"), "--jobs", "1", "-q"]
    with monkeypatch.context() as patch:
        patch.setattr(Evaluations, "_keep", interrupted)
        assert main(command) == 130
    assert "go on with" in capsys.readouterr().err
    assert main([*command, "--resume"]) == 0
    assert _files(tmp_path / "two") == _files(out)
    assert main(command) == 2  # the folder is not empty
    assert main([*command, "--resume"]) == 0  # nothing is left to do
    assert _files(tmp_path / "two") == _files(out)
    assert main([*command, "--resume", "--seed", "5"]) == 2


def test_without_its_library_the_verb_says_how_to_get_it(
    finished: tuple[Path, Path], tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    import sys

    monkeypatch.setitem(sys.modules, "pymoo.algorithms.moo.nsga2", None)
    assert main(["optimise", str(finished[0]), "--out", str(tmp_path / "none")]) == 2
    assert capsys.readouterr().err == (
        "optimise: pymoo: the library of the search is not installed; pip install 'jobfair[optimise]' "
        "[no-search-library]\n"
    )
    assert not (tmp_path / "none").exists()


def test_two_objectives_give_plans_that_none_beats(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    changes = {
        "[search]": '[[objectives]]\nmeasure = "cost"\n\n[search]\nfinal_replications = 10',
        "evaluations = 13": "evaluations = 10",
    }
    path = written(tmp_path, changes)
    assert main(["optimise", str(path), "--out", str(tmp_path / "out"), "--json", "-q"]) == 0
    document = json.loads(capsys.readouterr().out)
    front = [one for one in document["plans"] if one["status"] == "best or not beaten"]
    means = [{measure["name"]: measure["mean"] for measure in one["measures"]} for one in front]
    points = [(one["intents"], one["cost"]) for one in means]
    assert len(points) >= 2
    for (intents, cost), (others, dearer) in itertools.permutations(points, 2):
        assert not (others >= intents and dearer <= cost and (others, dearer) != (intents, cost))
