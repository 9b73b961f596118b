"""What a report's workbook holds, as plain tables: a sheet each for the season, its replications, fairs, booths, hours.

Read from a results folder and nothing else. Each column has a name and a unit; numbers are numbers in full. Knows no
file format of spreadsheets. Of people in the planner's tables nothing is known here; firms go by id and name.
"""

from __future__ import annotations

import csv
import datetime
import io
import math
import re
import tomllib
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, fields
from pathlib import Path
from typing import Any

from sim.files import KEY_COLUMNS, explained, read_table, text_of_cell
from sim.language import ENGLISH, _, language
from sim.model.errors import Finding, InputError
from sim.report.booths import REPLICATION, read_booths
from sim.report.page.words import MEASURES, label
from sim.report.privacy import hidden_cells, people_in
from sim.store import REPLICATIONS, RESOLVED, SUMMARY, read_manifest
from sim.study.booths import BoothFigures
from sim.study.measures import by_name

Cell = str | int | float | datetime.date | datetime.time | None
MOST_CELLS = 1_000_000  # of a sheet: more take a spreadsheet program minutes to open
PARTS = KEY_COLUMNS[:5]  # fair, booth, hour, group, district
DAY = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")  # a day of the season stands where an hour does
FIGURES = ("mean", "low", "high")
UNITS_OF_BOOTHS = {
    "recruiters": "recruiters", "posts": "posts", "posts_filled": "posts", "stays": "seekers",
    "interviews": "interviews", "offers": "offers", "wait_minutes_mean": "minutes", "wait_minutes_max": "minutes",
    "longest_queue": "people", "balked": "seekers", "reneged": "seekers", "missed": "seekers",
    "on_duty_minutes": "minutes", "utilisation": "share",
}  # fmt: skip


@dataclass(frozen=True)
class Column:
    """One column: its name, and the unit of its numbers; for "row" each row says its own in a column `unit`."""

    name: str
    unit: str = ""
    note: str = ""  # what a measure is called


@dataclass(frozen=True)
class Sheet:
    """One sheet: a line on what it shows, columns, rows; the first `keys` columns say what a row is about."""

    name: str
    caption: str
    keys: int
    columns: tuple[Column, ...]
    rows: tuple[tuple[Cell, ...], ...]


@dataclass(frozen=True)
class _Stored:
    """What a results folder holds; `summary` has a row of figures for each key."""

    folder: Path
    manifest: Mapping[str, Any]
    resolved: Mapping[str, Any]
    summary: tuple[tuple[Mapping[str, str], Mapping[str, float]], ...]

    def about(self, part: str) -> dict[str, dict[str, tuple[str, Mapping[str, float]]]]:
        """The figures by one part alone, such as the fair: of each, measure by measure with its unit."""
        found: dict[str, dict[str, tuple[str, Mapping[str, float]]]] = {}
        for key, figures in self.summary:
            if [name for name in PARTS if key[name]] == ([part] if part else []):
                found.setdefault(key.get(part, ""), {})[key["measure"]] = (key["unit"], figures)
        return self._without_small(found) if part in ("group", "district") else found

    def _without_small(
        self, found: dict[str, dict[str, tuple[str, Mapping[str, float]]]]
    ) -> dict[str, dict[str, tuple[str, Mapping[str, float]]]]:
        """The same, empty where only few people are behind the figures."""
        run = self.resolved.get("run", {})
        people = {name: people_in({one: figures.get("mean", math.nan) for one, (_, figures) in own.items()})
                  for name, own in found.items()}  # fmt: skip
        hidden = hidden_cells(people, int(run.get("smallest_cell", 0)))
        return {name: {} if name in hidden else own for name, own in found.items()}


def sheets_of(folder: Path) -> tuple[Sheet, ...]:
    """The sheets for the results of a finished run, those without rows left out."""
    stored = _read(folder)
    hours = stored.about("hour")
    days = {name: hours.pop(name) for name in list(hours) if DAY.fullmatch(name)}
    made = (
        _season(stored),
        _fairs(stored),
        _wide("hours", _("By the hour of the clock and by window, over all fairs"), (Column("hour"),), hours),
        _wide("days", _("By the day of the season"), (Column("day"),), days),
        _groups(stored),
        _wide("districts", _("By district, over all fairs"), (Column("district"),), stored.about("district")),
        _booths(stored),
        _replications(stored),
        _details(stored),
        _about(stored),
    )
    return tuple(sheet for sheet in made if sheet.rows)


def _read(folder: Path) -> _Stored:
    manifest = read_manifest(folder)
    if manifest is None or "fingerprint" not in manifest or not manifest.get("complete"):
        found = "holds no results of a run" if manifest is None else "the run is not complete"
        remedy = "name the folder of a finished run" if manifest is None else "go on with it by --resume"
        raise InputError([Finding(str(folder), "", found, "", remedy, "not-a-results-folder")])
    with explained(folder):
        try:
            resolved = tomllib.loads((folder / RESOLVED).read_text(encoding="utf-8"))
            text = (folder / SUMMARY).read_text(encoding="utf-8")
            rows = csv.DictReader(io.StringIO(text, newline=""), restval="", strict=True)
            summary = tuple((_key(row), _figures(row)) for row in rows)
        except (csv.Error, LookupError, ValueError) as error:
            remedy = "run again with --overwrite"
            finding = Finding(str(folder), "", f"{RESOLVED} or {SUMMARY} is damaged", "", remedy, "results-damaged")
            raise InputError([finding]) from error
    return _Stored(folder, manifest, resolved, summary)


def _key(row: Mapping[str, str]) -> Mapping[str, str]:
    return {name: text_of_cell(row[name]) for name in KEY_COLUMNS}


def _figures(row: Mapping[str, str]) -> Mapping[str, float]:
    names = [name for name in row if name not in (*KEY_COLUMNS, "scenario")]
    return {name: float(row[name]) if row[name] else math.nan for name in names}


def _note(measure: str) -> str:
    """What a measure is called, beside its name."""
    return label(measure) if measure in MEASURES else ""


def _season(stored: _Stored) -> Sheet:
    """Each measure of the whole season, with how sure it is, beside what was reported."""
    whole = stored.about("").get("", {})
    figures = ["mean", "low", "high", "p05", "p95", "reported", "ratio", "sd", "missing"]
    figures += [name for name in ("sd_draws", "sd_chance") if any(name in found for unit, found in whole.values())]
    units = {"ratio": "share", "missing": "replications"}
    columns = [Column("measure"), Column("unit"), *(Column(name, units.get(name, "row")) for name in figures)]
    known = by_name()
    rows: list[tuple[Cell, ...]] = []
    for measure, (unit, found) in whole.items():
        one = known.get(measure)
        words = (one.better, one.meaning if language() == ENGLISH else label(measure)) if one else ("", "")
        rows.append((measure, unit, *(found.get(name, math.nan) for name in figures), *words))
    caption = _(
        "The whole season. low to high: 95 % interval of the mean; p05 to p95: range of one season;"
        " ratio: simulated to reported; missing: replications in which it was not observed."
    )
    return Sheet("summary", caption, 1, (*columns, Column("better"), Column("meaning")), tuple(rows))


def _fairs(stored: _Stored) -> Sheet:
    """Each fair with where and when it is, and its measures."""
    by_fair = stored.about("fair")
    fairs = stored.resolved.get("fairs", [])
    if not by_fair and len(fairs) == 1:
        by_fair = {str(fairs[0]["id"]): stored.about("").get("", {})}
    facts = {str(fair["id"]): fair for fair in fairs}

    def known(identity: str) -> tuple[Cell, ...]:
        fair = stored.resolved | facts.get(identity, {})
        text = tuple(str(_plain(fair.get(name, ""))) for name in ("venue", "district"))
        return (*text, _plain(fair.get("date")), _clock(_plain(fair.get("open"))), _clock(_plain(fair.get("close"))))

    columns = (Column("fair"), Column("venue"), Column("district"), Column("date"), Column("open"), Column("close"))
    return _wide("fairs", _("Each fair"), columns, by_fair, known)


def _groups(stored: _Stored) -> Sheet:
    names = _names(stored, "groups")
    columns, caption = (Column("group"), Column("name")), _("By group of seekers, over all fairs")
    return _wide("groups", caption, columns, stored.about("group"), lambda identity: (names.get(identity, ""),))


def _wide(
    name: str,
    caption: str,
    keys: tuple[Column, ...],
    found: Mapping[str, Mapping[str, tuple[str, Mapping[str, float]]]],
    known: Callable[[str], tuple[Cell, ...]] = lambda identity: (),
) -> Sheet:
    """A row per fair, hour, day, group or district; for each measure its mean and the ends of its interval."""
    units: dict[str, str] = {}
    for measures in found.values():
        units |= {measure: unit for measure, (unit, figures) in measures.items()}
    columns = [
        Column(measure if figure == "mean" else f"{measure} {figure}", unit, _note(measure))
        for measure, unit in units.items()
        for figure in FIGURES
    ]
    rows: list[tuple[Cell, ...]] = []
    for identity, measures in found.items():
        cells = [measures[one][1].get(figure) if one in measures else None for one in units for figure in FIGURES]
        rows.append((datetime.date.fromisoformat(identity) if name == "days" else identity, *known(identity), *cells))
    return Sheet(
        name,
        _("{what}; means with their 95 % intervals.").format(what=caption),
        len(keys),
        (*keys, *columns),
        tuple(rows),
    )


def _booths(stored: _Stored) -> Sheet:
    booths = read_booths(stored.folder)
    names = [field.name for field in fields(BoothFigures)]
    columns = tuple(Column(name, UNITS_OF_BOOTHS.get(name, "")) for name in names)
    caption = _("Each booth in replication {number}, seed {seed}: one possible day, no average.")
    if stored.manifest.get("draws"):
        caption = _("Each booth in replication {number} of the first draw, seed {seed}: one possible day, no average.")
    caption = caption.format(number=REPLICATION, seed=stored.manifest.get("seed"))
    rows = (tuple(getattr(booth, name) for name in names) for booth in booths)
    return _limited(Sheet("booths", caption, 3, columns, ()), rows, len(booths), "booths.csv")


def _replications(stored: _Stored) -> Sheet:
    """A row per replication, a column per measure of the whole season."""
    with explained(stored.folder):
        table = read_table(stored.folder / REPLICATIONS)
    places = [place for place, key in enumerate(table.keys) if not any(key[: len(PARTS)])]
    draw = [] if table.draws is None else [Column("draw")]
    measures = [Column(table.keys[place][5], table.keys[place][6], _note(table.keys[place][5])) for place in places]
    numbers = [[int(number)] for number in table.replications]
    if table.draws is not None:
        numbers = [[int(one), *number] for one, number in zip(table.draws, numbers, strict=True)]
    rows = ((*number, *values[places].tolist()) for number, values in zip(numbers, table.values, strict=True))
    columns = (*draw, Column("replication"), *measures)
    sheet = Sheet("replications", _("Each replication: the whole season once."), len(draw) + 1, columns, ())
    return _limited(sheet, rows, len(numbers), REPLICATIONS)


def _limited(sheet: Sheet, rows: Iterator[tuple[Cell, ...]], count: int, whole: str) -> Sheet:
    """The sheet with as many rows as it may have, and a caption that says so if there are more."""
    most = MOST_CELLS // len(sheet.columns)
    caption = sheet.caption
    if count > most:
        caption += " " + _("The first {most:,} of {count:,}; all are in {file}.").format(
            most=most, count=count, file=whole
        )
    kept = tuple(row for row, place in zip(rows, range(most), strict=False))
    return Sheet(sheet.name, caption, sheet.keys, sheet.columns, kept)


def _details(stored: _Stored) -> Sheet:
    """What is measured by more than one of fair, booth, hour, group and district, a row per measure."""
    figures = ("mean", "low", "high", "sd", "p05", "p95")
    columns = (*map(Column, KEY_COLUMNS), *(Column(name, "row") for name in figures))
    found = [(key, one) for key, one in stored.summary if sum(bool(key[part]) for part in PARTS) > 1]
    rows = ((*(key[name] for name in KEY_COLUMNS), *(one.get(name) for name in figures)) for key, one in found)
    sheet = Sheet("details", _("Measures by more than one of fair, booth, hour, group, district."), 6, columns, ())
    return _limited(sheet, rows, len(found), SUMMARY)


def _about(stored: _Stored) -> Sheet:
    """How the results came about."""
    manifest = stored.manifest
    names = ("scenario", "version", "git", "seed", "replications", "draws", "engine", "started", "wall_seconds")
    rows: list[tuple[Cell, ...]] = [(name, _text(manifest[name])) for name in names if manifest.get(name) is not None]
    rows.append(("command", " ".join(map(str, manifest.get("command", [])))))
    rows += [("input", f"{one.get('name')} (SHA-256 {one.get('sha256')})") for one in manifest.get("inputs", [])]
    return Sheet("about", _("How these results came about."), 1, (Column("what"), Column("value")), tuple(rows))


def _names(stored: _Stored, name: str) -> Mapping[str, str]:
    return {str(one.get("id")): str(_plain(one.get("name", ""))) for one in stored.resolved.get(name, [])}


def _plain(value: Any) -> Any:
    """A value of the resolved scenario without the source that it cites."""
    return value.get("value") if isinstance(value, dict) else value


def _clock(text: object) -> Cell:
    """A clock time as a spreadsheet has it; 24:00 stays a text."""
    try:
        return datetime.time.fromisoformat(str(text))
    except ValueError:
        return str(text or "")


def _text(value: object) -> Cell:
    return value if isinstance(value, int | float) else str(value)
