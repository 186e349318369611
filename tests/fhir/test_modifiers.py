"""What turns a meaning round is never passed over: modifier extensions at every depth, rules that lie elsewhere, and R4's own modifiers."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from typing import Any

import pytest

from agent.fhir.read import Record
from scenarios.builders import allergy, condition, immunization, medication, patient
from tools.clinical.quantity import Quantity

Read = Callable[..., Record]
TURNED = [{"url": "https://example.org/the-opposite", "valueBoolean": True}]
DOSE = {
    "text": "one a day",
    "doseAndRate": [{"doseQuantity": {"value": 10, "unit": "mg", "code": "mg"}}],
    "timing": {"repeat": {"frequency": 1, "period": 1, "periodUnit": "d"}},
}


def order(**more: Any) -> dict[str, Any]:
    return {**medication("lisinopril 10 MG Oral Tablet", ordered=date(2026, 11, 1)), **more}


def by_reference(**more: Any) -> dict[str, Any]:
    given = order(**more)
    del given["medicationCodeableConcept"]
    return given


def reasons(record: Record) -> list[str]:
    return [line.reason for line in record.set_aside]


def told(record: Record) -> list[tuple[str, str]]:
    return [(issue.kind, issue.reason) for issue in record.facts.data_issues]


def test_a_resource_under_rules_that_lie_elsewhere_is_set_aside(read: Read) -> None:
    record = read(condition("hypertension") | {"implicitRules": "https://example.org/rules"})
    assert record.facts.problems == ()
    assert reasons(record) == ["implicitRules: it follows rules that lie elsewhere, and are not understood"]


def test_of_a_dosage_that_may_be_turned_round_only_the_words_are_kept(read: Read) -> None:
    plain, turned = (read(order(dosageInstruction=[dose])) for dose in (DOSE, DOSE | {"modifierExtension": TURNED}))
    assert [use.regimen.daily for use in plain.facts.medications] == [Quantity.parse("10 mg/d")]
    assert [(use.regimen.daily, use.regimen.text) for use in turned.facts.medications] == [(None, "one a day")]
    assert told(turned) == [("unrecognized", "a dosage with a modifierExtension that is not understood; only its words are kept")]


def test_a_component_that_may_be_turned_round_is_no_value(read: Read) -> None:
    systolic = {"code": {"coding": [{"system": "http://loinc.org", "code": "8480-6"}]}, "valueQuantity": {"value": 180, "code": "mm[Hg]"}}
    diastolic = {"code": {"coding": [{"system": "http://loinc.org", "code": "8462-4"}]}, "valueQuantity": {"value": 70, "code": "mm[Hg]"}}
    record = read(
        {
            "resourceType": "Observation",
            "status": "final",
            "code": {"coding": [{"system": "http://loinc.org", "code": "85354-9"}]},
            "effectiveDateTime": "2026-11-01",
            "component": [systolic | {"modifierExtension": TURNED}, diastolic],
        }
    )
    assert list(record.facts.measurements) == ["diastolic-bp"]
    assert told(record) == [("unrecognized", "a component with a modifierExtension that is not understood; it is not used")]


def test_a_reaction_that_may_be_turned_round_is_none(read: Read) -> None:
    anaphylaxis = {"manifestation": [{"text": "Anaphylaxis"}]}
    plain, turned = (
        read(allergy("penicillin") | {"reaction": [given]}) for given in (anaphylaxis, anaphylaxis | {"modifierExtension": TURNED})
    )
    assert [sorted(a.reactions) for a in plain.facts.allergies] == [["anaphylaxis", "severe-immediate"]]
    assert [sorted(a.reactions) for a in turned.facts.allergies] == [[]]


@pytest.mark.parametrize(
    ("said", "reason"),
    [
        ({"active": False}, "Patient.active is false: the entry is said not to be in use"),
        (
            {"link": [{"other": {"reference": "Patient/9"}, "type": "replaced-by"}]},
            "Patient.link: another Patient is said to replace this one",
        ),
        ({"modifierExtension": TURNED}, "Patient carries a modifierExtension or implicitRules that are not understood"),
    ],
)
def test_what_speaks_against_the_patient_entry_is_told(read: Read, said: dict[str, Any], reason: str) -> None:
    record = read(person=patient(sex="female", born=date(1966, 3, 1)) | said)
    assert told(record) == [("identity", f"{reason}; confirm that this is the patient's record")]


@pytest.mark.parametrize("said", [{"active": True}, {"link": [{"other": {"reference": "Patient/9"}, "type": "seealso"}]}])
def test_an_entry_in_use_is_not_doubted(read: Read, said: dict[str, Any]) -> None:
    assert told(read(person=patient(sex="female", born=date(1966, 3, 1)) | said)) == []


@pytest.mark.parametrize(
    "said", [{"status": "entered-in-error"}, {"modifierExtension": TURNED}, {"implicitRules": "https://example.org/r"}]
)
@pytest.mark.parametrize("contained", [True, False])
def test_a_medication_that_must_not_be_used_names_no_medicine(read: Read, said: dict[str, Any], contained: bool) -> None:
    wrong = {"resourceType": "Medication", "id": "m", "code": {"text": "warfarin"}, **said}
    if contained:
        record = read(by_reference(contained=[wrong], medicationReference={"reference": "#m"}))
    else:
        record = read(wrong, by_reference(medicationReference={"reference": "Medication/m"}))
    assert record.facts.medications == ()
    assert reasons(record)[-1] == "no medicine is named: neither a concept nor a reference that leads to one"


def test_of_two_versions_of_a_medication_the_newest_is_what_was_ordered(read: Read) -> None:
    new = {"resourceType": "Medication", "id": "m", "code": {"text": "apixaban"}, "meta": {"lastUpdated": "2026-10-01T00:00:00Z"}}
    old = {"resourceType": "Medication", "id": "m", "code": {"text": "warfarin"}, "meta": {"lastUpdated": "2025-10-01T00:00:00Z"}}
    record = read(new, old, by_reference(medicationReference={"reference": "Medication/m/_history/2"}))
    assert [use.text for use in record.facts.medications] == ["apixaban"]


def test_an_inactive_ingredient_is_no_part_of_the_medicine(read: Read) -> None:
    tablet = {
        "resourceType": "Medication",
        "id": "m",
        "ingredient": [
            {"itemCodeableConcept": {"text": "lactose"}, "isActive": False},
            {"itemCodeableConcept": {"text": "warfarin"}, "isActive": True},
        ],
    }
    (use,) = read(tablet, by_reference(medicationReference={"reference": "Medication/m"})).facts.medications
    assert (use.text, [i.name for i in use.ingredients], use.complete) == ("warfarin", ["warfarin"], True)


@pytest.mark.parametrize(("subpotent", "counted"), [(None, 1), (False, 1), (True, 0)])
def test_a_subpotent_dose_is_no_vaccination(read: Read, subpotent: bool | None, counted: int) -> None:
    given = immunization("Influenza vaccine", date(2026, 10, 1)) | ({} if subpotent is None else {"isSubpotent": subpotent})
    assert len(read(given).facts.events) == counted


@pytest.mark.parametrize(("status", "kept"), [("finished", 1), ("in-progress", 1), ("unknown", 1), ("planned", 0), ("cancelled", 0)])
def test_a_visit_that_is_only_planned_has_not_happened(read: Read, status: str, kept: int) -> None:
    visit = {"resourceType": "Encounter", "status": status, "class": {"code": "IMP"}, "period": {"start": "2026-11-01"}}
    record = read(visit)
    assert (len(record.facts.events), len(record.set_aside)) == (kept, 1 - kept)


def test_what_a_care_plan_forbids_is_not_listed_as_its_activity(read: Read) -> None:
    plan = {
        "resourceType": "CarePlan",
        "status": "active",
        "title": "Plan",
        "period": {"start": "2026-01-01"},
        "activity": [
            {"detail": {"code": {"text": "Walking"}, "doNotPerform": False}},
            {"detail": {"code": {"text": "Diving"}, "doNotPerform": True}},
        ],
    }
    assert [event.text for event in read(plan).facts.events] == ["Plan: Walking"]


def test_a_result_inside_a_report_that_may_be_turned_round_is_told_and_not_used(read: Read) -> None:
    potassium = {
        "resourceType": "Observation",
        "id": "k",
        "status": "final",
        "code": {"coding": [{"system": "http://loinc.org", "code": "2823-3"}]},
        "valueQuantity": {"value": 6.9, "code": "mmol/L"},
    }
    report = {"resourceType": "DiagnosticReport", "status": "final", "code": {"text": "Chemistry"}, "effectiveDateTime": "2026-11-01"}
    assert list(read(report | {"contained": [potassium]}).facts.measurements) == ["serum-potassium"]
    record = read(report | {"contained": [potassium | {"modifierExtension": TURNED}]})
    assert dict(record.facts.measurements) == {}
    assert [kind for kind, _ in told(record)] == ["unrecognized"]
