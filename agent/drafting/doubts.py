"""Contradictions of the record become questions; what is decided about medicines from such an entry waits for the answer."""

from __future__ import annotations

from agent import wording
from agent.case import Case
from agent.drafting.workbook import Workbook
from tools.appraisal import doubts

_WAITING = frozenset({"start", "change"})


def add_doubts(book: Workbook, case: Case) -> None:
    """Ask about every contradiction, and let the starts and changes that rest on one of its entries wait."""
    for doubt in doubts(case.record.facts):
        values = ", ".join(wording.value_of(value) for value in doubt.values)
        why = f"The record holds {values}." if values else "Both are on the problem list as active."
        book.ask(why, about=doubt.asks, facts=doubt.facts)
        touched = {m.reference for series in case.facts.measurements.values() for m in series if set(m.inputs) & set(doubt.facts)}
        concerned = {*doubt.facts, *touched}
        for key, entry in book.entries.items():
            if entry.action in _WAITING and any(concerned.intersection(reason.facts) for reason in entry.rationale):
                book.entries[key] = entry.with_(waits_for=(*entry.waits_for, doubt.asks))
