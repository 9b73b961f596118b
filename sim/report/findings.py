"""The sentences of a study of strategies: which is best, why, where it hurts, what would turn it.

Each is chosen by the numbers, "cannot tell" among them. It takes the plain data of a study and must not know how it was
computed.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from typing import Any

from sim.model.visible import visible
from sim.study.compare import BETTER, CANNOT_TELL, EQUAL, WORSE
from sim.study.flip import CANNOT_TELL as NEVER_TOLD
from sim.study.flip import FLIPS, MAY_FLIP, NO_FLIP

Document = dict[str, Any]
Row = dict[str, Any]

LEAD = "intents"
# A part of a lead that is smaller than this share of the larger part is not worth a word.
LITTLE = 0.15
# A district or group that has this much less than with the base is said to be hurt.
HURT = 0.05
# What explains a lead beside its parts is said where it changes by this share.
NOTABLE = 0.1
# Plans whose resources differ by less are equal.
ROUNDING = 0.015
RESOURCES = ("booth days", "staff hours", "planned cost")
PARTS = (("districts", "district"), ("groups", "group"))
QUEUES = {
    "wait_minutes_mean": ("the mean wait at a booth", " minutes", 1.0, 2),
    "wait_minutes_p90": ("the wait that nine of ten stay below", " minutes", 1.0, 1),
    "never_interviewed_share": ("those who leave without an interview", " percentage points", 100.0, 2),
    "peak_inside": ("the fullest hall", " people", 1.0, 0),
}


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
    return "" if one["usual"] is None else f"; here {one['usual']:g}"


def _listed(names: Sequence[str]) -> str:
    return names[0] if len(names) == 1 else f"{', '.join(names[:-1])} and {names[-1]}"


# The finding --------------------------------------------------------------------------------------


def best_sentence(document: Document) -> str:
    """Which strategy is the best, with what confidence."""
    best = document["best"]
    if "selected" in best:
        row = row_of(document, best["selected"])
        lead = lead_of(row)
        chosen = f"**{named(document, best['selected'])}** is selected as the best by intents"
        tied = [named(document, one) for one in best["tied"]]
        same = f", with {_listed(tied)} exactly equal so far" if tied else ""
        sure = (
            f" with probability {best['pcs']:g} or more, if it is better than every other by {best['zone']:g} intents"
            f" or more{same}"
        )
        if lead is None:
            return f"{chosen}{sure}: it is the base itself."
        base = row_of(document, document["base"])["measures"][LEAD][0]
        span = f"95 % interval {signed(lead['low'])} to {signed(lead['high'])}"
        more = f"{signed(lead['difference'])} ({span}; {percent(document, row)} %)"
        against = f"{figure(row['measures'][LEAD][0])} intents, {more}"
        others = [named(document, one) for one in best["possible"] if one != best["selected"]]
        also = f" From these replications {_listed(others)} may be the best as well." if others else ""
        return f"{chosen}{sure}: {against} against {figure(base)} of *{named(document, document['base'])}*.{also}"
    names = [named(document, one) for one in best["possible"]]
    if len(names) == 1:
        return f"**{names[0]}** is the best by intents, with 95 % confidence."
    return f"Which is the best by intents cannot be told: {_listed(names)} may be."


def count_sentence(document: Document) -> str:
    """How many are better, worse or cannot be told from the base."""
    found = {
        verdict: [named(document, row["file"]) for row in sorted_by_lead(document) if verdict_of(row) == verdict]
        for verdict in (BETTER, CANNOT_TELL, WORSE, EQUAL)
    }
    words = {
        BETTER: "bring more intents",
        WORSE: "bring fewer",
        CANNOT_TELL: "cannot be told from it",
        EQUAL: "bring exactly as many",
    }
    parts = [f"{len(names)} {words[verdict]} ({', '.join(names)})" for verdict, names in found.items() if names]
    return f"Of {len(document['strategies']) - 1} strategies against *{named(document, document['base'])}*: " + (
        f"{'; '.join(parts)}."
    )


def resources_sentence(document: Document) -> str:
    """Which strategies do not take the resources of the base."""
    base = row_of(document, document["base"])["resources"]
    found = []
    for row in document["strategies"]:
        other = [
            f"{what} {figure(row['resources'][what])} in place of {figure(base[what])}"
            for what in RESOURCES
            if abs(row["resources"][what] - base[what]) > ROUNDING * base[what]
        ]
        if other:
            found.append(f"*{named(document, row['file'])}* ({', '.join(other)})")
    same = f"Planned {_listed(RESOURCES)} are equal within {100 * ROUNDING:g} %"
    return f"{same}, but for {_listed(found)}." if found else f"{same}."


# Why ----------------------------------------------------------------------------------------------


def parts_of_lead(document: Document, row: Row) -> tuple[float, float]:
    """The lead split into visits and intents per visit, each weighed by the mean of the other; they add up."""
    base = row_of(document, document["base"])["measures"]
    (visits, intents), (visits_before, intents_before) = (
        (one["seekers"][0], one[LEAD][0]) for one in (row["measures"], base)
    )
    if not visits or not visits_before:
        return math.nan, math.nan
    rate, rate_before = intents / visits, intents_before / visits_before
    by_visits = (visits - visits_before) * (rate + rate_before) / 2
    return by_visits, (rate - rate_before) * (visits + visits_before) / 2


def reason_sentence(document: Document, row: Row) -> str:
    """Where the lead of a strategy comes from."""
    head = f"**{named(document, row['file'])}** ({lead_text(row)}, {verdict_of(row)})"
    if verdict_of(row) == EQUAL:
        return f"{head}: exactly as many intents as with the base in every replication."
    by_visits, by_rate = parts_of_lead(document, row)
    if math.isnan(by_visits):
        return f"{head}: nobody came."
    base = row_of(document, document["base"])["measures"]
    now = row["measures"]
    parts = [
        (by_visits, f"{signed(by_visits)} from {_more(now, base, 'seekers', 'visits')}"),
        (
            by_rate,
            f"{signed(by_rate)} from {'more' if by_rate > 0 else 'fewer'} intents per visit"
            f" ({points(base['intents_per_seeker'][0])} -> {points(now['intents_per_seeker'][0])})",
        ),
    ]
    largest = max(abs(part) for part, _ in parts)
    told = [words for part, words in sorted(parts, key=lambda one: -abs(one[0])) if abs(part) >= LITTLE * largest]
    return f"{head}: {', '.join(told)}{_beside(now, base)}."


def _more(now: Row, base: Row, name: str, words: str) -> str:
    before, after = base[name][0], now[name][0]
    return f"{'more' if after > before else 'fewer'} {words} ({figure(before)} -> {figure(after)})"


def _beside(now: Row, base: Row) -> str:
    """What changes beside it: way, wait and choice, where they change notably."""
    told = []
    for name, words, shown in (
        ("travel_km_mean", "way to the fair", "{:.1f} km"),
        ("wait_minutes_mean", "mean wait", "{:.2f} minutes"),
        ("distinct_posts", "different posts on offer", "{:,.0f}"),
    ):
        if name not in now or name not in base:
            continue
        before, after = base[name][0], now[name][0]
        if abs(after - before) >= NOTABLE * before and shown.format(before) != shown.format(after):
            told.append(f"{words} {shown.format(before)} -> {shown.format(after)}")
    return f"; {', '.join(told)}" if told else ""


# Where it hurts -----------------------------------------------------------------------------------


def hurts_sentences(document: Document) -> Iterator[str]:
    """For each strategy that brings more intents: queues, districts, groups, costs that are worse for it."""
    base = row_of(document, document["base"])
    for row in sorted_by_lead(document):
        if verdict_of(row) != BETTER:
            continue
        found = [*_queues(row), *_losers(row, base), *_costs(row, base)]
        told = "; ".join(found) or "nothing of this is worse than with the base"
        yield f"**{named(document, row['file'])}**: {told}."


def _queues(row: Row) -> Iterator[str]:
    for name, (words, unit, factor, places) in QUEUES.items():
        found = row["against_base"].get(name)
        if found is not None and found["verdict"] == WORSE:
            change = f"{factor * found['difference']:+,.{places}f}{unit}"
            yield f"{words} {change} ({factor * row['measures'][name][0]:,.{places}f})"


def _losers(row: Row, base: Row) -> Iterator[str]:
    """Districts and groups that have fewer intents per searcher than with the base."""
    for part, word in PARTS:
        change = {
            name: value / base[part][name] - 1
            for name, value in row[part].items()
            if base[part].get(name) and value / base[part][name] - 1 <= -HURT
        }
        if change:
            worst = min(change, key=lambda name: change[name])
            yield (
                f"{len(change)} of {len(row[part])} {word}s have fewer intents per searcher, most {visible(worst)}"
                f" ({100 * change[worst]:+.0f} %)"
            )


def _costs(row: Row, base: Row) -> Iterator[str]:
    before, after = (one["measures"].get("cost_travel", [math.nan])[0] for one in (base, row))
    if after > before * (1 + HURT):
        yield f"people pay more for their ways ({figure(before)} -> {figure(after)} yuan)"


# How sure -----------------------------------------------------------------------------------------


def behaviour_sentences(document: Document) -> list[str]:
    """Whether the ranking holds when the behaviour is drawn."""
    draws = document["draws"]
    if draws is None:
        return []
    count = draws["draws"]
    firsts = sorted(draws["strategies"], key=lambda one: (-one["first"], one["file"]))
    told = [f"{named(document, one['file'])} in {one['first']}" for one in firsts if one["first"]]
    others = [one for one in draws["strategies"] if one["file"] != document["base"]]
    always = [named(document, one["file"]) for one in others if one["better"] == count]
    ahead = (
        f"; ahead of the base in every draw: {', '.join(always)}" if always else "; none is ahead of the base in all"
    )
    return [f"With other behaviour ({count} draws of the fit) the best is {', '.join(told)} of {count} draws{ahead}."]


def assumption_sentences(document: Document) -> list[str]:
    """Which assumptions turn a lead, and over which none does."""
    told, firm = [], []
    for one in document["assumptions"]:
        turned = [text for row in one["strategies"] if (text := _turned(document, one, row))]
        if turned:
            told.append(f"`{one['key']}` ({one['words']}{usual_text(one)}): {'; '.join(turned)}.")
        else:
            firm.append(f"`{one['key']}`")
    told += _best_elsewhere(document)
    if firm:
        told.append(f"No lead turns over the values tried of {_listed(firm)}.")
    return told


def _best_elsewhere(document: Document) -> list[str]:
    """At which values another strategy than the selected one has the most intents of those tried."""
    selected = document["best"].get("selected")
    found = []
    for one in document["assumptions"]:
        if selected not in {row["file"] for row in one["strategies"]}:
            continue
        pairs = zip(one["values"], one["first"], strict=True)
        others = [f"{named(document, name)} at {value:g}" for value, name in pairs if name != selected]
        if others:
            found.append(f"`{one['key']}` ({', '.join(others)})")
    if not found:
        return []
    return [f"{named(document, selected)} is not the best of those tried at other values of {_listed(found)}."]


def _turned(document: Document, one: Row, row: Row) -> str:
    """What an assumption does to the verdict on a strategy; empty where it stays."""
    name, values = named(document, row["file"]), one["values"]
    if row["outcome"] == FLIPS:
        where = _listed([f"{value:.3g}" for value in row["crossings"]])
        sides = {1: "ahead", -1: "behind", 0: "not to be told"}
        ends = [f"{sides[row['verdicts'][place]]} at {values[place]:g}" for place in (0, -1)]
        return f"{name} flips near {where}: {ends[0]}, {ends[1]}"
    if row["outcome"] == MAY_FLIP:
        lost = [f"{value:g}" for value, verdict in zip(values, row["verdicts"], strict=True) if verdict == 0]
        ahead = "ahead" if 1 in row["verdicts"] else "behind"
        return f"{name} is {ahead}, but cannot be told at {_listed(lost)}"
    if row["outcome"] in (NO_FLIP, NEVER_TOLD):
        return ""
    return f"{name} is exactly equal at every value"
