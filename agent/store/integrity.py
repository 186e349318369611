"""Is everything still what was written? The audit chain, and every row that it vouches for."""

from __future__ import annotations

import zlib
from collections.abc import Iterable, Iterator
from typing import Any

import msgspec

from agent.store.audit import Line, broken_links, content_hash, lines
from agent.store.connection import Connection
from agent.store.worklist import headline
from tools.clinical.plan import Plan, plan_digest

Key = tuple[object, ...]
Mark = tuple[object, object]
"""The seal of a row, and when it was written."""


_SHOWN = ("plan_id", "urgency", "route", "reference", "summary", "items")


def faults(db: Connection, work: str | None = None) -> Iterator[str]:
    """A sentence for each broken link of the audit, and for each row (of one run, or of all) that is not what the audit says."""
    broken = tuple(broken_links(db))
    yield from broken
    try:
        told = _standing(lines(db, work))
    except (ValueError, KeyError):  # details that are no longer JSON: the broken link says so
        return
    yield from _compared("plan", _told(told, ("drafted",), "round"), _rows(db, "plan", work, "round"))
    yield from _compared("decision", _decided(told), _rows(db, "decision", work, "item", "reviewer", "digest", "round"))
    yield from _compared("verdict", _told(told, ("signed", "edited", "redrafted"), "round"), _rows(db, "verdict", work, "round"))
    yield from _compared("release", _told(told, ("released",)), _rows(db, "release", work))
    yield from _runs(db, told, work)
    yield from _plans(db, work)
    yield from _records(db, work)


def _standing(told: Iterable[Line]) -> tuple[Line, ...]:
    """Without what was erased by policy: of that no row may be there any more."""
    every = tuple(told)
    erased = {line.work for line in every if line.event == "erased"}
    return tuple(line for line in every if line.work not in erased)


def _told(told: Iterable[Line], events: tuple[str, ...], *names: str) -> dict[Key, Mark]:
    return {
        (line.work, *(line.details.get(name) for name in names)): (line.details.get("row"), line.at)
        for line in told
        if line.event in events
    }


def _decided(told: Iterable[Line]) -> dict[Key, Mark]:
    return {
        (line.work, line.details.get("item"), line.actor, line.details.get("digest"), line.details.get("round")): (
            line.details.get("row"),
            line.at,
        )
        for line in told
        if line.event == "decided"
    }


def _rows(db: Connection, table: str, work: str | None, *names: str) -> dict[Key, Mark]:
    found = db.execute(f"SELECT * FROM {table} WHERE coalesce(?, work) = work", (work,))  # noqa: S608 - table names of this module
    return {(row["work"], *(row[name] for name in names)): (_seal(row["content"]), row["at"]) for row in found}


def _runs(db: Connection, told: Iterable[Line], work: str | None) -> Iterator[str]:
    """What a run was begun from, and what it shows, as the audit tells it; its status follows from the rows and is never asked here."""
    begun: dict[str, tuple[object, ...]] = {}
    shows: dict[str, tuple[object, ...]] = {}
    for line in told:
        if line.event == "started":
            begun[line.work] = (line.at, *(line.details.get(name) for name in ("source", "as_of", "drafter")))
            shows[line.work] = (0, None, None)
        elif line.event == "drafted":
            shows[line.work] = tuple(line.details.get(name) for name in ("round", "digest", "knowledge"))
    there = {row["id"]: row for row in db.execute("SELECT * FROM work WHERE coalesce(?, id) = id", (work,))}
    for name in sorted(begun.keys() | there.keys()):
        row = there.get(name)
        if row is None or name not in begun:
            yield f"the run {name} {'is missing' if row is None else 'is not in the audit'}"
        elif tuple(row[c] for c in ("started", "source", "as_of", "drafter", "round", "digest", "knowledge")) != (
            *begun[name],
            *shows[name],
        ):
            yield f"the run {name} was altered"


def _seal(content: object) -> str:
    """Rows hold bytes; what is something else by now was altered."""
    return content_hash(content) if isinstance(content, bytes) else "not bytes"


def _compared(what: str, told: dict[Key, Mark], there: dict[Key, Mark]) -> Iterator[str]:
    """Rows that are gone, that nobody wrote, or that were altered."""
    for key in sorted(told.keys() | there.keys(), key=repr):
        if told.get(key) != there.get(key):
            fault = "is missing" if key not in there else "is not in the audit" if key not in told else "was altered"
            yield f"{what} {', '.join(str(part) for part in key)} {fault}"


def _plans(db: Connection, work: str | None) -> Iterator[str]:
    """Plans have the digest that they were sealed with; the line of the worklist says what its plan says."""
    shown = {(row["id"], row["round"]): row for row in db.execute("SELECT * FROM work WHERE coalesce(?, id) = id", (work,))}
    for row in db.execute("SELECT * FROM plan WHERE coalesce(?, work) = work", (work,)):
        key = (row["work"], row["round"])
        try:
            plan = msgspec.json.decode(row["content"], type=Plan)
        except (msgspec.DecodeError, msgspec.ValidationError):
            yield f"plan {row['work']}, {row['round']} cannot be read"
            continue
        if not row["digest"] == plan.digest == plan_digest(plan):
            yield f"plan {row['work']}, {row['round']} does not have the digest that it was sealed with"
        if key in shown and tuple(shown[key][c] for c in _SHOWN) != headline(plan):
            yield f"the run {row['work']} does not say what its plan says"


def _records(db: Connection, work: str | None) -> Iterator[str]:
    there = {row["digest"]: row for row in db.execute("SELECT digest, size, content FROM record")} if work is None else {}
    for row in db.execute("SELECT DISTINCT source FROM work WHERE coalesce(?, id) = id", (work,)):
        digest = row["source"]
        found = there.get(digest) or db.execute("SELECT digest, size, content FROM record WHERE digest = ?", (digest,)).fetchone()
        if found is None:
            yield f"record {digest} is missing"
        elif not _whole(found):
            yield f"record {digest} was altered"


def _whole(row: Any) -> bool:
    try:
        data = zlib.decompress(row["content"])
    except (zlib.error, TypeError):
        return False
    return bool(len(data) == row["size"] and content_hash(data) == row["digest"])
