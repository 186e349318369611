"""Diagnostic reports: the conclusion as text and as codes, and the observations that some laboratories put inside the report itself.

A coded conclusion (`conclusionCode`) of a known problem is a dated finding, an event and not a problem: whether it belongs on the
problem list is asked.
"""

from __future__ import annotations

import msgspec
from msgspec import Raw, structs

from agent.fhir import concepts, modifiers, terms
from agent.fhir import elements as el
from agent.fhir import shapes as r4
from agent.fhir.events import presented, refused, shortened
from agent.fhir.observations import read_observation
from agent.fhir.reading import USED, Outcome, Reading
from agent.fhir.times import day
from tools.clinical.facts import Event

_PERIOD = el.Period()
_CONTAINED = msgspec.json.Decoder(r4.Observation)


def read_report(found: r4.DiagnosticReport, reference: str, reading: Reading) -> Outcome:
    """A report, with its conclusion or the text that it presents; contained observations are read under its reference and date."""
    what = concepts.concept.of(found.code)
    period = found.effective_period or _PERIOD
    refusal = refused(found.status) or reading.later(found.effective_date_time, period.start, found.issued)
    if refusal is not None:
        return refusal
    dated = found.effective_date_time or period.start or found.issued
    said = shortened(found.conclusion) or presented(found.presented_form)
    text = f"{what.text}: {said}" if said else what.text
    kind = "note" if said and not found.conclusion else "report"
    event = Event(reference, "note" if kind == "note" else "report", text, code=what.code, when=day(dated), status=found.status or "")
    reading.events.append(event)
    for concluded in concepts.concepts.of(found.conclusion_code):
        if kinds := terms.finding(concluded):
            reading.events.append(Event(reference, "finding", concluded.text, kinds, concluded.code, day(dated), found.status or ""))
    for raw in found.contained:
        _read_contained(raw, reference, dated, reading)
    return USED


def _read_contained(raw: Raw, reference: str, dated: str | None, reading: Reading) -> None:
    try:
        inside = _CONTAINED.decode(raw)
    except msgspec.DecodeError:
        return  # another type: a specimen, a laboratory
    if (turned := modifiers.refused(inside)) is not None:
        reading.issue(reference, "unrecognized", f"a result inside the report is not used: {turned.reason}")
        return
    if not (inside.effective_date_time or inside.effective_period or inside.effective_instant):
        inside = structs.replace(inside, effective_date_time=dated)
    read_observation(inside, f"{reference}#{inside.id}" if inside.id else reference, reading)
