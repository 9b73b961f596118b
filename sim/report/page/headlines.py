"""What came out, in words: the sentences at the top of a page.

From the page's values to sentences in the language that is spoken. They claim no more than the intervals allow.
"""

from __future__ import annotations

import math
from collections.abc import Iterator

from sim.language import _, ngettext
from sim.report.page import words
from sim.report.page.data import ComparisonPage, FitPage, RunPage
from sim.report.summary import NOTHING, Summary, SummaryRow
from sim.study.compare import BETTER, CANNOT_TELL, EQUAL, WORSE, Alternative, Best, Difference

LEAD = "intents"
FEW = 3  # so many measures are named in a sentence


def run_headline(summary: Summary) -> str:
    """The outcome in one sentence."""
    intents, seekers = summary.row("intents"), summary.row("seekers")
    fairs = ngettext("At {fairs} fair", "At {fairs} fairs", summary.fairs).format(fairs=f"{summary.fairs:,}")
    text = _("{fairs}, {intents} of {seekers} people reach an intent with a firm.")
    if _of_campaign(summary, "visitors") is not None:
        text = _("{fairs}, {intents} of {seekers} visits end with an intent.")
    return text.format(fairs=fairs, intents=words.count(intents.mean), seekers=words.count(seekers.mean))


def _of_campaign(summary: Summary, name: str) -> SummaryRow | None:
    """A measure that only a campaign has."""
    return next((row for row in summary.rows if row.name == name), None)


def run_sentences(page: RunPage) -> Iterator[str]:
    """How sure that is, what becomes of it, and what it costs in waiting."""
    summary = page.summary
    intents, starts = summary.row("intents"), summary.row("starts")
    if math.isnan(intents.low):
        yield _("This is one replication: one possible day, without any statement of how sure it is.")
    else:
        yield _("The 95 % interval of that mean is {interval}; one season may bring {range}.").format(
            interval=words.span(intents, intents.low, intents.high), range=words.span(intents, intents.p05, intents.p95)
        )
    yield from _reported_sentence(summary)
    yield _("{starts} people start work.").format(starts=words.count(starts.mean))
    wait, tail, never = (
        summary.row(name) for name in ("wait_minutes_mean", "wait_minutes_p90", "never_interviewed_share")
    )
    if not math.isnan(wait.mean):
        yield _wait_sentence(wait, tail)
    if not math.isnan(never.mean):
        yield _("{share} of those who come to apply leave without an interview.").format(share=words.figure(never))
    yield from _campaign_sentences(summary)


def _wait_sentence(mean: SummaryRow, tail: SummaryRow) -> str:
    """How long people wait at a booth, as one would say it."""
    if mean.mean == 0.0:
        return _("Nobody waits at a booth.")
    if tail.mean < words.SECOND:
        return _("Hardly anybody waits at a booth: the mean wait is {mean}, and 9 of 10 do not wait at all.").format(
            mean=words.duration(mean)
        )
    return _("A wait at a booth lasts {mean} on average; 9 of 10 waits stay below {tail}.").format(
        mean=words.duration(mean), tail=words.duration(tail)
    )


def _campaign_sentences(summary: Summary) -> Iterator[str]:
    """Whom the fairs of a campaign reach, and what they cost."""
    visitors, searchers = _of_campaign(summary, "visitors"), _of_campaign(summary, "searchers")
    if visitors is not None and searchers is not None:
        yield _("{visitors} of the {searchers} people who look for work in the season come to a fair.").format(
            visitors=words.count(visitors.mean), searchers=words.count(searchers.mean)
        )
    cost, each = _of_campaign(summary, "cost"), _of_campaign(summary, "cost_per_start")
    if cost is not None and each is not None and not math.isnan(each.mean):
        yield _("That costs the organiser {cost} yuan, {each} yuan for each start of work.").format(
            cost=words.figure(cost), each=words.figure(each)
        )


def _reported_sentence(summary: Summary) -> Iterator[str]:
    row = summary.row("intents")
    if row.reported is None:
        return
    reported = words.figure(row, row.reported)
    if math.isnan(row.p05):
        yield _("Reported: {reported}.").format(reported=reported)
    elif row.p05 <= row.reported <= row.p95:
        yield _("The reported {reported} lies within that range.").format(reported=reported)
    else:
        yield _("The reported {reported} lies outside that range.").format(reported=reported)


def comparison_headline(page: ComparisonPage) -> str:
    """Who is better, in one sentence."""
    found = page.comparison
    if len(found.alternatives) == 1:
        return lead_sentence(found.base, found.alternatives[0], found.confidence)
    if found.best is None:
        return _("{count} plans against {base}").format(count=len(found.alternatives), base=words.drawn(found.base))
    return best_sentence(found.best, found.confidence)


def comparison_sentences(page: ComparisonPage) -> Iterator[str]:
    """The verdict on each plan, and on how many replications they rest."""
    found = page.comparison
    for other in found.alternatives:
        yield verdict(found.base, other, found.confidence)
    if found.best is not None and found.best.selection is not None:
        yield selection_sentence(found.best)
    unlike = [words.drawn(other.label) for other in found.alternatives if other.resources_changed]
    if unlike:
        yield _("Not with the same resources as the base: {plans}.").format(plans=_(", ").join(unlike))
    yield _(
        "{count} replications of each plan, paired: the same people with the same luck. All {intervals} intervals hold"
        " together with {sure} confidence."
    ).format(count=f"{found.replications:,}", intervals=found.intervals, sure=words.percent(found.confidence))


def lead_sentence(base: str, other: Alternative, confidence: float) -> str:
    """What a plan does to the number that counts most."""
    lead = other.row(LEAD)
    if lead is None or other.is_equal:
        return verdict(base, other, confidence)
    head = _("{other} against {base}").format(other=words.drawn(other.label), base=words.drawn(base))
    return _("{head}: {parts}.").format(head=head, parts=_lead(lead, confidence))


def verdict(base: str, other: Alternative, confidence: float) -> str:
    """The verdict on one plan in one sentence."""
    head = _("{other} against {base}").format(other=words.drawn(other.label), base=words.drawn(base))
    if other.is_equal:
        return _("{head}: exactly the same in every measure and replication.").format(head=head)
    lead = other.row(LEAD)
    parts = [] if lead is None else [_lead(lead, confidence)]
    kinds = ((BETTER, _("better: {what}")), (WORSE, _("worse: {what}")), (CANNOT_TELL, _("cannot tell: {what}")))
    for kind, text in kinds:
        rows = [row for row in other.headline if row.verdict == kind and row is not lead]
        if rows:
            named = [words.label(row.name) if kind == CANNOT_TELL else _changed(row) for row in rows[:FEW]]
            if len(rows) > FEW:
                named.append(_("and {count} more").format(count=len(rows) - FEW))
            parts.append(text.format(what=_(", ").join(named)))
    return _("{head}: {parts}.").format(head=head, parts=_("; ").join(parts))


def _lead(row: Difference, confidence: float) -> str:
    """The change of intents in percent of the base's."""
    if row.verdict == EQUAL:
        return _("exactly as many intents")
    if math.isnan(row.low) or not row.base > 0:
        return _("cannot tell whether more or fewer intents")
    size, low, high = (100.0 * value / row.base for value in (row.difference, row.low, row.high))
    places = _places(max(high - low, abs(size) / 10))
    if row.verdict == CANNOT_TELL:
        return _("cannot tell whether more or fewer intents ({sure} interval {low} to {high} %)").format(
            sure=words.percent(confidence), low=f"{low:+.{places}f}", high=f"{high:+.{places}f}"
        )
    text = _("{size} % more intents ({sure} interval {low} to {high} %)")
    if size < 0:
        text, low, high = _("{size} % fewer intents ({sure} interval {low} to {high} %)"), -high, -low
    shown = {"size": abs(size), "low": low, "high": high}
    return text.format(sure=words.percent(confidence), **{name: f"{value:.{places}f}" for name, value in shown.items()})


def _places(size: float) -> int:
    """Decimals that show two digits of a size."""
    return min(6, max(0, 1 - math.floor(math.log10(size)))) if 0 < size < math.inf else 0


def _changed(row: Difference) -> str:
    return f"{words.label(row.name)} {change(row, row.difference)}{change_unit(row)}"


def change(row: Difference, value: float) -> str:
    """A difference with its sign, with two digits of its interval; shares in percentage points."""
    if math.isnan(value):
        return NOTHING
    factor = 100.0 if row.key.unit == "share" else 1.0
    half = (row.high - row.low) * factor / 2
    size = half if half > 0 else abs(row.difference) * factor
    shown = f"{value * factor:+,.{_places(size)}f}"
    return shown if value and any(digit in shown for digit in "123456789") else "0"


def change_unit(row: Difference) -> str:
    """The unit of a difference where the label does not say what is counted."""
    return {"share": _(" percentage points"), "minutes": _(" minutes"), "days": _(" days")}.get(row.key.unit, "")


def best_sentence(best: Best, confidence: float) -> str:
    """Which plan is the best, or which ones may be."""
    by, sure = words.label(best.measure), words.percent(confidence)
    if best.with_best is None:
        return _("Best by {measure}: cannot tell from so few replications.").format(measure=by)
    named = _(", ").join(words.drawn(label) for label in best.possible)
    if len(best.possible) == 1:
        return _("Best by {measure}: {plan}, with {sure} confidence.").format(measure=by, plan=named, sure=sure)
    return _("Best by {measure}: cannot tell between {plans} ({sure} confidence).").format(
        measure=by, plans=named, sure=sure
    )


def selection_sentence(best: Best) -> str:
    """Which plan was selected, and what that took."""
    assert best.selection is not None and best.zone is not None and best.pcs is not None
    return _(
        "Selected by {measure}: {plan}, with probability {probability} or more if the best is better than every other"
        " by {zone} {unit} or more."
    ).format(
        measure=words.label(best.measure),
        plan=words.drawn(best.labels[best.selection.selected]),
        probability=f"{best.pcs:g}",
        zone=f"{best.zone:g}",
        unit=words.unit(best.unit),
    )


def fit_headline(page: FitPage) -> str:
    """How many of the fitted parameters the data say something of."""
    rows = page.about["parameters"]
    known = sum(1 for one in rows if not str(one["says"]).startswith("not identified"))
    return _(
        "The data say something of {known} of {all} fitted numbers; the others stay where the prior put them."
    ).format(known=known, all=len(rows))


def fit_sentences(page: FitPage) -> Iterator[str]:
    """How near the fit comes, and how far its intervals can be trusted."""
    about = page.about
    for name, point in about["point"].items():
        yield _("{name}: mean {mean} at the point that scenarios name, reported {reported}.").format(
            name=words.one_line(str(name)), mean=words.count(point["mean"]), reported=words.count(point["reported"])
        )
    covered = about["coverage"]
    yield _("In {sets} synthetic sets with known truth, the 90 % intervals hold {share} of the true values.").format(
        sets=covered["sets"], share=words.percent(covered["overall"])
    )
    yield _("What was fitted is no evidence for the model: the validation says how it does on fairs it has not seen.")
