"""Facts as they may be sent: codes of this project, values with units, and days ago. No text of the record, no date, no reference."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import date

from agent import wording
from agent.case import Case
from tools.clinical.facts import Allergy, MedicationUse

_DATE = re.compile(r"\b\d{4}-\d{2}-\d{2}\b")
_OLDEST_AGE = 90


def coded_facts(case: Case) -> dict[str, str]:
    """Reference → what it says, coded. A reference of several values (a panel) is one line."""
    lines: dict[str, list[str]] = {}
    for reference, text in (*_problems(case), *_medicines(case), *_allergies(case), *_values(case)):
        lines.setdefault(reference, []).append(text)
    return {reference: "; ".join(dict.fromkeys(texts)) for reference, texts in lines.items()}


def patient_line(case: Case) -> str:
    """Age (90 and more as one), sex and pregnancy."""
    age = case.facts.age
    years = "age unknown" if age is None else f"{_OLDEST_AGE} years or more" if age >= _OLDEST_AGE else f"{age} years"
    return f"{years}, {case.facts.sex or 'sex unknown'}, pregnancy {case.facts.pregnancy}"


def without_record_text(text: str, case: Case) -> str:
    """A sentence of ours with what it quotes of the record replaced by codes, and dates left out."""
    names = {use.text: medicine(use) for use in case.facts.medications} | {a.text: allergen(a) for a in case.facts.allergies}
    for quoted in sorted(filter(None, names), key=len, reverse=True):
        text = re.sub(re.escape(quoted), lambda _, name=names[quoted]: name, text, flags=re.IGNORECASE)  # type: ignore[misc]
    return _DATE.sub("(date left out)", text)


def medicine(use: MedicationUse) -> str:
    """Its ingredients."""
    return wording.listed(i.name for i in use.ingredients) or "an unrecognised medicine"


def allergen(allergy: Allergy) -> str:
    """The names that the terminology gives it."""
    return wording.listed(sorted(allergy.kinds)) or "an unrecognised allergen"


def _ago(case: Case, when: date | None) -> str:
    return f", {(case.as_of - when).days} days ago" if when else ""


def _problems(case: Case) -> Iterator[tuple[str, str]]:
    for problem in case.facts.problems:
        if problem.active and problem.kinds:
            yield problem.reference, wording.listed(sorted(problem.kinds))


def _medicines(case: Case) -> Iterator[tuple[str, str]]:
    for use in case.taken:
        daily = use.regimen.daily
        amount = f" {wording.quantity(daily.value, daily.unit.removesuffix('/d'))} a day" if daily else ""
        yield use.reference, f"takes {medicine(use)}{amount} ({use.currency})"


def _allergies(case: Case) -> Iterator[tuple[str, str]]:
    for allergy in case.facts.allergies:
        if allergy.active:
            yield allergy.reference, f"allergy: {allergen(allergy)}"


def _values(case: Case) -> Iterator[tuple[str, str]]:
    for series in case.facts.measurements.values():
        for value in series[:3]:
            text = wording.quantity(value.quantity.value, value.quantity.unit)
            yield value.reference, f"{wording.title(value.observable)} {text}{_ago(case, value.when)}"
