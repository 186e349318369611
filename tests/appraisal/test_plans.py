"""What is suspected and reviewed, as a plan tells it; and starts that wait for one answer."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

import orjson
import pytest

from agent.faces.html import plan_html
from agent.faces.text import plan_text
from agent.planning import make_plan
from scenarios.builders import bundle, condition, medication, observation, patient
from tools.clinical.plan import Item, Plan, plan_digest

TODAY = date(2026, 11, 23)


def ago(days: int) -> date:
    return TODAY - timedelta(days=days)


def planned(*resources: Any) -> Plan:
    return make_plan(orjson.dumps(bundle(*resources)), TODAY)


def line(plan: Plan, action: str, text: str) -> Item:
    return next(item for item in plan.items if item.action == action and item.subject.text == text)


@pytest.fixture(scope="module")
def kidney() -> Plan:
    return planned(
        patient(sex="male", age=60, as_of=TODAY),
        observation("egfr", "50 mL/min/{1.73_m2}", when=ago(5)),
        observation("egfr", "52 mL/min/{1.73_m2}", when=ago(100)),
    )


def test_a_suspicion_is_told_with_values_and_what_settles_it(kidney: Plan) -> None:
    (one,) = kidney.suspected
    assert (one.id, one.text, one.kind) == ("s1", "chronic kidney disease", "problem")
    assert "50 mL/min/1.73 m² (2026-11-18), 52 mL/min/1.73 m² (2026-08-15)" in one.grounds
    assert [item.subject.text for item in kidney.items if item.id in one.items] == ["Urine albumin-to-creatinine ratio"]
    assert one.evidence[0].id == "ckd-by-egfr"


def test_a_suspicion_starts_nothing_and_is_no_problem(kidney: Plan) -> None:
    assert not kidney.problems
    assert not [item for item in kidney.items if item.action in {"start", "stop", "change", "hold"}]
    assert not [issue for issue in kidney.issues if issue.interruptive]


def test_text_and_page_show_it(kidney: Plan) -> None:
    for shown in (plan_text(kidney), plan_html(kidney)):
        assert "Suspected, not on the problem list" in shown
        assert "hronic kidney disease" in shown


def test_the_digest_covers_what_is_suspected(kidney: Plan) -> None:
    import msgspec

    assert plan_digest(msgspec.structs.replace(kidney, suspected=())) != kidney.digest


def test_one_record_gives_one_plan() -> None:
    resources = (patient(age=60, as_of=TODAY), observation("hba1c", "6.6 %", when=ago(5)))
    assert orjson.dumps(planned(*resources).digest) == orjson.dumps(planned(*resources).digest)


def test_a_cough_on_an_ace_inhibitor_is_addressed_as_suspected() -> None:
    plan = planned(
        patient(age=60, as_of=TODAY),
        condition("hypertension"),
        condition("cough"),
        medication("lisinopril 10 MG Oral Tablet", dose="10 mg", per="24 h", ordered=ago(100)),
    )
    assert "cough from an ACE inhibitor" in [one.text for one in plan.suspected]
    (cough,) = [entry for entry in plan.coverage if entry.text.casefold() == "cough"]
    assert (cough.status, cough.reason[:9]) == ("addressed", "Suspected")


def test_the_review_names_what_has_no_reason_and_what_coverage_is_not_known() -> None:
    plan = planned(
        patient(age=50, as_of=TODAY),
        medication("omeprazole 20 MG Delayed Release Oral Capsule", dose="20 mg", per="24 h", ordered=ago(90)),
        medication("allopurinol 100 MG Oral Tablet", dose="100 mg", per="24 h", ordered=ago(90)),
    )
    topics = {point.topic: point for point in plan.review}
    assert topics["indication"].text.startswith("allopurinol: no reason for it on the record")
    assert topics["deprescribe"].taper.startswith("Halve")
    assert topics["cost"].consider.startswith("Coverage is unknown")
    assert not [item for item in plan.items if item.action == "stop"]


def test_a_statin_that_waits_for_the_wish_for_pregnancy_is_drafted_and_held_by_the_question() -> None:
    plan = planned(
        patient(age=30, as_of=TODAY),
        condition("type-2-diabetes"),
        observation("ldl-cholesterol", "200 mg/dL", when=ago(10)),
        observation("hba1c", "7.5 %", when=ago(10)),
        observation("serum-creatinine", "0.7 mg/dL", when=ago(10)),
        observation("alt", "22 U/L", when=ago(100)),
    )
    (question,) = [q for q in plan.questions if q.about == "pregnancy intent"]
    assert {item.subject.text for item in plan.items if item.id in question.blocks} >= {"atorvastatin", "metformin"}
    assert not [issue for issue in plan.issues if issue.interruptive]
    assert "Alanine aminotransferase" not in [item.subject.text for item in plan.items]


def test_a_doac_waits_for_how_tight_the_mitral_stenosis_is() -> None:
    plan = planned(
        patient(age=70, as_of=TODAY),
        condition("atrial-fibrillation"),
        condition("mitral-stenosis"),
        condition("hypertension"),
        observation("serum-creatinine", "0.9 mg/dL", when=ago(10)),
        observation("body-weight", "70 kg", when=ago(10)),
        observation("lvef", "55 %", when=ago(100)),
    )
    start = line(plan, "start", "apixaban")
    assert any("mitral" in q.about for q in plan.questions if q.id in start.conditional_on)


def test_ten_points_after_twelve_weeks_raise_the_dose() -> None:
    plan = planned(
        patient(sex="male", age=45, as_of=TODAY),
        condition("depression"),
        medication("sertraline 50 MG Oral Tablet", dose="50 mg", per="24 h", ordered=ago(84)),
        observation("phq-9", "18 {score}", when=ago(2)),
    )
    change = next(item for item in plan.items if item.action == "change")
    assert "100 mg" in change.change
    assert not [item for item in plan.items if item.subject.text.startswith("PHQ-9") and "recent" in item.rationale[0].text]


def test_a_reported_egfr_makes_no_creatinine_of_the_basic_set() -> None:
    plan = planned(
        patient(sex="male", age=66, as_of=TODAY),
        condition("heart-failure-reduced-ef"),
        observation("lvef", "30 %", when=ago(50)),
        observation("egfr", "65 mL/min/{1.73_m2}", when=ago(10)),
        observation("systolic-bp", "120 mm[Hg]", when=ago(3)),
        observation("heart-rate", "75 /min", when=ago(3)),
    )
    ordered = {item.subject.text: " ".join(reason.text for reason in item.rationale) for item in plan.items if item.action == "order"}
    basic_set = "Potassium and creatinine before RAS blocker"
    assert basic_set in ordered["Potassium"]
    assert basic_set not in ordered.get("Creatinine", "")


def test_a_label_dose_of_gabapentin_is_left_alone() -> None:
    def changes(strength: str) -> list[str]:
        plan = planned(
            patient(sex="male", age=70, as_of=TODAY),
            condition("ckd-3a"),
            condition("neuropathic-pain"),
            medication(f"gabapentin {strength} MG Oral Tablet", dose=f"{strength} mg", per="8 h", ordered=ago(84)),
            observation("serum-creatinine", "1.5 mg/dL", when=ago(10)),
            observation("body-weight", "70 kg", when=ago(10)),
        )
        return [item.subject.text for item in plan.items if item.action == "change" and "gabapentin" in item.subject.text]

    assert (changes("300"), len(changes("800"))) == ([], 1)


def test_a_fall_of_haemoglobin_on_an_anticoagulant_leads_the_plan() -> None:
    plan = planned(
        patient(sex="male", age=74, as_of=TODAY),
        condition("atrial-fibrillation"),
        medication("apixaban 5 MG Oral Tablet", dose="5 mg", per="12 h", ordered=ago(200)),
        observation("haemoglobin", "10.4 g/dL", when=ago(5)),
        observation("haemoglobin", "13.9 g/dL", when=ago(210)),
    )
    assert any("bleeding" in matter for matter in plan.urgent)
    assert plan.disposition.urgency == "same-day"
    assert "1 finding suspected" in plan.summary
    assert line(plan, "order", "Haemoglobin").urgency == "same-day"


def test_two_potassiums_of_one_day_are_asked_about_and_what_rests_on_them_waits() -> None:
    def plan(other: str) -> Plan:
        return planned(
            patient(sex="male", age=66, as_of=TODAY),
            condition("heart-failure-reduced-ef"),
            observation("lvef", "30 %", when=ago(50)),
            observation("egfr", "70 mL/min/{1.73_m2}", when=ago(3)),
            observation("serum-potassium", "4.2 mmol/L", when=ago(3)),
            observation("serum-potassium", other, when=ago(3)),
            observation("systolic-bp", "125 mm[Hg]", when=ago(3)),
            observation("heart-rate", "75 /min", when=ago(3)),
        )

    asked = [q for q in plan("5.4 mmol/L").questions if q.about == "which potassium of this day is right"]
    assert len(asked) == 1
    assert asked[0].blocks
    assert not [q for q in plan("4.6 mmol/L").questions if "potassium of this day" in q.about]


def test_two_types_of_diabetes_are_asked_about() -> None:
    plan = planned(patient(age=50, as_of=TODAY, pregnancy="none"), condition("type-1-diabetes"), condition("type-2-diabetes"))
    assert any(q.about.startswith("which type of diabetes") for q in plan.questions)


def dispensed(days_ago: int, days: int) -> dict[str, Any]:
    return {
        "resourceType": "MedicationDispense",
        "id": "dispense-1",
        "status": "completed",
        "subject": {"reference": "Patient/patient-1"},
        "medicationCodeableConcept": {"text": "lisinopril 10 MG Oral Tablet"},
        "whenHandedOver": ago(days_ago).isoformat(),
        "daysSupply": {"value": days, "unit": "d", "system": "http://unitsofmeasure.org", "code": "d"},
    }


@pytest.mark.parametrize(("days_ago", "told"), [(44, True), (43, False)])
def test_a_supply_that_ended_two_weeks_ago_is_asked_about(days_ago: int, told: bool) -> None:
    order = medication("lisinopril 10 MG Oral Tablet", dose="10 mg", per="24 h", ordered=ago(200))
    plan = planned(patient(sex="male", age=60, as_of=TODAY), condition("hypertension"), order, dispensed(days_ago, 30))
    points = [point for point in plan.review if point.topic == "adherence"]
    assert bool(points) is told
    if told:
        assert (
            points[0].text == f"lisinopril: the last supply on record ended, 2 weeks before the date of this plan ({ago(14).isoformat()})."
        )


def test_a_medicine_that_is_ordered_and_said_not_to_be_taken_is_asked_about() -> None:
    order = medication("lisinopril 10 MG Oral Tablet", dose="10 mg", per="24 h", ordered=ago(200))
    said = {
        "resourceType": "MedicationStatement",
        "id": "statement-1",
        "status": "not-taken",
        "subject": {"reference": "Patient/patient-1"},
        "medicationCodeableConcept": {"text": "lisinopril 10 MG Oral Tablet"},
        "dateAsserted": ago(10).isoformat(),
    }
    plan = planned(patient(sex="male", age=60, as_of=TODAY), condition("hypertension"), order, said)
    assert [point.text for point in plan.review if point.topic == "adherence"] == ["lisinopril: ordered, and said not to be taken."]


def test_a_bleeding_without_a_date_is_asked_about() -> None:
    def asked(**more: Any) -> list[str]:
        plan = planned(patient(sex="male", age=66, as_of=TODAY), condition("gi-bleeding", **more), condition("hypertension"))
        return [q.about for q in plan.questions if q.about.startswith("since when")]

    assert len(asked()) == 1
    assert asked(onset=ago(900)) == []
