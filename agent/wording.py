"""How names, values and dates are written for a reader; one place, so that every face says the same."""

from __future__ import annotations

from collections.abc import Iterable
from decimal import ROUND_HALF_UP, Decimal
from functools import lru_cache

from agent.safe_text import UNITS
from tools.clinical.answer import Citation
from tools.clinical.facts import Ingredient, Measurement
from tools.clinical.plan import PlanIngredient
from tools.clinical.quantity import plain
from tools.terminology import terminology

_WRITTEN = {**dict(UNITS), "a": "y", **dict.fromkeys(("1", "{count}", "{score}", "{grade}", "{ratio}"), "")}
_SHORT = (
    "BP",
    "ECG",
    "MRI",
    "CT",
    "INR",
    "LDL",
    "HDL",
    "COPD",
    "CKD",
    "TSH",
    "HIV",
    "PSA",
    "UTI",
    "NSAID",
    "NSAIDs",
    "eGFR",
    "HbA1c",
    "PHQ",
    "ACE",
    "ARB",
    "SABA",
)
_CAPITALS = {word.lower(): word for word in _SHORT}
"""Short forms inside a name, as they are written."""


def title(name: str) -> str:
    """The title of an observable or of anything else that knowledge files name in kebab-case."""
    observable = terminology().observable_named(name)
    return observable.title if observable else " ".join(_CAPITALS.get(word, word) for word in name.split("-"))


def unit(ucum: str) -> str:
    """A UCUM unit as clinicians write it."""
    return _WRITTEN.get(ucum, ucum.replace("{", "").replace("}", "").replace("[", "").replace("]", ""))


def number(value: Decimal) -> str:
    """At most three significant decimals for small values, one for large ones; never an exponent."""
    places = 0 if abs(value) >= 100 else 1 if abs(value) >= 10 else 2
    return plain(value.quantize(Decimal(1).scaleb(-places), ROUND_HALF_UP), places)


def quantity(value: Decimal, ucum: str) -> str:
    """`148 mmHg`, `7.4 %`, `3`."""
    return f"{number(value)} {unit(ucum)}".strip()


def medicine(ingredients: Iterable[Ingredient | PlanIngredient], text: str) -> str:
    """A medicine by its ingredients, where they are known; else as it is written."""
    return "/".join(ingredient.name for ingredient in ingredients) or text


def value_of(measurement: Measurement) -> str:
    """A value with its date: `eGFR 41 mL/min/1.73 m² (2026-05-01)`."""
    return f"{title(measurement.observable)} {quantity(measurement.quantity.value, measurement.quantity.unit)} ({measurement.when.isoformat()})"


def source(citation: Citation) -> str:
    """Title, publisher, year, place, grade, and whether it is in doubt; the rule's own id where nothing is known of its source."""
    parts = (citation.title, citation.publisher, str(citation.year or ""), citation.locator, citation.grade)
    return (", ".join(part for part in parts if part) or citation.id) + (" (unsure)" if citation.confidence == "unsure" else "")


def period(days: int) -> str:
    """A span in the unit a person would use: `3 days`, `2 weeks`, `6 months`, `4 years`."""
    for size, word in ((365, "year"), (30, "month"), (7, "week")):
        if days >= size * 2 and (size > 7 or days % 7 == 0):
            count = int(days / 365.25) if size == 365 else round(days / size)
            return f"{count} {word}{'s' if count != 1 else ''}"
    return f"{days} day{'s' if days != 1 else ''}"


def listed(names: Iterable[str], word: str = "and") -> str:
    """`a`, `a and b`, `a, b and c`."""
    all_ = list(names)
    return all_[0] if len(all_) == 1 else f"{', '.join(all_[:-1])} {word} {all_[-1]}" if all_ else ""


def reactions(names: Iterable[str]) -> str:
    """Reactions on exposure, the narrowest of them: `urticaria`, and not also that this is one of the skin."""
    all_ = set(names)
    broader = {kind for name in all_ for kind in terminology().reaction((), name) if kind != name}
    return listed(title(name) for name in sorted(all_ - broader))


def sentence(text: str) -> str:
    """With a capital, unless its first word has one inside (`eGFR`), and a full stop."""
    text = text.strip()
    if not text:
        return text
    if text.split(maxsplit=1)[0].islower():
        text = text[0].upper() + text[1:]
    return text if text[-1] in ".!?…" else text + "."


@lru_cache(maxsize=4096)
def lowered(text: str) -> str:
    """For the middle of a sentence: words with one capital lose it; abbreviations, names of types and what has a digit (`A1c`) keep theirs."""
    return " ".join(word.lower() if _is_word(word) or (len(word) == 1 and word.isalpha()) else word for word in text.split(" "))


def _is_word(word: str) -> bool:
    return word[1:].islower() and not any(letter.isdigit() for letter in word)
