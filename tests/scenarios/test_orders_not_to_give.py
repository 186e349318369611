"""An order not to give a medicine bars it and, until somebody says why, others of the class that would treat the same."""

from __future__ import annotations

from datetime import date

import orjson

from agent.planning import make_plan
from scenarios.builders import bundle, condition, medication, observation, patient
from tools.clinical.plan import Plan

DAY = date(2026, 11, 1)


def planned(*, told_not_to: str | None) -> Plan:
    order = [medication(told_not_to, ordered=date(2026, 10, 1), status="completed", doNotPerform=True)] if told_not_to else []
    ldl = observation("ldl-cholesterol", "118 mg/dL", when=date(2026, 10, 10))
    return make_plan(orjson.dumps(bundle(patient(sex="male", age=55, as_of=DAY), condition("coronary-artery-disease"), ldl, *order)), DAY)


def started(plan: Plan) -> set[str]:
    return {item.subject.text for item in plan.items if item.action == "start"}


def test_without_such_an_order_a_statin_is_begun() -> None:
    assert "atorvastatin" in started(planned(told_not_to=None))


def test_an_order_not_to_give_one_statin_makes_every_statin_a_question() -> None:
    plan = planned(told_not_to="simvastatin 5 MG Oral Tablet")
    assert not {"atorvastatin", "rosuvastatin", "simvastatin"} & started(plan)
    assert [q.about for q in plan.questions if "atorvastatin" in q.about]


def test_an_order_not_to_give_something_else_changes_nothing() -> None:
    assert "atorvastatin" in started(planned(told_not_to="ibuprofen 400 MG Oral Tablet"))
