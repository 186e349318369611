"""Proof by recording: a model's server on the loopback writes down what it is sent, and what it wrote is searched."""

from __future__ import annotations

import json
import threading
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

MARKS = ("Zyxwood", "Quentin", "0555 0199 887", "MRN 70077-Z", "1 Zyx Lane", "zq-77-patient", "Zyxcare Clinic", "zyxnote")
"""Put into the record as name, telephone number, identifier, address, id, organization and note: none may be on the wire."""
_DAY = date(2026, 11, 20)


class Recorder:
    """Keeps the bytes of every request, its line and headers too, and answers as shortly as one can, so that every kind of call is made."""

    def __init__(self) -> None:
        self.wire = bytearray()
        outer = self

        class Handler(BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                body = self.rfile.read(int(self.headers.get("Content-Length", "0")))
                outer.wire += self.requestline.encode() + self.headers.as_bytes() + body + b"\n"
                answer = json.dumps(
                    {"choices": [{"message": {"role": "assistant", "content": '{"order": []}'}, "finish_reason": "stop"}]}
                ).encode()
                self.send_response(200)
                self.send_header("Content-Type", "application/json")
                self.send_header("Content-Length", str(len(answer)))
                self.end_headers()
                self.wfile.write(answer)

            def log_message(self, format: str, *args: object) -> None:  # noqa: A002 - the base class names it so
                """Says nothing."""

        self.http = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.url = f"http://127.0.0.1:{self.http.server_address[1]}/v1"

    def found(self) -> list[str]:
        """Marks that stand on the wire, whatever their case."""
        heard = bytes(self.wire).decode("utf-8", "replace").casefold()
        return [mark for mark in MARKS if mark.casefold() in heard]


@contextmanager
def recording() -> Iterator[Recorder]:
    """A recorder that runs."""
    recorder = Recorder()
    thread = threading.Thread(target=recorder.http.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True)
    thread.start()
    try:
        yield recorder
    finally:
        recorder.http.shutdown()
        recorder.http.server_close()
        thread.join()


def marked_record(example: bytes) -> bytes:
    """The example with every mark in it."""
    record = json.loads(example)
    person = next(e["resource"] for e in record["entry"] if e["resource"]["resourceType"] == "Patient")
    old, new = f"Patient/{person['id']}", "Patient/zq-77-patient"
    record = json.loads(json.dumps(record).replace(f'"{old}"', f'"{new}"'))
    person = next(e["resource"] for e in record["entry"] if e["resource"]["resourceType"] == "Patient")
    person |= {
        "id": "zq-77-patient",
        "name": [{"family": "Zyxwood", "given": ["Quentin"]}],
        "telecom": [{"value": "0555 0199 887"}],
        "identifier": [{"value": "MRN 70077-Z"}],
        "address": [{"line": ["1 Zyx Lane"]}],
    }
    for entry in record["entry"]:
        resource = entry["resource"]
        if resource["resourceType"] in {"MedicationRequest", "Condition", "Observation", "AllergyIntolerance"}:
            resource["note"] = [{"text": "zyxnote: Quentin Zyxwood, MRN 70077-Z, spoke of it."}]
    record["entry"].append({"resource": {"resourceType": "Organization", "id": "zorg", "name": "Zyxcare Clinic"}})
    return json.dumps(record).encode()


def probe_wire() -> Iterator[str]:
    """What is wrong, a sentence each: first that the recorder hears every mark at all, then that none of them leaves with a draft."""
    from agent.case import Case
    from agent.drafting.by_model import ModelDrafter
    from agent.drafting.settings import Settings
    from agent.faces.planning_face import example_record

    record = marked_record(example_record())
    with recording() as control:
        request = urllib.request.Request(f"{control.url}/chat/completions", json.dumps(MARKS).encode())  # noqa: S310 - the loopback
        urllib.request.urlopen(request, timeout=10).close()  # noqa: S310 - the loopback
        if missed := set(MARKS) - set(control.found()):
            yield f"the recorder does not hear {len(missed)} of the marks that were sent to it on purpose"
            return
    missing = [mark for mark in MARKS if mark.encode() not in record]
    if missing:
        yield f"{len(missing)} marks are not in the record that is planned"
    with recording() as recorder:
        ModelDrafter(Settings(recorder.url, "recorder", timeout=20.0, critic="same", choices=2)).draft(Case(record, _DAY))
        if b'"messages"' not in recorder.wire:
            yield "nothing was sent, so that nothing is proved"
        yield from (f"{mark!r} was on the wire" for mark in recorder.found())
