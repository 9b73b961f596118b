"""How a verification reads: a table of cases, what lies outside, one closing line; or one JSON document.

Takes verdicts; judges nothing itself.
"""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from rich.console import Console

    from sim.study.verify import Verdict, Verification

_DIGITS = 5


def name_of(verdict: Verdict) -> str:
    """What a case is called; the figures of several sources for one thing share it."""
    return f"{verdict.case.scenario}: {verdict.case.question}"


def as_json(verification: Verification) -> dict[str, object]:
    """The document of `jobfair verify --json`."""
    cases = [
        {
            "name": name_of(verdict),
            "source": verdict.case.source,
            "measure": verdict.case.question.measure,
            "expected": verdict.case.expected,
            "tolerance": verdict.tolerance,
            "observed": verdict.observed,
            "passed": verification.has_passed(verdict),
            "outside": not verdict.is_inside,
        }
        for verdict in verification.verdicts
    ]
    return {"cases": cases, "passed": len(cases) - verification.failed, "failed": verification.failed}


def closing_line(verification: Verification) -> str:
    """How many passed and how many failed."""
    return f"{len(verification.verdicts) - verification.failed} passed, {verification.failed} failed"


def notes(verification: Verification) -> list[str]:
    """Which figures lie outside their tolerance: those that chance explains, and those that fail."""
    lines = []
    outside = verification.outside
    if outside:
        printed = sum(one.case.is_printed for one in verification.verdicts)
        lines.append(
            f"{len(outside)} of {printed} printed figures lie outside their 95 % intervals. One in twenty is expected"
            " to, and the figures of one print rise and fall together: up to"
            f" {math.floor(verification.outside_share * printed)} count as chance:"
        )
        lines += [f"  {_told(one)}" for one in outside]
    failed = [one for one in verification.verdicts if not verification.has_passed(one)]
    if failed:
        lines.append("Failed:")
        lines += [f"  {_told(one)}" for one in failed]
    return lines


def render(verification: Verification, console: Console) -> None:
    """Print the table, the notes and the closing line."""
    from rich import box
    from rich.table import Table

    from sim.report.terminal import shown_cell, shown_line

    table = Table(box=box.SIMPLE_HEAD, pad_edge=False, show_edge=False, collapse_padding=True)
    table.add_column("case", overflow="fold")
    table.add_column("measure", overflow="fold")
    for name in ("expected", "tolerance", "observed"):
        table.add_column(name, justify="right", overflow="fold")
    table.add_column("", overflow="fold")
    table.add_column("source", overflow="fold")
    for one in verification.verdicts:
        figures = (_figure(value) for value in (one.case.expected, one.tolerance, one.observed))
        status = "pass" if one.is_inside else "outside" if verification.has_passed(one) else "FAIL"
        cells = (one.case.scenario, str(one.case.question), *figures, status, one.case.source)
        table.add_row(*(shown_cell(cell) for cell in cells))
    console.print(table)
    console.print()
    for line in notes(verification):
        console.print(shown_line(line), soft_wrap=True)
    console.print(shown_line(closing_line(verification)), soft_wrap=True)


def _told(verdict: Verdict) -> str:
    case = verdict.case
    figures = f"expected {_figure(case.expected)} +- {_figure(verdict.tolerance)}, observed {_figure(verdict.observed)}"
    return f"{name_of(verdict)}: {figures} ({case.source})"


def _figure(value: float) -> str:
    return f"{value:.{_DIGITS}g}"
