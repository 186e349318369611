"""Hospice, palliative care, aids and symptoms are seen wherever a record puts them; what did not happen, or was not meant, is not."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from typing import Any

import pytest

from agent.fhir.read import Record
from tools.clinical.facts import Event

Read = Callable[..., Record]
SNOMED = "http://snomed.info/sct"
YES, NO = "373066001", "373067005"
QICORE = "http://hl7.org/fhir/us/qicore/StructureDefinition/"


def coded(code: str, system: str = SNOMED) -> dict[str, Any]:
    return {"coding": [{"system": system, "code": code}]}


def kinds(record: Record) -> set[str]:
    return {kind for event in record.facts.events for kind in event.kinds}


def only(record: Record) -> Event:
    (event,) = record.facts.events
    return event


def order(code: str, **more: Any) -> dict[str, Any]:
    return {
        "resourceType": "ServiceRequest",
        "status": "active",
        "intent": "order",
        "code": coded(code),
        "authoredOn": "2026-05-01",
        **more,
    }


def test_ordered_hospice_care_is_seen_with_its_date(read: Read) -> None:
    event = only(read(order("385763009")))
    assert (event.kind, event.when, "hospice-care" in event.kinds) == ("order", date(2026, 5, 1), True)


@pytest.mark.parametrize(
    "more",
    [{"status": "draft"}, {"status": "revoked"}, {"status": "entered-in-error"}, {"intent": "proposal"}, {"doNotPerform": True}],
    ids=str,
)
def test_what_was_not_ordered_is_set_aside(read: Read, more: dict[str, Any]) -> None:
    record = read(order("385763009", **more))
    assert (record.facts.events, len(record.set_aside)) == ((), 1)


def test_an_ordered_examination_is_not_counted_as_done(read: Read) -> None:
    assert read(order("73761001")).facts.events == ()


def test_an_order_of_tomorrow_is_not_yet(read: Read) -> None:
    assert read(order("385763009", authoredOn="2026-11-24")).facts.events == ()


@pytest.mark.parametrize(("turned", "seen"), [(False, True), (True, False)])
@pytest.mark.parametrize("name", ["qicore-doNotPerform", "qicore-doNotPeform"])
def test_do_not_perform_that_is_false_turns_nothing_round(read: Read, name: str, turned: bool, seen: bool) -> None:
    given = order("385763009", modifierExtension=[{"url": QICORE + name, "valueBoolean": turned}])
    assert bool(read(given).facts.events) is seen


def test_another_modifier_that_is_false_is_not_understood(read: Read) -> None:
    given = order("385763009", modifierExtension=[{"url": "http://example.org/other", "valueBoolean": False}])
    assert read(given).facts.events == ()


def observation(code: str, system: str, **more: Any) -> dict[str, Any]:
    return {"resourceType": "Observation", "status": "final", "code": coded(code, system), "effectiveDateTime": "2026-05-01", **more}


@pytest.mark.parametrize(
    ("answer", "seen"), [({"valueCodeableConcept": coded(YES)}, True), ({"valueCodeableConcept": coded(NO)}, False), ({}, False)]
)
def test_hospice_in_an_assessment_form_counts_with_yes(read: Read, answer: dict[str, Any], seen: bool) -> None:
    assert ("hospice-care" in kinds(read(observation("45755-6", "http://loinc.org", **answer)))) is seen


@pytest.mark.parametrize("answer", [{}, {"valueCodeableConcept": coded(YES)}, {"valueQuantity": {"value": 100, "code": "{score}"}}])
def test_an_assessment_of_palliative_care_shows_that_care(read: Read, answer: dict[str, Any]) -> None:
    assert "palliative-care" in kinds(read(observation("71007-9", "http://loinc.org", **answer)))


@pytest.mark.parametrize(("answer", "seen"), [("160734000", True), ("7", False)])
def test_who_lives_in_a_nursing_home_is_told_by_the_answer(read: Read, answer: str, seen: bool) -> None:
    given = observation("71802-3", "http://loinc.org", valueCodeableConcept=coded(answer))
    assert (kinds(read(given)) == {"nursing-home-resident"}) is seen


@pytest.mark.parametrize(
    ("test", "answer", "shown"),
    [
        ("24606-6", "397144001", {"mammography", "mammogram-suspicious"}),
        ("24606-6", "397138000", {"mammography", "mammogram-incomplete"}),
        ("24606-6", "397140005", {"mammography", "mammogram-negative"}),
        ("24606-6", "7", {"mammography"}),
        ("10524-7", "441087007", {"cervical-screening", "abnormal-cervical-smear"}),
        ("10524-7", "373887005", {"cervical-screening", "cervical-smear-negative"}),
        ("10524-7", "10828004", {"cervical-screening"}),
        ("21440-3", "10828004", {"cervical-screening", "papillomavirus-high-risk-positive"}),
        ("21440-3", "260385009", {"cervical-screening", "papillomavirus-high-risk-negative"}),
    ],
)
def test_a_screening_shows_that_it_was_done_and_what_came_out(read: Read, test: str, answer: str, shown: set[str]) -> None:
    found = kinds(read(observation(test, "http://loinc.org", valueCodeableConcept=coded(answer))))
    assert found == shown


def test_an_assessment_that_is_not_over_yet_has_begun(read: Read) -> None:
    given = observation("71007-9", "http://loinc.org", effectivePeriod={"start": "2026-11-23", "end": "2026-11-24"})
    del given["effectiveDateTime"]
    event = only(read(given))
    assert (event.when, event.until) == (date(2026, 11, 23), None)


@pytest.mark.parametrize(
    ("value", "seen"), [({}, True), ({"valueCodeableConcept": coded(YES)}, True), ({"valueCodeableConcept": coded(NO)}, False)]
)
def test_a_symptom_by_its_diagnosis_code_is_a_finding(read: Read, value: dict[str, Any], seen: bool) -> None:
    record = read(observation("R54", "http://hl7.org/fhir/sid/icd-10-cm", **value))
    assert ("frailty" in kinds(record)) is seen


def stay(end: str | None) -> dict[str, Any]:
    period = {"start": "2026-05-01", **({"end": end} if end else {})}
    return {
        "resourceType": "Encounter",
        "status": "finished",
        "period": period,
        "hospitalization": {"dischargeDisposition": coded("428361000124107")},
    }


@pytest.mark.parametrize(("end", "seen"), [("2026-11-23", True), ("2026-11-24", False), (None, True)])
def test_a_discharge_to_hospice_counts_once_the_stay_is_over(read: Read, end: str | None, seen: bool) -> None:
    assert ("hospice-care" in kinds(read(stay(end)))) is seen


def test_a_stay_that_is_over_says_until_when(read: Read) -> None:
    assert only(read(stay("2026-05-09"))).until == date(2026, 5, 9)


def adverse(**more: Any) -> dict[str, Any]:
    return {"resourceType": "AdverseEvent", "actuality": "actual", "recordedDate": "2026-05-01", **more}


ROSUVASTATIN = coded("301542", "http://www.nlm.nih.gov/research/umls/rxnorm")


def test_a_medicine_as_adverse_event_is_an_intolerance(read: Read) -> None:
    (allergy,) = read(adverse(event=ROSUVASTATIN)).facts.allergies
    assert (allergy.intolerance, allergy.recorded, "statin" in allergy.kinds) == (True, date(2026, 5, 1), True)


def test_the_suspected_medicine_is_the_intolerance_and_the_event_its_reaction(read: Read) -> None:
    medication = {"resourceType": "Medication", "id": "m1", "code": ROSUVASTATIN}
    suspected = [{"instance": {"reference": "Medication/m1"}}]
    (allergy,) = read(medication, adverse(event={"text": "Rash"}, suspectEntity=suspected)).facts.allergies
    assert ("rosuvastatin" in allergy.kinds, allergy.intolerance) == (True, True)


def test_a_potential_event_did_not_happen(read: Read) -> None:
    assert read(adverse(event=ROSUVASTATIN, actuality="potential")).facts.allergies == ()


def test_an_event_without_a_medicine_is_kept_to_be_shown(read: Read) -> None:
    record = read(adverse(event={"text": "Fell out of bed"}))
    assert (only(record).text, record.facts.allergies) == ("Fell out of bed", ())
