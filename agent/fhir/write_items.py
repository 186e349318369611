"""Items of a plan as FHIR requests. A proposal is never an order: what a prescriber makes of it is another resource (ADR 7)."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from agent.fhir.systems import SNOMED
from agent.fhir.write_parts import (
    Json,
    cited,
    compact,
    concept,
    dosage,
    is_literal,
    notes,
    person,
    refer,
    refers,
    subject_concept,
    text,
    urn,
    word,
)
from agent.review import Signature
from tools.clinical.plan import Item, Plan, Question

_TASK_CODES = "http://hl7.org/fhir/CodeSystem/task-code"
_MEDICINE = frozenset({"start", "change"})
_TASK = frozenset({"stop", "hold"})


@dataclass(frozen=True)
class Writing:
    """A plan that is being written.

    Args:
        plan: as it was shown.
        signed: signatures by item; `None`, where nobody has signed and a draft is written.
    """

    plan: Plan
    signed: Mapping[str, tuple[Signature, ...]] | None = None

    @property
    def items(self) -> tuple[Item, ...]:
        """The items that are written: the approved ones, or all of a draft."""
        return self.plan.items if self.signed is None else tuple(item for item in self.plan.items if item.id in self.signed)

    @property
    def draft(self) -> bool:
        """Nobody has signed."""
        return self.signed is None

    def device(self) -> str:
        """The program that drafted it."""
        return urn(self.plan, "Device")

    def name(self, kind: str, part: str) -> str:
        """The name of the resource that a part of the plan becomes."""
        return urn(self.plan, kind, part)

    def author(self, item: str) -> Json:
        """Who asks for it: the first who signed, or the program."""
        signatures = (self.signed or {}).get(item, ())
        return person(signatures[0]) if signatures else refer(self.device())

    def issues_of(self, item: str) -> list[str]:
        """The detected issues that bear on an item."""
        return [i.id for i in self.plan.issues if not i.suppressed and (item in i.items or item in i.handled_by)]


def resources_of(item: Item, w: Writing) -> dict[str, Json]:
    """The resources that an item becomes, by their names; a medicine that goes on as it is becomes none (see `activity_of`)."""
    if item.action in _MEDICINE and item.subject.kind == "medication":
        made = {w.name("MedicationRequest", item.id): _medication_request(item, w)}
        return {**made, w.name("Task", item.id): _task(item, w)} if item.action == "change" and _focus(item) else made
    if item.action == "vaccinate":  # as CPG's ImmunizationRequest: a vaccine is a product to be given, by its CVX code
        return {w.name("MedicationRequest", item.id): _medication_request(item, w)}
    if item.action in _TASK or item.action == "change":
        return {w.name("Task", item.id): _task(item, w)}
    if item.action == "continue":
        return {}
    return {w.name("ServiceRequest", item.id): _service_request(item, w)}


def activity_of(item: Item, w: Writing) -> list[Json]:
    """The item in the care plan."""
    made = resources_of(item, w)
    if made:
        return [{"reference": {"reference": name}} for name in made]
    detail = {
        "kind": "MedicationRequest" if item.subject.kind == "medication" else "ServiceRequest",
        "status": "not-started" if w.draft else "in-progress",
        "code": None if item.subject.kind == "medication" else subject_concept(item.subject),
        "productCodeableConcept": subject_concept(item.subject) if item.subject.kind == "medication" else None,
        "description": text(f"Continue {item.subject.text}. " + " ".join(r.text for r in item.rationale)),
    }
    return [{"detail": compact(detail)}]


def question_task(question: Question, w: Writing) -> Json:
    """A question that an item waits for."""
    return compact(
        {
            "resourceType": "Task",
            "status": "draft" if w.draft else "requested",
            "intent": "proposal",
            "description": text(f"Answer before signing or acting: {question.about}. {question.why}"),
            "for": refer(w.plan.patient.reference),
            "authoredOn": w.plan.as_of,
            "requester": refer(w.device()),
        }
    )


def _status(item: Item, w: Writing) -> str:
    """Draft until somebody signs; on hold while a question that it waits for is open; then active: a live proposal, not an order."""
    if w.draft:
        return "draft"
    return "on-hold" if item.conditional_on else "active"


def _common(item: Item, w: Writing) -> Json:
    problem = next((p for p in w.plan.problems if p.id == item.problem), None)
    reasons = refers(problem.facts, "Condition", "Observation") if problem else []
    return {
        "intent": "proposal",
        "priority": word("priority", item.urgency),
        "subject": refer(w.plan.patient.reference),
        "authoredOn": w.plan.as_of,
        "requester": w.author(item.id),
        "reasonReference": reasons,
        "reasonCode": [concept(problem.text)] if problem and not reasons else [],
        "note": _notes(item),
    }


def _notes(item: Item) -> list[Json]:
    waits = f"Only once answered: {', '.join(item.conditional_on)}." if item.conditional_on else ""
    why = [" ".join((r.text, *(f"({cited(c)})" for c in r.evidence))) for r in item.rationale]
    others = [f"Not chosen: {a.subject.text}, because {a.not_chosen_because}" for a in item.alternatives]
    return notes(waits, item.change, *why, *(f"Monitoring: {m}" for m in item.monitoring), *others)


def _supporting(item: Item, w: Writing) -> list[Json]:
    facts = [fact for reason in item.rationale for fact in reason.facts]
    return refers((*facts, *item.replaces, *(w.name("Task", q) for q in item.conditional_on if _asked(q, w))))


def _asked(question: str, w: Writing) -> bool:
    return any(q.id == question for q in w.plan.questions)


def _medication_request(item: Item, w: Writing) -> Json:
    focus = _focus(item)
    return compact(
        {
            "resourceType": "MedicationRequest",
            "status": _status(item, w),
            "statusReason": concept("waits for an answer") if item.conditional_on and not w.draft else None,
            **_common(item, w),
            "medicationCodeableConcept": subject_concept(item.subject),
            "supportingInformation": _supporting(item, w),
            "priorPrescription": refer(focus) if focus and focus.startswith("MedicationRequest/") else None,
            "dosageInstruction": [dosage(item.dose, item.patient_instruction)] if item.dose else [],
            "dispenseRequest": {"validityPeriod": ahead} if (ahead := _ahead(item, w)) else None,
            "detectedIssue": [refer(w.name("DetectedIssue", issue)) for issue in w.issues_of(item.id)],
        }
    )


def _service_request(item: Item, w: Writing) -> Json:
    category = word("categories", item.subject.kind) or word("categories", item.action)
    said = item.subject.text if item.action in {"order", "refer"} else f"{item.action.capitalize()}: {item.subject.text}"
    return compact(
        {
            "resourceType": "ServiceRequest",
            "status": _status(item, w),
            **_common(item, w),
            "category": [concept(item.subject.kind if category else item.action, {"system": SNOMED, "code": category} if category else {})],
            "code": {**subject_concept(item.subject), "text": text(said)},
            "occurrencePeriod": _ahead(item, w),
            "supportingInfo": _supporting(item, w),
            "patientInstruction": text(item.patient_instruction),
        }
    )


def _ahead(item: Item, w: Writing) -> Json | None:
    """From the day of the plan until it is due; `None` where that is over already, for no period ends before it begins."""
    return {"start": w.plan.as_of, "end": item.due.by} if item.due and item.due.by >= w.plan.as_of else None


def _focus(item: Item) -> str | None:
    """The existing order or statement that an item is about."""
    return next((r for r in (item.subject.reference, *item.replaces) if r and is_literal(r)), None)


def _task(item: Item, w: Writing) -> Json:
    """What is asked of an existing order: R4's own codes abort, suspend and replace, with the order as the focus."""
    common, focus, code = _common(item, w), _focus(item), word("tasks", item.action)
    replaces = item.action == "change" and item.subject.kind == "medication"
    reason = common["reasonReference"]
    return compact(
        {
            "resourceType": "Task",
            "status": "draft" if w.draft else "requested",
            "intent": "proposal",
            "priority": common["priority"],
            "code": concept(item.action, {"system": _TASK_CODES, "code": code} if code else {}),
            "description": text(f"{item.action.capitalize()} {item.subject.text}. {item.change}"),
            "focus": refer(focus) if focus else None,
            "basedOn": [refer(w.name("MedicationRequest", item.id))] if replaces else [],
            "for": common["subject"],
            "authoredOn": w.plan.as_of,
            "requester": common["requester"],
            "reasonReference": reason[0] if reason else None,
            "restriction": {"period": {"end": item.due.by}} if item.due else None,
            "note": common["note"] if not replaces else [],
        }
    )
