"""Orders of care and of aids: what state of the patient they show, for as long as they are recent.

| resource | status, intent | read as |
|---|---|---|
| ServiceRequest, DeviceRequest | active, on-hold, completed, unknown | ordered |
| | draft, revoked, entered-in-error; intent `proposal`, `option` | set aside |
| any | `doNotPerform`, or QI-Core's modifier extension of that name | set aside |

An order is not the deed: of what it is about only the states of `special.toml` are kept, which the order alone shows (hospice
care, a wheelchair). An ordered examination is never counted as done.
"""

from __future__ import annotations

import tomllib
from pathlib import Path

from agent.fhir import concepts, terms
from agent.fhir import shapes as r4
from agent.fhir.concepts import Concept
from agent.fhir.reading import ERROR, UNREAD, USED, Outcome, Reading, aside
from agent.fhir.times import day
from tools.clinical.facts import Event

_STATES = frozenset(tomllib.loads(Path(__file__).with_name("special.toml").read_text("utf-8"))["orders"]["states"])
_NO_ORDER = frozenset({"draft", "revoked"})


def read_service_request(found: r4.ServiceRequest, reference: str, reading: Reading) -> Outcome:
    """An order of care."""
    return _read(found, concepts.concept.of(found.code), reference, reading)


def read_device_request(found: r4.DeviceRequest, reference: str, reading: Reading) -> Outcome:
    """An order of an aid."""
    return _read(found, concepts.concept.of(found.code_codeable_concept), reference, reading)


def _read(found: r4.Request, what: Concept, reference: str, reading: Reading) -> Outcome:
    refusal = _refused(found) or reading.later(found.authored_on)
    if refusal is not None:
        return refusal
    kinds = terms.procedure(what) & _STATES if what else frozenset[str]()
    if not kinds:
        return UNREAD
    reading.events.append(Event(reference, "order", what.text, kinds, what.code, day(found.authored_on), found.status or ""))
    return USED


def _refused(found: r4.Request) -> Outcome | None:
    if found.status == "entered-in-error":
        return ERROR
    if found.do_not_perform:
        return aside("doNotPerform: an instruction not to do it")
    if found.status in _NO_ORDER or found.intent in ("proposal", "option"):
        return aside("a draft, a proposal or revoked: not ordered")
    return None
