"""Everything that was decided on a worklist, as a folder: two files of examples and a datasheet."""

from __future__ import annotations

import hashlib
from collections import Counter
from collections.abc import Iterator, Sequence
from datetime import date
from pathlib import Path

import orjson
from msgspec import Struct

from agent.case import Case
from agent.errors import PlannerError, StoreError
from agent.learning.datasheet import datasheet
from agent.learning.examples import Decided, Examples, examples_of
from agent.review import EditVerdict, Outcome, Reject
from agent.store.audit import Actor, append
from agent.store.connection import Connection, Database
from agent.store.decisions import decisions, verdict, verdicts
from agent.store.records import record
from agent.store.worklist import Work, plan_of, shown_plan, works
from tools.clinical.plan import Plan

FINE_TUNING, PREFERENCES, DATASHEET = "fine-tuning.jsonl", "preferences.jsonl", "datasheet.md"
_DECIDED = ("approved", "partly-approved", "rejected")


class Exported(Struct, frozen=True, kw_only=True):
    """What an export came to: plans, examples, items by what became of them, and why plans were left out."""

    plans: int
    fine_tuning: int
    preferences: int
    items: dict[str, int]
    reasons: dict[str, int]
    left_out: dict[str, int]


def export_learning(database: Database, folder: Path, consent: str, by: Actor, at: str) -> Exported:
    """Write the examples of every decided plan, and note each plan in the audit.

    Args:
        consent: under what the use of these records was consented to; it stands in the datasheet.
        folder: a new one, or an empty one.

    Raises:
        StoreError: there is something in the folder already, or it cannot be written.
    """
    if folder.exists() and any(folder.iterdir()):
        raise StoreError("unavailable", f"{folder} is not empty; name a new folder")
    left_out: Counter[str] = Counter()
    with database.writing() as db:
        found = list(_all(db, left_out))
        for run, _, _ in found:
            append(db, at, by, "exported", run.id, digest=run.digest or "", consent=consent)
        counts = _counted(found, left_out)
        _write(folder, [examples for _, _, examples in found], counts, consent, at)
    return counts


def _all(db: Connection, left_out: Counter[str]) -> Iterator[tuple[Work, Decided, Examples]]:
    for run in works(db, _DECIDED):
        try:
            case = Case(record(db, run.source), date.fromisoformat(run.as_of), run.patient)
            decided = _decided(db, run)
            if _refused(case.data):
                left_out["the record holds a Consent that denies"] += 1
            elif (found := examples_of(case, decided)) is None:
                left_out["an identifier of the record stood in an example"] += 1
            else:
                yield run, decided, found
        except PlannerError as error:
            left_out[f"the plan or the record cannot be read ({type(error).__name__})"] += 1


def _decided(db: Connection, run: Work) -> Decided:
    """The first plan of the run, and what the last word on each of its items was."""
    first, last = _first(db, run), shown_plan(db, run)
    outcome = verdict(db, run)
    approved = frozenset(outcome.approved) if isinstance(outcome, Outcome) else frozenset[str]()
    rejected = frozenset(outcome.rejected) if isinstance(outcome, Outcome) else frozenset[str]()
    edits = [edit for said in verdicts(db, run) if isinstance(said, EditVerdict) for edit in said.edits]
    now, before = {item.id: item for item in last.items}, {item.id: item for item in first.items}
    same = {name for name in before.keys() & now.keys() if before[name].action == now[name].action}
    edited = {edit.item: now[edit.item] for edit in edits if edit.item in same and edit.item in approved}
    reasons = [edit.reason for edit in edits] + [d.reason for row in decisions(db, run) if isinstance(d := row.decision, Reject)]
    return Decided(plan=first, approved=approved & same, rejected=rejected & same, edited=edited, reasons=dict(Counter(reasons)))


def _first(db: Connection, run: Work) -> Plan:
    row = db.execute("SELECT content FROM plan WHERE work=? ORDER BY round LIMIT 1", (run.id,)).fetchone()
    return plan_of(row["content"])


def _refused(data: bytes) -> bool:
    """Whether the record itself holds an active Consent whose provision denies."""
    entries = orjson.loads(data).get("entry") or []
    resources = [entry.get("resource") or {} for entry in entries if isinstance(entry, dict)]
    consents = [r for r in resources if r.get("resourceType") == "Consent" and r.get("status") == "active"]
    return any((consent.get("provision") or {}).get("type") == "deny" for consent in consents)


def _counted(found: Sequence[tuple[Work, Decided, Examples]], left_out: Counter[str]) -> Exported:
    items: Counter[str] = Counter()
    reasons: Counter[str] = Counter()
    for _, decided, _ in found:
        items.update(decided.count())
        reasons.update(decided.reasons)
    return Exported(
        plans=len(found),
        fine_tuning=sum(len(examples.fine_tuning) for _, _, examples in found),
        preferences=sum(len(examples.preferences) for _, _, examples in found),
        items=dict(items), reasons=dict(reasons), left_out=dict(left_out),
    )  # fmt: skip


def _write(folder: Path, found: Sequence[Examples], counts: Exported, consent: str, at: str) -> None:
    """Lines in the order of their digest, so that nothing of the order of patients or of time is left."""
    files = {
        FINE_TUNING: [row for examples in found for row in examples.fine_tuning],
        PREFERENCES: [row for examples in found for row in examples.preferences],
    }
    try:
        folder.mkdir(parents=True, exist_ok=True)
        digests = {}
        for name, rows in files.items():
            lines = sorted((orjson.dumps(row) for row in rows), key=lambda line: hashlib.sha256(line).digest())
            content = b"".join(line + b"\n" for line in lines)
            (folder / name).write_bytes(content)
            digests[name] = "sha256:" + hashlib.sha256(content).hexdigest()
        (folder / DATASHEET).write_text(datasheet(counts, digests, consent, at), "utf-8")
    except OSError as error:
        raise StoreError("unavailable", f"{folder} cannot be written: {error.strerror}") from error
