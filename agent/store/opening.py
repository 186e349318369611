"""Which database: the one that `CAREWRIGHT_DATABASE` names, else the SQLite file of the state folder, encrypted where a key is given."""

from __future__ import annotations

import os
from pathlib import Path

from agent.errors import StoreError
from agent.store.cipher import cipher
from agent.store.connection import Database
from agent.store.place import state_folder

SETTING = "CAREWRIGHT_DATABASE"


def open_database(home: str | Path | None = None) -> Database:
    """The database of this installation, with its tables.

    Raises:
        StoreError: it cannot be opened, or the setting is not understood.
    """
    address = os.environ.get(SETTING, "")
    if not address:
        from agent.store.database import SqliteDatabase

        return SqliteDatabase(state_folder(home), cipher())
    if not address.startswith(("postgresql://", "postgres://")):
        raise StoreError("unavailable", f"{SETTING} is not a postgresql:// address; unset it for the SQLite file of the state folder")
    try:
        from agent.store.postgres import PostgresDatabase
    except ImportError as error:
        raise StoreError("unavailable", f"{SETTING} needs the PostgreSQL driver: pip install 'carewright[postgres]'") from error
    return PostgresDatabase(address)
