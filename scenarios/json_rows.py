"""Rows of known answers that somebody gives: JSON lines, in a file or in the files of a folder."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from agent.errors import RecordError


def json_rows(path: Path, fields: frozenset[str]) -> list[dict[str, Any]]:
    """The rows that have these fields; of a folder, files of another shape are passed over.

    Raises:
        RecordError: nothing can be read, no row has the fields, or one row of a single file has not.
    """
    files = sorted(path.glob("*.jsonl")) if path.is_dir() else [path]
    found = [row for file in files for row in _read(file)]
    mine = [row for row in found if row.keys() >= fields]
    if not mine or (path.is_file() and len(mine) < len(found)):
        raise RecordError(f"{path.name!r} holds rows without {', '.join(sorted(fields))}, or none at all")
    return mine


def _read(file: Path) -> Iterator[dict[str, Any]]:
    try:
        lines = file.read_text("utf-8").splitlines()
        yield from (row for line in lines if line.strip() and isinstance(row := json.loads(line), dict))
    except (OSError, ValueError):
        raise RecordError(f"{file.name!r} cannot be read as JSON lines") from None
