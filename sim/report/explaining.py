"""Where a difference between two plans comes from, as a planner reads it: the table of causes and the JSON document.

From an Explanation, which it does not know how to make.
"""

from __future__ import annotations

import math
from dataclasses import asdict
from typing import TYPE_CHECKING, Any

from sim.study.explain import CAUSE, Explanation, sentences

if TYPE_CHECKING:
    from rich.console import Console

NOTHING = "-"


def print_causes(explanation: Explanation, console: Console) -> None:
    """Where the difference in intents comes from, step by step on the way to one."""
    from rich import box
    from rich.table import Table

    table = Table(box=box.SIMPLE_HEAD, pad_edge=False, show_edge=False, collapse_padding=True)
    table.add_column("step", overflow="fold")
    for name in ("base", "other", "intents", "interval"):
        table.add_column(name, justify="right", overflow="fold")
    for one in explanation.of(CAUSE):
        interval = NOTHING if math.isnan(one.low) else f"{one.low:+,.1f} to {one.high:+,.1f}"
        share = NOTHING if math.isnan(one.difference) else f"{one.difference:+,.1f}"
        table.add_row(f"{one.name}: {one.about}", _rate(one.base), _rate(one.other), share, interval)
    console.print()
    console.print("Where the difference in intents comes from:")
    console.print(table)


def _rate(value: float) -> str:
    return NOTHING if math.isnan(value) else f"{value:,.0f}" if value >= 100 else f"{value:.3f}"


def explanation_json(explanation: Explanation) -> dict[str, Any]:
    """The explanation as data."""
    parts = [
        {key: _number(value) if isinstance(value, float) else value for key, value in asdict(one).items()}
        for one in explanation.parts
    ]
    difference = _number(explanation.difference)
    return {"measure": "intents", "difference": difference, "parts": parts, "words": list(sentences(explanation))}


def _number(value: float) -> float | None:
    return None if math.isnan(value) else value
