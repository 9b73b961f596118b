"""Why a strategy leads and where it hurts, in the sentences of a study's page, which is English as the manual is.

Each is chosen by the numbers. It takes the plain data of a study and must not know how it was computed.
"""

from __future__ import annotations

import math
from collections.abc import Iterator

from sim.model.visible import visible
from sim.report.findings import (
    LEAD,
    Document,
    Row,
    figure,
    lead_text,
    listed,
    named,
    points,
    row_of,
    signed,
    sorted_by_lead,
    verdict_of,
)
from sim.study.compare import BETTER, EQUAL, WORSE

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
    same = f"Planned {listed(RESOURCES)} are equal within {100 * ROUNDING:g} %"
    return f"{same}, but for {listed(found)}." if found else f"{same}."


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
