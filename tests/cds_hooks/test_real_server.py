"""Fetch-back from a real FHIR server: nothing is prefetched, and the cards are those of the record that lies there."""

from __future__ import annotations

import json
import os
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from calls import IBUPROFEN, PATIENT, WARFARIN, by_rule, call, draft, order

pytestmark = pytest.mark.server


def put(base: str, resource: dict[str, Any]) -> None:
    url = f"{base}/{resource['resourceType']}/{resource['id']}"
    request = urllib.request.Request(url, json.dumps(resource).encode(), {"Content-Type": "application/fhir+json"}, method="PUT")
    with urllib.request.urlopen(request, timeout=30) as answer:
        assert answer.status in (200, 201)


@pytest.fixture
def fhir(tmp_path: Path) -> Iterator[str]:
    pytest.importorskip("sekmet")
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    command = [str(Path(sys.executable).with_name("sekmet")), "serve", "--host", "127.0.0.1", "--port", str(port)]
    with (tmp_path / "log").open("w") as log:
        process = subprocess.Popen(command, cwd=tmp_path, stdout=log, stderr=log, env={**os.environ, "PYTHONWARNINGS": "ignore"})
    base = f"http://127.0.0.1:{port}/fhir"
    try:
        for _ in range(240):
            try:
                urllib.request.urlopen(f"{base}/metadata", timeout=5).close()
                break
            except (urllib.error.URLError, ConnectionError):
                assert process.poll() is None, (tmp_path / "log").read_text("utf-8")
                time.sleep(0.25)
        yield base
    finally:
        process.terminate()
        process.wait(20)


def test_the_record_that_lies_there_is_what_is_checked(fhir: str, serve: Any) -> None:
    for resource in (PATIENT, order("m1", WARFARIN)):
        put(fhir, resource)
    ehr = serve(fhir_servers=(fhir,), fetch_seconds=20)
    cards = ehr.cards(call("order-sign", draft("d1", IBUPROFEN), record={}, fhirServer=fhir))
    assert "overrideReasons" in by_rule(cards, "vka-with-nsaid")
    assert [card["summary"] for card in cards if "not given" in card["summary"]] == []
