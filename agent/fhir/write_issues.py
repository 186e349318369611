"""Detected issues, and the provenance of all that is written: a device drafted it, people verified it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from importlib.metadata import version

from agent.fhir.systems import ACT_CODE
from agent.fhir.write_items import Writing
from agent.fhir.write_parts import Json, cited, compact, concept, notes, person, refer, refers, text, word
from agent.review import Override
from tools.clinical.plan import Plan, PlanIssue

_PARTICIPANTS = "http://terminology.hl7.org/CodeSystem/provenance-participant-type"
_DIGESTS = "urn:ietf:rfc6920"


def detected_issue(issue: PlanIssue, w: Writing, overrides: Mapping[str, Sequence[Override]]) -> Json:
    """An issue, with the reason that was given where it was overridden, and the remedies that were approved."""
    display = word("issues", issue.code)
    evidence = refers(issue.facts)
    return compact(
        {
            "resourceType": "DetectedIssue",
            "status": "preliminary" if w.draft else "final",
            "code": concept(display or issue.code, {"system": ACT_CODE, "code": issue.code, "display": display} if display else {}),
            "severity": word("severity", issue.severity),
            "patient": refer(w.plan.patient.reference),
            "identifiedDateTime": w.plan.as_of,
            "author": refer(w.device()),
            "implicated": refers(issue.medications),
            "evidence": [{"detail": evidence}] if evidence else [],
            "detail": text(" ".join((issue.consequence, issue.action, *(f"({cited(c)})" for c in issue.evidence)))),
            "mitigation": [] if w.draft else _mitigations(issue, w, overrides),
        }
    )


def _mitigations(issue: PlanIssue, w: Writing, overrides: Mapping[str, Sequence[Override]]) -> list[Json]:
    """Reasons and remedies; only of items that are written."""
    made: list[Json] = []
    for item in w.items:
        signatures = (w.signed or {})[item.id]
        said = [o for o in overrides.get(item.id, ()) if o.issue == issue.id]
        words = [f"overridden: {o.reason}. {o.text}" for o in said]
        if item.id in issue.handled_by:
            words.append(f"{item.action} {item.subject.text}")
        made += [{"action": concept(word_), "date": signatures[0].at, "author": person(signatures[0])} for word_ in words]
    return made


def device(plan: Plan) -> Json:
    """The program, and the model where one drafted."""
    model = plan.drafter.model if plan.drafter.kind == "model" else None
    names = [{"name": "Carewright", "type": "user-friendly-name"}]
    names += [{"name": text(model), "type": "model-name"}] if model else []
    return compact(
        {
            "resourceType": "Device",
            "status": "active",
            "deviceName": names,
            "version": [{"value": version("carewright")}],
            "note": notes("Clinical decision support: drafts plans for professionals to check and sign; gives no orders."),
        }
    )


def provenance(w: Writing, targets: Sequence[str]) -> Json:
    """Who drafted, who verified, from which record, with which plan."""
    people = {s.reviewer: s for signatures in (w.signed or {}).values() for s in signatures}
    recorded = max((s.at for s in people.values()), default=f"{w.plan.as_of}T00:00:00Z")
    agents = [{"type": _participant("author"), "who": refer(w.device())}]
    agents += [{"type": _participant("verifier"), "who": person(s)} for s in people.values()]
    return compact(
        {
            "resourceType": "Provenance",
            "target": [refer(target) for target in targets],
            "recorded": recorded,
            "agent": agents,
            "entity": [
                {
                    "role": "source",
                    "what": {"identifier": {"system": _DIGESTS, "value": w.plan.input.digest}, "display": "the record that was read"},
                },
                {
                    "role": "derivation",
                    "what": {"identifier": {"system": _DIGESTS, "value": w.plan.digest}, "display": "the plan as it was shown"},
                },
            ],
        }
    )


def _participant(code: str) -> Json:
    return concept("", {"system": _PARTICIPANTS, "code": code})
