"""The manual's page of commands, made from the program: every verb with its arguments and options.

It reads what the verbs say of themselves and gives one Markdown page. It must not know any verb by name.
"""

from __future__ import annotations

import inspect
import re

import click

from sim.cli import cli
from sim.cli.options import PROGRAM

HEAD = f"""# Commands

Every verb of `{PROGRAM}` with its options, as `{PROGRAM} VERB --help` shows them. In every verb `--help` explains, and
`--debug` shows where an internal error happened. Where an option is left out, the variable in brackets counts, if
there is one.

Exit codes: 0 all is well; 1 something was found that the command was to look for, such as an error in a scenario or
a case that fails; 2 the input cannot be used, and nothing was done; 3 an internal error; 130 interrupted. Results go
to stdout, messages and progress to stderr.

This page is made from the program by `python -m sim.cli.reference > docs/commands.md`.
"""
EVERYWHERE = ("debug", "help")


def commands_page() -> str:
    """The manual page of all verbs, in the order of the alphabet."""
    with click.Context(cli, info_name=PROGRAM) as context:
        verbs = [_verb(cli.commands[name], context) for name in sorted(cli.commands)]
    return "\n".join([HEAD, *verbs])


def _verb(command: click.Command, parent: click.Context) -> str:
    """Usage, purpose and options of one verb."""
    with click.Context(command, parent, command.name) as context:
        usage = " ".join([context.command_path, *command.collect_usage_pieces(context)])
        options = [one for one in command.params if isinstance(one, click.Option) and one.name not in EVERYWHERE]
        rows = [_row(one, context) for one in options]
    parts = [f"## {command.name}", f"```text\n{usage}\n```", inspect.cleandoc(command.help or "")]
    if rows:
        parts.append("\n".join(["| option | what |", "|---|---|", *rows]))
    return "\n\n".join(parts) + "\n"


def _row(option: click.Option, context: click.Context) -> str:
    """One option; what an argument is, the purpose of the verb says."""
    names, what = option.get_help_record(context) or (option.opts[-1], "")
    named = ", ".join(f"`{name}`" for name in names.split(", "))
    variable = f" [`{option.envvar}`]" if isinstance(option.envvar, str) else ""
    return f"| {_cell(named)} | {_cell(' '.join(what.split()))}{variable} |"


def _cell(text: str) -> str:
    return re.sub("<(?=[a-z])", r"\\<", text.replace("|", r"\|"))


if __name__ == "__main__":
    import sys

    sys.stdout.reconfigure(encoding="utf-8", newline="\n")  # type: ignore[union-attr]
    sys.stdout.write(commands_page())
