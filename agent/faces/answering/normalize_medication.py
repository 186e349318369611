"""`normalize_medication`: what a name, a clinical-drug string or a code stands for."""

from __future__ import annotations

from datetime import date
from typing import Literal

from msgspec import Struct

from agent.faces.answering.shapes import Amount, Answer
from tools.terminology import normalize_medication
from tools.terminology.systems import RXNORM


class Input(Struct, frozen=True, kw_only=True):
    """A text, a code, or both; where they contradict each other, `warning` says so."""

    text: str = ""
    code: str = ""
    system: str = RXNORM


class Component(Struct, frozen=True, omit_defaults=True, kw_only=True):
    """An active ingredient, its RxNorm code, and its strength where the text gives one."""

    name: str
    rxcui: str | None = None
    strength: Amount | None = None


class Output(Answer, frozen=True, kw_only=True):
    """What it stands for.

    Attributes:
        outcome: `partial` when a component or a word could not be read (`unresolved`): screening of it would be incomplete.
        confidence: `sure` by code or exact name, `probable` by corrected spelling (`corrected`), `unsure` otherwise.
    """

    outcome: Literal["recognized", "partial", "not_recognized"] = "not_recognized"
    ingredients: tuple[Component, ...] = ()
    classes: tuple[str, ...] = ()
    strength: Amount | None = None
    form: str | None = None
    route: str | None = None
    confidence: str = "unsure"
    corrected: tuple[str, ...] = ()
    unresolved: tuple[str, ...] = ()
    warning: str = ""


def run(given: Input, as_of: date) -> Output:
    """What is recognised; dates play no part."""
    found = normalize_medication(given.text or None, given.code or None, given.system)
    parts = tuple(Component(name=i.name, rxcui=i.rxcui, strength=_amount(i.strength)) for i in found.ingredients)
    names = {part.name for part in parts}
    return Output(
        tool="normalize_medication",
        status="not_checked" if found.outcome == "not_recognized" else "found",
        reason=_reason(given, found.outcome, found.not_checked),
        knowledge=found.knowledge,
        outcome="recognized" if found.outcome == "found" else found.outcome,
        ingredients=parts,
        classes=tuple(kind for kind in found.kinds if kind not in names),
        strength=parts[0].strength if len(parts) == 1 else None,
        form=found.form,
        route=found.route,
        confidence=found.confidence,
        corrected=found.corrected,
        unresolved=found.not_checked,
        warning=found.issue or "",
    )


def _reason(given: Input, outcome: str, unresolved: tuple[str, ...]) -> str:
    if outcome == "found":
        return ""
    if not (given.text or given.code):
        return "neither a text nor a code was given"
    what = ", ".join(map(repr, unresolved)) or repr(given.text or given.code)
    return f"not recognised: {what}" if outcome == "not_recognized" else f"recognised in part; not read: {what}"


def _amount(strength: dict[str, str] | None) -> Amount | None:
    return Amount(strength["value"], strength["unit"]) if strength else None
