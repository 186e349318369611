"""Is everything still what was written? The audit chain, and every row that it vouches for."""

from __future__ import annotations

import zlib
from collections.abc import Iterable, Iterator

import msgspec

from agent.store.audit import Line, broken_links, content_hash, lines
from agent.store.connection import Connection
from tools.clinical.plan import Plan, plan_digest

Key = tuple[object, ...]


def faults(db: Connection, work: str | None = None) -> Iterator[str]:
    """A sentence for each broken link of the audit, and for each row (of one run, or of all) that is not what the audit says."""
    yield from broken_links(db)
    told = _standing(lines(db, work))
    yield from _compared("plan", _told(told, ("drafted",), "round"), _rows(db, "plan", work, "round"))
    yield from _compared("decision", _decided(told), _rows(db, "decision", work, "item", "reviewer", "digest", "round"))
    yield from _compared("verdict", _told(told, ("signed", "edited", "redrafted"), "round"), _rows(db, "verdict", work, "round"))
    yield from _compared("release", _told(told, ("released",)), _rows(db, "release", work))
    yield from _plans(db, work)
    yield from _records(db, work)


def _standing(told: Iterable[Line]) -> tuple[Line, ...]:
    """Without what was erased by policy: of that no row may be there any more."""
    every = tuple(told)
    erased = {line.work for line in every if line.event == "erased"}
    return tuple(line for line in every if line.work not in erased)


def _told(told: Iterable[Line], events: tuple[str, ...], *names: str) -> dict[Key, str]:
    return {(line.work, *(line.details[name] for name in names)): line.details["row"] for line in told if line.event in events}


def _decided(told: Iterable[Line]) -> dict[Key, str]:
    return {
        (line.work, line.details["item"], line.actor, line.details["digest"], line.details["round"]): line.details["row"]
        for line in told
        if line.event == "decided"
    }


def _rows(db: Connection, table: str, work: str | None, *names: str) -> dict[Key, str]:
    found = db.execute(f"SELECT * FROM {table} WHERE coalesce(?, work) = work", (work,))  # noqa: S608 - table names of this module
    return {(row["work"], *(row[name] for name in names)): _seal(row["content"]) for row in found}


def _seal(content: object) -> str:
    """Rows hold bytes; what is something else by now was altered."""
    return content_hash(content) if isinstance(content, bytes) else "not bytes"


def _compared(what: str, told: dict[Key, str], there: dict[Key, str]) -> Iterator[str]:
    """Rows that are gone, that nobody wrote, or that were altered."""
    for key in sorted(told.keys() | there.keys(), key=repr):
        if told.get(key) != there.get(key):
            fault = "is missing" if key not in there else "is not in the audit" if key not in told else "was altered"
            yield f"{what} {', '.join(str(part) for part in key)} {fault}"


def _plans(db: Connection, work: str | None) -> Iterator[str]:
    for row in db.execute("SELECT * FROM plan WHERE coalesce(?, work) = work", (work,)):
        try:
            plan = msgspec.json.decode(row["content"], type=Plan)
        except (msgspec.DecodeError, msgspec.ValidationError):
            yield f"plan {row['work']}, {row['round']} cannot be read"
            continue
        if not row["digest"] == plan.digest == plan_digest(plan):
            yield f"plan {row['work']}, {row['round']} does not have the digest that it was sealed with"


def _records(db: Connection, work: str | None) -> Iterator[str]:
    wanted = "SELECT source FROM work WHERE coalesce(?, id) = id"
    for row in db.execute(f"SELECT digest, content FROM record WHERE digest IN ({wanted})", (work,)):  # noqa: S608 - a constant
        try:
            whole = content_hash(zlib.decompress(row["content"])) == row["digest"]
        except (zlib.error, TypeError):
            whole = False
        if not whole:
            yield f"record {row['digest']} was altered"
