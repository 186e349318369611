"""LangGraph's checkpoints, in the same SQLite file."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path

from langgraph.checkpoint.sqlite import SqliteSaver

from agent.store.serialising import serialiser


@contextmanager
def checkpoints(path: Path) -> Iterator[SqliteSaver]:
    """A saver on the state file, for one run."""
    with closing(sqlite3.connect(path, timeout=10, check_same_thread=False)) as connection:
        connection.execute("PRAGMA synchronous=FULL")
        yield SqliteSaver(connection, serde=serialiser())
