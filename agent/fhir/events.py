"""Dated things that happened: immunizations, procedures, encounters, notes, care plans, goals, family history.

Their texts are kept to be shown to a reader. Nothing in them is ever obeyed, and nothing clinical is read out of prose.
Statuses `entered-in-error`, `not-done` and `cancelled` are set aside: it did not happen.
"""

from __future__ import annotations

import base64
import binascii
import tomllib
from collections.abc import Sequence
from datetime import date
from pathlib import Path

import msgspec
from msgspec import DecodeError

from agent.fhir import concepts, family, modifiers, terms
from agent.fhir import elements as el
from agent.fhir import shapes as r4
from agent.fhir.concepts import Concept
from agent.fhir.reading import ERROR, USED, Outcome, Reading, aside
from agent.fhir.times import day
from tools.clinical.facts import Event

_NEVER = frozenset({"not-done", "cancelled", "rejected", "abandoned"})
_ENCODED = 8_000
_SHOWN = 4_000
_PERIOD = el.Period()
_NO_KINDS = frozenset[str]()
_CODING = msgspec.json.Decoder(el.Coding)
_VISITS = tomllib.loads(Path(__file__).with_name("special.toml").read_text("utf-8"))["visits"]
_URGENT, _ACUTE = frozenset(_VISITS["urgent_classes"]), str(_VISITS["urgent_kind"])


def refused(status: str | None) -> Outcome | None:
    """Set aside what did not happen."""
    if status == "entered-in-error":
        return ERROR
    return aside(f"status {status}: it did not happen") if status in _NEVER else None


def read_immunization(found: r4.Immunization, reference: str, reading: Reading) -> Outcome:
    """A vaccination given."""
    what = concepts.concept.of(found.vaccine_code)
    refusal = refused(found.status) or reading.later(found.occurrence_date_time, None if found.occurrence_date_time else found.recorded)
    if refusal is None and found.is_subpotent:
        refusal = aside("isSubpotent: a dose of too little effect to count")
    if refusal is not None or not what:
        return refusal or aside("no vaccine is named")
    when = day(found.occurrence_date_time)
    reading.events.append(Event(reference, "immunization", what.text, terms.immunization(what), what.code, when, found.status or ""))
    return USED


def read_procedure(found: r4.Procedure, reference: str, reading: Reading) -> Outcome:
    """A procedure done or under way; one that is only prepared is set aside."""
    what = concepts.concept.of(found.code)
    period = found.performed_period or _PERIOD
    refusal = refused(found.status) or reading.later(found.performed_date_time, period.start)
    if refusal is None and found.status == "preparation":
        refusal = aside("status preparation: it has not happened")
    if refusal is not None or not what:
        return refusal or aside("no procedure is named")
    when = day(found.performed_date_time) or day(period.start)
    kinds, until = terms.procedure(what), _over(period, reading)
    reading.events.append(Event(reference, "procedure", what.text, kinds, what.code, when, found.status or "", until))
    return USED


def read_encounter(found: r4.Encounter, reference: str, reading: Reading) -> Outcome:
    """A visit or stay, and what it was for; where the patient was discharged to counts once the stay is over."""
    period = found.period or _PERIOD
    refusal = refused(found.status) or reading.later(period.start)
    if refusal is None and found.status == "planned":
        refusal = aside("status planned: it has not happened")
    if refusal is not None:
        return refusal
    what, kinds = _visits.of(found.type)
    left = found.hospitalization is not None and (period.end is None or (day(period.end) or reading.as_of) <= reading.as_of)
    left_to = concepts.concept.of(found.hospitalization.discharge_disposition) if found.hospitalization and left else concepts.EMPTY
    kinds |= terms.procedure(left_to) if left_to else _NO_KINDS
    kinds |= _urgent.of(found.class_)
    reasons = _reasons.of(found.type) | _reasons.of(found.reason_code)
    status, until = found.status or "", _over(period, reading)
    reading.events.append(Event(reference, "encounter", what.text, kinds, what.code, day(period.start), status, until, reasons))
    return USED


def _visit(raw: bytes) -> tuple[Concept, frozenset[str]]:
    """What a visit is called by its types, and the kinds of them all."""
    types = concepts.concepts[raw]
    return next(iter(types), concepts.EMPTY), _NO_KINDS.union(*(terms.procedure(concept) for concept in types if concept))


def _urgency(raw: bytes) -> frozenset[str]:
    """What a class, which R4 gives as a bare Coding, says of how urgent the visit was."""
    try:
        code = _CODING.decode(raw).code if raw else None
    except DecodeError:
        code = None
    return frozenset({_ACUTE}) if code in _URGENT else _NO_KINDS


def _findings(raw: bytes) -> frozenset[str]:
    """The problems that coded types or reasons of a visit state."""
    return _NO_KINDS.union(*(terms.finding(concept) for concept in concepts.concepts[raw]))


_visits: concepts.Memo[tuple[Concept, frozenset[str]]] = concepts.Memo(_visit)
_urgent: concepts.Memo[frozenset[str]] = concepts.Memo(_urgency)
_reasons: concepts.Memo[frozenset[str]] = concepts.Memo(_findings)


def _over(period: el.Period, reading: Reading) -> date | None:
    """The last day of what is over."""
    end = day(period.end)
    return end if end is not None and end <= reading.as_of else None


def read_document(found: r4.DocumentReference, reference: str, reading: Reading) -> Outcome:
    """A note; plain text in the record is kept, what lies elsewhere or is no text is named only."""
    refusal = refused(found.status) or reading.later(found.date)
    if refusal is not None:
        return refusal
    what = concepts.concept.of(found.type)
    attachments = [content.attachment for content in found.content if content.attachment is not None]
    said = presented(attachments) or shortened(found.description)
    text = ": ".join(filter(None, (what.text, said)))
    reading.events.append(Event(reference, "note", text, code=what.code, when=day(found.date), status=found.status or ""))
    return USED


def read_care_plan(found: r4.CarePlan, reference: str, reading: Reading) -> Outcome:
    """A care plan with its activities by name; not those that it forbids."""
    period = found.period or _PERIOD
    refusal = refused(found.status if found.status != "revoked" else "cancelled") or reading.later(period.start, found.created)
    if refusal is not None:
        return refusal
    about = concepts.concepts.of(found.category)
    title = found.title or next((c.text for c in reversed(about) if c.text), "")
    named = [_activity(activity) for activity in found.activity]
    text = ": ".join(filter(None, (shortened(title), ", ".join(dict.fromkeys(filter(None, named))))))
    code = _last_code(about)
    when = day(period.start) or day(found.created)
    reading.events.append(Event(reference, "care-plan", shortened(text), code=code.code, when=when, status=found.status or ""))
    return USED


def _last_code(about: Sequence[Concept]) -> Concept:
    return next((c for c in reversed(about) if c.code), concepts.EMPTY)


def _activity(activity: el.Activity) -> str:
    if activity.detail is None or activity.detail.do_not_perform:
        return ""
    return concepts.concept.of(activity.detail.code).text or shortened(activity.detail.description)


def read_goal(found: r4.Goal, reference: str, reading: Reading) -> Outcome:
    """A goal in the words of who set it."""
    refusal = refused(found.lifecycle_status) or reading.later(found.start_date, found.status_date)
    if refusal is not None:
        return refusal
    what = concepts.concept.of(found.description)
    when = day(found.start_date) or day(found.status_date)
    reading.events.append(Event(reference, "goal", what.text, code=what.code, when=when, status=found.lifecycle_status or ""))
    return USED


def read_family_history(found: r4.FamilyMemberHistory, reference: str, reading: Reading) -> Outcome:
    """What a relative had; never a problem of the patient. `kinds` are those of the relative's conditions."""
    refusal = refused(found.status) or reading.later(found.date)
    if refusal is not None:
        return refusal
    relative = concepts.concept.of(found.relationship).text
    conditions = modifiers.plain(found.condition, "a relative's illness", reference, reading)
    had = [concepts.concept.of(condition.code) for condition in conditions]
    kinds = frozenset().union(*(terms.problem(what) for what in had if what)) if had else frozenset[str]()
    text = f"{relative}: {', '.join(what.text for what in had if what)}".strip(": ")
    for name in family.states(concepts.concept.of(found.relationship), zip(had, conditions, strict=True)):
        reading.stated.setdefault(name, []).append(reference)
    reading.events.append(
        Event(reference, "family-history", text, kinds, had[0].code if had else None, day(found.date), found.status or "")
    )
    return USED


def presented(attachments: Sequence[el.Attachment]) -> str:
    """The first plain text that is attached, else the first title."""
    for attachment in attachments:
        if attachment.data and (attachment.content_type or "").startswith("text/plain"):
            text = _decoded(attachment.data)
            if text:
                return text
    return next((shortened(a.title) for a in attachments if a.title), "")


def _decoded(data: str) -> str:
    """The beginning of a base64 text; empty where it is none."""
    try:
        return shortened(base64.b64decode(data[:_ENCODED], validate=False).decode("utf-8", "replace"))
    except (binascii.Error, ValueError):
        return ""


def shortened(text: str | None) -> str:
    """The beginning of a text, long enough to be shown."""
    return (text or "").strip()[:_SHOWN]
