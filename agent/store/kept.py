"""Connections that stay open between transactions: opening one costs more than most of what is asked of it."""

from __future__ import annotations

import os
import weakref
from collections import deque
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Generic, TypeVar

C = TypeVar("C")
_INHERITED: list[object] = []
"""What a forked process was born with is its parent's; it is neither used nor closed here."""


class Kept(Generic[C]):
    """Idle connections of one database. One that fails is closed; one that is given back serves whoever comes next.

    Nothing here points back to the database: with the last reference to it, its connections are closed at once, and do not wait for
    a collector while the server counts them.

    Args:
        closing: closes one.
        alive: whether an idle one still answers; all do, where it is not given.
    """

    def __init__(self, closing: Callable[[C], object], alive: Callable[[C], bool] = lambda _: True) -> None:
        self._closing, self._alive = closing, alive
        self._idle: deque[C] = deque()
        self._process = os.getpid()
        weakref.finalize(self, _close_all, self._idle, closing, self._process)  # before the connections themselves are taken away

    @contextmanager
    def borrowed(self, opening: Callable[[], C]) -> Iterator[C]:
        """A connection for the block alone; opened where none is idle."""
        connection = self._taken(opening)
        try:
            yield connection
        except BaseException:
            self._closing(connection)
            raise
        self._idle.append(connection)

    def close(self) -> None:
        """Close what is idle; whoever comes next opens a new one."""
        self._leave_to_the_parent()
        while self._idle:
            self._closing(self._idle.pop())

    def _taken(self, opening: Callable[[], C]) -> C:
        self._leave_to_the_parent()
        while self._idle:
            try:
                connection = self._idle.pop()
            except IndexError:  # another thread was faster
                break
            if self._alive(connection):
                return connection
            self._closing(connection)
        return opening()

    def _leave_to_the_parent(self) -> None:
        if self._process != os.getpid():
            _INHERITED.extend(self._idle)
            self._idle.clear()
            self._process = os.getpid()
            weakref.finalize(self, _close_all, self._idle, self._closing, self._process)


def _close_all(idle: deque[C], closing: Callable[[C], object], process: int) -> None:
    """What is left when nobody needs the database any more; only in the process that opened it."""
    while process == os.getpid() and idle:
        closing(idle.pop())
