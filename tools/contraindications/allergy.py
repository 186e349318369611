"""Which recorded allergies speak against a medicine, by what happened then.

The reaction decides, not the name on the list: an anaphylaxis, a rash and an upset stomach to the same drug lead to different
advice. How a reaction's name is read, and which structures cross-react, is knowledge.
"""

from __future__ import annotations

from collections.abc import Mapping
from functools import lru_cache

from tools.clinical.facts import Allergy, Facts, MedicationUse
from tools.contraindications.model import SAME, AllergyMatch, Pattern

# The terminology names the allergen itself so, beside the ingredients and classes that it stands for.
ALLERGEN_PREFIX = "drug-"


def signature(allergy: Allergy, patterns: Mapping[str, Pattern]) -> frozenset[str]:
    """Patterns and names of the reactions recorded.

    Nothing recorded is `unknown`, unless the record calls it an intolerance. A recorded high criticality says that more happened
    than a harmless reaction name tells: `unknown` is added, and what was known to be unknown becomes `immediate-severe`.
    """
    read: set[str] = {patterns.get(name, "unknown") for name in allergy.reactions}
    if not read:
        read = {"intolerance"} if allergy.intolerance else {"unknown"}
    if allergy.criticality == "high" and read <= {"unknown", "benign-delayed", "intolerance"}:
        read.add("immediate-severe" if "unknown" in read else "unknown")
    return frozenset(read | allergy.reactions)


def matching(match: AllergyMatch, use: MedicationUse, facts: Facts, patterns: Mapping[str, Pattern]) -> tuple[Allergy, ...]:
    """Active allergies that the rule is about, for this medicine."""
    candidates = _same(use, facts) if SAME in match.to else tuple(a for name in match.to for a in facts.allergic(name))
    return tuple(
        allergy
        for allergy in dict.fromkeys(candidates)
        if allergy.kinds.isdisjoint(match.beside) and not signature(allergy, patterns).isdisjoint(match.reactions)
    )


def _same(use: MedicationUse, facts: Facts) -> tuple[Allergy, ...]:
    return tuple(allergy for allergy in facts.allergies if allergy.active and is_same(use, allergy))


def is_same(use: MedicationUse, allergy: Allergy) -> bool:
    """Whether the medicine is what the allergy names: it has the ingredient, or belongs to every class that is named."""
    named = _named(allergy.kinds)
    return any(ingredient.name in named for ingredient in use.ingredients) or (bool(named) and named <= use.kinds)


@lru_cache(maxsize=4096)
def _named(kinds: frozenset[str]) -> frozenset[str]:
    """Ingredients and classes, without the names of allergens."""
    return frozenset(kind for kind in kinds if not kind.startswith(ALLERGEN_PREFIX))
