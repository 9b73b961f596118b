"""What a page of the manual asks of its reader: commands to give, and files to write.

Commands stand in fenced blocks that open with `sh`. Words after `sh` say more: `long` is a command that tests run with
two replications in place of many, `exits=2` expects that exit code. A block that opens with `toml file=NAME` is a file
that the reader writes. Other blocks are only shown.
"""

import re
import shlex
from pathlib import Path
from typing import NamedTuple

ROOT = Path(__file__).parents[2]
BLOCK = re.compile(r"^```sh\b([^\n]*)\n(.*?)^```$", re.MULTILINE | re.DOTALL)
FILE = re.compile(r"^```toml file=(\S+)\n(.*?)^```$", re.MULTILINE | re.DOTALL)


class Command(NamedTuple):
    words: list[str]
    exit_code: int
    long: bool


def commands(text: str) -> list[Command]:
    found = []
    for marks, block in BLOCK.findall(text):
        expected = re.search(r"exits=(\d+)", marks)
        for line in re.split(r"\n| && ", block):
            words = shlex.split(line, comments=True)
            if words and Path(words[0]).name == "jobfair":
                found.append(Command(words, int(expected[1]) if expected else 0, "long" in marks.split()))
    return found


def write_files(text: str, folder: Path) -> None:
    """Write the files of a page."""
    for name, content in FILE.findall(text):
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(content, encoding="utf-8")
