"""Requests that others published, sent as they are: an answer of the right shape, or a refusal that says why; never a fault."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import httpx
import pytest
from pddi import request_of
from shapes import conforms

HOOKS = ("carewright-patient-view", "carewright-order-select", "carewright-order-sign")


def sent(ehr: Any, file: Path, service: str) -> httpx.Response:
    return httpx.post(
        f"{ehr.base}/cds-services/{service}", content=file.read_bytes(), headers={"Content-Type": "application/json"}, timeout=30
    )


@pytest.fixture
def ahrq(shared_data: Path) -> Path:
    return shared_data / "guideline_cds/ahrq-cql-services/test/examples/hooks/R4"


def test_every_request_with_draft_orders_is_answered_as_it_is(shared_data: Path, ehr: Any) -> None:
    files = sorted((shared_data / "ddi/hl7-pddi-cds/input/images/requests").glob("*.json"))
    asked = {file.stem: json.loads(file.read_text("utf-8"))["hook"] for file in files}
    answers = {file.stem: sent(ehr, file, f"carewright-{asked[file.stem]}") for file in files if asked[file.stem] != "medication-prescribe"}
    assert {name: answer.status_code for name, answer in answers.items()} == dict.fromkeys(answers, 200)
    silent = [name for name, answer in answers.items() if not conforms(answer.json(), "cards")["cards"]]
    assert (len(answers), silent) == (12, [])


def test_diagnoses_of_stu3_in_them_are_said_not_to_be_read(shared_data: Path, ehr: Any) -> None:
    file = shared_data / "ddi/hl7-pddi-cds/input/images/requests/warfarin-nsaids-order-sign-no-coordination.json"
    _, ehr.day = request_of(file)
    cards = sent(ehr, file, "carewright-order-sign").json()["cards"]
    assert any("Ketorolac" in card["summary"] and "Warfarin" in card["summary"] for card in cards)
    assert "1 × Condition of FHIR STU3 or DSTU2, not R4: not read" in cards[-1]["summary"]


def test_a_hook_of_an_older_version_is_not_there(shared_data: Path, ehr: Any) -> None:
    file = shared_data / "ddi/hl7-pddi-cds/input/images/requests/request-warfarin-nsaid-scenario-01.json"
    assert sent(ehr, file, "carewright-medication-prescribe").status_code == 404
    assert sent(ehr, file, "carewright-order-sign").status_code == 400


def test_a_patient_view_is_answered(ahrq: Path, ehr: Any) -> None:
    answer = sent(ehr, ahrq / "unhealthy_patient.json", "carewright-patient-view")
    said = [card["summary"] for card in conforms(answer.json(), "cards")["cards"]]
    assert said[-1] == "Not everything could be checked: allergies: not given"
    assert said[0].startswith("A plan, not signed by anybody, would begin with: ")


@pytest.mark.parametrize("name", ["Adolfo777_Braun514", "Adrian111_Wunsch504", "Cher186_Crooks415", "Debora709_Mayer370"])
def test_the_record_of_another_patient_than_the_one_that_is_named_is_refused(name: str, ahrq: Path, ehr: Any) -> None:
    answer = sent(ehr, ahrq / f"{name}.json", "carewright-patient-view")
    assert (answer.status_code, answer.json()["detail"]) == (400, "the Patient that was given is not the one of context.patientId")


@pytest.mark.parametrize("name", ["Adolfo777_Braun514", "Adrian111_Wunsch504", "Cher186_Crooks415", "Debora709_Mayer370"])
def test_named_rightly_it_is_answered(name: str, ahrq: Path, ehr: Any) -> None:
    call = json.loads((ahrq / f"{name}.json").read_text("utf-8"))
    call["context"]["patientId"] = call["prefetch"]["Patient"]["id"]
    said = [card["summary"] for card in ehr.cards(call)]
    assert said[-1] == "Not everything could be checked: allergies: not given; laboratory values and measurements: not given"


@pytest.mark.parametrize("name", ["should-screen-ccs", "should-not-screen-ccs"])
def test_a_call_with_nothing_to_go_by_is_a_failed_precondition(name: str, shared_data: Path, ehr: Any) -> None:
    folder = shared_data / "guideline_cds/cqf-ccc/input/tests/cdshooks/ColorectalCancerScreeningCDS"
    assert sent(ehr, folder / name / f"{name}-request.json", "carewright-patient-view").status_code == 412


@pytest.mark.parametrize("service", HOOKS)
def test_feedback_about_cards_of_another_service_is_not_counted(service: str, ahrq: Path, ehr: Any) -> None:
    assert sent(ehr, ahrq / "feedback.json", f"{service}/feedback").status_code == 404
    assert ehr.book.counts() == ()
