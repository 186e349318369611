"""A function over many things on the engines of a batch: the results in the order of the things, whoever was ready first."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any, TypeVar

from scenarios.engines import Chunk, Engine, rows_of
from scenarios.ledger import Progress, quiet
from scenarios.row import Row

T = TypeVar("T")
R = TypeVar("R")


@dataclass(frozen=True)
class How:
    """On which engine, with how many workers, and who is told how many are done."""

    engine: Engine = "inline"
    workers: int = 1
    progress: Progress = quiet


ALONE = How()
"""One after the other."""


@dataclass(frozen=True)
class _Thing:
    """One thing as engines take it."""

    number: int
    thing: Any

    @property
    def label(self) -> str:
        return str(self.number)

    def data(self) -> bytes:
        return b""

    def key(self) -> str:
        return str(self.number)


@dataclass(frozen=True)
class _Each:
    """What workers do: the function on each thing of a chunk."""

    function: Callable[[Any], Any]

    def rows(self, chunk: Chunk) -> list[tuple[str, Row]]:
        """The result for each thing, with its number."""
        return [(key, {"result": self.function(one.thing)}) for key, one in chunk if isinstance(one, _Thing)]


def over(things: Sequence[T], function: Callable[[T], R], how: How) -> list[R]:
    """The result for each thing.

    Args:
        function: one of a module, since it goes to other processes by its name.

    Raises:
        RecordError: a worker was killed from outside, or Ray is asked for and not installed.
    """
    found: dict[str, R] = {}
    todo = [(str(number), _Thing(number, thing)) for number, thing in enumerate(things)]
    for key, row in rows_of(todo, _Each(function), how.engine, how.workers, len(things)):
        found[key] = row["result"]
        how.progress(len(found), len(things))
    return [found[str(number)] for number in range(len(things))]
