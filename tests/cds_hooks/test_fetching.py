"""Missing data are fetched from the servers that a site names, with the token of the call, within limits; and from no other."""

from __future__ import annotations

import json
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

from calls import IBUPROFEN, PATIENT, WARFARIN, bundle, call, draft, order

TOKEN = "s3cr3t"
Answers = dict[str, Any]


class FhirServer:
    """A FHIR server that answers what it is told, and remembers who asked."""

    def __init__(self, answers: Answers, *, delay: float = 0) -> None:
        self.answers, self.delay, self.asked = answers, delay, []  # type: ignore[var-annotated]
        self.base = ""

    def handler(self) -> type[BaseHTTPRequestHandler]:
        server = self

        class Handler(BaseHTTPRequestHandler):
            def do_GET(self) -> None:
                server.asked.append((self.path, self.headers.get("Authorization")))
                time.sleep(server.delay)
                found = next((value for key, value in server.answers.items() if self.path.startswith(key)), None)
                if isinstance(found, str):
                    self.send_response(302)
                    self.send_header("Location", found)
                    self.end_headers()
                    return
                data = json.dumps(found or bundle()).encode()
                self.send_response(200)
                self.end_headers()
                self.wfile.write(data)

            def log_message(self, *args: object) -> None:
                return

        return Handler


@contextmanager
def fhir_server(answers: Answers, **more: Any) -> Iterator[FhirServer]:
    server = FhirServer(answers, **more)
    http = ThreadingHTTPServer(("127.0.0.1", 0), server.handler())
    server.base = f"http://127.0.0.1:{http.server_port}/fhir"
    threading.Thread(target=http.serve_forever, daemon=True).start()
    try:
        yield server
    finally:
        http.shutdown()
        http.server_close()


RECORD: Answers = {"/fhir/Patient/p1": PATIENT, "/fhir/MedicationRequest": bundle(order("m1", WARFARIN))}


def asking(server: str, record: dict[str, Any]) -> dict[str, Any]:
    authorization = {"access_token": TOKEN, "token_type": "Bearer", "scope": "patient/*.rs"}
    return call("order-select", draft("d1", IBUPROFEN), record=record, fhirServer=server, fhirAuthorization=authorization)


def about_warfarin(cards: list[dict[str, Any]]) -> bool:
    return any("Warfarin" in card["summary"] for card in cards)


def test_what_was_not_prefetched_is_fetched_with_the_token_of_the_call(serve: Any) -> None:
    with fhir_server(RECORD) as fhir:
        cards = serve(fhir_servers=(fhir.base,)).cards(asking(fhir.base, {}))
    assert about_warfarin(cards)
    assert [card for card in cards if "not given" in card["summary"]] == []
    assert {token for _, token in fhir.asked} == {f"Bearer {TOKEN}"}


def test_only_what_is_missing_is_fetched(serve: Any) -> None:
    with fhir_server(RECORD) as fhir:
        serve(fhir_servers=(fhir.base,)).cards(
            asking(fhir.base, {"patient": PATIENT, "conditions": None, "allergies": None, "observations": None})
        )
    assert sorted(path.partition("?")[0] for path, _ in fhir.asked) == [
        "/fhir/MedicationDispense", "/fhir/MedicationRequest", "/fhir/MedicationStatement",
    ]  # fmt: skip


def test_a_server_that_the_site_does_not_name_is_not_called(serve: Any) -> None:
    with fhir_server(RECORD) as fhir:
        cards = serve(fhir_servers=("https://ehr.example/fhir",)).cards(asking(fhir.base, {}))
    assert fhir.asked == []
    assert [card["source"]["label"] for card in cards] == ["Carewright"]


def test_pages_are_followed_on_the_same_server(serve: Any) -> None:
    with fhir_server({}) as fhir:
        first = {**bundle(), "link": [{"relation": "next", "url": f"{fhir.base}/page-2"}]}
        fhir.answers |= {"/fhir/Patient/p1": PATIENT, "/fhir/MedicationRequest": first, "/fhir/page-2": bundle(order("m1", WARFARIN))}
        assert about_warfarin(serve(fhir_servers=(fhir.base,)).cards(asking(fhir.base, {})))


def test_neither_a_redirect_nor_a_next_page_takes_the_token_elsewhere(serve: Any) -> None:
    with fhir_server({"/": bundle(order("m1", WARFARIN))}) as elsewhere, fhir_server({}) as fhir:
        away = {**bundle(), "link": [{"relation": "next", "url": f"{elsewhere.base}/page-2"}]}
        fhir.answers |= {"/fhir/MedicationRequest": f"{elsewhere.base}/x", "/fhir/Condition": away}
        cards = serve(fhir_servers=(fhir.base,)).cards(asking(fhir.base, {"patient": PATIENT}))
    assert elsewhere.asked == []
    assert "what is taken already: not given; diagnoses: not given" in cards[-1]["summary"]


def test_a_slow_server_is_not_waited_for(serve: Any) -> None:
    with fhir_server(RECORD, delay=1.5) as fhir:
        cards = serve(fhir_servers=(fhir.base,), fetch_seconds=0.3).cards(asking(fhir.base, {"patient": PATIENT}))
    assert not about_warfarin(cards)
    assert "what is taken already: not given" in cards[-1]["summary"]


def test_more_than_the_site_allows_is_not_read(serve: Any) -> None:
    with fhir_server(RECORD) as fhir:
        cards = serve(fhir_servers=(fhir.base,), fetch_bytes=50).cards(asking(fhir.base, {"patient": PATIENT}))
    assert not about_warfarin(cards)
    assert "what is taken already: not given" in cards[-1]["summary"]


def test_the_token_is_neither_shown_nor_logged(serve: Any) -> None:
    from agent.faces.hooks.call import parse_call
    from agent.faces.hooks.services import SERVICES

    with fhir_server(RECORD) as fhir:
        ehr = serve(fhir_servers=(fhir.base,))
        asked = asking(fhir.base, {})
        answer = ehr.post("/carewright-order-select", asked)
        read = parse_call(json.dumps(asked).encode(), SERVICES["carewright-order-select"])
    assert TOKEN not in answer.text + "".join(ehr.lines) + repr(read)
