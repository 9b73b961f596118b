"""The plans that are compared: what they are called, and where the results of earlier runs are read from.

It gives Contenders with the same replications, or says why results cannot be compared. It must not know how plans
are simulated or compared.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np

from sim.files import explained, read_table
from sim.model.errors import Finding, InputError
from sim.model.scenario import Scenario, load_scenario
from sim.model.visible import shortened as cut
from sim.store import MANIFEST, REPLICATIONS, RESOLVED, check_undamaged, read_manifest
from sim.study.compare import Contender
from sim.study.replicate import Sample

LONGEST_LABEL = 100


def labels(names: Sequence[str], paths: Sequence[str]) -> tuple[str, ...]:
    """A name for each plan, none twice: its own, else that of its file, numbered if need be."""
    stems = [Path(path).stem for path in paths]
    chosen = [cut(name, LONGEST_LABEL) for name in (names if len(set(names)) == len(names) else stems)]
    seen: Counter[str] = Counter()
    result = []
    for label in chosen:
        seen[label] += 1
        result.append(label if seen[label] == 1 else f"{label} ({seen[label]})")
    return tuple(result)


def shortened(sample: Sample, replications: int) -> Sample:
    """The first replications of a sample."""
    kept = sample.replications < replications
    return Sample(sample.scenario, sample.keys, sample.replications[kept], sample.values[kept])


def stored_contenders(paths: Sequence[str]) -> tuple[tuple[Contender, ...], dict[str, Any]]:
    """Plans from the results folders of earlier runs, and the manifest of the first.

    They must be complete, come from the same program and have the same seed; the replications that all of them have
    are compared.
    """
    manifests = [run_manifest(Path(path)) for path in paths]
    findings = [
        one for path, found in zip(paths, manifests, strict=True) for one in _refusals(path, found, manifests[0])
    ]
    if findings:
        raise InputError(findings)
    samples = []
    for path, manifest in zip(paths, manifests, strict=True):
        with explained(Path(path)):
            check_undamaged(Path(path), manifest)
            samples.append(Sample.of_table(read_table(Path(path) / REPLICATIONS)))
    common = min(len(sample.replications) for sample in samples)
    scenarios = [stored_scenario(Path(path), found) for path, found in zip(paths, manifests, strict=True)]
    called = labels([one.name for one in scenarios], paths)
    contenders = tuple(
        Contender(label, scenario, shortened(sample, common))
        for label, scenario, sample in zip(called, scenarios, samples, strict=True)
    )
    return contenders, manifests[0]


def stored_scenario(folder: Path, manifest: Mapping[str, Any]) -> Scenario:
    """The scenario of a run: as resolved, else, where its tables are elsewhere, the unchanged original."""
    try:
        return load_scenario(folder / RESOLVED)
    except InputError:
        inputs = manifest.get("inputs") or [{}]
        original = Path(str(inputs[0].get("name", "")))
        if not original.is_file():
            raise
        scenario = load_scenario(original, _overrides(manifest.get("command", ())))
        if dict(scenario.inputs) != {one["name"]: one["sha256"] for one in inputs}:
            raise
        return scenario


def _overrides(command: Sequence[str]) -> tuple[str, ...]:
    """The overrides of a command."""
    found = [command[place + 1] for place, part in enumerate(command[:-1]) if part == "--set"]
    return (*found, *(part.removeprefix("--set=") for part in command if part.startswith("--set=")))


def check_observed(contenders: Sequence[Contender], values: np.ndarray, measure: str) -> None:
    """Refuse to select by a measure that is missing in a replication: its mean would be one of chosen seasons."""
    for column, one in enumerate(contenders):
        missing = int(np.isnan(values[:, column]).sum())
        if missing:
            found = f'"{one.label}" did not observe it in {missing:,} of {len(values):,} replications'
            remedy = "select by a count, such as intents"
            raise InputError([Finding("--select", measure, found, "", remedy, "not-observed")])


def run_manifest(path: Path) -> dict[str, Any]:
    """The manifest of the folder of a run; refuses another folder."""
    found = read_manifest(path)
    if found is None or "fingerprint" not in found:
        remedy = "name the folder that `jobfair run` wrote, or a scenario file"
        finding = Finding(str(path), "", f"holds no results of a run ({MANIFEST})", "", remedy, "not-a-results-folder")
        raise InputError([finding])
    return found


def _refusals(path: str, found: dict[str, Any], base: dict[str, Any]) -> list[Finding]:
    """Why the results of a folder cannot be compared with those of the first."""
    again = "run both again with the same version and seed"
    if not found.get("complete"):
        return [Finding(path, "", "the run is not complete", "", "go on with it by --resume", "unlike-results")]
    if found.get("draws"):
        remedy = "compare scenario files, or results without drawn parameters"
        return [Finding(path, "draws", "its parameters were drawn", "", remedy, "unlike-results")]
    ours, theirs = ({"seed": one.get("seed"), **one.get("computed_by", {})} for one in (base, found))
    return [
        Finding(path, key, f"is {theirs.get(key)}, but {ours.get(key)} in the base", "", again, "unlike-results")
        for key in dict.fromkeys([*ours, *theirs])
        if ours.get(key) != theirs.get(key)
    ]
