"""A results folder keeps what is finished, mixes no runs, and removes nothing that it did not write."""

import csv
import dataclasses
import errno
import hashlib
import io
import json
import os
import tomllib
from collections.abc import Callable
from pathlib import Path
from typing import Any

import duckdb
import numpy as np
import pytest

from sim import files, program, store
from sim.files import Table, csv_text, read_table, replacing, write_table, write_text
from sim.model.errors import InputError
from sim.store import Order, ResultsFolder, open_results, read_manifest

KEYS = (
    ("", "", "", "", "", "intents", "seekers"),
    ("", "", "", "", "", "wait_minutes_mean", "minutes"),
    ("武昌", "b'1", "09", "all", "Wuchang", "intents", "seekers"),
)


def table_of(*replications: int) -> Table:
    """Values that tell which replication and key they belong to; one is not observed."""
    numbers = np.array(replications, dtype=np.int64)
    values = numbers[:, np.newaxis] * 10.0 + np.arange(len(KEYS)) + 0.1
    values[numbers == 2, 1] = np.nan
    return Table("a fair", KEYS, numbers, values)


def order_of(**changes: Any) -> Order:
    resolved = {
        "name": "a fair",
        "run": {"replications": 6},
        "reported": {"intents": 5},
        "fairs": [{"id": "one", "gate": {"lanes": 4}}, {"id": "two", "gate": {"lanes": 4}}],
    }
    order = Order("a fair", 1, 6, "kernel", resolved, (("x.toml", "00"), ("firms.csv", "11")), ("jobfair", "run"))
    return dataclasses.replace(order, **changes)


def contents(folder: Path) -> dict[str, bytes]:
    return {str(file.relative_to(folder)): file.read_bytes() for file in folder.rglob("*") if file.is_file()}


def refused(action: Callable[[], object]) -> list[str]:
    with pytest.raises(InputError) as caught:
        action()
    return [str(finding) for finding in caught.value.findings]


# Tables ----------------------------------------------------------------------------------------------


def test_a_table_comes_back_with_gaps_and_chinese(tmp_path: Path) -> None:
    write_table(tmp_path / "x.parquet", table_of(0, 1, 2))
    back = read_table(tmp_path / "x.parquet")
    assert (back.scenario, back.keys) == ("a fair", KEYS)
    np.testing.assert_array_equal(back.replications, [0, 1, 2])
    np.testing.assert_array_equal(back.values, table_of(0, 1, 2).values)


def test_the_columns_and_their_order(tmp_path: Path) -> None:
    path = tmp_path / "x.parquet"
    write_table(path, table_of(0, 2))
    rows = duckdb.sql(f"SELECT * FROM '{path}'")
    assert rows.columns == [
        "scenario",
        "replication",
        "fair",
        "booth",
        "hour",
        "group",
        "district",
        "measure",
        "value",
        "unit",
    ]
    found = rows.fetchall()
    assert [row[1] for row in found] == [0, 0, 0, 2, 2, 2]
    assert [row[7] for row in found] == [key[5] for key in KEYS] * 2
    assert found[4][8] is None
    assert found[5] == ("a fair", 2, "武昌", "b'1", "09", "all", "Wuchang", "intents", 22.1, "seekers")


def test_the_same_values_give_the_same_bytes(tmp_path: Path) -> None:
    many = np.arange(20_000, dtype=np.int64)
    table = Table("x", KEYS, many, np.random.default_rng(1).normal(size=(20_000, 3)))
    for name in "ab":
        write_table(tmp_path / name, table)
    assert (tmp_path / "a").read_bytes() == (tmp_path / "b").read_bytes()
    np.testing.assert_array_equal(read_table(tmp_path / "a").values, table.values)


@pytest.mark.parametrize("count", [1, 4, 11])
def test_a_table_written_in_parts_is_the_same(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, count: int) -> None:
    tables = [table_of(*range(2, 2 + count)), table_of_draws(count, 3)]
    for table in tables:
        monkeypatch.setattr(files, "PART_NUMBERS", 10**6)
        write_table(tmp_path / "whole", table)
        monkeypatch.setattr(files, "PART_NUMBERS", 2 * len(KEYS) + 1)  # two replications each
        write_table(tmp_path / "parts", table)
        whole, parts = (duckdb.read_parquet(str(tmp_path / name)) for name in ("whole", "parts"))
        assert parts.columns == whole.columns
        assert parts.types == whole.types
        assert parts.fetchall() == whole.fetchall()
        back = read_table(tmp_path / "parts")
        np.testing.assert_array_equal(back.values, table.values)
        np.testing.assert_array_equal(back.replications, table.replications)
        assert sorted(path.name for path in tmp_path.iterdir()) == ["parts", "whole"]


def test_a_table_that_cannot_be_put_together_leaves_nothing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(files, "PART_NUMBERS", len(KEYS))
    written: list[Path] = []

    def full(path: Path, table: Table) -> None:
        if len(written) == 2:
            raise OSError(errno.ENOSPC, "No space left on device", str(path))
        written.append(path)
        path.write_bytes(b"x")

    monkeypatch.setattr(files, "_write_part", full)
    with pytest.raises(OSError, match="No space left"):
        write_table(tmp_path / "x.parquet", table_of(0, 1, 2))
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("name", ["a'b", "a*b", "[ab]", "a b?", "武汉", "-x", "a$b"])
def test_any_folder_name_will_do(tmp_path: Path, name: str) -> None:
    (tmp_path / name).mkdir()
    write_table(tmp_path / name / "x.parquet", table_of(3))
    assert read_table(tmp_path / name / "x.parquet").replications.tolist() == [3]


@pytest.mark.parametrize("damage", [b"", b"PAR1 this is no parquet file PAR1"])
def test_a_damaged_table_is_named(tmp_path: Path, damage: bytes) -> None:
    path = tmp_path / "x.parquet"
    path.write_bytes(damage)
    assert refused(lambda: read_table(path)) == [
        f"{path}: is damaged and cannot be read; remove this file and go on with --resume: what it held is"
        " computed again [results-damaged]"
    ]


def test_csv_guards_text_and_not_numbers() -> None:
    rows = [["=1+1", "+x", "-x", "@x", "\tx", "a=b"], [-1.5, -2, float("nan"), None, 0.1, "a,b"]]
    text = csv_text(["1", "2", "3", "4", "5", "6"], rows)
    assert list(csv.reader(io.StringIO(text)))[1:] == [
        ["'=1+1", "'+x", "'-x", "'@x", "'\tx", "a=b"],
        ["-1.5", "-2", "", "", "0.1", "a,b"],
    ]
    assert csv_text(["x"], [[np.float64(0.25)]]) == "x\n0.25\n"


# Writing ---------------------------------------------------------------------------------------------


def test_a_failed_write_leaves_the_old_file(tmp_path: Path) -> None:
    path = tmp_path / "x.txt"
    write_text(path, "old\n")

    def interrupted() -> None:
        with replacing(path) as temporary:
            temporary.write_text("half")
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        interrupted()
    assert contents(tmp_path) == {"x.txt": b"old\n"}


def test_a_file_is_on_disk_before_it_gets_its_name(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    done: list[str] = []
    sync, rename = os.fsync, os.replace
    monkeypatch.setattr(os, "fsync", lambda number: (done.append("sync"), sync(number))[1])
    monkeypatch.setattr(os, "replace", lambda a, b: (done.append("rename"), rename(a, b))[1])
    write_text(tmp_path / "x.txt", "text")
    assert done[:2] == ["sync", "rename"]


def test_a_full_disk_is_a_message(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    folder = open_results(tmp_path / "out", order_of())

    def full(*_: object) -> int:
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    with monkeypatch.context() as patch:
        patch.setattr(files.os, "write", full)
        assert refused(lambda: folder.save_part(table_of(0))) == [
            f"{tmp_path / 'out'}: cannot be written: No space left on device; free some space, then go on with"
            " --resume [cannot-write]"
        ]
    folder.close()
    assert open_results(tmp_path / "out", order_of(), resume=True).finished() is None


def test_a_file_in_the_way_is_a_message(tmp_path: Path) -> None:
    (tmp_path / "x").write_text("mine")
    for path in (tmp_path / "x", tmp_path / "x" / "y"):
        (message,) = refused(lambda path=path: open_results(path, order_of(), overwrite=True))
        assert message.startswith(f"{path}: cannot be written: ")
        assert message.endswith(" [cannot-write]")
    assert contents(tmp_path) == {"x": b"mine"}


# The folder ------------------------------------------------------------------------------------------


def finish(folder: ResultsFolder, warnings: tuple[str, ...] = ()) -> None:
    known = folder.finished()
    done = set() if known is None else set(known.replications.tolist())
    for number in range(folder.order.replications):
        if number not in done:
            folder.save_part(table_of(number))
    table = folder.finished()
    assert table is not None
    folder.finish(table, "measure\n", warnings)


def test_a_finished_folder_holds_these_files(tmp_path: Path) -> None:
    finish(open_results(tmp_path, order_of()))
    names = ["manifest.json", "replications.parquet", "resolved.toml", "summary.csv", "warnings.log"]
    assert sorted(file.name for file in tmp_path.iterdir()) == names
    assert tomllib.loads((tmp_path / "resolved.toml").read_text()) == order_of().resolved


def test_the_manifest_says_what_was_run(tmp_path: Path) -> None:
    finish(open_results(tmp_path, order_of()))
    manifest = json.loads((tmp_path / "manifest.json").read_text())
    wanted = {"program": "jobfair", "scenario": "a fair", "seed": 1, "replications": 6, "engine": "kernel"}
    assert manifest.items() >= wanted.items()
    assert manifest["inputs"] == [{"name": "x.toml", "sha256": "00"}, {"name": "firms.csv", "sha256": "11"}]
    assert manifest["command"] == ["jobfair", "run"]
    assert manifest["complete"] is True
    assert manifest["wall_seconds"] >= 0
    assert manifest["libraries"]["numpy"] == np.__version__
    assert manifest.keys() >= {"version", "git", "machine", "python", "started", "fingerprint"}


def test_warnings_of_all_parts_of_a_run_are_kept(tmp_path: Path) -> None:
    finish(open_results(tmp_path, order_of()))
    assert (tmp_path / "warnings.log").read_text() == ""
    finish(open_results(tmp_path, order_of(), resume=True), ("one",))
    finish(open_results(tmp_path, order_of(), resume=True), ("two", "one"))
    assert (tmp_path / "warnings.log").read_text() == "one\ntwo\n"


def test_an_interrupted_run_ends_with_the_same_bytes(tmp_path: Path) -> None:
    finish(open_results(tmp_path / "a", order_of()))
    folder = open_results(tmp_path / "b", order_of())
    folder.save_part(table_of(0, 1, 2))
    folder.save_part(table_of(4))
    folder.close()
    again = open_results(tmp_path / "b", order_of(), resume=True)
    known = again.finished()
    assert known is not None
    assert known.replications.tolist() == [0, 1, 2, 4]
    finish(again)
    a, b = contents(tmp_path / "a"), contents(tmp_path / "b")
    assert a.keys() == b.keys()
    assert a["replications.parquet"] == b["replications.parquet"]


def test_a_run_killed_before_its_journal_was_dropped_counts_each_replication_once(tmp_path: Path) -> None:
    finish(open_results(tmp_path, order_of()))
    folder = open_results(tmp_path, order_of(replications=8), resume=True)
    folder.save_part(table_of(4, 5, 6))
    known = folder.finished()
    assert known is not None
    assert known.replications.tolist() == [0, 1, 2, 3, 4, 5, 6]
    np.testing.assert_array_equal(known.values, table_of(*range(7)).values)


def test_what_a_killed_write_left_does_not_count(tmp_path: Path) -> None:
    (tmp_path / ".jobfair-123-manifest.json.tmp").write_text("{")
    finish(open_results(tmp_path, order_of()))
    (tmp_path / "journal.bin").write_text("half a headi")
    again = open_results(tmp_path, order_of(), resume=True)
    known = again.finished()
    assert known is not None
    assert len(known.replications) == 6
    finish(again)
    assert not [name for name in contents(tmp_path) if ".jobfair-" in name or "journal" in name]


def test_seconds_and_start_add_up_over_resumes(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    clock = iter([10.0, 10.0, 15.0, 20.0, 20.0, 22.0])
    monkeypatch.setattr(store.time, "monotonic", lambda: next(clock))
    with open_results(tmp_path, order_of()) as folder:
        folder.pause()
    first = json.loads((tmp_path / "manifest.json").read_text())
    with open_results(tmp_path, order_of(), resume=True) as folder:
        folder.pause()
    second = json.loads((tmp_path / "manifest.json").read_text())
    assert (first["wall_seconds"], second["wall_seconds"]) == (5.0, 7.0)
    assert (first["started"], first["complete"]) == (second["started"], False)


def test_a_folder_with_results_is_refused(tmp_path: Path) -> None:
    finish(open_results(tmp_path, order_of()))
    before = contents(tmp_path)
    assert refused(lambda: open_results(tmp_path, order_of())) == [
        f"{tmp_path}: the results folder is not empty; --resume goes on with it, --overwrite replaces it, or"
        " name another folder with --out [folder-not-empty]"
    ]
    assert contents(tmp_path) == before


@pytest.mark.parametrize("manifest", [None, "{}", "[1]", "{", '{"program": "other"}', '"jobfair"'])
@pytest.mark.parametrize("how", [{"overwrite": True}, {"resume": True}])
def test_a_folder_of_somebody_else_is_never_touched(tmp_path: Path, manifest: str | None, how: dict[str, bool]) -> None:
    (tmp_path / "summary.csv").write_text("mine")
    if manifest is not None:
        (tmp_path / "manifest.json").write_text(manifest)
    before = contents(tmp_path)
    assert refused(lambda: open_results(tmp_path, order_of(), **how)) == [
        f"{tmp_path}: holds other files and no results of jobfair; name another folder with --out"
        " [not-a-results-folder]"
    ]
    assert contents(tmp_path) == before


def test_overwriting_removes_only_what_jobfair_wrote(tmp_path: Path) -> None:
    out, elsewhere = tmp_path / "out", tmp_path / "elsewhere"
    elsewhere.mkdir()
    (elsewhere / "x.parquet").write_text("mine")
    finish(open_results(out, order_of()), ("careful",))
    folder = open_results(out, order_of(replications=9), resume=True)
    folder.save_part(table_of(7))
    folder.close()
    (out / "notes.txt").write_text("mine")
    (out / "deep").mkdir()
    (out / "deep" / "summary.csv").write_text("mine")
    with open_results(out, order_of(seed=2), overwrite=True) as fresh:
        assert fresh.finished() is None
    assert contents(out).keys() == {"notes.txt", "deep/summary.csv", "manifest.json", "resolved.toml"}
    (out / "replications.parquet").symlink_to(elsewhere / "x.parquet")
    open_results(out, order_of(), overwrite=True)
    assert contents(elsewhere) == {"x.parquet": b"mine"}


def test_an_overwritten_folder_is_ours_until_the_last_file_is_gone(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    finish(open_results(tmp_path, order_of()), ("careful",))
    removed: list[str] = []
    unlink = Path.unlink
    monkeypatch.setattr(Path, "unlink", lambda self, **how: (removed.append(self.name), unlink(self, **how))[1])
    store._remove_written(tmp_path)
    assert removed[-1] == "manifest.json"
    assert len(removed) == 5
    assert not contents(tmp_path)


def test_an_empty_folder_needs_no_option_and_any_will_do(tmp_path: Path) -> None:
    for number, how in enumerate(({}, {"resume": True}, {"overwrite": True})):
        finish(open_results(tmp_path / str(number) / "deep", order_of(), **how))
        assert read_manifest(tmp_path / str(number) / "deep") is not None


REMEDY = "run it as before, or name another folder with --out, or replace the results with --overwrite [resume-changed]"


@pytest.mark.parametrize(
    ("change", "key", "was", "now"),
    [
        ({"seed": 2}, "seed", "1", "2"),
        ({"engine": "reference"}, "engine", "kernel", "reference"),
        ({"replications": 5}, "replications", "6", "5"),
        ({"inputs": (("x.toml", "00"), ("firms.csv", "22"))}, "tables", "other content", "changed files"),
    ],
)
def test_a_changed_order_is_not_resumed(tmp_path: Path, change: dict[str, Any], key: str, was: str, now: str) -> None:
    finish(open_results(tmp_path, order_of()))
    before = contents(tmp_path)
    assert refused(lambda: open_results(tmp_path, order_of(**change), resume=True)) == [
        f"{tmp_path}: --resume: {key}: was {was} when these results were begun, is {now} now; {REMEDY}"
    ]
    assert contents(tmp_path) == before


def test_a_changed_scenario_is_named_key_by_key(tmp_path: Path) -> None:
    finish(open_results(tmp_path, order_of()))
    resolved = {
        **order_of().resolved,
        "fairs": [{"id": "one", "gate": {"lanes": 4}}, {"id": "two", "gate": {"lanes": 5}}],
        "totals": {"firms": 7},
    }
    assert refused(lambda: open_results(tmp_path, order_of(resolved=resolved, seed=3), resume=True)) == [
        f"{tmp_path}: --resume: {key}: was {was} when these results were begun, is {now} now; {REMEDY}"
        for key, was, now in [
            ("seed", "1", "3"),
            ("fairs.two.gate.lanes", "4", "5"),
            ("totals.firms", "absent", "7"),
        ]
    ]


def test_a_changed_program_is_not_resumed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(program, "identity", lambda: {"version": "1.0", "sources": "abc"})
    finish(open_results(tmp_path, order_of()))
    monkeypatch.setattr(program, "identity", lambda: {"version": "1.1", "sources": "abd", "numpy": "3.0"})
    messages = refused(lambda: open_results(tmp_path, order_of(), resume=True))
    assert [message.split(";")[0] for message in messages] == [
        f"{tmp_path}: --resume: version: was 1.0 when these results were begun, is 1.1 now",
        f"{tmp_path}: --resume: sources: was abc when these results were begun, is abd now",
        f"{tmp_path}: --resume: numpy: was absent when these results were begun, is 3.0 now",
    ]


def test_another_commit_of_the_same_sources_is_no_other_program(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(program, "git_commit", lambda: "abc")
    finish(open_results(tmp_path, order_of()))
    monkeypatch.setattr(program, "git_commit", lambda: "abd-dirty")
    open_results(tmp_path, order_of(), resume=True).close()
    assert json.loads((tmp_path / "manifest.json").read_text())["git"] == "abd-dirty"


# Draws of the parameters -----------------------------------------------------------------------------


DRAWN = (("gate.lanes", "totals.firms"), ("1", "8"), ("2", "9"))


def table_of_draws(count: int, replications: int) -> Table:
    draws = np.repeat(np.arange(1, count + 1), replications)
    numbers = np.tile(np.arange(replications), count)
    return Table("a fair", KEYS, numbers, draws[:, np.newaxis] * 100.0 + numbers[:, np.newaxis] + np.arange(3), draws)


def test_draws_have_a_column_of_their_own(tmp_path: Path) -> None:
    table = table_of_draws(2, 3)
    write_table(tmp_path / "x.parquet", table)
    rows = duckdb.sql(f"SELECT * FROM '{tmp_path / 'x.parquet'}'")
    assert rows.columns[:3] == ["scenario", "draw", "replication"]
    assert [row[1:3] for row in rows.fetchall()[::3]] == [(1, 0), (1, 1), (1, 2), (2, 0), (2, 1), (2, 2)]
    back = read_table(tmp_path / "x.parquet")
    assert back.draws is not None
    np.testing.assert_array_equal(back.draws, table.draws)
    np.testing.assert_array_equal(back.replications, table.replications)
    np.testing.assert_array_equal(back.values, table.values)


def test_draws_are_kept_with_the_results(tmp_path: Path) -> None:
    order = order_of(draws=DRAWN, replications=3)
    with open_results(tmp_path, order) as folder:
        whole = table_of_draws(2, 3)
        assert whole.draws is not None
        for rows in ([4, 5], [0, 1], [1, 2, 3]):
            folder.save_part(Table("a fair", KEYS, whole.replications[rows], whole.values[rows], whole.draws[rows]))
        known = folder.finished()
        assert known is not None
        np.testing.assert_array_equal(known.values, whole.values)
        np.testing.assert_array_equal(known.draws, whole.draws)
        folder.finish(known, "")
    manifest = json.loads((tmp_path / "manifest.json").read_text())
    assert (manifest["draws"], manifest["replications"]) == (2, 3)
    assert store.draws_in(tmp_path) == "draw,gate.lanes,totals.firms\n1,1,8\n2,2,9\n"
    open_results(tmp_path, order_of(draws=(*DRAWN, ("3", "7")), replications=3), resume=True).close()


@pytest.mark.parametrize(
    ("draws", "key", "was", "now"),
    [
        ((), "draws", "gate.lanes, totals.firms", "absent"),
        ((("gate.lanes", "totals.posts"), *DRAWN[1:]), "draws", "gate.lanes, totals.firms", "gate.lanes, totals.posts"),
        (DRAWN[:2], "number of draws", "2", "1"),
        ((*DRAWN[:2], ("2", "10")), "draws[2].totals.firms", "9", "10"),
    ],
)
def test_changed_draws_are_not_resumed(
    tmp_path: Path, draws: tuple[tuple[str, ...], ...], key: str, was: str, now: str
) -> None:
    open_results(tmp_path, order_of(draws=DRAWN)).close()
    assert refused(lambda: open_results(tmp_path, order_of(draws=draws), resume=True)) == [
        f"{tmp_path}: --resume: {key}: was {was} when these results were begun, is {now} now; {REMEDY}"
    ]


# One run at a time -----------------------------------------------------------------------------------


def test_a_folder_has_one_run_at_a_time(tmp_path: Path) -> None:
    with open_results(tmp_path, order_of()) as folder:
        folder.save_part(table_of(0))
        for how in ({"resume": True}, {"overwrite": True}):
            assert refused(lambda how=how: open_results(tmp_path, order_of(), **how)) == [
                f"{tmp_path}: another run is writing here; wait for it, or name another folder with --out"
                " [folder-in-use]"
            ]
        folder.save_part(table_of(1))
    with open_results(tmp_path, order_of(), resume=True) as folder:
        known = folder.finished()
    assert known is not None
    assert known.replications.tolist() == [0, 1]
    assert not [name for name in contents(tmp_path) if "lock" in name]


def test_a_precision_ends_with_the_replications_that_it_took(tmp_path: Path) -> None:
    with open_results(tmp_path, order_of(precision="intents=1%", least=2)) as folder:
        manifest = json.loads((tmp_path / "manifest.json").read_text())
        assert (manifest["precision"], manifest["least"], manifest["replications"]) == ("intents=1%", 2, 6)
        folder.finish(table_of(0, 1, 2, 3), "")
    assert json.loads((tmp_path / "manifest.json").read_text())["replications"] == 4
    assert tomllib.loads((tmp_path / "resolved.toml").read_text())["run"]["replications"] == 4


def test_what_no_number_depends_on_may_change(tmp_path: Path) -> None:
    finish(open_results(tmp_path, order_of()))
    resolved = {**order_of().resolved, "why": "asked", "reported": {"intents": 6}, "run": {"replications": 7}}
    inputs = (("folder/x.toml", "99"), ("folder/firms.csv", "11"))
    changed = order_of(resolved=resolved, inputs=inputs, replications=7)
    finish(open_results(tmp_path, changed, resume=True))
    known = open_results(tmp_path, order_of(resolved=resolved, inputs=inputs, replications=7), resume=True).finished()
    assert known is not None
    assert len(known.replications) == 7


def test_the_fingerprint_depends_on_tables_as_a_whole() -> None:
    assert order_of().fingerprint() != order_of(inputs=()).fingerprint()
    assert len(order_of().fingerprint()) == len(hashlib.sha256().hexdigest())


def test_a_folder_in_place_of_the_manifest_is_no_manifest(tmp_path: Path) -> None:
    (tmp_path / "manifest.json").mkdir()
    assert read_manifest(tmp_path) is None
    (message,) = refused(lambda: open_results(tmp_path, order_of(), overwrite=True))
    assert message.endswith("[not-a-results-folder]")
    assert (tmp_path / "manifest.json").is_dir()
