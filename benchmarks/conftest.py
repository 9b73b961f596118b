"""What the benchmarks share: pairs timed in turn, the fairs, and the table of figures at the end of a run."""

from __future__ import annotations

import statistics
from collections.abc import Callable
from dataclasses import dataclass, field

import pytest
from pytest_benchmark.fixture import BenchmarkFixture

from benchmarks.fairs import Task, drawn, first_fair
from benchmarks.timing import Work, keep_memory, seconds
from sim.campaign.season import Season
from sim.warmup import ensure_compiled


@dataclass
class Figures:
    """Figures of this run: what was measured, what is demanded, what is asserted."""

    lines: list[str] = field(default_factory=list)

    def at_least(self, name: str, measured: float, asserted: float, demanded: float) -> None:
        self._add(name, measured, f"demanded >= {demanded:<6g} asserted >= {asserted:g}")
        assert measured >= asserted, self.lines[-1]

    def at_most(self, name: str, measured: float, asserted: float, demanded: float) -> None:
        self._add(name, measured, f"demanded <= {demanded:<6g} asserted <= {asserted:g}")
        assert measured <= asserted, self.lines[-1]

    def note(self, name: str, measured: float, asserted: float) -> None:
        self._add(name, measured, f"asserted <= {asserted:.4g}")

    def _add(self, name: str, measured: float, rest: str) -> None:
        self.lines.append(f"{name:66} {measured:9.4g}   {rest}")


_FIGURES = pytest.StashKey[Figures]()


@pytest.fixture(scope="session")
def figures(pytestconfig: pytest.Config) -> Figures:
    return pytestconfig.stash.setdefault(_FIGURES, Figures())


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter, config: pytest.Config) -> None:
    kept = config.stash.get(_FIGURES, None)
    if kept is not None:
        terminalreporter.section("figures")
        for line in kept.lines:
            terminalreporter.line(line)


@pytest.fixture(scope="session", autouse=True)
def prepared() -> None:
    ensure_compiled()
    keep_memory()


@pytest.fixture(scope="session")
def season() -> Season:
    return Season(first_fair())


@pytest.fixture(scope="session")
def first(season: Season) -> Task:
    """One replication of the first fair, its population drawn."""
    return drawn(season, 1, range(1))


def rounds_of(benchmark: BenchmarkFixture, work: Work, rounds: int, before: Work | None = None) -> list[float]:
    """Benchmark `work`: its seconds in each of so many rounds, with `before` done before each, uncounted."""
    benchmark.pedantic(work, setup=before, rounds=rounds, warmup_rounds=1)  # type: ignore[no-untyped-call]
    assert benchmark.stats is not None, "benchmarks are switched off"
    return [float(one) for one in benchmark.stats.stats.data]


Against = Callable[[Work, Work, int, int], float]


@pytest.fixture
def against(benchmark: BenchmarkFixture) -> Against:
    """Benchmark `work`, with `other` timed just before each round; gives the median of other's seconds over work's.

    Arguments: work, other, rounds, and how often `work` is done in a round.
    """

    def measure(work: Work, other: Work, rounds: int, times: int) -> float:
        others: list[float] = []

        def several() -> None:
            for _ in range(times):
                work()

        own = rounds_of(benchmark, several, rounds, lambda: others.append(seconds(other)))
        pairs = zip(own, others[-rounds:], strict=True)  # the first of `others` belongs to the round of warming up
        ratio = statistics.median(theirs / (ours / times) for ours, theirs in pairs)
        benchmark.extra_info["ratio"] = ratio
        return ratio

    return measure
