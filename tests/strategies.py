"""What hypothesis draws for the tests: random fair days for the engines, and small scenarios that are all valid.

`fair_days` gives arrays with every behaviour of the engines (see `benchmarks.random_days`); `scenario_documents` gives
TOML documents as dictionaries, and `scenario_of` loads one.
"""

from __future__ import annotations

import tempfile
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import tomli_w
from hypothesis import strategies as st

from benchmarks.random_days import CHOICES, fair_day
from sim.engine import FairDay
from sim.model.scenario import Scenario, load_scenario

Document = dict[str, Any]

_SEEDS = st.integers(0, 2**32 - 1)
_NAMES = ("a", "b", "c")


def fair_days(**fixed: float) -> st.SearchStrategy[FairDay]:
    """Random fair days; `fixed` settles entries of `benchmarks.random_days.CHOICES`."""
    unknown = set(fixed) - set(CHOICES)
    if unknown:
        raise ValueError(f"no such entries: {sorted(unknown)}")
    free = {name: st.sampled_from(values) for name, values in CHOICES.items() if name not in fixed}
    shapes = st.fixed_dictionaries({**free, **{name: st.just(value) for name, value in fixed.items()}})
    return st.builds(fair_day, shapes, _SEEDS)


_DURATIONS = st.sampled_from(
    [
        0.5, 3, "exponential(mean=4)", "uniform(low=1, high=5)", "triangular(low=1, mode=2, high=6)",
        "lognormal(mean=5, cv=0.8)", "erlang(mean=4, stages=3)",
    ]
)  # fmt: skip
_SHARES = st.sampled_from([0, 0.3, 1])

# Sections of a fair with some of their keys; each key may be left out.
_SECTIONS: Mapping[str, Mapping[str, st.SearchStrategy[Any]]] = {
    "gate": {"lanes": st.integers(0, 3), "minutes": _DURATIONS, "patience_minutes": _DURATIONS},
    "hall": {"people_limit": st.integers(1, 30)},
    "desk": {"minutes": _DURATIONS},
    "guidance": {"visit_share": _SHARES, "minutes": _DURATIONS, "leave_share": _SHARES},
    "walking": {"between_booths_metres": st.sampled_from([0, 20]), "between_zones_metres": st.sampled_from([0, 20])},
    "choice": {
        "rule": st.sampled_from(["logit", "shortest-queue", "fixed-order"]),
        "boards_read": st.integers(1, 64),
        "queue_weight": st.sampled_from([0, 0.5]),
    },
    "booth": {
        "recruiters": st.sampled_from([0, 1, 1.5, 2]),
        "queue_limit": st.integers(0, 4),
        "late_share": _SHARES,
        "no_show_share": st.sampled_from([0, 0.3]),
        "leaves_when_filled": st.booleans(),
        "zones": st.integers(1, 3),
        "shifts": st.just(
            [{"from": "09:00", "recruiters": 2}, {"from": "09:40", "recruiters": 0}, {"from": "10:05", "recruiters": 1}]
        ),
    },
    "interview": {"minutes": _DURATIONS, "offers": st.booleans()},
    "behaviour": {
        "talk_share": st.sampled_from([0.4, 1]),
        "informed_share": _SHARES,
        "patience_minutes": _DURATIONS,
        "give_up_share": _SHARES,
    },
    "closing": {
        "at_close": st.sampled_from(["finish", "cut-off", "run-to-empty"]),
        "announcement_minutes": st.sampled_from([0, 10, 25]),
        "admit_waiting": st.booleans(),
        "turn_round": st.booleans(),
        "queue_served": st.booleans(),
        "next_booth": st.booleans(),
    },
    "match": {"intents_per_post": st.sampled_from([0.5, 1, 1.3])},
}  # fmt: skip


@st.composite
def _world(draw: st.DrawFn) -> Document:
    """What all fairs share: sections, groups, occupations."""
    world: Document = {}
    for section, keys in _SECTIONS.items():
        chosen = draw(st.fixed_dictionaries({}, optional=dict(keys)))
        if chosen:
            world[section] = chosen
    if draw(st.booleans()):
        world["time_step_minutes"] = 1
    groups = draw(st.integers(0, 3))
    if groups:
        world["groups"] = [
            {"id": f"g{k}", "share": 1 + k, "priority": draw(st.integers(-1, 1)), "behaviour": {"skill_mean": 0.5 * k}}
            for k in range(groups)
        ]
    occupations = draw(st.integers(0, 3))
    if occupations:
        world["occupations"] = [{"id": f"o{k}", "posts_share": 1 + k} for k in range(occupations)]
    return world


@st.composite
def _fair(draw: st.DrawFn, name: str) -> Document:
    """One fair without its numbers."""
    fair: Document = {"id": name, "venue": f"hall {name}", "district": draw(st.sampled_from(["north", "south"]))}
    fair["open"], fair["close"] = "09:00", draw(st.sampled_from(["10:00", "10:30", "12:00"]))
    fair["arrivals"] = {"start": "08:50", "step_minutes": 10, "weights": [3, 5, 2]}
    if draw(st.booleans()):
        fair["gate"] = {"lanes": draw(st.integers(0, 2))}
    return fair


@st.composite
def scenario_documents(draw: st.DrawFn, fairs: int | None = None) -> Document:
    """Valid scenarios of one to three small fairs: with totals, with numbers of their own, or with listed firms."""
    document = draw(_world())
    count = fairs or draw(st.integers(1, 3))
    document["fairs"] = [draw(_fair(name)) for name in _NAMES[:count]]
    firms = draw(st.lists(st.integers(1, 5), min_size=count, max_size=count))
    seekers = draw(st.lists(st.sampled_from([0, 1, 20, 50]), min_size=count, max_size=count))
    kind = draw(st.sampled_from(["own", "totals", "rows"]))
    if kind == "totals":
        document["totals"] = {"firms": sum(firms), "posts": 3 * sum(firms), "seekers": sum(seekers)}
        return document
    for fair, own_firms, own_seekers in zip(document["fairs"], firms, seekers, strict=True):
        fair["seekers"] = own_seekers
        if kind == "own":
            fair["firms"], fair["posts"] = own_firms, own_firms * draw(st.integers(1, 4))
    if kind == "rows":
        document["firms"] = [
            {"id": f"firm {name} {k}", "name": f"Firm {k}", "fair": name, "posts": draw(st.integers(0, 4))}
            for name, number in zip(_NAMES, firms, strict=False)
            for k in range(number)
        ]
    return document


def scenario_of(document: Document) -> Scenario:
    """The scenario of a document."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "scenario.toml"
        path.write_text(tomli_w.dumps(document), encoding="utf-8")
        return load_scenario(path)
