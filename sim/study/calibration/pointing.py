"""The one point of a fit that scenarios name: bases with fitted values, each citing the fit.

A scenario lays itself on such a base (`base = ["base.toml", "fitted/draws.toml"]`); its uncertainty is in the fit's
draws, which `run --draws` takes. Writes files; computes nothing.
"""

from __future__ import annotations

from pathlib import Path

from sim.files import explained, write_text
from sim.model.parameters import parameters
from sim.model.values import Duration, Value, plain
from sim.study.calibration.calibrate import Calibrated
from sim.study.calibration.fits import COMMON
from sim.study.calibration.priors import as_settings
from sim.study.calibration.targets import Targets


def write_bases(folder: Path, targets: Targets, made: Calibrated) -> None:
    """Write one base for the common behaviour, and one for each day."""
    says = {str(one["name"]): str(one["says"]) for one in made.fit.about["parameters"]}
    with explained(folder):
        folder.mkdir(parents=True, exist_ok=True)
        for name, numbers in made.point.items():
            values = as_settings(numbers)
            if name != COMMON:  # only what the day moves; the rest is the common behaviour's
                values = {key: value for key, value in values.items() if f"{name}: {key}" in says}
            write_text(folder / f"{_file(name)}.toml", base_text(targets.name, name, values, says))


def base_text(fit: str, day: str, values: dict[str, Value], says: dict[str, str]) -> str:
    """A base as the text of a scenario file."""
    what = "The common behaviour" if day == COMMON else f"What is different on the day {day!r}"
    why = "the common behaviour of the fit" if day == COMMON else f"how {day} differs from the common behaviour"
    lines = [
        f"# {what} as fitted: calibration/fits/{fit}. Written by `jobfair calibrate`;",
        "# change the targets or priors and calibrate again, not this file.",
        "",
        "schema_version = 1",
        f'name = "{fit}: {_file(day)}"',
        f'why = "One point for simulations: {why}."',
    ]
    units = {one.key: one.unit for one in parameters("fair")}
    section = ""
    for key in sorted(values):
        table, _, name = key.partition(".")
        if table != section:
            lines += ["", f"[{table}]"]
            section = table
        said = says.get(key if day == COMMON else f"{day}: {key}", "")
        source = f"fit {fit}: {said}"
        unit = f" # {units[key]}" if units[key] else ""
        lines.append(f'{name} = {{ value = {_toml(values[key])}, source = "{source}" }}{unit}')
    return "\n".join(lines) + "\n"


def _file(name: str) -> str:
    return "common" if name == COMMON else name


def _toml(value: Value) -> str:
    if isinstance(value, Duration):
        return f'"{value}"'
    return plain(float(value)) if isinstance(value, int | float) else f'"{value}"'
