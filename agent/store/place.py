"""Where the state folder is, and a lock that dies with the process that holds it."""

from __future__ import annotations

import fcntl
import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from agent.errors import DecisionError, StoreError


def state_folder(home: str | Path | None = None) -> Path:
    """The folder given, else `CAREWRIGHT_HOME`, else `carewright` in the user's data folder; made when absent, for its owner only.

    Raises:
        StoreError: it cannot be made.
    """
    given = home or os.environ.get("CAREWRIGHT_HOME")
    data = os.environ.get("XDG_DATA_HOME") or Path.home() / ".local" / "share"
    folder = Path(given) if given else Path(data) / "carewright"
    try:
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        (folder / "locks").mkdir(mode=0o700, exist_ok=True)
    except OSError as error:
        raise StoreError("unavailable", f"the state folder {folder} cannot be made ({error.strerror}); set CAREWRIGHT_HOME") from error
    return folder


@contextmanager
def alone(folder: Path, name: str) -> Iterator[None]:
    """Hold a lock between processes and threads for one run; the system frees it when its holder dies, however it dies.

    Raises:
        DecisionError: somebody else holds it (`locked`).
    """
    handle = os.open(folder / "locks" / name, os.O_CREAT | os.O_RDWR, 0o600)
    try:
        try:
            fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError as error:
            raise DecisionError("locked", f"{name} is being worked on by somebody else; try again") from error
        yield
    finally:
        os.close(handle)
