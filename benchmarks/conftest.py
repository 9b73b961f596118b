"""What the benchmarks share: pairs timed in turn, the fairs, and the table of figures at the end of a run."""

from __future__ import annotations

import statistics
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field

import pytest
from pytest_benchmark.fixture import BenchmarkFixture

from benchmarks.fairs import Task, drawn, first_fair
from benchmarks.timing import Work, seconds
from sim.campaign.season import Season
from sim.warmup import ensure_compiled


@dataclass
class Figures:
    """Figures of this run: what was measured, what is demanded, what is asserted."""

    lines: list[str] = field(default_factory=list)

    def at_least(self, name: str, measured: float, asserted: float, demanded: float) -> None:
        self._note(name, measured, asserted, demanded, ">=")
        assert measured >= asserted, self.lines[-1]

    def at_most(self, name: str, measured: float, asserted: float, demanded: float) -> None:
        self._note(name, measured, asserted, demanded, "<=")
        assert measured <= asserted, self.lines[-1]

    def _note(self, name: str, measured: float, asserted: float, demanded: float, sign: str) -> None:
        self.lines.append(f"{name:66} {measured:9.4g}   demanded {sign} {demanded:<6g} asserted {sign} {asserted:g}")


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
def compiled() -> None:
    ensure_compiled()


@pytest.fixture(scope="session")
def season() -> Season:
    return Season(first_fair())


@pytest.fixture(scope="session")
def first(season: Season) -> Task:
    """One replication of the first fair, its population drawn."""
    return drawn(season, 1, range(1))


Against = Callable[[Work, Work, int, int], float]


@pytest.fixture
def against(benchmark: BenchmarkFixture) -> Iterator[Against]:
    """Benchmark `work`, with `other` timed just before each round; gives the median of other's seconds over work's.

    Arguments: work, other, rounds, and how often `work` is done in a round.
    """

    def measure(work: Work, other: Work, rounds: int, times: int) -> float:
        others: list[float] = []

        def several() -> None:
            for _ in range(times):
                work()

        benchmark.pedantic(several, setup=lambda: others.append(seconds(other)), rounds=rounds, warmup_rounds=1)
        own = [taken / times for taken in benchmark.stats.stats.data]
        ratio = statistics.median(b / a for a, b in zip(own, others[-rounds:], strict=True))
        benchmark.extra_info["ratio"] = ratio
        return ratio

    yield measure
