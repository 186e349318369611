"""What a step builds on, and what only needs watching: asked about, or left as it is."""

from __future__ import annotations

from datetime import date, timedelta

import orjson
import pytest

from agent.drafting.standing import AS_ORDERED
from agent.planning import make_plan
from scenarios.builders import bundle, condition, medication, observation, patient
from tools.clinical.plan import Plan

AS_OF = date(2026, 11, 25)


def ago(days: int) -> date:
    return AS_OF - timedelta(days=days)


def on_a_statin(ordered: int, status: str = "active") -> Plan:
    given = medication("atorvastatin 80 MG Oral Tablet", dose="80 mg", per="24 h", ordered=ago(ordered), status=status)
    started = medication("atorvastatin 80 MG Oral Tablet", dose="80 mg", per="24 h", ordered=ago(900), status="completed")
    ldl = observation("ldl-cholesterol", "140 mg/dL", when=ago(10))
    record = bundle(patient(sex="male", age=60, as_of=AS_OF), condition("coronary artery disease", onset=ago(900)), started, given, ldl)
    return make_plan(orjson.dumps(record), AS_OF)


def waits_for(plan: Plan, name: str) -> list[str]:
    (line,) = (item for item in plan.items if item.action == "start" and item.subject.text == name)
    return [question.about for question in plan.questions if question.id in line.conditional_on]


@pytest.mark.parametrize(
    ("ordered", "question"),
    [(182, []), (183, [AS_ORDERED]), (365, [AS_ORDERED]), (366, ["which of these medicines are still taken"])],
)
def test_ezetimibe_waits_for_how_the_statin_is_taken_from_the_183rd_day(ordered: int, question: list[str]) -> None:
    assert waits_for(on_a_statin(ordered), "ezetimibe") == question


def beside_apixaban(other: str, dose: str) -> Plan:
    apixaban = medication("apixaban 5 MG Oral Tablet", dose="5 mg", per="12 h", ordered=ago(30))
    second = medication(other, dose=dose, per="24 h", ordered=ago(30))
    record = bundle(patient(sex="male", age=60, as_of=AS_OF), condition("atrial fibrillation", onset=ago(90)), apixaban, second)
    return make_plan(orjson.dumps(record), AS_OF)


def test_a_pair_that_only_needs_watching_leaves_the_medicine_as_it_is() -> None:
    plan = beside_apixaban("diltiazem hydrochloride 240 MG Extended Release Oral Capsule", "240 mg")
    (line,) = (item for item in plan.items if item.subject.text.startswith("apixaban"))
    assert line.action == "continue"
    assert "Watch for bleeding" in line.change


def test_a_pair_that_must_not_be_changes_a_medicine() -> None:
    plan = beside_apixaban("naproxen 500 MG Oral Tablet", "500 mg")
    assert {item.action for item in plan.items if item.subject.text.startswith("naproxen")} <= {"stop", "change"}
