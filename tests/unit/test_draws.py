"""Draws by address: the numbers are numpy's Philox, the addresses never meet, and there is no other randomness."""

import ast
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.special import ndtri

import sim
from sim import draws
from sim.draws import Key, make_key

ROOT = Path(next(iter(sim.__path__)))
WORD = st.one_of(st.integers(0, 20), st.integers(0, 2**64 - 1), st.integers(2**64 - 20, 2**64 - 1))


def numpys(key: Key, who: int, decision: int, index: int) -> np.random.Philox:
    """numpy's generator about to give the block at an address; it counts one up before it gives anything."""
    place = index | decision << 64 | who << 128 | int(key.day) << 192
    return np.random.Philox(key=int(key.seed) | int(key.replication) << 64, counter=(place - 1) % 2**256)


def at(who: int, decision: int, index: int) -> tuple[np.uint64, np.uint64, np.uint64]:
    return np.uint64(who), np.uint64(decision), np.uint64(index)


@settings(max_examples=300)
@given(WORD, WORD, WORD, WORD, WORD, WORD)
def test_words_are_those_of_numpy(seed: int, replication: int, day: int, who: int, decision: int, index: int) -> None:
    key = make_key(seed, replication, day)
    raw = numpys(key, who, decision, index).random_raw(4)
    assert [int(word) for word in draws.words(key, *at(who, decision, index))] == raw.tolist()


@settings(max_examples=300)
@given(WORD, WORD, WORD, WORD, WORD, WORD)
def test_uniforms_are_those_of_numpy(
    seed: int, replication: int, day: int, who: int, decision: int, index: int
) -> None:
    key = make_key(seed, replication, day)
    four = np.random.Generator(numpys(key, who, decision, index)).random(4).tolist()
    assert draws.uniform(key, *at(who, decision, index)) == four[0]
    assert list(draws.uniforms(key, *at(who, decision, index))) == four


@pytest.mark.parametrize("place", range(6))
@pytest.mark.parametrize("bit", [0, 31, 32, 63])
def test_twin_every_bit_of_an_address_matters(place: int, bit: int) -> None:
    """The comparison with numpy would notice one bit of one part of the address gone astray."""
    parts = [20200421, 3, 737_536, 99, 11, 5]
    other = list(parts)
    other[place] ^= 1 << bit
    one, two = (draws.words(make_key(*p[:3]), *at(*p[3:])) for p in (parts, other))
    assert not set(map(int, one)) & set(map(int, two))


def test_numbers_of_many_addresses_are_all_different() -> None:
    """65,536 addresses of 4 words: two equal ones by chance have a probability of 2e-9."""
    seen = set()
    for replication in range(4):
        for day in range(4):
            key = make_key(1, replication, day)
            for who in range(16):
                for decision in range(16):
                    for index in range(16):
                        seen.update(map(int, draws.words(key, *at(who, decision, index))))
    assert len(seen) == 4 * 4 * 4 * 16**3


def test_no_two_decisions_have_one_number() -> None:
    numbers = [
        int(value)
        for name, value in vars(draws).items()
        if name.isupper() and not name.startswith("_") and isinstance(value, np.uint64)
    ]
    assert len(numbers) > 20
    assert len(set(numbers)) == len(numbers)
    assert 0 not in numbers


def test_unit_covers_its_range() -> None:
    assert draws.unit(np.uint64(0)) == 0.0
    assert draws.unit(np.uint64(2**64 - 1)) == 1.0 - 2.0**-53


# Numbers with other distributions ---------------------------------------------------------------------------


def worst_of_normal(function: object) -> float:
    """Largest relative deviation from scipy's quantile over probabilities of every size."""
    u = np.concatenate(
        [
            np.random.default_rng(1).random(20_000),
            np.logspace(-16, -1, 3_000),
            1.0 - np.logspace(-15, -1, 3_000),
            [0.075, 0.925, 0.5 - 0.425, 0.5 + 0.425, np.exp(-25.0), 1.0 - 2.0**-53],
        ]
    )
    exact = ndtri(u)
    ours = np.array([function(float(one)) for one in u])  # type: ignore[operator]
    far = np.abs(exact) > 1e-3  # nearer to 0 the argument itself is rounded
    assert np.max(np.abs(ours - exact)[~far]) < 1e-16
    return float(np.max(np.abs(ours / exact - 1.0)[far]))


def test_normal_is_the_quantile_function() -> None:
    assert worst_of_normal(draws.normal) < 1e-14
    assert draws.normal(0.5) == 0.0
    assert draws.normal(0.0) == pytest.approx(ndtri(2.0**-54), rel=1e-14)


def test_twin_of_the_quantile_function_is_noticed() -> None:
    def wrong(u: float) -> float:
        return draws.normal(u) * (1.0 + 1e-13)

    assert worst_of_normal(wrong) > 1e-14


def test_normal_rises_where_its_formulas_meet() -> None:
    for meeting in (0.075, 0.925, float(np.exp(-25.0)), 1.0 - float(np.exp(-25.0))):
        around = meeting + np.array([-2, -1, 0, 1, 2]) * max(1e-9 * min(meeting, 1.0 - meeting), 2.0**-53)
        values = [draws.normal(float(u)) for u in around]
        assert values == sorted(values)
        assert values[-1] - values[0] < 1e-3


@pytest.mark.parametrize("u", [0.0, 1e-300, 1e-9, 0.3, 0.999, 1.0 - 2.0**-53])
def test_exponential_is_the_quantile_function(u: float) -> None:
    assert draws.exponential(u) == pytest.approx(-np.log1p(-u), rel=1e-7, abs=1e-15)


# No other source of randomness ------------------------------------------------------------------------------

FORBIDDEN = ("random", "secrets", "uuid", "numpy.random")


def sources_of_randomness(code: str) -> list[str]:
    """Names of modules with another randomness that some code imports or reaches by attributes."""
    found = []
    for node in ast.walk(ast.parse(code)):
        names: list[str] = []
        if isinstance(node, ast.Import):
            names = [alias.name for alias in node.names]
        elif isinstance(node, ast.ImportFrom):
            names = [f"{node.module}.{alias.name}" for alias in node.names]
        elif isinstance(node, ast.Attribute):
            names = [ast.unparse(node).replace("np.", "numpy.", 1)]
        found += [name for name in names if any(name == bad or name.startswith(f"{bad}.") for bad in FORBIDDEN)]
    return found


def test_there_is_no_other_randomness_in_the_package() -> None:
    paths = sorted(ROOT.rglob("*.py"))
    assert len(paths) > 30
    for path in paths:
        found = sources_of_randomness(path.read_text("utf-8"))
        assert not found, (path, found)


@pytest.mark.parametrize(
    "code",
    [
        "import random",
        "from random import choice",
        "import numpy as np\nnp.random.rand()",
        "from numpy.random import Philox",
        "import numpy.random",
        "from numpy import random",
        "import secrets",
        "from uuid import uuid4",
    ],
)
def test_twin_other_randomness_is_noticed(code: str) -> None:
    assert sources_of_randomness(code)


def test_draws_of_one_day_do_not_move_those_of_another() -> None:
    """A run may be cut, repeated or reordered: the numbers only depend on the address."""
    order = np.random.default_rng(2).permutation(200)
    first = {k: draws.uniform(make_key(1, 2, k % 5), *at(k, 7, 3)) for k in range(200)}
    again = {int(k): draws.uniform(make_key(1, 2, int(k) % 5), *at(int(k), 7, 3)) for k in order}
    assert first == again
