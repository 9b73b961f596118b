"""What all verbs share on the command line: names, exit codes, options that mean the same everywhere.

Each option is a decorator, described once. It must not know any verb.
"""

from __future__ import annotations

from pathlib import Path

import click

from sim.language import LANGUAGES, OWN_VARIABLE

PROGRAM = "jobfair"
OK, FINDING, BAD_INPUT, INTERNAL, INTERRUPTED = 0, 1, 2, 3, 130
ENGINES = ("kernel", "reference")
MOST_REPLICATIONS = 1_000_000
LARGEST_SEED = 2**63 - 1
MOST_JOBS = 1_024

DEBUG = click.option("--debug", is_flag=True, expose_value=False, help="Show where an internal error happened.")
OVERRIDES = click.option(
    "--set",
    "overrides",
    multiple=True,
    metavar="KEY=VALUE",
    help="Change a value of the scenario; repeatable.",
)
REPLICATIONS = click.option(
    "-n",
    "--replications",
    type=click.IntRange(1, MOST_REPLICATIONS),
    metavar="N",
    help="How many independent replications; the scenario's run.replications if left out.",
)
SEED = click.option(
    "--seed",
    type=click.IntRange(0, LARGEST_SEED),
    metavar="S",
    help="Seed of all random numbers; the scenario's run.seed if left out.",
)
ENGINE = click.option(
    "--engine",
    type=click.Choice(ENGINES),
    envvar="JOBFAIR_ENGINE",
    help="kernel (default, fast) or reference (readable, slow).",
)
OUT = click.option(
    "--out",
    type=click.Path(path_type=Path),
    metavar="DIR",
    help="Results folder; results/<name of the scenario file> if left out.",
)
RESUME = click.option("--resume", is_flag=True, help="Go on with an interrupted run in the results folder.")
OVERWRITE = click.option("--overwrite", is_flag=True, help="Replace the results in the results folder.")
JSON = click.option("--json", "as_json", is_flag=True, help="Print one JSON document and nothing else.")
QUIET = click.option("-q", "--quiet", is_flag=True, help="No progress and no messages except errors.")
VERBOSE = click.option("-v", "--verbose", is_flag=True, help="Every measure, and how the run went.")
JOBS = click.option(
    "-j",
    "--jobs",
    type=click.IntRange(1, MOST_JOBS),
    metavar="J",
    help="How many processes; as many as there are usable cores if left out. No number depends on it.",
)
CLUSTER = click.option(
    "--cluster",
    metavar="ADDRESS",
    help="Compute on the Dask cluster whose scheduler is there, such as tcp://10.0.0.5:8786.",
)
PRECISION = click.option(
    "--precision",
    metavar="MEASURE=WIDTH,...",
    help="Take replications until half the 95 % interval is that narrow, in the measure's unit or as a share of the "
    "mean: intents=1%,wait_minutes_mean=0.5. With it, -n is the maximum.",
)
DRAWS = click.option(
    "--draws",
    type=click.Path(path_type=Path),
    metavar="FILE",
    help="CSV table of parameter draws, a column per key: simulate N replications of each.",
)
XLSX = click.option("--xlsx", is_flag=True, help="Write report.xlsx too, a workbook of the results.")
NO_REPORT = click.option("--no-report", is_flag=True, help="Do not write report.html, the page of the results.")
LANG = click.option(
    "--lang",
    type=click.Choice(LANGUAGES),
    envvar=OWN_VARIABLE,
    expose_value=False,
    help="Language of what is said and of the page; that of the system if left out.",
)
NAMES = click.option(
    "--names", is_flag=True, help="Keep names and ids of listed people in the results; pseudonyms if left out."
)
NO_PROGRESS = click.option("--no-progress", is_flag=True, help="No progress bar.")


def complain(text: str) -> None:
    """Say something on stderr, whatever names are in it."""
    from sim.model.visible import visible

    click.echo(visible(text, keep="\n"), err=True)
