"""A miscarriage or a delivery after a recorded pregnancy ends it; before it, in history or without a day of its own it does not."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from typing import Any

import pytest

from agent.fhir.read import Record
from scenarios.builders import condition, procedure

Read = Callable[..., Record]
SNOMED = "http://snomed.info/sct"
SAID = {
    "resourceType": "Observation",
    "id": "status",
    "status": "final",
    "effectiveDateTime": "2026-10-01",
    "code": {"coding": [{"system": "http://loinc.org", "code": "82810-3"}]},
    "valueCodeableConcept": {"coding": [{"system": SNOMED, "code": "77386006"}]},
}


def coded(code: str, **more: Any) -> dict[str, Any]:
    return {"resourceType": "Condition", "id": "end", "code": {"coding": [{"system": SNOMED, "code": code}]}, **more}


@pytest.mark.parametrize(
    ("when", "expected"),
    [("2026-09-30", "pregnant"), ("2026-10-01", "pregnant"), ("2026-10-02", "unknown"), ("2026-10-24", "none"), ("2026-10-23", "unknown")],
)
def test_a_miscarriage_after_the_statement_ends_it_and_for_30_days_there_is_none(read: Read, when: str, expected: str) -> None:
    assert read(SAID, coded("19169002", onsetDateTime=when)).facts.pregnancy == expected


@pytest.mark.parametrize(("when", "expected"), [("2026-10-01", "pregnant"), ("2026-10-02", "unknown"), ("2026-11-23", "unknown")])
def test_after_a_delivery_it_is_not_known_whether_there_is_breastfeeding(read: Read, when: str, expected: str) -> None:
    assert read(SAID, procedure("delivery", date.fromisoformat(when), "22633006")).facts.pregnancy == expected


@pytest.mark.parametrize(
    "more",
    [
        {"code": "161744009", "onsetDateTime": "2026-11-01"},
        {"code": "19169002", "recordedDate": "2026-11-01"},
        {"code": "19169002", "onsetDateTime": "2026-11-01", "verificationStatus": {"text": "provisional"}},
    ],
    ids=["history of miscarriage", "entered later, without a day", "not verified"],
)
def test_what_does_not_say_that_it_happened_on_that_day_ends_nothing(read: Read, more: dict[str, Any]) -> None:
    assert read(SAID, coded(**more)).facts.pregnancy == "pregnant"


def test_a_delivery_that_is_under_way_ends_nothing(read: Read) -> None:
    assert read(SAID, procedure("delivery", date(2026, 11, 23), "22633006", status="in-progress")).facts.pregnancy == "pregnant"


def test_a_miscarriage_alone_says_nothing_of_today(read: Read) -> None:
    assert read(coded("19169002", onsetDateTime="2026-11-01")).facts.pregnancy == "unknown"


def test_a_pregnancy_after_the_loss_holds(read: Read) -> None:
    later = condition("pregnancy", onset=date(2026, 11, 2))
    assert read(SAID, coded("19169002", onsetDateTime="2026-11-01"), later).facts.pregnancy == "pregnant"


def test_the_problem_is_closed_and_what_lasts_of_it_stays_without_the_pregnancy(read: Read) -> None:
    normal, pressure = condition("pregnancy", onset=date(2026, 4, 1)), condition("hypertension-in-pregnancy", onset=date(2026, 9, 1))
    record = read(normal, pressure, procedure("delivery", date(2026, 11, 1), "22633006"))
    assert [(p.active, "pregnancy" in p.kinds) for p in record.facts.problems] == [(False, True), (True, False)]
    assert record.facts.problem("hypertension-in-pregnancy") != ()
    ended = [issue.reason for issue in record.facts.data_issues if issue.kind == "stale"]
    assert len(ended) == 2
    assert all(reason.endswith("of 2026-11-01 ended the pregnancy; it is not counted as one any more") for reason in ended)


def test_a_pregnancy_without_a_date_is_not_ended_by_an_old_loss(read: Read) -> None:
    record = read(condition("pregnancy"), coded("19169002", onsetDateTime="2026-11-01"))
    assert (record.facts.pregnancy, record.facts.problem("pregnancy") != ()) == ("possible", True)
