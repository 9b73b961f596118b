"""The verb story: what happened to one seeker, at one booth or at one fair of a run, told as a list."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import click

from sim.cli.helping import Command
from sim.cli.options import DEBUG, JSON, LANG
from sim.language import ENGLISH, language, speaking

if TYPE_CHECKING:
    from collections.abc import Sequence

    from sim.study.story import Told


@click.command(cls=Command)
@click.argument("results", type=click.Path(path_type=Path))
@click.option("--seeker", metavar="N", help="A person: the number in the pool, or at a fair, or the id of a row.")
@click.option("--booth", metavar="ID", help="A booth, as booths.csv names it.")
@click.option("--fair", metavar="ID", help="A fair; with --seeker or --booth only what happens there.")
@click.option(
    "--replication",
    type=click.IntRange(0, 1_000_000),
    default=0,
    show_default=True,
    metavar="R",
    help="Which replication of the run, from 0.",
)
@JSON
@LANG
@DEBUG
def story(
    results: Path, seeker: str | None, booth: str | None, fair: str | None, replication: int, as_json: bool
) -> None:
    """Tell the day of one seeker, one booth or one fair in RESULTS, the folder of a run.

    The replication is simulated again, which gives exactly what the run counted.
    """
    import json
    from dataclasses import asdict

    from sim.cli.running import compile_first
    from sim.model.scenario import load_scenario
    from sim.model.visible import visible
    from sim.store import RESOLVED
    from sim.study.contenders import run_manifest
    from sim.study.story import Stories

    asked = [one for one in (seeker, booth) if one is not None]
    if len(asked) > 1 or (not asked and fair is None):
        raise click.UsageError("one of --seeker, --booth and --fair says whose story it is")
    manifest = run_manifest(results)
    scenario = load_scenario(results / RESOLVED)
    compile_first(lambda line: click.echo(line, err=True), [scenario])
    stories = Stories(scenario, int(manifest["seed"]), replication, str(manifest["engine"]))
    with speaking(ENGLISH if as_json else language()):
        if seeker is not None:
            told: Sequence[Told] = stories.seeker(seeker, fair)
        elif booth is not None:
            told = stories.booth(booth, fair)
        else:
            assert fair is not None
            told = stories.fair(fair)
    if as_json:
        lines = [{**asdict(one), "minutes": None if one.clock == "" else one.minutes} for one in told]
        click.echo(json.dumps({"replication": replication, "story": lines}, ensure_ascii=False, indent=2))
        return
    place = ("", "")
    for one in told:
        if (one.day, one.fair) != place and (one.day or one.fair):
            place = (one.day, one.fair)
            click.echo(visible(" ".join(part for part in place if part)))
        click.echo(visible(f"  {one.clock or '        '}  {one.text}"))
