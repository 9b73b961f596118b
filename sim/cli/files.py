"""The verbs that look at scenario files and simulate nothing: check, template, schema."""

from __future__ import annotations

import json
from pathlib import Path

import click

from sim.cli.helping import Command
from sim.cli.options import DEBUG, FINDING, JSON, LANG, OK, OVERRIDES, complain
from sim.language import _
from sim.model.errors import Finding, InputError, has_errors


@click.command(cls=Command)
@click.argument("scenarios", nargs=-1, required=True, metavar="SCENARIO...")
@OVERRIDES
@JSON
@click.option("-q", "--quiet", is_flag=True, help="Print findings only.")
@LANG
@DEBUG
@click.pass_context
def check(
    ctx: click.Context, scenarios: tuple[str, ...], overrides: tuple[str, ...], as_json: bool, quiet: bool
) -> None:
    """Check each SCENARIO; print every finding.

    All findings of all files at once; exit code 1 if one is an error. Warnings and notes do not stop a run.
    """
    from dataclasses import asdict

    from sim.model.scenario import load_scenario
    from sim.model.visible import visible

    found: dict[str, tuple[Finding, ...]] = {}
    for scenario in scenarios:
        try:
            found[scenario] = load_scenario(scenario, overrides).findings
        except InputError as error:
            found[scenario] = error.findings
    if as_json:
        files = [{"file": file, "findings": [asdict(one) for one in all_of]} for file, all_of in found.items()]
        click.echo(json.dumps({"files": files, "ok": not any(map(has_errors, found.values()))}, indent=2))
    for file, findings in found.items():
        if findings and not as_json:
            complain("\n".join(one.spoken() for one in findings))
        if not (has_errors(findings) or as_json or quiet):
            click.echo(visible(_("{file}: ok").format(file=file)))
    ctx.exit(FINDING if any(map(has_errors, found.values())) else OK)


@click.command(cls=Command)
@click.argument("name", required=False)
@click.option(
    "--xlsx",
    "workbook",
    type=click.Path(path_type=Path),
    metavar="FILE",
    help="Write a workbook to fill in, FILE.xlsx, and print a scenario that names it.",
)
@LANG
@DEBUG
def template(name: str | None, workbook: Path | None) -> None:
    """Print a commented starter scenario.

    NAME is fair (one fair, the default), venues (several venues on a day), firms (firms by name) or season (a campaign
    whose calendar a policy makes).
    """
    from sim.model.template import starter, workbook_starter

    if workbook is None:
        click.echo(starter(name or "fair"), nl=False)
        return
    if name is not None:
        raise click.UsageError("NAME and --xlsx exclude each other")
    _write_workbook(workbook)
    click.echo(workbook_starter(workbook.name), nl=False)
    complain(_("workbook: {path}").format(path=workbook))


def _write_workbook(path: Path) -> None:
    """Write the workbook to fill in; never over one that was filled in."""
    from sim.files import check_workbook_library, explained, replacing
    from sim.model.template_workbook import workbook_content

    check_workbook_library()
    if path.suffix.lower() != ".xlsx":
        raise click.UsageError("--xlsx takes the name of a file that ends with .xlsx")
    with explained(path):
        if path.exists():
            remedy = "name another file, or move this one away"
            raise InputError([Finding(str(path), "", "this file exists already", "", remedy, "file-exists")])
        with replacing(path) as temporary:
            temporary.write_bytes(workbook_content())


@click.command(cls=Command)
@LANG
@DEBUG
def schema() -> None:
    """Print the JSON schema of a scenario."""
    from sim.model.schema import json_schema

    click.echo(json.dumps(json_schema(), indent=2))
