"""Which medicine a resource is about: a concept, a reference to a Medication (`Medication/1`, `urn:uuid:…`, an absolute URL), or a
contained one (`#1`). A reference that leads nowhere leaves its display."""

from __future__ import annotations

import msgspec
from msgspec import Raw

from agent.fhir import concepts, modifiers
from agent.fhir import elements as el
from agent.fhir import shapes as r4
from agent.fhir.concepts import EMPTY, Concept
from agent.fhir.reading import ERROR, Outcome, Reading

_CONTAINED = msgspec.json.Decoder(r4.Medication)


def product_of(found: r4.Medicine, reading: Reading) -> tuple[Concept, str]:
    """The medicine as a concept, and its form where a Medication resource names one."""
    stated = concepts.concept.of(found.medication_codeable_concept)
    if stated:
        return stated, ""
    link = concepts.reference.of(found.medication_reference)
    if link is None:
        return EMPTY, ""
    medication = _resolve(link, found.contained, reading)
    if medication is not None and (product := _of_medication(medication)):
        return product, concepts.concept.of(medication.form).text.casefold()
    return Concept((), link.display or ""), ""


def medicine_at(link: el.Reference, reading: Reading) -> Concept:
    """The medicine that a reference leads to, or else the words beside it."""
    medication = _resolve(link, [], reading)
    found = _of_medication(medication) if medication is not None else EMPTY
    return found or Concept((), link.display or "")


def _of_medication(medication: r4.Medication) -> Concept:
    """What a Medication is: its own code, or its ingredients side by side."""
    stated = concepts.concept.of(medication.code)
    if stated:
        return stated
    parts = [concepts.concept.of(part.item_codeable_concept) for part in medication.ingredient if part.is_active is not False]
    named = [part for part in parts if part]
    if len(named) == 1:
        return named[0]
    return Concept((), " / ".join(part.text for part in named))


def _resolve(link: el.Reference, contained: list[Raw], reading: Reading) -> r4.Medication | None:
    target = link.reference or ""
    if target.startswith("#"):
        return next((m for m in _contained(contained) if m.id is not None and f"#{m.id.removeprefix('#')}" == target), None)
    for name in (target, "/".join(target.partition("/_history/")[0].split("/")[-2:])):
        if name in reading.medications:
            return reading.medications[name]
    return None


def _contained(contained: list[Raw]) -> list[r4.Medication]:
    found = []
    for raw in contained:
        try:
            medication = _CONTAINED.decode(raw)
        except msgspec.DecodeError:
            continue  # another type, or not one that can be read
        if refused(medication) is None:
            found.append(medication)
    return found


def refused(found: r4.Medication) -> Outcome | None:
    """Set aside a Medication that must not be used; an order that refers to it has its display left, or names no medicine."""
    return ERROR if found.status == "entered-in-error" else modifiers.refused(found)
