"""What the codes and texts of a record mean, asked of the terminology; each question once per process."""

from __future__ import annotations

from functools import lru_cache

from agent.fhir.concepts import Concept
from tools.terminology import AllergenMatch, MedicationMatch, Observable, terminology

_KEPT = 20_000


@lru_cache(_KEPT)
def medication(concept: Concept) -> MedicationMatch:
    """Ingredients, classes, strength, form and route of a medicine."""
    return terminology().medication(concept.text, concept.codes)


def kinds_by(kinds: frozenset[str], route: str | None) -> frozenset[str]:
    """The kinds that a medicine has by this route."""
    return terminology().kinds_by(kinds, route)


@lru_cache(_KEPT)
def problem(concept: Concept) -> frozenset[str]:
    """Every problem value set that a diagnosis belongs to; empty where it is not known."""
    return frozenset(terminology().problem(concept.codes, concept.text))


@lru_cache(_KEPT)
def finding(concept: Concept) -> frozenset[str]:
    """The problems that a coded answer (`current smoker`) states; text without a code states none."""
    return frozenset(terminology().problem(concept.codes, "")) if concept.codes else frozenset()


@lru_cache(_KEPT)
def allergen(concept: Concept) -> AllergenMatch:
    """What an allergy is to."""
    return terminology().allergen(concept.codes, concept.text)


@lru_cache(_KEPT)
def reaction(concept: Concept) -> frozenset[str]:
    """The kinds of a reaction."""
    return frozenset(terminology().reaction(concept.codes, concept.text))


@lru_cache(_KEPT)
def observable(concept: Concept) -> Observable | None:
    """What was measured; `None` where no code is known. Text is asked only where there is no code."""
    return terminology().observable(concept.codes) if concept.codes else terminology().observable_named(concept.text)


@lru_cache(_KEPT)
def immunization(concept: Concept) -> frozenset[str]:
    """What a vaccine protects against."""
    return frozenset(terminology().immunization(concept.codes, concept.text))


@lru_cache(_KEPT)
def procedure(concept: Concept) -> frozenset[str]:
    """The kinds of a procedure."""
    return frozenset(terminology().procedure(concept.codes, concept.text))
