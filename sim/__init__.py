"""jobfair: simulate job fairs, to find the calendar of fairs that gets most people into work.

The public names, in the order in which one uses them:

>>> import sim
>>> scenario = sim.load_scenario("scenarios/wuhan-2020-04-21.toml")
>>> sample = sim.replicate(scenario, replications=3, seed=1)
>>> summary = sim.summarise(sample, scenario)
"""

from __future__ import annotations

from importlib import import_module

_PLACES = {
    "InputError": "sim.model.errors",
    "load_scenario": "sim.model.scenario",
    "Scenario": "sim.model.scenario",
    "Season": "sim.campaign.season",
    "simulate": "sim.engine",
    "FairDay": "sim.engine",
    "Ledger": "sim.engine",
    "measure": "sim.study.measures",
    "measure_keys": "sim.study.measures",
    "replicate": "sim.study.replicate",
    "Sample": "sim.study.replicate",
    "summarise": "sim.report.summary",
}

__all__ = list(_PLACES)


def __getattr__(name: str) -> object:
    """Fetch a public name when it is first asked for, so that `import sim` costs nothing."""
    if name not in _PLACES:
        raise AttributeError(f"module 'sim' has no attribute {name!r}")
    return getattr(import_module(_PLACES[name]), name)
