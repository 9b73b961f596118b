"""Where a difference between two plans comes from, as a planner reads it: table, sentences, `causes.csv`, JSON.

From an Explanation, which it does not know how to make.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import asdict
from typing import TYPE_CHECKING, Any

from sim.files import csv_text
from sim.language import ENGLISH, N_, _, ngettext, speaking
from sim.study.explain import CAUSE, DISTRICT, FAIR, GROUP, HOUR, WAY, Explanation, Part

if TYPE_CHECKING:
    from rich.console import Console

    from sim.study.compare import Comparison

NOTHING = "-"
# Each step on the way to an intent: what it is called, and what it is about.
STEPS = {
    "arrivals": (N_("arrivals"), N_("how many come")),
    "doors": (N_("doors"), N_("who gets through the gate")),
    "purpose": (N_("purpose"), N_("who comes to apply")),
    "waits": (N_("waits"), N_("who gets an interview at all")),
    "choice": (N_("choice"), N_("how many booths each one gets to")),
    "posts": (N_("posts"), N_("how often the firm wants the seeker and has a post left")),
    "acceptance": (N_("acceptance"), N_("how often the seeker agrees")),
}
KINDS = {
    FAIR: N_("fairs"),
    HOUR: N_("hours (interviews)"),
    DISTRICT: N_("districts"),
    GROUP: N_("groups"),
}


def step_name(name: str) -> str:
    """What a step is called."""
    return _(STEPS[name][0])


def step_about(name: str) -> str:
    """What a step is about."""
    return _(STEPS[name][1])


# In words -----------------------------------------------------------------------------------------


def sentences(explanation: Explanation) -> Sequence[str]:
    """In words: the causes, then the fairs, hours, districts and groups that matter most."""
    causes = explanation.largest(CAUSE, len(WAY))
    if not causes:
        return ()
    whole = _("of {difference} intents: {parts}")
    lines = [whole.format(difference=f"{explanation.difference:+,.1f}", parts=_listed(causes))]
    for kind, what in KINDS.items():
        parts = explanation.largest(kind)
        if parts:
            listed = [_listed(parts)]
            count, rest = others(explanation, kind, parts)
            if count:
                more = ngettext("{count} other {rest}", "{count} others {rest}", count)
                listed.append(more.format(count=count, rest=f"{rest:+,.1f}"))
            lines.append(_("{what}: {parts}").format(what=_(what), parts=_(", ").join(listed)))
    return tuple(lines)


def others(explanation: Explanation, kind: str, shown: Sequence[Part]) -> tuple[int, float]:
    """How many parts of a kind that are not nothing are not shown, and what they bring together."""
    names = {one.name for one in shown}
    rest = [one.difference for one in explanation.of(kind) if one.name not in names and one.difference != 0.0]
    return len(rest), sum(one for one in rest if not math.isnan(one))


def _listed(parts: Sequence[Part]) -> str:
    return _(", ").join(f"{_named(one)} {one.difference:+,.1f}{_unsure(one)}" for one in parts)


def _named(part: Part) -> str:
    return step_name(part.name) if part.kind == CAUSE else part.name


def _unsure(part: Part) -> str:
    """Said of a part whose interval holds zero."""
    return _(" (or none)") if not (part.low > 0.0 or part.high < 0.0) else ""


# On the terminal ----------------------------------------------------------------------------------


def print_causes(explanation: Explanation, console: Console) -> None:
    """Where the difference in intents comes from, step by step on the way to one."""
    from rich import box
    from rich.table import Table

    table = Table(box=box.SIMPLE_HEAD, pad_edge=False, show_edge=False, collapse_padding=True)
    table.add_column(_("step"), overflow="fold")
    for name in (_("base"), _("other"), _("intents"), _("interval")):
        table.add_column(name, justify="right", overflow="fold")
    for one in explanation.of(CAUSE):
        interval = _("{low} to {high}").format(low=f"{one.low:+,.1f}", high=f"{one.high:+,.1f}")
        share = NOTHING if math.isnan(one.difference) else f"{one.difference:+,.1f}"
        step = _("{what}: {parts}").format(what=step_name(one.name), parts=step_about(one.name))
        table.add_row(step, rate(one.base), rate(one.other), share, NOTHING if math.isnan(one.low) else interval)
    console.print()
    console.print(_("Where the difference in intents comes from:"))
    console.print(table)


def rate(value: float) -> str:
    """A count or a rate of a step."""
    return NOTHING if math.isnan(value) else f"{value:,.0f}" if value >= 100 else f"{value:.3f}"


# As data ------------------------------------------------------------------------------------------


def causes_csv(comparison: Comparison) -> str:
    """All parts of all differences in intents, as the text of `causes.csv`."""
    header = ("base", "scenario", "kind", "name", "measure", "base_mean", "mean", "difference", "low", "high")
    rows = (
        (
            *(comparison.base, other.label, one.kind, one.name, measure_of(one)),
            *(one.base, one.other, one.difference, one.low, one.high),
        )
        for other in comparison.alternatives
        if other.explanation is not None
        for one in other.explanation.parts
    )
    return csv_text(header, rows)


def measure_of(part: Part) -> str:
    """What is counted in the difference of a part."""
    return "interviews" if part.kind == HOUR else "intents"


def explanation_json(explanation: Explanation) -> dict[str, Any]:
    """The explanation as data, in English whatever language is spoken."""
    with speaking(ENGLISH):
        words = list(sentences(explanation))
        parts = [
            {key: _number(value) if isinstance(value, float) else value for key, value in asdict(one).items()}
            | {"about": step_about(one.name) if one.kind == CAUSE else ""}
            for one in explanation.parts
        ]
    return {"measure": "intents", "difference": _number(explanation.difference), "parts": parts, "words": words}


def _number(value: float) -> float | None:
    return None if math.isnan(value) else value
