"""Words of tables of options and of the calendar, that every face shares."""

from __future__ import annotations

from decimal import Decimal

from agent.faces.words import sentence
from agent.safe_text import readable
from tools.clinical.weighed import Effect, WeighedOption

COST_WORDS = {
    "low": "low (generic)",
    "moderate": "moderate",
    "high": "high (brand)",
    "very-high": "very high",
    "none": "none",
    "unknown": "not known",
}
WHO_WORDS = {"clinic": "Clinic", "laboratory": "Laboratory", "patient": "Patient", "pharmacist": "Pharmacist"}


def effect_words(effect: Effect) -> str:
    """`−53 of 1000 in 1.3 years: cardiovascular death (one of 19)`, against what where it is not placebo; the text alone where there is no figure."""
    outcome = readable(effect.outcome)
    if effect.per_1000 is None:
        return f"{sentence(outcome).rstrip('.')}: {readable(effect.text)}"
    number = Decimal(effect.per_1000)
    sign = "−" if number < 0 else "+"
    needed = f" (one of {effect.needed})" if effect.needed else ""
    against = f", against {readable(effect.against)}" if effect.against not in ("", "placebo") else ""
    said = f"{sign}{abs(number)} of 1000 in {readable(effect.over)}{needed}: {outcome}{against}"
    return f"{said}. {readable(effect.text)}" if effect.text else said


def ways(option: WeighedOption, first: WeighedOption) -> tuple[str, ...]:
    """Burden, cost and way back; what is the same as with the first option is not said again."""
    cost = f"Cost: {COST_WORDS[option.cost]}."
    if option is not first and option.burden and (option.burden, option.reversibility) == (first.burden, first.reversibility):
        return f"As with {readable(first.medicine or first.text)}.", cost
    return tuple(readable(way) for way in (option.burden, cost, option.reversibility) if way)


def harms(option: WeighedOption, first: WeighedOption) -> tuple[Effect, ...]:
    """Harms; where they are those of the first option, one line that says so."""
    if option is not first and option.harms and option.harms == first.harms:
        return (Effect(outcome="the same", text=f"As with {first.medicine or first.text}."),)
    return option.harms


def count_words(number: int, noun: str) -> str:
    """`1 table`, `2 tables`."""
    return f"{number} {noun}{'' if number == 1 else 's'}"
