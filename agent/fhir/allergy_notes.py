"""Notes of an allergy that say that the substance is tolerated, and nothing else: the words and the care of `agent.tolerated`.

A reaction, a high criticality, a second note that says more, or a note that cannot be read: it stays an allergy.
"""

from __future__ import annotations

import msgspec

from agent.fhir import elements as el
from agent.fhir import shapes as r4
from agent.fhir import terms
from agent.fhir.concepts import Concept
from agent.tolerated import only_tolerated, tolerated

_NOTES = msgspec.json.Decoder(list[el.Annotation])


def noted_as_tolerated(found: r4.AllergyIntolerance, what: Concept) -> bool:
    """Whether there are notes, and all that they say is that it is tolerated."""
    if found.reaction or found.criticality == "high":
        return False
    notes = _texts(bytes(found.note))
    return bool(notes) and all(only_tolerated(note) or _same(tolerated(note), what) for note in notes)


def _texts(raw: bytes) -> tuple[str, ...]:
    if raw in (b"", b"null"):
        return ()
    try:
        return tuple(note.text or "" for note in _NOTES.decode(raw))
    except msgspec.DecodeError:
        return ()


def _same(named: str | None, what: Concept) -> bool:
    """The note names the substance of the entry itself, not another that is tolerated."""
    if named is None:
        return False
    kinds = terms.allergen(what).kinds
    return named.casefold() == what.text.casefold() or (bool(kinds) and terms.allergen(Concept((), named)).kinds == kinds)
