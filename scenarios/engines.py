"""Where the plans of a batch are made: in this process, in a pool of processes or threads, or by Ray on one machine or a cluster.

Whatever the engine, a row depends on its patient alone; the batch puts them in order at the end. Workers load all knowledge before
they get their first patients, and get patients in chunks, so that a short plan costs no journey of its own.
"""

from __future__ import annotations

import time
from collections.abc import Iterable, Iterator
from concurrent.futures import FIRST_COMPLETED, Executor, Future, ProcessPoolExecutor, ThreadPoolExecutor, wait
from concurrent.futures.process import BrokenProcessPool
from dataclasses import dataclass
from datetime import date
from itertools import islice
from multiprocessing import get_context
from typing import Any, Literal, Protocol

from agent.drafting import Drafter
from agent.errors import RecordError
from agent.planning import make_plan
from scenarios.cohort import Recorded
from scenarios.row import Row
from scenarios.rows import plan_row
from tools.clinical import collector

Engine = Literal["inline", "process", "ray", "threads"]
Keyed = tuple[str, Recorded]
Chunk = list[Keyed]

_LARGEST_CHUNK = 16
_CHUNKS_A_WORKER = 8  # so that the last chunk of a batch keeps no worker alone for long
_AHEAD = 2
_EMPTY = b'{"resourceType": "Bundle", "type": "collection", "entry": [{"resource": {"resourceType": "Patient", "id": "warm"}}]}'


@dataclass(frozen=True)
class Task:
    """How each patient is planned; see `plan_row`."""

    as_of: date
    plans: bool = False
    drafter: Drafter | None = None

    def rows(self, chunk: Chunk) -> list[tuple[str, Row]]:
        """The rows of a chunk of patients, each with its key, and with the seconds that it took."""
        return [(key, self._row(patient)) for key, patient in chunk]

    def _row(self, patient: Recorded) -> Row:
        start = time.perf_counter()
        row = plan_row(patient, self.as_of, self.plans, self.drafter)
        return {**row, "seconds": round(time.perf_counter() - start, 4)}


class Work(Protocol):
    """What workers do with a chunk of patients."""

    def rows(self, chunk: Chunk) -> list[tuple[str, Row]]:
        """The rows of a chunk of patients, each with its key."""


class _Pool(Protocol):
    """Workers that take a chunk, and give back whichever is finished first."""

    def submit(self, chunk: Chunk) -> None: ...

    def next_done(self) -> Iterable[list[tuple[str, Row]]]: ...

    @property
    def busy(self) -> int: ...


def rows_of(todo: Iterable[Keyed], task: Work, engine: Engine, workers: int, total: int) -> Iterator[tuple[str, Row]]:
    """The row of every patient with its key, as they come.

    Args:
        todo: patients with their keys; taken one by one, a few chunks ahead of the workers.
        workers: processes of the pool, actors of Ray, or threads; not used inline. Threads are for a drafter that waits for a server.
        total: about how many patients there are; the size of the chunks follows from it.

    Raises:
        RecordError: a worker was killed from outside, or Ray is asked for and not installed.
    """
    if engine == "inline":
        yield from (row for pair in todo for row in task.rows([pair]))
    elif engine == "process":
        with ProcessPoolExecutor(workers, get_context("spawn"), initializer=warm_up) as executor:
            try:
                yield from _spread(chunks(todo, workers, total), workers, _Processes(executor, task))
            except BrokenProcessPool:
                raise RecordError(_KILLED) from None
    elif engine == "threads":
        with ThreadPoolExecutor(workers) as threads:
            yield from _spread(chunks(todo, workers, total), workers, _Processes(threads, task))
    else:
        yield from _by_ray(chunks(todo, workers, total), task, workers)


_KILLED = "a worker was killed from outside (memory?); the rows that are there can be taken up with --resume"


def warm_up() -> None:
    """Load everything that a plan needs, by making the smallest one."""
    make_plan(_EMPTY, date(2026, 1, 1))
    collector.seldom()


def chunks(todo: Iterable[Keyed], workers: int, total: int) -> Iterator[Chunk]:
    """The patients in handfuls: as many a handful as leaves several for each worker, sixteen at most."""
    size = max(1, min(_LARGEST_CHUNK, total // (workers * _CHUNKS_A_WORKER)))
    waiting = iter(todo)
    while chunk := list(islice(waiting, size)):
        yield chunk


def _spread(waiting: Iterator[Chunk], workers: int, pool: _Pool) -> Iterator[tuple[str, Row]]:
    """Keep every worker busy with a few chunks waiting, never all of them: memory does not grow with the batch."""
    for chunk in islice(waiting, workers * _AHEAD):
        pool.submit(chunk)
    while pool.busy:
        for rows in pool.next_done():
            yield from rows
            for chunk in islice(waiting, 1):
                pool.submit(chunk)


class _Processes:
    """A pool of processes, or of threads, of this machine."""

    def __init__(self, executor: Executor, task: Work) -> None:
        self._executor = executor
        self._task = task
        self._running: set[Future[list[tuple[str, Row]]]] = set()

    def submit(self, chunk: Chunk) -> None:
        self._running.add(self._executor.submit(self._task.rows, chunk))

    def next_done(self) -> Iterator[list[tuple[str, Row]]]:
        done, self._running = wait(self._running, return_when=FIRST_COMPLETED)
        yield from (future.result() for future in done)

    @property
    def busy(self) -> int:
        return len(self._running)


def _by_ray(waiting: Iterator[Chunk], task: Work, workers: int) -> Iterator[tuple[str, Row]]:
    """The same on Ray: a cluster named by `RAY_ADDRESS` is joined, else one is started on this machine and ended afterwards."""
    try:
        import ray
    except ImportError:
        raise RecordError("the engine `ray` needs the extra of that name: pip install 'carewright[ray]'") from None
    started = not ray.is_initialized()
    if started:
        try:
            ray.init(**_ray_settings(workers))
        except (ConnectionError, RuntimeError, ray.exceptions.RayError) as error:
            raise RecordError(_NO_CLUSTER.format(type(error).__name__)) from None
    try:
        yield from _spread(waiting, workers, _Actors(ray, task, workers))
    except ray.exceptions.RayActorError:
        raise RecordError(_KILLED) from None
    finally:
        if started:
            ray.shutdown()


_NO_CLUSTER = "Ray cannot be started, or the cluster that RAY_ADDRESS names cannot be reached ({}); is its token set (RAY_AUTH_TOKEN_PATH)?"


def _ray_settings(workers: int) -> dict[str, Any]:
    import logging
    import os

    quiet: dict[str, Any] = {"include_dashboard": False, "log_to_driver": False, "logging_level": logging.ERROR}
    # Without an address a cluster of one's own, also beside one that somebody else has left running on this machine.
    return quiet if os.environ.get("RAY_ADDRESS") else {**quiet, "address": "local", "num_cpus": workers}


class _Planner:
    """What an actor of Ray is: the knowledge, loaded once, and chunks of patients."""

    def __init__(self, task: Work) -> None:
        self._task = task
        warm_up()

    def rows(self, chunk: Chunk) -> list[tuple[str, Row]]:
        """The rows of a chunk."""
        return self._task.rows(chunk)


class _Actors:
    """Actors of Ray, each with its queue; a chunk goes to the one that has least to do."""

    def __init__(self, ray: Any, task: Work, workers: int) -> None:
        self._ray = ray
        remote = ray.remote(num_cpus=1)(_Planner)
        self._load = {remote.remote(task): 0 for _ in range(workers)}
        self._running: dict[Any, Any] = {}

    def submit(self, chunk: Chunk) -> None:
        actor = min(self._load, key=self._load.__getitem__)
        self._load[actor] += 1
        self._running[actor.rows.remote(chunk)] = actor

    def next_done(self) -> Iterator[list[tuple[str, Row]]]:
        done, _ = self._ray.wait(list(self._running), num_returns=1)
        for reference in done:
            self._load[self._running.pop(reference)] -= 1
            yield self._ray.get(reference)

    @property
    def busy(self) -> int:
        return len(self._running)
