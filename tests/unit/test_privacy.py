"""People are not told by name unless that is asked for, and few people are not told at all."""

import json
import math
import tomllib
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from sim.cli import main
from sim.model.people import KEY_FILE, lasting_number, people_key, pseudonym, without_names
from sim.model.scenario import load_scenario
from sim.population.identity import number_of
from sim.report.page.running import _parts
from sim.report.page.views import _parts_of
from sim.report.privacy import hidden_cells, people_in
from sim.report.summary import sample_rows
from sim.study.compare import Contender, compare
from sim.study.replicate import replicate

NAMED = """\
[[fairs]]
id = "a"
firms = 3
posts = 30
[[seekers]]
id = "110101199003070000"
name = "Li Hua"
skill = 0.5
[[seekers]]
id = "110101199003071111"
name = "Wang Fang"
[[seekers]]
name = "Zhao Lei"
"""
GROUPS = """\
totals = { firms = 4, posts = 30, seekers = 60 }
groups = [{ id = "many", share = 20 }, { id = "some", share = 8 }, { id = "few", share = 1 }]
[[fairs]]
id = "one"
district = "north"
[[fairs]]
id = "two"
district = "south"
seekers = 2
"""
SECRETS = ("Li Hua", "Wang Fang", "Zhao Lei", "110101199003070000", "110101199003071111")


@pytest.fixture(autouse=True)
def _folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    Path("x.toml").write_text(NAMED, encoding="utf-8")
    Path("groups.toml").write_text(GROUPS, encoding="utf-8")


def run(*options: str, out: str = "out", file: str = "x.toml") -> None:
    assert main(["run", file, "-n", "2", "-q", "--out", out, *options]) == 0


def told(folder: str) -> set[str]:
    """The secrets that stand somewhere in a folder."""
    contents = [path.read_bytes() for path in Path(folder).rglob("*") if path.is_file()]
    return {secret for secret in SECRETS if any(secret.encode() in content for content in contents)}


def test_no_file_of_the_results_tells_a_name_or_an_id() -> None:
    run()
    assert told("out") == set()
    assert main(["compare", "x.toml", "x.toml", "-n", "2", "-q", "--out", "c"]) == 0
    assert told("c") == set()
    assert main(["sweep", "x.toml", "--vary", "gate.lanes=1,2", "-n", "2", "-q", "--out", "s"]) == 0
    assert told("s") == set()


def test_names_are_kept_if_they_are_asked_for() -> None:
    run("--names")
    assert told("out") == set(SECRETS)


def test_pseudonyms_give_the_same_people() -> None:
    run()
    run("--names", out="named")
    run(file="out/resolved.toml", out="again")
    first, *others = (Path(out, "replications.parquet").read_bytes() for out in ("out", "named", "again"))
    assert others == [first, first]
    assert Path("again/resolved.toml").read_bytes() == Path("out/resolved.toml").read_bytes()


def test_a_run_goes_on_with_or_without_names() -> None:
    run("--names")
    assert main(["run", "x.toml", "-n", "3", "-q", "--out", "out", "--resume"]) == 0
    assert told("out") == set()


def test_a_pseudonym_is_the_number_of_the_id() -> None:
    assert pseudonym("Li") == f"person-{lasting_number('Li'):016x}"
    assert lasting_number(pseudonym("Li")) == lasting_number("Li") == number_of("Li")
    assert lasting_number("person-xyz") != lasting_number("person-0")
    assert number_of(pseudonym("Li"), 32) == number_of("Li", 32)


@pytest.fixture
def key(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    file = tmp_path / "people.key"
    file.write_bytes(bytes(range(32)))
    monkeypatch.setenv(KEY_FILE, str(file))
    return file


def folder_has(folder: str, texts: list[str]) -> list[str]:
    contents = [path.read_bytes() for path in Path(folder).rglob("*") if path.is_file()]
    return [text for text in texts if any(text.encode() in content for content in contents)]


def test_with_a_key_nobody_finds_an_id_by_trying_all(key: Path, capsys: pytest.CaptureFixture[str]) -> None:
    # Whoever has the ids tries each: without the key none fits, neither in files nor as a number.
    guesses = [part for one in SECRETS[3:] for part in (pseudonym(one), str(lasting_number(one)), one)]
    run()
    assert main(["compare", "x.toml", "x.toml", "-n", "2", "-q", "--out", "c"]) == 0
    assert folder_has("out", guesses) == folder_has("c", guesses) == []
    assert told("out") == set()
    own = [pseudonym(one, people_key()) for one in SECRETS[3:]]
    assert folder_has("out", own) == own
    capsys.readouterr()
    for name in (SECRETS[3], own[0]):  # whoever has the key finds a person
        assert main(["story", "out", "--seeker", name]) == 0
        assert SECRETS[3] not in capsys.readouterr().out
    key.unlink()


def test_results_made_with_a_key_are_made_again_without_it(key: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    run()
    run(out="same")
    monkeypatch.delenv(KEY_FILE)
    run(file="out/resolved.toml", out="again")
    run(out="unkeyed")
    first, same, again, unkeyed = (
        Path(out, "replications.parquet").read_bytes() for out in ("out", "same", "again", "unkeyed")
    )
    assert first == same == again != unkeyed
    assert main(["run", "x.toml", "-n", "3", "-q", "--out", "out", "--resume"]) == 2  # other people


def test_another_key_gives_other_pseudonyms_and_numbers_stay(key: Path) -> None:
    ids = [row.text("id") for row in load_scenario("x.toml").seekers]
    key.write_bytes(b"another key of enough bytes")
    others = [row.text("id") for row in load_scenario("x.toml").seekers]
    assert ids[2] == others[2] == "3"  # an id that only counts
    assert not set(ids[:2]) & set(others[:2])
    assert {pseudonym(one, people_key()) for one in ids[:2]} == set(ids[:2])


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (None, "cannot be read: No such file or directory; name the file of the key"),
        (b"x" * 15, "the key has 15 bytes (16 to 65,536 bytes); make one: openssl rand -out people.key 32"),
        (b"x" * 70_000, "the key has 65,537 bytes (16 to 65,536 bytes); make one: openssl rand -out people.key 32"),
    ],
)
def test_a_key_that_cannot_be_used(
    key: Path, content: bytes | None, message: str, capsys: pytest.CaptureFixture[str]
) -> None:
    key.unlink() if content is None else key.write_bytes(content)
    assert main(["run", "x.toml", "-n", "2", "-q", "--out", "out"]) == 2
    assert capsys.readouterr().err == f"JOBFAIR_PEOPLE_KEY: {key}: {message} [bad-people-key]\n"


def test_only_people_lose_their_names_and_counted_ids_stay() -> None:
    resolved = load_scenario("x.toml").resolved()
    hidden = without_names(resolved)
    assert [row["id"] for row in hidden["seekers"]] == [*map(pseudonym, SECRETS[3:]), "3"]
    assert not any("name" in row for row in hidden["seekers"])
    assert without_names(hidden) == hidden
    assert {key: value for key, value in hidden.items() if key != "seekers"} == {
        key: value for key, value in resolved.items() if key != "seekers"
    }
    cited = {"seekers": [{"id": {"value": "Li", "source": "a list"}, "name": {"value": "Li", "source": "a list"}}]}
    assert without_names(cited) == {"seekers": [{"id": pseudonym("Li")}]}


def test_a_comparison_tells_of_listed_people_by_their_pseudonyms(capsys: pytest.CaptureFixture[str]) -> None:
    Path("y.toml").write_text(NAMED.replace("0.5", "0.7").replace("Wang Fang", "Wang Wei"), encoding="utf-8")
    assert main(["compare", "x.toml", "y.toml", "-n", "2", "-q", "--json", "--out", "c"]) == 0
    changes = json.loads(capsys.readouterr().out)["others"][0]["inputs_changed"]
    assert changes == [{"key": f"seekers.{pseudonym(SECRETS[3])}.skill", "old": 0.5, "new": 0.7}]


@pytest.mark.parametrize(
    ("people", "hidden"),
    [
        ({"a": 100, "b": 50}, set()),
        ({"a": 100, "b": 5}, set()),
        ({"a": 100, "b": 50, "c": 4.9}, {"c", "b"}),  # else c could be worked out from the total
        ({"a": 100, "b": 3, "c": 4}, {"b", "c"}),
        ({"a": 100, "b": 0, "c": 2}, {"c", "a"}),  # nobody at all is no secret, and hides nothing
        ({"a": 3}, {"a"}),
        ({"a": math.nan, "b": 60}, set()),
    ],
)
def test_cells_of_few_people_are_hidden_and_cannot_be_worked_out(people: dict[str, float], hidden: set[str]) -> None:
    assert hidden_cells(people, 5) == hidden
    assert hidden_cells(people, 0) == set()


def test_the_people_of_a_cell_are_the_fewest_that_are_measured() -> None:
    assert people_in({"seekers": 3, "searchers": 90, "intents": 1}) == 3
    assert people_in({"searchers": 9}) == 9
    assert math.isnan(people_in({"intents": 1}))
    assert people_in({"seekers": math.nan, "searchers": 9}) == 9


def test_the_page_leaves_small_groups_and_districts_empty() -> None:
    scenario = load_scenario("groups.toml")
    sample = replicate(scenario, 3, 1)
    rows = dict(zip(sample.keys, sample_rows(sample, {}), strict=True))
    groups, districts = _parts(sample, rows, scenario)
    assert [bool(one.rows) for one in groups.parts] == [True, False, False]
    assert [one.name for one in districts.parts if not one.rows] == ["north", "south"]
    assert (groups.smallest, districts.smallest) == (5, 5)
    everything = load_scenario("groups.toml", ("run.smallest_cell=0",))
    assert all(one.rows for parts in _parts(sample, rows, everything) for one in parts.parts)


def test_a_comparison_leaves_small_groups_out() -> None:
    scenario = load_scenario("groups.toml")
    sample = replicate(scenario, 3, 1)
    other = replace(sample, values=sample.values + np.arange(3)[:, np.newaxis])
    found = compare([Contender("a", scenario, sample), Contender("b", scenario, other)], 1)
    _, rows = _parts_of(found.alternatives[0])
    assert {row.key.group for row in rows} == {"many"}


def test_the_story_of_a_listed_person_is_found_by_id_and_told_by_pseudonym(capsys: pytest.CaptureFixture[str]) -> None:
    run()
    capsys.readouterr()
    for name in (SECRETS[3], pseudonym(SECRETS[3])):
        assert main(["story", "out", "--seeker", name]) == 0
        said = capsys.readouterr().out
        assert said
        assert not any(secret in said for secret in SECRETS)


def test_the_page_and_the_resolved_scenario_say_the_limit() -> None:
    run("--set", "run.smallest_cell=7", file="groups.toml")
    assert tomllib.loads(Path("out/resolved.toml").read_text(encoding="utf-8"))["run"]["smallest_cell"] == 7
    assert "Figures of fewer than 7 people are not shown" in Path("out/report.html").read_text(encoding="utf-8")
    run("--set", "run.smallest_cell=0", "--overwrite", file="groups.toml")
    assert "Figures of fewer than" not in Path("out/report.html").read_text(encoding="utf-8")
