"""Where records come from: files, lines, standard input, a server with pages."""

from __future__ import annotations

import io
import threading
from collections.abc import Iterator
from datetime import date
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from types import SimpleNamespace
from typing import Any, ClassVar
from urllib.parse import urlsplit

import orjson
import pytest

from agent.errors import RecordError
from agent.fhir.read import read_bundle
from agent.fhir.received import resource
from agent.fhir.source import load_source, read_ndjson
from scenarios.builders import bundle, condition, patient

AS_OF = date(2026, 11, 23)
DATA = orjson.dumps(bundle(patient(born=date(1960, 1, 1)), condition("hypertension"), condition("asthma")))
RESOURCES = [entry["resource"] for entry in orjson.loads(DATA)["entry"]]


def test_a_file_is_taken_as_it_is(tmp_path: Path) -> None:
    path = tmp_path / "bundle.json"
    path.write_bytes(DATA)
    assert load_source(path) == DATA
    assert load_source(tmp_path) == DATA


def test_a_file_that_is_not_there_is_named_without_its_folder(tmp_path: Path) -> None:
    with pytest.raises(RecordError, match=r"^'none\.json' cannot be read: No such file or directory$"):
        load_source(tmp_path / "none.json")


def test_an_empty_folder_is_refused(tmp_path: Path) -> None:
    with pytest.raises(RecordError, match="holds no NDJSON and 0 JSON files"):
        load_source(tmp_path)


def test_standard_input_may_hold_a_bundle_or_lines(monkeypatch: pytest.MonkeyPatch) -> None:
    for given in (DATA, b"\n".join(map(orjson.dumps, RESOURCES))):
        monkeypatch.setattr("sys.stdin", SimpleNamespace(buffer=io.BytesIO(given)))
        assert len(read_bundle(load_source("-"), AS_OF).facts.problems) == 2


def test_a_line_that_is_no_json_is_set_aside_with_its_place(tmp_path: Path) -> None:
    (tmp_path / "Patient.ndjson").write_bytes(orjson.dumps(RESOURCES[0]) + b"\n")
    (tmp_path / "Condition.ndjson").write_bytes(orjson.dumps(RESOURCES[1]) + b"\n{broken\n\n" + orjson.dumps(RESOURCES[2]))
    record = read_ndjson(tmp_path, AS_OF)
    assert (record.used, [line.reason for line in record.set_aside]) == (3, ["not JSON: Condition.ndjson:2"])


def test_an_export_without_a_patient_is_refused(tmp_path: Path) -> None:
    (tmp_path / "Condition.ndjson").write_bytes(orjson.dumps(RESOURCES[1]))
    with pytest.raises(RecordError, match="no patient"):
        load_source(tmp_path)


def test_a_resource_is_found_again_by_the_reference_of_a_fact() -> None:
    found = resource(DATA, "Condition/condition-2")
    assert found is not None
    assert found["code"]["text"] == "asthma"
    assert resource(DATA, "entry[0]") == RESOURCES[0]
    assert resource(DATA, "Condition/none") is None


@pytest.mark.parametrize("turned", [False, True])
def test_of_two_versions_the_one_that_the_facts_were_made_of_is_found(turned: bool) -> None:
    versions = [
        {"resource": RESOURCES[1] | {"meta": {"lastUpdated": when}, "code": {"text": text}}}
        for when, text in (("2026-01-01T00:00:00Z", "gout"), ("2025-01-01T00:00:00Z", "asthma"))
    ]
    bundle = {"resourceType": "Bundle", "entry": [{"resource": RESOURCES[0]}, *(reversed(versions) if turned else versions)]}
    data = orjson.dumps(bundle)
    found = resource(data, f"Condition/{RESOURCES[1]['id']}")
    assert found is not None
    assert found["code"]["text"] == "gout"
    assert [problem.text for problem in read_bundle(data, AS_OF).facts.problems] == ["gout"]


@pytest.mark.parametrize("reference", ["urn:uuid:a1", "Condition/a1", "Condition/a1#inside", "entry[1].resource.entry[0]"])
def test_a_resource_has_the_names_by_which_facts_may_call_it(reference: str) -> None:
    inner = {"resourceType": "Bundle", "entry": [{"fullUrl": "urn:uuid:a1", "resource": {"resourceType": "Condition"}}]}
    data = orjson.dumps({"resourceType": "Bundle", "entry": [{"resource": RESOURCES[0]}, {"resource": inner}, None, {"resource": 3}]})
    assert resource(data, reference) == {"resourceType": "Condition"}


EVENT = {
    "resourceType": "AdverseEvent",
    "id": "ae-1",
    "actuality": "actual",
    "event": {"text": "penicillin"},
    "subject": {"reference": "Patient/patient-1"},
    "date": "2025-01-01",
}


class Server(BaseHTTPRequestHandler):
    """Answers from a table of path and query."""

    pages: ClassVar[dict[str, Any]] = {}

    def do_GET(self) -> None:
        split = urlsplit(self.path)
        found = self.pages.get(self.path) or self.pages.get(split.path)
        status, body = (200, orjson.dumps(found)) if isinstance(found, dict) else (found or 404, b"{}")
        self.send_response(status)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002 - the name is the base class's
        """Says nothing."""


@pytest.fixture
def server() -> Iterator[str]:
    running = ThreadingHTTPServer(("127.0.0.1", 0), Server)
    threading.Thread(target=running.serve_forever, daemon=True).start()
    yield f"http://127.0.0.1:{running.server_address[1]}/fhir"
    running.shutdown()
    running.server_close()


def page(*resources: dict[str, Any], following: str | None = None) -> dict[str, Any]:
    links = [{"relation": "next", "url": following}] if following else []
    return {"resourceType": "Bundle", "type": "searchset", "link": links, "entry": [{"resource": r} for r in resources]}


def test_all_pages_of_everything_are_read(server: str) -> None:
    Server.pages = {
        "/fhir/Patient/patient-1/$everything": page(*RESOURCES[:2], following=f"{server}/page2"),
        "/fhir/page2": page(RESOURCES[2]),
    }
    record = read_bundle(load_source(server, "patient-1"), AS_OF)
    assert (record.resources, len(record.facts.problems), record.partial) == (3, 2, False)


def test_a_server_without_everything_is_asked_type_by_type(server: str) -> None:
    from agent.fhir.server import RARE, TYPES

    Server.pages = {f"/fhir/{kind}": page() for kind in (*TYPES, *RARE)}
    Server.pages |= {"/fhir/Patient/patient-1": RESOURCES[0], "/fhir/Condition": page(*RESOURCES[1:]), "/fhir/AdverseEvent": page(EVENT)}
    record = read_bundle(load_source(server, "patient-1"), AS_OF)
    assert (len(record.facts.problems), [a.text for a in record.facts.allergies], record.set_aside) == (2, ["penicillin"], ())


def test_a_search_that_a_server_does_not_offer_is_listed_and_costs_nothing_else(server: str) -> None:
    from agent.fhir.server import TYPES

    Server.pages = {f"/fhir/{kind}": page() for kind in TYPES}
    Server.pages |= {"/fhir/Patient/patient-1": RESOURCES[0], "/fhir/Condition": page(*RESOURCES[1:])}
    record = read_bundle(load_source(server, "patient-1"), AS_OF)
    assert len(record.facts.problems) == 2
    assert [line.reason for line in record.set_aside] == ["the server reports an error in place of a resource"] * 3


def test_every_type_that_facts_are_made_of_is_asked_for() -> None:
    from agent.fhir.server import RARE, TYPES
    from agent.fhir.shapes import USED

    assert {*TYPES, *RARE, "Patient", "Medication"} == {kind.__name__ for kind in USED}


@pytest.mark.parametrize(
    ("pages", "said"),
    [
        ({}, "has no such patient"),
        ({"/fhir/Patient/patient-1/$everything": 401}, "status 401: set CAREWRIGHT_FHIR_TOKEN"),
        ({"/fhir/Patient/patient-1/$everything": 503}, "status 503"),
        ({"/fhir/Patient/patient-1/$everything": {"resourceType": "OperationOutcome"}}, "not a Bundle"),
        ({"/fhir/Patient/patient-1/$everything": page(following="/fhir/Patient/patient-1/$everything?_count=250")}, "circle"),
        ({"/fhir/Patient/patient-1/$everything": page(following="https://elsewhere.example/fhir")}, "another server"),
    ],
)
def test_what_a_server_does_wrong_is_said(server: str, pages: dict[str, Any], said: str) -> None:
    Server.pages = pages
    with pytest.raises(RecordError, match=said):
        load_source(server, "patient-1")


def test_a_server_that_is_not_there_is_said(server: str) -> None:
    with pytest.raises(RecordError, match="cannot be reached"):
        load_source("http://127.0.0.1:9/fhir", "patient-1")
    with pytest.raises(RecordError, match="needs --patient"):
        load_source(server)
