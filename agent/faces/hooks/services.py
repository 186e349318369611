"""The three services, and what each wants to be given beforehand."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Literal

Hook = Literal["patient-view", "order-select", "order-sign"]

PREFETCH: dict[str, str] = {
    "patient": "Patient/{{context.patientId}}",
    "medicationRequests": "MedicationRequest?patient={{context.patientId}}&_include=MedicationRequest:medication",
    "medicationStatements": "MedicationStatement?patient={{context.patientId}}&_include=MedicationStatement:medication",
    "medicationDispenses": "MedicationDispense?patient={{context.patientId}}&_include=MedicationDispense:medication",
    "conditions": "Condition?patient={{context.patientId}}",
    "allergies": "AllergyIntolerance?patient={{context.patientId}}",
    "observations": "Observation?patient={{context.patientId}}&_sort=-date&_count=500",
}
"""Key → query. The answer to a key that is missing, or that the record system could not answer, is fetched back."""

ESSENTIAL: dict[str, str] = {
    "patient": "age and sex",
    "medicationRequests": "what is taken already",
    "conditions": "diagnoses",
    "allergies": "allergies",
    "observations": "laboratory values and measurements",
}
"""What a check cannot do without, in words; its absence is said on a card."""


ENOUGH: dict[str, int] = {"Observation": 500}
"""Type → so many of the newest are enough, although there are more."""

_USE = (
    "FHIR R4 (4.0.1). Orders of medicines are checked; draft orders of other kinds are not looked at. What is missing from the prefetch, and "
    "cannot be fetched back, is named on a card."
)


@dataclass(frozen=True)
class Service:
    """One service."""

    id: str
    hook: Hook
    title: str
    description: str

    def described(self) -> dict[str, Any]:
        """As it stands in the discovery document."""
        said = {"id": self.id, "hook": self.hook, "title": self.title, "description": self.description}
        return {**said, "usageRequirements": _USE, "prefetch": dict(PREFETCH)}


SERVICES: dict[str, Service] = {
    service.id: service
    for service in (
        Service(
            "carewright-patient-view",
            "patient-view",
            "Carewright: what cannot wait in this record",
            "Issues of today's medicines that ask for a reason, and what a plan would change first.",
        ),
        Service(
            "carewright-order-select",
            "order-select",
            "Carewright: medicine checks while ordering",
            "Interactions, contraindications, doses and genes of the selected draft orders, against each other and the record.",
        ),
        Service(
            "carewright-order-sign",
            "order-sign",
            "Carewright: medicine checks before signing",
            "The same checks over all draft orders; what the same person was shown a while ago is not shown again.",
        ),
    )
}


def discovery() -> dict[str, Any]:
    """The discovery document."""
    return {"services": [service.described() for service in SERVICES.values()]}
