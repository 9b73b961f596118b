"""Files of a scenario, read with care: only inside the scenario's folder, only of a sensible size.

Gives bytes, text and checked paths, or a refusal. Knows nothing of what stands in the files.
"""

from __future__ import annotations

import errno
import hashlib
import os
import stat
from pathlib import Path, PureWindowsPath

from sim.model.errors import Refusal, did_you_mean, quoted

SCENARIO_BYTES = 2_000_000
TABLE_BYTES = 512_000_000
SCENARIOS_FOLDER = "scenarios"
MOST_NEIGHBOURS = 1000


def scenarios_root(path: Path) -> Path:
    """The folder that a scenario may not leave: its own, or the folder `scenarios` around it."""
    folder = Path(os.path.realpath(path.parent))
    for around in (folder, *folder.parents):
        if around.name == SCENARIOS_FOLDER:
            return around
    return folder


def located(path: Path) -> tuple[Path, str]:
    """The folder that a scenario may not leave, and the scenario's real path."""
    try:
        return scenarios_root(path), os.path.realpath(path)
    except (OSError, ValueError) as error:
        raise unreadable(path, "", error) from error


def inside(root: Path, folder: Path, written: str) -> Path:
    """The path that is written in a scenario file of `folder`, if it stays inside `root`."""
    if not written.strip() or "\\" in written or "\0" in written:
        raise Refusal(f"{quoted(written)} is no path", "a relative path with / between folders", "", "bad-path")
    if PureWindowsPath(written).anchor or written.startswith("~"):
        remedy = "copy the file beside the scenario and name it relative to it"
        raise Refusal(f"{quoted(written)} is an absolute path", "a relative path", remedy, "outside-folder")
    path = folder / written
    try:
        real = Path(os.path.realpath(path))
    except (OSError, ValueError) as error:
        raise unreadable(path, written, error) from error
    if not real.is_relative_to(root):
        remedy = "copy the file into the folder of the scenario"
        raise Refusal(
            f"{quoted(written)} leads out of the folder",
            f"inside {quoted(root.name)}",
            remedy,
            "outside-folder",
        )
    return path


def unreadable(path: Path, written: str, error: OSError | ValueError) -> Refusal:
    """The refusal for a file that the system does not give."""
    name = quoted(written) if written else "the file"
    if isinstance(error, OSError) and error.errno in (errno.ENOENT, errno.ENOTDIR):
        found = f"{name} does not exist" if written else "there is no such file"
        return Refusal(found, "", did_you_mean(path.name, _neighbours(path)), "no-file")
    reason = error.strerror if isinstance(error, OSError) and error.strerror else "no name of a file"
    return Refusal(f"{name} cannot be read", reason, "", "unreadable")


def _neighbours(path: Path) -> list[str]:
    try:
        with os.scandir(path.parent) as entries:
            files = [entry.name for entry, _ in zip(entries, range(MOST_NEIGHBOURS), strict=False) if entry.is_file()]
    except (OSError, ValueError):
        return []
    return sorted(name for name in files if Path(name).suffix == path.suffix)


def check_size(path: Path, written: str, limit: int) -> None:
    """Refuse what is no regular file or larger than the limit, before it is opened."""
    name = quoted(written) if written else "the file"
    try:
        status = path.stat()
    except (OSError, ValueError) as error:
        raise unreadable(path, written, error) from error
    if not stat.S_ISREG(status.st_mode):
        kind = "a folder" if stat.S_ISDIR(status.st_mode) else "a device"
        raise Refusal(f"{name} is {kind}" if written else f"this is {kind}", "a file", "", "not-a-file")
    if status.st_size > limit:
        found = f"{name} has {status.st_size} bytes" if written else f"this file has {status.st_size} bytes"
        raise Refusal(found, f"at most {limit}", "", "too-large")


def read_bytes(path: Path, written: str = "") -> bytes:
    """The content of a scenario file; `written` is the name under which another file refers to it."""
    check_size(path, written, SCENARIO_BYTES)
    try:
        return path.read_bytes()
    except (OSError, ValueError) as error:
        raise unreadable(path, written, error) from error


def decoded(content: bytes, written: str = "") -> str:
    """The text of a scenario file."""
    try:
        return content.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        name = quoted(written) if written else "the file"
        line = content.count(b"\n", 0, error.start) + 1
        raise Refusal(f"{name} is not UTF-8 text, first in line {line}", "", "save it as UTF-8", "not-utf8") from error


def fingerprint(content: bytes) -> str:
    """The SHA-256 of a content in hexadecimal digits."""
    return hashlib.sha256(content).hexdigest()
