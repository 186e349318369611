"""Moving every figure of a knowledge file by one step, to see whether one of its cases notices."""

from __future__ import annotations

import re
from collections.abc import Iterator
from decimal import Decimal
from typing import Any

import msgspec

from tools.clinical.knowledge import decode
from tools.interactions.cases import failure
from tools.interactions.discipline import shipped_discipline
from tools.interactions.index import build
from tools.interactions.model import InteractionFile

FIGURES = frozenset({"at_least", "at_most", "above", "below", "equals", "within"})
COMPLEMENT = {"at_most": "above", "above": "at_most", "at_least": "below", "below": "at_least"}
Path = tuple[str | int, ...]


def unnoticed(file: InteractionFile) -> list[str]:
    """Figures that can be moved one step up or down without any case of the file failing."""
    raw = plain(file)
    found = []
    for path in figures({kind: raw.get(kind, []) for kind in ("rule", "combination")}):
        together = [path, *complements(raw, path)]
        for step in (-1, 1):
            if not any(_notices(decode(moved(raw, paths, step), InteractionFile), statement_of(raw, path)) for paths in ([path], together)):
                found.append(f"{file.id}: {statement_of(raw, path)}: {at(raw, path)} may be moved by {step:+}")
    return found


def _notices(file: InteractionFile, name: str) -> bool:
    index = build([file], shipped_discipline())
    return any(failure(index, case) for case in file.case if case.rule == name)


def plain(file: Any) -> dict[str, Any]:
    """The file as lists and tables, a copy of its own."""
    raw: dict[str, Any] = msgspec.json.decode(msgspec.json.encode(file))
    return raw


def figures(node: Any, path: Path = ()) -> Iterator[Path]:
    """Where the figures of clauses and counts stand."""
    if isinstance(node, dict):
        for key, value in node.items():
            if key in FIGURES and isinstance(value, str | int):
                yield (*path, key)
            else:
                yield from figures(value, (*path, key))
    elif isinstance(node, list):
        for position, value in enumerate(node):
            yield from figures(value, (*path, position))


def at(raw: Any, path: Path) -> Any:
    for key in path:
        raw = raw[key]
    return raw


def statement_of(raw: dict[str, Any], path: Path) -> str:
    return str(at(raw, path[:2])["id"])


def complements(raw: dict[str, Any], path: Path) -> list[Path]:
    """The same figure on the other side of one limit (`at_most` beside `above`): the two are one figure and move together."""
    other = COMPLEMENT.get(str(path[-1]))
    subject = {key: value for key, value in at(raw, path[:-1]).items() if key not in FIGURES}
    candidates = figures(at(raw, path[:2]), path[:2])
    return [p for p in candidates if p[-1] == other and at(raw, p) == at(raw, path) and subject.items() <= at(raw, p[:-1]).items()]


def moved(raw: dict[str, Any], paths: list[Path], step: int) -> dict[str, Any]:
    copy = plain(raw)
    for path in paths:
        at(copy, path[:-1])[path[-1]] = nudged(at(raw, path), step)
    return copy


def nudged(figure: str | int, step: int) -> str | int:
    """One step in the last place written: `"5.0 mmol/L"` becomes 4.9 or 5.1, `"65 a"` 64 or 66."""
    if isinstance(figure, int):
        return figure + step
    number, unit = re.fullmatch(r"(\S+)(.*)", figure).groups()  # type: ignore[union-attr]
    value = Decimal(number)
    return f"{value + step * Decimal(1).scaleb(int(value.as_tuple().exponent))}{unit}"
