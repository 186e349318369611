"""The beginning of a new knowledge file, written from the kind's own fields, so that it can never be out of date."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from typing import Any

import msgspec
from msgspec import inspect

from agent.knowledge_index import Kind

_HEAD = ("id", "title", "version", "status", "effective_from", "last_reviewed", "jurisdiction", "confidence", "interpretation")


def skeleton(kind: Kind, name: str, day: date) -> str:
    """TOML with every required field; optional ones as comments.

    Args:
        kind: which kind of file.
        name: the id, and the file's name.
        day: written as the date of the first review.
    """
    described = inspect.type_info(kind.document)
    fields = {field.name: field for field in described.fields} if isinstance(described, inspect.StructType) else {}
    given = {
        "id": _toml(name), "title": '"what it is about, in a few words"', "version": '"0.1.0"', "status": '"draft"', "effective_from": day.isoformat(),
        "last_reviewed": day.isoformat(), "jurisdiction": '"US"', "confidence": '"unsure"', "interpretation": '""',
    }  # fmt: skip
    width = max(map(len, given))
    lines = [f"{key:<{width}} = {given[key]}" for key in _HEAD]
    flat = [field for field in fields.values() if field.name not in _HEAD and not _tables(field.type)]
    lines += [_line(field) for field in flat if field.name not in ("effective_until", "license")]
    for field in fields.values():
        if table := _tables(field.type):
            lines += ["", f"[[{field.encode_name}]]", *(_line(inner) for inner in table.fields)]
    return "\n".join(lines) + "\n"


def _line(field: inspect.Field) -> str:
    text = f"{field.encode_name} = {_example(field.type)}"
    return text if field.required else f"# {text}"


def _tables(kind: inspect.Type) -> inspect.StructType | None:
    """The struct behind an array of tables."""
    if isinstance(kind, inspect.VarTupleType) and isinstance(kind.item_type, inspect.StructType):
        return kind.item_type
    return None


def _example(kind: inspect.Type) -> str:
    return next(_examples(kind), "{}")


def _examples(kind: inspect.Type) -> Iterator[str]:
    if isinstance(kind, inspect.UnionType):
        yield from (_example(part) for part in kind.types if not isinstance(part, inspect.NoneType))
    elif isinstance(kind, inspect.LiteralType):
        yield _toml(kind.values[0])
    elif isinstance(kind, inspect.StructType):
        yield "{ " + ", ".join(f"{field.encode_name} = {_example(field.type)}" for field in kind.fields if field.required) + " }"
    elif isinstance(kind, inspect.VarTupleType | inspect.ListType | inspect.FrozenSetType | inspect.SetType):
        yield f"[{_example(kind.item_type)}]"
    elif isinstance(kind, inspect.TupleType):
        yield "[" + ", ".join(_example(part) for part in kind.item_types) + "]"
    elif type(kind) in _PLAIN:
        yield _PLAIN[type(kind)]


_PLAIN: dict[type[Any], str] = {
    inspect.StrType: '""',
    inspect.IntType: "0",
    inspect.FloatType: "0.0",
    inspect.BoolType: "false",
    inspect.DateType: "2026-01-01",
    inspect.DecimalType: '"0"',
}


def _toml(value: object) -> str:
    return msgspec.json.encode(value).decode()
