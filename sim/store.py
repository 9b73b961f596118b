"""A results folder: where a run leaves what it found, and from where it goes on after an interruption.

It gives a journal of finished replications that survives any end of a run, the checks that keep two different
runs apart, and the record of what was run. It takes tables of numbers with their keys and must not know how
they were simulated or what they mean.

In the folder: `manifest.json` (what was run, by which program, when), `resolved.toml` (the scenario, defaults
included), `summary.csv`, `replications.parquet`, `booths.csv` after a run of one scenario, `draws.csv` only if
parameters were drawn, `warnings.log` (empty if there is nothing to warn of), and `journal.bin` while a run is
unfinished.
"""

from __future__ import annotations

import hashlib
import json
import os
import time
from collections.abc import Mapping, Sequence
from contextlib import ExitStack
from dataclasses import dataclass, field, fields, replace
from pathlib import Path
from types import TracebackType
from typing import Any

from sim import program
from sim.files import TEMPORARY, Table, csv_text, damaged, explained, locked, read_table, write_table, write_text
from sim.journal import Journal
from sim.model.alarms import ALARM, Alarm, as_json
from sim.model.errors import Finding, InputError
from sim.model.people import without_names
from sim.program import version

__all__ = ["Order", "ResultsFolder", "draws_in", "open_results", "read_manifest", "remove_results", "version"]

MANIFEST, RESOLVED, SUMMARY = "manifest.json", "resolved.toml", "summary.csv"
REPLICATIONS, WARNINGS, JOURNAL = "replications.parquet", "warnings.log", "journal.bin"
BOOTHS, WORKBOOK, PAGE = "booths.csv", "report.xlsx", "report.html"
DRAWS, LOCK = "draws.csv", f"{TEMPORARY}lock"
MANIFEST_KINDS: Mapping[str, type | tuple[type, ...]] = {
    "seed": int, "replications": int, "least": int, "engine": str, "started": str, "wall_seconds": (int, float),
    "complete": bool, "computed_by": dict, "outputs": dict, "alarms": list, "draws": int, "precision": str,
    "fingerprint": str, "scenarios": list,
}  # fmt: skip
MOST_REPLICATIONS = 1_000_000
MOST_MANIFEST_BYTES = 50_000_000
# Parts of a scenario that no simulated number depends on: changing them does not stop a run from going on.
WITHOUT_EFFECT = ("author", "reported", "run", "why")


@dataclass(frozen=True)
class Order:
    """What a run is asked to do; two runs may share a folder only if their orders agree.

    With `draws` (a heading of keys and a row of texts for each draw), `replications` counts for each draw. With a
    `precision`, `replications` is the most that may be taken to meet it, and `least` the fewest.
    """

    scenario: str
    seed: int
    replications: int
    engine: str
    resolved: Mapping[str, Any]
    inputs: tuple[tuple[str, str], ...] = ()
    command: tuple[str, ...] = ()
    draws: tuple[tuple[str, ...], ...] = ()
    precision: str = ""
    least: int = 0

    def fingerprint(self) -> str:
        """SHA-256 of everything in the scenario and its tables that a simulated number can depend on."""
        import tomli_w

        content = {key: value for key, value in without_names(self.resolved).items() if key not in WITHOUT_EFFECT}
        # Scenario files are in `resolved`, where a comment makes no difference; tables are only named there.
        tables = sorted(digest for name, digest in self.inputs if not name.endswith(".toml"))
        return hashlib.sha256("\n".join([tomli_w.dumps(content), *tables]).encode(errors="surrogateescape")).hexdigest()


@dataclass
class ResultsFolder:
    """An opened results folder, locked for other runs until it is closed. `open_results` makes one."""

    path: Path
    order: Order
    started: str
    earlier_seconds: float = 0.0
    begun: float = 0.0
    alarms: tuple[Alarm, ...] = ()
    _open: ExitStack = field(default_factory=ExitStack, repr=False)
    _place: tuple[int, int] | None = None  # device and number of the folder, by which it is known again

    def __post_init__(self) -> None:
        self._journal = Journal(self.path / JOURNAL)

    def __enter__(self) -> ResultsFolder:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def close(self) -> None:
        """Let other runs have the folder; what is finished stays."""
        with explained(self.path), self._open:
            self._journal.close()

    def finished(self) -> Table | None:
        """All replications that this folder holds already, in order, each once."""
        with explained(self.path):
            file = self.path / REPLICATIONS
            tables = [read_table(file) if file.exists() else None, self._journal.read()]
            return _joined([table for table in tables if table is not None])

    def save_part(self, table: Table) -> None:
        """Keep finished replications, from now on whatever happens."""
        with explained(self.path):
            self._journal.add(table)

    def pause(self) -> None:
        """Note how long an interrupted run took so far; the journal keeps its replications."""
        with explained(self.path):
            self._journal.close()
            self._write_manifest(complete=False)

    def finish(
        self,
        table: Table,
        summary_csv: str,
        warnings: Sequence[str] = (),
        booths_csv: str = "",
        alarms: Sequence[Alarm] = (),
    ) -> None:
        """Write the results of all replications, then drop the journal and free the folder."""
        self.alarms = tuple(alarms)
        taken = len(table.replications) // max(1, len(self.order.draws) - 1)
        self.order = replace(self.order, replications=taken)
        with explained(self.path):
            self._be_there()
            write_table(self.path / REPLICATIONS, table)
            write_text(self.path / SUMMARY, summary_csv)
            if booths_csv:
                write_text(self.path / BOOTHS, booths_csv)
            self._add_warnings(warnings)
            self._write_resolved()
            self._write_manifest(complete=True)
            self._journal.remove()
            _remove_leftovers(self.path)
        self.close()

    def _be_there(self) -> None:
        """Make the folder again if somebody removed it meanwhile, unless it has become another one."""
        if not self.path.exists():
            self.path.mkdir(parents=True)
            if self.order.draws:
                write_text(self.path / DRAWS, draws_text(self.order.draws))
        elif self._place not in (None, _place_of(self.path)):
            raise _refusal(self.path, "was removed and made again while the run went on", "folder-in-use")

    def _write_resolved(self) -> None:
        """The scenario as it was run: with the replications taken, where a precision decided on them."""
        run = {**self.order.resolved.get("run", {}), "replications": self.order.replications}
        write_text(self.path / RESOLVED, resolved_text({**self.order.resolved, "run": run}))

    def _add_warnings(self, warnings: Sequence[str]) -> None:
        """Keep what earlier parts of the run warned of; alarms are those of all replications."""
        log = self.path / WARNINGS
        earlier = log.read_text(encoding="utf-8", errors="replace").splitlines() if log.exists() else []
        kept = (line for line in earlier if not line.startswith(ALARM))
        lines = dict.fromkeys([*kept, *warnings, *(f"{ALARM}{one}" for one in self.alarms)])
        write_text(log, "".join(f"{line}\n" for line in lines))

    def _write_manifest(self, complete: bool) -> None:
        seconds = self.earlier_seconds + time.monotonic() - self.begun
        content = _manifest(self.order) | {
            "started": self.started,
            "wall_seconds": round(seconds, 3),
            "complete": complete,
            "outputs": {REPLICATIONS: _digest_of(self.path / REPLICATIONS)} if complete else {},
            "alarms": as_json(self.alarms),
        }
        write_text(self.path / MANIFEST, json.dumps(content, ensure_ascii=False, indent=2) + "\n")


def open_results(path: Path, order: Order, resume: bool = False, overwrite: bool = False) -> ResultsFolder:
    """Make or reopen the folder of a run, before anything is computed.

    1. A folder that holds something is refused, unless it is to be resumed or overwritten.
    2. No other run may have it open: it is locked, and looked at again.
    3. `resume` needs an earlier order that agrees; `overwrite` removes what jobfair wrote and nothing else.
    4. The manifest, the draws and the resolved scenario are written at once: so the folder can be written.
    """
    with explained(path), ExitStack() as opened:
        _check_free(path, resume, overwrite)
        path.mkdir(parents=True, exist_ok=True)
        if not opened.enter_context(locked(path / LOCK)):
            remedy = "wait for it, or name another folder with --out"
            raise InputError([Finding(str(path), "", "another run is writing here", "", remedy, "folder-in-use")])
        _check_free(path, resume, overwrite)
        earlier = read_manifest(path)
        if earlier is not None and resume:
            _check_same(path, order, earlier)
            check_undamaged(path, earlier)
        elif earlier is not None:
            _remove_written(path)
            earlier = None
        folder = _reopened(path, order, earlier or {})
        folder._place = _place_of(path)
        folder._write_manifest(complete=False)
        if order.draws:
            write_text(path / DRAWS, draws_text(order.draws))
        write_text(path / RESOLVED, resolved_text(order.resolved))
        folder._open = opened.pop_all()
        return folder


def read_manifest(path: Path) -> dict[str, Any] | None:
    """The manifest of a results folder; None if there is none that jobfair wrote, or if it was spoilt."""
    try:
        with explained(path):
            file = path / MANIFEST
            is_there = file.is_file() and file.stat().st_size <= MOST_MANIFEST_BYTES
            content = json.loads(file.read_text(encoding="utf-8")) if is_there else None
    except ValueError:
        return None
    return content if isinstance(content, dict) and _is_sound(content) else None


def _is_sound(manifest: Mapping[str, Any]) -> bool:
    """Whether a manifest is jobfair's, and everything in it that a run goes on from is of the right kind."""
    kinds = {name: kind for name, kind in MANIFEST_KINDS.items() if name in manifest}
    return (
        manifest.get("program") == program.PROGRAM
        and all(isinstance(manifest[name], kind) for name, kind in kinds.items())
        and all(0 <= manifest[name] <= MOST_REPLICATIONS for name in ("replications", "least") if name in kinds)
    )


def alarms_of(path: Path) -> tuple[Alarm, ...]:
    """The alarms of a finished run in a folder."""
    manifest = read_manifest(path) or {}
    names = [one.name for one in fields(Alarm)]
    return tuple(Alarm(**{name: found[name] for name in names}) for found in manifest.get("alarms", ()))


def check_undamaged(path: Path, manifest: Mapping[str, Any]) -> None:
    """Refuse replications that are not those that the run wrote; the manifest of a finished run knows their digest."""
    expected = manifest.get("outputs", {}).get(REPLICATIONS)
    file = path / REPLICATIONS
    if expected is not None and file.is_file() and _digest_of(file) != expected:
        raise damaged(file)


def _digest_of(file: Path) -> str:
    with file.open("rb") as stream:
        return hashlib.file_digest(stream, "sha256").hexdigest()


def _place_of(path: Path) -> tuple[int, int]:
    status = path.stat()
    return status.st_dev, status.st_ino


def remove_results(path: Path) -> None:
    """Remove the results that jobfair wrote into a folder, nothing else; and the folder, if it is empty then."""
    with explained(path):
        if read_manifest(path) is not None:
            _remove_written(path)
        if not any(path.iterdir()):
            path.rmdir()


def resolved_text(resolved: Mapping[str, Any]) -> str:
    """A scenario with all its defaults as the text of a TOML file."""
    import tomli_w

    return "# Everything this run used, defaults included. Written by jobfair.\n" + tomli_w.dumps(resolved)


def draws_text(draws: Sequence[Sequence[str]]) -> str:
    """Draws of the parameters as the text of a CSV file that `--draws` takes again."""
    numbered = [("draw" if not number else str(number), *row) for number, row in enumerate(draws)]
    return csv_text(numbered[0], numbered[1:])


def draws_in(path: Path) -> str | None:
    """The text of the draws of an earlier run in a folder; None if it had none."""
    with explained(path):
        return (path / DRAWS).read_text(encoding="utf-8") if (path / DRAWS).is_file() else None


def _refusal(path: Path, found: str, slug: str, ours: bool = False) -> InputError:
    remedy = "name another folder with --out"
    if ours:
        remedy = f"--resume goes on with it, --overwrite replaces it, or {remedy}"
    return InputError([Finding(str(path), "", found, "", remedy, slug)])


def _check_free(path: Path, resume: bool, overwrite: bool) -> None:
    """Refuse a folder that holds something, unless it is ours and to be resumed or overwritten."""
    occupied, ours = _occupied(path), read_manifest(path) is not None
    if occupied and not ours and (resume or overwrite):
        raise _refusal(path, "holds other files and no results of jobfair", "not-a-results-folder")
    if occupied and not (resume or overwrite):
        raise _refusal(path, "the results folder is not empty", "folder-not-empty", ours)


def _occupied(path: Path) -> bool:
    """Whether the folder holds anything but what a killed write left behind."""
    try:
        return any(not name.startswith(TEMPORARY) for name in os.listdir(path))
    except FileNotFoundError:
        return False


def _reopened(path: Path, order: Order, earlier: Mapping[str, Any]) -> ResultsFolder:
    from datetime import UTC, datetime

    now = datetime.now(UTC).isoformat(timespec="seconds")
    return ResultsFolder(
        path, order, earlier.get("started", now), float(earlier.get("wall_seconds", 0.0)), time.monotonic()
    )


def _check_same(path: Path, order: Order, earlier: Mapping[str, Any]) -> None:
    """Refuse to mix two different runs; all reasons at once."""
    now = _manifest(order)
    before = {**earlier, **earlier.get("computed_by", {})}
    findings = [
        _changed(path, name, before.get(name), value)
        for name, value in {**now["computed_by"], "seed": now["seed"], "engine": now["engine"]}.items()
        if before.get(name) != value
    ]
    if earlier.get("fingerprint") != now["fingerprint"]:
        differences = _differences(path, order)
        findings += [_changed(path, *difference) for difference in differences]
        if not differences:
            findings.append(_changed(path, "tables", "other content", "changed files"))
    findings += _changed_draws(path, order.draws)
    wanted = earlier.get("replications")
    if isinstance(wanted, int) and order.replications < wanted:
        findings.append(_changed(path, "replications", wanted, order.replications))
    if findings:
        raise InputError(tuple(findings))


def _changed_draws(path: Path, draws: Sequence[Sequence[str]]) -> list[Finding]:
    """Draws may be added at the end; the earlier ones must be what they were."""
    import csv

    before = list(csv.reader((draws_in(path) or "").splitlines()))
    now = list(csv.reader(draws_text(draws).splitlines())) if draws else []
    if before[:1] != now[:1]:
        keys = (", ".join(rows[0][1:]) if rows else None for rows in (before, now))
        return [_changed(path, "draws", *keys)]
    if len(now) < len(before):
        return [_changed(path, "number of draws", len(before) - 1, len(now) - 1)]
    return [
        _changed(path, f"draws[{row}].{key}", was, new)
        for row, (old, fresh) in enumerate(zip(before, now, strict=False))
        for key, was, new in zip(now[0], old, fresh, strict=True)
        if was != new
    ]


def _changed(path: Path, key: str, before: object, now: object) -> Finding:
    found = f"was {_shown(before)} when these results were begun, is {_shown(now)} now"
    remedy = "run it as before, or name another folder with --out, or replace the results with --overwrite"
    return Finding(f"{path}: --resume", key, found, "", remedy, "resume-changed")


def _shown(value: object) -> str:
    if value is None:
        return "absent"
    text = value if isinstance(value, str) else json.dumps(value, default=str, ensure_ascii=False)
    return text if len(text) <= 60 else text[:57] + "..."


def _differences(path: Path, order: Order) -> list[tuple[str, object, object]]:
    import tomllib

    try:
        earlier = tomllib.loads((path / RESOLVED).read_text(encoding="utf-8"))
    except (FileNotFoundError, ValueError):
        return []
    before, now = (_flat("", part) for part in (earlier, tomllib.loads(resolved_text(order.resolved))))
    names = sorted(before.keys() | now.keys())
    return [(name, before.get(name), now.get(name)) for name in names if before.get(name) != now.get(name)]


def _flat(prefix: str, value: object) -> dict[str, object]:
    """Dotted keys of a scenario; entries of an array of tables go by their id, or their number."""
    if isinstance(value, dict):
        inside = {name: part for name, part in value.items() if prefix or name not in WITHOUT_EFFECT}
    elif isinstance(value, list) and value and all(isinstance(part, dict) for part in value):
        inside = {str(part.get("id", place)): part for place, part in enumerate(value, 1)}
    else:
        return {prefix: value}
    return {
        key: leaf for name, part in inside.items() for key, leaf in _flat(f"{prefix}.{name}".strip("."), part).items()
    }


def _remove_written(path: Path) -> None:
    """Remove what jobfair wrote, nothing else; the manifest last: until then the folder is known as ours."""
    _remove_leftovers(path)
    for name in (RESOLVED, SUMMARY, BOOTHS, WORKBOOK, PAGE, JOURNAL, REPLICATIONS, DRAWS, WARNINGS, MANIFEST):
        if (path / name).is_file() or (path / name).is_symlink():
            (path / name).unlink()


def _remove_leftovers(path: Path) -> None:
    """Remove what killed writes left."""
    for file in path.glob(f"{TEMPORARY}*"):
        if file.name != LOCK:
            file.unlink()


def _manifest(order: Order) -> dict[str, Any]:
    import platform

    return {
        "program": program.PROGRAM,
        "version": version(),
        "git": program.git_commit(),
        "computed_by": dict(program.identity()),
        "scenario": order.scenario,
        "seed": order.seed,
        "replications": order.replications,
        "engine": order.engine,
        **({"draws": len(order.draws) - 1} if order.draws else {}),
        **({"precision": order.precision, "least": order.least} if order.precision else {}),
        "fingerprint": order.fingerprint(),
        "inputs": [{"name": name, "sha256": digest} for name, digest in order.inputs],
        "command": list(order.command),
        "machine": {"system": platform.system(), "type": platform.machine(), "processors": os.cpu_count()},
        "python": platform.python_version(),
        "libraries": program.libraries(),
    }


def _joined(tables: Sequence[Table]) -> Table | None:
    """Tables of the same keys as one, by draw and replication; a replication that was kept twice counts once."""
    import numpy as np

    if not tables:
        return None
    if len(tables) == 1 and _is_in_order(tables[0]):
        return tables[0]
    has_draws = tables[0].draws is not None
    places = np.concatenate(
        [
            np.stack([np.zeros_like(part.replications) if part.draws is None else part.draws, part.replications])
            for part in tables
        ],
        axis=1,
    )
    (draws, replications), first = np.unique(places, axis=1, return_index=True)
    values = np.concatenate([part.values for part in tables])[first]
    return Table(tables[0].scenario, tables[0].keys, replications, values, draws if has_draws else None)


def _is_in_order(table: Table) -> bool:
    """Whether replications are in order, each once, so that nothing has to be copied."""
    import numpy as np

    steps = np.diff(table.replications)
    if table.draws is None:
        return bool(np.all(steps > 0))
    further = np.diff(table.draws)
    return bool(np.all((further > 0) | ((further == 0) & (steps > 0))))
