"""Orders of care and of aids: what state of the patient they show, for as long as they are recent.

| resource | status, intent | read as |
|---|---|---|
| ServiceRequest, DeviceRequest | active, on-hold, completed, unknown | ordered |
| | draft, revoked, entered-in-error; intent `proposal`, `option` | set aside |
| ServiceRequest | active, on-hold; an operation or examination of `special.toml`, `planned.kinds`, still to come | planned |
| any | `doNotPerform`, or QI-Core's modifier extension of that name | set aside |

An order is not the deed: of what it is about only the states of `special.toml` are kept, which the order alone shows (hospice
care, a wheelchair). An ordered examination is never counted as done. Planned is what has a date of these months to come, or no date
and an order of these months; a date that has passed is not believed to lie ahead.
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

_KNOWN = tomllib.loads(Path(__file__).with_name("special.toml").read_text("utf-8"))
_STATES = frozenset(_KNOWN["orders"]["states"])
_PLANNED: dict[str, list[str]] = _KNOWN["planned"]["kinds"]
_SOON: dict[str, list[str]] = _KNOWN["planned"]["soon"]
_MONTHS, _DAYS = int(_KNOWN["planned"]["within_days"]), int(_KNOWN["planned"]["soon_days"])
_NO_ORDER = frozenset({"draft", "revoked"})


def read_service_request(found: r4.ServiceRequest, reference: str, reading: Reading) -> Outcome:
    """An order of care, and what it says is still to come."""
    what = concepts.concept.of(found.code)
    outcome = _read(found, what, reference, reading)
    if outcome in (USED, UNREAD) and found.status in ("active", "on-hold") and _plan(found, terms.procedure(what), reference, reading):
        return USED
    return outcome


def _plan(found: r4.ServiceRequest, kinds: frozenset[str], reference: str, reading: Reading) -> bool:
    """Whether it is of something planned, and still to come."""
    names = [name for kind in kinds for name in _PLANNED.get(kind, ())]
    period = found.occurrence_period
    when = day(found.occurrence_date_time) or (day(period.start) if period is not None else None)
    written = day(found.authored_on)
    ahead = (when - reading.as_of).days if when is not None else None
    lately = ahead is None and written is not None and (reading.as_of - written).days <= _MONTHS
    if not names or not (lately or (ahead is not None and 0 <= ahead <= _MONTHS)):
        return False
    if ahead is not None and ahead <= _DAYS:
        names += [soon for name in names for soon in _SOON.get(name, ())]
    for name in dict.fromkeys(names):
        reading.planned.setdefault(name, []).append(reference)
    return True


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
