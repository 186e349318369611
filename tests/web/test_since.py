"""What the page says of the plan before: the same person's alone, line by line, with the fact that made the difference."""

from __future__ import annotations

import re
from datetime import timedelta
from typing import Any

import orjson
import pytest
from fastapi.testclient import TestClient

from agent.desk import Desk
from agent.faces.planning_face import EXAMPLE_AS_OF, example_record
from agent.faces.web.accounts import Accounts
from agent.faces.web.app import application
from agent.review import Reject, Reviewer
from agent.same_person import Person, may_be_one, person_of

PASSWORD = "correct horse battery"


def later_record(**patient: Any) -> tuple[bytes, str]:
    """The example's record some weeks on: the ibuprofen was stopped; with these things of the patient otherwise."""
    bundle = orjson.loads(example_record())
    stopped = ""
    for resource in (entry["resource"] for entry in bundle["entry"]):
        if resource["resourceType"] == "Patient":
            resource.update(patient)
        if "ibuprofen" in orjson.dumps(resource).decode().lower() and "status" in resource:
            resource["status"], stopped = "stopped", resource["id"]
    return orjson.dumps(bundle), stopped


def section(desk: Desk, accounts: Accounts, plan: str, language: str = "en") -> str:
    http = TestClient(application(desk, accounts))
    http.post("/sign-in", data={"user": "dr-1", "password": PASSWORD})
    page = http.get(f"/plans/{plan}?lang={language}").text
    found = re.search(r'<section class="sheet" id="changes".*?</section>', page, re.DOTALL)
    return found[0] if found else ""


def test_a_line_that_was_followed_and_what_follows_from_it_are_told(desk: Desk, accounts: Accounts, plan: str) -> None:
    record, stopped = later_record()
    assert stopped
    later = desk.start(record, EXAMPLE_AS_OF + timedelta(days=28))
    told = section(desk, accounts, later)
    followed = re.search(r">stop ibuprofen[^<]*</th><td[^>]*>([^<]+)</td>", told)
    assert followed is not None
    assert followed[1] == "done"
    assert "No longer</b> stop ibuprofen<span" in told
    assert "What changed and why" in told
    assert 'class="cause"' in told
    assert "Qué cambió y por qué" in section(desk, accounts, later, "es")


def test_the_last_plan_is_unsigned_only_until_somebody_signs_it(desk: Desk, accounts: Accounts, plan: str) -> None:
    record, _ = later_record()
    later = desk.start(record, EXAMPLE_AS_OF + timedelta(days=28))
    assert "Nobody had signed the previous plan" in section(desk, accounts, later)
    before = desk.show(plan).plan
    desk.decide(plan, Reviewer("dr-1", "physician"), [Reject(item=i.id, reason="already-done") for i in before.items], before.digest)
    assert "Nobody had signed the previous plan" not in section(desk, accounts, later)


@pytest.mark.parametrize("other", [{"birthDate": "1931-01-01"}, {"gender": "male"}])
def test_the_plan_of_somebody_else_under_the_same_reference_is_not_compared(
    desk: Desk, accounts: Accounts, plan: str, other: dict[str, Any]
) -> None:
    record, _ = later_record(**other)
    assert section(desk, accounts, desk.start(record, EXAMPLE_AS_OF + timedelta(days=28))) == ""


def test_two_are_one_unless_the_records_say_otherwise() -> None:
    ann = Person("1961-04-02", "female", {"mrn": frozenset({"1", "2"})})
    assert [
        may_be_one(ann, other)
        for other in (
            Person("1961", "female"),
            Person(),
            Person("1961-04-02", "female", {"mrn": frozenset({"2"}), "ssn": frozenset({"9"})}),
            Person("1961-04-03", "female"),
            Person("1961-04-02", "male"),
            Person("1961-04-02", "female", {"mrn": frozenset({"3"})}),
            None,
        )
    ] == [True, True, True, False, False, False, False]


@pytest.mark.parametrize("record", [b"", b"[]", b'{"resourceType": "Bundle", "entry": [null, {"resource": 1}]}', b"{"])
def test_a_record_without_the_patient_tells_of_nobody(record: bytes) -> None:
    assert person_of(record, "Patient/1") is None


def test_the_patient_of_the_reference_is_read() -> None:
    record = b'{"resourceType": "Patient", "id": "1", "birthDate": "1961", "gender": "female", "identifier": [{"system": "mrn", "value": "7"}, {}]}'
    assert person_of(record, "Patient/1") == Person("1961", "female", {"mrn": frozenset({"7"})})
