"""`patient_instruction`: what the patient is told of an item, in English, unless a person has written it."""

from __future__ import annotations

from msgspec import structs

from agent.patient import errands, medicines
from agent.patient.voice import Voice
from tools.clinical.plan import Item, Plan
from tools.patient_words import LANGUAGES


def instructed(plan: Plan) -> Plan:
    """The plan with an instruction in every item; one that is there already stays as it is."""
    voice = Voice(LANGUAGES[0])
    return structs.replace(plan, items=tuple(_instructed(item, plan, voice) for item in plan.items))


def uninstructed(plan: Plan) -> Plan:
    """The plan without the instructions that follow from it, so that an edit of one item leaves none behind that is no longer true."""
    return structs.replace(
        plan, items=tuple(item if written(item, plan) else structs.replace(item, patient_instruction="") for item in plan.items)
    )


def written(item: Item, plan: Plan) -> str:
    """The instruction that a person wrote; empty where it is the one that follows from the plan."""
    own = item.patient_instruction
    return own if own and own != instruction(item, plan, Voice(LANGUAGES[0])) else ""


def _instructed(item: Item, plan: Plan, voice: Voice) -> Item:
    return item if item.patient_instruction else structs.replace(item, patient_instruction=instruction(item, plan, voice))


def instruction(item: Item, plan: Plan, voice: Voice) -> str:
    """A few sentences on one item."""
    if item.subject.kind == "medication" and item.action in {"start", "stop", "change", "hold", "continue"}:
        return medicines.instruction(item, plan, voice)
    return errands.instruction(item, voice)
