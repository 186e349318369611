"""Discovery, cards, suggestions, refusals, and what was not looked at."""

from __future__ import annotations

import json
from typing import Any

import httpx
import pytest
from calls import IBUPROFEN, METFORMIN, PATIENT, WARFARIN, bundle, by_rule, call, draft, order, prefetch
from shapes import conforms

TAKES_WARFARIN = prefetch(order("m1", WARFARIN))
CREATININE = {
    "resourceType": "Observation", "id": "o1", "status": "final", "effectiveDateTime": "2026-11-01", "subject": {"reference": "Patient/p1"},
    "code": {"coding": [{"system": "http://loinc.org", "code": "2160-0"}]},
    "valueQuantity": {"value": 0.7, "unit": "mg/dL", "system": "http://unitsofmeasure.org", "code": "mg/dL"},
}  # fmt: skip


def test_discovery_names_three_services_with_their_prefetch(ehr: Any) -> None:
    found = conforms(httpx.get(f"{ehr.base}/cds-services").json(), "discovery")
    assert {service["id"]: service["hook"] for service in found["services"]} == {
        "carewright-patient-view": "patient-view",
        "carewright-order-select": "order-select",
        "carewright-order-sign": "order-sign",
    }
    assert all(service["prefetch"]["patient"] == "Patient/{{context.patientId}}" for service in found["services"])


def test_a_safe_order_over_a_whole_record_gets_no_card(ehr: Any) -> None:
    quiet = {**PATIENT, "birthDate": "1990-01-01"}
    assert ehr.cards(call("order-select", draft("d1", "paracetamol 500 MG Oral Tablet"), record={**prefetch(), "patient": quiet})) == []


def test_a_card_asks_for_a_coded_reason_and_offers_what_the_checks_let_pass(ehr: Any) -> None:
    card = by_rule(ehr.cards(call("order-select", draft("d1", IBUPROFEN), record=TAKES_WARFARIN)), "vka-with-nsaid")
    assert (card["indicator"], card["selectionBehavior"]) == ("warning", "at-most-one")
    assert card["source"]["topic"] == {
        "system": "http://terminology.hl7.org/CodeSystem/v3-ActCode", "code": "DRG", "display": "Drug Interaction Alert",
    }  # fmt: skip
    assert {reason["code"] for reason in card["overrideReasons"]} >= {"will-monitor", "benefit-outweighs", "inaccurate-data"}
    instead, not_at_all = card["suggestions"]
    assert instead["label"] == "Order acetaminophen instead of Ibuprofen 400 MG Oral Tablet"
    removal, creation = instead["actions"]
    assert (removal["type"], removal["resourceId"]) == ("delete", "MedicationRequest/d1")
    assert (creation["resource"]["status"], creation["resource"]["intent"]) == ("draft", "proposal")
    assert creation["resource"]["medicationCodeableConcept"]["coding"][0]["code"] == "161"
    assert not_at_all["actions"] == [removal]


def test_an_order_without_an_id_is_checked_and_not_offered_to_be_changed(ehr: Any) -> None:
    nameless = draft("d1", IBUPROFEN)
    del nameless["id"]
    card = by_rule(ehr.cards(call("order-sign", nameless, record=TAKES_WARFARIN)), "vka-with-nsaid")
    assert "suggestions" not in card
    assert card["overrideReasons"]


def test_a_dose_that_is_too_much_comes_with_the_dose_that_is_right(ehr: Any) -> None:
    much = {"doseAndRate": [{"doseQuantity": {"value": 6, "unit": "tablet", "code": "{tbl}", "system": "http://unitsofmeasure.org"}}]}
    often = {"timing": {"repeat": {"frequency": 3, "period": 1, "periodUnit": "d"}}}
    cards = ehr.cards(call("order-sign", draft("d1", METFORMIN, dosageInstruction=[{**much, **often}]), record=prefetch(CREATININE)))
    offers = [offer for card in cards for offer in card.get("suggestions", ()) if offer["actions"][0]["type"] == "update"]
    assert offers, [card["summary"] for card in cards]
    changed = offers[0]["actions"][0]["resource"]
    assert (changed["id"], changed["status"]) == ("d1", "draft")
    assert changed["dosageInstruction"][0]["doseAndRate"][0]["doseQuantity"]["code"] == "mg"


def test_only_the_selected_order_is_spoken_of(ehr: Any) -> None:
    both = [draft("d1", IBUPROFEN), draft("d2", METFORMIN)]
    selecting = call("order-select", *both, record=TAKES_WARFARIN, selections=["MedicationRequest/d2"])
    assert [card for card in ehr.cards(selecting) if "Ibuprofen" in card["summary"]] == []


def test_two_drafts_are_checked_against_each_other(ehr: Any) -> None:
    cards = ehr.cards(call("order-sign", draft("d1", IBUPROFEN), draft("d2", WARFARIN), record=prefetch()))
    assert by_rule(cards, "vka-with-nsaid")


def test_an_order_that_continues_another_is_no_duplicate_of_it(ehr: Any) -> None:
    renewal = draft("d1", WARFARIN, priorPrescription={"reference": "MedicationRequest/m1"})
    assert [c for c in ehr.cards(call("order-sign", renewal, record=TAKES_WARFARIN)) if "twice" in c["detail"]] == []
    again = call("order-sign", draft("d2", WARFARIN), record=TAKES_WARFARIN, encounter="e2")
    assert [c for c in ehr.cards(again) if "twice" in c["detail"]] != []


def test_a_medicine_that_is_not_known_is_said_to_be_unchecked(ehr: Any) -> None:
    (card,) = ehr.cards(call("order-select", draft("d1", "Zorblaximab 10 MG"), record=prefetch()))
    assert card["summary"].startswith("Not everything could be checked: Zorblaximab 10 MG")
    assert card["indicator"] == "warning"


def test_what_nobody_looked_at_is_said_on_one_card(ehr: Any) -> None:
    cards = ehr.cards(call("order-select", draft("d1", IBUPROFEN), record={"medicationRequests": bundle(order("m1", WARFARIN))}))
    (said,) = [card for card in cards if card["source"]["label"] == "Carewright"]
    assert (
        said["summary"]
        == "Not everything could be checked: age and sex: not given; diagnoses: not given; allergies: not given; laboratory values and measurements…"
    )
    assert by_rule(cards, "vka-with-nsaid")


def test_an_operation_outcome_in_place_of_an_answer_is_nobody_looked(ehr: Any) -> None:
    record = {**TAKES_WARFARIN, "allergies": {"resourceType": "OperationOutcome", "issue": []}}
    cards = ehr.cards(call("order-select", draft("d1", METFORMIN), record=record))
    assert "Not everything could be checked: allergies: not given" in [card["summary"] for card in cards]


def test_the_view_of_a_patient_shows_what_cannot_wait_and_what_a_plan_would_change(ehr: Any) -> None:
    cards = ehr.cards(call("patient-view", record=prefetch(order("m1", WARFARIN), order("m2", IBUPROFEN))))
    assert "suggestions" not in by_rule(cards, "vka-with-nsaid")
    assert any("not signed by anybody" in card["summary"] or card["summary"].startswith("Cannot wait") for card in cards)


def test_text_of_the_record_stays_text(ehr: Any) -> None:
    hostile = "[click](javascript:alert(1)) <img src=x onerror=alert(1)> **ibuprofen** # ibuprofen 400 MG"
    code = {
        "coding": [{"system": "http://www.nlm.nih.gov/research/umls/rxnorm", "code": IBUPROFEN[0], "display": hostile}],
        "text": hostile,
    }
    cards = ehr.cards(call("order-select", {**draft("d1", IBUPROFEN), "medicationCodeableConcept": code}, record=TAKES_WARFARIN))
    for card in cards:
        assert "<img" not in card["detail"].replace("\\<", "")
        assert "[click](" not in card["detail"]
        assert all(sign not in card["detail"].replace(f"\\{sign}", "") for sign in "<>[]()`#")


MALFORMED = {
    "no JSON": b"{",
    "a list": b"[]",
    "no context": b'{"hook": "order-sign", "hookInstance": "x"}',
    "another hook": json.dumps(call("order-select", draft("d1", IBUPROFEN))).encode(),
    "no drafts": b'{"hook": "order-sign", "hookInstance": "x", "context": {"patientId": "p1"}}',
    "a patient that is an address": b'{"hook": "order-sign", "hookInstance": "x", "context": {"patientId": "../x", "draftOrders": {}}}',
    "deep": b'{"hook": "order-sign", "prefetch": ' + b"[" * 5000 + b"]" * 5000 + b"}",
}


@pytest.mark.parametrize("what", MALFORMED)
def test_a_malformed_call_is_refused_as_a_problem(what: str, ehr: Any) -> None:
    answer = httpx.post(f"{ehr.base}/cds-services/carewright-order-sign", content=MALFORMED[what])
    assert (answer.status_code, answer.headers["content-type"]) == (400, "application/problem+json")


def test_the_record_of_somebody_else_is_not_used(ehr: Any) -> None:
    record = {**TAKES_WARFARIN, "patient": {**PATIENT, "id": "p2"}}
    assert ehr.post("/carewright-order-sign", call("order-sign", draft("d1", IBUPROFEN), record=record)).status_code == 400
    theirs = {**order("m1", WARFARIN), "subject": {"reference": "Patient/p2"}}
    cards = ehr.cards(call("order-sign", draft("d1", IBUPROFEN), record=prefetch(theirs)))
    assert [card for card in cards if "Warfarin" in card["summary"]] == []


def test_a_view_without_any_record_is_a_failed_precondition(ehr: Any) -> None:
    assert ehr.post("/carewright-patient-view", call("patient-view", record={})).status_code == 412


@pytest.mark.parametrize("path", ["/carewright-order-sign", "/carewright-order-sign/feedback"])
def test_another_method_than_post_is_refused_as_a_problem(path: str, ehr: Any) -> None:
    answer = httpx.get(f"{ehr.base}/cds-services{path}")
    assert (answer.status_code, answer.headers["allow"], answer.headers["content-type"]) == (405, "POST", "application/problem+json")


def test_a_refusal_does_not_repeat_what_was_sent(ehr: Any) -> None:
    for body in (
        {"hook": "Mary Smith"},
        {"feedback": [{"card": "x", "outcome": "Mary Smith", "outcomeTimestamp": "2026-11-20T10:00:00Z"}]},
    ):
        for path in ("", "/feedback"):
            assert "Smith" not in ehr.post(f"/carewright-order-sign{path}", body).text
    assert "Smith" not in ehr.post("/carewright-order-sign", {**call("order-sign"), "hook": "Mary Smith"}).text


def test_an_unknown_service_is_not_there(ehr: Any) -> None:
    assert ehr.post("/carewright-order-dispatch", {}).status_code == 404


def test_the_log_holds_routes_and_no_word_of_the_call(ehr: Any) -> None:
    token = {"fhirAuthorization": {"access_token": "s3cr3t-token", "token_type": "Bearer"}}
    ehr.cards(call("order-select", draft("d1", IBUPROFEN), record=TAKES_WARFARIN, **token))
    (line,) = [json.loads(line) for line in ehr.lines]
    assert (line["route"], line["status"]) == ("/cds-services/{service}", 200)
    assert [word for word in ("p1", "dr-1", "s3cr3t", "arfarin", 'e1"') if word in ehr.lines[0]] == []
