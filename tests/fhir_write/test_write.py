"""What leaves as FHIR: valid, deterministic, and only what was approved."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

import pytest
from sample_plans import ALL, fallen_back_draft, heart_kidney_diabetes

from agent.fhir.bindings import faults, required
from agent.fhir.write import draft_bundle, transaction_bundle
from agent.review import Outcome, Signature
from tools.clinical.plan import Plan

SIGNED = (Signature("dr-1", "physician", "2026-11-24T10:00:00+00:00"),)


def outcome(plan: Plan, *rejected: str) -> Outcome:
    return Outcome(
        digest=plan.digest,
        approved={item.id: SIGNED for item in plan.items if item.id not in rejected},
        rejected=dict.fromkeys(rejected, SIGNED),
    )


def of(bundle: dict[str, Any], kind: str) -> list[dict[str, Any]]:
    return [entry["resource"] for entry in bundle["entry"] if entry["resource"]["resourceType"] == kind]


@pytest.mark.parametrize("make", ALL)
def test_every_draft_is_valid_and_says_that_it_is_one(make: Callable[[], Plan]) -> None:
    bundle = draft_bundle(make())
    assert bundle["type"] == "collection"
    assert [plan["title"] for plan in of(bundle, "CarePlan")] == ["DRAFT, not approved by anybody"]
    requests = [r for kind in ("MedicationRequest", "ServiceRequest", "Task", "CarePlan") for r in of(bundle, kind)]
    assert {(r["status"], r["intent"]) for r in requests} == {("draft", "proposal")}
    assert all("request" not in entry for entry in bundle["entry"])


def test_the_same_plan_and_signatures_give_the_same_bytes() -> None:
    plan = heart_kidney_diabetes()
    assert json.dumps(transaction_bundle(plan, outcome(plan))) == json.dumps(transaction_bundle(plan, outcome(plan)))


def test_a_rejected_item_is_absent_with_all_that_only_it_needs() -> None:
    plan = heart_kidney_diabetes()
    bundle = transaction_bundle(plan, outcome(plan, "i3"))
    assert "spironolactone" not in str(of(bundle, "MedicationRequest"))
    assert [task.get("code", {}).get("text") for task in of(bundle, "Task")] == ["change", "hold"]
    assert len(transaction_bundle(plan, outcome(plan))["entry"]) - len(bundle["entry"]) == 3  # the request, its issue, its question


def test_a_change_is_a_proposal_with_its_dose_and_a_task_on_the_old_order() -> None:
    plan = heart_kidney_diabetes()
    bundle = transaction_bundle(plan, outcome(plan))
    metformin = next(r for r in of(bundle, "MedicationRequest") if r["medicationCodeableConcept"]["text"] == "metformin")
    task = next(t for t in of(bundle, "Task") if t.get("code", {}).get("text") == "change")
    assert (metformin["status"], metformin["intent"], "doNotPerform" in metformin) == ("active", "proposal", False)
    assert metformin["priorPrescription"] == {"reference": "MedicationRequest/metformin"}
    assert metformin["dosageInstruction"][0]["timing"] == {"repeat": {"frequency": 1, "period": 12, "periodUnit": "h"}}
    assert metformin["dosageInstruction"][0]["doseAndRate"][0]["doseQuantity"] == {
        "value": 500, "unit": "mg", "system": "http://unitsofmeasure.org", "code": "mg",
    }  # fmt: skip
    assert task["code"]["coding"] == [{"system": "http://hl7.org/fhir/CodeSystem/task-code", "code": "replace"}]
    assert task["focus"] == {"reference": "MedicationRequest/metformin"}


def test_what_waits_for_an_answer_is_on_hold() -> None:
    plan = heart_kidney_diabetes()
    bundle = transaction_bundle(plan, outcome(plan))
    found = {r["medicationCodeableConcept"]["text"]: r["status"] for r in of(bundle, "MedicationRequest")}
    assert found == {"empagliflozin": "active", "metformin": "active", "spironolactone": "on-hold", "Influenza, this season": "active"}


def test_a_vaccine_is_a_product_to_be_given_and_no_test() -> None:
    plan = heart_kidney_diabetes()
    bundle = transaction_bundle(plan, outcome(plan))
    vaccine = next(r for r in of(bundle, "MedicationRequest") if "Influenza" in r["medicationCodeableConcept"]["text"])
    assert (vaccine["intent"], "dosageInstruction" in vaccine) == ("proposal", False)
    assert not [r for r in of(bundle, "ServiceRequest") if "Influenza" in r["code"]["text"]]


def test_entries_are_created_only_where_they_are_not_there_yet() -> None:
    plan = heart_kidney_diabetes()
    for entry in transaction_bundle(plan, outcome(plan))["entry"]:
        assert entry["request"]["method"] == "POST"
        assert entry["request"]["ifNoneExist"].endswith(entry["fullUrl"])


def test_people_verify_and_a_device_is_the_author() -> None:
    plan = heart_kidney_diabetes()
    provenance = of(transaction_bundle(plan, outcome(plan)), "Provenance")[0]
    assert [agent["type"]["coding"][0]["code"] for agent in provenance["agent"]] == ["author", "verifier"]
    assert len(provenance["target"]) == len(transaction_bundle(plan, outcome(plan))["entry"]) - 1


def test_an_outcome_of_another_plan_writes_nothing() -> None:
    plan = heart_kidney_diabetes()
    with pytest.raises(ValueError, match="nothing of this plan was approved"):
        transaction_bundle(plan, outcome(fallen_back_draft()))


def test_nothing_approved_writes_nothing() -> None:
    plan = heart_kidney_diabetes()
    with pytest.raises(ValueError, match="nothing of this plan was approved"):
        transaction_bundle(plan, outcome(plan, *(item.id for item in plan.items)))


@pytest.mark.parametrize("path", sorted(path for path in required() if path.count(".") == 1 and not path.startswith("Bundle")))
def test_a_code_outside_of_its_required_value_set_is_found(path: str) -> None:
    plan = heart_kidney_diabetes()
    bundle = transaction_bundle(plan, outcome(plan))
    kind, element = path.split(".")
    for resource in of(bundle, kind):
        resource[element] = "no-such-code"
    assert f"{path}: not a code of its required value set" in faults(bundle)


def test_a_reference_to_what_is_not_in_the_bundle_is_found() -> None:
    plan = heart_kidney_diabetes()
    bundle = transaction_bundle(plan, outcome(plan))
    of(bundle, "CarePlan")[0]["author"] = {"reference": "urn:uuid:00000000-0000-0000-0000-000000000000"}
    assert faults(bundle) == ("CarePlan.author: refers to an entry that the bundle does not have",)
