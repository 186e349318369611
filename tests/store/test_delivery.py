"""From a signature to a FHIR server: a crash on the way loses and repeats nothing."""

from __future__ import annotations

import json
import os
import signal
import urllib.error
import urllib.request
from datetime import date
from pathlib import Path
from typing import Any

import pytest

from agent.desk import Desk
from agent.errors import DecisionError, StoreError
from agent.release_delivery import deliver, post, server_address
from agent.review import Approve, Reviewer
from tests.store.children import exit_code, in_a_child

ROOT = Path(__file__).resolve().parents[2]
RECORD = (ROOT / "scenarios" / "patients" / "example.json").read_bytes()
AS_OF = date(2026, 11, 20)
PHYSICIAN = Reviewer("dr-1", "physician")
SERVER = "http://127.0.0.1:1/fhir"


def never(url: str, content: bytes) -> int:
    raise AssertionError("nothing is to be sent")


def refused(url: str, content: bytes) -> int:
    return 422


def taken(url: str, content: bytes) -> int:
    return 200


@pytest.fixture
def signed(tmp_path: Path) -> tuple[Desk, str]:
    desk = Desk(tmp_path / "home")
    name = desk.start(RECORD, AS_OF)
    desk.decide(name, PHYSICIAN, [Approve(item="rest")], desk.show(name).plan.digest)
    return desk, name


def test_what_is_not_signed_is_not_sent(tmp_path: Path) -> None:
    desk = Desk(tmp_path / "home")
    name = desk.start(RECORD, AS_OF)
    with pytest.raises(DecisionError) as error:
        desk.deliver(name, SERVER, send=never)
    assert (error.value.reason, desk.outbox()) == ("incomplete", ())


def test_what_was_taken_is_not_sent_again(signed: tuple[Desk, str]) -> None:
    desk, name = signed
    assert desk.deliver(name, SERVER + "/", PHYSICIAN, send=taken)
    assert not desk.deliver(name, SERVER, send=never)
    assert [(line.event, line.actor) for line in desk.history(name)][-2:] == [("queued", "dr-1"), ("delivered", "dr-1")]
    assert (desk.outbox(), desk.audit().faults) == ((), ())


def test_what_was_refused_waits_in_the_outbox(signed: tuple[Desk, str]) -> None:
    desk, name = signed
    with pytest.raises(StoreError, match="422"):
        desk.deliver(name, SERVER, send=refused)
    assert Desk(desk._database.path.parent).outbox() == ((name, SERVER),)  # type: ignore[attr-defined]
    assert desk.deliver(name, SERVER, send=taken)
    assert [line.event for line in desk.history(name)].count("queued") == 1


def test_a_busy_server_is_asked_again_with_longer_pauses() -> None:
    answers, pauses = iter([503, 429, 201]), list[float]()
    deliver(b"{}", SERVER, lambda url, content: next(answers), pauses.append)
    assert pauses == [0.5, 1.0]


def test_a_server_that_is_down_is_given_up_after_five_times() -> None:
    pauses = list[float]()
    with pytest.raises(StoreError, match="outbox"):
        deliver(b"{}", SERVER, post, pauses.append)
    assert pauses == [0.5, 1.0, 2.0, 4.0]


@pytest.mark.parametrize("address", ["ftp://host/fhir", "host/fhir", "https://me:secret@host/fhir", "https://host/fhir?key=secret"])
def test_an_address_with_credentials_or_without_a_host_is_refused(address: str) -> None:
    with pytest.raises(StoreError) as error:
        server_address(address)
    assert "secret" not in str(error.value)


def call(url: str, method: str = "GET", body: object = None) -> dict[str, Any]:
    data = json.dumps(body).encode() if body is not None else None
    request = urllib.request.Request(url, data, {"Content-Type": "application/fhir+json"}, method=method)
    with urllib.request.urlopen(request, timeout=30) as answer:
        answered: dict[str, Any] = json.loads(answer.read())
    return answered


def ids(base: str, kinds: set[str]) -> set[str]:
    found = [entry["resource"] for kind in kinds for entry in call(f"{base}/{kind}?_count=200").get("entry", [])]
    return {f"{resource['resourceType']}/{resource['id']}" for resource in found}


@pytest.mark.slow
@pytest.mark.server
@pytest.mark.parametrize("sent_before_it_dies", [False, True])
def test_killed_while_it_delivers_it_is_there_once(signed: tuple[Desk, str], fhir: str, sent_before_it_dies: bool) -> None:
    desk, name = signed
    bundle = desk.release(name)
    patient = desk.show(name).plan.patient.reference
    call(f"{fhir}/{patient}", "PUT", {"resourceType": "Patient", "id": patient.removeprefix("Patient/")})
    kinds = {entry["request"]["url"] for entry in bundle["entry"]}
    before = ids(fhir, kinds)

    def dies(url: str, content: bytes) -> int:
        if sent_before_it_dies:
            assert post(url, content) == 200
        os.kill(os.getpid(), signal.SIGKILL)
        return 0

    assert exit_code(in_a_child(lambda: desk.deliver(name, fhir, send=dies))) == -signal.SIGKILL
    assert desk.outbox() == ((name, fhir),)
    assert len(ids(fhir, kinds) - before) == (len(bundle["entry"]) if sent_before_it_dies else 0)
    assert desk.deliver(name, fhir)
    assert len(ids(fhir, kinds) - before) == len(bundle["entry"])
    assert (desk.outbox(), desk.audit().faults, desk.deliver(name, fhir, send=never)) == ((), (), False)
