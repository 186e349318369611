"""The same tables in PostgreSQL: plans, decisions, audit and checkpoints in one database.

Writers queue on an advisory lock for the length of a transaction, as they do in SQLite, so that the audit has one order. A run is
held by a lock of the session, which the server frees when the process dies or the connection breaks.
"""

from __future__ import annotations

import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import Any

import psycopg
from langgraph.checkpoint.postgres import PostgresSaver
from psycopg.conninfo import conninfo_to_dict
from psycopg.rows import dict_row

from agent.errors import DecisionError, StoreError
from agent.store.audit import SYSTEM, append, moment
from agent.store.connection import Connection
from agent.store.kept import Kept
from agent.store.schema import SCHEMA_VERSION, TABLES, steps_from
from agent.store.serialising import serialiser

_WRITERS = 0x6361_7265
"""The advisory lock on which writers queue; the runs' own locks are hashes of 64 bits in another key space (two numbers)."""
_OPTIONS = "-c synchronous_commit=on -c lock_timeout=10s -c client_encoding=UTF8"
_PATIENCE_S = 30.0
_DIALECT = (
    (" WITHOUT ROWID", ""),
    ("BLOB", "BYTEA"),
    ("INTEGER", "BIGINT"),
    ("TEXT", 'TEXT COLLATE "C"'),
)
_APPEND_ONLY = """
CREATE FUNCTION audit_is_append_only() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN RAISE EXCEPTION 'the audit is append-only'; END $$;
CREATE TRIGGER audit_is_never_changed BEFORE UPDATE OR DELETE ON audit FOR EACH ROW EXECUTE FUNCTION audit_is_append_only();
CREATE TRIGGER audit_is_never_emptied BEFORE TRUNCATE ON audit FOR EACH STATEMENT EXECUTE FUNCTION audit_is_append_only();
"""
_FAILURES = {
    "53100": ("full", "is on a full disk; make room and try again"),
    "25006": ("read-only", "may not be written; connect to the primary"),
    "42501": ("read-only", "may not be written by this user; grant it the tables"),
    "55P03": ("locked", "is being written by another process; try again"),
    "XX001": ("corrupt", "is damaged; restore the last backup"),
    "XX002": ("corrupt", "is damaged; restore the last backup"),
}


class Row(tuple[Any, ...]):
    """Values of a row, by number or by name."""

    names: tuple[str, ...]

    def keys(self) -> tuple[str, ...]:
        """The columns."""
        return self.names

    def __getitem__(self, key: Any) -> Any:
        return super().__getitem__(self.names.index(key) if isinstance(key, str) else key)


def _rows(cursor: psycopg.Cursor[Any]) -> Any:
    names = tuple(column.name for column in cursor.description or ())

    def row(values: Sequence[Any]) -> Row:
        made = Row(values)
        made.names = names
        return made

    return row


class _Open:
    """A transaction that speaks the store's sentences."""

    def __init__(self, connection: psycopg.Connection[Row]) -> None:
        self._connection = connection

    def execute(self, statement: str, values: Sequence[Any] = (), /) -> psycopg.Cursor[Row]:
        spoken = statement.replace(" IS ?", " IS NOT DISTINCT FROM %s::text").replace("?", "%s")
        return self._connection.execute(spoken, values)


class PostgresDatabase:
    """One database. A connection is kept for the next transaction and asked first whether it still answers: a server may have restarted."""

    errors: tuple[type[Exception], ...] = (psycopg.Error,)

    def __init__(self, address: str) -> None:
        self._address = address
        self._connections = Kept[psycopg.Connection[Row]](psycopg.Connection.close, _answers)
        self._savers = Kept[PostgresSaver](
            lambda saver: saver.conn.close(), lambda saver: isinstance(saver.conn, psycopg.Connection) and _answers(saver.conn)
        )
        with self.failures_named():
            found = self._version()
            if found is None:
                found = self._make_tables()
            if found < SCHEMA_VERSION:
                found = self._bring_up_to_date()
        if found > SCHEMA_VERSION:
            raise StoreError(
                "unavailable",
                f"{self._name()} was written by a newer version ({found}, this one knows {SCHEMA_VERSION}); update this program",
            )

    @contextmanager
    def writing(self) -> Iterator[Connection]:
        """All or nothing: committed when the block ends, undone when it raises. Raises StoreError."""
        with self.failures_named(), self._connections.borrowed(self._connect) as db, db.transaction():
            db.execute("SELECT pg_advisory_xact_lock(%s)", (_WRITERS,))
            yield _Open(db)

    @contextmanager
    def reading(self) -> Iterator[Connection]:
        """One view at one moment. Raises StoreError."""
        with self.failures_named(), self._connections.borrowed(self._connect) as db, db.transaction():
            db.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ READ ONLY")
            yield _Open(db)

    @contextmanager
    def failures_named(self) -> Iterator[None]:
        """What PostgreSQL fails with inside the block becomes a StoreError that names the database and the way out."""
        try:
            yield
        except psycopg.Error as error:
            reason, way_out = _FAILURES.get(error.sqlstate or "", ("unavailable", f"cannot be used ({type(error).__name__}); try again"))
            raise StoreError(reason, f"{self._name()} {way_out}") from error

    @contextmanager
    def alone(self, name: str) -> Iterator[None]:
        """Hold a run between processes and hosts. Raises DecisionError (`locked`)."""
        with self.failures_named(), self._connections.borrowed(self._connect) as db:
            row = db.execute("SELECT pg_try_advisory_lock(%s, hashtext(%s))", (_WRITERS, name)).fetchone()
            if row is None or not row[0]:
                raise DecisionError("locked", f"{name} is being worked on by somebody else; try again")
            yield  # where the block fails, the connection is closed, and its lock with it
            db.execute("SELECT pg_advisory_unlock(%s, hashtext(%s))", (_WRITERS, name))

    @contextmanager
    def checkpoints(self) -> Iterator[PostgresSaver]:
        """A saver for one run."""
        with self._savers.borrowed(self._saver) as saver:
            yield saver

    def shred(self) -> None:
        """Give the space of deleted rows back."""
        with self.failures_named(), self._connect() as db:
            db.execute("VACUUM")

    def close(self) -> None:
        """Close what is idle; whoever comes next opens anew."""
        self._connections.close()
        self._savers.close()

    def _saver(self) -> PostgresSaver:
        connection = psycopg.connect(self._address, autocommit=True, prepare_threshold=0, row_factory=dict_row, options=_OPTIONS)
        return PostgresSaver(connection, serde=serialiser())

    def _connect(self) -> psycopg.Connection[Row]:
        return psycopg.connect(self._address, autocommit=True, connect_timeout=10, row_factory=_rows, options=_OPTIONS)

    def _name(self) -> str:
        """The database without its password."""
        told = conninfo_to_dict(self._address)
        return f"the database {told.get('dbname', '')} on {told.get('host', 'this machine')}"

    def _version(self) -> int | None:
        with self._connect() as db:
            there = db.execute("SELECT to_regclass('carewright_schema')").fetchone()
            if there is None or there[0] is None:
                return None
            row = db.execute("SELECT version FROM carewright_schema").fetchone()
            return int(row[0]) if row else None

    def _make_tables(self) -> int:
        """Made once; the checkpoints' first, for their indexes are built outside a transaction and the version is written last."""
        with self._alone_in_setup(), self.checkpoints() as saver:
            if (found := self._version()) is not None:
                return found
            saver.setup()
            with self._connect() as db, db.transaction():
                db.execute(_spoken(TABLES))
                db.execute(_APPEND_ONLY)
                for statement in steps_from(1):
                    db.execute(_spoken(statement))
                db.execute("CREATE TABLE carewright_schema (version BIGINT NOT NULL)")
                db.execute("INSERT INTO carewright_schema VALUES (%s)", (SCHEMA_VERSION,))
        return SCHEMA_VERSION

    def _bring_up_to_date(self) -> int:
        """The steps that an older database lacks; all or nothing, and noted in the audit."""
        with self.writing() as db:
            found = int(db.execute("SELECT version FROM carewright_schema FOR UPDATE").fetchone()[0])
            if found < SCHEMA_VERSION:
                for statement in steps_from(found):
                    db.execute(_spoken(statement))
                db.execute("UPDATE carewright_schema SET version = ?", (SCHEMA_VERSION,))
                append(db, moment(db), SYSTEM, "upgraded", "", before=found, after=SCHEMA_VERSION)
        return max(found, SCHEMA_VERSION)

    @contextmanager
    def _alone_in_setup(self) -> Iterator[None]:
        """Asked again and again instead of waiting in the server: a statement that waits would hold up the building of an index."""
        until = time.monotonic() + _PATIENCE_S
        while True:
            try:
                with self.alone("setup"):
                    yield
                return
            except DecisionError as error:
                if time.monotonic() > until:
                    raise StoreError("locked", f"{self._name()} is being set up by another process; try again") from error
                time.sleep(0.1)


def _answers(connection: psycopg.Connection[Any]) -> bool:
    """Whether a connection that was idle is still there."""
    try:
        connection.execute("")
    except psycopg.Error:
        return False
    return True


def _spoken(script: str) -> str:
    for sqlite, postgres in _DIALECT:
        script = script.replace(sqlite, postgres)
    return script
