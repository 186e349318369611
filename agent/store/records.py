"""Bundles by their digest: stored once, compressed, given back only whole."""

from __future__ import annotations

import zlib

from agent.errors import RecordError, StoreError
from agent.store.audit import content_hash
from agent.store.connection import Connection


def keep_record(db: Connection, data: bytes) -> str:
    """Store the bytes unless they are there, and name them by their digest."""
    digest = content_hash(data)
    if not db.execute("SELECT 1 FROM record WHERE digest = ?", (digest,)).fetchone():
        db.execute("INSERT INTO record VALUES (?, ?, ?)", (digest, len(data), zlib.compress(data, 1)))
    return digest


def record(db: Connection, digest: str) -> bytes:
    """The bytes behind a digest.

    Raises:
        RecordError: they are not there.
        StoreError: what is there is not what was stored (`corrupt`).
    """
    row = db.execute("SELECT content FROM record WHERE digest = ?", (digest,)).fetchone()
    if row is None:
        raise RecordError(f"the record {digest!r} is not in the state folder any more; draft the plan again")
    try:
        data = zlib.decompress(row["content"])
    except zlib.error as error:
        raise StoreError("corrupt", f"the record {digest!r} is damaged; restore the last backup") from error
    if content_hash(data) != digest:
        raise StoreError("corrupt", f"the record {digest!r} is not what was stored; restore the last backup")
    return data
