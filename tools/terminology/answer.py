"""`normalize_medication` as other programs call it: text or code in, ingredients out, with the knowledge that was used."""

from __future__ import annotations

from typing import Literal

from msgspec import Struct

from tools.clinical.answer import KnowledgeRef
from tools.clinical.facts import Coding
from tools.clinical.quantity import Quantity, plain
from tools.terminology.facade import Terminology, terminology
from tools.terminology.medications import MedicationMatch
from tools.terminology.systems import RXNORM


class NormalizedIngredient(Struct, frozen=True, omit_defaults=True):
    """An ingredient with its RxNorm code and, where the text gives one, its strength."""

    name: str
    rxcui: str | None = None
    strength: dict[str, str] | None = None


class NormalizedMedication(Struct, frozen=True, omit_defaults=True, kw_only=True):
    """What a text or code means.

    Attributes:
        outcome: `found`; `partial` when a component could not be read, so that screening is incomplete; `not_recognized`.
        not_checked: what could not be read, as written.
        issue: how code and display contradict each other.
    """

    outcome: Literal["found", "partial", "not_recognized"]
    ingredients: tuple[NormalizedIngredient, ...] = ()
    kinds: tuple[str, ...] = ()
    form: str | None = None
    route: str | None = None
    confidence: str = "unsure"
    corrected: tuple[str, ...] = ()
    not_checked: tuple[str, ...] = ()
    issue: str | None = None
    knowledge: tuple[KnowledgeRef, ...] = ()


def normalize_medication(text: str | None = None, code: str | None = None, system: str | None = None) -> NormalizedMedication:
    """The medicine that a text, a code or both mean.

    Args:
        text: a name, brand, display or clinical-drug string.
        code: a code of RxNorm (the default system), SNOMED CT or NDC.
        system: the canonical URL of the code's system.
    """
    codes = (Coding(system or RXNORM, code, text or ""),) if code else ()
    known = terminology()
    match = known.medication(text or "", codes)
    strengths = dict(match.strengths)
    return NormalizedMedication(
        outcome="found" if match.outcome == "recognized" else match.outcome,
        ingredients=tuple(NormalizedIngredient(i.name, i.rxcui, _written(strengths.get(i.name))) for i in match.ingredients),
        kinds=tuple(sorted(match.kinds)),
        form=match.form,
        route=match.route,
        confidence=match.confidence,
        corrected=match.corrected,
        not_checked=match.unresolved,
        issue=match.data_issue,
        knowledge=_used(known, match),
    )


def _written(strength: Quantity | None) -> dict[str, str] | None:
    return {"value": plain(strength.value, 6), "unit": strength.unit} if strength else None


def _used(known: Terminology, match: MedicationMatch) -> tuple[KnowledgeRef, ...]:
    ids = dict.fromkeys(("clinical-drug-words", *(f"ingredients-{ingredient.name[0]}" for ingredient in match.ingredients)))
    return tuple(known.knowledge[name] for name in ids if name in known.knowledge)
