"""A record that moved voids the plan, and says which of the cited facts differ: by reference and value, never by a word of text."""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import date
from pathlib import Path
from typing import Any

import pytest

from agent.desk import Desk
from agent.errors import DecisionError
from agent.record_changes import cited, same_resources
from agent.review import Approve, Reviewer

ROOT = Path(__file__).resolve().parents[2]
RECORD = (ROOT / "scenarios" / "patients" / "example.json").read_bytes()
AS_OF = date(2026, 11, 23)
PHYSICIAN = Reviewer("dr-1", "physician")
Resource = dict[str, Any]


@pytest.fixture
def waiting(tmp_path: Path) -> tuple[Desk, str, str]:
    desk = Desk(tmp_path)
    name = desk.start(RECORD, AS_OF)
    return desk, name, desk.show(name).plan.digest


def altered(change: Callable[[list[Resource]], None]) -> bytes:
    bundle = json.loads(RECORD)
    change([entry["resource"] for entry in bundle["entry"]])
    return json.dumps(bundle).encode()


def measured(desk: Desk, name: str) -> str:
    """A cited observation with a number."""
    values = {f"Observation/{r['id']}" for e in json.loads(RECORD)["entry"] if "valueQuantity" in (r := e["resource"])}
    return next(reference for reference in cited(desk.show(name).plan) if reference in values)


def told(desk: Desk, name: str, digest: str, record: bytes) -> tuple[str, ...]:
    with pytest.raises(DecisionError, match="the record has changed") as error:
        desk.decide(name, PHYSICIAN, [Approve(item="rest")], digest, bundle=record)
    assert (error.value.reason, desk.show(name).status) == ("stale", "expired")
    assert desk.show(name).changes == error.value.changes
    return error.value.changes


def test_a_cited_value_that_differs_is_named_with_both_values(waiting: tuple[Desk, str, str]) -> None:
    desk, name, digest = waiting
    reference = measured(desk, name)
    before: list[object] = []

    def change(resources: list[Resource]) -> None:
        found = next(r for r in resources if f"{r['resourceType']}/{r.get('id')}" == reference)
        before.append(found["valueQuantity"]["value"])
        found["valueQuantity"]["value"] = 99
        found["note"] = [{"text": "told by Mrs Smith"}]

    changes = told(desk, name, digest, altered(change))
    assert changes == (f"{reference}: valueQuantity.value {before[0]} → 99; note[0].text differs",)
    assert "Smith" not in str(desk.history(name))
    assert "valueQuantity" not in str([line.details for line in desk.history(name)])


def test_a_cited_resource_that_is_gone_is_named(waiting: tuple[Desk, str, str]) -> None:
    desk, name, digest = waiting
    reference = measured(desk, name)
    bundle = json.loads(RECORD)
    bundle["entry"] = [e for e in bundle["entry"] if f"{e['resource']['resourceType']}/{e['resource'].get('id')}" != reference]
    assert told(desk, name, digest, json.dumps(bundle).encode()) == (f"{reference} is not in the record any more",)


def test_a_newer_value_of_a_cited_kind_is_named(waiting: tuple[Desk, str, str]) -> None:
    desk, name, digest = waiting
    reference = measured(desk, name)
    bundle = json.loads(RECORD)
    old = next(e["resource"] for e in bundle["entry"] if f"{e['resource']['resourceType']}/{e['resource'].get('id')}" == reference)
    bundle["entry"].append({"resource": {**old, "id": "newer", "valueQuantity": {**old["valueQuantity"], "value": 7}}})
    (line,) = told(desk, name, digest, json.dumps(bundle).encode())
    assert line.startswith("Observation/newer is new, of the same kind as Observation/")
    assert "valueQuantity.value 7" in line


def test_what_the_plan_does_not_cite_is_said_to_be_so(waiting: tuple[Desk, str, str]) -> None:
    desk, name, digest = waiting
    bundle = json.loads(RECORD)
    bundle["entry"].append({"resource": {"resourceType": "Procedure", "id": "x", "status": "completed"}})
    assert told(desk, name, digest, json.dumps(bundle).encode()) == ("no fact that the plan cites differs; other parts of the record do",)


def test_the_same_resources_in_another_order_are_the_same_record(waiting: tuple[Desk, str, str]) -> None:
    desk, name, digest = waiting
    bundle = json.loads(RECORD)
    bundle["entry"].reverse()
    again = json.dumps({**bundle, "id": "another", "timestamp": "2026-11-23T10:00:00Z"}).encode()
    assert same_resources(RECORD, again)
    assert desk.decide(name, PHYSICIAN, [Approve(item="rest")], digest, bundle=again).status == "approved"
