"""What is thrown at jobfair: files made wrong with the commands that read them, and command lines made up.

`made(number)` gives the input of a number: a folder of files and the commands that are given in it. The same number is
the same input always. Commands are such that a run stays small however the files are changed; where a valid file would
start long work (a calibration, a sweep), the output folder is a foreign one, so that the program reads everything and
then refuses.
"""

from __future__ import annotations

import random
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path

import click

from benchmarks.mutations import NUMBERS, RARE, TEXTS, damaged_bytes, mutated
from sim.cli import cli
from sim.model.parameters import FAIR_ONLY, Parameter, parameters
from sim.model.template import starter

ROOT = Path(__file__).parents[1]
BLOCKED = "blocked"  # a folder with somebody else's file in it
SMALL = b"""name = "small"
totals = { firms = 4, posts = 12, seekers = 30 }
run = { replications = 2, seed = 5 }
[[fairs]]
id = "one"
[[fairs]]
id = "two"
"""
TABLES = {
    "tables/x.toml": b'[tables]\nfirms = "firms.csv"\nposts = "posts.csv"\nseekers = "seekers.csv"\n'
    b'[[fairs]]\nid = "a"\n[[groups]]\nid = "young"\n[[groups]]\nid = "old"\n'
    b'[[occupations]]\nid = "trade"\n[[occupations]]\nid = "craft"\n',
    "tables/firms.csv": "id,name,pay,recruiters,shifts,interview_minutes\nf1,Müller,0.5,2,,5\n"
    'f2,"招聘, Ltd",-1,,09:00=2 12:00=1,"lognormal(mean=5, cv=0.8)"\nf3,,,,,\n'.encode(),
    "tables/posts.csv": b"firm,occupation,count\nf1,trade,3\nf2,craft,1\nf3,trade,2\n",
    "tables/seekers.csv": b"id,group,occupation,skill,arrives\n"
    + b"".join(
        b"s%d,%s,trade,0.%d,%02d:%02d\n" % (k, b"young" if k % 2 else b"old", k, 9 + k % 4, k) for k in range(20)
    ),
}
CASES = {
    "cases.csv": b"case,gate.lanes,behaviour.talk_share\nfew,1,0.4\nmany,9,\n",
    "cases.toml": b'[[cases]]\ncase = "few"\n"gate.lanes" = 1\n[[cases]]\n"gate.lanes" = 9\n',
    "draws.csv": b"draw,gate.lanes,interview.minutes\n1,2,5\n2,3,lognormal(mean=5; cv=0.8)\n",
}


@dataclass(frozen=True)
class Input:
    """Files by their path, and the commands to be given in their folder, each only if the one before ended with 0."""

    kind: str
    files: dict[str, bytes]
    commands: tuple[tuple[str, ...], ...]
    damage: tuple[str, int] | None = None  # a file that is made wrong after the first command, and a number for chance

    def damaged(self, content: bytes) -> bytes:
        """The file that is made wrong."""
        assert self.damage is not None
        rng = random.Random(self.damage[1])
        others = [SMALL, b'{"replications": 7, "seed": null, "inputs": [1]}']
        return damaged_bytes(content, rng) if rng.random() < 0.5 else mutated(content, rng, others)


def made(number: int) -> Input:
    """The input of a number."""
    rng = random.Random(number)
    return rng.choice(KINDS)(rng)


@cache
def _real(folder: str, *suffixes: str) -> dict[str, bytes]:
    """Real files below a folder of the project, without what is written by the program."""
    return {
        path.relative_to(ROOT).as_posix(): path.read_bytes()
        for path in sorted((ROOT / folder).rglob("*"))
        if path.suffix in suffixes and "fits" not in path.parts
    }


@cache
def _scenarios() -> dict[str, bytes]:
    starters = {f"scenarios/{name}.toml": starter(name).encode() for name in ("fair", "venues", "firms")}
    golden = {"scenarios/golden.toml": (ROOT / "tests" / "golden" / "small.toml").read_bytes()}
    return _real("scenarios", ".toml") | starters | golden


def _changed(files: dict[str, bytes], name: str, rng: random.Random, others: Sequence[bytes]) -> dict[str, bytes]:
    content = rng.choice(RARE)(files[name], rng, others) if rng.random() < 0.02 else mutated(files[name], rng, others)
    return files | {name: content}


def _scenario(rng: random.Random) -> Input:
    """A scenario file, or a file that others are based on."""
    files = _scenarios()
    name = rng.choice(sorted(files))
    asked = name if rng.random() < 0.8 else "scenarios/wuhan-2020-04-21.toml"
    set_ = _overrides(rng) if rng.random() < 0.2 else ()
    check, run = ("check", asked, *set_), ("run", asked, *set_, "-n", "1", "--out", "out", "-q")
    return Input("scenario", _changed(files, name, rng, list(files.values())), (check, run))


def _table(rng: random.Random) -> Input:
    """A table of firms, posts or seekers."""
    name = rng.choice(sorted(TABLES))
    commands = (("check", "tables/x.toml"), ("run", "tables/x.toml", "-n", "1", "--out", "out", "--json"))
    return Input("table", _changed(TABLES, name, rng, list(TABLES.values())), commands)


def _extremes(rng: random.Random) -> Input:
    """A scenario whose values are all allowed, many of them at their limits: it must be simulated to the end."""
    free = [one for one in parameters("fair") if one.key not in FAIR_ONLY and one.type in _EXTREMES]
    chosen = rng.sample(free, rng.choice((1, 3, 10, 30)))
    lines = [f"{one.key} = {_EXTREMES[one.type](one, rng)}" for one in chosen]
    counts = {"firms": (1, 1, 4, 60), "posts": (60, 300), "seekers": (0, 1, 30, 400)}
    fairs = [f'[[fairs]]\nid = "{name}"' for name in rng.choice(("a", "ab"))]
    for kind, choices in counts.items():
        if kind != "seekers" or not any("poisson" in line for line in lines):
            fairs = [f"{fair}\n{kind} = {rng.choice(choices)}" for fair in fairs]
    groups = ['[[groups]]\nid = "g"', '[[groups]]\nid = "h"'][: rng.randrange(3)]
    text = "\n".join([*lines, *fairs, *groups]) + "\n"
    engine = rng.choice(("kernel", "kernel", "kernel", "reference"))
    run = ("run", "x.toml", "-n", "2", "--out", "out", "-q", "--engine", engine)
    return Input("extremes", {"x.toml": text.encode()}, (("check", "x.toml"), run))


def _number_at_limits(one: Parameter, rng: random.Random) -> str:
    low, high = one.minimum or 0.0, 1.0 if one.type == "share" else one.maximum
    middle = rng.uniform(low, min(high or 100.0, 100.0))
    value = rng.choice((low, high or 100.0, middle, low + 1e-9 if one.type != "integer" else low + 1))
    return str(int(value)) if one.type == "integer" else repr(float(value))


_DURATIONS = (
    "0", "1e-9", "0.5", "1e6", "1e15", '"exponential(mean=1e-12)"', '"exponential(mean=1e12)"',
    '"lognormal(mean=5, cv=0)"', '"lognormal(mean=5, cv=1000)"', '"lognormal(mean=1e-9, cv=9)"',
    '"uniform(low=0, high=0)"', '"triangular(low=0, mode=0, high=1e9)"', '"erlang(mean=3, stages=4)"',
)  # fmt: skip


def _duration_at_limits(_: Parameter, rng: random.Random) -> str:
    return rng.choice(_DURATIONS)


def _clock_at_limits(_: Parameter, rng: random.Random) -> str:
    return rng.choice(('"00:00"', '"00:01"', '"08:59"', '"12:00"', '"13:59"', '"23:59"', '"24:00"'))


_EXTREMES: dict[str, Callable[[Parameter, random.Random], str]] = {
    "number": _number_at_limits, "share": _number_at_limits, "integer": _number_at_limits,
    "duration": _duration_at_limits, "clock": _clock_at_limits, "flag": lambda _, rng: rng.choice(("true", "false")),
    "choice": lambda one, rng: f'"{rng.choice(one.choices)}"',
    "numbers": lambda _, rng: rng.choice(("[1]", "[0, 0, 1]", "[1e6]", "[1e-300, 1]", "[40, 0, 40]")),
    "shifts": lambda _, rng: rng.choice(('[{from = "00:00", recruiters = 0}]', '[{from = "09:00", recruiters = 1000}]',
                                         '[{from = "09:00", recruiters = 1}, {from = "09:01", recruiters = 0}]')),
}  # fmt: skip


def _targets(rng: random.Random) -> Input:
    """Targets, priors, or what was observed."""
    files = _scenarios() | _real("calibration", ".toml", ".csv")
    name = rng.choice([name for name in sorted(files) if name.startswith("calibration/")])
    command = ("calibrate", "calibration/targets.toml", "--out", BLOCKED, "-q")
    if name.endswith("reported-fairs.csv") and rng.random() < 0.5:
        command = ("validate", name, "--fit", "none", "-q")
    others = [content for path, content in files.items() if path.startswith("calibration/")]
    return Input("targets", _changed(files, name, rng, others), (command,))


def _problem(rng: random.Random) -> Input:
    """A problem of the search, or the season that it asks about."""
    files = _real("scenarios/problems", ".toml") | _real("scenarios", ".toml")
    asked = f"scenarios/problems/{rng.choice(('small', 'small', 'medium', 'wuhan-2020-season'))}.toml"
    season = "scenarios/wuhan-2020-season.toml" if "wuhan" in asked else "scenarios/problems/small-season.toml"
    name = asked if rng.random() < 0.8 else season
    others = [content for path, content in files.items() if path.startswith("scenarios/problems/")]
    count = ("--evaluations", rng.choice(("4", "100"))) if rng.random() < 0.3 else ()
    return Input("problem", _changed(files, name, rng, others), (("optimise", asked, *count, "--out", BLOCKED, "-q"),))


def _plan(rng: random.Random) -> Input:
    """A season with its calendar, by a policy, listed, or written by the search; and what the verb plan makes of it."""
    files = _scenarios() | _found_plans()
    names = (
        "wuhan-2020-plan",
        "wuhan-2020-season",
        "wuhan-2020-strategies",
        "strategies/evenings",
        "strategies/by-group",
    )
    asked = rng.choice((*(f"scenarios/{name}.toml" for name in names), *sorted(_found_plans())))
    name = asked if rng.random() < 0.8 else "scenarios/wuhan-spring-2020.toml"
    plan = ("plan", asked, *(_overrides(rng) if rng.random() < 0.2 else ()))
    written = f"{asked.rpartition('/')[0]}/again.toml"
    writes = (*plan, "-q", "--csv", "plan.csv", "--ics", "plan.ics", "--toml", written)
    first = (*plan, "--json") if rng.random() < 0.5 else plan
    commands = (first, writes, ("plan", written)) if rng.random() < 0.4 else (first,)
    return Input("plan", _changed(files, name, rng, list(_found_plans().values())), commands)


@cache
def _found_plans() -> dict[str, bytes]:
    """Plans as the search writes them."""
    found = _real("tests/golden/search/plans", ".toml")
    return {f"scenarios/plans/{path.rpartition('/')[2]}": content for path, content in found.items()}


def _strategies(rng: random.Random) -> Input:
    """A folder of strategies to be ranked: a small season and what differs from it."""
    files = _real("tests/golden/study/scenarios", ".toml", ".csv")
    name = rng.choice(sorted(files))
    command = ("study", "tests/golden/study/scenarios/strategies", "-n", "10", "--jobs", "1", "--out", BLOCKED, "-q")
    return Input("strategies", _changed(files, name, rng, list(files.values())), (command,))


def _cases(rng: random.Random) -> Input:
    """A list of cases, or draws of parameters."""
    files = CASES | {"small.toml": SMALL}
    name = rng.choice(sorted(CASES))
    command = ("sweep", "small.toml", "--cases", name, "--out", BLOCKED)
    if name == "draws.csv":
        command = ("run", "small.toml", "--draws", name, "--out", BLOCKED)
    return Input("cases", _changed(files, name, rng, list(CASES.values())), (command,))


_KEYS = (
    "gate.lanes", "interview.minutes", "fairs.one.open", "booth.shifts", "behaviour.talk_share", "name", "x", "fairs",
    "arrivals.weights", "groups.all.share", "totals.seekers", "base", "tables.firms", "a.b.c.d",
)  # fmt: skip


def _results(rng: random.Random) -> Input:
    """A file of a results folder, which is then gone on with or compared."""
    names = ("manifest.json", "resolved.toml", "summary.csv", "replications.parquet", "booths.csv", "warnings.log")
    run = ("run", "small.toml", "--out", "out", "-q")
    then = rng.choice(((*run, "--resume", "-n", "3"), (*run, "--resume"), ("compare", "out", "out")))
    damage = (f"out/{rng.choice(names)}", rng.randrange(2**32))
    return Input("results", {"small.toml": SMALL}, (run, then), damage)


def _overrides(rng: random.Random) -> tuple[str, ...]:
    """Options --set with known keys and values that are often wrong."""
    pairs = (f"{rng.choice(_KEYS)}={rng.choice((*NUMBERS, *TEXTS))}" for _ in range(rng.randrange(1, 4)))
    return tuple(part for pair in pairs for part in ("--set", pair.replace("\0", "")))


# Values of options that are sensible; most that are made up are not. None of them starts long work.
_SENSIBLE = {
    "replications": ("1", "2"), "seed": ("1",), "out": ("out", BLOCKED, "small.toml", "a/b/c"), "jobs": ("1",),
    "vary": ("gate.lanes=1,2", "interview.minutes.mean=2..4:2"), "over": ("gate.lanes=1..4", "gate.lanes"),
    "measure": ("intents",), "flip": ("small.toml",), "cases": ("cases.csv",), "draws": ("draws.csv",),
    "samples": ("2",), "precision": ("intents=90%",), "select": ("intents",), "zone": ("50",),
}  # fmt: skip
_FILES = ("small.toml", "small.toml", "none.toml", "cases.csv", BLOCKED, "", "scenarios", "é.toml", "a" * 5000)
# What is put at the end, so that nothing long begins.
_TAIL = {
    "calibrate": ("--out", BLOCKED), "validate": ("--fit", "none"), "verify": ("--scenarios", "none"),
    "sweep": ("--jobs", "1", "-n", "2"), "compare": ("--jobs", "1", "-n", "2"), "run": ("--jobs", "1", "-n", "2"),
}  # fmt: skip
_HARMLESS = ("cluster",)  # an address of a cluster is waited for


def _command_line(rng: random.Random) -> Input:
    """A verb with options that are its own, values that often are not, and surplus or missing arguments."""
    verb = rng.choice(sorted(cli.commands))
    words: list[str] = [verb if rng.random() < 0.97 else rng.choice(TEXTS)]
    for parameter in cli.commands[verb].params:
        if parameter.name in _HARMLESS:
            continue
        if isinstance(parameter, click.Argument):
            files = _FILES if verb in _TAIL or verb == "check" else _FILES[2:]
            words += [rng.choice(files) for _ in range(rng.choice((0, 1, 1, 1, 2)))]
        elif rng.random() < 0.2:
            words += _option(parameter, rng)
    if rng.random() < 0.1:
        words.insert(rng.randrange(len(words) + 1), rng.choice((*TEXTS, "--", "-", "--nothing", "-z", "--set")))
    words += _TAIL.get(verb, ()) if rng.random() < 0.9 or verb in ("calibrate", "verify") else ()
    command = tuple(word.replace("\0", "") for word in words)
    return Input("command line", CASES | {"small.toml": SMALL}, (command,))


def _option(parameter: click.Parameter, rng: random.Random) -> list[str]:
    name = rng.choice(parameter.opts)
    if getattr(parameter, "is_flag", False):
        return [name]
    if parameter.name == "overrides":
        return list(_overrides(rng))
    sensible = _SENSIBLE.get(str(parameter.name), ())
    value = rng.choice(sensible) if sensible and rng.random() < 0.6 else rng.choice((*_SAFE_NUMBERS, *_SAFE_TEXTS))
    return [name, value] if rng.random() < 0.9 else [f"{name}={value}"]


# As a count of replications or a seed; and as a path below the folder of the input.
_SAFE_NUMBERS = tuple(one for one in NUMBERS if one not in ("24", "1_000"))
_SAFE_TEXTS = tuple(one for one in TEXTS if not one.startswith(("/", "~", "..")))

KINDS: tuple[Callable[[random.Random], Input], ...] = (
    *(_scenario, _scenario, _scenario, _table, _table, _targets, _cases, _extremes, _extremes),
    *(_results, _command_line, _command_line, _problem, _problem, _plan, _strategies),
)
