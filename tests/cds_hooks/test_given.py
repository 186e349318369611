"""What a prefetch says is taken for no more than it says: null, a part, another release, something that is no resource, nothing at all."""

from __future__ import annotations

from typing import Any

import pytest
from calls import IBUPROFEN, PATIENT, WARFARIN, bundle, by_rule, call, draft, order, prefetch

TAKES_WARFARIN = prefetch(order("m1", WARFARIN))
NOT_ALL = "Not everything could be checked: "


def unchecked(ehr: Any, record: Any, *drafts: Any) -> str:
    """What the card on what was not looked at says after its head, or nothing."""
    cards = ehr.cards(call("order-select", *(drafts or (draft("d1", IBUPROFEN),)), record=record))
    said = [card["summary"].removeprefix(NOT_ALL) for card in cards if card["summary"].startswith(NOT_ALL)]
    return said[0] if said else ""


def test_null_under_every_key_says_that_there_is_nothing_but_for_the_patient(ehr: Any) -> None:
    assert unchecked(ehr, dict.fromkeys(prefetch())) == "age and sex: not given"


@pytest.mark.parametrize("value", ["nothing", [], {}, 3, True, {"entry": []}])
def test_what_is_no_resource_answers_nothing(value: Any, ehr: Any) -> None:
    assert unchecked(ehr, {**TAKES_WARFARIN, "allergies": value}) == "allergies: not given"


def test_an_empty_bundle_under_the_name_of_a_type_says_that_there_is_none(ehr: Any) -> None:
    types = ("MedicationRequest", "Condition", "AllergyIntolerance", "Observation")
    assert unchecked(ehr, {"Patient": PATIENT, **{kind: bundle() for kind in types}}) == ""


def test_a_first_page_of_several_is_a_part(ehr: Any) -> None:
    first = {**bundle(order("m1", WARFARIN)), "link": [{"relation": "next", "url": "https://ehr.example/next"}]}
    assert unchecked(ehr, {**prefetch(), "medicationRequests": first}) == "what is taken already: given in part only"


def test_the_newest_five_hundred_values_are_enough(ehr: Any) -> None:
    values = [
        {"resourceType": "Observation", "id": f"o{n}", "status": "final", "subject": {"reference": "Patient/p1"}, "code": {"text": "x"}}
        for n in range(500)
    ]
    goes_on = {"link": [{"relation": "next", "url": "https://ehr.example/next"}]}
    assert unchecked(ehr, {**TAKES_WARFARIN, "observations": {**bundle(*values), **goes_on}}) == ""
    assert (
        unchecked(ehr, {**TAKES_WARFARIN, "observations": {**bundle(*values[1:]), **goes_on}})
        == "laboratory values and measurements: given in part only"
    )


def test_a_diagnosis_of_stu3_is_left_out_and_said_while_the_rest_is_checked(ehr: Any) -> None:
    stu3 = {
        "resourceType": "Condition",
        "id": "c",
        "clinicalStatus": "active",
        "code": {"text": "x"},
        "subject": {"reference": "Patient/p1"},
    }
    cards = ehr.cards(call("order-select", draft("d1", IBUPROFEN), record=prefetch(order("m1", WARFARIN), stu3)))
    assert by_rule(cards, "vka-with-nsaid")
    assert cards[-1]["summary"] == f"{NOT_ALL}1 × Condition of FHIR STU3 or DSTU2, not R4: not read"
    assert cards[-1]["indicator"] == "warning"


def test_a_record_of_r5_alone_is_said_not_to_be_read(ehr: Any) -> None:
    r5 = {"resourceType": "MedicationRequest", "id": "m", "status": "active", "medication": {"concept": {"text": "warfarin"}}}
    assert unchecked(ehr, prefetch(r5)) == "1 × MedicationRequest of FHIR R5, not R4: not read"


def test_draft_orders_of_r5_are_refused(ehr: Any) -> None:
    r5 = {"resourceType": "MedicationRequest", "id": "d", "status": "draft", "medication": {"concept": {"text": "ibuprofen"}}}
    assert ehr.post("/carewright-order-sign", call("order-sign", r5, record=TAKES_WARFARIN)).status_code == 400


def test_an_order_on_record_that_cannot_be_read_is_named(ehr: Any) -> None:
    turned = {**order("m2", WARFARIN), "modifierExtension": [{"url": "https://ehr.example/not", "valueBoolean": True}]}
    assert unchecked(ehr, prefetch(turned)).startswith("MedicationRequest/m2 could not be read: modifierExtension")


def test_an_order_on_record_that_says_itself_that_it_does_not_count_is_not_named(ehr: Any) -> None:
    assert unchecked(ehr, prefetch(order("m2", WARFARIN, "entered-in-error"))) == ""


def test_the_medicine_of_a_draft_may_stand_beside_it(ehr: Any) -> None:
    drug = {"resourceType": "Medication", "id": "x", "code": {"text": "ibuprofen 400 mg tablet"}}
    named = {key: value for key, value in draft("d1", IBUPROFEN).items() if key != "medicationCodeableConcept"}
    asked = call("order-sign", {**named, "medicationReference": {"reference": "Medication/x"}}, drug, record=TAKES_WARFARIN)
    assert by_rule(ehr.cards(asked), "vka-with-nsaid")
