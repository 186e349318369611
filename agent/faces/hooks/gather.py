"""The record that a call brings, completed from the record system's FHIR server where a site allows it.

What counts as answered, and what as seen in part only: `given`.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

import orjson

from agent.faces.hooks.call import Call, HookError
from agent.faces.hooks.given import absent, answered, in_part, of_r4, resources_in, unseen
from agent.faces.hooks.services import PREFETCH

Resource = dict[str, Any]
FetchBack = Callable[[Call, Mapping[str, str]], dict[str, Any]]
"""Key → query of what is missing; gives what could be fetched, by key."""


@dataclass(frozen=True)
class Gathered:
    """What a call is answered from.

    Attributes:
        record: a Bundle with what is on record.
        drafts: a Bundle with the patient and the draft orders, as if they were ordered today.
        read: references of the draft orders of medicines; one that came without an id is given one.
        ordered: those that came with an id, as they came, by reference: only these can be offered to be changed.
        replaced: references of the orders that the drafts continue.
        unseen: what nobody looked at, in words.
        not_r4: what was left out since it is of another FHIR release, in words.
    """

    record: bytes
    drafts: bytes
    read: tuple[str, ...]
    ordered: Mapping[str, Resource]
    replaced: frozenset[str]
    unseen: tuple[str, ...]
    not_r4: tuple[str, ...]


def gather(call: Call, as_of: date, limit: int, fetch_back: FetchBack | None = None) -> Gathered:
    """Collect the record and the drafts.

    Args:
        limit: entries at most.
        fetch_back: gets what is missing; `None` where nothing may be fetched.

    Raises:
        HookError: too many entries (413), or nothing to go by (412).
    """
    given = answered(call.prefetch)
    missing = [*absent(given), *in_part(given)]
    if missing and fetch_back is not None:
        given |= fetch_back(call, {key: PREFETCH[key].replace("{{context.patientId}}", call.context.patient) for key in missing})
    drafts = _drafts(call, as_of)
    found, not_r4 = of_r4([r for value in given.values() for r in resources_in(value) if _reference(r) not in drafts])
    if len(found) + len(drafts) > limit:
        raise HookError(413, f"more than {limit} resources")
    if not found and not drafts and not not_r4:
        raise HookError(412, "nothing of the record was given, and nothing could be fetched")
    patient = _patient(found, call)
    products = [r for r in (*found, *resources_in(call.context.draft_orders)) if r.get("resourceType") == "Medication"]
    return Gathered(
        record=_bundle([patient, *(r for r in found if r.get("resourceType") != "Patient")]),
        drafts=_bundle([patient, *drafts.values(), *products]),
        read=tuple(drafts),
        ordered={_reference(r): r for r in resources_in(call.context.draft_orders) if _reference(r) in drafts},
        replaced=frozenset(filter(None, (_prior(r) for r in drafts.values()))),
        unseen=unseen(given),
        not_r4=not_r4,
    )


def _patient(found: list[Resource], call: Call) -> Resource:
    """The patient of the call; where the record brings none, one of whom nothing is known but the id."""
    for resource in found:
        if resource.get("resourceType") == "Patient" and resource.get("id") == call.context.patient:
            return resource
    if any(resource.get("resourceType") == "Patient" for resource in found):
        raise HookError(400, "the Patient that was given is not the one of context.patientId")
    return {"resourceType": "Patient", "id": call.context.patient}


def _drafts(call: Call, as_of: date) -> dict[str, Resource]:
    """Draft orders of medicines by reference, dated and opened so that they are read like any other order."""
    made = {}
    for number, resource in enumerate(resources_in(call.context.draft_orders), 1):
        if resource.get("resourceType") != "MedicationRequest" or resource.get("doNotPerform"):
            continue
        supply = {k: v for k, v in (resource.get("dispenseRequest") or {}).items() if k != "validityPeriod"}
        today = {"status": "active", "intent": "order", "authoredOn": as_of.isoformat(), "dispenseRequest": supply}
        opened = {**resource, **today, "id": resource.get("id") or f"draft-without-id-{number}"}
        made[_reference(opened)] = {key: value for key, value in opened.items() if value not in ({}, None)}
    return made


def _prior(resource: Resource) -> str:
    prior = resource.get("priorPrescription")
    return str(prior.get("reference", "")) if isinstance(prior, dict) else ""


def _reference(resource: Resource) -> str:
    return f"{resource.get('resourceType')}/{resource.get('id')}"


def _bundle(resources: list[Resource]) -> bytes:
    return orjson.dumps({"resourceType": "Bundle", "type": "collection", "entry": [{"resource": r} for r in resources]})
