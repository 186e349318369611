"""Many patients against one endpoint: none waits for another, and each plan is its own patient's."""

from __future__ import annotations

import json
import threading
from concurrent.futures import ThreadPoolExecutor
from http.server import BaseHTTPRequestHandler
from pathlib import Path
from typing import Any

import pytest

from agent.case import Case
from agent.drafting.by_model import ModelDrafter
from agent.drafting.settings import Settings
from agent.faces.cli import main
from tests.model.scripted import AS_OF, Server, completion, configure

PATIENTS = 64


def _patient(example_bytes: bytes, age: int) -> bytes:
    bundle = json.loads(example_bytes)
    person = next(e["resource"] for e in bundle["entry"] if e["resource"]["resourceType"] == "Patient")
    person["birthDate"] = f"{2026 - age}-01-01"
    return json.dumps(bundle).encode()


@pytest.fixture
def ages(server: Server) -> list[str]:
    """Who asked. The server answers nobody before all have asked: a single one that waited for another would end in the time-out."""
    together = threading.Barrier(PATIENTS, timeout=60)
    found: list[str] = []

    def reply(request: dict[str, Any], _handler: BaseHTTPRequestHandler) -> tuple[int, bytes]:
        together.wait()
        found.append(json.loads(request["messages"][1]["content"])["patient"].split(",")[0])
        return 200, completion({"order": list(json.loads(request["messages"][1]["content"])["lines"])})

    server.reply = reply
    return found


def test_64_requests_are_under_way_at_the_same_time(server: Server, example_bytes: bytes, ages: list[str]) -> None:
    cases = [Case(_patient(example_bytes, 20 + n), AS_OF) for n in range(PATIENTS)]
    drafter = ModelDrafter(Settings(server.url, "scripted", timeout=60.0))
    with ThreadPoolExecutor(PATIENTS) as pool:
        plans = list(pool.map(drafter.draft, cases))
    assert [plan.drafter.kind for plan in plans] == ["model"] * PATIENTS
    assert [plan.patient.age for plan in plans] == [20 + n for n in range(PATIENTS)]
    assert sorted(ages) == sorted(f"{20 + n} years" for n in range(PATIENTS))


def test_a_batch_asks_for_64_patients_at_once_and_its_rows_say_what_each_cost(
    server: Server, example_bytes: bytes, ages: list[str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    configure(server, tmp_path, monkeypatch, timeout="60")
    (tmp_path / "in").mkdir()
    for n in range(PATIENTS):
        (tmp_path / "in" / f"{n}.json").write_bytes(_patient(example_bytes, 20 + n))
    out = str(tmp_path / "out")
    with pytest.raises(SystemExit, match="0"):
        main(["simulate", str(tmp_path / "in"), "--drafter", "model", "--concurrency", "64", "--as-of", "2026-11-20", "--out", out])
    assert len(ages) == PATIENTS
    rows = [json.loads(line) for line in (tmp_path / "out" / "rows.ndjson").read_text().splitlines()]
    told = [(row["model"]["name"], row["model"]["drafted"], row["model"]["prompt_tokens"], row["model"]["answer_tokens"]) for row in rows]
    assert told == [("small-one", True, 10, 5)] * PATIENTS
    assert all(row["model"]["milliseconds"] > 0 for row in rows)
    assert json.loads((tmp_path / "out" / "manifest.json").read_text())["drafter"] == "model small-one"
    assert "Drafted by the model: 64/64" in (tmp_path / "out" / "report.md").read_text()


def test_without_a_model_a_batch_does_not_begin(tmp_path: Path, example_bytes: bytes, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CAREWRIGHT_HOME", str(tmp_path / "home"))
    monkeypatch.delenv("CAREWRIGHT_MODEL_URL", raising=False)
    (tmp_path / "a.json").write_bytes(example_bytes)
    with pytest.raises(SystemExit, match="11"):
        main(["simulate", str(tmp_path / "a.json"), "--drafter", "model", "--out", str(tmp_path / "out")])
    assert not (tmp_path / "out").exists()
