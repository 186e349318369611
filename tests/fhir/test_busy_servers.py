"""A FHIR server that is busy, breaks off, has forgotten a token or a patient, or knows other types: waited for, told, never guessed."""

from __future__ import annotations

import json
import threading
import time
from collections.abc import Iterator
from email.message import Message
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

import pytest

from agent.errors import RecordError, StoreError
from agent.fhir import smart
from agent.fhir.server import RARE, TYPES, everything
from agent.over_http import retry_after
from agent.release_delivery import deliver

PATIENT = {"resourceType": "Patient", "id": "p1"}
WHOLE = {"resourceType": "Bundle", "type": "searchset", "entry": [{"resource": PATIENT}]}
Answer = tuple[int, dict[str, str], Any]


class Server:
    """Answers from a list, the last again and again; a body of bytes goes out as a chunk that is never ended."""

    def __init__(self) -> None:
        self.answers: list[Answer] = []
        self.by_path: dict[str, Answer] = {}
        self.asked: list[tuple[str, str]] = []
        self.base = ""

    def next(self, path: str) -> Answer:
        found = next((answer for start, answer in self.by_path.items() if path.startswith(start)), None)
        if found is not None:
            return found
        return self.answers.pop(0) if len(self.answers) > 1 else self.answers[0]


@pytest.fixture
def server(monkeypatch: pytest.MonkeyPatch) -> Iterator[Server]:
    found = Server()

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def do_GET(self) -> None:
            found.asked.append((self.path, self.headers.get("Authorization", "")))
            self.rfile.read(int(self.headers.get("Content-Length", "0")))
            status, headers, body = found.next(self.path)
            self.send_response(status)
            for name, value in headers.items():
                self.send_header(name, value)
            if isinstance(body, bytes):
                self.send_header("Transfer-Encoding", "chunked")
                self.end_headers()
                self.wfile.write(b"%x\r\n%s" % (len(body) + 10, body))
                self.close_connection = True
                return
            data = json.dumps(body).encode()
            self.send_header("Content-Length", str(len(data)))
            self.end_headers()
            self.wfile.write(data)

        def do_POST(self) -> None:
            self.do_GET()

        def log_message(self, *args: object) -> None:
            return

    http = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    found.base = f"http://127.0.0.1:{http.server_port}/fhir"
    threading.Thread(target=http.serve_forever, daemon=True).start()
    for name in ("TOKEN", "CLIENT"):
        monkeypatch.delenv(f"CAREWRIGHT_FHIR_{name}", raising=False)
    yield found
    http.shutdown()
    http.server_close()


@pytest.fixture
def waited(monkeypatch: pytest.MonkeyPatch) -> list[float]:
    """How long the client would have waited; it does not."""
    pauses: list[float] = []
    monkeypatch.setattr(time, "sleep", pauses.append)
    return pauses


@pytest.mark.parametrize("status", [429, 502, 503])
def test_a_busy_server_is_asked_again_after_as_long_as_it_says(status: int, server: Server, waited: list[float]) -> None:
    server.answers = [(status, {"Retry-After": "7"}, {}), (200, {}, WHOLE)]
    assert json.loads(everything(server.base, "p1"))["entry"] == [{"resource": PATIENT}]
    assert waited == [7.0]


def test_one_that_stays_busy_is_given_up_and_said_to_be_busy(server: Server, waited: list[float]) -> None:
    server.answers = [(503, {}, {})]
    with pytest.raises(RecordError, match="refused with status 503: it is busy; ask again later"):
        everything(server.base, "p1")
    assert waited == [1.0, 4.0]


def test_one_that_wants_an_hour_is_not_waited_for(server: Server, waited: list[float]) -> None:
    server.answers = [(429, {"Retry-After": "3600"}, {})]
    with pytest.raises(RecordError, match="it is busy"):
        everything(server.base, "p1")
    assert waited == []


@pytest.mark.parametrize(
    ("said", "seconds"),
    [("7", 7.0), ("Fri, 20 Nov 2026 10:00:09 GMT", 9.0), ("Fri, 20 Nov 2026 09:00:00 GMT", 0.0), ("soon", 0.0), ("-3", 0.0), (None, 0.0)],
)
def test_a_time_to_come_again_is_a_number_or_a_date(said: str | None, seconds: float) -> None:
    headers = Message()
    if said is not None:
        headers["Retry-After"] = said
    assert retry_after(headers, now=1795168800.0) == seconds


def test_an_answer_that_breaks_off_is_told_and_not_read(server: Server) -> None:
    server.answers = [(200, {}, b'{"resourceType": "Bundle", "entry": [')]
    with pytest.raises(RecordError, match="cannot be reached"):
        everything(server.base, "p1")


def test_a_patient_who_was_deleted_is_said_to_be(server: Server) -> None:
    server.answers = [(410, {}, {"resourceType": "OperationOutcome"})]
    with pytest.raises(RecordError, match="status 410: the patient was deleted"):
        everything(server.base, "p1")


def test_an_operation_outcome_in_place_of_a_bundle_is_no_record(server: Server) -> None:
    server.answers = [(200, {}, {"resourceType": "OperationOutcome", "issue": [{"severity": "fatal", "code": "exception"}]})]
    with pytest.raises(RecordError, match="is not a Bundle"):
        everything(server.base, "p1")


def test_a_type_that_nobody_can_do_without_is_not_skipped(server: Server) -> None:
    empty = {"resourceType": "Bundle", "type": "searchset"}
    server.by_path = {
        "/fhir/Patient/p1/$everything": (404, {}, {}),
        "/fhir/Patient/p1": (200, {}, PATIENT),
        "/fhir/MedicationRequest": (501, {}, {}),
    }
    server.answers = [(200, {}, empty)]
    with pytest.raises(RecordError, match=r"refused a search \(status 501"):
        everything(server.base, "p1")
    server.by_path.pop("/fhir/MedicationRequest")
    server.asked.clear()
    assert json.loads(everything(server.base, "p1"))["entry"] == [{"resource": PATIENT}]
    assert len(server.asked) == 2 + len(TYPES) + len(RARE)


def test_a_token_that_the_server_no_longer_takes_is_replaced_once(server: Server, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CAREWRIGHT_FHIR_CLIENT", "carewright")
    monkeypatch.setattr(smart, "_kept", {})
    tokens = iter(["old", "new", "newer"])
    monkeypatch.setattr(smart, "_granted", lambda *_: (next(tokens), 300.0))
    server.answers = [(401, {}, {}), (200, {}, WHOLE)]
    everything(server.base, "p1")
    assert [sent for _, sent in server.asked] == ["Bearer old", "Bearer new"]


def test_a_server_that_takes_no_token_at_all_is_not_asked_for_ever(server: Server, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CAREWRIGHT_FHIR_CLIENT", "carewright")
    monkeypatch.setattr(smart, "_kept", {})
    monkeypatch.setattr(smart, "_granted", lambda *_: ("refused", 300.0))
    server.answers = [(401, {}, {})]
    with pytest.raises(RecordError, match="status 401"):
        everything(server.base, "p1")
    assert len(server.asked) == 2


def test_a_token_that_is_given_is_not_replaced(server: Server, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CAREWRIGHT_FHIR_TOKEN", "given")
    server.answers = [(401, {}, {})]
    with pytest.raises(RecordError, match="set CAREWRIGHT_FHIR_TOKEN"):
        everything(server.base, "p1")
    assert len(server.asked) == 1


def test_a_delivery_waits_as_long_as_a_busy_server_says(server: Server, waited: list[float]) -> None:
    server.answers = [(503, {"Retry-After": "3"}, {}), (200, {}, {})]
    deliver(b"{}", server.base, pause=lambda _: None)
    assert (len(server.asked), waited) == (2, [3.0])


def test_a_delivery_whose_answer_broke_off_is_sent_again(server: Server) -> None:
    server.answers = [(200, {}, b"{"), (200, {}, {})]
    deliver(b"{}", server.base, pause=lambda _: None)
    assert len(server.asked) == 2


def test_a_delivery_that_is_refused_is_not_repeated(server: Server) -> None:
    server.answers = [(412, {}, {})]
    with pytest.raises(StoreError, match="412"):
        deliver(b"{}", server.base, pause=lambda _: None)
    assert len(server.asked) == 1
