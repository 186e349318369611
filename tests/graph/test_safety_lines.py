"""Lines that the checks of today's regimen call for: which pairs are told beside a change that has another reason."""

from __future__ import annotations

from datetime import date, timedelta

import orjson
import pytest

from agent.drafting.short_courses import course_end
from agent.planning import make_plan
from scenarios.builders import bundle, condition, medication, patient
from scenarios.story import Ordered, Person, RecordOf, bundle_of
from tools.clinical.facts import MedicationUse
from tools.clinical.plan import Item, Plan

DAY = date(2026, 11, 23)


def planned(problems: tuple[str, ...], *medications: Ordered, age: int = 50, **labs: str) -> Plan:
    named = {name.replace("_", "-"): value for name, value in labs.items()}
    record = RecordOf(problems=problems, medications=medications, labs={**named})
    return make_plan(bundle_of(DAY, Person(sex="male", age=age), record), DAY)


def line_on(plan: Plan, name: str) -> Item:
    (line,) = (item for item in plan.items if item.subject.reference and any(i.name == name for i in item.subject.ingredients))
    return line


CARBAMAZEPINE = Ordered(text="carbamazepine 200 MG Oral Tablet", dose="200 mg", per="12 h")
RIVAROXABAN = Ordered(text="rivaroxaban 20 MG Oral Tablet", dose="20 mg", per="24 h")


def test_a_low_sodium_under_carbamazepine_does_not_hide_rivaroxaban_beside_it() -> None:
    plan = planned(("epilepsy", "venous-thromboembolism"), CARBAMAZEPINE, RIVAROXABAN, serum_sodium="126 mmol/L")
    line = line_on(plan, "carbamazepine")
    assert line.change.startswith("Do not start carbamazepine.")
    assert "Together with rivaroxaban 20 MG Oral Tablet: Avoid carbamazepine, or change rivaroxaban" in line.change
    assert {"carbamazepine-low-sodium", "doac-with-cyp3a4-inducer-strong"} == {c.id for r in line.rationale for c in r.evidence}


def test_a_medicine_that_is_stopped_interacts_no_longer() -> None:
    plan = planned(("epilepsy", "atrial-fibrillation"), CARBAMAZEPINE, RIVAROXABAN, age=67, serum_sodium="126 mmol/L")
    assert line_on(plan, "rivaroxaban").action == "stop"
    assert "rivaroxaban" not in line_on(plan, "carbamazepine").change


def test_a_dose_is_not_raised_while_the_medicine_must_change_for_a_pair() -> None:
    sertraline = Ordered(text="sertraline 50 MG Oral Tablet", dose="50 mg", per="24 h", ago="90 d")
    linezolid = Ordered(text="linezolid 600 MG Oral Tablet", dose="600 mg", per="12 h", ago="3 d")
    problems = ("generalised-anxiety-disorder",)
    alone = line_on(planned(problems, sertraline, gad_7="14 {score}"), "sertraline")
    assert alone.dose is not None
    assert alone.change == "Raise to 100 mg by mouth once daily"
    beside = line_on(planned(problems, sertraline, linezolid, gad_7="14 {score}"), "sertraline")
    assert beside.dose is None
    assert beside.change.startswith("A higher dose would be next; not before what follows is settled. Together with linezolid")


def test_a_sedative_that_is_left_off_ends_its_pair_with_the_treatment_of_addiction() -> None:
    buprenorphine = Ordered(text="buprenorphine 8 MG / naloxone 2 MG Sublingual Film", ago="300 d")
    alprazolam = Ordered(text="alprazolam 1 MG Oral Tablet", dose="1 mg", per="12 h", ago="300 d")
    plan = planned(("opioid-use-disorder",), buprenorphine, alprazolam)
    assert line_on(plan, "alprazolam").change.startswith("Avoid alprazolam")
    assert not any(item.action == "change" and item.subject.reference for item in plan.items if item != line_on(plan, "alprazolam"))


def test_a_change_for_another_reason_handles_no_pair() -> None:
    ticagrelor = Ordered(text="ticagrelor 90 MG Oral Tablet", dose="90 mg", per="12 h", ago="200 d")
    cobicistat = Ordered(text="darunavir 800 MG / cobicistat 150 MG Oral Tablet", dose="1 {tablet}", per="24 h", ago="300 d")
    rosuvastatin = Ordered(text="rosuvastatin 20 MG Oral Tablet", dose="20 mg", per="24 h", ago="300 d")
    plan = planned(("hiv", "coronary-artery-disease"), ticagrelor, cobicistat, rosuvastatin)
    handled = {issue.rule.id: issue.handled_by for issue in plan.issues if "ticagrelor" in issue.participants}
    assert handled["ticagrelor-with-cyp3a4-inhibitor-strong"] == (line_on(plan, "ticagrelor").id,)
    assert handled["ticagrelor-with-rosuvastatin"] == (line_on(plan, "rosuvastatin").id,)


def beside_warfarin(days: int, ordered: int) -> Plan:
    """Warfarin for long, and fluconazole for so many days, written so many days ago."""
    written = DAY - timedelta(ordered)
    course = medication("fluconazole 200 MG Oral Tablet", "200 mg", "24 h", ordered=written)
    course["dispenseRequest"] = {"expectedSupplyDuration": {"value": days, "unit": "d", "code": "d", "system": "http://unitsofmeasure.org"}}
    warfarin = medication("warfarin 5 MG Oral Tablet", "5 mg", "24 h", ordered=DAY - timedelta(200))
    who = patient(sex="male", age=60, as_of=DAY)
    return make_plan(orjson.dumps(bundle(who, condition("venous-thromboembolism"), warfarin, course)), DAY)


@pytest.mark.parametrize(("days", "ends"), [(3, "2026-11-23"), (7, "2026-11-27")])
def test_a_pair_with_a_course_that_still_runs_is_dealt_with_at_the_visit(days: int, ends: str) -> None:
    line = line_on(beside_warfarin(days, ordered=3), "warfarin")
    assert line.due is not None
    assert line.due.within_days == 0
    assert line.change.endswith(f"The course of fluconazole 200 MG Oral Tablet ends on {ends}.")
    assert line.conditional_on == ()


def test_a_course_that_ended_yesterday_is_asked_about_before_anything_changes_for_it() -> None:
    plan = beside_warfarin(days=2, ordered=3)
    (question,) = (q for q in plan.questions if q.about == "whether fluconazole 200 MG Oral Tablet is over")
    assert (
        question.why
        == "The course of fluconazole 200 MG Oral Tablet ended on 2026-11-22 by the record; this holds only where it still runs."
    )
    assert line_on(plan, "warfarin").conditional_on == (question.id,)


def of_days(days: int, *before: int) -> MedicationUse:
    dates = tuple(sorted(DAY - timedelta(ago) for ago in (0, *before)))
    return MedicationUse("MedicationRequest/1", "a course", last_ordered=DAY, supplied_until=DAY + timedelta(days), dates=dates)


def test_three_weeks_are_a_short_course_and_22_days_are_none() -> None:
    assert course_end(of_days(21)) == date(2026, 12, 14)
    assert course_end(of_days(22)) is None
    assert course_end(MedicationUse("MedicationRequest/1", "without an end", last_ordered=DAY)) is None


def test_a_supply_after_another_goes_on_and_a_course_of_the_last_year_is_another() -> None:
    assert course_end(of_days(14, 7, 91)) == date(2026, 12, 7)
    assert course_end(of_days(14, 8)) is None
    assert course_end(of_days(14, 90)) is None
