"""The audit as FHIR R4 AuditEvent resources, one a line: who, in which role, did what to which plan, with the seals of the chain."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from agent.store.audit import Line

_DICOM = "http://dicom.nema.org/resources/ontology/DCM"
_CREATES = frozenset({"started", "drafted", "decided", "signed"})
_READS = frozenset({"read"})
_EXECUTES = frozenset({"released", "queued", "delivered", "recovered"})
_DELETES = frozenset({"erased"})
_MINOR_FAILURES = frozenset({"refused"})
_FAILURES = frozenset({"failed"})


def audit_bundle(lines: Iterable[Line]) -> dict[str, Any]:
    """A collection of AuditEvents, in the order of the chain."""
    return {"resourceType": "Bundle", "type": "collection", "entry": [{"resource": audit_event(line)} for line in lines]}


def audit_event(line: Line) -> dict[str, Any]:
    """One line; its number, its seal and the seal before it are kept, so that the export can be held against the chain."""
    details = {"line": line.seq, "previous": line.previous, "hash": line.hash, **line.details}
    return {
        "resourceType": "AuditEvent",
        "type": {"system": _DICOM, "code": "110110", "display": "Patient Record"},
        "subtype": [{"code": line.event, "display": f"plan {line.event}"}],
        "action": _action(line.event),
        "recorded": line.at,
        "outcome": "8" if line.event in _FAILURES else "4" if line.event in _MINOR_FAILURES else "0",
        "agent": [
            {
                "role": [{"text": line.role}],
                "who": {"identifier": {"value": line.actor}},
                "requestor": True,
            }
        ],
        "source": {"observer": {"display": "Carewright"}},
        "entity": [
            {
                "what": {"identifier": {"value": line.work}},
                "detail": [{"type": name, "valueString": str(value)} for name, value in details.items() if value not in (None, "")],
            }
        ],
    }


def _action(event: str) -> str:
    """C(reate), R(ead), E(xecute), D(elete) or U(pdate)."""
    for events, code in ((_CREATES, "C"), (_READS, "R"), (_EXECUTES, "E"), (_DELETES, "D")):
        if event in events:
            return code
    return "U"
