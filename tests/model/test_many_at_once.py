"""Many patients against one endpoint: none waits for another, and each plan is its own patient's."""

from __future__ import annotations

import json
import threading
from concurrent.futures import ThreadPoolExecutor
from http.server import BaseHTTPRequestHandler
from typing import Any

from agent.case import Case
from agent.drafting.model import ModelDrafter, Settings
from tests.model.scripted import AS_OF, Server, completion

PATIENTS = 64


def _patient(example_bytes: bytes, age: int) -> Case:
    bundle = json.loads(example_bytes)
    person = next(e["resource"] for e in bundle["entry"] if e["resource"]["resourceType"] == "Patient")
    person["birthDate"] = f"{2026 - age}-01-01"
    return Case(json.dumps(bundle).encode(), AS_OF)


def test_64_requests_are_under_way_at_the_same_time(server: Server, example_bytes: bytes) -> None:
    """The server answers nobody before all have asked: a single one that waited for another would end in the time-out."""
    together = threading.Barrier(PATIENTS, timeout=60)
    ages: list[str] = []

    def reply(request: dict[str, Any], _handler: BaseHTTPRequestHandler) -> tuple[int, bytes]:
        together.wait()
        ages.append(json.loads(request["messages"][1]["content"])["patient"].split(",")[0])
        return 200, completion({"order": list(json.loads(request["messages"][1]["content"])["lines"])})

    server.reply = reply
    cases = [_patient(example_bytes, 20 + n) for n in range(PATIENTS)]
    drafter = ModelDrafter(Settings(server.url, "scripted", timeout=60.0))
    with ThreadPoolExecutor(PATIENTS) as pool:
        plans = list(pool.map(drafter.draft, cases))
    assert [plan.drafter.kind for plan in plans] == ["model"] * PATIENTS
    assert [plan.patient.age for plan in plans] == [20 + n for n in range(PATIENTS)]
    assert sorted(ages) == sorted(f"{20 + n} years" for n in range(PATIENTS))
