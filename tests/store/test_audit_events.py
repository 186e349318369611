"""The audit as FHIR: valid R4, complete, and without a word of the patient."""

from __future__ import annotations

import json
from datetime import date
from pathlib import Path

from fhir.resources.R4B.bundle import Bundle

from agent.audit_events import audit_bundle
from agent.desk import Desk
from agent.review import Reject, Reviewer

ROOT = Path(__file__).resolve().parents[2]
RECORD = (ROOT / "scenarios" / "patients" / "example.json").read_bytes()


def test_each_line_is_a_valid_event_that_carries_its_seal(tmp_path: Path) -> None:
    desk = Desk(tmp_path)
    name = desk.start(RECORD, date(2026, 11, 20))
    plan = desk.show(name).plan
    desk.decide(name, Reviewer("dr-1", "physician"), [Reject(item=plan.items[0].id, reason="other", text="a private word")], plan.digest)
    lines = desk.history()
    bundle = audit_bundle(lines)
    Bundle.model_validate(bundle)
    events = [entry["resource"] for entry in bundle["entry"]]
    assert [(e["subtype"][0]["code"], e["action"], e["outcome"]) for e in events] == [
        ("started", "C", "0"), ("drafted", "C", "0"), ("read", "R", "0"), ("decided", "C", "0"),
    ]  # fmt: skip
    seals = [{d["type"]: d["valueString"] for d in e["entity"][0]["detail"]}["hash"] for e in events]
    assert seals == [line.hash for line in lines]
    assert events[3]["agent"][0]["who"]["identifier"]["value"] == "dr-1"
    told = json.dumps(bundle)
    assert not any(word in told for word in ("a private word", plan.patient.reference, plan.summary))
