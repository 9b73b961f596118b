"""Labels and figures of the page: what a measure is called, how a number looks, in the language that is spoken.

Names of measures and keys stay as they are in files and stand beside the labels. Knows no page.
"""

from __future__ import annotations

import datetime
import math
import re
import unicodedata
from collections.abc import Mapping
from typing import Any

from sim.language import N_, _, ngettext, pgettext
from sim.model.values import clock_text
from sim.report.page.data import Spread
from sim.report.summary import NOTHING, SummaryRow, format_figure, within
from sim.study.compare import Difference

LONGEST_NAME = 40
SECOND = 1 / 60  # of a minute
LONGEST_TITLE = 10_000
MEASURES = {
    "firms": N_("firms"),
    "posts": N_("posts"),
    "seekers": N_("people who come"),
    "intents": N_("people with an intent"),
    "signings": N_("signings"),
    "starts": N_("starts of work"),
    "intents_per_seeker": N_("intents per person who comes"),
    "intents_per_post": N_("intents per post"),
    "wait_minutes_mean": N_("mean wait at a booth"),
    "wait_minutes_p90": N_("wait that 9 of 10 stay below"),
    "never_interviewed_share": N_("applicants never interviewed"),
    "peak_inside": N_("most people in a hall at once"),
    "events": N_("events in the ledger"),
    "entered": N_("people who enter"),
    "turned_away": N_("turned away at the doors"),
    "gave_up_outside": N_("gave up in the queue outside"),
    "applicants": N_("people who apply"),
    "interviewed": N_("people with an interview"),
    "interviews": N_("interviews"),
    "offers": N_("offers"),
    "balked": N_("walked past because of the queue"),
    "reneged": N_("left a queue for want of patience"),
    "missed": N_("found the firm gone"),
    "closed_out": N_("sent away by the closing"),
    "wait_over_20_share": N_("interviews after more than 20 minutes' wait"),
    "outside_minutes_mean": N_("mean wait outside"),
    "inside_minutes_mean": N_("mean time inside"),
    "days_to_start_mean": N_("days from fair to start of work"),
    "utilisation": N_("share of recruiters' time in interviews"),
    "arrivals": N_("people who arrive"),
    "inside_time_average": N_("people inside"),
    "waiting_time_average": N_("people in queues"),
    "talking_time_average": N_("people in interviews"),
    "searchers": N_("people who look for work in the season"),
    "visitors": N_("different people who come"),
    "never_reached_share": N_("searchers whom no outreach reached"),
    "never_came_share": N_("reached, but came to no fair"),
    "repeat_visit_share": N_("visits by people who had been at a fair before"),
    "intents_per_newcomer": N_("intents per first visit"),
    "intents_per_repeater": N_("intents per repeated visit"),
    "repeaters_new_post_share": N_("repeat visitors' intents on posts that are new since"),
    "distinct_firms": N_("different firms with a booth"),
    "distinct_posts": N_("different posts offered"),
    "posts_filled": N_("posts filled by the fairs"),
    "posts_filled_elsewhere": N_("posts filled elsewhere or withdrawn"),
    "hired_elsewhere": N_("searchers hired elsewhere"),
    "gave_up_search": N_("searchers who gave up"),
    "in_pool_at_end": N_("still looking after the last day"),
    "days_in_pool_mean": N_("days of looking for work"),
    "days_search_to_start_mean": N_("days from search to start of work"),
    "travel_km_mean": N_("way to the fair"),
    "cost": N_("cost to the organiser"),
    "cost_levers": N_("cost of the levers"),
    "cost_travel": N_("what seekers pay for their ways"),
    "cost_per_intent": N_("cost per intent"),
    "cost_per_start": N_("cost per start"),
    "district_spread": N_("how unequal districts are"),
    "group_spread": N_("how unequal groups are"),
    "suitable_booths_mean": N_("booths that suit a visitor"),
    "wait_minutes_median": N_("wait that half of all stay below"),
    "close_contact_minutes_mean": N_("time close to others, for each visit"),
    "full_minutes": N_("time during which halls are full"),
    "intents_per_searcher": N_("intents per searcher"),
    "in_pool": N_("people who look for work"),
    "open_posts": N_("open posts"),
    "bound": N_("most intents without any friction"),
    "share_of_bound": N_("intents as a share of that bound"),
    "lost_to_queues": N_("lost to queues"),
    "lost_to_ignorance": N_("lost to not knowing which booths suit"),
    "lost_to_clock": N_("lost to the clock"),
    "lost_to_rivalry": N_("lost to rivalry for posts"),
    "lost_to_thin_choice": N_("lost to posts that were not at the fair"),
}
BOUND = (
    "bound", "share_of_bound", "lost_to_queues", "lost_to_ignorance", "lost_to_clock", "lost_to_rivalry",
    "lost_to_thin_choice",
)  # fmt: skip
CAMPAIGN = (
    "searchers", "visitors", "never_reached_share", "never_came_share", "repeat_visit_share", "intents_per_newcomer",
    "intents_per_repeater", "repeaters_new_post_share", "distinct_firms", "distinct_posts", "posts_filled",
    "posts_filled_elsewhere", "hired_elsewhere", "gave_up_search", "in_pool_at_end", "days_in_pool_mean",
    "days_search_to_start_mean", "wait_minutes_median", "close_contact_minutes_mean", "full_minutes",
    "suitable_booths_mean", "travel_km_mean", "cost", "cost_levers", "cost_travel",
    "cost_per_intent", "cost_per_start", "district_spread", "group_spread",
)  # fmt: skip
LOSSES = {
    "turned_away": N_("turned away at the doors"),
    "gave_up_outside": N_("gave up in the queue outside"),
    "not_entered": N_("still outside when the record stopped"),
    "only_looked": N_("came to look, not to apply"),
    "never_interviewed": N_("applied, but had no interview"),
    "no_intent": N_("interviewed, but without an intent"),
    "not_signed": N_("intent that was not signed"),
    "not_started": N_("signed, but did not start"),
}
# After a figure; the same words are names of measures elsewhere.
UNIT = "unit"
UNITS = {
    "share": "",
    "minutes": "minutes",
    "days": "days",
    "seekers": "people",
    "people": "people",
    "firms": "firms",
    "posts": "posts",
    "interviews": "interviews",
    "offers": "offers",
    "stays": "times",
    "events": "events",
    "km": "km",
    "yuan": "yuan",
    "yuan per intent": "yuan per intent",
    "yuan per start": "yuan per start",
    "booths": "booths",
    "ratio": "",
}
PLANS = {"own calendar": N_("own calendar")}
STATUSES = {
    "best or not beaten": N_("best, or beaten by none"),
    "cannot tell": N_("cannot tell"),
    "beaten": N_("beaten"),
}
LIMITS = {
    "budget": N_("budget (yuan)"),
    "staff_per_day": N_("staff a day"),
    "fairs_per_day": N_("fairs a day"),
    "booth_days": N_("booth days"),
    "fair_hours": N_("fair hours"),
    "staff_hours": N_("staff hours"),
    "recruiter_hours": N_("recruiter hours"),
}
PARTS = {
    "group": N_("Groups of people"),
    "district": N_("Districts"),
    "venue-district": N_("Districts of the venues"),
}
ALARMS = {
    "wait-over-fair": N_("people wait longer than the fair is open"),
    "recruiters-always-busy": N_("recruiters are busy nearly all the time, so that everything depends on their number"),
    "intents-over-posts": N_("more intents than posts"),
    "nobody-came": N_("nobody got in"),
    "attendance-not-met": N_("fewer people come than the scenario says"),
    "outside-prior": N_("the value lies outside of what is believed of it"),
    "interval-too-wide": N_("the comparison could not have seen even a difference of 5 %: take more replications"),
}
RESOURCES = {
    "firms": N_("firms"),
    "posts": N_("posts"),
    "seekers": N_("people"),
    "recruiter hours": N_("recruiter hours"),
    "venue hours": N_("venue hours"),
    "fairs": N_("fairs"),
    "fair hours": N_("fair hours"),
    "booth days": N_("booth days"),
    "venue days": N_("venue days"),
    "staff hours": N_("staff hours"),
    "outreach messages": N_("outreach messages"),
    "planned cost": N_("planned cost"),
    "planned lever cost": N_("planned cost of the levers"),
}
VERDICTS = {
    "better": N_("better"),
    "worse": N_("worse"),
    "cannot tell": N_("cannot tell"),
    "equal": N_("the same"),
}
DIRECTIONS = {"higher": N_("more is better"), "lower": N_("less is better"), "neither": ""}
FITTED = {
    "fixed by the data": N_("fixed by the data"),
    "narrowed by the data": N_("narrowed by the data"),
    "not identified: stays at its prior": N_("not identified: stays at its prior"),
}
NUMBERED = re.compile(r"plan (\d+)")
WEEKDAYS = (N_("Mon"), N_("Tue"), N_("Wed"), N_("Thu"), N_("Fri"), N_("Sat"), N_("Sun"))
CONTROLS = re.compile(r"[\x00-\x1f\x7f-\x9f\u2028\u2029]+")
# Whatever direction a name asks for holds inside these two and ends with them (Unicode UAX 9).
ISOLATE, END_OF_ISOLATE = "\u2068", "\u2069"


def label(measure: str) -> str:
    """What a measure is called; its own name where there is no other."""
    return _(MEASURES[measure]) if measure in MEASURES else measure


def translated(text: str) -> str:
    """A text of the program in the language that is spoken, as plain text for a template."""
    return _(text)


def unit(name: str) -> str:
    """A unit after a figure; empty where the figure has a percent sign."""
    return pgettext(UNIT, UNITS[name]) if UNITS.get(name) else ("" if name in UNITS else name)


def resource(name: str) -> str:
    """What a resource is called."""
    return _(RESOURCES[name]) if name in RESOURCES else name


def limit(name: str) -> str:
    """What a limit is called."""
    return _(LIMITS[name]) if name in LIMITS else name


def plan_label(label: str) -> str:
    """What a plan is called: those of a search are numbered, others have the planner's names."""
    if label in PLANS:
        return _(PLANS[label])
    numbered = NUMBERED.fullmatch(label)
    return _("plan {number}").format(number=numbered[1]) if numbered else label


def alarm_value(one: Mapping[str, Any]) -> str:
    """The value that raised an alarm: a half-width in percent of the base, a share in percent, else a number."""
    if one["slug"] == "interval-too-wide":
        return f"±{percent(one['value'])}"
    return percent(one["value"]) if one["measure"] == "utilisation" else number(one["value"])


def alarm(one: Mapping[str, Any]) -> str:
    """What an alarm says; its own text where this module knows none."""
    slug = one["slug"]
    return _(ALARMS[slug]) if slug in ALARMS else str(one["found"])


def one_line(name: str) -> str:
    """A name as the planner gave it, on one line, without characters that control."""
    return CONTROLS.sub(" ", name).strip()


def short(name: str, longest: int = LONGEST_NAME) -> str:
    """A name that fits, on one line."""
    text = one_line(name)
    width = 0
    for place, character in enumerate(text):
        # Wide characters count twice, those that combine with others not at all.
        wide = unicodedata.east_asian_width(character) in "WF"
        width += 0 if unicodedata.combining(character) else 1 + wide
        if width > longest:
            return text[: max(1, place - 1)].rstrip() + "…"
    return text


def drawn(name: str, longest: int = LONGEST_NAME) -> str:
    """A name in a chart, where no element of the page keeps its direction to itself."""
    text = short(name, longest)
    return text if text.isascii() else f"{ISOLATE}{text}{END_OF_ISOLATE}"


def figure(row: SummaryRow, value: float | None = None) -> str:
    """The mean of a row, or another value of it."""
    return format_figure(row.mean if value is None else value, row)


def with_unit(row: SummaryRow) -> str:
    """The mean of a row with its unit."""
    return f"{figure(row)} {unit(row.unit)}".strip()


def duration(row: SummaryRow) -> str:
    """A mean in minutes as one would say it: short ones in seconds."""
    if row.mean < SECOND:
        return _("less than a second")
    if row.mean < 1.0:
        count = max(1, round(row.mean / SECOND))
        return ngettext("{count} second", "{count} seconds", count).format(count=count)
    return _("{minutes} minutes").format(minutes=figure(row))


def span(row: SummaryRow, low: float, high: float) -> str:
    """From one value of a row to another."""
    if math.isnan(low) or math.isnan(high):
        return NOTHING
    first, last = within(low, high, row)
    return between(format_figure(first, row).removesuffix(" %"), format_figure(last, row))


def between(low: str, high: str) -> str:
    """From here to there."""
    return _("{low} to {high}").format(low=low, high=high)


def count(value: float) -> str:
    """A mean number of people: whole, or with three digits where there are few."""
    if math.isnan(value):
        return NOTHING
    return f"{value:,.0f}" if abs(value) >= 10 or value == round(value) else f"{value:.3g}"


def counts(spread: Spread) -> str:
    """The 95 % interval of a mean number of people."""
    if math.isnan(spread.low) or math.isnan(spread.high):
        return NOTHING
    return between(count(max(spread.low, 0.0)), count(spread.high))


def number(value: float | None, digits: int = 3) -> str:
    """A number with so many digits that mean something."""
    if value is None or not math.isfinite(value):
        return NOTHING
    if value == 0 or value == round(value):
        return f"{value:,.0f}"
    decimals = min(6, max(0, digits - 1 - math.floor(math.log10(abs(value)))))
    return f"{value:,.{decimals}f}"


def percent(share: float | None, decimals: int = 0) -> str:
    """A share in percent."""
    return NOTHING if share is None or math.isnan(share) else f"{share * 100:.{decimals}f} %"


def day(date: datetime.date | None) -> str:
    """A date that every reader reads alike."""
    return _("no date") if date is None else date.isoformat()


def weekday(date: datetime.date | None) -> str:
    """A date with its day of the week."""
    return day(date) if date is None else f"{date.isoformat()} {_(WEEKDAYS[date.weekday()])}"


def hours(opens: float, closes: float) -> str:
    """A stretch of the clock."""
    return f"{clock_text(opens)}–{clock_text(closes)}"


def input_text(value: object) -> str:
    """An input as one line writes it."""
    if value is None:
        return _("not there")
    if isinstance(value, dict):
        return ", ".join(f"{key} = {input_text(one)}" for key, one in value.items())
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, float):
        return f"{value:,.10g}"
    return str(value) or '""'


def mean_of(row: Difference, value: float) -> str:
    """A mean of one plan, with three digits; counts that are whole stay so."""
    return percent(value, 1) if row.key.unit == "share" else number(value, 4 if abs(value) >= 1000 else 3)


def said(verdict: str) -> str:
    """What a fit says of a parameter, in the language that is spoken."""
    return _(FITTED[verdict]) if verdict in FITTED else verdict


def fit_says(source: str) -> str:
    """A source, with what a fit says about itself in the language that is spoken."""
    head, colon, verdict = source.partition(": ")
    return f"{head}{colon}{_(FITTED[verdict])}" if head.startswith("fit ") and verdict in FITTED else _(source)
