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
from agent.store.audit import SYSTEM, append, moment
from agent.store.cipher import Cipher
from agent.store.kept import Kept
from agent.store.place import alone
from agent.store.schema import SCHEMA_VERSION, TABLES, statements, steps_from

if TYPE_CHECKING:
    from langgraph.checkpoint.base import BaseCheckpointSaver
    from langgraph.checkpoint.sqlite import SqliteSaver

FILE = "carewright.db"
_PATIENCE_S = 10
"""So long a writer waits for the one before it."""
_TURNS: defaultdict[Path, threading.Lock] = defaultdict(threading.Lock)
"""One writer of a file at a time in this process."""

_APPEND_ONLY = """
CREATE TRIGGER audit_is_never_changed BEFORE UPDATE ON audit BEGIN SELECT RAISE(ABORT, 'the audit is append-only'); END;
CREATE TRIGGER audit_is_never_shortened BEFORE DELETE ON audit BEGIN SELECT RAISE(ABORT, 'the audit is append-only'); END;
"""

_FAILURES = (
    ("readonly", "read-only", "may not be written; check its permissions"),
    ("full", "full", "is on a full disk; make room and try again"),
    ("locked", "locked", "is being written by another process; try again"),
    ("malformed", "corrupt", "is damaged; restore the last backup"),
    ("not a database", "corrupt", "is not a database, or encrypted with another key; name its key, or restore the last backup"),
)


class SqliteDatabase:
    """One file. A connection serves one transaction at a time and is kept for the next one, of whichever thread."""

    def __init__(self, folder: Path, cipher: Cipher = Cipher()) -> None:  # noqa: B008 - a frozen value
        self._folder, self._cipher = folder, cipher
        self.path = folder / FILE
        self.errors: tuple[type[Exception], ...] = (sqlite3.Error, cipher.driver.Error)
        self._connections = Kept[sqlite3.Connection](lambda db: db.close())
        self._savers = Kept["SqliteSaver"](lambda saver: saver.conn.close())
        with self.failures_named(), self._opened() as db:
            found: int = db.execute("PRAGMA user_version").fetchone()[0]
            if found > SCHEMA_VERSION:
                raise StoreError(
                    "unavailable",
                    f"the state file {self.path} was written by a newer version ({found}, this one knows {SCHEMA_VERSION}); update this program",
                )
            if found == 0:
                os.chmod(self.path, 0o600)
                db.execute("PRAGMA journal_mode=WAL")
        if found < SCHEMA_VERSION:
            self._bring_up_to_date()

    @contextmanager
    def _opened(self) -> Iterator[sqlite3.Connection]:
        """The first connection. What kind of file it is, is looked at only where that fails: to open and close it beside SQLite frees the
        locks of every connection of this process, and another process then takes their log away (SQLite, How To Corrupt, 2.2)."""
        try:
            with closing(self._connect()) as db:
                yield db
        except self.errors as error:
            if "not a database" in str(error) and not self._cipher.fits(self.path):
                raise self._other_kind() from error
            raise

    @contextmanager
    def writing(self) -> Iterator[sqlite3.Connection]:
        """All or nothing: committed when the block ends, undone when it raises. Raises StoreError."""
        with self._in_turn(), self.failures_named(), self._connections.borrowed(self._connect) as db:
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
        with self.failures_named(), self._connections.borrowed(self._connect) as db:
            db.execute("BEGIN")
            yield db
            db.execute("COMMIT")

    @contextmanager
    def failures_named(self) -> Iterator[None]:
        """What SQLite fails with inside the block becomes a StoreError that names the file and the way out."""
        try:
            yield
        except self.errors as error:
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
        with self._savers.borrowed(self._saver) as saver:
            yield saver

    def close(self) -> None:
        """Close what is idle; whoever comes next opens anew."""
        self._connections.close()
        self._savers.close()

    def shred(self) -> None:
        """Leave nothing of deleted rows in the file or its log."""
        self.close()
        with self._in_turn(), self.failures_named(), closing(self._connect()) as db:
            db.execute("VACUUM")
            db.execute("PRAGMA wal_checkpoint(TRUNCATE)")

    def _saver(self) -> SqliteSaver:
        from agent.store.checkpoints import saver_on

        return saver_on(self._cipher.connect(self.path, timeout=_PATIENCE_S, check_same_thread=False), self.errors)

    def _connect(self) -> sqlite3.Connection:
        db = self._cipher.connect(self.path, timeout=_PATIENCE_S, isolation_level=None, check_same_thread=False)
        db.row_factory = self._cipher.driver.Row
        db.execute("PRAGMA synchronous=FULL")
        db.execute("PRAGMA foreign_keys=ON")
        return db

    def _bring_up_to_date(self) -> None:
        """Tables for a new file, the steps that it lacks for an older one; all or nothing, and noted in the audit."""
        with self.writing() as db:
            found: int = db.execute("PRAGMA user_version").fetchone()[0]
            if found == 0:
                for statement in statements(TABLES + _APPEND_ONLY):
                    db.execute(statement)
            for statement in steps_from(found or 1):
                db.execute(statement)
            if 0 < found < SCHEMA_VERSION:
                append(db, moment(db), SYSTEM, "upgraded", "", before=found, after=SCHEMA_VERSION)
            db.execute(f"PRAGMA user_version={SCHEMA_VERSION}")

    def _other_kind(self) -> StoreError:
        if self._cipher.key:
            return StoreError(
                "unavailable", f"the state file {self.path} is not encrypted, and a key is given; unset it, or start another folder"
            )
        return StoreError(
            "corrupt",
            f"the state file {self.path} is no database, or an encrypted one; restore the last backup, or name its key (CAREWRIGHT_KEY_FILE)",
        )
