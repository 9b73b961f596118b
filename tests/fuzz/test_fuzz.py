"""Whatever it is given, the program ends soon, says what is wrong, and never shows where it broke.

Real files made wrong and made-up command lines go to a child process whose memory is limited (`benchmarks.fuzz`, which
also does the long run); documents and words that hypothesis makes up are tried here. Together more than 500 inputs.
"""

import tempfile
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
import tomli_w
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from benchmarks.fuzz import BLOCKED, MEMORY_BYTES, SMALL, answer, faults, fuzz
from benchmarks.fuzz_inputs import CASES
from sim.model.parameters import LISTS, parameters

INPUTS = 360
KEYS = [one.key for one in parameters()]
SECTIONS = sorted({key.partition(".")[0] for key in KEYS} | set(LISTS))
LEAVES = st.one_of(
    st.none().map(lambda _: "lognormal(mean=5, cv=0.8)"),
    st.booleans(),
    st.integers(-3, 100),
    st.integers(),
    st.floats(),
    st.text(max_size=20),
    st.sampled_from(["09:00", "24:00", "a", "fixed", "poisson", "logit", "1e5", "x.toml", "../x"]),
    st.dates(),
)
VALUES = st.recursive(
    LEAVES,
    lambda inner: st.one_of(
        st.lists(inner, max_size=3),
        st.dictionaries(st.sampled_from(["value", "source", "id", "mean", "from", "recruiters"]), inner, max_size=3),
        st.dictionaries(st.sampled_from([key.rpartition(".")[2] for key in KEYS]), inner, max_size=3),
    ),
    max_leaves=5,
)
DOCUMENTS = st.dictionaries(st.sampled_from([*KEYS, *SECTIONS]) | st.text(max_size=8), VALUES, max_size=6)
WORDS = st.sampled_from(
    [
        "run", "check", "compare", "sweep", "template", "schema", "calibrate", "validate", "--set", "-n",
        "--seed", "--out", "--resume", "--overwrite", "--json", "-q", "-v", "--engine", "kernel", "--jobs",
        "--vary", "--cases", "--flip", "--over", "--select", "--zone", "--precision", "--draws", "--help",
        "--version", "--", "-", "0", "1", "2", "-1", "x", "small.toml", "cases.csv", "none.toml", BLOCKED,
        "intents", "gate.lanes=1,2", "gate.lanes=1..3", "name=x", "=", "",
    ]
)  # fmt: skip
IN_TIME = {"deadline": timedelta(seconds=10), "suppress_health_check": [HealthCheck.function_scoped_fixture]}


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    for name, content in {**CASES, "small.toml": SMALL, f"{BLOCKED}/note.txt": b"somebody else's"}.items():
        Path(name).parent.mkdir(exist_ok=True)
        Path(name).write_bytes(content)
    return tmp_path


def tried(*command: str) -> None:
    code, text = answer(command)
    assert list(faults(code, text)) == [], text[-3000:]


def test_files_made_wrong_and_command_lines_made_up() -> None:
    outcome = fuzz(0, INPUTS)
    assert outcome.findings == []
    assert outcome.inputs == INPUTS
    assert outcome.peak_bytes < MEMORY_BYTES
    kinds = {name.partition(":")[0] for name in outcome.codes}
    assert kinds == {
        "scenario", "table", "targets", "cases", "extremes", "results", "command line", "problem", "plan", "strategies",
    }  # fmt: skip
    # The inputs are neither all refused nor all harmless.
    for name in ("scenario: 0", "scenario: 1", "table: 0", "table: 1", "targets: 2", "extremes: 0", "command line: 2"):
        assert outcome.codes[name] > 3, name


@settings(max_examples=90, **IN_TIME)
@given(document=DOCUMENTS)
def test_documents_of_known_words_and_odd_values(folder: Path, document: dict[str, Any]) -> None:
    Path("made.toml").write_text(tomli_w.dumps(document), encoding="utf-8", errors="surrogatepass")
    tried("check", "made.toml")


@settings(max_examples=60, **IN_TIME)
@given(content=st.binary(max_size=300) | st.text(max_size=300).map(lambda text: text.encode(errors="surrogatepass")))
def test_any_bytes_as_a_scenario_a_table_or_a_list_of_cases(folder: Path, content: bytes) -> None:
    Path("made.toml").write_bytes(content)
    Path("made.csv").write_bytes(content)
    Path("x.toml").write_bytes(b'tables.seekers = "made.csv"\n[[fairs]]\nid = "a"\nfirms = 1\nposts = 1\n')
    tried("check", "made.toml", "x.toml")
    tried("sweep", "small.toml", "--cases", "made.csv", "--out", BLOCKED)
    tried("calibrate", "made.toml", "--out", BLOCKED)


@settings(max_examples=90, **IN_TIME)
@given(words=st.lists(WORDS | st.text(st.characters(exclude_characters="\0"), max_size=6), max_size=7))
def test_command_lines_of_known_words(folder: Path, words: list[str]) -> None:
    with tempfile.TemporaryDirectory(dir=folder) as out:
        tried(*words, "--jobs", "1", "-n", "1", "--out", f"{out}/out")


def test_what_is_wrong_is_noticed(monkeypatch: pytest.MonkeyPatch) -> None:
    assert list(faults(3, "internal error")) == ["exit code 3"]
    assert list(faults(1, "Traceback (most recent call last):")) == ["a traceback"]
    assert list(faults(2, "something is wrong")) == ["exit code 2 without a message"]
    assert list(faults(2, "x.toml: wrong [no-such-slug]")) == ["exit code 2 without a message"]
    assert list(faults(2, "x.toml: wrong [no-file]")) == []
    assert list(faults(0, "")) == []
