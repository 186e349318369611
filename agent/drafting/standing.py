"""What a step builds on: medicines of which the record does not show that they are still taken, asked about before the step.

| the medicine | a step that rests on it |
|---|---|
| an old order that nobody closed (`uncertain`) | waits for the question whether it is still taken |
| last ordered more than half a year ago, with nothing that says how long it lasts, and part of the treatment | what adds to it or raises it waits for the question how it is taken |
| anything else that is taken | stands |

Source: guidelines on lipids, blood pressure and diabetes alike ask how a treatment is taken before they add to it; half a year is the
longest interval between the visits that they want for a treatment that falls short (a decision of this project).
"""

from __future__ import annotations

from agent.case import Case
from agent.drafting.workbook import Workbook
from tools.clinical.facts import MedicationUse
from tools.guidelines import Decision, modules
from tools.terminology import terminology

AS_ORDERED = "whether these are taken as ordered, before more is given"
_RENEWED_WITHIN_DAYS = 182
_UPWARD = ("next-dose", "double", "raise", "high intensity", "to a high intensity")


def uncertain_of(case: Case, decision: Decision) -> tuple[str, ...]:
    """References of old orders that nobody closed and that this decision rests on."""
    return tuple(use.reference for use in _uses(case, decision) if use.currency == "uncertain")


def ask_how_taken(book: Workbook, case: Case, decision: Decision) -> tuple[str, ...]:
    """Ask how the treatment that falls short is taken, where nobody has renewed it for long. Returns what the line waits for."""
    uses = [use for use in _uses(case, decision) if _adds_to(decision, use) and _not_renewed(case, use)]
    for use in uses:
        assert use.last_ordered is not None
        book.ask(f"{use.text}: last ordered {use.last_ordered.isoformat()}.", about=AS_ORDERED, facts=(use.reference,))
    return (AS_ORDERED,) if uses else ()


def _uses(case: Case, decision: Decision) -> tuple[MedicationUse, ...]:
    return case.uses([*decision.facts, *decision.targets])


def _not_renewed(case: Case, use: MedicationUse) -> bool:
    """Whether it counts as taken, and half a year has gone by without an order or anything that says how long the last one lasts."""
    if use.currency != "current" or use.supplied_until is not None or use.regimen.as_needed or use.last_ordered is None:
        return False
    return (case.as_of - use.last_ordered).days > _RENEWED_WITHIN_DAYS


def _adds_to(decision: Decision, use: MedicationUse) -> bool:
    """Whether it adds to this medicine, or raises its dose, because what treats the condition so far is not enough."""
    module = modules().get(decision.module)
    if module is None or use.kinds.isdisjoint(module.treats_with):
        return False
    if decision.action == "start":  # what only goes with the treatment (a laxative, a rescue medicine) adds nothing to it
        return not terminology().kinds_of(decision.picked or decision.subjects[0]).isdisjoint(module.treats_with)
    return decision.action == "change" and decision.change.startswith(_UPWARD)
