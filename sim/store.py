"""A results folder: where a run leaves what it found, and from where it goes on after an interruption.

It gives the parts of finished replications that survive Ctrl-C, the checks that keep two different runs
apart, and the record of what was run. It takes tables of numbers with their keys and must not know how they
were simulated or what they mean.

In the folder: `manifest.json` (what was run, by which program, when), `resolved.toml` (the scenario, defaults
included), `summary.csv`, `replications.parquet`, `warnings.log` only if there were warnings, and `parts/`
while a run is unfinished.
"""

from __future__ import annotations

import hashlib
import json
import os
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from sim.files import TEMPORARY, Table, explained, read_table, write_table, write_text
from sim.model.errors import Finding, InputError

PROGRAM = "jobfair"
MANIFEST, RESOLVED, SUMMARY = "manifest.json", "resolved.toml", "summary.csv"
REPLICATIONS, WARNINGS, PARTS = "replications.parquet", "warnings.log", "parts"
PART_FILES = "[0-9]*-[0-9]*.parquet"
# Parts of a scenario that no simulated number depends on: changing them does not stop a run from going on.
WITHOUT_EFFECT = ("author", "reported", "run", "why")
LIBRARIES = ("click", "duckdb", "llvmlite", "numba", "numpy", "rich", "scipy", "simpy", "tomli-w")


@dataclass(frozen=True)
class Order:
    """What a run is asked to do; two runs may share a folder only if their orders agree."""

    scenario: str
    seed: int
    replications: int
    engine: str
    resolved: Mapping[str, Any]
    inputs: tuple[tuple[str, str], ...] = ()
    command: tuple[str, ...] = ()

    def fingerprint(self) -> str:
        """SHA-256 of everything in the scenario and its tables that a simulated number can depend on."""
        import tomli_w

        content = {key: value for key, value in self.resolved.items() if key not in WITHOUT_EFFECT}
        # Scenario files are in `resolved`, where a comment makes no difference; tables are only named there.
        tables = sorted(digest for name, digest in self.inputs if not name.endswith(".toml"))
        return hashlib.sha256("\n".join([tomli_w.dumps(content), *tables]).encode(errors="surrogateescape")).hexdigest()


@dataclass
class ResultsFolder:
    """An opened results folder. `open_results` makes one."""

    path: Path
    order: Order
    started: str
    earlier_seconds: float = 0.0
    begun: float = 0.0

    def finished(self) -> Table | None:
        """All replications that this folder holds already, in order, each once."""
        with explained(self.path):
            files = [self.path / REPLICATIONS] if (self.path / REPLICATIONS).exists() else []
            files += sorted((self.path / PARTS).glob(PART_FILES))
            return _joined([read_table(file) for file in files])

    def save_part(self, table: Table) -> None:
        """Keep a batch of finished replications."""
        first, last = int(table.replications[0]), int(table.replications[-1])
        with explained(self.path):
            (self.path / PARTS).mkdir(exist_ok=True)
            write_table(self.path / PARTS / f"{first:07d}-{last:07d}.parquet", table)

    def pause(self) -> None:
        """Note how long an interrupted run took so far; the parts keep its replications."""
        with explained(self.path):
            self._write_manifest(complete=False)

    def finish(self, table: Table, summary_csv: str, warnings: Sequence[str] = ()) -> None:
        """Write the results of all replications, then drop the parts."""
        with explained(self.path):
            write_table(self.path / REPLICATIONS, table)
            write_text(self.path / SUMMARY, summary_csv)
            self._add_warnings(warnings)
            self._write_manifest(complete=True)
            _remove_parts(self.path)
            _remove_leftovers(self.path)

    def _add_warnings(self, warnings: Sequence[str]) -> None:
        log = self.path / WARNINGS
        earlier = log.read_text(encoding="utf-8").splitlines() if log.exists() else []
        if warnings:
            write_text(log, "".join(f"{line}\n" for line in dict.fromkeys([*earlier, *warnings])))

    def _write_manifest(self, complete: bool) -> None:
        seconds = self.earlier_seconds + time.monotonic() - self.begun
        content = _manifest(self.order) | {
            "started": self.started,
            "wall_seconds": round(seconds, 3),
            "complete": complete,
        }
        write_text(self.path / MANIFEST, json.dumps(content, ensure_ascii=False, indent=2) + "\n")


def open_results(path: Path, order: Order, resume: bool = False, overwrite: bool = False) -> ResultsFolder:
    """Make or reopen the folder of a run, before anything is computed.

    1. A folder that holds something is refused, unless it is to be resumed or overwritten.
    2. `resume` needs an earlier order that agrees; `overwrite` removes what jobfair wrote and nothing else.
    3. The manifest and the resolved scenario are written at once: so the folder can be written.
    """
    with explained(path):
        occupied = _occupied(path)
        earlier = read_manifest(path)
        if occupied and earlier is None and (resume or overwrite):
            raise _refusal(path, "holds other files and no results of jobfair", "not-a-results-folder")
        if occupied and not (resume or overwrite):
            raise _refusal(path, "the results folder is not empty", "folder-not-empty", earlier is not None)
        if occupied and earlier is not None and resume:
            _check_same(path, order, earlier)
        if occupied and not resume:
            _remove_written(path)
            earlier = None
        path.mkdir(parents=True, exist_ok=True)
        folder = _reopened(path, order, earlier or {})
        folder._write_manifest(complete=False)
        write_text(path / RESOLVED, resolved_text(order.resolved))
        return folder


def read_manifest(path: Path) -> dict[str, Any] | None:
    """The manifest of a results folder; None if there is none that jobfair wrote."""
    try:
        with explained(path):
            file = path / MANIFEST
            content = json.loads(file.read_text(encoding="utf-8")) if file.is_file() else None
    except ValueError:
        return None
    return content if isinstance(content, dict) and content.get("program") == PROGRAM else None


def resolved_text(resolved: Mapping[str, Any]) -> str:
    """A scenario with all its defaults as the text of a TOML file."""
    import tomli_w

    return "# Everything this run used, defaults included. Written by jobfair.\n" + tomli_w.dumps(resolved)


def version() -> str:
    """Version of the installed program; "unknown" when it runs from a folder without installation."""
    return installed_version(PROGRAM) or "unknown"


def installed_version(package: str) -> str | None:
    """Version of an installed package, None without one."""
    from importlib import metadata

    try:
        return metadata.version(package)
    except metadata.PackageNotFoundError:
        return None


def _refusal(path: Path, found: str, slug: str, ours: bool = False) -> InputError:
    remedy = "name another folder with --out"
    if ours:
        remedy = f"--resume goes on with it, --overwrite replaces it, or {remedy}"
    return InputError([Finding(str(path), "", found, "", remedy, slug)])


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
    findings = [
        _changed(path, name, earlier.get(name), now[name])
        for name in ("version", "git", "seed", "engine")
        if earlier.get(name) != now[name]
    ]
    if earlier.get("fingerprint") != now["fingerprint"]:
        differences = _differences(path, order)
        findings += [_changed(path, *difference) for difference in differences]
        if not differences:
            findings.append(_changed(path, "tables", "other content", "changed files"))
    wanted = earlier.get("replications")
    if isinstance(wanted, int) and order.replications < wanted:
        findings.append(_changed(path, "replications", wanted, order.replications))
    if findings:
        raise InputError(tuple(findings))


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
    _remove_parts(path)
    _remove_leftovers(path)
    for name in (RESOLVED, SUMMARY, REPLICATIONS, WARNINGS, MANIFEST):
        if (path / name).is_file() or (path / name).is_symlink():
            (path / name).unlink()


def _remove_leftovers(path: Path) -> None:
    """Remove what killed writes left."""
    for file in path.glob(f"{TEMPORARY}*"):
        file.unlink()


def _remove_parts(path: Path) -> None:
    parts = path / PARTS
    if parts.is_symlink() or not parts.is_dir():
        return
    _remove_leftovers(parts)
    for file in parts.glob(PART_FILES):
        file.unlink()
    if not any(parts.iterdir()):
        parts.rmdir()


def _manifest(order: Order) -> dict[str, Any]:
    import platform

    return {
        "program": PROGRAM,
        "version": version(),
        "git": _git_commit(),
        "scenario": order.scenario,
        "seed": order.seed,
        "replications": order.replications,
        "engine": order.engine,
        "fingerprint": order.fingerprint(),
        "inputs": [{"name": name, "sha256": digest} for name, digest in order.inputs],
        "command": list(order.command),
        "machine": {"system": platform.system(), "type": platform.machine(), "processors": os.cpu_count()},
        "python": platform.python_version(),
        "libraries": {name: installed_version(name) for name in LIBRARIES},
    }


def _git_commit() -> str | None:
    """Commit of the source folder that this runs from, "-dirty" added if files differ; None if installed."""
    import subprocess

    source = Path(__file__).resolve().parent.parent
    if not (source / ".git").exists():
        return None
    describe = ["git", "-C", str(source), "describe", "--always", "--dirty", "--abbrev=40", "--exclude=*"]
    try:
        done = subprocess.run(describe, capture_output=True, text=True, timeout=10, check=True)
    except (OSError, subprocess.SubprocessError):
        return None
    return done.stdout.strip() or None


def _joined(tables: Sequence[Table]) -> Table | None:
    """Tables of the same keys as one, by replication; a replication that was kept twice counts once."""
    import numpy as np

    if not tables:
        return None
    replications, first = np.unique(np.concatenate([part.replications for part in tables]), return_index=True)
    values = np.concatenate([part.values for part in tables])[first]
    return Table(tables[0].scenario, tables[0].keys, replications, values)
