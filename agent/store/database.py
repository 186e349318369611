"""The SQLite file: its tables, its transactions, and what its failures are called."""

from __future__ import annotations

import os
import sqlite3
import threading
from collections import defaultdict
from collections.abc import Iterator
from contextlib import AbstractContextManager, closing, contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

from agent.errors import StoreError
from agent.store.kept import Kept
from agent.store.place import alone

if TYPE_CHECKING:
    from langgraph.checkpoint.base import BaseCheckpointSaver
    from langgraph.checkpoint.sqlite import SqliteSaver

FILE = "carewright.db"
SCHEMA_VERSION = 1
_PATIENCE_S = 10
"""So long a writer waits for the one before it."""
_TURNS: defaultdict[Path, threading.Lock] = defaultdict(threading.Lock)
"""One writer of a file at a time in this process."""

TABLES = """
CREATE TABLE record (digest TEXT PRIMARY KEY, size INTEGER NOT NULL, content BLOB NOT NULL) WITHOUT ROWID;
CREATE TABLE work (
    id TEXT PRIMARY KEY, source TEXT NOT NULL, as_of TEXT NOT NULL, patient TEXT, request TEXT, drafter TEXT NOT NULL,
    started TEXT NOT NULL, status TEXT NOT NULL, round INTEGER NOT NULL DEFAULT 0, knowledge TEXT, digest TEXT, plan_id TEXT,
    urgency TEXT, route TEXT, reference TEXT, summary TEXT, items INTEGER, ended TEXT
) WITHOUT ROWID;
CREATE INDEX work_by_status ON work (status, started);
CREATE INDEX work_by_plan ON work (plan_id);
CREATE TABLE plan (
    work TEXT NOT NULL REFERENCES work, round INTEGER NOT NULL, digest TEXT NOT NULL, content BLOB NOT NULL, at TEXT NOT NULL,
    PRIMARY KEY (work, round)
) WITHOUT ROWID;
CREATE TABLE decision (
    work TEXT NOT NULL REFERENCES work, item TEXT NOT NULL, reviewer TEXT NOT NULL, digest TEXT NOT NULL, round INTEGER NOT NULL,
    content BLOB NOT NULL, at TEXT NOT NULL,
    PRIMARY KEY (work, item, reviewer, digest, round)
) WITHOUT ROWID;
CREATE TABLE verdict (
    work TEXT NOT NULL REFERENCES work, round INTEGER NOT NULL, content BLOB NOT NULL, at TEXT NOT NULL,
    applied INTEGER NOT NULL DEFAULT 0,
    PRIMARY KEY (work, round)
) WITHOUT ROWID;
CREATE INDEX verdict_waiting ON verdict (applied) WHERE applied = 0;
CREATE TABLE release (
    work TEXT PRIMARY KEY REFERENCES work, content BLOB NOT NULL, at TEXT NOT NULL, delivered TEXT
) WITHOUT ROWID;
CREATE TABLE audit (
    seq INTEGER PRIMARY KEY, at TEXT NOT NULL, actor TEXT NOT NULL, role TEXT NOT NULL, event TEXT NOT NULL, work TEXT NOT NULL,
    details TEXT NOT NULL, previous TEXT NOT NULL, hash TEXT NOT NULL
);
"""
_APPEND_ONLY = """
CREATE TRIGGER audit_is_never_changed BEFORE UPDATE ON audit BEGIN SELECT RAISE(ABORT, 'the audit is append-only'); END;
CREATE TRIGGER audit_is_never_shortened BEFORE DELETE ON audit BEGIN SELECT RAISE(ABORT, 'the audit is append-only'); END;
"""

_FAILURES = (
    ("readonly", "read-only", "may not be written; check its permissions"),
    ("full", "full", "is on a full disk; make room and try again"),
    ("locked", "locked", "is being written by another process; try again"),
    ("malformed", "corrupt", "is damaged; restore the last backup"),
    ("not a database", "corrupt", "is not a database; restore the last backup"),
)


class SqliteDatabase:
    """One file. A connection serves one transaction at a time and is kept for the next one, of whichever thread."""

    errors: tuple[type[Exception], ...] = (sqlite3.Error,)

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self.path = folder / FILE
        self._connections = Kept(lambda: self._connect(), sqlite3.Connection.close)
        self._savers = Kept(self._saver, lambda saver: saver.conn.close())
        with self.failures_named(), closing(self._connect()) as db:
            found: int = db.execute("PRAGMA user_version").fetchone()[0]
            if found > SCHEMA_VERSION:
                raise StoreError("unavailable", f"the state file {self.path} was written by a newer version ({found}); update this one")
            if found == 0:
                os.chmod(self.path, 0o600)
                db.execute("PRAGMA journal_mode=WAL")
        if found == 0:
            self._make_tables()

    @contextmanager
    def writing(self) -> Iterator[sqlite3.Connection]:
        """All or nothing: committed when the block ends, undone when it raises. Raises StoreError."""
        with self._in_turn(), self.failures_named(), self._connections.borrowed() as db:
            db.execute("BEGIN IMMEDIATE")
            try:
                yield db
            except BaseException:
                if db.in_transaction:  # a full disk has undone it already
                    db.execute("ROLLBACK")
                raise
            db.execute("COMMIT")

    @contextmanager
    def _in_turn(self) -> Iterator[None]:
        """Threads of this process queue here: SQLite lets those who wait try again by chance, and some wait for ever."""
        turn = _TURNS[self.path.resolve()]
        if not turn.acquire(timeout=_PATIENCE_S):
            raise StoreError("locked", f"the state file {self.path} is being written; try again")
        try:
            yield
        finally:
            turn.release()

    @contextmanager
    def reading(self) -> Iterator[sqlite3.Connection]:
        """One view of the file at one moment. Raises StoreError."""
        with self.failures_named(), self._connections.borrowed() as db:
            db.execute("BEGIN")
            yield db
            db.execute("COMMIT")

    @contextmanager
    def failures_named(self) -> Iterator[None]:
        """What SQLite fails with inside the block becomes a StoreError that names the file and the way out."""
        try:
            yield
        except sqlite3.DatabaseError as error:
            said = str(error)
            for word, reason, way_out in _FAILURES:
                if word in said:
                    raise StoreError(reason, f"the state file {self.path} {way_out}") from error
            raise StoreError("unavailable", f"the state file {self.path} cannot be used ({said}); set CAREWRIGHT_HOME") from error

    def alone(self, name: str) -> AbstractContextManager[None]:
        """Hold a run between processes and threads. Raises DecisionError (`locked`)."""
        return alone(self._folder, name)

    @contextmanager
    def checkpoints(self) -> Iterator[BaseCheckpointSaver[Any]]:
        """A saver for one run."""
        with self._savers.borrowed() as saver:
            yield saver

    def close(self) -> None:
        """Close what is idle; whoever comes next opens anew."""
        self._connections.close()
        self._savers.close()

    def _saver(self) -> SqliteSaver:
        from agent.store.checkpoints import saver_on

        return saver_on(self.path)

    def _connect(self) -> sqlite3.Connection:
        db = sqlite3.connect(self.path, timeout=_PATIENCE_S, isolation_level=None, check_same_thread=False)
        db.row_factory = sqlite3.Row
        db.execute("PRAGMA synchronous=FULL")
        db.execute("PRAGMA foreign_keys=ON")
        return db

    def _make_tables(self) -> None:
        with self.writing() as db:
            if db.execute("PRAGMA user_version").fetchone()[0] == 0:
                for statement in _statements(TABLES + _APPEND_ONLY):
                    db.execute(statement)
                db.execute(f"PRAGMA user_version={SCHEMA_VERSION}")


def _statements(script: str) -> Iterator[str]:
    """Statements of a script, one by one: `executescript` would commit the transaction around it."""
    statement = ""
    for line in script.splitlines():
        statement += line + "\n"
        if sqlite3.complete_statement(statement):
            yield statement
            statement = ""
