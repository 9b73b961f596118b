"""Replications computed on a Dask cluster that runs already.

It gives Workers whose processes are those of the cluster. They must hold the same program as this one, because numbers
of two programs must not be mixed: that is checked first. Nothing travels but scenarios, seeds and measures. It knows
nothing of what is simulated.
"""

from __future__ import annotations

import logging
from concurrent.futures import CancelledError, Executor
from typing import TYPE_CHECKING, Any

from sim import program
from sim.model.errors import Finding, InputError
from sim.study.parallel import Workers, differs

if TYPE_CHECKING:
    from distributed import Client

CONNECT_SECONDS = 10
WORKERS_SECONDS = 30


def cluster_workers(address: str) -> Workers:
    """The workers of the cluster whose scheduler is at an address, such as tcp://10.0.0.5:8786."""
    return Workers(Cluster(address))


class Cluster:
    """The connection to a Dask scheduler and its workers."""

    def __init__(self, address: str) -> None:
        self._address = address
        self._executor: Executor | None = None
        self._client = _connected(address)
        try:
            self.size = self._checked_workers()
        except BaseException:
            self._client.close()
            raise

    def saves(self, seconds: float, is_open: bool) -> bool:
        """A cluster that was asked for is used."""
        return True

    def open(self) -> Executor:
        """The cluster as an executor. Dask itself computes again what a lost worker had."""
        self._executor = self._client.get_executor()
        return self._executor

    def close(self, at_once: bool) -> None:
        """Leave the cluster; it goes on without us."""
        if self._executor is not None and self._client.status == "running":
            self._executor.shutdown(wait=not at_once)
        self._executor = None
        self._client.close()

    def explain(self, error: BaseException) -> InputError | None:
        """Dask tells apart a batch that kills its workers, a connection that is lost, and errors of the batch."""
        from distributed import KilledWorker

        if isinstance(error, KilledWorker):
            found = f"{error.allowed_failures + 1} workers died that computed the same batch, often for want of memory"
            remedy = "give each worker more memory, then go on with --resume: what is finished is kept"
            return InputError([Finding(self._address, "", found, "", remedy, "worker-died")])
        if isinstance(error, CancelledError | OSError):
            remedy = "see whether the scheduler still runs, then go on with --resume: what is finished is kept"
            return InputError([Finding(self._address, "", "the connection is lost", "", remedy, "cluster-lost")])
        return None

    def _checked_workers(self) -> int:
        """How many batches the cluster computes at a time; refused if a worker or the scheduler has another program."""
        try:
            self._client.wait_for_workers(1, timeout=WORKERS_SECONDS)
        except TimeoutError as error:
            raise _no_cluster(self._address, f"it has no workers after {WORKERS_SECONDS} seconds") from error
        theirs = self._client.run(_identity_there, on_error="return")
        try:
            theirs["scheduler"] = self._client.run_on_scheduler(_identity_there)
        except Exception as error:
            theirs["scheduler"] = error
        findings = [_stranger(place, found) for place, found in sorted(theirs.items()) if found != program.identity()]
        if findings:
            raise InputError(findings)
        return sum(self._client.nthreads().values())


def _identity_there() -> dict[str, str]:
    """Which program a worker or the scheduler runs; computed there."""
    return dict(program.identity())


def _connected(address: str) -> Client:
    import socket

    try:
        from distributed import Client
        from distributed.comm.addressing import get_address_host_port
    except ImportError as error:
        found, remedy = "the library for clusters is not installed", "pip install 'jobfair[cluster]'"
        raise InputError([Finding("--cluster", "", found, "", remedy, "no-cluster-library")]) from error
    # What it logs of a lost connection are tracebacks; we say what happened in our own words.
    logging.getLogger("distributed.client").setLevel(logging.CRITICAL)
    try:
        # Knock first: a client that fails to connect leaves a thread behind, which can block the next one.
        socket.create_connection(get_address_host_port(address), timeout=CONNECT_SECONDS).close()
        return Client(address, timeout=CONNECT_SECONDS, set_as_default=False)
    except (OSError, ValueError, NotImplementedError) as error:
        raise _no_cluster(address, " ".join(str(error).split())) from error


def _no_cluster(address: str, found: str) -> InputError:
    allowed = "the address of a running Dask scheduler, such as tcp://10.0.0.5:8786"
    remedy = "docs/how-to-cluster.md says how to start one"
    return InputError([Finding("--cluster", address, found, allowed, remedy, "no-cluster")])


def _stranger(place: str, found: Any) -> Finding:
    """Why a worker cannot take part."""
    if not isinstance(found, BaseException):
        return differs(place, program.identity(), found)
    remedy = "install the same program and libraries there, from the same lock file"
    said = " ".join(f"{type(found).__name__}: {found}".split())
    return Finding(place, "", f"jobfair does not run there: {said}", "", remedy, "other-program")
