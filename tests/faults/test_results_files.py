"""Results files that are broken: cut, changed, of another kind. Never a traceback, never other figures unnoticed."""

import json
import random
import shutil
from pathlib import Path

import pytest

from sim.cli import main

SCENARIO = """\
name = "small"
totals = { firms = 4, posts = 12, seekers = 30 }
run = { replications = 3, seed = 5 }
[[fairs]]
id = "one"
"""
FILES = ("manifest.json", "resolved.toml", "summary.csv", "replications.parquet", "booths.csv", "warnings.log")
RESUME = ["run", "small.toml", "-q", "--out", "out", "--resume"]


@pytest.fixture(scope="module")
def done(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A finished run."""
    folder = tmp_path_factory.mktemp("done")
    (folder / "small.toml").write_text(SCENARIO, encoding="utf-8")
    assert main(["run", str(folder / "small.toml"), "-q", "--out", str(folder / "out")]) == 0
    return folder


@pytest.fixture(autouse=True)
def _folder(done: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    shutil.copytree(done, ".", dirs_exist_ok=True)


def again() -> tuple[int, bytes]:
    code = main(RESUME)
    return code, Path("out/replications.parquet").read_bytes()


def lengths(size: int) -> list[int]:
    """Every class of length: nothing, single bytes, powers of two, all but a few."""
    powers = [2**power for power in range(size.bit_length())]
    return sorted({0, 1, 2, 3, size // 2, size - 1, size - 4, size - 8, *powers} & set(range(size)))


@pytest.mark.parametrize("name", FILES)
def test_a_file_cut_anywhere_is_named_or_written_again(
    name: str, done: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    file = Path("out", name)
    content, expected = file.read_bytes(), (done / "out" / "replications.parquet").read_bytes()
    for length in lengths(len(content)):
        file.write_bytes(content[:length])
        code = main(RESUME)
        said = capsys.readouterr().err
        if code == 0:
            assert Path("out/replications.parquet").read_bytes() == expected, length
            continue
        assert code == 2, (length, said)
        assert said.startswith("out"), said
        assert ("[results-damaged]" in said) == (name == "replications.parquet"), said
        if name == "replications.parquet":  # the remedy that is named helps
            file.unlink()
            assert again() == (0, expected)
        else:
            file.write_bytes(content)


def test_a_changed_byte_of_the_replications_is_noticed(done: Path, capsys: pytest.CaptureFixture[str]) -> None:
    file, rng = Path("out/replications.parquet"), random.Random(1)
    content = file.read_bytes()
    for _ in range(40):
        changed = bytearray(content)
        changed[rng.randrange(len(changed))] ^= 1 << rng.randrange(8)
        file.write_bytes(changed)
        assert main(RESUME) == 2
        assert capsys.readouterr().err == (
            f"{file}: is damaged and cannot be read; remove this file and go on with --resume: what it held is "
            "computed again [results-damaged]\n"
        )
        assert main(["compare", "out", str(done / "out")]) == 2
        assert "[results-damaged]" in capsys.readouterr().err


@pytest.mark.parametrize(
    ("key", "value"),
    [
        ("replications", "many"), ("replications", -5), ("replications", 10**12), ("replications", None),
        ("wall_seconds", "long"), ("seed", []), ("engine", 7), ("started", {}), ("computed_by", "me"),
        ("outputs", []), ("alarms", 5), ("draws", "x"), ("precision", 3), ("least", "x"), ("complete", "no"),
    ],
)  # fmt: skip
def test_a_manifest_with_other_values_is_refused(key: str, value: object, capsys: pytest.CaptureFixture[str]) -> None:
    manifest = Path("out/manifest.json")
    content = json.loads(manifest.read_text(encoding="utf-8"))
    manifest.write_text(json.dumps(content | {key: value}), encoding="utf-8")
    before = Path("out/replications.parquet").read_bytes()
    assert main(RESUME) == 2
    said = capsys.readouterr().err
    assert "[resume-changed]" in said or "[not-a-results-folder]" in said
    assert Path("out/replications.parquet").read_bytes() == before


@pytest.mark.parametrize("name", ["replications.parquet", "journal.bin", "warnings.log", "draws.csv", "resolved.toml"])
def test_a_folder_in_place_of_a_file_is_a_message(name: str, capsys: pytest.CaptureFixture[str]) -> None:
    Path("out", name).unlink(missing_ok=True)
    Path("out", name).mkdir()
    code = main(RESUME)
    assert code in (0, 2)
    said = capsys.readouterr().err
    assert code == 0 or "[cannot-write]" in said or "[results-damaged]" in said
