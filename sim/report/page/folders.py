"""From a folder to its page: what kind of results it holds, and where the page is written.

Results of a run, of a comparison, of a search, or a fit. It must not know what is on a page.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from sim.files import explained, read_table
from sim.model.errors import Finding, InputError
from sim.model.scenario import Scenario
from sim.report.page.data import ComparisonPage, FitPage, Page, RunPage
from sim.store import REPLICATIONS, read_manifest
from sim.study.comparison_folder import COMPARISON, DOCUMENT
from sim.study.replicate import Sample

if TYPE_CHECKING:
    from sim.study.compare import Comparison, Contender

FIT = "fit.json"
OF_RUNS = ("run", "compare")  # verbs whose folders hold one sample of one scenario
OPTIMISE = "optimise"
# Of a flip, whose two plans lie in folders below, and of other sweeps.
FLIP, TABLES = "flip.csv", ("sensitivity.csv", "sweep.csv")


def page_of(folder: Path, fair: str | None = None) -> Page:
    """The page of whatever results a folder holds; InputError if there are none."""
    manifest = read_manifest(folder)
    if manifest is None and (folder / FIT).is_file():
        from sim.study.calibration.fits import load_fit

        return FitPage(load_fit(folder).about)
    if (folder / FLIP).is_file():
        raise _without_page(folder, "flip.csv")
    if manifest is None:
        remedy = "name the folder that `jobfair run`, `compare`, `optimise` or `calibrate` wrote"
        raise _refusal(folder, "holds no results of jobfair", remedy, "not-a-results-folder")
    if not manifest.get("complete"):
        raise _refusal(folder, "the run is not complete", "go on with it by --resume", "results-incomplete")
    if manifest.get("kind") == COMPARISON:
        return _stored_comparison(folder, manifest)
    if _verb(manifest) == OPTIMISE:
        from sim.report.page.optimising import search_page_of

        return search_page_of(folder, manifest)
    for table in TABLES:
        if (folder / table).is_file():
            raise _without_page(folder, table)
    if not (folder / REPLICATIONS).is_file() or _verb(manifest) not in OF_RUNS:
        remedy = "name the folder of a run, a comparison, a search or a fit"
        raise _refusal(folder, "holds results of another kind, of which there is no page", remedy, "no-page")
    from sim.study.contenders import stored_scenario

    return run_page_of(folder, stored_scenario(folder, manifest), fair=fair)


def run_page_of(folder: Path, scenario: Scenario, sample: Sample | None = None, fair: str | None = None) -> RunPage:
    """The page of a finished run, whose scenario and sample may be at hand."""
    from sim.report.booths import read_booths
    from sim.report.page.running import run_page

    if fair is not None and fair not in (known := [one.id for one in scenario.fairs]):
        from sim.model.errors import did_you_mean

        remedy = did_you_mean(fair, known)
        raise InputError([Finding("--fair", fair, "no such fair", ", ".join(known), remedy, "unknown-fair")])
    if sample is None:
        with explained(folder):
            sample = Sample.of_table(read_table(folder / REPLICATIONS))
    return run_page(sample, scenario, read_manifest(folder) or {}, read_booths(folder), fair)


def _verb(manifest: Mapping[str, Any]) -> str:
    """The verb of the command that made the results."""
    return next((str(word) for word in manifest.get("command", ())[1:] if not str(word).startswith("-")), "")


def _stored_comparison(folder: Path, manifest: Mapping[str, Any]) -> ComparisonPage:
    """The page of a comparison, compared again from the results of its plans."""
    from dataclasses import replace

    from sim.model.alarms import as_json
    from sim.report.page.comparing import comparison_page
    from sim.study.alarms import comparison_alarms
    from sim.study.compare import compare
    from sim.study.contenders import shortened, stored_contenders

    plans = manifest["scenarios"]
    contenders, first = stored_contenders([str(folder / plan["folder"]) for plan in plans])
    used = tuple(
        replace(one, label=str(plan["scenario"]), sample=shortened(one.sample, int(manifest["replications"])))
        for one, plan in zip(contenders, plans, strict=True)
    )
    found = compare(used, int(manifest["seed"]), str(manifest["engine"]))
    if manifest.get("select"):
        found = replace(found, best=_selected(folder, found.best))
    return comparison_page(found, used, {**first, **manifest}, as_json(comparison_alarms(found, used)))


def comparison_page_of(
    folder: Path, comparison: Comparison, contenders: Sequence[Contender], alarms: Sequence[Mapping[str, Any]]
) -> ComparisonPage:
    """The page of a finished comparison that is at hand; its folder says by which program it was made."""
    from sim.report.page.comparing import comparison_page

    manifest = read_manifest(folder) or {}
    first = read_manifest(folder / str(manifest["scenarios"][0]["folder"])) or {}
    return comparison_page(comparison, contenders, {**first, **manifest}, alarms)


def _selected(folder: Path, best: Any) -> Any:
    """The selection that the comparison came to, from its document."""
    import json

    from sim.study.compare import Best
    from sim.study.selection import Selection

    with explained(folder):
        document = json.loads((folder / DOCUMENT).read_text(encoding="utf-8"))["best"]
    labels = tuple(str(one["scenario"]) for one in document["scenarios"])
    made = document["selection"]
    selection = Selection(
        labels.index(made["scenario"]),
        tuple(labels.index(label) for label in made["tied"]),
        tuple(int(made["replications"][label]) for label in labels),
    )
    same = best is not None and best.measure == document["measure"]
    with_best = best.with_best if same else None
    return Best(
        document["measure"],
        document["unit"],
        document["better"],
        labels,
        with_best,
        made["zone"],
        made["pcs"],
        selection,
    )


def _without_page(folder: Path, table: str) -> InputError:
    """Said of what is a table and no page."""
    remedy = f"read {table} there; `jobfair run` or `compare` with the values of a case gives a page"
    return _refusal(folder, "holds a sweep, which has no page", remedy, "no-page")


def _refusal(folder: Path, found: str, remedy: str, slug: str) -> InputError:
    return InputError([Finding(str(folder), "", found, "", remedy, slug)])
