"""How a verification reads: a table of cases, what lies outside, one closing line; or one JSON document.

Takes verdicts; judges nothing itself.
"""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

from sim.language import ENGLISH, N_, _, language

if TYPE_CHECKING:
    from rich.console import Console

    from sim.study.verify import Question, Verdict, Verification

_DIGITS = 5
EXACT = "exact"
# What the cases ask for, by the names in their table.
MEASURES = {
    "visit_minutes": N_("time from arriving to leaving (minutes)"),
    "visits_up_to_30_share": N_("visits of up to 30 minutes (share)"),
    "wait_minutes": N_("mean wait at a booth (minutes)"),
    "wait_minutes_of_all": N_("mean wait, those who gave up included (minutes)"),
    "delayed_share": N_("share that had to wait"),
    "balked_share": N_("share that walked past because of the queue"),
    "gave_up_share": N_("share that left the queue for want of patience"),
    "interviews_started": N_("interviews begun"),
    "interviews_ended": N_("interviews ended"),
    "intents": N_("people with an intent"),
    "people_inside": N_("people inside"),
    "people_before_booths": N_("people inside, not yet at the booths"),
    "people_at_booths": N_("people at the booths"),
    "people_waiting": N_("people in queues"),
    "people_talking": N_("people in interviews"),
    "utilisation": N_("share of recruiters' time in interviews"),
}
PEOPLE = {
    "straight": N_("straight to the booths"),
    "guidance": N_("by way of the guidance area"),
    "guidance-left": N_("left after the guidance area"),
    "guidance-stayed": N_("stayed after the guidance area"),
}


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
    passed = len(verification.verdicts) - verification.failed
    return _("{passed} passed, {failed} failed").format(passed=passed, failed=verification.failed)


def notes(verification: Verification) -> list[str]:
    """Which figures lie outside their tolerance: those that chance explains, and those that fail."""
    lines = []
    outside = verification.outside
    if outside:
        printed = sum(one.case.is_printed for one in verification.verdicts)
        line = _(
            "{outside} of {printed} printed figures lie outside their 95 % intervals. One in twenty is expected to, and"
            " the figures of one print rise and fall together: up to {most} count as chance:"
        )
        most = math.floor(verification.outside_share * printed)
        lines.append(line.format(outside=len(outside), printed=printed, most=most))
        lines += [f"  {_told(one)}" for one in outside]
    failed = [one for one in verification.verdicts if not verification.has_passed(one)]
    if failed:
        lines.append(_("Failed:"))
        lines += [f"  {_told(one)}" for one in failed]
    return lines


def render(verification: Verification, console: Console) -> None:
    """Print the table, the notes and the closing line."""
    from rich import box
    from rich.table import Table

    from sim.report.terminal import shown_cell, shown_line

    table = Table(box=box.SIMPLE_HEAD, pad_edge=False, show_edge=False, collapse_padding=True)
    table.add_column(_("scenario"), overflow="fold")
    table.add_column(_("measure"), overflow="fold")
    for name in (_("expected"), _("tolerance"), _("observed")):
        table.add_column(name, justify="right", overflow="fold")
    table.add_column("", overflow="fold")
    table.add_column(_("source"), overflow="fold")
    for one in verification.verdicts:
        figures = (_figure(value) for value in (one.case.expected, one.tolerance, one.observed))
        status = _("pass") if one.is_inside else _("just outside") if verification.has_passed(one) else _("FAIL")
        cells = (one.case.scenario, _question(one.case.question), *figures, status, _source(one.case.source))
        table.add_row(*(shown_cell(cell) for cell in cells))
    console.print(table)
    console.print()
    for line in notes(verification):
        console.print(shown_line(line), soft_wrap=True)
    console.print(shown_line(closing_line(verification)), soft_wrap=True)


def _told(verdict: Verdict) -> str:
    case = verdict.case
    return _("{scenario}: {question}: expected {expected} +- {tolerance}, observed {observed} ({source})").format(
        scenario=case.scenario,
        question=_question(case.question),
        expected=_figure(case.expected),
        tolerance=_figure(verdict.tolerance),
        observed=_figure(verdict.observed),
        source=_source(case.source),
    )


def _question(question: Question) -> str:
    """What is measured; in Chinese by its label."""
    if language() == ENGLISH:
        return str(question)
    first, last = question.window
    when = _("minute {first}") if first == last else _("minute {first} to {last}")
    minutes = "" if last == math.inf else when.format(first=f"{first:g}", last=f"{last:g}")
    parts = (question.booth, _(PEOPLE[question.who]) if question.who else "", minutes)
    details = _(", ").join(part for part in parts if part)
    label = _(MEASURES[question.measure])
    return _("{measure} ({details})").format(measure=label, details=details) if details else label


def _source(source: str) -> str:
    """Where the expected figure comes from; books keep their titles."""
    kind, colon, formula = source.partition(": ")
    return _("exact: {formula}").format(formula=_(formula)) if colon and kind == EXACT else _(source)


def _figure(value: float) -> str:
    return f"{value:.{_DIGITS}g}"
