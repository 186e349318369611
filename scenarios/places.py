"""Where each record's row stands in a file of rows, found by its key: what is held in memory is 18 bytes a row, not the row.

Two batches are held against each other row by row by these places, so that a million rows need some ten megabytes and not gigabytes.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from types import TracebackType
from typing import BinaryIO

import orjson

from scenarios.row import Row

_KEY = 12
_PLACE = 6
_WIDTH = _KEY + _PLACE


class Places:
    """The rows of a file by key; use it in a `with`.

    Args:
        path: rows as JSON lines, each with a `key` of 24 hexadecimal digits.

    Raises:
        OSError: the file cannot be read.
        ValueError: it does not hold such rows.
    """

    def __init__(self, path: Path) -> None:
        self._file: BinaryIO = path.open("rb")
        try:
            self._index = b"".join(sorted(self._entries()))
        except BaseException:
            self._file.close()
            raise

    def __enter__(self) -> Places:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        self._file.close()

    def _entries(self) -> Iterator[bytes]:
        begins = 0
        for line in self._file:
            yield bytes.fromhex(orjson.loads(line)["key"]) + begins.to_bytes(_PLACE, "big")
            begins += len(line)

    def __iter__(self) -> Iterator[bytes]:
        """Each key once, in order."""
        last = b""
        for at in range(0, len(self._index), _WIDTH):
            if (key := self._index[at : at + _KEY]) != last:
                yield key
            last = key

    def row(self, key: bytes) -> Row | None:
        """The last row with a key."""
        low, high = 0, len(self._index) // _WIDTH
        while low < high:
            middle = (low + high) // 2
            low, high = (middle + 1, high) if self._key(middle) <= key else (low, middle)
        return self._read(low - 1) if low and self._key(low - 1) == key else None

    def _key(self, number: int) -> bytes:
        return self._index[number * _WIDTH : number * _WIDTH + _KEY]

    def _read(self, number: int) -> Row:
        self._file.seek(int.from_bytes(self._index[number * _WIDTH + _KEY : (number + 1) * _WIDTH], "big"))
        found: Row = orjson.loads(self._file.readline())
        return found
