"""The booths of one replication: at each, who came, who waited how long, who talked, what became of its posts.

From the ledgers of one replication to a row per booth of every fair. One replication is a possible day and no average:
whoever shows these figures says so. They add up to those of `measure` for the same replication. Knows nothing of
intervals and of how the rows are shown.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np

from sim.campaign.season import Played, Season
from sim.engine import ledger as book
from sim.engine.day import FairDay
from sim.engine.tallying import TALLY, tally_windows
from sim.model.scenario import Scenario
from sim.population.identity import number_of
from sim.population.places import Places
from sim.study.timeline import peak

_COUNT_OF_CROWD = 2**32 - 1  # the part of a drawn firm's unchanging number that counts the firms drawn with it, from 0


@dataclass(frozen=True, slots=True)
class BoothFigures:
    """What happened at one booth. NaN: nothing was observed of which a mean could be taken."""

    fair: str
    booth: str  # id of the firm; of a drawn firm its number at the fair, in a campaign that in the season, from 1
    firm: str  # its name; empty if it has none
    district: str
    recruiters: int  # the most that are on duty at one time
    posts: int  # open to intents: more than the firm's posts where it accepts several intents for one
    posts_filled: int  # of these, those taken by an intent
    stays: int  # seekers who reach the booth
    interviews: int
    offers: int
    wait_minutes_mean: float
    wait_minutes_max: float
    longest_queue: int
    balked: int
    reneged: int
    missed: int
    on_duty_minutes: float  # of all recruiters together
    utilisation: float


def booths_of_replication(
    scenario: Scenario, seed: int, replication: int = 0, engine: str | None = None
) -> tuple[BoothFigures, ...]:
    """Play one replication of a scenario, and look at its booths."""
    season = Season(scenario)
    return booth_figures(season, season.play(seed, replication, engine))


def booth_figures(season: Season, fairs: Sequence[Played]) -> tuple[BoothFigures, ...]:
    """A row for each booth of the fairs played: fairs in their order, booths in that of the hall."""
    scenario = season.scenario
    names = {number_of(firm.text("id")): (firm.text("id"), firm.text("name")) for firm in scenario.firms}
    districts = Places(scenario).names
    return tuple(row for played in fairs for row in _of_fair(scenario, played, names, districts))


def _of_fair(
    scenario: Scenario, played: Played, names: dict[int, tuple[str, str]], districts: Sequence[str]
) -> Iterator[BoothFigures]:
    """The booths of one fair: the stays are sorted by booth, then each booth is looked at with its own."""
    fair, day = scenario.fairs[played.number].id, played.day
    stays = played.ledger.stays[np.argsort(played.ledger.stays["booth"], kind="stable")]
    edges = np.searchsorted(stays["booth"], np.arange(day.booths.size + 1))
    for place in range(day.booths.size):
        number = int(day.booths["firm"][place])
        booth, firm = names.get(number) or (str((number & _COUNT_OF_CROWD) + 1), "")
        district = districts[int(day.booths["district"][place])]
        own = stays[edges[place] : edges[place + 1]].copy()
        own["booth"] = 0
        alone = day._replace(booths=day.booths[place : place + 1])
        yield _figures(fair, booth, firm, district, alone, played.ledger.visits[:0], own)


def _figures(
    fair: str, booth: str, firm: str, district: str, day: FairDay, nobody: np.ndarray, stays: np.ndarray
) -> BoothFigures:
    """The row of a booth, from a day with this booth alone and the stays there."""
    row, outcomes = day.booths[0], np.bincount(stays["outcome"], minlength=len(book.STAY_OUTCOMES))
    hall, rows = day.hall[0], np.zeros(1, TALLY)
    tally_windows(day, nobody, stays, np.array([[hall["open"], hall["close"]]]), rows)
    busy, on_duty = float(rows["busy_minutes"][0]), float(rows["on_duty_minutes"][0])
    completed = stays["outcome"] <= book.TALKED
    waits = (stays["started"] - stays["joined"])[completed]
    waited = stays[stays["outcome"] != book.BALKED]
    called = np.where(np.isnan(waited["started"]), waited["ended"], waited["started"])
    return BoothFigures(
        fair=fair,
        booth=booth,
        firm=firm,
        district=district,
        recruiters=int(day.shifts["recruiters"][row["shifts_from"] : row["shifts_until"]].max(initial=0)),
        posts=int(day.posts["intents"][row["posts_from"] : row["posts_until"]].sum()),
        posts_filled=int(outcomes[book.AGREED]),
        stays=int(stays.size),
        interviews=int(np.count_nonzero(completed)),
        offers=int(outcomes[book.AGREED] + outcomes[book.DECLINED]),
        wait_minutes_mean=float(waits.mean()) if waits.size else math.nan,
        wait_minutes_max=float(waits.max()) if waits.size else math.nan,
        longest_queue=peak(waited["joined"], called),
        balked=int(outcomes[book.BALKED]),
        reneged=int(outcomes[book.RENEGED]),
        missed=int(outcomes[book.MISSED]),
        on_duty_minutes=on_duty,
        utilisation=busy / on_duty if on_duty > 0.0 else math.nan,
    )
