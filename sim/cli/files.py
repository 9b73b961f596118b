"""The verbs that look at scenario files and simulate nothing: check, template, schema."""

from __future__ import annotations

import json

import click

from sim.cli.options import DEBUG, FINDING, JSON, OK, OVERRIDES, complain
from sim.model.errors import Finding, InputError


@click.command()
@click.argument("scenarios", nargs=-1, required=True, metavar="SCENARIO...")
@OVERRIDES
@JSON
@click.option("-q", "--quiet", is_flag=True, help="Print findings only.")
@DEBUG
@click.pass_context
def check(
    ctx: click.Context, scenarios: tuple[str, ...], overrides: tuple[str, ...], as_json: bool, quiet: bool
) -> None:
    """Check each SCENARIO; print every finding.

    All findings of all files at once; exit code 1 if there is one.
    """
    from dataclasses import asdict

    from sim.model.scenario import load_scenario

    found: dict[str, tuple[Finding, ...]] = {}
    for scenario in scenarios:
        try:
            load_scenario(scenario, overrides)
            found[scenario] = ()
        except InputError as error:
            found[scenario] = error.findings
    if as_json:
        files = [{"file": file, "findings": [asdict(one) for one in all_of]} for file, all_of in found.items()]
        click.echo(json.dumps({"files": files, "ok": not any(found.values())}, indent=2))
    for file, findings in found.items():
        if findings and not as_json:
            complain("\n".join(map(str, findings)))
        elif not (as_json or quiet):
            click.echo(f"{file}: ok")
    ctx.exit(FINDING if any(found.values()) else OK)


@click.command()
@click.argument("name", default="fair")
@DEBUG
def template(name: str) -> None:
    """Print a commented starter scenario.

    NAME is fair (one fair, the default), venues (several venues on a day) or firms (firms by name).
    """
    from sim.model.template import starter

    click.echo(starter(name), nl=False)


@click.command()
@DEBUG
def schema() -> None:
    """Print the JSON schema of a scenario."""
    from sim.model.schema import json_schema

    click.echo(json.dumps(json_schema(), indent=2))
