"""The results folder of a comparison: a results folder for each plan, and what came out of comparing them.

In it: `manifest.json` (what was compared, which sub-folder holds which plan), `comparison.csv`, `causes.csv`,
`comparison.json`, `warnings.log`, and for each plan a sub-folder named by its place and file, as `jobfair run` writes
it. So a comparison goes on after an interruption plan by plan. It must not know what plans or measures are.
"""

from __future__ import annotations

import json
import os
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from sim.files import TEMPORARY, explained, write_text
from sim.model.errors import Finding, InputError
from sim.program import PROGRAM, version
from sim.store import MANIFEST, PAGE, WARNINGS, read_manifest, remove_results

COMPARISON = "comparison"
CSV, CAUSES, DOCUMENT = "comparison.csv", "causes.csv", "comparison.json"


@dataclass(frozen=True)
class ComparisonOrder:
    """What a comparison is asked to do."""

    scenarios: tuple[tuple[str, str], ...]  # label and file of each plan, the base first
    seed: int
    replications: int
    engine: str
    select: str | None = None
    zone: float | None = None
    pcs: float | None = None
    command: tuple[str, ...] = ()

    def folders(self) -> tuple[str, ...]:
        """Names of the plans' sub-folders."""
        return tuple(f"{place}-{Path(file).stem}" for place, (_, file) in enumerate(self.scenarios, 1))

    def manifest(self) -> dict[str, Any]:
        """The order as `manifest.json` holds it."""
        plans = [
            {"scenario": label, "folder": folder}
            for (label, _), folder in zip(self.scenarios, self.folders(), strict=True)
        ]
        return {
            "program": PROGRAM,
            "version": version(),
            "kind": COMPARISON,
            "scenarios": plans,
            "seed": self.seed,
            "replications": self.replications,
            "engine": self.engine,
            "select": self.select,
            "zone": self.zone,
            "pcs": self.pcs,
            "command": list(self.command),
        }


@dataclass(frozen=True)
class ComparisonFolder:
    """An opened folder of a comparison. `open_comparison` makes one."""

    path: Path
    order: ComparisonOrder

    def plan(self, place: int) -> Path:
        """Where the results of one plan are, counted from 0."""
        return self.path / self.order.folders()[place]

    def finish(self, csv: str, causes: str, document: str, warnings: Sequence[str] = ()) -> None:
        """Write what came out, and what is to be looked into."""
        with explained(self.path):
            write_text(self.path / WARNINGS, "".join(f"{line}\n" for line in warnings))
            write_text(self.path / CSV, csv)
            write_text(self.path / CAUSES, causes)
            write_text(self.path / DOCUMENT, document + "\n")
            self.write_manifest(complete=True)

    def write_manifest(self, complete: bool) -> None:
        """Write what was asked, and whether it is done."""
        content = self.order.manifest() | {"complete": complete}
        write_text(self.path / MANIFEST, json.dumps(content, ensure_ascii=False, indent=2) + "\n")


def open_comparison(path: Path, order: ComparisonOrder, resume: bool, overwrite: bool) -> ComparisonFolder:
    """Make or reopen the folder of a comparison, before anything is computed.

    1. A folder that holds something is refused, unless it is a comparison to be resumed or overwritten.
    2. `resume` needs the same plans, seed and engine, on which simulated numbers depend; each plan's own folder checks
       what is in it.
    3. `overwrite` removes what jobfair wrote for the earlier comparison and nothing else.
    """
    with explained(path):
        earlier = read_comparison(path)
        occupied = path.exists() and any(not name.startswith(TEMPORARY) for name in os.listdir(path))
        if occupied and not (resume or overwrite):
            remedy = "name another folder with --out"
            if earlier is not None:
                remedy = f"--resume goes on with it, --overwrite replaces it, or {remedy}"
            raise _refusal(path, "the results folder is not empty", remedy, "folder-not-empty")
        if occupied and earlier is None:
            remedy = "name another folder with --out"
            raise _refusal(path, "holds other files and no comparison of jobfair", remedy, "not-a-results-folder")
        if earlier is not None and resume:
            _check_same(path, order.manifest(), earlier)
        elif earlier is not None:
            _remove(path, earlier)
        path.mkdir(parents=True, exist_ok=True)
        folder = ComparisonFolder(path, order)
        folder.write_manifest(complete=False)
        return folder


def read_comparison(path: Path) -> dict[str, Any] | None:
    """The manifest of a comparison; None if the folder holds none."""
    content = read_manifest(path)
    return content if content is not None and content.get("kind") == COMPARISON else None


def _check_same(path: Path, now: Mapping[str, Any], earlier: Mapping[str, Any]) -> None:
    wrong = [key for key in ("scenarios", "seed", "engine") if earlier.get(key) != now[key]]
    before = earlier.get("replications")
    if isinstance(before, int) and now["replications"] < before:
        wrong.append("replications")
    remedy = "compare as before, or name another folder with --out, or replace the results with --overwrite"
    findings = [
        Finding(f"{path}: --resume", key, f"was {_shown(earlier.get(key))}, is {_shown(now[key])} now", "", remedy,
                "resume-changed")
        for key in wrong
    ]  # fmt: skip
    if findings:
        raise InputError(findings)


def _shown(value: object) -> str:
    if isinstance(value, list):
        return ", ".join(str(one.get("scenario")) for one in value if isinstance(one, dict))
    return "absent" if value is None else str(value)


def _remove(path: Path, earlier: Mapping[str, Any]) -> None:
    """Remove an earlier comparison; the manifest last: until then the folder is known as ours."""
    for one in earlier.get("scenarios", ()):
        name = str(one.get("folder", ""))
        if name == Path(name).name and (path / name).is_dir():
            remove_results(path / name)
    for name in (CSV, CAUSES, DOCUMENT, PAGE, WARNINGS, MANIFEST):
        (path / name).unlink(missing_ok=True)


def _refusal(path: Path, found: str, remedy: str, slug: str) -> InputError:
    return InputError([Finding(str(path), "", found, "", remedy, slug)])
