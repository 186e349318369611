"""Rows of known answers that somebody gives, in the formats in which they are published: JSON lines, a JSON list, CSV.

A public format calls its columns as it likes; whoever reads rows says which of its columns is which field here (`names`).
"""

from __future__ import annotations

import ast
import csv
import json
import sys
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from agent.errors import RecordError

_SUFFIXES = (".jsonl", ".ndjson", ".json", ".csv")


def public_rows(path: Path, fields: frozenset[str], names: Mapping[str, str] | None = None) -> list[dict[str, Any]]:
    """The rows that have these fields; of a folder, files and rows of another shape are passed over.

    Args:
        names: column of a public format → field here; what is not named keeps its name.

    Raises:
        RecordError: nothing can be read, no row has the fields, or one row of a single file has not.
    """
    files = sorted(file for file in path.rglob("*") if file.suffix in _SUFFIXES) if path.is_dir() else [path]
    found = [_renamed(row, names or {}) for file in files for row in _read(file, strict=path.is_file())]
    mine = [row for row in found if row.keys() >= fields]
    if path.is_file() and len(mine) < len(found):
        number, lacking = next((n, fields - row.keys()) for n, row in enumerate(found, 1) if not row.keys() >= fields)
        raise RecordError(f"{path.name!r}, row {number}, has no field {', '.join(map(repr, sorted(lacking)))}")
    if not mine:
        raise RecordError(f"{path.name!r} holds no row with {', '.join(sorted(fields))}")
    return mine


def _renamed(row: Mapping[str, Any], names: Mapping[str, str]) -> dict[str, Any]:
    return {names.get(column, column): value for column, value in row.items()}


def _read(file: Path, *, strict: bool) -> Iterator[dict[str, Any]]:
    """The rows of one file; one that cannot be read is an error only where it was asked for by name."""
    try:
        yield from (row for row in _parsed(file) if isinstance(row, dict))
    except (OSError, ValueError, csv.Error):
        if strict:
            raise RecordError(f"{file.name!r} cannot be read as JSON lines, a JSON list or CSV") from None


def _parsed(file: Path) -> list[Any]:
    text = file.read_text("utf-8-sig")
    if file.suffix == ".csv":
        csv.field_size_limit(min(sys.maxsize, 2**31 - 1))  # notes of patients stand in one cell
        return list(csv.DictReader(text.splitlines(keepends=True)))
    if file.suffix == ".json":
        whole = json.loads(text)
        return whole if isinstance(whole, list) else [whole]
    return [json.loads(line) for line in text.splitlines() if line.strip()]


def literal(cell: Any) -> Any:
    """What a cell says that holds JSON or a Python literal (some published tables do); the cell itself where it is neither."""
    if not isinstance(cell, str):
        return cell
    for read in (json.loads, ast.literal_eval):
        try:
            return read(cell)
        except (ValueError, SyntaxError, TypeError, MemoryError, RecursionError):
            continue
    return cell
