"""What is on the wire: no name, address, number, birth date or id of the record, whoever's record it is."""

from __future__ import annotations

import json
from datetime import date
from pathlib import Path

import pytest

from agent.case import Case
from agent.drafting.by_model import ModelDrafter
from agent.drafting.settings import Settings
from agent.errors import DraftError, PlannerError
from agent.privacy.endpoint import destination, require_permission, site_permissions
from agent.privacy.identifiers import identifiers_of, leaks
from tests.model.scripted import AS_OF, Server, completion


def _bundles(shared_data: Path) -> list[Path]:
    return sorted(path for folder in ("pysynthea-1.5.0", "synthea-v2.4") for path in (shared_data / "fhir" / folder).rglob("*.json"))


def _identifying(data: bytes) -> set[str]:
    """Read here in another way than the gate reads: every string below the demographic elements of every Patient."""
    found: set[str] = set()

    def walk(value: object) -> None:
        if isinstance(value, str) and len(value) >= 4:
            found.add(value.casefold())
        elif isinstance(value, dict | list):
            for part in value.values() if isinstance(value, dict) else value:
                walk(part)

    for entry in json.loads(data).get("entry", []):
        resource = entry.get("resource", {})
        found.add(str(resource.get("id", "0000")).casefold())
        if resource.get("resourceType") == "Patient":
            for name in resource.get("name", []):
                walk([name.get("family"), name.get("given")])
            for address in resource.get("address", []):
                walk([address.get("line"), address.get("city"), address.get("postalCode")])
            walk([t.get("value") for t in resource.get("telecom", [])])
            walk([i.get("value") for i in resource.get("identifier", [])])
            walk(resource.get("birthDate"))
    return {value for value in found if any(c.isdigit() for c in value) or len(value) >= 5}


def test_no_identifier_of_third_party_patients_is_on_the_wire(server: Server, shared_data: Path) -> None:
    server.reply = lambda _request, _handler: (200, completion("not an answer"))
    sent = 0
    for path in _bundles(shared_data):
        data = path.read_bytes()
        case = Case(data, date(2026, 11, 20))
        server.requests.clear()
        try:
            plan = ModelDrafter(Settings(server.url, "recorder", timeout=20)).draft(case)
        except PlannerError:
            continue
        wire = b"\n".join(server.requests).decode().casefold()
        leaked = {value for value in _identifying(data) if leaks(wire, frozenset({value}))}
        assert leaked == set(), (path.name, plan.drafter.fell_back)
        sent += bool(server.requests)
    assert sent >= 15


def test_an_identifier_in_the_prompt_stops_it(server: Server, drafter: ModelDrafter, example_bytes: bytes) -> None:
    bundle = json.loads(example_bytes)
    patient = next(e["resource"] for e in bundle["entry"] if e["resource"]["resourceType"] == "Patient")
    patient["name"] = [{"family": "Empagliflozin"}]
    plan = drafter.draft(Case(json.dumps(bundle).encode(), AS_OF))
    assert plan.drafter.fell_back == "an identifier of the record stood in the prompt, so nothing was sent"
    assert server.requests == []


def test_identifiers_are_found_wherever_people_are_named() -> None:
    bundle = {
        "entry": [
            {
                "resource": {
                    "resourceType": "Patient",
                    "id": "pat-77",
                    "birthDate": "1959-02-03",
                    "name": [{"use": "official", "family": "Okonkwo", "given": ["Ada"]}],
                    "identifier": [{"system": "urn:mrn", "value": "MRN 1234"}],
                    "address": [{"line": ["1 High Street"], "city": "Leeds"}],
                }
            },
            {"resource": {"resourceType": "Practitioner", "id": "dr", "name": [{"text": "Dr Brown"}]}},
        ]
    }
    found = identifiers_of(json.dumps(bundle).encode())
    assert found == {"pat-77", "1959-02-03", "okonkwo", "mrn 1234", "1 high street", "leeds", "dr brown"}
    assert leaks("seen by DR BROWN in Leedshire", found) == ("dr brown",)


@pytest.mark.parametrize(
    ("url", "where"),
    [
        ("http://127.0.0.1:8080/v1", "this-machine"),
        ("http://localhost/v1", "this-machine"),
        ("http://[::1]:1/v1", "this-machine"),
        ("https://api.example.com/v1", "elsewhere"),
        ("http://127.0.0.1.evil.example/v1", "elsewhere"),
        ("http://10.0.0.1/v1", "elsewhere"),
        ("http://user@127.0.0.1@evil.example/v1", "elsewhere"),
    ],
)
def test_only_the_loopback_is_this_machine(url: str, where: str) -> None:
    assert destination(url) == where


def test_as_shipped_nothing_may_be_sent_anywhere() -> None:
    for url in ("http://127.0.0.1/v1", "https://api.example.com/v1"):
        with pytest.raises(DraftError, match="facts, findings, options"):
            require_permission(url, site_permissions(None))


def test_a_privacy_file_that_cannot_be_read_permits_nothing(tmp_path: Path) -> None:
    bad = tmp_path / "privacy.toml"
    bad.write_text('[[send]]\nid = "x"\nto = "everywhere"\nwhat = ["facts"]\n')
    for path in (bad, tmp_path / "absent.toml"):
        with pytest.raises(DraftError, match="CAREWRIGHT_PRIVACY"):
            site_permissions(str(path))
