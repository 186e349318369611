"""What a card offers to do about a draft order. Each offer is screened by the same checks first, and none touches an order that stands."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

from msgspec.structs import replace

from agent.faces.hooks.cards import suggestion
from agent.fhir.systems import RXNORM
from agent.fhir.write_parts import dosage
from agent.screening import screen
from tools.clinical.answer import Issue
from tools.clinical.facts import Ingredient, MedicationUse
from tools.clinical.plan import Dose
from tools.dosing import calculate_dose
from tools.terminology import terminology

if TYPE_CHECKING:
    from agent.faces.hooks.answering import Situation

Json = dict[str, Any]
_MOST = 3


def suggestions(issue: Issue, situation: Situation) -> list[Json]:
    """Offers for an issue that asks for a reason: the right dose, another medicine, or not to order it."""
    if not issue.interruptive:
        return []
    open_to_change = situation.selected.intersection(situation.gathered.ordered)
    drafts = [use for use in situation.proposed if use.reference in issue.medications and use.reference in open_to_change]
    return [offer for use in drafts for offer in _offers(issue, use, situation)]


def _offers(issue: Issue, use: MedicationUse, situation: Situation) -> Iterator[Json]:
    if issue.code == "DOSE":
        yield from _other_dose(use, situation)
    yield from list(_other_medicines(issue, use, situation))[:_MOST]
    yield suggestion(f"Do not order {use.text}", [_removal(use)])


def _removal(use: MedicationUse) -> Json:
    return {"type": "delete", "description": f"Remove the draft order of {use.text}", "resourceId": use.reference}


def _other_dose(use: MedicationUse, situation: Situation) -> Iterator[Json]:
    """The draft with the dose that the rules give this patient."""
    if len(use.ingredients) != 1:
        return
    answer = calculate_dose(use.ingredients[0].name, "", situation.case.facts)
    if answer.outcome != "found" or answer.start is None or answer.start.amount is None or answer.start.per is None:
        return
    step = answer.start
    changed = {
        **situation.gathered.ordered[use.reference],
        "dosageInstruction": [dosage(Dose(text=step.text, amount=step.amount, per=step.per, route=step.route), "")],
    }
    said = f"Order {step.text}"
    yield suggestion(said, [{"type": "update", "description": said, "resource": changed}], recommended=True)


def _other_medicines(issue: Issue, use: MedicationUse, situation: Situation) -> Iterator[Json]:
    """The rule's own alternatives that are one ingredient, and about which the same checks raise nothing that interrupts."""
    for name in issue.alternatives:
        found = terminology().ingredient(name)
        if found is None or found.name in use.kinds or not _is_quiet(found.name, use, situation):
            continue
        coding = [{"system": RXNORM, "code": found.rxcui, "display": found.name}] if found.rxcui else []
        order = {
            "resourceType": "MedicationRequest",
            "status": "draft",
            "intent": "proposal",
            "medicationCodeableConcept": {"coding": coding, "text": found.name},
            "subject": {"reference": f"Patient/{situation.call.context.patient}"},
            "note": [{"text": "Dose, form and duration are the prescriber's to choose."}],
        }
        said = f"Order {found.name} instead of {use.text}"
        yield suggestion(said, [_removal(use), {"type": "create", "description": f"Draft an order of {found.name}", "resource": order}])


def _is_quiet(name: str, instead_of: MedicationUse, situation: Situation) -> bool:
    other = MedicationUse(
        reference="instead", text=name, ingredients=(Ingredient(name),), kinds=terminology().kinds_of(name) | {name}, currency="proposed"
    )
    beside = [use for use in (*situation.taken, *situation.proposed) if use.reference != instead_of.reference]
    found = screen([*beside, other], replace(situation.case.facts, medications=()))
    return not any("instead" in issue.medications and issue.interruptive and not issue.suppressed for issue in found.issues)
