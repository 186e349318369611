"""What a batch writes down of one patient, a line of a file: names and values as JSON has them."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import orjson

Row = dict[str, Any]


def read_rows(path: Path) -> Iterator[Row]:
    """The rows of a file, one after the other. Raises OSError, JSONDecodeError."""
    with path.open("rb") as file:
        yield from map(orjson.loads, file)
