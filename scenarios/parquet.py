"""Rows as Parquet, written part by part: what a row counts by name (actions, ledger) is a list of name and count."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from itertools import islice
from pathlib import Path
from typing import Any

import orjson

from agent.errors import RecordError

_PART = 5_000


_ALWAYS = {
    "text": ("key", "patient", "outcome", "digest", "input", "sex", "route", "urgency", "error", "message"),
    "int": (
        *("age", "questions", "issues", "interruptive", "suppressed", "medications", "uncertain"),
        *("interruptive_unsure", "not_checked", "set_aside"),
    ),
    "texts": ("modules",),
    "counts": ("items", "ledger", "open", "alerts", "confidence"),
}
"""What every table has, also where no row has it, so that tables of several batches can be read as one."""


class Columns:
    """Which columns rows have, and of which kind: those that every table has, and what is learnt from the rows themselves."""

    def __init__(self) -> None:
        self._kinds: dict[str, str] = {name: kind for kind, names in _ALWAYS.items() for name in names}

    def learn(self, row: Mapping[str, Any]) -> None:
        """Take note of a row."""
        for name, value in row.items():
            known, kind = self._kinds.get(name, ""), _kind(value)
            if not known or (known, kind) in {("int", "float"), ("nothing", kind)}:
                self._kinds[name] = kind

    def write(self, rows: Iterable[Mapping[str, Any]], path: Path) -> None:
        """Write rows that have all been learnt. Raises RecordError: the extra is not installed."""
        try:
            import pyarrow
            from pyarrow import parquet
        except ImportError:
            raise RecordError("--parquet needs the extra of that name: pip install 'carewright[parquet]'") from None
        count = pyarrow.struct([("name", pyarrow.string()), ("count", pyarrow.int64())])
        types = {
            "int": pyarrow.int64(), "float": pyarrow.float64(), "bool": pyarrow.bool_(), "text": pyarrow.string(), "nothing": pyarrow.string(),
            "texts": pyarrow.list_(pyarrow.string()), "counts": pyarrow.list_(count), "json": pyarrow.string(),
        }  # fmt: skip
        schema = pyarrow.schema([(name, types[kind]) for name, kind in self._kinds.items()])
        with parquet.ParquetWriter(path, schema) as writer:
            for part in _parts(rows):
                columns = {name: [_cell(row.get(name), kind) for row in part] for name, kind in self._kinds.items()}
                writer.write_table(pyarrow.table(columns, schema))


def _kind(value: Any) -> str:
    if isinstance(value, dict):
        return "counts" if all(type(one) is int for one in value.values()) else "json"
    simple = {bool: "bool", int: "int", float: "float", str: "text", list: "texts", type(None): "nothing"}
    return simple.get(type(value), "json")


def _cell(value: Any, kind: str) -> Any:
    if value is None:
        return None
    if kind == "counts":
        return [{"name": name, "count": count} for name, count in value.items()]
    return orjson.dumps(value).decode() if kind == "json" else value


def _parts(rows: Iterable[Mapping[str, Any]]) -> Iterator[list[Mapping[str, Any]]]:
    waiting = iter(rows)
    while part := list(islice(waiting, _PART)):
        yield part
