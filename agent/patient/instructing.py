"""`patient_instruction`: what the patient is told of an item, in English, unless a person has written it."""

from __future__ import annotations

from msgspec import structs

from agent.patient import errands, medicines
from agent.patient.voice import Voice
from tools.clinical.plan import Item, Plan
from tools.patient_words import LANGUAGES


def instructed(plan: Plan) -> Plan:
    """The plan with an instruction in every item; one that a person worded stays as it is, every other one is made anew."""
    voice = Voice(LANGUAGES[0])
    return structs.replace(plan, items=tuple(_instructed(item, plan, voice) for item in plan.items))


def _instructed(item: Item, plan: Plan, voice: Voice) -> Item:
    return item if item.instruction_edited else structs.replace(item, patient_instruction=instruction(item, plan, voice))


def instruction(item: Item, plan: Plan, voice: Voice) -> str:
    """A few sentences on one item."""
    if item.subject.kind == "medication" and item.action in {"start", "stop", "change", "hold", "continue"}:
        return medicines.instruction(item, plan, voice)
    return errands.instruction(item, voice)
