"""A backup of the SQLite file while others write to it, and the way back; neither ever overwrites anything."""

from __future__ import annotations

import os
from contextlib import closing
from pathlib import Path

from agent.errors import StoreError
from agent.store.cipher import cipher
from agent.store.database import FILE, SqliteDatabase
from agent.store.held import TABLE
from agent.store.integrity import faults
from agent.store.opening import open_database
from agent.store.place import state_folder


def backup(target: Path, home: str | Path | None = None) -> None:
    """Write one consistent copy of everything to a new file, for its owner only; encrypted with the same key where there is one.

    Raises:
        StoreError: the file is there already or cannot be written, or the database is PostgreSQL, which has tools of its own.
    """
    database = open_database(home)
    if not isinstance(database, SqliteDatabase):
        raise StoreError("unavailable", "a PostgreSQL database is backed up with pg_dump and restored with pg_restore")
    _new(target)
    key = cipher()
    with database.failures_named(), closing(key.connect(database.path)) as source, closing(key.connect(target)) as copy:
        source.backup(copy)


def restore(source: Path, home: str | Path | None = None) -> None:
    """Put a backup into a state folder that has no state file yet, once its audit and every row hold.

    Raises:
        StoreError: there is a state file already, or the backup is not whole (the first fault is named).
    """
    target = state_folder(home) / FILE
    if not source.is_file():
        raise StoreError("missing", f"there is no backup {source}")
    key = cipher()
    _new(target)
    try:
        with closing(key.connect(source)) as old, closing(key.connect(target)) as copy:
            old.backup(copy)
        restored = SqliteDatabase(target.parent, key)
        with restored.writing() as db:  # whoever was signed in then, and has signed out since, is not let in again
            db.execute(f"DROP TABLE IF EXISTS {TABLE}")
        with restored.reading() as db:
            fault = next(faults(db), None)
        restored.close()
    except (key.driver.Error, StoreError) as error:
        target.unlink()
        raise StoreError("corrupt", f"the backup {source} cannot be read; take another") from error
    if fault:
        target.unlink()
        raise StoreError("corrupt", f"the backup {source} is not whole: {fault}; take another")


def _new(path: Path) -> None:
    try:
        os.close(os.open(path, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o600))
    except FileExistsError as error:
        raise StoreError("unavailable", f"{path} is there already; nothing is overwritten") from error
    except OSError as error:
        raise StoreError("unavailable", f"{path} cannot be written ({error.strerror})") from error
