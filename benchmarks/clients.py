"""Who uses the server in `serve.py`: people who read and sign, record systems that ask, and one who asks the route that does nothing."""

from __future__ import annotations

import json
import random
import threading
import time
import uuid
from collections import Counter, defaultdict
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import httpx

ROOT = Path(__file__).resolve().parents[1]
RECORD = json.loads((ROOT / "scenarios" / "patients" / "example.json").read_text("utf-8"))
PASSWORD = "a long enough password"
IDLE = "health (idle)"
ORDER = {
    "resourceType": "MedicationRequest", "id": "d1", "status": "draft", "intent": "order", "subject": {"reference": "Patient/p"},
    "medicationCodeableConcept": {"text": "Ibuprofen 400 MG Oral Tablet"},
}  # fmt: skip


class Book:
    """What was measured."""

    def __init__(self) -> None:
        self.times: dict[str, list[float]] = defaultdict(list)
        self.errors: Counter[str] = Counter()
        self.said: list[tuple[str, str, str]] = []
        self.lock = threading.Lock()

    @contextmanager
    def timed(self, route: str) -> Iterator[None]:
        began = time.perf_counter()
        yield
        with self.lock:
            self.times[route].append(time.perf_counter() - began)

    def error(self, what: str) -> None:
        with self.lock:
            self.errors[what] += 1


class Person:
    """Reads the worklist and plans, and decides items, one request after another."""

    def __init__(self, base: str, name: str, plans: list[str], book: Book, seed: int, pause: float) -> None:
        self.http = httpx.Client(base_url=base, timeout=30)
        self.name, self.plans, self.book, self.random, self.pause = name, plans, book, random.Random(seed), pause

    def confirm(self) -> None:
        self.http.post("/api/v1/sessions/current/confirmation", json={"password": PASSWORD}).raise_for_status()

    def sign_in(self) -> None:
        came = self.http.post("/api/v1/sessions", json={"user": self.name, "password": PASSWORD})
        came.raise_for_status()
        self.http.headers["X-CSRF-Token"] = came.json()["csrf"]
        self.confirm()

    def work(self, until: float) -> None:
        time.sleep(self.pause * self.random.random())
        while time.monotonic() < until:
            try:
                self.random.choices((self.read, self.list, self.decide), (6, 2, 2))[0]()
            except httpx.HTTPError as error:
                self.book.error(type(error).__name__)
            time.sleep(self.pause * self.random.uniform(0.2, 1.8))
        self.http.close()

    def read(self) -> None:
        self._get("plan page", f"/plans/{self.random.choice(self.plans)}")

    def list(self) -> None:
        self._get("worklist", "/")

    def decide(self) -> None:
        """One item of one plan; that somebody else was first is an answer, not an error."""
        plan = self.random.choice(self.plans)
        answer = self._get("plan as JSON", f"/api/v1/plans/{plan}")
        if answer.status_code != 200:
            return
        shown = answer.json()
        left = [item["item"] for item in shown["standing"]["open"] if item["lacks"] == "decision"]
        if not left:
            return
        item = self.random.choice(left)
        body = {
            "interrupt": shown["interrupt"],
            "digest": shown["plan"]["digest"],
            "decisions": [{"decision": "reject", "item": item, "reason": "patient-preference"}],
        }
        with self.book.timed("decision"):
            answer = self.http.post(f"/api/v1/plans/{plan}/decisions", json=body)
        if answer.status_code == 200:
            with self.book.lock:
                self.book.said.append((plan, item, shown["plan"]["digest"]))
        elif answer.status_code == 403:  # ten minutes are over
            self.confirm()
        elif answer.status_code != 409:
            self.book.error(f"decision {answer.status_code}")

    def _get(self, route: str, path: str) -> httpx.Response:
        with self.book.timed(route):
            answer = self.http.get(path)
        if answer.status_code != 200:
            self.book.error(f"{route} {answer.status_code}")
        return answer


class Baseline:
    """Asks the route that does nothing, as often as a person asks theirs."""

    def __init__(self, base: str, book: Book, pause: float) -> None:
        self.http, self.book, self.pause = httpx.Client(base_url=base, timeout=30), book, pause

    def work(self, until: float) -> None:
        while time.monotonic() < until:
            with self.book.timed(IDLE):
                self.http.get("/health")
            time.sleep(self.pause / 10)
        self.http.close()


class Ehr:
    """Asks at order-select, each time for another person, so that nothing counts as shown."""

    def __init__(self, base: str, book: Book, seed: int, pause: float) -> None:
        self.http, self.book, self.random, self.pause = httpx.Client(base_url=base, timeout=30), book, random.Random(seed), pause

    def work(self, until: float) -> None:
        time.sleep(self.pause * self.random.random())
        while time.monotonic() < until:
            try:
                self.ask()
            except httpx.HTTPError as error:
                self.book.error(f"CDS Hooks {type(error).__name__}")
            time.sleep(self.pause * self.random.uniform(0.2, 1.8))
        self.http.close()

    def ask(self) -> None:
        with self.book.timed("CDS Hooks"):
            answer = self.http.post("/cds-services/carewright-order-select", json=self.call())
        if answer.status_code != 200 or not answer.json()["cards"]:
            self.book.error(f"CDS Hooks {answer.status_code}")

    def call(self) -> dict[str, Any]:
        patient = next(e["resource"]["id"] for e in RECORD["entry"] if e["resource"]["resourceType"] == "Patient")
        order = {**ORDER, "subject": {"reference": f"Patient/{patient}"}}
        context = {
            "patientId": patient,
            "userId": f"Practitioner/{uuid.uuid4()}",
            "draftOrders": {"resourceType": "Bundle", "entry": [{"resource": order}]},
        }
        return {"hook": "order-select", "hookInstance": str(uuid.uuid4()), "context": context, "prefetch": {"record": RECORD}}
