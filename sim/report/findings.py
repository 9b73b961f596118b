"""The findings of a study of strategies in sentences: which is best, how sure, what would turn it.

Each is chosen by the numbers, "cannot tell" among them. It takes the plain data of a study and must not know how it was
computed.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Any

from sim.language import N_, _
from sim.model.visible import visible
from sim.study.compare import BETTER, CANNOT_TELL, EQUAL, WORSE
from sim.study.flip import CANNOT_TELL as NEVER_TOLD
from sim.study.flip import FLIPS, MAY_FLIP, NO_FLIP

Document = dict[str, Any]
Row = dict[str, Any]

LEAD = "intents"


# Figures ------------------------------------------------------------------------------------------


def figure(value: float) -> str:
    """A count."""
    return "-" if math.isnan(value) else f"{value:,.0f}"


def signed(value: float) -> str:
    """A difference of counts."""
    return "-" if math.isnan(value) else "0" if round(value) == 0 else f"{value:+,.0f}"


def points(value: float) -> str:
    """A share in percent."""
    return "-" if math.isnan(value) else f"{100 * value:.1f} %"


def row_of(document: Document, file: str) -> Row:
    """A strategy by the name of its file."""
    found: Row = next(row for row in document["strategies"] if row["file"] == file)
    return found


def named(document: Document, file: str) -> str:
    """What a strategy is called, safe in a table."""
    name = visible(str(row_of(document, file)["name"]))
    for sign in ("\\", "|", "*", "_", "`", "[", "<"):
        name = name.replace(sign, "\\" + sign)
    return name


def lead_of(row: Row) -> Row | None:
    """The difference in intents; None for the base."""
    lead: Row | None = row["against_base"].get(LEAD)
    return lead


def verdict_of(row: Row) -> str | None:
    """The verdict by intents; None for the base."""
    lead = lead_of(row)
    return None if lead is None else lead["verdict"]


def lead_text(row: Row) -> str:
    """The lead with half its interval."""
    lead = lead_of(row)
    if lead is None:
        return ""
    return f"{signed(lead['difference'])} ± {figure((lead['high'] - lead['low']) / 2)}"


def percent(document: Document, row: Row) -> str:
    """The lead in percent of the base."""
    lead, base = lead_of(row), row_of(document, document["base"])["measures"][LEAD][0]
    return "" if lead is None or not base else f"{100 * lead['difference'] / base:+.1f}"


def sorted_by_lead(document: Document) -> list[Row]:
    """All strategies, the base among them, most intents first."""
    return sorted(document["strategies"], key=lambda row: (-row["measures"][LEAD][0], row["file"]))


def usual_text(one: Row) -> str:
    """Which value of an assumption the strategies have."""
    return "" if one["usual"] is None else _("; here {value:g}").format(value=one["usual"])


def listed(names: Sequence[str]) -> str:
    """Names, the last one after `and`."""
    return names[0] if len(names) == 1 else _(" and ").join((_(", ").join(names[:-1]), names[-1]))


# The finding --------------------------------------------------------------------------------------


def best_sentence(document: Document) -> str:
    """Which strategy is the best, with what confidence."""
    best = document["best"]
    if "selected" in best:
        return _selected_sentence(document, best)
    names = [named(document, one) for one in best["possible"]]
    if len(names) == 1:
        return _("**{name}** is the best by intents, with 95 % confidence.").format(name=names[0])
    return _("Which is the best by intents cannot be told: {names} may be.").format(names=listed(names))


def _selected_sentence(document: Document, best: Row) -> str:
    """The strategy that was selected as the best."""
    row = row_of(document, best["selected"])
    lead = lead_of(row)
    tied = [named(document, one) for one in best["tied"]]
    same = _(", with {names} exactly equal so far").format(names=listed(tied)) if tied else ""
    chosen = _(
        "**{name}** is selected as the best by intents with probability {pcs:g} or more, if it is better than every"
        " other by {zone:g} intents or more{same}"
    ).format(name=named(document, best["selected"]), pcs=best["pcs"], zone=best["zone"], same=same)
    if lead is None:
        return _("{chosen}: it is the base itself.").format(chosen=chosen)
    others = [named(document, one) for one in best["possible"] if one != best["selected"]]
    also = _(" From these replications {names} may be the best as well.").format(names=listed(others)) if others else ""
    return _(
        "{chosen}: {intents} intents, {change} (95 % interval {low} to {high}; {percent} %) against {own} of *{base}*."
        "{also}"
    ).format(
        chosen=chosen,
        intents=figure(row["measures"][LEAD][0]),
        change=signed(lead["difference"]),
        low=signed(lead["low"]),
        high=signed(lead["high"]),
        percent=percent(document, row),
        own=figure(row_of(document, document["base"])["measures"][LEAD][0]),
        base=named(document, document["base"]),
        also=also,
    )


COUNTED = {
    BETTER: N_("{count} bring more intents ({names})"),
    CANNOT_TELL: N_("{count} cannot be told from it ({names})"),
    WORSE: N_("{count} bring fewer ({names})"),
    EQUAL: N_("{count} bring exactly as many ({names})"),
}


def count_sentence(document: Document) -> str:
    """How many are better, worse or cannot be told from the base."""
    parts = []
    for verdict, line in COUNTED.items():
        names = [named(document, row["file"]) for row in sorted_by_lead(document) if verdict_of(row) == verdict]
        if names:
            parts.append(_(line).format(count=len(names), names=_(", ").join(names)))
    line = _("Of {count} strategies against *{base}*: {parts}.")
    base = named(document, document["base"])
    return line.format(count=len(document["strategies"]) - 1, base=base, parts=_("; ").join(parts))


# How sure -----------------------------------------------------------------------------------------


def behaviour_sentences(document: Document) -> list[str]:
    """Whether the ranking holds when the behaviour is drawn."""
    draws = document["draws"]
    if draws is None:
        return []
    count = draws["draws"]
    firsts = sorted(draws["strategies"], key=lambda one: (-one["first"], one["file"]))
    line = _("{name} in {first}")
    told = [line.format(name=named(document, one["file"]), first=one["first"]) for one in firsts if one["first"]]
    # Rounded down: a bound that is rounded up is none.
    least = math.floor(100.0 * firsts[0]["first_share_least"])
    line = _("of all draws {name} is the best in {least} % or more, with 95 % confidence")
    sure = line.format(name=named(document, firsts[0]["file"]), least=least)
    others = [one for one in draws["strategies"] if one["file"] != document["base"]]
    always = [named(document, one["file"]) for one in others if one["better"] == count]
    ahead = _("ahead of the base in every draw: {names}").format(names=_(", ").join(always))
    line = _("With other behaviour ({count} draws of the fit) the best is {best} of {count} draws; {sure}; {ahead}.")
    none = _("none is ahead of the base in all")
    return [line.format(count=count, best=_(", ").join(told), sure=sure, ahead=ahead if always else none)]


def assumption_sentences(document: Document) -> list[str]:
    """Which assumptions turn a lead, and over which none does."""
    told, firm = [], []
    for one in document["assumptions"]:
        turned = [text for row in one["strategies"] if (text := _turned(document, one, row))]
        if turned:
            line = _("`{key}` ({words}{usual}): {turned}.")
            words, usual = one["words"], usual_text(one)
            told.append(line.format(key=one["key"], words=words, usual=usual, turned=_("; ").join(turned)))
        else:
            firm.append(f"`{one['key']}`")
    told += _best_elsewhere(document)
    if firm:
        told.append(_("No lead turns over the values tried of {keys}.").format(keys=listed(firm)))
    return told


def _best_elsewhere(document: Document) -> list[str]:
    """At which values another strategy than the selected one has the most intents of those tried."""
    selected = document["best"].get("selected")
    found = []
    for one in document["assumptions"]:
        if selected not in {row["file"] for row in one["strategies"]}:
            continue
        pairs = zip(one["values"], one["first"], strict=True)
        line = _("{name} at {value:g}")
        others = [line.format(name=named(document, name), value=value) for value, name in pairs if name != selected]
        if others:
            found.append(_("`{key}` ({others})").format(key=one["key"], others=_(", ").join(others)))
    if not found:
        return []
    line = _("{name} is not the best of those tried at other values of {keys}.")
    return [line.format(name=named(document, selected), keys=listed(found))]


SIDES = {1: N_("ahead at {value:g}"), -1: N_("behind at {value:g}"), 0: N_("not to be told at {value:g}")}


def _turned(document: Document, one: Row, row: Row) -> str:
    """What an assumption does to the verdict on a strategy; empty where it stays."""
    name, values = named(document, row["file"]), one["values"]
    if row["outcome"] == FLIPS:
        where = listed([f"{value:.3g}" for value in row["crossings"]])
        sides = [SIDES[verdict] for verdict in row["verdicts"]]
        first, last = (_(sides[place]).format(value=values[place]) for place in (0, -1))
        return _("{name} flips near {where}: {first}, {last}").format(name=name, where=where, first=first, last=last)
    if row["outcome"] == MAY_FLIP:
        lost = [f"{value:g}" for value, verdict in zip(values, row["verdicts"], strict=True) if verdict == 0]
        ahead = _("{name} is ahead, but cannot be told at {values}")
        behind = _("{name} is behind, but cannot be told at {values}")
        return (ahead if 1 in row["verdicts"] else behind).format(name=name, values=listed(lost))
    if row["outcome"] in (NO_FLIP, NEVER_TOLD):
        return ""
    return _("{name} is exactly equal at every value").format(name=name)
