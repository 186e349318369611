"""What is held for whoever has a secret: who is signed in, logins under way, which alerts somebody was shown, and which JWTs of record systems were used. In the database of the
plans, so that it outlives a restart and every process over that database knows it.

The secret itself is not kept, only its digest: whoever reads the table can be nobody.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import Literal, TypeVar

import msgspec

from agent.store.connection import Connection, Database

T = TypeVar("T")
Kind = Literal["session", "login", "alert", "jwt"]
TABLE = "held"
_MAKE = (
    f"CREATE TABLE IF NOT EXISTS {TABLE} (key TEXT PRIMARY KEY, kind TEXT NOT NULL, owner TEXT NOT NULL, until DOUBLE PRECISION NOT NULL,"
    " content TEXT NOT NULL)"
)
_MOST = 10_000
"""Of one kind; what ends first goes first."""


@dataclass
class Held:
    """What is held in one database. `until` are seconds since 1970, after which it is dropped."""

    database: Database

    def __post_init__(self) -> None:
        with self.database.writing() as db:
            db.execute(_MAKE)

    def put(self, kind: Kind, secret: str, owner: str, until: float, content: object, now: float) -> None:
        """Hold something under a new secret; what is over by now is dropped. Raises StoreError."""
        with self.database.writing() as db:
            db.execute("DELETE FROM held WHERE until < ?", (now,))
            row = (_digest(kind, secret), kind, owner, until, _text(content))
            db.execute("INSERT INTO held (key, kind, owner, until, content) VALUES (?,?,?,?,?)", row)
            _bound(db, kind)

    def get(self, kind: Kind, secret: str, of: type[T]) -> T | None:
        """What is held under a secret. Raises StoreError."""
        with self.database.reading() as db:
            return _found(db, kind, secret, of)

    def change(self, kind: Kind, secret: str, of: type[T], how: Callable[[T], T]) -> T | None:
        """Make something else of what is held; `None` where nothing is. Raises StoreError."""
        with self.database.writing() as db:
            found = _found(db, kind, secret, of)
            if found is None:
                return None
            made = how(found)
            db.execute("UPDATE held SET content=? WHERE key=?", (_text(made), _digest(kind, secret)))
            return made

    def take(self, kind: Kind, secret: str, of: type[T]) -> T | None:
        """What is held under a secret, for the last time: two who ask at once are not both given it. Raises StoreError."""
        with self.database.writing() as db:
            found = _found(db, kind, secret, of)
            db.execute("DELETE FROM held WHERE key=?", (_digest(kind, secret),))
            return found

    def first(self, kind: Kind, secret: str, until: float, now: float) -> bool:
        """Whether this secret comes for the first time; from now on it does not. Of two who bring it at once one is the first. Raises StoreError."""
        with self.database.writing() as db:
            db.execute("DELETE FROM held WHERE until < ?", (now,))
            known = db.execute("SELECT 1 FROM held WHERE key=?", (_digest(kind, secret),)).fetchone() is not None
            if not known:
                db.execute(
                    "INSERT INTO held (key, kind, owner, until, content) VALUES (?,?,'',?,'null')", (_digest(kind, secret), kind, until)
                )
            return not known

    def put_all(self, kind: Kind, contents: Mapping[str, object], until: float, now: float) -> None:
        """Hold each under its secret, in place of what was held there; what is over by now is dropped. Raises StoreError."""
        with self.database.writing() as db:
            db.execute("DELETE FROM held WHERE until < ?", (now,))
            for secret, content in contents.items():
                db.execute("DELETE FROM held WHERE key=?", (_digest(kind, secret),))
                row = (_digest(kind, secret), kind, "", until, _text(content))
                db.execute("INSERT INTO held (key, kind, owner, until, content) VALUES (?,?,?,?,?)", row)
            _bound(db, kind)

    def all_of(self, kind: Kind, secrets: Iterable[str], of: type[T], now: float) -> dict[str, T]:
        """What is held now under each of these secrets. Raises StoreError."""
        with self.database.reading() as db:
            found = {secret: _found(db, kind, secret, of, now) for secret in secrets}
        return {secret: content for secret, content in found.items() if content is not None}

    def drop_all_of(self, kind: Kind, owner: str) -> int:
        """Drop all that is held for somebody. Returns how many there were. Raises StoreError."""
        with self.database.writing() as db:
            rows = db.execute("SELECT key FROM held WHERE kind=? AND owner=?", (kind, owner)).fetchall()
            db.execute("DELETE FROM held WHERE kind=? AND owner=?", (kind, owner))
            return len(rows)


def _found(db: Connection, kind: Kind, secret: str, of: type[T], now: float = 0) -> T | None:
    row = db.execute("SELECT content FROM held WHERE key=? AND until >= ?", (_digest(kind, secret), now)).fetchone()
    return msgspec.json.decode(row["content"], type=of) if row else None


def _bound(db: Connection, kind: Kind) -> None:
    if db.execute("SELECT count(*) AS n FROM held WHERE kind=?", (kind,)).fetchone()["n"] > _MOST:
        kept = "SELECT key FROM held WHERE kind=? ORDER BY until DESC LIMIT ?"
        db.execute(f"DELETE FROM held WHERE kind=? AND key NOT IN ({kept})", (kind, kind, _MOST))  # noqa: S608 - no value of anybody


def _digest(kind: Kind, secret: str) -> str:
    return hashlib.sha256(f"{kind}:{secret}".encode()).hexdigest()


def _text(content: object) -> str:
    return msgspec.json.encode(content).decode()
