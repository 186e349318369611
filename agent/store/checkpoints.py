"""LangGraph's checkpoints, in the same file, in a form that constructs nothing but plain values when it is read."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path

from langgraph.checkpoint.serde.jsonplus import JsonPlusSerializer
from langgraph.checkpoint.sqlite import SqliteSaver


@contextmanager
def checkpoints(path: Path) -> Iterator[SqliteSaver]:
    """A saver on the state file, for one run."""
    with closing(sqlite3.connect(path, timeout=10, check_same_thread=False)) as connection:
        connection.execute("PRAGMA synchronous=FULL")
        yield SqliteSaver(connection, serde=JsonPlusSerializer(pickle_fallback=False, allowed_msgpack_modules=None))
