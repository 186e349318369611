"""Is every line bound to this record and to this knowledge base?"""

from __future__ import annotations

from dataclasses import dataclass

from agent.case import Case
from agent.checking.references import record_references
from agent.knowledge_index import knows
from tools.clinical.plan import Item, Plan
from tools.terminology import terminology


@dataclass(frozen=True)
class Fault:
    """A line that cannot stand, and why."""

    item: str
    why: str


def ungrounded(plan: Plan, case: Case) -> tuple[Fault, ...]:
    """Lines that cite a fact that is not in the record, knowledge that is not in the base, or a medicine that is not known."""
    known = record_references(case)
    return tuple(Fault(item.id, why) for item in plan.items if (why := _fault(item, known)))


def _fault(item: Item, known: frozenset[str]) -> str:
    if not item.rationale or not any(reason.evidence for reason in item.rationale):
        return "no evidence is cited for it"
    for reason in item.rationale:
        strange = [reference for reference in reason.facts if reference not in known]
        if strange:
            return f"it cites {', '.join(strange)}, which the record does not hold"
        unknown = [citation.id for citation in reason.evidence if not knows(citation.id, citation.version)]
        if unknown:
            return f"it cites {', '.join(unknown)}, which the knowledge base does not hold"
    if item.subject.reference is not None and item.subject.reference not in known:
        return f"it is about {item.subject.reference}, which the record does not hold"
    if item.action == "start" and not all(terminology().ingredient(i.name) for i in item.subject.ingredients):
        return "it starts a medicine that the terminology does not hold"
    return ""
