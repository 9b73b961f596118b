"""The search for calendars: plans keep all limits, contradictions are named, the same bytes however it is computed."""

import itertools
import json
import re
import shutil
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from sim.campaign.season import Season
from sim.cli import main
from sim.model.errors import SLUGS, InputError
from sim.model.resources import resources
from sim.study.optimise.contradictions import check_possible
from sim.study.optimise.decoding import Decoder
from sim.study.optimise.evaluating import Evaluations
from sim.study.optimise.plans import Plan, PlannedFair, scenario_of_plan
from sim.study.optimise.problem import Problem, load_problem
from sim.study.optimise.searching import estimates, generation_size, layers_of, ranking, search
from sim.study.selection import compare_with_best

ROOT = Path(__file__).parents[2]
SMALL = ROOT / "scenarios" / "problems" / "small.toml"
WUHAN = ROOT / "scenarios" / "problems" / "wuhan-2020-season.toml"


def written(folder: Path, changes: dict[str, str]) -> Path:
    """The small problem with texts replaced, beside its scenario."""
    inner = folder / "scenarios" / "problems"
    inner.mkdir(parents=True, exist_ok=True)
    shutil.copy(ROOT / "scenarios" / "base.toml", inner.parent)
    shutil.copy(SMALL.with_name("small-season.toml"), inner)
    text = SMALL.read_text(encoding="utf-8")
    for old, new in changes.items():
        assert old in text, old
        text = text.replace(old, new)
    path = inner / "small.toml"
    path.write_text(text, encoding="utf-8")
    return path


def findings(path: Path) -> list[str]:
    with pytest.raises(InputError) as caught:
        check_possible(load_problem(path))
    return [str(one).replace(str(path), "small.toml") for one in caught.value.findings]


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


# Contradictions -----------------------------------------------------------------------------------


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
    assert "现有安排" in (resumed / "report.html").read_text("utf-8")


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
