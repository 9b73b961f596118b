"""A study of strategies as a planner reads it: the finding in words, why, where it hurts, how sure, what would turn it.

From the plain data of a study it gives a Markdown page and the few lines for the terminal. Every sentence is chosen by
the numbers. The page is a chapter of the manual and English as that is. It must not know how anything was simulated.
"""

from __future__ import annotations

import math
import re
from collections.abc import Callable, Iterator, Sequence
from typing import Any

from sim.language import ENGLISH, speaking
from sim.report.findings import (
    assumption_sentences,
    behaviour_sentences,
    best_sentence,
    count_sentence,
    figure,
    lead_text,
    named,
    percent,
    points,
    signed,
    sorted_by_lead,
    usual_text,
    verdict_of,
)
from sim.report.reasoning import hurts_sentences, reason_sentence, resources_sentence

Document = dict[str, Any]
Row = dict[str, Any]

UNKNOWN = (
    "Who comes to a fair rests on the section `attendance` of [the parameters](parameters.md): no source has measured"
    " how size, distance, weekday or theme draw people. A lead that comes from more visits is worth as much as that.",
    "The draws vary how people and firms behave at a fair. They do not vary who comes, how many look for work or how"
    " many posts there are; the table of assumptions does, one at a time and not together.",
    "Intervals say how sure the model is of its own averages. One real season scatters more, and the model may be"
    " wrong: [validation](validation.md).",
    "Firms do not learn: a firm comes as gladly to a small fair as to a large one, at the weekend as on a working day."
    " Nobody gets tired of travelling, and nobody finds two fairs a day hard to organise.",
    "Halls are rented by the booth, unless a strategy says otherwise. Staff is spread over the fairs, however few"
    " people that leaves at each; what a fair needs at least is not in the model.",
)


def summary_lines(document: Document) -> list[str]:
    """The finding in a few lines of Markdown."""
    return [
        best_sentence(document),
        count_sentence(document),
        *behaviour_sentences(document),
        *assumption_sentences(document),
    ]


def page_of(document: Document, figures: Sequence[str]) -> str:
    """The page; `figures` are paths of pictures beside it, by the names of `sim.report.figures`."""
    with speaking(ENGLISH):
        return _page(document, figures)


def _page(document: Document, figures: Sequence[str]) -> str:
    shown = {path.rsplit("/", 1)[-1].removesuffix(".svg"): path for path in figures}

    def picture(name: str, words: str) -> list[str]:
        return [f"![{words}]({shown[name]})", ""] if name in shown else []

    parts = [
        _head(document),
        ["## In short", "", *_items(summary_lines(document))],
        [
            "## The verdicts",
            "",
            f"Each strategy against *{named(document, document['base'])}*, most intents first. Half-widths hold for all"
            " strategies and headline measures together with 95 % confidence.",
            "",
            *picture("leads", "Intents of each strategy more or fewer than the base, with intervals"),
            *_verdicts(document),
        ],
        ["## The strategies, and what they take", "", *_resources(document)],
        _why(document),
        _hurts(document),
        _sure(document, picture("draws", "Lead of each strategy over draws of the behaviour")),
        _assumed(document, picture("assumptions", "Lead of the strategies at other values of each assumption")),
        ["## What is not known", "", *_items(UNKNOWN)],
    ]
    return "\n".join(line for part in parts for line in part).rstrip("\n") + "\n"


def command_of(document: Document) -> str:
    """The command that makes this page again."""
    draws = "" if document["draws"] is None else f" --draws {document['draws']['file']}"
    return f"jobfair study {document['folder']}{draws} -n {document['replications']} --page {document['page']}"


def _head(document: Document) -> list[str]:
    best = document["best"]
    longest = f", up to {max(best['replications'])} to select the best" if "replications" in best else ""
    return [
        "# Which strategy?",
        "",
        f"<!-- digest: {document['digest']} -->",
        "",
        "Generated; do not edit. The same command gives the same page, for any number of processes:",
        "",
        "```text",
        command_of(document),
        "```",
        "",
        f"{len(document['strategies'])} strategies, {document['replications']} replications of each{longest}, seed"
        f" {document['seed']}: the same people with the same luck in all. {resources_sentence(document)}",
        "[How to compare strategies](how-to-compare-strategies.md) says how to add your own.",
        "",
    ]


def _items(lines: Sequence[str]) -> list[str]:
    return [*(f"- {line}" for line in lines), ""]


def _table(heading: Sequence[str], rows: Sequence[Sequence[str]], texts: int = 1) -> list[str]:
    """A Markdown table: so many columns of text to the left, then figures to the right."""
    return [
        f"| {' | '.join(heading)} |",
        f"|{'|'.join('---' if place < texts else '--:' for place in range(len(heading)))}|",
        *(f"| {' | '.join(cells)} |" for cells in rows),
        "",
    ]


def _verdicts(document: Document) -> list[str]:
    rows = [
        (named(document, row["file"]), figure(row["measures"]["intents"][0]), lead_text(row), percent(document, row),
         verdict_of(row) or "(base)")
        for row in sorted_by_lead(document)
    ]  # fmt: skip
    return _table(("strategy", "intents", "more than the base", "in %", "verdict"), rows)


def _resources(document: Document) -> list[str]:
    heading = ("strategy", "why", "fairs", "booth days", "staff hours", "messages", "planned cost, yuan")
    keys = ("fairs", "booth days", "staff hours", "outreach messages", "planned cost")
    rows = [
        (f"{named(document, row['file'])} (`{row['file']}.toml`)", _cell(row["why"]),
         *(figure(row["resources"][key]) for key in keys))
        for row in document["strategies"]
    ]  # fmt: skip
    return _table(heading, rows, texts=2)


def _cell(text: str) -> str:
    return text.replace("\\", "\\\\").replace("|", "\\|").replace("<", "&lt;").replace("\n", " ")


def _columns(document: Document, columns: Sequence[tuple[str, Callable[[Row], str]]]) -> list[str]:
    """A row per strategy, most intents first, with these columns."""
    rows = [(named(document, row["file"]), *(shown(row) for _, shown in columns)) for row in sorted_by_lead(document)]
    return _table(("strategy", *(name for name, _ in columns)), rows)


def _mean(name: str, show: Callable[[float], str]) -> Callable[[Row], str]:
    def shown(row: Row) -> str:
        return show(row["measures"][name][0]) if name in row["measures"] else "-"

    return shown


def _one(value: float) -> str:
    return f"{value:,.1f}"


def _two(value: float) -> str:
    return f"{value:,.2f}"


def _why(document: Document) -> list[str]:
    columns = (
        ("visits", _mean("seekers", figure)),
        ("people", _mean("visitors", figure)),
        ("intents per visit", _mean("intents_per_seeker", points)),
        ("different posts", _mean("distinct_posts", figure)),
        ("mean wait, min", _mean("wait_minutes_mean", _two)),
        ("way, km", _mean("travel_km_mean", _one)),
        ("days to a start", _mean("days_search_to_start_mean", _one)),
    )
    sentences = [reason_sentence(document, row) for row in sorted_by_lead(document) if row["file"] != document["base"]]
    return [
        "## Why",
        "",
        "Intents are visits times intents per visit; a lead is split into these two parts, which add up to it. The"
        " parts are of means and have no intervals of their own; a part much smaller than the other is left out.",
        "",
        *_columns(document, columns),
        *_items(sentences),
    ]


def _hurts(document: Document) -> list[str]:
    columns = (
        ("9 of 10 waits below, min", _mean("wait_minutes_p90", _one)),
        ("wait outside, min", _mean("outside_minutes_mean", _one)),
        ("most inside", _mean("peak_inside", figure)),
        ("no interview", _mean("never_interviewed_share", points)),
        ("district spread", _mean("district_spread", _two)),
        ("group spread", _mean("group_spread", _two)),
        ("yuan per intent", _mean("cost_per_intent", _one)),
        ("ways paid by people, yuan", _mean("cost_travel", figure)),
    )
    return ["## Where it hurts", "", *_columns(document, columns), *_items(list(hurts_sentences(document)))]


def _sure(document: Document, picture: Sequence[str]) -> list[str]:
    draws = document["draws"]
    if draws is None:
        return []
    rows = [
        (named(document, one["file"]), figure(one["mean"]), *(signed(value) for value in one["lead"]),
         f"{one['better']} of {draws['draws']}", f"{one['first']} of {draws['draws']}")
        for one in draws["strategies"]
    ]  # fmt: skip
    heading = ("strategy", "intents", "lead: 5 %", "median", "95 %", "ahead of the base", "the best")
    return [
        "## Other behaviour",
        "",
        f"The leading strategies with the first {draws['draws']} draws of `{draws['file']}`, {draws['replications']}"
        " replications of each. How people and firms behave at the first day, which is given, stays as fitted where the"
        " scenario says so.",
        "",
        *picture,
        *_table(heading, rows),
    ]


def _assumed(document: Document, picture: Sequence[str]) -> list[str]:
    if not document["assumptions"]:
        return []
    return [
        "## Other assumptions",
        "",
        f"One assumption at a time, {document['assumption_replications']} replications at each value. Lead over"
        f" *{named(document, document['base'])}* in intents; (?) cannot be told from none.",
        "",
        *picture,
        *(line for one in document["assumptions"] for line in _assumption(document, one)),
    ]


def _assumption(document: Document, one: Row) -> Iterator[str]:
    usual = usual_text(one)
    yield f"### `{one['key']}`"
    yield ""
    yield f"{one['words'][:1].upper()}{one['words'][1:]}{usual}."
    yield ""
    rows = [("intents of the base", *(figure(value) for value in one["base"]))]
    for strategy in one["strategies"]:
        cells = zip(strategy["leads"], strategy["verdicts"], strict=True)
        leads = (signed(lead[0]) + ("" if verdict else " (?)") for lead, verdict in cells)
        rows.append((named(document, strategy["file"]), *leads))
    rows.append(("the best of these", *(named(document, name) for name in one["first"])))
    yield from _table(("", *(f"{value:g}" for value in one["values"])), rows)


def plain(text: str) -> str:
    """A sentence without the signs of Markdown."""
    return re.sub(r"\\(.)|\*+|`", r"\1", text)


def without_nan(content: Any) -> Any:
    """The same data for JSON, which knows no NaN: null."""
    if isinstance(content, dict):
        return {key: without_nan(value) for key, value in content.items()}
    if isinstance(content, list | tuple):
        return [without_nan(value) for value in content]
    return None if isinstance(content, float) and math.isnan(content) else content
