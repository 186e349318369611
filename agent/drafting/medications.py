"""The medication table: every medicine that is or may be taken, and what the plan does about it."""

from __future__ import annotations

from collections.abc import Sequence

from agent import wording
from agent.case import Case
from tools.clinical.facts import MedicationUse
from tools.clinical.plan import Item, MedicationLine, PlanIngredient
from tools.guidelines import modules

_BEFORE_ALL = "Not decided here: an emergency comes before the medicines, and decides on them."


def medication_lines(case: Case, items: Sequence[Item]) -> tuple[MedicationLine, ...]:
    """One line a medicine; a medicine that no line of the plan names is continued, and the reason says why nothing else is known."""
    first = any(item.urgency == "emergency" for item in items)
    return tuple(_line(case, use, [item for item in items if item.subject.reference == use.reference], first) for use in case.taken)


def without_reason(case: Case) -> tuple[MedicationUse, ...]:
    """Medicines of which nothing tells what they are taken for: neither the order nor a problem that they treat."""
    return tuple(use for use in case.taken if use.ingredients and not _indication(case, use))


def _line(case: Case, use: MedicationUse, items: Sequence[Item], emergency_first: bool) -> MedicationLine:
    indication = _indication(case, use)
    item = items[0] if items else None
    return MedicationLine(
        reference=use.reference,
        text=use.text,
        action=item.action if item else "continue",
        why=_BEFORE_ALL if emergency_first and item is None else _why(use, item, indication),
        currency=use.currency,
        ingredients=tuple(PlanIngredient(i.name, i.rxcui) for i in use.ingredients),
        regimen=_regimen(use),
        indication=indication,
        items=tuple(i.id for i in items),
    )


def _why(use: MedicationUse, item: Item | None, indication: str) -> str:
    if item:
        reason = item.rationale[0].text if item.rationale else ""
        return f"{item.change} {reason}".strip() if item.action != "continue" else reason
    if not use.ingredients:
        return "Not recognised, so nothing could be checked; confirm what it is."
    if use.currency == "uncertain":
        return f"Last ordered {use.last_ordered.isoformat() if use.last_ordered else 'long ago'} and never closed; confirm that it is still taken."
    return (
        "No check speaks against it."
        if indication
        else "No check speaks against it; no indication for it on the problem list that this knowledge base covers."
    )


def _indication(case: Case, use: MedicationUse) -> str:
    if use.reason:
        return use.reason
    known = modules()
    title = next((known[name].title for name in case.run.active if use.kinds & known[name].treats_with), "")
    return title or next((reason.words for reason in case.reasons[0] if reason.use == use and reason.standing != "none"), "")


def _regimen(use: MedicationUse) -> str:
    if use.regimen.text:
        return use.regimen.text
    if use.regimen.daily:
        return f"{wording.quantity(use.regimen.daily.value, use.regimen.daily.unit.removesuffix('/d'))} a day"
    return "dose not recorded"
