"""The verb study on a tiny city, end to end, and the sentences that its numbers choose."""

import copy
import json
import re
from pathlib import Path
from typing import Any

import pytest

from sim.cli import main
from sim.cli.study import DRAWS
from sim.model.errors import InputError
from sim.model.scenario import load_scenario
from sim.report import figures
from sim.report.findings import (
    assumption_sentences,
    best_sentence,
    count_sentence,
)
from sim.report.reasoning import hurts_sentences, parts_of_lead, reason_sentence, resources_sentence
from sim.report.strategies import page_of, plain
from sim.study import replicate as replicating
from sim.study.parameter_draws import read_draws
from sim.study.statistics import least_share
from sim.study.strategies import Assumption, cases_of, read_assumptions, study_digest
from tests.golden import studies

ROOT = Path(__file__).parents[2]
FOLDER = ROOT / "scenarios" / "strategies"


@pytest.fixture(scope="module")
def city(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("city")
    assert studies.studied(folder) == 0
    return folder


@pytest.fixture(scope="module")
def document(city: Path) -> dict[str, Any]:
    found: dict[str, Any] = json.loads((city / "results/study-strategies/study.json").read_text("utf-8"))
    return found


def changed(document: dict[str, Any], file: str, **values: Any) -> dict[str, Any]:
    """A copy in which the lead of a strategy has other values."""
    other = copy.deepcopy(document)
    row = next(row for row in other["strategies"] if row["file"] == file)
    row["against_base"]["intents"] |= values
    return other


def test_the_page_is_as_it_was(city: Path) -> None:
    found = (city / "page.md").read_text("utf-8")
    assert found == studies.PAGE.read_text("utf-8"), "if that is meant: python -m tests.golden.accept"


def test_pictures_stand_beside_the_page_and_are_the_same_each_time(
    city: Path, document: dict[str, Any], tmp_path: Path
) -> None:
    named = re.findall(r"\]\((page/\w+\.svg)\)", (city / "page.md").read_text("utf-8"))
    assert named == ["page/leads.svg", "page/draws.svg", "page/assumptions.svg"]
    written = figures.write_figures(document, tmp_path, pytest.fail)
    for name in written:
        assert (tmp_path / name).read_bytes() == (city / "page" / name).read_bytes()
        assert "<svg" in (tmp_path / name).read_text("utf-8")


def test_without_the_library_the_page_has_its_tables(
    document: dict[str, Any], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(figures, "LIBRARY", "no_such_library")
    said: list[str] = []
    assert figures.write_figures(document, tmp_path / "none", said.append) == []
    assert "pip install 'jobfair[figures]'" in said[0]
    page = page_of(document, [])
    assert "](page/" not in page
    assert "| In the south | 253 |" in page


def test_resuming_computes_nothing_and_changes_nothing(city: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    before = (city / "page.md").read_bytes()
    monkeypatch.chdir(city)
    assert main([*studies.ORDER, "-q"]) == 2
    monkeypatch.setattr(replicating, "measure", None)  # whatever is computed after all ends in an error
    assert main([*studies.ORDER, "--resume", "-q"]) == 0
    assert (city / "page.md").read_bytes() == before
    assert main([*studies.ORDER, "--resume", "-q", "-n", "11"]) == 3


def test_json_has_the_whole_study(city: Path, document: dict[str, Any]) -> None:
    assert {"strategies", "best", "draws", "assumptions", "digest", "seed"} <= document.keys()
    assert [row["file"] for row in document["strategies"]] == ["reported", "large", "south", "whole-halls"]
    assert document["draws"]["draws"] == 3
    assert sum(one["first"] for one in document["draws"]["strategies"]) == 3
    for one in document["draws"]["strategies"]:
        assert one["first_share_least"] == least_share(one["first"], 3)
    over = {one["key"]: one for one in document["assumptions"]}
    assert [row["file"] for row in over["attendance.size_weight"]["strategies"]] == ["large"]
    assert over["behaviour.patience_minutes.mean"]["usual"] == 20
    # At the value that the strategies have, the case is the strategy itself.
    here = over["attendance.size_weight"]["values"].index(1.0)
    patience = over["behaviour.patience_minutes.mean"]["values"].index(20.0)
    bases = over["attendance.size_weight"]["base"][here], over["behaviour.patience_minutes.mean"]["base"][patience]
    assert bases[0] == bases[1]


# Sentences ----------------------------------------------------------------------------------------


def test_the_parts_of_a_lead_add_up(document: dict[str, Any]) -> None:
    for row in document["strategies"][1:]:
        assert sum(parts_of_lead(document, row)) == pytest.approx(row["against_base"]["intents"]["difference"])


def test_the_reason_names_the_larger_part_first(document: dict[str, Any]) -> None:
    south = next(row for row in document["strategies"] if row["file"] == "south")
    sentence = reason_sentence(document, south)
    assert sentence.startswith("**In the south** (+3 ± 15, cannot tell): +17 from more visits")
    assert "-14 from fewer intents per visit" in sentence
    other = copy.deepcopy(document)
    south = next(row for row in other["strategies"] if row["file"] == "south")
    south["measures"]["seekers"] = [1500.0, 1500.0, 1500.0]
    assert "from more intents per visit" in reason_sentence(other, south).split(",")[1]


@pytest.mark.parametrize(
    ("verdict", "words"),
    [
        ("better", "1 bring more intents (In the south); 2 cannot be told from it"),
        ("worse", "2 cannot be told from it (More \\| halls, Two large); 1 bring fewer (In the south)."),
        ("equal", "; 1 bring exactly as many (In the south)."),
    ],
)
def test_verdicts_are_counted(document: dict[str, Any], verdict: str, words: str) -> None:
    assert words in count_sentence(changed(document, "south", verdict=verdict))


def test_the_best_is_named_with_its_confidence_or_cannot_be_told(document: dict[str, Any]) -> None:
    other = copy.deepcopy(document)
    for name in ("selected", "tied", "zone", "pcs", "replications"):
        del other["best"][name]
    assert best_sentence(other).startswith("Which is the best by intents cannot be told: In the south, ") or (
        "may be" in best_sentence(other)
    )
    other["best"]["possible"] = ["south"]
    assert best_sentence(other) == "**In the south** is the best by intents, with 95 % confidence."
    document = copy.deepcopy(document)
    document["best"] |= {"selected": "reported", "tied": []}
    assert "it is the base itself" in best_sentence(document)


def test_what_hurts_is_said_of_better_strategies_only(document: dict[str, Any]) -> None:
    assert list(hurts_sentences(document)) == []
    other = changed(document, "south", verdict="better")
    row = next(row for row in other["strategies"] if row["file"] == "south")
    row["against_base"]["wait_minutes_mean"] |= {"verdict": "worse", "difference": 2.5}
    (sentence,) = hurts_sentences(other)
    assert "the mean wait at a booth +2.50 minutes (5.45)" in sentence
    assert "1 of 2 districts have fewer intents per searcher, most North" in sentence


@pytest.mark.parametrize(
    ("outcome", "verdicts", "words"),
    [
        ("flips", [-1, 0, 1], "Two large flips near 1.14: behind at 0, ahead at 2"),
        ("may flip", [1, 0, 1], "Two large is ahead, but cannot be told at 1"),
        ("no flip", [1, 1, 1], "No lead turns over the values tried of `attendance.size_weight` and"),
        ("equal", [0, 0, 0], "Two large is exactly equal at every value"),
    ],
)
def test_what_turns_a_lead(document: dict[str, Any], outcome: str, verdicts: list[int], words: str) -> None:
    other = copy.deepcopy(document)
    other["assumptions"][0]["strategies"][0] |= {"outcome": outcome, "verdicts": verdicts}
    assert any(words in sentence for sentence in assumption_sentences(other))


def test_another_best_elsewhere_is_said(document: dict[str, Any]) -> None:
    assert not any("is not the best of those tried" in sentence for sentence in assumption_sentences(document))
    other = copy.deepcopy(document)
    other["assumptions"][1]["first"] = ["reported", "south"]
    assert (
        "In the south is not the best of those tried at other values of `behaviour.patience_minutes.mean`"
        " (As planned at 5)." in assumption_sentences(other)
    )


def test_unequal_resources_are_said(document: dict[str, Any]) -> None:
    assert "but for *More \\| halls* (staff hours 224 in place of 336" in resources_sentence(document)
    document = copy.deepcopy(document)
    document["strategies"] = document["strategies"][:3]
    assert resources_sentence(document).endswith("equal within 1.5 %.")


def test_a_terminal_sees_no_markdown() -> None:
    assert plain(r"**More \| halls** and *that* of `reported.toml`") == "More | halls and that of reported.toml"


# What is asked ------------------------------------------------------------------------------------


def table(folder: Path, *rows: str, heading: str = "key,values,strategies,words") -> Path:
    path = folder / "assumptions.csv"
    path.write_text("\n".join([heading, *rows]) + "\n", encoding="utf-8")
    return path


def test_assumptions_become_one_case_per_value(tmp_path: Path) -> None:
    read = read_assumptions(table(tmp_path, "a.b,3 1 2,leading x,words", 'c,1 2,x,"more, words"'), ["x", "y"])
    assert read[0] == Assumption("a.b", ("1", "2", "3"), ("leading", "x"), "words")
    assert cases_of(read, "here").rows == (("1", ""), ("2", ""), ("3", ""), ("", "1"), ("", "2"))
    assert [read[0].concerns(*who) for who in (("y", True), ("y", False), ("x", False))] == [True, False, True]
    assert not read[1].concerns("y", True)


@pytest.mark.parametrize(
    ("rows", "message"),
    [
        (["a,1,leading,w"], 'row 2: "1" (two or more numbers with blanks between them)'),
        (["a,1 no,leading,w"], 'row 2: "1 no" (two or more numbers with blanks between them)'),
        (["a,1 2,,w"], "row 2 names no strategy (leading, or names of files)"),
        (["a,1 2,suth,w"], 'row 2: "suth" is no strategy (south, large); did you mean "south"?'),
        (["a,1 2,leading"], "row 2 has 3 cells (one per column: 4)"),
        (["a,1 2,leading,w", "a,1 2,leading,w"], '"a" has two rows (one row per key)'),
    ],
)
def test_messages_of_the_table(tmp_path: Path, rows: list[str], message: str) -> None:
    path = table(tmp_path, *rows)
    with pytest.raises(InputError) as caught:
        read_assumptions(path, ["south", "large"])
    assert str(caught.value) == f"{path}: {message} [bad-assumptions]"


def test_another_heading_is_refused(tmp_path: Path) -> None:
    with pytest.raises(InputError, match=r"has another heading \(key,values,strategies,words\)"):
        read_assumptions(table(tmp_path, heading="key,value"), [])


def test_a_folder_without_base_is_refused(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    for name in ("one", "two"):
        (tmp_path / f"{name}.toml").write_text("schema_version = 1\n", encoding="utf-8")
    assert main(["study", str(tmp_path)]) == 2
    assert capsys.readouterr().err == (
        f'{tmp_path}: --base: holds no strategy "reported" and others beside it (one, two); '
        "name another folder, or the base with --base [no-strategies]\n"
    )
    assert main(["study", str(tmp_path / "nowhere")]) == 2
    assert "nowhere" in capsys.readouterr().err


def test_the_digest_is_that_of_what_files_say(tmp_path: Path) -> None:
    one = tmp_path / "one.toml"
    fairs = '[[fairs]]\nid = "a"\nfirms = {}\nposts = 9\nseekers = 9\n'

    def digest(text: str) -> str:
        one.write_text(text, encoding="utf-8")
        return study_digest([load_scenario(one)], (), ())

    first = digest(fairs.format(3))
    assert digest("# said\n" + fairs.format('{ value = 3, source = "somebody" }')) == first
    assert digest(fairs.format(4)) != first


def test_the_page_of_the_manual_was_made_from_these_files() -> None:
    page = (ROOT / "docs" / "strategies.md").read_text("utf-8")
    draws = re.search(r"--draws (\S+)", page)
    assert draws
    files = sorted(FOLDER.glob("*.toml"), key=lambda path: path.stem != "reported")
    scenarios = [load_scenario(file) for file in files]
    assumptions = read_assumptions(FOLDER / "assumptions.csv", [file.stem for file in files])
    rows = read_draws(ROOT / draws[1])
    digest = study_digest(scenarios, assumptions, rows[: DRAWS + 1])
    remedy = f"make docs/strategies.md again: `{re.findall('jobfair study .*', page)[0]}`"
    assert f"<!-- digest: {digest} -->" in page, remedy
    for file in files:
        assert f"`{file.name}`" in page


def test_the_readme_has_the_finding_of_the_page() -> None:
    page = (ROOT / "docs" / "strategies.md").read_text("utf-8")
    finding = re.search(r"## In short\n\n- (.*)\n", page)
    quoted = re.search(r"<!-- finding: strategies -->\n((?:> .*\n)+)", (ROOT / "README.md").read_text("utf-8"))
    assert finding and quoted
    assert " ".join(line.removeprefix("> ") for line in quoted[1].splitlines()) == finding[1]
