"""What lies in a folder of results is told from manifests alone, whatever else lies there."""

import json
from pathlib import Path

import pytest

from sim import files
from sim.cli import main
from sim.files import Table
from sim.journal import Journal
from sim.report.listing import listed

SMALL = """\
name = "春风"
totals = { firms = 3, posts = 9, seekers = 20 }
run = { replications = 2, seed = 5 }
[[fairs]]
id = "one"
"""


@pytest.fixture(autouse=True)
def _folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    Path("x.toml").write_text(SMALL, encoding="utf-8")
    Path("results").mkdir()


def run(*command: str) -> None:
    assert main([*command, "-n", "2", "-q", "--jobs", "1", "--no-report"]) == 0


def test_runs_and_comparisons_are_told_with_their_sizes(capsys: pytest.CaptureFixture[str]) -> None:
    run("run", "x.toml", "--out", "results/b")
    run("compare", "x.toml", "x.toml", "--out", "results/a/c")
    capsys.readouterr()
    assert main(["list", "--json"]) == 0
    found = json.loads(capsys.readouterr().out)
    assert [one["folder"] for one in found] == [
        "results/a/c", *sorted(path.as_posix() for path in Path("results/a/c").iterdir() if path.is_dir()), "results/b",
    ]  # fmt: skip
    assert [one["verb"] for one in found] == ["compare", "compare", "compare", "run"]
    assert [one["complete"] for one in found] == [True] * 4
    assert {one["replications"] for one in found} == {2}
    assert {one["scenario"] for one in found} == {"春风", "x, x (2)"}
    for one in found:
        assert one["bytes"] == sum(path.stat().st_size for path in Path(one["folder"]).rglob("*") if path.is_file())
    assert found[3]["begun"].startswith("20") and found[3]["kept"] is None


def test_the_table(capsys: pytest.CaptureFixture[str]) -> None:
    run("run", "x.toml", "--out", "results/b")
    capsys.readouterr()
    assert main(["list", "results"]) == 0
    heading, line = capsys.readouterr().out.splitlines()
    assert heading.split() == ["folder", "scenario", "by", "begun", "replications", "state", "megabytes"]
    assert line.split()[:3] == ["results/b", "春风", "`run`"]
    assert line.split()[5:7] == ["2", "complete"]


def test_what_is_kept_of_an_interrupted_run_is_counted_by_its_size(capsys: pytest.CaptureFixture[str]) -> None:
    run("run", "x.toml", "--out", "results/b")
    table = files.read_table(Path("results/b/replications.parquet"))
    manifest = Path("results/b/manifest.json")
    manifest.write_text(json.dumps(json.loads(manifest.read_text(encoding="utf-8")) | {"complete": False}))
    journal = Journal(Path("results/b/journal.bin"))
    for _ in range(700):
        journal.add(Table(table.scenario, table.keys, table.replications, table.values))
    journal.close()
    with Path("results/b/journal.bin").open("ab") as file:
        file.write(b"half a record")
    capsys.readouterr()
    assert main(["list"]) == 0
    assert "not complete, 1,400 kept" in capsys.readouterr().out
    Path("results/b/journal.bin").write_bytes(b"no journal")
    assert listed(Path("results"))[0].kept == 0


@pytest.mark.parametrize(
    "content", [b"", b"{}", b"[1]", b'{"program": "other"}', b'{"program": "jobfair", "seed": "x"}', b"\xff\xfe"]
)
def test_what_is_no_manifest_is_no_result(content: bytes, capsys: pytest.CaptureFixture[str]) -> None:
    Path("results/a").mkdir()
    Path("results/a/manifest.json").write_bytes(content)
    Path("results/link").symlink_to(Path.cwd())
    assert main(["list"]) == 0
    assert capsys.readouterr().out == "no results\n"


def test_a_manifest_of_odd_values_is_shown_and_not_obeyed(capsys: pytest.CaptureFixture[str]) -> None:
    Path("results/a").mkdir()
    odd = {"program": "jobfair", "scenario": "[red]x\x1b[31m\n", "command": 3, "scenarios": [1, {}], "complete": False}
    Path("results/a/manifest.json").write_text(json.dumps(odd))
    assert main(["list"]) == 0
    said = capsys.readouterr().out
    assert "\x1b" not in said and "[red]x\\u001b[31m" in said and "not complete" in said


@pytest.mark.parametrize("name", ["nothing", "x.toml", "a" * 5000])
def test_no_folder(name: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["list", name]) == 2
    assert "is no folder; name the folder that holds the results of jobfair [not-a-results-folder]" in (
        capsys.readouterr().err
    )


def test_larger_than_memory_is_listed_without_being_read(monkeypatch: pytest.MonkeyPatch) -> None:
    run("run", "x.toml", "--out", "results/b")
    before = listed(Path("results"))[0].bytes
    huge = Path("results/b/journal.bin")
    with huge.open("wb") as file:
        file.write(b"{}\n")
        file.truncate(40 * 2**30)  # a hole: it takes no place on the disk
    (found,) = listed(Path("results"))
    assert found.bytes == before + 40 * 2**30
