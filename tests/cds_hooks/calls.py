"""Calls of a record system, showing what matters."""

from __future__ import annotations

import uuid
from typing import Any

Json = dict[str, Any]
RXNORM = "http://www.nlm.nih.gov/research/umls/rxnorm"
WARFARIN = ("855332", "Warfarin Sodium 5 MG Oral Tablet")
IBUPROFEN = ("197805", "Ibuprofen 400 MG Oral Tablet")
METFORMIN = ("861007", "metformin hydrochloride 500 MG Oral Tablet")


def order(name: str, medicine: tuple[str, str] | str, status: str = "active", **more: Any) -> Json:
    code = (
        {"text": medicine} if isinstance(medicine, str) else {"coding": [{"system": RXNORM, "code": medicine[0], "display": medicine[1]}]}
    )
    return {
        "resourceType": "MedicationRequest", "id": name, "status": status, "intent": "order", "authoredOn": "2026-11-10",
        "subject": {"reference": "Patient/p1"}, "medicationCodeableConcept": code, **more,
    }  # fmt: skip


def draft(name: str, medicine: tuple[str, str] | str, **more: Any) -> Json:
    return order(name, medicine, "draft", **more)


PATIENT: Json = {"resourceType": "Patient", "id": "p1", "birthDate": "1950-01-01", "gender": "female"}


def bundle(*resources: Json) -> Json:
    return {"resourceType": "Bundle", "type": "searchset", "entry": [{"resource": r} for r in resources]}


def prefetch(*resources: Json) -> Json:
    """A whole prefetch: what is not given is known to be empty."""
    empty = {"medicationStatements": None, "medicationDispenses": None, "conditions": None, "allergies": None, "observations": None}
    kinds = {
        "MedicationRequest": "medicationRequests",
        "Condition": "conditions",
        "AllergyIntolerance": "allergies",
        "Observation": "observations",
    }
    given: Json = {"patient": PATIENT, "medicationRequests": None, **empty}
    for kind, key in kinds.items():
        if found := [r for r in resources if r["resourceType"] == kind]:
            given[key] = bundle(*found)
    return given


def call(
    hook: str, *drafts: Json, record: Json | None = None, encounter: str | None = "e1", selections: list[str] | None = None, **more: Any
) -> Json:
    context: Json = {"patientId": "p1", "userId": "Practitioner/dr-1", **({"encounterId": encounter} if encounter else {})}
    if hook != "patient-view":
        context["draftOrders"] = bundle(*drafts)
    if selections is not None:
        context["selections"] = selections
    return {
        "hook": hook,
        "hookInstance": str(uuid.uuid4()),
        "context": context,
        "prefetch": prefetch() if record is None else record,
        **more,
    }


def by_rule(cards: list[Json], rule: str) -> Json:
    """The card of a rule."""
    return next(card for card in cards if rule.replace("-", "\\-") in card["detail"])
