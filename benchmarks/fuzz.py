"""Files and command lines made wrong, thrown at jobfair: `python -m benchmarks.fuzz -n 10000`.

Whatever the input, a command must end within 10 seconds of a processor and 1 GB with the exit code 0, 1 or 2; if not
with 0, with a message that carries a slug of the manual, and never with a traceback. Prints how many inputs were tried
and what was found; each finding has a number, and `--first NUMBER -n 1` does it again. A child process does the work,
with its memory limited by the system (Linux); it is replaced when an input ends or hangs it. The inputs are the same
every time.
"""

from __future__ import annotations

import argparse
import contextlib
import faulthandler
import io
import json
import os
import re
import signal
import subprocess
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

from benchmarks.fuzz_inputs import BLOCKED, SMALL, Input, made

SECONDS, WAITING_SECONDS, MEMORY_BYTES = 10, 120, 2**30  # other programs may have the processor meanwhile
MOST_SEEKERS, MOST_MEETINGS = 30_000, 5_000_000
SIMULATED = ("scenario", "table", "extremes")  # whatever is allowed is simulated, unless it is large
_SLUG = re.compile(r'\[([a-z0-9-]+)\]|"slug": "([a-z0-9-]+)"')
_PROGRESS_EVERY = 250


@dataclass
class Outcome:
    """What came of some inputs."""

    inputs: int = 0
    commands: int = 0
    findings: list[str] = field(default_factory=list)
    codes: Counter[str] = field(default_factory=Counter)
    slowest: tuple[float, int] = (0.0, -1)  # seconds, number
    peak_bytes: int = 0


def fuzz(first: int, count: int) -> Outcome:
    """Try so many inputs in child processes."""
    outcome, number, end = Outcome(), first, first + count
    while number < end:
        number = _one_life(outcome, number, end)
    return outcome


def _one_life(outcome: Outcome, number: int, end: int) -> int:
    """The inputs of one child until it ends; returns the number of the first one that it did not try."""
    with tempfile.TemporaryFile("w+") as errors:
        child = subprocess.Popen(
            [sys.executable, "-m", "benchmarks.fuzz", "--child", "--first", str(number), "-n", str(end - number)],
            stdout=subprocess.PIPE, stderr=errors, text=True, cwd=Path(__file__).parents[1],
        )  # fmt: skip
        assert child.stdout is not None
        for line in child.stdout:
            told = json.loads(line)
            number = told["number"] + 1
            outcome.inputs += 1
            outcome.commands += len(told["codes"])
            outcome.codes.update(f"{told['kind']}: {code}" for code in told["codes"])
            for found in told["findings"]:
                outcome.findings.append(f"{told['number']} ({told['kind']}): {found}")
                print(outcome.findings[-1], file=sys.stderr)
            outcome.slowest = max(outcome.slowest, (told["seconds"], told["number"]))
            outcome.peak_bytes = max(outcome.peak_bytes, told["peak"])
            if outcome.inputs % _PROGRESS_EVERY == 0:
                print(f"{outcome.inputs:,} inputs, {len(outcome.findings):,} findings", file=sys.stderr)
        if child.wait() == 0:
            return end
        errors.seek(0)
        said = errors.read()[-1500:]
    is_late = "Timeout" in said or child.returncode == -getattr(signal, "SIGPROF", 0)
    what = "no end in time" if is_late else f"ended the program with code {child.returncode}"
    outcome.findings.append(f"{number} ({made(number).kind}): {what}\n{said}")
    print(outcome.findings[-1], file=sys.stderr)
    outcome.inputs += 1
    return number + 1


# In the child -------------------------------------------------------------------------------------


def _child(first: int, count: int) -> None:
    """Try inputs one by one and tell of each."""
    channel = os.fdopen(os.dup(1), "w", buffering=1)
    with tempfile.TemporaryDirectory() as folder:
        os.chdir(folder)
        _warm_up()
        _limit_memory()
        for number in range(first, first + count):
            one = made(number)
            with _in_folder(Path(folder) / "input", one):
                channel.write(json.dumps({"number": number, "kind": one.kind} | _tried(one)) + "\n")
            os.chdir(folder)


def _warm_up() -> None:
    """Load everything, so that the limit is for the input alone."""
    Path("small.toml").write_bytes(SMALL)
    code, said = answer(("run", "small.toml", "-n", "2", "--out", "warm", "-q"))
    assert code == 0, said


def _limit_memory() -> None:
    if not sys.platform.startswith("linux"):  # elsewhere the system does not keep to it
        return
    import resource

    pages = int(Path("/proc/self/statm").read_text().split()[0])
    limit = pages * resource.getpagesize() + MEMORY_BYTES
    resource.setrlimit(resource.RLIMIT_AS, (limit, limit))


@contextlib.contextmanager
def _in_folder(folder: Path, one: Input) -> Iterator[None]:
    import shutil

    for name, content in {**one.files, f"{BLOCKED}/note.txt": b"somebody else's"}.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content)
    os.chdir(folder)
    yield
    shutil.rmtree(folder)


def _tried(one: Input) -> dict[str, object]:
    """What the commands of an input did."""
    codes: list[int] = []
    findings: list[str] = []
    begun = time.process_time()
    for command in one.commands:
        if codes and (codes[-1] != 0 or (one.kind in SIMULATED and not _is_small(command[1]))):
            break
        with _limited_time():
            code, said = answer(command)
        codes.append(code)
        if one.damage is not None and len(codes) == 1:
            file = Path(one.damage[0])
            file.write_bytes(one.damaged(file.read_bytes()))
        findings += [f"{found}: {' '.join(command)[:300]}\n{said[-1500:]}" for found in faults(code, said)]
    return {"codes": codes, "findings": findings, "seconds": time.process_time() - begun, "peak": _peak_bytes()}


@contextlib.contextmanager
def _limited_time() -> Iterator[None]:
    """End the program, and show where it was, if this takes too long: of a processor, or on the wall if it waits."""
    faulthandler.dump_traceback_later(WAITING_SECONDS, exit=True)
    if hasattr(signal, "setitimer"):  # not on Windows
        faulthandler.register(signal.SIGPROF, chain=True)
        signal.setitimer(signal.ITIMER_PROF, SECONDS)
    yield
    if hasattr(signal, "setitimer"):
        signal.setitimer(signal.ITIMER_PROF, 0)
    faulthandler.cancel_dump_traceback_later()


def _peak_bytes() -> int:
    if sys.platform == "win32":
        return 0
    import resource

    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024


def answer(command: tuple[str, ...]) -> tuple[int, str]:
    """The exit code of a command, and all it printed, messages last."""
    from sim.cli import main

    out, err = io.StringIO(), io.StringIO()
    with contextlib.redirect_stdout(out), contextlib.redirect_stderr(err):
        code = main(command)
    return code, out.getvalue()[-5000:] + err.getvalue()


def faults(code: int, said: str) -> Iterator[str]:
    """In what way the end of a command was not as promised."""
    from sim.model.messages import SLUGS

    if code not in (0, 1, 2):
        yield f"exit code {code}"
    elif "Traceback (most recent call last)" in said:
        yield "a traceback"
    elif (
        code
        and not said.startswith("Usage: ")
        and not any(one in SLUGS for slugs in _SLUG.findall(said) for one in slugs)
    ):
        yield f"exit code {code} without a message"


def _is_small(file: str) -> bool:
    """Whether a scenario that was found right takes no long time to simulate."""
    from sim.model.scenario import load_scenario

    scenario = load_scenario(file)
    total = scenario.settings
    counts = []
    for kind in ("seekers", "firms"):
        own = sum(fair.settings.optional_integer(kind) or 0 for fair in scenario.fairs)
        counts.append(max(own, total.optional_integer(f"totals.{kind}") or 0))
    for fair in scenario.fairs:
        per_step = fair.settings.number("arrivals.step_minutes") / 60
        counts[0] += int(sum(fair.settings.numbers("arrivals.per_hour") or ()) * per_step)
    return counts[0] <= MOST_SEEKERS and counts[0] * counts[1] <= MOST_MEETINGS and counts[1] <= MOST_SEEKERS


def main() -> int:
    """Read the command line, run, give the exit code."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.fuzz", description=__doc__)
    parser.add_argument("-n", "--inputs", type=int, default=500, help="how many inputs (500)")
    parser.add_argument("--first", type=int, default=0, help="number of the first input (0)")
    parser.add_argument("--child", action="store_true", help=argparse.SUPPRESS)
    arguments = parser.parse_args()
    if arguments.child:
        _child(arguments.first, arguments.inputs)
        return 0
    outcome = fuzz(arguments.first, arguments.inputs)
    print(", ".join(f"{name} ({count:,})" for name, count in sorted(outcome.codes.items())), file=sys.stderr)
    print(f"inputs: {outcome.inputs:,}\ncommands: {outcome.commands:,}")
    print(f"slowest: {outcome.slowest[0]:.1f} s of a processor (number {outcome.slowest[1]})")
    print(f"peak memory: {outcome.peak_bytes / 1e6:,.0f} MB")
    print(f"findings: {len(outcome.findings):,}")
    return 1 if outcome.findings else 0


if __name__ == "__main__":
    sys.exit(main())
