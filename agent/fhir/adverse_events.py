"""Adverse events: what a medicine did to the patient counts as an intolerance to it, whoever lists it where.

The medicine is the event's own code (as QI-Core writes it), or the suspected entity, and the code then names the reaction.
Only what happened counts (`actuality` actual or missing); where no medicine is known, the event is kept to be shown.
"""

from __future__ import annotations

from agent.fhir import concepts, terms
from agent.fhir import shapes as r4
from agent.fhir.concepts import EMPTY, Concept
from agent.fhir.products import medicine_at
from agent.fhir.reading import USED, Outcome, Reading, aside
from agent.fhir.times import day
from tools.clinical.facts import Allergy, Event


def read_adverse_event(found: r4.AdverseEvent, reference: str, reading: Reading) -> Outcome:
    """An adverse event."""
    if found.actuality == "potential":
        return aside("a potential event: it did not happen")
    later = reading.later(found.date, found.recorded_date)
    what, suspects = concepts.concept.of(found.event), _suspects(found, reading)
    if later is not None or not (what or suspects):
        return later or aside("no code and no text says what happened")
    when = day(found.date) or day(found.recorded_date)
    blamed = [concept for concept in (what, *suspects) if concept and terms.allergen(concept).recognized]
    if not blamed:
        reading.events.append(Event(reference, "finding", what.text, terms.problem(what), what.code, when))
        return USED
    reactions = terms.reaction(what) if what and what not in blamed else frozenset[str]()
    for concept in blamed:
        kinds = terms.allergen(concept).kinds
        reading.allergies.append(
            Allergy(reference, concept.text, kinds, reactions, concept.code, intolerance=True, recorded=when),
        )
    return USED


def _suspects(found: r4.AdverseEvent, reading: Reading) -> list[Concept]:
    links = [concepts.reference.of(entity.instance) for entity in found.suspect_entity]
    named = [medicine_at(link, reading) if link is not None else EMPTY for link in links]
    return [concept for concept in named if concept]
