"""Which program this is: by which version, sources and libraries a number was computed.

Two results may be mixed only if the same program computed them, on one machine or on many. The digest of the installed
sources says so, where a version number and a commit overlook a change that was not recorded. Knows nothing of job
fairs.
"""

from __future__ import annotations

import hashlib
import platform
from collections.abc import Mapping
from functools import cache
from pathlib import Path

PROGRAM = "jobfair"
SOURCES = ("*.py", "*.csv")
# No number depends on how results are shown or on how the program is called.
WITHOUT_EFFECT = ("cli", "report", "language.py", "__main__.py", "__init__.py")
NUMERICAL = ("llvmlite", "numba", "numpy", "scipy", "simpy")
LIBRARIES = (*NUMERICAL, "click", "duckdb", "jinja2", "openpyxl", "rich", "tomli-w")


def version() -> str:
    """Version of the installed program; "unknown" when it runs from a folder without installation."""
    return installed_version(PROGRAM) or "unknown"


def installed_version(package: str) -> str | None:
    """Version of an installed package, None without one."""
    from importlib import metadata

    try:
        return metadata.version(package)
    except metadata.PackageNotFoundError:
        return None


def source_digest(root: Path | None = None) -> str:
    """Digest of every source file below `root` (this package by default) on which a number can depend."""
    root = root or Path(__file__).parent
    state = hashlib.sha256()
    for path in sorted(path for pattern in SOURCES for path in root.rglob(pattern)):
        inside = path.relative_to(root)
        if inside.parts[0] not in WITHOUT_EFFECT:
            # Line ends differ between a checkout on Windows and one elsewhere.
            content = path.read_bytes().replace(b"\r\n", b"\n")
            state.update(f"{inside.as_posix()} {len(content)}\n".encode() + content)
    return state.hexdigest()


@cache
def identity() -> Mapping[str, str]:
    """What must be the same wherever numbers of one run are computed: sources, Python, numerical libraries."""
    python = ".".join(platform.python_version_tuple()[:2])
    libraries = {name: installed_version(name) or "absent" for name in NUMERICAL}
    return {"version": version(), "sources": source_digest()[:16], "python": python, **libraries}


def libraries() -> dict[str, str | None]:
    """Versions of the libraries that are used."""
    return {name: installed_version(name) for name in sorted(LIBRARIES)}


def git_commit() -> str | None:
    """Commit of the source folder that this runs from, "-dirty" added if files differ; None if installed."""
    import subprocess

    source = Path(__file__).resolve().parent.parent
    if not (source / ".git").exists():
        return None
    describe = ["git", "-C", str(source), "describe", "--always", "--dirty", "--abbrev=40", "--exclude=*"]
    try:
        done = subprocess.run(describe, capture_output=True, encoding="utf-8", timeout=10, check=True)
    except (OSError, subprocess.SubprocessError):
        return None
    return done.stdout.strip() or None
