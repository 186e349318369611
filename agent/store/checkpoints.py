"""LangGraph's checkpoints, in the same SQLite file."""

from __future__ import annotations

import sqlite3
from pathlib import Path

from langgraph.checkpoint.sqlite import SqliteSaver

from agent.store.serialising import serialiser


def saver_on(path: Path) -> SqliteSaver:
    """A saver on the state file; whoever asked for it closes its connection."""
    connection = sqlite3.connect(path, timeout=10, check_same_thread=False)
    connection.execute("PRAGMA synchronous=FULL")
    return SqliteSaver(connection, serde=serialiser())
