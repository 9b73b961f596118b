"""The command line: the planner's questions as verbs.

Each verb parses its options, calls one function of the layers below and prints what comes back. Results go to
stdout; progress and messages go to stderr. Everything heavy is imported inside the verbs, so that help comes
at once. This package knows no model and computes nothing.
"""

from __future__ import annotations

import io
import os
import sys
from collections.abc import Sequence

import click

from sim.cli.calibrate import calibrate, validate
from sim.cli.compare import compare
from sim.cli.files import check, schema, template
from sim.cli.helping import Group
from sim.cli.listing import list_results
from sim.cli.optimise import optimise
from sim.cli.options import BAD_INPUT, DEBUG, INTERNAL, INTERRUPTED, LANG, OK, PROGRAM, complain
from sim.cli.plan import plan
from sim.cli.report import report
from sim.cli.run import run
from sim.cli.story import story
from sim.cli.study import study
from sim.cli.sweep import sweep
from sim.cli.verify import verify
from sim.language import _, asked_language, speaking
from sim.model.errors import Finding, InputError, did_you_mean


class Verbs(Group):
    """The group of verbs; an unknown one is answered with the nearest known."""

    def resolve_command(
        self, ctx: click.Context, args: list[str]
    ) -> tuple[str | None, click.Command | None, list[str]]:
        """Find the verb that the first argument names."""
        if self.get_command(ctx, args[0]) is None:
            names = self.list_commands(ctx)
            remedy = did_you_mean(args[0], names)
            raise InputError([Finding(PROGRAM, args[0], "no such verb", ", ".join(names), remedy, "unknown-verb")])
        return super().resolve_command(ctx, args)


def _print_version(ctx: click.Context, _option: click.Parameter, wanted: bool) -> None:
    if wanted and not ctx.resilient_parsing:
        from sim.store import version

        click.echo(f"{PROGRAM} {version()}")
        ctx.exit()


@click.group(cls=Verbs, context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100})
@click.option(
    "--version",
    is_flag=True,
    is_eager=True,
    expose_value=False,
    callback=_print_version,
    help="Print the version.",
)
@LANG
@DEBUG
def cli() -> None:
    """Simulate job fairs: which calendar of fairs gets most people into work?"""


for _verb in (
    plan,
    run,
    compare,
    study,
    sweep,
    optimise,
    calibrate,
    validate,
    list_results,
    report,
    story,
    check,
    verify,
    template,
    schema,
):
    cli.add_command(_verb)


def main(argv: Sequence[str] | None = None) -> int:
    """Run one command and give its exit code: 0 ok, 1 finding, 2 bad input, 3 internal, 130 interrupted."""
    arguments = tuple(sys.argv[1:] if argv is None else argv)
    _open_streams()
    _make_printable()
    try:
        with speaking(asked_language(arguments, os.environ)):
            code = _invoke(arguments)
        print(end="", flush=True)
    except BrokenPipeError:
        # The reader has seen enough (`jobfair schema | head`); what is still buffered goes nowhere.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return OK
    except OSError as error:
        complain(_("{program}: output: {what} [cannot-write]").format(program=PROGRAM, what=error.strerror or error))
        return BAD_INPUT
    return code


def _invoke(arguments: tuple[str, ...]) -> int:
    try:
        with cli.make_context(PROGRAM, list(arguments), obj=arguments) as context:
            cli.invoke(context)
    except click.exceptions.Exit as stop:
        return stop.exit_code
    except InputError as error:
        complain(error.spoken())
        return BAD_INPUT
    except click.exceptions.NoArgsIsHelpError as error:
        complain(error.format_message())
        return BAD_INPUT
    except click.UsageError as error:
        complain(_usage_finding(error).spoken())
        return BAD_INPUT
    except KeyboardInterrupt:
        complain(_("interrupted"))
        return INTERRUPTED
    except Exception as error:
        if isinstance(error, OSError) and error.filename is None:  # stdout or stderr
            raise
        complain(_report_request(error, "--debug" in arguments))
        return INTERNAL
    return OK


def _report_request(error: Exception, debug: bool) -> str:
    import traceback

    what = " ".join(f"{type(error).__name__}: {error}".split())
    request = _(
        "{program}: internal error: {what}; please report it with the command and the scenario (--debug shows where it"
        " happened)"
    ).format(program=PROGRAM, what=what)
    return "".join([*traceback.format_exception(error), request]) if debug else request


def _usage_finding(error: click.UsageError) -> Finding:
    """What click says about the command line, in the form of every other message."""
    place = PROGRAM if error.ctx is None else error.ctx.command_path
    remedy = f"`{place} --help` shows what is possible"
    found = error.format_message().rstrip(".。")
    key = ""
    if isinstance(error, click.NoSuchOption) and error.ctx is not None:
        names = [name for option in error.ctx.command.get_params(error.ctx) for name in option.opts]
        key, found = error.option_name, "no such option"
        longer = [name for name in names if name.startswith(key)]
        options = [name for name in names if name.startswith("-")]
        remedy = did_you_mean(longer[0] if longer else key, options) or remedy
    elif isinstance(error, click.BadParameter) and error.param is not None and error.ctx is not None:
        named = error.param.param_type_name == "option"
        key = error.param.opts[-1] if named else error.param.make_metavar(error.ctx)
        found = "is missing" if isinstance(error, click.MissingParameter) else error.message.rstrip(".。")
    return Finding(place, key, found, "", remedy, "bad-usage")


def _open_streams() -> None:
    """A program that was started with closed streams writes into nothing, not into the next file that it opens."""
    for name in ("stdin", "stdout", "stderr"):
        if getattr(sys, name) is None:
            mode = "r" if name == "stdin" else "w"
            setattr(sys, name, open(os.devnull, mode, encoding="utf-8"))  # noqa: SIM115


def _make_printable() -> None:
    """Names in Chinese must not end a run on a terminal without them: such characters come out as escapes."""
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(errors="backslashreplace")
