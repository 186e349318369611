"""A record that moved: REST and the pages name the cited facts that differ, by reference and value."""

from __future__ import annotations

import json
import re
import threading
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from fastapi.testclient import TestClient

from agent.desk import Desk
from agent.errors import DecisionError
from agent.faces.configuration import Configuration
from agent.faces.planning_face import EXAMPLE_AS_OF, example_record
from agent.faces.web.accounts import Accounts
from agent.faces.web.machines import serving
from agent.review import Approve, Reviewer

PASSWORD = "correct horse battery"
API = "/api/v1"
CHANGE = "Observation/potassium-2026-11: valueQuantity.value 4.6 → 6.1"


def newer() -> dict[str, Any]:
    bundle: dict[str, Any] = json.loads(example_record())
    found = next(e["resource"] for e in bundle["entry"] if e["resource"].get("id") == "potassium-2026-11")
    found["valueQuantity"]["value"] = 6.1
    return bundle


@pytest.fixture
def app(desk: Desk, accounts: Accounts, tmp_path: Path) -> Any:
    (tmp_path / "home").mkdir(exist_ok=True)
    made = serving(desk, accounts, Configuration(), lambda: EXAMPLE_AS_OF)
    made.write = lambda line: None
    return made


def person(app: Any, name: str = "dr-1") -> TestClient:
    http = TestClient(app)
    http.headers["X-CSRF-Token"] = http.post(f"{API}/sessions", json={"user": name, "password": PASSWORD}).json()["csrf"]
    assert http.post(f"{API}/sessions/current/confirmation", json={"password": PASSWORD}).status_code == 204
    return http


def said(http: TestClient, plan: str, **more: Any) -> dict[str, Any]:
    shown = http.get(f"{API}/plans/{plan}").json()
    return {
        "interrupt": shown["interrupt"],
        "digest": shown["plan"]["digest"],
        "decisions": [{"decision": "approve", "item": "rest"}],
        **more,
    }


def test_rest_says_which_facts_differ_and_the_plan_is_void(app: Any, plan: str) -> None:
    http = person(app)
    answer = http.post(f"{API}/plans/{plan}/decisions", json=said(http, plan, record=newer()))
    assert (answer.status_code, answer.json()["reason"], answer.json()["changes"]) == (409, "stale", [CHANGE])
    shown = http.get(f"{API}/plans/{plan}").json()
    assert (shown["status"], shown["changes"]) == ("expired", [CHANGE])


def test_the_same_record_read_again_is_no_change(app: Any, plan: str) -> None:
    http = person(app)
    answer = http.post(f"{API}/plans/{plan}/decisions", json=said(http, plan, record=json.loads(example_record())))
    assert answer.status_code == 200


def test_the_page_of_a_void_plan_names_them(app: Any, desk: Desk, plan: str) -> None:
    digest = desk.show(plan).plan.digest
    with pytest.raises(DecisionError):
        desk.decide(plan, Reviewer("dr-1", "physician"), [Approve(item="rest")], digest, bundle=json.dumps(newer()).encode())
    page = person(app).get(f"/plans/{plan}").text
    assert re.search(r"<h2>What differs in the record</h2>\s*<ul[^>]*><li>" + re.escape(CHANGE) + "</li></ul>", page)


@pytest.fixture
def racers(app: Any) -> tuple[TestClient, TestClient]:
    return person(app), person(app)


def _races(racers: tuple[TestClient, TestClient], desk: Desk, number: int) -> list[list[int]]:
    codes = []
    for race in range(number):
        name = desk.start(example_record(), date(2026, 11, 23), request=f"race {race}")
        plan = desk.show(name).plan
        order = next(item.id for item in plan.items if item.action == "order")
        words: tuple[list[dict[str, Any]], ...] = (
            [{"decision": "approve", "item": "rest"}],
            [{"decision": "reject", "item": item.id, "reason": "not-appropriate"} for item in plan.items],
            [{"decision": "edit", "item": order, "reason": "timing", "within_days": 3}],
        )
        bodies = [said(http, name, decisions=words[(race + n) % 3]) for n, http in enumerate(racers)]
        got: list[int] = []
        gate = threading.Barrier(2)

        def call(http: TestClient, body: dict[str, Any], name: str = name, got: list[int] = got, gate: threading.Barrier = gate) -> None:
            gate.wait()
            got.append(http.post(f"{API}/plans/{name}/decisions", json=body).status_code)

        threads = [threading.Thread(target=call, args=pair) for pair in zip(racers, bodies, strict=True)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        codes.append(sorted(got))
    return codes


def test_of_five_races_over_http_each_has_one_winner(racers: tuple[TestClient, TestClient], desk: Desk) -> None:
    assert _races(racers, desk, 5) == [[200, 409]] * 5
    assert desk.audit().faults == ()


@pytest.mark.slow
def test_of_two_hundred_races_over_http_each_has_one_winner(racers: tuple[TestClient, TestClient], desk: Desk) -> None:
    assert _races(racers, desk, 200) == [[200, 409]] * 200
    assert desk.audit().faults == ()
