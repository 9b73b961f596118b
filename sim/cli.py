"""The command line: the planner's questions as verbs.

Each verb parses its options, calls one function of the layers below and prints what comes back. Results go to
stdout; progress and messages go to stderr. Everything heavy is imported inside the verbs, so that help comes
at once. This module knows no model and computes nothing.
"""

from __future__ import annotations

import io
import json
import os
import shlex
import sys
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from sim.model.errors import Finding, InputError, did_you_mean

if TYPE_CHECKING:
    from sim.model.scenario import Scenario
    from sim.report.summary import Summary
    from sim.store import Order, ResultsFolder
    from sim.study.replicate import Sample

PROGRAM = "jobfair"
OK, FINDING, BAD_INPUT, INTERNAL, INTERRUPTED = 0, 1, 2, 3, 130
ENGINES = ("kernel", "reference")
MOST_REPLICATIONS = 1_000_000
LARGEST_SEED = 2**63 - 1


class Verbs(click.Group):
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


def _print_version(ctx: click.Context, _: click.Parameter, wanted: bool) -> None:
    if wanted and not ctx.resilient_parsing:
        from sim.store import version

        click.echo(f"{PROGRAM} {version()}")
        ctx.exit()


_DEBUG = click.option("--debug", is_flag=True, expose_value=False, help="Show where an internal error happened.")
_OVERRIDES = click.option(
    "--set",
    "overrides",
    multiple=True,
    metavar="KEY=VALUE",
    help="Change a value of the scenario; repeatable.",
)
_JSON = click.option("--json", "as_json", is_flag=True, help="Print one JSON document and nothing else.")


@click.group(cls=Verbs, context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100})
@click.option(
    "--version",
    is_flag=True,
    is_eager=True,
    expose_value=False,
    callback=_print_version,
    help="Print the version.",
)
@_DEBUG
def cli() -> None:
    """Simulate job fairs: which calendar of fairs gets most people into work?"""


@cli.command()
@click.argument("scenario")
@_OVERRIDES
@click.option(
    "-n",
    "--replications",
    type=click.IntRange(1, MOST_REPLICATIONS),
    metavar="N",
    help="How many independent replications; the scenario's run.replications if left out.",
)
@click.option(
    "--seed",
    type=click.IntRange(0, LARGEST_SEED),
    metavar="S",
    help="Seed of all random numbers; the scenario's run.seed if left out.",
)
@click.option("--engine", type=click.Choice(ENGINES), help="kernel (default, fast) or reference (readable, slow).")
@click.option(
    "--out",
    type=click.Path(path_type=Path),
    metavar="DIR",
    help="Results folder; results/<name of the scenario file> if left out.",
)
@click.option("--resume", is_flag=True, help="Go on with an interrupted run in the results folder.")
@click.option("--overwrite", is_flag=True, help="Replace the results in the results folder.")
@_JSON
@click.option("-q", "--quiet", is_flag=True, help="No progress and no messages except errors.")
@click.option("-v", "--verbose", is_flag=True, help="Every measure, and how the run went.")
@click.option("--no-progress", is_flag=True, help="No progress bar.")
@_DEBUG
def run(scenario: str, overrides: tuple[str, ...], as_json: bool, **options: Any) -> None:
    """Simulate SCENARIO and print its measures.

    The measures stand beside the reported figures. With -n 30 or so, each measure has a 95 % interval of its
    mean and the range of one season.
    """
    from sim.model.scenario import load_scenario

    if options["resume"] and options["overwrite"]:
        raise click.UsageError("--resume and --overwrite exclude each other")
    loaded = load_scenario(scenario, overrides)
    out = options["out"] or Path("results") / Path(scenario).stem
    say: Callable[[str], None] = (lambda _: None) if options["quiet"] else (lambda line: click.echo(line, err=True))
    folder = _open_folder(loaded, out, options)
    say(f"results folder: {out}")
    order = folder.order
    say(f"replications: {order.replications:,}, seed: {order.seed}, engine: {order.engine}")
    _compile(say)
    begun = time.monotonic()
    with _kept(folder):
        sample, warned = _simulate(folder, loaded, not (options["quiet"] or options["no_progress"]))
        summary = _finish(folder, sample, loaded, warned)
    if as_json:
        click.echo(json.dumps(_run_document(order, out, summary), indent=2))
    else:
        _print_summary(summary, options["verbose"])
    for line in warned:
        say(f"warning: {line}")
    if options["verbose"]:
        say(f"{time.monotonic() - begun:.1f} s")
    say(f"results folder: {out}")


@cli.command()
@click.argument("scenarios", nargs=-1, required=True, metavar="SCENARIO...")
@_OVERRIDES
@_JSON
@click.option("-q", "--quiet", is_flag=True, help="Print findings only.")
@_DEBUG
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
            _complain("\n".join(map(str, findings)))
        elif not (as_json or quiet):
            click.echo(f"{file}: ok")
    ctx.exit(FINDING if any(found.values()) else OK)


@cli.command()
@click.argument("name", default="fair")
@_DEBUG
def template(name: str) -> None:
    """Print a commented starter scenario.

    NAME is fair (one fair, the default), venues (several venues on a day) or firms (firms by name).
    """
    from sim.model.template import starter

    click.echo(starter(name), nl=False)


@cli.command()
@_DEBUG
def schema() -> None:
    """Print the JSON schema of a scenario."""
    from sim.model.schema import json_schema

    click.echo(json.dumps(json_schema(), indent=2))


# run, step by step --------------------------------------------------------------------------------


def _open_folder(scenario: Scenario, out: Path, options: dict[str, Any]) -> ResultsFolder:
    """The results folder, before anything is computed; a resumed run keeps what the options leave open."""
    from sim.store import Order, open_results, read_manifest

    earlier = (read_manifest(out) if options["resume"] else None) or {}

    def chosen(name: str, default: Any) -> Any:
        return next(value for value in (options[name], earlier.get(name), default) if value is not None)

    replications = chosen("replications", scenario.settings.integer("run.replications"))
    seed = chosen("seed", scenario.settings.integer("run.seed"))
    order = Order(
        scenario=scenario.name,
        seed=seed,
        replications=replications,
        engine=chosen("engine", ENGINES[0]),
        resolved={**scenario.resolved(), "run": {"replications": replications, "seed": seed}},
        inputs=scenario.inputs,
        command=(PROGRAM, *click.get_current_context().find_root().obj),
    )
    return open_results(out, order, options["resume"], options["overwrite"])


@contextmanager
def _kept(folder: ResultsFolder) -> Iterator[None]:
    """Ctrl-C ends a run with what was finished kept, and says how to go on."""
    try:
        yield
    except KeyboardInterrupt:
        folder.pause()
        kept = folder.finished()
        count = 0 if kept is None else len(kept.replications)
        _complain(f"interrupted: {count:,} of {folder.order.replications:,} replications are kept in {folder.path}")
        _complain(f"go on with: {_resuming(folder.order.command)}")
        raise click.exceptions.Exit(INTERRUPTED) from None


def _compile(say: Callable[[str], None]) -> None:
    """Compile what is not yet compiled, and say so."""
    from sim.report.progress import compiling
    from sim.warmup import ensure_compiled

    ensure_compiled(compiling(say))


def _simulate(folder: ResultsFolder, scenario: Scenario, show: bool) -> tuple[Sample, list[str]]:
    """All replications, and what Python warned of meanwhile."""
    import warnings

    from sim.report.progress import progress_bar
    from sim.study.replicate import replicate_into

    with warnings.catch_warnings(record=True) as caught, progress_bar(show) as progress:
        sample = replicate_into(folder, scenario, progress)
    texts = (f"{one.category.__name__}: {one.message}" for one in caught)
    return sample, list(dict.fromkeys(" ".join(text.split()) for text in texts))


def _finish(folder: ResultsFolder, sample: Sample, scenario: Scenario, warned: Sequence[str]) -> Summary:
    from sim.report.summary import summarise, summary_csv

    folder.finish(sample.table(), summary_csv(sample, scenario), warned)
    return summarise(sample, scenario)


def _run_document(order: Order, out: Path, summary: Summary) -> dict[str, Any]:
    from sim.report.summary import as_json
    from sim.store import version

    return {
        "scenario": order.scenario,
        "engine": order.engine,
        "seed": order.seed,
        "replications": order.replications,
        "version": version(),
        "out": str(out),
        "measures": as_json(summary),
    }


def _print_summary(summary: Summary, every_measure: bool) -> None:
    from rich.console import Console

    from sim.report.summary import render

    console = Console()
    with console.capture() as captured:
        render(summary, console, every_measure)
    click.echo(captured.get(), nl=False)


def _resuming(command: Sequence[str]) -> str:
    """The command that goes on with an interrupted one."""
    kept = [part for part in command if part not in ("--overwrite", "--resume")]
    return shlex.join([*kept, "--resume"])


# The way out --------------------------------------------------------------------------------------


def main(argv: Sequence[str] | None = None) -> int:
    """Run one command and give its exit code: 0 ok, 1 finding, 2 bad input, 3 internal, 130 interrupted."""
    arguments = tuple(sys.argv[1:] if argv is None else argv)
    _make_printable()
    try:
        code = _invoke(arguments)
        print(end="", flush=True)
    except BrokenPipeError:
        # The reader has seen enough (`jobfair schema | head`); what is still buffered goes nowhere.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return OK
    except OSError as error:
        _complain(f"{PROGRAM}: output: {error.strerror or error} [cannot-write]")
        return BAD_INPUT
    return code


def _invoke(arguments: tuple[str, ...]) -> int:
    try:
        with cli.make_context(PROGRAM, list(arguments), obj=arguments) as context:
            cli.invoke(context)
    except click.exceptions.Exit as stop:
        return stop.exit_code
    except InputError as error:
        _complain(str(error))
        return BAD_INPUT
    except click.exceptions.NoArgsIsHelpError as error:
        _complain(error.format_message())
        return BAD_INPUT
    except click.UsageError as error:
        _complain(str(_usage_finding(error)))
        return BAD_INPUT
    except KeyboardInterrupt:
        _complain("interrupted")
        return INTERRUPTED
    except Exception as error:
        if isinstance(error, OSError) and error.filename is None:  # stdout or stderr
            raise
        _complain(_report_request(error, "--debug" in arguments))
        return INTERNAL
    return OK


def _report_request(error: Exception, debug: bool) -> str:
    import traceback

    what = " ".join(f"{type(error).__name__}: {error}".split())
    request = (
        f"{PROGRAM}: internal error: {what}; please report it with the command and the scenario"
        " (--debug shows where it happened)"
    )
    return "".join([*traceback.format_exception(error), request]) if debug else request


def _usage_finding(error: click.UsageError) -> Finding:
    """What click says about the command line, in the form of every other message."""
    place = PROGRAM if error.ctx is None else error.ctx.command_path
    remedy = f"`{place} --help` shows what is possible"
    found = error.format_message().rstrip(".")
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
        found = "is missing" if isinstance(error, click.MissingParameter) else error.message.rstrip(".")
    return Finding(place, key, found, "", remedy, "bad-usage")


def _complain(text: str) -> None:
    click.echo(text, err=True)


def _make_printable() -> None:
    """Names in Chinese must not end a run on a terminal without them: such characters come out as escapes."""
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(errors="backslashreplace")
