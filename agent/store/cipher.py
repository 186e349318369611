"""The key of an encrypted state file, and the driver that reads such a file (SQLCipher, the extra `encrypted`).

A key is 64 hexadecimal digits (`openssl rand -hex 32`), in the file that `CAREWRIGHT_KEY_FILE` names or in `CAREWRIGHT_KEY`. It is
random and long, so that it is used as it is; whoever loses it has lost the file.
"""

from __future__ import annotations

import os
import re
import sqlite3
from dataclasses import dataclass, field
from pathlib import Path
from types import ModuleType
from typing import Any

from agent.errors import StoreError

SETTING = "CAREWRIGHT_KEY"
FILE_SETTING = "CAREWRIGHT_KEY_FILE"
_KEY = re.compile(r"[0-9a-fA-F]{64}")
PLAIN_HEADER = b"SQLite format 3\0"


@dataclass(frozen=True)
class Cipher:
    """How a state file is opened: as it lies there (no key), or with a key, which no message and no `repr` shows."""

    key: str = field(default="", repr=False)

    @property
    def driver(self) -> Any:
        """The module that opens it. Raises StoreError: the extra is not installed."""
        return _sqlcipher() if self.key else sqlite3

    def connect(self, path: Path | str, **settings: Any) -> sqlite3.Connection:
        """An open connection. That the key is wrong shows with the first statement."""
        connection: sqlite3.Connection = self.driver.connect(path, **settings)
        if self.key:
            connection.execute(f"PRAGMA key = \"x'{self.key}'\"")
        return connection

    def fits(self, path: Path) -> bool:
        """Whether the file, where there is one, is of the kind that this opens: plain or not."""
        if not path.exists() or not path.stat().st_size:
            return True
        with path.open("rb") as file:
            return (file.read(len(PLAIN_HEADER)) == PLAIN_HEADER) is not bool(self.key)


def cipher() -> Cipher:
    """The one that the environment asks for; none where it names no key.

    Raises:
        StoreError: the key cannot be read, or is none.
    """
    file, given = os.environ.get(FILE_SETTING, ""), os.environ.get(SETTING, "")
    if file:
        try:
            given = Path(file).read_text("ascii").strip()
        except (OSError, UnicodeDecodeError):
            raise StoreError("missing", f"{FILE_SETTING} names {file!r}, which cannot be read") from None
    if not file and not given:
        return Cipher()
    if not _KEY.fullmatch(given):
        raise StoreError("unavailable", f"{FILE_SETTING if file else SETTING} is no key: 64 hexadecimal digits (openssl rand -hex 32)")
    return Cipher(given.lower())


def _sqlcipher() -> ModuleType:
    try:
        from sqlcipher3 import dbapi2
    except ImportError:
        raise StoreError("unavailable", "an encrypted state file needs SQLCipher: pip install 'carewright[encrypted]'") from None
    found: ModuleType = dbapi2
    return found
