"""Compilation: how pure functions of numbers and arrays become machine code, and where it is kept.

Gives the decorator `jit`, used by the draws, the rules, the population and the kernel, and three that write a function
out at its calls (`inlined`, `inlined_rule`, `merged`). Machine code is cached per user, in a folder named by a digest
of every compiled source file and of the versions of numba, llvmlite and numpy: numba's own cache overlooks an edit in
another module and would then go on giving the old answer. Knows nothing of job fairs.
"""

from __future__ import annotations

import hashlib
import os
import tempfile
from collections.abc import Callable
from functools import cache
from importlib.metadata import version
from pathlib import Path
from typing import TypeVar, cast

import numba
import numpy as np
import platformdirs
from numba.core import config

Function = TypeVar("Function", bound=Callable[..., object])

COMPILED_SOURCES = (
    "compiled.py",
    "draws.py",
    "engine/day.py",
    "engine/ledger.py",
    "engine/rules.py",
    "engine/kernel/calendar.py",
    "engine/kernel/state.py",
    "engine/kernel/choice.py",
    "engine/kernel/exits.py",
    "engine/kernel/booths.py",
    "engine/kernel/entrance.py",
    "engine/kernel/loop.py",
    "engine/tallying.py",
    "population/drawing.py",
    "population/searching.py",
    "population/posts.py",
    "campaign/visiting.py",
    "campaign/attendance.py",
    "campaign/holding.py",
    "campaign/pairs.py",
)

COMPILING: bool = not config.DISABLE_JIT  # type: ignore[attr-defined]
"""False when compilation is switched off (NUMBA_DISABLE_JIT=1): the same code then runs as plain Python."""


def digest(root: Path | None = None) -> str:
    """Digest of the compiled sources below `root` (this package by default), of its place, and of the compiler.

    The place counts because numba keeps machine code by the path of its source.
    """
    root = (root or Path(__file__).parent).resolve()
    state = hashlib.sha256(str(root).encode())
    for name in COMPILED_SOURCES:
        state.update(name.encode())
        state.update((root / name).read_bytes())
    for package in ("numba", "llvmlite", "numpy"):
        state.update(f"{package} {version(package)}".encode())
    return state.hexdigest()[:24]


@cache
def cache_folder() -> Path:
    """Folder of the machine code: $JOBFAIR_CACHE, else the user's cache folder; a temporary one if read-only."""
    chosen = os.environ.get("JOBFAIR_CACHE")
    shared = Path(tempfile.gettempdir()) / f"jobfair-{os.getuid() if hasattr(os, 'getuid') else 'user'}"
    for candidate in (Path(chosen) if chosen else platformdirs.user_cache_path("jobfair"), shared):
        folder = candidate / "compiled" / digest()
        try:
            candidate.mkdir(mode=0o700, parents=True, exist_ok=True)
            folder.mkdir(parents=True, exist_ok=True)
            if os.access(folder, os.W_OK) and (candidate != shared or is_private(shared)):
                return folder
        except OSError:
            continue
    return Path(tempfile.mkdtemp(prefix="jobfair-"))


def is_private(folder: Path) -> bool:
    """Whether nobody else can have put code into a folder: it is this user's and not open to others for writing."""
    status = folder.stat()
    return not hasattr(os, "getuid") or (status.st_uid == os.getuid() and not status.st_mode & 0o022)


def jit(function: Function) -> Function:
    """Compile `function` at its first call, or load it from the cache; unchanged when compilation is switched off.

    Arithmetic keeps the order in which it is written (no fast-math): compiled and plain code give the same bits.
    """
    return _compiled(function)


def inlined(function: Function) -> Function:
    """Like `jit`, and written out at the place of each call: for what is called often from few places.

    A call that hands on a day and its state costs more than most of the work done in it. Only compiled code can call
    such a function: what would let Python do so took a quarter of the time of compiling.
    """
    return _compiled(function, forceinline=True, no_cpython_wrapper=True, no_cfunc_wrapper=True)


def inlined_rule(function: Function) -> Function:
    """Like `inlined`, and Python can call it too: for rules and draws, which both engines use.

    Without it the compiler decides, and decides otherwise for another order in which functions happen to be compiled.
    """
    return _compiled(function, forceinline=True)


def merged(function: Function) -> Function:
    """Like `inlined`, and a part of its caller from the beginning: for what the event loop does with one event.

    What calls need in memory is then made ready once for the whole loop, and not at each event for every call that
    might follow. For larger functions only: the compiler does better with small ones as they are.
    """
    return _compiled(function, inline="always", no_cpython_wrapper=True, no_cfunc_wrapper=True)


def _compiled(function: Function, **options: object) -> Function:
    if not COMPILING:
        return function
    before = config.CACHE_DIR  # type: ignore[attr-defined]
    config.CACHE_DIR = str(cache_folder())  # type: ignore[attr-defined]
    try:
        made = numba.njit(cache=True, error_model="numpy", **options)(function)  # type: ignore[call-overload]
        compiled = cast(Function, made)
    finally:
        config.CACHE_DIR = before  # type: ignore[attr-defined]
    return compiled


def borrowed(array: np.ndarray) -> np.ndarray:
    """In compiled code, the same array without a share in its ownership, so that handing it on costs no counting."""
    return array


def expect(array: np.ndarray, row: int) -> None:
    """In compiled code, have a row brought near that will soon be read; outside the array it does no harm."""


if COMPILING:
    from llvmlite import ir
    from numba import types
    from numba.core import cgutils
    from numba.extending import intrinsic, overload

    @intrinsic
    def _without_owner(_context, array):  # type: ignore[no-untyped-def]
        def build(context, builder, signature, arguments):  # type: ignore[no-untyped-def]
            view = cgutils.create_struct_proxy(signature.return_type)(context, builder, value=arguments[0])  # type: ignore[no-untyped-call]
            view.meminfo = cgutils.get_null_value(view.meminfo.type)  # type: ignore[no-untyped-call]
            return view._getvalue()

        return array(array), build

    @overload(borrowed, inline="always")
    def _borrowed(array):  # type: ignore[no-untyped-def]
        return lambda array: _without_owner(array)  # type: ignore[call-arg]  # noqa: PLW0108

    @intrinsic
    def _prefetched(_context, array, row):  # type: ignore[no-untyped-def]
        def build(context, builder, signature, arguments):  # type: ignore[no-untyped-def]
            place, number = ir.IntType(8).as_pointer(), ir.IntType(32)
            rows = context.make_array(signature.args[0])(context, builder, value=arguments[0]).data
            function = ir.FunctionType(ir.VoidType(), [place, number, number, number])
            prefetch = builder.module.declare_intrinsic("llvm.prefetch", [place], function)
            to_read, keep, data = number(0), number(3), number(1)
            builder.call(prefetch, [builder.bitcast(builder.gep(rows, [arguments[1]]), place), to_read, keep, data])
            return context.get_dummy_value()

        return types.void(array, types.intp), build

    @overload(expect, inline="always")
    def _expect(array, row):  # type: ignore[no-untyped-def]
        return lambda array, row: _prefetched(array, row)  # type: ignore[call-arg]  # noqa: PLW0108
