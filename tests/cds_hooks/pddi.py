"""The requests of HL7 PDDI-CDS as a record system of today would send them: CDS Hooks 2.0 around FHIR R4.

The published requests are templates of 2018 to 2020: nine are drafts of CDS Hooks 1.0 (`medication-prescribe`, entries without `resource`,
prefetch inside the context), all are FHIR STU3 (`clinicalStatus` is a string), dates are CQL expressions (`Today() - 10 days`) or left out,
and the nine name their patient in several ways. What is clinical in them (medicines, values, problems, ages) is left as it is.
"""

from __future__ import annotations

import copy
import json
import re
from collections.abc import Iterator
from datetime import date, timedelta
from pathlib import Path
from typing import Any

Json = dict[str, Any]
_CLINICAL = "http://terminology.hl7.org/CodeSystem/condition-clinical"
_DATED = {
    "MedicationRequest": "authoredOn",
    "MedicationDispense": "whenHandedOver",
    "MedicationStatement": "effectiveDateTime",
    "MedicationAdministration": "effectiveDateTime",
    "Observation": "effectiveDateTime",
}
_STU3 = ("assertedDate", "verificationStatus", "context", "category", "_authoredOn", "effectivePeriod", "wasNotGiven", "notGiven", "taken")


def request_of(path: Path) -> tuple[Json, date]:
    """The request, and the day on which it is sent: that of the newest date in it."""
    template = json.loads(path.read_text("utf-8"))
    day = _day(template)
    context = template["context"]
    ordered = context.pop("draftOrders", None) or context.pop("medications")
    drafts = [_r4(r, day) for r in _resources(ordered)]
    record = [_r4(r, day) for r in _resources(template)]
    patient = str(context["patientId"]).removeprefix("Patient/")
    for resource in (*drafts, *record):
        if resource["resourceType"] == "Patient":
            resource["id"] = patient
        else:
            resource["subject"] = {"reference": f"Patient/{patient}"}
    for draft in drafts:
        draft["status"] = "draft"
    hook = "order-sign" if template["hook"] == "medication-prescribe" else template["hook"]
    call = {
        "hook": hook,
        "hookInstance": template["hookInstance"],
        "context": {
            "patientId": patient,
            "userId": template.get("userId") or template.get("user"),
            **{key: context[key] for key in ("encounterId", "selections") if key in context},
            "draftOrders": _bundle(drafts),
        },
        "prefetch": {"record": _bundle(record)},
        **({"extension": template["extension"]} if "extension" in template else {}),
    }
    return call, day


def _resources(node: Any) -> Iterator[Json]:
    if isinstance(node, dict):
        if node.get("resourceType", "Bundle") != "Bundle":
            yield node
            return
        for value in node.values():
            yield from _resources(value)
    elif isinstance(node, list):
        for value in node:
            yield from _resources(value)


def _r4(resource: Json, day: date) -> Json:
    made = copy.deepcopy(resource)
    field = _DATED.get(made["resourceType"])
    if field and field not in made:
        made[field] = made.get("issued") or (day - timedelta(days=_days_ago(made))).isoformat()
    if made["resourceType"] == "Condition" and isinstance(made.get("clinicalStatus"), str):
        made["clinicalStatus"] = {"coding": [{"system": _CLINICAL, "code": made["clinicalStatus"]}]}
    for name in _STU3:
        made.pop(name, None)
    (made.get("dispenseRequest") or {}).pop("validityPeriod", None)
    return made


def _days_ago(resource: Json) -> int:
    found = re.search(r"Today\(\) - (\d+) days", json.dumps({key: resource.get(key) for key in ("_authoredOn", "effectivePeriod")}))
    return int(found[1]) if found else 0


def _day(template: Json) -> date:
    dates = re.findall(r'"(?:authoredOn|effectiveDateTime)": "(\d{4}-\d\d-\d\d)', json.dumps(template))
    return max(map(date.fromisoformat, dates), default=date(2020, 4, 5))


def _bundle(resources: list[Json]) -> Json:
    return {"resourceType": "Bundle", "type": "collection", "entry": [{"resource": r} for r in resources]}
