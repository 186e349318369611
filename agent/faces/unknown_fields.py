"""Fields of a call that its shape does not have: said, instead of silently ignored."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from msgspec import Struct, inspect


def unknown_fields(given: object, shape: type[Struct]) -> tuple[str, ...]:
    """Paths of fields in `given` that `shape` and the shapes inside it do not have."""
    return tuple(_walk(given, inspect.type_info(shape), ""))


def _walk(given: object, kind: inspect.Type, path: str) -> Iterator[str]:
    if isinstance(kind, inspect.UnionType):
        kind = next((part for part in kind.types if _takes(part, given)), kind)
    if isinstance(kind, inspect.StructType) and isinstance(given, dict):
        yield from _fields(given, kind, path)
    elif isinstance(kind, inspect.ListType) and isinstance(given, list):
        for position, entry in enumerate(given):
            yield from _walk(entry, kind.item_type, f"{path}[{position}]")
    elif isinstance(kind, inspect.DictType) and isinstance(given, dict):
        for name, entry in given.items():
            yield from _walk(entry, kind.value_type, f"{path}.{name}".lstrip("."))


def _fields(given: dict[str, Any], kind: inspect.StructType, path: str) -> Iterator[str]:
    known = {field.encode_name: field.type for field in kind.fields}
    for name, entry in given.items():
        where = f"{path}.{name}".lstrip(".")
        if name not in known:
            yield where
        else:
            yield from _walk(entry, known[name], where)


def _takes(kind: inspect.Type, given: object) -> bool:
    if isinstance(given, dict):
        return isinstance(kind, inspect.StructType | inspect.DictType)
    return isinstance(given, list) and isinstance(kind, inspect.ListType)
