"""LangGraph's checkpoints, in the same SQLite file."""

from __future__ import annotations

import sqlite3

from langgraph.checkpoint.sqlite import SqliteSaver

from agent.store.serialising import serialiser


class _Saver(SqliteSaver):
    """LangGraph's own, for whichever driver opened the file: it knows the errors of the standard library's alone."""

    def __init__(self, connection: sqlite3.Connection, errors: tuple[type[Exception], ...]) -> None:
        super().__init__(connection, serde=serialiser())
        self._errors = errors

    def setup(self) -> None:
        """Tables as LangGraph makes them; it adds a column to old ones, and expects to be told that newer ones have it."""
        try:
            super().setup()
        except self._errors as error:
            if "duplicate column name" not in str(error):
                raise
            self.is_setup = True


def saver_on(connection: sqlite3.Connection, errors: tuple[type[Exception], ...] = (sqlite3.Error,)) -> SqliteSaver:
    """A saver on a connection to the state file, plain or encrypted; whoever asked for it closes it.

    Args:
        errors: what the driver of the connection fails with.
    """
    connection.execute("PRAGMA synchronous=FULL")
    return _Saver(connection, errors)
