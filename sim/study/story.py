"""The day of one seeker, one booth or one fair, told as a list: from the ledger of one replication, with clock times.

Everything told is in the ledger or in what became of it afterwards; nothing is drawn anew or guessed. In a campaign the
story of a seeker or a booth goes through the season. People go by numbers: in a campaign that in the pool, else the id
of their row or their number in the fair's crowd, from 1. It must not know where results are kept or how it is shown.
"""

from __future__ import annotations

import datetime
import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np

from sim.campaign.season import History, Played, Season
from sim.engine import ledger as book
from sim.language import N_, _, ngettext
from sim.model.errors import Finding, InputError, did_you_mean
from sim.model.people import people_key, pseudonym
from sim.model.scenario import Scenario
from sim.population.identity import number_of
from sim.population.searching import FOREVER, REASONS

COUNT_OF_CROWD = 2**32 - 1  # the part of an unchanging number that counts those drawn with it, from 0
MOST_NAMED = 20
HOUR = 60.0
STAYS = {
    book.NO_OFFER: N_("the interview ends: the firm does not want the seeker, or has no suitable post left"),
    book.DECLINED: N_("the interview ends: the firm wants the seeker, who declines"),
    book.AGREED: N_("the interview ends: both want, an intent"),
    book.TALKED: N_("the talk ends"),
    book.BALKED: N_("finds the queue too long and goes on"),
    book.RENEGED: N_("has waited long enough and gives up"),
    book.MISSED: N_("the firm is gone"),
    book.SENT_AWAY: N_("is sent away: the fair closes"),
    book.STOPPED: N_("the record stops"),
}

VISITS = {
    "not-come": N_("not come"),
    "turned-away": N_("turned away"),
    "gave-up-outside": N_("gave up outside"),
    "turned-round": N_("turned round"),
    "looked-around": N_("looked around"),
    "left-after-guidance": N_("left after guidance"),
    "intent": N_("intent"),
    "seen-enough": N_("seen enough"),
    "stay-over": N_("stay over"),
    "nothing-left": N_("nothing left"),
    "discouraged": N_("discouraged"),
    "gave-up": N_("gave up"),
    "closed-out": N_("closed out"),
    "cut-off": N_("cut off"),
}
ENDS = {
    "hired-elsewhere": N_("hired elsewhere"),
    "gave-up": N_("gave up"),
    "tired-of-fairs": N_("tired of fairs"),
    "placed": N_("placed"),
}


@dataclass(frozen=True)
class Told:
    """One thing that happened. `minutes` after midnight; NaN: on that day, at no time of the clock."""

    day: str  # the date, empty where there is none
    fair: str
    minutes: float
    text: str

    @property
    def clock(self) -> str:
        """09:05:30."""
        if math.isnan(self.minutes):
            return ""
        seconds = round(self.minutes * 60)
        return f"{seconds // 3600:02d}:{seconds // 60 % 60:02d}:{seconds % 60:02d}"


class Stories:
    """One replication of a scenario, played to be told."""

    def __init__(self, scenario: Scenario, seed: int, replication: int, engine: str | None = None) -> None:
        self.scenario = scenario
        self.season = Season(scenario)
        self.history: History = self.season.play(seed, replication, engine)
        self._firms = {number_of(firm.text("id")): firm.text("id") for firm in scenario.firms}
        self._people = {number_of(row.text("id")): row.text("id") for row in scenario.seekers}

    # Who is who -----------------------------------------------------------------------------------

    def seeker_name(self, played: Played, row: int) -> str:
        """What a seeker of a fair goes by."""
        if played.setting is not None:
            return str(int(played.setting.rows[row]) + 1)
        number = int(played.day.seekers["who"][row])
        return self._people.get(number) or str((number & COUNT_OF_CROWD) + 1)

    def booth_name(self, played: Played, row: int) -> str:
        """What a booth goes by: as in `booths.csv`."""
        number = int(played.day.booths["firm"][row])
        return self._firms.get(number) or str((number & COUNT_OF_CROWD) + 1)

    def fairs(self, wanted: str | None = None) -> list[Played]:
        """The fairs in order of time, or one of them."""
        ids = [fair.id for fair in self.scenario.fairs]
        if wanted is not None and wanted not in ids:
            remedy = did_you_mean(wanted, ids)
            raise InputError([Finding("--fair", wanted, "there is no such fair", _some(ids), remedy, "unknown-fair")])
        chosen = [one for one in self.history if wanted in (None, ids[one.number])]
        return sorted(chosen, key=lambda one: (self._date(one), one.day.hall["open"][0]))

    def _date(self, played: Played) -> str:
        day = self.scenario.fairs[played.number].settings.day("date")
        return "" if day is None else day.isoformat()

    def _fair(self, played: Played) -> str:
        return self.scenario.fairs[played.number].id

    def _told(self, played: Played, minutes: float, text: str) -> Told:
        return Told(self._date(played), self._fair(played), float(minutes), text)

    # A seeker -------------------------------------------------------------------------------------

    def seeker(self, name: str, fair: str | None = None) -> list[Told]:
        """The day or season of one seeker; refuses a name that nobody has. Results know listed people by pseudonyms."""
        called = pseudonym(name, people_key())
        if called in self._people.values():
            name = called
        found = [(played, row) for played in self.fairs(fair) if (row := self._row(played, name)) is not None]
        lines = [line for played, row in found for line in self._visit(played, row)]
        if self.history.ending is None:
            if not found:
                raise _nobody("--seeker", name, "at these fairs", "numbers from 1, or the id of a row")
            if len(found) > 1 and name not in self._people.values():
                remedy = "name the fair with --fair: " + _some([self._fair(played) for played, _ in found])
                raise InputError(
                    [Finding("--seeker", name, "every fair has such a number", "", remedy, "not-in-story")]
                )
            return lines
        return [*self._before(name), *lines, *self._after(name)]

    def _row(self, played: Played, name: str) -> int | None:
        """The row of a seeker at a fair; None if not expected there."""
        if played.setting is not None:
            self._place(name)
            rows = np.flatnonzero(played.setting.rows == int(name) - 1)
        else:
            names = [self.seeker_name(played, row) for row in range(played.day.seekers.size)]
            rows = np.flatnonzero(np.array(names) == name)
        return int(rows[0]) if rows.size else None

    def _place(self, name: str) -> int:
        """The row of a person in the pool."""
        ending = self.history.ending
        assert ending is not None
        if not name.isdecimal() or not 1 <= int(name) <= ending.people.size:
            raise _nobody("--seeker", name, "in the pool", f"1 to {ending.people.size:,}")
        return int(name) - 1

    def _before(self, name: str) -> Iterator[Told]:
        campaign, ending = self.season.campaign, self.history.ending
        assert campaign is not None and ending is not None
        person = ending.people[self._place(name)]
        kinds, scenario = campaign.pool.kinds, self.scenario
        who = [
            _("group {id}").format(id=scenario.groups[int(kinds.group[person["kind"]])].id),
            _("home district {name}").format(name=campaign.places.names[int(kinds.district[person["kind"]])]),
            _("occupation {id}").format(id=scenario.occupations[int(kinds.occupation[person["kind"]])].id),
        ]
        told = _("seeker {name}: {what}").format(name=name, what=_(", ").join(who))
        yield Told("", "", math.nan, told)
        begins = int(person["begins"])
        when = _("the search began {days} days before the season").format(days=-begins)
        yield Told(self._on(begins), "", math.nan, when if begins < 0 else _("the search begins"))
        heard = [one.id for bit, one in enumerate(scenario.outreach) if int(person["reached"]) >> bit & 1]
        told = _("notices {outreach}").format(outreach=_(", ").join(heard)) if heard else _("notices no outreach")
        yield Told("", "", math.nan, told)

    def _after(self, name: str) -> Iterator[Told]:
        ending = self.history.ending
        assert ending is not None
        person = ending.people[self._place(name)]
        if not int(person["visits"]):
            yield Told("", "", math.nan, _("comes to no fair"))
        until, reason = int(person["until_day"]), REASONS[int(person["reason"])]
        if until >= FOREVER or self._on(until) == "":
            yield Told("", "", math.nan, _("still looks for work when the season ends"))
        else:
            told = _("no longer looks for work: {reason}").format(reason=_(ENDS[reason]))
            yield Told(self._on(until), "", math.nan, told)

    def _on(self, day: int) -> str:
        """A day of the season; empty if it lies outside."""
        start, end = self.scenario.settings.day("season.start"), self.scenario.settings.day("season.end")
        if start is None or end is None or not 0 <= day <= (end - start).days:
            return ""
        return (start + datetime.timedelta(day)).isoformat()

    def _visit(self, played: Played, row: int) -> Iterator[Told]:
        """One seeker at one fair, in order of time."""
        visit = played.ledger.visits[row]
        texts = {
            "arrived": _("arrives outside"),
            "checked": _("is let in at the gate") + _after_minutes(visit["checked"] - visit["arrived"]),
            "entered": _("is inside"),
            "reached": _("reaches the booths"),
        }
        lines = [self._told(played, visit[key], text) for key, text in texts.items() if not np.isnan(visit[key])]
        stays = played.ledger.stays
        for stay in stays[stays["seeker"] == row]:
            lines += self._stay(
                played, stay, _("booth {name}").format(name=self.booth_name(played, int(stay["booth"])))
            )
        ended = book.VISIT_OUTCOMES[int(visit["outcome"])]
        outcome = _(VISITS[ended])
        if not np.isnan(visit["turned"]):
            lines.append(self._told(played, visit["turned"], _("turns to the exit: {outcome}").format(outcome=outcome)))
        if not np.isnan(visit["left"]):
            lines.append(self._told(played, visit["left"], _("leaves: {outcome}").format(outcome=outcome)))
        elif int(visit["outcome"]) == book.NOT_COME:
            lines.append(self._told(played, math.nan, _("was expected, and did not come before the record stopped")))
        yield from sorted(lines, key=lambda one: (math.isnan(one.minutes), one.minutes))
        yield from self._aftermath(played, row)

    def _stay(self, played: Played, stay: np.void, where: str) -> list[Told]:
        """One stay at a booth: reaching it, the interview, its end."""
        ahead = int(stay["ahead"])
        queue = ngettext("{count} waits", "{count} wait", ahead).format(count=ahead) if ahead else _("nobody waits")
        told = _("reaches {where}: {queue}").format(where=where, queue=queue)
        lines = [self._told(played, stay["joined"], told)]
        if not np.isnan(stay["started"]):
            wait = _after_minutes(stay["started"] - stay["joined"])
            told = _("interview begins at {where}{wait}").format(where=where, wait=wait)
            lines.append(self._told(played, stay["started"], told))
        if not np.isnan(stay["ended"]):
            ended = STAYS[int(stay["outcome"])]
            told = _("{what} ({where})").format(what=_(ended), where=where)
            lines.append(self._told(played, stay["ended"], told))
        return lines

    def _aftermath(self, played: Played, row: int) -> Iterator[Told]:
        """What became of an intent."""
        after = played.aftermath
        for place in np.flatnonzero(after.seekers == row):
            signs, starts = float(after.days_to_signing[place]), float(after.days_to_start[place])
            if math.isnan(signs):
                held = float(after.days_held[place])
                told = _("the intent comes to nothing after {days:.0f} days").format(days=held)
                yield self._told(played, math.nan, told)
                continue
            told = _("signs a contract {days:.0f} days after the fair").format(days=signs)
            yield self._told(played, math.nan, told)
            told = _("starts work {days:.0f} days after the fair").format(days=starts)
            yield self._told(played, math.nan, _("does not start") if math.isnan(starts) else told)

    # A booth --------------------------------------------------------------------------------------

    def booth(self, name: str, fair: str | None = None) -> list[Told]:
        """The day or season of one booth: everyone who reaches it, each interview, what comes of it."""
        lines: list[Told] = []
        found = False
        for played in self.fairs(fair):
            for row in range(played.day.booths.size):
                if self.booth_name(played, row) == name:
                    found = True
                    lines += self._booth(played, row)
        if not found:
            raise _nobody("--booth", name, "at these fairs", "a booth as `booths.csv` names it")
        return lines

    def _booth(self, played: Played, row: int) -> Iterator[Told]:
        booth, day = played.day.booths[row], played.day
        posts = int(day.posts["intents"][booth["posts_from"] : booth["posts_until"]].sum())
        told = _("booth {name} with {posts} posts").format(name=self.booth_name(played, row), posts=posts)
        yield self._told(played, math.nan, told)
        lines = [
            self._told(
                played,
                shift["time"],
                _("{count} recruiters are there from now on").format(count=int(shift["recruiters"])),
            )
            for shift in day.shifts[booth["shifts_from"] : booth["shifts_until"]]
        ]
        stays = played.ledger.stays
        for stay in stays[stays["booth"] == row]:
            who = self.seeker_name(played, int(stay["seeker"]))
            for one in self._stay(played, stay, _("the booth")):
                told = _("seeker {name}: {what}").format(name=who, what=one.text)
                lines.append(Told(one.day, one.fair, one.minutes, told))
        yield from sorted(lines, key=lambda one: one.minutes)

    # A fair ---------------------------------------------------------------------------------------

    def fair(self, name: str) -> list[Told]:
        """The day of a fair by the hour, and who reached an intent."""
        (played,) = self.fairs(name)
        visits, stays = played.ledger
        hall = played.day.hall[0]
        ends = {"open": _("doors open"), "close": _("the fair ends")}
        lines = [self._told(played, hall[key], text) for key, text in ends.items()]
        times = [visits["arrived"], visits["left"], stays["started"]]
        known = np.concatenate([one[~np.isnan(one)] for one in times])
        first, last = (int(known.min() // HOUR), int(known.max() // HOUR)) if known.size else (0, -1)
        agreed = stays["ended"][stays["outcome"] == book.AGREED]
        for hour in range(first, last + 1):
            counts = [int(np.count_nonzero(one // HOUR == hour)) for one in (*times, agreed)]
            come, go, talks, intents = counts
            line = _("in this hour {come} come, {talks} interviews begin, {intents} intents, {go} leave")
            text = line.format(come=come, talks=talks, intents=intents, go=go)
            lines.append(self._told(played, hour * HOUR, text))
        names = [self.seeker_name(played, int(row)) for row in np.flatnonzero(visits["intent_booth"] >= 0)]
        told = _("nobody reaches an intent")
        if names:
            told = _("{count} reach an intent; seekers {names}").format(count=len(names), names=_spoken_names(names))
        lines.append(self._told(played, math.nan, told))
        return sorted(lines, key=lambda one: (math.isnan(one.minutes), one.minutes))


def _after_minutes(minutes: float) -> str:
    return _(", after {minutes:.1f} minutes").format(minutes=minutes) if minutes > 0.05 else ""


def _some(names: Sequence[str]) -> str:
    shown = ", ".join(names[:MOST_NAMED])
    return shown if len(names) <= MOST_NAMED else f"{shown}, ... ({len(names):,} in all)"


def _spoken_names(names: Sequence[str]) -> str:
    """As above, in the language that is spoken."""
    shown = _(", ").join(names[:MOST_NAMED])
    line = _("{names}, ... ({count:,} in all)")
    return shown if len(names) <= MOST_NAMED else line.format(names=shown, count=len(names))


def _nobody(option: str, name: str, where: str, allowed: str) -> InputError:
    what = {"--seeker": N_("seeker"), "--booth": N_("booth")}[option]
    return InputError([Finding(option, name, f"there is no such {what} {where}", allowed, "", "not-in-story")])
