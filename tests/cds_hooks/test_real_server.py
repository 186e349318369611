"""Fetch-back from a real FHIR server: nothing is prefetched, and the cards are those of the record that lies there."""

from __future__ import annotations

import json
import urllib.error
import urllib.request
from typing import Any

import pytest
from calls import IBUPROFEN, PATIENT, WARFARIN, by_rule, call, draft, order

pytestmark = pytest.mark.server


def put(base: str, resource: dict[str, Any]) -> None:
    url = f"{base}/{resource['resourceType']}/{resource['id']}"
    request = urllib.request.Request(url, json.dumps(resource).encode(), {"Content-Type": "application/fhir+json"}, method="PUT")
    with urllib.request.urlopen(request, timeout=30) as answer:
        assert answer.status in (200, 201)


def test_the_record_that_lies_there_is_what_is_checked(fhir: str, serve: Any) -> None:
    for resource in (PATIENT, order("m1", WARFARIN)):
        put(fhir, resource)
    ehr = serve(fhir_servers=(fhir,), fetch_seconds=20)
    cards = ehr.cards(call("order-sign", draft("d1", IBUPROFEN), record={}, fhirServer=fhir))
    assert "overrideReasons" in by_rule(cards, "vka-with-nsaid")
    assert [card["summary"] for card in cards if "not given" in card["summary"]] == []
