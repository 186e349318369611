"""Which of several medicines an issue's line is about: decided by what the issue says, never by the order of the record."""

from __future__ import annotations

import re
from collections.abc import Sequence
from functools import lru_cache

from tools.clinical.answer import Issue
from tools.clinical.facts import MedicationUse
from tools.terminology import terminology

_STEM = 5
"""Letters by which an action's shortened name (`simva/lovastatin`) is still known."""
_CLASS_WORD = 6
"""Letters from which the last word of a class (`potassium-supplement`) names it in a sentence."""
_HARD_TO_REPLACE = "hard-to-replace"
"""The class of what somebody needs more than the medicine that it clashes with: a graft is not put at risk for a statin."""


def target(issue: Issue, uses: Sequence[MedicationUse]) -> MedicationUse:
    """The medicine that the action speaks of.

    In this order: the one that it names first; the one whose class it names; the one in whose place the named alternatives would be
    taken; the one that is easier to replace; the one that was added last; the first by name.
    """
    return min(uses, key=lambda use: (*_fit(issue, use), _HARD_TO_REPLACE in use.kinds, -_since(use), _name(use), use.reference))


def _fit(issue: Issue, use: MedicationUse) -> tuple[int, int, int]:
    action = issue.action.casefold()
    return _mentioned(action, use), -_class_named(action, use.kinds), -_shared(use, issue.alternatives, action, issue.participants)


def _mentioned(action: str, use: MedicationUse) -> int:
    """Where the action first names the medicine; `a and b` are named at one place. Not named: behind everything."""
    found = [place for i in use.ingredients if (place := action.find(i.name.replace("-", " ")[:_STEM])) >= 0]
    if not found:
        return len(action)
    place = min(found)
    return action.rfind(" ", 0, place - len(" and ")) + 1 if action[:place].endswith(" and ") else place


@lru_cache(maxsize=4096)
def _class_named(action: str, kinds: frozenset[str]) -> bool:
    words = {kind.rpartition("-")[2] for kind in kinds}
    return any(len(word) >= _CLASS_WORD and word in action for word in words)


def _shared(use: MedicationUse, alternatives: Sequence[str], action: str, taken: Sequence[str]) -> int:
    """How many classes the medicine has in common with the nearest medicine that the issue would have instead of those taken."""
    instead = [name for name in (*alternatives, *re.findall(r"[a-z][a-z-]{4,}", action)) if name not in taken]
    own = use.kinds - {ingredient.name for ingredient in use.ingredients}
    return max((len(own & terminology().kinds_of(name)) for name in instead if terminology().ingredient(name)), default=0)


def _since(use: MedicationUse) -> int:
    day = use.started or use.last_ordered
    return day.toordinal() if day else 0


def _name(use: MedicationUse) -> tuple[str, ...]:
    return tuple(ingredient.name for ingredient in use.ingredients)
