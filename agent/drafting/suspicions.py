"""Orders that settle what the record implies: tests only, never a treatment and never an entry of the problem list."""

from __future__ import annotations

from agent.case import Case
from agent.drafting.items import due, plain_subject
from agent.drafting.workbook import Entry, Workbook
from tools.clinical.plan import Rationale, Urgency
from tools.guidelines import spared

_A_DAY = 1
"""What must be settled within a day is done the same day."""


def add_suspicions(book: Workbook, case: Case) -> None:
    """Add the tests that would settle each suspicion and have no fresh value; an emergency comes first and alone."""
    if any(entry.urgency == "emergency" for entry in book.entries.values()):
        return
    for one in case.suspected:
        why = Rationale(text=f"To settle the suspicion of {one.suspects}.", facts=one.facts, evidence=one.evidence)
        urgency: Urgency = "same-day" if one.due_days <= _A_DAY else "routine"
        for name in one.order:
            if urgency == "routine" and spared("order", (name,), case.facts):
                continue
            entry = Entry(None, "order", plain_subject("order", name), due=due(case, one.due_days), rationale=(why,), urgency=urgency)
            book.add(entry)
